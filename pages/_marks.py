"""A chart whose every mark leads to its people: by a click, from a list, and as data to take along."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from crm_core.model.words import MONEY_UNIT
from crm_core.views.insights import Marks, marked
from pages._charts import CONFIG, Palette, palette
from pages._parts import download, go_to_people, plain


def colours() -> Palette:
    """Those of the theme that the reader sees."""
    return palette((st.context.theme.type or "light") == "dark")


def chart(
    title: str, marks: Marks, draw: Callable[[pd.DataFrame], go.Figure], labels: Sequence[str], *,
    key: str, alt: str, titles: Sequence[str] | None = None, help: str = "", listed: Sequence[int] | None = None,
) -> None:  # fmt: skip
    """Title, figure, and below it the same people by a list; `labels` name the marks, `titles` their people."""
    with st.container(border=True, key=f"box_{key}", height="stretch"):
        st.markdown(f"**{plain(title)}**", help=help or None)
        frame = in_units(marks.frame)
        event = st.plotly_chart(
            draw(frame),
            key=f"chart_{key}",
            on_select="rerun",
            selection_mode="points",
            config=CONFIG,
            alt=alt,
        )
        st.space("stretch")
        places = chosen(event)
        _as_a_list(
            marks, titles or labels, labels, key, frame, range(len(labels)) if listed is None else listed
        )
    if places:
        go_to_people(
            " or ".join((titles or labels)[place] for place in places),
            marked(marks, places) or marks.conditions[0],
        )


def chosen(event: Mapping[str, Any]) -> list[int]:
    """The rows behind the marks that were clicked."""
    points = event["selection"]["points"] if event else []
    return [_row(point["customdata"]) for point in points if point.get("customdata") is not None]


def _row(custom: Any) -> int:
    """The row number, however the browser wraps it."""
    while isinstance(custom, list | tuple | dict):
        custom = next(iter(custom.values() if isinstance(custom, dict) else custom))
    return int(custom)


def in_units(frame: pd.DataFrame) -> pd.DataFrame:
    """Revenue in whole units of the currency."""
    return frame.assign(revenue=frame["revenue"] / MONEY_UNIT) if "revenue" in frame else frame


def _as_a_list(
    marks: Marks,
    titles: Sequence[str],
    labels: Sequence[str],
    key: str,
    frame: pd.DataFrame,
    listed: Sequence[int],
) -> None:
    """The marks to choose from without a mouse, and their numbers as a file."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        with st.popover("People", icon=":material/group:", type="tertiary", key=f"list_{key}"):
            place = st.selectbox(
                "Who",
                list(listed),
                format_func=lambda one: labels[one],
                key=f"pick_{key}",
                index=None,
                placeholder="choose",
            )
            if (
                st.button("Show them", key=f"go_{key}", type="primary", disabled=place is None)
                and place is not None
            ):
                go_to_people(titles[place], marks.conditions[place])
        download(
            "Data", lambda: frame.to_csv(index=False).encode("utf-8-sig"), f"{key}.csv", key=f"data_{key}",
            mime="text/csv", type="tertiary",
        )  # fmt: skip
