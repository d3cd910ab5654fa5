"""What a value must be beside readable: refused at its cell in words, wherever it comes from."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.actions.checks import check_record, check_value
from crm_core.actions.records import CellEdit, add_record, read_typed, remove_records, save_cells
from crm_core.actions.undo import undo_batch
from crm_core.errors import InvalidInput, NotFound
from crm_core.ledger.store.database import Database
from crm_core.model.registry import ENTITIES
from crm_core.model.usual_plays import USUAL_PLAYS, USUAL_RULES
from tests.acting import DAY, created, everything, faults, opened, rows, write

BY = {"who": "anna", "as_of": DAY}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        people = [{"name": "Anna", "code": "A"}, {"name": "Ben", "code": "B"}]
        case = {"customer_id": -1, "date": "2025-03-01", "source_key": 1, "solved_on": "2025-03-05"}
        write(database, created(customer=people, case=[case]))
        yield database


def check(entity: str, field: str, value: Any) -> None:
    check_value(entity, ENTITIES[entity].field(field), value)


@pytest.mark.parametrize(
    ("entity", "field", "value", "said"),
    [
        ("play", "say", "Hello[ {shoe_size}]", "no known fact"), ("play", "reason", "Hello {name}", "say nothing"),
        ("wording", "subject", "[Hello", "without its partner"), ("play", "name", "win back", "no short name"),
        ("rule", "name", "x" * 41, "no short name"), ("play", "held_out", 1.5, "no share"),
        ("rule", "words", "Call {nam}", "no known fact"), ("rule", "words", "Call [them", "without its partner"),
        ("rule", "words", "About {product}", "say nothing"), ("rule", "within", -1, "less than 0"),
        ("play", "quiet_days", -1, "less than 0"), ("colleague", "capacity", -3, "less than 0"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said(entity: str, field: str, value: Any, said: str) -> None:
    """Unknown facts, holes, names with blanks, shares beyond one, less than nothing."""
    with pytest.raises(InvalidInput, match=said):
        check(entity, field, value)


@pytest.mark.parametrize(
    ("entity", "field", "value"),
    [
        ("play", "say", "Hello[ {name}]"), ("purchase", "amount", -5), ("customer", "latitude", -33.9),
        ("case", "what", "{anything} [goes"), ("rule", "words", "{days} days[ about {product}], {score}"),
        ("play", "share", 0.3), ("play", "say", None),
    ],
)  # fmt: skip
def test_what_makes_sense_is_taken(entity: str, field: str, value: Any) -> None:
    """Returns, places in the south, braces in a note, and blanks are nobody's business."""
    check(entity, field, value)


def test_the_usual_plays_have_good_names() -> None:
    """What a database is born with would be taken from a person as well, name by name."""
    for entity, usual in (("play", USUAL_PLAYS), ("rule", USUAL_RULES)):
        for row in usual:
            for field in ENTITIES[entity].fields:
                if field.name not in ("reason", "say", "subject"):
                    check(entity, field.name, row.get(field.name))


@given(st.dates(), st.dates())
def test_days_in_order(first: Any, last: Any) -> None:
    """An absence that ends before it begins is refused, and no other."""
    row = {"starts": first.isoformat(), "ends": last.isoformat()}
    if last >= first:
        check_record(ENTITIES["absence"], row)
    else:
        with pytest.raises(InvalidInput):
            check_record(ENTITIES["absence"], row)


def test_a_typed_template_is_checked_before_it_is_saved(database: Database) -> None:
    """What the grid reads while a cell waits says the same as the save."""
    with pytest.raises(InvalidInput, match="no known fact"):
        read_typed(database, "play", "say", "Hello[ {shoe_size}]")
    edit = CellEdit("play", 1, "say", rows(database, "play")[0]["say"], "Hello[ {shoe_size}]")
    saved = save_cells(database, [edit], **BY)
    assert saved.saved == 0 and "no known fact" in saved.refused[0].why


def name_of(database: Database, place: int) -> str:
    return rows(database, "play")[place]["name"]


def test_a_name_that_is_taken_is_refused_at_its_cell(database: Database) -> None:
    """A play renamed to another one's name stays as it is; the other cells of the save are stored."""
    first, second = name_of(database, 1), name_of(database, 2)
    edits = [CellEdit("play", 2, "name", first, second), CellEdit("play", 2, "label", None, "New title")]
    edits[1] = CellEdit("play", 2, "label", rows(database, "play")[1]["label"], "New title")
    saved = save_cells(database, edits, **BY)
    assert saved.saved == 1 and "already" in saved.refused[0].why and name_of(database, 1) == first


def test_two_may_change_names(database: Database) -> None:
    """A swap in one save is no clash."""
    first, second = name_of(database, 1), name_of(database, 2)
    edits = [CellEdit("play", 2, "name", first, second), CellEdit("play", 3, "name", second, first)]
    assert save_cells(database, edits, **BY).saved == 2 and name_of(database, 1) == second


def test_one_name_for_two_is_refused(database: Database) -> None:
    """Both cells are named, nothing is stored."""
    edits = [CellEdit("play", at, "name", name_of(database, at - 1), "same") for at in (2, 3)]
    saved = save_cells(database, edits, **BY)
    assert saved.saved == 0 and [one.id for one in saved.refused] == [2, 3]


def test_a_code_that_is_taken_names_who_has_it(database: Database) -> None:
    """Anna cannot have Ben's code; her own is no clash with itself."""
    saved = save_cells(database, [CellEdit("customer", 1, "code", "A", "B")], **BY)
    assert saved.saved == 0 and "belongs to Ben" in saved.refused[0].why
    assert save_cells(database, [CellEdit("customer", 1, "code", "A", "A")], **BY).saved == 1


def test_a_changed_day_is_held_against_the_stored_one(database: Database) -> None:
    """A case cannot be solved before it happened, whichever of the two days is edited."""
    for field, seen, typed in (
        ("solved_on", "2025-03-05", "2025-02-01"),
        ("date", "2025-03-01", "2025-04-01"),
    ):
        saved = save_cells(database, [CellEdit("case", 1, field, seen, typed)], **BY)
        assert saved.saved == 0 and "lies before" in saved.refused[0].why


COMPLAINT = {"name": "r", "event": "new complaint", "act": "follow-up"}


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("words", "Score {score}", "say nothing for people without “score”"), ("to", "Zoe", "no colleague “Zoe”"),
        ("of", "shoes", "nothing that “new complaint” knows"), ("within", "9999", "from 0 to 3,650"),
    ],
)  # fmt: skip
def test_a_rule_is_checked_cell_by_cell(database: Database, field: str, typed: str, said: str) -> None:
    """In the grid and with a new rule: each cell beside the rest of its row, and who works here."""
    write(database, created(rule=[{**COMPLAINT, "id": -1}]))
    number = rows(database, "rule")[-1]["id"]
    saved = save_cells(database, [CellEdit("rule", number, field, None, typed)], **BY)
    assert saved.saved == 0 and said in saved.refused[0].why and not saved.refused[0].why[0].islower()
    added = add_record(database, "rule", {**COMPLAINT, "name": "s", field: typed}, **BY)
    assert [one.field for one in added.refused] == [field] and said in added.refused[0].why


def test_a_rule_that_is_at_fault_can_be_mended_cell_by_cell(database: Database) -> None:
    """A fault elsewhere in the row, or that nobody is the manager, stops no edit."""
    write(database, created(rule=[{**COMPLAINT, "to": "Zoe"}]))
    number = rows(database, "rule")[-1]["id"]
    for field, typed in (("within", "2"), ("to", "manager"), ("act", "to the manager"), ("of", "product")):
        seen = rows(database, "rule")[-1][field]
        assert save_cells(database, [CellEdit("rule", number, field, seen, typed)], **BY).saved == 1
    stage = ("event", "new complaint", "stage changes"), ("of", "product", "commitment")
    edits = [CellEdit("rule", number, *one) for one in stage]
    assert save_cells(database, edits, **BY).saved == 2  # what they say together


def test_a_new_record_needs_what_is_required(database: Database) -> None:
    """Each missing field is named, and nothing is stored."""
    before = everything(database)
    saved = add_record(database, "case", {"what": "Cold soup"}, **BY)
    assert [one.field for one in saved.refused] == ["customer", "date"] and everything(database) == before


def test_an_unknown_colleague_becomes_one(database: Database) -> None:
    """Whoever is absent is known from then on."""
    values = {"colleague": "Zora", "starts": "2026-01-01", "ends": "2026-01-05"}
    assert add_record(database, "absence", values, **BY).saved == 1
    assert [row["name"] for row in rows(database, "colleague")] == ["Zora"]


def test_removed_records_come_back(database: Database) -> None:
    """A removal is one act that can be undone; what is gone already is said."""
    before = rows(database, "case")
    saved = remove_records(database, "case", [1], **BY)
    assert saved.saved == 1 and not rows(database, "case") and saved.batch is not None
    with pytest.raises(NotFound):
        remove_records(database, "case", [1], **BY)
    back = undo_batch(database, saved.batch.id, **BY).batch.id
    assert rows(database, "case") == [before[0] | {"batch": back}] and not faults(database)
