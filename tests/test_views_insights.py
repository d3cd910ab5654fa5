"""What managers see: every number against plain pandas, every mark against its people."""

from datetime import date, timedelta

import oracle
import pandas as pd
import pytest
from stocked import cdnow, stock
from test_ledger_measures import DAY, oracle_of, random_shop

from crm_core.errors import InvalidInput
from crm_core.ledger.profiles.series import WORDS
from crm_core.ledger.reading.queries import people_frame
from crm_core.ledger.store.database import open_database
from crm_core.model.conditions import EVERYBODY, All, Has, Not, Where
from crm_core.views.customers import count
from crm_core.views.insights import who as insights
from crm_core.views.insights.cohorts import cohorts
from crm_core.views.insights.kpis import kpis
from crm_core.views.insights.periods import NAMES, period
from crm_core.views.insights.places import places
from crm_core.views.insights.rhythm import gaps, seasons
from crm_core.views.insights.sentences import sentences
from crm_core.views.words import money

PERIODS = [period(name, DAY) for name in NAMES if name != "custom"]
SOME = (
    Where("tier", "is", "high"), Not(Where("segment", "is", "hibernating")), Where("orders", "at least", 99),
    Has("purchase", (Where("quantity", "at least", 2),), 3), Where("last_on", "days ago at most", 200),
)  # fmt: skip
PAST = period("custom", DAY, date(2025, 2, 1), date(2025, 6, 30))


@pytest.fixture(scope="module")
def shop_frames() -> dict[str, pd.DataFrame]:
    return random_shop(21, people=80, lines=500)


@pytest.fixture
def shop(database_url: str, shop_frames):
    return stock(database_url, DAY, **shop_frames)


@pytest.mark.parametrize("name", list(WORDS))
def test_behind_every_bar_are_exactly_its_people(shop, shop_frames, name: str) -> None:
    """People, revenue and the people behind each bar; the words in their order, none left out."""
    marks = insights.distribution(shop, name, DAY)
    people = oracle_of(shop_frames, DAY)
    assert tuple(marks.frame["value"]) == WORDS[name]
    for row, condition in zip(marks.frame.itertuples(), marks.conditions, strict=True):
        theirs = people[people[name] == row.value]
        assert (row.people, row.revenue) == (len(theirs), theirs["revenue"].sum())
        assert count(shop, condition, DAY) == row.people


def test_behind_every_cell_of_the_grid_are_its_people(shop, shop_frames) -> None:
    """25 cells, best in the first row; together all buyers."""
    marks = insights.rfm_grid(shop, DAY)
    assert len(marks.frame) == 25 and marks.frame.iloc[0][["r", "f"]].tolist() == [5, 1]
    assert [count(shop, condition, DAY) for condition in marks.conditions] == marks.frame["people"].tolist()
    assert marks.frame["people"].sum() == (oracle_of(shop_frames, DAY)["orders"] > 0).sum()


def test_months_hold_the_whole_revenue(shop, shop_frames) -> None:
    """Every month from the first to as-of, empty ones too; lines without a customer count, the future does not."""
    marks = insights.revenue_by_month(shop, DAY)
    rows = oracle.lines(shop_frames["purchase"], shop_frames["order"], DAY)
    assert marks.frame["revenue"].sum() == rows["revenue"].sum()
    assert marks.frame["month"].iloc[-1] == "2026-01" and marks.frame["month"].is_monotonic_increasing
    assert len(marks.frame) == len(pd.period_range(marks.frame["month"].iloc[0], "2026-01", freq="M"))


def test_months_by_segment_hold_the_revenue_of_known_customers(shop, shop_frames) -> None:
    """One row a month and segment; a month's people of a segment are those who bought in it."""
    marks = insights.revenue_by_month(shop, DAY, by="segment")
    assert marks.frame["revenue"].sum() == oracle_of(shop_frames, DAY)["revenue"].sum()
    busiest = int(marks.frame["orders"].to_numpy().argmax())
    assert 0 < count(shop, marks.conditions[busiest], DAY) <= marks.frame["orders"].iloc[busiest]
    with pytest.raises(InvalidInput, match="colour"):
        insights.revenue_by_month(shop, DAY, by="colour")


def test_the_pareto_curve_climbs_to_everything(shop, shop_frames) -> None:
    """From the best buyer to all of them; behind a point stand those who spent as much or more."""
    marks = insights.pareto(shop, DAY)
    spent = oracle_of(shop_frames, DAY).query("orders > 0")["revenue"].sort_values(ascending=False)
    assert marks.frame["people"].iloc[-1] == len(spent) and marks.frame["revenue_share"].iloc[
        -1
    ] == pytest.approx(1)
    third = marks.frame.iloc[2]
    assert third["revenue_share"] == pytest.approx(spent.iloc[: int(third["people"])].sum() / spent.sum())
    assert [count(shop, condition, DAY) for condition in marks.conditions] == marks.frame["people"].tolist()


def test_a_curve_of_many_has_two_hundred_points(database_url: str, shared_data) -> None:
    """CDNOW's 2,357 buyers; the best fifth brings more than half."""
    customers, lines = cdnow(shared_data)
    database = stock(database_url, date(1998, 6, 30), customer=customers, purchase=lines)
    curve = insights.pareto(database, date(1998, 6, 30)).frame
    assert 150 < len(curve) <= 200
    assert curve.loc[curve["people_share"] <= 0.2, "revenue_share"].max() > 0.5


def test_what_matters_is_said_with_its_people(shop) -> None:
    """At most three sentences, each with as many people as it says, most at stake first."""
    said = sentences(shop, period("last 365 days", DAY))
    assert 1 <= len(said) <= 3
    for sentence in said:
        assert count(shop, sentence.condition, sentence.as_of) == sentence.people > 0
        assert not sentence.text.endswith((".", "!"))


def test_regulars_who_fell_silent_are_told_with_their_worth(sqlite_url: str) -> None:
    """One regular of 21 visits, silent since spring: what they spent in their last year stands in the sentence."""
    start = date(2024, 7, 1)
    days = [(start + timedelta(days=14 * visit)).isoformat() for visit in range(21)]
    lines = pd.DataFrame({"customer_id": 1, "date": days, "quantity": 1.0, "amount": 100_000})
    setting = pd.DataFrame({"name": ["currency"], "value": ["EUR"]})
    database = stock(
        sqlite_url, DAY, customer=pd.DataFrame({"name": ["Ann"]}), purchase=lines, setting=setting
    )
    said = {sentence.name: sentence for sentence in sentences(database, period("last 365 days", DAY), 9)}
    assert said["fell silent"].text == "1 regular fell silent, worth €210 a year"


@pytest.mark.parametrize("people", [0, 1])
def test_nobody_and_one_person_can_be_looked_at(database_url: str, people: int) -> None:
    """No division by nothing, no empty axis error: zeros and blanks."""
    database = (
        stock(database_url, DAY, customer=pd.DataFrame({"name": ["Ann"]}))
        if people
        else open_database(database_url)
    )
    values = {kpi.name: kpi.value for kpi in kpis(database, period("month", DAY))}
    nothing = {"revenue": 0, "buyers": 0, "new": 0, "silent": 0}
    assert {name: values[name] for name in nothing} == nothing
    assert all(values[name] is None for name in ("retention", "repeat_rate", "churn", "mean_order"))
    assert sentences(database, period("month", DAY)) == ()
    assert insights.pareto(database, DAY).frame.empty and insights.revenue_by_month(database, DAY).frame.empty
    assert insights.revenue_by_month(database, DAY, by="tier").frame.empty
    assert insights.rfm_grid(database, DAY).frame["people"].sum() == 0
    assert insights.distribution(database, "segment", DAY).frame["people"].sum() == people


SPANS = [
    ("month", date(2026, 1, 5), "2026-01-01 2026-01-05 2025-12-01 2025-12-05"),
    ("month", date(2026, 2, 28), "2026-02-01 2026-02-28 2026-01-01 2026-01-31"),
    ("month", date(2026, 3, 30), "2026-03-01 2026-03-30 2026-02-01 2026-02-28"),
    ("quarter", date(2026, 5, 10), "2026-04-01 2026-05-10 2026-01-01 2026-02-09"),
    ("year", date(2026, 12, 31), "2026-01-01 2026-12-31 2025-01-01 2025-12-31"),
    ("last 90 days", date(2026, 1, 5), "2025-10-08 2026-01-05 2025-07-10 2025-10-07"),
]


@pytest.mark.parametrize(("name", "as_of", "wanted"), SPANS)
def test_a_period_is_compared_with_as_much_of_the_one_before(name: str, as_of: date, wanted: str) -> None:
    """Five days of January with five of December; a complete month with a complete month."""
    span = period(name, as_of)
    assert f"{span.start} {span.end} {span.before_start} {span.before_end}" == wanted


def test_a_period_that_makes_no_sense_is_refused() -> None:
    """Unknown name, missing days, the end before the start."""
    with pytest.raises(InvalidInput, match="fortnight"):
        period("fortnight", DAY)
    with pytest.raises(InvalidInput, match="first and a last"):
        period("custom", DAY)
    with pytest.raises(InvalidInput, match="Swap"):
        period("custom", DAY, date(2025, 2, 1), date(2025, 1, 1))


MONEY = [
    (123_450_000, "EUR", False, "€12,345"), (124_500, "EUR", False, "€12.45"), (120_000, "PLN", False, "PLN12"),
    (1_234_567_890, "USD", True, "$123.5k"), (124_500, "", False, "12.45"), (-50_000, "EUR", False, "-€5"),
]  # fmt: skip


@pytest.mark.parametrize(("amount", "currency", "short", "words"), MONEY)
def test_money_is_said_without_needless_decimals(amount: int, currency: str, short: bool, words: str) -> None:
    """With its currency, thousands grouped."""
    assert money(amount, currency, short=short) == words


@pytest.mark.parametrize("whom", SOME, ids=str)
def test_of_some_people_every_mark_counts_them_alone(shop, shop_frames, whom) -> None:
    """Bars, grid, curve and months of a filter: behind each mark exactly as many as it says, together all of them."""
    drawn = [insights.distribution(shop, name, DAY, whom) for name in WORDS]
    drawn += [insights.rfm_grid(shop, DAY, whom), insights.pareto(shop, DAY, whom)]
    for marks in drawn:
        counted = [count(shop, condition, DAY) for condition in marks.conditions]
        assert counted == marks.frame["people"].tolist()
    assert drawn[0].frame["people"].sum() == count(shop, whom, DAY)


@pytest.mark.parametrize("whom", SOME, ids=str)
def test_months_of_some_people_hold_their_revenue(shop, shop_frames, whom) -> None:
    """Alone or by segment: the revenue of their profiles; lines without a customer are not theirs."""
    theirs = people_of(shop, whom)
    wanted = oracle_of(shop_frames, DAY).loc[theirs, "revenue"].sum()
    assert insights.revenue_by_month(shop, DAY, whom=whom).frame["revenue"].sum() == wanted
    assert insights.revenue_by_month(shop, DAY, by="segment", whom=whom).frame["revenue"].sum() == wanted
    assert insights.daily(shop, DAY, whom)["revenue"].sum() == wanted


def people_of(database, whom) -> list[int]:
    with database.read() as connection:
        return people_frame(connection, whom, [], DAY)["id"].astype(int).tolist()


def test_sentences_of_some_people_are_about_them(shop) -> None:
    """Each sentence of a filter counts people of the filter alone."""
    whom = Where("tier", "is", "high")
    for sentence in sentences(shop, period("last 365 days", DAY), 7, whom):
        assert count(shop, sentence.condition, DAY) == sentence.people
        assert count(shop, All((whom, sentence.condition)), DAY) == sentence.people


NOTHING = {
    "no purchases": pd.DataFrame({"customer_id": [1], "date": ["2027-01-01"], "amount": [10_000]}),
    "one customer": pd.DataFrame({"customer_id": [1], "date": ["2025-12-30"], "amount": [10_000]}),
    "one day": pd.DataFrame({"customer_id": [1, 1, 2], "date": ["2025-12-30"] * 3, "amount": [10_000] * 3}),
    "no spend": pd.DataFrame(
        {"customer_id": [1, 2], "date": ["2025-12-30"] * 2, "quantity": [1.0, 1.0], "amount": [0, 0]}
    ),
    "returns": pd.DataFrame(
        {"customer_id": [1, 2], "date": ["2025-12-30"] * 2, "quantity": [-1.0, 1.0], "amount": [-90_000, 10]}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTHING)
def test_where_little_is_known_every_view_still_answers(database_url: str, name: str) -> None:
    """No purchases, one customer, one day, nothing or less spent: frames and None, no error."""
    cards = pd.DataFrame({"id": [1, 2], "name": ["Ann", "Ben"], "city": ["Leeds", None]})
    database = stock(database_url, DAY, customer=cards, purchase=NOTHING[name])
    for whom in (EVERYBODY, Where("orders", "at least", 100)):
        for span in (*PERIODS, PAST):
            assert len(kpis(database, span, whom)) == 8
        for word in WORDS:
            assert len(insights.distribution(database, word, DAY, whom).frame) == len(WORDS[word])
            insights.revenue_by_month(database, DAY, by=word, whom=whom)
        drawn = [insights.pareto(database, DAY, whom), insights.revenue_by_month(database, DAY, whom=whom),
                 cohorts(database, DAY, whom), gaps(database, DAY, whom), seasons(database, DAY, whom),
                 places(database, DAY, whom)]  # fmt: skip
        assert all(len(marks.frame) == len(marks.conditions) for marks in drawn)
        sentences(database, PAST, 7, whom)
