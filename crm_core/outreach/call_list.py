"""The call list as a workbook: one sheet a caller, a summary, and a hidden identity for the way home."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm_core.model.list_marks import row_check
from crm_core.model.words import OUTCOMES, WHY_NOT
from crm_core.outreach.facts import EVERYONE
from crm_core.outreach.lists import DayList
from crm_core.outreach.outcomes import STEPS
from crm_core.outreach.phrases import as_day, as_number, as_text, money, short_day
from crm_core.outreach.rows import records
from crm_core.outreach.summary import SUMMARY, summary_sheet
from crm_core.workbook.names import legal_sheet_names
from crm_core.workbook.write import ColumnStyle, SheetContent, write_csv, write_xlsx

FORMAT = "2"  # of the hidden identity: raised when a later version writes it differently
IDENTITY = "regulars"  # the very hidden sheet that says which database and list this is


@dataclass(frozen=True)
class Origin:
    """Where a list comes from, so that it is known again when it comes home."""

    database: str
    as_of: date
    who: str
    company: str = ""
    currency: str = ""

    @property
    def list_id(self) -> str:
        return f"{self.database}/{self.as_of.isoformat()}"


# Widths are in characters and chosen so that a usual list prints on A4 landscape in a legible size.
COLUMNS = (
    ColumnStyle("Name", "note", 17),
    ColumnStyle("Preferred name", "note", 12),
    ColumnStyle("Phone", "text", 16),
    ColumnStyle("Second phone", "text", 16),
    ColumnStyle("E-mail", "note", 22),
    ColumnStyle("Why today", "note", 28),
    ColumnStyle("Say", "note", 36),
    ColumnStyle("Last bought", "note", 20),
    ColumnStyle("Likes", "note", 14),
    ColumnStyle("Last contact", "note", 16),
    ColumnStyle("Due", "date", 11),
    ColumnStyle("Outcome", "text", 13, choices=OUTCOMES, help="Choose what came of it"),
    ColumnStyle("Next date", "date", 11, validate_date=True, help="When to call again or when they come"),
    ColumnStyle("At", "text", 7, help="At what hour: 14:30"),
    ColumnStyle("Next step", "text", 10, choices=STEPS, help="What happens on the next date"),
    ColumnStyle("Why not", "text", 12, choices=WHY_NOT, help="Why, if they are not interested"),
    ColumnStyle("Note", "note", 20, help="What they said"),
    ColumnStyle("Company", "note", 14),
    ColumnStyle("Owner", "note", 10),
    ColumnStyle("Code", "text", 8),
    ColumnStyle("Follow-up number", "integer", 8, hidden=True),
    ColumnStyle("Customer number", "integer", 8, hidden=True),
    ColumnStyle("List", "text", 8, hidden=True),
    ColumnStyle("Check", "text", 8, hidden=True),
)
CALLER = "Caller"  # the column of the .csv file that says whose sheet a row would stand on
# Columns that stand on the sheets only where somebody on the list has something in them.
OPTIONAL = ("Preferred name", "Second phone", "Likes", "Last contact", "Company", "Owner", "Code")


def call_list(day: DayList, origin: Origin) -> bytes:
    """The workbook of a worded list whose people have `follow_up_id`: the bytes of an .xlsx file."""
    cells = [_cells(row, origin) for row in records(day.people)]
    shown = _shown(cells)
    by_caller = _by_caller(cells, day)
    names = sheet_names(by_caller)
    sheets = [_sheet(names[caller], rows, shown) for caller, rows in by_caller.items()]
    properties = {"title": f"Call list of {short_day(day.as_of)}", "list": origin.list_id}
    everything = [*sheets, summary_sheet(day, origin.who, origin.company), _identity(origin)]
    return write_xlsx(everything, properties=properties, currency=origin.currency)


def call_list_csv(day: DayList, origin: Origin) -> bytes:
    """The same list as one .csv file: the columns of the sheets, and before them who calls."""
    cells = [_cells(row, origin) for row in records(day.people)]
    shown = _shown(cells)
    callers = day.people["caller"].astype(object)
    rows = [
        (caller, *(row[column.header] for column in shown))
        for caller, row in zip(callers, cells, strict=True)
    ]
    return write_csv([CALLER, *shown], rows)


def _by_caller(cells: Sequence[dict[str, Any]], day: DayList) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in day.by_owner} or {EVERYONE: []}
    for row, caller in zip(cells, day.people["caller"], strict=True):
        rows[caller].append(row)
    return rows


def _shown(cells: Sequence[Mapping[str, Any]]) -> list[ColumnStyle]:
    """The columns of all sheets alike: an optional one only where somebody has something in it."""
    empty = {name for name in OPTIONAL if all(row[name] is None for row in cells)}
    return [column for column in COLUMNS if column.header not in empty]


def _sheet(name: str, cells: Sequence[Mapping[str, Any]], shown: Sequence[ColumnStyle]) -> SheetContent:
    headers = [column.header for column in shown]
    return SheetContent(name, tuple(shown), [tuple(row[header] for header in headers) for row in cells])


def _cells(row: Mapping[str, Any], origin: Origin) -> dict[str, Any]:
    """One person's row by header; missing is None."""
    cells = _visible(row, origin.currency)
    cells["Follow-up number"] = as_number(row.get("follow_up_id"))
    cells["Customer number"] = int(row["id"])
    cells["List"] = origin.list_id
    cells["Check"] = row_check(cells)
    return cells


def _visible(row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {
        "Name": as_text(row["name"]),
        "Preferred name": as_text(row["preferred_name"]) or as_text(row["salutation"]),
        "Phone": as_text(row["phone"]),
        "Second phone": as_text(row["phone_2"]),
        "E-mail": None if row["may_email"] == "no" else as_text(row["email"]),
        "Why today": row["why"],
        "Say": row["say"],
        "Last bought": last_bought(row, currency),
        "Likes": _likes(row),
        "Last contact": _last_contact(row),
        "Due": as_day(row["due_on"]),
        "Outcome": None,
        "Next date": None,
        "At": None,
        "Next step": None,
        "Why not": None,
        "Note": None,
        "Company": as_text(row["company"]),
        "Owner": _owner(row),
        "Code": as_text(row["code"]),
    }


def _owner(row: Mapping[str, Any]) -> str | None:
    """Who looks after them, where that is somebody else than the caller."""
    owner = as_text(row["owner"])
    return None if owner and owner.casefold() == str(row["caller"]).casefold() else owner


def last_bought(row: Mapping[str, Any], currency: str = "") -> str | None:
    """`12 Dec 2025: tea; cake and 2 more, 12.50 EUR`; None for who never bought."""
    day = as_day(row.get("last_bought_on")) or as_day(row.get("last_on"))
    if day is None:
        return None
    products, more = as_text(row.get("last_products")), as_number(row.get("products_more"))
    amount = as_number(row.get("last_amount"))
    what = (f": {products}" if products else "") + (f" and {more:.0f} more" if more else "")
    return short_day(day) + what + ("" if amount is None else f", {money(int(amount), currency)}")


def _likes(row: Mapping[str, Any]) -> str | None:
    noted, favourite = as_text(row.get("likes")), as_text(row.get("favourite"))
    if noted and favourite and favourite.casefold() not in noted.casefold():
        return f"{noted}; often {favourite}"
    return noted or favourite


def _last_contact(row: Mapping[str, Any]) -> str | None:
    """`12 Nov 2025, no answer: call after five`."""
    day = as_day(row.get("spoke_on"))
    if day is None:
        return None
    said = [short_day(day), as_text(row.get("spoke_type")), as_text(row.get("spoke_outcome"))]
    note = as_text(row.get("spoke_note"))
    return ", ".join(filter(None, said)) + (f": {note}" if note else "")


def sheet_names(callers: Iterable[str]) -> dict[str, str]:
    """By caller the name of their sheet: one that Excel takes, none twice, none that another sheet needs."""
    callers = list(callers)
    names = legal_sheet_names([SUMMARY, IDENTITY, *callers])
    return dict(zip(callers, names[2:], strict=True))


def _identity(origin: Origin) -> SheetContent:
    """A sheet that no menu shows: which database and list this file is."""
    rows = [
        ("format", FORMAT),
        ("database", origin.database),
        ("list", origin.list_id),
        ("issued on", origin.as_of.isoformat()),
        ("issued by", origin.who),
    ]
    columns = (ColumnStyle("Key", "text"), ColumnStyle("Value", "text"))
    return SheetContent(IDENTITY, columns, rows, freeze=False, filter=False, very_hidden=True)
