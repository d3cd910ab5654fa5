"""Facts about e-mail addresses and phone numbers."""

from typing import Any

import pandas as pd
import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.intake.clean import Cleaned, Reading, read_column
from crm_core.model.entities import Field, Kind


def read(kind: Kind, cells: list[str | None], **reading: Any) -> Cleaned:
    return read_column(Field("x", kind, "X"), pd.Series(cells, dtype="str"), Reading(**reading))


def phones(cells: list[str | None], **reading: Any) -> list[str]:
    return read(Kind.PHONE, cells, **reading).values.tolist()


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("Bob.Ray+x@Example.COM", "Bob.Ray+x@example.com"),
        (" a@b.pl ", "a@b.pl"),
        ("mailto:q@r.pl", "q@r.pl"),
        ("Bob Ray <b@c.org>", "b@c.org"),
        ("a@żółw.pl", "a@żółw.pl"),
    ],
)
def test_addresses(cell: str, address: str):
    """The domain is small, what stands before it stays."""
    assert read(Kind.EMAIL, [cell]).values.tolist() == [address]


@pytest.mark.parametrize("cell", ["a@b", "x y@z.com", "@x.pl", "a@@b.pl", "a..b@x.pl", "nobody", "a@.pl"])
def test_what_is_no_address_is_left_out(cell: str):
    """And named."""
    cleaned = read(Kind.EMAIL, [cell])
    assert cleaned.values.isna().all()
    assert cleaned.problems["message"].tolist() == [f"“{cell}” is no e-mail address."]


def test_of_two_addresses_the_first_is_taken():
    """And the cell is named."""
    cleaned = read(Kind.EMAIL, ["a@b.pl; c@d.pl"])
    assert (cleaned.values.tolist(), len(cleaned.problems)) == (["a@b.pl"], 1)


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
