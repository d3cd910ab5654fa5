"""Where customers live, ranked: people and revenue."""

from datetime import date

from crm_core.errors import InvalidInput
from crm_core.ledger.profiles import series
from crm_core.ledger.store.database import Database
from crm_core.model.conditions import EVERYBODY, Condition, Where
from crm_core.model.folding import fold
from crm_core.model.rights import SEE, needs
from crm_core.views.cache import ALL_DAY, Stock, remembered
from crm_core.views.customers import READ
from crm_core.views.insights.marks import Marks, marks_of

KINDS = ("city", "country", "region")
MOST = 20


@needs(SEE, whole=True)
def places(
    database: Database, as_of: date, whom: Condition = EVERYBODY, by: str = "city", most: int = MOST
) -> Marks:
    """Cities, countries or regions: value, people, revenue; most revenue first, then most people, blanks left out. A
    place that is spelled in several ways (capitals, accents) is one, as most people have it."""
    if by not in KINDS or most < 1:
        raise InvalidInput(f"Places cannot be ranked by “{by}”. Choose one of: {', '.join(KINDS)}.")
    return _places(database, whom, by, most, as_of=as_of)


@remembered(*READ, behind=ALL_DAY)
def _places(stock: Stock, whom: Condition, by: str, most: int) -> Marks:
    found = series.by_value(stock.connection, by, whom, stock.as_of)
    found = found.assign(place=found["value"].map(fold), people=found["people"].astype("int64"))
    found = found[found["place"] != ""].sort_values(["people", "value"], ascending=[False, True])
    sums = found.groupby("place", sort=False).agg(
        value=("value", "first"), people=("people", "sum"), revenue=("revenue", "sum")
    )
    ranked = sums.sort_values(["revenue", "people", "value"], ascending=[False, False, True]).head(most)
    frame = ranked[["value", "people", "revenue"]].astype({"people": "int64", "revenue": "int64"})
    return marks_of(frame, whom, [Where(by, "is", value) for value in frame["value"]])
