"""What is worked out from all records is worked out in a process of its own where there are many customers."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from stocked import stock

from crm_core.actions import refresh
from crm_core.errors import RegularsError
from crm_core.ledger.store.database import Database

DAY = date(2026, 1, 5)


def shop(url: str) -> Database:
    people = pd.DataFrame({"id": [1, 2], "name": ["Ann", "Bob"]})
    lines = pd.DataFrame(
        {"customer_id": [1, 1, 2], "date": ["2025-10-01", "2025-11-02", "2025-12-01"], "amount": [10_000] * 3}
    )
    return stock(url, DAY, customer=people, purchase=lines)


@pytest.mark.slow
def test_a_process_of_its_own_brings_everything_up_to_date(sqlite_url: str, monkeypatch) -> None:
    """As if it were done here; it says how far it is."""
    monkeypatch.setattr(refresh, "FEW", 0)
    monkeypatch.setattr(refresh, "refresh_all", lambda *_, **__: pytest.fail("done in this process"))
    database, told = shop(sqlite_url), []
    assert refresh.is_stale(database, DAY)
    refresh.refresh_apart(database, as_of=DAY, progress=lambda said, share: told.append((said, share)))
    assert not refresh.is_stale(database, DAY)
    assert told[-1] == ("Up to date", 1.0)
    assert len(told) > 5


@pytest.mark.slow
def test_what_it_refuses_is_said_in_its_sentence(sqlite_url: str, monkeypatch, tmp_path: Path) -> None:
    """A database that cannot be opened there."""
    monkeypatch.setattr(refresh, "FEW", 0)
    database = shop(sqlite_url)
    (tmp_path / "other.db").write_text("no database at all, but long enough to be looked at" * 100)
    monkeypatch.setattr(Database, "address", f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(RegularsError, match="another kind of file"):
        refresh.refresh_apart(database, as_of=DAY)


def test_a_few_customers_need_none(sqlite_url: str, monkeypatch) -> None:
    """It is done at once, here."""
    monkeypatch.setattr(refresh, "_started", lambda *_: pytest.fail("another process"))
    database = shop(sqlite_url)
    refresh.refresh_apart(database, as_of=DAY)
    assert not refresh.is_stale(database, DAY)
