"""What a file says about somebody as they were before a merge: known since, and no news."""

import pandas as pd

from crm_core.model.entities import Kind
from crm_core.model.folding import fold, phone_key
from crm_core.model.registry import CUSTOMER

KEYS = ("code", "email", "phone", "name")
PHONES = tuple(field.name for field in CUSTOMER.fields if field.kind is Kind.PHONE)


def without_former(cells: pd.DataFrame, ids: pd.Series, former: set[tuple[int, str, str]]) -> pd.DataFrame:
    """The changed cells that are news. `cells`: CHANGE_COLUMNS and row; `ids`: the stored customer of every row.

    A row with a former code, e-mail, phone or name is the record from before the merge: of it only what was never
    said counts; and where the customer has another row here, nothing, so that the two do not take turns.
    """
    if not former or cells.empty:
        return cells
    known = pd.Series(_known(cells, former), index=cells.index, dtype=bool)
    old = set(cells.loc[known & cells["field"].isin(KEYS), "row"])
    own = set(ids[~ids.index.isin(old)])
    first = ids[ids.index.isin(old) & ~ids.isin(own)].drop_duplicates()
    past = cells["row"].isin(old)
    return cells[~past | (~known & cells["row"].isin(first.index))]


def _known(cells: pd.DataFrame, former: set[tuple[int, str, str]]) -> list[bool]:
    texts = cells["after"].astype("str")
    said = texts.map(fold, na_action="ignore").where(~cells["field"].isin(PHONES), phone_key(texts))
    return [
        (int(number), name, text) in former
        for number, name, text in zip(cells["id"], cells["field"], said, strict=True)
    ]
