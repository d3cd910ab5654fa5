"""Filled call lists for tests: a small shop, a list of it, and what callers wrote."""

import io
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet

from crm_core.actions import imports
from crm_core.actions.followups import issue_call_list
from crm_core.intake.plan import ImportPlan
from crm_core.ledger.store.database import Database, open_database
from crm_core.ledger.writing.journal import apply
from crm_core.model.changes import Batch, ChangeSet

MONDAY = date(2026, 1, 5)
NAMES = (
    "Ann Lee", "Bob Ray", "Cleo Fox", "Dora Dee", "Emil Orr", "Fay Kim", "Gus Hale", "Hana Ito", "Ivo Penn", "Joy Wu",
    "Kit Moss", "Lea Roth",
)  # fmt: skip
# By place in NAMES what a caller wrote; the others stay blank.
FILLED: dict[int, dict[str, Any]] = {
    0: {"Outcome": "reached", "Note": "likes the new tea"},
    1: {"Outcome": "no answer"},
    2: {"Outcome": "call again", "Next date": date(2026, 1, 9), "At": "14:30", "Note": "after lunch"},
    3: {"Outcome": "complaint", "Note": "cold soup"},
    4: {"Outcome": "not interested", "Why not": "price"},
    5: {"Outcome": "do not contact"},
    6: {"Outcome": "wrong number"},
    7: {"Outcome": "visit agreed", "Next date": date(2026, 1, 15)},
    8: {"Outcome": "bought"},
    9: {"Phone": "+44 20 7946 0999"},  # PUT_RIGHT
}
PUT_RIGHT = "+44 20 7946 0999"
Fill = Mapping[int, Mapping[str, Any]]


def phone(place: int) -> str:
    return f"+44 20 7946 01{place:02}"


def shop(url: str, names: Iterable[str] = NAMES) -> Database:
    """People whose birthday comes, half of them looked after by Zoe and half by Max."""
    names = list(names)
    people = pd.DataFrame(
        {
            "id": range(-1, -1 - len(names), -1),
            "code": [f"C-{place}" for place in range(len(names))],
            "name": names,
            "phone": [phone(place) for place in range(len(names))],
            "email": [f"{name.split()[0].lower()}{place}@example.com" for place, name in enumerate(names)],
            "birthday": "1990-01-08",
            "owner": ["Zoe", "Max"] * (len(names) // 2) + ["Zoe"] * (len(names) % 2),
        }
    )
    staff = pd.DataFrame({"id": [-1, -2], "name": ["Zoe", "Max"], "active": "yes"})
    database = open_database(url)
    changes = ChangeSet("Shop", creates={"customer": people, "colleague": staff})
    apply(database, changes, who="test", as_of=MONDAY)
    return database


def issued(database: Database, as_of: date = MONDAY, **how: Any) -> bytes:
    """The list of the day as a file."""
    return issue_call_list(database, as_of=as_of, who="boss", plays=["birthday"], **how).bytes


def filled(content: bytes, fill: Fill | None = None, names: Iterable[str] = NAMES) -> bytes:
    """The list with these cells written into the rows of these people."""
    names = list(names)
    by_name = {names[place]: cells for place, cells in (FILLED if fill is None else fill).items()}
    return edited(content, lambda sheet: _fill(sheet, by_name))


def _fill(sheet: Worksheet, by_name: Mapping[str, Mapping[str, Any]]) -> None:
    heads = heads_of(sheet)
    for row in range(2, sheet.max_row + 1):
        for header, value in by_name.get(sheet.cell(row, heads["Name"]).value, {}).items():
            sheet.cell(row, heads[header], value)


def heads_of(sheet: Worksheet) -> dict[str, int]:
    return {cell.value: cell.column for cell in sheet[1] if cell.value is not None}


def edited(content: bytes, edit: Callable[[Worksheet], None]) -> bytes:
    """The workbook after every sheet of a caller went through `edit`."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in list(book):
        if "Outcome" in heads_of(sheet):
            edit(sheet)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes) -> dict[str, list[dict[str, Any]]]:
    """By sheet of a caller its rows by header."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    found = {}
    for sheet in book:
        headers, *rows = sheet.iter_rows(values_only=True)
        if "Outcome" in headers:
            found[sheet.title] = [dict(zip(headers, row, strict=True)) for row in rows]
    return found


def home(
    database: Database,
    *files: tuple[str, bytes] | bytes,
    words: Mapping[str, str] | None = None,
    as_of: date = MONDAY,
    save: bool = True,
    decide: Callable[[dict[str, Any], ImportPlan], dict[str, Any]] | None = None,
) -> tuple[ImportPlan, Batch | None]:
    """Bring lists home through the same actions as the page; `decide`: choices after a first plan was seen."""
    named = [one if isinstance(one, tuple) else ("call-list.xlsx", one) for one in files]
    upload = imports.read_upload(named)
    choices = imports.proposed_choices(upload)
    for word, meaning in (words or {}).items():
        choices = imports.choose_word(choices, word, meaning)
    plan = imports.plan_upload(database, upload, choices, as_of=as_of)
    if decide is not None:
        choices = decide(choices, plan)
        plan = imports.plan_upload(database, upload, choices, as_of=as_of)
    if not save or not plan.writes:
        return plan, None
    return plan, imports.save_upload(database, upload, choices, plan, who="zoe", as_of=as_of)


def total(plan: ImportPlan) -> dict[str, int]:
    """The states of all call lists of a plan that are not nought."""
    states: dict[str, int] = {}
    for sheet in plan.sheets:
        if sheet.entity == "follow-up":
            assert sheet.rows == sum(sheet.counts.values())
            for state, number in sheet.counts.items():
                states[state] = states.get(state, 0) + number
    return {state: number for state, number in states.items() if number}


def outcomes(plan: ImportPlan) -> dict[int, str]:
    """Customer → outcome of the contacts that a plan creates."""
    made = plan.changes.creates.get("interaction")
    return {} if made is None else dict(zip(made["customer_id"].astype(int), made["outcome"], strict=True))
