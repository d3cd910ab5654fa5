"""A rebuild of all kept sums takes shortcuts where the data allow it: the sums are the same either way."""

import pandas as pd
import pytest
import sqlalchemy as sa
from stocked import stock
from test_ledger_measures import DAY, random_shop

from crm_core.ledger.profiles import check, kept
from crm_core.ledger.profiles.occasions import Holds, what_it_holds
from crm_core.ledger.store.database import Database
from crm_core.ledger.store.tables import occasions, profiles


def shop(heads: bool, spread: bool) -> dict[str, pd.DataFrame]:
    """A shop with every oddity, with or without order heads and numbers on several days."""
    frames = random_shop(5)
    if not heads:
        del frames["order"]
    if spread:
        frames["purchase"]["number"] = frames["purchase"]["number"].str[:2]
    else:
        numbers = frames["purchase"]["number"]
        frames["purchase"]["number"] = (numbers + "-" + frames["purchase"]["date"]).where(
            numbers.notna(), None
        )
    return frames


def rebuilt(database: Database) -> Holds:
    """Rebuild over wrong sums, and check against a computation that takes no shortcut."""
    with database.write() as connection:
        connection.execute(sa.delete(profiles))
        connection.execute(sa.update(occasions).values(orders=7))
        kept.rewrite(connection)
        assert check.findings(connection) == []
        return what_it_holds(connection, None)


@pytest.mark.parametrize("heads", [True, False])
@pytest.mark.parametrize("spread", [True, False])
def test_a_rebuild_is_the_computation_from_scratch(database_url: str, heads: bool, spread: bool) -> None:
    """With heads and without, with numbers on several days and without, on both databases."""
    assert rebuilt(stock(database_url, DAY, **shop(heads, spread))) == Holds(heads, spread)


@pytest.mark.parametrize("temporary", [True, False])
def test_a_rebuild_leaves_the_connection_as_it_was(sqlite_url: str, temporary: bool) -> None:
    """Temporary tables, the settings of sorting and the indexes are what they were before it."""
    database = stock(sqlite_url, DAY, **shop(True, True))
    database.close()
    with database.write() as connection:
        if temporary:
            connection.exec_driver_sql("CREATE TEMPORARY TABLE mine AS SELECT 4711 AS key")
        before = _state(connection)
        kept.rewrite(connection)
        assert _state(connection) == before
        assert not temporary or connection.exec_driver_sql("SELECT key FROM mine").scalar() == 4711


def _state(connection: sa.Connection) -> list[object]:
    pragmas = ("temp_store", "cache_size", "index_list(occasions)")
    return [connection.exec_driver_sql(f"PRAGMA {name}").all() for name in pragmas]
