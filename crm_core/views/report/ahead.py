"""The report's sheets on what is to come, and its lists: the last forecast, whom to save, best customers, products."""

from typing import TYPE_CHECKING

import pandas as pd

from crm_core.ledger.reading import queries
from crm_core.model.conditions import All, Where
from crm_core.views.ahead import forecasts
from crm_core.views.exports import decimal_of
from crm_core.views.goods import products as goods
from crm_core.views.report.now import share, with_days_before
from crm_core.workbook.write import ChartStyle, ColumnStyle, SheetContent

if TYPE_CHECKING:
    from crm_core.views.report.book import Scope

LISTED = 100
BEST = ("name", "company", "owner", "segment", "orders", "revenue", "last_on", "p_alive", "clv_12m")


def quality(scope: "Scope") -> SheetContent | None:
    """What the last forecast said against what came, by orders before."""
    found = forecasts.quality(scope.database, scope.as_of)
    if found is None:
        return None
    rows = [(str(row.orders), int(row.people), round(float(row.forecast), 1), int(row.actual))
            for row in found.by_orders.itertuples()]  # fmt: skip
    columns = (
        ColumnStyle("Orders before", "text", 16), ColumnStyle("People", "integer"),
        ColumnStyle("Forecast", "number"), ColumnStyle("Came", "integer"),
    )  # fmt: skip
    chart = ChartStyle("Orders by orders before", "column", "Orders before", ("Forecast", "Came"))
    title = ("How good the last forecast was", found.words)
    return SheetContent("Last forecast", columns, rows, title_rows=title, filter=False, charts=(chart,))


def to_save(scope: "Scope") -> SheetContent | None:
    """Customers by what is at stake: worth most and likely to leave."""
    frame = forecasts.save_first(scope.database, scope.as_of, scope.whom, LISTED).frame
    if frame.empty:
        return None
    rows = [
        (
            row.name_,
            row.segment,
            row.last_on,
            share(row.p_alive),
            decimal_of(int(row.clv_12m)),
            decimal_of(int(row.at_stake)),
        )
        for row in frame.rename(columns={"name": "name_"}).itertuples()
    ]
    columns = (
        ColumnStyle("Name"), ColumnStyle("Segment"), ColumnStyle("Last bought", "date"),
        ColumnStyle("Still a customer", "percent"), ColumnStyle("Value of 12 months", "money"),
        ColumnStyle("At stake", "money"),
    )  # fmt: skip
    title = (
        "Whom to save first",
        "At stake: what they may bring in 12 months × how likely it is that they are gone",
    )
    return SheetContent("To save", columns, rows, title_rows=title)


def best(scope: "Scope") -> SheetContent | None:
    """The customers who spent most."""
    bought = All((scope.whom, Where("orders", "at least", 1)))
    with scope.database.read() as connection:
        frame = queries.people_frame(
            connection, bought, BEST, scope.as_of, order_by=[("revenue", True)], limit=LISTED
        )
    if frame.empty:
        return None
    rows = [_best(row) for row in frame.astype(object).where(frame.notna(), None).to_dict("records")]
    columns = (
        ColumnStyle("Name"), ColumnStyle("Company"), ColumnStyle("Owner"), ColumnStyle("Segment"),
        ColumnStyle("Orders", "integer"), ColumnStyle("Revenue", "money"), ColumnStyle("Last bought", "date"),
        ColumnStyle("Still a customer", "percent"), ColumnStyle("Value of 12 months", "money"),
    )  # fmt: skip
    title = ("Best customers", f"The {len(rows)} who spent most in all")
    return SheetContent("Best customers", columns, rows, title_rows=title)


def _best(row: dict) -> tuple:
    money = {
        name: None if row[name] is None else decimal_of(int(row[name])) for name in ("revenue", "clv_12m")
    }
    return tuple({**row, **money, "p_alive": share(row["p_alive"])}[name] for name in BEST)


def products(scope: "Scope") -> SheetContent | None:
    """Best sellers of the period against the period before."""
    frame = goods.best_sellers(scope.database, scope.span, scope.whom, LISTED).frame
    if frame.empty:
        return None
    rows = [
        (row.product, None if pd.isna(row.category) else row.category, int(row.people), float(row.quantity),
         decimal_of(int(row.revenue)), decimal_of(int(row.before)))
        for row in frame.itertuples()
    ]  # fmt: skip
    columns = (
        ColumnStyle("Product"), ColumnStyle("Category"), ColumnStyle("People", "integer"),
        ColumnStyle("Quantity", "number"), ColumnStyle("Revenue", "money"), ColumnStyle("Before", "money"),
    )  # fmt: skip
    title = ("What sold best", with_days_before(scope.span))
    return SheetContent("Products", columns, rows, title_rows=title)
