"""A figure of this page: its title, its marks that lead to people where they can, and its numbers to take along."""

from collections.abc import Callable, Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from crm_core.model.conditions import Condition
from pages._charts.figures import CONFIG
from pages._insights.marks import chosen, data_button
from pages._parts import go_to_people, plain

# A condition, or what gives it once it is asked for; None where it cannot be.
Who = Condition | Callable[[], Condition] | None
People = Sequence[tuple[str, Who]]


def picture(
    title: str, frame: pd.DataFrame, draw: Callable[[pd.DataFrame], go.Figure], *, key: str, alt: str, people: People,
    help: str = "",
) -> None:  # fmt: skip
    """`people`: by row of the frame the title of its people and who they are."""
    with st.container(border=True, key=f"box_{key}", height="stretch"):
        st.markdown(f"**{plain(title)}**", help=help or None)
        event = st.plotly_chart(
            draw(frame), key=f"chart_{key}", on_select="rerun", selection_mode="points", config=CONFIG, alt=alt,
            theme=None,
        )  # fmt: skip
        st.space("stretch")
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            _list(people, key)
            data_button(frame, key)
    for place in chosen(event):
        _open(people, place)


def _list(people: People, key: str) -> None:
    """The marks to choose from without a mouse."""
    offered = [place for place, (_, condition) in enumerate(people) if condition is not None]
    with st.popover("People", icon=":material/group:", type="tertiary", key=f"list_{key}"):
        place = st.selectbox(
            "Who",
            offered,
            None,
            key=f"pick_{key}",
            placeholder="choose",
            format_func=lambda one: people[one][0],
        )
        if (
            st.button("Show them", key=f"go_{key}", type="primary", disabled=place is None)
            and place is not None
        ):
            _open(people, place)


def _open(people: People, place: int) -> None:
    if 0 <= place < len(people):
        title, condition = people[place]
        if condition is not None:
            go_to_people(title, condition() if callable(condition) else condition)
