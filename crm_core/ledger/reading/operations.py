"""What somebody who looks after the installation wants to know of the database."""

from pathlib import Path

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.bulk import read_frame
from crm_core.ledger.store.own_tables import accounts, sessions
from crm_core.ledger.store.tables import TABLES

messages = TABLES["message"]


def answers(connection: Connection) -> bool:
    """Whether the database answers at all."""
    return connection.scalar(sa.select(sa.literal(1))) == 1


def kind(connection: Connection) -> str:
    """SQLite or PostgreSQL, with its version."""
    if connection.dialect.name == "sqlite":
        return f"SQLite {connection.scalar(sa.func.sqlite_version())}"
    said = str(connection.exec_driver_sql("SHOW server_version").scalar())
    return f"PostgreSQL {said.split()[0]}"


def size(connection: Connection, file: Path | None) -> int:
    """Bytes; of SQLite with what is not written into its file yet."""
    if file is None:
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar() or 0)
    parts = (file, file.with_name(file.name + "-wal"))
    return sum(part.stat().st_size for part in parts if part.is_file())


def rows_by_entity(connection: Connection) -> dict[str, int]:
    """By entity how many records there are."""
    count = sa.func.count()
    return {
        name: connection.scalar(sa.select(count).select_from(table)) or 0 for name, table in TABLES.items()
    }


def messages_by_state(connection: Connection) -> dict[str, int]:
    """By state how many messages there are."""
    counted = sa.select(messages.c.state, sa.func.count()).group_by(messages.c.state)
    return {str(state): int(count) for state, count in connection.execute(counted)}


def sessions_since(connection: Connection, seen: str, now: str) -> pd.DataFrame:
    """The sessions that are good at `now` and were used since `seen` (UTC text): name, role, seen_at, about; the
    latest first."""
    good = sessions.c.revoked_at.is_(None) & (sessions.c.ends_at > now) & (sessions.c.seen_at >= seen)
    wanted = sa.select(accounts.c.name, accounts.c.role, sessions.c.seen_at, sessions.c.about)
    whose = wanted.join(accounts, accounts.c.id == sessions.c.account).where(
        good, accounts.c.disabled_at.is_(None)
    )
    return read_frame(connection, whose.order_by(sessions.c.seen_at.desc()))
