"""The numbers of a period: against plain pandas, with their history, their goal and exactly their people."""

from datetime import date, timedelta

import oracle
import pandas as pd
import pytest
from stocked import stock
from test_ledger_measures import DAY, random_shop

from crm_core.actions.settings import set_setting, unset_setting
from crm_core.errors import InvalidInput
from crm_core.ledger.reading.queries import people_frame
from crm_core.model.conditions import EVERYBODY, Has, Not, Where
from crm_core.views.customers import count
from crm_core.views.insights.kpis import TILES, kpis, months_in
from crm_core.views.insights.periods import NAMES, history, label, period, year_before

PERIODS = [period(name, DAY) for name in NAMES if name != "custom"]
PAST = period("custom", DAY, date(2025, 2, 1), date(2025, 6, 30))
SPANS = pytest.mark.parametrize("span", [*PERIODS, PAST], ids=lambda span: span.name)
SOME = (
    EVERYBODY, Where("tier", "is", "high"), Not(Where("segment", "is", "hibernating")),
    Has("purchase", (Where("quantity", "at least", 2),), 3), Where("orders", "at least", 99),
)  # fmt: skip


@pytest.fixture(scope="module")
def shop_frames() -> dict[str, pd.DataFrame]:
    return random_shop(21, people=80, lines=700)


@pytest.fixture
def shop(database_url: str, shop_frames):
    return stock(database_url, DAY, **shop_frames)


def ids_of(database, whom, as_of: date) -> list[int] | None:
    if whom == EVERYBODY:
        return None
    with database.read() as connection:
        return people_frame(connection, whom, [], as_of)["id"].astype(int).tolist()


def agrees(found, wanted: dict) -> None:
    """All eight numbers, whether counted or divided; None where there is nothing to divide by."""
    for kpi in found:
        assert kpi.value == pytest.approx(wanted[kpi.name]), kpi.name


@SPANS
@pytest.mark.parametrize("whom", SOME, ids=str)
def test_every_number_is_that_of_pandas(shop, shop_frames, span, whom) -> None:
    """Of everybody and of some people, seen on the period's last day."""
    own = ids_of(shop, whom, span.end)
    agrees(kpis(shop, span, whom), oracle.numbers(shop_frames, span, span.end, own))


@SPANS
def test_before_and_last_year_are_counted_alike(shop, shop_frames, span) -> None:
    """The period before and the same a year ago, by the usual gap of today; None before the first record."""
    found = kpis(shop, span)
    first = oracle.lines(shop_frames["purchase"], shop_frames["order"], DAY)["day"].min().date()
    for name, other in (("before", history(span)[-2]), ("last_year", year_before(span))):
        wanted = oracle.numbers(shop_frames, other, span.end, None)
        for kpi in found:
            expected = wanted[kpi.name] if other.end >= first else None
            assert getattr(kpi, name) == pytest.approx(expected), (kpi.name, name)


@SPANS
def test_the_history_ends_with_the_period_before_and_this_one(shop, span) -> None:
    """Twelve points, each with its name."""
    for kpi in kpis(shop, span):
        assert len(kpi.history) == 12
        assert [value for _, value in kpi.history[-2:]] == [kpi.before, kpi.value]
        assert kpi.history[-1][0] == label(span)


@SPANS
@pytest.mark.parametrize("whom", SOME, ids=str)
def test_behind_every_number_are_exactly_its_people(shop, span, whom) -> None:
    """Counting the people of a tile gives the number of people it says; a share is these of so many."""
    for kpi in kpis(shop, span, whom):
        assert count(shop, kpi.condition, kpi.as_of) == kpi.people, kpi.name
        if kpi.kind == "count":
            assert kpi.people == kpi.value
        if kpi.kind == "share":
            assert kpi.value == (kpi.people / kpi.of if kpi.of else None)


def test_goals_are_in_per_cent_and_by_the_days(shop) -> None:
    """Five days of January have five days of a month's revenue as their goal; a goal taken back is none."""
    span = period("month", DAY)
    assert all(kpi.goal is None for kpi in kpis(shop, span))
    for name, value in (("goal_revenue", "31000"), ("goal_churn", "12.5 %")):
        set_setting(shop, name, value, who="anna", as_of=DAY)
    goals = {kpi.name: kpi.goal for kpi in kpis(shop, span)}
    assert (goals["revenue"], goals["churn"], goals["retention"]) == (50_000_000, 0.125, None)
    assert next(iter(kpis(shop, span, Where("tier", "is", "high")))).goal is None
    unset_setting(shop, "goal_revenue", who="anna", as_of=DAY)
    assert kpis(shop, span)[0].goal is None


@pytest.mark.parametrize("value", ["lots", "-1", "101", "NaN", "1e999", ""])
def test_a_goal_that_makes_no_sense_is_refused(sqlite_url: str, value: str) -> None:
    """Words, less than nothing, more than all."""
    with pytest.raises(InvalidInput, match="Give a number"):
        set_setting(stock(sqlite_url, DAY), "goal_retention", value, who="anna", as_of=DAY)


def test_a_period_is_so_many_months() -> None:
    """A year is twelve, a quarter three, 45 days from the first of January 1 + 14 ÷ 28."""
    assert months_in(period("year", date(2025, 12, 31))) == 12
    assert months_in(period("quarter", date(2025, 9, 30))) == 3
    assert months_in(period("custom", DAY, date(2025, 1, 1), date(2025, 2, 14))) == 1.5


def test_like_periods_have_run_as_far() -> None:
    """Five days of each month; whole months once this one is complete."""
    assert {(one.start.day, one.end.day) for one in history(period("month", DAY))} == {(1, 5)}
    whole = history(period("month", date(2025, 10, 31)))
    assert all((one.end + timedelta(days=1)).day == 1 for one in whole)
    assert year_before(period("month", date(2024, 2, 29))).end == date(2023, 2, 28)


def test_the_calendar_ends_somewhere(sqlite_url: str) -> None:
    """A custom period of 1,900 years has no history, and no error."""
    span = period("custom", DAY, date(100, 1, 1), date(2000, 1, 1))
    assert [len(kpi.history) for kpi in kpis(stock(sqlite_url, DAY), span)] == [1] * len(TILES)
