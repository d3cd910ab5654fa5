"""What changed lately about a colleague's customers, as sentences that lead to them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

import pandas as pd

from crm_core.ledger.reading import news
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.model.registry import CUSTOMER
from crm_core.model.rights import SEE, needs
from crm_core.model.words import SEGMENTS
from crm_core.views.cache import ALL_DAY, Stock, remembered
from crm_core.views.words import ago, counted, money

LATELY, MONTHS = 14, 45  # days; standings are those of months' ends
SHOWN = 12
READ = ("customer", "order", "purchase", "case", "answer", "standing", "setting", "profile")


@dataclass(frozen=True)
class News:
    """One thing that changed: its kind (complaint, low score, moved down, moved up, changed, bought), who, a sentence
    without their name, and the day (ISO)."""

    kind: str
    customer_id: int
    name: str
    words: str
    day: str


@needs(SEE)
def my_people(
    database: Database, as_of: date, owner: str, *, who: str = "", limit: int = SHOWN
) -> tuple[News, ...]:
    """What changed about the owner's customers in the last days, what hurts first; at most `limit`.

    `who`: the owner's own name in the journal; what they changed themselves is no news.
    """
    return _my_people(database, owner, who or owner, as_of=as_of)[:limit]


@remembered(*READ, behind=ALL_DAY)
def _my_people(stock: Stock, owner: str, who: str) -> tuple[News, ...]:
    connection, today = stock.connection, stock.as_of
    since, months = today - timedelta(days=LATELY), today - timedelta(days=MONTHS)
    currency = existing.currency(connection)
    told = (
        _told(news.complaints(connection, owner, since, today), lambda row: _complaint(row, today)),
        _told(news.low_scores(connection, owner, since, today), lambda row: _low(row, today)),
        _told(_furthest(news.moved(connection, owner, months, today)), _moved),
        _first(_told(news.changed(connection, owner, since, who), lambda row: _changed(row, today))),
        _first(
            _told(news.bought(connection, owner, since, today), lambda row: _bought(row, today, currency))
        ),
    )
    placed = [(place, one) for kind in _by_kind(told) for place, one in enumerate(kind)]
    placed.sort(key=lambda both: (both[0] // AT_ONCE, KINDS.index(both[1].kind)))
    return tuple(one for _, one in placed)


def _by_kind(told: Iterable[Iterable[News]]) -> list[list[News]]:
    every = [one for kind in told for one in kind]
    return [[one for one in every if one.kind == kind] for kind in KINDS]


KINDS = ("complaint", "low score", "moved down", "changed", "bought", "moved up")
MOST = 100  # of what there may be hundreds of
AT_ONCE = 3  # of a kind, so that a busy one does not hide the rest
Row = dict[str, Any]


def _first(told: Iterable[News]) -> Iterable[News]:
    return islice(told, MOST)


def _told(rows: pd.DataFrame, words: Callable[[Row], tuple[str, str, str]]) -> Iterable[News]:
    """Each person once of a kind, the newest."""
    once = rows.drop_duplicates("customer_id")
    for row in once.astype(object).where(once.notna(), None).to_dict("records"):
        kind, said, day = words(row)
        yield News(kind, int(row["customer_id"]), str(row["name"] or "Nameless"), said, day)


def _complaint(row: Row, today: date) -> tuple[str, str, str]:
    about = f" about the {row['about']}" if row["about"] and row["about"] != "other" else ""
    what = f": {row['what']}" if row["what"] else ""
    return "complaint", f"complained{about} {ago(row['day'], today)}{what}", row["day"]


def _low(row: Row, today: date) -> tuple[str, str, str]:
    about = f" for the {row['about']}" if row["about"] and row["about"] != "other" else ""
    score = f"{float(row['score']):g} of {float(row['scale']):g}"
    return "low score", f"gave {score}{about} {ago(row['day'], today)}", row["day"]


def _furthest(rows: pd.DataFrame) -> pd.DataFrame:
    """The latest move of each, the longest ones first."""
    place = {segment: at for at, segment in enumerate(SEGMENTS)}
    once = rows.drop_duplicates("customer_id")
    steps = once["now"].map(place).sub(once["before"].map(place)).abs()
    return once.loc[steps.astype("float64").sort_values(ascending=False, kind="stable").index]


def _moved(row: Row) -> tuple[str, str, str]:
    before, now = str(row["before"]), str(row["now"])
    known = before in SEGMENTS and now in SEGMENTS
    down = known and SEGMENTS.index(now) > SEGMENTS.index(before)
    words = f"moved from {before} to {now} in {date.fromisoformat(str(row['day'])):%B}"
    return "moved down" if down else "moved up", words, row["day"]


def _changed(row: Row, today: date) -> tuple[str, str, str]:
    day = str(row["at"])[:10]
    label = CUSTOMER.field(row["field"]).label.lower()
    what = f"has a new {label}: {row['after']}" if row["after"] else f"has no {label} any more"
    return "changed", f"{what} ({row['who']}, {ago(day, today)})", day


def _bought(row: Row, today: date, currency: str) -> tuple[str, str, str]:
    orders, amount = int(row["orders"]), money(row["amount"] or 0, currency)
    often = "" if orders == 1 else f" {counted(orders, 'time')}"
    last = ago(row["day"], today)
    return "bought", f"bought{often} for {amount}, {last if orders == 1 else 'last ' + last}", row["day"]
