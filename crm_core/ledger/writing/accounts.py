"""Accounts, sessions, one-time tokens and wrong guesses, as rows: short writes, each line of the audit beside it."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.reading.accounts import moment_of, text_of
from crm_core.ledger.store.own_tables import accounts, one_time_tokens, sessions, tries

FORGOTTEN = timedelta(days=1)  # wrong guesses
KEPT = timedelta(days=400)  # ended sessions: by them a browser is known that was here before


def add(connection: Connection, values: dict[str, Any]) -> int:
    """A new account; its number."""
    number = (connection.scalar(sa.select(sa.func.max(accounts.c.id))) or 0) + 1
    connection.execute(sa.insert(accounts).values(id=number, **values))
    return number


def change(connection: Connection, account: int, **values: Any) -> None:
    """Set some columns of an account."""
    connection.execute(sa.update(accounts).where(accounts.c.id == account).values(**values))


def begin_session(
    connection: Connection, token: str, account: int, now: str, ends: str, about: str | None
) -> None:
    """A session by the fingerprint of its token; those that ended long ago go."""
    old = text_of(moment_of(now) - KEPT)
    connection.execute(sa.delete(sessions).where(sessions.c.ends_at < old))
    connection.execute(
        sa.insert(sessions).values(
            token=token, account=account, made_at=now, seen_at=now, ends_at=ends, about=about
        )
    )


def see_session(connection: Connection, token: str, now: str) -> None:
    """It was used."""
    connection.execute(sa.update(sessions).where(sessions.c.token == token).values(seen_at=now))


def end_session(connection: Connection, token: str, now: str) -> None:
    """One session ends."""
    _end(connection, sessions.c.token == token, now)


def end_sessions(connection: Connection, account: int, now: str) -> None:
    """All sessions of an account end."""
    _end(connection, sessions.c.account == account, now)


def _end(connection: Connection, condition: sa.ColumnElement[bool], now: str) -> None:
    running = condition & sessions.c.revoked_at.is_(None)
    connection.execute(sa.update(sessions).where(running).values(revoked_at=now))


def give_token(connection: Connection, token: str, purpose: str, account: int | None, ends: str) -> None:
    """A one-time token by its fingerprint; an earlier one for the same is good no more."""
    take_tokens(connection, purpose, account)
    values = {"token": token, "purpose": purpose, "account": account, "ends_at": ends}
    connection.execute(sa.insert(one_time_tokens).values(**values))


def take_tokens(connection: Connection, purpose: str, account: int | None) -> None:
    """The tokens for a purpose are good no more."""
    whose = one_time_tokens.c.account.is_(None) if account is None else one_time_tokens.c.account == account
    connection.execute(sa.delete(one_time_tokens).where(one_time_tokens.c.purpose == purpose, whose))


def use_token(connection: Connection, token: str, now: str) -> None:
    """It was used, and cannot be again."""
    used = one_time_tokens.c.token == token
    connection.execute(sa.update(one_time_tokens).where(used).values(used_at=now))


def set_tries(connection: Connection, what: str, key: str, failures: int, now: str) -> None:
    """How often in a row it was wrong by now; none takes the row away, and those of yesterday go too."""
    this = (tries.c.what == what) & (tries.c.key == key)
    old = tries.c.last_at < text_of(moment_of(now) - FORGOTTEN)
    connection.execute(sa.delete(tries).where(this | old))
    if failures:
        connection.execute(sa.insert(tries).values(what=what, key=key, failures=failures, last_at=now))
