"""Cells that stand once for several rows: merged ones, and keys that are written in the first row of a group only."""

import re
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from crm_core.intake.clean.column import read_column
from crm_core.intake.tables.ends import totals
from crm_core.intake.tables.heads import Head
from crm_core.intake.tables.words import is_added, is_order_date, is_order_number, is_person
from crm_core.model.entities import Field, Kind
from crm_core.model.registry import ENTITIES
from crm_core.workbook.sheets import Sheet, column_letter

_FEW_KEYS = 0.7
_EVERY = 0.95
_SHARE_BLANK = 0.5
_KEY_COLUMNS = 8
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LOOKED_AT = 2000
_DATE = Field("date", Kind.DATE, "Date")
_DAY = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")
_KEYS = (is_person, is_order_number, is_order_date)

Merge = tuple[int, int, int, int]


def label_of(head: Head, position: int) -> str:
    """The header over a column, else its letter."""
    return head.labels.get(position) or f"Column {column_letter(position)}"


# Merged cells ------------------------------------------------------------------------------------------------


def merged_filled(sheet: Sheet, filled: np.ndarray, head: Head) -> tuple[Sheet, np.ndarray, tuple[str, ...]]:
    """The sheet with every cell that is merged over several rows of the table written in each of them.

    Amounts stay where they are: written again they would count again. Blank rows stay blank.
    """
    index, columns = sheet.cells.index, sheet.cells.columns
    if not sheet.merged or not len(index) or head.body >= len(index):
        return sheet, filled, ()
    start = int(index[head.body])
    tall = [one for one in sheet.merged if one[2] > one[0] >= start and one[1] in columns]
    if not tall:
        return sheet, filled, ()
    return _written_down(sheet, filled, head, tall)


def _written_down(
    sheet: Sheet, filled: np.ndarray, head: Head, tall: Iterable[Merge]
) -> tuple[Sheet, np.ndarray, tuple[str, ...]]:
    cells, filled, told = sheet.cells.copy(deep=False), filled.copy(), []
    some, first = np.asarray(filled.any(axis=1)), int(cells.index[0])
    some[totals(sheet, filled, head.body, len(cells))] = False
    for position, mine in _by_column(tall).items():
        place, label = int(cells.columns.get_loc(position)), label_of(head, position)
        if is_added(label) or (sheet.kinds.get(position) == "number" and _has_cents(cells[position])):
            told.append(_counted_once(label))
            continue
        texts = cells[position].to_numpy(dtype=object).copy()
        if _spread_down(
            texts, filled[:, place], some, [(top - first, bottom - first) for top, bottom in mine]
        ):
            cells[position] = pd.Series(texts, index=cells.index, dtype="str")
            told.append(_read_as_same(label))
    return replace(sheet, cells=cells), filled, tuple(told)


def _has_cents(cells: pd.Series) -> bool:
    return bool(cells.str.contains(".", regex=False, na=False).any())


def _by_column(tall: Iterable[Merge]) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    for top, column, bottom, _ in tall:
        found.setdefault(column, []).append((top, bottom))
    return found


def _spread_down(
    texts: np.ndarray, filled: np.ndarray, some: np.ndarray, spans: list[tuple[int, int]]
) -> int:
    """Write the first cell of each span into its blank ones where the row has other cells; how many."""
    written = 0
    for top, bottom in spans:
        if top >= len(texts) or not filled[top]:
            continue
        below = slice(top + 1, bottom + 1)
        blank = ~filled[below] & some[below]
        texts[below][blank] = texts[top]
        filled[below] |= blank
        written += int(blank.sum())
    return written


def _read_as_same(label: str) -> str:
    return f"“{label}” stands once for several rows here; the rows below it were read as the same."


def _counted_once(label: str) -> str:
    return f"“{label}” is merged over several rows here; it counts once, in the first of them."


# Groups ------------------------------------------------------------------------------------------------------


def groups_filled(rows: pd.DataFrame, head: Head) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows with the leading keys of each group written in all its rows, where they surely are a group's.

    Groups may stand in groups: a customer over orders over lines. In a file of ours every blank is one.
    """
    if _is_ours(rows, head):
        return rows, ()
    made, keys = _filled_once(rows, head)
    told = tuple(_read_as_same(label_of(head, int(rows.columns[place]))) for place in keys)
    rest = rows.iloc[:, len(keys) :]
    if not keys or not rest.shape[1] or rest.iloc[rows.iloc[:, 0].notna().to_numpy(), 0].isna().any():
        return made, told
    inner, more = groups_filled(rest, head)
    return pd.concat([made.iloc[:, : len(keys)], inner], axis=1), told + more


def _is_ours(rows: pd.DataFrame, head: Head) -> bool:
    """Whether the headers are those of a file that Regulars hands out."""
    labels = {label_of(head, int(position)) for position in rows.columns}
    return any(
        labels.issuperset(field.label for field in entity.fields)
        for entity in ENTITIES.values()
        if entity.uploaded
    )


def _filled_once(rows: pd.DataFrame, head: Head) -> tuple[pd.DataFrame, list[int]]:
    """The rows filled down by their first keys, and the places of these."""
    if len(rows) < 4 or rows.shape[1] < 2 or rows.iloc[:, 0].isna().iloc[: len(rows) // 2].sum() == 0:
        return rows, []
    filled = rows.notna().to_numpy()
    heads = filled[:, 0]
    keys = _keys(filled, heads, [label_of(head, int(position)) for position in rows.columns])
    if not keys or not _surely_groups(rows, filled, heads, keys, head):
        return rows, []
    source = np.maximum.accumulate(np.where(heads, np.arange(len(rows)), 0))
    made = rows.copy(deep=False)
    for place in keys:
        made.isetitem(place, rows.iloc[:, place].take(source).set_axis(rows.index))
    return made, keys


def _keys(filled: np.ndarray, heads: np.ndarray, labels: list[str]) -> list[int]:
    """The places of the leading columns that are blank in every row of a group but the first, and are keys."""
    leading = []
    for place in range(min(_KEY_COLUMNS, filled.shape[1])):
        if filled[~heads, place].any():
            break
        leading.append(place)
    return [place for place in leading if any(means(labels[place]) for means in _KEYS)]


def _surely_groups(
    rows: pd.DataFrame, filled: np.ndarray, heads: np.ndarray, keys: list[int], head: Head
) -> bool:
    """The first row has its key, every row without one is as full as the others, and the keys say it.

    A blank customer may also be one who was not asked; a line without its order's number or date is none of its own.
    """
    if keys[0] != 0 or not heads[0] or heads.sum() < 2 or heads.mean() > _FEW_KEYS:
        return False
    rest = np.setdiff1d(np.arange(filled.shape[1]), keys)
    every = filled[:, rest].mean(axis=0) >= _EVERY
    if not every.any() or not filled[~heads][:, rest[every]].all(axis=1).all():
        return False
    labels = [label_of(head, int(position)) for position in rows.columns]
    return (
        _each_once(rows, heads, keys)
        and _agree(rows, heads, keys, labels)
        and _say_so(rows, heads, keys, labels)
    )


def _say_so(rows: pd.DataFrame, heads: np.ndarray, keys: list[int], labels: list[str]) -> bool:
    numbers = any(is_order_number(labels[place]) for place in keys)
    dates = any(is_order_date(labels[place]) for place in keys)
    if numbers or (dates and len(keys) > 1):
        return True
    if heads.mean() > _SHARE_BLANK:
        return False
    if dates:
        return rows.iloc[heads, keys[0]].is_monotonic_increasing
    return not rows.iloc[heads, keys[0]].duplicated().any() and not _in_turn(rows, labels)


def _agree(rows: pd.DataFrame, heads: np.ndarray, keys: list[int], labels: list[str]) -> bool:
    """Lines of one order have no other customer or day: a sale without a number that names them is its own."""
    if not is_order_number(labels[keys[0]]):
        return True
    source = np.maximum.accumulate(np.where(heads, np.arange(len(rows)), 0))
    told = [
        place
        for place, label in enumerate(labels)
        if place not in keys and (is_person(label) or is_order_date(label))
    ]
    return all(
        bool((cells.isna() | (cells == cells.iloc[source].set_axis(cells.index))).all())
        for cells in (rows.iloc[:, place] for place in told)
    )


def _each_once(rows: pd.DataFrame, heads: np.ndarray, keys: list[int]) -> bool:
    """A list of groups names each once; a list of sales names some twice."""
    return not rows.iloc[heads, keys].duplicated().any()


def _in_turn(rows: pd.DataFrame, labels: list[str]) -> bool:
    """Sorted by date or order number across the keys, as a till writes sales: a blank customer is then nobody's."""
    return any(_rises(rows.iloc[:_LOOKED_AT, place], label) for place, label in enumerate(labels) if place)


def _rises(cells: pd.Series, label: str) -> bool:
    first = str(cells.iloc[0])
    if cells.isna().any() or not (is_order_date(label) or is_order_number(label) or _DAY.match(first)):
        return False
    values = pd.to_numeric(cells, errors="coerce")
    if values.isna().any():
        values = read_column(_DATE, cells).values
    return bool(values.notna().all() and values.is_monotonic_increasing and values.nunique() > 1)
