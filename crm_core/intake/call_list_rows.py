"""What a caller wrote into a call list, cell by cell: outcomes in any words, days as people say them, hours."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from crm_core.intake.call_list_days import clock, day_of, has_two_readings, is_day, order_of
from crm_core.intake.call_list_words import LEAVE_ALONE, NOTE_ONLY, asks_for_quiet, outcome_of, take_outcomes
from crm_core.intake.call_lists import OWN, copies_of, extras_of, targets_of
from crm_core.intake.clean.choices import words_for
from crm_core.intake.clean.column import Reading
from crm_core.intake.clean.date_order import MONTH_FIRST
from crm_core.intake.tables.find import Table
from crm_core.model.folding import fold
from crm_core.model.list_marks import list_parts
from crm_core.model.words import OUTCOMES, WHY_NOT

_STEPS = {"call": "call again", "phone": "call again", "callback": "call again", "none": "nothing", "no": "nothing",
          "-": "nothing", "visit agreed": "visit", "bought": "nothing", "not interested": "nothing"}  # fmt: skip
Problems = list[tuple[int, str, str, str]]

__all__ = ["NOTE_ONLY", "Lines", "day_of", "outcome_of", "read_lines"]


@dataclass(frozen=True)
class Lines:
    """The rows of one list as they were filled in.

    `frame`: index = sheet row; the right sides of OWN as text (`outcome` the English word, `next_on` and `called_on`
    ISO days, `next_at` HH:MM, `step`), `typed` (the outcome as it stands), `extra` (JSON), `list_id` filled in.
    `problems`: row, column, value, message. `unknown`: words of outcomes that nobody knows → rows.
    """

    frame: pd.DataFrame
    problems: pd.DataFrame
    unknown: Mapping[str, tuple[int, ...]]
    mapping: Mapping[str, str]
    extra: tuple[str, ...]


def read_lines(table: Table, list_id: str, words: Mapping[str, str], defaults: Reading) -> Lines:
    """Read the rows. `list_id`: of the file, for rows that lost theirs; `words`: folded word → outcome, as was said."""
    targets = targets_of(table)
    headers = {target: column.header for column in table.columns if (target := targets.get(column.position))}
    frame = _filled_in(table, targets, list_id)
    told: Problems = list(_errors(table, targets))
    unknown = take_outcomes(frame, words)
    _days(frame, headers, defaults, told)
    _steps(frame, headers, told)
    _notes(frame, headers, told)
    extras = extras_of(table, targets)
    frame["extra"] = _objects(_extra(table, [(one.position, one.header) for one in extras]), frame.index)
    problems = pd.DataFrame(told, columns=["row", "column", "value", "message"], dtype=object)
    mapping = {headers[target]: target for target in headers}
    return Lines(frame, problems, unknown, mapping, tuple(column.header for column in extras))


def _objects(values: Iterable[Any], index: pd.Index) -> pd.Series:
    """A column in which a missing cell is None, whatever stands beside it."""
    return pd.Series(list(values), index, dtype=object)


def _filled_in(table: Table, targets: Mapping[int, str], list_id: str) -> pd.DataFrame:
    """The cells of a list by what they say, None where nothing stands; a copy of a column fills it."""
    frame = pd.DataFrame(index=table.rows.index, columns=list(dict.fromkeys(OWN.values())), dtype=object)
    for place, target in (*targets.items(), *copies_of(table, targets).items()):
        cells = table.rows[place].astype(object).str.strip()
        cells = cells.where(cells.notna() & (cells != ""), None)
        frame[target] = frame[target].where(frame[target].notna(), cells)
    frame = frame.astype(object).where(frame.notna(), None)
    named = (one if list_parts(one) else list_id or None for one in frame["list_id"])
    frame["list_id"] = _objects(named, frame.index)
    return frame


def _errors(table: Table, targets: Mapping[int, str]) -> Iterable[tuple[int, str, str, str]]:
    """Cells in which a program shows an error: a note that began with = or -."""
    headers = {column.position: column.header for column in table.columns}
    for row, place, value in table.errors:
        if row in table.rows.index and (place in targets or place in headers):
            words = f"The cell shows {value}, so nothing of it can be read. Write it again as plain text."
            yield int(row), headers[place], value, words


# Days, hours, steps, notes ----------------------------------------------------------------------------------


def _days(frame: pd.DataFrame, headers: Mapping[str, str], defaults: Reading, told: Problems) -> None:
    usual = "mdy" if defaults.country in MONTH_FIRST else "dmy"
    order, sure = order_of([*frame["called_on"].dropna(), *frame["next_on"].dropna()], usual)
    for row in frame.index[frame[["called_on", "next_on", "next_at"]].notna().any(axis=1)]:
        day = list_parts(frame.at[row, "list_id"])
        start = date.fromisoformat(day[1]) if day and is_day(day[1]) else None
        for target in ("called_on", "next_on"):
            if (text := frame.at[row, target]) is None:
                continue
            found, hour = day_of(text, start, order)
            frame.at[row, target] = found
            if target == "called_on":
                start = date.fromisoformat(found) if found else start
            elif hour and not frame.at[row, "next_at"]:
                frame.at[row, "next_at"] = hour
            if words := _doubt(text, found, sure):
                told.append((int(row), headers[target], text, words))
        _hour(frame, int(row), headers, told)


def _doubt(text: str, found: str | None, sure: bool) -> str:
    """What to say of a day that could not be read, or could be read in two ways."""
    if found is None:
        return f"“{text}” is no day. Write it as 2026-05-31, or “tomorrow”, “Friday”, “in 3 days”."
    if not sure and has_two_readings(text):
        return (
            f"“{text}” was read as {found}. If day and month are the other way round, write it as 2026-05-31."
        )
    return ""


def _notes(frame: pd.DataFrame, headers: Mapping[str, str], told: Problems) -> None:
    """A note that asks for quiet marks nobody by itself; but it is not passed over."""
    for row, text in frame["note"].dropna().items():
        if frame.at[row, "outcome"] != LEAVE_ALONE and asks_for_quiet(text):
            words = (
                f"The note may say that they want to be left alone. Then choose the outcome “{LEAVE_ALONE}”."
            )
            told.append((int(row), headers.get("note", "Note"), text[:60], words))  # type: ignore[call-overload]


def _hour(frame: pd.DataFrame, row: int, headers: Mapping[str, str], told: Problems) -> None:
    text = frame.at[row, "next_at"]
    if text is None:
        return
    hour = clock(text)
    frame.at[row, "next_at"] = hour
    if hour is None:
        told.append(
            (int(row), headers.get("next_at", "At"), text, f"“{text}” is no hour. Write it as 14:30.")
        )  # type: ignore[call-overload]


def _steps(frame: pd.DataFrame, headers: Mapping[str, str], told: Problems) -> None:
    """The next step in our words; a reason that is one of the usual words likewise."""
    steps = {fold(one): one for one in ("call again", "visit", "nothing")} | _STEPS
    known_steps, known_reasons = words_for("outcome", OUTCOMES, []), words_for("why_not", WHY_NOT, [])
    for row, text in frame["step"].dropna().items():
        word = fold(text)
        found = steps.get(word) or steps.get(known_steps.get(word, ""))
        frame.at[row, "step"] = found
        if found is None:
            words = f"“{text}” is no next step. Choose call again, visit or nothing."
            told.append((int(row), headers["step"], text, words))  # type: ignore[call-overload]
    reasons = (known_reasons.get(fold(one), one) if isinstance(one, str) else None for one in frame["reason"])
    frame["reason"] = _objects(reasons, frame.index)


def _extra(table: Table, columns: Iterable[tuple[int, str]]) -> list[str | None]:
    """What stands in columns that somebody added, as JSON."""
    columns = list(columns)
    if not columns:
        return [None] * len(table.rows)
    cells = zip(*(table.rows[place].astype(object).tolist() for place, _ in columns), strict=True)
    kept = (
        {name: cell for (_, name), cell in zip(columns, row, strict=True) if isinstance(cell, str)}
        for row in cells
    )
    return [json.dumps(one, ensure_ascii=False) if one else None for one in kept]
