"""Cells that could not be taken, and blanks that are really blank: what a row loses, and what a blank may erase."""

from collections.abc import Mapping

import pandas as pd

from crm_core.intake.choices import SheetChoice
from crm_core.intake.clean.column import Cleaned
from crm_core.intake.rules import EXTRA, column_of, may_be_emptied
from crm_core.intake.tables.find import Column, Table
from crm_core.model.registry import ENTITIES

Cells = dict[int, Cleaned]  # by position: what the mapped columns came to


def refused_rows(table: Table, choice: SheetChoice, cells: Cells, foreign: pd.DataFrame) -> pd.Index:
    """The rows that are left out whole: those with a cell that could not be taken, where a person chose so.

    A value that was taken with a remark refuses nothing. `foreign`: problems of amounts in another currency.
    """
    if choice.refuse != "row":
        return table.rows.index[:0]
    places = {row for position in cells for row in _bad(table, position, cells)}
    return table.rows.index[table.rows.index.isin(places | set(foreign["row"]))]


def erasing_blanks(
    table: Table, choice: SheetChoice, cells: Cells, mapping: Mapping[str, str]
) -> tuple[dict[str, pd.Index], pd.DataFrame]:
    """By column of the record the rows whose blank cell erases; and problems where a column cannot be emptied."""
    blanks: dict[str, pd.Index] = {}
    told: list[tuple[object, str, str, str]] = []
    for column in table.columns:
        rows = _blank(table, column, cells) if column.position in choice.erase else ()
        if len(rows) and not _may(choice.entity or "", mapping.get(column.header)):
            told.append((None, column.header, "", _said(choice.entity or "", mapping[column.header])))
        elif len(rows) and (name := _name(choice.entity or "", column, mapping)):
            blanks[name] = rows if name not in blanks else blanks[name].intersection(rows)
    return blanks, pd.DataFrame(told, columns=["row", "column", "value", "message"], dtype=object)


def _name(entity: str, column: Column, mapping: Mapping[str, str]) -> str | None:
    target = mapping.get(column.header)
    return EXTRA + column.header if target is None else column_of(entity, target)


def _may(entity: str, target: str | None) -> bool:
    return target is None or column_of(entity, target) is None or may_be_emptied(entity, target)


def _said(entity: str, target: str) -> str:
    label = ENTITIES[entity].field(target).label.lower()
    return f"Blanks in this column leave what is stored: the {label} cannot be emptied."


def _blank(table: Table, column: Column, cells: Cells) -> pd.Index:
    """The rows where the cell is blank: nothing was refused there, and Excel shows no error."""
    place = column.position
    values = cells[place].values if place in cells else table.rows[place]
    return values.index[values.isna()].difference(_bad(table, place, cells), sort=False)


def _bad(table: Table, position: int, cells: Cells) -> pd.Index:
    """The rows whose cell of this column could not be taken."""
    errors = [row for row, column, _ in table.errors if column == position and row in table.rows.index]
    if position not in cells or cells[position].problems.empty:
        return pd.Index(errors)
    rows = pd.Index(cells[position].problems["row"].unique())
    return rows[cells[position].values.reindex(rows).isna()].union(errors)
