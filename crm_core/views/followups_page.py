"""Small things beside the lists: the words of one play, who is left out and why, messages, calendar links."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from babel import Locale

from crm_core.errors import NotFound
from crm_core.insight.uplift import is_held_out
from crm_core.ledger.reading import messages as mail
from crm_core.ledger.reading.call_facts import CallSource
from crm_core.ledger.reading.records import Part, count_of, page_of
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.ledger.writing.handed_out import handed_out
from crm_core.model.registry import ENTITIES
from crm_core.model.rights import ASSIGN, EXPORT, SEE, needs
from crm_core.model.words import MESSAGE_STATES
from crm_core.outreach.asked import ask
from crm_core.outreach.candidates import candidates
from crm_core.outreach.due import hold_out, strongest
from crm_core.outreach.earlier import come_back, earlier, go_on, known_of
from crm_core.outreach.exclusions import FULL, Seen, left_out
from crm_core.outreach.facts import FACTS, facts_of
from crm_core.outreach.languages import TEAM
from crm_core.outreach.lists import DayList, day_list
from crm_core.outreach.moments import EveryDay
from crm_core.outreach.phrases import as_text
from crm_core.outreach.plays import Play, chosen_plays, play_of
from crm_core.outreach.rows import records
from crm_core.outreach.scripts import Blank, fill, parse
from crm_core.outreach.words import worded
from crm_core.views.cache import Stock, remembered
from crm_core.views.exports import Export
from crm_core.views.followups import READ, Names
from crm_core.views.wanting import Wanting
from crm_core.workbook.write import write_xlsx

SAMPLES = 20
SHOWN = 500
SAMPLE_COLUMNS = ("id", "name", "caller", "why", "say", "subject", "speech")
MESSAGE_COLUMNS = ("play", "due_on", "channel", "address", "subject", "body", "state", "date", "note")

# The words of one play ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Words:
    """A play by itself on the day, whether it is in use or not. `due`: people it would bring if it were alone;
    `is_due` False: nobody is, and the words are shown for somebody else. `people`: SAMPLE_COLUMNS of the first of them,
    and `missing`: by fact that the words name and nobody can tell what is said instead (None: its part is left out).
    `bare_why`, `bare_say`: what is said where nothing is known of a person. `languages`: by code the names of those
    that the play has words in beside its own."""

    due: int
    is_due: bool
    people: pd.DataFrame
    left_out: Mapping[str, int]
    bare_why: str
    bare_say: str
    languages: Mapping[str, str]


@needs(SEE)
def words_of(database: Database, as_of: date, play: str, language: str | None = None) -> Words:
    """The words of a play for real people, each in their own language, or all in the one of that code (`TEAM`: the
    play's own words); NotFound for an unknown play, InvalidInput for one that is broken."""
    return _words(database, Wanting(database, as_of), play, language, as_of=as_of)


@remembered(*READ)
def _words(stock: Stock, offers: Wanting, name: str, language: str | None) -> Words:
    source = CallSource(stock.connection, stock.as_of, offers, is_held_out)
    play = _play(source, name)
    day = day_list(source, [play], stock.as_of)
    told = day if len(day.people) else _for_anybody(source, play)
    people = _spoken(worded(told, source, SAMPLES).people, play, language, stock.as_of)
    say = play.wording(language).say
    bare = [fill(words, lambda _: None) for words in (play.reason, say)]
    return Words(
        len(day.people), len(day.people) > 0, people, day.left_out, bare[0] or play.label, bare[1],
        {code: language_name(code) for code in play.wordings if code != TEAM},
    )  # fmt: skip


def _spoken(people: pd.DataFrame, play: Play, language: str | None, as_of: date) -> pd.DataFrame:
    """What is said to them, where one was chosen in that language; and which facts are missing for it."""
    people = people.reindex(columns=list(people.columns.union(SAMPLE_COLUMNS, sort=False)))
    spoken = people if language is None else people.assign(speech=language)
    said = [_said(row, play, as_of) for row in records(spoken)]
    say, subject, missing = zip(*said, strict=True) if said else ((), (), ())
    shown = spoken[list(SAMPLE_COLUMNS)].assign(say=list(say), subject=list(subject))
    return shown.assign(missing=pd.Series(missing, shown.index, dtype=object))


def _said(row: dict[str, Any], play: Play, as_of: date) -> tuple[str, str, dict[str, str | None]]:
    words, facts = play.wording(row["speech"]), facts_of(row, as_of)
    named = {blank.fact: blank.fallback for blank in blanks(words.say)}
    missing = {name: instead for name, instead in named.items() if as_text(facts(name)) is None}
    return fill(words.say, facts), fill(words.subject, facts) or play.label, missing


def _play(source: CallSource, name: str) -> Play:
    rows, wordings = source.plays()
    found = next((row for row in rows if as_text(row.get("name")) == name), None)
    if found is None:
        raise NotFound(f"There is no play called “{name}” any more. Choose another.")
    return replace(play_of(found, wordings), active=True, starts=None)


def _for_anybody(source: CallSource, play: Play) -> DayList:
    """Nobody is due: the same words for the people who brought most."""
    roster = source.roster()
    ids = roster["id"][np.argsort(roster["place"], kind="stable")][:SAMPLES]
    always = replace(play, moment=EveryDay(), segment=None, exempt=True, held_out=0.0, ends=None)
    return day_list(source, [always], source.as_of, ids=ids.tolist())


def blanks(template: str) -> list[Blank]:
    """The places for facts in words, in order."""
    return [part for piece in parse(template) for part in piece.parts if isinstance(part, Blank)]


def language_name(code: str) -> str:
    """German for `de`."""
    return Locale.parse(TEAM).languages.get(code, code)


def facts() -> dict[str, str]:
    """What the words of a play may name, and what each says."""
    return {name: told for name, (told, _) in FACTS.items()}


# Who is left out ----------------------------------------------------------------------------------------------


@needs(SEE)
def left_out_people(
    database: Database, as_of: date, plays: Names = None, ids: tuple[int, ...] | None = None
) -> dict[str, tuple[int, ...]]:
    """By reason the people who are on no list of the day, each once, as `followups.preview` counts them."""
    return _left_out(database, Wanting(database, as_of), plays, ids, as_of=as_of)


@remembered(*READ)
def _left_out(
    stock: Stock, offers: Wanting, names: Names, ids: tuple[int, ...] | None
) -> dict[str, tuple[int, ...]]:
    source = CallSource(stock.connection, stock.as_of, offers, is_held_out)
    plays, _ = chosen_plays(source, names, ids is not None, as_of=stock.as_of)
    found = _excluded(source, plays, None if ids is None else list(ids))
    moved = day_list(source, plays, stock.as_of, ids=ids).moved
    return found | ({FULL: tuple(int(one) for one in moved["id"])} if len(moved) else {})


def _excluded(
    source: CallSource, plays: tuple[Play, ...], wanted: list[int] | None
) -> dict[str, tuple[int, ...]]:
    """The stages of `due.due` up to the reasons, with the people kept beside them."""
    roster, as_of = source.roster(wanted), source.as_of
    asked = ask(source, plays, roster, wanted, as_of)
    before = earlier(source.follow_ups(), roster, asked.plays, as_of)
    people = {**roster, **before.noted_days(len(roster["id"]))}
    found = come_back(candidates(asked.plays, people, asked.meeting, as_of, asked.more), before)
    rows = go_on(found, before, roster, as_of)
    seen = Seen(rows, roster, before, known_of(rows, before), as_of)
    out, _ = hold_out(seen, left_out(seen), source.held_out if wanted is None else None)
    listed = np.isin(rows.who, rows.who[out.stays])
    first, _ = strongest(seen, ~out.stays & ~listed)
    ids, why = roster["id"][rows.who[first]], out.why[first]
    return {out.words[one]: tuple(sorted(ids[why == one].tolist())) for one in np.unique(why)}


# Messages -----------------------------------------------------------------------------------------------------


@needs(SEE, whole=True)
def message_counts(database: Database, as_of: date) -> dict[tuple[str, str], int]:
    """By state and channel how many messages there are; only what there is."""
    return _message_counts(database, as_of=as_of)


@remembered("message")
def _message_counts(stock: Stock) -> dict[tuple[str, str], int]:
    message = ENTITIES["message"]
    found = {
        (state, channel): count_of(
            stock.connection, Part(message, (), filters=(("state", (state,)), ("channel", (channel,))))
        )
        for state in MESSAGE_STATES
        for channel in message.field("channel").choices
    }
    return {key: count for key, count in found.items() if count}


@needs(SEE, whole=True)
def messages(database: Database, as_of: date, states: tuple[str, ...], limit: int = SHOWN) -> pd.DataFrame:
    """The messages in these states, latest first, at most so many: id, customer (the name), customer_id and
    MESSAGE_COLUMNS, driver-ready."""
    return _messages(database, states, limit, as_of=as_of)


@remembered("message", "customer")
def _messages(stock: Stock, states: tuple[str, ...], limit: int) -> pd.DataFrame:
    part = Part(
        ENTITIES["message"], MESSAGE_COLUMNS, filters=(("state", states),), sort="due_on", descending=True, size=limit
    )  # fmt: skip
    return page_of(stock.connection, part)


@needs(SEE, whole=True)
def mail_today(database: Database, as_of: date) -> tuple[int, int, int]:
    """E-mails given to the server today, those that are due and wait, those that may have gone out."""
    return _mail_today(database, as_of=as_of)


@remembered("message")
def _mail_today(stock: Stock) -> tuple[int, int, int]:
    day = stock.as_of.isoformat()
    gone = mail.gone_on(stock.connection, day, ("sending", "sent", "refused", "bounced"))
    return (gone, *mail.open_counts(stock.connection, day))


# Calendar links -----------------------------------------------------------------------------------------------


@needs(SEE)
def calendar_links(database: Database, as_of: date) -> dict[str, str | None]:
    """By colleague the day (ISO) on which the calendar link that works was made; one's own alone for somebody who
    does not look after others."""
    found, person = _links(database, as_of=as_of), database.person
    return found if person.may(ASSIGN) else {name: day for name, day in found.items() if name == person.name}


@remembered("feed")
def _links(stock: Stock) -> dict[str, Any]:
    held = existing.rows_by_keys(stock.connection, "feed", {"active": ["yes"]})
    return {row["colleague"]: row["made_on"] for row in held.to_dict("records")}


# Events -------------------------------------------------------------------------------------------------------


@needs(SEE, whole=True)
def guest_list(database: Database, as_of: date, play: str) -> pd.DataFrame:
    """Who was invited by a play (put on a list or written to) or is noted to have come: `customer_id code name came
    guests`, by name; those held out are not."""
    return _guests(database, play, as_of=as_of)


@remembered("follow-up", "message", "attendance", "customer")
def _guests(stock: Stock, play: str) -> pd.DataFrame:
    found = {name: existing.rows_by_keys(stock.connection, name, {"play": [play]}) for name in INVITED}
    found["follow-up"] = found["follow-up"][found["follow-up"]["state"] != "held out"]
    found["message"] = found["message"][found["message"]["state"] != "stopped"]
    ids = sorted({int(one) for rows in found.values() for one in rows["customer_id"].dropna()})
    people = existing.rows_by_keys(stock.connection, "customer", {"id": ids})[["id", "code", "name"]]
    told = found["attendance"].drop_duplicates("customer_id", keep="last").set_index("customer_id")
    rows = people.rename(columns={"id": "customer_id"}).join(told[["came", "guests"]], on="customer_id")
    return rows.sort_values(["name", "customer_id"], ignore_index=True)


INVITED = ("follow-up", "message", "attendance")


@needs(EXPORT, whole=True)
def attendance_file(database: Database, as_of: date, play: str, on: date) -> bytes:
    """The sheet for the door, one row an invited person; filled in and uploaded it becomes attendances of that day."""
    rows = guest_list(database, as_of, play)
    texts = [
        [None if pd.isna(one) else one for one in rows[name]] for name in ("name", "code", "came", "guests")
    ]
    count = len(rows)
    handed_out(database, "guests", count)
    columns = (
        ("Name", "text", texts[0]), ("Code", "text", texts[1]), ("Event", "text", [play] * count),
        ("Date", "date", [on] * count), ("Came", "text", texts[2]), ("Guests", "integer", texts[3]),
    )  # fmt: skip
    return write_xlsx([Export("Attendance", columns).sheet()])
