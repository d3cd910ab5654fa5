"""Accounts for tests: one of each role, and sessions of theirs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from crm_core.actions import accounts
from crm_core.actions.accounts import Account
from crm_core.actions.opening import Database

PASSWORD = "a quiet morning walk"
NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def account(database: Database, name: str, role: str = "manager", **more: Any) -> Account:
    """A new account with the usual password of these tests; the first one must be a manager."""
    more = {"password": PASSWORD, "as_who": "the test", **more}
    return accounts.add_account(database, name, role=role, **more)


def signed_in(database: Database, name: str, now: datetime | None = None, **more: Any) -> str:
    """The token of a new session of theirs."""
    more = {"address": "192.0.2.1", **more}
    return accounts.sign_in(database, name, PASSWORD, now=now or datetime.now(UTC), **more)


def later(**how: float) -> datetime:
    """A moment after NOW."""
    return NOW + timedelta(**how)


def at_screens(monkeypatch: Any, database: Database, name: str) -> str:
    """The screens of `tests.screens` as those of somebody who signs in now; the token."""
    token = signed_in(database, name)
    monkeypatch.setattr("pages._door.token_in", lambda _: token)
    return token
