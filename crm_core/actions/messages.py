"""Messages: queued once an occasion, stopped where consent is missing, exported for telephones, ended by who gets them.

Sending stands in `messages_sending`, what comes back in `messages_back`; both are offered from here.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from crm_core.actions.messages_back import Bounced, Unsubscribed, bounces, unsubscribe
from crm_core.actions.messages_rows import (
    DRAFT_COLUMNS,
    HELD_OUT,
    KEY,
    cells_of,
    contacts_of,
    held_back,
    stored,
)
from crm_core.actions.messages_sending import PLANNED_ON, Sent, send_waiting, settle_unsure
from crm_core.errors import InvalidInput
from crm_core.ledger.reading.messages import messages_of_day, waiting_messages
from crm_core.ledger.store.database import Database, read_revisions
from crm_core.ledger.writing import existing, journal
from crm_core.ledger.writing.handed_out import handed_out
from crm_core.model.changes import Batch, ChangeSet, cell_frame, new_ids
from crm_core.model.rights import ASSIGN, EXPORT, SEE, needs
from crm_core.model.words import CHANNELS
from crm_core.outreach.sms import dialled, parts
from crm_core.workbook.write import ColumnStyle, SheetContent, write_csv, write_xlsx

__all__ = [
    "DRAFT_COLUMNS", "Bounced", "Exported", "Sent", "Unsubscribed", "bounces", "export_messages", "queue",
    "send_waiting", "settle_unsure", "unsubscribe", "unsure_messages",
]  # fmt: skip

MOST_EXPORTED = 1_000_000
UNSETTLED = ("waiting", "sending")
PHONE_COLUMNS = (
    ColumnStyle("Phone", "text", 18),
    ColumnStyle("Text", "note", 60),
    ColumnStyle("Name", "note", 20),
    ColumnStyle("Parts", "integer", 8, help="How many text messages an SMS service counts"),
)


@needs(ASSIGN, whole=True)
def queue(database: Database, drafts: pd.DataFrame, *, who: str, as_of: date) -> Batch | None:
    """Store drafts (DRAFT_COLUMNS) as waiting messages; None where all of them stand there already. `created` of the
    batch counts the messages.

    The same person, play and due date is the same message, whatever became of it; and while one of a play waits, or may
    have gone out, that person gets no second one of it. Drafts of the state “held out” are stored as follow-ups of
    that state, with the messages of their play: that somebody was left in peace counts only beside those who were not.
    InvalidInput for a draft without words or of no known channel.
    """
    fresh = _tidy(drafts)

    plans: list[ChangeSet] = []

    def planned() -> ChangeSet:
        plans.append(_queued(database, fresh, as_of))
        return plans[-1]

    changes = planned()
    if all(made.empty for made in changes.creates.values()):
        return None
    batch = journal.apply(database, changes, who=who, as_of=as_of, replan=planned)
    return replace(batch, created=batch.created - len(plans[-1].creates["follow-up"]))


def _tidy(drafts: pd.DataFrame) -> pd.DataFrame:
    """Drafts as they are stored: one line a subject, no play is a blank one, each occasion once."""
    frame = drafts.reindex(columns=list(DRAFT_COLUMNS)).reset_index(drop=True)
    frame = frame.astype({"customer_id": "int64"} | dict.fromkeys(DRAFT_COLUMNS[1:], "str"))
    frame = frame.assign(
        play=frame["play"].fillna("").str.strip(),
        subject=frame["subject"].str.split().str.join(" "),
        address=frame["address"].str.strip(),
        body=frame["body"].fillna("").str.strip(),
        state=frame["state"].fillna("waiting"),
    )
    _refuse(frame)
    return frame.drop_duplicates(KEY, ignore_index=True)


def _refuse(frame: pd.DataFrame) -> None:
    unknown = frame.loc[~frame["channel"].isin(CHANNELS), "channel"]
    if len(unknown):
        raise InvalidInput(f"“{unknown.iloc[0]}” is no channel. Choose one of: {', '.join(CHANNELS)}.")
    silent = (frame["body"] == "") & (frame["state"] != HELD_OUT)
    for row in frame[silent | frame["due_on"].isna()].itertuples():
        lacking = "day" if row.body else "text"
        raise InvalidInput(
            f"A message of the play “{row.play}” has no {lacking}. Give it one, or leave it out."
        )


def _queued(database: Database, drafts: pd.DataFrame, as_of: date) -> ChangeSet:
    spared = drafts[drafts["state"] == HELD_OUT]
    with database.read() as connection:
        known = stored(connection, {"customer_id": drafts["customer_id"].tolist()})
        kept = existing.rows_by_keys(connection, "follow-up", {"customer_id": spared["customer_id"].tolist()})
        revisions = {name: read_revisions(connection).get(name, 0) for name in ("message", "follow-up")}
    rows = drafts[
        (drafts["state"] != HELD_OUT)
        & ~_known(drafts, known, KEY)
        & ~_known(drafts, known[known["state"].isin(UNSETTLED)], KEY[:2])
    ]
    tokens = [secrets.token_urlsafe(16) for _ in range(len(rows))]
    made = rows.assign(id=new_ids(len(rows)), token=tokens)
    creates = {"message": made, "follow-up": _held_out(spared[~_known(spared, kept, KEY)], as_of)}
    return ChangeSet(f"{_counted(len(rows))} to send", creates=creates, revisions=revisions)


def _held_out(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Those left in peace, as follow-ups: the same rows that a call list stores of its own."""
    told = rows[["customer_id", "play", "due_on", "state"]]
    return told.assign(id=new_ids(len(rows)), issued_on=as_of.isoformat())


def _known(drafts: pd.DataFrame, known: pd.DataFrame, key: list[str]) -> pd.Series:
    """Which drafts are among these messages, by these columns."""
    there = set(known[key].astype(object).itertuples(index=False, name=None))
    rows = drafts[key].astype(object).itertuples(index=False, name=None)
    return pd.Series([row in there for row in rows], index=drafts.index, dtype=bool)


def _counted(many: int) -> str:
    return "1 message" if many == 1 else f"{many:,} messages"


@needs(SEE, whole=True)
def unsure_messages(database: Database) -> pd.DataFrame:
    """Messages that may have gone out: found in `sending` after the run that sent them ended. Never sent again.

    Columns id, customer_id, name, play, due_on, address, subject, date, note. (While another run sends, its own few
    stand here for seconds.) `settle_unsure` says what a person found out.
    """
    with database.read() as connection:
        held = stored(connection, {"state": ["sending"]})
        people = existing.rows_by_keys(connection, "customer", {"id": held["customer_id"].tolist()})
    names = people.set_index("id")["name"] if len(people) else pd.Series(dtype=object)
    held["name"] = held["customer_id"].map(names)
    return held[["id", "customer_id", "name", "play", "due_on", "address", "subject", "date", "note"]]


@dataclass(frozen=True)
class Exported:
    """Messages for telephones as a file: `people` in it, `stopped` by reason, the batch where anything was stored."""

    bytes: bytes
    people: int
    stopped: Mapping[str, int]
    batch: Batch | None


@needs(EXPORT, whole=True)
def export_messages(
    database: Database, channel: str, *, who: str, as_of: date, as_csv: bool = False
) -> Exported:
    """Phone, text, name and parts (as an SMS service counts) of the messages that wait for this channel, as .xlsx or
    .csv; they count as exported then.

    Asked again on the same day, those of the first time are in it again. InvalidInput for e-mail, which is sent.
    """
    _refuse_mail(channel)
    plans = [_plan(database, channel, as_of)]

    def again() -> ChangeSet:
        plans.append(_plan(database, channel, as_of))
        return plans[-1].changes

    batch = None
    if len(plans[0].go) or len(plans[0].stopped):
        batch = journal.apply(database, plans[0].changes, who=who, as_of=as_of, replan=again)
    rows = plans[-1].rows
    reasons = {str(why): int(count) for why, count in plans[-1].stopped["why"].value_counts().items()}
    handed_out(database, f"messages by {channel}", len(rows), who=who)
    return Exported(_file(rows, as_csv), len(rows), reasons, batch)


def _refuse_mail(channel: str) -> None:
    if channel not in CHANNELS or channel == "e-mail":
        raise InvalidInput(
            f"Messages by {channel} are not exported. Choose message, or another channel but e-mail."
        )


@dataclass(frozen=True)
class _Plan:
    """What an export hands out (`earlier`: today already, `go`: now) and stops, planned on these revisions."""

    earlier: pd.DataFrame
    go: pd.DataFrame
    stopped: pd.DataFrame
    contacts: Mapping[str, pd.DataFrame]
    revisions: Mapping[str, int]
    day: str

    @property
    def rows(self) -> pd.DataFrame:
        """All of the day; those of the first time as they were."""
        return pd.concat([self.earlier.assign(to=self.earlier["address"]), self.go], ignore_index=True)

    @property
    def changes(self) -> ChangeSet:
        go, stopped = self.go, self.stopped
        sent = cells_of(go, state="exported", date=self.day, address=go["to"])
        cells = cell_frame([*sent, *cells_of(stopped, state="stopped", note=stopped["why"])])
        words = f"{_counted(len(go))} exported"
        return ChangeSet(words, creates=self.contacts, changes=cells, revisions=self.revisions)


def _plan(database: Database, channel: str, as_of: date) -> _Plan:
    day = as_of.isoformat()
    with database.read() as connection:
        today = messages_of_day(connection, channel, "exported", day)
        waits = waiting_messages(connection, channel, day, MOST_EXPORTED)
        today, waits = (held_back(connection, rows, channel, as_of) for rows in (today, waits))
        go = waits[waits["why"].isna()]
        contacts = contacts_of(connection, go, as_of, channel)
        revisions = {name: read_revisions(connection).get(name, 0) for name in PLANNED_ON}
    return _Plan(today, go, waits[waits["why"].notna()], contacts, revisions, day)


def _file(rows: pd.DataFrame, as_csv: bool) -> bytes:
    phones = [dialled(phone) for phone in rows["to"]]
    texts = list(zip(phones, rows["body"], rows["name"], map(parts, rows["body"]), strict=True))
    if as_csv:
        return write_csv(PHONE_COLUMNS, texts)
    return write_xlsx([SheetContent("Messages", PHONE_COLUMNS, texts)])
