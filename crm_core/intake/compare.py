"""Rows of a file beside the stored rows that they are: which cells differ."""

import json
from collections.abc import Iterable
from typing import Any

import pandas as pd

from crm_core.model.changes import CHANGE_COLUMNS
from crm_core.model.entities import Kind
from crm_core.model.folding import phone_key
from crm_core.model.registry import ENTITIES

NUMBERS = (Kind.NUMBER,)
WHOLE = (Kind.MONEY, Kind.INTEGER, Kind.REFERENCE)


def changed_cells(
    entity: str, rows: pd.DataFrame, stored: pd.DataFrame, columns: Iterable[str], *, fill_only: bool = False
) -> pd.DataFrame:
    """The cells that the file would change: CHANGE_COLUMNS and `row`.

    `rows` is indexed by sheet row and has `id`; `stored` has `id` and the columns. A blank in the file never erases;
    with `fill_only` a stored value is never replaced.
    """
    matched = rows[rows["id"] > 0]
    if matched.empty or stored.empty:
        return _cells([])
    ours = stored.drop_duplicates("id").set_index("id").reindex(matched["id"].astype("int64"))
    parts = [
        _changed_column(entity, column, matched, ours[column].set_axis(matched.index), fill_only)
        for column in columns
        if column in matched and column in ours
    ]
    if "extra" in matched and "extra" in ours:
        parts.append(_changed_extra(entity, matched, ours["extra"].set_axis(matched.index)))
    return pd.concat(parts, ignore_index=True) if parts else _cells([])


def _cells(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[*CHANGE_COLUMNS, "row"], dtype=object)


def _changed_column(
    entity: str, column: str, rows: pd.DataFrame, ours: pd.Series, fill_only: bool
) -> pd.DataFrame:
    theirs, ours = comparable(entity, column, rows[column]), comparable(entity, column, ours)
    differs = theirs.notna() & (ours.isna() | _unlike(entity, column, theirs, ours))
    if fill_only:
        differs &= ours.isna()
    hit = differs.to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            "entity": entity,
            "id": rows["id"][hit].astype(object),
            "field": column,
            "before": ours[hit].astype(object).where(ours[hit].notna(), None),
            "after": theirs[hit].astype(object),
            "row": rows.index[hit],
        },
        dtype=object,
    )


def _unlike(entity: str, column: str, theirs: pd.Series, ours: pd.Series) -> pd.Series:
    declared = next((field for field in ENTITIES[entity].fields if field.column == column), None)
    if declared is not None and declared.kind is Kind.PHONE:  # blanks and brackets are no other number
        theirs, ours = phone_key(theirs), phone_key(ours)
    return (theirs != ours).fillna(True)


def comparable(entity: str, column: str, values: pd.Series) -> pd.Series:
    """Values of one kind on both sides: text as text, whole numbers as Int64, other numbers as Float64."""
    declared = next((field for field in ENTITIES[entity].fields if field.column == column), None)
    if declared is not None and declared.kind in WHOLE:
        return values.astype("Float64").astype("Int64") if values.dtype == object else values.astype("Int64")
    if declared is not None and declared.kind in NUMBERS:
        return values.astype("Float64")
    return values.astype("str").where(values.notna(), None) if values.dtype == object else values


def _changed_extra(entity: str, rows: pd.DataFrame, ours: pd.Series) -> pd.DataFrame:
    theirs = rows["extra"]
    hit = theirs.notna() & (theirs != ours)
    found = [
        (entity, int(rows.at[row, "id"]), f"extra.{header}", before, after, row)
        for row in rows.index[hit]
        for header, before, after in _extra_differences(theirs[row], ours[row])
    ]
    return _cells(found)


def _extra_differences(theirs: str, ours: Any) -> list[tuple[str, Any, Any]]:
    new, old = json.loads(theirs), json.loads(ours) if isinstance(ours, str) else {}
    return [(header, old.get(header), value) for header, value in new.items() if old.get(header) != value]


def without_hand_edits(
    cells: pd.DataFrame, edited: set[tuple[int, str]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The cells to change, and those that a person edited here since: they keep what the person wrote."""
    if not edited or cells.empty:
        return cells, cells.iloc[:0]
    ours = pd.Series(
        [(int(number), name) in edited for number, name in zip(cells["id"], cells["field"], strict=True)],
        index=cells.index,
    )
    return cells[~ours], cells[ours]
