"""The report's sheets on what is: the numbers, revenue, segments, movement, who comes back."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from crm_core.model.words import SEGMENTS
from crm_core.views.ahead import forecasts
from crm_core.views.exports import decimal_of
from crm_core.views.insights import cohorts, kpis
from crm_core.views.insights import who as insights
from crm_core.views.insights.movement import month_ends, movement
from crm_core.views.insights.periods import Period
from crm_core.views.words import long_day
from crm_core.workbook.write import ChartStyle, ColumnStyle, SheetContent

if TYPE_CHECKING:
    from crm_core.views.report.book import Scope

MONTHS = 24
MONEY_AXIS = "#,##0"
YES, NO = "reached", "not yet"
KINDS = {"money": "money", "count": "integer", "share": "percent"}


def numbers(scope: "Scope") -> SheetContent:
    """The tiles of the first page, one a row."""
    columns = (
        *map(ColumnStyle, ("Number", "This period", "Before", "Last year", "Goal", "Goal is")),
        ColumnStyle("What it means", "note", 60),
    )
    rows = [_number(kpi, scope.currency) for kpi in _kpis(scope)]
    title = ("The numbers", with_days_before(scope.span))
    return SheetContent("Numbers", columns, rows, title_rows=title, filter=False)


def trend(scope: "Scope") -> SheetContent | None:
    """The same numbers for the last twelve periods, with charts."""
    found = _kpis(scope)
    known = [any(kpi.history[place][1] for kpi in found) for place in range(len(found[0].history))]
    steps = [label for (label, _), some in zip(found[0].history, known, strict=True) if some]
    if len(steps) < 2:
        return None
    columns = (ColumnStyle("Period", "text", 22), *(ColumnStyle(kpi.label, KINDS[kpi.kind]) for kpi in found))
    values = [
        [_exact(kpi.kind, value) for (_, value), some in zip(kpi.history, known, strict=True) if some]
        for kpi in found
    ]
    charts = tuple(
        ChartStyle(kpi.label, "line", "Period", (kpi.label,), "0%" if kpi.kind == "share" else MONEY_AXIS)
        for kpi in found
    )
    rows = list(zip(steps, *values, strict=True))
    return SheetContent("Trend", columns, rows, title_rows=("Twelve periods",), filter=False, charts=charts)


def _kpis(scope: "Scope") -> tuple[kpis.Kpi, ...]:
    return kpis.kpis(scope.database, scope.span, scope.whom)


def _exact(kind: str, value: Any) -> Any:
    if value is None or pd.isna(value):
        return None
    return _money(value) if kind == "money" else share(value) if kind == "share" else value


def with_days_before(span: Period) -> str:
    """The period, and the days that it is compared with."""
    first, last = (long_day(day.isoformat()) for day in (span.before_start, span.before_end))
    return f"{span.words}; before: {first} to {last}"


def _number(kpi: Any, currency: str) -> tuple[Any, ...]:
    said = [_said(kpi.kind, value, currency) for value in (kpi.value, kpi.before, kpi.last_year, kpi.goal)]
    return (kpi.label, *said, _reached(kpi), kpi.help)


def _said(kind: str, value: Any, currency: str) -> str | None:
    from crm_core.views.words import money, percent

    if value is None or pd.isna(value):
        return None
    if kind == "money":
        return money(value, currency)
    return percent(value) if kind == "share" else f"{int(value):,}"


def _reached(kpi: Any) -> str | None:
    if kpi.goal is None or kpi.value is None:
        return None
    return YES if (kpi.value >= kpi.goal) == (kpi.good == "up") or kpi.value == kpi.goal else NO


def revenue(scope: "Scope") -> SheetContent | None:
    """Revenue by month with the year before, and the months to come."""
    past = insights.revenue_by_month(scope.database, scope.as_of, whom=scope.whom).frame
    if past.empty:
        return None
    came = dict(zip(past["month"], past["revenue"], strict=True))
    orders = dict(zip(past["month"], past["orders"], strict=True))
    ahead = forecasts.revenue_ahead(scope.database, scope.as_of, whom=scope.whom).set_index("month")
    months = sorted({*list(came)[-MONTHS:], *ahead.index})
    rows = [_month(month, came, orders, ahead) for month in months]
    columns = (
        ColumnStyle("Month", "text", 12), ColumnStyle("Orders", "integer"), ColumnStyle("Revenue", "money"),
        ColumnStyle("A year before", "money"), ColumnStyle("Expected", "money"), ColumnStyle("At least", "money"),
        ColumnStyle("At most", "money"),
    )  # fmt: skip
    drawn = ("Revenue", "A year before", "Expected", "At least", "At most")
    chart = ChartStyle("Revenue by month", "line", "Month", drawn, MONEY_AXIS, drawn[1:])
    title = ("Revenue by month", "Expected: the months to come, where a forecast can be made")
    return SheetContent("Revenue", columns, rows, title_rows=title, filter=False, charts=(chart,))


def _month(month: str, came: dict[str, int], orders: dict[str, int], ahead: pd.DataFrame) -> tuple[Any, ...]:
    before = f"{int(month[:4]) - 1}{month[4:]}"
    expected = [ahead[name].get(month) if len(ahead) else None for name in ("expected", "low", "high")]
    return (
        f"{pd.Timestamp(month):%b %Y}", orders.get(month), _money(came.get(month)), _money(came.get(before)),
        *map(_money, expected),
    )  # fmt: skip


def share(value: Any) -> float | None:
    """A share with as many digits as a cell of a report needs: 54.18 %."""
    return None if value is None or pd.isna(value) else round(float(value), 4)


def _money(amount: Any) -> Decimal | None:
    return None if amount is None or pd.isna(amount) else decimal_of(round(float(amount)))


def segments(scope: "Scope") -> SheetContent:
    """People, share and revenue by segment; came in and left since the month end a year ago."""
    frame = insights.distribution(scope.database, "segment", scope.as_of, whom=scope.whom).frame
    moved = _moved(scope)
    rows = [
        (row.value, row.people, share(row.share), _money(row.revenue), *moved.get(row.value, (None, None)))
        for row in frame.itertuples()
    ]
    columns = (
        ColumnStyle("Segment", "text", 22), ColumnStyle("People", "integer"), ColumnStyle("Share", "percent"),
        ColumnStyle("Revenue", "money"), ColumnStyle("Came in", "integer"), ColumnStyle("Left", "integer"),
    )  # fmt: skip
    charts = (
        ChartStyle("People by segment", "bar", "Segment", ("People",)),
        ChartStyle("Revenue by segment", "bar", "Segment", ("Revenue",), MONEY_AXIS),
    )
    title = (
        "Segments",
        f"As of {long_day(scope.as_of.isoformat())}; came in and left: {_since_words(scope)}",
    )
    return SheetContent("Segments", columns, rows, title_rows=title, filter=False, charts=charts)


def _since(scope: "Scope") -> date:
    return month_ends(scope.as_of)[0]


def _since_words(scope: "Scope") -> str:
    return f"since {long_day(_since(scope).isoformat())}"


def _matrix(scope: "Scope") -> pd.DataFrame:
    return movement(scope.database, scope.as_of, _since(scope), scope.whom).marks.frame


def _moved(scope: "Scope") -> dict[str, tuple[int, int]]:
    frame = _matrix(scope)
    gone = frame[frame["before"] != frame["after"]] if len(frame) else frame
    if gone.empty:
        return {}
    came, left = gone.groupby("after")["people"].sum(), gone.groupby("before")["people"].sum()
    return {word: (int(came.get(word, 0)), int(left.get(word, 0))) for word in SEGMENTS}


def movement_rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """One row a segment of then, one column a segment of now."""
    table = frame.pivot_table(index="before", columns="after", values="people", aggfunc="sum")
    table = (
        table.reindex(index=SEGMENTS, columns=SEGMENTS)
        .astype(object)
        .where(lambda cells: cells.notna(), None)
    )
    return [(word, *(None if value is None else int(value) for value in row))
            for word, row in zip(table.index, table.itertuples(index=False, name=None), strict=True)]  # fmt: skip


def movement_sheet(scope: "Scope") -> SheetContent | None:
    """From which segment (rows) to which (columns) people moved."""
    frame = _matrix(scope)
    if frame.empty:
        return None
    columns = (ColumnStyle("Was", "text", 20), *(ColumnStyle(word, "integer", 11) for word in SEGMENTS))
    title = (
        "Who moved",
        f"Rows: the segment on {long_day(_since(scope).isoformat())}; columns: the segment now",
    )
    return SheetContent(
        "Movement", columns, movement_rows(frame), title_rows=title, filter=False, heat=(SEGMENTS,)
    )


def coming_back(scope: "Scope") -> SheetContent | None:
    """Of those who first bought in a month, the share who bought in each month after."""
    frame = cohorts.cohorts(scope.database, scope.as_of, scope.whom).frame
    if frame.empty:
        return None
    ages = [str(age) for age in range(int(frame["age"].max()) + 1)]
    rows = [
        (cohort, int(rows["size"].iloc[0]), *_shares(rows, ages))
        for cohort, rows in frame.groupby("cohort", sort=False)
    ]
    columns = (
        ColumnStyle("First bought", "text", 14), ColumnStyle("People", "integer"),
        *(ColumnStyle(age, "percent", 8) for age in ages),
    )  # fmt: skip
    title = (
        "Who comes back",
        "Share of those who first bought in a month, by months since; 0 is the month itself",
    )
    return SheetContent(
        "Who comes back",
        columns,
        rows,
        title_rows=title,
        filter=False,
        heat=(tuple(ages[1:]),) if ages[1:] else (),
    )


def _shares(rows: pd.DataFrame, ages: list[str]) -> list[float | None]:
    known = dict(zip(rows["age"].astype(int).astype(str), map(share, rows["share"]), strict=True))
    return [known.get(age) for age in ages]
