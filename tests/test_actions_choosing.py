"""What a person decides about an upload: columns, conflicts, where a table stands, how a text file is read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.actions import choosing, imports, texts
from crm_core.errors import InvalidInput
from crm_core.intake.tables.find import Area
from crm_core.workbook.sheets import column_letter
from tests.uploads import PEOPLE, SALES, workbook

Upload = imports.Upload


def read(**sheets: Any) -> tuple[Upload, dict[str, imports.SheetChoice]]:
    upload = imports.read_upload([("book.xlsx", workbook(**sheets))])
    return upload, choosing.proposed_choices(upload)


@pytest.fixture(scope="module")
def people() -> tuple[Upload, dict[str, imports.SheetChoice]]:
    return read(Customers=PEOPLE)


def test_a_policy_holds_for_its_column_only(people) -> None:
    """A policy is kept by the place of its column, and the choices given stay as they were."""
    upload, choices = people
    chosen = choosing.choose_policy(upload, choices, "Customers", "City", "fill")
    assert chosen["Customers"].policies == {5: "fill"}
    assert choices["Customers"].policies == {}


def test_an_unknown_policy_names_the_known_ones(people) -> None:
    """A refusal says what there is to choose from."""
    upload, choices = people
    with pytest.raises(InvalidInput, match=r"“best”.*theirs, ours, fill"):
        choosing.choose_policy(upload, choices, "Customers", "City", "best")


def test_an_unknown_column_names_the_columns(people) -> None:
    """A header that is not on the sheet is refused with those that are."""
    upload, choices = people
    with pytest.raises(InvalidInput, match=r"no column “Town”.*“Customer ID”, “Name”"):
        choosing.choose_erase(upload, choices, "Customers", "Town", True)


def test_an_unknown_entity_names_the_entities(people) -> None:
    """A sheet cannot hold what nobody uploads."""
    upload, choices = people
    with pytest.raises(InvalidInput, match=r"“setting”.*customer, order, purchase"):
        choosing.choose_entity(upload, choices, "Customers", "setting")


def test_erasing_is_switched_on_and_off(people) -> None:
    """What was switched on goes off again and leaves nothing behind."""
    upload, choices = people
    on = choosing.choose_erase(upload, choices, "Customers", "City", True)
    assert on["Customers"].erase == {5}
    assert choosing.choose_erase(upload, on, "Customers", "City", False) == choices


def test_a_bad_cell_may_refuse_its_row(people) -> None:
    """Cell or row, nothing else."""
    _, choices = people
    assert choosing.choose_refuse(choices, "Customers", "row")["Customers"].refuse == "row"
    with pytest.raises(InvalidInput, match="cell, row"):
        choosing.choose_refuse(choices, "Customers", "sheet")


def test_lines_may_count_again(people) -> None:
    """The switch stands with its sheet; an unknown sheet names the known ones."""
    _, choices = people
    assert choosing.choose_again(choices, "Customers", True)["Customers"].again is True
    with pytest.raises(InvalidInput, match="“Customers”"):
        choosing.choose_again(choices, "People", True)


def test_deciding_a_field_drops_its_cells(people) -> None:
    """A decision for the whole field takes the place of those for single cells of it, and of no others."""
    _, choices = people
    one = choosing.decide(choices, "Customers", "phone", "theirs", id=7)
    two = choosing.decide(one, "Customers", "city", "ours", id=7)
    whole = choosing.decide(two, "Customers", "phone", "theirs")
    assert whole["Customers"].decisions == {(7, "city"): "ours", (None, "phone"): "theirs"}


def test_a_decision_is_theirs_or_ours(people) -> None:
    """Nothing else decides."""
    _, choices = people
    with pytest.raises(InvalidInput, match="theirs, ours"):
        choosing.decide(choices, "Customers", "phone", "fill")


# Where a table stands ---------------------------------------------------------------------------------------

BESIDE = [
    ["Rates", None, None, None, None],
    [1, None, None, None, None],
    [2, None, "Name", "E-mail", "City"],
    [3, None, "Anna Novak", "anna@example.com", "Leeds"],
    [4, None, "Ben Ode", "ben@example.com", "York"],
    [5, None, "Cleo Park", "cleo@example.com", "Bath"],
]


@pytest.fixture(scope="module")
def beside() -> Upload:
    return read(People=BESIDE)[0]


@pytest.mark.parametrize(
    ("typed", "area"),
    [
        ("C3:E5", (3, 5, 3, 5)),
        ("$c$3 : e5", (3, 5, 3, 5)),
        ("E5:C3", (3, 5, 3, 5)),
        ("C3", (3, 6, 3, 5)),
        ("3:5", (3, 5, 1, 5)),
        ("c:e", (1, 6, 3, 5)),
        ("C3:XFD1048576", (3, 6, 3, 5)),
    ],
)
def test_a_range_is_read_as_people_type_it(beside: Upload, typed: str, area: tuple[int, ...]) -> None:
    """Cells, rows or columns, in any order and case; what is beyond the cells is cut off."""
    assert choosing.typed_area(beside.sheets[0].sheet, typed) == Area(*area)


@pytest.mark.parametrize(
    "typed", ["", "here", "C", "3", "C3:E", "3:E5", "C0:E5", "C3:E5:F6", "1.5:2", "Sheet!C3:E5"]
)
def test_nonsense_is_no_range(beside: Upload, typed: str) -> None:
    """What is no range is refused with examples of one."""
    with pytest.raises(InvalidInput, match="B4:H120"):
        choosing.typed_area(beside.sheets[0].sheet, typed)


def test_a_range_outside_the_cells_is_refused(beside: Upload) -> None:
    """The sentence names the range and the sheet."""
    with pytest.raises(InvalidInput, match=r"H9:K12 lies outside.*“People”"):
        choosing.move_area(beside, "People", area="h9:k12".upper())


@given(
    rows=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    columns=st.tuples(st.integers(1, 5), st.integers(1, 5)),
)
def test_a_typed_range_is_the_rectangle(
    beside: Upload, rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    """Any rectangle inside the cells comes back as it was typed."""
    (top, bottom), (left, right) = sorted(rows), sorted(columns)
    typed = f"{column_letter(left)}{top}:{column_letter(right)}{bottom}"
    assert choosing.typed_area(beside.sheets[0].sheet, typed) == Area(top, bottom, left, right)


def test_a_moved_range_is_the_table(beside: Upload) -> None:
    """The table is what stands inside the range; the sheet keeps its name and is proposed anew."""
    moved = choosing.move_area(beside, "People", area="C3:E5")
    table = moved.sheet("People").table
    assert table is not None
    assert [column.header for column in table.columns] == ["Name", "E-mail", "City"]
    assert (table.header_row, list(table.rows.index)) == (3, [4, 5])
    assert moved.sheet("People").proposal.entity == "customer"


def test_two_tables_of_a_sheet_are_two_sheets() -> None:
    """Tables one below the other are named apart and share the sheet that they stand on."""
    gap: list[list[Any]] = [[None], [None], [None]]
    upload, choices = read(Shop=[*PEOPLE, *gap, *SALES])
    assert [sheet.name for sheet in upload.sheets] == ["Shop", "Shop · 2"]
    assert upload.sheets[0].sheet is upload.sheets[1].sheet
    assert [choices[sheet.name].entity for sheet in upload.sheets] == ["customer", "purchase"]


def test_a_moved_header_stays_in_its_own_table() -> None:
    """Where two tables share a sheet, moving the header of one does not swallow the other."""
    gap: list[list[Any]] = [[None], [None], [None]]
    upload, _ = read(Shop=[*PEOPLE, *gap, *SALES])
    moved = choosing.move_area(upload, "Shop", header_row=1).sheet("Shop").table
    assert moved is not None and len(moved.rows) == len(PEOPLE) - 1


# Text files -------------------------------------------------------------------------------------------------

KLIENCI = (
    "Imię i nazwisko;Miasto;Telefon\nŁucja Wąs;Łódź;+48 600 100 200\nŻaneta Źdźbło;Gdańsk;+48 600 100 201\n"
)


def test_a_text_file_says_how_it_was_read() -> None:
    """Encoding by the name in the list of choices, separator by its sign; a workbook says nothing."""
    upload = imports.read_upload([("k.csv", KLIENCI.encode("cp1250")), ("b.xlsx", workbook(People=PEOPLE))])
    assert choosing.text_reading(upload, "k.csv") == (texts.ENCODINGS["cp1250"], ";")
    assert choosing.text_reading(upload, "b.xlsx") is None


def test_a_text_file_is_read_anew() -> None:
    """Another encoding gives another sheet under the same name; the other files stay as they are."""
    files = [("k.csv", KLIENCI.encode("cp1250")), ("b.xlsx", workbook(People=PEOPLE))]
    upload = imports.read_upload(files)
    wrong = choosing.reread_text(upload, "k.csv", files[0][1], encoding="cp1252", separator=None)
    assert "£ucja W¹s" in wrong.sheet("k").sheet.cells.to_numpy()
    assert [sheet.name for sheet in wrong.sheets] == [sheet.name for sheet in upload.sheets]
    assert wrong.sheets[1] is upload.sheets[1]
    assert any("Windows-1252" in note for note in wrong.notes)
    right = choosing.reread_text(
        wrong, "k.csv", files[0][1], encoding=texts.ENCODINGS["cp1250"], separator=None
    )
    assert right.notes == upload.notes
    assert right.sheet("k").sheet.cells.equals(upload.sheet("k").sheet.cells)


def test_another_separator_cuts_other_columns() -> None:
    """The separator is taken as told."""
    upload = imports.read_upload([("k.csv", KLIENCI.encode())])
    assert upload.sheets[0].sheet.cells.shape == (3, 3)
    other = choosing.reread_text(upload, "k.csv", KLIENCI.encode(), encoding=None, separator="tab")
    assert other.sheets[0].sheet.cells.shape == (3, 1)
    assert choosing.text_reading(other, "k.csv") == ("UTF-8", "\t")


def test_a_workbook_is_not_read_as_text() -> None:
    """Only text files can be read another way."""
    upload = imports.read_upload([("b.xlsx", workbook(People=PEOPLE))])
    with pytest.raises(InvalidInput, match=r"“b.xlsx” is no text file"):
        choosing.reread_text(upload, "b.xlsx", b"", encoding="utf-8", separator=None)


@pytest.mark.parametrize("codec", texts.ENCODINGS)
def test_every_encoding_of_the_list_is_known(codec: str) -> None:
    """By its codec, by its label, and Python can read it."""
    assert texts.known_encoding(codec) == codec
    assert texts.known_encoding(texts.ENCODINGS[codec]) == codec
    assert "a".encode(codec).decode(codec) == "a"


@pytest.mark.parametrize(
    ("said", "codec"),
    [
        ("CP1250", "cp1250"),
        ("windows-1250", "cp1250"),
        ("BIG5", "big5"),
        ("utf8", "utf-8"),
        ("UTF-16", "utf-16-le"),
    ],
)
def test_encodings_go_by_their_usual_names(said: str, codec: str) -> None:
    """Capitals and other names do not matter."""
    assert texts.known_encoding(said) == codec


@pytest.mark.parametrize("said", ["klingon", "", "hex", "idna", "unicode_escape"])
def test_what_is_no_encoding_is_refused(said: str) -> None:
    """Also what Python can decode that is no encoding of a text file."""
    with pytest.raises(InvalidInput, match="UTF-8"):
        texts.known_encoding(said)


@pytest.mark.parametrize("said", ["", "ab", "x", '"', "\n", "7"])
def test_what_cannot_separate_is_refused(said: str) -> None:
    """A separator is one sign that is no letter, digit, quotation mark or line end."""
    with pytest.raises(InvalidInput, match="separate"):
        texts.known_separator(said)
