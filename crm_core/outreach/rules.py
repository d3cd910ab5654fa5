"""Rules as data: when this happens, then that. A row of the sheet becomes a rule, or a sentence on what is wrong. Pure.

A broken rule does nothing and is shown with its sentence; the others go on.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from crm_core.errors import InvalidInput
from crm_core.model.folding import fold
from crm_core.model.words import ABOUT, OWNER, RULE_ACTS, RULE_EVENTS, STAGES
from crm_core.outreach.phrases import as_text
from crm_core.outreach.scripts import check

MANAGER = "manager"
FOLLOW_UP, TO_MANAGER, ADD_TAG, CHANGE_OWNER = RULE_ACTS
COMPLAINT, REQUEST, LOW_SCORE, NO_ANSWER, LATE, STAGE, TAG, NEW_CUSTOMER, FIRST_PURCHASE = RULE_EVENTS
MOST_DAYS = 3_650
# What words may name, and what each says.
RULE_FACTS = {
    "name": "their name",
    "days": "the days of the rule, or for how many days it has stood so",
    "day": "the day of what happened",
    "owner": "the colleague who looks after them",
    "about": "what the case or the answer is about",
    "product": "the product of the case or the answer",
    "what": "what happened, as the case says it; what they said with their score",
    "number": "the number of the case",
    "score": "the score",
    "scale": "the best score there is",
    "attempts": "how often nobody was reached",
    "play": "the play of the follow-up",
    "promise": "what was noted with the follow-up",
    "stage": "the stage that was reached",
    "before": "the stage before",
    "tag": "the tag",
}
ALWAYS = ("name", "days", "day")  # known of everything that happens
OF_ITS_OWN = {
    LOW_SCORE: ("score", "scale"), NO_ANSWER: ("attempts",), STAGE: ("stage", "before"), TAG: ("tag",),
}  # fmt: skip
# What “Which” may say, by event; an event that is not named takes none.
OF_EVENT: Mapping[str, tuple[str, ...] | None] = {
    COMPLAINT: ABOUT, REQUEST: ABOUT, LOW_SCORE: ABOUT, LATE: None, STAGE: STAGES, TAG: None,
}  # fmt: skip
_PLAIN = re.compile(r"\{\s*(\w+)\s*\}")


@dataclass(frozen=True)
class Rule:
    """A rule in use. `of`: which stage, tag, play or subject, folded, blank for any. `days`: how long it has to have
    stood so. `to`: `owner`, a colleague's name as stored, or the tag. `within`: days from today to when it is due."""

    name: str
    event: str
    act: str
    to: str
    of: str = ""
    days: int = 0
    within: int = 0
    words: str = ""


@dataclass(frozen=True)
class Fault:
    """A rule that does nothing, and why, in a sentence."""

    rule: str
    why: str


@dataclass(frozen=True)
class Staff:
    """Who works here: `rows` with name, active, role; `named`: the manager's name as it is set, blank for nobody."""

    rows: tuple[Mapping[str, Any], ...] = ()
    named: str = ""

    @cached_property
    def _by_name(self) -> dict[str, Mapping[str, Any]]:
        return {fold(str(row["name"])): row for row in self.rows if as_text(row["name"])}

    def find(self, name: str) -> str:
        """The colleague of that name, however it is spelled; InvalidInput where nobody has it, or they have left."""
        row = self._by_name.get(fold(name))
        if row is None:
            raise InvalidInput(f"there is no colleague “{name}”; add them to Colleagues, or name another")
        if row.get("active") == "no":
            raise InvalidInput(f"“{row['name']}” does not work here any more; name another colleague")
        return str(row["name"])

    def works_here(self, name: str) -> bool:
        """Whether somebody may be given work: an owner who is no stored colleague may, one who left may not."""
        return self._by_name.get(fold(name), {}).get("active") != "no"

    @cached_property
    def manager(self) -> str | None:
        """The manager: as set, else the colleague (first by name) whose role says so; None where there is nobody."""
        try:
            return self.find(self.named) if self.named else next(iter(self._managers()), None)
        except InvalidInput:
            return None

    def _managers(self) -> list[str]:
        here = (row for row in self.rows if row.get("active") != "no" and as_text(row["name"]))
        return sorted(str(row["name"]) for row in here if MANAGER in fold(str(row.get("role") or "")).split())

    def the_manager(self) -> str:
        """The manager's name; InvalidInput that says how to name one."""
        if self.named:
            return self.find(self.named)
        if self.manager is None:
            raise InvalidInput(
                "nobody is the manager; set one with: regulars setting set manager NAME, or give a colleague the role "
                "manager"
            )
        return self.manager


def rules_of(rows: Iterable[Mapping[str, Any]], staff: Staff) -> tuple[tuple[Rule, ...], tuple[Fault, ...]]:
    """The rules that are in use (`active` yes) and make sense, and what is wrong with the others in use."""
    rules: list[Rule] = []
    faults: list[Fault] = []
    for row in rows:
        if row.get("active") != "yes":
            continue
        why = fault_of(row, staff)
        if why:
            faults.append(Fault(str(row["name"]), why))
        else:
            rules.append(rule_of(row, staff))
    return tuple(rules), tuple(faults)


def fault_of(row: Mapping[str, Any], staff: Staff) -> str:
    """What is wrong with a row, as a sentence that names the rule; blank where nothing is."""
    try:
        rule_of(row, staff)
    except InvalidInput as refusal:
        return f"The rule “{row['name']}” does nothing: {str(refusal).rstrip('.')}."
    return ""


def rule_of(row: Mapping[str, Any], staff: Staff) -> Rule:
    """The rule that a row says; InvalidInput, to be put behind a colon, where it makes no sense."""
    event = _one_of(row, "event", RULE_EVENTS, "no event is chosen")
    act = _one_of(row, "act", RULE_ACTS, "nothing is chosen that should be done")
    words = as_text(row.get("words")) or ""
    check_words(words, event)
    return Rule(
        str(row["name"]), event, act, _to(act, as_text(row.get("to")) or "", staff), _of(event, row),
        _days(row, "days", event), _days(row, "within"), words,
    )  # fmt: skip


def _one_of(row: Mapping[str, Any], field: str, known: tuple[str, ...], missing: str) -> str:
    said = as_text(row.get(field))
    if said not in known:
        found = f"“{said}” is none of them" if said else missing
        raise InvalidInput(f"{found}; choose one of: {', '.join(known)}")
    return str(said)


def _of(event: str, row: Mapping[str, Any]) -> str:
    said = as_text(row.get("of")) or ""
    if said and event not in OF_EVENT:
        raise InvalidInput(f"“{event}” takes no “which”, but it says “{said}”; leave that cell empty")
    known = OF_EVENT.get(event)
    if said and known and fold(said) not in map(fold, known):
        raise InvalidInput(f"“{said}” is nothing that “{event}” knows; write one of: {', '.join(known)}")
    return fold(said)


def _days(row: Mapping[str, Any], field: str, event: str = "") -> int:
    said = row.get(field)
    if as_text(said) is None:
        return 0
    count, label = int(said), "Within days" if field == "within" else "After days"  # type: ignore[arg-type]
    if not 0 <= count <= MOST_DAYS:
        raise InvalidInput(
            f"“{label}” says {count:,}; give a number of days from 0 to {MOST_DAYS:,}, or leave it empty"
        )
    if count and event == STAGE:
        raise InvalidInput("a change of stage is told at once, so “After days” must be empty")
    return count


def _to(act: str, said: str, staff: Staff) -> str:
    """Whom or what the act is for, as it is stored."""
    if act == ADD_TAG:
        return _tag(said)
    usual = {FOLLOW_UP: OWNER, TO_MANAGER: MANAGER}.get(act, "")
    wanted = said or usual
    if fold(wanted) == OWNER and act != CHANGE_OWNER:
        return OWNER
    if not wanted or fold(wanted) == OWNER:
        raise InvalidInput("it does not say who the new owner is; name a colleague, or manager")
    return staff.the_manager() if fold(wanted) == MANAGER else staff.find(wanted)


def _tag(said: str) -> str:
    if not said:
        raise InvalidInput("it does not say which tag to add; name it under “Who or what”")
    if "," in said or ";" in said:
        raise InvalidInput(f"“{said}” is more than one tag; make a rule for each")
    return said


def check_words(words: str, event: str | None = None) -> None:
    """InvalidInput for words that name an unknown fact, or that could leave a hole; what is always known of the event
    (of some event, where none is given) leaves none."""
    own = OF_ITS_OWN.get(event, ()) if event else [name for names in OF_ITS_OWN.values() for name in names]
    sure = (*ALWAYS, *own)
    safe = _PLAIN.sub(lambda found: f"{{{found[1]}|…}}" if found[1] in sure else found[0], words)
    try:
        check(safe, RULE_FACTS)
    except InvalidInput as refusal:
        raise InvalidInput(str(refusal).replace("|…}", "}").rstrip(".")) from None


def faults_of_cells(row: Mapping[str, Any], fields: Iterable[str], staff: Staff) -> dict[str, str]:
    """By field why its value makes no sense in this row, as a sentence; that nobody is the manager is no fault of a
    cell. Blank cells are not looked at."""
    found = {}
    for field in fields:
        if field in _CELLS and as_text(row.get(field)) is not None:
            try:
                _CELLS[field](row, staff)
            except InvalidInput as refusal:
                said = str(refusal).rstrip(".")
                found[field] = f"{said[:1].upper()}{said[1:]}."
    return found


def _to_cell(row: Mapping[str, Any], staff: Staff) -> None:
    said, act = as_text(row.get("to")) or "", as_text(row.get("act")) or ""
    if act not in RULE_ACTS or (act != ADD_TAG and fold(said) == MANAGER):
        return
    _to(act, said, staff)


def _of_cell(row: Mapping[str, Any], _: Staff) -> None:
    event = as_text(row.get("event")) or ""
    if event in RULE_EVENTS:
        _of(event, row)


_CELLS: Mapping[str, Callable[[Mapping[str, Any], Staff], object]] = {
    "event": lambda row, _: _one_of(row, "event", RULE_EVENTS, ""),
    "act": lambda row, _: _one_of(row, "act", RULE_ACTS, ""),
    "of": _of_cell,
    "to": _to_cell,
    "days": lambda row, _: _days(row, "days", as_text(row.get("event")) or ""),
    "within": lambda row, _: _days(row, "within"),
    "words": lambda row, _: check_words(as_text(row.get("words")) or "", as_text(row.get("event"))),
}


def says(row: Mapping[str, Any]) -> str:
    """What a row of the sheet means, as a sentence."""
    of, days = as_text(row.get("of")), as_text(row.get("days"))
    when = f"When: {as_text(row.get('event')) or '?'}"
    when += f" ({of})" if of else ""
    when += f", after {_count(days)}" if days and float(days) else ""
    return f"{when}. Then: {_does(row)}."


def _does(row: Mapping[str, Any]) -> str:
    act, to, within = (as_text(row.get(name)) or "" for name in ("act", "to", "within"))
    if act in (ADD_TAG, CHANGE_OWNER):
        return f"{act}{' to' if act == CHANGE_OWNER else ':'} {to or '?'}"
    whom = to or (MANAGER if act == TO_MANAGER else OWNER)
    due = f" within {_count(within)}" if within and float(within) else " today"
    return f"a follow-up for {'the ' if whom in (OWNER, MANAGER) else ''}{whom}{due}"


def _count(said: str) -> str:
    number = int(float(said))
    return f"{number:,} day{'s'[: number != 1]}"
