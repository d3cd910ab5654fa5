"""What there is to ask about: the texts that fields hold, products and categories bought, columns of their own."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.conditions.lookups import Lookups
from crm_core.ledger.store.derived import forecasts, items
from crm_core.ledger.store.tables import TABLES, customers, purchases

Counts = tuple[tuple[str, int], ...]  # texts, most frequent first
MOST = 300  # texts that are offered of one field
# Of more rows the latest are read: what is asked often has been said lately.
PEOPLE, LINES = 20_000, 30_000
LISTED = ("tags", "owner", "city", "region", "country", "language", "source", "company", "job_title")

_texts: Lookups[Counts] = Lookups(64)
_headers: Lookups[tuple[tuple[str, tuple[str, ...]], ...]] = Lookups(8, "customer")


def texts_of(connection: Connection, name: str) -> Counts:
    """The texts in one of the LISTED fields of the customers and how many people each has; at most MOST."""
    return _texts.get(connection, name, lambda: _count(connection, customers, name, PEOPLE), "customer")


def bought(connection: Connection, name: str) -> Counts:
    """Products or categories (`name`: product, category) by how many people bought them, else by their lines."""
    kept, people = items.c[name], sa.func.sum(items.c.people).label("people")
    asked = sa.select(kept, people).where(kept.is_not(None), kept != "").group_by(kept)
    found = _read(connection, asked.order_by(people.desc(), kept))
    if found:
        return found
    return _texts.get(
        connection, f"lines {name}", lambda: _count(connection, purchases, name, LINES), "purchase"
    )


def texts_in(connection: Connection, entity: str, name: str) -> Counts:
    """The texts in a field of other records and how many of the latest have each; at most MOST."""
    table = TABLES[entity]
    return _texts.get(connection, f"{entity} {name}", lambda: _count(connection, table, name, LINES), entity)


def _count(connection: Connection, table: sa.Table, name: str, most: int) -> Counts:
    text = table.c[name].label("text")
    latest = sa.select(text).order_by(table.c.id.desc()).limit(most).subquery("latest").c
    rows = sa.func.count().label("number")
    asked = sa.select(latest.text, rows).where(latest.text.is_not(None), latest.text != "")
    return _read(connection, asked.group_by(latest.text).order_by(rows.desc(), latest.text))


def _read(connection: Connection, asked: sa.Select[Any]) -> Counts:
    return tuple((str(text), int(number)) for text, number in connection.execute(asked.limit(MOST)))


def own_columns(connection: Connection) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(header, its most frequent texts) of the customers' columns that no field took, most filled first."""
    return _headers.get(connection, "headers", lambda: _read_headers(connection))


def _read_headers(connection: Connection) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The headers of all customers; their texts, as those of fields, of the latest."""
    extra = customers.c.extra
    filled = sa.select(extra).where(extra.is_not(None), extra != "{}")
    every = _cells(connection, filled).subquery("every").c
    heads = sa.select(every.header, sa.func.count().label("people")).group_by(every.header)
    total: dict[str, int] = dict(connection.execute(heads).all())
    latest = _cells(connection, filled.order_by(customers.c.id.desc()).limit(PEOPLE)).subquery("late").c
    people = sa.func.count().label("people")
    counted = sa.select(latest.header, latest.text).group_by(latest.header, latest.text)
    texts: dict[str, list[str]] = {header: [] for header in total}
    for header, text in connection.execute(counted.order_by(people.desc(), latest.text)):
        if text not in (None, "") and len(texts[header]) < MOST:
            texts[header].append(str(text))
    return tuple((name, tuple(texts[name])) for name in sorted(total, key=lambda name: (-total[name], name)))


def _cells(connection: Connection, filled: sa.Select[Any]) -> sa.Select[Any]:
    """Header and text of every cell that no field took."""
    rows = filled.subquery("rows_of")
    if connection.dialect.name == "sqlite":
        cells: Any = sa.func.json_each(rows.c.extra).table_valued("key", "value", name="cells")
    else:
        cells = sa.func.json_each_text(sa.cast(rows.c.extra, sa.JSON())).table_valued(
            "key", "value", name="cells"
        )
    chosen = sa.select(cells.c.key.label("header"), cells.c.value.label("text"))
    return chosen.select_from(rows.join(cells, sa.true()))


def has_forecasts(connection: Connection) -> bool:
    """Whether anything is forecast of anybody."""
    return bool(connection.scalar(sa.select(sa.exists().select_from(forecasts))))


def saved_names(connection: Connection) -> tuple[str, ...]:
    """The names of the saved segments, by their letters."""
    return tuple(connection.scalars(sa.select(TABLES["segment"].c.name).order_by(TABLES["segment"].c.name)))
