"""Stored lines of nobody that find their customer, once a file says who it was."""

import pandas as pd

from crm_core.intake.rows.compare import comparable
from crm_core.intake.rows.gone import Named
from crm_core.intake.stored import Stored
from crm_core.intake.work import Work
from crm_core.model.changes import CHANGE_COLUMNS

CONTENT = ("date", "time", "product_code", "product", "quantity", "price", "amount")
Partners = tuple[pd.Series, pd.DataFrame]  # stored id by row; the stored lines


def claim(work: Work, sheet: str, rows: pd.DataFrame, known: pd.DataFrame, stored: Stored) -> None:
    """Known lines that were stored without a customer get theirs, where the name they gave is somebody's by now."""
    if known["orphan"].isna().all() or work.records[sheet].rules.policy("customer_id") == "ours":
        return
    orphan = known["orphan"].reindex(rows["source_key"]).set_axis(rows.index)
    found = rows.loc[orphan.notna() & rows["customer_id"].notna(), "customer_id"]
    cells = pd.DataFrame(
        {"id": orphan[found.index], "before": None, "after": found, "row": found.index}, dtype=object
    ).assign(entity="purchase", field="customer_id")
    changed = work.settle(cells[[*CHANGE_COLUMNS, "row"]], sheet, stored)
    work.set_state(sheet, changed["row"], "changed")


def nobodys_partners(fresh: pd.DataFrame, stored: Stored, named: Named) -> Partners:
    """New lines without a number that stand in the store just so, only of nobody.

    Only in a newer version of an earlier file (some line is known): elsewhere the same thing bought on the same day is
    another purchase.
    """
    bare = fresh[fresh["customer_id"].notna()]
    bare = bare[bare["number"].isna()] if "number" in bare else bare
    if bare.empty or named.known.empty or "date" not in bare:
        return pd.Series(dtype="int64"), fresh.iloc[:0]
    lines = named.unnamed(stored.nobodys_lines(bare["date"].dropna().unique().tolist()))
    left = pd.DataFrame({"key": _content(bare), "row": bare.index})
    right = pd.DataFrame({"key": _content(lines), "id": lines["id"].astype("int64")})
    left, right = (side.assign(turn=side.groupby("key").cumcount()) for side in (left, right))
    met = left.merge(right, on=["key", "turn"])
    return pd.Series(met["id"].to_numpy(), index=met["row"].to_numpy(), dtype="int64"), lines


def _content(rows: pd.DataFrame) -> pd.Series:
    """What was bought, when and for how much, as one text."""
    text = pd.Series("", index=rows.index, dtype="str")
    for name in CONTENT:
        if name in rows:
            text += comparable("purchase", name, rows[name]).astype("str").fillna("")
        text += "\x1f"
    return text
