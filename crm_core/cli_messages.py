"""`regulars send-due`, `bounces`, `unsubscribe`: e-mails out, e-mails back, and no more e-mails."""

import argparse
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from crm_core import cli_output
from crm_core.actions import messages
from crm_core.actions.mail_lists import ListsMailed, mail_lists
from crm_core.actions.mail_settings import post_of, send_test
from crm_core.actions.messages import Bounced, Sent
from crm_core.actions.messages_due import due_messages
from crm_core.actions.messages_rows import HELD_OUT
from crm_core.actions.opening import Database
from crm_core.errors import InvalidInput
from crm_core.views.wanting import Wanting


def send_due(options: argparse.Namespace, database: Database, *, who: str, as_of: date) -> int:
    """Queue what today's plays say, send what waits, and send the lists; 1 where it ended early.

    Ended from outside (Ctrl-C, SIGTERM), what went out is noted and the rest waits.
    """
    if options.test:
        return _test(options, database)
    try:
        with _ending_well():
            return _send_due(options, database, who, as_of)
    except KeyboardInterrupt:
        print("Stopped. What went out is noted; the rest waits for the next time.", file=sys.stderr)
        return 1


def _test(options: argparse.Namespace, database: Database) -> int:
    said = send_test(database, options.test)
    cli_output.print_json({"test": said}) if options.json else print(said)
    return 0


@contextmanager
def _ending_well() -> Iterator[None]:
    """While inside, SIGTERM is what Ctrl-C is: the e-mail in hand is finished with, and the rest given back."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():  # no other may listen to signals
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _send_due(options: argparse.Namespace, database: Database, who: str, as_of: date) -> int:
    drafts = due_messages(database, as_of, offers=Wanting(database, as_of))
    if options.preview:
        _show_preview(options, drafts)
        return 0
    post = post_of(database)
    queued = messages.queue(database, drafts, who=who, as_of=as_of)
    sent = messages.send_waiting(
        database, post, as_of=as_of, who=who, limit=options.limit, progress=cli_output.progress(options)
    )
    lists = (
        ListsMailed((), ())
        if sent.trouble
        else mail_lists(database, post, as_of=as_of, who=who, offers=Wanting(database, as_of))
    )
    trouble = sent.trouble or lists.trouble
    _show_sent(options, queued.created if queued else 0, sent, lists)
    if trouble:
        print(trouble, file=sys.stderr)
    return 1 if trouble else 0


def _show_preview(options: argparse.Namespace, drafts: Any) -> None:
    spared = drafts["state"] == HELD_OUT
    rows = drafts[~spared].drop(columns="state").to_dict("records")
    if options.json:
        cli_output.print_json({"messages": rows, "held_out": int(spared.sum())})
        return
    counts = Counter((row["play"], row["channel"]) for row in rows)
    print(f"{len(rows):,} messages of today's plays.")
    for (play, channel), count in counts.items():
        print(f"  {play}, by {channel}: {count:,}")
    if spared.any():
        print(f"  {spared.sum():,} people are held out, to see whether writing works.")
    for row in rows[:3]:
        print(f"\nTo: {row['address']} ({row['due_on']})\nSubject: {row['subject']}\n\n{row['body']}")


def _show_sent(options: argparse.Namespace, queued: int, sent: Sent, lists: ListsMailed) -> None:
    if options.json:
        mailed = {
            "sent": list(lists.sent),
            "failed": [{"name": name, "why": why} for name, why in lists.failed],
        }
        trouble = {"error": sent.trouble or lists.trouble} if sent.trouble or lists.trouble else {}
        cli_output.print_json({"queued": queued, **asdict(sent), "lists": mailed, **trouble})
        return
    print(f"{queued:,} queued. {sent.words.removesuffix(sent.trouble).strip()}")
    if lists.sent:
        print(f"Call lists sent to: {', '.join(lists.sent)}.")
    for name, why in lists.failed:
        print(f"No call list to {name}: {why}")


def bounces(options: argparse.Namespace, database: Database, *, who: str, as_of: date) -> None:
    """Read files of returned e-mails."""
    files = [(path.name, _content(path)) for path in options.files]
    done = messages.bounces(database, files, who=who, as_of=as_of)
    if options.json:
        found = {
            name: getattr(done, name)
            for name in ("bounced", "customers", "known", "late", "unknown", "other")
        }
        cli_output.print_json({**found, "batch": done.batch.id if done.batch else None})
        return
    for line in _lines(done):
        print(line)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as trouble:
        raise InvalidInput(f"{path} could not be read: {trouble.strerror}. Nothing was changed.") from trouble


def _lines(done: Bounced) -> Iterator[str]:
    yield f"{done.bounced:,} e-mails came back; {done.customers:,} customers are marked."
    for count, words in (
        (done.known, "were reported before"),
        (done.late, "are late or were not the address's fault: nothing was changed"),
        (done.unknown, "are about no e-mail of ours"),
        (done.other, "are no reports"),
    ):
        if count:
            yield f"  {count:,} {words}."


def unsubscribe(options: argparse.Namespace, database: Database, *, who: str, as_of: date) -> None:
    """No more e-mails to whoever got the message with this mark."""
    done = messages.unsubscribe(database, options.token, who=who, as_of=as_of)
    if options.json:
        cli_output.print_json({"stopped": done.stopped, "batch": done.batch.id if done.batch else None})
        return
    print(
        "Noted: no more e-mails to them."
        if done.batch
        else "They get no more e-mails; that was noted before."
    )
