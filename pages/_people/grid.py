"""The grid of customers as one of the grids: which of its columns may be edited, and its money columns."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd

from crm_core.model.registry import CUSTOMER
from crm_core.model.words import MONEY_UNIT
from pages._grid import drafts as of_any
from pages._grid.drafts import OPEN, PICK, Cell, Draft, Shown, Subject, after_save, as_text, picked_after

__all__ = [
    "OPEN", "PEOPLE", "PICK", "Cell", "Draft", "Shown", "after_save", "as_text", "drafts_after", "editable",
    "money_as_units", "picked_after", "show",
]  # fmt: skip

# The grid shows the stage as measured; the one set by hand is on the person's page.
PEOPLE = Subject(CUSTOMER, locked=("stage",))


@cache
def editable(name: str) -> bool:
    """Whether a column of the grid may be changed by hand; everything else is shown only."""
    return PEOPLE.editable(name)


def show(key: str, rows: pd.DataFrame, drafts: Mapping[Cell, Draft], picked: Iterable[int]) -> Shown:
    """The stored rows of a page (`id`, `version`, columns) as a grid, with the drafts and ticks laid over."""
    return of_any.show(PEOPLE, key, rows, drafts, picked)


def drafts_after(
    edited: Mapping[int, Mapping[str, Any]], shown: Shown, drafts: Mapping[Cell, Draft]
) -> dict[Cell, Draft]:
    """The drafts, with what was edited in this grid: by position in what was shown, allowed columns only."""
    return of_any.drafts_after(PEOPLE, edited, shown, drafts)


def money_as_units(shown: Shown, names: Iterable[str]) -> Shown:
    """The same grid with these columns in whole units of the currency instead of ten-thousandths."""
    given = shown.given.copy()
    for name in names:
        given[name] = pd.to_numeric(given[name]).astype("Float64") / MONEY_UNIT
    return replace(shown, given=given)
