"""Who comes back: cohorts against plain pandas, and exactly their people."""

from datetime import date

import oracle
import pandas as pd
import pytest
from stocked import stock
from test_ledger_measures import DAY, random_shop

from crm_core.errors import InvalidInput
from crm_core.ledger.reading.queries import people_frame
from crm_core.model.conditions import EVERYBODY, Where
from crm_core.views.customers import count
from crm_core.views.insights.cohorts import cohorts

SOME = pytest.mark.parametrize("whom", [EVERYBODY, Where("tier", "is", "high")], ids=str)
STEPS = pytest.mark.parametrize("step", ["month", "quarter"])
LETTER = {"month": "M", "quarter": "Q"}


@pytest.fixture(scope="module")
def shop_frames() -> dict[str, pd.DataFrame]:
    return random_shop(33, people=90, lines=700)


@pytest.fixture
def shop(database_url: str, shop_frames):
    return stock(database_url, DAY, **shop_frames)


def plain(
    frames: dict[str, pd.DataFrame], step: str, ids: list[int]
) -> dict[tuple[str, int], tuple[int, int, int]]:
    """By the first day of the cohort and its age: size, people, revenue."""
    rows = oracle.lines(frames["purchase"], frames["order"], DAY)
    rows = rows[rows["customer_id"].isin(ids)]
    taken = oracle.orders_of(rows)
    first = taken.groupby("customer_id")["day"].min().dt.to_period(LETTER[step])
    last = pd.Period(DAY, LETTER[step]) - 1
    cells = {}
    for cohort in sorted(set(first[first <= last])):
        members = first[first == cohort].index
        bought, spent = (frame[frame["customer_id"].isin(members)] for frame in (taken, rows))
        for age in range((last - cohort).n + 1):
            people = bought[bought["day"].dt.to_period(LETTER[step]) == cohort + age]["customer_id"].nunique()
            stretch = spent["day"].dt.to_period(LETTER[step])
            inside = stretch == cohort + age if age else stretch <= cohort
            cells[str(cohort.start_time.date()), age] = (
                len(members),
                people,
                int(spent[inside]["revenue"].sum()),
            )
    return cells


@STEPS
@SOME
def test_every_cell_is_that_of_pandas(shop, shop_frames, step: str, whom) -> None:
    """Size, people and revenue; shares of the size, revenue added up; no cell that is not over."""
    with shop.read() as connection:
        ids = people_frame(connection, whom, [], DAY)["id"].astype(int).tolist()
    frame = cohorts(shop, DAY, whom, step, 100).frame
    found = {(row.start, row.age): (row.size, row.people, row.revenue) for row in
             frame.rename(columns={"size": "many"}).assign(size=frame["size"]).itertuples(index=False)}  # fmt: skip
    assert found == plain(shop_frames, step, ids)
    assert (frame["share"] == frame["people"] / frame["size"]).all()
    running = frame.groupby("start")["revenue"].cumsum() / frame["size"]
    assert (frame["revenue_each"] - running).abs().max() <= 0.5


@STEPS
@SOME
def test_behind_every_cell_are_exactly_its_people(shop, step: str, whom) -> None:
    """The last twelve cohorts, oldest first; at age 0 all of them."""
    marks = cohorts(shop, DAY, whom, step)
    assert marks.frame["start"].nunique() <= 12 and marks.frame["start"].is_monotonic_increasing
    first = marks.frame[marks.frame["age"] == 0]
    assert (first["people"] == first["size"]).all()
    places = [place for place in range(len(marks.frame)) if place % 3 == 0]
    counted = [count(shop, marks.conditions[place], DAY) for place in places]
    assert counted == marks.frame["people"].iloc[places].tolist()


def test_a_month_counts_once_it_is_over(sqlite_url: str) -> None:
    """On the 30th December is not there, on the 31st it is; it is called by its name."""
    lines = pd.DataFrame({"customer_id": [1], "date": ["2025-12-10"], "quantity": [1.0], "amount": [10_000]})
    database = stock(sqlite_url, DAY, customer=pd.DataFrame({"id": [1], "name": ["Ann"]}), purchase=lines)
    assert cohorts(database, date(2025, 12, 30)).frame.empty
    whole = cohorts(database, date(2025, 12, 31)).frame
    assert whole[["cohort", "age", "people", "revenue"]].values.tolist() == [["December 2025", 0, 1, 10_000]]


def test_another_step_is_refused(sqlite_url: str) -> None:
    """By the week there is no table."""
    with pytest.raises(InvalidInput, match="week"):
        cohorts(stock(sqlite_url, DAY), DAY, step="week")
