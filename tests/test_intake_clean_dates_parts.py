"""Facts about parts of dates, other calendars, and whole columns in many languages."""

from datetime import date, datetime, time
from typing import Any

import pandas as pd
import pytest
from babel.dates import format_date, format_datetime
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_core.intake.clean.column import Cleaned, Reading, read_column
from crm_core.model.entities import Field, Kind


def read(cells: list[str | None], kind: Kind = Kind.DATE, **reading: Any) -> Cleaned:
    return read_column(Field("x", kind, "X"), pd.Series(cells, dtype="str"), Reading(**reading))


def dates(cells: list[str | None], **reading: Any) -> list[str | None]:
    return [None if pd.isna(value) else value for value in read(cells, **reading).values.tolist()]


# Parts of dates ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "period", "day"),
    [
        ("5", (2024, 3), "2024-03-05"),
        ("5.", (2024, 3), "2024-03-05"),
        ("05", (2024, 3), "2024-03-05"),
        ("5th", (2024, 3), "2024-03-05"),
        ("5日", (2024, 3), "2024-03-05"),
        ("5.0", (2024, 3), "2024-03-05"),
        ("วันที่ 5", (2024, 3), "2024-03-05"),
        ("5 Mar", (2024, None), "2024-03-05"),
        ("March 5th", (2024, 7), "2024-03-05"),
        ("5 marca", (2024, None), "2024-03-05"),
        ("5 มีนาคม", (2024, None), "2024-03-05"),
        ("5 Mawrth", (2024, None), "2024-03-05"),
        ("ika-5 ng Marso", (2024, None), "2024-03-05"),
        ("3月5日", (2024, None), "2024-03-05"),
        ("三月五日", (2024, None), "2024-03-05"),
        ("5.3.", (2024, None), "2024-03-05"),
        ("Tue 5 Mar", (2024, None), "2024-03-05"),
        ("March", (2024, None), "2024-03-01"),
        ("3月", (2024, None), "2024-03-01"),
        ("marzec", (2024, 9), "2024-03-01"),
    ],
)
def test_a_part_of_a_date_is_completed_by_the_sheet(cell: str, period: tuple, day: str):
    """With the year and month that its name or title says; a month alone is its first day."""
    assert dates([cell], period=period) == [day]


@pytest.mark.parametrize(
    ("cells", "period", "question"),
    [
        (["5 Mar", "6 Apr"], None, "Of which year are these dates?"),
        (["5", "6"], None, "Of which year and month are these dates?"),
        (["5", "6"], (2024, None), "Of which month are these dates?"),
        (["5", "6"], (None, 3), "Of which year are these dates?"),
        (["March", "April"], None, "Of which year are these dates?"),
        (["5 Mar", "6 Apr"], (None, 3), "Of which year are these dates?"),
    ],
)
def test_what_the_sheet_does_not_say_is_asked(cells: list[str], period: tuple | None, question: str):
    """And every cell is a problem until somebody answers."""
    cleaned = read(cells, period=period)
    assert cleaned.reading.doubt == question
    assert (cleaned.values.isna().all(), len(cleaned.problems)) == (True, len(cells))


def test_one_day_without_a_year_among_many_dates_is_not_worth_a_question():
    """It is a problem with its row."""
    cleaned = read([f"2024-03-{day:02}" for day in range(1, 20)] + ["5 Mar"])
    assert (cleaned.reading.doubt, cleaned.problems["value"].tolist()) == (None, ["5 Mar"])


def test_day_and_month_without_a_year_keep_one_order():
    """13/03 decides for 05/03; where nothing does, it is asked; the 30th of February is none."""
    assert dates(["05/03", "13/03"], period=(2024, None)) == ["2024-03-05", "2024-03-13"]
    assert dates(["05/03", "03/13"], period=(2024, None)) == ["2024-05-03", "2024-03-13"]
    assert read(["05/03"], period=(2024, None)).reading.doubt == "Is “05/03” 5 March or 3 May?"
    assert dates(["30/02", "13/03"], period=(2024, None)) == [None, "2024-03-13"]


def test_a_number_with_a_point_is_no_day_where_cells_are_numbers():
    """5.1 may have been 5.10: the first of October is not the first of January."""
    assert dates(["5.1"], period=(2024, None), cell_kind="number") == [None]
    assert dates(["5.1"], period=(2024, None)) == ["2024-01-05"]


@pytest.mark.parametrize("cell", ["5 Mar", "5", "03/05", "March", "2024-03"])
def test_a_birthday_is_not_of_the_sheet_s_year(cell: str):
    """It stays a problem, whatever the sheet is about."""
    cleaned = read_column(
        Field("birthday", Kind.DATE, "Birthday"),
        pd.Series([cell, cell], dtype="str"),
        Reading(period=(2024, 3)),
    )
    assert (cleaned.values.isna().all(), len(cleaned.problems), cleaned.reading.period) == (
        True,
        2,
        (2024, 3),
    )


@pytest.mark.parametrize(
    "cells",
    [
        ["2024-03", "2024-12"],
        ["03/2024", "12/2024"],
        ["3.2024", "12.2024"],
        ["Mar 2024", "Dec 2024"],
        ["marzec 2024", "grudzień 2024"],
        ["2024年3月", "2024年12月"],
        ["民國113年3月", "民國113年12月"],
        ["มีนาคม 2567", "ธันวาคม 2567"],
        ["202403", "202412"],
        ["Mar '24", "Dec '24"],
    ],
)
def test_a_column_of_months_is_the_first_days(cells: list[str]):
    """And it is said; a month among days is a problem."""
    cleaned = read(cells)
    assert cleaned.values.tolist() == ["2024-03-01", "2024-12-01"]
    assert cleaned.notes == ("the cells name a month and no day: its first day was taken",)
    assert dates([cells[0], "2024-03-05"]) == [None, "2024-03-05"]


def test_a_month_with_two_digits_may_be_a_day():
    """Three months with 24 behind them are of 2024; Jan-24 and Feb-17 alone may be anything."""
    assert dates(["Jan-24", "Feb-24", "Mar-24"]) == ["2024-01-01", "2024-02-01", "2024-03-01"]
    assert dates(["Jan-24", "Feb-17"]) == [None, None]
    assert dates(["Jan-24", "Feb-17"], period=(2023, None)) == ["2023-01-24", "2023-02-17"]


# Other calendars and countries ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["99/03/05", "113/03/05"], ["2010-03-05", "2024-03-05"]),
        (["民國99年3月5日", "88年3月5日"], ["2010-03-05", "1999-03-05"]),
        (["0990305", "1130305"], ["2010-03-05", "2024-03-05"]),
        (["民國元年3月5日"], ["1912-03-05"]),
        (["民國113年3月5日", "05/12/24", "25/12/24"], ["2024-03-05", "2024-12-05", "2024-12-25"]),
        (["99/03/05"], ["1999-03-05"]),
        (["25670305"], ["2024-03-05"]),
        (["5 มี.ค. 67", "6 เม.ย. 67"], ["2024-03-05", "2024-04-06"]),
        (["5 มี.ค. 24", "6 เม.ย. 23"], ["2024-03-05", "2023-04-06"]),
        (["5 III 2024", "6.XII.2024"], ["2024-03-05", "2024-12-06"]),
        (["二〇二四年三月五日", "二零二四年十二月二十五日"], ["2024-03-05", "2024-12-25"]),
        (["Dydd Mawrth 5 Mawrth 2024", "5ed o Fawrth 2024"], ["2024-03-05", "2024-03-05"]),
        (["mar. 5 ene 2024", "mar 6 mar 2024"], ["2024-01-05", "2024-03-06"]),
        (["วันอังคารที่ 5 มีนาคม พ.ศ. 2567"], ["2024-03-05"]),
    ],
)
def test_years_are_counted_as_the_column_shows(cells: list[str], days: list[str]):
    """Of the Republic where another cell says so, Buddhist where they can be nothing else."""
    assert dates(cells) == days


def test_years_of_two_digits_in_thailand():
    """67 is 2567, and 24 is 2024: nobody sells in 1967 or in 1981."""
    assert dates(["25/3/67", "6/4/66"], country="TH") == ["2024-03-25", "2023-04-06"]
    assert dates(["25/3/24", "6/4/23"], country="TH") == ["2024-03-25", "2023-04-06"]


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("2024-03-05T10:30:05.123+08:00", "10:30:05"),
        ("2024/3/5 上午 9:05", "09:05:00"),
        ("2024年3月5日 下午3點05分", "15:05:00"),
        ("2024年3月5日晚上8:30", "20:30:00"),
        ("5.03.2024 godz. 14:30", "14:30:00"),
        ("5 March 2024 at 2:30 pm", "14:30:00"),
        ("5/3/2567 14:30 น.", "14:30:00"),
        ("5.3.2024, 14:30 Uhr", "14:30:00"),
        ("2024-03-05 12:15 AM", "00:15:00"),
    ],
)
def test_a_day_with_its_time(cell: str, time: str):
    """In twelve hours and in twenty-four, with the words around it."""
    cleaned = read([cell, "2024-03-06 01:01:01"], date_order="dmy")
    assert (cleaned.values.iloc[0], cleaned.time is not None and cleaned.time.iloc[0]) == ("2024-03-05", time)


LANGUAGES = ("en", "zh_Hant", "zh_Hans", "th", "pl", "fil", "cy", "de", "fr", "es")
FORMS = (
    "d MMMM y", "d MMM y", "EEEE, d MMMM y", "EEE d MMM y", "MMMM d, y", "MMM d, y", "EEEE d MMMM y", "d. MMMM y",
    "dd MMM yyyy", "yyyy MMM d", "EEE, dd-MMM-yyyy", "EEE, MMM d, y", "EEEE, MMMM d, y", "y-MMM-dd", "dd/MM/yyyy",
    "dd.MM.yy", "yyyy/M/d", "yyyyMMdd", "d-M-yyyy", "d/M/yy", "yyyy. MM. dd.", "dd.MM.yyyy HH:mm", "long", "full",
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=4)
@given(st.lists(st.dates(date(2000, 1, 1), date(2040, 12, 31)), min_size=12, max_size=40, unique=True))
def test_a_column_of_days_reads_back(language: str, form: str, days: list[date]):
    """Two dozen forms in ten languages, weekdays and months as the language writes them; one cell says the order."""
    days = [date(2000, 1, 31), date(2039, 12, 30), *days]
    cells = [format_datetime(datetime.combine(day, time(9, 5)), form, locale=language) if "HH" in form
             else format_date(day, form, locale=language) for day in days]  # fmt: skip
    assert dates(cells) == [day.isoformat() for day in days]


@given(
    st.lists(
        st.one_of(
            st.dates(date(1950, 1, 1), date(2049, 1, 1)).map(lambda day: day.strftime("%d.%m.%Y")),
            st.integers(1, 31).map(str),
            st.sampled_from(
                ["5 Mar", "March", "2024-03", "3月5日", "x", "29 Feb", "05/03", "Mar-24", "113/3/5"]
            ),
        ),
        max_size=12,
    ),
    st.sampled_from([None, (2024, 3), (2023, None), (None, 2)]),
)
def test_completed_once_is_completed_twice(cells: list[str], period: tuple | None):
    """What came out is whole: the period changes it no more, and no cell vanished without a problem."""
    once = read(cells, period=period)
    assert once.values.isna().sum() == len(once.problems)
    again = read([None if pd.isna(value) else value for value in once.values], period=period)
    assert again.values.dropna().tolist() == once.values.dropna().tolist()
    assert len(again.problems) == 0
