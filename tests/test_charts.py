"""Figures from frames: every mark knows its row, colours are those of the theme, nothing breaks on little data."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.model.words import PRIORITIES, SEGMENTS, TIERS
from pages._charts import basic, cells, figures
from pages._charts.figures import DARK, LIGHT
from pages._insights.marks import as_csv, chosen, in_units

THEMES = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


def people(values, counts) -> pd.DataFrame:
    return pd.DataFrame({"value": list(values), "people": list(counts)})


def rf_frame(counts) -> pd.DataFrame:
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
    """Segments, tiers and classes have a colour of their own in both themes."""
    assert set(colours.by_word) == {*SEGMENTS, *TIERS, *PRIORITIES}
    assert len(set(map(colours.by_word.get, SEGMENTS))) == len(SEGMENTS)


@THEMES
def test_a_word_keeps_its_colour(colours):
    """The same segment has the same colour whatever else is shown."""
    whole = basic.bars(people(SEGMENTS, range(11)), colours, label="value").data[0].marker.color
    part = basic.bars(people(SEGMENTS[3:5], (1, 2)), colours, label="value").data[0].marker.color
    assert tuple(whole[3:5]) == tuple(part)


@THEMES
@pytest.mark.parametrize("share", [0.0, 0.01, 0.05, 0.2, 0.4, 0.7, 1.0])
def test_a_number_can_be_read_on_its_cell(colours, share):
    """At least 4.5 to 1 between a cell and its number."""
    assert contrast(figures.step(share, colours), figures.on_step(share, colours)) >= 4.5


def test_figures_are_transparent():
    """The theme's page shows through: nothing is white in the dark."""
    figure = basic.bars(people(TIERS, (1, 2, 3)), DARK, label="value")
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"


@pytest.mark.parametrize(
    "figure",
    [
        basic.bars(people(TIERS, (1, 2, 3)), LIGHT, label="value"), basic.months(months(14), LIGHT, "€"),
        cells.heat(rf_frame(range(25)), LIGHT),
        basic.curve(pd.DataFrame({"people_share": [0.5, 1.0], "revenue_share": [0.8, 1.0]}), LIGHT),
    ],
)  # fmt: skip
def test_a_figure_drawn_again_is_seen_to_be_the_same(figure):
    """The browser draws every figure twice; a template or a packed array would make it a new one each time."""
    told = figure.to_dict()
    assert "template" not in told["layout"] and told["layout"]["datarevision"] == 1
    assert not any(
        isinstance(value, dict) and "bdata" in value for trace in told["data"] for value in trace.values()
    )


@pytest.mark.parametrize("below, above, both", [({}, {"a": 1}, {"a": 1}), ({"a": {"b": 1}}, {"a": {"c": 2}},
    {"a": {"b": 1, "c": 2}}), ({"a": {"b": 1}}, {"a": {"b": 3}}, {"a": {"b": 3}})])  # fmt: skip
def test_what_is_said_above_counts(below, above, both):
    """Layouts are joined at every depth."""
    assert figures.merged(below, above) == both


def test_the_first_bar_is_on_top():
    """Champions stand above hibernating, each with its number."""
    figure = basic.bars(people(SEGMENTS, range(1000, 1011)), LIGHT, label="value")
    assert figure.layout.yaxis.autorange == "reversed" and figure.data[0].text[0] == "1,000"


def test_a_name_is_no_markup():
    """Whatever somebody calls a word, it stays text."""
    figure = basic.bars(people(["<a href='x'>b</a>"], [1]), LIGHT, label="value")
    assert "<a" not in figure.data[0].y[0]


@given(st.lists(st.integers(0, 100_000), min_size=25, max_size=25))
def test_every_cell_of_the_grid_knows_its_row(counts):
    """Each of the 25 cells lies at its recency and frequency and carries the row it came from."""
    frame = rf_frame(counts)
    figure = cells.heat(frame, LIGHT)
    (bars,) = figure.data
    found = [(int(bars.customdata[place][0]), r, bars.base[place] + 1) for place, r in enumerate(bars.x)]
    assert sorted(found) == [
        (place, r, f) for place, (r, f) in enumerate(zip(frame["r"], frame["f"], strict=True))
    ]


@pytest.mark.parametrize("count", [0, 1, 5, 24])
def test_months_of_any_number(count):
    """No month, one, or two years; at most six are named, and the last always is."""
    figure = basic.months(months(count), LIGHT, "€", since="2021-06")
    ticks = figure.layout.xaxis.tickvals or ()
    assert len(ticks) <= basic.MOST_TICKS and (count == 0 or ticks[-1] == count - 1)
    assert sum(len(trace.x) for trace in figure.data) == count


def test_the_period_is_solid():
    """Months before and after the period are pale; each bar knows its row."""
    solid, pale = basic.months(months(4), LIGHT, "€", since="2020-02", until="2020-03").data
    assert (solid.marker.color, [one[0] for one in solid.customdata]) == (LIGHT.main, [1, 2])
    assert (pale.marker.color, [one[0] for one in pale.customdata]) == (LIGHT.before, [0, 3])


def ahead() -> pd.DataFrame:
    """Three months with those of the year before, and two that are expected."""
    known = months(3).assign(before=[None, 10.0, 20.0])
    coming = pd.DataFrame(
        {"month": ["2020-04", "2020-05"], "expected": [1.0, 2.0], "low": [0.5, 1.0], "high": [2.0, 3.0]}
    )
    return pd.concat([known, coming], ignore_index=True)


def test_the_year_before_is_hatched():
    """A pattern, not a colour alone; its bars count on past the rows of the frame."""
    before = basic.months(ahead(), LIGHT, "€").data[0]
    assert before.marker.pattern.shape == "/" and [one[0] for one in before.customdata] == [5, 6, 7, 8, 9]


def test_what_is_expected_is_dashed_in_its_band():
    """A dashed line, and its band between the two edges; no click leads from there."""
    *_, high, low, line = basic.months(ahead(), DARK, "€").data
    assert line.line.dash == "dash" and line.customdata is None
    assert (low.fill, list(low.y), list(high.y)) == ("tonexty", [0.5, 1.0], [2.0, 3.0])


def test_a_legend_only_where_there_is_a_choice():
    """Bars of one sort need no legend."""
    assert not basic.months(months(3), LIGHT, "€").layout.showlegend
    assert basic.months(ahead(), LIGHT, "€").layout.showlegend


def test_a_bar_may_have_another_name():
    """Class A keeps its colour under the words that explain it."""
    frame = pd.DataFrame({"priority": ["A", "B"], "people": [3, 1]})
    drawn = basic.bars(frame, LIGHT, label="priority", texts=["3 <b>", "1"], named={"A": "has bought"}).data[
        0
    ]
    assert list(drawn.y) == ["has bought", "B"] and drawn.text[0] == "3 &lt;b&gt;"
    assert drawn.marker.color[0] == LIGHT.by_word["A"]


def test_a_curve_without_buyers():
    """An empty frame is an empty curve."""
    empty = pd.DataFrame({"people": [], "people_share": [], "revenue_share": []})
    assert len(basic.curve(empty, LIGHT).data[0].x) == 0


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


def test_only_the_columns_of_money_are_divided():
    """A share between 0 and 1 stays what it is."""
    frame = in_units(pd.DataFrame({"low": [0.2], "high": [50_000]}), ("high",))
    assert frame.iloc[0].tolist() == [0.2, 5.0]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x"])
def test_a_name_is_no_formula(name):
    """A place that is called like a formula comes out as text; negative numbers stay numbers."""
    lines = as_csv(pd.DataFrame({"value": [name], "revenue": [-1.5]})).decode("utf-8-sig").splitlines()
    assert lines == ["value,revenue", f"'{name},-1.5"]
