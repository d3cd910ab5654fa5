"""Stage 5: facts, reason and script, for those alone who are shown or handed out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from crm_core.outreach.earlier import Earlier
from crm_core.outreach.facts import Row, facts_of
from crm_core.outreach.lists import DayList, Source
from crm_core.outreach.moments import NoContact, Promised, as_iso
from crm_core.outreach.plays import Play
from crm_core.outreach.rows import records
from crm_core.outreach.scripts import fill

# Customer fields and measures that reasons, scripts and the call list read.
PEOPLE_COLUMNS = (
    "code", "name", "preferred_name", "salutation", "email", "phone", "phone_2", "company", "city", "owner",
    "birthday", "likes", "language", "since", "may_call", "may_email", "do_not_contact", "orders", "revenue",
    "last_on", "last_contact_on", "gap", "segment", "tier",
)  # fmt: skip


def worded(day: DayList, source: Source, limit: int | None = None) -> DayList:
    """The list (its first `limit` people) with all that is known of each, why today and what to say.

    `people` then has, driver-ready: `id play due_on follow_up_id caller`, PEOPLE_COLUMNS, the source's facts,
    `our_name`; `every` (how often such people are called), `due_time promise` (what was promised), `known_owner
    known_issued_on` (of the follow-up that stands for it already), `why`, `say`.
    """
    chosen = day.people if limit is None else day.people.head(limit)
    mentioned = day.mentioned
    if len(chosen) < len(day.people):
        mentioned = mentioned[mentioned["id"].isin(chosen["id"])]
    known = _known(source, chosen["id"].tolist())
    people = _with_earlier(_facts(chosen, known, day), day.before)
    also = _also(_reasons(records(_facts(mentioned, known, day)), day), mentioned["id"])
    rows = records(people)
    reasons = zip(_reasons(rows, day), people["id"], strict=True)
    why = [_whole(reason, also.get(person)) for reason, person in reasons]
    return replace(day, people=people.assign(why=why, say=_scripts(rows, day)), mentioned=mentioned)


def _known(source: Source, ids: Sequence[int]) -> pd.DataFrame:
    """All that is known of these people, index `id`."""
    people = source.people(ids, PEOPLE_COLUMNS)[["id", *PEOPLE_COLUMNS]].astype({"id": "int64"})
    return people.set_index("id").join(source.facts(ids)).assign(our_name=source.settings().get("company"))


def _facts(rows: pd.DataFrame, known: pd.DataFrame, day: DayList) -> pd.DataFrame:
    """The rows with all that is known of their people, and what their play's moment knows besides the day."""
    words = {name: rows[name].astype("str") for name in ("play", "caller") if name in rows}
    rows = rows.assign(**words, due_on=as_iso(rows["due_on"])).join(known, on="id")
    rows = rows.assign(every=_every(rows, day.plays))
    promised = rows["play"].isin([play.name for play in day.plays if isinstance(play.moment, Promised)])
    promises = _promises(day.before).reindex(rows["id"].where(promised, -1))
    return rows.assign(**{name: promises[name].to_numpy() for name in promises})


def _every(rows: pd.DataFrame, plays: Iterable[Play]) -> pd.Series:
    """How often such people are called, where the play says so."""
    every = pd.Series(np.nan, index=rows.index)
    for play in plays:
        if isinstance(play.moment, NoContact):
            every = every.mask(rows["play"] == play.name, play.moment.every(rows["tier"]))
    return every


def _promises(before: Earlier) -> pd.DataFrame:
    """By customer the hour and the words of what was promised."""
    mine = before.frame.iloc[before.promises].set_index("customer_id")
    return mine[["due_time", "reason"]].rename(columns={"reason": "promise"})


def _with_earlier(people: pd.DataFrame, before: Earlier) -> pd.DataFrame:
    stored = before.frame.set_index("id")[["owner", "issued_on"]].reindex(people["follow_up_id"])
    return people.assign(
        known_owner=stored["owner"].to_numpy(object), known_issued_on=stored["issued_on"].to_numpy(object)
    )


def _reasons(rows: Iterable[Row], day: DayList) -> list[str]:
    """Why today, in words, for each row; the play's label where no fact speaks."""
    plays = _by_name(day)
    return [
        fill(plays[row["play"]].reason, facts_of(row, day.as_of)) or plays[row["play"]].label for row in rows
    ]


def _scripts(rows: Iterable[Row], day: DayList) -> list[str]:
    plays = _by_name(day)
    return [fill(plays[row["play"]].say, facts_of(row, day.as_of)) for row in rows]


def _by_name(day: DayList) -> Mapping[str, Play]:
    return {play.name: play for play in day.plays}


def _also(reasons: Sequence[str], people: Iterable[int]) -> dict[int, str]:
    also: dict[int, str] = {}
    for person, reason in zip(people, reasons, strict=True):
        also[person] = f"{also[person]} · {reason}" if person in also else reason
    return also


def _whole(reason: str, also: str | None) -> str:
    return f"{reason}. Also: {also}" if also else reason
