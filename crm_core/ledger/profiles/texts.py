"""The stored texts of all customers by field, in memory as numbers: what people are counted by."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.profiles.days import joined, numbers_in
from crm_core.ledger.profiles.memory import Memory
from crm_core.ledger.store.tables import customers

REMEMBERED = 2
READ = ("customer",)


@dataclass(frozen=True)
class Texts:
    """Of a field its different texts (`values`, no blank), and by customer the place of theirs, −1 of a blank."""

    values: np.ndarray
    places: np.ndarray


_kept = Memory(REMEMBERED)


def texts(connection: Connection, columns: Sequence[str]) -> tuple[np.ndarray, dict[str, Texts]]:
    """The ids of all customers and their texts in these columns, read in one pass; remembered while none changes."""
    about = ("texts", *columns)
    return _kept.of(connection, READ, about, lambda: _read(connection, columns))


def _read(connection: Connection, columns: Sequence[str]) -> tuple[np.ndarray, dict[str, Texts]]:
    listed = sa.func.json_group_array if connection.dialect.name == "sqlite" else sa.func.json_agg
    chosen = [listed(customers.c[name]) for name in columns]
    ids, *lists = connection.execute(sa.select(joined(customers.c.id), *chosen)).one()
    return numbers_in(ids), {name: _numbered(cells) for name, cells in zip(columns, lists, strict=True)}


def _numbered(cells: Any) -> Texts:
    """The driver of PostgreSQL reads JSON itself."""
    plain = json.loads(cells) if isinstance(cells, str) else cells or []
    places, values = pd.factorize(np.array([cell or None for cell in plain], dtype=object))
    return Texts(values, places.astype(np.int32))
