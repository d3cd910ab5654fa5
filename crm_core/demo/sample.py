"""A sample workbook to try the upload with: three sheets as people keep them, with a few of the usual faults."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from crm_core.demo.cafe import NAME, SEED, make_cafe
from crm_core.model.words import MONEY_UNIT
from crm_core.workbook.write import ColumnStyle, SheetContent, write_xlsx

CUSTOMERS, PURCHASES, CONTACTS = 120, 900, 60
BAD_DATE, BAD_EMAIL, VAGUE_DATE = "31.02.2025", "somebody(at)example.com", "last Tuesday"
LOYALTY_CARDS = ("green", "yellow", None)

Sheet = dict[str, tuple[str, str]]  # header → field of the café, kind of the column
CUSTOMER_SHEET: Sheet = {
    "Customer No": ("code", "text"),
    "Name": ("name", "text"),
    "E-mail": ("email", "text"),
    "Phone": ("phone", "text"),
    "Company": ("company", "text"),
    "City": ("city", "text"),
    "Birthday": ("birthday", "date"),
    "Owner": ("owner", "text"),
    "Likes": ("likes", "text"),
    "May be called": ("may_call", "text"),
    "Loyalty card": ("card", "text"),
}
PURCHASE_SHEET: Sheet = {
    "Receipt No": ("number", "text"),
    "Customer No": ("code", "text"),
    "Date": ("date", "date"),
    "Time": ("time", "text"),
    "Product": ("product", "text"),
    "Category": ("category", "text"),
    "Quantity": ("quantity", "integer"),
    "Unit price": ("price", "money"),
    "Amount": ("amount", "money"),
}
CONTACT_SHEET: Sheet = {
    "Customer No": ("code", "text"),
    "Date": ("date", "date"),
    "Type": ("type", "text"),
    "Channel": ("channel", "text"),
    "Outcome": ("outcome", "text"),
    "Colleague": ("owner", "text"),
    "Note": ("note", "text"),
}


def sample_workbook(seed: int = SEED, *, as_of: date) -> bytes:
    """An .xlsx file of three sheets: Customers, Purchases and Contacts.

    120 customers below a title row: one stands twice, one perhaps, one e-mail is wrong. 900 purchases, two dates of
    which are none, with a row of totals. 60 contacts.
    """
    cafe = _renumbered(make_cafe(CUSTOMERS, PURCHASES, seed, as_of=as_of))
    codes = cafe["customer"].set_index("id")["code"]
    sheets = (
        _sheet("Customers", CUSTOMER_SHEET, _customers(cafe["customer"]), (f"{NAME}: our customers",)),
        _sheet("Purchases", PURCHASE_SHEET, _purchases(cafe["purchase"], codes)),
        _sheet("Contacts", CONTACT_SHEET, _contacts(cafe["interaction"], codes)),
    )
    return write_xlsx(sheets, properties={"title": "Sample workbook of Regulars, made up"})


def _renumbered(cafe: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Numbers of its own, so that the workbook can also be uploaded beside the made-up café."""
    people, lines = cafe["customer"], cafe["purchase"]
    people = people.assign(code=people["code"].str.replace("DEMO-", "K"))
    return {**cafe, "customer": people, "purchase": lines.assign(number="S" + lines["number"].str.slice(1))}


def _customers(people: pd.DataFrame) -> pd.DataFrame:
    """The customers, one again at the end under the same number, one under another, one e-mail that is none."""
    cards = pd.Series(LOYALTY_CARDS, dtype="str")
    people = people.assign(card=cards.iloc[people.index % len(cards)].to_numpy())
    people.loc[29, "email"] = BAD_EMAIL
    again = people.iloc[[19]].assign(name=people["name"].iloc[19].upper())
    maybe = people[people["email"].notna()].iloc[[49]].assign(code=f"K{len(people) + 1:04d}")
    return pd.concat([people, again, maybe], ignore_index=True)


def _purchases(lines: pd.DataFrame, codes: pd.Series) -> pd.DataFrame:
    """The lines, two with a date that is none, and the row of totals below."""
    money = {name: lines[name] / MONEY_UNIT for name in ("price", "amount")}
    lines = lines.assign(code=lines["customer_id"].map(codes), **money)
    lines.loc[[99, 499], "date"] = [BAD_DATE, VAGUE_DATE]
    total = {
        "number": "Total",
        "quantity": lines["quantity"].sum(),
        "amount": round(lines["amount"].sum(), 2),
    }
    return pd.concat([lines, pd.DataFrame([total])], ignore_index=True)


def _contacts(contacts: pd.DataFrame, codes: pd.Series) -> pd.DataFrame:
    latest = contacts.tail(CONTACTS)
    return latest.assign(code=latest["customer_id"].map(codes))


def _sheet(name: str, columns: Sheet, frame: pd.DataFrame, titles: tuple[str, ...] = ()) -> SheetContent:
    styles = tuple(ColumnStyle(header, kind) for header, (_, kind) in columns.items())
    cells = [[_cell(value, kind) for value in frame[field]] for field, kind in columns.values()]
    return SheetContent(name, styles, _rows(cells), title_rows=titles)


def _rows(cells: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    return list(zip(*cells, strict=True))


def _cell(value: Any, kind: str) -> Any:
    if pd.isna(value):
        return None
    return _day(value) if kind == "date" else value


def _day(text: str) -> date | str:
    """A date cell where the text is a day; a fault stays the text that it is."""
    return text if text in (BAD_DATE, VAGUE_DATE) else date.fromisoformat(text)
