"""What matters in a period: three sentences, and eight numbers against the period before, last year and the goals."""

from typing import Any

import pandas as pd
import streamlit as st

from crm_core.model.conditions import EVERYBODY, Condition
from crm_core.model.words import MONEY_UNIT
from crm_core.views.insights.kpis import Kpi, kpis
from crm_core.views.insights.periods import Period
from crm_core.views.insights.sentences import MOST, sentences
from pages._insights.goals import goal_words, goals
from pages._insights.marks import data_button, to_people
from pages._insights.revenue import revenue
from pages._parts import Desk, counted, day, is_missing, money, number, percent, plain

ICONS = {
    "fell silent": "notifications_paused", "can't lose": "favorite", "new": "celebration", "due": "event_upcoming",
    "unheard": "hearing", "overdue": "alarm", "birthday": "cake",
}  # fmt: skip
# Whom these count is known on the day only: somebody silent then may have bought since, or bought a second time.
OF_THE_DAY = ("silent", "churn", "repeat_rate")

SAME = "as before"
NO_BREAK = "\u00a0"


def overview(desk: Desk, span: Period, whom: Condition) -> None:
    """Sentences and numbers first, then revenue."""
    with st.skeleton(height=180):
        what_matters(desk, span, whom)
    with st.skeleton(height=300):
        tiles(desk, span, whom)
    with st.skeleton(height=340):
        revenue(desk, span, whom)


def what_matters(desk: Desk, span: Period, whom: Condition) -> None:
    """At most three sentences, each with its people one click away; of a period that is over they say nothing new."""
    found = sentences(desk.database, span, MOST, whom=whom) if span.end == desk.as_of else ()
    if not found:
        return
    with st.grid(len(found), min_column_width=260):
        for sentence in found:
            with st.container(border=True, height="stretch", key=f"sentence_{_slug(sentence.name)}"):
                st.markdown(f":material/{ICONS.get(sentence.name, 'lightbulb')}: {plain(sentence.text)}")
                st.space("stretch")
                if st.button(
                    counted(sentence.people, "person", "people"), key=f"people_{_slug(sentence.name)}",
                    icon=":material/arrow_forward:", icon_position="right",
                ):  # fmt: skip
                    to_people(sentence.text, sentence.condition)


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name)


def tiles(desk: Desk, span: Period, whom: Condition) -> None:
    """Eight numbers, four a row, each with its people; goals and the numbers as a file below."""
    found = kpis(desk.database, span, whom)
    with st.grid(4, min_column_width=160, key="tiles"):
        for kpi in found:
            with st.container(border=True, height="stretch", gap="xsmall", key=f"kpi_{kpi.name}"):
                _tile(desk, kpi, f"{day(span.start)} to {day(span.end)}", whom)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        goals(desk)
        data_button(as_table(found), "numbers")


def _tile(desk: Desk, kpi: Kpi, days: str, whom: Condition) -> None:
    change = _change(kpi)
    colour: Any = "off" if change == SAME else "normal" if kpi.good == "up" else "inverse"
    st.metric(
        kpi.label, _said(desk, kpi, kpi.value), change, help=kpi.help or None, delta_color=colour,
        delta_arrow="off" if change == SAME else "auto", chart_data=line_of(kpi),
    )  # fmt: skip
    st.caption(_compared(desk, kpi))
    if words := goal_words(kpi, _aim(desk, kpi)):
        st.markdown(words)
    st.space("stretch")
    gone = kpi.as_of != desk.as_of and (kpi.name in OF_THE_DAY or whom != EVERYBODY)
    if st.button(
        counted(kpi.people, "person", "people"), key=f"people_kpi_{kpi.name}", type="tertiary",
        icon=":material/group:", disabled=not kpi.people or gone,
        help="Who it was on that day cannot be listed any more" if gone else None,
    ):  # fmt: skip
        to_people(f"{kpi.label}, {days}", kpi.condition)


def _compared(desk: Desk, kpi: Kpi) -> str:
    """What it was before and a year ago, as far as there is something to say."""
    told = (("before", _said(desk, kpi, kpi.before)), ("a year ago", _said(desk, kpi, kpi.last_year)))
    parts = [f"{name} {said}".replace(" ", NO_BREAK) for name, said in told if said != "–"]
    return " · ".join(parts) or "nothing to compare with"


def _said(desk: Desk, kpi: Kpi, value: float | int | None) -> str:
    if value is None or is_missing(value):
        return "–"
    if kpi.kind == "money":
        return plain(money(value, desk, short=abs(value) >= 1000 * MONEY_UNIT))
    return percent(value) if kpi.kind == "share" else number(value, short=True)


def _aim(desk: Desk, kpi: Kpi) -> str:
    """The goal, without needless decimals."""
    if kpi.kind == "share" and kpi.goal is not None:
        return f"{number(round(kpi.goal * 100, 1))}%"
    return _said(desk, kpi, kpi.goal)


def _change(kpi: Kpi) -> str | None:
    """By how much it moved; shares in percentage points."""
    if kpi.value is None or kpi.before is None or (kpi.kind != "share" and not kpi.before):
        return None
    if kpi.kind == "share":
        points = (kpi.value - kpi.before) * 100
        return f"{points:+.1f} points" if round(points, 1) else SAME
    share = kpi.value / kpi.before - 1
    return f"{share:+.1%}" if round(share, 3) else SAME


def line_of(kpi: Kpi) -> list[float] | None:
    """The periods before and this one as a small line, in units or per cent; none for fewer than two."""
    known = [_drawn(kpi, value) for _, value in kpi.history if value is not None]
    return known if len(known) > 1 and any(known) else None


def _drawn(kpi: Kpi, value: float) -> float:
    if kpi.kind == "money":
        return round(value / MONEY_UNIT, 2)
    return round(value * 100, 1) if kpi.kind == "share" else value


def as_table(found: tuple[Kpi, ...]) -> pd.DataFrame:
    """The numbers a row each, the periods before as columns; money in units, shares in per cent."""
    table = []
    for kpi in found:
        fixed = {
            "this period": kpi.value,
            "before": kpi.before,
            "a year ago": kpi.last_year,
            "goal": kpi.goal,
        }
        told = {**fixed, **dict(kpi.history)}
        table.append(
            {"number": kpi.label, **{key: None if v is None else _drawn(kpi, v) for key, v in told.items()}}
        )
    return pd.DataFrame(table)
