"""The picture of a sheet: what is framed, what is left away, and that no cell ever becomes markup."""

from html.parser import HTMLParser
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages._upload.outlined import (
    COLUMNS,
    WHOLE_ROW,
    Picture,
    as_html,
    column_letter,
    escaped,
    range_text,
    shown_rows,
)

HOSTILE = [
    "<script>alert(1)</script>",
    "![x](http://evil.example/a.png)",
    '<img src=x onerror="alert(1)">',
    '" onmouseover="alert(1)',
    "</td></table><iframe src=//evil.example>",
    "&lt;b&gt;",
]
TAGS = {"style", "div", "table", "thead", "tbody", "tr", "th", "td", "small", "span"}
ATTRIBUTES = {"class", "role", "tabindex", "aria-label", "dir", "title", "colspan"}


class Seen(HTMLParser):
    """What a browser would make of it: tags, attributes, and the texts in cells."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.classes: dict[str, list[str]] = {}
        self.rows: list[list[tuple[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append((dict(attrs).get("class") or "", ""))

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            kind, text = self.rows[-1][-1]
            self.rows[-1][-1] = (kind, text + data)


def cells(rows: int, columns: int = 3, first: int = 1) -> pd.DataFrame:
    """Cells that say where they stand: "4-2" is row 4, column 2."""
    index = range(first, first + rows)
    return pd.DataFrame(
        [[f"{row}-{column}" for column in range(1, columns + 1)] for row in index],
        index=index,
        columns=range(1, columns + 1),
    )


def body(picture: Picture) -> dict[str, list[tuple[str, str]]]:
    """Row number → (class, text) of its cells."""
    return {row[0][1]: row[1:] for row in Seen(as_html(picture, "a sheet")).rows[1:]}


@given(st.lists(st.one_of(st.text(), st.sampled_from(HOSTILE)), min_size=1, max_size=6), st.data())
def test_no_cell_becomes_markup(texts, data):
    """Whatever stands in a cell, a reason, a header of ours or a hover: only our own tags and attributes come out."""
    hostile = data.draw(st.sampled_from(HOSTILE))
    frame = pd.DataFrame({1: texts}, index=range(1, len(texts) + 1), dtype=object)
    picture = Picture(
        frame, (1, len(texts), 1, 1), frozenset([1]), {1: hostile}, {1: hostile}, {(1, 1): hostile}
    )
    seen = Seen(as_html(picture, hostile))
    assert seen.tags <= TAGS and seen.attributes <= ATTRIBUTES


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_reads_as_it_stands(text):
    """Escaped once, not twice: a reader sees the very characters of the cell."""
    shown = body(Picture(pd.DataFrame({1: [text]}, index=[1])))
    assert shown["1"][0][1] == text


def test_a_long_text_is_cut():
    """A cell of a megabyte does not travel to the browser."""
    assert len(escaped("x" * 1_000_000)) == 80 and escaped("x" * 1_000_000).endswith("…")


def test_the_frame_goes_around_the_table():
    """Corners carry two sides, cells outside are pale, headers are shaded."""
    shown = body(Picture(cells(8, 4), (3, 6, 2, 3), frozenset([3])))
    classes = {row: [kind.split() for kind, _ in line] for row, line in shown.items()}
    assert classes["3"] == [["off"], ["in", "top", "left"], ["in", "top", "right"], ["off"]]
    assert classes["6"] == [["off"], ["in", "bottom", "left"], ["in", "bottom", "right"], ["off"]]
    assert classes["2"] == [["off"]] * 4


def test_a_row_that_is_left_out_says_why_at_its_end():
    """The reason stands after the last cell."""
    shown = body(Picture(cells(4), (1, 3, 1, 3), left_out={4: "total row"}))
    assert shown["4"][-1] == ("why", "total row") and len(shown["3"]) == 3


def test_the_middle_of_a_long_sheet_is_a_gap_that_counts():
    """The first and the last rows are there; between them how many rows, and what of them is worth knowing."""
    picture = Picture(
        cells(1000), (1, 999, 1, 3), left_out={500: "total row", 1000: "total row"}, odd={(600, 1): "?"}
    )
    shown = body(picture)
    assert {"1", "15", "995", "1000"} <= set(shown) and "500" not in shown
    assert "… 979 rows … · 1 left out · 1 with a problem" in "".join(text for _, text in shown["⋮"])


@given(st.integers(1, 300), st.integers(1, 40), st.data())
def test_the_ends_of_the_sheet_and_of_the_table_are_always_in_sight(rows, first, data):
    """Stretches are in order and apart, lie on the sheet, and hold its first and last row and the table's."""
    last = first + rows - 1
    top = data.draw(st.integers(first, last))
    bottom = data.draw(st.integers(top, last))
    stretches = shown_rows(Picture(cells(rows, 1, first), (top, bottom, 1, 1), frozenset([top])))
    flat = [row for start, end in stretches for row in range(start, end + 1)]
    assert flat == sorted(set(flat)) and {first, last, top, bottom} <= set(flat) <= set(
        range(first, last + 1)
    )
    assert all(later > end + 2 for (_, end), (later, _) in pairwise(stretches))


def test_a_very_wide_sheet_is_cut_and_says_so():
    """At most forty columns travel; how many more there are stands at the end."""
    heads = Seen(as_html(Picture(cells(2, 100), (1, 2, 1, 100)), "wide")).rows[0]
    assert len(heads) == COLUMNS + 2 and heads[-1][1] == "… 60 more columns"


def test_a_table_far_out_is_what_is_shown():
    """Columns begin beside the table where it stands beyond what is shown."""
    heads = [text for _, text in Seen(as_html(Picture(cells(2, 200), (1, 2, 100, 110)), "far")).rows[0]]
    assert "CV" in heads and "A" not in heads


def test_a_sheet_without_cells_breaks_nothing():
    """A sheet with one blank cell is drawn too."""
    assert "<table>" in as_html(Picture(pd.DataFrame({1: [None]}, index=[1], dtype=object)), "blank")


@pytest.mark.parametrize(("frame", "text"), [((4, 120, 2, 8), "B4:H120"), ((1, 1, 27, 16384), "AA1:XFD1")])
def test_a_range_is_written_as_spreadsheets_write_it(frame, text):
    """Letters for columns, numbers for rows."""
    assert range_text(frame) == text and column_letter(frame[2]) in text


def test_a_matter_of_a_whole_row_colours_its_number():
    """No single cell is to blame: the row's number is coloured and says why."""
    html = as_html(Picture(cells(4), (1, 4, 1, 3), odd={(3, WHOLE_ROW): "No customer."}), "Sheet")
    assert (
        '<th class="odd" title="No customer.">3</th>' in html and '<td dir="auto" class="in odd"' not in html
    )


@pytest.mark.parametrize(
    ("text", "right"),
    [("12.5", True), ("-1,234.50 €", True), ("1E+5", True), ("Ada 2", False), ("yes", False)],
)
def test_only_numbers_stand_to_the_right(text, right):
    """In a column of numbers a word stays where words stand."""
    frame = pd.DataFrame([["Sum"], [text]], index=[1, 2], columns=[1])
    html = as_html(Picture(frame, (1, 2, 1, 1), heads=frozenset([1]), numbers=frozenset([1])), "Sheet")
    assert ('n"' in html.split("<tbody>")[1]) == right
