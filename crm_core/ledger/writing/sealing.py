"""What the audit keeps of a batch: counts, and seals by which a later change of the history itself is found.

A seal is a SHA-256 over stored content in no order: over the sorted hashes of its rows. Created rows are not read
again, which would cost a large import dear: their numbers and the files that they came from stand in the line.
"""

import hashlib
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store import bulk
from crm_core.ledger.store.own_tables import audit as lines
from crm_core.ledger.store.tables import TABLES, archive, batches, changes
from crm_core.ledger.writing import audit
from crm_core.ledger.writing.audit import canonical
from crm_core.model.changes import Batch, ChangeSet

BLOCK = 10_000
FEW = 50  # batches: more of them are sealed in one pass over the whole history
SEALED = ("id", "at", "who", "why", "files", "created", "changed", "removed", "summary", "undoes")
Seals = dict[str, str]  # of what (history, cells, rows) → hexadecimal


def note_batch(
    connection: Connection, batch: Batch, planned: ChangeSet, first_ids: Mapping[str, int], who: str
) -> None:
    """The audit's line of a batch that was just written, in its transaction."""
    about: dict[str, Any] = {"batch": batch.id, "seals": seals(connection, batch.id)[batch.id]}
    if made := _made(planned, first_ids):
        about["created"] = made
    if batch.changed:
        about["changed"] = batch.changed
    if batch.removed:
        about["removed"] = _removed(connection, batch.id)
    if planned.sources:
        about["files"] = [source.sha256 for source in planned.sources]
    if batch.undoes is not None:
        about["undoes"] = batch.undoes
    audit.add(connection, who, "saved" if batch.undoes is None else "undone", about)


def _made(planned: ChangeSet, first_ids: Mapping[str, int]) -> dict[str, list[int]]:
    """By entity how many rows were created, and between which numbers they lie."""
    made = {}
    for name, frame in planned.creates.items():
        if len(frame):
            ids = frame["id"].astype("int64")
            ids = ids.where(ids > 0, first_ids[name] - 1 - ids)
            made[name] = [len(ids), int(ids.min()), int(ids.max())]
    return made


def _removed(connection: Connection, batch: int) -> dict[str, int]:
    counted = sa.select(archive.c.entity, sa.func.count()).where(archive.c.batch == batch)
    return {name: int(count) for name, count in connection.execute(counted.group_by(archive.c.entity))}


def begin(connection: Connection, who: str = "Regulars") -> None:
    """The first line of a database that has a history and no audit yet: it covers what is there."""
    if connection.scalar(sa.select(sa.func.max(lines.c.number))) is not None:
        return
    if connection.scalar(sa.select(sa.func.max(batches.c.id))) is None:
        return
    rows = {name: bulk.count(connection, table) for name, table in TABLES.items()}
    audit.add(connection, who, audit.BEGUN, {"covers": by_text(seals(connection)), "rows": rows})


def reseal(
    connection: Connection,
    who: str,
    what: str,
    about: Mapping[str, Any],
    changed: Iterable[int],
    removed: Mapping[str, int] | None = None,
) -> None:
    """The line of an act that had to change the history itself (an erasure): it names the batches whose stored
    history is another one from here on, and by entity how many rows went past the journal."""
    wanted = set(changed)
    sealed = seals(connection) if len(wanted) > FEW else {}
    for number in wanted - sealed.keys():
        sealed |= seals(connection, number)
    sealed = {number: parts for number, parts in sealed.items() if number in wanted}
    told = {**about, "covers": by_text(sealed)}
    if removed:
        told["removed"] = dict(removed)
    audit.add(connection, who, what, told)


def by_text(sealed: Mapping[int, Seals]) -> dict[str, Seals]:
    """With the numbers as texts, as JSON has them."""
    return {str(number): parts for number, parts in sealed.items()}


def seals(connection: Connection, batch: int | None = None) -> dict[int, Seals]:
    """By batch the seals of what stands in the history now: its own row, the cells changed, the rows removed."""
    found: dict[int, Seals] = {}
    for row in connection.execute(_of(sa.select(*(batches.c[name] for name in SEALED)), batches.c.id, batch)):
        found[row.id] = {"history": _hash(canonical(dict(row._mapping)))}
    if batch is not None and not _has_more(connection, batch):
        return found  # most uploads only add, and must not pay for a look
    for part, texts in (("cells", _cells(connection, batch)), ("rows", _rows(connection, batch))):
        for number, group in groupby(texts, key=itemgetter(0)):
            found.setdefault(number, {})[part] = _sealed(text for _, text in group)
    return found


def _has_more(connection: Connection, batch: int) -> bool:
    """Whether it changed or removed anything."""
    counted = sa.select(batches.c.changed + batches.c.removed).where(batches.c.id == batch)
    return bool(connection.scalar(counted))


def _of(statement: sa.Select[Any], number: sa.ColumnElement[Any], batch: int | None) -> sa.Select[Any]:
    return statement.order_by(number) if batch is None else statement.where(number == batch)


def _cells(connection: Connection, batch: int | None) -> Iterable[Any]:
    # Values are JSON, which holds no control character; the name of the field may hold anything, so it stands last.
    c = changes.c
    return _stream(
        connection, _of(_lines(c.batch, c.entity, c.row_id, c.before, c.after, c.field), c.batch, batch)
    )


def _rows(connection: Connection, batch: int | None) -> Iterable[Any]:
    c = archive.c
    return _stream(connection, _of(_lines(c.batch, c.entity, c.row_id, c.source_key, c.data), c.batch, batch))


def _stream(connection: Connection, statement: sa.Select[Any]) -> Iterable[Any]:
    return connection.execute(statement, execution_options={"yield_per": BLOCK})


def _lines(number: sa.Column[Any], *parts: sa.Column[Any]) -> sa.Select[Any]:
    """Number and one text a row, put together by the database, which is quicker."""
    apart = sa.literal("\x1f", sa.Text())
    texts = [sa.func.coalesce(sa.cast(part, sa.Text()), "") for part in parts]
    line: sa.ColumnElement[str] = texts[0]
    for text in texts[1:]:
        line = line.concat(apart).concat(text)
    return sa.select(number, line)


def _sealed(texts: Iterable[str]) -> str:
    whole = hashlib.sha256()
    for one in sorted(hashlib.sha256(text.encode()).digest() for text in texts):
        whole.update(one)
    return whole.hexdigest()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
