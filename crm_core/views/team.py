"""Who works here and who may come in: accounts beside the colleagues of the same names."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from crm_core.ledger.reading import accounts, records
from crm_core.ledger.reading.accounts import Account
from crm_core.ledger.reading.sittings import open_sessions
from crm_core.ledger.store.database import Database
from crm_core.model.folding import fold
from crm_core.model.rights import ADMINISTER, needs


@dataclass(frozen=True)
class Member:
    """Somebody with an account. `sessions`: how many are open. `is_colleague`: a colleague has this very name, so that
    customers and calls of that name are theirs; else `nearly`: a colleague whose name is nearly theirs, or blank."""

    account: Account
    sessions: int
    is_colleague: bool
    nearly: str = ""


@dataclass(frozen=True)
class Team:
    """`members`: those with an account, by name, closed ones last. `without`: colleagues who have none, by name."""

    members: tuple[Member, ...]
    without: tuple[str, ...]


@needs(ADMINISTER, whole=True)
def team(database: Database, now: datetime) -> Team:
    """Everybody with an account at that moment, and the colleagues who have none."""
    with database.read() as connection:
        held, sessions = accounts.every(connection), open_sessions(connection, now)
        names = records.colleague_names(connection)
    found = [_member(one, sessions.get(one.id, 0), names) for one in held]
    found.sort(key=lambda one: (one.account.disabled, fold(one.account.name)))
    taken = {one.name for one in held}
    return Team(tuple(found), tuple(name for name in names if name not in taken))


def _member(account: Account, sessions: int, names: Iterable[str]) -> Member:
    names = list(names)
    if account.name in names:
        return Member(account, sessions, True)
    return Member(account, sessions, False, nearly(account.name, names))


def nearly(name: str, names: Iterable[str]) -> str:
    """The colleague whom a name may mean: the same but for case and accents, or the first name alone; blank for none,
    or for several."""
    whole = fold(name)
    found = [one for one in names if fold(one) == whole]
    found = found or [one for one in names if set(fold(one).split()) < set(whole.split())]
    found = found or [one for one in names if set(whole.split()) < set(fold(one).split())]
    return found[0] if len(found) == 1 and found[0] != name else ""
