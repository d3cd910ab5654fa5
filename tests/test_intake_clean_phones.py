"""Facts about phone numbers, and the countries that say how to read them."""

from typing import Any

import pandas as pd
import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.intake.clean.column import Cleaned, Reading, country_of, read_column, read_phones_by_country
from crm_core.model.entities import Field, Kind


def read(kind: Kind, cells: list[str | None], **reading: Any) -> Cleaned:
    return read_column(Field("x", kind, "X"), pd.Series(cells, dtype="str"), Reading(**reading))


def phones(cells: list[str | None], **reading: Any) -> list[str]:
    return read(Kind.PHONE, cells, **reading).values.tolist()


@pytest.mark.parametrize(
    ("cell", "country", "phone"),
    [
        ("531882970", "PL", "+48 531 882 970"),
        ("0048669253902", "PL", "+48 669 253 902"),
        ("+48 669-253-902", None, "+48 669 253 902"),
        ("081-234-5678", "TH", "+66 81 234 5678"),
        ("0912 345 678", "TW", "+886 912 345 678"),
        ("0917 123 4567", "PH", "+63 917 123 4567"),
        ("(604) 555-0197", "CA", "+1 604-555-0197"),
        ("+44 (0)20 7946 0018", None, "+44 20 7946 0018"),
        ("+49 0711 2842222", None, "+49 711 2842222"),
        ("138 0013 8000", "CN", "+86 138 0013 8000"),
        ("tel. 22 123 45 67", "PL", "+48 22 123 45 67"),
        ("０６６９２５３９０２"[1:], "PL", "+48 669 253 902"),
    ],
)
def test_phones_take_one_readable_form(cell: str, country: str | None, phone: str):
    """International, grouped as in their country."""
    assert phones([cell], country=country) == [phone]


def test_without_a_country_national_numbers_stay_as_typed():
    """And the question is asked."""
    cleaned = read(Kind.PHONE, ["081-234-5678"])
    assert cleaned.values.tolist() == ["081-234-5678"]
    assert cleaned.reading.doubt == "Of which country are numbers like “081-234-5678”?"
    assert len(cleaned.problems) == 0


def test_the_column_may_show_its_country():
    """Where the international numbers agree, the others are from there too."""
    cleaned = read(Kind.PHONE, ["+48 669 253 902", "0048669253903", "+48669253904", "669253905"])
    assert (cleaned.values.iloc[3], cleaned.reading.country) == ("+48 669 253 905", "PL")


def test_a_number_of_elsewhere_is_not_bent_to_the_country():
    """(604) 555-0197 is no Polish number: kept as typed, with a warning."""
    cleaned = read(Kind.PHONE, ["(604) 555-0197"], country="PL")
    assert cleaned.values.tolist() == ["(604) 555-0197"]
    assert len(cleaned.problems) == 1


@pytest.mark.parametrize(
    ("cell", "country", "phone"),
    [
        ("22 123 45 67 w. 3", "PL", "+48 22 123 45 67 ext. 3"),
        ("22 123 45 67 wew. 3", "PL", "+48 22 123 45 67 ext. 3"),
        ("+48 22 123 45 67 ext. 12", None, "+48 22 123 45 67 ext. 12"),
        ("(02) 2345-6789 分機 12", "TW", "+886 2 2345 6789#12"),
        ("02-2345-6789#12", "TW", "+886 2 2345 6789#12"),
        ("02-123-4567 ต่อ 12", "TH", "+66 2 123 4567 ext. 12"),
        ("020 7946 0018 x5", "GB", "+44 20 7946 0018 x5"),
    ],
)
def test_an_extension_stays_with_its_number(cell: str, country: str | None, phone: str):
    """As the country writes it, and read again it is the same."""
    assert phones([cell], country=country) == [phone]
    assert phones([phone], country=country) == [phone]


@pytest.mark.parametrize(
    "cell",
    [
        "600 100 200 / 601 100 200",
        "600100200, 601100200",
        "600100200;601100200",
        "600-100-200 lub 601-100-200",
        "600100200/601100200",
        "+48 600 100 200 | +48 601 100 200",
        "600 100 200/201",
    ],
)
def test_of_two_numbers_the_first_is_taken(cell: str):
    """And the cell is named, for the second one is lost in the field."""
    cleaned = read(Kind.PHONE, [cell], country="PL")
    assert cleaned.values.tolist() == ["+48 600 100 200"]
    assert cleaned.problems["message"].tolist() == [
        f"“{cell}” holds several numbers; the first one was taken."
    ]


@pytest.mark.parametrize(
    ("cell", "country", "phone"),
    [
        ("912345678", "TW", "+886 912 345 678"),
        ("812345678", "TH", "+66 81 234 5678"),
        ("7400123456", "GB", "+44 7400 123456"),
        ("9171234567", "PH", "+63 917 123 4567"),
        ("612345678", "IT", "+39 06 1234 5678"),
        ("912345678.0", "TW", "+886 912 345 678"),
    ],
)
def test_a_zero_that_a_spreadsheet_dropped(cell: str, country: str, phone: str):
    """A number cell has no leading zero: it is put back where that makes a number."""
    assert phones([cell], country=country, cell_kind="number") == [phone]


def test_no_zero_is_added_to_what_somebody_typed():
    """As text it is what it is."""
    assert len(read(Kind.PHONE, ["612345678"], country="IT").problems) == 1


def test_a_number_in_powers_of_ten_is_no_phone():
    """4.86E+10 lost its digits in the spreadsheet."""
    assert read(Kind.PHONE, ["4.86E+10"], country="PL").problems["value"].tolist() == ["4.86E+10"]


# Countries --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Taiwan", "TW"), ("台灣", "TW"), ("臺灣", "TW"), ("Taiwan (R.O.C.)", "TW"), ("Tajwan", "TW"), ("TWN", "TW"),
        ("UK", "GB"), ("United Kingdom", "GB"), ("England", "GB"), ("Y Deyrnas Unedig", "GB"),
        ("Wielka Brytania", "GB"),
        ("Cymru", "GB"), ("สหราชอาณาจักร", "GB"), ("英國", "GB"), ("英国", "GB"), ("Polska", "PL"), ("POLSKA", "PL"),
        ("Poland", "PL"), ("Gwlad Pwyl", "PL"), ("โปแลนด์", "PL"), ("波蘭", "PL"), ("Polen", "PL"), ("pl", "PL"),
        ("ประเทศไทย", "TH"), ("ไทย", "TH"), ("Tajlandia", "TH"), ("USA", "US"), ("U.S.A.", "US"), ("us", "US"),
        ("Stany Zjednoczone", "US"), ("Estados Unidos", "US"), ("Pilipinas", "PH"), ("the Netherlands", "NL"),
        ("Holland", "NL"), ("Niemcy", "DE"), ("Allemagne", "DE"), ("中国", "CN"), ("Hong Kong SAR", "HK"),
        ("México", "MX"),
        ("Mars", None), ("", None), ("-", None), ("Poland Spring", None), ("12", None),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_name(text: str, country: str | None):
    """In the languages of the dictionaries, by codes, and by what people call it."""
    assert country_of(text) == country


PHONE = Field("phone", Kind.PHONE, "Phone")


def test_each_row_has_its_own_country():
    """One column, four countries; a row that names none is read as the column is."""
    cells = pd.Series(
        ["0912345678", "081-234-5678", "600100200", "600100201", None], index=[3, 4, 5, 7, 9], dtype="str"
    )
    named = pd.Series(["台灣", "Thailand", "Polska", "Mars", "UK"], index=cells.index, dtype="str")
    cleaned = read_phones_by_country(PHONE, cells, Reading(country="PL"), named)
    assert cleaned.values.iloc[:4].to_dict() == {
        3: "+886 912 345 678",
        4: "+66 81 234 5678",
        5: "+48 600 100 200",
        7: "+48 600 100 201",
    }
    assert (pd.isna(cleaned.values[9]), cleaned.reading.country, len(cleaned.problems)) == (True, "PL", 0)


def test_rows_without_a_country_are_asked_for():
    """Where nobody told the column's."""
    cells = pd.Series(["0912345678", "081-234-5678"], dtype="str")
    cleaned = read_phones_by_country(PHONE, cells, Reading(), pd.Series(["TW", None], dtype="str"))
    assert cleaned.values.tolist() == ["+886 912 345 678", "081-234-5678"]
    assert cleaned.reading.doubt == "Of which country are numbers like “081-234-5678”?"
    told = read_phones_by_country(PHONE, cells, Reading(), pd.Series(["TW", "ไทย"], dtype="str"))
    assert told.reading.doubt is None


def test_problems_keep_their_rows_by_country():
    """In the order of the sheet."""
    cells = pd.Series(["12", "0912345678", "13"], index=[4, 5, 6], dtype="str")
    cleaned = read_phones_by_country(
        PHONE, cells, Reading(), pd.Series(["TW", "TW", "PL"], index=cells.index, dtype="str")
    )
    assert cleaned.problems["row"].tolist() == [4, 6]
    assert cleaned.values.tolist() == ["12", "+886 912 345 678", "13"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["0912345678", "600100200", "+44 20 7946 0018", "12", None, "600 100 200 / 601 100 200"]
            ),
            st.sampled_from(["TW", "Polska", None, "Mars", "UK"]),
        ),
        max_size=12,
    )
)
def test_phones_by_country_read_back(rows: list[tuple[str | None, str | None]]):
    """What came out stays, whichever country stands beside it."""
    cells, named = (pd.Series([row[n] for row in rows], dtype="str") for n in (0, 1))
    once = read_phones_by_country(PHONE, cells, Reading(country="PL"), named)
    again = read_phones_by_country(PHONE, once.values, Reading(country="PL"), named)
    assert again.values.dropna().tolist() == once.values.dropna().tolist()
    assert once.values.isna().tolist() == cells.isna().tolist()


@given(
    st.lists(
        st.text(min_size=1, max_size=20).filter(lambda text: len(text.strip()) > 1), min_size=1, max_size=5
    )
)
def test_a_phone_is_never_lost(cells: list[str]):
    """Whatever was typed, something stands there (but for a mark that says nothing)."""
    marks = ("-", "--", "–", "—", "n/a", "N/A", "#N/A")
    kept = [cell for cell in cells if any(sign.isalnum() for sign in cell) and cell.strip() not in marks]
    words = ("NULL", "null", "None", "none", "nan", "NaN", "NA", "na", "nil", "n.a.", "brak", "無", "无")
    cleaned = read(Kind.PHONE, kept, country="PL")
    assert [
        value
        for value, cell in zip(cleaned.values, kept, strict=True)
        if pd.isna(value) and cell.strip() not in words
    ] == []


@pytest.mark.parametrize(
    "region",
    [
        "PL",
        "TH",
        "TW",
        "PH",
        "GB",
        "US",
        "DE",
        "FR",
        "ES",
        "IT",
        "CN",
        "CZ",
        "JP",
        "NL",
        "AT",
        "CH",
        "SE",
        "AU",
        "BR",
        "IN",
    ],
)
def test_the_quick_way_is_the_books_way(region: str):
    """Example numbers of a country come out as `phonenumbers` itself writes them."""
    for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE):
        number = phonenumbers.example_number_for_type(region, kind)
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        bare = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        assert phones([bare, written]) == [written, written]
        assert phones([national], country=region) == [written]
