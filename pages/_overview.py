"""What matters in a period: three sentences, six numbers against the period before, revenue, and who brings it."""

import pandas as pd
import streamlit as st

from crm_core.model.words import MONEY_UNIT
from crm_core.views import insights
from crm_core.views.insights import Kpi
from crm_core.views.periods import Period
from crm_core.views.sentences import sentences
from pages import _charts
from pages._marks import chart, colours
from pages._parts import Desk, counted, go_to_people, is_missing, money, number, percent, plain

MONTHS = 24
ICONS = {
    "fell silent": "notifications_paused", "can't lose": "favorite", "new": "celebration", "due": "event_upcoming",
    "unheard": "hearing", "overdue": "alarm", "birthday": "cake",
}  # fmt: skip


def what_matters(desk: Desk, span: Period) -> None:
    """At most three sentences, each with its people one click away."""
    found = sentences(desk.database, span)
    if not found:
        return
    with st.grid(len(found), min_column_width=260):
        for sentence in found:
            with st.container(border=True, height="stretch", key=f"sentence_{_slug(sentence.name)}"):
                st.markdown(f":material/{ICONS.get(sentence.name, 'lightbulb')}: {plain(sentence.text)}")
                st.space("stretch")
                people = counted(sentence.people, "person", "people")
                if st.button(
                    people,
                    key=f"people_{_slug(sentence.name)}",
                    icon=":material/arrow_forward:",
                    icon_position="right",
                ):
                    go_to_people(sentence.text, sentence.condition)


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name)


def tiles(desk: Desk, span: Period) -> None:
    """Six numbers, each against the period before, each with its people."""
    with st.grid(6, min_column_width=140):
        for kpi in insights.kpis(desk.database, span):
            with st.container(border=True, height="stretch", gap="xsmall", key=f"kpi_{kpi.name}"):
                _tile(desk, kpi)


def _tile(desk: Desk, kpi: Kpi) -> None:
    change, before = _change(kpi), _said(desk, kpi, kpi.before)
    st.metric(
        kpi.label, _said(desk, kpi, kpi.value), change, help=kpi.help or None,
        delta_color="inverse" if kpi.name == "silent" else "normal",
    )  # fmt: skip
    st.caption(f"before: {before}" if before != "–" else "nothing to compare with")
    st.space("stretch")
    if st.button(
        "People",
        key=f"people_kpi_{kpi.name}",
        type="tertiary",
        icon=":material/group:",
        disabled=not kpi.value,
    ):
        go_to_people(f"{kpi.label}, this period", kpi.condition)


def _said(desk: Desk, kpi: Kpi, value: float | int | None) -> str:
    if value is None or is_missing(value):
        return "–"
    if kpi.kind == "money":
        return plain(money(value, desk, short=abs(value) >= 1000 * MONEY_UNIT))
    return percent(value) if kpi.kind == "share" else number(value, short=True)


def _change(kpi: Kpi) -> str | int | None:
    """By how much it moved; shares in percentage points."""
    if kpi.value is None or kpi.before is None or (kpi.kind != "share" and not kpi.before):
        return None
    if kpi.kind == "share":
        points = (kpi.value - kpi.before) * 100
        return f"{points:+.1f} points" if round(points, 1) else 0
    share = kpi.value / kpi.before - 1
    return f"{share:+.1%}" if round(share, 3) else 0


def revenue(desk: Desk, span: Period) -> None:
    """Revenue by month; the months of the period are solid."""
    marks = insights.revenue_by_month(desk.database, desk.as_of)
    marks = insights.Marks(marks.frame.tail(MONTHS).reset_index(drop=True), marks.conditions[-MONTHS:])
    named = [f"{pd.Timestamp(month):%B %Y}" for month in marks.frame["month"]]
    sums = [plain(money(amount, desk)) for amount in marks.frame["revenue"]]
    since = span.start.isoformat()[:7]
    chart(
        "Revenue by month", marks, lambda frame: _charts.months(frame, colours(), _sign(desk), since),
        [f"{name}: {amount}" for name, amount in zip(named, sums, strict=True)], key="revenue_by_month",
        titles=[f"Bought in {name}" for name in named],
        help="All lines, returns taken off; the months of the period are solid",
        alt=f"Revenue of the last {len(named)} months" + (f", {sums[-1]} in {named[-1]}" if named else ""),
    )  # fmt: skip


def _sign(desk: Desk) -> str:
    return {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥"}.get(
        desk.company.currency, f"{desk.company.currency} "
    )
