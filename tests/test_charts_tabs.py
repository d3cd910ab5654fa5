"""Figures of movement, of coming back and of what comes next: every mark carries its row, little data breaks none."""

import math
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_core.model.words import SEGMENTS
from pages._charts import flow as flows
from pages._charts import forecast as ahead
from pages._charts import rhythm
from pages._charts.figures import DARK, LIGHT

THEMES = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
PAIRS = st.dictionaries(
    st.tuples(st.sampled_from(SEGMENTS), st.sampled_from(SEGMENTS)),
    st.integers(1, 5_000),
    min_size=1,
    max_size=20,
)
few = settings(max_examples=15)  # a figure of a hundred bands takes a quarter of a second
SMALL = pd.DataFrame(
    [("champions", "champions", 60), ("champions", "at risk", 30), ("no purchase", "new", 10)],
    columns=["before", "after", "people"],
)


def frame_of(pairs) -> pd.DataFrame:
    return pd.DataFrame([(*pair, people) for pair, people in pairs.items()], columns=list(SMALL))


def carried(figure) -> list[int]:
    """The rows that the marks of a figure carry, mark by mark."""
    return [int(one[0]) for trace in figure.data if trace.customdata is not None for one in trace.customdata]


def bands(figure) -> list:
    return [trace for trace in figure.data if trace.fill == "toself"]


def spots(figure) -> list[tuple[int, list[tuple[float, float]], str]]:
    """Band by band: its row, where clicks are taken, what is said there."""
    (trace,) = [trace for trace in figure.data if trace.customdata is not None]
    points = list(zip(trace.customdata, trace.x, trace.y, trace.hovertext, strict=True))
    parts = [points[start : start + flows.SPOTS] for start in range(0, len(points), flows.SPOTS)]
    assert all(len({(one[0][0], one[3]) for one in part}) == 1 for part in parts)
    return [(part[0][0][0], [(x, y) for _, x, y, _ in part], part[0][3]) for part in parts]


def ends(band) -> tuple[float, float, float, float]:
    """The heights of a band: top and bottom on the left, top and bottom on the right."""
    half = flows.STEPS + 1
    upper, lower = band.y[:half], band.y[half:][::-1]
    return upper[0], lower[0], upper[-1], lower[-1]


# From where to where ----------------------------------------------------------------------------------------------


@few
@given(PAIRS)
def test_every_band_carries_its_row(pairs):
    """One band a pair that is thick enough to hit; where it is clicked, the row of that pair is meant."""
    frame = frame_of(pairs)
    figure = flows.flow(frame, LIGHT)
    thick = frame.index[frame["people"] / frame["people"].sum() >= flows.LEAST].tolist()
    found = spots(figure)
    assert sorted(row for row, *_ in found) == thick and len(bands(figure)) == len(found)
    for row, _, said in found:
        before, after, people = frame.loc[row]
        way = f"stayed {after}" if before == after else f"{before} → {after}"
        assert said == f"{way}: {people:,} " + ("person" if people == 1 else "people")


@few
@given(PAIRS)
def test_bands_are_as_thick_as_their_people_and_do_not_overlap(pairs):
    """On both sides: each its share of the height, one below the other."""
    frame = frame_of(pairs)
    figure, whole = flows.flow(frame, LIGHT), frame["people"].sum()
    heights = [ends(band) for band in bands(figure)]
    for (row, *_), (top, bottom, arrives, leaves) in zip(spots(figure), heights, strict=True):
        share = frame["people"][row] / whole
        assert math.isclose(bottom - top, share) and math.isclose(leaves - arrives, share)
    for left in (0, 2):
        sides = sorted(height[left : left + 2] for height in heights)
        assert all(one[1] <= other[0] + 1e-9 for one, other in pairwise(sides))


def test_a_spot_lies_inside_its_band():
    """Where a click is taken, the band it stands for is drawn."""
    figure = flows.flow(SMALL, LIGHT)
    for band, (_, points, _) in zip(bands(figure), spots(figure), strict=True):
        top, bottom, arrives, leaves = ends(band)
        low, high = min(top, arrives), max(bottom, leaves)
        assert all(0 < x < 1 and low < y < high for x, y in points)


def test_who_stayed_is_pale_and_in_words():
    """A band to the same segment says so and stands back behind those that moved."""
    stayed, moved, _ = bands(flows.flow(SMALL, LIGHT))
    assert stayed.fillcolor.endswith(",0.25)") and moved.fillcolor.endswith(",0.7)")
    assert [said for *_, said in spots(flows.flow(SMALL, LIGHT))] == [
        "stayed champions: 60 people", "champions → at risk: 30 people", "no purchase → new: 10 people",
    ]  # fmt: skip


def test_both_sides_are_named_with_their_people():
    """Left the sums of then, right those of now, in the order of the segments."""
    layout = flows.flow(SMALL, DARK).layout
    assert list(layout.yaxis.ticktext) == ["champions 90", "no purchase 10"]
    assert list(layout.yaxis2.ticktext) == ["champions 60", "new 10", "at risk 30"]


@THEMES
def test_nobody_moved_at_all(colours):
    """No rows are an empty figure."""
    assert not carried(flows.flow(SMALL.iloc[:0], colours))


# Month by month ---------------------------------------------------------------------------------------------------


def by_month() -> pd.DataFrame:
    rows = [("2025-11-30", "champions", 5), ("2025-11-30", "at risk", 2),
            ("2025-12-31", "champions", 6), ("2025-12-31", "at risk", 0)]  # fmt: skip
    return pd.DataFrame(rows, columns=["on", "value", "people"])


def test_a_column_a_month_in_the_order_of_the_segments():
    """Each part is named, carries its row and has its segment's colour."""
    champions, at_risk = flows.by_month(by_month(), LIGHT).data
    assert (champions.name, at_risk.name) == ("champions", "at risk")
    assert list(champions.x) == ["Nov 2025", "Dec 2025"] and list(at_risk.y) == [2, 0]
    assert carried(flows.by_month(by_month(), LIGHT)) == [0, 2, 1, 3]
    assert champions.marker.color == LIGHT.by_word["champions"]


def test_no_month_is_no_column():
    """Nothing kept yet."""
    assert not flows.by_month(by_month().iloc[:0], LIGHT).data


# Who comes back ---------------------------------------------------------------------------------------------------

TRIANGLE = pd.DataFrame(
    [("October", 10, 0, 10, 1.0), ("October", 10, 1, 5, 0.5), ("October", 10, 2, 1, 0.1), ("November", 4, 0, 4, 1.0),
     ("November", 4, 1, 2, 0.5), ("December", 2, 0, 2, 1.0)],
    columns=["cohort", "size", "age", "people", "share"],
)  # fmt: skip


def triangle(frame: pd.DataFrame):
    said = [f"{share:.0%}" for share in frame["share"]]
    return rhythm.triangle(frame, LIGHT, "share", said, said, "month")


def test_each_cell_lies_at_its_row_and_step():
    """The first to begin on top; across, the steps since; every cell carries its row."""
    (drawn,) = triangle(TRIANGLE).data
    assert list(drawn.x) == [0, 1, 2, 0, 1, 0] and list(drawn.base) == [2, 2, 2, 1, 1, 0]
    assert carried(triangle(TRIANGLE)) == list(range(6))
    axis = triangle(TRIANGLE).layout.yaxis
    named = dict(zip(axis.tickvals, axis.ticktext, strict=True))
    assert named == {2.5: "October · 10", 1.5: "November · 4", 0.5: "December · 2"}


def test_the_first_step_is_pale_and_the_greatest_darkest():
    """Everybody bought at the first step, so it says nothing; equal shares have equal colours."""
    colours = triangle(TRIANGLE).data[0].marker.color
    assert colours[0] == colours[3] == colours[5] == LIGHT.scale[0]
    assert colours[1] == colours[4] == LIGHT.scale[-1] != colours[2]


@pytest.mark.parametrize("rows", [0, 1])
def test_a_triangle_of_little(rows):
    """Nobody, or one month of which nothing can be seen yet."""
    assert carried(triangle(TRIANGLE.iloc[5 : 5 + rows])) == list(range(rows))


def test_money_below_zero_is_no_colour():
    """Those who began together may have brought back more than they bought."""
    frame = TRIANGLE.assign(share=-TRIANGLE["share"])
    assert set(triangle(frame).data[0].marker.color) == {LIGHT.scale[0]}


@pytest.mark.parametrize("values", [[], [0], [0, 3, 12_345]])
def test_columns_of_any_height(values):
    """One column a row, its number on top of it."""
    frame = pd.DataFrame({"label": [f"<{place}>" for place in range(len(values))], "orders": values})
    figure = rhythm.columns(frame, DARK, number="orders")
    assert carried(figure) == list(range(len(values)))
    assert list(figure.data[0].text or ()) == [f"{value:,}" for value in values]
    assert not any("<" in name for name in figure.data[0].x)


# What comes next --------------------------------------------------------------------------------------------------

TEST = pd.DataFrame({"orders": ["0", "1", "7+"], "forecast": [10.4, 5.0, 2.2], "actual": [9, 6, 2]})
WEEKS = pd.DataFrame({"on": ["2025-12-22", "2025-12-29"], "forecast": [3.5, 7.0], "actual": [4, 6]})
SAVE = pd.DataFrame(
    {
        "name": ["Ada", "<b>Ben</b>", "Zoe"], "p_alive": [0.0, 0.5, 1.0], "clv_12m": [0.0, 120.0, 4.5],
        "at_stake": [-1.0, 60.0, 0.0], "segment": ["at risk", "loyal", None],
    }
)  # fmt: skip


def test_forecast_and_what_came_side_by_side():
    """The pale one is the forecast, named in the legend; `7+` is a name and no number."""
    forecast, came = ahead.versus(TEST, LIGHT).data
    assert (forecast.name, list(forecast.y)) == ("forecast", [10.4, 5.0, 2.2])
    assert (came.name, list(came.y), list(came.x)) == ("came", [9, 6, 2], ["0", "1", "7+"])
    assert forecast.marker.color == LIGHT.before and came.marker.color == LIGHT.main


def test_the_forecast_over_time_is_dashed():
    """A line that differs by more than its colour."""
    came, forecast = ahead.over_time(WEEKS, DARK).data
    assert forecast.line.dash == "dash" and came.line.dash is None and list(came.y) == [4, 6]


def test_a_person_to_save_is_a_dot():
    """Across the chance, up the value (1 at least, as the axis grows by factors), the largest has most at stake."""
    (dots,) = ahead.who_to_save(SAVE, LIGHT, "€").data
    assert list(dots.x) == [0, 0.5, 1] and list(dots.y) == [1, 120, 4.5]
    assert dots.marker.size[0] == dots.marker.size[2] == 7 < dots.marker.size[1] == 22
    assert dots.marker.color[:2] == (LIGHT.by_word["at risk"], LIGHT.by_word["loyal"])
    assert "<b>" not in dots.text[1] and carried(ahead.who_to_save(SAVE, LIGHT, "€")) == [0, 1, 2]


@pytest.mark.parametrize("draw", [ahead.versus, ahead.over_time])
@THEMES
def test_nothing_was_tried(draw, colours):
    """Empty frames are empty pictures."""
    frame = (TEST if draw is ahead.versus else WEEKS).iloc[:0]
    assert all(len(trace.x) == 0 for trace in draw(frame, colours).data)


def test_nobody_to_save():
    """No dot, no crash over the greatest of nothing."""
    assert not carried(ahead.who_to_save(SAVE.iloc[:0], LIGHT, "€"))
