"""Revenue by month against the same months a year before, and what is expected next."""

import pandas as pd

from crm_core.model.conditions import EVERYBODY, Condition
from crm_core.model.words import MONEY_UNIT
from crm_core.views.ahead import forecasts
from crm_core.views.insights import who as insights
from crm_core.views.insights.marks import Marks
from crm_core.views.insights.periods import Period
from pages._charts.basic import MONTHS, months
from pages._insights.marks import chart, colours, sign
from pages._parts import Desk, money

SHOWN = 12  # months up to today, and more where the period began earlier
MOST = 36
AMOUNTS = ("revenue", "before", "expected", "low", "high")


def revenue(desk: Desk, span: Period, whom: Condition) -> None:
    """The months of the period are solid, the year before is hatched, what is expected dashed."""
    found = insights.revenue_by_month(desk.database, desk.as_of, whom=whom)
    ahead = forecasts.revenue_ahead(desk.database, desk.as_of, whom=whom)
    marks = shown(found, ahead, span)
    named = [f"{pd.Timestamp(month):%B %Y}" for month in marks.frame["month"]]
    earlier = [f"{pd.Timestamp(month) - pd.DateOffset(years=1):%B %Y}" for month in marks.frame["month"]]
    since, until = f"{span.start:%Y-%m}", f"{span.end:%Y-%m}"
    chart(
        "Revenue by month", marks, lambda frame: months(frame, colours(), sign(desk), since, until),
        [*_labels(desk, marks.frame, named), *earlier], key="revenue_by_month", amounts=AMOUNTS,
        titles=[f"Bought in {name}" for name in (*named, *earlier)],
        listed=[place for place, amount in enumerate(marks.frame["revenue"]) if amount == amount],
        help="All purchases, returns taken off. The months of the period are solid; hatched behind them the same "
        "month a year before; dashed what is expected, with the range it will likely lie in.",
        alt=_alt(desk, marks.frame, named), nothing="" if len(found.frame) else "Nothing has been bought yet.",
    )  # fmt: skip


def shown(found: Marks, ahead: pd.DataFrame, span: Period) -> Marks:
    """The months to draw, with the same month a year before and what is expected.

    Conditions: those of the months, then, in the same order, of the months a year before; everybody where there is
    no such month, which no mark leads to.
    """
    whole = found.frame.set_index("month").astype({"orders": "float64", "revenue": "float64"})
    first, last = window(list(whole.index), span)
    part = (
        whole.loc[first:last, ["orders", "revenue"]]
        if len(whole)
        else whole.reindex(columns=["orders", "revenue"])
    )
    if len(whole) and last == whole.index[-1]:
        part = part.join(ahead.set_index("month")[["expected", "low", "high"]], how="outer")
    frame = part.rename_axis("month").reset_index()
    earlier = [_year_before(month) for month in frame["month"]]
    frame["before"] = whole["revenue"].reindex(earlier).to_numpy()
    people = dict(zip(whole.index, found.conditions, strict=True))
    return Marks(
        frame.reindex(columns=list(MONTHS)).astype(dict.fromkeys(MONTHS[1:], "float64")),
        tuple(people.get(month, EVERYBODY) for month in (*frame["month"], *earlier)),
    )


def window(known: list[str], span: Period) -> tuple[str, str]:
    """The first and the last month to show: a year up to today, back to the period's start, at most MOST months."""
    if not known:
        return "", ""
    start, end = f"{span.start:%Y-%m}", f"{span.end:%Y-%m}"
    first = max(min(start, known[-SHOWN:][0]), known[0])
    count = sum(month >= first for month in known)
    if count <= MOST:
        return first, known[-1]
    upto = [month for month in known if month <= end] or known
    return max(first, upto[-MOST:][0]), upto[-1]


def _year_before(month: str) -> str:
    return f"{int(month[:4]) - 1}{month[4:]}"


def _labels(desk: Desk, frame: pd.DataFrame, named: list[str]) -> list[str]:
    return [f"{name}: {money(amount, desk)}" for name, amount in zip(named, frame["revenue"], strict=True)]


def _alt(desk: Desk, frame: pd.DataFrame, named: list[str]) -> str:
    """The last month, the one a year before, and the next one in a sentence."""
    known = frame.dropna(subset=["revenue"])
    if known.empty:
        return "No revenue yet"
    last = known.iloc[-1]
    said = f"Revenue of {len(known)} months; {named[known.index[-1]]}: {money(last['revenue'], desk)}"
    if last["before"] == last["before"]:
        said += f", a year before {money(last['before'], desk)}"
    ahead = frame.dropna(subset=["expected"])
    if len(ahead):
        whole = round(float(ahead["expected"].sum()) / MONEY_UNIT) * MONEY_UNIT
        said += f"; {money(whole, desk)} expected in the next {len(ahead)} months"
    return said
