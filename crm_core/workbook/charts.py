"""Native charts below the rows of a sheet, and colours that show which numbers are high: Excel keeps both alive."""

from collections.abc import Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from crm_core.workbook.styles import ChartStyle, SheetContent

COLOURS = ("#0B6E66", "#DFAE5A", "#8397AB", "#51A69C", "#A65B06")
QUIET = "#655D54"
LOW, HIGH = "#F1ECE3", "#51A69C"
WIDTH, HEIGHT, ROWS = 560, 290, 16  # pixels of a chart, and the rows that it covers
ACROSS = 2


def draw(book: xlsxwriter.Workbook, page: Worksheet, sheet: SheetContent, header: int, last: int) -> None:
    """The sheet's charts, two a row, below its last row; its colour scales over the rows between."""
    if last <= header:
        return
    for place, style in enumerate(sheet.charts):
        made = book.add_chart({"type": style.kind})
        _series(made, page.get_name(), sheet, style, header, last)
        _dress(made, style)
        row = last + 2 + place // ACROSS * (ROWS + 1)
        page.insert_chart(row, 0, made, {"x_offset": place % ACROSS * (WIDTH + 20), "object_position": 3})
    for group in sheet.heat:
        _scale(page, sheet, group, header, last)


def _series(made: Any, name: str, sheet: SheetContent, style: ChartStyle, header: int, last: int) -> None:
    headers = [column.header for column in sheet.columns]
    first, at = header + 1, headers.index(style.label)
    for number, wanted in enumerate(style.values):
        column, colour = headers.index(wanted), COLOURS[number % len(COLOURS)]
        line = {"color": colour, "width": 2.25, "dash_type": "dash" if wanted in style.dashed else "solid"}
        look = {"line": line} if style.kind == "line" else {"fill": {"color": colour}, "gap": 60}
        made.add_series(
            {
                "name": [name, header, column],
                "categories": [name, first, at, last, at],
                "values": [name, first, column, last, column],
                **look,
            }
        )


def _dress(made: Any, style: ChartStyle) -> None:
    made.set_title({"name": style.title, "name_font": {"size": 12, "color": QUIET}, "overlay": False})
    made.set_legend({"none": True} if len(style.values) == 1 else {"position": "bottom"})
    made.set_size({"width": WIDTH, "height": HEIGHT})
    lines = {"visible": True, "line": {"color": "#DDD4C5", "width": 0.75}}
    across, up = (
        (made.set_y_axis, made.set_x_axis) if style.kind == "bar" else (made.set_x_axis, made.set_y_axis)
    )
    across({"reverse": style.kind == "bar", "num_font": {"color": QUIET}, "line": {"color": "#DDD4C5"}})
    up(
        {
            "major_gridlines": lines,
            "num_format": style.number,
            "num_font": {"color": QUIET},
            "line": {"none": True},
        }
    )
    made.show_na_as_empty_cell()
    made.show_blanks_as("gap")


def _scale(page: Worksheet, sheet: SheetContent, group: Sequence[str], header: int, last: int) -> None:
    places = [place for place, column in enumerate(sheet.columns) if column.header in group]
    if places:
        scale = {"type": "2_color_scale", "min_color": LOW, "max_color": HIGH}
        page.conditional_format(header + 1, min(places), last, max(places), scale)
