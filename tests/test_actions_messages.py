"""Messages: queued once, sent once, stopped without consent, ended by who gets them, marked when they come back."""

import io
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from crm_core.actions import messages, messages_back, messages_sending
from crm_core.actions.company import save_settings
from crm_core.actions.doubles import merge
from crm_core.actions.messages import DRAFT_COLUMNS, queue, send_waiting, settle_unsure, unsure_messages
from crm_core.actions.records import remove_customers
from crm_core.actions.undo import undo_batch
from crm_core.errors import InvalidInput, NotFound
from crm_core.ledger.store.database import Database
from crm_core.outreach.mail import Post
from crm_core.outreach.sms import dialled, parts
from crm_core.views.customer import page
from tests.acting import DAY, changed, created, opened, profile, rows, write
from tests.post_office import Office, office

__all__ = ["office"]

ACT: dict[str, Any] = {"who": "maya", "as_of": DAY}
ROOT = Path(__file__).parents[1]


@pytest.fixture
def shop(database_url: str) -> Iterator[Database]:
    """Six people: four may be e-mailed, one was never asked, one said no."""
    with opened(database_url) as database:
        write(database, created(customer=[_customer(n) for n in range(1, 7)]))
        yield database


def _customer(number: int) -> dict[str, Any]:
    may = {5: None, 6: "no"}.get(number, "yes")
    phone = f"+4860000000{number}"
    name = f"Person {number}"
    mail = f"p{number}@example.com"
    return {"name": name, "email": mail, "phone": phone, "may_email": may, "may_message": may}


def drafts(*numbers: int, **more: Any) -> pd.DataFrame:
    """One draft a person, due today."""
    usual = {"play": "birthday", "due_on": DAY.isoformat(), "channel": "e-mail", "subject": "Hello"}
    made = [
        {**usual, "customer_id": n, "address": f"p{n}@example.com", "body": f"Dear {n},\nhello.", **more}
        for n in numbers
    ]
    return pd.DataFrame(made, columns=list(DRAFT_COLUMNS))


def states(database: Database) -> dict[int, str]:
    return {row["customer_id"]: row["state"] for row in rows(database, "message")}


def customer(database: Database, number: int) -> dict[str, Any]:
    return next(row for row in rows(database, "customer") if row["id"] == number)


def test_the_same_occasion_is_the_same_message(shop: Database) -> None:
    """Queued again, nothing is stored; another day of the play waits for the first one to go."""
    assert queue(shop, drafts(1, 2), **ACT).created == 2
    assert queue(shop, drafts(1, 2), **ACT) is None
    assert queue(shop, drafts(1, due_on="2026-01-06"), **ACT) is None
    assert queue(shop, drafts(2, 2, 3, play="thanks"), **ACT).created == 2
    assert queue(shop, drafts(1, 1, play=None), **ACT).created == 1
    assert queue(shop, drafts(1, play=None), **ACT) is None
    assert len({row["token"] for row in rows(shop, "message")}) == 5


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"body": " "}, "has no text"),
        ({"due_on": None}, "has no day"),
        ({"channel": "pigeon"}, "is no channel"),
    ],
)
def test_a_draft_that_makes_no_sense_is_refused(shop: Database, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        queue(shop, drafts(1, **wrong), **ACT)
    assert rows(shop, "message") == []


def test_what_waits_is_sent_and_stands_on_the_time_line(shop: Database, office: Office) -> None:
    """Sent, dated, a contact of today that counts for quiet days, and a line among what happened."""
    queue(shop, drafts(1, 2), **ACT)
    done = send_waiting(shop, office.post(leave_mail="stop@example.org"), **ACT)
    assert (done.sent, done.left, done.trouble, done.words) == (2, 0, "", "2 sent.")
    assert office.addresses == ["p1@example.com", "p2@example.com"]
    first = rows(shop, "message")[0]
    assert (first["state"], first["date"]) == ("sent", "2026-01-05")
    message = office.taken[0][1]
    assert message["Message-ID"] == f"<{first['token']}@example.org>"
    assert message.get_content().startswith("Dear 1,") and first["token"] in message["List-Unsubscribe"]
    assert profile(shop, 1)["last_contact_on"] == "2026-01-05"
    line = page(shop, 1, DAY).time_line
    assert "Message by e-mail: Hello" in set(line["words"])


def test_a_second_run_sends_nothing(shop: Database, office: Office) -> None:
    queue(shop, drafts(1), **ACT)
    assert send_waiting(shop, office.post(), **ACT).sent == 1
    again = send_waiting(shop, office.post(), **ACT)
    assert (again.sent, len(office.taken)) == (0, 1)
    assert queue(shop, drafts(1), **ACT) is None


def test_only_a_yes_is_written_to(shop: Database, office: Office) -> None:
    """Not known, no, do not contact, came back, no address any more: stopped, each with its reason."""
    queue(shop, drafts(1, 2, 3, 4, 5, 6), **ACT)
    write(
        shop,
        changed(
            ("customer", 1, "do_not_contact", None, "yes"), ("customer", 2, "bounced_on", None, "2026-01-02")
        ),
    )
    write(shop, changed(("customer", 3, "email", "p3@example.com", None)))
    done = send_waiting(shop, office.post(), **ACT)
    assert (done.sent, done.stopped, office.addresses) == (1, 5, ["p4@example.com"])
    notes = {row["customer_id"]: row["note"] for row in rows(shop, "message") if row["state"] == "stopped"}
    assert notes == {
        1: "Do not contact",
        2: "E-mail came back",
        3: "No e-mail address",
        5: "Not known whether they may be e-mailed",
        6: "May not be e-mailed",
    }


def test_consent_counts_at_the_moment_of_sending(shop: Database, office: Office) -> None:
    """A no that comes in between the looking up and the claim still stops the e-mail."""
    queue(shop, drafts(1, 2), **ACT)
    asked: list[int] = []
    before = messages_sending.held_back

    def interrupted(*given: Any) -> pd.DataFrame:
        found = before(*given)
        if not asked:
            asked.append(1)
            write(shop, changed(("customer", 1, "may_email", "yes", "no")))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(messages_sending, "held_back", interrupted)
        done = send_waiting(shop, office.post(), **ACT)
    assert (done.sent, done.stopped, office.addresses) == (1, 1, ["p2@example.com"])


def test_a_corrected_address_is_the_one_that_is_written_to(shop: Database, office: Office) -> None:
    queue(shop, drafts(1), **ACT)
    write(shop, changed(("customer", 1, "email", "p1@example.com", "new@example.com")))
    send_waiting(shop, office.post(), **ACT)
    assert office.addresses == ["new@example.com"]
    assert rows(shop, "message")[0]["address"] == "new@example.com"


def test_a_person_who_is_gone_is_not_written_to(shop: Database, office: Office) -> None:
    """Removed with what waited for them, also while others of the same run are on their way."""
    queue(shop, drafts(1, 2, 3), **ACT)
    remove_customers(shop, [1], **ACT)
    claimed = messages_sending._Run(shop, DAY, "maya", None)
    rows_claimed = claimed.claim()
    remove_customers(shop, [3], **ACT)
    with office.post().line() as line:
        claimed.deliver(rows_claimed, office.post(), line, lambda *_: None)
    assert states(shop) == {2: "sent"}
    assert [row["customer_id"] for row in rows(shop, "interaction")] == [2]


def test_what_is_due_later_waits_and_what_is_long_past_is_stopped(shop: Database, office: Office) -> None:
    """A birthday greeting goes out on the birthday; one that is a month late does not go out at all."""
    queue(shop, drafts(1, due_on="2026-01-06"), **ACT)
    queue(shop, drafts(2, due_on="2025-12-01"), **ACT)
    assert send_waiting(shop, office.post(), **ACT).sent == 0
    assert states(shop) == {1: "waiting", 2: "stopped"}
    assert send_waiting(shop, office.post(), who="maya", as_of=DAY + timedelta(1)).sent == 1


def test_an_address_that_nobody_has_is_marked(shop: Database, office: Office) -> None:
    """5xx: the message came back, the customer is marked, and gets no further one."""
    office.receivers["p1@"] = "550 5.1.1 No such user"
    queue(shop, drafts(1, 2), **ACT)
    done = send_waiting(shop, office.post(), **ACT)
    assert (done.sent, done.bounced, customer(shop, 1)["bounced_on"]) == (1, 1, "2026-01-05")
    assert rows(shop, "message")[0]["note"] == "550 5.1.1 No such user"
    assert profile(shop, 1)["last_contact_on"] is None
    queue(shop, drafts(1, play="thanks"), **ACT)
    assert send_waiting(shop, office.post(), **ACT).stopped == 1


def test_a_message_that_is_not_taken_blames_no_address(shop: Database, office: Office) -> None:
    office.contents["p1@"] = "554 5.6.0 Looks like spam"
    queue(shop, drafts(1), **ACT)
    assert send_waiting(shop, office.post(), **ACT).refused == 1
    assert (states(shop), customer(shop, 1)["bounced_on"]) == ({1: "refused"}, None)


def test_not_now_is_tried_again_and_given_up_after_days(shop: Database, office: Office) -> None:
    """4xx waits for the next run, not the same one; after five days it is a no."""
    office.receivers["p1@"] = "450 4.2.1 Greylisted"
    queue(shop, drafts(1), **ACT)
    for late, expected in ((0, "waiting"), (1, "waiting"), (4, "waiting"), (5, "refused")):
        done = send_waiting(shop, office.post(), who="maya", as_of=DAY + timedelta(late))
        assert (done.later, done.refused) == ((1, 0) if expected == "waiting" else (0, 1))
        assert states(shop) == {1: expected}
    assert rows(shop, "message")[0]["note"] == "Tried for 5 days: 450 4.2.1 Greylisted"


def test_greylisted_ones_go_out_the_next_time(shop: Database, office: Office) -> None:
    office.receivers["p1@"] = "450 4.2.1 Greylisted"
    queue(shop, drafts(1), **ACT)
    send_waiting(shop, office.post(), **ACT)
    office.receivers.clear()
    assert send_waiting(shop, office.post(), **ACT).sent == 1


def test_the_day_has_a_limit(shop: Database, office: Office) -> None:
    """What went out on a day counts for all its runs, also what came back; the next day has its own."""
    save_settings(shop, {"mail_daily_limit": "2"}, **ACT)
    office.receivers["p1@"] = "550 5.1.1 No such user"
    queue(shop, drafts(1, 2, 3, 4), **ACT)
    assert send_waiting(shop, office.post(), limit=1, **ACT).left == 3
    done = send_waiting(shop, office.post(), **ACT)
    assert (done.sent, done.left) == (1, 2)
    assert done.words == "1 sent. 2 due still wait (at most 2 go out on one day)."
    assert send_waiting(shop, office.post(), **ACT).sent == 0
    assert send_waiting(shop, office.post(), who="maya", as_of=DAY + timedelta(1)).sent == 2


def test_a_server_that_cannot_be_reached_loses_nothing(shop: Database) -> None:
    """The run ends with a sentence; all wait as before."""
    queue(shop, drafts(1, 2), **ACT)
    done = send_waiting(shop, Post("127.0.0.1", "shop@example.org", port=1, security="none"), **ACT)
    assert "cannot be reached" in done.trouble and done.trouble in done.words
    assert (done.left, states(shop)) == (2, {1: "waiting", 2: "waiting"})
    assert [row["date"] for row in rows(shop, "message")] == [None, None]


class Crash(Exception):
    """Something that nobody foresaw."""


class CrashingPost(Post):
    """Sends until it comes to one address, and breaks down there."""

    at = "p2@"

    @contextmanager
    def line(self) -> Iterator[Any]:
        with super().line() as line:
            send = line.send

            def crashing(message: Any) -> Any:
                if self.at in str(message["To"]):
                    raise Crash
                return send(message)

            line.send = crashing  # type: ignore[method-assign]
            yield line


def test_after_a_crash_nothing_goes_twice(shop: Database, office: Office) -> None:
    """The one on its way may have gone out: listed, never sent again. Those before it are sent, those after it wait."""
    queue(shop, drafts(1, 2, 3), **ACT)
    with pytest.raises(Crash):
        send_waiting(shop, CrashingPost("127.0.0.1", "shop@example.org", office.port, "none"), **ACT)
    assert states(shop) == {1: "sent", 2: "sending", 3: "waiting"}
    done = send_waiting(shop, office.post(), **ACT)
    assert (done.sent, done.unsure, office.addresses) == (1, 1, ["p1@example.com", "p3@example.com"])
    assert "1 may have gone out or not" in done.words
    assert unsure_messages(shop)[["customer_id", "name", "address"]].values.tolist() == [
        [2, "Person 2", "p2@example.com"]
    ]
    assert queue(shop, drafts(2, due_on="2026-01-06"), **ACT) is None


@pytest.mark.parametrize(("went_out", "state"), [(True, "sent"), (False, "waiting")])
def test_a_person_says_what_became_of_it(shop: Database, went_out: bool, state: str, office: Office) -> None:
    queue(shop, drafts(2), **ACT)
    with pytest.raises(Crash):
        send_waiting(shop, CrashingPost("127.0.0.1", "shop@example.org", office.port, "none"), **ACT)
    assert settle_unsure(shop, [1], went_out=went_out, **ACT) == 1
    assert settle_unsure(shop, [1], went_out=went_out, **ACT) == 0
    assert states(shop) == {2: state}
    assert len(rows(shop, "interaction")) == went_out


KILLED = """
import os, sys
from datetime import date
from crm_core.actions.messages import send_waiting
from crm_core.actions.opening import open_at
from crm_core.outreach.mail import Line, Post
sent, send = [], Line.send
def killed(line, message):
    if len(sent) == 2:
        os._exit(9)
    sent.append(send(line, message))
    return sent[-1]
Line.send = killed
post = Post("127.0.0.1", "shop@example.org", port=int(sys.argv[2]), security="none")
send_waiting(open_at(sys.argv[1]), post, as_of=date(2026, 1, 5), who="maya")
"""


@pytest.mark.slow
def test_a_killed_process_sends_nothing_twice(shop: Database, database_url: str, office: Office) -> None:
    """Killed between two e-mails: all that were claimed may have gone out; none of them is ever sent again."""
    queue(shop, drafts(1, 2, 3, 4), **ACT)
    ended = subprocess.run([sys.executable, "-c", KILLED, database_url, str(office.port)], cwd=ROOT)
    assert (ended.returncode, len(office.taken)) == (9, 2)
    done = send_waiting(shop, office.post(), **ACT)
    assert (done.sent, done.unsure, len(office.taken)) == (0, 4, 2)


def test_two_runs_at_once_send_each_once(shop: Database, office: Office) -> None:
    """Two threads with a slow server, groups of two: every message once, the day's limit holds for both together."""
    write(shop, created(customer=[_customer(1) | {"email": f"q{n}@example.com"} for n in range(20)]))
    save_settings(shop, {"mail_daily_limit": "15"}, **ACT)
    queue(shop, drafts(*range(7, 27), address="?"), **ACT)
    office.waits = 0.02
    done: list[messages.Sent] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crm_core.actions.messages_sending.GROUP", 2)
        runs = [
            threading.Thread(target=lambda: done.append(send_waiting(shop, office.post(), **ACT)))
            for _ in "ab"
        ]
        for run in runs:
            run.start()
        for run in runs:
            run.join(60)
    assert sum(one.sent for one in done) == len(office.addresses) == len(set(office.addresses)) == 15
    assert sorted(states(shop).values()) == ["sent"] * 15 + ["waiting"] * 5


def test_an_undo_takes_no_e_mail_back_into_the_queue(shop: Database, office: Office) -> None:
    """What went out cannot be taken back: after an undo of the sending it may have gone out, and is not sent again."""
    queue(shop, drafts(1), **ACT)
    send_waiting(shop, office.post(), **ACT)
    last = max(row["batch"] for row in rows(shop, "interaction"))
    undo_batch(shop, last, **ACT)
    assert send_waiting(shop, office.post(), **ACT).sent == 0
    assert len(office.taken) == 1


def test_who_unsubscribes_gets_no_more(shop: Database, office: Office) -> None:
    """May be e-mailed: no; what waits is stopped; asked again, the same sentence and nothing more."""
    queue(shop, drafts(1, 2), **ACT)
    queue(shop, drafts(1, play="thanks"), **ACT)
    token = rows(shop, "message")[0]["token"]
    done = messages.unsubscribe(shop, token, as_of=DAY)
    assert (done.stopped, customer(shop, 1)["may_email"]) == (2, "no")
    assert done.words == "You will get no more e-mails from us."
    again = messages.unsubscribe(shop, token, as_of=DAY)
    assert (again.batch, again.words) == (None, "You get no more e-mails from us; that was noted before.")
    send_waiting(shop, office.post(), **ACT)
    assert office.addresses == ["p2@example.com"]


def test_who_shares_the_address_gets_no_more_either(shop: Database, office: Office) -> None:
    """Two records of one address: whoever reads it said no, whichever of them the e-mail was for."""
    write(shop, changed(("customer", 2, "email", "p2@example.com", "p1@example.com")))
    queue(shop, drafts(1, 2, 3), **ACT)
    done = messages.unsubscribe(shop, rows(shop, "message")[0]["token"], as_of=DAY)
    assert done.stopped == 2
    assert [customer(shop, n)["may_email"] for n in (1, 2, 3)] == ["no", "no", "yes"]


def test_a_no_holds_against_whoever_writes_at_the_same_moment(shop: Database) -> None:
    """The cell moved between reading and writing: it is read again, and the no stands."""
    queue(shop, drafts(1), **ACT)
    before = messages_back._no_more

    def interrupted(people: pd.DataFrame) -> Any:
        found = before(people)
        if people.iloc[0]["may_email"] == "yes":
            write(shop, changed(("customer", 1, "may_email", "yes", None)))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(messages_back, "_no_more", interrupted)
        messages.unsubscribe(shop, rows(shop, "message")[0]["token"], as_of=DAY)
    assert customer(shop, 1)["may_email"] == "no"


def test_the_answer_is_in_the_customers_language(shop: Database) -> None:
    write(shop, changed(("customer", 1, "language", None, "de")))
    queue(shop, drafts(1), **ACT)
    token = rows(shop, "message")[0]["token"]
    assert messages.unsubscribe(shop, token, as_of=DAY).words == "Sie bekommen keine E-Mails mehr von uns."
    assert "schon vermerkt" in messages.unsubscribe(shop, token, as_of=DAY).words


def test_records_made_one_while_their_e_mail_is_on_its_way(shop: Database, office: Office) -> None:
    """It is a contact of the one who stays."""
    write(shop, created(pair=[{"first_id": 2, "second_id": 1, "state": "open"}]))
    queue(shop, drafts(2), **ACT)
    run = messages_sending._Run(shop, DAY, "maya", None)
    claimed = run.claim()
    merge(shop, 1, **ACT)
    with office.post().line() as line:
        run.deliver(claimed, office.post(), line, lambda *_: None)
    assert (states(shop), [row["customer_id"] for row in rows(shop, "interaction")]) == ({1: "sent"}, [1])


def test_an_address_corrected_while_its_e_mail_is_on_its_way_is_not_marked(
    shop: Database, office: Office
) -> None:
    office.receivers["p1@"] = "550 5.1.1 No such user"
    queue(shop, drafts(1), **ACT)
    run = messages_sending._Run(shop, DAY, "maya", None)
    claimed = run.claim()
    write(shop, changed(("customer", 1, "email", "p1@example.com", "new@example.com")))
    with office.post().line() as line:
        run.deliver(claimed, office.post(), line, lambda *_: None)
    assert (states(shop), customer(shop, 1)["bounced_on"]) == ({1: "bounced"}, None)


def test_a_server_that_passes_nothing_on_marks_nobody(shop: Database, office: Office) -> None:
    """A wrong setting must not cost the addresses of all customers: all wait, and the reason is said."""
    office.receivers["@"] = "550 relay not permitted"
    queue(shop, drafts(1, 2, 3), **ACT)
    done = send_waiting(shop, office.post(), **ACT)
    assert (done.later, done.bounced, set(states(shop).values())) == (3, 0, {"waiting"})
    assert "not taken now (“550 relay not permitted”)" in done.words
    assert [customer(shop, n)["bounced_on"] for n in (1, 2, 3)] == [None] * 3


@pytest.mark.parametrize(
    ("text", "count"),
    [("a" * 160, 1), ("a" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("ł" * 70, 1), ("ł" * 71, 2), ("😀" * 36, 2), ],
)  # fmt: skip
def test_how_many_text_messages_a_text_is(text: str, count: int) -> None:
    """160 plain letters or 70 of any others in one; 153 or 67 in each of several."""
    assert parts(text) == count


@pytest.mark.parametrize(
    ("phone", "number"),
    [
        ("+48 600-000 001", "+48600000001"),
        ("+48600000001;ext=12", "+48600000001"),
        ("0600 / 123 x4", "0600123"),
    ],
)
def test_a_number_as_services_take_it(phone: str, number: str) -> None:
    assert dialled(phone) == number


@pytest.mark.parametrize("token", ["", " ", "nobody's", "' OR 1=1 --"])
def test_a_mark_of_no_message_is_said(shop: Database, token: str) -> None:
    with pytest.raises(NotFound, match="belongs to no e-mail of ours"):
        messages.unsubscribe(shop, token, as_of=DAY)


REPORT = """From: MAILER-DAEMON@mail.example.net
To: shop@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=b="

--=b=
Content-Type: text/plain

I am sorry.

--=b=
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.net

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {status} No such user here

--=b=
Content-Type: text/rfc822-headers

From: shop@example.org
Message-ID: <{token}@example.org>
Subject: Hello

--=b=--
"""


def report(
    token: str, action: str = "failed", status: str = "5.1.1", address: str = "p1@example.com"
) -> bytes:
    return REPORT.format(token=token, action=action, status=status, address=address).encode()


PLAIN = """From: Mail Delivery System <Mailer-Daemon@mx.example.net>
To: shop@example.org
X-Failed-Recipients: p2@example.com
Subject: Mail delivery failed: returning message to sender

A message that you sent could not be delivered.

  p2@example.com
    host mx.example.com said: 550 Unknown user
"""


def test_what_comes_back_later_marks_the_address(shop: Database, office: Office) -> None:
    """A delivery report and a plain one, in one .mbox; what was no contact after all counts for none. Twice: no-op."""
    queue(shop, drafts(1, 2, 3), **ACT)
    send_waiting(shop, office.post(), **ACT)
    token = rows(shop, "message")[0]["token"]
    box = (
        b"From daemon Mon Jan  5 12:00:00 2026\n"
        + report(token)
        + b"\nFrom daemon Mon Jan  5\n"
        + PLAIN.encode()
    )
    done = messages.bounces(shop, [("returned.mbox", box)], **ACT)
    assert (done.bounced, done.customers, done.unknown, done.late) == (2, 2, 0, 0)
    assert states(shop) == {1: "bounced", 2: "bounced", 3: "sent"}
    assert [customer(shop, n)["bounced_on"] for n in (1, 2, 3)] == ["2026-01-05", "2026-01-05", None]
    assert [row["note"] for row in rows(shop, "message")][:2] == [
        "5.1.1 No such user here",
        "host mx.example.com said: 550 Unknown user",
    ]
    assert (profile(shop, 1)["last_contact_on"], len(rows(shop, "interaction"))) == (None, 1)
    again = messages.bounces(shop, [("returned.mbox", box)], **ACT)
    assert (again.bounced, again.known, again.batch) == (0, 2, None)


def test_late_foreign_and_ordinary_e_mails_change_nothing(shop: Database, office: Office) -> None:
    """Delayed ones are still under way; our own rights and full boxes are not the address's fault."""
    queue(shop, drafts(1), **ACT)
    send_waiting(shop, office.post(), **ACT)
    token = rows(shop, "message")[0]["token"]
    files = [
        report(token, "delayed", "4.4.1"), report(token, "failed", "5.7.1"), report(token, "failed", "5.2.2"),
        report("x" * 22, address="stranger@example.com"), b"From: anna@example.com\n\nThank you. 550 EUR is fine.\n",
        b"", b"\xff\xfe\x00 no e-mail at all",
    ]  # fmt: skip
    done = messages.bounces(shop, [(f"{n}.eml", one) for n, one in enumerate(files)], **ACT)
    assert (done.bounced, done.late, done.unknown, done.other) == (0, 3, 1, 3)
    assert (states(shop), customer(shop, 1)["bounced_on"]) == ({1: "sent"}, None)


def test_an_address_that_was_corrected_since_is_not_marked(shop: Database, office: Office) -> None:
    queue(shop, drafts(1), **ACT)
    send_waiting(shop, office.post(), **ACT)
    write(shop, changed(("customer", 1, "email", "p1@example.com", "new@example.com")))
    done = messages.bounces(shop, [("a.eml", report(rows(shop, "message")[0]["token"]))], **ACT)
    assert (done.bounced, done.customers, customer(shop, 1)["bounced_on"]) == (1, 0, None)


def test_messages_for_telephones_go_out_as_a_file(shop: Database) -> None:
    """Phone as text, text, name; exported counts as a contact; asked again, the same rows; no consent, not in it."""
    queue(shop, drafts(1, 2, 5, channel="message", body="=Hello"), **ACT)
    first = messages.export_messages(shop, "message", **ACT)
    sheet = openpyxl.load_workbook(io.BytesIO(first.bytes)).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Phone", "Text", "Name", "Parts"],
        ["+48600000001", "=Hello", "Person 1", 1],
        ["+48600000002", "=Hello", "Person 2", 1],
    ]
    assert sheet["B2"].data_type == "s"
    assert (first.people, first.stopped) == (2, {"Not known whether they may be messaged": 1})
    assert states(shop) == {1: "exported", 2: "exported", 5: "stopped"}
    assert profile(shop, 1)["last_contact_on"] == "2026-01-05"
    again = messages.export_messages(shop, "message", as_csv=True, **ACT)
    assert (again.people, again.batch) == (2, None)
    assert again.bytes.decode("utf-8-sig").splitlines()[1].endswith("'=Hello,Person 1,1")
    later = messages.export_messages(shop, "message", who="maya", as_of=DAY + timedelta(1))
    assert later.people == 0


def test_e_mails_are_sent_not_exported(shop: Database) -> None:
    with pytest.raises(InvalidInput, match="not exported"):
        messages.export_messages(shop, "e-mail", **ACT)


def test_a_line_break_in_a_name_blocks_nobody(shop: Database, office: Office) -> None:
    """It is written on one line; what no header can hold is refused, and the next one goes out."""
    write(shop, changed(("customer", 1, "name", "Person 1", "Person\nBcc: x@example.com")))
    write(shop, changed(("customer", 2, "email", "p2@example.com", "not an address")))
    queue(shop, drafts(1, 2, 3), **ACT)
    done = send_waiting(shop, office.post(), **ACT)
    assert (done.sent, done.refused) == (2, 1)
    assert office.taken[0][1]["To"].addresses[0].display_name == "Person Bcc: x@example.com"
    assert office.taken[0][1]["Bcc"] is None
