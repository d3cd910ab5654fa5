"""Where the database is, and opening it."""

import os
from pathlib import Path

from crm_core.ledger.store.database import Database, open_database

DATABASE_VARIABLE = "REGULARS_DATABASE_URL"

__all__ = ["DATABASE_VARIABLE", "Database", "database_url", "open_at"]


def database_url(given: str | None = None) -> str:
    """The address given, else that of the environment, else the file under data/ beside the program."""
    embedded = Path(__file__).resolve().parents[2] / "data" / "regulars.db"
    return given or os.environ.get(DATABASE_VARIABLE) or f"sqlite:///{embedded}"


def open_at(url: str) -> Database:
    """Open, create or upgrade the database at an address."""
    return open_database(url)
