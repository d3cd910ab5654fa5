"""Rows of a file beside the stored rows that they are: which cells differ."""

import json
from collections.abc import Iterable
from typing import Any

import pandas as pd

from crm_core.intake.rules import ANYTHING, AS_TYPED, EXTRA, Rules, no_cells
from crm_core.model.changes import CHANGE_COLUMNS
from crm_core.model.entities import Kind
from crm_core.model.folding import phone_key
from crm_core.model.registry import ENTITIES

NUMBERS = (Kind.NUMBER,)
WHOLE = (Kind.MONEY, Kind.INTEGER, Kind.REFERENCE)


def changed_cells(
    entity: str, rows: pd.DataFrame, stored: pd.DataFrame, columns: Iterable[str], rules: Rules = ANYTHING
) -> pd.DataFrame:
    """The cells that the file would change: CHANGE_COLUMNS and `row`.

    `rows` is indexed by sheet row and has `id`; `stored` has `id` and the columns. `rules` say by column whose value
    holds and which rows a blank erases in; otherwise the file's value holds and a blank erases nothing.
    """
    matched = rows[rows["id"] > 0]
    if matched.empty or stored.empty:
        return no_cells()
    ours = stored.drop_duplicates("id").set_index("id").reindex(matched["id"].astype("int64"))
    parts = [
        _changed_column(entity, column, matched, ours[column].set_axis(matched.index), rules)
        for column in columns
        if column in matched and column in ours and rules.policy(column) != "ours"
    ]
    if "extra" in matched and "extra" in ours:
        parts.append(_changed_extra(entity, matched, ours["extra"].set_axis(matched.index), rules))
    return pd.concat(parts, ignore_index=True) if parts else no_cells()


def _changed_column(
    entity: str, column: str, rows: pd.DataFrame, ours: pd.Series, rules: Rules
) -> pd.DataFrame:
    theirs, ours = comparable(entity, column, rows[column]), comparable(entity, column, ours)
    differs = theirs.notna() & (ours.isna() | _unlike(entity, column, theirs, ours))
    if rules.policy(column) == "fill":
        differs &= ours.isna()
    elif column in rules.blanks:
        differs |= theirs.isna() & ours.notna() & rows.index.isin(rules.blanks[column])
    hit = differs.to_numpy(dtype=bool)
    found = {
        "entity": entity, "id": rows["id"][hit].astype(object), "field": column, "before": _plain(ours[hit]),
        "after": _plain(theirs[hit]), "row": rows.index[hit],
    }  # fmt: skip
    return pd.DataFrame(found, dtype=object)


def _plain(values: pd.Series) -> pd.Series:
    return values.astype(object).where(values.notna(), None)


def _unlike(entity: str, column: str, theirs: pd.Series, ours: pd.Series) -> pd.Series:
    declared = next((field for field in ENTITIES[entity].fields if field.column == column), None)
    if declared is not None and declared.kind is Kind.PHONE:  # blanks and brackets are no other number
        theirs, ours = phone_key(theirs).fillna(theirs), phone_key(ours).fillna(ours)  # words have no digits
    return (theirs != ours).fillna(True)


def comparable(entity: str, column: str, values: pd.Series) -> pd.Series:
    """Values of one kind on both sides: text as text, whole numbers as Int64, other numbers as Float64."""
    declared = next((field for field in ENTITIES[entity].fields if field.column == column), None)
    if declared is not None and declared.kind in WHOLE:
        return values.astype("Float64").astype("Int64") if values.dtype == object else values.astype("Int64")
    if declared is not None and declared.kind in NUMBERS:
        return values.astype("Float64")
    return values.astype("str").where(values.notna(), None) if values.dtype == object else values


def _changed_extra(entity: str, rows: pd.DataFrame, ours: pd.Series, rules: Rules) -> pd.DataFrame:
    theirs = rows["extra"]
    hit = theirs.notna() & (theirs != ours)
    hit |= ours.notna() & (rows.index.isin(_erasing(rules)) | _typed_before(ours))
    found = [
        (entity, int(rows.at[row, "id"]), EXTRA + header, before, after, row)
        for row in rows.index[hit]
        for header, before, after in _extra_differences(theirs[row], ours[row], rows.loc[row], rules)
    ]
    return pd.DataFrame(found, columns=[*CHANGE_COLUMNS, "row"], dtype=object)


def _erasing(rules: Rules) -> pd.Index:
    """The rows in which the blank of an undeclared column erases."""
    places = [rows for column, rows in rules.blanks.items() if column.startswith(EXTRA)]
    return pd.Index([row for rows in places for row in rows])


def _typed_before(ours: pd.Series) -> pd.Series:
    return ours.astype("str").str.contains(AS_TYPED, regex=False).fillna(False).astype(bool)


def _extra_differences(theirs: Any, ours: Any, row: pd.Series, rules: Rules) -> list[tuple[str, Any, Any]]:
    """header, before, after; what was kept as typed goes once its cell can be taken."""
    new, old = (json.loads(one) if isinstance(one, str) else {} for one in (theirs, ours))
    new |= {header: None for header in old if header not in new and _goes(header, row, rules)}
    return [
        (header, old.get(header), value)
        for header, value in new.items()
        if old.get(header) != value and _may_change(rules.policy(EXTRA + header), old.get(header))
    ]


def _goes(header: str, row: pd.Series, rules: Rules) -> bool:
    if row.name in rules.blanks.get(EXTRA + header, ()):
        return True
    filled = rules.typed.get(header.removesuffix(AS_TYPED)) if header.endswith(AS_TYPED) else None
    return filled in row.index and pd.notna(row[filled])


def _may_change(policy: str, held: Any) -> bool:
    return policy == "theirs" or (policy == "fill" and held is None)
