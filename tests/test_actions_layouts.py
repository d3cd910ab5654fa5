"""What was decided about a shape of sheet comes back with it, and an upload used as it is teaches nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.actions import choosing, imports, layouts, undo
from crm_core.errors import InvalidInput, NotFound
from crm_core.intake.clean.column import Reading
from crm_core.intake.layouts import as_choice, as_text, decided, read_layout, row_shapes, shape_of
from crm_core.ledger.store.database import Database
from tests.acting import DAY, everything, opened, rows
from tests.uploads import PEOPLE, SALES, workbook

ODD = [
    ["Whom", "Blob", "Shop"],
    ["Anna Novak", "anna@example.com", "Leeds"],
    ["Ben Ode", "ben@example.com", "York"],
]
WHO = {"who": "anna", "as_of": DAY}
Choices = dict[str, imports.SheetChoice]


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with opened(sqlite_url) as database:
        yield database


def read(database: Database, name: str = "Shop export.xlsx", **sheets: Any) -> imports.Upload:
    return layouts.recall(database, imports.read_upload([(name, workbook(**sheets))]))


def save(database: Database, upload: imports.Upload, choices: Choices | None = None) -> imports.ImportPlan:
    chosen = choosing.proposed_choices(upload) if choices is None else choices
    plan = imports.plan_upload(database, upload, chosen)
    imports.save_upload(database, upload, chosen, plan, **WHO)
    return plan


def teach(database: Database, **sheets: Any) -> imports.Upload:
    """Say that the odd sheet holds customers, whose names stand under Whom and whose cities under Shop."""
    upload = read(database, **(sheets or {"Stuff": ODD}))
    name = upload.sheets[0].name
    choices = choosing.choose_entity(upload, choosing.proposed_choices(upload), name, "customer")
    choices = choosing.choose_field(upload, choices, name, "Whom", "name")
    save(database, upload, choosing.choose_field(upload, choices, name, "Shop", "city"))
    return upload


def test_what_was_chosen_comes_back_with_the_shape(database: Database) -> None:
    """Another file with the same headers is proposed as remembered, by the layout's name, in every reason."""
    teach(database)
    other = [["Shop", "Whom", "BLOB"], ["Bath", "Cleo Park", "cleo@example.com"]]
    upload = read(database, "next month.xlsx", Page=other)
    proposal = upload.sheets[0].proposal
    assert (proposal.entity, proposal.on, proposal.remembered) == ("customer", True, "Shop export")
    assert {field.header: field.field for field in proposal.fields} == {
        "Shop": "city",
        "Whom": "name",
        "BLOB": "email",
    }
    assert {field.reason for field in proposal.fields} == {"as remembered from “Shop export”"}
    assert save(database, upload).sheets[0].counts["new"] == 1


def test_used_as_proposed_teaches_nothing(database: Database) -> None:
    """A sheet taken in as it was proposed leaves no layout."""
    save(database, read(database, Customers=PEOPLE, Sales=SALES))
    assert rows(database, "layout") == []


def test_imported_twice_is_imported_once(database: Database) -> None:
    """With what is remembered, the same file again changes nothing at all."""
    teach(database)
    before = everything(database, without=("batches",))
    assert not save(database, read(database, Stuff=ODD)).writes
    assert everything(database, without=("batches",)) == before


def test_the_same_said_again_changes_nothing(database: Database) -> None:
    """Saying once more what is remembered leaves the layout as it is."""
    teach(database)
    before = rows(database, "layout")
    teach(database)
    assert rows(database, "layout") == before


def test_another_choice_changes_the_layout(database: Database) -> None:
    """A shape has one layout: it learns what was chosen last and keeps its name."""
    teach(database)
    upload = read(database, "other.xlsx", Stuff=ODD)
    choices = choosing.choose_field(upload, choosing.proposed_choices(upload), "Stuff", "Shop", "company")
    save(database, upload, choices)
    again = read(database, "third.xlsx", Stuff=ODD).sheets[0].proposal
    assert again.remembered == "Shop export"
    assert {field.header: field.field for field in again.fields}["Shop"] == "company"
    assert len(rows(database, "layout")) == 1


def test_going_back_to_the_proposal_forgets(database: Database) -> None:
    """Who chooses what would be proposed anyway takes the layout away."""
    upload = read(database, Customers=PEOPLE)
    plain = choosing.proposed_choices(upload)
    save(database, upload, choosing.choose_field(upload, plain, "Customers", "City", "region"))
    upload = read(database, Customers=PEOPLE)
    assert upload.sheets[0].proposal.remembered == "Shop export"
    save(database, upload, plain)
    assert rows(database, "layout") == []
    assert read(database, Customers=PEOPLE).sheets[0].proposal.remembered is None


def test_a_sheet_left_out_teaches_nothing(database: Database) -> None:
    """What is off was not used, so nothing is remembered of it, and what was remembered stays."""
    teach(database)
    before = rows(database, "layout")
    upload = read(database, Stuff=ODD, Customers=PEOPLE)
    choices = choosing.proposed_choices(upload)
    off = imports.SheetChoice("customer", False, choices["Stuff"].mapping)
    save(database, upload, {**choices, "Stuff": off})
    assert rows(database, "layout") == before


def test_everything_that_was_decided_is_remembered(database: Database) -> None:
    """Answers, policies, blanks that erase and refused rows come back as they were."""
    upload = read(database, Sales=SALES)
    choices = choosing.choose_policy(upload, choosing.proposed_choices(upload), "Sales", "Amount", "fill")
    choices = choosing.choose_erase(upload, choices, "Sales", "Product", True)
    choices = choosing.choose_refuse(choosing.choose_again(choices, "Sales", True), "Sales", "row")
    told = {3: Reading(date_order="dmy", country="GB", currency="GBP")}
    choices = {"Sales": imports.SheetChoice(**{**vars(choices["Sales"]), "readings": told})}
    save(database, upload, choices)
    assert choosing.proposed_choices(read(database, "b.xlsx", Sales=SALES)) == choices


def test_a_moved_header_is_found_by_its_words(database: Database) -> None:
    """Where the headers stand on another row than the one found, they are known by what they say."""
    sheet = [["Name", "City"], ["Nazwa", "Gdzie"], ["Anna", "Leeds"], ["Ben", "York"]]
    upload = read(database, Customers=sheet)
    assert upload.sheets[0].table is not None and upload.sheets[0].table.header_row != 2
    moved = choosing.move_area(upload, "Customers", header_row=2)
    choices = choosing.choose_entity(moved, choosing.proposed_choices(moved), "Customers", "customer")
    choices = choosing.choose_field(moved, choices, "Customers", "Nazwa", "name")
    save(database, moved, choices)
    below = [["Name", "City"], [None, None], *sheet[1:]]
    again = read(database, "b.xlsx", Customers=below).sheets[0]
    assert again.table is not None and again.table.header_row == 3
    assert again.proposal.remembered == "Shop export"


def test_a_header_that_a_person_moves_stays(database: Database) -> None:
    """What is remembered does not move a table that somebody has just placed."""
    sheet = [["Name", "City"], ["Nazwa", "Gdzie"], ["Anna", "Leeds"], ["Ben", "York"]]
    upload = choosing.move_area(read(database, Customers=sheet), "Customers", header_row=2)
    choices = choosing.choose_entity(upload, choosing.proposed_choices(upload), "Customers", "customer")
    save(database, upload, choosing.choose_field(upload, choices, "Customers", "Nazwa", "name"))
    moved = choosing.move_area(read(database, Customers=sheet), "Customers", header_row=1)
    found = layouts.recall(database, moved).sheets[0]
    assert found.table is not None and found.table.header_row == 1


def test_a_hidden_sheet_stays_off(database: Database) -> None:
    """A layout learnt on a sheet that everybody sees does not switch a hidden one on."""
    from io import BytesIO

    import openpyxl

    teach(database)
    book = openpyxl.load_workbook(BytesIO(workbook(Stuff=ODD, Seen=PEOPLE)))
    book["Stuff"].sheet_state = "hidden"
    out = BytesIO()
    book.save(out)
    upload = layouts.recall(database, imports.read_upload([("hidden.xlsx", out.getvalue())]))
    assert upload.sheet("Stuff").proposal.remembered == "Shop export"
    assert not choosing.proposed_choices(upload)["Stuff"].on


def test_sheets_of_one_workbook_are_named_apart(database: Database) -> None:
    """The file's name, and the sheet's where there are several."""
    teach(database, Stuff=ODD, Customers=PEOPLE)
    assert [row["name"] for row in rows(database, "layout")] == ["Shop export › Stuff"]


LEFT = (
    "batches",
    "archive",
    "revisions",
    "meta",
)  # the history itself, and what the database keeps of itself


def test_undo_takes_the_layout_along(database: Database) -> None:
    """What an upload taught is part of its entry in the history."""
    before = everything(database, without=LEFT)
    teach(database)
    undo.undo_batch(database, 1, **WHO)
    assert everything(database, without=LEFT) == before


def test_layouts_are_listed_renamed_and_forgotten(database_url: str) -> None:
    """A person sees what is remembered, calls it something else, and lets it go."""
    with opened(database_url) as database:
        teach(database)
        (row,) = layouts.all_layouts(database).to_dict("records")
        assert (row["name"], row["holds"], row["columns"], row["who"]) == (
            "Shop export",
            "customer",
            "Whom, Blob, Shop",
            "anna",
        )
        layouts.rename(database, row["id"], "  Till  export ", **WHO)
        assert read(database, Stuff=ODD).sheets[0].proposal.remembered == "Till export"
        layouts.forget(database, row["id"], **WHO)
        assert layouts.all_layouts(database).empty
        assert read(database, Stuff=ODD).sheets[0].proposal.remembered is None


def test_a_layout_that_is_gone_is_not_found(database: Database) -> None:
    """Renaming what somebody else forgot says so; a name must be one."""
    teach(database)
    with pytest.raises(NotFound):
        layouts.rename(database, 99, "x", **WHO)
    with pytest.raises(InvalidInput, match="needs a name"):
        layouts.rename(database, 1, "  ", **WHO)


def test_two_who_teach_the_same_shape_at_once(database_url: str) -> None:
    """Both planned before either saved: the second is planned again, and the shape has one layout."""
    with opened(database_url) as database:
        upload = read(database, Stuff=ODD)
        choices = choosing.choose_entity(upload, choosing.proposed_choices(upload), "Stuff", "customer")
        choices = choosing.choose_field(upload, choices, "Stuff", "Whom", "name")
        plans = [imports.plan_upload(database, upload, choices) for _ in range(2)]
        for plan in plans:
            imports.save_upload(database, upload, choices, plan, **WHO)
        assert (len(rows(database, "customer")), len(rows(database, "layout"))) == (2, 1)


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", "no JSON", '{"entity": "ship", "on": true, "columns": {}}']
)
def test_decisions_that_nobody_understands_are_passed_over(text: str) -> None:
    """A layout of another version, or a damaged one, proposes nothing."""
    assert read_layout(1, "x", "y", text) is None


HEADERS = st.lists(st.text("abcdÄé Ł", min_size=1, max_size=4), min_size=1, max_size=5)


@given(headers=HEADERS, seed=st.randoms(use_true_random=False))
def test_a_shape_has_no_order(headers: list[str], seed: Any) -> None:
    """The same headers in another order and in capitals are the same shape; one more is another."""
    mixed = [header.upper() for header in headers]
    seed.shuffle(mixed)
    assert shape_of(mixed) == shape_of(headers)
    assert shape_of([*headers, headers[0]]) != shape_of(headers)


FIELDS = st.sampled_from([None, "name", "email", "city", "note"])


@given(st.data())
def test_decisions_come_back_as_they_were(data: st.DataObject) -> None:
    """Whatever is chosen, what is stored of it gives the same choice for the same table."""
    table = UPLOAD.sheets[0].table
    assert table is not None
    places = [column.position for column in table.columns]
    some = st.sampled_from(places)
    readings = st.builds(
        Reading, date_order=st.sampled_from(["dmy", "mdy"]), decimal=st.sampled_from([None, ","])
    )
    choice = imports.SheetChoice(
        "customer", data.draw(st.booleans()), {place: data.draw(FIELDS) for place in places},
        data.draw(st.dictionaries(some, readings)), data.draw(st.dictionaries(some, st.sampled_from(["ours", "fill"]))),
        frozenset(data.draw(st.sets(some))), data.draw(st.sampled_from(["cell", "row"])), data.draw(st.booleans()),
    )  # fmt: skip
    stored = read_layout(1, "x", "y", as_text(decided(table, choice)))
    assert stored is not None and as_choice(table, stored.decisions) == choice


UPLOAD = imports.read_upload([("book.xlsx", workbook(Customers=PEOPLE))])


def test_the_first_rows_are_shapes_too() -> None:
    """Each row with two cells at least, by its number; a header that stands twice counts twice."""
    sheet = (
        imports.read_upload([("b.xlsx", workbook(S=[["Title"], ["A", "b", "a"], [1, 2, 3]]))]).sheets[0].sheet
    )
    shapes = {row: text for text, row in row_shapes(sheet)}
    assert set(shapes) == {2, 3}
    assert shapes[2] == shape_of(["a", "B", "A"]) != shape_of(["a", "b"])


def test_a_column_of_stored_codes_leads_to_their_customers(database):
    """A sales sheet that comes alone, with a header that says nothing, finds the customers who are stored."""
    save(
        database,
        read(database, People=[["Customer ID", "Name"], *([f"K-{n}", f"Ann Ode {n}"] for n in range(8))]),
    )
    sales = [["Code", "Date", "Product", "Amount"], *([f"K-{n}", "2025-03-01", "Tea", 2.5] for n in range(6))]
    upload = read(database, Sales=sales)
    field = upload.sheets[0].proposal.fields[0]
    assert field.reason == "its values are the codes of customers whom you have already"
    plan = save(database, upload)
    assert set(plan.changes.creates) == {"purchase"}  # nobody is made up
    assert not rows(database, "layout")  # and nobody taught anything
