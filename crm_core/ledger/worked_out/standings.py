"""The kept standings: in which segment, tier and saved segments people stood at the ends of months.

Nobody is kept as “no purchase”: on a day that is kept, it is whoever stood in no segment.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.known import ASKED_OF
from crm_core.ledger.conditions.relations import iso_day
from crm_core.ledger.store.bulk import MANY, indexes_after, insert_rows
from crm_core.ledger.store.derived import standings
from crm_core.ledger.store.tables import TABLES, customers, meta
from crm_core.ledger.worked_out import stamps as derived

WHAT = "standing"  # the name of its stamp
KINDS = ("segment", "tier", "saved")
NO_PURCHASE = "no purchase"
# What the words of a day are made of; a saved segment may ask for anything.
WORDS_READ = ("order", "purchase", "segment")
ALL_READ = (*WORDS_READ, "customer", "interaction", "follow-up", "forecast", *ASKED_OF)
COLUMNS = [column.name for column in standings.columns]
Row = tuple[str, str, int, str, str]  # what, value, customer_id, since, until

segments = TABLES["segment"]


@dataclass(frozen=True)
class Kept:
    """Of which day the kept standings are (None: never worked out), the month ends they know (ISO, oldest first; none
    after the day asked for), the ids of the saved segments in them, and whether the records have moved on since."""

    as_of: date | None
    days: tuple[str, ...]
    saved: tuple[int, ...]
    stale: bool


def kept(connection: Connection, as_of: date) -> Kept:
    """What is kept, as seen on that day."""
    stamp = derived.stamp_of(connection, WHAT)
    if stamp is None:
        return Kept(None, (), (), True)
    days = tuple(day for day in stamp.facts["days"] if day <= as_of.isoformat())
    current = derived.is_current(connection, WHAT, entities_read(connection), as_of)
    return Kept(date.fromisoformat(stamp.as_of), days, tuple(stamp.facts["saved"]), not current)


def entities_read(connection: Connection) -> tuple[str, ...]:
    """The entities that standings are made of: a changed phone number matters only where segments are saved."""
    return (
        ALL_READ
        if connection.scalar(sa.select(sa.exists().where(segments.c.id.is_not(None))))
        else WORDS_READ
    )


def was(field: str, value: str, on: str) -> sa.ColumnElement[bool]:
    """Whether the customer of `customers` stood there on that day, as SQL; false on every day that is not kept.

    `field`: `segment`, `tier`, or `saved` with the id of a saved segment. InvalidInput for another field or no date.
    """
    if field not in KINDS:
        raise InvalidInput(
            f"How people stood is not kept for “{field}”. Kept are: segment, tier and saved segments."
        )
    day, stood = iso_day(on, "The day of a standing"), standings.alias()
    theirs = sa.select(sa.literal(1)).select_from(stood).where(stood.c.customer_id == customers.c.id)
    theirs = theirs.where(stood.c.what == field, *covering(stood, day)).correlate(customers)
    if field == "segment" and value == NO_PURCHASE:
        return sa.and_(is_kept(day), sa.not_(sa.exists(theirs)))
    return sa.and_(is_kept(day), sa.exists(theirs.where(stood.c.value == value)))


def covering(stood: sa.FromClause, day: str) -> tuple[sa.ColumnElement[bool], ...]:
    """The stretches of the table that lie over the day."""
    return stood.c.since <= day, stood.c.until >= day


def is_kept(day: str) -> sa.ColumnElement[bool]:
    """Whether that day is one of those that the stamp names."""
    stamp = sa.select(sa.literal(1)).where(meta.c.name == derived.PREFIX + WHAT)
    return sa.exists(stamp.where(meta.c.value.contains(f'"{day}"', autoescape=True)))


def replace(connection: Connection, rows: Iterable[Row], count: int) -> None:
    """Keep these stretches in place of all others; `count` says about how many they are."""
    with indexes_after(connection, standings, count > MANY):
        connection.execute(sa.delete(standings))
        insert_rows(connection, standings.name, COLUMNS, rows)
