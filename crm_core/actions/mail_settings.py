"""How e-mails go out: the settings of the mail server with their checks, and the server that they make.

The password stands in the environment alone (REGULARS_SMTP_PASSWORD): it is neither stored, shown nor logged.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from crm_core.errors import InvalidInput
from crm_core.ledger.store.clock import stamp
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.model.rights import ADMINISTER, ASSIGN, SEE, needs
from crm_core.outreach.letters import BREAKS, Letter, checked_address
from crm_core.outreach.mail import SECURITY, SENT, Post

PASSWORD_VARIABLE = "REGULARS_SMTP_PASSWORD"
TEST_WORDS = "This is a test. E-mails of Regulars go out.\n"
LIMIT = "mail_daily_limit"
MOST_A_DAY = 100_000


@dataclass(frozen=True)
class MailSetting:
    """One setting: what it means, the usual value, and how what was typed is checked."""

    name: str
    meaning: str
    usual: str
    check: Callable[[str], str]


def _word(what: str, typed: str) -> str:
    plain = typed.strip()
    if not plain or BREAKS.search(plain) or " " in plain:
        raise InvalidInput(f"“{typed}” cannot be {what}. Give it as one word, without blanks.")
    return plain


def _host(typed: str) -> str:
    plain = _word("a mail server", typed)
    if "/" in plain or ":" in plain.strip("[]").replace("::", ""):
        raise InvalidInput(
            f"“{typed}” is no name of a mail server. Give it like mail.example.com; the port is smtp_port."
        )
    return plain


def _whole(what: str, least: int, most: int, typed: str) -> str:
    plain = typed.strip().replace(",", "").replace(" ", "")
    if not (plain.isascii() and plain.isdigit() and least <= int(plain) <= most):
        raise InvalidInput(f"“{typed}” cannot be {what}. Give a whole number from {least:,} to {most:,}.")
    return str(int(plain))


def _security(typed: str) -> str:
    plain = typed.strip().casefold()
    if plain not in SECURITY:
        raise InvalidInput(f"“{typed}” is no way to secure the line. Give one of: {', '.join(SECURITY)}.")
    return plain


def _page(typed: str) -> str:
    """An address that others reach; a path may follow, what asks or points within a page may not."""
    plain = _word("the address of these pages", typed).rstrip("/")
    parts = urlsplit(plain)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.query
        or parts.fragment
        or parts.username
    ):
        raise InvalidInput(f"“{typed}” is no address of a page. Give it like https://regulars.example.com.")
    return plain


MAIL_SETTINGS = {
    one.name: one
    for one in (
        MailSetting("smtp_host", "the mail server that takes our e-mails", "", _host),
        MailSetting("smtp_port", "its port (usually 587; 465 with tls)", "587", partial(_whole, "a port", 1, 65_535)),
        MailSetting("smtp_security", "how the line to it is secured: none, starttls or tls", "starttls", _security),
        MailSetting(
            "smtp_user", f"the user to sign in as, blank for none; the password stands in {PASSWORD_VARIABLE}", "",
            partial(_word, "a user"),
        ),
        MailSetting("smtp_from", "the address that e-mails come from", "", checked_address),
        MailSetting("smtp_reply_to", "the address that answers go to, where it is another", "", checked_address),
        MailSetting(
            LIMIT, "the most e-mails that go out on one day", "200",
            partial(_whole, "the most e-mails of a day", 0, MOST_A_DAY),
        ),
        MailSetting("public_address", "where others reach these pages, for links in e-mails and calendars", "", _page),
        MailSetting(
            "unsubscribe_mail", "the address to write to, to get no more e-mails (blank: where answers go)", "",
            checked_address,
        ),
    )
}  # fmt: skip


@needs(ASSIGN)
def post_of(database: Database, environment: Mapping[str, str] | None = None) -> Post:
    """The mail server as it is set; InvalidInput in one sentence where it is not set yet."""
    with database.read() as connection:
        known = existing.settings(connection)
    value = {
        name: _sound(one, known.get(name) or "") or one.usual
        for name, one in MAIL_SETTINGS.items()
        if name != LIMIT
    }
    missing = [name for name in ("smtp_host", "smtp_from") if not value[name]]
    if missing:
        raise InvalidInput(
            f"No e-mail can go out yet: {' and '.join(missing)} are not set. "
            f"Set them, as in: regulars setting set {missing[0]} {'mail.example.com' if len(missing) == 2 else '…'}"
        )
    return _made(value, known.get("company") or "", os.environ if environment is None else environment)


def _sound(setting: MailSetting, stored: str) -> str:
    """The value as it was checked when it was set; InvalidInput where it came in some other way and makes no sense."""
    return setting.check(stored) if stored else ""


@needs(ADMINISTER)
def send_test(database: Database, address: str, environment: Mapping[str, str] | None = None) -> str:
    """One e-mail to this address, to see whether the settings are right; what became of it, in a sentence.

    Nothing is stored. InvalidInput for what is no address or not set yet, Unreachable where the server takes nothing.
    """
    post = post_of(database, environment)
    to, now = checked_address(address), datetime.fromisoformat(stamp())
    letter = Letter(to, "", "A test of Regulars", TEST_WORDS, f"test-{secrets.token_urlsafe(12)}")
    with post.line() as line:
        answer = line.send(post.write(letter, now))
    if answer.kind == SENT:
        return f"The mail server took the test for {to}. See whether it arrives."
    return f"The mail server did not take the test for {to}: {answer.words}"


def _made(value: Mapping[str, str], company: str, environment: Mapping[str, str]) -> Post:
    return Post(
        host=value["smtp_host"],
        sender=value["smtp_from"],
        port=int(value["smtp_port"]),
        security=value["smtp_security"],
        user=value["smtp_user"],
        password=environment.get(PASSWORD_VARIABLE, ""),
        sender_name=company,
        reply_to=value["smtp_reply_to"],
        leave_mail=value["unsubscribe_mail"] or value["smtp_reply_to"] or value["smtp_from"],
        page=value["public_address"],
    )


@needs(SEE)
def daily_limit(database: Database) -> int:
    """The most e-mails of one day; a stored value that makes no sense counts as the usual one."""
    return _number(database, LIMIT)


@needs(SEE)
def public_address(database: Database) -> str:
    """Where others reach these pages, without a slash at the end; blank where nobody does."""
    with database.read() as connection:
        return existing.settings(connection).get("public_address") or ""


def _number(database: Database, name: str) -> int:
    with database.read() as connection:
        held = existing.settings(connection).get(name) or ""
    return int(held) if held.isascii() and held.isdigit() else int(MAIL_SETTINGS[name].usual)
