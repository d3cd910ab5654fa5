"""The journal refuses what somebody may not write, whatever way it is tried."""

import pytest
from sqlalchemy.engine import Connection

from crm_core.errors import NotAllowed
from crm_core.ledger.store.database import Database
from crm_core.model.changes import ChangeSet
from crm_core.model.rights import Person
from tests.acting import changed, created, everything, opened, write

ANN = Person("Ann", "caller", own_only=True)
STAFF, VIEWER = Person("Sam", "staff"), Person("Vic", "viewer")


def filled(database: Database) -> Database:
    write(
        database,
        created(
            customer=[{"name": "Mia", "owner": "Ann"}, {"name": "Noa", "owner": "Ben"}],
            interaction=[{"customer_id": -2, "date": "2026-01-01"}],
        ),
    )
    return database


def test_viewer_changes_nothing(database_url: str) -> None:
    """A change by a viewer is refused and the database stays as it was."""
    with opened(database_url) as database:
        before = everything(filled(database))
        with pytest.raises(NotAllowed, match="viewer"):
            write(database.opened_by(VIEWER), changed(("customer", 1, "name", "Mia", "Mai")))
        assert everything(database) == before


def test_staff_change_records(database_url: str) -> None:
    """Staff may."""
    with opened(database_url) as database:
        batch = write(filled(database).opened_by(STAFF), changed(("customer", 1, "name", "Mia", "Mai")))
        assert batch.changed == 1


def test_settings_take_a_manager(database_url: str) -> None:
    """Staff who forge a change of a setting are refused."""
    with opened(database_url) as database, pytest.raises(NotAllowed, match="administer"):
        write(database.opened_by(STAFF), created(setting=[{"name": "company", "value": "Mine"}]))


def test_caller_changes_own(database_url: str) -> None:
    """A caller corrects their own customer."""
    with opened(database_url) as database:
        batch = write(filled(database).opened_by(ANN), changed(("customer", 1, "name", "Mia", "Mai")))
        assert batch.changed == 1


@pytest.mark.parametrize(
    "changes",
    [
        changed(("customer", 2, "name", "Noa", "Nora")),
        changed(("customer", 2, "owner", "Ben", "Ann")),
        changed(("interaction", 1, "note", None, "Hello")),
        changed(("interaction", 1, "customer_id", 2, 1)),
        created(interaction=[{"customer_id": 2, "date": "2026-01-02"}]),
        created(customer=[{"name": "Pia", "owner": "Ben"}]),
        created(customer=[{"name": "Pia"}]),
        ChangeSet("Test", removes={"interaction": (1,)}),
        ChangeSet("Test", removes={"customer": (2,)}),
    ],
)
def test_caller_touches_nobody_elses(database_url: str, changes: ChangeSet) -> None:
    """Whatever is tried with somebody else's customer is refused, and nothing is saved."""
    with opened(database_url) as database:
        before = everything(filled(database))
        with pytest.raises(NotAllowed, match="own customers only"):
            write(database.opened_by(ANN), changes)
        assert everything(database) == before


def test_caller_gives_no_call_to_others(database_url: str) -> None:
    """A new call of somebody else would show them the customer: who calls whom is decided by those who assign."""
    with opened(database_url) as database:
        before = everything(filled(database))
        due = {"customer_id": 1, "due_on": "2026-01-08", "state": "open"}
        with pytest.raises(NotAllowed, match="decide who calls whom"):
            write(database.opened_by(ANN), created(follow_up=[{**due, "owner": "Ben"}]))
        assert everything(database) == before
        assert write(database.opened_by(ANN), created(follow_up=[{**due, "owner": "Ann"}, due])).created == 2


def test_caller_cannot_give_theirs_a_foreign_record(database_url: str) -> None:
    """A record of one's own cannot be moved to somebody else's customer."""
    with opened(database_url) as database:
        own = filled(database).opened_by(ANN)
        write(own, created(interaction=[{"customer_id": 1, "date": "2026-01-02"}]))
        with pytest.raises(NotAllowed, match="own customers only"):
            write(own, changed(("interaction", 2, "customer_id", 1, 2)))


def test_who_was_signed_out_writes_nothing(database_url: str) -> None:
    """What `still` says within the write holds, not what was known when the page was opened."""

    def signed_out(_: Connection) -> Person:
        raise NotAllowed("Signed out.")

    with opened(database_url) as database:
        before = everything(filled(database))
        with pytest.raises(NotAllowed, match="Signed out"):
            write(database.opened_by(STAFF, signed_out), changed(("customer", 1, "name", "Mia", "Mai")))
        assert everything(database) == before


def test_role_of_the_moment_counts(database_url: str) -> None:
    """Somebody who became a viewer while the page was open saves nothing more."""
    with opened(database_url) as database:
        demoted = filled(database).opened_by(STAFF, lambda _: VIEWER)
        with pytest.raises(NotAllowed, match="viewer"):
            write(demoted, changed(("customer", 1, "name", "Mia", "Mai")))
