"""`regulars user`: accounts from the command line; no password ever stands in it."""

import json
from datetime import date

import pytest

from crm_core import cli_user
from crm_core.actions import accounts, settings
from crm_core.actions.opening import open_at
from crm_core.cli import main
from tests.signed_in import PASSWORD, signed_in


@pytest.fixture
def run(database_url, capsys, monkeypatch):
    """Runs one act on a fresh database, with lines of input; exit code, what was printed, what was said in error."""

    def go(*arguments: str, typed: str | None = None) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", Typed(typed))
        code = main(["user", *arguments, "--database", database_url])
        said = capsys.readouterr()
        return code, said.out, said.err

    return go


class Typed:
    """Input that is no terminal."""

    def __init__(self, line: str | None) -> None:
        self.line = line

    def isatty(self) -> bool:
        return False

    def readline(self) -> str:
        assert self.line is not None, "nobody types here"
        return self.line + "\n"


def test_an_account_from_adding_to_closing(run, database_url):
    """Add, list, role, disable, enable, sign-out: each says what it is by now."""
    assert run("list") == (0, "Nobody has an account: whoever sits at this machine needs none.\n", "")
    assert run("add", "Anna", "--role", "manager", "--password-stdin", typed=PASSWORD)[:2] == (
        0, "Anna: manager; all customers; never signed in\n",
    )  # fmt: skip
    assert (
        "Ben: caller; own customers only"
        in run("add", "Ben", "--role", "caller", "--password-stdin", typed=PASSWORD)[1]
    )
    shop = open_at(database_url)
    token = signed_in(shop, "Ben")
    assert "Ben: viewer; all customers; last seen 20" in run("role", "ben", "viewer", "--all")[1]
    assert "Ben: viewer; own customers only" in run("role", "ben", "viewer", "--own")[1]
    assert run("sign-out", "Ben")[0] == 0 and not accounts.ended_session(shop, "x")
    assert "closed" in run("disable", "Ben")[1] and "closed" not in run("enable", "Ben")[1]
    assert accounts.ended_session(shop, token) and len(run("list")[1].splitlines()) == 2
    shop.close()


def test_another_email(run):
    """Set, taken away, and refused where it is somebody else's or none."""
    run("add", "Anna", "--role", "manager", "--no-password")
    run("add", "Ben", "--role", "staff", "--no-password", "--email", "ben@example.com")
    assert "anna@example.com" in run("email", "anna", "Anna@Example.com")[1]
    assert (
        "already" in run("email", "anna", "ben@example.com")[2]
        and "no e-mail" in run("email", "anna", "x")[2]
    )
    assert "@" not in run("email", "anna")[1]


def test_a_link_leads_to_where_others_reach_the_pages(run, database_url):
    """As the setting says; the environment of the server says more."""
    shop = open_at(database_url)
    settings.set_setting(
        shop, "public_address", "https://crm.example.com", who="anna", as_of=date(2026, 1, 5)
    )
    shop.close()
    said = run("add", "Anna", "--role", "manager", "--link")[1]
    assert "https://crm.example.com/sign-in/new?token=" in said


def test_as_json(run):
    """For other programs: the accounts, and the link where there is one."""
    code, out, _ = run("add", "Anna", "--role", "manager", "--email", "anna@example.com", "--json")
    said = json.loads(out)
    assert code == 0 and said["link"].startswith("http://127.0.0.1:8501/sign-in/new?token=")
    (one,) = said["accounts"]
    assert (one["name"], one["role"], one["email"], one["has_password"], one["disabled"]) == (
        "Anna", "manager", "anna@example.com", False, False,
    )  # fmt: skip
    assert (
        json.loads(run("list", "--json")[1])["accounts"][0]["id"] == 1
        and "link" not in run("list", "--json")[1]
    )


def test_where_nobody_can_be_asked_a_link_is_given(run, database_url, monkeypatch):
    """It opens a form for a new password, at the address under which everybody finds Regulars."""
    monkeypatch.setenv("REGULARS_URL", "https://crm.example.com/")
    out = run("add", "Anna", "--role", "manager")[1]
    link = out.splitlines()[1].split()[-1]
    assert link.startswith("https://crm.example.com/sign-in/new?token=")
    shop = open_at(database_url)
    found = accounts.is_good(shop, link.split("=")[1], now=cli_now())
    assert isinstance(found, accounts.Account) and found.name == "Anna"
    assert "once and within a day: https://crm.example.com" in run("password", "anna", "--link")[1]
    assert accounts.is_good(shop, link.split("=")[1], now=cli_now()) is None
    shop.close()


def cli_now():
    from datetime import UTC, datetime

    return datetime.now(UTC)


def test_another_password(run, database_url):
    """From a line of input; all sessions end."""
    run("add", "Anna", "--role", "manager", "--password-stdin", typed=PASSWORD)
    shop = open_at(database_url)
    token = signed_in(shop, "Anna")
    assert run("password", "Anna", "--password-stdin", typed="another long evening")[0] == 0
    assert accounts.person_of(shop, token, cli_now()) is None
    shop.close()


def test_for_the_companys_sign_in_alone(run):
    """No password and no link."""
    out = run("add", "Anna", "--role", "manager", "--email", "anna@example.com", "--no-password")[1]
    assert out == "Anna: manager; all customers; anna@example.com; no password; never signed in\n"


def test_typed_twice_and_unseen(run, monkeypatch):
    """At a terminal; two that differ change nothing."""
    monkeypatch.setattr(cli_user, "_by_link", lambda _: False)
    answers = iter([PASSWORD, PASSWORD + "x", PASSWORD, PASSWORD])
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    code, _, said = run("add", "Anna", "--role", "manager")
    assert code == 1 and "not the same" in said and "Nobody" in run("list")[1]
    assert run("add", "Anna", "--role", "manager")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "typed", "why"),
    [
        (("add", "Ben", "--role", "staff", "--password-stdin"), PASSWORD, "first account must be a manager"),
        (("add", "Anna", "--role", "manager", "--password-stdin"), "short", "characters"),
        (("role", "Nobody", "staff"), None, "no account “Nobody”. There are: none"),
        (("disable", "Nobody"), None, "no account"),
    ],
)
def test_a_refusal_is_one_sentence(run, arguments, typed, why):
    """On stderr, with exit code 1; nothing is printed."""
    code, out, said = run(*arguments, typed=typed)
    assert code == 1 and out == "" and why in said and len(said.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "Anna"),
        ("add", "Anna", "--role", "boss"),
        ("role", "Anna"),
        (),
        ("add", "A", "--role", "staff", "--password", "x"),
    ],
)
def test_wrong_usage(run, arguments):
    """Exit code 2, as everywhere; a password as an argument is none of the options."""
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2
