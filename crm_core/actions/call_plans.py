"""What a day's list changes when it is handed out: planned on what is stored, made again when that moved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from crm_core.insight.uplift import is_held_out
from crm_core.ledger.reading.call_facts import CallSource, stored_follow_ups
from crm_core.ledger.store.database import Database, read_revisions
from crm_core.ledger.writing.journal import apply
from crm_core.model.changes import CHANGE_COLUMNS, Batch, ChangeSet, new_ids
from crm_core.model.rights import EDIT, SEE, needs
from crm_core.outreach.call_list import Origin
from crm_core.outreach.facts import EVERYONE
from crm_core.outreach.lists import DayList, day_list
from crm_core.outreach.moments import as_iso
from crm_core.outreach.phrases import long_day
from crm_core.outreach.plays import chosen_plays
from crm_core.outreach.words import worded

PLANNED_ON = ("customer", "follow-up", "play")
Offers = Callable[[str], pd.DataFrame]  # who may want a product: `id evidence score`


@dataclass(frozen=True)
class Wish:
    """What was asked for; it can be read twice, as the plan is made again when the data moved."""

    as_of: date
    who: str
    plays: tuple[str, ...] | None
    owners: tuple[str, ...] | None
    ids: tuple[int, ...] | None
    offers: Offers | None = None
    only: frozenset[tuple[int, str]] | None = None  # of these people and plays, those left for tomorrow too


@dataclass(frozen=True)
class Plan:
    """A worded list, where it comes from and the revisions it was made on."""

    day: DayList
    origin: Origin
    revisions: Mapping[str, int]


@needs(SEE)
def plan_of(database: Database, wish: Wish) -> Plan:
    """The worded list that was asked for, as the records stand now."""
    with database.read() as connection:
        source = CallSource(connection, wish.as_of, wish.offers, is_held_out)
        chosen, broken = chosen_plays(source, wish.plays, wish.ids is not None, as_of=wish.as_of)
        day = _only(day_list(source, chosen, wish.as_of, owners=wish.owners, ids=wish.ids), wish)
        day = replace(day, faults=broken | dict(day.faults))
        known = source.settings()
        origin = Origin(
            source.database_id(),
            wish.as_of,
            wish.who,
            known.get("company", ""),
            known.get("currency", ""),
        )
        now = read_revisions(connection)
        return Plan(worded(day, source), origin, {name: now.get(name, 0) for name in PLANNED_ON})


def _only(day: DayList, wish: Wish) -> DayList:
    """The list of those people and plays alone that were named, where any were."""
    if wish.only is None:
        return day
    both = pd.concat([day.people, day.moved], ignore_index=True)
    mine = both[_named(both, wish.only)].reset_index(drop=True)
    return replace(day, people=mine, mentioned=day.mentioned[day.mentioned["id"].isin(mine["id"])])


def _named(people: pd.DataFrame, pairs: frozenset[tuple[int, str]]) -> list[bool]:
    listed = zip(people["id"].astype(int), people["play"], strict=True)
    return [pair in pairs for pair in listed]


@needs(EDIT)
def store(database: Database, plan: Plan, wish: Wish) -> tuple[Plan, Batch | None]:
    """Store the follow-ups of the list; gives the list as stored, with their ids."""
    plans = [plan]

    def again() -> ChangeSet:
        plans.append(plan_of(database, wish))
        return changes_of(plans[-1])

    batch = None
    if not _is_stored(plan):
        batch = apply(database, changes_of(plan), who=wish.who, as_of=wish.as_of, replan=again)
    return replace(plans[-1], day=_numbered(database, plans[-1].day)), batch


def _is_stored(plan: Plan) -> bool:
    changes = changes_of(plan)
    return not any(map(len, changes.creates.values())) and (changes.changes is None or changes.changes.empty)


def changes_of(plan: Plan) -> ChangeSet:
    """New follow-ups for those who have none, `issued_on` and caller for those who have one already; and a mark for
    those held out."""
    people = plan.day.people
    is_new = people["follow_up_id"].isna()
    return ChangeSet(
        f"Call list of {long_day(plan.day.as_of, plan.day.as_of)} {plan.day.as_of.year}",
        creates={"follow-up": _together(_new(people[is_new], plan.day), _held(plan.day))},
        changes=_again(people[~is_new], plan.day.as_of),
        revisions=plan.revisions,
        summary={"people": len(people), "left_out": dict(plan.day.left_out)},
    )


def _together(*frames: pd.DataFrame) -> pd.DataFrame:
    rows = pd.concat(
        [frame.astype(object) for frame in frames if len(frame)] or frames[:1], ignore_index=True
    )
    return rows.assign(id=new_ids(len(rows)))


def _held(day: DayList) -> pd.DataFrame:
    """Those held out, so that they can be compared with those who are called."""
    return pd.DataFrame(
        {
            "customer_id": day.held["id"].to_numpy(),
            "play": day.held["play"].astype("str").to_numpy(),
            "due_on": as_iso(day.held["due_on"]).to_numpy(),
            "state": "held out",
            "issued_on": day.as_of.isoformat(),
        }
    )


def _new(people: pd.DataFrame, day: DayList) -> pd.DataFrame:
    channels = {play.name: play.channel for play in day.plays}
    return pd.DataFrame(
        {
            "customer_id": people["id"].to_numpy(),
            "play": people["play"].to_numpy(),
            "due_on": people["due_on"].to_numpy(),
            "owner": _callers(people).to_numpy(),
            "reason": people["why"].to_numpy(),
            "say": people["say"].to_numpy(),
            "state": "open",
            "channel": people["play"].map(channels).to_numpy(),
            "issued_on": day.as_of.isoformat(),
        }
    )


def _callers(people: pd.DataFrame) -> pd.Series:
    """The caller's name; `Everyone` is a sheet and nobody's name."""
    return people["caller"].where(people["caller"] != EVERYONE)


def _again(people: pd.DataFrame, as_of: date) -> pd.DataFrame:
    issued = cells_of(people, "issued_on", people["known_issued_on"], as_of.isoformat())
    owner = cells_of(people, "owner", people["known_owner"], _callers(people))
    cells = pd.concat([issued, owner], ignore_index=True)
    same = (cells["before"] == cells["after"]) | (cells["before"].isna() & cells["after"].isna())
    return cells[~same].reset_index(drop=True)


def cells_of(people: pd.DataFrame, field: str, before: Any, after: Any) -> pd.DataFrame:
    """CHANGE_COLUMNS of one field of the stored follow-ups of these people."""
    found = pd.DataFrame({"id": people["follow_up_id"].astype("int64"), "before": before, "after": after})
    found = found.assign(entity="follow-up", field=field).astype({"before": object, "after": object})
    return found[list(CHANGE_COLUMNS)]


def _numbered(database: Database, day: DayList) -> DayList:
    """The list with the ids of its follow-ups, as they are stored now."""
    with database.read() as connection:
        stored = stored_follow_ups(connection, day.as_of, day.people["id"].tolist())
    key = ["customer_id", "play", "due_on"]
    stored = stored[stored["state"] == "open"].drop_duplicates(key, keep="last").set_index(key)["id"]
    wanted = pd.MultiIndex.from_frame(day.people[["id", "play", "due_on"]])
    found = pd.Series(stored.reindex(wanted).to_numpy(), index=day.people.index)
    known = day.people["follow_up_id"]
    return replace(day, people=day.people.assign(follow_up_id=known.where(known.notna(), found)))
