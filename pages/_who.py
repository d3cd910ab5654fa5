"""Who the customers are: segments, recency and frequency, tiers, patterns, stages, and who brings the revenue."""

import pandas as pd
import streamlit as st

from crm_core.views import insights
from crm_core.views.insights import Marks
from pages import _charts
from pages._marks import chart, colours
from pages._parts import Desk, counted, percent

SHARES = (0.01, 0.05, 0.1, 0.2, 0.5, 1.0)
TITLES = {
    "segment": "Segments", "tier": "Tiers", "pattern": "How they buy", "stage": "How far the relation has come",
}  # fmt: skip


def words(desk: Desk, name: str) -> None:
    """People by segment, tier, pattern or stage."""
    marks = insights.distribution(desk.database, name, desk.as_of)
    frame = marks.frame
    labels = [
        f"{value}: {counted(people, 'person', 'people')}, {percent(share)}"
        for value, people, share in zip(frame["value"], frame["people"], frame["share"], strict=True)
    ]
    chart(
        TITLES[name], marks, lambda rows: _charts.bars(rows, colours(), label="value"), labels, key=name,
        titles=[f"{name}: {value}" for value in frame["value"]], help=insights.help_of(name),
        alt=f"People by {name}; most are {_most(marks)}",
    )  # fmt: skip


def _most(marks: Marks) -> str:
    return str(marks.frame.loc[marks.frame["people"].idxmax(), "value"])


def grid(desk: Desk) -> None:
    """The 25 cells of recency and frequency."""
    marks = insights.rfm_grid(desk.database, desk.as_of)
    cells = marks.frame
    labels = [
        f"recency {r}, frequency {f}: {counted(people, 'person', 'people')}"
        for r, f, people in zip(cells["r"], cells["f"], cells["people"], strict=True)
    ]
    chart(
        "How lately and how often", marks, lambda rows: _charts.heat(rows, colours()), labels, key="rfm",
        titles=[f"Recency {r}, frequency {f}" for r, f in zip(cells["r"], cells["f"], strict=True)],
        help="Buyers scored 1 to 5 by how lately they bought (across) and how often (upwards)",
        alt="Buyers by recency and frequency score; top right buys most often and bought last",
    )  # fmt: skip


def pareto(desk: Desk) -> None:
    """How much of the revenue the best customers bring."""
    marks = insights.pareto(desk.database, desk.as_of)
    shares = marks.frame["people_share"]
    listed = sorted({int((shares - share).abs().idxmin()) for share in SHARES}) if len(shares) else []
    names = [
        f"the best {percent(share)}: {counted(people, 'person', 'people')}"
        for share, people in zip(shares, marks.frame["people"], strict=True)
    ]
    chart(
        "Who brings the revenue", marks, lambda frame: _charts.curve(frame, colours()), names, key="pareto",
        listed=listed,
        titles=[name.split(":")[0].capitalize() + " of customers" for name in names],
        help="Customers from the one who spent most to the one who spent least", alt=_fifth(marks.frame),
    )  # fmt: skip


def _fifth(frame: pd.DataFrame) -> str:
    if frame.empty:
        return "Nobody has bought yet"
    fifth = frame.loc[(frame["people_share"] - 0.2).abs().idxmin()]
    people, revenue = percent(fifth["people_share"]), percent(fifth["revenue_share"])
    return f"The best {people} of customers bring {revenue} of the revenue"


def everybody(desk: Desk) -> None:
    """All of them, two a row."""
    with st.grid(2, min_column_width=330):
        words(desk, "segment")
        grid(desk)
        words(desk, "tier")
        words(desk, "pattern")
        words(desk, "stage")
        pareto(desk)
