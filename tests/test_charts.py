"""Figures from frames: every mark knows its row, colours are those of the theme, nothing breaks on little data."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.model.words import SEGMENTS, TIERS
from pages import _charts
from pages._charts import DARK, LIGHT
from pages._marks import chosen, in_units

THEMES = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


def people(values, counts) -> pd.DataFrame:
    return pd.DataFrame({"value": list(values), "people": list(counts)})


def cells(counts) -> pd.DataFrame:
    pairs = [(r, f) for r in (5, 4, 3, 2, 1) for f in (1, 2, 3, 4, 5)]
    return pd.DataFrame(pairs, columns=["r", "f"]).assign(people=list(counts))


def months(count: int) -> pd.DataFrame:
    names = [f"{2020 + place // 12}-{place % 12 + 1:02d}" for place in range(count)]
    return pd.DataFrame(
        {"month": names, "orders": range(count), "revenue": [100.0 * place for place in range(count)]}
    )


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@THEMES
def test_every_word_has_its_colour(colours):
    """Segments and tiers have a colour of their own in both themes."""
    assert set(colours.by_word) == {*SEGMENTS, *TIERS}
    assert len(set(map(colours.by_word.get, SEGMENTS))) == len(SEGMENTS)


@THEMES
def test_a_word_keeps_its_colour(colours):
    """The same segment has the same colour whatever else is shown."""
    whole = _charts.bars(people(SEGMENTS, range(11)), colours, label="value").data[0].marker.color
    part = _charts.bars(people(SEGMENTS[3:5], (1, 2)), colours, label="value").data[0].marker.color
    assert tuple(whole[3:5]) == tuple(part)


@THEMES
@pytest.mark.parametrize("share", [0.0, 0.01, 0.05, 0.2, 0.4, 0.7, 1.0])
def test_a_number_can_be_read_on_its_cell(colours, share):
    """At least 4.5 to 1 between a cell and its number."""
    assert contrast(_charts._step(share, colours), _charts._on(share, colours)) >= 4.5


def test_figures_are_transparent():
    """The theme's page shows through: nothing is white in the dark."""
    figure = _charts.bars(people(TIERS, (1, 2, 3)), DARK, label="value")
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"


def test_the_first_bar_is_on_top():
    """Champions stand above hibernating, each with its number."""
    figure = _charts.bars(people(SEGMENTS, range(1000, 1011)), LIGHT, label="value")
    assert figure.layout.yaxis.autorange == "reversed" and figure.data[0].text[0] == "1,000"


def test_a_name_is_no_markup():
    """Whatever somebody calls a word, it stays text."""
    figure = _charts.bars(people(["<a href='x'>b</a>"], [1]), LIGHT, label="value")
    assert "<a" not in figure.data[0].y[0]


@given(st.lists(st.integers(0, 100_000), min_size=25, max_size=25))
def test_every_cell_of_the_grid_knows_its_row(counts):
    """Each of the 25 cells lies at its recency and frequency and carries the row it came from."""
    frame = cells(counts)
    figure = _charts.heat(frame, LIGHT)
    found = [
        (int(trace.customdata[place][0]), r, int(trace.name))
        for trace in figure.data
        for place, r in enumerate(trace.x)
    ]
    assert sorted(found) == [
        (place, r, f) for place, (r, f) in enumerate(zip(frame["r"], frame["f"], strict=True))
    ]


@pytest.mark.parametrize("count", [0, 1, 5, 24])
def test_months_of_any_number(count):
    """No month, one, or two years; at most six are named, and the last always is."""
    figure = _charts.months(months(count), LIGHT, "€", since="2021-06")
    ticks = figure.layout.xaxis.tickvals or ()
    assert len(ticks) <= _charts.MOST_TICKS and (count == 0 or ticks[-1] == count - 1)
    assert len(figure.data[0].x) == count


def test_the_period_is_solid():
    """Months before the period are pale."""
    colours = _charts.months(months(4), LIGHT, "€", since="2020-03").data[0].marker.color
    assert colours == (LIGHT.before, LIGHT.before, LIGHT.main, LIGHT.main)


def test_a_curve_without_buyers():
    """An empty frame is an empty curve."""
    empty = pd.DataFrame({"people": [], "people_share": [], "revenue_share": []})
    assert len(_charts.curve(empty, LIGHT).data[0].x) == 0


@pytest.mark.parametrize("custom", [[3], 3, [[3]], {"0": 3}])
def test_a_click_gives_its_row(custom):
    """However the browser wraps the row's number."""
    assert chosen({"selection": {"points": [{"customdata": custom}]}}) == [3]


def test_no_click_gives_nothing():
    """Nothing chosen, or a mark without a row (the line of equal shares)."""
    assert chosen({"selection": {"points": []}}) == chosen({"selection": {"points": [{}]}}) == []


def test_money_is_drawn_in_units():
    """12.34 stands in the frame as 123400."""
    assert in_units(pd.DataFrame({"revenue": [123_400]}))["revenue"].tolist() == [12.34]
