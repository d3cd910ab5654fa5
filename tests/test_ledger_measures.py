"""The words of the profile in SQL, held against plain pandas and against print."""

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import oracle
import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from stocked import add, cdnow, clear, online_retail, stock

from crm_core.ledger.profiles import edges, profile
from crm_core.ledger.reading.queries import people_frame
from crm_core.ledger.store.database import open_database
from crm_core.ledger.store.tables import profiles, purchases
from crm_core.model.conditions import EVERYBODY
from crm_core.model.words import SEGMENTS
from tests.places import place

DAY = date(2026, 1, 5)
EXACT = ["orders", "days", "revenue", "bought", "recency_days", "r", "f", "m", "contacts", "inquiries"]
WORDS = ["segment", "tier", "pattern", "stage", "priority"]
CLOSE = ["quantity", "gap", "silence"]


def measured(database, as_of: date) -> pd.DataFrame:
    with database.read() as connection:
        names = [
            *EXACT,
            *WORDS,
            *CLOSE,
            "first_on",
            "last_on",
            "last_contact_on",
            "next_order_on",
            "silent_on",
        ]
        return people_frame(connection, EVERYBODY, names, as_of).set_index("id")


def compare(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    """The same numbers, words and dates for every customer."""
    assert list(found.index) == list(wanted.index)
    for name in EXACT + CLOSE:
        left, right = (
            found[name].astype("Float64").to_numpy(float, na_value=np.nan),
            wanted[name].to_numpy(float),
        )
        np.testing.assert_allclose(left, right, rtol=1e-9, atol=1e-9 if name in CLOSE else 0, err_msg=name)
    for name in WORDS:
        assert found[name].fillna("").tolist() == wanted[name].fillna("").tolist(), name
    for name, right in (("first_on", wanted["first"]), ("last_on", wanted["last"])):
        assert found[name].fillna("").tolist() == right.dt.strftime("%Y-%m-%d").fillna("").tolist(), name


def random_shop(seed: int, people: int = 60, lines: int = 300) -> dict[str, pd.DataFrame]:
    """A shop with every oddity: returns, marked lines, no number, no customer, the future, heads without lines."""
    rng = np.random.default_rng(seed)
    days = [(DAY + timedelta(days=int(back))).isoformat() for back in rng.integers(-900, 60, lines)]
    number = rng.choice(["A", "B", "C", "D"], lines) + rng.integers(0, lines, lines).astype(str)
    quantity = rng.choice([-1, 0, 1, 2, 3], lines, p=[0.08, 0.02, 0.5, 0.3, 0.1])
    bought = pd.DataFrame({"customer_id": rng.integers(1, people + 1, lines), "date": days, "number": number})
    bought["quantity"], bought["amount"] = (
        quantity.astype(float),
        quantity * rng.integers(0, 400, lines) * 2500,
    )
    bought["customer_id"] = bought["customer_id"].astype("Int64").mask(rng.random(lines) < 0.05)
    bought["number"] = bought["number"].mask(rng.random(lines) < 0.3, None)
    bought["status"] = rng.choice(
        ["completed", "cancelled", "returned", None], lines, p=[0.3, 0.05, 0.05, 0.6]
    )
    heads = pd.DataFrame(
        {"number": [f"H{k}" for k in range(20)], "customer_id": rng.integers(1, people + 1, 20)}
    )
    heads["date"], heads["total"] = days[:20], rng.integers(1, 90, 20) * 10_000
    spoke = pd.DataFrame({"customer_id": rng.integers(1, people + 1, 40), "date": days[:40]})
    spoke["type"], spoke["outcome"] = (
        rng.choice(["inquiry", "call"], 40),
        rng.choice(["reached", "no answer", None], 40),
    )
    cards = pd.DataFrame({"id": range(1, people + 11), "name": [f"P{k}" for k in range(people + 10)]})
    for name in ("may_call", "may_email", "do_not_contact"):
        cards[name] = rng.choice(["yes", "no", None], people + 10)
    cards["stage"] = rng.choice(["dissolution", None], people + 10, p=[0.05, 0.95])
    return {"customer": cards, "purchase": bought, "order": heads, "interaction": spoke}


def oracle_of(shop: dict[str, pd.DataFrame], as_of: date) -> pd.DataFrame:
    return oracle.profile(shop["customer"], shop["purchase"], as_of, shop["order"], shop["interaction"])


@pytest.mark.parametrize("seed", range(4))
def test_every_measure_is_the_plain_pandas_one(database_url: str, seed: int) -> None:
    """Sums, scores and words are those of the oracle today, on both databases, for a shop with every oddity."""
    shop = random_shop(seed)
    compare(measured(stock(database_url, DAY, **shop), DAY), oracle_of(shop, DAY))


@pytest.mark.parametrize("back", [1, 200, 2000])
def test_an_earlier_day_is_measured_from_the_occasions(database_url: str, back: int) -> None:
    """As of a day before the kept one every measure is what it would have been then."""
    shop, day = random_shop(11), DAY - timedelta(days=back)
    compare(measured(stock(database_url, DAY, **shop), day), oracle_of(shop, day))


def test_a_later_day_takes_in_what_lay_in_the_future(database_url: str) -> None:
    """As of a day after the kept one, purchases and contacts dated between count."""
    shop, day = random_shop(12), DAY + timedelta(days=45)
    compare(measured(stock(database_url, DAY, **shop), day), oracle_of(shop, day))


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """One database for many small shops, one after the other."""
    database = open_database(place(tmp_path_factory.mktemp("few") / "few.db"))
    yield database
    database.close()


@given(
    st.lists(
        st.tuples(
            st.integers(1, 8), st.integers(-800, 20), st.sampled_from([None, "A", "B"]), st.integers(-2, 3)
        ),
        max_size=30,
    )
)
@settings(max_examples=20)
def test_any_few_lines_are_measured_as_the_oracle_does(few, rows) -> None:
    """Ties, single customers, empty shops: the SQL never differs from pandas."""
    bought = pd.DataFrame(rows, columns=["customer_id", "back", "number", "quantity"])
    bought["date"] = [(DAY + timedelta(days=int(back))).isoformat() for back in bought["back"]]
    bought["amount"] = bought["quantity"] * 12_500
    bought = bought.drop(columns="back").astype({"quantity": float})
    shop = {"customer": pd.DataFrame({"id": range(1, 9), "name": list("abcdefgh")}), "purchase": bought}
    clear(few)
    add(few, DAY, **shop)
    compare(measured(few, DAY), oracle.profile(shop["customer"], bought, DAY))


def test_the_kept_profiles_serve_every_day_on_which_nothing_happened(database_url: str) -> None:
    """Between the kept day and as-of without a purchase or contact, the kept table itself is read."""
    shop = random_shop(3)
    database = stock(database_url, DAY, **shop)
    quiet = max(
        day for day in (*shop["purchase"]["date"], *shop["interaction"]["date"]) if day <= DAY.isoformat()
    )
    with database.read() as connection:
        assert profile.source(connection, DAY).element is profiles
        assert profile.holds(connection, date.fromisoformat(quiet))
        assert not profile.holds(connection, date.fromisoformat(quiet) - timedelta(days=1))


def test_a_change_is_seen_on_an_earlier_day_as_well(database_url: str) -> None:
    """The sums computed for an earlier day are not kept beyond the state they were computed from."""
    shop, day = random_shop(5), DAY - timedelta(days=300)
    database = stock(database_url, DAY, **shop)
    before = measured(database, day)["revenue"].sum()
    more = (
        shop["purchase"]
        .iloc[:1]
        .assign(id=9999, customer_id=1, date="2024-01-01", amount=10_000, status=None)
    )
    add(database, DAY, purchase=more)
    assert measured(database, day)["revenue"].sum() == before + 10_000


@given(
    st.lists(st.integers(-50, 50), min_size=1, max_size=40),
    st.sampled_from([(1, 5), (1, 2), (9, 10), (4, 5)]),
)
def test_quantiles_are_numpys(values: list[int], share: tuple[int, int]) -> None:
    """Linear between neighbours, whatever the ties, without any percentile function of the database."""
    found = edges.quantiles_of(np.array(values), (share,))
    assert float(found[0]) == pytest.approx(np.quantile(values, float(Fraction(*share))))


def test_nobody_bought_yet(database_url: str) -> None:
    """An empty shop has no scores, no tier, the usual gap of 90 days, and one segment: no purchase."""
    database = stock(database_url, DAY, customer=pd.DataFrame({"name": ["Ann"]}))
    row = measured(database, DAY).iloc[0]
    assert (row["segment"], row["pattern"], row["stage"]) == ("no purchase", "never", "exploration")
    assert row[["tier", "r", "gap", "next_order_on"]].isna().all()
    with database.read() as connection:
        assert edges.edges(connection, DAY).gap == 90


def test_an_order_in_one_number_over_two_days_is_one_order_of_one_day(database_url: str) -> None:
    """Lines of one number on two days are one order on its first day; the gap has nothing to go by."""
    lines = pd.DataFrame(
        {"customer_id": 1, "number": "A1", "date": ["2025-12-01", "2025-12-03"], "quantity": 1.0}
    )
    database = stock(
        database_url, DAY, customer=pd.DataFrame({"name": ["Ann"]}), purchase=lines.assign(amount=50_000)
    )
    row = measured(database, DAY).iloc[0]
    assert (row["orders"], row["days"], row["last_on"], row["recency_days"]) == (1, 1, "2025-12-01", 35)
    assert row["next_order_on"] == "2026-03-01"  # 90 days, the usual gap where nobody came twice


def test_the_next_order_is_expected_a_gap_after_the_last(database_url: str) -> None:
    """Three visits every 30 days: gap (60 + 3 × 30) ÷ 5 = 30, so the next is due 30 days after the last."""
    lines = pd.DataFrame(
        {"customer_id": 1, "date": ["2025-10-01", "2025-10-31", "2025-11-30"], "quantity": 1.0}
    )
    database = stock(
        database_url, DAY, customer=pd.DataFrame({"name": ["Ann"]}), purchase=lines.assign(amount=50_000)
    )
    row = measured(database, DAY).iloc[0]
    assert (row["gap"], row["next_order_on"], row["silence"]) == (30, "2025-12-30", 36 / 30)
    assert row["silent_on"] == "2026-03-01"  # the first day on which 3 × 30 days are exceeded


CDNOW_AGAIN = {"champions": 74, "can't lose": 46, "at risk": 30, "hibernating": 12}


def test_segments_of_cdnow_order_the_next_39_weeks(database_url: str, shared_data) -> None:
    """Of the people by segment on 1997-09-30, those shares buy again by 1998-06-30, as the design says."""
    customers, lines = cdnow(shared_data)
    database = stock(database_url, date(1998, 6, 30), customer=customers, purchase=lines)
    people = measured(database, date(1997, 9, 30))
    later = set(lines.loc[lines["date"] > "1997-09-30", "customer_id"])
    again = people.index.isin(later)
    share = pd.Series(again, index=people.index).groupby(people["segment"]).mean() * 100
    assert {name: round(share[name]) for name in CDNOW_AGAIN} == CDNOW_AGAIN
    assert set(people["segment"]) <= set(SEGMENTS)


def test_cdnow_is_measured_as_pandas_measures_it(database_url: str, shared_data) -> None:
    """2,357 real customers as of the end of the sample."""
    customers, lines = cdnow(shared_data)
    day = date(1998, 6, 30)
    database = stock(database_url, day, customer=customers, purchase=lines)
    found = measured(database, day)
    compare(found, oracle.profile(customers, lines, day))
    assert len(found) == 2357


@pytest.mark.slow
def test_online_retail_is_measured_as_pandas_measures_it(database_url: str, shared_data) -> None:
    """Real cancellations, lines without a customer and ties, as of the end of the second sheet."""
    customers, lines = online_retail(shared_data)
    day = date(2011, 12, 9)
    database = stock(database_url, day, customer=customers, purchase=lines)
    compare(measured(database, day), oracle.profile(customers, lines, day))
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(purchases)) == 14_269 + 20_497


def test_edges_are_remembered_until_a_purchase_changes(sqlite_url: str, monkeypatch) -> None:
    """A second question in the same state computes nothing."""
    database = stock(sqlite_url, DAY, **random_shop(1))
    with database.read() as connection:
        first = edges.edges(connection, DAY)
        monkeypatch.setattr(edges, "compute", lambda *_: pytest.fail("computed again"))
        assert edges.edges(connection, DAY) is first


def test_the_size_of_a_big_order_is_worked_out_only_for_the_pattern(sqlite_url: str, monkeypatch) -> None:
    """It walks all lines; a grid without the pattern does not wait for it."""
    database = stock(sqlite_url, DAY, **random_shop(2))
    asked: list[date] = []
    monkeypatch.setattr(edges, "compute_big_order", lambda connection, as_of: asked.append(as_of))
    with database.read() as connection:
        people_frame(connection, EVERYBODY, ["segment", "tier", "silence"], DAY)
        assert not asked
        people_frame(connection, EVERYBODY, ["pattern"], DAY)
    assert asked == [DAY]


def test_an_empty_database_can_be_asked(database_url: str) -> None:
    """Nothing stored: an empty frame with the columns asked for, no error."""
    found = measured(open_database(database_url), DAY)
    assert found.empty and "segment" in found.columns
