"""Issue a day's call list: the follow-ups become records, the workbook goes to the callers."""

import builtins
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from crm_core.ledger.reading.call_facts import CallSource, stored_follow_ups
from crm_core.ledger.store.database import Database, read_revisions
from crm_core.ledger.writing.journal import apply
from crm_core.model.changes import CHANGE_COLUMNS, Batch, ChangeSet
from crm_core.outreach.call_list import Origin, call_list
from crm_core.outreach.facts import EVERYONE
from crm_core.outreach.lists import DayList, day_list
from crm_core.outreach.phrases import long_day
from crm_core.outreach.plays import plays_named
from crm_core.outreach.words import worded

PLANNED_ON = ("customer", "follow-up")


@dataclass(frozen=True)
class Wish:
    """What was asked for; it can be read twice, as the plan is made again when the data moved."""

    as_of: date
    who: str
    plays: tuple[str, ...] | None
    owners: tuple[str, ...] | None
    ids: tuple[int, ...] | None


@dataclass(frozen=True)
class CallList:
    """A list as handed out. `batch`: what storing its follow-ups was, None where nothing had to be stored."""

    bytes: builtins.bytes
    file_name: str
    people: int
    by_owner: Mapping[str, int]
    by_play: Mapping[str, int]
    left_out: Mapping[str, int]
    batch: Batch | None

    def counts(self) -> dict[str, Any]:
        """The numbers as the command prints them: people, by_owner, by_play, left_out."""
        return {
            "people": self.people,
            "by_owner": dict(self.by_owner),
            "by_play": dict(self.by_play),
            "left_out": dict(self.left_out),
        }


@dataclass(frozen=True)
class Plan:
    """A worded list, where it comes from and the revisions it was made on."""

    day: DayList
    origin: Origin
    revisions: Mapping[str, int]


def issue_call_list(
    database: Database,
    *,
    as_of: date,
    who: str,
    plays: Iterable[str] | None = None,
    owners: Iterable[str] | None = None,
    ids: Iterable[int] | None = None,
    preview: bool = False,
) -> CallList:
    """The call list of a day as a workbook; its follow-ups are stored (not with `preview`) as one change.

    `plays`: names or labels, all for None. `owners`: only these callers' sheets. `ids`: among these people
    only. Asked again on the same day, the same play, customer and due date is the same follow-up.
    InvalidInput for an unknown play or caller.
    """
    wish = Wish(as_of, who, _kept(plays), _kept(owners), _kept(ids))
    plan = _plan(database, wish)
    batch = None
    if not preview:
        plan, batch = _store(database, plan, wish)
    day = plan.day
    content = call_list(day, plan.origin)
    counts = (len(day.people), day.by_owner, day.by_play, day.left_out)
    return CallList(content, file_name(as_of, wish.owners), *counts, batch)


def _kept(values: Iterable[Any] | None) -> tuple[Any, ...] | None:
    return None if values is None else tuple(values)


def _plan(database: Database, wish: Wish) -> Plan:
    chosen = plays_named(wish.plays, by_hand=wish.ids is not None)
    with database.read() as connection:
        source = CallSource(connection, wish.as_of)
        day = day_list(source, chosen, wish.as_of, owners=wish.owners, ids=wish.ids)
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


def _store(database: Database, plan: Plan, wish: Wish) -> tuple[Plan, Batch | None]:
    """Store the follow-ups of the list; gives the list as stored, with their ids."""
    plans = [plan]

    def again() -> ChangeSet:
        plans.append(_plan(database, wish))
        return changes_of(plans[-1])

    batch = None
    if not _is_stored(plan):
        batch = apply(database, changes_of(plan), who=wish.who, as_of=wish.as_of, replan=again)
    return replace(plans[-1], day=_numbered(database, plans[-1].day)), batch


def _is_stored(plan: Plan) -> bool:
    changes = changes_of(plan)
    return not any(map(len, changes.creates.values())) and (changes.changes is None or changes.changes.empty)


def changes_of(plan: Plan) -> ChangeSet:
    """New follow-ups for those who have none, `issued_on` and caller for those who have one already."""
    people = plan.day.people
    is_new = people["follow_up_id"].isna()
    return ChangeSet(
        f"Call list of {long_day(plan.day.as_of, plan.day.as_of)} {plan.day.as_of.year}",
        creates={"follow-up": _new(people[is_new], plan.day.as_of)},
        changes=_again(people[~is_new], plan.day.as_of),
        revisions=plan.revisions,
        summary={"people": len(people), "left_out": dict(plan.day.left_out)},
    )


def _new(people: pd.DataFrame, as_of: date) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": range(-1, -1 - len(people), -1),
            "customer_id": people["id"].to_numpy(),
            "play": people["play"].to_numpy(),
            "due_on": people["due_on"].to_numpy(),
            "owner": _callers(people).to_numpy(),
            "reason": people["why"].to_numpy(),
            "say": people["say"].to_numpy(),
            "state": "open",
            "issued_on": as_of.isoformat(),
        }
    )


def _callers(people: pd.DataFrame) -> pd.Series:
    """The caller's name; `Everyone` is a sheet and nobody's name."""
    return people["caller"].where(people["caller"] != EVERYONE)


def _again(people: pd.DataFrame, as_of: date) -> pd.DataFrame:
    issued = _cells(people, "issued_on", people["known_issued_on"], as_of.isoformat())
    owner = _cells(people, "owner", people["known_owner"], _callers(people))
    cells = pd.concat([issued, owner], ignore_index=True)
    same = (cells["before"] == cells["after"]) | (cells["before"].isna() & cells["after"].isna())
    return cells[~same].reset_index(drop=True)


def _cells(people: pd.DataFrame, field: str, before: pd.Series, after: Any) -> pd.DataFrame:
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


def file_name(as_of: date, owners: Iterable[str] | None = None) -> str:
    """`call-list-2026-01-05.xlsx`; with the name of a single caller."""
    names = list(owners or ())
    mine = re.sub(r"\W+", "-", names[0].casefold()).strip("-") if len(names) == 1 else ""
    return "-".join(filter(None, ("call-list", as_of.isoformat(), mine))) + ".xlsx"
