"""What the kept forecasts say, in numbers and in words."""

from datetime import date, timedelta

import pandas as pd
import pytest
from stocked import add, stock
from test_actions_refresh import DAY, crowd

from crm_core.actions import forecasts as acts
from crm_core.model.conditions import EVERYBODY, Where
from crm_core.views import customers
from crm_core.views.ahead import forecasts
from crm_core.views.ahead.person import likely, reasons
from tests.places import place


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory):
    people, lines = crowd(200)
    never = pd.DataFrame({"id": [900], "code": ["N"], "name": ["Never Bought"]})
    url = place(tmp_path_factory.mktemp("shop") / "r.db")
    database = stock(url, DAY, customer=pd.concat([people, never]), purchase=lines)
    acts.refresh(database, as_of=DAY)
    return database


def test_before_the_first_time_it_says_so(sqlite_url: str) -> None:
    """Nothing kept: stale, with a sentence; every view is empty and none crashes."""
    people, lines = crowd(60)
    empty = stock(sqlite_url, DAY, customer=people, purchase=lines)
    now = forecasts.state(empty, DAY)
    assert (now.fit_on, now.model, now.stale, now.none_because) == (None, None, True, forecasts.NOT_YET)
    assert forecasts.quality(empty, DAY) is None and forecasts.of_customer(empty, 1, DAY) is None
    assert forecasts.revenue_ahead(empty, DAY).empty
    assert forecasts.save_first(empty, DAY).frame.empty and forecasts.alive_bands(empty, DAY).frame.empty


def test_where_nothing_can_be_forecast_it_says_why(sqlite_url: str) -> None:
    """Too few buyers: current, with the reason; every view is empty and none crashes."""
    people, lines = crowd(5)
    small = stock(sqlite_url, DAY, customer=people, purchase=lines)
    acts.refresh(small, as_of=DAY)
    now = forecasts.state(small, DAY)
    assert now.model is None and not now.stale and now.none_because
    assert forecasts.quality(small, DAY) is None and forecasts.revenue_ahead(small, DAY).empty
    assert forecasts.save_first(small, DAY).frame.empty and forecasts.of_customer(small, 1, DAY) is None


def test_the_state_knows_when_it_no_longer_holds(shop) -> None:
    """Current on its day, stale on the next; the intervals hold the parameters."""
    now = forecasts.state(shop, DAY)
    assert (now.fit_on, now.stale, now.none_because) == (DAY, False, None)
    assert forecasts.state(shop, DAY + timedelta(days=1)).stale
    assert now.model_words and set(now.intervals) == set(now.parameters)


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (date(2025, 4, 7), date(2026, 1, 3), "39 weeks ago we would have forecast 1,653 orders; 1,882 came."),
        (date(2025, 1, 4), date(2026, 1, 3), "A year ago we would have forecast 1,653 orders; 1,882 came."),
        (
            date(1997, 9, 30),
            date(1998, 6, 30),
            "On 30 September 1997 we would have forecast 1,653 orders until 30 June 1998; 1,882 came.",
        ),
    ],
)
def test_the_last_forecast_in_words(since: date, until: date, words: str) -> None:
    """The real distance where the data reaches today, the dates where it ended long ago."""
    assert forecasts.quality_words(since, until, DAY, 1653, 1882) == words


def test_the_quality_adds_up(shop) -> None:
    """By orders and over time the same forecast and the same orders."""
    found = forecasts.quality(shop, DAY)
    assert list(found.by_orders.columns) == ["orders", "people", "forecast", "actual"]
    assert list(found.over_time.columns) == ["on", "forecast", "actual"]
    assert found.by_orders["actual"].sum() == found.over_time["actual"].iloc[-1] == found.actual
    assert found.by_orders["forecast"].sum() == pytest.approx(found.forecast)
    assert found.over_time["forecast"].iloc[-1] == pytest.approx(found.forecast, rel=1e-3)
    assert found.over_time["on"].iloc[-1] == found.until.isoformat()
    assert f"{found.actual:,} came" in found.words


def test_the_months_ahead(shop) -> None:
    """The rest of this month and so many whole ones, with a band around; the present one includes what came."""
    found = forecasts.revenue_ahead(shop, DAY, 3)
    assert found["month"].tolist() == ["2026-01", "2026-02", "2026-03", "2026-04"]
    assert ((found["low"] <= found["expected"]) & (found["expected"] <= found["high"])).all()
    assert (found["low"] >= 0).all() and (found["expected"] > 0).all()


def test_a_part_of_the_people_brings_a_part_of_the_revenue(shop) -> None:
    """Groups that share everybody out bring what the known buyers bring together, and nobody new."""
    halves = [Where("id", "at most", 100), Where("id", "more than", 100)]
    parts = [forecasts.revenue_ahead(shop, DAY, 3, half)["expected"] for half in halves]
    known = forecasts.revenue_ahead(shop, DAY, 3, Where("orders", "at least", 1))["expected"]
    assert (parts[0] + parts[1]).tolist() == pytest.approx(known.tolist(), abs=2)
    assert (known <= forecasts.revenue_ahead(shop, DAY, 3)["expected"]).all()


def test_whom_to_save_first(shop) -> None:
    """Most at stake first; at stake is the value × the chance of having left; each row leads to its person."""
    marks = forecasts.save_first(shop, DAY, most=20)
    frame = marks.frame
    assert list(frame.columns) == ["id", "name", "p_alive", "clv_12m", "at_stake", "last_on", "segment"]
    assert len(frame) == 20 and frame["at_stake"].is_monotonic_decreasing
    stake = frame["clv_12m"].astype(float) * (1 - frame["p_alive"].astype(float))
    assert frame["at_stake"].astype(float).tolist() == pytest.approx(stake.tolist(), abs=1)
    assert marks.conditions[0] == Where("id", "is", int(frame["id"][0]))


@pytest.mark.parametrize("whom", [EVERYBODY, Where("id", "at most", 50)])
def test_each_band_leads_to_its_people(shop, whom) -> None:
    """The people behind a band are as many as it says; all bands together are all buyers of the filter."""
    marks = forecasts.alive_bands(shop, DAY, whom)
    assert marks.frame["label"].tolist() == ["0–20 %", "20–40 %", "40–60 %", "60–80 %", "80–100 %"]
    assert [customers.count(shop, one, DAY) for one in marks.conditions] == marks.frame["people"].tolist()
    assert marks.frame["people"].sum() == (200 if whom == EVERYBODY else 50)


def test_one_person_with_reasons(shop) -> None:
    """A buyer has a forecast with words; who never bought has none."""
    found = forecasts.of_customer(shop, 1, DAY)
    assert found.p_alive_low <= found.p_alive <= found.p_alive_high < 1
    assert found.words and found.next_order_on
    assert forecasts.of_customer(shop, 900, DAY) is None


ROW = {
    "days": 14, "own_gap": 28.2, "last_on": "2025-11-25", "next_order_on": "2025-12-23", "p_alive": 0.812,
    "p_alive_low": 0.718, "p_alive_high": 0.877, "expected_orders_90d": 2.12, "expected_orders_low": 0.0,
    "expected_orders_high": 4.0, "clv_12m": 2_400_000, "clv_low": 1_000_000, "clv_high": 4_000_000,
}  # fmt: skip


def test_the_reasons_are_sentences() -> None:
    """Rhythm, last time, chance, orders, value and what was due."""
    assert reasons(ROW, DAY, "EUR") == [
        "Bought on 14 days, usually every 28 days, last 41 days ago: 81 % likely still a customer (72–88 %).",
        "About 2.1 orders expected in the next 90 days (0 to 4).",
        "Worth about €240 in the next 12 months (€100 to €400).",
        "By their rhythm the next order was due around 23 December 2025.",
    ]


def test_without_a_value_none_is_named() -> None:
    """One purchase, no money, hardly an order: nothing is made up."""
    row = ROW | {
        "days": 1,
        "own_gap": None,
        "clv_12m": None,
        "expected_orders_90d": 0.01,
        "next_order_on": None,
    }
    assert reasons(row, DAY, "") == [
        "Bought once, 41 days ago: 81 % likely still a customer (72–88 %).",
        "Hardly an order expected in the next 90 days.",
    ]


@pytest.mark.parametrize(
    ("chance", "words"),
    [(1.0, "over 99 %"), (0.994, "99 %"), (0.5, "50 %"), (0.001, "under 1 %"), (0.0, "under 1 %")],
)
def test_nothing_is_certain(chance: float, words: str) -> None:
    """Neither 100 % nor 0 %."""
    assert likely(chance) == words


def test_a_new_purchase_is_seen_at_once(sqlite_url: str) -> None:
    """What was remembered of the state does not outlive a change of the purchases."""
    people, lines = crowd(80)
    database = stock(sqlite_url, DAY, customer=people, purchase=lines)
    acts.refresh(database, as_of=DAY)
    assert not forecasts.state(database, DAY).stale
    more = pd.DataFrame(
        {"id": [9001], "customer_id": [1], "date": ["2026-01-04"], "quantity": [1.0], "amount": [50_000]}
    )
    add(database, DAY, purchase=more)
    assert forecasts.state(database, DAY).stale


def test_views_work_on_both_databases(database_url: str) -> None:
    """Bands, whom to save and the months ahead of a part of the people, on SQLite and PostgreSQL."""
    people, lines = crowd(100)
    database = stock(database_url, DAY, customer=people, purchase=lines)
    acts.refresh(database, as_of=DAY)
    half = Where("id", "at most", 50)
    marks = forecasts.alive_bands(database, DAY, half)
    assert [customers.count(database, one, DAY) for one in marks.conditions] == marks.frame["people"].tolist()
    assert set(forecasts.save_first(database, DAY, half).frame["id"]) <= set(range(1, 51))
    assert (forecasts.revenue_ahead(database, DAY, 3, half)["expected"] > 0).all()
    database.close()
