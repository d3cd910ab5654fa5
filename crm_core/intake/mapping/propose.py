"""What each sheet of a workbook holds, and which of its columns becomes which field: proposals with reasons."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crm_core.intake.lexicon import FURTHER, SECTIONS
from crm_core.intake.mapping.fields import FieldProposal, assign, fields_of
from crm_core.intake.mapping.further import candidates, score, verdict
from crm_core.intake.mapping.subjects import Verdict, filled_score
from crm_core.intake.mapping.values import looks
from crm_core.intake.mapping.wishes import LOOKED_AT, POINTING, Seen
from crm_core.intake.own_files import why_off
from crm_core.intake.tables.find import Table
from crm_core.model.entities import Kind
from crm_core.model.registry import ENTITIES

__all__ = ["FieldProposal", "SheetProposal", "fields_of", "propose", "propose_as", "propose_workbook"]

_SURE = 0.7
_KEPT = ("customer", "order", "purchase", "product", "interaction", "visit-count", *FURTHER)


@dataclass(frozen=True)
class SheetProposal:
    """What a sheet seems to hold; `on` only where that is sure and the sheet is visible.

    `remembered`: the name of the remembered layout that it comes from.
    """

    entity: str | None
    on: bool
    why: str
    fields: tuple[FieldProposal, ...]
    remembered: str | None = None


def propose(table: Table, others: Sequence[Table] = ()) -> SheetProposal:
    """The proposal for one table; the other tables of its workbook help to see whose codes a column holds."""
    made = _alone(_seen(table))
    if made.entity in POINTING and others:
        known = [(other, _alone(_seen(other))) for other in others if other is not table]
        return _pointing(made, table, known)
    return made


def propose_workbook(tables: Sequence[Table]) -> list[SheetProposal]:
    """A proposal for each table, in order; columns that hold another sheet's customers are found."""
    alone = [_alone(_seen(table)) for table in tables]
    if not any(made.on and made.entity == "purchase" for made in alone):
        alone = [_numbers_given_twice(made, table) for made, table in zip(alone, tables, strict=True)]
    known = list(zip(tables, alone, strict=True))
    return [_pointing(made, table, known) if made.entity in POINTING else made for table, made in known]


def _numbers_given_twice(made: SheetProposal, table: Table) -> SheetProposal:
    """Orders of which two have one number are taken as lines where no other sheet has the lines: none is lost."""
    place = next((field.position for field in made.fields if field.field == "number"), None)
    if made.entity != "order" or not made.on or place is None or table.rows[place].is_unique:
        return made
    numbers = table.rows.drop_duplicates()[place].dropna()
    lines = _as_known(table, "purchase") if numbers.duplicated().any() else made
    return lines if {"date", "amount"} <= {field.field for field in lines.fields} else made


def _as_known(table: Table, entity: str) -> SheetProposal:
    return replace(
        propose_as(table, entity), why="these are purchases: some order numbers stand in several rows"
    )


def propose_as(table: Table, entity: str) -> SheetProposal:
    """The proposal for a table of which a person says what it holds; KeyError for an unknown entity."""
    label = ENTITIES[entity].plural.lower()
    propose_fields = _own_fields if _is_ours(entity, table) else assign
    return SheetProposal(
        entity, True, f"you said that these are {label}", propose_fields(entity, _seen(table))
    )


def _seen(table: Table) -> Seen:
    first = [column.position for column in table.columns[:LOOKED_AT]]
    return Seen(table, {place: looks(table.rows[place], table.kinds[place]) for place in first})


def _alone(seen: Seen) -> SheetProposal:
    if (off := why_off(seen.table)) is not None:
        return SheetProposal(None, False, off, _unmapped(seen.table))
    ours = next((entity for entity in _KEPT if _is_ours(entity, seen.table)), None)
    if ours is not None and len(seen.table.rows):
        label = ENTITIES[ours].plural.lower()
        return SheetProposal(
            ours,
            not seen.table.hidden,
            f"these are {label} as Regulars hands them out",
            _own_fields(ours, seen),
        )
    asked = (*(entity for entity in SECTIONS if entity not in FURTHER), *candidates(seen))
    fields = {entity: assign(entity, seen) for entity in asked}
    found = verdict(seen, fields)
    if found.entity is None:
        return SheetProposal(None, False, found.why, _unmapped(seen.table))
    on, why = _switched(seen, found, fields[found.entity])
    return SheetProposal(found.entity, on, why, fields[found.entity])


def _switched(seen: Seen, found: Verdict, fields: tuple[FieldProposal, ...]) -> tuple[bool, str]:
    """Whether the sheet is taken in unless the person says otherwise, and why (not)."""
    if seen.table.hidden:
        return False, f"{found.why}; the sheet is hidden in the workbook, so it is off"
    if found.off or found.entity not in _KEPT or found.score < _SURE:
        return False, found.why
    if not len(seen.table.rows):
        return False, f"{found.why}; it has headers and no rows"
    if _filled(found.entity, seen, fields) < _SURE:
        return False, f"{found.why}, but most of them are empty"
    return True, found.why


def _filled(entity: str, seen: Seen, fields: tuple[FieldProposal, ...]) -> float:
    if entity not in FURTHER:
        return filled_score(entity, seen, fields)
    return score(entity, seen, tuple(field for field in fields if seen.looks[field.position].different))


def _is_ours(entity: str, table: Table) -> bool:
    """A file that was handed out here has a column for every field, filled or not."""
    headers = {column.header for column in table.columns}
    return headers.issuperset(field.label for field in ENTITIES[entity].fields)


def _own_fields(entity: str, seen: Seen) -> tuple[FieldProposal, ...]:
    """Each label is its field; what points to others holds codes or names, as the values say."""
    names = {field.label: field.name for field in ENTITIES[entity].fields if field.kind is not Kind.REFERENCE}
    pointing = {field.label for field in ENTITIES[entity].fields if field.kind is Kind.REFERENCE}
    fields = [
        replace(field, field=names[field.header], confidence=0.99, reason="it is the name of our own field")
        if field.header in names
        else field
        for field in assign(entity, seen)
    ]
    return tuple(
        field
        if field.header in names or field.header in pointing
        else replace(field, field=None, confidence=0.0)
        for field in fields
    )


def _unmapped(table: Table) -> tuple[FieldProposal, ...]:
    return tuple(
        FieldProposal(column.header, column.position, None, 0.0, "the sheet is not known")
        for column in table.columns
    )


def _pointing(made: SheetProposal, table: Table, known: list[tuple[Table, SheetProposal]]) -> SheetProposal:
    """Give the column whose values stand on a sheet of customers the reference, where no header did."""
    if any(field.field and field.field.startswith("customer") for field in made.fields):
        return made
    for other, proposal in known:
        found = _shared(made, table, other, proposal) if proposal.entity == "customer" else None
        if found is not None:
            fields = tuple(found if field.position == found.position else field for field in made.fields)
            return replace(made, fields=fields)
    return made


def _shared(made: SheetProposal, table: Table, other: Table, proposal: SheetProposal) -> FieldProposal | None:
    for target in (field for field in proposal.fields if field.field in ("code", "email", "name")):
        there = set(other.rows[target.position].dropna().str.strip())
        for mine in (field for field in made.fields if field.field is None):
            if overlaps(table.rows[mine.position].dropna().head(2000).str.strip().unique().tolist(), there):
                field = "customer" if target.field == "code" else f"customer.{target.field}"
                return replace(
                    mine,
                    field=field,
                    confidence=0.8,
                    reason=f"its values stand under “{target.header}” on sheet “{other.sheet}”",
                )
    return None


def overlaps(mine: list[str], there: set[str]) -> bool:
    """Nearly all values stand there, and they are no small numbers, which stand anywhere."""
    telling = [text for text in mine if len(text) >= 4 or not text.isdigit()]
    return len(telling) >= 5 and sum(text in there for text in telling) >= 0.9 * len(mine)
