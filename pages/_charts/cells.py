"""Heat maps whose cells can be clicked, darker for more.

They are drawn as bars of height one: the cells of a heat map of Plotly's cannot be chosen by a click.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from pages._charts.figures import BELOW_TITLE, Palette, Trace, drawn, left_for, merged, on_step, step

# The layout that cells need.
BARE = {
    "barmode": "overlay", "bargap": 0, "xaxis": {"showgrid": False, "ticks": ""},
    "yaxis": {"showgrid": False, "ticks": ""},
}  # fmt: skip


@dataclass(frozen=True)
class Cells:
    """What stands in the cells, one entry a row of the frame: `shares` 0..1 of the greatest value give the colour,
    `texts` are written inside, `hovers` are said on the pointer (no markup in them)."""

    shares: Sequence[float]
    texts: Sequence[str]
    hovers: Sequence[str]


def cells(
    across: Sequence[object], up: Sequence[int], held: Cells, colours: Palette, text_size: int = 13
) -> Trace:
    """One bar a cell: its column by `across`, its row by `up` (0 is the lowest); cells may be missing."""
    return {
        "type": "bar", "x": list(across), "y": [1] * len(up), "base": list(up), "width": 1, "showlegend": False,
        "customdata": [[place] for place in range(len(up))],
        "marker": {
            "color": [step(share, colours) for share in held.shares], "line": {"width": 2, "color": colours.paper},
        },
        "text": list(held.texts), "textposition": "inside", "insidetextanchor": "middle", "textangle": 0,
        "insidetextfont": {"color": [on_step(share, colours) for share in held.shares], "size": text_size},
        "constraintext": "none", "hovertext": list(held.hovers), "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip


def heat(frame: pd.DataFrame, colours: Palette) -> go.Figure:
    """Five by five cells (`r` across, `f` up, `people`), darker for more people."""
    most = max([*frame["people"], 1])
    said = [
        f"recency {r}, frequency {f}: {people:,} people"
        for r, f, people in zip(frame["r"], frame["f"], frame["people"], strict=True)
    ]
    texts = [f"{people:,}" if people else "·" for people in frame["people"]]
    held = Cells([people / most for people in frame["people"]], texts, said)
    trace = cells(frame["r"].tolist(), [f - 1 for f in frame["f"].tolist()], held, colours)
    across = {"title": {"text": "recency: 5 bought last"}, "tickvals": [1, 2, 3, 4, 5]}
    up = {
        "title": {"text": "frequency: 5 buys most often"}, "range": [0, 5],
        "tickvals": [0.5, 1.5, 2.5, 3.5, 4.5], "ticktext": ["1", "2", "3", "4", "5"],
    }  # fmt: skip
    room = {"l": left_for(["5"], title=True), "b": BELOW_TITLE}
    return drawn([trace], colours, 360, merged(BARE, {"xaxis": across, "yaxis": up, "margin": room}))
