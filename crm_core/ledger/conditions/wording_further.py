"""Complaints, answers, gifts, events, messages and recommendations in words: "has an open complaint since …"."""

from collections.abc import Callable

from crm_core.ledger.conditions.wording_parts import Said, owned_words, single, when_words, where_words
from crm_core.model.conditions import Condition, Has, Where
from crm_core.model.entities import Field, Kind

OPEN = Where("state", "is", "open")
FIELD = Field("what", Kind.TEXT, "What")
COMPLAINT = Where("type", "is not", "request")
REQUEST = Where("type", "is", "request")
MISSED = Where("came", "is", "no")
FIFTHS = 5


def case_words(has: Has, said: Said) -> str:
    """ "has an open complaint since 1 March 2026"."""
    kind = next((part for part in has.conditions if _is_kind(part)), None)
    state = single(has.conditions, "state", None)
    noun = "complaint or request" if kind is None else "request" if kind == REQUEST else "complaint"
    noun = f"{state.value} {noun}" if state else noun
    rest = tuple(part for part in has.conditions if part not in (kind, state))
    return owned_words(has, noun, rest, said)


def _is_kind(part: Condition) -> bool:
    return part in (COMPLAINT, REQUEST, Where("type", "is", "complaint"))


def answer_words(has: Has, said: Said) -> str:
    """ "answered at most 2 of 5 in the last 30 days", "did not answer"."""
    score = next((part for part in has.conditions if isinstance(part, Where) and _scores(part)), None)
    scale = single_number(has.conditions, "scale")
    about = single(has.conditions, "about", None)
    much = _much(score, scale) if score else ""
    used = (score, scale if score and score.field == "score" else None, about)
    rest = tuple(part for part in has.conditions if part not in used)
    verb = "answered" if has.count else "did not answer"
    often = f" at least {said.counted(has.count, 'time')}" if has.count > 1 else ""
    thing = f" about {about.value}" if about else ""
    return f"{verb}{much}{thing}{often}{when_words(has, (), said)}{where_words('answer', rest, said)}"


def _scores(part: Where) -> bool:
    return part.field in ("share", "score") and part.relation in (
        "at most",
        "at least",
        "is",
        "less than",
        "more than",
    )


def single_number(conditions: tuple[Condition, ...], field: str) -> Where | None:
    """The one condition that says a field is a number."""
    found = [part for part in conditions if isinstance(part, Where) and part.field == field]
    return found[0] if len(found) == 1 and found[0].relation == "is" else None


def _much(score: Where, scale: Where | None) -> str:
    relation = "" if score.relation == "is" else f" {score.relation}"
    if score.field == "share":
        return f"{relation} {round(score.value * FIFTHS, 6):g} of {FIFTHS}"
    return f"{relation} {score.value:g}" + (f" of {scale.value:g}" if scale else "")


def attendance_words(has: Has, said: Said) -> str:
    """ "came to Tea fair", "missed an event", "did not come to any event"."""
    event = _named(has, "play")
    missed = MISSED if MISSED in has.conditions else None
    verb = "missed" if missed else "came to" if has.count else "did not come to"
    verb = f"never {verb}" if missed and not has.count else verb
    thing = said.value(event.value, FIELD) if event else "an event" if has.count else "any event"
    return _told(has, f"{verb} {thing}", (event, missed), said)


def gesture_words(has: Has, said: Said) -> str:
    """ "was given a box of tea", "was given nothing"."""
    what = _named(has, "what")
    thing = said.value(what.value, FIELD) if what else "something"
    verb = f"was given {thing}" if has.count else f"was not given {'anything' if not what else thing}"
    return _told(has, verb, (what,), said)


def message_words(has: Has, said: Said) -> str:
    """ "got a message of birthday in the last 30 days", "got no message"."""
    play = _named(has, "play")
    verb = "got a message" if has.count else "got no message"
    verb += f" of {said.value(play.value, FIELD)}" if play else ""
    return _told(has, verb, (play,), said)


def referral_words(has: Has, said: Said) -> str:
    """ "recommended somebody since 1 March 2026"."""
    whom = "nobody" if not has.count else "somebody" if has.count == 1 else f"at least {has.count:,} people"
    return _told(has, f"recommended {whom}", (), said, often=False)


def _named(has: Has, field: str) -> Where | None:
    """The one condition that names what it was: one value, or one of several."""
    found = [part for part in has.conditions if isinstance(part, Where) and part.field == field]
    return found[0] if len(found) == 1 and found[0].relation in ("is", "one of") and found[0].value else None


def _told(has: Has, words: str, used: tuple[Condition | None, ...], said: Said, often: bool = True) -> str:
    rest = tuple(part for part in has.conditions if part not in used)
    times = f" at least {said.counted(has.count, 'time')}" if often and has.count > 1 else ""
    return f"{words}{times}{when_words(has, (), said)}{where_words(has.entity, rest, said)}"


FURTHER: dict[str, Callable[[Has, Said], str]] = {
    "case": case_words,
    "answer": answer_words,
    "attendance": attendance_words,
    "gesture": gesture_words,
    "message": message_words,
    "referral": referral_words,
}
