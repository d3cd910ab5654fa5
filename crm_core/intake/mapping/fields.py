"""One sheet read as one entity: which column becomes which field, each field once, with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from crm_core.intake.clean.choices import ticked_word
from crm_core.intake.mapping.headers import Guess, label_of
from crm_core.intake.mapping.settle import Given, settle
from crm_core.intake.mapping.wishes import DOUBTFUL, LOOKED_AT, POINTING, Seen, why_left, wishes
from crm_core.intake.tables.find import Column
from crm_core.model.registry import ENTITIES

_REPEATABLE = ("tags", "note")
_PHONES = ("phone", "customer.phone")
_UNKNOWN = "no field of ours is known by this header; kept as it stands"


@dataclass(frozen=True)
class FieldProposal:
    """What becomes of one column. A doubtful one (below 0.5) has no field; its reason names the best guess."""

    header: str
    position: int
    field: str | None
    confidence: float
    reason: str


def assign(entity: str, seen: Seen) -> tuple[FieldProposal, ...]:
    """The fields of `entity` for the columns of a table: the surest header takes a field, the others stay extra."""
    columns = [column for column in seen.table.columns if column.position in seen.looks]
    wished = {column.position: _or_second(wishes(entity, seen, column)) for column in columns}
    given = settle(entity, seen, _given(columns, wished), wished)
    taken = {guess.field: column.header for column in columns if (guess := given.get(column.position))}
    return tuple(
        _mapped(column, given[column.position])
        if column.position in given
        else _left(entity, seen, column, wished.get(column.position), taken)
        for column in seen.table.columns
    )


def _or_second(wished: list[Guess]) -> list[Guess]:
    """Where the phone is another column's already ("手機", "電話"), this one is the second phone."""
    phones = [guess for guess in wished if guess.field in _PHONES and guess.confidence >= DOUBTFUL + 0.05]
    return wished + [Guess(f"{one.field}_2", one.confidence - 0.05, one.reason) for one in phones]


def _given(columns: Sequence[Column], wished: dict[int, list[Guess]]) -> Given:
    """Each field to its surest column; a column whose first wish is gone gets the next one that is free."""
    sure = [(guess, c) for c in columns for guess in wished[c.position] if guess.confidence >= DOUBTFUL]
    taken: set[str] = set()
    given: Given = {}
    for guess, column in sorted(sure, key=lambda pair: (-pair[0].confidence, pair[1].position)):
        if column.position not in given and (guess.field not in taken or _repeats(guess, column)):
            given[column.position] = guess
            taken.add(guess.field)
    return given


def _repeats(guess: Guess, column: Column) -> bool:
    """Notes and tags may stand in several columns; a column of ticks adds to the status."""
    return guess.field in _REPEATABLE or (
        guess.field == "status" and ticked_word("status", column.header) is not None
    )


def _mapped(column: Column, guess: Guess) -> FieldProposal:
    return FieldProposal(
        column.header, column.position, guess.field, round(guess.confidence, 2), guess.reason
    )


def _left(
    entity: str, seen: Seen, column: Column, wished: list[Guess] | None, taken: dict[str, str]
) -> FieldProposal:
    """Why a column stays extra."""
    if wished is None:
        return _extra(column, f"kept as it stands: it is not among the first {LOOKED_AT} columns")
    why = why_left(column, seen.looks[column.position])
    if why or not wished:
        return _extra(column, f"kept as it stands: {why}" if why else _UNKNOWN)
    best = wished[0]
    return _extra(column, _not_taken(entity, best, taken), round(min(best.confidence, DOUBTFUL - 0.01), 2))


def _extra(column: Column, reason: str, confidence: float = 0.0) -> FieldProposal:
    return FieldProposal(column.header, column.position, None, confidence, reason)


def _not_taken(entity: str, best: Guess, taken: dict[str, str]) -> str:
    label = label_of(entity, best.field)
    if best.confidence >= DOUBTFUL and best.field in taken:
        return f"{label} is already taken from “{taken[best.field]}”; kept as it stands"
    return f"perhaps {label}: {best.reason}"


def fields_of(entity: str) -> tuple[tuple[str, str], ...]:
    """(target, label) of everything that a header of this entity's sheets may be mapped to."""
    own = tuple((field.name, label_of(entity, field.name)) for field in ENTITIES[entity].fields)
    if entity not in POINTING:
        return own
    targets = (f"customer.{field.name}" for field in ENTITIES["customer"].fields if field.name != "code")
    return (*own, *((target, label_of(entity, target)) for target in targets))
