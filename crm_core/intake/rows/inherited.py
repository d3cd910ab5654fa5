"""What a line takes from its order's head and from its product, uploaded with it or stored, before or after it."""

import pandas as pd

from crm_core.intake.rows.heads import CALLED_OFF, HEAD_FACTS, follow, heads_in_file
from crm_core.intake.stored import Stored
from crm_core.intake.work import Work
from crm_core.model.changes import CHANGE_COLUMNS

PRODUCT_FACTS = (("product", "name"), ("category", "category"))


def from_heads(work: Work, stored: Stored, frame: pd.DataFrame) -> pd.DataFrame:
    """Lines that only name their order take customer, date and the rest from its head, uploaded or stored."""
    if "number" not in frame:
        return frame
    lacking = _lacks(frame, "customer_id", "date")
    called_off = _called_off(work, stored, frame) if _lacks(frame, "status").any() else None
    if lacking.any():
        heads = _heads(work, stored, frame["number"][lacking])
        found = heads.reindex(frame["number"].astype(object).where(lacking)).set_axis(frame.index)
        for column in found.columns:
            frame[column] = _filled(frame, column, found[column])
        frame["customer_id"] = frame["customer_id"].astype("Int64")
    if called_off is not None and called_off.any():
        frame["status"] = _filled(frame, "status", called_off)
    return frame


def _filled(frame: pd.DataFrame, column: str, values: pd.Series) -> pd.Series:
    mine = frame[column] if column in frame else pd.Series(None, index=frame.index, dtype=object)
    return mine.astype(object).where(mine.notna(), values)


def _called_off(work: Work, stored: Stored, frame: pd.DataFrame) -> pd.Series:
    """For lines of an order whose head is called off its status; not on lines of another customer's order."""
    heads = _heads(work, stored, frame["number"])
    heads = heads[heads["status"].isin(CALLED_OFF)]
    if heads.empty:
        return pd.Series(None, index=frame.index, dtype=object)
    found = heads.reindex(frame["number"].astype(object)).set_axis(frame.index)
    same = (
        frame["customer_id"].isna()
        | found["customer_id"].isna()
        | (frame["customer_id"] == found["customer_id"])
    )
    return found["status"].astype(object).where(same.fillna(True).astype(bool), None)


def _lacks(frame: pd.DataFrame, *columns: str) -> pd.Series:
    missing = pd.Series(False, index=frame.index)
    for column in columns:
        missing |= frame[column].isna() if column in frame else True
    return missing


def _heads(work: Work, stored: Stored, wanted: pd.Series) -> pd.DataFrame:
    heads = heads_in_file(work)
    if stored.is_empty("order"):
        return heads
    known = stored.rows("order", {"number": wanted.dropna().unique()}).set_index("number")
    known = _as_changed(known, work.cells_of("order"), HEAD_FACTS).reindex(columns=list(HEAD_FACTS))
    return pd.concat([heads, known[~known.index.isin(heads.index)]])


def _as_changed(known: pd.DataFrame, cells: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Stored records (by any index, with `id`) as this upload leaves them."""
    cells = cells[cells["field"].isin(columns)]
    places = {row: key for key, row in known["id"].items()} if len(cells) else {}
    for cell in cells[cells["id"].isin(places)].itertuples():
        known.at[places[cell.id], cell.field] = cell.after
    return known


# Products ---------------------------------------------------------------------------------------------------


def from_products(work: Work, stored: Stored, frame: pd.DataFrame) -> pd.DataFrame:
    """Lines that only carry a product's code take its name and category from the product, uploaded or stored."""
    if "product_code" not in frame:
        return frame
    for column, source in PRODUCT_FACTS:
        mine = frame[column] if column in frame else pd.Series(None, index=frame.index, dtype=object)
        asked = frame["product_code"][mine.isna()].dropna().unique()
        names = _products(work, stored, source, asked) if len(asked) else pd.Series(dtype=object)
        if len(names):
            frame[column] = mine.astype(object).where(mine.notna(), frame["product_code"].map(names))
    return frame


def _products(work: Work, stored: Stored, source: str, codes: pd.Series) -> pd.Series:
    """What the products of this upload, else the stored ones, say of themselves, by code."""
    told = [
        records.frame.dropna(subset=["code", source]).set_index("code")[source].astype(object)
        for _, records in work.of("product")
        if {"code", source} <= set(records.frame.columns)
    ]
    if not stored.is_empty("product"):
        held = stored.rows("product", {"code": codes})
        told.append(held.dropna(subset=[source]).set_index("code")[source])
    names = pd.concat(told) if told else pd.Series(dtype=object)
    return names[~names.index.duplicated()]


def lines_follow_products(work: Work, stored: Stored) -> None:
    """Stored lines that carry a product's code alone take the name and category of a product that comes later."""
    made = [frame for frame in work.created("product") if "code" in frame]
    if not made or stored.is_empty("purchase"):
        return
    products = pd.concat(made).dropna(subset=["code"]).drop_duplicates("code").set_index("code")
    lines = stored.unnamed_lines(products.index.tolist())
    cells = [
        _blanks_filled(lines, column, products[source])
        for column, source in PRODUCT_FACTS
        if source in products and len(lines)
    ]
    if cells:
        follow(work, stored, pd.concat(cells, ignore_index=True), "product", "code")


def _blanks_filled(lines: pd.DataFrame, column: str, names: pd.Series) -> pd.DataFrame:
    after = lines["product_code"].map(names)
    hit = lines[column].isna() & after.notna()
    found = {"id": lines["id"][hit], "after": after[hit], "code": lines["product_code"][hit]}
    cells = pd.DataFrame(found, dtype=object).assign(entity="purchase", field=column, before=None)
    return cells[[*CHANGE_COLUMNS, "code"]]
