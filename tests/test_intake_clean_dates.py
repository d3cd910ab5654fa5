"""Facts about dates and times of day."""

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.intake.clean.column import Cleaned, Reading, read_column
from crm_core.model.entities import Field, Kind


def read(cells: list[str | None], kind: Kind = Kind.DATE, **reading: Any) -> Cleaned:
    return read_column(Field("x", kind, "X"), pd.Series(cells, dtype="str"), Reading(**reading))


def dates(cells: list[str | None], **reading: Any) -> list[str | None]:
    return [None if pd.isna(value) else value for value in read(cells, **reading).values.tolist()]


@pytest.mark.parametrize(
    "cell",
    [
        "2024-03-05",
        "05.03.2024",
        "5.3.2024",
        "5/3/2024",
        "5-3-2024",
        "2024/3/5",
        "2024.03.05",
        "5 March 2024",
        "March 5th, 2024",
        "5. März 2024",
        "5 marca 2024 r.",
        "5 มี.ค. 67",
        "5 มีนาคม 2567",
        "5/3/2567",
        "๕ มีนาคม ๒๕๖๗",
        "2024年3月5日",
        "2024年3月5日(星期二)",
        "民國113年3月5日",
        "113/3/5",
        "113年3月5日",
        "5 Mawrth 2024",
        "ika-5 ng Marso 2024",
        "5 mars 2024",
        "5 de marzo de 2024",
        "Tue, 5 Mar 2024",
        "05-Mar-24",
        "20240305",
        "2024. 03. 05.",
        "5.3.24",
    ],
)
def test_a_day_in_every_usual_form(cell: str):
    """All of them are the fifth of March 2024."""
    assert dates([cell]) == ["2024-03-05"]


@pytest.mark.parametrize(
    "cell",
    [
        "31.02.2024",
        "2023-02-29",
        "32/01/2024",
        "19990230",
        "0212-01-05",
        "9999-12-31",
        "soon",
        "Mar 2024",
        "1985",
        "12",
    ],
)
def test_what_is_no_day_is_a_problem(cell: str):
    """It is left out and named; a year alone is no date."""
    cleaned = read(["2024-01-01", cell])
    assert cleaned.values.isna().tolist() == [False, True]
    assert len(cleaned.problems) == 1


def test_the_order_is_decided_by_the_whole_column():
    """One 10/20 makes every other date month first, wherever it stands."""
    assert dates(["3/1/2017"] * 400 + ["10/20/2016"])[0] == "2017-03-01"
    assert dates(["3/1/2017"] * 400 + ["20/10/2016"])[0] == "2017-01-03"


def test_an_open_column_asks():
    """With the usual order of the country until somebody answers."""
    assert read(["3/1/2017"]).reading.doubt == "Is “3/1/2017” 3 January or 1 March?"
    assert dates(["3/1/2017"]) == ["2017-01-03"]
    assert dates(["3/1/2017"], country="US") == ["2017-03-01"]
    assert dates(["3/1/2017"], date_order="mdy") == ["2017-03-01"]
    assert read(["3/1/2017"], date_order="mdy").reading.doubt is None


@pytest.mark.parametrize("cell", ["05.03.2024", "5/5/2024", "2024-03-05", "5/3/2567"])
def test_no_question_without_need(cell: str):
    """Dots put the day first, equal numbers do not matter, Buddhist years come from Thailand."""
    assert read([cell]).reading.doubt is None


def test_a_column_that_contradicts_itself_asks():
    """13/02 and 02/13: the odd one out is a problem, not a guess."""
    cleaned = read(["13/02/2024", "14/02/2024", "02/13/2024"])
    assert cleaned.values.isna().tolist() == [False, False, True]
    assert cleaned.reading.doubt is not None


def test_dates_that_a_spreadsheet_turned_round_are_suspected():
    """Real dates with days up to 12 only, and text for all the others."""
    cleaned = read(["2024-04-03", "2024-05-03", "2024-06-07", "25/04/2024"], cell_kind="mixed")
    assert "swapped" in (cleaned.reading.doubt or "")


@pytest.mark.parametrize(
    ("cell", "day", "time"),
    [
        ("2009-12-06 10:30:00", "2009-12-06", "10:30:00"),
        ("2009-12-06T10:30:05Z", "2009-12-06", "10:30:05"),
        ("2009-12-06 10:30", "2009-12-06", "10:30:00"),
        ("6.12.2009 14.30", "2009-12-06", "14:30:00"),
        ("2009/12/6 下午 03:05:00", "2009-12-06", "15:05:00"),
        ("6/12/2009 12:05 AM", "2009-12-06", "00:05:00"),
    ],
)
def test_a_date_may_carry_a_time(cell: str, day: str, time: str):
    """It is given apart, as it stands, without a zone."""
    cleaned = read([cell, "2009-12-06 01:01:01"])
    assert (cleaned.values.iloc[0], cleaned.time is not None and cleaned.time.iloc[0]) == (day, time)


def test_midnight_everywhere_is_no_time():
    """Programs write 00:00:00 behind every date."""
    assert read(["2009-12-06 00:00:00", "2009-12-07 00:00:00"]).time is None


def test_serial_numbers_only_where_the_column_looks_so():
    """45000 is 15 March 2023, its half is noon; ISO dates beside it do not matter."""
    cleaned = read(["45000", "45000.5", "2024-01-01"])
    assert cleaned.values.tolist() == ["2023-03-15", "2023-03-15", "2024-01-01"]
    assert cleaned.time is not None and cleaned.time.tolist()[1] == "12:00:00"
    assert dates(["12", "17", "45000"]) == [None, None, None]


def test_two_digit_years_turn_at_50():
    """49 is 2049, 50 is 1950."""
    assert dates(["1.1.49", "1.1.50"]) == ["2049-01-01", "1950-01-01"]


@given(
    st.lists(st.dates(date(1850, 1, 1), date(2149, 1, 1)), min_size=1),
    st.sampled_from(["%d.%m.%Y", "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"]),
)
def test_a_day_survives_its_spelling(days: list[date], form: str):
    """Written in one form and read back."""
    assert dates([day.strftime(form).zfill(8) for day in days]) == [day.isoformat() for day in days]


@given(st.lists(st.dates(date(1950, 1, 1), date(2049, 1, 1)), min_size=1), st.sampled_from(["dmy", "mdy"]))
def test_a_told_order_is_kept(days: list[date], order: str):
    """For the whole column."""
    form = "%d/%m/%Y" if order == "dmy" else "%m/%d/%Y"
    assert dates([day.strftime(form) for day in days], date_order=order) == [day.isoformat() for day in days]


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("9:05", "09:05:00"),
        ("14:30", "14:30"),
        ("14:30:10", "14:30:10"),
        ("2.30 pm", "14:30:00"),
        ("0.4375", "10:30:00"),
        ("9 am", "09:00:00"),
    ],
)
def test_times_of_day(cell: str, time: str):
    """With and without seconds, twelve hours, a part of the day."""
    assert read([cell], Kind.TIME).values.tolist() == [time]


def test_no_time_of_day():
    """25:00 is none."""
    assert read(["25:00"], Kind.TIME).problems["value"].tolist() == ["25:00"]
