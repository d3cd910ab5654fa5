"""A shop with enough of everything for every view: a year of purchases, products with a pattern, two owners."""

from datetime import date

import pandas as pd
from stocked import stock
from test_actions_refresh import crowd

from crm_core.actions.opening import Database
from crm_core.actions.refresh import refresh_all

DAY = date(2026, 1, 5)
TASTES = (("Beans", "Filter bag", "Grinder"), ("Green tea", "Tea pot", "Honey"))
NEVER = "Never Bought"


def busy(url: str, people: int = 160, products: bool = True) -> Database:
    """160 buyers of whom every other one prefers coffee to tea, and one who never bought; worked out as of DAY.

    Cold brew is declared and was never sold. A goal is set for repeat buyers, none for the rest.
    """
    customers, lines = crowd(people)
    customers = customers.assign(owner=["Maria" if number % 3 else None for number in customers["id"]])
    customers["do_not_contact"] = ["yes", *[None] * (people - 1)]
    never = pd.DataFrame({"id": [900], "code": ["N"], "name": [NEVER]})
    frames = {"customer": pd.concat([customers, never]), "purchase": lines, "setting": settings()}
    if products:
        frames["purchase"] = lines.assign(product=_bought(lines), category=None)
        frames["product"] = pd.DataFrame({"code": ["CB"], "name": ["Cold brew"], "price": [35_000]})
    database = stock(url, DAY, **frames)
    refresh_all(database, as_of=DAY)
    return database


def settings() -> pd.DataFrame:
    names = {"company": "Kantina", "currency": "EUR", "goal_repeat_rate": "20"}
    return pd.DataFrame({"name": list(names), "value": list(names.values())})


def _bought(lines: pd.DataFrame) -> list[str]:
    """The first visit is for the main thing of one's taste, the later ones for any of the three."""
    visit = lines.groupby("customer_id").cumcount()
    pairs = zip(lines["customer_id"], visit, strict=True)
    return [TASTES[who % 2][(who // 2 + turn) % 3 if turn else 0] for who, turn in pairs]
