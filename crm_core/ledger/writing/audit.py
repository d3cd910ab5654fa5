"""The audit: lines that are only added, each with the hash of the one before.

The database itself refuses to change or remove a line (`own_tables.audit_guards`). The number and hash of the last
line also stand in `meta`: lines that are cut off at the end leave a trace, and the next line goes on from there.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.clock import stamp
from crm_core.ledger.store.own_tables import audit
from crm_core.ledger.store.tables import meta

START = "0" * 64  # what stands before the first line
BEGUN = "begun"  # the line of an older database that covers what was there before the audit
HEAD = "audit_head"  # the row of `meta` with "number:hash" of the last line


def add(connection: Connection, who: str, what: str, about: Mapping[str, Any]) -> None:
    """Add a line in the open write transaction; `about`: what can stand in JSON, and nothing personal."""
    number, before = last(connection)
    line = {
        "number": number + 1,
        "at": stamp(),
        "who": who,
        "what": what,
        "about": canonical(about),
        "before": before,
    }
    signed = hash_of(line)
    connection.execute(sa.insert(audit).values(**line, hash=signed))
    _keep_head(connection, f"{line['number']}:{signed}")


def last(connection: Connection) -> tuple[int, str]:
    """Number and hash that the next line goes on from: of the last line, or of one that was there and is gone."""
    found = sa.select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)
    line = connection.execute(found).one_or_none()
    stands = (int(line.number), str(line.hash)) if line else (0, START)
    return max(stands, head(connection), key=lambda one: one[0])


def head(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last line as `meta` keeps them; 0 where it keeps none."""
    text = connection.scalar(sa.select(meta.c.value).where(meta.c.name == HEAD)) or ""
    number, _, signed = text.partition(":")
    return (int(number), signed) if number.isascii() and number.isdigit() else (0, START)


def _keep_head(connection: Connection, value: str) -> None:
    kept = sa.update(meta).where(meta.c.name == HEAD).values(value=value)
    if connection.execute(kept).rowcount == 0:
        connection.execute(sa.insert(meta).values(name=HEAD, value=value))


def hash_of(line: Mapping[str, Any]) -> str:
    """SHA-256 of a line (number, at, who, what, about, before) as canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(line).encode("utf-8")).hexdigest()


def canonical(value: Mapping[str, Any]) -> str:
    """The one way to write it as JSON: keys in order, no blanks, letters as they are."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
