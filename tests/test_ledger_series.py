"""Occasions as arrays: the same as the rows, kept as long as they hold; worth of several conditions at once."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from stocked import add, stock
from test_ledger_measures import DAY, random_shop

from crm_core.actions.opening import open_at
from crm_core.ledger.profiles import days, series
from crm_core.ledger.reading.queries import people_frame
from crm_core.ledger.store.tables import occasions
from crm_core.model.conditions import EVERYBODY, Where
from crm_core.views.insights.kpis import kpis
from crm_core.views.insights.periods import period
from crm_core.views.insights.who import revenue_by_month
from tests.uploads import take_in


def test_the_arrays_are_the_rows(database_url: str) -> None:
    """By customer and day, the nameless first."""
    database = stock(database_url, DAY, **random_shop(5))
    with database.read() as connection:
        o = occasions.c
        chosen = sa.select(o.customer_id, o.day, o.orders, o.revenue, o.bought).order_by(o.customer_id, o.day)
        rows = [(who, days.number_of(day), *rest) for who, day, *rest in connection.execute(chosen)]
        found = days.all_days(connection)
    columns = (np.repeat(found.ids, found.counts), found.day, found.orders, found.revenue, found.bought)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == rows


def test_the_arrays_are_read_anew_when_a_purchase_came(database_url: str) -> None:
    """Kept while nothing changes, and no longer."""
    lines = pd.DataFrame({"customer_id": [1], "date": ["2025-12-30"], "quantity": [1.0], "amount": [10_000]})
    database = stock(database_url, DAY, customer=pd.DataFrame({"id": [1], "name": ["Ann"]}), purchase=lines)
    with database.read() as connection:
        first = days.all_days(connection)
        assert days.all_days(connection) is first
    add(database, DAY, purchase=lines.assign(id=2, date="2025-12-31"))
    with database.read() as connection:
        assert len(days.all_days(connection)) == 2


@pytest.mark.parametrize("day", [DAY, date(2025, 3, 1)])
def test_codes_are_the_words_of_the_profile(database_url: str, day: date) -> None:
    """Each customer's score and words, on a day of the past as well."""
    database = stock(database_url, DAY, **random_shop(6))
    with database.read() as connection:
        found = series.codes(connection, day)
        people = people_frame(connection, EVERYBODY, [*series.SCORES, *series.WORDS], day, order_by=["id"])
    assert found.ids.tolist() == people["id"].tolist()
    for name in series.SCORES:
        assert found.codes[name].tolist() == people[name].fillna(0).astype(int).tolist()
    for name, words in series.WORDS.items():
        said = [words[code - 1] if code else None for code in found.codes[name]]
        assert said == people[name].astype(object).where(people[name].notna(), None).tolist()


def test_worth_is_the_year_up_to_the_last_purchase(database_url: str) -> None:
    """365 days back from each one's last order, not from today; conditions may overlap."""
    lines = pd.DataFrame({
        "customer_id": [1, 1, 1, 2], "date": ["2024-01-01", "2024-12-30", "2024-12-31", "2025-12-30"],
        "quantity": [1.0] * 4, "amount": [1, 20, 300, 4000],
    })  # fmt: skip
    database = stock(
        database_url, DAY, customer=pd.DataFrame({"id": [1, 2, 3], "name": list("abc")}), purchase=lines
    )
    several = [Where("orders", "at least", 2), EVERYBODY, Where("orders", "at least", 9)]
    with database.read() as connection:
        assert series.worth(connection, several, DAY) == [(1, 320), (3, 4320), (0, 0)]


@pytest.mark.slow
def test_superstore_keeps_its_numbers(sqlite_url: str, shared_data) -> None:
    """793 customers, 5,009 orders, 2,297,200.8603 of revenue, from the workbook to the tiles and the months."""
    book = next((shared_data / "workbooks").glob("*uperstore*"), None)
    if book is None:
        pytest.skip("Superstore is not here")
    database = open_at(sqlite_url)
    take_in(database, book.read_bytes(), book.name)
    span = period("custom", date(2018, 1, 1), date(2000, 1, 1), date(2018, 1, 1))
    found = {kpi.name: kpi for kpi in kpis(database, span)}
    assert (found["buyers"].value, found["revenue"].value) == (793, 22_972_008_603)
    frame = revenue_by_month(database, date(2018, 1, 1)).frame
    assert (frame["orders"].sum(), frame["revenue"].sum()) == (5_009, 22_972_008_603)
