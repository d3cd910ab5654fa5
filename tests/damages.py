"""What people and programs do to a call list before it comes home, and what still arrives.

    python tests/damages.py

makes a list from the made-up café, fills it in, damages it in each way, and prints a table: outcomes taken, asked
about, left out, and wrong (somebody else's, or another than what was written; there must be none).
"""

import csv
import io
import random
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

import call_lists  # noqa: E402
from call_lists import edited, heads_of, saved  # noqa: E402
from office import SOFFICE, resaved, resorted  # noqa: E402

HIDDEN = ("Follow-up number", "Customer number", "List", "Check")
Files = list[tuple[str, bytes]]


def _table(sheet: Worksheet) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def _put(sheet: Worksheet, rows: list[list[Any]]) -> None:
    """Write these rows in the place of all others."""
    sheet.delete_rows(1, sheet.max_row + 1)
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row, 1):
            if value is not None:
                sheet.cell(number, place, value)


def _shuffled(sheet: Worksheet, seed: int = 3) -> None:
    head, *rows = _table(sheet)
    random.Random(seed).shuffle(rows)
    _put(sheet, [head, *rows])


def _filtered(sheet: Worksheet) -> None:
    sheet.auto_filter.add_filter_column(0, ["x"])
    for row in range(2, sheet.max_row + 1, 2):
        sheet.row_dimensions[row].hidden = True


def _without_blank(sheet: Worksheet) -> None:
    heads = heads_of(sheet)
    head, *rows = _table(sheet)
    _put(sheet, [head, *(row for row in rows if row[heads["Outcome"] - 1])])


def _moved(sheet: Worksheet) -> None:
    rows = _table(sheet)
    order = list(range(len(rows[0])))
    random.Random(5).shuffle(order)
    _put(sheet, [[row[place] for place in order] for row in rows])


def _only(*kept: str) -> Callable[[Worksheet], None]:
    def edit(sheet: Worksheet) -> None:
        rows = _table(sheet)
        places = [place for place, header in enumerate(rows[0]) if header in kept]
        _put(sheet, [[row[place] for place in places] for row in rows])

    return edit


def _without(*gone: str) -> Callable[[Worksheet], None]:
    def edit(sheet: Worksheet) -> None:
        _only(*(header for header in heads_of(sheet) if header not in gone))(sheet)

    return edit


def _titled(sheet: Worksheet) -> None:
    _put(sheet, [["Calls of this week"], ["please return by Friday", None, "thanks"], [], *_table(sheet)])


def _renamed_headers(sheet: Worksheet) -> None:
    words = {"Outcome": "Ergebnis", "Note": "Bemerkung", "Phone": "Telefon", "Check": "x", "List": "y"}
    head, *rows = _table(sheet)
    _put(sheet, [[words.get(one, one) for one in head], *rows])


def _alone(header: str) -> Callable[[Worksheet], None]:
    """One column is sorted and all others stay."""

    def edit(sheet: Worksheet) -> None:
        place = heads_of(sheet)[header]
        cells = [sheet.cell(row, place).value for row in range(2, sheet.max_row + 1)]
        for row, value in enumerate([*cells[1:], *cells[:1]], 2):
            sheet.cell(row, place).value = value

    return edit


def _outcome_renamed(sheet: Worksheet) -> None:
    sheet.cell(1, heads_of(sheet)["Outcome"], "Was?")


def _wordy(sheet: Worksheet) -> None:
    """Every outcome has something behind it."""
    place = heads_of(sheet)["Outcome"]
    for row in range(2, sheet.max_row + 1):
        value = sheet.cell(row, place).value
        if isinstance(value, str):
            sheet.cell(row, place, f"{value}, and more")


def _rounded(sheet: Worksheet) -> None:
    """Phones as a spreadsheet writes long numbers into a text file."""
    place = heads_of(sheet)["Phone"]
    for row in range(2, sheet.max_row + 1):
        if sheet.cell(row, place).value not in (None, call_lists.PUT_RIGHT):
            sheet.cell(row, place, "4.42079E+11")


def _copied_twice(sheet: Worksheet) -> None:
    rows = _table(sheet)
    _put(sheet, [*rows, *rows[1:4]])


def _numbers_slipped(sheet: Worksheet) -> None:
    """The follow-up numbers of the first two people change places."""
    place = heads_of(sheet)["Follow-up number"]
    first, second = sheet.cell(2, place).value, sheet.cell(3, place).value
    sheet.cell(2, place, second)
    sheet.cell(3, place, first)


def _hidden_left_behind(sheet: Worksheet) -> None:
    """Somebody sorted what can be seen, and the hidden columns stayed where they were."""
    heads, (head, *rows) = heads_of(sheet), _table(sheet)
    order = [*range(1, len(rows)), 0]
    hidden = {heads[name] - 1 for name in HIDDEN}
    mixed = [
        [rows[row][place] if place in hidden else rows[order[row]][place] for place in range(len(head))]
        for row in range(len(rows))
    ]
    _put(sheet, [head, *mixed])


def _phones_as_numbers(sheet: Worksheet) -> None:
    place = heads_of(sheet)["Phone"]
    for row in range(2, sheet.max_row + 1):
        digits = "".join(filter(str.isdigit, str(sheet.cell(row, place).value or "")))
        if digits:
            sheet.cell(row, place, int(digits)).number_format = "General"


def _untidy(sheet: Worksheet) -> None:
    place = heads_of(sheet)["Outcome"]
    for row in range(2, sheet.max_row + 1):
        value = sheet.cell(row, place).value
        if isinstance(value, str):
            sheet.cell(row, place, f"  {value.upper()}. ")


GERMAN = {
    "reached": "erreicht", "no answer": "nicht erreicht", "call again": "Rückruf", "complaint": "Beschwerde",
    "not interested": "kein Interesse", "do not contact": "nicht kontaktieren", "wrong number": "falsche Nummer",
    "visit agreed": "Termin vereinbart", "bought": "gekauft",
}  # fmt: skip


def _worded(words: dict[str, str]) -> Callable[[Worksheet], None]:
    def edit(sheet: Worksheet) -> None:
        place = heads_of(sheet)["Outcome"]
        for row in range(2, sheet.max_row + 1):
            value = sheet.cell(row, place).value
            if value in words:
                sheet.cell(row, place, words[value])

    return edit


def _book(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def _renamed_sheets(content: bytes) -> bytes:
    book = _book(content)
    for number, sheet in enumerate(list(book)):
        if sheet.sheet_state == "visible":
            sheet.title = f"Copy of {sheet.title} ({number})"
    return saved(book)


def _in_one_sheet(content: bytes) -> bytes:
    """All callers' rows below one another, headers and all, in a new file of one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    for source in _book(content):
        if "Outcome" in heads_of(source):
            for row in _table(source):
                sheet.append(row)
    return saved(book)


def _below_one_another(content: bytes) -> bytes:
    """All callers' rows on one sheet of a new file, every second caller's with the columns the other way round."""
    book = openpyxl.Workbook()
    for number, source in enumerate(one for one in _book(content) if "Outcome" in heads_of(one)):
        for row in _table(source):
            book.active.append(row[::-1] if number % 2 else row)
    return saved(book)


def _as_google(content: bytes) -> bytes:
    """Values alone: inline texts, dates as texts, nothing hidden, no sheet that no menu shows."""
    book = openpyxl.Workbook(write_only=True)
    for source in _book(content):
        if source.sheet_state == "visible":
            sheet = book.create_sheet(source.title)
            for row in _table(source):
                sheet.append([_american(value) for value in row])
    return saved(book)


def _american(value: Any) -> Any:
    return value.strftime("%Y-%m-%d") if isinstance(value, datetime | date) else value


def _as_csv(content: bytes) -> bytes:
    """Every caller's rows in one text file, as a spreadsheet saves it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    for number, source in enumerate(sheet for sheet in _book(content) if "Outcome" in heads_of(sheet)):
        for row in _table(source)[bool(number) :]:
            writer.writerow(["" if cell is None else _american(cell) for cell in row])
    return out.getvalue().encode("cp1250", errors="replace")


def _one_caller(content: bytes) -> bytes:
    book = _book(content)
    first = next(sheet for sheet in book if "Outcome" in heads_of(sheet))
    for sheet in list(book):
        if sheet is not first:
            book.remove(sheet)
    return saved(book)


def _two_callers(content: bytes) -> Files:
    """The same list from two people: of one person they tell different things."""

    def other(sheet: Worksheet) -> None:
        place = heads_of(sheet)["Outcome"]
        if sheet.cell(2, place).value:
            sheet.cell(2, place, "voicemail" if sheet.cell(2, place).value != "voicemail" else "reached")

    return [("zoe.xlsx", content), ("max.xlsx", edited(content, other))]


Damage = Callable[[bytes], bytes | Files]


def _each(edit: Callable[[Worksheet], None]) -> Damage:
    return lambda content: edited(content, edit)


DAMAGES: dict[str, Damage] = {
    "as it was filled in": lambda content: content,
    "sorted": _each(_shuffled),
    "filtered": _each(_filtered),
    "rows without outcome deleted": _each(_without_blank),
    "columns moved": _each(_moved),
    "only name, outcome, note and the hidden columns": _each(
        _only("Name", "Outcome", "Note", "Next date", *HIDDEN)
    ),
    "only outcome and the hidden columns": _each(_only("Outcome", "Next date", *HIDDEN)),
    "without the check": _each(_without("Check")),
    "without the numbers": _each(_without("Follow-up number", "Customer number")),
    "without any hidden column": _each(_without(*HIDDEN)),
    "hidden columns and code deleted": _each(_without(*HIDDEN, "Code")),
    "sheets renamed": _renamed_sheets,
    "all sheets copied into one": _in_one_sheet,
    "all sheets in one, columns in two orders": _below_one_another,
    "titles above the header": _each(_titled),
    "headers in German, hidden ones renamed": _each(_renamed_headers),
    "values alone, dates as texts (as Google hands out)": _as_google,
    "as .csv": lambda content: [("call-list.csv", _as_csv(content))],
    "only one caller's sheet": _one_caller,
    "three rows copied twice": _each(_copied_twice),
    "two follow-up numbers swapped": _each(_numbers_slipped),
    "sorted without the hidden columns": _each(_hidden_left_behind),
    "phones became numbers": _each(_phones_as_numbers),
    "outcomes in capitals with blanks": _each(_untidy),
    "outcomes in German": _each(_worded(GERMAN)),
    "one outcome in unknown words": _each(_worded({"reached": "blah blah"})),
    "outcomes with more behind them": _each(_wordy),
    "Outcome renamed to what nobody knows": _each(_outcome_renamed),
    "phones rounded by a spreadsheet": _each(_rounded),
    "names sorted alone": _each(_alone("Name")),
    "phones sorted alone": _each(_alone("Phone")),
    "e-mails sorted alone": _each(_alone("E-mail")),
    "from two callers who disagree": _two_callers,
    "twice in one upload": lambda content: [("a.xlsx", content), ("b.xlsx", content)],
}
OFFICE: dict[str, Damage] = {
    "saved again by LibreOffice": resaved,
    "sorted and saved by LibreOffice itself": resorted,
    "saved by LibreOffice as .ods": lambda content: [("list.ods", resaved(content, "ods"))],
    "saved by LibreOffice as .xls": lambda content: [("list.xls", resaved(content, "xls"))],
    "saved by LibreOffice as .csv": lambda content: [("list.csv", resaved(_one_caller(content), "csv"))],
}


@dataclass(frozen=True)
class Arrived:
    """What came of a damaged list: outcomes taken, rows that wait for an answer, left out, and wrong ones."""

    taken: int
    asked: int
    left_out: int
    wrong: int


FACTS = ("name", "preferred_name", "phone", "phone_2", "email")


def _others_wrong(content: bytes, plan: Any) -> int:
    """Corrected cells that nobody corrected, and promises of another day than was written."""
    rows = [row for sheet in call_lists.read(content).values() for row in sheet]
    days = {int(row["Customer number"]): str(row["Next date"])[:10] for row in rows if row["Next date"]}
    fixed = sum(row["Phone"] == call_lists.PUT_RIGHT for row in rows)
    cells = plan.changes.changes
    facts = cells[(cells["entity"] == "customer") & cells["field"].isin(FACTS)]
    made = plan.changes.creates.get("follow-up")
    promised = [] if made is None else zip(made["customer_id"], made["due_on"], strict=True)
    return max(0, len(facts) - fixed) + sum(days.get(int(who), day) != day for who, day in promised)


def truth_of(content: bytes) -> dict[int, str]:
    """Customer number → outcome, as it was filled in before the damage."""
    rows = [row for sheet in call_lists.read(content).values() for row in sheet]
    return {int(row["Customer number"]): row["Outcome"] for row in rows if row["Outcome"]}


def arrive(database: Any, content: bytes, damage: Damage, as_of: date = call_lists.MONDAY) -> Arrived:
    """Damage the filled list, bring it home (without saving), and compare with what was filled in."""
    damaged = damage(content)
    files = damaged if isinstance(damaged, list) else [("call-list.xlsx", damaged)]
    plan, _ = call_lists.home(database, *files, save=False, as_of=as_of)
    truth, found = truth_of(content), call_lists.outcomes(plan)
    states = call_lists.total(plan)
    wrong = sum(truth.get(person) != outcome for person, outcome in found.items())
    taken, wrong = len(found) - wrong, wrong + _others_wrong(content, plan)
    return Arrived(taken, states.get("doubtful", 0), states.get("left_out", 0), wrong)


def _fill_at_random(content: bytes) -> bytes:
    """Two of three rows of the café's list get an outcome."""
    chance = random.Random(11)
    usual = ("reached", "no answer", "call again", "visit agreed", "bought", "complaint", "do not contact")

    def fill(sheet: Worksheet) -> None:
        heads = heads_of(sheet)
        for row in range(2, sheet.max_row + 1):
            if sheet.cell(row, heads["Name"]).value and chance.random() < 2 / 3:
                outcome = chance.choice(usual)
                sheet.cell(row, heads["Outcome"], outcome)
                if outcome in ("call again", "visit agreed"):
                    sheet.cell(
                        row, heads["Next date"], date(2026, 1, 5) + timedelta(days=chance.randint(1, 20))
                    )

    return edited(content, fill)


def main() -> int:
    from crm_core.actions.demo import fill_demo
    from crm_core.actions.followups import issue_call_list
    from crm_core.ledger.store.database import open_database

    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/cafe.db")
        as_of = call_lists.MONDAY
        fill_demo(database, customers=400, purchases=4000, seed=7, who="demo", as_of=as_of)
        content = _fill_at_random(issue_call_list(database, as_of=as_of, who="boss").bytes)
        print(
            f"{len(truth_of(content))} outcomes on {sum(map(len, call_lists.read(content).values()))} rows\n"
        )
        print(f"{'damage':52} {'taken':>6} {'asked':>6} {'left out':>9} {'wrong':>6}")
        worst = 0
        for name, damage in (DAMAGES | (OFFICE if SOFFICE else {})).items():
            one = arrive(database, content, damage)
            worst += one.wrong
            print(f"{name:52} {one.taken:>6} {one.asked:>6} {one.left_out:>9} {one.wrong:>6}", flush=True)
        database.close()
    return min(worst, 1)


if __name__ == "__main__":
    sys.exit(main())
