"""Accounts, for whoever administers them; with the ways in (`signing_in`, `links_in`) under one name."""

from crm_core.actions import new_accounts
from crm_core.actions.guesses import TooSoon
from crm_core.actions.links_in import (
    Newcomers,
    enter_by_company,
    first_token,
    is_good,
    reset_token,
    use_first,
    use_token,
)
from crm_core.actions.new_accounts import check_manager_left, check_role, checked
from crm_core.actions.signing_in import (
    change_password,
    ended_session,
    has_accounts,
    of_token,
    person_of,
    see,
    sign_in,
    sign_out,
    still,
)
from crm_core.errors import InvalidInput, NotFound
from crm_core.ledger.reading import accounts as reading
from crm_core.ledger.reading.accounts import Account
from crm_core.ledger.store.clock import stamp
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import accounts as writing
from crm_core.ledger.writing.audit import add as note
from crm_core.model.rights import ADMINISTER, check, needs
from crm_core.people import passwords

__all__ = [
    "Account", "Newcomers", "TooSoon", "account_of", "accounts", "add_account", "change_password", "disable", "enable",
    "ended_session", "enter_by_company", "first_token", "has_accounts", "is_good", "of_token", "person_of",
    "reset_token", "see", "set_email", "set_own_only", "set_password", "set_role", "sign_in", "sign_out",
    "sign_out_everywhere", "still", "use_first", "use_token",
]  # fmt: skip


@needs(ADMINISTER)
def accounts(database: Database) -> list[Account]:
    """All accounts by name, closed ones too."""
    with database.whole.read() as connection:
        return reading.every(connection)


@needs(ADMINISTER)
def account_of(database: Database, name: str) -> Account:
    """The account of a name, a sign-in name or an e-mail; NotFound with those that there are."""
    with database.whole.read() as connection:
        if found := reading.by_name(connection, name):
            return found
        known = ", ".join(one.name for one in reading.every(connection)) or "none"
    raise NotFound(f"There is no account “{name}”. There are: {known}.")


@needs(ADMINISTER)
def add_account(
    database: Database, name: str, *, role: str, sign_in: str | None = None, email: str | None = None,
    password: str | None = None, own_only: bool | None = None, as_who: str,
) -> Account:  # fmt: skip
    """A new account. Without a password it waits for a link (`reset_token`) or for the company's sign-in.

    `sign_in`: what they type, else the name. `own_only`: None for what is usual for the role. InvalidInput for a name
    or an e-mail that is taken, a role that is none, a password that is too easy, or a first account that is no manager.
    """
    values = new_accounts.values_of(
        name, role, sign_in=sign_in, email=email, password=password, own_only=own_only
    )
    with database.write() as connection:
        check(database.still(connection) if database.still else database.person, ADMINISTER)
        return new_accounts.put(connection, values, as_who=as_who)


@needs(ADMINISTER)
def set_role(database: Database, account: int, role: str, *, as_who: str) -> None:
    """Another role, from the next click on; whose customers they see is left as it is."""
    check_role(role)
    with database.write() as connection:
        found = checked(connection, database, account)
        if role != "manager":
            check_manager_left(connection, found)
        writing.change(connection, account, role=role)
        note(connection, as_who, "role changed", {"account": account, "from": found.role, "to": role})


@needs(ADMINISTER)
def set_own_only(database: Database, account: int, own_only: bool, *, as_who: str) -> None:
    """Whether they see their own customers only, from the next click on. NotAllowed for the last manager."""
    with database.write() as connection:
        found = checked(connection, database, account)
        if own_only:
            check_manager_left(connection, found)
        writing.change(connection, account, own_only=int(own_only))
        note(connection, as_who, "own customers only", {"account": account, "to": own_only})


@needs(ADMINISTER)
def set_email(database: Database, account: int, email: str | None, *, as_who: str) -> None:
    """The e-mail by which the company's sign-in knows them; whom it was bound to there is forgotten."""
    email = new_accounts.checked_email(email) if email else None
    with database.write() as connection:
        checked(connection, database, account)
        if email and (other := reading.by_name(connection, email)) and other.id != account:
            raise InvalidInput(f"“{email}” is the account of {other.name} already. Choose another.")
        writing.change(connection, account, email=email, subject=None)
        note(connection, as_who, "e-mail of an account changed", {"account": account})


@needs(ADMINISTER)
def set_password(database: Database, account: int, password: str, *, as_who: str) -> None:
    """Another password; all their sessions end."""
    with database.read() as connection:
        found = reading.one(connection, account)
    passwords.check_new(password, found.name if found else "")
    fresh = passwords.hash_password(password)
    with database.write() as connection:
        new_accounts.set_hash(connection, checked(connection, database, account), fresh, as_who=as_who)


@needs(ADMINISTER)
def disable(database: Database, account: int, *, as_who: str) -> None:
    """Close an account: its sessions end. What they did stays. NotAllowed for the last manager."""
    with database.write() as connection:
        found = checked(connection, database, account)
        check_manager_left(connection, found)
        writing.change(connection, account, disabled_at=stamp())
        writing.end_sessions(connection, account, stamp())
        writing.take_tokens(connection, "password", account)
        note(connection, as_who, "account closed", {"account": account})


@needs(ADMINISTER)
def enable(database: Database, account: int, *, as_who: str) -> None:
    """Open a closed account again, with the password it had."""
    with database.write() as connection:
        checked(connection, database, account)
        writing.change(connection, account, disabled_at=None)
        note(connection, as_who, "account opened again", {"account": account})


@needs(ADMINISTER)
def sign_out_everywhere(database: Database, account: int, *, as_who: str) -> None:
    """All sessions of an account end."""
    with database.write() as connection:
        checked(connection, database, account)
        writing.end_sessions(connection, account, stamp())
        note(connection, as_who, "signed out everywhere", {"account": account})
