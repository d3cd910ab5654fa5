"""Two big tables with the headers of somebody's workbook, to measure an upload with."""

from datetime import date

import numpy as np
import pandas as pd

from crm_core.demo.cafe import COLLEAGUES, COUNTRY, CURRENCY, SEED
from crm_core.demo.crowd import make_crowd
from crm_core.demo.customers import customer_frame
from crm_core.demo.habits import days_of
from crm_core.demo.visits import make_orders, purchase_frame
from crm_core.model.words import MONEY_UNIT

CUSTOMER_COLUMNS = {
    "Customer ID": "code",
    "Name": "name",
    "E-mail": "email",
    "Phone": "phone",
    "Company": "company",
    "City": "city",
    "Birthday": "birthday",
    "Tags": "tags",
    "Owner": "owner",
    "Customer Since": "since",
}
PURCHASE_COLUMNS = {
    "Order ID": "number",
    "Customer ID": "code",
    "Order Date": "date",
    "Product": "product",
    "Amount": "amount",
}
DATES = ("Birthday", "Customer Since", "Order Date")


def volume(
    customers: int = 100_000, purchases: int = 500_000, seed: int = SEED, *, as_of: date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Customers (10 columns) and purchases (5), as they would stand on two sheets.

    Columns: CUSTOMER_COLUMNS, PURCHASE_COLUMNS. Texts are `str`, days datetime64 (NaT: not known), amounts float in
    whole currency units. Any size; 100,000 and 500,000 take a few seconds.
    """
    rng = np.random.default_rng(seed)
    days, owners = days_of(as_of), [name for name, *_ in COLLEAGUES]
    crowd = make_crowd(customers, rng)
    people = customer_frame(crowd, days, COUNTRY, as_of, owners, rng)
    lines = purchase_frame(crowd, make_orders(crowd, purchases, days, rng), days, CURRENCY, rng)
    lines["code"] = people["code"].take(-1 - lines["customer_id"].to_numpy()).array
    lines["amount"] = lines["amount"] / MONEY_UNIT
    return _sheet(people, CUSTOMER_COLUMNS), _sheet(lines, PURCHASE_COLUMNS)


def _sheet(frame: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    sheet = frame[list(columns.values())].set_axis(list(columns), axis=1)
    dates = [name for name in DATES if name in sheet]
    return sheet.assign(**{name: pd.to_datetime(sheet[name], format="%Y-%m-%d") for name in dates})
