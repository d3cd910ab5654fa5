"""A chart whose every mark leads to its people: by a click, from a list, and as data to take along."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from crm_core.model.conditions import Condition
from crm_core.model.words import MONEY_UNIT
from crm_core.views.insights.marks import Marks, marked
from pages._charts.figures import CONFIG, Palette, palette
from pages._insights.scope import scoped
from pages._parts import Desk, download, go_to_people, plain

MONEY = ("revenue",)  # the columns of money that nearly every chart has
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def colours() -> Palette:
    """Those of the theme that the reader sees."""
    return palette((st.context.theme.type or "light") == "dark")


def sign(desk: Desk) -> str:
    """What stands before an amount on an axis."""
    currency = desk.company.currency
    return {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥"}.get(currency, f"{currency} ")


def chart(
    title: str, marks: Marks, draw: Callable[[pd.DataFrame], go.Figure], labels: Sequence[str], *,
    key: str, alt: str, titles: Sequence[str] | None = None, help: str = "", listed: Sequence[int] | None = None,
    nothing: str = "", amounts: Sequence[str] = MONEY, above: Callable[[], object] | None = None,
) -> None:  # fmt: skip
    """Title, figure, and below it the same people by a list and the numbers as a file.

    `labels` name the marks, `titles` their people (the page's filters are said behind them), `listed` are the places
    that the list offers, `nothing` is said instead of the figure, `amounts` are the columns of money, `above` draws
    what stands between title and figure.
    """
    with st.container(border=True, key=f"box_{key}", height="stretch"):
        st.markdown(f"**{plain(title)}**", help=help or None)
        if above is not None:
            above()
        if nothing:
            st.caption(plain(nothing))
            return
        frame = in_units(marks.frame, amounts)
        event = st.plotly_chart(
            draw(frame),
            key=f"chart_{key}",
            on_select="rerun",
            selection_mode="points",
            config=CONFIG,
            alt=alt,
            theme=None,  # the figure brings all of it: see `drawn`
        )
        st.space("stretch")
        _below(marks, titles or labels, labels, key, frame, range(len(labels)) if listed is None else listed)
    places = chosen(event)
    if places:
        said = " or ".join(dict.fromkeys((titles or labels)[place] for place in places))
        to_people(said, marked(marks, places) or marks.conditions[0])


def to_people(title: str, condition: Condition) -> None:
    """Open the Customers page on these people; the page's filters stand in the title as they do in the condition."""
    go_to_people(scoped(title), condition)


def chosen(event: Mapping[str, Any]) -> list[int]:
    """The rows behind the marks that were clicked."""
    points = event["selection"]["points"] if event else []
    return [_row(point["customdata"]) for point in points if point.get("customdata") is not None]


def _row(custom: Any) -> int:
    """The row number, however the browser wraps it."""
    while isinstance(custom, list | tuple | dict):
        custom = next(iter(custom.values() if isinstance(custom, dict) else custom))
    return int(custom)


def in_units(frame: pd.DataFrame, amounts: Sequence[str] = MONEY) -> pd.DataFrame:
    """Money in whole units of the currency."""
    return frame.assign(**{name: frame[name] / MONEY_UNIT for name in amounts if name in frame})


def as_csv(frame: pd.DataFrame) -> bytes:
    """The numbers as a file that spreadsheets open; no text of it can become a formula."""
    return frame.map(_no_formula).rename(columns=_no_formula).to_csv(index=False).encode("utf-8-sig")


def _no_formula(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def data_button(frame: pd.DataFrame, key: str) -> None:
    """The numbers of a chart to take along."""
    download("Data", lambda: as_csv(frame), f"{key}.csv", key=f"data_{key}", mime="text/csv", type="tertiary")


def _below(
    marks: Marks, titles: Sequence[str], labels: Sequence[str], key: str, frame: pd.DataFrame, listed: Sequence[int]
) -> None:  # fmt: skip
    """The marks to choose from without a mouse, and their numbers as a file."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        with st.popover("People", icon=":material/group:", type="tertiary", key=f"list_{key}"):
            _list(marks, titles, labels, key, listed)
        data_button(frame, key)


def _list(
    marks: Marks, titles: Sequence[str], labels: Sequence[str], key: str, listed: Sequence[int]
) -> None:
    place = st.selectbox(
        "Who", list(listed), format_func=lambda one: labels[one], key=f"pick_{key}", index=None, placeholder="choose"
    )  # fmt: skip
    pressed = st.button("Show them", key=f"go_{key}", type="primary", disabled=place is None)
    if pressed and place is not None:
        to_people(titles[place], marks.conditions[place])
