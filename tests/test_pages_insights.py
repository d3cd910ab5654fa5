"""The Insights page: numbers against the period before, and every mark leads to exactly its people."""

import pytest
import screens
from page_shops import DAY, normal_day, one_person, shown

from crm_core.actions.opening import open_at
from crm_core.model.conditions import Where
from crm_core.model.words import SEGMENTS
from crm_core.views import customers, insights, periods
from crm_core.views.customers import PeopleQuery
from crm_core.views.sentences import sentences


@pytest.fixture
def page(sqlite_url, monkeypatch):
    """Insights on a normal day."""
    normal_day(sqlite_url).close()
    return screens.on(sqlite_url, monkeypatch)("insights")


def who(screen):
    """The second view of the page."""
    screen.button_group(key="view").set_value("Who they are").run()
    return screen


def click(screen, chart: str, place: int):
    """Choose a mark of a chart, as a click in the browser does."""
    screen.session_state[f"chart_{chart}"] = {"selection": {"points": [{"customdata": [place]}]}}
    return screen.run()


def names(url: str, condition) -> list[str]:
    found = customers.people(open_at(url), PeopleQuery(condition), DAY)
    return sorted(found.frame["name"])


def test_nobody_yet(sqlite_url, monkeypatch):
    """An empty database leads to the upload."""
    screen = screens.on(sqlite_url, monkeypatch)("insights")
    assert not screen.exception and "Nothing to look at yet" in screens.texts(screen)
    assert screen.button(key="insights_upload")


@pytest.mark.parametrize("view", ["Overview", "Who they are"])
def test_one_person(sqlite_url, monkeypatch, view):
    """A single customer who never bought: no division by zero, nothing to compare with."""
    one_person(sqlite_url).close()
    screen = screens.on(sqlite_url, monkeypatch)("insights")
    screen.button_group(key="view").set_value(view).run()
    assert not screen.exception


def test_six_numbers_against_the_period_before(page, sqlite_url):
    """The tiles are those of the view, each with what it was before."""
    kpis = insights.kpis(open_at(sqlite_url), periods.period("last 90 days", DAY))
    assert [one.label for one in page.metric] == [kpi.label for kpi in kpis]
    assert page.metric[1].value == str(kpis[1].value)
    assert sum("before: " in part.value for part in page.caption) == 6


def test_the_period_can_be_changed(page):
    """A year is compared with the year before."""
    page.selectbox(key="period").set_value("last 365 days").run()
    assert "6 Jan 2025 to 5 Jan 2026" in screens.texts(page)


def test_the_sentences_lead_to_their_people(page, sqlite_url):
    """The first sentence's button opens exactly who it counts."""
    first = sentences(open_at(sqlite_url), periods.period("last 90 days", DAY))[0]
    button = next(
        one for one in page.button if one.key and one.key.startswith("people_") and "kpi" not in one.key
    )
    assert str(first.people) in button.label
    button.click().run()
    assert page.title[0].value == "Customers" and sorted(shown(page)["name"]) == names(
        sqlite_url, first.condition
    )


def test_a_tile_leads_to_its_people(page, sqlite_url):
    """Who bought in the period."""
    kpi = insights.kpis(open_at(sqlite_url), periods.period("last 90 days", DAY))[1]
    page.button(key="people_kpi_buyers").click().run()
    assert len(shown(page)) == kpi.value


@pytest.mark.parametrize("segment", ["no purchase", "champions"])
def test_a_bar_leads_to_its_people(page, sqlite_url, segment):
    """A click on a segment opens those people, with a chip that says who they are."""
    expected = names(sqlite_url, Where("segment", "is", segment))
    screen = click(who(page), "segment", SEGMENTS.index(segment))
    assert (
        screen.title[0].value == "Customers"
        and f"segment: {segment}" in screen.button(key="chip_people").label
    )
    assert sorted(shown(screen)["name"]) == expected and expected


def test_a_cell_leads_to_its_people(page, sqlite_url):
    """A click on a cell of recency and frequency."""
    marks = insights.rfm_grid(open_at(sqlite_url), DAY)
    place = int(marks.frame["people"].idxmax())
    screen = click(who(page), "rfm", place)
    assert len(shown(screen)) == marks.frame["people"][place] > 0


def test_a_month_leads_to_its_buyers(page, sqlite_url):
    """The last bar of revenue: who bought in that month."""
    marks = insights.revenue_by_month(open_at(sqlite_url), DAY)
    place = len(marks.frame) - 2
    screen = click(page, "revenue_by_month", min(place, 22))
    assert sorted(shown(screen)["name"]) == names(sqlite_url, marks.conditions[place])


def test_the_curve_leads_to_the_best(page, sqlite_url):
    """A point of the curve: who spent as much or more."""
    marks = insights.pareto(open_at(sqlite_url), DAY)
    screen = click(who(page), "pareto", 1)
    assert sorted(shown(screen)["name"]) == names(sqlite_url, marks.conditions[1])


def test_a_mark_can_be_reached_without_a_mouse(page, sqlite_url):
    """The same people from a list beside the chart."""
    screen = who(page)
    screen.selectbox(key="pick_tier").set_value(0).run()
    screen.button(key="go_tier").click().run()
    assert sorted(shown(screen)["name"]) == names(sqlite_url, Where("tier", "is", "high"))


def test_every_chart_says_what_it_shows_and_gives_its_data(page):
    """A text for those who cannot see it, and a file of its numbers."""
    screen = who(page)
    charts = screen.get("plotly_chart")
    assert len(charts) == 6 and all(chart.proto.alt for chart in charts)
    assert sum(one.key.startswith("data_") for one in screen.get("download_button")) == 6
