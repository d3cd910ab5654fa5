"""Each morning their own call list by e-mail, to the colleagues who want it; once a day, whatever happens.

That a list went out is a setting of its own a colleague, `list_mailed:<number>`: the day, then what became of it. It
is saved before the e-mail goes to the server, so that after a crash none goes twice. No page offers these settings.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from crm_core.actions.call_plans import Offers
from crm_core.actions.followups import CallList, issue_call_list
from crm_core.actions.messages_rows import Cell
from crm_core.errors import InvalidInput, StaleView
from crm_core.ledger.store.clock import stamp
from crm_core.ledger.store.database import Database, read_revisions
from crm_core.ledger.writing import existing, journal
from crm_core.model.changes import ChangeSet, cell_frame, new_ids
from crm_core.model.rights import ASSIGN, needs
from crm_core.outreach.letters import Letter
from crm_core.outreach.mail import LATER, SENT, Answer, Line, Post, Unreachable
from crm_core.outreach.phrases import long_day

MARK = "list_mailed:"
CLAIMED, ATTEMPTS = "on its way", 20


@dataclass(frozen=True)
class ListsMailed:
    """To whom lists went; `failed`: name and why, of those who got none; `trouble`: why it ended early."""

    sent: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]
    trouble: str = ""


@dataclass(frozen=True)
class _Issue:
    """How a list is made: of which day, by whom, and who may want a product."""

    as_of: date
    who: str
    offers: Offers | None


@needs(ASSIGN, whole=True)
def mail_lists(
    database: Database, post: Post, *, as_of: date, who: str, offers: Offers | None = None
) -> ListsMailed:
    """E-mail their call list of the day to each colleague with “list by e-mail”; one who has it gets no second one, and
    who is away, or has nobody to contact, gets none.

    An e-mail that the server did not take is tried again with the next run of the day; one that may have gone out
    is not. `offers`: who may want a product (`views.wanting.Wanting`).
    """
    database, issue = database.whole, _Issue(as_of, who, offers)  # what is marked as sent are settings
    answers: dict[str, Answer] = {}
    trouble = ""
    try:
        with post.line() as line:
            for colleague in _wanting(database, as_of):
                if (answer := _to_one(database, post, line, colleague, issue)) is not None:
                    answers[colleague["name"]] = answer
    except Unreachable as refusal:
        trouble = str(refusal)
    failed = tuple((name, answer.words) for name, answer in answers.items() if answer.kind != SENT)
    return ListsMailed(tuple(name for name, one in answers.items() if one.kind == SENT), failed, trouble)


def _to_one(
    database: Database, post: Post, line: Line, colleague: dict[str, Any], issue: _Issue
) -> Answer | None:
    """What became of one colleague's list; None where it went out already, or there is nobody on it."""
    made = _made(database, colleague, issue)
    if isinstance(made, Answer) or not made.people:
        return made if isinstance(made, Answer) else None
    if not _claimed(database, colleague, issue):
        return None
    answer = Answer(LATER)
    try:
        message = post.write(_letter(colleague, made, issue.as_of), datetime.fromisoformat(stamp()))
        answer = line.send(message)
    except InvalidInput as refusal:  # no address that can be written to
        answer = Answer(LATER, str(refusal))
    except Unreachable:
        _settle(database, colleague, answer, issue)
        raise
    _settle(database, colleague, answer, issue)
    return answer


def _made(database: Database, colleague: dict[str, Any], issue: _Issue) -> CallList | Answer:
    try:
        return issue_call_list(
            database, as_of=issue.as_of, who=issue.who, offers=issue.offers, owners=[colleague["name"]]
        )
    except InvalidInput as refusal:  # nobody of that name who calls
        return Answer(LATER, str(refusal))


def _wanting(database: Database, as_of: date) -> list[dict[str, Any]]:
    """The colleagues who want their list, are here, and have none of today yet."""
    today = as_of.isoformat()
    with database.read() as connection:
        held = existing.rows_by_keys(connection, "colleague", {"list_by_email": ["yes"]})
        wanted = held[held["email"].notna() & (held["active"] != "no")].sort_values("name").to_dict("records")
        marks = _marks(connection, wanted)
        absences = existing.rows_by_keys(
            connection, "absence", {"colleague": [one["name"] for one in wanted]}
        )
    away = set(absences.loc[(absences["starts"] <= today) & (absences["ends"] >= today), "colleague"])
    return [one for one in wanted if one["name"] not in away and not _has(marks, one, today)]


def _has(marks: dict[str, dict[str, Any]], colleague: dict[str, Any], today: str) -> bool:
    return str(marks.get(_mark(colleague), {}).get("value") or "").startswith(today)


def _claimed(database: Database, colleague: dict[str, Any], issue: _Issue) -> bool:
    """Mark that this list is on its way, before it is; False where another run did."""
    today = issue.as_of.isoformat()
    for _ in range(ATTEMPTS):
        with database.read() as connection:
            marks = _marks(connection, [colleague])
            revisions = {"setting": read_revisions(connection).get("setting", 0)}
        if _has(marks, colleague, today):
            return False
        changes = _marking([colleague], marks, f"{today} {CLAIMED}", revisions)
        try:
            journal.apply(database, changes, who=issue.who, as_of=issue.as_of)
        except StaleView:  # somebody wrote meanwhile: look again
            continue
        return True
    raise StaleView("Too many others write at the same time, so no list was sent. Send again shortly.")


def _mark(colleague: dict[str, Any]) -> str:
    return f"{MARK}{int(colleague['id'])}"


def _marks(connection: Any, colleagues: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The stored marks of these colleagues, by name of the setting."""
    held = existing.rows_by_keys(connection, "setting", {"name": [_mark(one) for one in colleagues]})
    return {row["name"]: row for row in held.to_dict("records")}


def _marking(
    colleagues: list[dict[str, Any]], marks: dict[str, dict[str, Any]], value: str, revisions: dict[str, int]
) -> ChangeSet:
    names = [_mark(one) for one in colleagues]
    fresh = [name for name in names if name not in marks]
    cells: list[Cell] = [
        ("setting", int(marks[name]["id"]), "value", marks[name]["value"], value)
        for name in names
        if name in marks
    ]
    made = pd.DataFrame({"id": new_ids(len(fresh)), "name": fresh, "value": value})
    creates = {"setting": made} if fresh else {}
    return ChangeSet("Call lists by e-mail", creates=creates, changes=cell_frame(cells), revisions=revisions)


def _letter(colleague: dict[str, Any], made: CallList, as_of: date) -> Letter:
    day = long_day(as_of, as_of)
    people = f"{made.people:,} {'person' if made.people == 1 else 'people'}"
    text = (
        f"Your list for {day}: {people} to contact.\n\n"
        "It is attached. Fill in Outcome, Next date and Note, and upload it again when you are done.\n"
    )
    token = f"list-{as_of.isoformat()}-{int(colleague['id'])}"
    files = ((made.file_name, made.bytes),)
    return Letter(
        colleague["email"], colleague["name"], f"Call list of {day}", text, token, attachments=files
    )


def _settle(database: Database, colleague: dict[str, Any], answer: Answer, issue: _Issue) -> None:
    """A sent one keeps its mark, an unsure one too; any other loses it, so that the next run tries again."""
    with database.read() as connection:
        row = _marks(connection, [colleague])[_mark(colleague)]
    after = None if answer.kind == LATER else f"{issue.as_of.isoformat()} {answer.kind}"
    changes = cell_frame([("setting", int(row["id"]), "value", row["value"], after)])
    journal.apply(
        database, ChangeSet("Call lists by e-mail", changes=changes), who=issue.who, as_of=issue.as_of
    )
