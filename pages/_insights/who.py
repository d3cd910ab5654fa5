"""Who the customers are: segments, recency and frequency, who brings the revenue, where they live, how they buy."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from crm_core.model.conditions import Condition
from crm_core.views.insights import classes, places
from crm_core.views.insights import who as insights
from crm_core.views.insights.marks import Marks
from crm_core.views.insights.periods import Period
from pages._charts import basic, cells
from pages._insights.marks import chart, colours
from pages._parts import Desk, counted, money, number, percent

SHARES = (0.01, 0.05, 0.1, 0.2, 0.5, 1.0)
TITLES = {
    "segment": "Segments", "tier": "Tiers", "pattern": "How they buy", "stage": "How far the relation has come",
}  # fmt: skip
SAID = {"segment": "Segment", "tier": "Tier", "pattern": "How they buy", "stage": "How far it has come"}
CLASSES = {"A": "A · has bought", "B": "B · can be reached", "C": "C · the rest"}
CLASSES_HELP = (
    "A has bought. B has not, but can be reached. C are the rest. Behind the number of people: purchases as a share of "
    "visits; a purchase counts as a visit at least."
)
PLACES = {"city": "City", "region": "Region", "country": "Country"}
MOST_PLACES = 10
NO_BUYER = "Nobody among these people has bought yet."


def who(desk: Desk, span: Period, whom: Condition) -> None:
    """Two charts a row, of much the same height; all as of today, whatever the period."""
    with st.grid(2, min_column_width=330, key="who"):
        words(desk, "segment", whom)
        grid(desk, whom)
        pareto(desk, whom)
        where(desk, whom)
        words(desk, "pattern", whom)
        words(desk, "stage", whom)
        words(desk, "tier", whom)
        priorities(desk, whom)


def words(desk: Desk, name: str, whom: Condition) -> None:
    """People by segment, tier, pattern or stage."""
    marks = insights.distribution(desk.database, name, desk.as_of, whom=whom)
    frame = marks.frame
    labels = [
        f"{value}: {people_words(people)}, {percent(share)}"
        for value, people, share in zip(frame["value"], frame["people"], frame["share"], strict=True)
    ]
    chart(
        TITLES[name], marks, lambda rows: basic.bars(rows, colours(), label="value"), labels, key=name,
        titles=[f"{SAID[name]}: {value}" for value in frame["value"]], help=insights.help_of(name),
        alt=f"People by {name}; most are {_most(marks)}", nothing="" if frame["people"].any() else NO_BUYER,
    )  # fmt: skip


def people_words(people: int) -> str:
    """1 person, 2,000 people."""
    return counted(people, "person", "people")


def _most(marks: Marks) -> str:
    return str(marks.frame.loc[marks.frame["people"].idxmax(), "value"])


def grid(desk: Desk, whom: Condition) -> None:
    """The 25 cells of recency and frequency."""
    marks = insights.rfm_grid(desk.database, desk.as_of, whom=whom)
    table = marks.frame
    labels = [
        f"recency {r}, frequency {f}: {people_words(people)}"
        for r, f, people in zip(table["r"], table["f"], table["people"], strict=True)
    ]
    chart(
        "How lately and how often", marks, lambda rows: cells.heat(rows, colours()), labels, key="rfm",
        titles=[f"Recency {r}, frequency {f}" for r, f in zip(table["r"], table["f"], strict=True)],
        help="Buyers scored 1 to 5 by how lately they bought (across) and how often (upwards)",
        alt="Buyers by recency and frequency score; top right buys most often and bought last",
        listed=[place for place, people in enumerate(table["people"]) if people],
        nothing="" if table["people"].any() else NO_BUYER,
    )  # fmt: skip


def pareto(desk: Desk, whom: Condition) -> None:
    """How much of the revenue the best customers bring."""
    marks = insights.pareto(desk.database, desk.as_of, whom=whom)
    shares = marks.frame["people_share"]
    listed = sorted({int((shares - share).abs().idxmin()) for share in SHARES}) if len(shares) else []
    names = [
        f"the best {number(round(share * 100, 1))}%: {people_words(people)}"
        for share, people in zip(shares, marks.frame["people"], strict=True)
    ]
    chart(
        "Who brings the revenue", marks, lambda frame: basic.curve(frame, colours()), names, key="pareto",
        listed=listed, titles=[name.split(":")[0].capitalize() + " of customers" for name in names],
        help="Customers from the one who spent most to the one who spent least", alt=_fifth(marks.frame),
        nothing="" if len(shares) else NO_BUYER,
    )  # fmt: skip


def _fifth(frame: pd.DataFrame) -> str:
    if frame.empty:
        return NO_BUYER
    fifth = frame.loc[(frame["people_share"] - 0.2).abs().idxmin()]
    people, revenue = percent(fifth["people_share"]), percent(fifth["revenue_share"])
    return f"The best {people} of customers bring {revenue} of the revenue"


def where(desk: Desk, whom: Condition) -> None:
    """The places that bring most, by city, region or country; without a map, and without the internet."""
    by = str(st.session_state.get("places_by") or "city")
    marks = places.places(desk.database, desk.as_of, whom, by=by, most=MOST_PLACES)
    frame = marks.frame
    said = [
        f"{money(revenue, desk, short=True)} · {number(people)}"
        for people, revenue in zip(frame["people"], frame["revenue"], strict=True)
    ]
    labels = [f"{value}: {text} people" for value, text in zip(frame["value"], said, strict=True)]

    def draw(rows: pd.DataFrame) -> go.Figure:
        return basic.bars(rows, colours(), label="value", number="revenue", texts=said)

    chart(
        "Where they live", marks, draw, labels, key="places", above=_choose_place,
        titles=[f"{PLACES[by]}: {value}" for value in frame["value"]],
        help=f"The {MOST_PLACES} places that bring most: revenue, and how many people live there",
        alt=f"Revenue by {by}; most comes from {frame['value'].iloc[0]}" if len(frame) else "",
        nothing="" if len(frame) else f"No {by} is known of these people.",
    )  # fmt: skip


def _choose_place() -> None:
    st.segmented_control(
        "By", list(PLACES), default="city", key="places_by", format_func=PLACES.__getitem__, required=True,
        label_visibility="collapsed",
    )  # fmt: skip


def priorities(desk: Desk, whom: Condition) -> None:
    """Classes A, B and C, each with what its visits came to."""
    marks = classes.conversion(desk.database, desk.as_of, whom)
    frame = marks.frame
    pairs = list(zip(frame["people"], frame["conversion"], strict=True))
    short = [f"{number(people)} · {percent(share) or '–'}" for people, share in pairs]
    long = [f"{people_words(people)}, {_converted(share)}" for people, share in pairs]

    def draw(rows: pd.DataFrame) -> go.Figure:
        return basic.bars(rows, colours(), label="priority", texts=short, named=CLASSES)

    chart(
        "Whom to spend time on", marks, draw, key="priority", help=CLASSES_HELP,
        labels=[f"{CLASSES[one]}: {text}" for one, text in zip(frame["priority"], long, strict=True)],
        titles=[f"Class {CLASSES[one]}" for one in frame["priority"]],
        alt=f"People by class: {'; '.join(f'{one} {text}' for one, text in zip(frame['priority'], long, strict=True))}",
    )  # fmt: skip


def _converted(share: object) -> str:
    """`52.0% of visits bought`; where no visit is known there is nothing to divide by."""
    said = percent(share)
    return f"{said} of visits bought" if said else "no visit is known"
