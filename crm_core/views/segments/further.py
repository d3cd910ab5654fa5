"""Complaints, answers, events, gifts, messages and recommendations as rows of the builder, to and from a condition."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crm_core.ledger.conditions import offered as stored
from crm_core.model.conditions import Condition, Has, Where, one_of
from crm_core.model.words import ABOUT

YES, NO, OPEN, NOT_OPEN = "yes", "no", "open", "not open"
FIFTHS = 5
IS_OPEN = Where("state", "is", "open")
SCORES = {f"at most {n}": ("at most", n) for n in (1, 2, 3)} | {
    f"at least {n}": ("at least", n) for n in (4, 5)
}


@dataclass(frozen=True)
class Kept:
    """A kind of records to ask about. `words`: relation → in words; `column`: the field whose values may be chosen."""

    label: str
    words: dict[str, str]
    column: str | None = None
    help: str = ""


KINDS: dict[str, Kept] = {
    "case": Kept(
        "Complaint or request",
        {OPEN: "have one that is open", NOT_OPEN: "have none that is open", YES: "had one", NO: "had none"},
        "about", "One of which nothing else is said is open",
    ),
    "answer": Kept(
        "Answer to a survey",
        {YES: "answered", NO: "did not answer"} | {key: f"answered {key} of {FIFTHS}" for key in SCORES},
        "about", "Scores of 10 or 100 are compared by their share",
    ),
    "attendance": Kept("Event", {YES: "came", NO: "did not come"}, "play"),
    "gesture": Kept("Gift", {YES: "were given one", NO: "were given none"}, "what"),
    "message": Kept("Message", {YES: "got one", NO: "got none"}, "play", "What went out by e-mail or as an export"),
    "referral": Kept(
        "Recommendation", {YES: "recommended somebody", NO: "recommended nobody"}, None,
        "By what new customers say in “Recommended by”",
    ),
}  # fmt: skip


def choices_of(connection: Any, name: str) -> tuple[str, ...]:
    """The values that can be chosen behind a relation, most frequent first."""
    column = KINDS[name].column
    if column == "about":
        return ABOUT
    return tuple(text for text, _ in stored.texts_in(connection, name, column)) if column else ()


def condition_of(name: str, relation: str, values: Sequence[str] = (), since: int | str | None = None) -> Has:
    """The condition that a row asks; `values`: none for any."""
    column, chosen = KINDS[name].column, tuple(values)
    asked = (one_of(column, chosen),) if column and chosen else ()
    return Has(name, (*_fixed(relation), *asked), 0 if relation in (NO, NOT_OPEN) else 1, since)


def _fixed(relation: str) -> tuple[Condition, ...]:
    if relation in SCORES:
        how, fifths = SCORES[relation]
        return (Where("share", how, fifths / FIFTHS),)
    return (IS_OPEN,) if relation in (OPEN, NOT_OPEN) else ()


def row_of(has: Has) -> tuple[str, tuple[str, ...]] | None:
    """Relation and values of the row that asks this condition; None where no row does."""
    if has.entity not in KINDS:
        return None
    for relation in KINDS[has.entity].words:
        for values in _values(has, KINDS[has.entity].column):
            if condition_of(has.entity, relation, values, has.since) == has:
                return relation, values
    return None


def _values(has: Has, column: str | None) -> Iterator[tuple[str, ...]]:
    yield ()
    for part in has.conditions:
        if isinstance(part, Where) and part.field == column and part.value:
            yield (part.value,) if isinstance(part.value, str) else tuple(part.value)
