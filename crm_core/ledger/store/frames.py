"""Rows of a SELECT as driver-ready frames: whole numbers stay whole, missing is missing, dates are ISO text."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.model.entities import Field, Kind

WHOLE = (Kind.MONEY, Kind.INTEGER, Kind.REFERENCE)
# Made once: to read a type from its name takes longer than to fill a column of a few rows.
DTYPES = {name: pd.array([], dtype=name).dtype for name in ("Int64", "Float64", "str")}


def dtype_of(field: Field | None) -> str:
    """The pandas type that a field's column has in a frame."""
    if field is None:
        return "object"
    return "Int64" if field.kind in WHOLE else "Float64" if field.kind is Kind.NUMBER else "str"


def typed_frame(
    connection: Connection, statement: sa.Executable, fields: Mapping[str, Field]
) -> pd.DataFrame:
    """The rows with each column typed by its field: Int64, Float64 or str; `fields` by column name."""
    result = connection.execute(statement)
    names = list(result.keys())
    columns = list(zip(*plain_rows(connection, result), strict=True)) or [()] * len(names)
    typed = {
        name: _column(cells, dtype_of(fields.get(name))) for name, cells in zip(names, columns, strict=True)
    }
    return pd.DataFrame(typed, copy=False)


def _column(cells: Sequence[Any], dtype: str) -> Any:
    if dtype in DTYPES:
        return pd.array(list(cells), dtype=DTYPES[dtype])
    plain = np.empty(len(cells), object)
    plain[:] = cells
    return plain


def plain_rows(connection: Connection, result: sa.CursorResult[Any]) -> Sequence[Sequence[Any]]:
    """The rows as tuples: SQLite's driver gives plain values, which need no Row object each."""
    if connection.dialect.name != "sqlite" or result.cursor is None:
        return result.fetchall()
    rows = result.cursor.fetchall()
    result.close()
    return rows
