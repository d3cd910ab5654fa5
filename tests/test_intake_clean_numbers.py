"""Facts about amounts and numbers."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.intake.clean.column import Cleaned, Reading, parse, read_column
from crm_core.model.entities import Field, Kind


def read(kind: Kind, cells: list[str | None], **reading: Any) -> Cleaned:
    return read_column(Field("x", kind, "X"), pd.Series(cells, dtype="str"), Reading(**reading))


def money(cells: list[str | None], **reading: Any) -> list[int | None]:
    return [None if pd.isna(value) else value for value in read(Kind.MONEY, cells, **reading).values.tolist()]


def test_a_float_cell_is_rounded_to_ten_thousandths():
    """731.9399999999999 is 731.94; 957.5775 keeps its fourth decimal."""
    assert money(["731.9399999999999", "957.5775"], cell_kind="number") == [7_319_400, 9_575_775]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1 234,50 zł", "448,47 zł", "3\u00a0085,65 zł"], [12_345_000, 4_484_700, 30_856_500]),
        (["€1,234.50", "(1,234.50)", "12.5"], [12_345_000, -12_345_000, 125_000]),
        (["1.234.567,89", "5,00-"], [12_345_678_900, -50_000]),
        (["1,23,456.00"], [1_234_560_000]),
        (["１２３．５"], [1_235_000]),
        (["NT$ 1,200", "NT$50"], [12_000_000, 500_000]),
        (["1'234.50", "CHF 5.25"], [12_345_000, 52_500]),
        (["๑๒๓.๕๐"], [1_235_000]),
        (["-", "", None, "12.00"], [None, None, None, 120_000]),
        (["1,200.-", "12.–", "12.- CHF"], [12_000_000, 120_000, 120_000]),
        (["$(5.00)", "($5.00)", "-€5", "€-5", "5-"], [-50_000] * 5),
        (["１２，５０", "3,10"], [125_000, 31_000]),
        (["๑,๒๓๔.๕๐ บาท", "๒๐"], [12_345_000, 200_000]),
        (["12,34,567", "1,23,456.50"], [12_345_670_000, 1_234_565_000]),
        (["RM 12.50", "RM1,200.00"], [125_000, 12_000_000]),
        (["kr 5,00", "1 200,50 kr"], [50_000, 12_005_000]),
        (["₱1,234.50", "PHP 5.00", "P6.00"], [12_345_000, 50_000, 60_000]),
        (["新台幣1,200元", "NT 50"], [12_000_000, 500_000]),
        (["1\u2009234,50", "2\u202f000,00 €"], [12_345_000, 20_000_000]),
        (["USD 5.25", "5.25 usd", "US$5.25"], [52_500] * 3),
    ],
)
def test_amounts_as_they_are_written(cells: list[str | None], expected: list[int | None]):
    """Signs, groups, brackets, currencies, full-width and Thai digits."""
    assert money(cells) == expected


def test_money_is_a_nullable_integer():
    """Whole ten-thousandths, ready for the driver."""
    assert str(read(Kind.MONEY, ["1", None]).values.dtype) == "Int64"


@pytest.mark.parametrize(
    "cell", ["50%", "50 %", "1.5k", "2萬", "~50", "abc", "12.5.3", "1 2", "5 - 6", "9" * 30]
)
def test_what_is_no_amount_is_a_problem(cell: str):
    """It is left out and named, never guessed."""
    cleaned = read(Kind.MONEY, ["5.25", cell])
    assert cleaned.values.isna().tolist() == [False, True]
    assert len(cleaned.problems) == 1


def test_the_decimal_sign_is_decided_for_the_column():
    """One cell with a decimal comma makes the point of the others a thousands sign."""
    assert money(["1.234", "12,50"]) == [12_340_000, 125_000]
    assert money(["1,234", "12.50"]) == [12_340_000, 125_000]


def test_a_point_in_a_comma_column_is_a_problem():
    """ "12.50" among decimal commas is not read as 1250, and the question is asked."""
    cleaned = read(Kind.MONEY, ["12.50", "12,50", "3,10"])
    assert cleaned.values.isna().tolist() == [True, False, False]
    assert cleaned.reading.doubt is not None


def test_an_open_column_asks():
    """ "1.234" alone may be either."""
    assert (
        read(Kind.MONEY, ["1.234"]).reading.doubt
        == "Does “1.234” mean thousands, or is “.” the decimal sign?"
    )
    assert read(Kind.NUMBER, ["1,234"]).reading.doubt is not None


def test_three_grouped_amounts_need_no_question():
    """2,666 and 22,927 and 498: nobody writes three decimals of money in a row."""
    cleaned = read(Kind.MONEY, ["2,666", "22,927", "1,001"])
    assert (cleaned.values.tolist(), cleaned.reading.doubt) == ([26_660_000, 229_270_000, 10_010_000], None)


def test_a_person_can_tell_the_sign():
    """What was told is not decided anew."""
    assert money(["1.234"], decimal=".") == [12_340]
    assert money(["1.234"], decimal=",") == [12_340_000]


def test_a_number_cell_always_has_a_decimal_point():
    """Whatever the text cells of the country look like."""
    assert money(["1.234"], cell_kind="number", decimal=",") == [12_340]


def test_number_cells_beside_texts_with_a_comma():
    """A mixed column: cells of numbers keep their point."""
    assert money(["12.5", "12,50 zł"], cell_kind="mixed") == [125_000, 125_000]


def test_one_currency_a_column():
    """The one that is named is reported; another one is a problem where one is kept, else a question."""
    assert read(Kind.MONEY, ["5 zł", "6"]).reading.currency == "PLN"
    kept = read(Kind.MONEY, ["5 zł", "€6", "$7"], currency="PLN")
    assert kept.problems["message"].tolist() == ["“€6” is in EUR, not in PLN."]
    assert (
        read(Kind.MONEY, ["5 zł", "€6"]).reading.doubt
        == "The amounts are in EUR and PLN. Which currency do you keep?"
    )


def test_quantities_may_carry_a_unit():
    """3 pcs is 3; a weight is no count and stays a problem."""
    cleaned = read(Kind.NUMBER, ["3", "3 pcs", "2 szt.", "(4)", "5 kg"])
    assert cleaned.values.tolist()[:4] == [3.0, 3.0, 2.0, -4.0]
    assert cleaned.problems["value"].tolist() == ["5 kg"]


DISCOUNT = Field("discount", Kind.NUMBER, "Discount")


@pytest.mark.parametrize(
    ("cells", "shares"),
    [
        (["10%", "10 %", "12,5%"], [0.1, 0.1, 0.125]),
        (["10%", "12.5 %", "0"], [0.1, 0.125, 0.0]),
        (["１０％", "100%"], [0.1, 1.0]),
        (["0.1", "0.25"], [0.1, 0.25]),
        (["10", "5"], [10.0, 5.0]),
        (["5%", "0.1"], [0.05, 0.1]),
    ],
)
def test_a_discount_in_per_cent_is_a_share(cells: list[str], shares: list[float]):
    """Bare numbers stay as they are: whoever multiplies knows that one above 1 is in per cent."""
    assert read_column(DISCOUNT, pd.Series(cells, dtype="str")).values.tolist() == shares


def test_a_bare_number_among_per_cents_is_open():
    """ "10" beside "5 %" is either per cent or money."""
    cleaned = read_column(DISCOUNT, pd.Series(["5 %", "10", "7%"], dtype="str"))
    assert cleaned.values.isna().tolist() == [False, True, False]
    assert cleaned.problems["value"].tolist() == ["10"]


def test_a_quantity_is_no_per_cent():
    """Only a discount is."""
    assert read(Kind.NUMBER, ["3", "10%"]).problems["value"].tolist() == ["10%"]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("NT$5", "TWD"), ("5 zł", "PLN"), ("฿5", "THB"), ("5 บาท", "THB"), ("₱5", "PHP"), ("£5", "GBP"), ("€5", "EUR"),
        ("CHF 5", "CHF"), ("RM5", "MYR"), ("HK$5", "HKD"), ("5 Kč", "CZK"), ("₹5", "INR"), ("人民币5", "CNY"),
        ("5 EUR", "EUR"), ("S$5", "SGD"), ("Rp5", "IDR"),
    ],
)  # fmt: skip
def test_a_currency_is_known_by_its_sign(cell: str, code: str):
    """Before the amount or behind it."""
    cleaned = read(Kind.MONEY, [cell, cell])
    assert (cleaned.reading.currency, cleaned.values.tolist()) == (code, [50_000, 50_000])


@pytest.mark.parametrize("cell", ["$5", "¥5", "5 kr", "5 元"])
def test_a_sign_of_several_currencies_names_none(cell: str):
    """The amount is read all the same."""
    cleaned = read(Kind.MONEY, [cell])
    assert (cleaned.reading.currency, cleaned.values.tolist()) == (None, [50_000])


def test_whole_numbers_are_whole():
    """7.0 is 7, 3.5 is a problem."""
    cleaned = read(Kind.INTEGER, ["3", "7.0", "3.5"])
    assert (cleaned.values.dropna().tolist(), cleaned.problems["value"].tolist()) == ([3, 7], ["3.5"])


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=20))
def test_money_written_in_polish_reads_back(units: list[int]):
    """Groups by blanks, a decimal comma, a currency: every ten-thousandth survives."""
    cells = [f"{unit / 100:,.2f} zł".replace(",", "\u00a0").replace(".", ",") for unit in units]
    assert money(cells) == [unit * 100 for unit in units]


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=20))
def test_money_cleaned_twice_is_cleaned_once(units: list[int]):
    """A value written out plainly comes back the same."""
    once = money([f"{unit / 100:.2f}" for unit in units], cell_kind="number")
    assert money([f"{unit / 10_000:.4f}" for unit in once if unit is not None], cell_kind="number") == once


@pytest.mark.parametrize("typed", ["1e999999999", "5E+9999999", "9" * 400])
def test_a_number_beyond_all_numbers_is_a_problem(typed):
    """It is named, and nothing overflows."""
    assert "too large" in parse(Kind.MONEY, typed).message
