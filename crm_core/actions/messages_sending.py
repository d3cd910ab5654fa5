"""E-mails that wait are sent: each is marked and saved before it goes to the server, so that none goes twice.

A few are claimed at a time, under the journal's lock: of two runs only one gets a message. Whatever ends a run, a
message that was on its way stays in `sending`: it may have gone out, is listed, and is never sent again.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from crm_core.actions.mail_settings import daily_limit
from crm_core.actions.messages_rows import Cell, cells_of, contacts_of, held_back, stored
from crm_core.errors import InvalidInput, StaleView
from crm_core.ledger.reading.messages import gone_on, open_counts, waiting_messages
from crm_core.ledger.store.clock import stamp
from crm_core.ledger.store.database import Database, read_revisions
from crm_core.ledger.writing import existing, journal
from crm_core.model.changes import ChangeSet, cell_frame
from crm_core.model.rights import ASSIGN, needs
from crm_core.outreach.letters import Letter
from crm_core.outreach.mail import BOUNCED, LATER, REFUSED, SENT, UNSURE, Answer, Line, Post, Unreachable
from crm_core.outreach.phrases import as_text

GROUP = 25  # claimed at once: after a crash no more than these may have gone out
ATTEMPTS = 50  # to claim, while others write
GIVE_UP_DAYS = 5  # after so long of "not now" a server means no (RFC 5321, 4.5.4.1)
PLANNED_ON = ("message", "customer")
TRIED = "Tried since "
WENT = ("sending", "sent", "refused", "bounced")  # what the day's limit counts


@dataclass(frozen=True)
class Sent:
    """What a run did. `later`: not taken now, they wait; `stopped`: must not be sent; `unsure`: may have gone out.

    `left`: due ones that still wait. `trouble`: why the run ended early. `words`: all of it in a sentence or more.
    """

    sent: int = 0
    refused: int = 0
    bounced: int = 0
    later: int = 0
    stopped: int = 0
    unsure: int = 0
    left: int = 0
    trouble: str = ""
    words: str = ""


@needs(ASSIGN, whole=True)
def send_waiting(
    database: Database,
    post: Post,
    *,
    as_of: date,
    who: str,
    limit: int | None = None,
    progress: journal.Progress = journal.quiet,
) -> Sent:
    """Send the e-mails that are due, at most `limit` now and `mail_daily_limit` a day; the oldest first.

    Consent, do-not-contact and addresses that came back are looked up again at that moment. A refusal for good of the
    address marks the customer (`bounced_on`). A server that cannot be reached ends the run: see `trouble`.
    """
    run = _Run(
        database.whole, as_of, who, limit
    )  # what is on its way is settled, whatever becomes of the sender
    with post.line() as line:
        while claimed := run.claim():
            if not run.deliver(claimed, post, line, progress):
                break
    return run.result()


class _Run:
    """One run: what it did so far, and which messages it had in hand."""

    def __init__(self, database: Database, as_of: date, who: str, limit: int | None) -> None:
        self.database, self.as_of, self.who, self.limit = database, as_of, who, limit
        self.day_limit = daily_limit(database)
        self.counts: Counter[str] = Counter()
        self.seen: set[int] = set()
        self.trouble = ""
        self.why_later = ""  # what the server said to the last one that it did not take now

    def claim(self) -> list[dict[str, Any]]:
        """The next few, marked `sending` and saved; those that must not be sent are stopped. Empty: there are none."""
        for _ in range(ATTEMPTS):
            go, changes = self._next()
            if changes is None:
                return []
            try:
                journal.apply(self.database, changes, who=self.who, as_of=self.as_of)
            except StaleView:  # somebody wrote meanwhile: look again
                continue
            self.counts["stopped"] += int(changes.summary["stopped"])
            self.seen |= {int(number) for number in go["id"]}
            if len(go):
                return go.to_dict("records")
        raise StaleView("Too many others write at the same time, so no e-mail was sent. Send again shortly.")

    def _next(self) -> tuple[pd.DataFrame, ChangeSet | None]:
        day = self.as_of.isoformat()
        with self.database.read() as connection:
            rows = waiting_messages(connection, "e-mail", day, GROUP + len(self.seen))
            due = rows[~rows["id"].isin(self.seen)].head(self._room(gone_on(connection, day, WENT)))
            due = held_back(connection, due, "e-mail", self.as_of)
            revisions = {name: read_revisions(connection).get(name, 0) for name in PLANNED_ON}
        go, stopped = due[due["why"].isna()], due[due["why"].notna()]
        claims = cells_of(go, state="sending", date=day, address=go["to"])
        cells = cell_frame([*claims, *cells_of(stopped, state="stopped", note=stopped["why"])])
        words = f"E-mails: {len(go)} about to be sent"
        made = ChangeSet(words, changes=cells, revisions=revisions, summary={"stopped": len(stopped)})
        return go, made if len(due) else None

    def _room(self, gone: int) -> int:
        """How many may go now: of the day, of this run, at once."""
        mine = self.limit - len(self.seen) if self.limit is not None else GROUP
        return max(0, min(GROUP, self.day_limit - gone, mine))

    def deliver(
        self, claimed: Sequence[dict[str, Any]], post: Post, line: Line, progress: journal.Progress
    ) -> bool:
        """Hand them over one by one and save what came of each; False where the server takes nothing more."""
        answers: dict[int, Answer] = {}
        on_its_way: int | None = None
        try:
            for row in claimed:
                on_its_way = int(row["id"])
                answers[on_its_way] = self._answer(row, post, line)
                on_its_way = None
                progress(f"E-mails: {self.counts[SENT] + len(answers):,} sent", 0.5)
        except Unreachable as trouble:
            on_its_way, self.trouble = None, str(trouble)
        finally:
            self._settle([row for row in claimed if row["id"] != on_its_way], answers)
        return not self.trouble

    def _answer(self, row: dict[str, Any], post: Post, line: Line) -> Answer:
        token = row["token"]
        words = (row["subject"] or row["name"], row["body"])
        letter = Letter(
            row["to"], row["name"], *words, token, post.leave(token), language=as_text(row["language"])
        )
        try:
            message = post.write(letter, datetime.fromisoformat(stamp()))
        except InvalidInput as refusal:
            return Answer(REFUSED, str(refusal))
        return _given_up(line.send(message), row, self.as_of)

    def _settle(self, claimed: Sequence[dict[str, Any]], answers: dict[int, Answer]) -> None:
        """Save what came of them; those that were not tried wait again."""
        rows = _with_answers(claimed, answers, self.as_of)
        self.counts.update(rows["kind"].dropna())
        self.why_later = next(iter(rows.loc[rows["kind"] == LATER, "said"]), None) or self.why_later
        if rows.empty:
            return
        with self.database.read() as connection:
            rows = _whose_now(connection, rows)
            people = existing.rows_by_keys(connection, "customer", {"id": rows["customer_id"].tolist()})
            sent = rows[(rows["kind"] == SENT) & rows["customer_id"].isin(people["id"])]
            made = contacts_of(connection, sent, self.as_of, "e-mail")
        cells = cell_frame([*_settled(rows, self.as_of), *_marks(people, rows, self.as_of)])
        changes = ChangeSet(f"E-mails: {len(sent)} sent", creates=made, changes=cells)
        journal.apply(self.database, changes, who=self.who, as_of=self.as_of)

    def result(self) -> Sent:
        """The counts, and the same in words."""
        with self.database.read() as connection:
            left, unsure = open_counts(connection, self.as_of.isoformat())
        names = (SENT, REFUSED, BOUNCED, LATER, "stopped")
        counts = {name: self.counts[name] for name in names}
        found = {**counts, "unsure": unsure, "left": left}
        return Sent(**found, trouble=self.trouble, words=self._words(found))

    def _words(self, found: dict[str, int]) -> str:
        why = f" (“{self.why_later[:120]}”)" if self.why_later else ""
        told = [f"{found[name]:,} {said.format(why=why)}" for name, said in SAID if found[name]]
        words = "; ".join([f"{found['sent']:,} sent", *told]) + "."
        if found["left"]:
            words += f" {found['left']:,} due still wait (at most {self.day_limit:,} go out on one day)."
        return f"{words} {self.trouble}".strip()


def _whose_now(connection: Any, rows: pd.DataFrame) -> pd.DataFrame:
    """The messages that are still stored, with whose they are now: two records may have been made one meanwhile."""
    held = existing.rows_by_keys(connection, "message", {"id": rows["id"].tolist()})
    owners = dict(zip(held["id"], held["customer_id"], strict=True))
    rows = rows[rows["id"].isin(held["id"])]
    return rows.assign(customer_id=[int(owners[number]) for number in rows["id"]])


def _with_answers(claimed: Sequence[dict[str, Any]], answers: dict[int, Answer], as_of: date) -> pd.DataFrame:
    """The claimed messages as they stand now, with `kind` and `said`: None where they were not tried."""
    rows = pd.DataFrame(claimed, columns=list(claimed[0]) if claimed else ["id"])
    found = [answers.get(int(number), Answer("")) for number in rows["id"]]
    kinds = pd.Series([one.kind or None for one in found], rows.index, dtype=object)
    said = pd.Series([one.words or None for one in found], rows.index, dtype=object)
    return rows.assign(state="sending", date=as_of.isoformat(), kind=kinds, said=said)


def _settled(rows: pd.DataFrame, as_of: date) -> Iterable[Cell]:
    """By what the server said, the new state of each."""
    by_kind = {kind: rows[rows["kind"] == kind] for kind in (SENT, REFUSED, BOUNCED, LATER, UNSURE)}
    yield from cells_of(by_kind[SENT], state="sent")
    for kind in (REFUSED, BOUNCED):
        yield from cells_of(by_kind[kind], state=kind, note=by_kind[kind]["said"])
    yield from cells_of(by_kind[LATER], state="waiting", date=None, note=_tried(by_kind[LATER], as_of))
    yield from cells_of(by_kind[UNSURE], note=by_kind[UNSURE]["said"])
    yield from cells_of(rows[rows["kind"].isna()], state="waiting", date=None)


def _given_up(answer: Answer, row: dict[str, Any], as_of: date) -> Answer:
    """ "Not now" for days on end is a no."""
    since = str(row["note"] or "").removeprefix(TRIED)[:10]
    first = (as_of - timedelta(days=GIVE_UP_DAYS)).isoformat()
    tried = str(row["note"] or "").startswith(TRIED)
    if answer.kind == LATER and tried and since <= first:
        return Answer(REFUSED, f"Tried for {GIVE_UP_DAYS} days: {answer.words}")
    return answer


def _tried(rows: pd.DataFrame, as_of: date) -> pd.Series:
    """Since when, and what the server said last."""
    notes = [str(note or "") for note in rows["note"]]
    since = [note.removeprefix(TRIED)[:10] if note.startswith(TRIED) else as_of.isoformat() for note in notes]
    words = [f"{TRIED}{day}: {said}" for day, said in zip(since, rows["said"], strict=True)]
    return pd.Series(words, rows.index, dtype=object)


def _marks(people: pd.DataFrame, rows: pd.DataFrame, as_of: date) -> Iterable[Cell]:
    """The customers who still have the address that nobody has, marked with the day."""
    tried = rows[rows["kind"] == BOUNCED]
    gone = {(int(row.customer_id), row.to) for row in tried.itertuples()}
    still = [one for one in people.to_dict("records") if (int(one["id"]), as_text(one["email"])) in gone]
    for one in still:
        yield "customer", int(one["id"]), "bounced_on", one["bounced_on"], as_of.isoformat()


SAID = (
    ("refused", "refused by the server for good"),
    ("bounced", "to addresses that nobody has: these customers are marked"),
    ("later", "not taken now{why}: they are tried again with the next run"),
    ("stopped", "stopped, as the person must not or no longer get them"),
    ("unsure", "may have gone out or not: they are listed and never sent again"),
)


@needs(ASSIGN, whole=True)
def settle_unsure(database: Database, ids: Iterable[int], *, went_out: bool, who: str, as_of: date) -> int:
    """What a person found out about messages that may have gone out: they did, or they did not and wait again."""
    wanted = {int(number) for number in ids}
    with database.read() as connection:
        rows = stored(connection, {"id": sorted(wanted)})
        rows = rows[rows["state"] == "sending"]
        made = contacts_of(connection, rows, as_of, "e-mail") if went_out else {}
    cells = cells_of(rows, state="sent") if went_out else cells_of(rows, state="waiting", date=None)
    changes = ChangeSet("E-mails that may have gone out", creates=made, changes=cell_frame(cells))
    if len(rows):
        journal.apply(database, changes, who=who, as_of=as_of)
    return len(rows)
