"""Pictures of what came of calling: every mark carries its row, ranges are what they are, words can be read."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages._charts.figures import DARK, LIGHT
from pages._charts.outreach import FULL, LONGEST_NAME, funnels, intervals

THEMES = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
STEPS = ("on a list", "tried", "reached", "agreed", "bought")
NAMES = st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=6)
few = settings(max_examples=25)


def ranges(labels, percent=False) -> pd.DataFrame:
    scale = 0.01 if percent else 1.0
    rows = [
        (label, place * scale, (place - 3) * scale, (place + 7) * scale, bool(place % 2), f"{label}: words")
        for place, label in enumerate(labels, 5)
    ]
    return pd.DataFrame(rows, columns=["label", "value", "low", "high", "clear", "hover"])


def steps(labels) -> pd.DataFrame:
    rows = [
        (label, step, 100 // (place + 1), 1 / (place + 1))
        for label in labels
        for place, step in enumerate(STEPS)
    ]
    return pd.DataFrame(rows, columns=["label", "step", "people", "share"])


@THEMES
@given(labels=NAMES)
@few
def test_every_mark_carries_its_row(colours, labels):
    """Whatever the names, also two alike: as many lines as rows, each with its number."""
    figure = intervals(ranges(labels), colours, "more orders")
    assert [int(one[0]) for one in figure.data[0].customdata] == list(range(len(labels)))
    assert len(set(figure.data[0].y)) == len(labels)


def test_the_line_goes_from_low_to_high():
    """The ends of the line are those of the frame, on both sides of the dot."""
    frame = ranges(["a", "b"])
    dots = intervals(frame, LIGHT, "more orders").data[0]
    assert [x + more for x, more in zip(dots.x, dots.error_x.array, strict=True)] == frame["high"].tolist()
    assert [x - less for x, less in zip(dots.x, dots.error_x.arrayminus, strict=True)] == frame[
        "low"
    ].tolist()


def test_what_is_not_clear_is_hollow():
    """Never by colour alone: a hollow dot where nought may be the truth."""
    dots = intervals(ranges(["a", "b"]), LIGHT, "more orders").data[0]
    assert dots.marker.color == (LIGHT.main, LIGHT.paper)


def test_nought_is_always_on_the_axis_of_orders():
    """Whether a range holds nought can be seen, also where all of them lie beyond it."""
    frame = ranges(["a"]).assign(low=50.0, value=60.0, high=70.0)
    low, high = intervals(frame, LIGHT, "more orders").layout.xaxis.range
    assert low < 0 < 70 < high


def test_shares_stay_shares():
    """The axis of shares ends within 0 and 100 per cent; the plain share is a cross that is not clicked."""
    frame = ranges(["a", "b"], percent=True).assign(own=[0.2, None])
    figure = intervals(frame, LIGHT, "share", percent=True)
    low, high = figure.layout.xaxis.range
    assert 0 <= low < high <= 1 and len(figure.data) == 2
    assert list(figure.data[1].x) == [0.2] and figure.data[1].customdata is None


@THEMES
@given(labels=NAMES)
@few
def test_every_cell_of_a_funnel_carries_its_row(colours, labels):
    """One bar a row of the frame; no bar is longer than its column; each number stands in its cell."""
    frame = steps(dict.fromkeys(labels))
    figure = funnels(frame, colours, STEPS)
    bars = figure.data[0]
    assert [int(one[0]) for one in bars.customdata] == list(range(len(frame)))
    assert max(bars.x) <= FULL and set(bars.base) == set(range(len(STEPS)))
    assert len(figure.layout.annotations) == len(frame)


def test_names_are_shortened_and_safe():
    """A long name leaves room for the figure; markup in a name is text."""
    figure = funnels(steps(["<b>x</b>", "n" * 90]), LIGHT, STEPS)
    names = list(dict.fromkeys(figure.data[0].y))
    assert names[0] == "&lt;b&gt;x&lt;/b&gt;" and len(names[1]) == LONGEST_NAME


def test_a_share_of_nothing_is_still_a_mark():
    """Nobody bought: a thin bar that can be clicked, with its 0."""
    frame = steps(["a"]).assign(share=[1.0, 0.0, 0.0, 0.0, 0.0], people=[3, 0, 0, 0, 0])
    figure = funnels(frame, LIGHT, STEPS)
    assert min(figure.data[0].x) > 0 and not any(math.isnan(x) for x in figure.data[0].x)
    assert figure.layout.annotations[4].text == "<b>0</b>"
