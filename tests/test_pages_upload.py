"""The Upload page: drop, see what would change, choose, save, undo; and what is refused."""

from dataclasses import replace
from datetime import date

import pytest
import screens
from screens import PEOPLE, errors, texts, upload
from uploads import workbook

from crm_core.actions.records import CellEdit, save_cells
from crm_core.errors import StaleView
from crm_core.ledger.writing import journal
from crm_core.model.conditions import EVERYBODY
from crm_core.views import customers, history
from pages._jobs import Job
from pages._upload import columns, conflicts, deciding, draft

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
    """One row a changed record, with its row in the sheet; what tells it apart stands beside it."""
    screens.stocked(sqlite_url)
    screen = upload(show("upload"), ("people2.csv", PEOPLE.replace("Ada Novak", "Ada Nowak")))
    assert counts(screen)["Changed"] == "1" and counts(screen)["Same"] == "1"
    (row,) = changed_rows(screen)
    assert row == {"Row": 2, "Name": "Ada Novak → Ada Nowak", "Code": "A1"}


def changed_rows(screen) -> list[dict]:
    """The grid of changed records."""
    (grid,) = [one.value for one in screen.dataframe if "Row" in one.value]
    return grid.to_dict("records")


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
    _draft_of(screen, lambda: deciding.say_field("odd", "Zig", "name"))
    screen.run()
    assert not screen.exception and screen.button(key="save").label == "Save 2 changes"


def _draft_of(screen, act) -> None:
    """Run a callback's function with the session of the screen."""
    held = draft.st.session_state
    draft.st.session_state = screen.session_state
    try:
        act()
    finally:
        draft.st.session_state = held


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
    assert rows["Birthday"].tolist() == [date(1980, 3, 4), date(1991, 5, 6)]


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
    assert columns.label_of(entity, target) == label
    assert columns.targets(entity)[label] == target


def test_history_names_the_files(show, sqlite_url):
    """What was saved stands in the history with its file."""
    from crm_core.actions.opening import open_at

    screen = upload(show("upload"), ("people.csv", PEOPLE))
    screen.button(key="save").click().run()
    database = open_at(sqlite_url)
    assert history.last_upload(database).files == ("people.csv",)
    assert customers.count(database, EVERYBODY, DAY) == 2


# Where the table stands, how a text file is read -------------------------------------------------------------

TITLED = "Our guests\n\nCode;Name;City\nA1;Ada Novak;Graz\nB2;Ben Ode;Linz\nC3;Cy Last;Wels\nTotal;3;\n"


def on_sheet(screen, tab: int = 1):
    """Open the tab of a sheet."""
    screen.session_state["draft"].tab = tab
    return screen.run()


def begins(parts, key: str):
    """The widget whose key begins so: the rest of a key is the sheet and the turn."""
    return next(one for one in parts if str(one.key).startswith(key))


def picture(screen) -> str:
    """The HTML of the outlined sheet."""
    (found,) = [one.proto.body for one in screen.get("html")]
    return found


def test_the_sheet_is_shown_with_its_table_outlined(show):
    """Row numbers, the headers shaded, the title and the total greyed with their reason."""
    screen = on_sheet(upload(show("upload"), ("guests.csv", TITLED)))
    html = picture(screen)
    assert '<tr class="head"><th>3</th><td dir="auto" class="in top left">Code</td>' in html
    assert "note above the table" in html and "Our guests" in html
    assert begins(screen.text_input, "range_").value.startswith("A3:C")


def test_a_hostile_cell_is_no_markup_in_the_picture(show):
    """A script, an image and a link in cells come out escaped."""
    rows = "Code;Name\nA1;<script>alert(1)</script>\nB2;<img src=x onerror=alert(1)>\nC3;![x](http://evil.example/)\n"
    html = picture(on_sheet(upload(show("upload"), ("odd.csv", rows))))
    assert "<script" not in html and "<img" not in html and "&lt;img src=x onerror=alert(1)&gt;" in html


def test_moving_the_header_row_plans_anew_and_back(show):
    """Headers one row lower: a person less; “Find it again” brings the table back as it was found."""
    screen = on_sheet(
        upload(show("upload"), ("guests.csv", "Code;Name\nA1;Ada Novak\nB2;Ben Ode\nC3;Cy Last\n"))
    )
    assert screen.session_state["draft"].plan.sheets[0].counts["new"] == 3
    begins(screen.number_input, "header_").set_value(2).run()
    draft = screen.session_state["draft"]
    assert not screen.exception and draft.plan.sheets[0].header_row == 2 and draft.plan.sheets[0].rows == 2
    begins(screen.button, "find_").click().run()
    assert screen.session_state["draft"].plan.sheets[0].counts["new"] == 3


def test_a_range_is_typed(show):
    """Only what stands in the range is taken."""
    screen = on_sheet(upload(show("upload"), ("guests.csv", TITLED)))
    begins(screen.text_input, "range_").set_value("A3:B4").run()
    assert not screen.exception and screen.session_state["draft"].plan.sheets[0].rows == 1


def test_a_range_that_is_none_is_a_sentence(show):
    """What was there before stays, and the box shows it again."""
    screen = on_sheet(upload(show("upload"), ("guests.csv", TITLED)))
    before = begins(screen.text_input, "range_").value
    begins(screen.text_input, "range_").set_value("over there").run()
    assert "over there" in errors(screen)[0]
    assert begins(screen.text_input, "range_").value == before


def test_a_text_file_is_read_another_way(show):
    """Another encoding shows at once and can be taken back; what was chosen of the other file holds."""
    people = "Code;Name\nA1;Zażółć Gęśl\nB2;Łucja Żak\n".encode("cp1250")
    screen = on_sheet(upload(show("upload"), ("ludzie.csv", people), ("one.csv", "Code;Name\nZ9;Zoe Last\n")))
    _draft_of(screen, lambda: deciding._take(lambda now: _off(now, "one")))
    screen.run()
    assert "Zażółć Gęśl" in picture(screen)
    begins(screen.selectbox, "encoding_").set_value("Windows-1252 (Western Europe)").run()
    assert "Zażółć Gęśl" not in picture(screen) and "A1" in picture(screen)
    begins(screen.selectbox, "encoding_").set_value("Windows-1250 (Central Europe)").run()
    draft = screen.session_state["draft"]
    assert "Zażółć Gęśl" in picture(screen) and [choice.on for choice in draft.choices.values()] == [
        True,
        False,
    ]


def _off(now, ending: str):
    return {
        name: replace(choice, on=choice.on and not name.endswith(ending))
        for name, choice in now.choices.items()
    }


def test_only_text_files_are_kept(show):
    """The bytes of a workbook are gone after it was read."""
    screen = upload(
        show("upload"), ("a.csv", PEOPLE), ("book.xlsx", workbook(People=[["Code", "Name"], ["A1", "Ada"]]))
    )
    assert list(screen.session_state["draft"].texts) == ["a.csv"]


# Whose value holds --------------------------------------------------------------------------------------------

NEWER = PEOPLE.replace("Ada Novak", "Ada Nowak").replace("+43 1 7654321", "+43 1 9999999")


def test_a_column_keeps_ours(show, sqlite_url):
    """The switch beside the summary: keep ours for the name; the phone still changes; and back again."""
    screens.stocked(sqlite_url)
    screen = upload(show("upload"), ("newer.csv", NEWER))
    assert "**Name** · 1 changed" in texts(screen) and "**Phone** · 1 changed" in texts(screen)
    name = next(one for one in screen.get("button_group") if one.label == "Name")
    name.set_value("ours").run()
    assert counts(screen)["Changed"] == "1" and "**Name** · ours are kept" in texts(screen)
    next(one for one in screen.get("button_group") if one.label == "Name").set_value("theirs").run()
    assert counts(screen)["Changed"] == "2"


def test_the_grid_of_columns_takes_policies_and_blanks(show, sqlite_url):
    """ "Keep ours" for the phone; a blank birthday empties ours."""
    screens.stocked(sqlite_url)
    screen = on_sheet(upload(show("upload"), ("newer.csv", NEWER.replace("12.03.1980", ""))))
    key = f"columns_newer_{screen.session_state['draft'].turn}"
    for row, cells in ((2, {columns.DIFFERS: "Keep ours"}), (3, {columns.ERASES: True})):
        told = {key: {"edited_rows": {row: cells}}, "draft": screen.session_state["draft"]}
        _with(told, lambda: columns._take_columns("newer", key, columns.targets("customer")))
    screen.run()
    cells = screen.session_state["draft"].plan.cells
    assert sorted(cells["field"]) == ["birthday", "name"] and cells["after"].isna().sum() == 1


def _with(session: dict, act) -> None:
    """Run a callback with this session."""
    held, draft.st.session_state = draft.st.session_state, session
    try:
        act()
    finally:
        draft.st.session_state = held


def test_policies_are_offered_only_where_something_is_stored(show):
    """On an empty database a file cannot differ from anything."""
    screen = on_sheet(upload(show("upload"), ("people.csv", PEOPLE)))
    (grid,) = [one.value for one in screen.dataframe if "Becomes" in one.value]
    assert columns.DIFFERS not in grid and columns.ERASES not in grid


def test_an_odd_cell_may_leave_out_its_whole_row(show):
    """One bad birthday: its cell, or its row."""
    screen = on_sheet(upload(show("upload"), ("odd.csv", PEOPLE.replace("25.11.1991", "sometime"))))
    assert screen.session_state["draft"].plan.sheets[0].counts["new"] == 2
    begins(screen.get("button_group"), "refuse_").set_value("row").run()
    found = screen.session_state["draft"].plan.sheets[0].counts
    assert (found["new"], found["left_out"]) == (1, 1)


# Cells that a person changed here, lines that are gone -----------------------------------------------------


@pytest.fixture
def edited(show, sqlite_url):
    """Ada's name was changed here by hand; the newer file says something else about it and about Ben's phone."""
    database = screens.stocked(sqlite_url)
    save_cells(database, [CellEdit("customer", 1, "name", "Ada Novak", "Ada by hand")], who="ben", as_of=DAY)
    return upload(show("upload"), ("newer.csv", NEWER))


def conflict_rows(screen) -> list[dict]:
    (grid,) = [one.value for one in screen.dataframe if "What holds" in one.value]
    return grid.to_dict("records")


def test_a_cell_changed_by_hand_is_asked_about(edited):
    """Ours and the file's stand side by side; ours holds until somebody says otherwise."""
    assert "1 cell was changed here by hand" in texts(edited)
    (row,) = conflict_rows(edited)
    assert (row["Ours, changed by hand"], row["In the file"], row["What holds"]) == (
        "Ada by hand", "Ada Nowak", "Keep ours",
    )  # fmt: skip
    assert [one["Row"] for one in changed_rows_of(edited)] == [3]


def changed_rows_of(screen) -> list[dict]:
    (grid,) = [one.value for one in screen.dataframe if "Row" in one.value and "What holds" not in one.value]
    return grid.to_dict("records")


def test_a_conflict_is_decided_for_the_file(edited, sqlite_url):
    """“Take all of the file's” for the column; saving stores it."""
    button = next(one for one in edited.button if one.key.startswith("all_newer_name"))
    button.click().run()
    assert conflict_rows(edited)[0]["What holds"] == "Take the file’s"
    edited.button(key="save").click().run()
    assert not edited.exception and "Ada Nowak" in stored(sqlite_url)


def test_a_conflict_is_decided_cell_by_cell(edited):
    """The choice in the row is taken for that cell."""
    now = edited.session_state["draft"]
    told = {"conflicts_0": {"edited_rows": {0: {"What holds": "Take the file’s"}}}, "draft": now}
    _with(told, lambda: conflicts._take(now.plan.conflicts, "conflicts_0"))
    edited.run()
    assert conflict_rows(edited)[0]["What holds"] == "Take the file’s" and counts(edited)["Changed"] == "2"


SALES = """Customer;Order;Date;Product;Quantity;Amount
A1;1;2025-03-05;Tea;1;2.50
A1;2;2025-03-16;Tea;2;5.00
A1;3;2025-03-26;Tea;3;7.50
A1;4;2025-04-06;=Cake;1;3.50
"""


def test_lines_that_are_gone_are_listed_and_stay(show, sqlite_url):
    """A newer version of the file has a line less."""
    screens.stocked(sqlite_url, SALES, "sales.csv")
    screen = upload(show("upload"), ("sales.csv", SALES.rsplit("\n", 2)[0] + "\n"))
    assert any(
        "1 line of an earlier version is no longer in this file. It stays." in one.label
        for one in screen.expander
    )
    (grid,) = [one.value for one in screen.dataframe if "Product" in one.value and "Row" not in one.value]
    assert grid["Product"].tolist() == ["=Cake"]
    assert b"'=Cake" in conflicts._as_csv(grid)


def test_doubtful_people_stand_side_by_side(show, sqlite_url):
    """Both sides with what tells them apart, and the evidence."""
    screens.stocked(sqlite_url)
    screen = upload(show("upload"), ("more.csv", "Code;Name;Phone\nZ1;Ada Nowak;+43 1 2345678\n"))
    assert counts(screen)["Doubtful"] == "1"
    (grid,) = [one.value for one in screen.dataframe if "Alike" in one.value]
    sides = " / ".join(grid.loc[0, ["This one", "and this one"]])
    assert "Ada Novak · A1" in sides and "Ada Nowak · Z1" in sides and grid.loc[0, "Why"]


# Remembered, and the report card ------------------------------------------------------------------------------


def _taught(screen):
    """A file that nobody knows, explained and saved."""
    upload(screen, ("Shop export.csv", "Zig;Zag\nAda Novak;blue\nBen Ode;red\n"))
    begins(screen.selectbox, "subject_").set_value("customer").run()
    _draft_of(screen, lambda: deciding.say_field("Shop export", "Zig", "name"))
    screen.run().button(key="save").click().run()
    return screen.button(key="another").click().run()


def test_what_was_chosen_is_remembered_renamed_and_forgotten(show):
    """The next file of that shape comes with a badge; it can be called otherwise; once forgotten it is unknown."""
    screen = _taught(show("upload"))
    on_sheet(upload(screen, ("again.csv", "Zig;Zag\nCy Last;green\n")))
    assert "Remembered: as you chose for “Shop export”" in texts(screen)
    begins(screen.text_input, "layout_name_").set_value("The till")
    begins(screen.button, "layout_rename_").click().run()
    assert not screen.exception and "as you chose for “The till”" in texts(screen)
    begins(screen.button, "layout_forget_").click().run()
    assert not screen.exception and "Remembered" not in texts(screen)
    screen.button(key="start_over").click().run()
    upload(screen, ("again.csv", "Zig;Zag\nCy Last;green\n"))
    assert begins(screen.selectbox, "subject_").value is None


def test_the_report_card_is_offered_where_something_is_to_be_mended(show):
    """On the plan and after saving; not for a file without problems."""
    screen = upload(show("upload"), ("odd.csv", PEOPLE.replace("25.11.1991", "sometime")))
    assert any("report card" in one.proto.label for one in screen.get("download_button"))
    screen.button(key="save").click().run()
    assert any("report card" in one.proto.label for one in screen.get("download_button"))
    screen.button(key="another").click().run()
    upload(screen, ("people.csv", "Code;Name\nZ9;Zoe Last\n"))
    assert not any("report card" in one.proto.label for one in screen.get("download_button"))


def test_a_problem_stands_in_its_row(show):
    """Among the new rows the one with an odd birthday says so."""
    screen = upload(show("upload"), ("odd.csv", PEOPLE.replace("25.11.1991", "sometime")))
    (rows,) = [one.value for one in screen.dataframe if "To look at" in one.value]
    assert rows["To look at"].iloc[0] == "" and rows["To look at"].iloc[1].startswith("Birthday: ")


def test_a_smaller_limit_is_said_and_holds(show, sqlite_url):
    """A file beyond the limit of this shop is refused with the limit."""
    from crm_core.actions.opening import open_at
    from crm_core.actions.settings import save_settings

    save_settings(open_at(sqlite_url), {"limit_rows": "1000"}, who="anna", as_of=DAY)
    many = "Code;Name\n" + "".join(f"P{place};Person {place}\n" for place in range(1200))
    assert "1,000" in errors(upload(show("upload"), ("many.csv", many)))[0]


TITLED_WITH_TOTAL = "Our guests;;\n;;\nCode;Name;City\nA1;Ada Novak;Graz\nB2;Ben Ode;Linz\nTotal;2;\n"


def test_an_amount_that_is_missing_is_an_empty_cell(show):
    """A price here, none there: the rows are shown, with decimals throughout where one of them needs some."""
    rows = "Code;Product;Price\nP1;Tea;12\nP2;Cake;\nP3;Pie;3.50\n"
    screen = upload(show("upload"), ("products.csv", rows))
    assert errors(screen) == []
    (grid,) = [one.value for one in screen.dataframe if "Price" in one.value]
    assert grid["Price"].tolist() == ["€12.00", "", "€3.50"]


def test_what_is_left_out_is_counted_as_it_is_listed(show):
    """The title over the headers and the total below them: two on the tile, two in the list."""
    screen = upload(show("upload"), ("guests.csv", TITLED_WITH_TOTAL))
    assert counts(screen)["Left out"] == "2"
    screen.button(key="show_left_out").click().run()
    (listed,) = [one.value for one in screen.dataframe if "Why it is left out" in one.value]
    assert listed["Row"].tolist() == ["1", "6"]


def test_a_correction_is_not_shown_as_something_emptied(show):
    """What was kept as typed goes with the correction: one change, from blank to the day."""
    screen = upload(show("upload"), ("people.csv", PEOPLE.replace("25.11.1991", "sometime")))
    screen.button(key="save").click().run()
    screen.button(key="another").click().run()
    upload(screen, ("people.csv", PEOPLE))
    (row,) = changed_rows_of(screen)
    assert row["Birthday"] == "(blank) → 25 Nov 1991" and "Birthday (as typed)" not in row
    assert screen.button(key="save").label == "Save 1 change"


def test_a_switch_stays_in_reach_once_it_is_used(show, sqlite_url):
    """“Keep ours” for the only column that changes leaves nothing changed, and the switch on the page."""
    screens.stocked(sqlite_url).close()
    screen = upload(
        show("upload"), ("newer.csv", PEOPLE.replace("Ada Novak", "Ada Nowak") + "C3;Cy Last;;\n")
    )
    begins(screen.get("button_group"), "policy_").set_value("ours").run()
    assert counts(screen)["Changed"] == "0"
    assert begins(screen.get("button_group"), "policy_").value == "ours" and "ours are kept" in texts(screen)


def test_purchases_that_lead_to_nobody_are_said(show):
    """No column was understood as the customer's: that is asked about before anything is saved."""
    rows = "Receipt;Date;Item;Qty;Amount\nS1;2025-03-05;Tea;1;2.50\nS2;2025-03-16;Tea;2;5.00\n"
    screen = upload(show("upload"), ("sales.csv", rows))
    assert "2 new purchases without a customer" in texts(screen)


def test_an_empty_sheet_has_nothing_to_choose(show):
    """Its tab says so; there is no header row to move."""
    screen = upload(
        show("upload"), ("book.xlsx", workbook(Empty=[], People=[["Code", "Name"], ["A1", "Ada Novak"]]))
    )
    on_sheet(screen)
    assert "This sheet is empty." in texts(screen) and not screen.number_input
