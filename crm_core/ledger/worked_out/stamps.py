"""What is worked out now and then: forecasts, standings, products. Of which day, from which state of the records.

Worked out in a read, written in one short transaction (`journal.keep_derived`); who reads them asks first whether they
are still current.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.profiles import profile
from crm_core.ledger.store.tables import meta

PREFIX = "derived:"


@dataclass(frozen=True)
class Stamp:
    """Of which day it is (`as_of`, ISO), from which state of the records, and what else is to be kept with it."""

    as_of: str
    state: str
    facts: dict[str, Any]


def stamp_of(connection: Connection, what: str) -> Stamp | None:
    """The stamp of `what` (`forecast`, `standing`, `item`); None while it was never worked out."""
    text = connection.scalar(sa.select(meta.c.value).where(meta.c.name == PREFIX + what))
    return Stamp(**json.loads(text)) if text else None


def is_current(connection: Connection, what: str, entities: tuple[str, ...], as_of: date) -> bool:
    """Whether `what` is of that day and of the records as they stand."""
    found = stamp_of(connection, what)
    return (
        found is not None
        and found.as_of == as_of.isoformat()
        and found.state == profile.state(connection, entities)
    )


def put_stamp(connection: Connection, what: str, stamp: Stamp) -> None:
    """Say of which day and state `what` is; part of the transaction that writes it."""
    connection.execute(sa.delete(meta).where(meta.c.name == PREFIX + what))
    text = json.dumps({"as_of": stamp.as_of, "state": stamp.state, "facts": stamp.facts})
    connection.execute(sa.insert(meta).values(name=PREFIX + what, value=text))


def forget(connection: Connection) -> None:
    """No stamp holds any more: the tables were made anew."""
    connection.execute(sa.delete(meta).where(meta.c.name.startswith(PREFIX)))
