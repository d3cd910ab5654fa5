"""For who looks after others: work by person. For who looks after customers: what changed about them."""

from typing import Any

import streamlit as st

from crm_core.model.conditions import Where
from crm_core.views.calls import News, TeamRow, callers, my_people, team
from crm_core.views.calls_team import STEPS
from pages._parts import Desk, go_to_people, in_words, money, number, person_link, plain, same_day

DAYS, NEWS = 7, 6
ICONS = {
    "complaint": "sentiment_dissatisfied", "low score": "thumb_down", "moved down": "trending_down",
    "moved up": "trending_up", "changed": "edit", "bought": "shopping_bag",
}  # fmt: skip
SAID = {
    "called": "called by {name}", "reached": "reached by {name}", "agreed": "agreed with {name}",
    "bought": "bought after a call by {name}",
}  # fmt: skip
NAME, STEP = 180, 92  # pixels


def news(desk: Desk, me: str) -> None:
    """What changed about one's own customers lately, each with a way to them."""
    with in_words():
        found = my_people(desk.database, desk.as_of, me, who=desk.who, limit=NEWS)
        if not found:
            return
        st.subheader("News of my people", anchor=False)
        with st.container(border=True, gap="xsmall", key="my_people"):
            for place, one in enumerate(found):
                _news(place, one)


def _news(place: int, one: News) -> None:
    look: dict[str, Any] = {"vertical_alignment": "center", "gap": "small", "wrap": False}
    with st.container(horizontal=True, key=f"news_row_{place}", **look):
        st.markdown(f":material/{ICONS[one.kind]}:", width="content")
        person_link(one.name, one.customer_id, key=f"news_{place}")
        st.markdown(plain(one.words), width="stretch")


@st.fragment(key="work_by_person")
def work_by_person(desk: Desk, open_at_first: bool) -> None:
    """Who called how many people in the last seven days, and what came of it; worked out when it is looked at."""
    same_day(desk)
    with in_words():
        if not callers(desk.database, desk.as_of).names and not team(desk.database, desk.as_of, DAYS):
            return
        look: dict[str, Any] = {"icon": ":material/groups:", "on_change": "rerun", "key": "team_box"}
        with st.expander(f"Work by person, last {DAYS} days", expanded=open_at_first, **look) as opened:
            if opened.open:
                _rows(desk)


def _rows(desk: Desk) -> None:
    rows = team(desk.database, desk.as_of, DAYS)
    for place, row in enumerate(rows):
        _row(desk, place, row)
    said = "People, each once. Bought: an order within 30 days after the call."
    st.caption(said if rows else "Nobody was called in these days.")


def _row(desk: Desk, place: int, row: TeamRow) -> None:
    name = row.name or "Nobody named"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"team_{place}"):
        st.markdown(f"**{plain(name)}**", width=NAME)
        for step in STEPS:
            _number(row, step, name, place)
        st.markdown(f":gray[{money(row.revenue, desk, short=True)} came in]", width="content")


def _number(row: TeamRow, step: str, name: str, place: int) -> None:
    look: dict[str, Any] = {"type": "tertiary", "width": STEP, "disabled": not row.count(step)}
    if st.button(f"{number(row.count(step))} {step}", key=f"team_{place}_{step}", help="Show them", **look):
        title = "People " + SAID[step].format(name=name)
        go_to_people(title, Where("id", "one of", row.people[step]))
