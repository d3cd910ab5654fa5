"""Somebody joins the team: an account, a place among the colleagues, and the link to come in with."""

from dataclasses import dataclass
from datetime import date

from crm_core.actions import accounts
from crm_core.actions.accounts import Account
from crm_core.actions.records import add_record
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.model.rights import ADMINISTER, ASSIGN, needs


@dataclass(frozen=True)
class Joined:
    """Their account, the token of the link by which they choose a password, whether they became a colleague by it."""

    account: Account
    token: str
    is_new_colleague: bool


@dataclass(frozen=True)
class Newcomer:
    """Who joins. `own_only` None: as is usual for the role. `calls`: they are to stand among the colleagues too."""

    name: str
    role: str
    own_only: bool | None = None
    email: str | None = None
    calls: bool = True


@needs(ADMINISTER, ASSIGN)
def join(database: Database, new: Newcomer, *, who: str, as_of: date) -> Joined:
    """Add an account, and a colleague of exactly that name where none has it: customers and calls of that name are
    theirs. InvalidInput as of `add_account`; then nothing is added."""
    account = accounts.add_account(
        database, new.name, role=new.role, email=new.email, own_only=new.own_only, as_who=who
    )
    fresh = new.calls and _is_unknown(database, account.name)
    if fresh:
        values = {"name": account.name, "active": "yes"} | ({"email": account.email} if account.email else {})
        add_record(database, "colleague", values, who=who, as_of=as_of)
    return Joined(account, accounts.reset_token(database, account.id, as_who=who), fresh)


@needs(ASSIGN)
def make_colleague(database: Database, name: str, *, who: str, as_of: date) -> bool:
    """A colleague of that name; False where there is one."""
    if not _is_unknown(database, name):
        return False
    add_record(database, "colleague", {"name": name, "active": "yes"}, who=who, as_of=as_of)
    return True


def _is_unknown(database: Database, name: str) -> bool:
    with database.read() as connection:
        return existing.rows_by_keys(connection, "colleague", {"name": [name]}).empty
