"""Facts about e-mail addresses."""

from typing import Any

import pandas as pd
import pytest

from crm_core.intake.clean.column import Cleaned, Reading, read_column
from crm_core.model.entities import Field, Kind


def read(kind: Kind, cells: list[str | None], **reading: Any) -> Cleaned:
    return read_column(Field("x", kind, "X"), pd.Series(cells, dtype="str"), Reading(**reading))


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("Bob.Ray+x@Example.COM", "Bob.Ray+x@example.com"),
        (" a@b.pl ", "a@b.pl"),
        ("mailto:q@r.pl", "q@r.pl"),
        ("Bob Ray <b@c.org>", "b@c.org"),
        ("a@żółw.pl", "a@żółw.pl"),
        ("a@例え.jp", "a@例え.jp"),
        ("a@b.pl.", "a@b.pl"),
        ("a@b.pl;", "a@b.pl"),
        ("a @b.pl", "a@b.pl"),
        ("a＠b.pl", "a@b.pl"),
        ("mailto:q@r.pl?subject=Hello", "q@r.pl"),
        ("E-mail: q@r.pl", "q@r.pl"),
        ("Bob Ray (b@c.org)", "b@c.org"),
        ("<b@c.org>", "b@c.org"),
        ("a@b.pl, a@b.pl", "a@b.pl"),
    ],
)
def test_addresses(cell: str, address: str):
    """The domain is small, what stands before it stays."""
    assert read(Kind.EMAIL, [cell]).values.tolist() == [address]


@pytest.mark.parametrize(
    "cell",
    [
        "a@b",
        "x y@z.com",
        "@x.pl",
        "a@@b.pl",
        "a..b@x.pl",
        "nobody",
        "a@.pl",
        "ab.pl",
        "a@b,pl",
        "Ann a@b.pl",
        "jan.@b.pl",
        "a[at]b.pl",
        "a@b..pl",
    ],
)
def test_what_is_no_address_is_left_out(cell: str):
    """And named."""
    cleaned = read(Kind.EMAIL, [cell])
    assert cleaned.values.isna().all()
    assert cleaned.problems["message"].tolist() == [f"“{cell}” is no e-mail address."]


def test_of_two_addresses_the_first_is_taken():
    """And the cell is named."""
    cleaned = read(Kind.EMAIL, ["a@b.pl; c@d.pl"])
    assert (cleaned.values.tolist(), len(cleaned.problems)) == (["a@b.pl"], 1)
