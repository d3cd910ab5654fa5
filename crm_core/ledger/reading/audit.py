"""The audit as it is read: its lines, newest first, and by what a person asks for."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.own_tables import audit
from crm_core.ledger.writing.audit import head

BLOCK = 5_000


@dataclass(frozen=True)
class Line:
    """One line of the audit; `about` as it was given to it."""

    number: int
    at: str  # UTC, ISO
    who: str
    what: str
    about: dict[str, Any]


def lines(
    connection: Connection,
    *,
    what: tuple[str, ...] = (),
    who: str | None = None,
    since: str | None = None,
    limit: int | None = None,
    skip: int = 0,
) -> list[Line]:
    """The lines, newest first; `since`: an ISO moment in UTC."""
    wanted = sa.select(audit).where(*_conditions(what, who, since)).order_by(audit.c.number.desc())
    return [_line(row) for row in connection.execute(wanted.limit(limit).offset(skip))]


def count(
    connection: Connection, *, what: tuple[str, ...] = (), who: str | None = None, since: str | None = None
) -> int:
    """How many lines `lines` would give without a limit."""
    counted = sa.select(sa.func.count()).select_from(audit).where(*_conditions(what, who, since))
    return connection.scalar(counted) or 0


def last_of(connection: Connection, what: str) -> Line | None:
    """The latest line of that kind."""
    return next(iter(lines(connection, what=(what,), limit=1)), None)


def known(connection: Connection) -> tuple[list[str], list[str]]:
    """Who did anything and what was done, in order of the alphabet: for filters."""
    found = [connection.scalars(sa.select(column).distinct()) for column in (audit.c.who, audit.c.what)]
    return sorted(found[0]), sorted(found[1])


def anchor(connection: Connection) -> str:
    """ "number:hash" of the last line; kept elsewhere, it shows later that nothing up to it was changed."""
    number, signed = head(connection)
    return f"{number}:{signed}" if number else ""


def raw(connection: Connection) -> Iterator[Any]:
    """All lines as they are stored, in their order."""
    return iter(
        connection.execute(sa.select(audit).order_by(audit.c.number), execution_options={"yield_per": BLOCK})
    )


def _conditions(what: tuple[str, ...], who: str | None, since: str | None) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if what:
        found.append(audit.c.what.in_(what))
    if who is not None:
        found.append(audit.c.who == who)
    if since is not None:
        found.append(audit.c.at >= since)
    return found


def _line(row: Any) -> Line:
    return Line(row.number, row.at, row.who, row.what, json.loads(row.about))
