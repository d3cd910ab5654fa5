"""The Records page: any declared entity as a grid; edits, conflicts, adding, removing, the way back."""

import pytest
import screens
from page_shops import DAY, normal_day
from streamlit.testing.v1 import AppTest

from crm_core.actions.records import CellEdit, add_record, save_cells
from crm_core.views import records
from crm_core.views.records import GRIDS, RecordQuery
from pages._grid.drafts import PICK

BY = {"who": "somebody else", "as_of": DAY}


@pytest.fixture
def shop(sqlite_url):
    """A normal day with two complaints, a score and a colleague."""
    database = normal_day(sqlite_url)
    soup = {"customer_id": 1, "date": "2026-01-02", "type": "complaint", "what": "Cold soup", "state": "open"}
    add_record(database, "case", soup, **BY)
    add_record(database, "case", {"customer_id": 2, "date": "2026-01-03", "what": "Łukewarm tea"}, **BY)
    add_record(
        database, "answer", {"customer_id": 1, "date": "2026-01-02", "score": "4", "scale": "10"}, **BY
    )
    add_record(database, "colleague", {"name": "Maria"}, **BY)
    yield database
    database.close()


@pytest.fixture
def show_page(sqlite_url, monkeypatch):
    return screens.on(sqlite_url, monkeypatch)


@pytest.fixture
def page(shop, show_page):
    """Gives a function: the Records page of an entity, of one customer if named."""

    def of(entity: str, customer: int | None = None):
        screen = show_page("records")
        screen.query_params["of"] = entity
        if customer is not None:
            screen.query_params["customer"] = str(customer)
        return screen.run()

    return of


def work(screen, entity):
    return screen.session_state[f"records_{entity}_work"]


def rows(screen, entity):
    return work(screen, entity).shown.given


def edit(screen, entity, *cells):
    """Write into cells of the grid: (id, column, value)."""
    out = work(screen, entity).shown
    places = {int(number): place for place, number in enumerate(out.given.index)}
    changed: dict[int, dict[str, object]] = {}
    for number, column, value in cells:
        changed.setdefault(places[number], {})[column] = value
    screen.session_state[out.key] = {"edited_rows": changed, "added_rows": [], "deleted_rows": []}
    return screen.run()


def stored(database, entity, number=1):
    frame = records.page_of(database, RecordQuery(entity), DAY).frame.set_index("id")
    return frame.loc[number]


def press(screen, label):
    next(one for one in screen.button if one.label == label).click().run()
    assert not screen.exception
    return screen


# What is shown ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entity", GRIDS)
def test_every_entity_has_a_grid(page, entity):
    """Each table of the menu opens, with its rows or with what to do first, and its window for a new one opens."""
    screen = page(entity)
    assert not screen.exception and not screens.errors(screen)
    screen.button(key=f"records_{entity.replace('-', '_')}_new").click().run()
    assert not screen.exception and any(one.label.startswith("Save ") for one in screen.button)


def test_what_is_kept_most_is_offered_first(page, show_page):
    """Without a wish in the address the first table that holds something opens."""
    screen = show_page("records")
    assert "purchases" in screens.texts(screen) and rows(screen, "purchase")["customer"].notna().all()


def test_customers_stand_by_name(page):
    """A case is shown with the name of its customer, newest first."""
    assert rows(page("case"), "case")["customer"].tolist() == ["Person B", "Person A"]


def test_one_customer_alone(page):
    """From the customer page: only theirs, without the column that says so; a chip leads to everybody's."""
    screen = page("case", customer=1)
    assert rows(screen, "case")["what"].tolist() == ["Cold soup"] and "customer" not in rows(screen, "case")
    screen.button(key="records_customer").click().run()
    assert not screen.exception and len(rows(screen, "case")) == 2 and "customer" in rows(screen, "case")


def test_the_search_looks_in_texts_and_customers(page):
    """Accents do not matter, and a customer's name finds what is theirs."""
    screen = page("case")
    screen.text_input(key="records_case_q").set_value("lukewarm").run()
    assert rows(screen, "case")["customer"].tolist() == ["Person B"]
    screen.text_input(key="records_case_q").set_value("p0@example").run()
    assert rows(screen, "case")["what"].tolist() == ["Cold soup"]


def test_a_filter_takes_blanks_too(page):
    """A case whose state nobody set is found under (empty); the chip takes the filter off."""
    screen = page("case")
    screen.multiselect(key="records_case_state").set_value(["(empty)"]).run()
    assert rows(screen, "case")["customer"].tolist() == ["Person B"]
    screen.button(key="chip_records_case_state_(empty)").click().run()
    assert len(rows(screen, "case")) == 2


def test_nothing_found_is_told_apart_from_nothing_kept(page):
    """An empty table says what to do first; a search that finds nothing says how to find more."""
    assert "No absences yet" in screens.texts(page("absence"))
    screen = page("case")
    screen.text_input(key="records_case_q").set_value("zzz").run()
    assert "Try fewer letters" in screens.texts(screen)


# Editing ----------------------------------------------------------------------------------------------------


def test_edit_save_undo(page, shop):
    """A chosen state and a typed day are drafts, then stored, then taken back."""
    screen = edit(page("case"), "case", (1, "state", "solved"), (1, "solved_on", "04.01.2026"))
    assert len(work(screen, "case").drafts) == 2 and stored(shop, "case")["state"] == "open"
    screen.button(key="records_case_save").click().run()
    assert (stored(shop, "case")["state"], stored(shop, "case")["solved_on"]) == ("solved", "2026-01-04")
    screen.button(key="records_case_undo").click().run()
    assert stored(shop, "case")["state"] == "open" and "Taken back" in screens.texts(screen)


def test_money_is_read_by_our_parser(page, shop):
    """12,50 typed into an amount is twelve and a half, whatever a browser would make of it."""
    first = int(rows(page("purchase"), "purchase").index[0])
    screen = edit(page("purchase"), "purchase", (first, "amount", "12,50"))
    screen.button(key="records_purchase_save").click().run()
    assert stored(shop, "purchase", first)["amount"] == 125_000


def test_an_untouched_number_is_no_draft(page):
    """The blanks that align a column are no edit."""
    screen = page("purchase")
    first = int(rows(screen, "purchase").index[0])
    edit(screen, "purchase", (first, "amount", rows(screen, "purchase").at[first, "amount"]))
    assert not work(screen, "purchase").drafts


def test_others_edits_are_shown(page, shop):
    """Two people change one cell: both texts are shown, and mine can be kept."""
    screen = edit(page("case"), "case", (1, "what", "Cold and late"))
    save_cells(shop, [CellEdit("case", 1, "what", "Cold soup", "Very cold soup")], **BY)
    screen.button(key="records_case_save").click().run()
    told = screens.texts(screen)
    assert "Somebody else" in told and "Very cold soup" in told and "Cold and late" in told
    screen.button(key="records_case_mine_1_what").click().run()
    assert stored(shop, "case")["what"] == "Cold and late"


def test_unknown_facts_are_refused_in_words(page, shop):
    """A play that names a fact that there is not is refused at its cell, before and after [Save]."""
    screen = edit(page("play"), "play", (3, "say", "Hello[ {shoe_size}]"))
    assert "1 cannot be read" in next(str(one.value) for one in screen.markdown if "cannot" in str(one.value))
    screen.button(key="records_play_save").click().run()
    assert "no known fact" in screens.texts(screen) and "birthday" in screens.texts(screen)
    assert stored(shop, "play", 3)["say"] != "Hello[ {shoe_size}]"
    assert rows(screen, "play").at[3, "say"] == "Hello[ {shoe_size}]"


def test_drafts_wait_while_another_table_is_open(page):
    """Edits of the cases are still there after a look at the answers, and are spoken of meanwhile."""
    screen = edit(page("case"), "case", (1, "what", "Late soup"))
    screen.selectbox(key="records_of").set_value("answer").run()
    assert any("unsaved elsewhere: Cases (1)" in str(one.value) for one in screen.markdown)
    screen.selectbox(key="records_of").set_value("case").run()
    assert rows(screen, "case").at[1, "what"] == "Late soup"


def test_a_customer_is_not_changed_here(page):
    """The reference is shown only: a forged edit makes no draft."""
    screen = edit(page("case"), "case", (1, "customer", "Person C"), (1, "customer_id", 3))
    assert not work(screen, "case").drafts


# Adding and taking out --------------------------------------------------------------------------------------


def test_a_case_is_added_for_who_is_found(page, shop):
    """Search a name, choose the only one, write the rest: the case is theirs, of today."""
    screen = page("case")
    screen.button(key="records_case_new").click().run()
    screen.text_input(key="add_who").set_value("Person C").run()
    screen.text_area(key="add_what").set_value("Wrong beans")
    press(screen, "Save case")
    new = stored(shop, "case", 3)
    assert (new["customer"], new["what"], new["date"]) == ("Person C", "Wrong beans", "2026-01-05")
    screen.button(key="records_case_undo").click().run()
    assert len(rows(screen, "case")) == 2


def test_a_new_record_is_begun_as_it_mostly_is(page):
    """A case is open; what nobody says is called that, and what must be chosen asks for it."""
    screen = page("case")
    screen.button(key="records_case_new").click().run()
    assert screen.selectbox(key="add_state").value == "open"
    assert screen.selectbox(key="add_type").options[0] == "not said"
    screen = page("play")
    screen.button(key="records_play_new").click().run()
    assert screen.selectbox(key="add_moment").options[0] == "choose one"


def test_what_is_refused_stands_at_its_field(page):
    """A score that is none is said at the field, what was typed stays, nothing is added."""
    screen = page("answer", customer=1)
    screen.button(key="records_answer_new").click().run()
    screen.text_input(key="add_score").set_value("great")
    press(screen, "Save answer")
    assert "great" in screens.texts(screen) and screen.text_input(key="add_score").value == "great"
    assert len(rows(screen, "answer")) == 1


def test_a_required_field_is_asked_for(page):
    """A play without a title is refused with the name of what is missing."""
    screen = page("play")
    screen.button(key="records_play_new").click().run()
    screen.text_input(key="add_name").set_value("spring")
    press(screen, "Save play")
    assert "Title cannot be empty" in screens.texts(screen)


def test_rows_are_removed_after_a_question(page):
    """What goes is said first; Undo brings it back."""
    screen = edit(page("case"), "case", (1, PICK, True))
    screen.button(key="records_case_remove").click().run()
    assert "Remove **1 case**?" in screens.texts(screen)
    screen.button(key="remove_rows_yes").click().run()
    assert rows(screen, "case").index.tolist() == [2]
    screen.button(key="records_case_undo").click().run()
    assert sorted(rows(screen, "case").index) == [1, 2]


# From and to the customer page ------------------------------------------------------------------------------


def person(show_page, number=1):
    screen = show_page("customer")
    screen.query_params["id"] = str(number)
    return screen.run()


def test_a_complaint_from_the_customer_page(shop, show_page):
    """The customer is filled in, and so are the kind and who looks after them."""
    screen = person(show_page)
    screen.button(key="person_complaint").click().run()
    assert screen.selectbox(key="add_type").value == "complaint"
    assert screen.selectbox(key="add_owner").value == "Maria"
    screen.text_area(key="add_what").set_value("Too salty")
    press(screen, "Save case")
    assert stored(shop, "case", 3)["customer"] == "Person A"


def test_their_tables_are_linked(shop, show_page):
    """Cases of one customer are one click from their page."""
    screen = person(show_page)
    screen.button(key="table_case").click().run()
    assert screen.title[0].value == "Records" and rows(screen, "case")["what"].tolist() == ["Cold soup"]


# On another page --------------------------------------------------------------------------------------------

OTHER = """
import streamlit as st
from pages._desk import SHELL, open_desk
st.session_state[SHELL] = True
from pages._grid.records import record_grid
from pages._people.dialogs import show_dialog
desk = open_desk()
record_grid(desk, "play", columns=("name", "label", "active"), fixed_filters={"moment": "birthday"})
record_grid(desk, "rule")
show_dialog(desk)
"""


def test_several_grids_stand_on_one_page(shop, show_page):
    """Plays of one moment and the rules side by side: each with its own columns, drafts, window and buttons."""
    screen = AppTest.from_string(OTHER, default_timeout=60).run()
    assert not screen.exception
    assert [one for one in rows(screen, "play").columns if one != PICK] == ["name", "label", "active"]
    assert rows(screen, "play")["name"].tolist() == ["birthday"]
    edit(screen, "rule", (1, "within", "3"))
    edit(screen, "play", (3, "label", "Birthdays"))
    screen.button(key="records_rule_save").click().run()
    assert stored(shop, "rule")["within"] == 3 and work(screen, "play").drafts
    screen.button(key="records_play_new").click().run()
    assert screen.selectbox(key="add_moment").value == "birthday"
