"""Which tags were added to whom, as the journal tells it: by a change of the cell, or with a new customer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.bulk import read_frame
from crm_core.ledger.store.tables import TABLES, batches, changes, customers
from crm_core.ledger.writing.cells import from_text
from crm_core.model.folding import fold

COLUMNS = ("customer_id", "event", "date", "of")
NO_ACT = 2**31 - 1  # beyond all that there will be
firings = TABLES["firing"]


@dataclass(frozen=True)
class Since:
    """For which rule, and from when on: after this act, and not before this day (ISO)."""

    rule: str
    batch: int
    day: str


def until(frame: pd.DataFrame, days: int, as_of: date) -> pd.DataFrame:
    """What has stood for so many days. An act is stamped by the machine's clock, which may be ahead of `as_of`."""
    today, last = as_of.isoformat(), (as_of - timedelta(days)).isoformat()
    frame = frame.assign(date=frame["date"].where(frame["date"] <= today, today))
    return frame[frame["date"] <= last].reset_index(drop=True)


def first_act(connection: Connection, after: int, day: str) -> int:
    """The first act after that one and not before that day (ISO); a number beyond all where there is none."""
    acts = sa.select(sa.func.min(batches.c.id)).where(batches.c.id > after, batches.c.at >= day)
    return int(connection.scalar(acts) or NO_ACT)


def tags_added(connection: Connection, since: Since) -> pd.DataFrame:
    """COLUMNS, one row a person and tag that was added and is still there; none that the rule added itself."""
    first = first_act(connection, since.batch, since.day)
    own = set(_own(connection, since.rule, first))
    found = {**_with_new(connection, first), **_by_change(connection, first)}
    rows = [
        (customer, f"tag:{batch}:{tag}", day, said)
        for (customer, tag), (batch, day, said) in sorted(found.items())
        if (batch, customer) not in own
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def _own(connection: Connection, rule: str, first: int) -> Iterator[tuple[int, int]]:
    chosen = sa.select(firings.c.batch, firings.c.customer_id)
    rows = connection.execute(chosen.where(firings.c.rule == rule, firings.c.batch >= first))
    return ((int(batch), int(customer)) for batch, customer in rows.all())


Added = dict[tuple[int, str], tuple[int, str, str]]  # customer and folded tag → act, day, tag as written


def _with_new(connection: Connection, first: int) -> Added:
    c, b = customers.c, batches.c
    chosen = sa.select(c.id, c.batch, b.at, c.tags).join(batches, b.id == c.batch)
    rows = connection.execute(chosen.where(c.batch >= first, b.undoes.is_(None), c.tags.is_not(None)))
    return {
        (row.id, tag): (row.batch, row.at[:10], said) for row in rows for tag, said in _tags(row.tags).items()
    }


def _by_change(connection: Connection, first: int) -> Added:
    """The latest act that added each tag which its person still has."""
    added: Added = {}
    for row in read_frame(connection, _changes(first)).itertuples():
        now = _tags(row.tags)
        before, after = _tags(from_text(row.before)), _tags(from_text(row.after))
        for tag in after.keys() - before.keys():
            if tag in now:
                added[int(row.row_id), tag] = (int(row.batch), row.at[:10], now[tag])
    return added


def _changes(first: int) -> sa.Select[Any]:
    c, b = changes.c, batches.c
    chosen = sa.select(c.row_id, c.batch, c.before, c.after, b.at, customers.c.tags)
    joined = chosen.join(batches, b.id == c.batch).join(customers, customers.c.id == c.row_id)
    mine = joined.where(c.batch >= first, c.entity == "customer", c.field == "tags", b.undoes.is_(None))
    return mine.order_by(c.batch)


def _tags(text: Any) -> dict[str, str]:
    """Folded tag → as it is written."""
    return {fold(one): one.strip() for one in str(text or "").split(",") if one.strip()}
