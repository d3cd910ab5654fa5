"""Call lists of Regulars that come home: known by themselves, whatever was done to the sheet, and read row by row.

A list is known by its hidden columns, wherever they stand and whatever they are called now; where those are gone, by
the headers that no other sheet has. Its table begins at its header, with or without a title above.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.intake import lexicon
from crm_core.intake.call_list_words import are_outcomes
from crm_core.intake.mapping.fields import FieldProposal
from crm_core.intake.mapping.propose import SheetProposal
from crm_core.intake.tables.find import Area, Column, LeftOut, Table
from crm_core.model.list_marks import CHECK, LIST, is_column_of, list_parts
from crm_core.workbook.sheets import Sheet, column_letter

ENTITY = "follow-up"
IDENTITY = "regulars"
_IDENTITY_KEYS = frozenset(("format", "database", "list"))
_LOOKED_AT = 60  # rows in which the header may stand
_SEEN = 400  # rows that are looked through for what only our lists hold
_TELLING = 4  # so many of our headers make a list that has lost its hidden columns

# Header → what its cells say of a row; the strings of the right side are the columns of `lines`.
OWN = {
    "Follow-up number": "follow_up_id", "Customer number": "customer_id", "List": "list_id", "Check": "check",
    "Code": "code", "Name": "name", "Preferred name": "preferred_name", "Phone": "phone",
    "Second phone": "phone_2", "E-mail": "email", "Outcome": "outcome", "Next date": "next_on", "At": "next_at",
    "Next step": "step", "Why not": "reason", "Note": "note", "Caller": "caller", "Called on": "called_on",
}  # fmt: skip
# Ours too, but what stands there is no news.
TOLD = ("Why today", "Say", "Last bought", "Likes", "Last contact", "Due", "Company", "Owner")
ONLY_OURS = (
    "Why today",
    "Say",
    "Last bought",
    "Outcome",
    "Next date",
    "Next step",
    "Why not",
    "Last contact",
)
# Where a header was written anew, the dictionaries of these sections say what it means.
_RENAMED = {
    "outcome": ("interaction", "outcome"), "note": ("interaction", "note"), "reason": ("interaction", "reason"),
    "called_on": ("interaction", "date"), "name": ("customer", "name"), "phone": ("customer", "phone"),
    "email": ("customer", "email"), "code": ("customer", "code"),
}  # fmt: skip
_KEYS = {lexicon.key(header): target for header, target in OWN.items()}
_TOLD_KEYS = frozenset(map(lexicon.key, TOLD))
_TELLING_KEYS = frozenset(map(lexicon.key, ONLY_OURS))
_COPY = re.compile(r" \(\d+\)$")


# Of a file --------------------------------------------------------------------------------------------------


def list_of(book: Sequence[Sheet]) -> str:
    """The list that the hidden sheet of a file names; "" where there is none (any more)."""
    for sheet in book:
        facts = _facts(sheet)
        if facts.keys() >= _IDENTITY_KEYS and list_parts(facts["list"]):
            return facts["list"]
    return ""


def _facts(sheet: Sheet) -> dict[str, str]:
    if sheet.cells.shape[1] < 2 or len(sheet.cells) > 20:
        return {}
    pairs = sheet.cells.iloc[:, :2].dropna()
    return dict(pairs.itertuples(index=False, name=None))


def without_identity(book: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """The sheets of a file without the one that only says which list it is."""
    return tuple(sheet for sheet in book if not (_facts(sheet).keys() >= _IDENTITY_KEYS))


# Of a sheet -------------------------------------------------------------------------------------------------


def list_table(sheet: Sheet) -> Table | None:
    """The table of a call list; None where the sheet is none."""
    if not len(sheet.cells) or not len(sheet.cells.columns):
        return None
    row = _header_row(sheet)
    if row is None:
        _refuse_headless(sheet)
        return None
    return _table(sheet, row)


def _refuse_headless(sheet: Sheet) -> None:
    """Nobody can say which cell is a phone and which a note; as a sheet of customers it would overwrite people."""
    cells = sheet.cells.head(_SEEN)
    columns = [cells[place].dropna().tolist() for place in cells.columns]
    if all(any(is_column_of(shape, column) for column in columns) for shape in (LIST, CHECK)):
        raise InvalidInput(
            f"The sheet “{sheet.name}” is a call list whose header row is gone, so nothing of it was taken. "
            "Put its headers (Name, Phone, Outcome, Note …) back above the rows."
        )


def _header_row(sheet: Sheet) -> int | None:
    """The first row that holds our headers, where the cells below agree that this is a list."""
    top = sheet.cells.head(_SEEN)
    for row, cells in top.head(_LOOKED_AT).iterrows():
        texts = cells.dropna().tolist()
        keys = {lexicon.key(text) for text in texts}
        if len(keys & _TELLING_KEYS) >= _TELLING:
            return int(row)  # type: ignore[call-overload]
        if sum(_is_ours(text) for text in texts) > 1 and _hidden_in(top.loc[row:].iloc[1:]):  # type: ignore[misc]
            return int(row)  # type: ignore[call-overload]
    return None


def _is_ours(header: str) -> bool:
    key = lexicon.key(header)
    return key in _KEYS or key in _TOLD_KEYS or _renamed(header) is not None


def _hidden_in(below: pd.DataFrame) -> bool:
    """Whether a column holds lists' names or checks."""
    columns = (below[place].dropna().head(200).tolist() for place in below.columns)
    return any(is_column_of(LIST, cells) or is_column_of(CHECK, cells) for cells in columns)


def _renamed(header: str) -> str | None:
    key = lexicon.key(header)
    for target, (section, field) in _RENAMED.items():
        if any(meaning.field == field for meaning in lexicon.synonyms(section).get(key, ())):
            return target
    return None


def _table(sheet: Sheet, header_row: int) -> Table:
    cells = sheet.cells
    headers = cells.loc[header_row]
    body = cells.loc[header_row:].iloc[1:]
    body = body[body.notna().any(axis=1)]
    again = body.index[
        body.isin(headers.dropna().tolist()).sum(axis=1) >= max(2, int(headers.notna().sum()) // 2)
    ]
    body = _in_order(body, headers, again)
    above = cells.loc[:header_row].iloc[:-1]
    notes = [LeftOut(int(row), "note above the table") for row in above.index[above.notna().any(axis=1)]]
    repeated = [LeftOut(int(row), "repeated header") for row in again]
    rows = body.drop(index=again)
    columns = tuple(_columns(headers, rows))
    rows = rows[[column.position for column in columns]]
    last = int(rows.index[-1]) if len(rows) else header_row
    area = Area(header_row, last, int(cells.columns[0]), int(cells.columns[-1]))
    kinds = {column.position: sheet.kinds.get(column.position, "text") for column in columns}
    return Table(
        sheet.name, header_row, (header_row,), columns, rows, (*notes, *repeated), kinds, sheet.hidden,
        sheet.errors, area,
    )  # fmt: skip


def _in_order(body: pd.DataFrame, headers: pd.Series, again: pd.Index) -> pd.DataFrame:
    """Rows below a header that stands in another order, moved under the first one's columns."""
    places = {header: place for place, header in headers.dropna().items()}
    for row, end in pairwise([*again, None]):
        moved = {
            place: places[header] for place, header in body.loc[row].dropna().items() if header in places
        }
        if any(place != target for place, target in moved.items()):
            rows = body.index[(body.index > row) & ((body.index < end) if end is not None else True)]
            taken = body.loc[rows, list(moved)].set_axis(list(moved.values()), axis=1)
            body.loc[rows] = taken.reindex(columns=body.columns)
    return body


def _columns(headers: pd.Series, rows: pd.DataFrame) -> Iterable[Column]:
    """The columns with a header or a cell, each header once."""
    seen: dict[str, int] = {}
    for place, header in headers.items():
        position = int(place)  # type: ignore[call-overload]
        if not isinstance(header, str) and not rows[position].notna().any():
            continue
        name = " ".join(header.split()) if isinstance(header, str) else f"Column {column_letter(position)}"
        seen[name] = seen.get(name, 0) + 1
        yield Column(position, name if seen[name] == 1 else f"{name} ({seen[name]})")


def list_proposal(table: Table) -> SheetProposal:
    """What each column of a list says; its mapping is nothing to decide."""
    targets = targets_of(table)
    fields = tuple(
        FieldProposal(
            column.header, column.position, None, 0.99 if column.position in targets else 0.0,
            "it is a column of our call list" if column.position in targets else "it is a column of your own",
        )
        for column in table.columns
    )  # fmt: skip
    return SheetProposal(ENTITY, True, "this is a call list of Regulars that comes home", fields)


def targets_of(table: Table) -> dict[int, str]:
    """By place what a column says (right sides of OWN): by its shape, by its header, by what a new header means."""
    found: dict[int, str] = {}
    for column in table.columns:
        cells = table.rows[column.position].dropna().head(200).tolist()
        shaped = (("list_id", LIST), ("check", CHECK))
        target = next((name for name, pattern in shaped if is_column_of(pattern, cells)), None)
        _give(found, column.position, target or _KEYS.get(lexicon.key(column.header)))
    for column in _unnamed(table, found):
        _give(found, column.position, _renamed(column.header))
    for column in _unnamed(table, found):
        cells = table.rows[column.position].dropna().head(200).tolist()
        _give(found, column.position, "outcome" if are_outcomes(cells) else None)
    return found


def _unnamed(table: Table, found: Mapping[int, str]) -> list[Column]:
    """The columns of which nothing is known yet."""
    mine = (column for column in table.columns if column.position not in found)
    return [column for column in mine if lexicon.key(column.header) not in _TOLD_KEYS]


def copies_of(table: Table, targets: Mapping[int, str]) -> dict[int, str]:
    """Columns whose header stands twice: what a copy says where the first is blank."""
    again = ((one.position, _COPY.sub("", one.header)) for one in table.columns if _COPY.search(one.header))
    found = {place: _KEYS.get(lexicon.key(header)) for place, header in again if place not in targets}
    return {place: target for place, target in found.items() if target}


def _give(found: dict[int, str], place: int, target: str | None) -> None:
    if target is not None and target not in found.values():
        found[place] = target


def extras_of(table: Table, targets: Mapping[int, str]) -> list[Column]:
    """The columns that somebody added: what stands there is kept with the contact."""
    mine = [column for column in table.columns if column.position not in targets]
    return [
        column for column in mine
        if lexicon.key(column.header) not in _TOLD_KEYS and not column.header.startswith("Column ")
    ]  # fmt: skip
