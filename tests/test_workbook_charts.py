"""Native charts and colour scales on the sheets that are handed out."""

import io

import openpyxl
import pytest

from crm_core.workbook.write import ChartStyle, ColumnStyle, SheetContent, write_xlsx

COLUMNS = (ColumnStyle("Month"), ColumnStyle("Revenue", "money"), ColumnStyle("Expected", "money"))
ROWS = [("Jan", 100, None), ("Feb", 120, 110), ("Mar", None, 130)]


def sheet(rows=ROWS, **more):
    content = SheetContent("Money", COLUMNS, rows, title_rows=("Money", "by month"), filter=False, **more)
    return openpyxl.load_workbook(io.BytesIO(write_xlsx([content])))["Money"]


def line(*values: str, kind: str = "line") -> ChartStyle:
    return ChartStyle("Revenue by month", kind, "Month", values)


@pytest.mark.parametrize("kind", ["line", "column", "bar"])
def test_a_chart_is_native_and_reads_the_cells(kind):
    """The chart refers to the sheet's own rows, so it changes with them."""
    (chart,) = sheet(charts=(line("Revenue", "Expected", kind=kind),))._charts
    assert [series.val.numRef.f for series in chart.series] == ["Money!$B$4:$B$6", "Money!$C$4:$C$6"]


def test_the_points_are_named_by_their_column():
    """The categories are the cells of the named column."""
    (chart,) = sheet(charts=(line("Revenue"),))._charts
    reference = chart.series[0].cat
    assert (reference.strRef or reference.numRef).f == "Money!$A$4:$A$6"


def test_charts_stand_below_the_rows():
    """No chart covers a row of the table."""
    charts = sheet(charts=(line("Revenue"), line("Expected"), line("Revenue")))._charts
    assert min(chart.anchor._from.row for chart in charts) > 5


def test_no_rows_no_chart():
    """A table without rows draws nothing."""
    assert sheet(rows=[], charts=(line("Revenue"),))._charts == []


def test_a_colour_scale_holds_for_the_named_columns_only():
    """The scale runs over the rows of its columns, side by side."""
    (ranged,) = sheet(heat=(("Revenue", "Expected"),)).conditional_formatting
    assert str(ranged.sqref) == "B4:C6"
