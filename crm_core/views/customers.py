"""The customers as a grid: searched, filtered, sorted and paged; and what there is to choose from."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.compiled import describe
from crm_core.ledger.conditions.known import ASKED_OF, CUSTOMER_FIELDS
from crm_core.ledger.reading import queries
from crm_core.ledger.store.database import Database
from crm_core.model.conditions import EVERYBODY, Condition
from crm_core.model.entities import Field
from crm_core.model.rights import SEE, needs
from crm_core.views.cache import ALL_DAY, Stock, remembered

# What the measures and fields of a customer are read from; a page is kept as long as none of them changed.
READ = (
    "customer", "order", "purchase", "interaction", "follow-up", "forecast", "segment", "standing", *ASKED_OF,
)  # fmt: skip

SHOWN = (
    "code", "name", "preferred_name", "salutation", "email", "phone", "company", "owner", "tags", "birthday", "city",
    "country", "segment", "tier", "orders", "revenue", "last_on", "last_contact_on", "may_call", "may_email",
    "do_not_contact", "likes", "note",
)  # fmt: skip
MOST = 10_000


@dataclass(frozen=True)
class PeopleQuery:
    """Which customers to show, in what order, which page of them; `columns` empty: those that are usually shown."""

    condition: Condition = EVERYBODY
    search: str = ""
    sort: str = "name"
    descending: bool = False
    page: int = 1
    size: int = 500
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class PeoplePage:
    """One page of customers: `frame` with id, version and the columns asked for, driver-ready; `total` people on
    `pages` pages; the revisions that were seen; the condition in words."""

    frame: pd.DataFrame
    total: int
    page: int
    pages: int
    revisions: dict[str, int]
    words: str


@dataclass(frozen=True)
class Choices:
    """What filters offer: each a frame with the columns value and people."""

    owners: pd.DataFrame
    tags: pd.DataFrame
    segments: pd.DataFrame
    tiers: pd.DataFrame
    countries: pd.DataFrame
    cities: pd.DataFrame


@needs(SEE)
def people(database: Database, query: PeopleQuery, as_of: date) -> PeoplePage:
    """One page of the customers that the query asks for; a page past the end is the last one."""
    if not 1 <= query.size <= MOST or query.page < 1:
        raise InvalidInput(
            f"A page shows 1 to {MOST:,} people and pages count from 1, not {query.size} and {query.page}."
        )
    if query.search:
        found = _searched(database, query, as_of=as_of)
        if len(found.frame) or query.page == 1:
            return found
    total = count(database, query.condition, as_of, search=query.search)
    pages = max(1, -(-total // query.size))
    return _page(database, replace(query, page=min(query.page, pages)), total, pages, as_of=as_of)


@needs(SEE)
def count(database: Database, condition: Condition, as_of: date, *, search: str = "") -> int:
    """How many customers meet the condition and the search."""
    return _count(database, condition, search, as_of=as_of)


@remembered(*READ)
def _count(stock: Stock, condition: Condition, search: str) -> int:
    return queries.count_people(stock.connection, condition, stock.as_of, search=search)


@remembered(*READ)
def _page(stock: Stock, query: PeopleQuery, total: int, pages: int) -> PeoplePage:
    frame = queries.people_frame(
        stock.connection, query.condition, query.columns or SHOWN, stock.as_of, search=query.search,
        order_by=[(query.sort, query.descending)], limit=query.size, offset=(query.page - 1) * query.size,
    )  # fmt: skip
    return PeoplePage(frame, total, query.page, pages, stock.revisions, describe(query.condition))


@remembered(*READ)
def _searched(stock: Stock, query: PeopleQuery) -> PeoplePage:
    frame, total = queries.searched_page(
        stock.connection, query.condition, query.search, query.columns or SHOWN, stock.as_of,
        [(query.sort, query.descending)], query.size, (query.page - 1) * query.size,
    )  # fmt: skip
    pages = max(1, -(-total // query.size))
    return PeoplePage(frame, total, query.page, pages, stock.revisions, describe(query.condition))


@needs(SEE)
def choices(database: Database, as_of: date) -> Choices:
    """Owners, tags, segments, tiers, countries and cities, each with how many people there are."""
    return _choices(database, as_of=as_of)


@remembered(*READ, behind=ALL_DAY)
def _choices(stock: Stock) -> Choices:
    counts = queries.counts_by_text(stock.connection, ("owner", "tags", "country", "city"))
    segments, tiers = (
        queries.counts_by_word(stock.connection, name, stock.as_of) for name in ("segment", "tier")
    )
    return Choices(
        counts["owner"], _single_tags(counts["tags"]), segments, tiers, counts["country"], counts["city"]
    )


def _single_tags(lists: pd.DataFrame) -> pd.DataFrame:
    """Each tag by itself, however it is combined with others."""
    counted: Counter[str] = Counter()
    for listed, number in zip(lists["value"], lists["people"], strict=True):
        counted.update({tag: int(number) for tag in dict.fromkeys(str(listed).split(", ")) if tag})
    rows = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return pd.DataFrame(rows, columns=["value", "people"])


def field(name: str) -> Field:
    """Kind, label, choices and help of a column of the grid; InvalidInput when there is none of that name."""
    if name not in CUSTOMER_FIELDS:
        raise InvalidInput(f"Nothing about a customer is called “{name}”.")
    return CUSTOMER_FIELDS[name]
