"""Purchase lines and contacts: rows without a key of their own, told apart by their content.

A line's source key is the hash of its cells and which occurrence of that content it is in its sheet; an upload is a
multiset difference. An equal key is the same line, also if it was edited or removed here since; of what is left on
both sides, one partner with the same order and product is a changed line.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_core.model.registry import ENTITIES

# A constant that spreads occurrences over the 64 bits (the golden ratio, odd), so that keys stay distinct.
SPREAD = np.uint64(0x9E3779B97F4A7C15)
HASH_KEY = "regulars-lines-1"  # 16 characters; another key would make every stored line a stranger


def content_hash(entity: str, frame: pd.DataFrame, who: pd.Series) -> pd.Series:
    """A 64-bit hash (uint64) of each row's content: the identity of its customer and the declared content fields."""
    parts = [_text(who)]
    for name in ENTITIES[entity].content:
        if name != "customer":
            parts.append(_text(frame[name]) if name in frame else pa.scalar("", pa.large_string()))
    joined = pc.binary_join_element_wise(*parts, pa.scalar("\x1f", pa.large_string()))
    values = np.asarray(joined.to_numpy(zero_copy_only=False), dtype=object)
    return pd.Series(pd.util.hash_array(values, hash_key=HASH_KEY, categorize=False), index=frame.index)


def _text(values: pd.Series) -> pa.Array:
    """Canonical text of each value, empty where missing: 3.0 and 3 are one text."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        values = values.astype("Float64") if values.dtype.kind == "f" else values.astype("Int64")
    array = pa.array(values, from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return pc.fill_null(pc.cast(array, pa.large_string()), "")


def source_keys(hashes: pd.Series, before: pd.Series | None = None) -> pd.Series:
    """Source keys (int64) from content hashes: the n-th occurrence of a content is a line of its own.

    `before`: how often each content stood on earlier sheets, when those count as other lines.
    """
    turn = hashes.groupby(hashes.to_numpy()).cumcount().to_numpy(dtype=np.uint64)
    if before is not None:
        turn = turn + hashes.map(before).fillna(0).to_numpy(dtype=np.uint64)
    with np.errstate(over="ignore"):
        keys = hashes.to_numpy(dtype=np.uint64) + turn * SPREAD
    return pd.Series(keys.view(np.int64), index=hashes.index)


def fill_amounts(frame: pd.DataFrame) -> pd.DataFrame:
    """`amount` = price × quantity less the discount, where the sheet gives no amount (ten-thousandths)."""
    if "price" not in frame or ("amount" in frame and frame["amount"].notna().all()):
        return frame
    quantity = (
        frame["quantity"].astype("Float64") if "quantity" in frame else pd.Series(1.0, index=frame.index)
    )
    share = _discount_share(frame)
    made = (frame["price"].astype("Float64") * quantity * (1 - share)).round().astype("Int64")
    given = (
        frame["amount"].astype("Int64") if "amount" in frame else pd.Series(pd.NA, frame.index, dtype="Int64")
    )
    return frame.assign(amount=given.fillna(made))


def _discount_share(frame: pd.DataFrame) -> pd.Series:
    if "discount" not in frame:
        return pd.Series(0.0, index=frame.index, dtype="Float64")
    share = frame["discount"].astype("Float64").fillna(0.0)
    return share / 100 if bool((share > 1).any()) else share


def is_empty_line(frame: pd.DataFrame) -> pd.Series:
    """Rows that say neither what, nor when, nor how much."""
    told = [c for c in ("date", "amount", "quantity", "product", "product_code", "total") if c in frame]
    return frame[told].isna().all(axis=1) if told else pd.Series(True, index=frame.index)


def partners(rows: pd.DataFrame, stored: pd.DataFrame, overlap: bool = True) -> tuple[pd.Series, pd.Series]:
    """Changed lines: (stored id by row, rows whose partners are several).

    `rows` and `stored` are what is left on both sides, with number, customer_id, date, product_code, product. A partner
    has the same order and product, and the same customer or the same day; the same day where the upload has no known
    line (no `overlap`): a company that counts its orders from 1 again every year sends other orders, no corrections.
    Equally many on both sides are paired in order; otherwise nobody can say which is which.
    """
    ids, several = pd.Series(dtype="int64"), pd.Series(dtype=bool)
    for also in ("customer_id", "date") if overlap else ("date",):
        met, unclear = _met(rows, stored, also)
        ids, several = pd.concat([ids, met]).astype("int64"), pd.concat([several, unclear]).astype(bool)
        rows = rows[~rows.index.isin(ids.index) & ~rows.index.isin(several.index)]
        stored = stored[~stored["id"].isin(ids)] if len(stored) else stored
    if not overlap:
        return ids, several
    # Neither takes a line of the other: one wants stored lines without a number, the other with one.
    found = [ids, _undated(rows, stored), _renamed(rows, stored)]
    return pd.concat(found).astype("int64"), several


def _renamed(rows: pd.DataFrame, stored: pd.DataFrame) -> pd.Series:
    """Stored ids by row of lines whose product was corrected: the same order, customer, day and worth, alone."""
    names = ("number", "customer_id", "date", "quantity", "amount")
    if not {"number", "amount"} <= {*rows} & {*stored}:
        return pd.Series(dtype="int64")
    theirs, ours = (frame[frame["number"].notna() & frame["amount"].notna()] for frame in (rows, stored))
    return alone_alike(theirs, ours, names)


def _undated(rows: pd.DataFrame, stored: pd.DataFrame) -> pd.Series:
    """Stored ids by row of lines whose date could not be read once: the same customer, product and amount, alone."""
    if stored.empty or "date" not in rows:
        return pd.Series(dtype="int64")
    bare = rows["number"].isna() if "number" in rows else True
    theirs = rows[bare & rows["date"].notna()]
    ours = stored[stored["number"].isna() & stored["date"].isna() & stored["customer_id"].notna()]
    return alone_alike(theirs, ours, ("customer_id", "product_code", "product", "amount"))


def alone_alike(rows: pd.DataFrame, stored: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Stored ids by row where these columns agree with exactly one stored line, and with no other row."""
    if rows.empty or stored.empty:
        return pd.Series(dtype="int64")
    theirs, ours = (
        _as_text(rows, names).drop_duplicates(keep=False),
        _as_text(stored, names).drop_duplicates(keep=False),
    )
    ids = pd.Series(stored["id"].loc[ours.index].astype("int64").to_numpy(), index=ours)
    return theirs.map(ids).dropna().astype("int64")


def alike_in_turn(rows: pd.DataFrame, stored: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Stored ids by row where these columns agree: the n-th such row is the n-th such record. Where all of them but
    the first are blank, nothing is told."""
    if rows.empty or stored.empty:
        return pd.Series(dtype="int64")
    theirs, ours = (_turns(frame, names) for frame in (rows, stored))
    ids = pd.Series(stored["id"].loc[ours.index].astype("int64").to_numpy(), index=ours)
    return theirs.map(ids).dropna().astype("int64")


def _turns(frame: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """These columns of each row, and which occurrence of them it is, as one text."""
    told = frame[frame.reindex(columns=list(names[1:])).notna().any(axis=1)]
    text = _as_text(told, names)
    return text + "\x1f" + text.groupby(text).cumcount().astype("str")


def _as_text(frame: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """These columns of each row as one text; a column that is missing is blank."""
    blank = pd.Series("", index=frame.index)
    parts = [
        pd.Series(_text(frame[name]).to_pandas(), dtype=object).set_axis(frame.index)
        if name in frame
        else blank
        for name in names
    ]
    return parts[0].str.cat(parts[1:], sep="\x1f")


def _met(rows: pd.DataFrame, stored: pd.DataFrame, also: str) -> tuple[pd.Series, pd.Series]:
    if rows.empty or stored.empty:
        return pd.Series(dtype="int64"), pd.Series(dtype=bool)
    theirs, ours = _order_and_product(rows, also), _order_and_product(stored, also)
    theirs, ours = theirs[theirs.isin(ours)], ours[ours.isin(theirs)]
    here, there = theirs.map(theirs.value_counts()), theirs.map(ours.value_counts())
    several = here != there
    met = theirs[~several]
    left = pd.DataFrame({"key": met, "turn": met.groupby(met).cumcount(), "row": met.index})
    right = pd.DataFrame(
        {"key": ours, "turn": ours.groupby(ours).cumcount(), "id": stored.loc[ours.index, "id"]}
    )
    joined = left.merge(right, on=["key", "turn"])
    return pd.Series(joined["id"].astype("int64").to_numpy(), index=joined["row"].to_numpy()), several[
        several
    ]


def _order_and_product(frame: pd.DataFrame, also: str) -> pd.Series:
    """The order (its number, else customer and day), `also` and the product (its code, else its name) as one text."""
    blank = pd.Series("", index=frame.index)
    text = {
        name: frame[name].astype("str").fillna("") if name in frame else blank
        for name in ("number", "customer_id", "date", "product_code", "product")
    }
    order = text["number"].where(text["number"] != "", text["customer_id"] + "/" + text["date"])
    product = text["product_code"].where(text["product_code"] != "", text["product"])
    return order + "\x1f" + text[also] + "\x1f" + product
