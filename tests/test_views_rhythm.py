"""When people buy: gaps and weekdays against plain pandas, and exactly their people."""

import oracle
import pandas as pd
import pytest
from stocked import stock
from test_ledger_measures import DAY, random_shop

from crm_core.ledger.reading.queries import people_frame
from crm_core.model.conditions import EVERYBODY, Where
from crm_core.views.customers import count
from crm_core.views.insights.rhythm import EDGES, gaps, seasons

SOME = pytest.mark.parametrize("whom", [EVERYBODY, Where("tier", "is", "high")], ids=str)


@pytest.fixture(scope="module")
def shop_frames() -> dict[str, pd.DataFrame]:
    return random_shop(34, people=90, lines=700)


@pytest.fixture
def shop(database_url: str, shop_frames):
    return stock(database_url, DAY, **shop_frames)


@SOME
def test_gaps_are_those_of_pandas_and_of_their_people(shop, shop_frames, whom) -> None:
    """(last − first) ÷ (days − 1) of those who bought on two days, in eight bands."""
    with shop.read() as connection:
        ids = people_frame(connection, whom, [], DAY)["id"].astype(int).tolist()
    taken = oracle.orders_of(oracle.lines(shop_frames["purchase"], shop_frames["order"], DAY))
    days = taken[taken["customer_id"].isin(ids)].groupby("customer_id")["day"].agg(["min", "max", "nunique"])
    own = ((days["max"] - days["min"]).dt.days / (days["nunique"] - 1))[days["nunique"] > 1]
    marks = gaps(shop, DAY, whom)
    wanted = pd.cut(own, [*EDGES, 10**6], right=False).value_counts(sort=False)
    assert marks.frame["people"].tolist() == wanted.tolist()
    assert [count(shop, condition, DAY) for condition in marks.conditions] == marks.frame["people"].tolist()


@SOME
def test_weekdays_hold_the_last_year(shop, shop_frames, whom) -> None:
    """Seven days from Monday; revenue and orders of 365 days; behind each those who ordered on one."""
    marks = seasons(shop, DAY, whom)
    assert marks.frame["weekday"].tolist() == list(range(7))
    assert [count(shop, condition, DAY) for condition in marks.conditions] == marks.frame["people"].tolist()
    if whom == EVERYBODY:
        rows = oracle.lines(shop_frames["purchase"], shop_frames["order"], DAY)
        year = rows[rows["day"] > pd.Timestamp(DAY) - pd.Timedelta(days=365)]
        wanted = year.groupby(year["day"].dt.dayofweek)["revenue"].sum().reindex(range(7), fill_value=0)
        assert marks.frame["revenue"].tolist() == wanted.tolist()
