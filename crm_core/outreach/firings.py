"""What rules do about what happened: follow-ups, tags, owners, and a log with the reason in words. Pure.

Everything is decided in one round: what a rule does is looked at by others with the next run, and by itself never.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pandas as pd

from crm_core.model.changes import cell_frame, new_ids
from crm_core.model.folding import fold
from crm_core.model.words import OWNER
from crm_core.outreach.moments import BY_RULE
from crm_core.outreach.phrases import as_day, as_text, listed, short_day, times
from crm_core.outreach.rows import records
from crm_core.outreach.rules import (
    ADD_TAG,
    CHANGE_OWNER,
    COMPLAINT,
    FIRST_PURCHASE,
    LATE,
    LOW_SCORE,
    NEW_CUSTOMER,
    NO_ANSWER,
    REQUEST,
    STAGE,
    TAG,
    Rule,
    Staff,
)
from crm_core.outreach.scripts import fill

Key = tuple[str, int, str]  # rule, customer, event
Row = Mapping[str, Any]
# What happened, one row a rule and event; `of`: the stage, tag, play or subject. Days are ISO text.
EVENT_COLUMNS = (
    "rule", "customer_id", "event", "date", "of", "product", "what", "number", "score", "scale", "attempts",
    "promise", "before",
)  # fmt: skip
NEVER = "Held back: they must not be contacted"
REASONS = {
    COMPLAINT: "Complaint of {day}[ about {about}][: {what}]",
    REQUEST: "Request of {day}[ about {about}][: {what}]",
    LOW_SCORE: "Score {score|?}[ of {scale}] on {day}[ for {about}][: {what}]",
    NO_ANSWER: "Not reached since {day}[, {attempts}]",
    LATE: "Follow-up of {day} is not done[: {promise}]",
    STAGE: "Stage: {stage|?}[, before that {before}]",
    TAG: "Tag “{tag|?}” since {day}",
    NEW_CUSTOMER: "New customer of {day}",
    FIRST_PURCHASE: "First purchase on {day}",
}


@dataclass
class Person:
    """A customer as rules leave them: each rule sees what those before it did in the same run.

    `planned`: the days (ISO) that have such a follow-up of theirs already.
    """

    id: int
    name: str
    owner: str | None
    tags: str | None
    never: bool
    planned: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Done:
    """What to write: new follow-ups and firings as driver-ready frames, cells of CHANGE_COLUMNS. `held_back`: how
    many firings did nothing because the person must not be contacted."""

    follow_ups: pd.DataFrame
    cells: pd.DataFrame
    firings: pd.DataFrame
    held_back: int


@dataclass(frozen=True)
class Shop:
    """What acts look at: who works here, the day, and the play of their follow-ups: one of `moments.NOTED`, which
    stand on the call list until they are done."""

    staff: Staff
    as_of: date
    play: str = BY_RULE


def decide(
    rules: Sequence[Rule],
    events: pd.DataFrame,
    people: Mapping[int, Person],
    fired: Collection[Key],
    shop: Shop,
) -> Done:
    """What the rules do about these events (EVENT_COLUMNS); each rule once for each event, and never for a key that
    `fired` already. `people` is changed: it holds tags, owners and days as they will be."""
    known = set(fired)
    before = {number: (person.tags, person.owner) for number, person in people.items()}
    follow_ups: list[dict[str, Any]] = []
    firings: list[dict[str, Any]] = []
    for rule, row in _matching(rules, events):
        key = (rule.name, int(row["customer_id"]), str(row["event"]))
        person = people.get(key[1])
        if key in known or person is None:
            continue
        known.add(key)
        firings.append(_fire(rule, row, person, shop, follow_ups))
    held = sum(one["did"] == NEVER for one in firings)
    return Done(_numbered(follow_ups), _cells(people, before), _numbered(firings), held)


def _matching(rules: Sequence[Rule], events: pd.DataFrame) -> list[tuple[Rule, Row]]:
    """Rule by rule what happened that it is about, the earliest first."""
    rows: dict[str, list[Row]] = {}
    for row in records(events.sort_values(["date", "customer_id", "event"], kind="stable")):
        rows.setdefault(row["rule"], []).append(row)
    return [
        (rule, row)
        for rule in rules
        for row in rows.get(rule.name, ())
        if not rule.of or fold(as_text(row.get("of")) or "") == rule.of
    ]


def _fire(
    rule: Rule, row: Row, person: Person, shop: Shop, follow_ups: list[dict[str, Any]]
) -> dict[str, Any]:
    facts = facts_of(rule, row, person, shop.as_of)
    reason = fill(REASONS[rule.event], facts)
    did, planned = act_of(rule, reason, fill(rule.words, facts) or reason, person, shop)
    follow_ups += planned
    return {
        "rule": rule.name, "customer_id": person.id, "date": shop.as_of.isoformat(), "event": row["event"],
        "reason": reason, "did": did,
    }  # fmt: skip


def act_of(
    rule: Rule, reason: str, words: str, person: Person, shop: Shop
) -> tuple[str, list[dict[str, Any]]]:
    """What was done, in words, and the follow-up that it takes, if any. Changes the person."""
    if rule.act == ADD_TAG:
        return _tagged(rule.to, person), []
    if rule.act == CHANGE_OWNER:
        return _handed_over(rule.to, person), []
    if person.never:
        return NEVER, []
    return _planned(rule, reason, words, person, shop)


def _tagged(tag: str, person: Person) -> str:
    held = [one.strip() for one in (person.tags or "").split(",") if one.strip()]
    if fold(tag) in map(fold, held):
        return f"Has the tag “{tag}” already"
    person.tags = ", ".join([*held, tag])
    return f"Tag “{tag}” added"


def _handed_over(owner: str, person: Person) -> str:
    if person.owner and fold(person.owner) == fold(owner):
        return f"{owner} is the owner already"
    before, person.owner = person.owner, owner
    return f"Owner: {owner}, before {before}" if before else f"Owner: {owner}"


def _planned(
    rule: Rule, reason: str, words: str, person: Person, shop: Shop
) -> tuple[str, list[dict[str, Any]]]:
    caller = _caller(rule.to, person, shop.staff)
    day = _free_day(person.planned, shop.as_of, rule.within)
    person.planned.add(day.isoformat())
    row = {
        "customer_id": person.id, "play": shop.play, "due_on": day.isoformat(), "owner": caller, "reason": words,
        "state": "open", "note": f"Rule {rule.name}: {reason}",
    }  # fmt: skip
    return f"Follow-up for {caller or 'everyone'}, due {short_day(day)}", [row]


def _caller(to: str, person: Person, staff: Staff) -> str | None:
    """The colleague named; for “owner” the owner, or the manager where there is none or they left, else nobody."""
    if to != OWNER:
        return to
    return person.owner if person.owner and staff.works_here(person.owner) else staff.manager


def _free_day(taken: Collection[str], as_of: date, within: int) -> date:
    """The last day in time that has no such follow-up yet; where all have one, the first day after."""
    last = as_of + timedelta(within)
    early = (last - timedelta(back) for back in range(min(within, len(taken)) + 1))
    late = (last + timedelta(ahead) for ahead in range(1, len(taken) + 2))
    return next(day for days in (early, late) for day in days if day.isoformat() not in taken)


def _cells(people: Mapping[int, Person], before: Mapping[int, tuple[Any, Any]]) -> pd.DataFrame:
    """One cell a person and field, however many rules changed it."""
    cells = [
        ("customer", number, name, old, new)
        for number, person in people.items()
        for name, old, new in zip(("tags", "owner"), before[number], (person.tags, person.owner), strict=True)
        if old != new
    ]
    return cell_frame(cells)


def _numbered(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a change set creates them."""
    return pd.DataFrame(rows).assign(id=new_ids(len(rows)))


def facts_of(rule: Rule, row: Row, person: Person, as_of: date) -> Callable[[str], str | None]:
    """What words may name (`rules.RULE_FACTS`) of one event."""
    happened = as_day(row["date"]) or as_of
    said = {
        "name": person.name, "owner": person.owner, "day": short_day(happened),
        "days": str(rule.days or max((as_of - happened).days, 0)), "before": row.get("before"),
        "attempts": _attempts(row.get("attempts")), "score": _number(row.get("score")),
        "scale": _number(row.get("scale")), _SUBJECT[rule.event]: row.get("of"),
        **{name: row.get(name) for name in ("product", "what", "number", "promise")},
    }  # fmt: skip
    return lambda name: as_text(said.get(name))


# What `of` is called in words, by event.
_SUBJECT = {
    COMPLAINT: "about", REQUEST: "about", LOW_SCORE: "about", LATE: "play", STAGE: "stage", TAG: "tag",
    NO_ANSWER: "", NEW_CUSTOMER: "", FIRST_PURCHASE: "",
}  # fmt: skip


def _number(value: Any) -> str | None:
    return None if as_text(value) is None else f"{float(value):g}"


def _attempts(value: Any) -> str | None:
    return None if as_text(value) is None else f"{int(value)} attempt{'s'[: int(value) != 1]}"


def in_words(by_rule: Mapping[str, int], held_back: int) -> str:
    """What a run did, in a sentence or two."""
    if not by_rule:
        return "No rule had anything to do."
    total = sum(by_rule.values())
    named = listed([f"{name} ({count:,})" for name, count in by_rule.items()], shown=5)
    held = f" {held_back:,} held back, as they must not be contacted." if held_back else ""
    return f"Rules fired {times(total)}: {named}.{held}"
