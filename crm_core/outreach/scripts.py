"""Templates filled with a person's facts. A fact that is missing leaves no hole and no brace.

A template is plain text. `{name}` stands for a fact, `{name|there}` says what to print where it is missing,
and what stands in [square brackets] is left out whole when a fact in it is missing. Every fact needs one or
the other.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache

from crm_core.errors import InvalidInput
from crm_core.outreach.phrases import as_text, sentence

Facts = Callable[[str], str | None]
_PIECES = re.compile(r"\[([^\[\]]*)\]")
_BLANK = re.compile(r"\{([^{}|]*)(?:\|([^{}]*))?\}")


@dataclass(frozen=True)
class Blank:
    """A place for a fact; `fallback` None: the piece around it is left out where the fact is missing."""

    fact: str
    fallback: str | None


@dataclass(frozen=True)
class Piece:
    """A run of text and blanks; an optional one is left out whole when it lacks a fact."""

    parts: tuple[str | Blank, ...]
    optional: bool


def fill(template: str, facts: Facts) -> str:
    """The template with the facts of one person; `facts(name)` gives words, or None where there are none."""
    return sentence("".join(_say(piece, facts) for piece in parse(template)))


def _say(piece: Piece, facts: Facts) -> str:
    said = [part if isinstance(part, str) else _fact(part, facts) for part in piece.parts]
    return "" if None in said else "".join(part for part in said if part)


def _fact(blank: Blank, facts: Facts) -> str | None:
    found = as_text(facts(blank.fact))
    return blank.fallback if found is None else found


@lru_cache(maxsize=1024)
def parse(template: str) -> tuple[Piece, ...]:
    """The pieces of a template: outside of brackets, inside, outside …"""
    texts = _PIECES.split(template)
    return tuple(Piece(_parts(text), bool(place % 2)) for place, text in enumerate(texts) if text)


def _parts(text: str) -> tuple[str | Blank, ...]:
    parts: list[str | Blank] = []
    end = 0
    for found in _BLANK.finditer(text):
        parts += [text[end : found.start()], Blank(found[1].strip(), found[2])]
        end = found.end()
    return tuple(part for part in [*parts, text[end:]] if part)


def check(template: str, known: Collection[str]) -> None:
    """InvalidInput in one sentence where the template names an unknown fact or could leave a hole."""
    pieces = parse(template)
    blanks = [(part, piece.optional) for piece in pieces for part in piece.parts if isinstance(part, Blank)]
    for blank, optional in blanks:
        _check_blank(blank, optional, template, known)
    texts = [part for piece in pieces for part in piece.parts if isinstance(part, str)]
    if any(sign in text for text in texts for sign in "{}[]"):
        raise InvalidInput(
            f"The words “{template}” have a brace or bracket without its partner. Close or remove it."
        )


def _check_blank(blank: Blank, optional: bool, template: str, known: Collection[str]) -> None:
    if blank.fact not in known:
        raise InvalidInput(
            f"The words “{template}” name “{blank.fact}”, which is no known fact. "
            f"Known are: {', '.join(known)}."
        )
    if not optional and blank.fallback is None:
        raise InvalidInput(
            f"The words “{template}” say nothing for people without “{blank.fact}”. Write "
            f"{{{blank.fact}|other words}}, or put the part that needs it in [square brackets]."
        )
