"""Is the database whole: the engine's own check, references, kept sums against a new computation, the audit."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.profiles import kept
from crm_core.ledger.profiles.occasions import occasion_rows
from crm_core.ledger.reading import audit_faults
from crm_core.ledger.store.tables import TABLES, occasions, profiles
from crm_core.model.entities import Kind
from crm_core.model.registry import ENTITIES


def findings(connection: Connection, anchor: str = "") -> list[str]:
    """Everything that is not as it should be, in sentences; empty when all is well.

    `anchor`: a line of the audit as an earlier check named it; it must still stand.
    """
    sums = [*_engine(connection), *_references(connection), *_occasions(connection), *_profiles(connection)]
    return [*sums, *audit_faults.faults(connection, anchor)]


def _engine(connection: Connection) -> list[str]:
    if connection.dialect.name != "sqlite":
        return []
    said = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    found = [] if said == ["ok"] else [f"The database file is damaged: {line}" for line in said[:5]]
    return found + [f"A row of {row[0]} points to a row of {row[2]} that is not there." for row in broken[:5]]


def _references(connection: Connection) -> list[str]:
    found = []
    for entity in ENTITIES.values():
        for field in entity.fields:
            if field.kind is Kind.REFERENCE and field.refers:
                column, target = TABLES[entity.name].c[field.column], TABLES[field.refers].alias("pointed_at")
                lost = sa.select(sa.func.count()).where(
                    column.is_not(None), ~sa.exists().where(target.c.id == column)
                )
                if count := connection.scalar(lost.select_from(TABLES[entity.name])):
                    found.append(
                        f"{count} {entity.plural.lower()} point to a {field.refers} that is not there."
                    )
    return found


def _occasions(connection: Connection) -> list[str]:
    fresh = occasion_rows(None).subquery("fresh")
    names = [column.name for column in occasions.columns]
    return _compare(connection, "purchase days", occasions, fresh, names, keys=2)


def _profiles(connection: Connection) -> list[str]:
    fresh = kept.profile_rows(None, kept.kept_on(connection)).subquery("fresh")
    return _compare(
        connection, "profiles", profiles, fresh, [column.name for column in profiles.columns], keys=1
    )


def _compare(
    connection: Connection, what: str, table: sa.Table, fresh: sa.Subquery, names: list[str], keys: int
) -> list[str]:
    """Rows that are kept but not computed, or the other way round, or that differ (sums of floats by a hair)."""
    mine, theirs = [table.c[name] for name in names], list(fresh.columns)
    same_key = sa.and_(*(left == right for left, right in zip(mine[:keys], theirs[:keys], strict=True)))
    differs = sa.or_(*(_differ(left, right) for left, right in zip(mine[keys:], theirs[keys:], strict=True)))
    count = sa.select(sa.func.count())
    wrong = connection.scalar(count.select_from(table.join(fresh, same_key)).where(differs)) or 0
    extra = (
        connection.scalar(count.select_from(table.outerjoin(fresh, same_key)).where(theirs[0].is_(None))) or 0
    )
    lacking = (
        connection.scalar(count.select_from(fresh.outerjoin(table, same_key)).where(mine[0].is_(None))) or 0
    )
    total = wrong + extra + lacking
    return [f"{total} kept {what} differ from a computation from scratch."] if total else []


def _differ(left: sa.ColumnElement[object], right: sa.ColumnElement[object]) -> sa.ColumnElement[bool]:
    if isinstance(left.type, sa.Double):
        return sa.func.abs(left - right) > 1e-6 * (1 + sa.func.abs(left))
    return left.is_distinct_from(right)
