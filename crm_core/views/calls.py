"""A caller's day: who stands on the list, in which order, what to know of each, and what was done by now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from crm_core.ledger.reading import calls
from crm_core.ledger.reading.call_facts import call_facts, people_of
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.model.rights import SEE, needs
from crm_core.views.cache import Answers, Stock, remembered
from crm_core.views.calls_news import News, my_people
from crm_core.views.calls_team import TeamRow, team
from crm_core.views.portrait import portrait
from crm_core.views.proof import bought_since
from crm_core.views.words import ago, money

__all__ = ["Calls", "News", "TeamRow", "bought_since", "callers", "in_turn", "my_calls", "my_people", "team"]

SHOWN = 200  # people with all that is known of them; the others come up as the first ones are done
AHEAD = 10  # minutes before the hour agreed from which on somebody may be called
LEADING = ("manager", "lead", "head", "owner", "boss", "director")  # in a role
READ = ("customer", "order", "purchase", "interaction", "follow-up", "play", "setting", "profile")
PEOPLE = (
    "name", "preferred_name", "salutation", "phone", "phone_2", "email", "may_call", "may_email", "likes", "company",
    "orders", "days", "bought", "first_on", "last_on", "silence", "inquiries", "last_contact_on", "do_not_contact",
)  # fmt: skip
NO_FAVOURITES = pd.DataFrame(columns=["product", "times"])
OFTEN = 2  # times bought that make a favourite
SHOWN_COLUMNS = (
    "follow_up_id", "version", "customer_id", "name", "called", "company", "phone", "phone_2", "email", "label", "also",
    "why", "say", "portrait", "last_bought", "likes", "last_contact", "due_on", "hour", "channel", "issued_on",
)  # fmt: skip


@dataclass(frozen=True)
class Calls:
    """A caller's calls of a day.

    `people`: who is still to be called, in the list's order, the first SHOWN of them, columns SHOWN_COLUMNS: texts,
    empty where nothing is known; `due_on`, `issued_on` ISO days, `hour` HH:MM where one was agreed for this day;
    `also`: other reasons. `waiting`: how many in all. `done`: who was called today, latest first: follow_up_id,
    customer_id, name, label, outcome, owner, at (UTC), who, batch (missing where it cannot be taken back alone).
    `put_off`: how many until a later day. `issued`: whether a list of this very day was handed out.
    """

    people: pd.DataFrame
    waiting: int
    done: pd.DataFrame
    put_off: int
    issued: bool

    @property
    def total(self) -> int:
        """All of the day, done or not."""
        return self.waiting + len(self.done)

    def tally(self) -> dict[str, int]:
        """What came of the calls: people by outcome, in the order of the first of each."""
        counts = self.done["outcome"].dropna().value_counts()
        return {str(word): int(count) for word, count in counts.items()}


@dataclass(frozen=True)
class Callers:
    """Who may call: names in order, and their roles where they have one."""

    names: tuple[str, ...]
    roles: Mapping[str, str]

    def leads(self, name: str | None) -> bool:
        """Whether somebody looks after the work of the others, by what their role says."""
        return any(word in self.roles.get(name or "", "").casefold() for word in LEADING)


@needs(SEE)
def callers(database: Database, as_of: date) -> Callers:
    """The colleagues who work here; where none is stored, the owners that customers name."""
    return _callers(database, as_of=as_of)


@remembered("colleague", "customer")
def _callers(stock: Stock) -> Callers:
    rows = calls.colleagues(stock.connection)
    return Callers(tuple(rows["name"]), dict(zip(rows["name"], rows["role"].fillna(""), strict=True)))


@needs(SEE)
def my_calls(database: Database, as_of: date, caller: str | None) -> Calls:
    """The calls of a colleague (those that name nobody included), or of everybody for None. Stores nothing."""
    return _my_calls(database, caller, as_of=as_of)


@remembered(*READ)
def _my_calls(stock: Stock, caller: str | None) -> Calls:
    rows = calls.on_list(stock.connection, stock.as_of, caller)
    later = (rows["later_on"] > stock.as_of.isoformat()).fillna(False).astype(bool)
    standing = _once(rows[~later])
    put_off = set(rows.loc[later, "customer_id"]) - set(standing["customer_id"])
    done = _done(calls.done_on(stock.connection, stock.as_of, caller))
    listed = [*rows["issued_on"], *calls.issued(stock.connection, stock.as_of, caller)]
    people = _known(stock, standing.head(SHOWN))
    return Calls(people, len(standing), done, len(put_off), stock.as_of.isoformat() in listed)


def _once(rows: pd.DataFrame) -> pd.DataFrame:
    """Each person once, for the first reason, with the others beside it in `also`."""
    labels = rows["label"].fillna(rows["play"]).fillna("Promised to get back")
    rows = rows.assign(label=labels)
    first = rows.drop_duplicates("customer_id")
    others = (
        rows[~rows.index.isin(first.index)]
        .groupby("customer_id")["label"]
        .agg(lambda all: ", ".join(all.unique()))
    )
    return first.assign(also=first["customer_id"].map(others).astype("str").fillna(""))


def _done(rows: pd.DataFrame) -> pd.DataFrame:
    once = rows.drop_duplicates(["customer_id", "batch"])
    return once.assign(batch=once["batch"].where(once["alone"] == 1)).rename(columns={"id": "follow_up_id"})[
        ["follow_up_id", "customer_id", "name", "label", "outcome", "owner", "at", "who", "batch"]
    ].reset_index(drop=True)  # fmt: skip


# What is known of each --------------------------------------------------------------------------------------

Known = dict[str, str]  # what is said of a person: the columns of SHOWN_COLUMNS that `_said_of` makes


def _known(stock: Stock, rows: pd.DataFrame) -> pd.DataFrame:
    """SHOWN_COLUMNS of the rows. What is said of a person is kept until something about them changes, so that a call
    by a colleague costs the others nothing."""
    ids = rows["customer_id"].astype("int64").tolist()
    about = tuple(stock.revisions.get(entity, 0) for entity in ("setting", "product", "alias", "standing"))
    marks = {id: (*mark, stock.as_of, *about) for id, mark in calls.marks(stock.connection, ids).items()}
    found = {id: _people.get(marks[id]) for id in ids}
    missing = [id for id, known in found.items() if known is None]
    for id, known in zip(missing, _looked_up(stock, missing), strict=True):
        found[id] = known
        _people.put(marks[id], known)
    listed = [_row(row, found[id], stock.as_of) for id, row in zip(ids, rows.to_dict("records"), strict=True)]
    return pd.DataFrame(listed, columns=list(SHOWN_COLUMNS))


_people = Answers(5_000, 20_000_000)


def _looked_up(stock: Stock, ids: list[int]) -> list[Known]:
    """By person in that order what is said of them: their card, what was bought and said last, what they buy most."""
    if not ids:
        return []
    people = people_of(stock.connection, ids, PEOPLE, stock.as_of).astype({"id": "int64"}).set_index("id")
    facts = call_facts(stock.connection, ids, stock.as_of)
    most = calls.bought_most(stock.connection, ids, stock.as_of).astype({"id": "int64"}).set_index("id")
    currency = existing.currency(stock.connection)
    parts = zip(_by_person(people, ids), _by_person(facts, ids), _by_person(most, ids), strict=True)
    return [_said_of(*known, stock.as_of, currency) for known in parts]


def _by_person(frame: pd.DataFrame, ids: list[int]) -> list[dict[str, Any]]:
    """One record a person in that order, None where missing."""
    whole = frame.reindex(ids).astype(object)
    return whole.where(whole.notna(), None).to_dict("records")


def _said_of(
    card: dict[str, Any], facts: dict[str, Any], most: dict[str, Any], as_of: date, currency: str
) -> Known:
    return {
        **_reach(card), "portrait": _portrait(card, most, as_of, currency),
        "last_bought": _last_bought(facts, as_of, currency), "likes": _likes(card, most),
        "last_contact": _last_contact(facts, as_of),
    }  # fmt: skip


def _row(row: Mapping[str, Any], known: Known, as_of: date) -> dict[str, Any]:
    return {
        "follow_up_id": int(row["id"]), "version": int(row["version"]), "customer_id": int(row["customer_id"]),
        "label": row["label"], "also": row["also"], "why": _text(row["reason"]), "say": _text(row["say"]),
        "due_on": _text(row["due_on"]), "hour": _hour(row, as_of), "issued_on": _text(row["issued_on"]),
        "channel": _text(row["channel"]) or "phone", **known,
    }  # fmt: skip


def _text(value: Any) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value)


def _hour(row: Mapping[str, Any], as_of: date) -> str:
    """The hour agreed for this day; one of an earlier day has passed."""
    meant = _text(row["later_on"]) or _text(row["due_on"])
    return _text(row["due_time"])[:5] if meant == as_of.isoformat() else ""


def _reach(card: Mapping[str, Any]) -> dict[str, str]:
    """Who they are and how they may be reached."""
    name, preferred = _text(card["name"]), _text(card["preferred_name"])
    called = [word for word in (_text(card["salutation"]), preferred) if word and word != name]
    barred = ["phone", "phone_2"] * (card["may_call"] == "no") + ["email"] * (card["may_email"] == "no")
    ways = {way: "" if way in barred else _text(card[way]) for way in ("phone", "phone_2", "email")}
    return {
        "name": name,
        "called": " · ".join(dict.fromkeys(called)),
        "company": _text(card["company"]),
        **ways,
    }


def _portrait(card: dict[str, Any], most: Mapping[str, Any], as_of: date, currency: str) -> str:
    counts = {name: card[name] or 0 for name in ("orders", "days", "bought", "inquiries")}
    words = portrait({**card, **counts}, NO_FAVOURITES, as_of, currency)
    # Said here as the portrait says it: a frame of favourites a person took half of the time of the whole list.
    often = "" if card["likes"] or (most["times"] or 0) < OFTEN else f" Mostly buys {most['product']}."
    return words + often


def _last_bought(facts: Mapping[str, Any], as_of: date, currency: str) -> str:
    """`tea; cake and 2 more, €12.50, 41 days ago`; empty for who never bought."""
    if not facts["last_bought_on"]:
        return ""
    more = int(facts["products_more"] or 0)
    what = (_text(facts["last_products"]) + (f" and {more} more" if more else "")).strip()
    amount = "" if facts["last_amount"] is None else money(facts["last_amount"], currency)
    return ", ".join(filter(None, (what, amount, ago(str(facts["last_bought_on"]), as_of))))


def _likes(card: Mapping[str, Any], most: Mapping[str, Any]) -> str:
    """What was noted, and what they bought more than once."""
    noted, often = _text(card["likes"]), _text(most["product"]) if (most["times"] or 0) >= OFTEN else ""
    return noted if often.casefold() in noted.casefold() else "; often ".join(filter(None, (noted, often)))


def _last_contact(facts: Mapping[str, Any], as_of: date) -> str:
    """`41 days ago, call, reached, by Maria: likes to be called after five`."""
    if not facts["spoke_on"]:
        return ""
    by = f"by {facts['spoke_by']}" if facts["spoke_by"] else ""
    said = (ago(str(facts["spoke_on"]), as_of), _text(facts["spoke_type"]), _text(facts["spoke_outcome"]), by)
    note = _text(facts["spoke_note"])
    return ", ".join(filter(None, said)) + (f": {note}" if note else "")


# Whose turn it is -------------------------------------------------------------------------------------------


def in_turn(people: pd.DataFrame, at: str) -> pd.DataFrame:
    """The people as they are to be called at that time of day (HH:MM): whose hour has come, then who has none, and
    last whose hour is yet to come. Within each the order stays."""
    soon = _later(at, AHEAD)
    waits = (people["hour"] > soon).to_numpy()
    return people.iloc[np.argsort(waits, kind="stable")].reset_index(drop=True)


def _later(at: str, minutes: int) -> str:
    hour, minute = (int(part) for part in at.split(":")[:2])
    later = min(hour * 60 + minute + minutes, 24 * 60 - 1)
    return f"{later // 60:02d}:{later % 60:02d}"
