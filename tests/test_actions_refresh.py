"""Bringing forecasts, standings and products up to date."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from stocked import add, stock

from crm_core.actions import forecasts, keeping, refresh
from crm_core.ledger.store.derived import forecasts as table
from crm_core.ledger.worked_out import forecasts as kept

DAY = date(2026, 1, 5)


def crowd(people: int = 120, spend: float = 20.0, seed: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People who buy at their own pace for a year and leave by and by; amounts around `spend`."""
    rng, rows = np.random.default_rng(seed), []
    for person in range(1, people + 1):
        day, gap = int(rng.integers(0, 250)), float(rng.gamma(2, 20))
        stays = rng.exponential(200)
        begun = day
        while day <= 364 and day - begun <= stays:
            amount = round(spend * rng.gamma(4, 0.25), 2)
            rows.append((person, (DAY - timedelta(days=364 - day)).isoformat(), 1.0, int(amount * 10_000)))
            day += max(1, int(rng.exponential(gap)))
    lines = pd.DataFrame(rows, columns=["customer_id", "date", "quantity", "amount"])
    names = [f"P {number}" for number in range(1, people + 1)]
    return pd.DataFrame({"id": range(1, people + 1), "code": names, "name": names}), lines


@pytest.fixture
def shop(database_url: str):
    customers, lines = crowd()
    never = pd.DataFrame({"id": [900], "code": ["N"], "name": ["Never Bought"]})
    database = stock(database_url, DAY, customer=pd.concat([customers, never]), purchase=lines)
    yield database
    database.close()


def rows(database) -> pd.DataFrame:
    with database.read() as connection:
        found = connection.execute(sa.select(table).order_by(table.c.customer_id)).mappings().all()
    return pd.DataFrame([dict(row) for row in found], columns=list(kept.COLUMNS))


def facts(database) -> dict:
    with database.read() as connection:
        return kept.facts(connection).facts


def test_every_buyer_gets_a_forecast_and_nobody_else(shop) -> None:
    """One row a buyer, chances from 0 to 1, each value between its ends; who never bought has none."""
    forecasts.refresh(shop, as_of=DAY)
    found = rows(shop)
    assert found["customer_id"].tolist() == list(range(1, 121))
    for low, value, high in (
        ("p_alive_low", "p_alive", "p_alive_high"),
        ("expected_orders_low", "expected_orders_90d", "expected_orders_high"),
        ("clv_low", "clv_12m", "clv_high"),
    ):
        assert (found[low] <= found[value] + 1e-9).all() and (found[value] <= found[high] + 1e-9).all()
    assert found["p_alive"].between(0, 1).all() and (found["clv_12m"] >= 0).all()


def test_the_model_shown_lets_everybody_leave(shop) -> None:
    """BG/NBD is tried out and never chosen: nobody who bought once is certainly still a customer."""
    forecasts.refresh(shop, as_of=DAY)
    made = facts(shop)
    assert made["model"] in ("mbgnbd", "paretonbd")
    assert {one["model"] for one in made["backtest"]["compared"]} == {"bgnbd", "mbgnbd", "paretonbd"}
    assert rows(shop)["p_alive"].max() < 1


def test_nothing_is_done_where_all_is_current(shop) -> None:
    """A second refresh of the day writes nothing; a new purchase or another day asks for one."""
    refresh.refresh_all(shop, as_of=DAY)
    before = shop.revisions()
    refresh.refresh_all(shop, as_of=DAY)
    assert shop.revisions() == before and not refresh.is_stale(shop, DAY)
    assert refresh.is_stale(shop, DAY + timedelta(days=1))
    one = pd.DataFrame(
        {"id": [9001], "customer_id": [1], "date": ["2026-01-04"], "quantity": [1.0], "amount": [50_000]}
    )
    add(shop, DAY, purchase=one)
    assert refresh.is_stale(shop, DAY) and forecasts.is_stale(shop, DAY)


def test_another_discount_asks_for_another_value(shop) -> None:
    """Money that loses more is worth less; the chances stay."""
    forecasts.refresh(shop, as_of=DAY)
    before = rows(shop)
    add(shop, DAY, setting=pd.DataFrame({"name": ["discount_monthly"], "value": ["10"]}))
    assert forecasts.is_stale(shop, DAY)
    forecasts.refresh(shop, as_of=DAY)
    after = rows(shop)
    assert after["clv_12m"].sum() < 0.8 * before["clv_12m"].sum()
    assert after["p_alive"].tolist() == pytest.approx(before["p_alive"].tolist())


def test_the_morning_brings_all_up_to_date(shop) -> None:
    """After it nothing is stale, and what was said on the way ends with the whole."""
    said: list[tuple[str, float]] = []
    keeping.begin_day(shop, as_of=DAY, progress=lambda words, share: said.append((words, share)))
    assert not refresh.is_stale(shop, DAY)
    shares = [share for _, share in said]
    assert shares == sorted(shares) and shares[-1] == 1.0


def made_of(url: str, lines: list[tuple[int, str, float, int]]) -> tuple[pd.DataFrame, dict]:
    """What is kept of a shop with these lines: the rows and the facts."""
    frame = pd.DataFrame(lines, columns=["customer_id", "date", "quantity", "amount"])
    people = sorted(set(frame["customer_id"])) or [1]
    names = [f"P {number}" for number in people]
    database = stock(url, DAY, customer=pd.DataFrame({"id": people, "name": names}), purchase=frame)
    forecasts.refresh(database, as_of=DAY)
    return rows(database), facts(database)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [(1, "2025-01-01", 1.0, 10_000), (1, "2025-05-01", 1.0, 10_000)],
        [(n, "2025-06-01", 1.0, 10_000) for n in range(1, 90)],
        [(n, "2027-06-01", 1.0, 10_000) for n in range(1, 90)],
    ],
    ids=["no purchases", "one customer", "all on one day", "all in the future"],
)
def test_too_little_is_said_in_words(sqlite_url: str, lines: list) -> None:
    """Where no model can be carried nobody has a forecast, and a sentence says why."""
    found, made = made_of(sqlite_url, lines)
    assert found.empty and made["model"] is None
    assert made["none_because"].endswith(".") and made["backtest"] is None and made["ahead"] == []


def test_a_forecast_that_can_no_longer_be_made_is_taken_away(shop) -> None:
    """A day before most people came: the rows of the day before are gone."""
    forecasts.refresh(shop, as_of=DAY)
    forecasts.refresh(shop, as_of=DAY - timedelta(days=364))
    assert rows(shop).empty and facts(shop)["none_because"]


def crowd_lines(change) -> list[tuple[int, str, float, int]]:
    _, lines = crowd()
    return [change(*row) for row in lines.itertuples(index=False, name=None)]


def test_without_money_there_is_no_value(sqlite_url: str) -> None:
    """Free of charge throughout: people still come back, but no value can be told, and a warning says so."""
    found, made = made_of(sqlite_url, crowd_lines(lambda who, day, n, amount: (who, day, n, 0)))
    assert found["p_alive"].notna().all() and found["clv_12m"].isna().all()
    assert made["spend"] is None and any("money" in warning for warning in made["warnings"])


def test_returns_beyond_purchases_do_not_crash(sqlite_url: str) -> None:
    """A customer whose returns outweigh the purchases gets a value that is not negative."""
    lines = crowd_lines(lambda *row: row)
    heavy = [(1, day, -1.0, -90_000_000) for who, day, _, _ in lines if who == 1]
    found, _ = made_of(sqlite_url, [*lines, *heavy])
    assert (found["clv_12m"].fillna(0) >= 0).all()


def test_one_customer_with_half_of_the_revenue_is_named_as_a_risk(sqlite_url: str) -> None:
    """Sums of money that hang on one customer are not to be trusted without a word."""
    lines = crowd_lines(lambda who, day, n, amount: (who, day, n, amount * (400 if who == 1 else 1)))
    found, made = made_of(sqlite_url, lines)
    assert len(found) == 120
    assert any(warning.startswith("One customer brings") for warning in made["warnings"])
