"""Facts about the months and years that headers, sheets' names, titles and file names say."""

import pytest

from crm_core.intake.tables.periods import header_period, year_of
from crm_core.intake.tables.said import period_said, said_in
from tests.grids import only


@pytest.mark.parametrize(
    ("header", "year", "month"),
    [
        ("Jan", None, 1), ("Jan.", None, 1), ("SEPT", None, 9), ("Feb 2024", 2024, 2), ("Jan-24", 2024, 1),
        ("Jan '24", 2024, 1), ("2024-01", 2024, 1), ("2024/3", 2024, 3), ("202411", 2024, 11),
        ("01/2024", 2024, 1), ("03.2024", 2024, 3), ("2024-01-01 00:00:00", 2024, 1), ("1月", None, 1),
        ("十二月", None, 12), ("2024年1月", 2024, 1), ("113年1月", 2024, 1), ("民國113年12月", 2024, 12),
        ("ม.ค.", None, 1), ("มี.ค. 67", 2024, 3), ("มกราคม 2567", 2024, 1), ("styczeń", None, 1),
        ("październik 2024 r.", 2024, 10), ("Mawrth 2024", 2024, 3), ("Enero", None, 1),
        ("2024 / Jan", 2024, 1), ("พ.ศ. 2567 / ม.ค.", 2024, 1),
    ],
)  # fmt: skip
def test_a_header_says_its_month(header: str, year: int | None, month: int):
    """In every language and spelling, with the year where it stands there."""
    said = header_period(header)
    assert said is not None and (said.year, said.month) == (year, month)


@pytest.mark.parametrize(
    ("header", "year", "month"),
    [
        ("Q1", None, 1), ("Q3 2024", 2024, 7), ("2024 Q4", 2024, 10), ("2024Q2", 2024, 4), ("1Q24", 2024, 1),
        ("II kw. 2024", 2024, 4), ("第一季", None, 1), ("2024年第3季", 2024, 7), ("ไตรมาส 2", None, 4),
    ],
)  # fmt: skip
def test_a_quarter_is_its_first_month(header: str, year: int | None, month: int):
    """Q3 begins in July."""
    said = header_period(header)
    assert said is not None and (said.unit, said.year, said.month) == ("quarter", year, month)


@pytest.mark.parametrize(
    "header",
    [
        "Name",
        "Marek",
        "Mar Vista",
        "Total",
        "Q5",
        "12",
        "2024",
        "20240105",
        "5",
        "1.5",
        "Jan / Qty",
        "13/2024",
        "W1",
        "",
    ],
)
def test_other_headers_say_no_month(header: str):
    """Names, numbers, years and two words that are no month together."""
    assert header_period(header) is None


def test_a_year_alone():
    """In the Gregorian, Buddhist and Republican calendar; a bare short number is none."""
    said = {
        text: year_of(text)
        for text in ("2024", "พ.ศ. 2567", "2567", "民國113年", "113年", "113", "24", "12345")
    }
    assert said == {
        "2024": 2024, "พ.ศ. 2567": 2024, "2567": 2024, "民國113年": 2024, "113年": 2024,
        "113": None, "24": None, "12345": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("March 2024", (2024, 3)), ("2024-03", (2024, 3)), ("Mar", (None, 3)), ("3月", (None, 3)),
        ("มีนาคม 2567", (2024, 3)), ("ยอดขายเดือนมีนาคม 2567", (2024, 3)), ("民國113年3月", (2024, 3)),
        ("113年3月銷售", (2024, 3)), ("marzec 2024", (2024, 3)), ("Sprzedaż marzec 2024 r.", (2024, 3)),
        ("03.2024", (2024, 3)), ("Sales_202403", (2024, 3)), ("Sales report March 2024", (2024, 3)),
        ("sales_march_2024", (2024, 3)), ("Sales 2024", (2024, None)), ("2024", (2024, None)), ("May", (None, 5)),
    ],
)  # fmt: skip
def test_a_name_says_its_month_and_year(text: str, said: tuple[int | None, int | None]):
    """Sheets and files are called so."""
    assert said_in(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "Sheet3", "Table 2", "Arkusz1", "工作表1", "Marketing", "Report (3)", "Customers since 2019", "2023/24",
        "Year 2010-2011", "CO2 emissions, 2000 to 2007", "customers_2024-03-05", "Printed 5 May 2024", "Chinook 1.4",
        "2024年3月5日", "Invoice 12345", "",
    ],
)  # fmt: skip
def test_numbers_ranges_and_days_are_no_period(text: str):
    """Neither a count nor two years, nor the day on which a list was made."""
    assert said_in(text) == (None, None)


def test_a_range_of_months_says_only_its_year():
    """January to March is no month."""
    assert said_in("Jan–Mar 2024") == (2024, None)


def test_a_quarter_says_only_its_year():
    """A day without a month may be in any of three."""
    assert (said_in("Q1 2024"), said_in("Q1")) == ((2024, None), (None, None))


def test_a_two_digit_number_behind_a_month_may_be_a_day():
    """ "Mar 24" is a March, of which year it does not say; "Mar '24" does."""
    assert (said_in("Mar 24"), said_in("Mar '24")) == ((None, 3), (2024, 3))


def test_short_words_that_are_months_elsewhere():
    """ "Data set 2024" is no September."""
    assert said_in("Data set 2024") == (2024, None)


def test_the_sheet_says_the_month_and_the_file_the_year():
    """What one leaves open the next one says."""
    assert period_said("Mar", [], "Sales 2024.xlsx") == (2024, 3)
    assert period_said("Sheet1", ["Sales report April 2023"], "Sales 2024.xlsx") == (2023, 4)
    assert period_said("Sheet1", ["Printed: May 2024"], "list.xlsx") is None


def test_a_table_knows_its_period():
    """From the title above it, else from the file's name."""
    rows = [["Name", "Amount"], ["Ada", "5"], ["Bo", "6"]]
    assert only([["Sales report March 2024"], [], *rows]).period == (2024, 3)
    assert only(rows, file_name="Sales 2024.xlsx").period == (2024, None)
    assert only(rows, name="2月", file_name="Sales 2024.xlsx").period == (2024, 2)
    assert only(rows).period is None
