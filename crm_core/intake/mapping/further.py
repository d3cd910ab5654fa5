"""Sheets around contacting people (complaints, surveys, gifts, who came, absences, plays, rules): what speaks for each.

A sheet that is something else already stays it, unless its name or several headers that only these sheets have say
otherwise.
"""

from collections.abc import Mapping

from crm_core.intake import lexicon
from crm_core.intake.lexicon import FURTHER
from crm_core.intake.mapping import subjects
from crm_core.intake.mapping.fields import FieldProposal
from crm_core.intake.mapping.headers import subject_of
from crm_core.intake.mapping.subjects import Verdict
from crm_core.intake.mapping.wishes import Seen
from crm_core.model.entities import Kind
from crm_core.model.registry import ENTITIES

Fields = Mapping[str, tuple[FieldProposal, ...]]

_WORTH = {"amount", "price", "quantity", "total", "discount"}
# What tells a person whatever the sheet is about; more than these make it a list of people.
_REACHED = {"name", "given_name", "family_name", "code", "email", "phone", "phone_2", "company", "note"}
_SURE = 0.7
_SPARED = ("label", "language")  # what a sheet of plays or wordings may lack


def candidates(seen: Seen) -> tuple[str, ...]:
    """The entities that the sheet's name or a header speaks of."""
    return tuple(entity for entity in FURTHER if _strength(entity, seen))


def verdict(seen: Seen, fields: Fields) -> Verdict:
    """What the sheet holds, these entities among the others."""
    usual = subjects.verdict(seen, {name: found for name, found in fields.items() if name not in FURTHER})
    scores = {name: score(name, seen, fields[name]) for name in fields if name in FURTHER}
    best = max(scores, key=lambda name: (scores[name], _strength(name, seen)), default=None)
    if best is None or scores[best] < 0.5 or not _goes_before(best, seen, fields, usual, scores[best]):
        return usual
    return Verdict(best, scores[best], subjects.reason(best, fields[best], scores[best]))


def score(entity: str, seen: Seen, fields: tuple[FieldProposal, ...]) -> float:
    """0 … 1: all that a record needs is there, and name or headers speak of it."""
    found, strength = _found(fields), _strength(entity, seen)
    if not _needed(entity) <= {name.split(".")[0] for name in found}:
        return 0.55 if strength > 2 else 0.0
    return 0.94 if strength > 1 else 0.8 if strength else 0.0


def _needed(entity: str) -> set[str]:
    return {field.name for field in ENTITIES[entity].fields if field.required} - set(_SPARED)


def _found(fields: tuple[FieldProposal, ...]) -> set[str]:
    return {field.field for field in fields if field.field is not None}


def _strength(entity: str, seen: Seen) -> int:
    """How many headers only this entity has; its name over the sheet says as much as two."""
    return _told(entity, seen) + 2 * _named(entity, seen)


def _told(entity: str, seen: Seen) -> int:
    own = lexicon.own_headers(entity)
    headers = (column.header for column in seen.table.columns)
    return sum(bool({lexicon.key(one), lexicon.key(lexicon.without_unit(one))} & own) for one in headers)


def _named(entity: str, seen: Seen) -> bool:
    return subject_of(seen.table.sheet, FURTHER) == entity


def _goes_before(entity: str, seen: Seen, fields: Fields, usual: Verdict, score: float) -> bool:
    """Whether the sheet is this rather than what it was taken for."""
    if usual.entity is None or usual.score < _SURE:
        return score >= _SURE or usual.entity is None
    told, found = _told(entity, seen), _found(fields[usual.entity])
    spoken = told + 2 * (_named(entity, seen) and (told > 0 or not _dates_alone(entity)))
    if score < _SURE or (usual.entity in ("order", "purchase") and found & _WORTH):
        return False
    if usual.entity == "customer":
        return spoken > 0 and len(found - _REACHED) < 2
    return spoken > 1


def _dates_alone(entity: str) -> bool:
    """An event is named in many a list of contacts: who came has to stand there."""
    return entity == "attendance" and ENTITIES[entity].field("play").kind is Kind.CODE
