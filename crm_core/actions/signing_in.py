"""Coming in and going: by a password, by a one-time link, by the company's own sign-in; and whose session it is.

What is stored of a session is the fingerprint of its token; whoever reads the database cannot come in with it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from crm_core.actions.guesses import Guess, TooSoon, forgive, reserve
from crm_core.errors import InvalidInput, NotAllowed
from crm_core.ledger.reading import accounts as reading
from crm_core.ledger.reading.accounts import Account, text_of
from crm_core.ledger.store.clock import stamp
from crm_core.ledger.store.database import Connection, Database
from crm_core.ledger.writing import accounts as writing
from crm_core.ledger.writing.audit import add as note
from crm_core.model.rights import Person, needs
from crm_core.people import passwords, tokens

__all__ = [
    "TooSoon",
    "begin",
    "change_password",
    "ended_session",
    "has_accounts",
    "of_token",
    "person_of",
    "see",
    "sign_in",
    "sign_out",
    "still",
]  # fmt: skip

LIFE = timedelta(days=7)  # then everybody signs in anew
SEEN_EVERY = timedelta(minutes=5)  # how exactly the last use is kept
WRONG = "That name and password do not go together. Check both and try again, or ask a manager for a new password."
GONE = "You are signed out. Nothing was saved. Sign in and do it again."


@needs()
def has_accounts(database: Database) -> bool:
    """Whether anybody has an account: from the first one on everybody signs in."""
    with database.whole.read() as connection:
        return reading.has_any(connection)


@needs()
def sign_in(
    database: Database, typed: str, password: str, *, address: str, about: str | None = None, now: datetime,
    known: str | None = None,
) -> str:  # fmt: skip
    """The token of a new session, for a cookie.

    `typed`: a sign-in name or an e-mail. `address`: where the request comes from. `known`: the token of an earlier
    session of this browser; its wrong guesses are counted by themselves. NotAllowed in the same words for an unknown
    name, a wrong password and a closed account, after the same work; TooSoon while whoever guessed wrong waits.
    """
    whole = database.whole
    held = reserve(whole, typed, address, known, text_of(now))
    fitting = passwords.fits(held.kept, password)
    with whole.write() as connection:
        fresh = reading.by_sign_in(connection, typed) if fitting else None
        if fresh and fresh == (held.account, held.kept) and not fresh[0].disabled:
            forgive(connection, held, text_of(now))
            _hash_again(connection, fresh[0], fresh[1], password)
            return begin(connection, fresh[0], about, now, "by password")
        note(connection, held.who, "sign-in refused", {"account": held.account and held.account.id})
    raise NotAllowed(WRONG)


def _hash_again(connection: Connection, account: Account, kept: str | None, password: str) -> None:
    """A hash of other days is made again with today's costs, now that the password is known."""
    if kept is not None and passwords.is_dated(kept):
        writing.change(connection, account.id, password=passwords.hash_password(password))


def begin(connection: Connection, account: Account, about: str | None, now: datetime, how: str) -> str:
    """A new session within an open write; its token."""
    token = tokens.new()
    ends = text_of(now + LIFE)
    writing.begin_session(
        connection, tokens.fingerprint(token), account.id, text_of(now), ends, (about or "")[:100]
    )
    note(connection, account.name, "signed in", {"account": account.id, "how": how})
    return token


@needs()
def sign_out(database: Database, token: str, *, now: datetime) -> None:
    """The session ends; nothing happens where it ended before."""
    kept = tokens.fingerprint(token)
    with database.whole.write() as connection:
        if account := reading.of_session(connection, kept, text_of(now)):
            writing.end_session(connection, kept, text_of(now))
            note(connection, account.name, "signed out", {"account": account.id})


@needs()
def of_token(database: Database, token: str, now: datetime) -> Account | None:
    """Whose session the token is; None once it ended, was ended, lay idle for 12 hours, or the account is closed."""
    with database.whole.read() as connection:
        return reading.of_session(connection, tokens.fingerprint(token), text_of(now))


@needs()
def person_of(database: Database, token: str, now: datetime) -> Person | None:
    """The same as the person who may use the database."""
    account = of_token(database, token, now)
    return account.person if account else None


@needs()
def ended_session(database: Database, token: str) -> bool:
    """Whether the token is or was one of ours: its browser may be told that it is signed out."""
    with database.whole.read() as connection:
        return reading.session_seen_at(connection, tokens.fingerprint(token)) is not None


@needs()
def see(database: Database, token: str, *, now: datetime) -> None:
    """The session was used. Written every five minutes at most, and only for one that is good."""
    kept = tokens.fingerprint(token)
    with database.whole.read() as connection:
        seen = reading.session_seen_at(connection, kept)
    if seen is None or seen > text_of(now - SEEN_EVERY):
        return
    with database.whole.write() as connection:
        if reading.of_session(connection, kept, text_of(now)):
            writing.see_session(connection, kept, text_of(now))


def still(token: str) -> Callable[[Connection], Person]:
    """For `Database.opened_by`: who that is by now, asked inside every write; NotAllowed for nobody."""
    kept = tokens.fingerprint(token)

    def ask(connection: Connection) -> Person:
        account = reading.of_session(connection, kept, stamp())
        if account is None:
            raise NotAllowed(GONE)
        return account.person

    return ask


@needs()
def change_password(
    database: Database,
    token: str,
    old: str,
    new: str,
    *,
    address: str,
    about: str | None = None,
    now: datetime,
) -> str:
    """A new password for whoever is signed in and knows the old one; all their sessions end; the token of a new one."""
    account = of_token(database, token, now)
    if account is None:
        raise NotAllowed(GONE)
    if not account.has_password:
        raise InvalidInput("You come in by the company's sign-in; its password is changed there.")
    passwords.check_new(new, account.name)
    whole = database.whole
    held = reserve(whole, account.sign_in, address, token, text_of(now))
    if not passwords.fits(held.kept, old):
        raise NotAllowed("The old password is wrong. Nothing was changed.")
    return _changed(whole, token, held, new, about, now)


def _changed(whole: Database, token: str, held: Guess, new: str, about: str | None, now: datetime) -> str:
    """The new password is kept, within one write that looks once more."""
    fresh = passwords.hash_password(new)
    with whole.write() as connection:
        account = reading.of_session(connection, tokens.fingerprint(token), text_of(now))
        if account is None:
            raise NotAllowed(GONE)
        forgive(connection, held, text_of(now))
        writing.change(connection, account.id, password=fresh, password_at=text_of(now))
        writing.end_sessions(connection, account.id, text_of(now))
        writing.take_tokens(connection, "password", account.id)
        note(connection, account.name, "password changed", {"account": account.id})
        return begin(connection, account, about, now, "by password")
