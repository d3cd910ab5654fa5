"""Everything about one person."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from crm_core.errors import NotFound
from crm_core.ledger.reading import queries, timeline
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.model.rights import SEE, needs
from crm_core.views.cache import Stock, remembered
from crm_core.views.customers import READ
from crm_core.views.portrait import portrait
from crm_core.views.timeline import time_line


@dataclass(frozen=True)
class CustomerPage:
    """One customer as of a day. Values are driver-ready (ISO dates, money in ten-thousandths, None where blank).

    `fields`: the declared fields by name, as stored (`stage`: what was set by hand); `extra`: the columns of their own
    sheets; `measures`: sums and measures by name. `time_line`: day, what, words, amount, who, newest first.
    `next_follow_ups`: the open ones, next due first. `favourites`: product, times, quantity, revenue, last_on.
    """

    id: int
    version: int
    name: str
    called: str
    fields: dict[str, Any]
    extra: dict[str, Any]
    measures: dict[str, Any]
    portrait: str
    time_line: pd.DataFrame
    next_follow_ups: pd.DataFrame
    favourites: pd.DataFrame
    revisions: dict[str, int]


@needs(SEE)
def page(database: Database, customer_id: int, as_of: date) -> CustomerPage:
    """Everything about one customer; NotFound when there is none of that number."""
    found = _page(database, int(customer_id), as_of=as_of)
    if found is None:
        where = (
            "among yours" if database.person.own_only else "They may have been removed; look in the history"
        )
        dot = "" if database.person.own_only else "."
        raise NotFound(f"There is no customer number {customer_id}{dot} {where}.")
    return found


@needs(SEE)
def by_code(database: Database, code: str) -> int:
    """The number of the customer with that code; NotFound when there is none."""
    with database.read() as connection:
        found = queries.id_of_code(connection, code)
    if found is None:
        raise NotFound(f"No customer has the code “{code}”. Search for the name on the customers page.")
    return found


@remembered(*READ, "setting")
def _page(stock: Stock, customer: int) -> CustomerPage | None:
    connection, as_of = stock.connection, stock.as_of
    found = timeline.card(connection, customer, as_of)
    if found is None:
        return None
    card, extra = found
    planned = timeline.planned(connection, customer)
    favourites = timeline.favourites(connection, customer, as_of)
    currency = existing.currency(connection)
    fields, measures = _taken_apart(card)
    return CustomerPage(
        customer, card["version"], card["name"] or "", card["preferred_name"] or card["name"] or "", fields, extra,
        measures, portrait(card, favourites, as_of, currency), _time_line(stock, customer, planned),
        planned[planned["state"] == "open"].reset_index(drop=True), favourites, stock.revisions,
    )  # fmt: skip


def _taken_apart(card: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    measures = {name: card[name] for name in timeline.MEASURE_NAMES}
    own = {
        name: value for name, value in card.items() if name not in measures and name not in ("id", "version")
    }
    own["stage"] = own.pop("stage_by_hand")
    return own, measures


def _time_line(stock: Stock, customer: int, planned: pd.DataFrame) -> pd.DataFrame:
    connection, as_of = stock.connection, stock.as_of
    return time_line(
        timeline.lines(connection, customer, as_of),
        timeline.heads(connection, customer, as_of),
        timeline.contacts(connection, customer, as_of),
        planned,
        timeline.edits(connection, customer),
        timeline.made(connection, customer),
        timeline.records(connection, customer, as_of),
    )
