"""Running the rules: what happened is looked up, what they do becomes one change that can be undone.

Called in the morning, and by `after_change` when records have just changed. Never twice for the same event, whoever
runs them at the same time: what is found is written on the state it was found in, and the database itself refuses a
second firing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pandas as pd

from crm_core.errors import RegularsError, StaleView
from crm_core.ledger.reading import events, firings, stages
from crm_core.ledger.store.database import Database, read_revisions
from crm_core.ledger.writing import existing, journal
from crm_core.model.changes import Batch, ChangeSet
from crm_core.model.rights import ASSIGN, SEE, needs
from crm_core.outreach.firings import EVENT_COLUMNS, Done, Person, Shop, decide, in_words
from crm_core.outreach.moments import BY_RULE, PROMISE
from crm_core.outreach.rules import STAGE, Fault, Rule, Staff, rules_of

WHO = "Rules"
ATTEMPTS = 10
PLANNED_ON = ("rule", "firing", "customer", "follow-up", "colleague")
# By event the entities whose change may bring one about.
WATCHED: Mapping[str, tuple[str, ...]] = {
    "new complaint": ("case",),
    "new request": ("case",),
    "low score": ("answer",),
    "no answer": ("interaction",),
    "late follow-up": ("follow-up",),
    "stage changes": ("customer", "order", "purchase", "interaction"),
    "tag is added": ("customer",),
    "new customer": ("customer",),
    "first purchase": ("purchase", "order"),
}


@dataclass(frozen=True)
class Ran:
    """What a run of the rules did: firings in all and by rule, those held back because the person must not be
    contacted, rules that do nothing and why, all in a sentence or two. `batch`: the change, to be undone by number."""

    fired: int = 0
    by_rule: Mapping[str, int] = field(default_factory=dict)
    held_back: int = 0
    faults: tuple[Fault, ...] = ()
    words: str = "No rule had anything to do."
    batch: Batch | None = None


@dataclass(frozen=True)
class _Found:
    """What a run has found: what to write, on which revisions; the stages as noted before and now, if a rule asks."""

    done: Done | None
    faults: tuple[Fault, ...]
    revisions: Mapping[str, int]
    before: stages.Note | None = None
    noted: stages.Note | None = None


@needs(ASSIGN, whole=True)
def run_rules(database: Database, *, as_of: date, who: str = WHO) -> Ran:
    """Do what the rules in use say about what has happened since they are; a rule that makes no sense is told among
    `faults` and does nothing. Run again, nothing more happens. StaleView where too many others write."""
    return _run(database.whole, as_of, who)


def _run(database: Database, as_of: date, who: str) -> Ran:
    """For everybody, whoever asked: rules write what they say about every customer."""
    for _ in range(ATTEMPTS):
        found = _look(database, as_of)
        try:
            batch = _write(database, found, as_of, who)
        except StaleView:  # somebody wrote meanwhile: look again
            continue
        _keep_note(database, found, as_of)
        return _ran(found, batch)
    raise StaleView("Too many others write at the same time, so no rule was run. Run them again shortly.")


def _look(database: Database, as_of: date) -> _Found:
    with database.read() as connection:
        rows = firings.stored_rules(connection, as_of)
        known = existing.settings(connection)
        staff = Staff(tuple(firings.staff(connection)), known.get("manager") or "")
        rules, faults = rules_of(rows.to_dict("records"), staff)
        now = read_revisions(connection)
        revisions = {name: now.get(name, 0) for name in PLANNED_ON}
        if not rules:
            return _Found(None, faults, revisions)
        marks = {row["name"]: (row["since"], int(row["since_batch"])) for row in rows.to_dict("records")}
        asked = [events.Asked(rule.name, rule.event, *marks[rule.name], rule.days) for rule in rules]
        happened = events.events(connection, asked, as_of)
        before, noted, moved = _stages(connection, asked, as_of)
        happened = pd.concat([happened, moved], ignore_index=True) if len(moved) else happened
        done = _decided(connection, rules, happened, Shop(staff, as_of, _play(connection)))
    return _Found(done, faults, revisions, before, noted)


def _stages(
    connection: Any, asked: Collection[events.Asked], as_of: date
) -> tuple[stages.Note | None, stages.Note | None, pd.DataFrame]:
    """The notes before and now, and who changed stage for which rule; read only where a rule asks for it."""
    marks = [(one.rule, one.batch) for one in asked if one.event == STAGE]
    if not marks:
        return None, None, pd.DataFrame()
    before = stages.last_note(connection)
    now = stages.note_now(connection, before, marks, as_of)
    found = [stages.changes(before, now, mark, as_of).assign(rule=mark[0]) for mark in marks]
    return before, now, pd.concat(found, ignore_index=True)


def _decided(connection: Any, rules: tuple[Rule, ...], happened: pd.DataFrame, shop: Shop) -> Done | None:
    if happened.empty:
        return None
    names = [rule.name for rule in rules]
    fired = firings.fired_keys(connection, names, happened["customer_id"].unique().tolist())
    keys = zip(happened["rule"], happened["customer_id"], happened["event"], strict=True)
    happened = happened[[key not in fired for key in keys]].reindex(columns=list(EVENT_COLUMNS))
    if happened.empty:  # as mostly: nobody need be read
        return None
    ids = happened["customer_id"].unique().tolist()
    people = {row["id"]: _person(row) for row in firings.people(connection, ids, shop.play)}
    return decide(rules, happened, people, fired, shop)


def _play(connection: Any) -> str:
    """The play of what rules ask for; where that is gone or not in use, a promise, so that nobody is forgotten."""
    held = existing.rows_by_keys(connection, "play", {"name": [BY_RULE]})
    return BY_RULE if (held["active"] != "no").any() else PROMISE


def _person(row: Mapping[str, Any]) -> Person:
    never = row["do_not_contact"] == "yes"
    return Person(int(row["id"]), row["name"], row["owner"], row["tags"], never, row["planned"])


def _write(database: Database, found: _Found, as_of: date, who: str) -> Batch | None:
    if found.done is None or found.done.firings.empty:
        return None
    creates = {"follow-up": found.done.follow_ups, "firing": found.done.firings}
    by_rule = _by_rule(found)
    changes = ChangeSet(
        in_words(by_rule, found.done.held_back).rstrip("."),
        creates={name: frame for name, frame in creates.items() if len(frame)},
        changes=found.done.cells,
        revisions=found.revisions,
        summary={"rules": by_rule},
    )
    return journal.apply(database, changes, who=who, as_of=as_of)


def _keep_note(database: Database, found: _Found, as_of: date) -> None:
    """Keep where everybody stands for the next run; what another run noted meanwhile holds as well."""
    before, noted = found.before, found.noted
    if before is None or noted is None or stages.is_same(before, noted):
        return
    stamp = stages.stamp_of_note(noted, as_of)
    try:
        journal.keep_derived(
            database, stages.WHAT, stamp, lambda connection: stages.check_last(connection, before)
        )
    except StaleView:
        return


def _by_rule(found: _Found) -> dict[str, int]:
    if found.done is None or found.done.firings.empty:
        return {}
    return {
        str(name): int(count) for name, count in found.done.firings["rule"].value_counts(sort=False).items()
    }


def _ran(found: _Found, batch: Batch | None) -> Ran:
    by_rule = _by_rule(found)
    held = found.done.held_back if found.done else 0
    return Ran(sum(by_rule.values()), by_rule, held, found.faults, in_words(by_rule, held), batch)


# Right after a change ---------------------------------------------------------------------------------------------

_seen: dict[str, tuple[Any, ...]] = {}  # by database what the rules in use had looked at when they ran last


@needs(SEE)
def after_change(
    database: Database, as_of: date, *, touched: Collection[str] | None = None, who: str = WHO
) -> Ran:
    """Run the rules if records of a kind that they are about have changed; called after an upload, a list that came
    home, a record added by hand. Never raises: what was saved is saved, and the morning runs them again.

    `touched`: the entities that were changed; None where that is not known, then their revisions tell. Where rules
    are among them, the words say what is wrong with those in use. Whoever sees their own customers only is told
    nothing: what rules did is about everybody.
    """
    ran = _after_change(database.whole, as_of, touched, who)
    return Ran() if database.person.own_only else ran


def _after_change(database: Database, as_of: date, touched: Collection[str] | None, who: str) -> Ran:
    try:
        state = _state(database, touched)
        if state is None or _seen.get(database.url) == state:
            return Ran()
        ran = _run(database, as_of, who)
        _seen[database.url] = _state(database, None) or ()
        if touched is not None and "rule" in touched and ran.faults:
            ran = replace(
                ran, words=" ".join([ran.words] * bool(ran.fired) + [one.why for one in ran.faults])
            )
    except RegularsError as trouble:
        return Ran(words=str(trouble))
    return ran


def touched_by(changes: ChangeSet) -> set[str]:
    """The entities that a change set touches, as `after_change` wants to know."""
    cells = changes.changes
    made = {name for name, frame in changes.creates.items() if len(frame)}
    edited = set() if cells is None else set(cells["entity"])
    return made | edited | {name for name, ids in changes.removes.items() if ids}


def _state(database: Database, touched: Collection[str] | None) -> tuple[Any, ...] | None:
    """The state of what the rules in use are about; None where none of it was touched, or no rule is in use."""
    with database.read() as connection:
        held = existing.rows_by_keys(connection, "rule", {"active": ["yes"]})
        watched = sorted({name for event in held["event"] for name in WATCHED.get(str(event), ())})
        if held.empty or (touched is not None and not {"rule", *watched} & set(touched)):
            return None
        now = read_revisions(connection)
        return existing.database_id(connection), *((name, now.get(name, 0)) for name in ("rule", *watched))
