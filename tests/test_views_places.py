"""Where customers live: ranked, spelled alike, and exactly their people."""

import pandas as pd
import pytest
from stocked import stock
from test_ledger_measures import DAY

from crm_core.errors import InvalidInput
from crm_core.model.conditions import Where
from crm_core.views.customers import count
from crm_core.views.insights.places import places

CITIES = ["Zürich", "Zürich", "zurich", "Leeds", None, "", "York", "YORK"]


@pytest.fixture
def shop(database_url: str):
    cards = pd.DataFrame(
        {"id": range(1, 9), "name": list("abcdefgh"), "city": CITIES, "country": ["CH"] * 3 + ["GB"] * 5}
    )
    spent = pd.DataFrame({"customer_id": range(1, 9), "date": ["2025-12-01"] * 8, "quantity": [1.0] * 8})
    return stock(database_url, DAY, customer=cards, purchase=spent.assign(amount=[1, 2, 3, 100, 9, 9, 4, 5]))


def test_places_are_ranked_by_revenue_and_spelled_as_most_do(shop) -> None:
    """Capitals and accents make no second place; blanks are left out."""
    frame = places(shop, DAY).frame
    assert frame.values.tolist() == [["Leeds", 1, 100], ["YORK", 2, 9], ["Zürich", 3, 6]]
    assert places(shop, DAY, by="country").frame.values.tolist() == [["GB", 5, 127], ["CH", 3, 6]]
    assert places(shop, DAY, most=1).frame["value"].tolist() == ["Leeds"]


@pytest.mark.parametrize("by", ["city", "country", "region"])
def test_behind_every_place_are_exactly_its_people(shop, by: str) -> None:
    """However they are spelled, and of some people them alone."""
    for whom in (Where("revenue", "at least", 3), Where("name", "is", "nobody")):
        marks = places(shop, DAY, whom, by)
        assert [count(shop, condition, DAY) for condition in marks.conditions] == marks.frame[
            "people"
        ].tolist()


def test_places_of_another_kind_are_refused(sqlite_url: str) -> None:
    """A street is no place to rank."""
    with pytest.raises(InvalidInput, match="street"):
        places(stock(sqlite_url, DAY), DAY, by="street")
