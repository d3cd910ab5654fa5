"""Rows of a SELECT as driver-ready frames: whole numbers stay whole, missing is missing, dates are ISO text."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.model.entities import Field, Kind

WHOLE = (Kind.MONEY, Kind.INTEGER, Kind.REFERENCE)


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
        name: pd.Series(list(cells), dtype=dtype_of(fields.get(name)))
        for name, cells in zip(names, columns, strict=True)
    }
    return pd.DataFrame(typed, columns=names)


def plain_rows(connection: Connection, result: sa.CursorResult[Any]) -> Sequence[Sequence[Any]]:
    """The rows as tuples: SQLite's driver gives plain values, which need no Row object each."""
    if connection.dialect.name != "sqlite" or result.cursor is None:
        return result.fetchall()
    rows = result.cursor.fetchall()
    result.close()
    return rows
