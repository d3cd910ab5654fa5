"""Histories from occasions, and the kept forecasts."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stocked import cdnow, stock

from crm_core.ledger.worked_out import forecasts, histories
from crm_core.ledger.worked_out.stamps import Stamp
from crm_core.ledger.writing import journal
from crm_core.model.conditions import EVERYBODY, Where

DAY = date(2026, 1, 5)
PEOPLE = pd.DataFrame({"id": [1, 2, 3, 4], "name": ["Anna", "Ben", "Cleo", "Dan"]})
LINES = pd.DataFrame(
    [
        (1, "2025-01-01", 100_000), (1, "2025-01-01", 50_000), (1, "2025-01-15", 20_000), (1, "2025-01-29", 40_000),
        (1, "2025-02-01", -10_000), (2, "2025-01-08", 0), (3, "2027-01-01", 90_000), (None, "2025-01-02", 70_000),
    ],
    columns=["customer_id", "date", "amount"],
).assign(quantity=lambda f: (f["amount"] >= 0) * 2.0 - 1).astype({"customer_id": "Int64"})  # fmt: skip


@pytest.fixture
def shop(database_url: str):
    database = stock(database_url, DAY, customer=PEOPLE, purchase=LINES)
    yield database
    database.close()


def told(connection, until: date, whom=EVERYBODY):
    """The histories up to a day."""
    return histories.histories_of(histories.purchase_days(connection, until, whom), until)


def test_a_history_counts_days_in_weeks(shop) -> None:
    """Days after the first, weeks to the last and to the end; a return makes no day, its first spend stands apart."""
    with shop.read() as connection:
        frame = told(connection, date(2025, 2, 5))
    row = frame.iloc[0]
    assert (row["x"], row["t_x"], row["T"]) == (2, 4.0, 5.0)
    assert (row["mean_spend"], row["first_spend"]) == (30_000, 150_000)


def test_only_those_who_had_bought_are_known(shop) -> None:
    """Never-buyers, later buyers and lines of nobody have no history; a free first purchase has one."""
    with shop.read() as connection:
        assert told(connection, DAY)["customer_id"].tolist() == [1, 2]
        early = told(connection, date(2025, 1, 5))
        nobody = told(connection, date(2024, 1, 1))
    assert early["customer_id"].tolist() == [1]
    assert early["mean_spend"].isna().all() and len(nobody) == 0


def test_a_history_of_some_people_only(shop) -> None:
    """A condition leaves the others out."""
    with shop.read() as connection:
        frame = told(connection, DAY, Where("name", "is", "Ben"))
    assert frame["customer_id"].tolist() == [2]


def test_what_came_later_is_of_those_known_before(shop) -> None:
    """After the fifth of January one person, known by then, bought on two days; who came first later is left out."""
    with shop.read() as connection:
        found = histories.buying(connection, date(2025, 1, 5), DAY)
    assert found.after.counts.tolist() == [2]
    assert found.after.days.to_dict("list") == {"day": ["2025-01-15", "2025-01-29"], "orders": [1, 1]}
    assert found.after.until == date(2025, 1, 29)


@given(first=st.dates(date(2000, 1, 1), date(2020, 1, 1)), days=st.integers(0, 4000))
def test_a_hold_out_leaves_two_thirds_to_learn_from(first: date, days: int) -> None:
    """Whole weeks, a year at most, never more than a third; none where less than four weeks would be left."""
    last = date.fromordinal(first.toordinal() + days)
    since = histories.hold_out(first, last)
    if days < 84:
        assert since is None
    else:
        held = (last - since).days
        assert held % 7 == 0 and 28 <= held <= 364 and 3 * held <= days


def test_newcomers_are_those_of_the_second_half(shop) -> None:
    """In less than two years of data the second half of the time says how many come."""
    with shop.read() as connection:
        found = histories.buying(connection, date(2025, 1, 9), date(2025, 1, 9))
    assert (found.new_people, found.new_days, found.new_revenue) == (1, 4, 0)


def test_print_is_reproduced_in_the_counts(shared_data, sqlite_url: str) -> None:
    """CDNOW until 30 September 1997: 2,357 people, 946 of them back, 1,882 purchase days in the 39 weeks after."""
    customers, purchases = cdnow(shared_data)
    database = stock(sqlite_url, date(1998, 6, 30), customer=customers, purchase=purchases)
    with database.read() as connection:
        found = histories.buying(connection, date(1997, 9, 30), date(1998, 6, 30))
    assert (len(found.people), int((found.people["x"] > 0).sum())) == (2357, 946)
    assert found.after.weeks == 39
    assert found.after.counts.sum() == found.after.days["orders"].sum() == 1882


def kept(database, rows: list[tuple]) -> None:
    """Keep these forecasts: id, p_alive, value."""
    frame = pd.DataFrame(rows, columns=["customer_id", "p_alive", "clv_12m"]).reindex(
        columns=forecasts.COLUMNS
    )
    frame["clv_12m"] = frame["clv_12m"].astype("Int64")
    stamp = Stamp(DAY.isoformat(), "a state", {"discount": 0.01})
    journal.keep_derived(
        database, forecasts.WHAT, stamp, lambda connection: forecasts.write_forecasts(connection, frame)
    )


def test_forecasts_are_replaced_whole(shop) -> None:
    """A new forecast leaves nothing of the one before, and raises the revision."""
    kept(shop, [(1, 0.5, 100), (2, 0.2, 50)])
    kept(shop, [(1, 0.75, None)])
    with shop.read() as connection:
        assert forecasts.of_customer(connection, 2) is None
        row = forecasts.of_customer(connection, 1)
    assert (row["p_alive"], row["clv_12m"], row["p_alive_low"]) == (0.75, None, None)
    assert shop.revisions()["forecast"] == 2


def test_what_is_at_stake_is_the_value_that_may_be_lost(shop) -> None:
    """Value × chance of having left; whoever was removed or has no value is not counted."""
    kept(shop, [(1, 0.9, 1000), (2, 0.5, 400), (3, 0.5, None), (99, 0.5, 9999)])
    with shop.read() as connection:
        assert forecasts.most_at_stake(connection, DAY, EVERYBODY, 10) == {2: 200, 1: 100}
        assert forecasts.most_at_stake(connection, DAY, Where("name", "is", "Anna"), 10) == {1: 100}
        assert forecasts.value_of(connection, DAY, EVERYBODY) == 1400


def test_bands_count_everybody_with_a_forecast(shop) -> None:
    """An edge belongs to the band above it."""
    kept(shop, [(1, 0.9, 1000), (2, 0.5, 400), (3, 0.49, None)])
    with shop.read() as connection:
        assert forecasts.bands(connection, DAY, EVERYBODY, (0.5,)) == [(0, 1, 0), (1, 2, 1400)]
        assert forecasts.bands(connection, DAY, Where("name", "is", "Ben"), (0.5,)) == [(1, 1, 400)]


@pytest.mark.parametrize(("given_", "share"), [(None, 0.01), ("2", 0.02), ("0", 0.0), ("nonsense", 0.01)])
def test_the_discount_is_a_setting(sqlite_url: str, given_: str | None, share: float) -> None:
    """Per cent a month; what is no number counts as the usual one."""
    rows = pd.DataFrame({"name": ["discount_monthly"], "value": [given_]}).dropna()
    database = stock(sqlite_url, DAY, customer=PEOPLE, setting=rows)
    with database.read() as connection:
        assert histories.discount(connection) == share
