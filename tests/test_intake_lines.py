"""The identity of a purchase line: its content and which occurrence of it."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from crm_core.intake.rows.lines import content_hash, fill_amounts, partners, source_keys

LINES = pd.DataFrame(
    {
        "number": ["1", "1", None],
        "date": ["2025-01-05", "2025-01-05", "2025-01-06"],
        "product": ["Tea", "Tea", "Łódź"],
        "quantity": [1.0, 1.0, np.nan],
        "amount": pd.array([25000, 25000, None], dtype="Int64"),
    }
)
WHO = pd.Series(["c:C1", "c:C1", None], dtype="str")
GOLDEN = [-8465096799907330779, 2935618019415867706, -4474190386275841212]


def test_keys_never_change() -> None:
    """Golden keys: another hash would make every stored line a stranger."""
    keys = source_keys(content_hash("purchase", LINES, WHO))
    assert keys.tolist() == GOLDEN


def test_equal_content_has_distinct_keys() -> None:
    """The second occurrence of a content is a line of its own."""
    keys = source_keys(content_hash("purchase", LINES, WHO))
    assert keys.is_unique


def test_the_kind_of_a_column_does_not_matter() -> None:
    """Whole numbers as floats or integers, text as objects: the same content is the same line."""
    other = LINES.astype({"product": object, "amount": "Float64"}).assign(
        amount=LINES["amount"].astype("Int64")
    )
    other["quantity"] = pd.array([1, 1, None], dtype="Int64").astype("Float64").astype(float)
    assert source_keys(content_hash("purchase", other, WHO.astype(object))).tolist() == GOLDEN


def test_a_missing_column_is_an_empty_one() -> None:
    """A file without a column that another file has blank holds the same lines."""
    hashes = content_hash("purchase", LINES.assign(price=pd.array([None] * 3, dtype="Int64")), WHO)
    assert hashes.tolist() == content_hash("purchase", LINES, WHO).tolist()


@given(st.lists(st.sampled_from("abc"), max_size=30), st.randoms())
def test_the_order_of_rows_does_not_matter(contents, luck) -> None:
    """A sorted sheet holds the same set of keys."""
    mixed = list(contents)
    luck.shuffle(mixed)
    assert _keys(contents) == _keys(mixed)


def _keys(contents):
    frame = pd.DataFrame({"product": pd.Series(contents, dtype="str")})
    return set(source_keys(content_hash("purchase", frame, pd.Series([None] * len(frame), dtype="str"))))


def test_amount_is_price_times_quantity_less_discount() -> None:
    """Where the sheet gives no amount it is computed, to the ten-thousandth; a discount above 1 is in percent."""
    frame = pd.DataFrame({"price": [19500, 19500], "quantity": [3.0, 1.0], "discount": [10.0, 0.0]})
    assert fill_amounts(frame)["amount"].tolist() == [52650, 19500]


def test_a_given_amount_is_never_recomputed() -> None:
    """What the sheet says it cost, it cost."""
    frame = pd.DataFrame({"price": [100], "quantity": [3.0], "amount": pd.array([250], dtype="Int64")})
    assert fill_amounts(frame)["amount"].tolist() == [250]


def test_one_partner_is_a_change_and_several_are_doubtful() -> None:
    """One left on each side is a correction; two against one nobody can tell."""
    columns = ["number", "customer_id", "date", "product_code", "product"]
    fresh = pd.DataFrame([["1", 1, "d", None, "Tea"], ["2", 1, "d", None, "Tea"]], columns=columns)
    stored = pd.DataFrame(
        [["1", 1, "d", None, "Tea"], ["2", 1, "d", None, "Tea"], ["2", 1, "d", None, "Tea"]], columns=columns
    )
    ids, several = partners(fresh, stored.assign(id=[11, 12, 13]))
    assert ids.to_dict() == {0: 11}
    assert several.index.tolist() == [1]
