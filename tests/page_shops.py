"""Small shops for the tests of the customer screens: nobody, one person, a normal day."""

from datetime import date, timedelta

import pandas as pd
from stocked import stock
from streamlit.testing.v1 import AppTest

from crm_core.actions.opening import Database, open_at
from crm_core.actions.settings import all_settings
from crm_core.views import customer

DAY = date(2026, 1, 5)


def ago(days: int) -> str:
    return (DAY - timedelta(days=days)).isoformat()


def normal_day(url: str, people: int = 12, category: str | None = None) -> Database:
    """People A, B…: the first bought often and lately, the last never; two owners; B wants no contact."""
    rows = pd.DataFrame(
        {
            "name": [f"Person {chr(65 + place)}" for place in range(people)],
            "phone": [f"+4312345{place:03d}" for place in range(people)],
            "email": [f"p{place}@example.org" for place in range(people)],
            "owner": ["Maria", "Piotr", None] * (people // 3),
            "tags": ["vip", None, "vegan, vip"] * (people // 3),
            "birthday": ["1980-01-08", "1985-01-07"] + [None] * (people - 2),
            "do_not_contact": [None, "yes", *[None] * (people - 2)],
            "country": ["AT", "AT", None] * (people // 3),
        }
    )
    lines = [
        (place + 1, ago(3 + 7 * place + 20 * turn), "Tea", 1.0, 50_000 * (people - place))
        for place in range(people - 2)
        for turn in range(people - place)
    ]
    bought = pd.DataFrame(lines, columns=["customer_id", "date", "product", "quantity", "amount"])
    bought["category"] = category
    settings = pd.DataFrame({"name": ["company", "currency"], "value": ["Kantina", "EUR"]})
    return stock(url, DAY, customer=rows, purchase=bought, setting=settings)


def one_person(url: str) -> Database:
    """One customer with a name and nothing else."""
    settings = pd.DataFrame({"name": ["company", "currency"], "value": ["Kantina", "EUR"]})
    return stock(url, DAY, customer=pd.DataFrame({"name": ["Only One"]}), setting=settings)


def no_purchases(url: str) -> Database:
    """A dozen customers of whom nobody bought anything yet."""
    rows = pd.DataFrame({"name": [f"Person {chr(65 + place)}" for place in range(12)]})
    settings = pd.DataFrame({"name": ["company", "currency"], "value": ["Kantina", "EUR"]})
    return stock(url, DAY, customer=rows, setting=settings)


def goals_of(url: str) -> dict[str, str]:
    """The goals that managers set, by setting."""
    return {
        one.name: one.given
        for one in all_settings(open_at(url))
        if one.name.startswith("goal_") and one.given is not None
    }


def stored(url: str, number: int = 1) -> dict:
    """The fields of a customer as they are stored now."""
    database = open_at(url)
    try:
        return customer.page(database, number, DAY).fields
    finally:
        database.close()


def shown(screen: AppTest) -> pd.DataFrame:
    """What the grid of customers went out with."""
    return screen.session_state["people_work"].shown.given


def edit(screen: AppTest, *cells: tuple[int, str, object]) -> AppTest:
    """Write into cells of the grid: (id, column, value)."""
    out = screen.session_state["people_work"].shown
    places = {int(number): place for place, number in enumerate(out.given.index)}
    changed: dict[int, dict[str, object]] = {}
    for number, column, value in cells:
        changed.setdefault(places[number], {})[column] = value
    screen.session_state[out.key] = {"edited_rows": changed, "added_rows": [], "deleted_rows": []}
    return screen.run()
