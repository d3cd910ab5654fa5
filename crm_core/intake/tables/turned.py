"""Months in the columns: a customer × month table becomes one row a month."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from crm_core.intake.clean.parts import BLANKS
from crm_core.intake.tables.parts import ROW_SPAN, Column, Table
from crm_core.intake.tables.periods import Period, header_period, year_of
from crm_core.intake.tables.scores import is_data
from crm_core.intake.tables.words import ends_total, is_naming, is_total_word, leads_total
from crm_core.workbook.sheets import column_letter

MONTH, AMOUNT = "Month", "Amount"
_NUMBERED = re.compile(r" \(\d+\)$")
_FEWEST = 3
_LARGEST = 3_000_000
_LOOKED_AT = 500
_STEPS = {"month": 1, "quarter": 3, "day": 0}
_ONE_A = {"month": "month", "quarter": "quarter", "day": "date"}


@dataclass(frozen=True)
class Turn:
    """What becomes rows (`periods`: position → period, or what a score is of), what only adds it up (`totals`),
    what is repeated (`kept`)."""

    periods: Mapping[int, Any]
    totals: tuple[Column, ...]
    kept: tuple[Column, ...]


def turned(table: Table, above: str, beyond: int) -> Table:
    """The table with one row a month, where its columns are months; else the table itself.

    The two new columns stand at `beyond` + 1 and + 2. `above` is the text over the header: a year alone is the months'.
    """
    found = _turn(table)
    if found is None:
        return table
    if len(table.rows) * len(found.periods) > _LARGEST:
        note = "The months stand in columns here and are too many cells to turn into rows. Split the sheet."
        return replace(table, notes=(*table.notes, note))
    year = year_of(above) or (table.period or (None, None))[0]
    return _melted(table, found, _months(found.periods, year), beyond)


# Is it one ---------------------------------------------------------------------------------------------------


def _turn(table: Table) -> Turn | None:
    said = {one.position: period for one in table.columns if (period := header_period(one.header))}
    if len(said) < _FEWEST:
        return None
    said = _as_months(said)
    units = [period.unit for period in said.values()]
    unit = max(("month", "day", "quarter"), key=units.count)
    periods = {position: period for position, period in said.items() if period.unit == unit}
    rest = [one for one in table.columns if one.position not in periods]
    sums = tuple(one for one in rest if one.position in said or _is_total(table, one, periods))
    kept = tuple(one for one in rest if one not in sums)
    if any(header_period(_NUMBERED.sub("", one.header)) for one in kept):
        return None  # the same months twice: two amounts a month, and nothing says what they are
    turn = Turn(periods, sums, kept)
    return (
        turn if _in_order(periods) and _of_numbers(table, periods) and _about_somebody(table, turn) else None
    )


def _as_months(said: dict[int, Period]) -> dict[int, Period]:
    """Real dates in the header that are all the first, or all the last, of a month mean the month."""
    days = [period for period in said.values() if period.unit == "day"]
    if not (all(one.day == 1 for one in days) or all(one.day >= 28 for one in days)):
        return said
    return {place: replace(one, unit="month") if one.unit == "day" else one for place, one in said.items()}


def _is_total(table: Table, column: Column, periods: Mapping[int, Period]) -> bool:
    """A column behind the first month that adds up: "Total", "Razem 2024", "2024"; "Total sales" if it does."""
    label = column.header.rpartition(" / ")[2]
    if column.position < min(periods):
        return False
    if is_total_word(label) or year_of(label) is not None:
        return True
    return (leads_total(label) or ends_total(label)) and _adds_up(table, column, sorted(periods))


def _adds_up(table: Table, column: Column, positions: list[int]) -> bool:
    rows = table.rows[[column.position, *positions]].head(_LOOKED_AT).apply(pd.to_numeric, errors="coerce")
    given, sums = rows.iloc[:, 0], rows.iloc[:, 1:].sum(axis=1)
    same = ((given - sums).abs() < 0.01)[given.notna()]
    return bool(len(same)) and bool(same.mean() >= 0.6)


def _in_order(periods: Mapping[int, Period]) -> bool:
    """Enough different ones, mostly one behind the other (either way round)."""
    ordered = [periods[position] for position in sorted(periods)]
    keys = [(period.year, period.month, period.day if period.unit == "day" else 1) for period in ordered]
    if len(set(keys)) < max(_FEWEST, len(keys)):
        return False
    if ordered[0].unit == "day":
        return keys in (sorted(keys), sorted(keys, reverse=True))  # type: ignore[type-var]
    steps = [(late.month - early.month) % 12 for early, late in pairwise(ordered)]
    step = _STEPS[ordered[0].unit]
    return max(steps.count(step), steps.count(12 - step)) >= 0.6 * len(steps)


def _of_numbers(table: Table, periods: Mapping[int, Period]) -> bool:
    cells = table.rows[sorted(periods)].head(_LOOKED_AT).stack()
    texts = [text for text in cells.tolist() if isinstance(text, str) and text not in BLANKS]
    fits = sum(is_data(text) and "@" not in text and header_period(text) is None for text in texts)
    return bool(texts) and fits >= 0.8 * len(texts)


def _about_somebody(table: Table, turn: Turn) -> bool:
    """A column that names customers, products or orders, or a first column of words with nothing above it."""
    if any(is_naming(one.header) for one in turn.kept):
        return True
    first = turn.kept[0] if turn.kept else None
    if first is None or first.header != f"Column {column_letter(first.position)}":
        return False
    texts = table.rows[first.position].dropna().head(_LOOKED_AT).tolist()
    return bool(texts) and not any(map(is_data, texts))


# Which month -------------------------------------------------------------------------------------------------


def _months(periods: Mapping[int, Period], year: int | None) -> dict[int, str | None]:
    """By position the ISO day that stands for the period; None where its year is not known."""
    places = sorted(periods)
    dated = _with_years([periods[place] for place in places], year)
    exact = len({(one.year, one.month) for one in dated}) < len(dated)
    return {
        place: None if one.year is None else f"{one.year}-{one.month:02d}-{one.day if exact else 1:02d}"
        for place, one in zip(places, dated, strict=True)
    }


def _with_years(periods: list[Period], year: int | None) -> list[Period]:
    """A year goes on to the right until the next one; December to January begins another.

    A year that stands elsewhere is taken only where the months stay within one year.
    """
    if all(period.year is None for period in periods):
        months = [period.month for period in periods]
        within = months in (sorted(months), sorted(months, reverse=True))
        return [replace(period, year=year) for period in periods] if within else periods
    made: list[Period] = []
    for period in periods:
        last = made[-1] if made else None
        if period.year is None and last is not None and last.year is not None:
            period = replace(period, year=last.year + (period.month < last.month))
        made.append(period)
    return made


# Turning -----------------------------------------------------------------------------------------------------


def _melted(table: Table, turn: Turn, months: Mapping[int, str | None], beyond: int) -> Table:
    positions = sorted(turn.periods)
    rows = long_rows(table, turn, _words(table, months), beyond)
    dated = all(months.values())
    amounts = kind_of_cells(table, positions, rows[beyond + 2])
    kinds = {one.position: table.kinds.get(one.position, "text") for one in turn.kept}
    kinds |= {beyond + 1: "date" if dated else "text", beyond + 2: amounts}
    columns = (*_renamed(turn.kept), Column(beyond + 1, MONTH), Column(beyond + 2, AMOUNT))
    errors = moved_errors(table, turn, rows, beyond)
    notes = (*table.notes, *_notes(turn))
    return replace(table, columns=columns, rows=rows, kinds=kinds, errors=errors, notes=notes)


def kind_of_cells(table: Table, positions: list[int], amounts: pd.Series) -> str:
    """A "-" makes a column of numbers a mixed one, and a column of nothing else text; it is gone by now."""
    filled = [position for position in positions if not table.rows[position].dropna().isin(BLANKS).all()]
    kinds = {table.kinds.get(position, "text") for position in filled}
    if kinds <= {"number", "mixed"} and amounts.dropna().str.fullmatch(r"-?\d+(?:\.\d+)?").all():
        return "number"
    return "text" if kinds == {"text"} else "mixed"


def _words(table: Table, months: Mapping[int, str | None]) -> dict[int, str]:
    """Where a year is not known, the month stays as the header says it, for the person to date."""
    headers = {one.position: one.header for one in table.columns}
    return {position: month or headers[position] for position, month in months.items()}


def long_rows(table: Table, turn: Turn, words: Mapping[int, str], beyond: int) -> pd.DataFrame:
    """One row a filled cell, in the order of the sheet; a row without any stays once, its month blank."""
    positions = sorted(turn.periods)
    place, which = _filled_places(table.rows[positions])
    texts = table.rows[positions].to_numpy(dtype=object)[place, which]
    texts[which < 0] = None
    names = np.array([*(words[position] for position in positions), None], dtype=object)[which]
    span = np.array([*positions, 0])[which] * ROW_SPAN
    made = table.rows[[one.position for one in turn.kept]].iloc[place]
    made = made.set_axis(span + made.index.to_numpy())
    made[beyond + 1] = pd.Series(names, index=made.index, dtype="str")
    made[beyond + 2] = pd.Series(texts, index=made.index, dtype="str")
    return made


def _filled_places(cells: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of every filled cell, row by row; a row that has none stands with column -1."""
    filled = (cells.notna() & ~cells.isin(BLANKS)).to_numpy()
    place, which = np.nonzero(filled)
    alone = np.flatnonzero(~filled.any(axis=1))
    place = np.concatenate([place, alone])
    which = np.concatenate([which, np.full(len(alone), -1)])
    order = np.argsort(place, kind="stable")
    return place[order], which[order]


def _renamed(kept: tuple[Column, ...]) -> tuple[Column, ...]:
    """The new columns' names are theirs alone."""
    return tuple(
        replace(one, header=f"{one.header} (2)") if one.header in (MONTH, AMOUNT) else one for one in kept
    )


def moved_errors(
    table: Table, turn: Turn, rows: pd.DataFrame, beyond: int
) -> tuple[tuple[int, int, str], ...]:
    """Errors of repeated columns are told once a row; one in a month is told where that row begins."""
    begins = dict(
        zip((rows.index.to_numpy() % ROW_SPAN)[::-1].tolist(), rows.index[::-1].tolist(), strict=True)
    )
    kept = {one.position for one in turn.kept}
    return tuple(
        (begins[row], beyond + 2 if column in turn.periods else column, text)
        for row, column, text in table.errors
        if row in begins and (column in turn.periods or column in kept)
    )


def _notes(turn: Turn) -> tuple[str, ...]:
    unit = _ONE_A[next(iter(turn.periods.values())).unit]
    said = [f"Turned: {len(turn.periods)} {unit} columns became one row a {unit}."]
    if turn.totals:
        names = ", ".join(f"“{one.header}”" for one in turn.totals)
        said.append(f"Left out as it only adds them up: {names}." if len(turn.totals) == 1
                    else f"Left out as they only add them up: {names}.")  # fmt: skip
    return tuple(said)
