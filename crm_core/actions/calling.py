"""Changing a day's lists by hand, before they are handed out or after: who calls, not today, not at all.

All three are one plan: the lists of the day, of these people alone, each follow-up with other values in some fields.
Who is on the lists and not written down yet is written down by that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from crm_core.actions.call_plans import Offers, Plan, Wish, cells_of, changes_of, plan_of
from crm_core.errors import InvalidInput, NotFound
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing.journal import apply
from crm_core.model.changes import Batch, ChangeSet
from crm_core.model.rights import ASSIGN, needs
from crm_core.outreach.phrases import long_day
from crm_core.outreach.staff import chosen_callers

People = Iterable[tuple[int, str]]  # customer, name of the play


@needs(ASSIGN, whole=True)
def hand_over(
    database: Database, people: People, caller: str, *, who: str, as_of: date, offers: Offers | None = None
) -> Batch:
    """Let `caller` call these people of the day's lists, those left for tomorrow too.

    Their follow-ups are issued with that owner, who keeps them when the lists are made again. InvalidInput for an
    unknown caller, NotFound for somebody who is not on the lists.
    """
    wish = _wish(people, who, as_of, offers)

    def planned() -> ChangeSet:
        plan = plan_of(database, wish)
        name = chosen_callers([caller], plan.day.callers)[0]
        rows = _all_there(plan, wish).day.people.assign(caller=name)
        changes = changes_of(replace(plan, day=replace(plan.day, people=rows, held=plan.day.held.iloc[:0])))
        return replace(changes, why=f"Handed over to {name}")

    return apply(database, planned(), who=who, as_of=as_of, replan=planned)


@needs(ASSIGN, whole=True)
def put_off(
    database: Database, people: People, until: date, *, who: str, as_of: date, offers: Offers | None = None
) -> Batch:
    """Not before that day: these people are on no list for this reason until then, and on the one of that day.

    InvalidInput for a day that does not lie ahead, NotFound for somebody who is not on the lists of `as_of`.
    """
    if until <= as_of:
        raise InvalidInput(f"{until} does not lie ahead of {as_of}. Choose a later day.")
    why = f"Put off until {long_day(until, as_of)}"
    return _set(database, _wish(people, who, as_of, offers), {"later_on": until.isoformat()}, why)


@needs(ASSIGN, whole=True)
def drop(
    database: Database, people: People, *, who: str, as_of: date, offers: Offers | None = None,
    note: str | None = None,
) -> Batch:  # fmt: skip
    """These people need not be called for this reason; NotFound for somebody who is not on the lists of the day."""
    cells = {"state": "dropped", "done_on": as_of.isoformat()} | ({"note": note} if note else {})
    return _set(database, _wish(people, who, as_of, offers), cells, "Dropped from the list")


def _wish(people: People, who: str, as_of: date, offers: Offers | None) -> Wish:
    wanted = frozenset((int(customer), play) for customer, play in people)
    return Wish(as_of, who, None, None, None, offers, wanted)


def _all_there(plan: Plan, wish: Wish) -> Plan:
    """The plan, where it holds everybody who was asked for."""
    rows, wanted = plan.day.people, wish.only or frozenset()
    gone = wanted - set(zip(rows["id"].astype(int), rows["play"], strict=True))
    if gone or not wanted:
        play = next((play for _, play in gone), "any play")
        raise NotFound(f"Not all of them are on the lists of today for {play}. Look at the board again.")
    return plan


def _set(database: Database, wish: Wish, cells: Mapping[str, Any], why: str) -> Batch:
    def planned() -> ChangeSet:
        return _with_cells(_all_there(plan_of(database, wish), wish), cells, why)

    return apply(database, planned(), who=wish.who, as_of=wish.as_of, replan=planned)


def _with_cells(plan: Plan, cells: Mapping[str, Any], why: str) -> ChangeSet:
    """Those who are written down get the cells; the others are written down with them."""
    people, day = plan.day.people, plan.day
    stored, new = people[people["follow_up_id"].notna()], people[people["follow_up_id"].isna()]
    changes = changes_of(replace(plan, day=replace(day, people=new, held=day.held.iloc[:0])))
    created = changes.creates["follow-up"].assign(**cells)
    known = {"later_on": stored["known_later_on"], "state": "open"}
    frames = [cells_of(stored, field, known.get(field), after) for field, after in cells.items()]
    return replace(
        changes, why=why, creates={"follow-up": created}, changes=pd.concat(frames, ignore_index=True)
    )
