"""Who may come in: accounts, whose session a token is, and how often somebody guessed wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from crm_core.ledger.store.own_tables import accounts, one_time_tokens, sessions, tries
from crm_core.model.rights import Person

IDLE = timedelta(hours=12)  # a working day: whoever was away that long signs in again
NO_SIGN = "\ufffd"
STAMP = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Account:
    """An account as an administrator sees it; no secret stands in it. `seen_at`: the last use, UTC text."""

    id: int
    name: str
    sign_in: str
    role: str
    own_only: bool = False
    email: str | None = None
    disabled: bool = False
    has_password: bool = False
    made_at: str = ""
    seen_at: str | None = None

    @property
    def person(self) -> Person:
        """Whoever comes in by it."""
        return Person(self.name, self.role, self.own_only, self.id)


def text_of(moment: datetime) -> str:
    """A moment as it is stored: UTC to the second, so that texts sort as moments do."""
    return moment.astimezone(UTC).strftime(STAMP)


def moment_of(text: str) -> datetime:
    """The way back."""
    return datetime.strptime(text, STAMP).replace(tzinfo=UTC)


def fold(text: str) -> str:
    """How what is typed to sign in, and an e-mail, are compared. Signs that no database keeps belong to nobody."""
    kept = "".join(sign if sign.isprintable() or sign.isspace() else NO_SIGN for sign in text)
    return " ".join(kept.split()).casefold()


def has_any(connection: Connection) -> bool:
    """Whether there is an account at all, disabled or not: from the first one on everybody signs in."""
    return connection.scalar(sa.select(accounts.c.id).limit(1)) is not None


def every(connection: Connection) -> list[Account]:
    """All accounts by name, each with the moment of its last use."""
    seen = sa.select(sa.func.max(sessions.c.seen_at)).where(sessions.c.account == accounts.c.id)
    found = sa.select(accounts, seen.scalar_subquery().label("seen")).order_by(accounts.c.name)
    return [_account(row, row.seen) for row in connection.execute(found)]


def one(connection: Connection, account: int) -> Account | None:
    """The account of a number."""
    return _first(connection, accounts.c.id == account)


def is_closed(connection: Connection, name: str) -> bool:
    """Whether whoever the history calls by this name has an account that was closed; not for somebody without one."""
    found = _first(connection, accounts.c.name == name)
    return found is not None and found.disabled


def by_name(connection: Connection, name: str) -> Account | None:
    """The account whose name, sign-in name or e-mail this is, however its letters are written."""
    wanted = fold(name)
    known = (found for found in every(connection) if wanted in (fold(found.name), found.sign_in, found.email))
    return next(known, None)


def by_sign_in(connection: Connection, typed: str) -> tuple[Account, str | None] | None:
    """The account of what was typed (sign-in name or e-mail) with the hash of its password."""
    wanted = fold(typed)
    found = sa.select(accounts).where((accounts.c.sign_in == wanted) | (accounts.c.email == wanted))
    # Somebody's e-mail may be what somebody else signs in with: the name goes before.
    rows = connection.execute(found).all()
    row = next((row for row in rows if row.sign_in == wanted), rows[0] if rows else None)
    return None if row is None else (_account(row), row.password)


def by_subject(connection: Connection, subject: str) -> Account | None:
    """The account that is bound to somebody at the company's sign-in."""
    return _first(connection, accounts.c.subject == subject)


def by_email(connection: Connection, email: str) -> tuple[Account, str | None] | None:
    """The account with that e-mail, and to whom at the company's sign-in it is bound."""
    row = connection.execute(sa.select(accounts).where(accounts.c.email == fold(email))).one_or_none()
    return None if row is None else (_account(row), row.subject)


def of_session(connection: Connection, token: str, now: str) -> Account | None:
    """Whose session this is (the fingerprint of its token); None once it ended, was ended, or lay idle."""
    idle = text_of(moment_of(now) - IDLE)
    joined = sa.select(accounts).join(sessions, sessions.c.account == accounts.c.id)
    row = connection.execute(
        joined.where(
            sessions.c.token == token, sessions.c.revoked_at.is_(None), accounts.c.disabled_at.is_(None),
            sessions.c.ends_at > now, sessions.c.seen_at > idle,
        )
    ).one_or_none()  # fmt: skip
    return None if row is None else _account(row)


def session_seen_at(connection: Connection, token: str) -> str | None:
    """When a session was last used, ended or not; None for a token that never was one."""
    return connection.scalar(sa.select(sessions.c.seen_at).where(sessions.c.token == token))


def session_account(connection: Connection, token: str) -> int | None:
    """Whose session this is or was."""
    return connection.scalar(sa.select(sessions.c.account).where(sessions.c.token == token))


def tries_of(
    connection: Connection, keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], tuple[int, str]]:
    """By (what, key) how often in a row it was wrong and when last."""
    wanted = sa.tuple_(tries.c.what, tries.c.key).in_(keys)
    return {
        (row.what, row.key): (row.failures, row.last_at)
        for row in connection.execute(sa.select(tries).where(wanted))
    }


def valid_token(connection: Connection, token: str, purpose: str, now: str) -> Row[Any] | None:
    """The one-time token with that fingerprint, if it is still good."""
    return connection.execute(
        sa.select(one_time_tokens).where(
            one_time_tokens.c.token == token, one_time_tokens.c.purpose == purpose,
            one_time_tokens.c.used_at.is_(None), one_time_tokens.c.ends_at > now,
        )
    ).one_or_none()  # fmt: skip


def _first(connection: Connection, condition: sa.ColumnElement[bool]) -> Account | None:
    row = connection.execute(sa.select(accounts).where(condition)).first()
    return None if row is None else _account(row)


def _account(row: Row[Any], seen: str | None = None) -> Account:
    return Account(
        row.id, row.name, row.sign_in, row.role, bool(row.own_only), row.email, row.disabled_at is not None,
        row.password is not None, row.made_at, seen,
    )  # fmt: skip
