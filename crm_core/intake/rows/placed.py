"""A line that was corrected beyond recognition still stands where it stood: between the same two neighbours."""

import numpy as np
import pandas as pd

from crm_core.intake.rows.gone import Named
from crm_core.intake.stored import Stored

TOLD = ("customer_id", "number", "date", "product_code", "product", "quantity", "amount")
ALIKE = 2  # so much at least has to agree


def placed_partners(
    rest: pd.DataFrame, frame: pd.DataFrame, known: pd.Series, stored: Stored, named: Named
) -> tuple[pd.Series, pd.DataFrame]:
    """Stored ids by row, and these stored lines.

    An upload stores its lines one after the other. Where the rows above and below a new one are stored with one line
    between them, and the upload names that line no more, the new row is its correction, if they agree in something.
    `frame`: all lines of the sheet in order, `known`: which of them are stored as they are.
    """
    none = pd.Series(dtype="int64"), pd.DataFrame()
    between = _between(rest, frame, known, stored) if len(rest) and known.any() else none[0]
    if between.empty:
        return none
    lines = named.unnamed(stored.rows("purchase", {"id": between.unique()}))
    met = between[between.isin(lines["id"])] if len(lines) else between[:0]
    if met.empty:
        return none
    ours = lines.drop_duplicates("id").set_index("id").loc[met].set_axis(met.index)
    return met[_agree(rest.loc[met.index], ours) >= ALIKE], lines


def _between(rest: pd.DataFrame, frame: pd.DataFrame, known: pd.Series, stored: Stored) -> pd.Series:
    """By row the id between those of its neighbours, where both are known and exactly one is missing."""
    flags = known.to_numpy(dtype=bool)
    places = frame.index.get_indexer(rest.index)
    inside = places[(places > 0) & (places < len(frame) - 1)]
    inside = inside[flags[inside - 1] & flags[inside + 1]]
    if not len(inside):
        return pd.Series(dtype="int64")
    keys = frame["source_key"].to_numpy()
    wanted = np.unique(keys[np.concatenate([inside - 1, inside + 1])]).tolist()
    held = (
        stored.rows("purchase", {"source_key": wanted})
        .drop_duplicates("source_key")
        .set_index("source_key")["id"]
    )
    above, below = (pd.Series(keys[inside + step]).map(held).astype("Float64") for step in (-1, 1))
    apart = (below - above == 2).fillna(False).to_numpy(dtype=bool)
    return pd.Series((above[apart] + 1).astype("int64").to_numpy(), index=frame.index[inside[apart]])


def _agree(rows: pd.DataFrame, ours: pd.DataFrame) -> pd.Series:
    """In how many columns both say the same."""
    agreeing = pd.Series(0, index=rows.index)
    for name in TOLD:
        if name in rows and name in ours:
            mine, theirs = (
                side[name].astype(object).where(side[name].notna(), None) for side in (rows, ours)
            )
            agreeing += [int(a is not None and a == b) for a, b in zip(mine, theirs, strict=True)]
    return agreeing
