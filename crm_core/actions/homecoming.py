"""Filled call lists of an upload: read, compared with what is stored, and made part of the upload's plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from crm_core.actions import checks
from crm_core.actions.outcome_words import known_words
from crm_core.actions.reading import UploadedSheet
from crm_core.errors import InvalidInput
from crm_core.intake.call_list_rows import Lines, read_lines
from crm_core.intake.clean.column import Reading, Trouble, parse
from crm_core.intake.plan import SheetChoice
from crm_core.ledger.reading.homecoming import without_files
from crm_core.ledger.writing import existing
from crm_core.ledger.writing.answers import Answers
from crm_core.model.list_marks import list_parts, read_number
from crm_core.model.registry import ENTITIES
from crm_core.outreach.homecoming import FORGOTTEN, come_home, keys_of, resolved
from crm_core.outreach.homecoming_who import Row, Stored, is_found
from crm_core.outreach.homecoming_work import BY_HAND, Home, Known, Line, Refused

Choices = Mapping[str, SheetChoice]


@dataclass(frozen=True)
class Returned:
    """The lists of an upload as they were read, and what they come to."""

    sheets: tuple[tuple[UploadedSheet, Lines], ...]
    home: Home
    words: Mapping[str, int]


def bring_home(
    connection: Any, sheets: Iterable[UploadedSheet], choices: Choices, defaults: Reading, as_of: date | None
) -> Returned | None:
    """Decide all lists of an upload that are on; None where there is none. InvalidInput for a list of another database.

    `as_of`: promises that were long past by then bind nobody; without it all are kept.
    """
    on = [sheet for sheet in sheets if sheet.is_list and choices[sheet.name].on and sheet.table is not None]
    if not on:
        return None
    words = known_words(connection)
    read = [(one, _lines(one, {**words, **choices[one.name].words}, defaults)) for one in on]
    rows = [row for one, lines in read for row in _rows(one.name, lines)]
    _refuse_foreign(on[0].file, rows, existing.database_id(connection))
    home = _decided(connection, rows, choices, defaults, as_of)
    return Returned(tuple(read), home, _asked(lines for _, lines in read))


def _lines(sheet: UploadedSheet, words: Mapping[str, str], defaults: Reading) -> Lines:
    assert sheet.table is not None
    return read_lines(sheet.table, sheet.list_id, words, defaults)


def _rows(name: str, lines: Lines) -> list[Row]:
    found = lines.frame.assign(sheet=name, row=lines.frame.index).to_dict("records")
    return [{str(key): value if value == value else None for key, value in one.items()} for one in found]


def _asked(read: Iterable[Lines]) -> dict[str, int]:
    """Words that nobody knows and how many rows wait for them."""
    found: dict[str, int] = {}
    for lines in read:
        for word, rows in lines.unknown.items():
            found[word] = found.get(word, 0) + len(rows)
    return found


def _refuse_foreign(file: str, rows: Sequence[Row], database: str) -> None:
    parts = [found for row in rows if (found := list_parts(row["list_id"])) is not None]
    if parts and all(one[0] != database for one in parts):
        raise InvalidInput(
            f"The call list in “{file}” was made by another Regulars, so nothing of it was taken. "
            "Bring it home where it was downloaded."
        )


def _decided(
    connection: Any, rows: Sequence[Row], choices: Choices, defaults: Reading, as_of: date | None
) -> Home:
    stored = _stored(connection, rows)
    lines = resolved(rows, stored)
    known = _known(connection, stored, lines)
    since = "" if as_of is None else (as_of - timedelta(days=FORGOTTEN)).isoformat()
    known = replace(known, parse=partial(_read_fact, defaults), since=since)
    return come_home(lines, known, {name: choice.decisions for name, choice in choices.items()})


def _read_fact(defaults: Reading, name: str, text: str) -> Any:
    """A corrected cell as it is stored, checked as if it were typed into the grid."""
    field = ENTITIES["customer"].field(name)
    value = parse(field, text, defaults)
    if isinstance(value, Trouble):
        return Refused(value.message.partition("; ")[0].rstrip(".") + "; what is stored stays.")
    try:
        checks.check_value("customer", field, value)
    except InvalidInput as refusal:
        return Refused(str(refusal))
    return value


# What is stored about them ----------------------------------------------------------------------------------


def _stored(connection: Any, rows: Sequence[Row]) -> Stored:
    """The people and follow-ups that the rows name, by number or by what can be seen."""
    numbers = _numbers(rows, "follow_up_id"), _numbers(rows, "customer_id")
    ask = partial(_found, connection)
    planned = ask("follow-up", id=numbers[0])
    ids = {*numbers[1], *(int(one["customer_id"]) for one in planned)}
    people = {int(one["id"]): one for one in ask("customer", id=ids)}
    numbered = Stored("", people, follow_ups={int(one["id"]): one for one in planned})
    lost = [row for row in rows if not is_found(row, numbered)]
    named = {name: {row[name] for row in lost if row[name]} for name in ("code", "name")}
    lookups = ask("customer", **named) if any(named.values()) else []
    again = ask("customer", id={int(one["id"]) for one in lookups} - people.keys())
    people |= {int(one["id"]): one for one in again}
    every = ask("follow-up", customer_id=people.keys())
    follow_ups = {int(one["id"]): one for one in (*planned, *every)}
    return Stored(existing.database_id(connection), people, lookups, follow_ups)


def _numbers(rows: Sequence[Row], name: str) -> set[int]:
    return {number for row in rows if (number := read_number(row[name])) is not None}


def _found(connection: Any, entity: str, **keys: Iterable[Any]) -> list[Row]:
    """Stored rows by any of the keys, as records."""
    wanted = {name: list(values) for name, values in keys.items()}
    wanted = {name: values for name, values in wanted.items() if values}
    if not wanted:
        return []
    frame = existing.rows_by_keys(connection, entity, wanted)
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def _known(connection: Any, stored: Stored, lines: Sequence[Line]) -> Known:
    """What came home before, what was logged here, and what a person wrote by hand."""
    mine = [line for line in lines if line.who.customer is not None and not line.who.state]
    keys = {what: {key for line in mine for key in keys_of(line, what)} for what in ("contact", "case")}
    contacts = _by_key(connection, "interaction", keys["contact"])
    cases = _by_key(connection, "case", keys["case"])
    answers = Answers(connection)
    logged = _logged(connection, stored, mine)
    before = [*filter(None, contacts.values()), *(one for rows in logged.values() for one in rows)]
    numbers = {"interaction": [int(one["id"]) for one in before], "follow-up": [
        line.who.follow_up for line in mine if line.who.follow_up is not None]}  # fmt: skip
    edited = {
        (entity, *cell)
        for entity, ids in numbers.items()
        if ids
        for cell in answers.edited_by_hand(entity, ids)
    }
    return Known(
        stored,
        contacts,
        cases,
        logged,
        edited=frozenset(edited),
        callers=_callers(connection, stored, lines),
    )


def _by_key(connection: Any, entity: str, keys: set[int]) -> dict[int, Row | None]:
    """Stored rows by source key; None for one that a person removed."""
    if not keys:
        return {}
    removed = dict.fromkeys(existing.stored_source_keys(connection, entity, keys))
    present = {int(one["source_key"]): one for one in _found(connection, entity, source_key=keys)}
    return {**removed, **present}


def _logged(connection: Any, stored: Stored, lines: Sequence[Line]) -> dict[int, list[Row]]:
    """Contacts of those whose follow-up is done already, or not there (any more)."""
    done = {int(one["customer_id"]) for one in stored.follow_ups.values() if one["state"] == "done"}
    gone = {
        line.who.customer for line in lines if line.who.follow_up is None and line.who.customer is not None
    }
    rows = _found(connection, "interaction", customer_id=done | gone)
    by_hand = without_files(connection, {int(row["batch"]) for row in rows})
    found: dict[int, list[Row]] = {}
    for row in rows:
        one = {**row, BY_HAND: int(row["batch"]) in by_hand}
        found.setdefault(int(row["customer_id"]), []).append(one)
    return found


def _callers(connection: Any, stored: Stored, lines: Sequence[Line]) -> frozenset[str]:
    """Names that a sheet or a column may give as who called: colleagues, and whom the lists were for."""
    owners = {str(one["owner"]) for one in stored.follow_ups.values() if one["owner"]}
    named = {line["sheet"].rpartition("› ")[2] for line in lines} | {line["caller"] for line in lines}
    colleagues = _found(connection, "colleague", name={name for name in named if name})
    return frozenset(owners | {str(one["name"]) for one in colleagues})
