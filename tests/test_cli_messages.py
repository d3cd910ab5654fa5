"""`regulars send-due`, `bounces`, `unsubscribe`, on a real mail server: JSON, exit codes, lists by e-mail."""

import io
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from test_cli import Shell

from crm_core import cli_messages
from crm_core.actions.company import save_settings
from crm_core.actions.mail_lists import mail_lists
from crm_core.actions.mail_settings import daily_limit, post_of
from crm_core.actions.messages import DRAFT_COLUMNS, queue, send_waiting
from crm_core.actions.messages_due import due_messages
from crm_core.actions.opening import Database
from crm_core.actions.settings import set_setting
from crm_core.errors import InvalidInput
from crm_core.ledger.reading.outcomes import compared, outcomes
from crm_core.outreach.mail import Post
from tests.acting import DAY, changed, created, opened, rows, write
from tests.post_office import Office, office

__all__ = ["office"]

ACT: dict[str, Any] = {"who": "maya", "as_of": DAY}
ROOT = Path(__file__).parents[1]
TODAY = ("--as-of", DAY.isoformat())
GREETINGS = pd.DataFrame(
    [
        (
            1,
            "birthday",
            "2026-01-05",
            "e-mail",
            "ada@example.com",
            "Happy birthday, Ada",
            "Hello Ada.",
            "waiting",
        ),
        (
            2,
            "birthday",
            "2026-01-08",
            "e-mail",
            "ben@example.com",
            "Happy birthday, Ben",
            "Hello Ben.",
            "waiting",
        ),
    ],
    columns=list(DRAFT_COLUMNS),
)


@pytest.fixture
def shop(database_url: str) -> Iterator[Database]:
    """Ada has her birthday today and may be e-mailed, Ben's is in three days, Cleo was never asked; Maya works here."""
    people = [
        {"name": "Ada Novak", "preferred_name": "Ada", "birthday": "1980-01-05", "email": "ada@example.com"},
        {"name": "Ben Ode", "birthday": "1990-01-08", "email": "ben@example.com"},
        {"name": "Cleo", "birthday": "1990-01-05", "email": "cleo@example.com", "may_email": None},
    ]
    with opened(database_url) as database:
        maya = {"name": "Maya", "email": "maya@example.org", "list_by_email": "yes"}
        everybody = [{"may_email": "yes", "phone": f"+4860000000{n}"} | one for n, one in enumerate(people)]
        write(
            database,
            created(customer=everybody, colleague=[maya, {"name": "Noa", "email": "noa@example.org"}]),
        )
        yield database


@pytest.fixture
def run(
    shop: Database,
    office: Office,
    database_url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """The command line, with the mail server set; the plays of the day have a greeting for Ada and one for Ben."""
    monkeypatch.setattr(cli_messages, "due_messages", lambda database, as_of, offers=None: GREETINGS)
    settings = {"smtp_host": "127.0.0.1", "smtp_port": str(office.port), "smtp_security": "none"}
    save_settings(shop, {**settings, "smtp_from": "shop@example.org", "company": "Café Marigold"}, **ACT)
    return Shell(database_url, capsys)


def test_what_is_due_is_queued_and_what_is_of_today_is_sent(
    run: Shell, shop: Database, office: Office
) -> None:
    """Ada's greeting goes out today, Ben's waits for his day; asked again, nothing more."""
    done = run.json("send-due", *TODAY)
    assert (done["queued"], done["sent"], done["left"], done["lists"]["sent"]) == (2, 1, 0, ["Maya"])
    greeting = office.taken[0][1]
    assert (office.taken[0][0], greeting["Subject"]) == ("ada@example.com", "Happy birthday, Ada")
    assert greeting.get_content().startswith("Hello Ada") and "Café Marigold" in greeting["From"]
    again = run.json("send-due", *TODAY)
    assert (again["queued"], again["sent"], again["lists"]["sent"]) == (0, 0, [])
    assert len(office.taken) == 2
    assert run.json("send-due", "--as-of", (DAY + timedelta(3)).isoformat())["sent"] == 1
    assert [one for one in office.addresses if "maya" not in one] == ["ada@example.com", "ben@example.com"]


def test_a_preview_shows_and_does_nothing(run: Shell, shop: Database, office: Office) -> None:
    code, out, _ = run("send-due", "--preview", *TODAY)
    assert code == 0 and "2 messages of today's plays." in out and "To: ada@example.com (2026-01-05)" in out
    assert run.json("send-due", "--preview", *TODAY)["messages"][0]["address"] == "ada@example.com"
    assert (rows(shop, "message"), office.taken) == ([], [])


def test_a_limit_for_this_run(run: Shell, office: Office) -> None:
    done = run.json("send-due", "--limit", 0, *TODAY)
    assert (done["sent"], done["left"]) == (0, 1)


def test_without_a_mail_server_it_is_refused(run: Shell, shop: Database) -> None:
    """One sentence that names the settings; nothing is queued."""
    save_settings(shop, {"smtp_host": None, "smtp_from": None}, **ACT)
    code, _, err = run("send-due", *TODAY)
    assert code == 1 and "smtp_host and smtp_from are not set" in err and err.count("\n") == 1
    assert rows(shop, "message") == []


def test_a_server_that_is_away_is_exit_1(run: Shell, shop: Database, office: Office) -> None:
    """What was queued waits; a sentence on stderr and in the JSON."""
    save_settings(shop, {"smtp_port": "1"}, **ACT)
    code, out, err = run("send-due", "--json", *TODAY)
    assert code == 1 and "cannot be reached" in err
    assert json.loads(out)["error"] in err and json.loads(out)["left"] == 1


def test_it_is_said_in_sentences(run: Shell) -> None:
    _, out, _ = run("send-due", *TODAY)
    assert out == "2 queued. 1 sent.\nCall lists sent to: Maya.\n"


def test_a_play_by_e_mail_makes_drafts(shop: Database) -> None:
    """Of those who said yes, with subject and words; none while the play is by phone, none where nobody is due."""
    assert due_messages(shop, DAY).empty
    play = next(row for row in rows(shop, "play") if row["name"] == "birthday")
    write(shop, changed(("play", play["id"], "channel", "phone", "e-mail")))
    found = due_messages(shop, DAY)
    assert list(found.columns) == list(DRAFT_COLUMNS)
    assert (
        found[["customer_id", "due_on", "address"]].values.tolist()
        == GREETINGS[["customer_id", "due_on", "address"]].values.tolist()
    )
    assert found["subject"][0] == "Happy birthday, Ada" and found["body"][0].startswith("Hello Ada")
    assert set(found["play"]) == {"birthday"} and set(found["channel"]) == {"e-mail"}
    assert due_messages(shop, DAY + timedelta(100)).empty


def test_bounces_and_unsubscribing(run: Shell, shop: Database, tmp_path: Path) -> None:
    """Files and marks from the command line; a mark of nobody and a file that is not there are refused."""
    run.json("send-due", *TODAY)
    mark = rows(shop, "message")[0]["token"]
    plain = "From: MAILER-DAEMON@x\nX-Failed-Recipients: ada@example.com\n\n550 Unknown user\n"
    (tmp_path / "back.eml").write_text(plain)
    done = run.json("bounces", tmp_path / "back.eml", *TODAY)
    assert (done["bounced"], done["customers"]) == (1, 1)
    code, out, _ = run("bounces", tmp_path / "back.eml", *TODAY)
    assert (code, out.splitlines()[1]) == (0, "  1 were reported before.")
    assert run.json("unsubscribe", mark, *TODAY)["stopped"] == 0
    assert rows(shop, "customer")[0]["may_email"] == "no"
    assert "noted before" in run("unsubscribe", mark, *TODAY)[1]
    for wrong in (("unsubscribe", "nobody's"), ("bounces", tmp_path / "no.eml")):
        code, _, err = run(*wrong, *TODAY)
        assert code == 1 and err.count("\n") == 1


@pytest.mark.parametrize("arguments", [("send-due", "--limit", "many"), ("bounces",), ("unsubscribe",)])
def test_wrong_usage_is_two(run: Shell, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2


# Lists by e-mail --------------------------------------------------------------------------------------------


def test_a_colleague_gets_their_own_list_once_a_day(shop: Database, office: Office) -> None:
    """The workbook with their own people; twice: none; the next day: another. Who did not ask gets none."""
    write(shop, changed(("customer", 1, "owner", None, "Maya"), ("customer", 2, "owner", None, "Noa")))
    done = mail_lists(shop, office.post(), **ACT)
    assert (done.sent, done.failed, office.addresses) == (("Maya",), (), ["maya@example.org"])
    message = office.taken[0][1]
    assert message["Subject"] == "Call list of Monday 5 January"
    attached = next(iter(message.iter_attachments()))
    assert attached.get_filename() == "call-list-2026-01-05-maya.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(attached.get_content()))["Maya"]
    assert "Ada Novak" in {cell.value for row in sheet.iter_rows() for cell in row}
    assert mail_lists(shop, office.post(), **ACT).sent == ()
    write(
        shop,
        created(follow_up=[{"customer_id": 3, "due_on": "2026-01-06", "state": "open", "owner": "Maya"}]),
    )
    assert mail_lists(shop, office.post(), who="maya", as_of=DAY + timedelta(1)).sent == ("Maya",)


def test_who_is_away_or_has_nobody_gets_no_list(shop: Database, office: Office) -> None:
    """No e-mail to them, and no mark: once they have somebody, or are back, they get their list, also on that day."""
    write(shop, created(colleague=[{"name": "Zed", "email": "zed@example.org", "list_by_email": "yes"}]))
    write(shop, changed(*(("customer", n, "owner", None, "Maya") for n in (1, 2, 3))))
    away = {"colleague": "Maya", "starts": "2026-01-01", "ends": "2026-01-05"}
    write(shop, created(absence=[away]))
    done = mail_lists(shop, office.post(), **ACT)
    assert "maya@example.org" not in office.addresses and "Maya" not in done.sent
    assert mail_lists(shop, office.post(), who="maya", as_of=DAY + timedelta(1)).sent == ("Maya",)


def test_one_list_that_breaks_keeps_nobody_else_from_theirs(shop: Database, office: Office) -> None:
    """A program that ends at Ada's list: Maya gets hers with the next run; Ada's may have gone out."""
    write(shop, created(colleague=[{"name": "Ada", "email": "ada@example.org", "list_by_email": "yes"}]))
    write(shop, changed(("customer", 1, "owner", None, "Maya"), ("customer", 2, "owner", None, "Ada")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crm_core.outreach.mail.Line.send", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            mail_lists(shop, office.post(), **ACT)
    assert mail_lists(shop, office.post(), **ACT).sent == ("Maya",)


def test_a_list_that_was_not_taken_is_tried_again(shop: Database, office: Office) -> None:
    """Not now, or nobody there: the next run of the day tries again."""
    office.receivers["maya"] = "450 4.2.1 Greylisted"
    assert mail_lists(shop, office.post(), **ACT).failed == (("Maya", "450 4.2.1 Greylisted"),)
    away = mail_lists(shop, Post("127.0.0.1", "shop@example.org", port=1, security="none"), **ACT)
    assert "cannot be reached" in away.trouble
    office.receivers.clear()
    assert mail_lists(shop, office.post(), **ACT).sent == ("Maya",)


def test_a_list_that_may_have_gone_out_is_not_sent_again(shop: Database, office: Office) -> None:
    """The line broke after all of it was handed over, or the program ended in between."""
    office.drop = "maya"
    assert mail_lists(shop, office.post(), **ACT).failed[0][1].startswith("The line broke before")
    office.drop = ""
    assert mail_lists(shop, office.post(), **ACT).sent == ()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crm_core.outreach.mail.Line.send", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            mail_lists(shop, office.post(), who="maya", as_of=DAY + timedelta(1))
    assert mail_lists(shop, office.post(), who="maya", as_of=DAY + timedelta(1)).sent == ()


HOLDING = {"channel": "e-mail", "held_out": 0.5, "exempt": "no"}


def holding(shop: Database) -> None:
    """The birthday greeting by e-mail, with half of the people held out; forty more people with their birthday."""
    play = next(row for row in rows(shop, "play") if row["name"] == "birthday")
    write(shop, changed(*(("play", play["id"], name, play[name], value) for name, value in HOLDING.items())))
    more = [
        {"name": f"P {n}", "birthday": "1980-01-05", "email": f"q{n}@example.com", "may_email": "yes"}
        for n in range(40)
    ]
    write(shop, created(customer=more))


def test_who_is_held_out_of_a_play_by_e_mail_is_kept_in_mind(shop: Database) -> None:
    """Stored with the messages of their play, once, as a call list stores them; counted as no message."""
    holding(shop)
    drafts = due_messages(shop, DAY)
    spared = set(drafts.loc[drafts["state"] == "held out", "customer_id"])
    assert 5 < len(spared) < 37 and drafts.loc[drafts["state"] == "held out", "body"].isna().all()
    batch = queue(shop, drafts, **ACT)
    kept = [row for row in rows(shop, "follow-up") if row["state"] == "held out"]
    assert {row["customer_id"] for row in kept} == spared
    assert {(row["play"], row["issued_on"]) for row in kept} == {("birthday", "2026-01-05")}
    assert batch is not None and batch.created == len(rows(shop, "message")) == 42 - len(spared)
    assert spared.isdisjoint(row["customer_id"] for row in rows(shop, "message"))
    assert queue(shop, drafts, **ACT) is None
    assert queue(shop, due_messages(shop, DAY), **ACT) is None


def test_writing_is_proved_without_a_call_list(shop: Database, office: Office) -> None:
    """A team that only e-mails: both groups stand in what the proof compares."""
    holding(shop)
    queue(shop, due_messages(shop, DAY), **ACT)
    send_waiting(shop, office.post(), **ACT)
    with shop.read() as connection:
        frame = compared(outcomes(connection, DAY + timedelta(60), 30), 30)
    mine = frame[frame["play"] == "birthday"]
    assert mine["held"].sum() > 5 and (~mine["held"]).sum() > 5


def test_a_preview_tells_how_many_are_held_out(run: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    spared = pd.DataFrame([{"customer_id": 3, "play": "birthday", "state": "held out"}])
    both = pd.concat([GREETINGS, spared], ignore_index=True)
    monkeypatch.setattr(cli_messages, "due_messages", lambda database, as_of, offers=None: both)
    found = run.json("send-due", "--preview", *TODAY)
    assert (len(found["messages"]), found["held_out"]) == (2, 1)
    assert "1 people are held out" in run("send-due", "--preview", *TODAY)[1]


def test_the_subject_is_in_the_customers_language_as_the_words_are(shop: Database, office: Office) -> None:
    """And so is the line below that ends the e-mails."""
    play = next(row for row in rows(shop, "play") if row["name"] == "birthday")
    write(
        shop,
        changed(
            ("play", play["id"], "channel", "phone", "e-mail"), ("customer", 1, "language", None, "Deutsch")
        ),
    )
    words = {
        "play": "birthday",
        "language": "de",
        "say": "Alles Gute[, {name}].",
        "subject": "Zum Geburtstag",
    }
    write(shop, created(wording=[words]))
    queue(shop, due_messages(shop, DAY), **ACT)
    send_waiting(shop, office.post(page="https://shop.example.org"), **ACT)
    message = office.taken[0][1]
    assert (message["Subject"], message.get_content().splitlines()[0]) == (
        "Zum Geburtstag",
        "Alles Gute, Ada.",
    )
    assert "Keine solchen E-Mails mehr: https://shop.example.org/unsubscribe/" in message.get_content()


# Settings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("smtp_host", " mail.example.com ", "mail.example.com"),
        ("smtp_port", "465", "465"),
        ("smtp_security", "TLS", "tls"),
        ("smtp_from", "shop@müller.de", "shop@xn--mller-kva.de"),
        ("mail_daily_limit", "1,000", "1000"),
        ("public_address", "https://regulars.example.com/shop/", "https://regulars.example.com/shop"),
    ],
)
def test_a_setting_is_stored_as_it_is_meant(shop: Database, name: str, typed: str, stored: str) -> None:
    assert set_setting(shop, name, typed, **ACT).value == stored


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("smtp_host", "https://mail.example.com"), ("smtp_host", "mail:587"), ("smtp_host", "a b"), ("smtp_port", "0"),
        ("smtp_port", "70000"), ("smtp_security", "ssl"), ("smtp_from", "Shop <shop@example.org>"),
        ("smtp_reply_to", "a@b\nBcc: x@y.de"), ("mail_daily_limit", "-1"), ("mail_daily_limit", "lots"),
        ("public_address", "regulars.example.com"), ("public_address", "javascript:alert(1)"),
        ("public_address", "https://user:pw@example.com"), ("public_address", "https://x.de/?a=b"),
        ("smtp_user", "a\nb"), ("unsubscribe_mail", "stop"),
    ],
)  # fmt: skip
def test_a_setting_without_sense_is_refused(shop: Database, name: str, typed: str) -> None:
    with pytest.raises(InvalidInput):
        set_setting(shop, name, typed, **ACT)
    assert rows(shop, "setting") == []


def test_the_password_comes_from_the_environment_alone(run: Shell, shop: Database) -> None:
    """It is no setting, and stands in none."""
    assert post_of(shop, {"REGULARS_SMTP_PASSWORD": "secret"}).password == "secret"
    assert post_of(shop, {}).password == ""
    with pytest.raises(InvalidInput, match="There is no setting"):
        set_setting(shop, "smtp_password", "secret", **ACT)
    assert "secret" not in repr(post_of(shop, {"REGULARS_SMTP_PASSWORD": "secret"}))


def test_there_is_always_a_way_to_end_the_e_mails(run: Shell, shop: Database) -> None:
    """The address for it, else where answers go, else where they come from."""
    found = [post_of(shop, {}).leave_mail]
    for name in ("smtp_reply_to", "unsubscribe_mail"):
        save_settings(shop, {name: f"{name}@example.org"}, **ACT)
        found.append(post_of(shop, {}).leave_mail)
    assert found == ["shop@example.org", "smtp_reply_to@example.org", "unsubscribe_mail@example.org"]


def test_a_stored_limit_without_sense_is_the_usual_one(shop: Database) -> None:
    save_settings(shop, {"mail_daily_limit": "lots"}, **ACT)
    assert daily_limit(shop) == 200


def test_a_test_message_tries_the_settings(run: Shell, shop: Database, office: Office) -> None:
    """One e-mail, nothing stored; what is wrong is a sentence."""
    code, out, _ = run("send-due", "--test", "me@example.org", *TODAY)
    assert code == 0 and "took the test for me@example.org" in out
    assert office.addresses == ["me@example.org"] and rows(shop, "message") == []
    office.receivers["me@"] = "550 relay not permitted"
    assert "550 relay not permitted" in run.json("send-due", "--test", "me@example.org", *TODAY)["test"]
    assert run("send-due", "--test", "nobody", *TODAY)[0] == 1
    save_settings(shop, {"smtp_port": "1"}, **ACT)
    code, _, err = run("send-due", "--test", "me@example.org", *TODAY)
    assert code == 1 and "cannot be reached" in err


def test_a_stored_setting_without_sense_is_said(run: Shell, shop: Database) -> None:
    save_settings(shop, {"smtp_port": "smtp"}, **ACT)
    with pytest.raises(InvalidInput, match="“smtp” cannot be a port"):
        post_of(shop, {})


@pytest.mark.slow
def test_who_ends_a_run_loses_nothing(run: Shell, shop: Database, office: Office, database_url: str) -> None:
    """SIGTERM in the middle: what went out is noted, at most the one in hand is in doubt, the rest waits."""
    many = [{"name": f"P {n}", "email": f"q{n}@example.com", "may_email": "yes"} for n in range(12)]
    write(shop, created(customer=many))
    wanted = [(n, "thanks", "2026-01-05", "e-mail", "?", "Hi", "Hello", "waiting") for n in range(4, 16)]
    queue(shop, pd.DataFrame(wanted, columns=list(DRAFT_COLUMNS)), **ACT)
    office.waits = 0.3
    command = [sys.executable, "-m", "crm_core", "send-due", "--database", database_url, *TODAY]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        give_up = time.monotonic() + 60
        while len(office.taken) < 3 and time.monotonic() < give_up:
            time.sleep(0.01)
        process.terminate()
        said = process.communicate(timeout=30)[1]
    states = Counter(row["state"] for row in rows(shop, "message"))
    assert process.returncode == 1 and "Stopped. What went out is noted" in said
    assert states["sent"] in (2, 3) and states["sending"] <= 1 and sum(states.values()) == 12
