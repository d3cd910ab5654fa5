"""The Customers page: find, filter, edit, save, undo; nothing typed is ever lost."""

from datetime import datetime
from io import BytesIO

import openpyxl
import pandas as pd
import pytest
import screens
from hypothesis import given
from hypothesis import strategies as st
from page_shops import DAY, edit, normal_day, one_person, shown, stored

from crm_core.actions.opening import open_at
from crm_core.actions.records import CellEdit, Refusal, Saved, save_cells
from crm_core.model.changes import Conflict
from crm_core.model.conditions import Where
from crm_core.views import customers
from crm_core.views.customers import PeopleQuery
from crm_core.views.exports import people_file
from pages._people.grid import PICK, Draft, after_save, drafts_after, editable, picked_after, show


@pytest.fixture
def show_page(sqlite_url, monkeypatch):
    return screens.on(sqlite_url, monkeypatch)


@pytest.fixture
def page(sqlite_url, show_page):
    """The Customers page on a normal day."""
    normal_day(sqlite_url).close()
    return show_page("customers")


def drafts(screen):
    return screen.session_state["people_work"].drafts


# What is shown ----------------------------------------------------------------------------------------------


def test_nobody_is_told_what_to_do_first(show_page):
    """An empty database leads to the upload and to the first customer by hand."""
    screen = show_page("customers")
    assert "No customers yet" in screens.texts(screen)
    screen.button(key="first_customer").click().run()
    assert not screen.exception and screen.text_input(key="new_name")


def test_one_person_is_one_row(sqlite_url, show_page):
    """A single customer with only a name is shown without pages."""
    one_person(sqlite_url).close()
    screen = show_page("customers")
    assert "1 person" in screens.texts(screen)
    assert shown(screen)["name"].tolist() == ["Only One"]


def test_the_grid_is_indexed_by_record(page):
    """Twelve people, each row under the id of its record."""
    assert "12 people" in screens.texts(page)
    assert sorted(shown(page).index) == list(range(1, 13))


def test_the_search_finds(page):
    """A phone number in the search box leaves its owner."""
    page.text_input(key="q").set_value("+43 12345004").run()
    assert shown(page)["name"].tolist() == ["Person E"]


def test_a_search_without_anybody_says_so(page):
    """Nobody found is told apart from nobody stored."""
    page.text_input(key="q").set_value("zzz").run()
    assert "Nobody fits" in screens.texts(page)


def test_filters_add_up(page):
    """Owner and tag together: only who meets both; each stands as a chip that takes itself off."""
    page.multiselect(key="owner").set_value(["Maria"]).run()
    page.multiselect(key="tag").set_value(["vegan"]).run()
    assert "0 people" in screens.texts(page)
    page.button(key="chip_owner_Maria").click().run()
    assert set(shown(page)["tags"]) == {"vegan, vip"}


def test_without_an_owner_can_be_asked_for(page):
    """People whom nobody looks after are a choice of the owner filter."""
    page.multiselect(key="owner").set_value(["(nobody)"]).run()
    assert shown(page)["owner"].isna().all() and len(shown(page)) == 4


def test_sorting_is_over_all(page):
    """Most orders first, whatever stands on the page."""
    page.selectbox(key="sort").set_value("orders")
    page.toggle(key="down").set_value(True).run()
    assert shown(page)["orders"].tolist() == sorted(shown(page)["orders"], reverse=True)


def test_columns_can_be_chosen(page):
    """Only the chosen columns are sent."""
    page.multiselect(key="columns").set_value(["name", "pattern"]).run()
    assert list(shown(page).columns) == [PICK, "Open", "name", "pattern"]


def test_people_of_a_chart_stand_alone(page):
    """People handed over come without the filters of an earlier look, and go with their chip."""
    page.multiselect(key="owner").set_value(["Maria"]).run()
    page.session_state["people"] = ("Never bought", Where("orders", "at most", 0))
    page.run()
    assert sorted(shown(page)["name"]) == ["Person K", "Person L"]
    page.button(key="chip_people").click().run()
    assert len(shown(page)) == 12


# Editing ----------------------------------------------------------------------------------------------------


def test_an_edit_waits_until_it_is_saved(page, sqlite_url):
    """An edited cell is a draft; saving stores it and the grid shows the stored value."""
    edit(page, (1, "phone", "01 9876543"))
    assert list(drafts(page)) == [(1, "phone")] and stored(sqlite_url)["phone"] == "+4312345000"
    page.button(key="people_save").click().run()
    assert not drafts(page) and stored(sqlite_url)["phone"] != "+4312345000"
    assert shown(page).at[1, "phone"] == stored(sqlite_url)["phone"]


def test_a_save_can_be_taken_back(page, sqlite_url):
    """Undo beside the save brings the old value back."""
    edit(page, (1, "city", "Linz"))
    page.button(key="people_save").click().run()
    assert stored(sqlite_url)["city"] == "Linz"
    page.button(key="people_undo").click().run()
    assert stored(sqlite_url)["city"] is None and "Taken back" in screens.texts(page)


def test_what_is_refused_stays_typed(page, sqlite_url):
    """The good cell is saved; the bad one is named and still stands in the grid."""
    edit(page, (1, "email", "nobody at all"), (2, "city", "Graz"))
    page.button(key="people_save").click().run()
    assert stored(sqlite_url, 2)["city"] == "Graz"
    assert "no e-mail" in screens.texts(page) and shown(page).at[1, "email"] == "nobody at all"
    edit(page, (1, "email", "ada@example.org"))
    page.button(key="people_save").click().run()
    assert stored(sqlite_url)["email"] == "ada@example.org" and not drafts(page)


def test_discard_forgets(page, sqlite_url):
    """After Discard the grid shows what is stored, and a later run brings nothing back."""
    edit(page, (1, "city", "Linz"))
    page.button(key="people_discard").click().run()
    page.run()
    assert not drafts(page) and pd.isna(shown(page).at[1, "city"])


def test_a_draft_survives_sorting_and_searching(page):
    """Who moves on the screen keeps what was typed for them."""
    edit(page, (3, "city", "Wels"))
    page.selectbox(key="sort").set_value("revenue").run()
    assert shown(page).at[3, "city"] == "Wels"
    page.text_input(key="q").set_value("Person A").run()
    assert list(drafts(page)) == [(3, "city")]
    page.text_input(key="q").set_value("").run()
    assert shown(page).at[3, "city"] == "Wels"


def test_a_draft_survives_a_look_at_another_page(page):
    """Back from the history, the grid shows what was typed, and who was ticked."""
    edit(page, (3, "city", "Wels"), (4, PICK, True))
    page.switch_page("pages/history.py").run()
    page.switch_page("pages/customers.py").run()
    assert shown(page).at[3, "city"] == "Wels" and shown(page).at[4, PICK]


def test_a_draft_survives_what_others_save(page, sqlite_url):
    """When the data moves, the draft stays with its person, not with its row."""
    edit(page, (3, "city", "Wels"))
    others(sqlite_url, CellEdit("customer", 3, "name", "Person C", "Aaa First Now"))
    page.run()
    assert shown(page)["name"].tolist()[0] == "Aaa First Now"
    assert shown(page).at[3, "city"] == "Wels" and list(drafts(page)) == [(3, "city")]


def others(url: str, *edits: CellEdit) -> None:
    """Somebody else saves."""
    database = open_at(url)
    save_cells(database, edits, who="somebody else", as_of=DAY)
    database.close()


def conflicted(page, url):
    """We typed Wels, somebody else saved Graz, then we saved."""
    edit(page, (3, "city", "Wels"))
    others(url, CellEdit("customer", 3, "city", None, "Graz"))
    page.button(key="people_save").click().run()


def test_both_texts_are_shown(page, sqlite_url):
    """The second save of a cell is told: theirs is stored, ours is not lost."""
    conflicted(page, sqlite_url)
    told = screens.texts(page)
    assert "Graz" in told and "Wels" in told and "Somebody else" in told
    assert stored(sqlite_url, 3)["city"] == "Graz" and drafts(page)[(3, "city")].typed == "Wels"


def test_theirs_can_be_taken(page, sqlite_url):
    """Take theirs: our text goes, the stored one is shown."""
    conflicted(page, sqlite_url)
    page.button(key="theirs_3_city").click().run()
    assert not drafts(page) and shown(page).at[3, "city"] == "Graz"


def test_mine_can_be_kept(page, sqlite_url):
    """Keep mine: saved over theirs, now that both were seen."""
    conflicted(page, sqlite_url)
    page.button(key="mine_3_city").click().run()
    assert stored(sqlite_url, 3)["city"] == "Wels" and not drafts(page)


def test_a_forged_column_is_ignored(page):
    """A column that may not be edited, or is not there, makes no draft."""
    edit(page, (1, "segment", "champions"), (1, "id", 7), (1, "nonsense", "x"))
    assert not drafts(page)


# Adding and taking out --------------------------------------------------------------------------------------


def test_a_new_customer_is_saved(page):
    """A name is enough; the person stands in the grid."""
    page.button(key="new_customer_open").click().run()
    page.text_input(key="new_name").set_value("Zora Neu")
    press(page, "Save customer")
    assert not page.exception and "Zora Neu" in shown(page)["name"].tolist()


def press(screen, label):
    next(one for one in screen.button if one.label == label).click().run()


def test_a_refused_customer_stays_typed(page):
    """A phone that is none is said at its field; the name is still there and nobody was added."""
    page.button(key="new_customer_open").click().run()
    page.text_input(key="new_name").set_value("Zora Neu")
    page.text_input(key="new_phone").set_value("soon")
    press(page, "Save customer")
    assert "soon" in screens.texts(page) and page.text_input(key="new_name").value == "Zora Neu"
    assert "12 people" in screens.texts(page)


def test_a_purchase_is_logged_for_who_is_ticked(page, sqlite_url):
    """Tick one person, log a purchase: it is theirs."""
    edit(page, (12, PICK, True))
    page.button(key="log_purchase_open").click().run()
    page.text_input(key="line_product").set_value("Cake")
    page.text_input(key="line_amount").set_value("12,50")
    press(page, "Save purchase")
    assert not page.exception and shown(page).at[12, "orders"] == 1
    assert shown(page).at[12, "revenue"] == 12.5


def test_removal_says_what_happens_and_can_be_undone(page):
    """Ticked people go after a question; their purchases are spoken of; Undo brings them back."""
    edit(page, (1, PICK, True), (2, PICK, True))
    page.button(key="remove_ticked").click().run()
    assert "purchases stay" in screens.texts(page)
    page.button(key="remove_yes").click().run()
    assert "10 people" in screens.texts(page)
    page.button(key="people_undo").click().run()
    assert "12 people" in screens.texts(page)


def test_ticked_people_go_to_the_call_list(page):
    """To call list: the Follow-ups page is limited to them."""
    edit(page, (1, PICK, True), (5, PICK, True))
    page.button(key="to_call_list").click().run()
    assert page.title[0].value == "Follow-ups" and "2 chosen people" in page.button(key="drop_people").label


def test_all_that_are_found_go_to_the_call_list(page):
    """With nobody ticked, all people of the question go."""
    page.multiselect(key="owner").set_value(["Maria"]).run()
    page.button(key="to_call_list").click().run()
    assert len(page.session_state["call_people"]) == 4


# From cells to drafts ---------------------------------------------------------------------------------------

ROWS = pd.DataFrame(
    {"id": [7, 3], "version": [1, 1], "name": ["Ada", "Ben"], "birthday": ["1990-05-31", None]}
)


def test_only_declared_fields_are_editable():
    """Measures, ids and the measured stage are shown only."""
    assert editable("name") and editable("birthday")
    assert not any(map(editable, ("segment", "id", "version", "stage", "revenue", "nonsense")))


def test_an_edit_lands_on_the_record():
    """Row 1 of what was shown is record 3, whatever its number."""
    found = drafts_after({1: {"name": "Bea"}}, show("k", ROWS, {}, ()), {})
    assert found == {(3, "name"): Draft(3, "name", "Ben", "Bea")}


def test_typing_the_old_text_is_no_draft():
    """A cell that says again what is stored waits for nothing."""
    before = {(7, "name"): Draft(7, "name", "Ada", "Eda")}
    assert drafts_after({0: {"name": "Ada"}}, show("k", ROWS, before, ()), before) == {}


def test_an_emptied_cell_is_a_draft():
    """Deleting a text is an edit as well."""
    found = drafts_after({0: {"birthday": None}}, show("k", ROWS, {}, ()), {})
    assert found[(7, "birthday")].edit() == CellEdit("customer", 7, "birthday", "1990-05-31", None)


def test_what_was_seen_first_is_kept():
    """Edited twice, a cell is still compared with what the person saw at first."""
    first = {(7, "name"): Draft(7, "name", "Ada", "Eda")}
    moved = ROWS.assign(name=["Theirs", "Ben"])
    assert drafts_after({0: {"name": "Ida"}}, show("k", moved, first, ()), first)[(7, "name")].seen == "Ada"


def test_rows_outside_are_ignored():
    """A position that was never shown changes nobody."""
    assert drafts_after({9: {"name": "X"}, -1: {"name": "Y"}}, show("k", ROWS, {}, ()), {}) == {}


def test_ticks_are_kept_over_pages():
    """Who is ticked elsewhere stays ticked; unticking here counts."""
    out = show("k", ROWS, {}, {7, 99})
    assert out.given[PICK].tolist() == [True, False]
    assert picked_after({0: {PICK: False}, 1: {PICK: True}}, out, {7, 99}) == {3, 99}


def test_a_save_leaves_the_refused_and_the_conflicts():
    """Saved drafts go, the others stay, the refused with their reason."""
    held = {cell: Draft(cell[0], cell[1], None, "x") for cell in ((1, "city"), (2, "email"), (3, "phone"))}
    conflict = Conflict("customer", 3, "phone", None, "y", "x")
    left = after_save(held, Saved(1, (Refusal(2, "email", "x", "no e-mail"),), (conflict,)))
    assert list(left) == [(2, "email"), (3, "phone")] and left[(2, "email")].why == "no e-mail"


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).map(str.strip).filter(bool)


@given(st.permutations([3, 7, 9]), st.dictionaries(st.sampled_from([3, 7, 9]), TEXTS, min_size=1))
def test_drafts_follow_their_record(order, wanted):
    """However the rows are ordered, and shown anew in another order, each text stays with its record."""
    rows = pd.DataFrame({"id": order, "version": 1, "name": [f"n{number}" for number in order]})
    places = {number: place for place, number in enumerate(order)}
    edited = {places[number]: {"name": text} for number, text in wanted.items()}
    held = drafts_after(edited, show("k", rows, {}, ()), {})
    again = show("k2", rows.iloc[::-1], held, ())
    changed = {number: text for number, text in wanted.items() if text != f"n{number}"}
    assert {number: draft.typed for (number, _), draft in held.items()} == changed
    assert all(again.given.at[number, "name"] == text for number, text in changed.items())
    assert drafts_after({}, again, held) == held


# As a workbook ----------------------------------------------------------------------------------------------


def workbook(url, query):
    """The cells of the file for a question, header first."""
    database = open_at(url)
    content = people_file(database, query, DAY)
    return list(openpyxl.load_workbook(BytesIO(content)).active.iter_rows(values_only=True))


def test_the_file_holds_exactly_those_people(sqlite_url):
    """Search and filter count; days are days and money is money."""
    normal_day(sqlite_url).close()
    query = PeopleQuery(
        Where("owner", "is", "Maria"), search="p0@example", columns=("name", "birthday", "revenue")
    )
    rows = workbook(sqlite_url, query)
    assert rows == [("Name", "Birthday", "Revenue"), ("Person A", datetime(1980, 1, 8), 720)]


def test_no_cell_is_a_formula(sqlite_url):
    """A name that begins with = stays a name, a phone stays a text."""
    normal_day(sqlite_url).close()
    others(sqlite_url, CellEdit("customer", 1, "name", "Person A", "=1+1"))
    database = open_at(sqlite_url)
    content = people_file(database, PeopleQuery(columns=("name", "phone")), DAY)
    cells = [
        cell for row in openpyxl.load_workbook(BytesIO(content)).active.iter_rows(min_row=2) for cell in row
    ]
    assert {cell.data_type for cell in cells} == {"s"} and "=1+1" in [cell.value for cell in cells]


def test_nobody_is_an_empty_table(sqlite_url):
    """No person: the headers stand alone."""
    assert workbook(sqlite_url, PeopleQuery(columns=("name", "revenue"))) == [("Name", "Revenue")]


def test_all_pages_are_in_the_file(sqlite_url, monkeypatch):
    """More people than a page holds are all written, each once."""
    normal_day(sqlite_url).close()
    monkeypatch.setattr(customers, "MOST", 5)
    rows = workbook(sqlite_url, PeopleQuery(columns=("name",)))
    assert sorted(rows[1:]) == [(f"Person {letter}",) for letter in "ABCDEFGHIJKL"]


def test_namesakes_are_told_apart(page):
    """Of several matches nobody is chosen beforehand; a phone or an e-mail stands below each name."""
    page.button(key="log_purchase_open").click().run()
    page.text_input(key="line_who").set_value("Person").run()
    assert (
        page.radio[0].value is None
        and next(one for one in page.button if one.label == "Save purchase").disabled
    )
    page.radio[0].set_value(3).run()
    page.text_input(key="line_amount").set_value("7")
    press(page, "Save purchase")
    assert shown(page).at[3, "orders"] == 11
