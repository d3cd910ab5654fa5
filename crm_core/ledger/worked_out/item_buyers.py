"""Who bought what, kept as arrays in pieces of text: read in half a second where ten million lines take a minute."""

import base64
from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.bulk import insert_rows
from crm_core.ledger.store.derived import item_buyers

# Little-endian on every machine. Text, so that a backup in lines and both databases hold it alike.
WIDTHS = {"customers": "<i8", "indptr": "<i8", "indices": "<i4", "times": "<i4", "first": "<i4", "last": "<i4",
          "days": "<i4"}  # fmt: skip
PIECE = 3 << 20  # bytes, 4 MB of text


def write_buyers(connection: Connection, arrays: Mapping[str, np.ndarray]) -> None:
    """Replace what is kept: the compressed rows customers × products (`customers`, `indptr`, `indices`, `times`) and by
    customer the `first` and `last` day and on how many `days` they bought."""
    connection.execute(sa.delete(item_buyers))
    rows = ((name, part, data) for name in WIDTHS for part, data in enumerate(_pieces(name, arrays[name])))
    insert_rows(connection, item_buyers.name, ("name", "part", "data"), rows)


def _pieces(name: str, array: np.ndarray) -> Iterator[str]:
    data = np.ascontiguousarray(array, dtype=WIDTHS[name]).tobytes()
    for start in range(0, len(data), PIECE):
        yield base64.b64encode(data[start : start + PIECE]).decode("ascii")


def read_buyers(connection: Connection) -> dict[str, np.ndarray]:
    """The arrays as they were written; empty ones where nothing is kept."""
    b = item_buyers.c
    pieces = defaultdict(list)
    for name, data in connection.execute(sa.select(b.name, b.data).order_by(b.name, b.part)):
        pieces[name].append(np.frombuffer(base64.b64decode(data), WIDTHS[name]))
    found = {name: np.concatenate([np.empty(0, width), *pieces[name]]) for name, width in WIDTHS.items()}
    if not len(found["indptr"]):
        found["indptr"] = np.zeros(1, WIDTHS["indptr"])
    return found
