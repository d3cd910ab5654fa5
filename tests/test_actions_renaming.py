"""A new name for a colleague or a play."""

from collections.abc import Iterator

import pytest
from acting import DAY, created, opened, rows, write

from crm_core.actions.followups import issue_call_list
from crm_core.actions.records import CellEdit, Saved, save_cells
from crm_core.actions.undo import undo_batch
from crm_core.ledger.store.database import Database


@pytest.fixture
def shop(database_url: str) -> Iterator[Database]:
    """Two people of Ann's, called because they never bought; a play and an absence name her too."""
    people = [{"name": f"Person {one}", "phone": f"+44 20 7946 000{one}", "owner": "Ann"} for one in (1, 2)]
    with opened(database_url) as database:
        colleagues = [{"name": "Ann"}, {"name": "Bob"}]
        away = [{"colleague": "Ann", "starts": "2026-02-01", "ends": "2026-02-03"}]
        play = {"name": "mine", "label": "Mine", "moment": "every day", "caller": "Ann", "priority": 1}
        write(database, created(customer=people, colleague=colleagues, absence=away, play=[play]))
        issue_call_list(database, as_of=DAY, who="boss", plays=["never-bought"])
        yield database


def named(database: Database, entity: str, before: str, after: str) -> Saved:
    number = next(row["id"] for row in rows(database, entity) if row["name"] == before)
    return save_cells(database, [CellEdit(entity, number, "name", before, after)], who="boss", as_of=DAY)


def names(database: Database) -> list[set[str | None]]:
    pairs = (("customer", "owner"), ("follow-up", "owner"), ("absence", "colleague"))
    play = {row["caller"] for row in rows(database, "play") if row["name"] == "mine"}
    return [*({row[field] for row in rows(database, entity)} for entity, field in pairs), play]


def test_the_new_name_of_a_colleague_goes_along(shop):
    """People, follow-ups, absences and plays name the colleague anew in the same act, which can be undone."""
    saved = named(shop, "colleague", "Ann", "Anna Bell")
    assert saved.saved == 1 and names(shop) == [{"Anna Bell"}] * 4
    assert issue_call_list(shop, as_of=DAY, who="boss").by_owner == {"Anna Bell": 2}
    undo_batch(shop, saved.batch.id, who="boss", as_of=DAY)
    assert names(shop) == [{"Ann"}] * 4


def test_a_play_that_was_used_keeps_its_name(shop):
    """Quiet days, proof and the lot go by the name of a play: it is refused a new one once records name it."""
    saved = named(shop, "play", "never-bought", "newcomers")
    assert saved.saved == 0 and "2 records" in saved.refused[0].why and "title" in saved.refused[0].why
    assert "never-bought" in {row["name"] for row in rows(shop, "play")}


def test_a_play_that_was_never_used_may_be_renamed(shop):
    """What no record names may have any name, but for the plays that are known by theirs."""
    assert named(shop, "play", "thanks", "thank-you").saved == 1
    assert named(shop, "play", "promised", "promises").refused
