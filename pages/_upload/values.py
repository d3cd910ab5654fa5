"""How the values of a plan are written: money as money, days as the reader's country writes them, all else as it is."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from crm_core.actions.choosing import sheet_row
from crm_core.model.entities import Field, Kind
from crm_core.model.registry import ENTITIES
from pages._parts import Desk, amounts, day, is_missing, money, number

SHOWN_ROWS = 200
AS_TYPED = " (as typed)"  # after the header of a cell that could not be taken and stays with its record
ROW = st.column_config.NumberColumn(width=60, format="%d", pinned=True)  # pinned: keeps its width


def told_cells(plan: Any) -> pd.DataFrame:
    """The changed cells to tell a person of; what was kept as typed and goes as its field is filled, is none."""
    cells = plan.cells[~_goes_along(plan.cells)]
    typed = cells["after"].isna() & cells["field"].str.endswith(AS_TYPED)
    if not typed.any():
        return cells
    mapping = {sheet.sheet: sheet.mapping for sheet in plan.sheets}
    fields = set(cells[["sheet", "row", "field"]].itertuples(index=False, name=None))
    gone = [
        (one.sheet, one.row, _field(mapping[one.sheet], one.field)) in fields
        for one in cells[typed].itertuples()
    ]
    return cells.drop(index=cells.index[typed][gone])


def _goes_along(cells: pd.DataFrame) -> pd.Series:
    """A call that is done with its outcome: the contact says so already."""
    return (cells["entity"] == "follow-up") & cells["field"].isin(["state", "outcome", "done_on"])


def _field(mapping: Mapping[str, str], kept: str) -> str:
    """The field behind the column that was kept as "extra.Birthday (as typed)"."""
    return mapping.get(kept.removeprefix("extra.").removesuffix(AS_TYPED), "").rpartition(".")[2]


def row_of(place: Any) -> int | None:
    """The row of the sheet behind a row of a plan."""
    return None if is_missing(place) else sheet_row(int(place))


def declared(entity: str, target: str) -> Field | None:
    """The field behind a column of a plan; None where it is kept as it stands."""
    owner, _, name = target.rpartition(".")
    found = ENTITIES.get(owner or entity)
    return found.field(name) if found is not None and found.has(name) else None


def is_of(entity: str, target: str, *kinds: Kind) -> bool:
    """Whether a column of a plan holds one of these kinds."""
    field = declared(entity, target)
    return field is not None and field.kind in kinds


def written(desk: Desk, entity: str, target: str, value: Any) -> str:
    """One value in words; empty for a missing one."""
    if is_missing(value):
        return ""
    if is_of(entity, target, Kind.MONEY):
        return money(value, desk)
    if is_of(entity, target, Kind.DATE):
        return day(value)
    if is_of(entity, target, Kind.NUMBER, Kind.INTEGER):
        return number(value)
    return str(value)


def column_written(desk: Desk, entity: str, target: str, column: pd.Series) -> pd.Series:
    """A whole column for a grid: money and days in words, each distinct value once."""
    if not is_of(entity, target, Kind.MONEY, Kind.DATE):
        return column
    values = column.dropna().unique()
    words = {value: written(desk, entity, target, value) for value in values}
    if is_of(entity, target, Kind.MONEY):
        words = dict(zip(values, amounts(values, desk), strict=True))
    return column.map(words).astype("str").where(column.notna(), "")
