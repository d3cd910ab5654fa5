"""The Insights page: one set of filters for all views, and every mark leads to exactly its people."""

from datetime import date
from urllib.parse import parse_qsl

import pandas as pd
import pytest
import screens
from page_shops import DAY, goals_of, no_purchases, normal_day, one_person, shown
from streamlit.testing.v1 import AppTest

from crm_core.actions import refresh
from crm_core.actions.opening import open_at
from crm_core.actions.segments import save_segment
from crm_core.model.conditions import EVERYBODY, All, AnyOf, Has, Where
from crm_core.model.words import SEGMENTS
from crm_core.views import customers
from crm_core.views.customers import PeopleQuery
from crm_core.views.insights import periods
from crm_core.views.insights import who as insights
from crm_core.views.insights.kpis import kpis
from crm_core.views.insights.marks import Marks
from crm_core.views.insights.sentences import sentences
from pages._insights import revenue, scope

VIEWS = ("Overview", "Who they are", "Who changed", "Who comes back", "What comes next", "What they buy")
KEPT = ("Overview", "Who changed", "What comes next", "What they buy")


@pytest.fixture
def page(sqlite_url, monkeypatch):
    """Insights on a normal day."""
    normal_day(sqlite_url).close()
    return screens.on(sqlite_url, monkeypatch)("insights")


@pytest.fixture
def linked(sqlite_url, monkeypatch):
    """Opens the page on a normal day by a link: `linked("for_segment=loyal")`."""
    normal_day(sqlite_url).close()
    show = screens.on(sqlite_url, monkeypatch)

    def visit(link: str) -> AppTest:
        screen = show("today")
        screen.switch_page("pages/insights.py")
        for name, value in parse_qsl(link):
            screen.query_params[name] = [*screen.query_params.get(name, []), value]
        return screen.run()

    return visit


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


def fresh(database) -> None:
    """What is worked out from everything is up to date."""
    refresh.refresh_all(database, as_of=DAY)


# Nobody, one person, no purchases ---------------------------------------------------------------------------------


def test_nobody_yet(sqlite_url, monkeypatch):
    """An empty database leads to the upload, and offers no filters."""
    screen = screens.on(sqlite_url, monkeypatch)("insights")
    assert not screen.exception and "Nothing to look at yet" in screens.texts(screen)
    assert screen.button(key="insights_upload") and not screen.multiselect


@pytest.mark.parametrize("view", VIEWS)
def test_one_person(sqlite_url, monkeypatch, view):
    """A single customer who never bought: no division by zero, nothing to compare with."""
    fresh(one_person(sqlite_url))
    screen = screens.on(sqlite_url, monkeypatch)("insights")
    screen.button_group(key="view").set_value(view).run()
    assert not screens.errors(screen)


@pytest.mark.parametrize(
    "view, said", [("Overview", "Nothing has been bought yet"), ("Who they are", "has bought yet")]
)
def test_no_purchases(sqlite_url, monkeypatch, view, said):
    """People without purchases: what cannot be shown is said where it would stand."""
    no_purchases(sqlite_url).close()
    screen = screens.on(sqlite_url, monkeypatch)("insights")
    screen.button_group(key="view").set_value(view).run()
    assert not screens.errors(screen) and said in screens.texts(screen)


# The filters ------------------------------------------------------------------------------------------------------


def test_filters_come_from_the_link(linked, sqlite_url):
    """Segments, owners and products of the link are one condition, and the page says whose numbers these are."""
    screen = linked(
        "for_segment=champions&for_segment=loyal&for_owner=Maria&for_owner=nobody&for_product=Tea"
    )
    condition = All(
        (
            AnyOf((Where("segment", "is", "champions"), Where("segment", "is", "loyal"))),
            AnyOf((Where("owner", "is", "Maria"), Where("owner", "blank"))),
            Has("purchase", (Where("product", "is", "Tea"),)),
        )
    )
    few = len(names(sqlite_url, condition))
    assert not screens.errors(screen) and 0 < few < 12
    said = f"Only champions or loyal, owner Maria or no owner, bought Tea: {few} of 12 people"
    assert said in screens.texts(screen)


def test_the_filters_hold_on_every_view(linked, sqlite_url):
    """From one view to another the filters stay, and the numbers are theirs."""
    screen = who(linked("for_owner=Maria"))
    maria = insights.distribution(open_at(sqlite_url), "tier", DAY, whom=Where("owner", "is", "Maria"))
    screen.selectbox(key="pick_tier").set_value(0).run()
    assert screen.multiselect(key="for_owner").value == ["Maria"]
    assert screen.selectbox(key="pick_tier").options[0].startswith(f"high: {maria.frame['people'][0]}")


def test_a_mark_of_filtered_people_says_so(linked, sqlite_url):
    """The people of a bar are those of the filter alone, and their title tells both."""
    screen = click(who(linked("for_owner=Maria")), "segment", SEGMENTS.index("no purchase"))
    assert screen.button(key="chip_people").label.startswith("Segment: no purchase (owner Maria)")
    both = All((Where("owner", "is", "Maria"), Where("segment", "is", "no purchase")))
    found = shown(screen)["name"].tolist() if len(names(sqlite_url, both)) else []
    assert sorted(found) == names(sqlite_url, both)


def test_a_saved_segment_is_a_filter(linked, sqlite_url):
    """What was saved under a name stands beside the built-in words."""
    condition = Where("tags", "contains", "vegan")
    save_segment(open_at(sqlite_url), "Vegans", condition, who="anna", as_of=DAY)
    screen = linked("for_segment=saved: Vegans")
    few = len(names(sqlite_url, condition))
    assert f"Only Vegans: {few} of 12 people" in screens.texts(screen)


def test_a_category_is_a_filter(sqlite_url, monkeypatch):
    """All of a kind of goods, besides single products."""
    normal_day(sqlite_url, category="Hot drinks").close()
    screen = screens.on(sqlite_url, monkeypatch)("insights")
    screen.multiselect(key="for_product").set_value(["all of: Hot drinks"]).run()
    assert "Only bought Hot drinks: 10 of 12 people" in screens.texts(screen)


def test_clear_filters(linked):
    """One press and it is everybody again."""
    screen = linked("for_owner=Maria&for_segment=loyal")
    screen.button(key="scope_clear").click().run()
    assert "Only" not in screens.texts(screen) and screen.multiselect(key="for_owner").value == []


def test_filters_that_leave_nobody(linked):
    """Nothing is drawn, and the way back is offered."""
    screen = linked("for_segment=no purchase&for_product=Tea")
    assert "Nobody fits these filters" in screens.texts(screen) and not screen.metric
    screen.button(key="show_everybody").click().run()
    assert len(screen.metric) == 8


def test_the_period_can_be_changed(page):
    """A year is compared with the year before."""
    page.selectbox(key="period").set_value("last 365 days").run()
    assert "6 Jan 2025 to 5 Jan 2026" in screens.texts(page)


def test_days_of_ones_own(linked):
    """From a day to a day, compared with as many days before."""
    screen = linked("period=Chosen days&days=2025-11-01&days=2025-11-30")
    said = "1 Nov 2025 to 30 Nov 2025, compared with 2 Oct 2025 to 31 Oct 2025"
    assert said in screens.texts(screen)


def test_half_chosen_days(linked):
    """While only the first day is chosen, the period runs up to today."""
    screen = linked("period=Chosen days")
    screen.date_input(key="days").set_value((date(2025, 12, 1),)).run()
    assert "1 Dec 2025 to 5 Jan 2026" in screens.texts(screen)


def test_who_was_silent_then_cannot_be_listed_now(linked):
    """Of a period that is over, those who had fallen silent may have come since: no button leads to others."""
    screen = linked("period=Chosen days&days=2025-11-01&days=2025-12-15")
    shut = {
        name: screen.button(key=f"people_kpi_{name}").disabled for name in ("buyers", "repeat_rate", "silent")
    }
    assert shut == {"buyers": False, "repeat_rate": True, "silent": True}


def test_who_was_filtered_then_cannot_be_listed_now(linked):
    """Filters of a period that is over hold on its last day; who fits them today may be others."""
    screen = linked("period=Chosen days&days=2025-11-01&days=2025-12-15&for_segment=champions")
    assert screen.button(key="people_kpi_buyers").disabled


# Overview ---------------------------------------------------------------------------------------------------------


def test_eight_numbers_against_the_period_before(page, sqlite_url):
    """The tiles are those of the view, each with what it was before, as far as there was something."""
    found = kpis(open_at(sqlite_url), periods.period("last 90 days", DAY))
    assert [one.label for one in page.metric] == [kpi.label for kpi in found] and len(found) == 8
    assert page.metric[1].value == str(found[1].value)
    known = sum(kpi.before is not None for kpi in found)
    assert sum(part.value.startswith("before") for part in page.caption) == known > 0


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


@pytest.mark.parametrize("name", ["revenue", "buyers", "retention", "repeat_rate", "churn", "silent"])
def test_a_tile_leads_to_its_people(page, name):
    """As many as its button says, and the chip says which days."""
    button = page.button(key=f"people_kpi_{name}")
    count = int(button.label.split()[0])
    if not count:
        assert button.disabled
        return
    button.click().run()
    assert len(shown(page)) == count and "8 Oct 2025 to 5 Jan 2026" in page.button(key="chip_people").label


def test_goals_are_set_and_told(page, sqlite_url):
    """A goal far away is not reached yet, one at nothing is; both in words."""
    page.number_input(key="set_goal_repeat_rate").set_value(1.0)
    page.number_input(key="set_goal_revenue").set_value(1_000_000.0)
    page.button(key="save_goals").click().run()
    assert goals_of(sqlite_url) == {"goal_repeat_rate": "1", "goal_revenue": "1000000"}
    said = screens.texts(page)
    assert "goal 1%: reached" in said and ": not yet" in said


def test_a_goal_is_taken_back(page, sqlite_url):
    """An empty field is no goal."""
    page.number_input(key="set_goal_churn").set_value(5.0)
    page.button(key="save_goals").click().run()
    assert goals_of(sqlite_url) == {"goal_churn": "5"} and "goal 5%" in screens.texts(page)
    page.number_input(key="set_goal_churn").set_value(None)
    page.button(key="save_goals").click().run()
    assert goals_of(sqlite_url) == {} and "goal 5%" not in screens.texts(page)


def test_a_month_leads_to_its_buyers(page, sqlite_url):
    """A bar of revenue: who bought in that month."""
    marks = insights.revenue_by_month(open_at(sqlite_url), DAY)
    place = min(len(marks.frame), 12) - 2
    screen = click(page, "revenue_by_month", place)
    assert sorted(shown(screen)["name"]) == names(sqlite_url, marks.conditions[len(marks.frame) - 2])


def months(count: int) -> Marks:
    """So many months up to January 2026."""
    named = [str(month) for month in pd.period_range(end="2026-01", periods=count, freq="M")]
    frame = pd.DataFrame({"month": named, "orders": 1, "revenue": range(count)})
    return Marks(frame, tuple(Where("note", "is", month) for month in named))


NOTHING = pd.DataFrame(columns=["month", "expected", "low", "high"])
NEXT = pd.DataFrame({"month": ["2026-02"], "expected": [5], "low": [4], "high": [6]})


def test_the_year_before_stands_behind():
    """Each month has the same month a year before, and the click on that leads to its people."""
    drawn = revenue.shown(months(24), NOTHING, periods.period("month", DAY))
    assert drawn.frame["before"].tolist() == list(range(12))
    assert drawn.conditions[12] == Where("note", "is", "2024-02")


def test_what_is_expected_follows():
    """The next month has no revenue yet; its people are those of a year before."""
    drawn = revenue.shown(months(24), NEXT, periods.period("month", DAY))
    last = drawn.frame.iloc[-1]
    assert (last["month"], last["expected"], last["before"]) == ("2026-02", 5, 12)
    assert pd.isna(last["revenue"]) and drawn.conditions[12] == EVERYBODY


def test_nothing_is_expected_of_the_past():
    """Months that ended long ago are shown without what comes next."""
    span = periods.period("custom", DAY, date(2012, 1, 1), date(2012, 12, 31))
    drawn = revenue.shown(months(240), NEXT, span)
    assert drawn.frame["month"].iloc[-1] == "2012-12" and drawn.frame["expected"].isna().all()


@pytest.mark.parametrize("count", [0, 1, 11, 13, 60])
def test_no_more_than_the_months_there_are(count):
    """A year up to today, or less."""
    drawn = revenue.shown(months(count), NOTHING, periods.period("month", DAY))
    assert len(drawn.frame) == min(count, 12) and len(drawn.conditions) == 2 * len(drawn.frame)


# Who they are -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("segment", ["no purchase", "champions"])
def test_a_bar_leads_to_its_people(page, sqlite_url, segment):
    """A click on a segment opens those people, with a chip that says who they are."""
    expected = names(sqlite_url, Where("segment", "is", segment))
    screen = click(who(page), "segment", SEGMENTS.index(segment))
    assert (
        screen.title[0].value == "Customers"
        and f"Segment: {segment}" in screen.button(key="chip_people").label
    )
    assert sorted(shown(screen)["name"]) == expected and expected


def test_a_cell_leads_to_its_people(page, sqlite_url):
    """A click on a cell of recency and frequency."""
    marks = insights.rfm_grid(open_at(sqlite_url), DAY)
    place = int(marks.frame["people"].idxmax())
    screen = click(who(page), "rfm", place)
    assert len(shown(screen)) == marks.frame["people"][place] > 0


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


def test_a_place_leads_to_its_people(page, sqlite_url):
    """The country with most people; the list of places can be another one."""
    screen = who(page)
    assert "No city is known of these people." in screens.texts(screen)
    screen.button_group(key="places_by").set_value("country").run()
    screen = click(screen, "places", 0)
    assert sorted(shown(screen)["name"]) == names(sqlite_url, Where("country", "is", "AT"))


def test_a_class_leads_to_its_people(page, sqlite_url):
    """Class A: all who have bought."""
    screen = click(who(page), "priority", 0)
    assert sorted(shown(screen)["name"]) == names(sqlite_url, Where("priority", "is", "A"))


def test_every_chart_says_what_it_shows_and_gives_its_data(page):
    """A text for those who cannot see it, and a file of its numbers."""
    screen = who(page)
    screen.button_group(key="places_by").set_value("country").run()
    charts = screen.get("plotly_chart")
    assert len(charts) == 8 and all(chart.proto.alt for chart in charts)
    assert sum(one.key.startswith("data_") for one in screen.get("download_button")) == 8


# What is worked out beside the page -------------------------------------------------------------------------------


@pytest.mark.parametrize("view", KEPT)
def test_what_is_not_up_to_date_is_worked_out_once(page, monkeypatch, view):
    """The page begins by itself, waits, and draws what came of it; even if that stays stale it does not begin again."""
    begun: list[date] = []
    del page.session_state["kept_up_for"]
    monkeypatch.setattr(refresh, "is_stale", lambda database, as_of: True)
    monkeypatch.setattr(refresh, "refresh_all", lambda database, as_of, progress: begun.append(as_of))
    page.button_group(key="view").set_value(view).run()
    assert not screens.errors(page)
    page.run()
    assert begun == [DAY]


def test_views_that_need_nothing_worked_out_wait_for_nothing(page, monkeypatch):
    """Who they are comes at once."""
    del page.session_state["kept_up_for"]
    monkeypatch.setattr(refresh, "is_stale", lambda database, as_of: pytest.fail("asked"))
    assert not screens.errors(who(page))


# The managers' workbook -------------------------------------------------------------------------------------------


def report_of(screen, monkeypatch) -> list:
    """What the report button asks for when the page runs again with these filters."""
    asked: list = []
    monkeypatch.setattr(scope, "report_file", lambda *about: asked.append(about) or b"")
    monkeypatch.setattr(scope, "download", lambda label, make, name, **look: asked.append(name) or make())
    assert not screens.errors(screen.run())
    return asked


def test_the_report_is_about_the_filters(linked, monkeypatch):
    """The workbook is of the chosen days and people, said in words, and named after the days."""
    screen = linked("view=Who they are&period=This month&for_owner=Maria")
    name, (_, span, day, whom, words) = report_of(screen, monkeypatch)
    assert name == "report-2026-01-01-to-2026-01-05.xlsx"
    assert (span, day) == (periods.period("month", DAY), DAY)
    assert (whom, words) == (Where("owner", "is", "Maria"), "owner Maria")


def test_the_report_knows_chosen_days(linked, monkeypatch):
    """Days that somebody chose are as good as a named period."""
    screen = linked("view=Who they are&period=Chosen days&days=2025-11-01&days=2025-11-30")
    _, (_, span, *_rest) = report_of(screen, monkeypatch)
    assert (span.start, span.end) == (date(2025, 11, 1), date(2025, 11, 30))


def test_filters_without_anything_to_choose_are_not_shown(sqlite_url, monkeypatch):
    """Where nobody has an owner and no product is known, only period and segment stand there."""
    no_purchases(sqlite_url).close()
    screen = screens.on(sqlite_url, monkeypatch)("insights")
    assert [box.key for box in screen.multiselect] == ["for_segment"]


def test_a_link_to_a_segment_that_is_gone_says_so(linked):
    """Numbers of everybody are never shown without a word where a link asked for some."""
    screen = linked("view=Who they are&for_segment=saved: Long gone")
    assert [toast.value for toast in screen.toast] == [
        "“Long gone” of this link is not there any more. It is left out."
    ]
    assert not screens.errors(screen)
