"""Many people on the same cells: nothing is lost. `python tests/same_rows.py` does it with 20 × 100 edits."""

import pytest
import sqlalchemy as sa

from crm_core.ledger.store.tables import TABLES
from tests.acting import changed, created, opened, write
from tests.same_rows import crowd, lost_edits


@pytest.mark.slow
def test_every_edit_is_saved_or_shown_as_a_conflict(database_url: str) -> None:
    """20 people at once: what was said to be saved stands in the history, unbroken up to what stands in the cell."""
    found = crowd(database_url, people=20, edits=8)
    assert found.troubles == () and found.lost == () and found.findings == ()
    assert found.saved + found.conflicts == 160 and found.saved > 0 and found.conflicts > 0


def test_a_lost_edit_would_be_found(sqlite_url: str) -> None:
    """An edit that was said to be saved and is written over past the journal."""
    with opened(sqlite_url) as database:
        write(database, created(customer=[{"name": "Anna"}]))
        write(database, changed(("customer", 1, "note", None, "one")))
        assert lost_edits(database, {"one": "saved"}) == []
        assert lost_edits(database, {"one": "saved", "two": "saved"})
        with database.write() as connection:
            connection.execute(sa.update(TABLES["customer"]).values(note="over"))
        assert lost_edits(database, {"one": "saved"})
