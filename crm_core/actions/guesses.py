"""Wrong guesses of passwords: counted before the password is looked at, so that a hundred at once are a hundred."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from crm_core.errors import NotAllowed
from crm_core.ledger.reading import accounts as reading
from crm_core.ledger.reading.accounts import Account, fold, moment_of
from crm_core.ledger.store.database import Connection, Database
from crm_core.ledger.writing import accounts as writing
from crm_core.model.rights import needs
from crm_core.people import tokens, waiting

Key = tuple[str, str]


class TooSoon(NotAllowed):
    """Whoever guessed wrong has to wait; `seconds` are left."""

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, ceil(seconds))
        wait = f"{ceil(self.seconds / 60)} minutes" if self.seconds >= 100 else f"{self.seconds} seconds"
        wait = "a second" if self.seconds == 1 else wait
        super().__init__(f"After several wrong tries there is a pause. Try again in {wait}.")


@dataclass(frozen=True)
class Guess:
    """A guess that may be looked at: whose password it is (None: nobody's), its hash, and what it was counted as."""

    account: Account | None
    kept: str | None
    counted: Mapping[Key, int]

    @property
    def who(self) -> str:
        """As the audit names them; what was typed for nobody may be a password and is not kept."""
        return self.account.name if self.account else "somebody"


@needs()
def reserve(database: Database, typed: str, address: str, known: str | None, now: str) -> Guess:
    """Count one wrong guess, which `forgive` takes back; TooSoon where the last ones are not long enough ago."""
    with database.read() as connection:
        _look(connection, _keys(connection, typed, address, known), now)  # a flood writes nothing
    with database.write() as connection:
        keys = _keys(connection, typed, address, known)
        counted = {key: failures + 1 for key, failures in _look(connection, keys, now).items()}
        for (what, key), failures in counted.items():
            writing.set_tries(connection, what, key, failures, now)
        account, kept = reading.by_sign_in(connection, typed) or (None, None)
    return Guess(account, kept, counted)


def _keys(connection: Connection, typed: str, address: str, known: str | None) -> tuple[Key, Key]:
    """What is counted: the name, or the browser where its owner was in before; and the address."""
    whose = reading.by_sign_in(connection, typed)
    mark = tokens.fingerprint(known) if known else ""
    at_home = whose and mark and reading.session_account(connection, mark) == whose[0].id
    # Both ways of naming one account are counted as one.
    name = f"account {whose[0].id}" if whose else f"name {fold(typed)}"
    first = ("device", mark) if at_home else ("name", tokens.fingerprint(name))
    return first, ("address", tokens.fingerprint(address))


def _look(connection: Connection, keys: tuple[Key, Key], now: str) -> dict[Key, int]:
    """The wrong guesses that still count; TooSoon while one of them makes wait."""
    held = reading.tries_of(connection, keys)
    counting, pause = {}, 0.0
    for key in keys:
        failures, last = held.get(key, (0, now))
        since = max(0.0, (moment_of(now) - moment_of(last)).total_seconds())
        counting[key] = waiting.counts(failures, since)
        pause = max(pause, waiting.left(counting[key], key[0], since))
    if pause > 0:
        raise TooSoon(pause)
    return counting


def forgive(connection: Connection, guess: Guess, now: str) -> None:
    """It was right: the name begins anew; an address has one wrong guess less, for it may be somebody else's too."""
    for (what, key), failures in guess.counted.items():
        writing.set_tries(connection, what, key, failures - 1 if what == "address" else 0, now)
