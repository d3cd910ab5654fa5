"""How the installation is: versions, sizes, backups, who is here, what waits, what is slow, what went wrong."""

import platform
import shutil
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

from crm_core.ledger.reading import audit, operations
from crm_core.ledger.reading.accounts import text_of
from crm_core.ledger.store.database import Database
from crm_core.ledger.store.schema import SCHEMA_VERSION
from crm_core.model.registry import ENTITIES
from crm_core.model.rights import ADMINISTER, needs
from crm_core.views.cache import Stock, answers, remembered
from crm_core.watch import figures
from crm_core.watch.logs import Mishap, mishaps

SEEN_WITHIN = timedelta(minutes=15)
PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
PACKAGES = {"Streamlit": "streamlit", "SQLAlchemy": "sqlalchemy", "pandas": "pandas"}


@dataclass(frozen=True)
class Status:
    """The installation at one moment. Sizes in bytes, moments ISO in UTC; None: never, or not known here."""

    versions: dict[str, str]
    kind: str  # SQLite or PostgreSQL, with its version
    size: int
    free: int | None  # on the disk where the data is; not known for another machine's
    rows: dict[str, int]  # by what they are called
    backed_up: audit.Line | None
    checked: audit.Line | None
    here: pd.DataFrame  # name, role, seen_at, about: the sessions used within a quarter of an hour
    messages: dict[str, int]  # by state
    lines: int  # of the audit
    anchor: str
    kept_answers: int
    kept_bytes: int
    slowest: list[figures.Pace]
    mishaps: list[Mishap]


@needs(ADMINISTER)
def status(database: Database, now: datetime) -> Status:
    """How things are, for whoever administers."""
    counted = _counted(database, as_of=now.date())
    with database.read() as connection:
        sessions = operations.sessions_since(connection, text_of(now - SEEN_WITHIN), text_of(now))
        found = Status(
            _versions(), operations.kind(connection), operations.size(connection, database.file), free_space(database),
            {entity.plural: counted[name] for name, entity in ENTITIES.items() if counted[name]},
            audit.last_of(connection, "backed up"), audit.last_of(connection, "checked"),
            sessions, operations.messages_by_state(connection),
            audit.count(connection), audit.anchor(connection), len(answers), answers.bytes, figures.slowest(),
            list(reversed(mishaps)),
        )  # fmt: skip
    return found


@remembered(*ENTITIES)
def _counted(stock: Stock) -> dict[str, int]:
    return operations.rows_by_entity(stock.connection)


def _versions() -> dict[str, str]:
    found = {"Regulars": _own_version(), "schema": str(SCHEMA_VERSION), "Python": platform.python_version()}
    return found | {name: version(package) for name, package in PACKAGES.items()}


def _own_version() -> str:
    """As it is installed, or as its folder says."""
    try:
        return version("regulars")
    except PackageNotFoundError:
        said = PROJECT.read_text("utf-8") if PROJECT.is_file() else "[project]\nversion = 'unknown'"
        return str(tomllib.loads(said)["project"]["version"])


@needs()
def free_space(database: Database) -> int | None:
    """Free bytes on the disk of the SQLite file; None on PostgreSQL."""
    folder = database.file.parent if database.file else None
    return shutil.disk_usage(Path(folder)).free if folder and folder.is_dir() else None
