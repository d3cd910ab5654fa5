"""What a person decided about a shape of sheet, by header, as values for JSON; and how the shape is known again."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crm_core.intake.clean.column import Reading
from crm_core.intake.mapping.propose import FieldProposal, SheetProposal
from crm_core.intake.records import SheetChoice
from crm_core.intake.tables.find import Column, Table
from crm_core.model.folding import fold
from crm_core.model.registry import ENTITIES
from crm_core.workbook.sheets import Sheet, column_letter

Decisions = dict[str, Any]
ANSWERS = ("date_order", "decimal", "country", "currency")
ROWS_LOOKED_AT = 20


@dataclass(frozen=True)
class Layout:
    """A remembered shape of sheet: what it is called, and what was decided about it."""

    id: int
    name: str
    shape: str
    decisions: Decisions


def shape(table: Table) -> str | None:
    """What tells this shape of table: a hash of its folded headers in any order; None where it has no headers."""
    named = [column.header for column in table.columns if not _unnamed(column)]
    return shape_of(named) if table.header_rows and named else None


def shape_of(headers: Iterable[str]) -> str:
    """The hash of these headers, whatever their order, capitals, accents and widths."""
    folded = sorted(map(fold, headers))
    return hashlib.sha256(json.dumps([len(folded), *folded]).encode()).hexdigest()[:32]


def _unnamed(column: Column) -> bool:
    """Whether the header is only the letter that a column without one is called by."""
    return column.header == f"Column {column_letter(column.position)}"


def row_shapes(sheet: Sheet) -> Iterator[tuple[str, int]]:
    """(shape, row) of each of the first rows, as if it held the headers."""
    for row, cells in sheet.cells.head(ROWS_LOOKED_AT).iterrows():
        texts = cells.dropna().tolist()
        if len(texts) > 1:
            yield shape_of(_told_apart(texts)), int(row)  # type: ignore[call-overload]


def _told_apart(texts: Iterable[str]) -> list[str]:
    """A header that stands twice, as `Table.columns` names it: "a", "a (2)"."""
    seen: dict[str, int] = {}
    named = []
    for text in (" ".join(text.split()) for text in texts):
        seen[text] = seen.get(text, 0) + 1
        named.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return named


def decided(table: Table, choice: SheetChoice) -> Decisions:
    """What the choice says, by header instead of place; what is as usual is not said."""
    columns = {column.header: _of_column(choice, column.position) for column in table.columns}
    said: Decisions = {"entity": choice.entity, "on": choice.on, "columns": columns}
    said |= {"refuse": choice.refuse} if choice.refuse != "cell" else {}
    said |= {"again": True} if choice.again else {}
    return said | ({"hidden": True} if table.hidden else {})


def _of_column(choice: SheetChoice, position: int) -> dict[str, Any]:
    reading, policy = choice.readings.get(position), choice.policies.get(position, "theirs")
    answers = {name: getattr(reading, name) for name in ANSWERS if reading and getattr(reading, name)}
    said: dict[str, Any] = {"field": choice.mapping.get(position), "reading": answers}
    said |= {"policy": policy if policy != "theirs" else None, "erase": position in choice.erase}
    return {name: value for name, value in said.items() if value}


def as_choice(table: Table, decisions: Decisions) -> SheetChoice:
    """The choice for this table that the decisions came from; what they do not speak of is as usual."""
    said = {column.position: _said(column.header, decisions["columns"]) for column in table.columns}
    entity = decisions["entity"]
    return SheetChoice(
        entity,
        bool(decisions["on"]) and (not table.hidden or bool(decisions.get("hidden"))),
        {place: _known(entity, one.get("field")) for place, one in said.items()},
        {place: Reading(**_answers(one)) for place, one in said.items() if _answers(one)},
        {place: str(one["policy"]) for place, one in said.items() if one.get("policy")},
        frozenset(place for place, one in said.items() if one.get("erase")),
        decisions.get("refuse", "cell"),
        bool(decisions.get("again")),
    )


def _said(header: str, columns: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """What was decided of a header; the shape is known whatever its capitals and accents."""
    if header in columns:
        return columns[header]
    return next((one for name, one in columns.items() if fold(name) == fold(header)), {})


def _known(entity: str, field: str | None) -> str | None:
    owner, name = ("customer", field.partition(".")[2]) if field and "." in field else (entity, field or "")
    return field if ENTITIES[owner].has(name) else None


def _answers(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: text for name, text in said.get("reading", {}).items() if name in ANSWERS}


def as_proposal(table: Table, layout: Layout) -> SheetProposal:
    """The proposal that a remembered layout makes: every reason is that a person said so before."""
    choice, why = as_choice(table, layout.decisions), f"as remembered from “{layout.name}”"
    fields = tuple(
        FieldProposal(column.header, column.position, field, 1.0 if field else 0.0, why)
        for column in table.columns
        for field in [choice.mapping.get(column.position)]
    )
    return SheetProposal(choice.entity, choice.on, why, fields, remembered=layout.name)


def read_layout(number: int, name: str, headers: str, decisions: str) -> Layout | None:
    """A layout as it is stored; None where it speaks of what is not known here (any more)."""
    try:
        said = json.loads(decisions or "{}")
    except ValueError:
        return None
    known = isinstance(said, dict) and said.get("entity") in ENTITIES and {"on", "columns"} <= set(said)
    return Layout(number, name, headers, said) if known else None


def as_text(decisions: Decisions) -> str:
    """The decisions as they are stored, the columns in the order of the sheet."""
    return json.dumps(decisions, ensure_ascii=False)
