"""What is remembered of the daily backup: who makes today's, and how the last one went."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.database import Database
from crm_core.ledger.store.tables import meta

NAME = "backup"  # the row of `meta`
GIVEN_UP = timedelta(hours=6)  # one that began longer ago and never ended is begun again
AGAIN = timedelta(hours=1)  # after one that failed


@dataclass(frozen=True)
class Daily:
    """The last daily backup. Moments are the machine's own, ISO; `ended` None: under way, or stopped.

    `trouble`: why it failed, in a sentence; blank where it is good.
    """

    begun: str
    ended: str | None = None
    file: str = ""
    size: int = 0
    rows: int = 0
    trouble: str = ""


def last(connection: Connection) -> Daily | None:
    """The last daily backup; None while none was begun."""
    text = connection.scalar(sa.select(meta.c.value).where(meta.c.name == NAME))
    return Daily(**json.loads(text)) if text else None


def is_taken(connection: Connection, now: datetime) -> bool:
    """Whether today's was made, or is being made, or failed a moment ago."""
    held = last(connection)
    if held is None:
        return False
    begun = datetime.fromisoformat(held.begun)
    if held.trouble:
        return now - begun < AGAIN
    return begun.date() == now.date() if held.ended else now - begun < GIVEN_UP


def claim(database: Database, now: datetime) -> bool:
    """Take today's backup upon oneself; of many who try one does."""
    with database.write() as connection:
        if is_taken(connection, now):
            return False
        _put(connection, Daily(now.isoformat(timespec="seconds")))
    return True


def put(database: Database, daily: Daily) -> None:
    """Remember how it went."""
    with database.write() as connection:
        _put(connection, daily)


def _put(connection: Connection, daily: Daily) -> None:
    connection.execute(sa.delete(meta).where(meta.c.name == NAME))
    connection.execute(sa.insert(meta).values(name=NAME, value=json.dumps(asdict(daily))))
