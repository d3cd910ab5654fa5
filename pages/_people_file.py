"""The people of a question as a workbook: exactly those found, with the columns that the grid shows."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pandas as pd

from crm_core.model.entities import Kind
from crm_core.model.words import MONEY_UNIT
from crm_core.views import customers
from crm_core.views.customers import PeopleQuery
from pages._parts import Desk

# Text stays text: no cell becomes a formula, a link or a number by its look.
AS_IT_IS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
WIDEST = 45
FORMATS = {Kind.DATE: "yyyy-mm-dd", Kind.MONEY: "#,##0.00"}


def people_frame(desk: Desk, query: PeopleQuery) -> pd.DataFrame:
    """All pages of the question as one frame, in its order, driver-ready."""
    whole = replace(query, page=1, size=customers.MOST)
    first = customers.people(desk.database, whole, desk.as_of)
    more = [
        customers.people(desk.database, replace(whole, page=page), desk.as_of).frame
        for page in range(2, first.pages + 1)
    ]
    return pd.concat([first.frame, *more], ignore_index=True)[list(query.columns)]


def people_workbook(desk: Desk, query: PeopleQuery) -> bytes:
    """The bytes of an .xlsx: labels as headers (frozen, with a filter), days as days, money in whole units."""
    frame = people_frame(desk, query)
    kinds = {name: customers.field(name).kind for name in frame}
    labels = [customers.field(name).label for name in frame]
    cells = pd.DataFrame({name: _cells(frame[name], kinds[name]) for name in frame}).set_axis(labels, axis=1)
    target = BytesIO()
    options: dict[str, Any] = {"engine": "xlsxwriter", "engine_kwargs": {"options": AS_IT_IS}}
    with pd.ExcelWriter(target, **options) as book:
        cells.to_excel(book, sheet_name="Customers", index=False, freeze_panes=(1, 0))
        sheet = book.sheets["Customers"]
        sheet.autofilter(0, 0, max(1, len(cells)), len(labels) - 1)
        for place, (name, label) in enumerate(zip(frame, labels, strict=True)):
            shape = book.book.add_format({"num_format": FORMATS.get(kinds[name], "General")})
            sheet.set_column(place, place, _width(cells[label], label), shape)
    return target.getvalue()


def _cells(column: pd.Series, kind: Kind) -> pd.Series:
    if kind is Kind.MONEY:
        return pd.to_numeric(column).astype("Float64") / MONEY_UNIT
    if kind is Kind.DATE:
        return pd.to_datetime(column, errors="coerce").dt.date
    return column


def _width(column: pd.Series, label: str) -> int:
    longest = column.head(1_000).astype("str").str.len().max() if len(column) else 0
    return int(min(WIDEST, max(8, len(label), longest if longest == longest else 0)) + 2)
