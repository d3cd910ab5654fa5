"""Amounts in another currency than the one that is kept: a column of currencies says which rows they are."""

import pandas as pd

from crm_core.intake import lexicon
from crm_core.intake.clean.one_number import CURRENCIES
from crm_core.intake.tables.find import Table
from crm_core.model.entities import Kind
from crm_core.model.folding import fold
from crm_core.model.registry import ENTITIES

Found = tuple[pd.DataFrame, pd.DataFrame]  # the frame, and its problems: row, column, value, message


def without_foreign(entity: str, table: Table, frame: pd.DataFrame, kept: str | None) -> Found:
    """`frame` with the amounts of rows in another currency left out; each such row is a problem.

    `kept`: the company's currency; where nobody said, the one that most rows have.
    """
    none = pd.DataFrame(columns=["row", "column", "value", "message"])
    column = next(
        (column for column in table.columns if fold(column.header) in lexicon.flat("currency")), None
    )
    money = [
        field.column
        for field in ENTITIES[entity].fields
        if field.kind is Kind.MONEY and field.column in frame
    ]
    if column is None or not money:
        return frame, none
    named = _codes(table.rows[column.position])
    if named.isna().all():
        return frame, none
    own = kept or str(named.mode().iloc[0])
    foreign = named.notna() & (named != own)
    told = [(row, column.header, code, _said(code, own)) for row, code in named[foreign].items()]
    frame = frame.assign(**{name: frame[name].mask(foreign) for name in money}) if foreign.any() else frame
    return frame, pd.DataFrame(told, columns=none.columns)


def _codes(cells: pd.Series) -> pd.Series:
    """The currency that each cell names; missing where it names none that is known."""
    known = {
        text: CURRENCIES.get(fold(text)) or CURRENCIES.get(text.strip().lower())
        for text in cells.dropna().unique()
    }
    return cells.map({text: code for text, code in known.items() if code}).astype("str")


def _said(code: str, own: str) -> str:
    return f"This row is in {code}, and the amounts are kept in {own}: its amounts were left out. Convert them first."
