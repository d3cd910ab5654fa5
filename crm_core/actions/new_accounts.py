"""What an account is made of, checked; shared by all ways to one."""

from typing import Any

from crm_core.errors import InvalidInput, NotAllowed, NotFound
from crm_core.ledger.reading import accounts as reading
from crm_core.ledger.reading.accounts import Account, fold
from crm_core.ledger.store.clock import stamp
from crm_core.ledger.store.database import Connection, Database
from crm_core.ledger.writing import accounts as writing
from crm_core.ledger.writing.audit import add as note
from crm_core.model.rights import ADMINISTER, OWN_ONLY, ROLES, check
from crm_core.people import passwords

LONGEST = 100


def values_of(
    name: str, role: str, *, sign_in: str | None = None, email: str | None = None, password: str | None = None,
    own_only: bool | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The columns of a new account, checked; InvalidInput for what cannot be one. Slow: it makes the hash."""
    name = " ".join(name.split())
    check_name(name)
    check_role(role)
    if password is not None:
        passwords.check_new(password, name)
    now = stamp()
    return {
        "name": name,
        "sign_in": checked_sign_in(sign_in or name),
        "email": checked_email(email) if email else None,
        "role": role,
        "own_only": int(role in OWN_ONLY if own_only is None else own_only),
        "password": None if password is None else passwords.hash_password(password),
        "password_at": None if password is None else now,
        "made_at": now,
    }


def check_name(name: str) -> None:
    """InvalidInput for no name, a very long one, or one that cannot be shown."""
    if not name or len(name) > LONGEST or not name.isprintable():
        raise InvalidInput(f"Give the name of a person, with at most {LONGEST} letters.")


def check_role(role: str) -> None:
    """InvalidInput for what is no role."""
    if role not in ROLES:
        raise InvalidInput(f"“{role}” is no role. Choose one of: {', '.join(ROLES)}.")


def checked_sign_in(text: str) -> str:
    """What is typed to sign in, as it is compared."""
    if not fold(text) or len(text) > LONGEST or not text.isprintable():
        raise InvalidInput(f"Give a name to sign in with, of at most {LONGEST} letters.")
    return fold(text)


def checked_email(text: str) -> str:
    """An e-mail, as it is compared."""
    name, _, domain = fold(text).rpartition("@")
    if not name or "." not in domain or " " in fold(text) or len(text) > 254 or not text.isprintable():
        raise InvalidInput(f"“{text}” is no e-mail. Give one like name@example.com.")
    return fold(text)


def put(connection: Connection, values: dict[str, Any], *, as_who: str) -> Account:
    """Store a new account within an open write; InvalidInput where its name or e-mail is somebody's already."""
    for given in filter(None, (values["name"], values["sign_in"], values["email"])):
        if other := reading.by_name(connection, given):
            raise InvalidInput(f"“{given}” is the account of {other.name} already. Choose another.")
    first = not reading.has_any(connection)
    if first and (values["role"] != "manager" or values["own_only"]):
        raise InvalidInput(
            "The first account must be a manager who sees all customers, and can add the others. Give it that role."
        )
    number = writing.add(connection, values)
    if first:
        writing.take_tokens(connection, "first account", None)
    note(connection, as_who, "account added", {"account": number, "role": values["role"]})
    found = reading.one(connection, number)
    assert found is not None
    return found


def set_hash(connection: Connection, account: Account, fresh: str, *, as_who: str) -> None:
    """Another password: all sessions end, waiting links are good no more."""
    now = stamp()
    writing.change(connection, account.id, password=fresh, password_at=now)
    writing.end_sessions(connection, account.id, now)
    writing.take_tokens(connection, "password", account.id)
    note(connection, as_who, "password changed", {"account": account.id})


def checked(connection: Connection, database: Database, account: int) -> Account:
    """The account, for somebody who may administer still: asked inside the write. NotAllowed, NotFound."""
    check(database.still(connection) if database.still else database.person, ADMINISTER)
    found = reading.one(connection, account)
    if found is None:
        raise NotFound(f"There is no account with the number {account}.")
    return found


def check_manager_left(connection: Connection, without: Account) -> None:
    """NotAllowed where nobody would be left who may administer and sees all: the page of accounts takes both."""
    others = (one for one in reading.every(connection) if one.id != without.id and not one.disabled)
    if not any(one.person.may(ADMINISTER) and not one.own_only for one in others):
        raise NotAllowed(f"{without.name} is the only manager left. Make somebody else a manager first.")
