"""A call list comes home: what each row says becomes contacts, follow-ups, cases and cells. Touches nothing.

One follow-up of one list is one contact, known again by a key made of both: the same file is nothing new, also after it
was saved by another program, and what was filled in meanwhile is the only news.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from crm_core.outreach.homecoming_again import again, weight
from crm_core.outreach.homecoming_facts import corrected, facts, issued_marks
from crm_core.outreach.homecoming_who import Row, Stored, who_is
from crm_core.outreach.homecoming_work import (
    BY_HAND,
    DOUBTFUL,
    LEFT_OUT,
    NEW,
    SAME,
    Decisions,
    Home,
    Known,
    Line,
    joined,
)
from crm_core.outreach.outcomes import Contact, Meaning, case_values, contact_values, meaning
from crm_core.outreach.phrases import stored_text

FORGOTTEN = 30  # days after which a promise on an old list binds nobody
WITHOUT = "What came of the call is not said. Choose an outcome, so that a contact comes of this row."
CLOSED = "The call is closed or gone here. Choose an outcome, so that a contact comes of it."
FAR = 2  # years from which on a next date looks like a slip of the pen
TYPES = {"e-mail": "message", "message": "message", "in person": "visit"}


def resolved(rows: Iterable[Row], stored: Stored) -> list[Line]:
    """Each row (a record of `Lines.frame` with `sheet` and `row`) with who it means."""
    return [Line(row, who_is(row, stored)) for row in rows]


def key_of(line: Line, what: str = "contact") -> int:
    """The source key of what a row brings home: the same list and follow-up are the same contact."""
    return keys_of(line, what)[0]


def keys_of(line: Line, what: str = "contact") -> list[int]:
    """That key, and the one that it has where nobody can say any more which follow-up it was."""
    who, day = line.who, line.who.day or line["called_on"]
    number = who.number or who.follow_up
    whom = ([] if number is None else [f"follow-up {number}"]) + [f"customer {who.customer}"]
    texts = (f"call list/{day}/{one}/{what}".encode() for one in whom)
    return [
        int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big", signed=True) for text in texts
    ]


def come_home(lines: Sequence[Line], known: Known, decisions: Decisions | None = None) -> Home:
    """Decide every row; the same follow-up on several rows is decided once."""
    home = Home(decisions=decisions or {})
    known = replace(known, shown_at=issued_marks(lines))
    groups: dict[int, list[Line]] = {}
    for line in lines:
        home.states[line["sheet"], line["row"]] = SAME
        if line.who.state:
            _aside(home, line)
        elif line.who.day is None and line["called_on"] is None and _says(line):
            home.become(line.row, DOUBTFUL)
            home.problem(
                line.row, "", line["name"], "The day of this list is lost. Write it in a column “Called on”."
            )
        else:
            groups.setdefault(key_of(line), []).append(line)
    for key, group in groups.items():
        _one(home, key, group, known)
    return home


def _aside(home: Home, line: Line) -> None:
    """A row that is nobody's (any more); it only counts as doubtful where it says something."""
    why = f"{line.who.why[:1].upper()}{line.who.why[1:]}."
    if line.who.state == LEFT_OUT:
        home.become(line.row, LEFT_OUT)
        home.left.append((line["sheet"], line["row"], line.who.why))
    elif _says(line):
        home.become(line.row, DOUBTFUL)
        home.problem(line.row, "Name", line["name"], why)
    else:
        home.become(line.row, LEFT_OUT)
        home.left.append((line["sheet"], line["row"], line.who.why))


def _says(line: Line) -> bool:
    return any(line[name] for name in ("outcome", "typed", "note", "next_on", "reason", "step"))


def _one(home: Home, key: int, group: list[Line], known: Known) -> None:
    """All rows of one follow-up: corrected facts, then what came of the call."""
    for line in group:
        facts(home, line, known)
    asking = [line for line in group if line["typed"] and not line["outcome"]]
    for line in asking:
        home.become(line.row, DOUBTFUL)
    told = [line for line in group if line["outcome"]]
    if told:
        line = _agreed(home, told, group)
        contact = contact_of(line, known)
        before = next((one for one in keys_of(line) if one in known.contacts), None)
        if before is not None:
            again(home, line, contact, known, known.contacts[before], key_of(line, "case"))
        elif (met := _met(line, contact, known)) is not None:
            again(home, line, contact, known, met, key_of(line, "case"))
        else:
            _first(home, line, contact, known, key)
    elif not asking:
        for line in group:
            _without_outcome(home, line, known)


# Several rows of one follow-up ------------------------------------------------------------------------------


def _agreed(home: Home, told: list[Line], group: list[Line]) -> Line:
    """The row that holds; another outcome of the same call is shown, to be decided."""
    best = min(told, key=lambda line: weight(line["outcome"]))
    for line in told:
        if line["outcome"] != best["outcome"] and _preferred(home, line, best):
            best = line
    others = [line for line in group if line is not best and line["outcome"] in (None, best["outcome"])]
    for line in others:
        _other_days(home, line, best)
    return _filled(best, others)


def _other_days(home: Home, line: Line, best: Line) -> None:
    """A copy that promises another day or hour is not passed over."""
    for name, header in (("next_on", "Next date"), ("next_at", "At"), ("called_on", "Called on")):
        if line[name] and best[name] and line[name] != best[name]:
            home.become(line.row, DOUBTFUL)
            home.problem(
                line.row, header, line[name], f"Another row of the same call says {best[name]}; that holds."
            )


def _preferred(home: Home, line: Line, best: Line) -> bool:
    number = line.who.follow_up or line.who.customer or 0
    chosen = home.conflict(line.row, ("follow-up", number, "outcome", best["outcome"], line["outcome"]))
    home.become((best if chosen else line).row, DOUBTFUL)
    return chosen


def _filled(best: Line, others: list[Line]) -> Line:
    """The row with what its copies say beside it."""
    names = ("reason", "next_on", "next_at", "step", "called_on")
    more = {name: next((line[name] for line in (best, *others) if line[name]), None) for name in names}
    extras = [json.loads(line["extra"]) for line in (*others, best) if line["extra"]]
    extra = (
        json.dumps({k: v for one in extras for k, v in one.items()}, ensure_ascii=False) if extras else None
    )
    note = joined(*(line["note"] for line in (best, *others)))
    return replace(best, row={**best.row, **more, "note": note, "extra": extra})


# What a row says --------------------------------------------------------------------------------------------


def contact_of(line: Line, known: Known) -> Contact:
    """The contact that a row with an outcome tells of."""
    planned = known.stored.follow_ups.get(line.who.follow_up or 0)
    channel = stored_text(planned and planned["channel"]) or "phone"
    return Contact(
        line.who.customer or 0, date.fromisoformat(line["called_on"] or line.who.day or ""), line["outcome"], channel,
        TYPES.get(channel, "call"), line["note"] or "", line["reason"] or "", caller_of(line, known),
        date.fromisoformat(line["next_on"]) if line["next_on"] else None, line["next_at"] or "", line["step"] or "",
        line.who.follow_up, corrected(line, "phone") or corrected(line, "phone_2"),
    )  # fmt: skip


def caller_of(line: Line, known: Known) -> str:
    """Who called: the column that says so, the sheet's name where it is a colleague's, else whom the list was for."""
    planned = known.stored.follow_ups.get(line.who.follow_up or 0)
    named = (line["caller"], line["sheet"].rpartition("› ")[2])
    callers = {one.casefold(): one for one in known.callers}
    found = next((callers[one.casefold()] for one in named if one and one.casefold() in callers), None)
    return found or stored_text(planned and planned["owner"]) or ""


def _met(line: Line, contact: Contact, known: Known) -> Row | None:
    """The contact that this row tells of, where it was logged here, or came home when more of the list was there."""
    planned, day = known.stored.follow_ups.get(line.who.follow_up or 0), contact.on.isoformat()
    held = known.logged.get(contact.customer_id, ())
    if planned is None:
        same = (one for one in held if (str(one["date"]), one["outcome"]) == (day, contact.outcome))
        return next(same, None)
    if planned["state"] != "done" or not stored_text(planned["outcome"]):
        return None
    told = (str(stored_text(planned["done_on"]) or day), planned["outcome"])
    by_hand = (one for one in held if (str(one["date"]), one["outcome"]) == told and one[BY_HAND])
    return next(by_hand, None) if told[0] >= day else None


def _first(home: Home, line: Line, contact: Contact, known: Known, key: int) -> None:
    """An outcome that has not come home before; perhaps the follow-up was closed here otherwise."""
    planned = known.stored.follow_ups.get(line.who.follow_up or 0)
    if planned is not None and planned["state"] == "done" and stored_text(planned["outcome"]):
        same_day = stored_text(planned["done_on"]) in (None, contact.on.isoformat())
        cell = ("follow-up", int(planned["id"]), "outcome", planned["outcome"], contact.outcome)
        if planned["outcome"] != contact.outcome and same_day and not home.settle(line.row, cell, True):
            home.become(line.row, DOUBTFUL)
            return
    extra = extra_of(line)
    home.interactions.append({**contact_values(contact), "source_key": key, "extra": extra})
    if (case := case_values(contact)) is not None and (number := key_of(line, "case")) not in known.cases:
        home.cases.append({**case, "source_key": number})
    person = known.stored.people[contact.customer_id]
    take(home, line, meaning(contact, person, known.stored.of_person(contact.customer_id)), known)
    home.become(line.row, NEW)


def take(home: Home, line: Line, meant: Meaning, known: Known) -> None:
    """Keep what an outcome means; a promise of long ago binds nobody."""
    for cell in meant.cells:
        if home.changed(*cell[:3]) is None:
            home.change(line.row, [cell])
    for promise in meant.promises:
        made = {(one["customer_id"], one["due_on"]) for one in home.promises}
        if promise["due_on"] < known.since:
            words = f"{promise['due_on']} is long past, so nobody is asked to call then."
            home.problem(line.row, "Next date", promise["due_on"], words)
        elif (promise["customer_id"], promise["due_on"]) not in made:
            home.promises.append(promise)
            if int(promise["due_on"][:4]) > int((line["called_on"] or line.who.day or "")[:4]) + FAR:
                words = f"{promise['due_on']} is years away. It is kept as it was written."
                home.problem(line.row, "Next date", promise["due_on"], words)


def extra_of(line: Line) -> str | None:
    """What is kept with the contact: columns of their own, and the next date as it came."""
    kept: dict[str, Any] = json.loads(line["extra"]) if line["extra"] else {}
    kept |= {"Next date": line["next_on"]} if line["next_on"] else {}
    kept |= {"At": line["next_at"]} if line["next_at"] else {}
    return json.dumps(kept, ensure_ascii=False) if kept else None


def _without_outcome(home: Home, line: Line, known: Known) -> None:
    """A note alone stays with the follow-up, which stays open; a next date alone puts it off."""
    planned = known.stored.follow_ups.get(line.who.follow_up or 0)
    put_off = {"later_on": line["next_on"], "due_time": line["next_at"] if line["next_on"] else None}
    put_off = {name: value for name, value in put_off.items() if value}
    if _is_half_said(line) or ((line["note"] or put_off) and (planned is None or _is_over(planned, line))):
        home.become(line.row, DOUBTFUL)
        home.problem(line.row, "Outcome", "", WITHOUT if _is_half_said(line) else CLOSED)
        return
    if planned is None:
        return
    number = int(planned["id"])
    home.add_text(line.row, "follow-up", number, "note", stored_text(planned["note"]), line["note"])
    for name, value in put_off.items():
        cell = ("follow-up", number, name, stored_text(planned[name]), value)
        home.settle(line.row, cell, ("follow-up", number, name) in known.edited)
    _own_columns(home, line, planned)


def _is_half_said(line: Line) -> bool:
    """Why not, a next step or an hour alone tells nobody what came of the call."""
    step = line["step"] if line["step"] != "nothing" else None
    return bool(line["reason"] or line["called_on"] or ((step or line["next_at"]) and not line["next_on"]))


def _is_over(planned: Row, line: Line) -> bool:
    return planned["state"] != "open" and bool(line["next_on"])


def _own_columns(home: Home, line: Line, planned: Row) -> None:
    """What stands in columns of their own is kept with the follow-up until there is a contact."""
    held = json.loads(planned["extra"]) if stored_text(planned.get("extra")) else {}
    said = json.loads(line["extra"]) if line["extra"] else {}
    news = ((name, one) for name, one in said.items() if one != held.get(name))
    number = int(planned["id"])
    home.change(line.row, [("follow-up", number, f"extra.{name}", held.get(name), one) for name, one in news])
