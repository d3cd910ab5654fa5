"""Saved segments: saved, changed, renamed, removed, each undone."""

from datetime import date

import pandas as pd
import pytest
from stocked import stock

from crm_core.actions.segments import remove_segment, save_segment
from crm_core.actions.undo import undo_batch
from crm_core.errors import InvalidInput, NotFound
from crm_core.model.conditions import EVERYBODY, AnyOf, Not, Saved, Was, Where
from crm_core.views.segments.saved import segments

DAY = date(2026, 1, 5)
ACT = {"who": "Bea", "as_of": DAY}
LEEDS, YORK = Where("city", "is", "Leeds"), Where("city", "is", "York")


@pytest.fixture
def shop(database_url: str):
    people = pd.DataFrame({"id": [1, 2, 3], "name": ["A", "B", "C"], "city": ["Leeds", "York", "York"]})
    return stock(database_url, DAY, customer=people)


def listed(database) -> list[tuple]:
    return [(row.name, row.condition, row.people, row.note) for row in segments(database, DAY)]


def test_a_segment_is_saved_changed_and_taken_back(shop) -> None:
    """Each is one act in the journal; undo gives the state before it, and saving the same again changes nothing."""
    saved = save_segment(shop, "  Near   us ", LEEDS, note=" our  town ", **ACT)
    assert (saved.who, saved.why, saved.created) == ("Bea", "Segment “Near us” saved", 1)
    assert listed(shop) == [("Near us", LEEDS, 1, "our town")]
    number = segments(shop, DAY)[0].id
    changed = save_segment(shop, "Far", YORK, replace=number, **ACT)
    assert listed(shop) == [("Far", YORK, 2, "")]
    assert save_segment(shop, "Far", YORK, replace=number, **ACT).changed == 0
    undo_batch(shop, changed.id, **ACT)
    assert listed(shop) == [("Near us", LEEDS, 1, "our town")]
    undo_batch(shop, saved.id, **ACT)
    assert listed(shop) == []


def test_a_new_name_goes_into_what_is_built_on_it(shop) -> None:
    """In one act, which one undo takes back; a note and a people count stay."""
    save_segment(shop, "Near", LEEDS, **ACT)
    save_segment(shop, "Others", Not(Saved("NEAR")), **ACT)
    renamed = save_segment(shop, "Close", LEEDS, replace=segments(shop, DAY)[0].id, **ACT)
    assert listed(shop) == [("Close", LEEDS, 1, ""), ("Others", Not(Saved("Close")), 2, "")]
    undo_batch(shop, renamed.id, **ACT)
    assert listed(shop) == [("Near", LEEDS, 1, ""), ("Others", Not(Saved("NEAR")), 2, "")]


def test_a_removed_segment_comes_back_by_undo(shop) -> None:
    """With its id, so that what was kept under it still holds."""
    save_segment(shop, "Near", LEEDS, **ACT)
    number = segments(shop, DAY)[0].id
    removed = remove_segment(shop, number, **ACT)
    assert listed(shop) == []
    undo_batch(shop, removed.id, **ACT)
    assert [row.id for row in segments(shop, DAY)] == [number]


def test_what_makes_no_segment_is_refused(shop) -> None:
    """A sentence each, and nothing is written."""
    save_segment(shop, "Near", LEEDS, **ACT)
    save_segment(shop, "Either", AnyOf((Saved("near"), YORK)), **ACT)
    near = next(row.id for row in segments(shop, DAY) if row.name == "Near")
    before = listed(shop)
    for name, condition, replace, said in [
        ("  ", LEEDS, None, "name"),
        ("x" * 121, LEEDS, None, "120"),
        ("NEAR", YORK, None, "already"),
        ("Either", YORK, near, "already"),
        ("New", Where("shoe", "is", 1), None, "shoe"),
        ("New", Saved("gone"), None, "gone"),
        ("New", Saved("new"), None, "leads back to itself"),
        ("Near", Not(Saved("Either")), near, "leads back to itself"),
        ("New", Was("saved", "New", "2025-12-31"), None, "before it is saved"),
    ]:
        with pytest.raises(InvalidInput, match=said):
            save_segment(shop, name, condition, replace=replace, **ACT)
    assert listed(shop) == before


def test_one_that_is_gone_is_not_there(shop) -> None:
    """To change, rename or remove what somebody else removed is refused."""
    for act in (
        lambda: save_segment(shop, "x", EVERYBODY, replace=7, **ACT),
        lambda: remove_segment(shop, 7, **ACT),
    ):
        with pytest.raises(NotFound, match="not there any more"):
            act()
