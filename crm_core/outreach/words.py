"""Stage 5: facts, reason and script, for those alone who are shown or handed out.

The reason is said in the team's language; what to say, in the customer's where the play has words in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from crm_core.outreach.earlier import Earlier
from crm_core.outreach.facts import Row, facts_of
from crm_core.outreach.languages import TEAM, language_code
from crm_core.outreach.lists import DayList, Source
from crm_core.outreach.moments import NOTED, NoContact, Promised, as_iso
from crm_core.outreach.moments_asked import EventNearby, Holiday
from crm_core.outreach.phrases import as_text, ended, long_day
from crm_core.outreach.plays import Play
from crm_core.outreach.rows import records
from crm_core.outreach.scripts import fill

# Customer fields and measures that reasons, scripts and the call list read.
PEOPLE_COLUMNS = (
    "code", "name", "preferred_name", "salutation", "email", "phone", "phone_2", "company", "city", "country",
    "owner", "birthday", "likes", "language", "since", "may_call", "may_email", "do_not_contact", "orders", "revenue",
    "first_on", "last_on", "last_contact_on", "gap", "segment", "tier", "p_alive",
)  # fmt: skip


def worded(day: DayList, source: Source, limit: int | None = None) -> DayList:
    """The list (its first `limit` people) with all that is known of each, why today and what to say.

    `people` then has, driver-ready: `id play due_on follow_up_id caller instead`, PEOPLE_COLUMNS, the source's facts,
    `our_name our_country`; what the play knows (`every product place event event_on evidence km is_holiday`),
    `due_time promise` (what was promised), `known_owner known_issued_on known_later_on` (of the follow-up that stands
    for it already), `speech` (in which language to speak), `why`, `say`, `subject`.
    """
    chosen = day.people if limit is None else day.people.head(limit)
    mentioned = day.mentioned
    if len(chosen) < len(day.people):
        mentioned = mentioned[mentioned["id"].isin(chosen["id"])]
    known = _known(source, chosen["id"].tolist())
    people = _with_earlier(_facts(chosen, known, day, source), day.before)
    others = zip(mentioned["id"], _reasons(records(_facts(mentioned, known, day, source)), day), strict=True)
    why = _whys(records(people), day, list(others))
    said = records(people.assign(speech=_speech(people, day)))
    words = {"why": why, "speech": [row["speech"] for row in said], **_scripts(said, day)}
    return replace(day, people=people.assign(**words), mentioned=mentioned)


def _known(source: Source, ids: Sequence[int]) -> pd.DataFrame:
    """All that is known of these people, index `id`."""
    people = source.people(ids, PEOPLE_COLUMNS)[["id", *PEOPLE_COLUMNS]].astype({"id": "int64"})
    ours = source.settings()
    known = people.set_index("id").join(source.facts(ids))
    return known.assign(our_name=ours.get("company"), our_country=ours.get("country"))


def _facts(rows: pd.DataFrame, known: pd.DataFrame, day: DayList, source: Source) -> pd.DataFrame:
    """The rows with all that is known of their people, and what their play knows besides the day."""
    words = {name: rows[name].astype("str") for name in ("play", "caller", "instead") if name in rows}
    rows = rows.assign(**words, due_on=as_iso(rows["due_on"])).join(known, on="id")
    rows = rows.assign(
        every=_every(rows, day.plays), **_of_plays(rows, day), km=_distances(rows, day, source)
    )
    noted = rows["play"].map(
        {one.name: one.moment.play for one in day.plays if isinstance(one.moment, Promised)}
    )
    promises = _promises(day.before).reindex(pd.MultiIndex.from_arrays([rows["id"], noted]))
    return rows.assign(**{name: promises[name].to_numpy() for name in promises})


def _every(rows: pd.DataFrame, plays: Iterable[Play]) -> pd.Series:
    """How often such people are called, where the play says so."""
    every = pd.Series(np.nan, index=rows.index)
    for play in plays:
        if isinstance(play.moment, NoContact):
            every = every.mask(rows["play"] == play.name, play.moment.every(rows["tier"]))
    return every


def _of_plays(rows: pd.DataFrame, day: DayList) -> dict[str, Any]:
    """What the plays themselves tell: product, place, event, and why this person may want the product."""
    told = {play.name: _told_by(play) for play in day.plays}
    found = {
        name: rows["play"].map({play: facts[name] for play, facts in told.items()}).astype(object)
        for name in ("product", "place", "event", "event_on", "is_holiday")
    }
    pairs = zip(rows["play"], rows["id"], strict=True)
    why = [day.evidence.get((play, int(person))) for play, person in pairs] if day.evidence else None
    return found | {"evidence": why}


def _told_by(play: Play) -> dict[str, Any]:
    day, is_event = play.ends or play.starts, isinstance(play.moment, EventNearby)
    return {
        "product": play.product, "place": play.place, "event": play.label if is_event else None,
        "event_on": day.isoformat() if day else None, "is_holiday": isinstance(play.moment, Holiday),
    }  # fmt: skip


def _distances(rows: pd.DataFrame, day: DayList, source: Source) -> pd.Series:
    """How far from the play's place they live (km), for the plays that are about a place."""
    km = pd.Series(np.nan, index=rows.index)
    for play in day.plays:
        mine = rows["play"] == play.name
        if play.place and isinstance(play.moment, EventNearby) and mine.any():
            found = source.distances(play.place, rows.loc[mine, "id"].tolist())
            km = km.mask(mine, rows["id"].map(found).astype("float64"))
    return km


def _promises(before: Earlier) -> pd.DataFrame:
    """By customer and play the hour and the words of what was promised, or of what a rule asks for."""
    mine = [before.frame.iloc[before.waiting(play)].assign(play=play) for play in NOTED]
    both = pd.concat(mine).set_index(["customer_id", "play"])
    return both[["due_time", "reason"]].rename(columns={"reason": "promise"})


def _with_earlier(people: pd.DataFrame, before: Earlier) -> pd.DataFrame:
    stored = before.frame.set_index("id")[["owner", "issued_on", "later_on"]].reindex(people["follow_up_id"])
    return people.assign(**{f"known_{name}": stored[name].to_numpy(object) for name in stored})


def _speech(people: pd.DataFrame, day: DayList) -> list[str]:
    """The code of the language to speak in: the customer's, where the play has words in it."""
    codes = {said: language_code(as_text(said)) for said in people["language"].dropna().unique()}
    offered = {play.name: play.wordings for play in day.plays}
    rows = zip(people["play"], people["language"], strict=True)
    return [code if (code := codes.get(said) or TEAM) in offered[play] else TEAM for play, said in rows]


def _whys(rows: Sequence[Row], day: DayList, others: Iterable[tuple[int, str]]) -> list[str]:
    reasons = _reasons(rows, day)
    also = _also(dict(zip((row["id"] for row in rows), reasons, strict=True)), others)
    return [_whole(reason, row, also.get(row["id"]), day) for reason, row in zip(reasons, rows, strict=True)]


def _reasons(rows: Iterable[Row], day: DayList) -> list[str]:
    """Why today, in words, for each row; the play's label where no fact speaks."""
    plays = _by_name(day)
    return [
        fill(plays[row["play"]].reason, facts_of(row, day.as_of)) or plays[row["play"]].label for row in rows
    ]


def _scripts(rows: Iterable[Row], day: DayList) -> dict[str, list[str]]:
    """What to `say` and the `subject` of an e-mail, in the language to speak in."""
    plays, say, subject = _by_name(day), [], []
    for row in rows:
        words, facts = plays[row["play"]].wording(row["speech"]), facts_of(row, day.as_of)
        say.append(fill(words.say, facts))
        subject.append(fill(words.subject, facts) or plays[row["play"]].label)
    return {"say": say, "subject": subject}


def _by_name(day: DayList) -> Mapping[str, Play]:
    return {play.name: play for play in day.plays}


def _also(said: Mapping[int, str], others: Iterable[tuple[int, str]]) -> dict[int, str]:
    """By person the weaker reasons, each once, without what is `said` already."""
    also: dict[int, dict[str, None]] = {}
    for person, reason in others:
        if reason != said.get(person):
            also.setdefault(person, {})[reason] = None
    return {person: " · ".join(reasons) for person, reasons in also.items()}


def _whole(reason: str, row: Row, also: str | None, day: DayList) -> str:
    """The reason, instead of whom the caller calls, and the weaker reasons."""
    instead = as_text(row.get("instead"))
    said = f"{ended(reason)} Instead of {instead}, who is away{_until(instead, day)}" if instead else reason
    return f"{ended(said)} Also: {also}" if also else said


def _until(name: str, day: DayList) -> str:
    last = day.team.away.get(day.team.names.index(name)) if name in day.team.names else None
    return f" until {long_day(last, day.as_of)}" if last else ""
