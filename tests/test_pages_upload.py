"""The Upload page: drop, see what would change, choose, save, undo; and what is refused."""

from datetime import date

import pytest
import screens
from screens import PEOPLE, errors, texts, upload

from crm_core.actions.records import CellEdit, save_cells
from crm_core.errors import StaleView
from crm_core.ledger import journal
from crm_core.model.conditions import EVERYBODY
from crm_core.views import customers, history
from pages import _draft, _sheets
from pages._jobs import Job

DAY = date(2026, 1, 5)
TWO_ORDERS = "Name;Phone;Birthday\nAda Novak;+43 1 2345678;03/04/1980\nBen Ode;+43 1 7654321;05/06/1991\n"


@pytest.fixture
def show(sqlite_url, monkeypatch):
    return screens.on(sqlite_url, monkeypatch)


def counts(screen) -> dict[str, str]:
    """The tiles: word → number."""
    return {tile.label: tile.value for tile in screen.metric}


def stored(url: str) -> list[str]:
    """The names in the database."""
    from crm_core.actions.opening import open_at

    return customers.people(open_at(url), customers.PeopleQuery(), DAY).frame["name"].tolist()


def keys(screen) -> set[str]:
    return {one.key for one in screen.button}


def test_an_empty_page_has_a_drop_zone_and_a_sample(show):
    """Nothing uploaded: drop, paste, or take a sample workbook."""
    screen = show("upload")
    assert not screen.exception and len(screen.file_uploader) == 1
    assert screen.text_area and "sample workbook" in str(screen.get("download_button")[0].proto.label)


def test_one_row_is_planned_and_not_saved(show, sqlite_url):
    """A file of one row shows one new row; nothing is stored by that."""
    screen = upload(show("upload"), ("one.csv", "Code;Name\nA1;Ada Novak\n"))
    assert not screen.exception and counts(screen)["New"] == "1"
    assert screen.button(key="save").label == "Save 1 change"
    assert stored(sqlite_url) == []


def test_saving_stores_and_offers_the_way_back(show, sqlite_url):
    """Save stores both people; “Undo this upload” takes them out again."""
    screen = upload(show("upload"), ("people.csv", PEOPLE))
    screen.button(key="save").click().run()
    assert "2 new customers" in screen.success[0].value and stored(sqlite_url) == ["Ada Novak", "Ben Ode"]
    screen.button(key="undo_upload").click().run()
    assert "is undone" in screen.success[0].value and stored(sqlite_url) == []


def test_the_same_file_again_has_nothing_new(show, sqlite_url):
    """It is said that the file came before, and that nothing in it is new; there is nothing to save."""
    screens.stocked(sqlite_url)
    screen = upload(show("upload"), ("people.csv", PEOPLE))
    assert "was uploaded" in screen.info[0].value and "Nothing new in this file" in screen.success[0].value
    assert "save" not in keys(screen)


def test_a_change_is_shown_before_and_after(show, sqlite_url):
    """The Changed tile filters the rows to the cells that would change."""
    screens.stocked(sqlite_url)
    screen = upload(show("upload"), ("people2.csv", PEOPLE.replace("Ada Novak", "Ada Nowak")))
    assert counts(screen)["Changed"] == "1" and counts(screen)["Same"] == "1"
    (cells,) = [f.value for f in screen.dataframe if "Before" in f.value]
    assert cells[["Who or what", "Before", "After"]].to_numpy().tolist() == [
        ["Ada Nowak", "Ada Novak", "Ada Nowak"]
    ]


def test_a_problem_names_its_place(show):
    """Sheet, row, column, what was found and what is the matter."""
    screen = upload(show("upload"), ("odd.csv", PEOPLE.replace("25.11.1991", "sometime")))
    screen.button(key="show_problems").click().run()
    (rows,) = [f.value for f in screen.dataframe if "What is the matter" in f.value]
    assert rows.iloc[0][["Row", "Column", "Found"]].tolist() == [3, "Birthday", "sometime"]


def test_a_refused_file_is_a_sentence_with_a_way_out(show):
    """A file of another kind is named; the drop zone is still there."""
    screen = upload(show("upload"), ("people.xlsx", b""))
    assert len(errors(screen)) == 1 and "people.xlsx" in errors(screen)[0]
    assert len(screen.file_uploader) == 1


def test_a_refused_file_does_not_stop_the_others(show):
    """Of two files one is empty: it is named, the other one is read."""
    screen = upload(show("upload"), ("people.csv", PEOPLE), ("broken.xlsx", b""))
    assert "broken.xlsx" in errors(screen)[0] and counts(screen)["New"] == "2"


def test_pasted_rows_are_read_like_a_file(show):
    """Rows with tabs from a spreadsheet."""
    screen = show("upload")
    screen.text_area[0].set_value(PEOPLE.replace(";", "\t"))
    screen.button(key="read_pasted").click().run()
    assert not screen.exception and counts(screen)["New"] == "2"


def test_an_unknown_sheet_opens_first_and_can_be_named(show):
    """What nobody recognises is shown as it is; once a person says what it is, its rows are planned."""
    screen = upload(show("upload"), ("odd.csv", "Zig;Zag\nAda Novak;blue\nBen Ode;red\n"))
    subject = next(box for box in screen.selectbox if box.key.startswith("subject_"))
    assert subject.value is None and "save" not in keys(screen)
    subject.set_value("customer").run()
    _draft_of(screen, lambda: _draft.say_field("odd", "Zig", "name"))
    screen.run()
    assert not screen.exception and screen.button(key="save").label == "Save 2 changes"


def _draft_of(screen, act) -> None:
    """Run a callback's function with the session of the screen."""
    held = _draft.st.session_state
    _draft.st.session_state = screen.session_state
    try:
        act()
    finally:
        _draft.st.session_state = held


def test_a_sheet_can_be_left_out(show):
    """Turned off, its rows count as left out and there is nothing to save."""
    screen = upload(show("upload"), ("people.csv", PEOPLE))
    screen.session_state["draft"].tab = 1
    screen.run()
    next(one for one in screen.toggle if one.key.startswith("on_")).set_value(False).run()
    assert not screen.exception and "save" not in keys(screen)


def test_the_order_of_day_and_month_is_asked(show):
    """03/04 may be April or March: the answer changes the birthday that is planned."""
    screen = upload(show("upload"), ("people.csv", TWO_ORDERS))
    question = next(one for one in screen.get("button_group") if str(one.key).startswith("doubt_"))
    question.set_value("mdy").run()
    (rows,) = [f.value for f in screen.dataframe if "Birthday" in f.value]
    assert rows["Birthday"].tolist() == ["1980-03-04", "1991-05-06"]


def test_a_save_that_came_too_late_loses_nothing(show, monkeypatch):
    """The data moved twice meanwhile: it is said, the upload stays and is compared again."""
    screen = upload(show("upload"), ("people.csv", PEOPLE))

    def moved(*_, **__):
        raise StaleView("Meanwhile somebody changed the stored customer records, so nothing was saved.")

    with monkeypatch.context() as patch:
        patch.setattr(journal, "_apply", moved)
        screen.button(key="save").click().run()
    assert "Meanwhile somebody" in errors(screen)[0] and counts(screen)["New"] == "2"
    screen.button(key="save").click().run()
    assert "2 new customers" in screen.success[0].value


def test_an_edit_meanwhile_is_kept(show, sqlite_url):
    """Somebody edits the name by hand between the plan and the save: theirs stays."""
    database = screens.stocked(sqlite_url)
    screen = upload(show("upload"), ("people2.csv", PEOPLE.replace("Ada Novak", "Ada Nowak")))
    edit = CellEdit("customer", 1, "name", "Ada Novak", "Ada by hand")
    assert save_cells(database, [edit], who="ben", as_of=DAY).saved == 1
    screen.button(key="save").click().run()
    assert not screen.exception and "Ada by hand" in stored(sqlite_url)


def test_a_plan_is_made_again_when_records_changed(show, sqlite_url):
    """The same rows are saved from elsewhere while the plan is looked at: it is said, and nothing is new any more."""
    screen = upload(show("upload"), ("people.csv", PEOPLE))
    assert counts(screen)["New"] == "2"
    screens.stocked(sqlite_url)
    screen.run()
    assert any("changed meanwhile" in told.value for told in screen.info)
    assert counts(screen)["New"] == "0" and counts(screen)["Same"] == "2" and "save" not in keys(screen)


def test_the_plan_of_another_upload_is_never_taken(show):
    """Work left over from an upload that was dropped does not become the plan of the next one."""
    screen = upload(show("upload"), ("people.csv", PEOPLE))
    first = screen.session_state["draft"]
    screen.button(key="start_over").click().run()
    upload(screen, ("one.csv", "Code;Name\nZ9;Zoe Last\n"))
    job = Job("Comparing")
    job.future.set_result((first, 0, first.plan))
    screen.session_state["job_plan"], screen.session_state["draft"].plan = job, None
    screen.run()
    assert counts(screen)["New"] == "1" and screen.session_state["draft"].plan is not first.plan


def test_a_second_file_dropped_while_one_is_read_wins(show):
    """The reading that nobody waits for any more is let go."""
    screen = show("upload")
    never = Job("Reading")
    never.future.set_result(None)
    screen.session_state["job_read"] = never
    upload(screen, ("people.csv", PEOPLE))
    assert counts(screen)["New"] == "2"


def test_starting_over_drops_the_upload(show):
    """The drop zone is back."""
    screen = upload(show("upload"), ("people.csv", PEOPLE))
    screen.button(key="start_over").click().run()
    assert len(screen.file_uploader) == 1 and "draft" not in screen.session_state


def test_only_the_parsed_result_is_kept(show):
    """After reading, the uploader that held the bytes is gone, and another one stands there after starting over."""
    screen = show("upload")
    before = screen.file_uploader[0].key
    upload(screen, ("people.csv", PEOPLE))
    assert not screen.file_uploader and before not in screen.session_state
    screen.button(key="start_over").click().run()
    assert screen.file_uploader[0].key != before


def test_hostile_cells_are_text(show):
    """Names with markdown and formulas are shown and saved as they stand."""
    screen = upload(show("upload"), ("![x](http://evil.example).csv", "Code;Name\nA1;=1+1 <b>\n"))
    assert not screen.exception and "![x](http" not in texts(screen)


def test_the_words_of_the_machine_room_are_not_on_the_page(show, sqlite_url):
    """No commit, batch or entity stands on the screen."""
    screens.stocked(sqlite_url)
    for content in (PEOPLE, PEOPLE.replace("Ada", "Ida")):
        screen = upload(show("upload"), ("people.csv", content))
        said = texts(screen) + " ".join(one.label for one in screen.button)
        assert not {"commit", "batch", "entity", "cohort"} & set(said.lower().split())


@pytest.mark.parametrize(
    ("entity", "target", "label"),
    [
        ("customer", "email", "E-mail"),
        ("purchase", "customer.email", "Customer › E-mail"),
        ("purchase", "customer", "Customer › Code"),
        ("order", "total", "Total"),
    ],
)
def test_a_field_is_called_as_people_call_it(entity, target, label):
    """The label names the record where the field is of another one."""
    assert _sheets.label_of(entity, target) == label
    assert _sheets.targets(entity)[label] == target


def test_history_names_the_files(show, sqlite_url):
    """What was saved stands in the history with its file."""
    from crm_core.actions.opening import open_at

    screen = upload(show("upload"), ("people.csv", PEOPLE))
    screen.button(key="save").click().run()
    database = open_at(sqlite_url)
    assert history.last_upload(database).files == ("people.csv",)
    assert customers.count(database, EVERYBODY, DAY) == 2
