"""What goes wrong at a database, in one sentence for a person: what happened, whether it was saved, the way out."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from crm_core.errors import DatabaseTrouble, RegularsError, StaleView
from crm_core.ledger.store import turns
from crm_core.ledger.store.own_tables import REFUSED

UNREACHED = "cannot be reached. Check that its server runs and that the address is right"
NO_ROOM = (
    "has no connection to spare: too many programs are connected to its server. Nothing was saved; try again "
    "shortly, or let the server take more (max_connections)"
)
NOT_LET_IN = "does not let this user in. Check the user's name and the password in the address"
WENT_AWAY = (
    "went away in the middle. Nothing of it was saved unless the history shows it; try again in a minute"
)
# A server that was killed or stopped, or the way to it: only at the moment of COMMIT nobody knows what it still did.
WENT = (
    "terminating connection", "closed the connection", "connection is lost", "connection is closed",
    "consuming input failed", "no connection to the server", "could not receive data", "could not send data",
)  # fmt: skip
# What a driver says, and what a person should read. The first match wins.
TROUBLES = (
    (
        "locked",
        "is being written to by somebody else for more than 30 seconds. Nothing was saved; try again shortly",
    ),
    (
        "lock timeout",
        "is being written to by somebody else for more than 30 seconds. Nothing was saved; try again",
    ),
    ("full", "has no space left on its disk. Nothing was saved; free some space and try again"),
    (
        "disk i/o error",
        "could not be written to its disk, or read from it. Nothing was saved; look at the disk and at quotas",
    ),
    (
        "readonly",
        "is in a place that may not be written to. Nothing was saved; change the folder's permissions",
    ),
    (
        "not a database",
        "is no database of Regulars but another kind of file. Choose another file with --database",
    ),
    ("malformed", "is damaged. Restore the last backup with: regulars restore FILE"),
    ("unable to open", "cannot be opened. Check that its folder exists and may be written to"),
    *(
        (sign, NO_ROOM)
        for sign in ("too many clients", "too many connections", "connection slots are reserved")
    ),
    (
        "queuepool limit",
        "is asked for too much at once: nobody's turn came in 30 seconds. Nothing was saved; try again shortly",
    ),
    *(
        (sign, NOT_LET_IN)
        for sign in (
            "authentication failed",
            "no password supplied",
            "no pg_hba.conf entry",
            'fatal:  role "',
        )
    ),
    ('fatal:  database "', "is not there. Make it first (createdb), or correct the address"),
    ("connection failed", UNREACHED),
    *((sign, WENT_AWAY) for sign in WENT),
    ("connection", UNREACHED),
)


@contextmanager
def in_words(engine: Engine, url: str) -> Iterator[None]:
    """Turn what a driver says, through SQLAlchemy or straight from a bulk load, into one sentence for a person.

    `url`: the address as it may be shown. DatabaseTrouble or StaleView; what no sentence is known for goes on as it is.
    """
    driver = engine.dialect.loaded_dbapi
    try:
        yield
    except (DBAPIError, PoolTimeout, turns.TooLong, driver.Error) as trouble:
        said = getattr(trouble, "orig", None) or trouble
        refusal = _refusal(url, said, isinstance(said, driver.IntegrityError))
        if refusal is None:
            raise
        raise refusal from trouble


def _refusal(url: str, said: object, twice: bool) -> RegularsError | None:
    text = str(said).lower()
    if REFUSED in text:
        return DatabaseTrouble(f"The database {url} changes no line of it: {REFUSED}. Nothing was saved.")
    if twice and "foreign key" in text:
        return StaleView(
            "A record that this points to is not there any more, so nothing was saved. Look at it again and save again."
        )
    if twice:
        return StaleView(
            f"A key that must stand once would stand twice ({str(said).splitlines()[0]}), so nothing was saved. "
            "Somebody may have saved the same record meanwhile: look at it and save again."
        )
    for sign, sentence in TROUBLES:
        if sign in text:
            return DatabaseTrouble(f"The database {url} {sentence}.")
    return None
