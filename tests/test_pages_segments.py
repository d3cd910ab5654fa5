"""The Segments page: a draft of rows and groups becomes a condition, is counted, saved, used and mended."""

import re

import pytest
import screens
from hypothesis import given
from hypothesis import strategies as st
from page_shops import DAY, normal_day, shown
from streamlit.testing.v1 import AppTest

from crm_core.actions.opening import open_at
from crm_core.actions.segments import remove_segment, save_segment
from crm_core.model.conditions import EVERYBODY, All, AnyOf, Has, Near, Not, Saved, Was, Where
from crm_core.views import customers
from crm_core.views.customers import PeopleQuery
from crm_core.views.segments import saved as segments
from pages._segments.draft import FOLLOW_UP, NEAR, NO, SAVED, YES, Group, Row, condition_of, rows, sketch_of
from pages._segments.list import STARTS

# The draft --------------------------------------------------------------------------------------------------

SHOWN = st.one_of(
    st.builds(Where, st.sampled_from(["city", "tier", "extra.Colour"]), st.just("is"), st.text(min_size=1)),
    st.builds(Where, st.just("last_on"), st.just("days ago at least"), st.integers(1, 400)),
    st.builds(Where, st.just("phone"), st.just("blank")),
    st.builds(
        lambda name, count, since: Has("purchase", (Where("product", "is", name),), count, since),
        st.text(min_size=1), st.integers(0, 9), st.one_of(st.none(), st.integers(1, 90), st.just("2025-01-31")),
    ),
    st.builds(Has, st.just("interaction"), st.just(()), st.integers(0, 1), st.integers(1, 90)),
    st.builds(Near, st.text(min_size=1), st.floats(1, 500)),
    st.builds(Saved, st.text(min_size=1)),
)  # fmt: skip
UNSHOWN = st.sampled_from([
    Was("segment", "champions", "2025-11-30"),
    Has("occasion", (Where("orders", "at least", 1),), since="2025-01-01"),
    Near("", 5, 48.2, 16.4),
])  # fmt: skip
SEVERAL = {"min_size": 2, "max_size": 3}


def grouped(inner):
    parts = st.lists(inner, **SEVERAL).map(tuple)
    return st.one_of(parts.map(All), parts.map(AnyOf), parts.map(AnyOf).map(Not))


CONDITIONS = st.recursive(st.one_of(SHOWN, UNSHOWN), grouped, max_leaves=8)


@given(CONDITIONS)
def test_a_condition_comes_back_from_its_draft(condition):
    """Drawn as rows and groups and read again, it is the same condition."""
    assert condition_of(sketch_of(condition).root) == condition


@given(CONDITIONS)
def test_every_part_has_a_number_of_its_own(condition):
    """The boxes of two parts are never mixed up, and numbers given out later are new."""
    sketch = sketch_of(condition)
    numbers = [row.number for row in rows(sketch.root)]
    assert len(set(numbers)) == len(numbers) and sketch.number() > max(numbers)


def test_a_draft_of_nothing_has_one_empty_row():
    """There is a line to begin with, and it asks nothing yet."""
    for nothing in (None, EVERYBODY):
        sketch = sketch_of(nothing)
        assert len(sketch.root.parts) == 1 and condition_of(sketch.root) is None


def test_unfinished_rows_do_not_count():
    """A row without a value, and a group of such rows, leave the rest as it is."""
    group = Group(1, "all", [Row(2, "tier", "is", "high"), Row(3, "city", "is"), Group(4, "any", [Row(5)])])
    assert condition_of(group) == Where("tier", "is", "high")


@pytest.mark.parametrize("value", [0, 0.0, "0"])
def test_nought_is_a_value(value):
    """Orders at most 0 is a question."""
    assert condition_of(Row(1, "orders", "at most", value)) == Where("orders", "at most", value)


def test_none_of_several_is_neither():
    """A group of which none may be met."""
    group = Group(1, "none", [Row(2, "tier", "is", "high"), Row(3, "phone", "blank")])
    assert condition_of(group) == Not(AnyOf((Where("tier", "is", "high"), Where("phone", "blank"))))


def test_several_products_are_one_of_them():
    """Two products chosen in a row: either of them, so many times, since then."""
    row = Row(1, "purchase.product", YES, ("Tea", "Cake"), times=3, since=90)
    assert condition_of(row) == Has("purchase", (Where("product", "one of", ("Tea", "Cake")),), 3, 90)


def test_what_was_not_bought_is_asked_as_none():
    """ "Did not buy" counts none, whatever number stood there before."""
    row = Row(1, "purchase.category", NO, ("Tea",), times=3)
    assert condition_of(row) == Has("purchase", (Where("category", "is", "Tea"),), 0)


def test_an_open_follow_up_and_its_lack():
    """Open ones only, however many."""
    told = [condition_of(Row(1, FOLLOW_UP, relation)) for relation in (YES, NO)]
    assert [one.count for one in told] == [1, 0] and told[0].conditions == (Where("state", "is", "open"),)


@pytest.mark.parametrize(("what", "found"), [(NEAR, Near("Graz", 10.0)), (SAVED, Saved("Graz"))])
def test_not_near_and_not_in_a_segment(what, found):
    """Places and saved segments can be asked for and kept out."""
    assert condition_of(Row(1, what, YES, "Graz")) == found
    assert condition_of(Row(1, what, NO, "Graz")) == Not(found)


def test_a_part_that_no_row_shows_is_kept():
    """What a chart handed over stays as it is until it is taken off."""
    was = Was("segment", "champions", "2025-11-30")
    sketch = sketch_of(All((was, Where("tier", "is", "low"))))
    kept = next(row for row in rows(sketch.root) if row.kept)
    assert kept.kept == was
    sketch.remove(kept.number)
    assert condition_of(sketch.root) == Where("tier", "is", "low")


def test_nobody_at_all_stays_nobody():
    """An empty "any" inside a group is not lost: it would mean everybody."""
    assert condition_of(sketch_of(AnyOf((AnyOf(()), Where("tier", "is", "low")))).root) == AnyOf(
        (AnyOf(()), Where("tier", "is", "low"))
    )


def test_a_group_goes_with_its_last_row():
    """No empty box stays behind; the outermost one stays."""
    sketch = sketch_of(None)
    inner = sketch.add_group(sketch.root)
    sketch.remove(inner.parts[0].number)
    assert inner not in sketch.root.parts
    sketch.remove(sketch.root.parts[0].number)
    assert sketch.root.parts == []


def test_a_group_inside_asks_the_other_way():
    """Inside "all" a group begins as "any", inside the others as "all"."""
    sketch = sketch_of(None)
    first = sketch.add_group(sketch.root)
    assert (first.how, sketch.add_group(first).how) == ("any", "all")


def test_asking_something_else_forgets_the_value():
    """Another field begins without value, and its boxes are new ones."""
    row = Row(1, "purchase.product", YES, ("Tea",), times=3, since=90)
    row.ask("city", "is")
    assert (row.what, row.value, row.times, row.since, row.turn) == ("city", None, 1, None, 1)


# The page ---------------------------------------------------------------------------------------------------

HIGH = Where("tier", "is", "high")


@pytest.fixture
def show(sqlite_url, monkeypatch):
    """Opens a page on a normal day."""
    normal_day(sqlite_url).close()
    return screens.on(sqlite_url, monkeypatch)


@pytest.fixture
def page(show):
    return show("segments")


def save(url, name, condition, note=""):
    """A segment saved by somebody."""
    database = open_at(url)
    try:
        return save_segment(database, name, condition, who="anna", as_of=DAY, note=note)
    finally:
        database.close()


def saved(url):
    """The saved segments by name."""
    database = open_at(url)
    try:
        return {one.name: one for one in segments.segments(database, DAY)}
    finally:
        database.close()


def people(url, condition):
    database = open_at(url)
    try:
        found = customers.people(database, PeopleQuery(condition), DAY)
        return sorted(found.frame["name"])
    finally:
        database.close()


def box(screen, kind, aspect, place=-1):
    """The box for that aspect of a row: what, relation, number…; the last one unless said otherwise."""
    found = [one for one in getattr(screen, kind) if re.fullmatch(rf"seg_\d+_\d+_{aspect}", one.key or "")]
    return found[place]


def ask(screen, what, place=-1):
    """Choose what a row asks about."""
    return box(screen, "selectbox", "what", place).set_value(what).run()


def more(screen):
    """One more row in the outermost group."""
    found = [one for one in screen.button if re.match(r"seg_row_more_\d+", one.key or "")]
    return found[-1].click().run()


def fresh(screen):
    return screen.button(key="segment_new").click().run()


def test_without_customers_the_upload_comes_first(sqlite_url, monkeypatch):
    """An empty database says what to do first."""
    screen = screens.on(sqlite_url, monkeypatch)("segments")
    assert not screen.exception and "Upload your workbook" in screens.texts(screen)


def test_three_ways_to_begin(page, sqlite_url):
    """Where nothing is saved, three starting points with the number of people each finds."""
    begins = [one for one in page.button if (one.key or "").startswith("segment_begin_")]
    assert len(begins) == 3 and "No segment is saved yet" in screens.texts(page)
    for _, _, _, condition in STARTS:
        assert f"**{len(people(sqlite_url, condition))}** p" in screens.texts(page)


@pytest.mark.parametrize("place", range(3))
def test_a_starting_point_is_saved_as_it_stands(page, sqlite_url, place):
    """Begin with it, save: the segment bears its name and finds its people."""
    page.button(key=f"segment_begin_{place}").click().run()
    page.button(key="segment_save").click().run()
    name, _, _, condition = STARTS[place]
    assert not page.exception and saved(sqlite_url)[name].condition == condition


def test_a_condition_is_built_and_counted(page, sqlite_url):
    """Orders at least 10: the number stands beside the sentence."""
    ask(fresh(page), "orders")
    box(page, "number_input", "number").set_value(10).run()
    count = len(people(sqlite_url, Where("orders", "at least", 10)))
    assert not page.exception and f"**{count} people**" in screens.texts(page)
    assert segments.describe(Where("orders", "at least", 10)) in screens.texts(page)


def test_money_is_given_in_units(page):
    """12.50 in the box is 12.50 of the currency."""
    ask(fresh(page), "revenue")
    box(page, "number_input", "number").set_value(12.5).run()
    assert "Revenue 12.50 or more" in screens.texts(page)


def test_an_unfinished_row_is_said(page):
    """A field without a value does not count, and the page says so; nothing can be saved yet."""
    ask(fresh(page), "orders")
    assert "1 row has no value yet" in screens.texts(page)
    assert page.button(key="segment_save").disabled


def test_a_group_of_any(page, sqlite_url):
    """Rows in a group of their own: high tier, and one of two owners' people."""
    ask(fresh(page), "tier")
    box(page, "multiselect", "several").set_value(["high"]).run()
    next(one for one in page.button if (one.key or "").startswith("seg_group_more_")).click().run()
    ask(page, "owner")
    box(page, "multiselect", "several").set_value(["Maria"]).run()
    assert not page.exception
    expected = All((Where("tier", "one of", ("high",)), Where("owner", "one of", ("Maria",))))
    assert f"**{len(people(sqlite_url, expected))} p" in screens.texts(page)


def test_none_of_these(page, sqlite_url):
    """The switch of a group turns it round."""
    ask(fresh(page), "tier")
    box(page, "multiselect", "several").set_value(["high"]).run()
    how = next(one for one in page.button_group if (one.key or "").startswith("seg_how_"))
    how.set_value("none").run()
    assert f"**{len(people(sqlite_url, Not(HIGH)))} p" in screens.texts(page)


def test_a_row_is_taken_off(page, sqlite_url):
    """The cross of the second row leaves the first."""
    ask(fresh(page), "tier")
    box(page, "multiselect", "several").set_value(["high"]).run()
    ask(more(page), "orders")
    box(page, "number_input", "number").set_value(999).run()
    assert "**0 people**" in screens.texts(page)
    [one for one in page.button if re.match(r"seg_off_\d+", one.key or "")][-1].click().run()
    assert f"**{len(people(sqlite_url, HIGH))} p" in screens.texts(page)


def test_what_is_built_survives_another_page(page):
    """To Customers and back: rows, values and name are still there."""
    ask(fresh(page), "orders")
    box(page, "number_input", "number").set_value(3).run()
    page.text_input(key="segment_name").set_value("Threes").run()
    page.switch_page("pages/customers.py").run()
    page.switch_page("pages/segments.py").run()
    assert box(page, "number_input", "number").value == 3
    assert page.text_input(key="segment_name").value == "Threes"


def test_what_is_built_waits_on_the_list(page):
    """Back to the list: it says what is not saved, and goes on from there."""
    ask(fresh(page), "orders")
    box(page, "number_input", "number").set_value(3).run()
    page.button(key="segments_back").click().run()
    assert "Not saved yet" in screens.texts(page)
    page.button(key="segment_go_on").click().run()
    assert box(page, "number_input", "number").value == 3


def test_a_segment_needs_a_name(page, sqlite_url):
    """Without one nothing is saved and the sentence says so."""
    ask(fresh(page), "orders")
    box(page, "number_input", "number").set_value(3).run()
    page.button(key="segment_save").click().run()
    assert any("name" in said for said in screens.errors(page)) and saved(sqlite_url) == {}


def test_a_card_says_who_and_how_many(show, sqlite_url):
    """Name, sentence and number of a saved segment."""
    save(sqlite_url, "The <b>best</b>", HIGH)
    screen = show("segments")
    told = screens.texts(screen)
    assert "The \\<b\\>best" in told and "Tier is high" in told
    assert f"**{len(people(sqlite_url, HIGH))}** p" in told


def test_people_opens_exactly_those(show, sqlite_url):
    """Customers shows who is in the segment, with a chip that names it."""
    save(sqlite_url, "Best", HIGH)
    number = saved(sqlite_url)["Best"].id
    screen = show("segments")
    screen.button(key=f"segment_people_{number}").click().run()
    assert screen.title[0].value == "Customers"
    assert sorted(shown(screen)["name"]) == people(sqlite_url, HIGH)
    assert "Best" in screen.button(key="chip_people").label


def test_a_segment_is_changed(show, sqlite_url):
    """Edit, another value, save: the same segment with the new condition."""
    save(sqlite_url, "Many", Where("orders", "at least", 5))
    number = saved(sqlite_url)["Many"].id
    screen = show("segments")
    screen.button(key=f"segment_edit_{number}").click().run()
    assert box(screen, "number_input", "number").value == 5
    box(screen, "number_input", "number").set_value(8).run()
    screen.button(key="segment_save").click().run()
    found = saved(sqlite_url)
    assert found["Many"].condition == Where("orders", "at least", 8) and found["Many"].id == number


def test_a_removed_segment_comes_back(show, sqlite_url):
    """Removed at once, with the way back beside the words."""
    save(sqlite_url, "Best", HIGH)
    number = saved(sqlite_url)["Best"].id
    screen = show("segments")
    screen.button(key=f"segment_remove_{number}").click().run()
    assert "is removed" in screens.texts(screen) and saved(sqlite_url) == {}
    screen.button(key="segment_undo").click().run()
    assert list(saved(sqlite_url)) == ["Best"]


def test_a_segment_with_a_lost_field_is_mended(show, sqlite_url):
    """The card says what is gone; in the builder its row is marked; taken off, the rest can be saved."""
    save(sqlite_url, "Old", All((Where("extra.Colour", "is", "red"), HIGH)))
    number = saved(sqlite_url)["Old"].id
    screen = show("segments")
    assert any("Colour" in one.value for one in screen.warning)
    screen.button(key=f"segment_edit_{number}").click().run()
    assert any(":red[" in one.value and "Colour" in one.value for one in screen.markdown)
    assert "Not counted yet" in screens.texts(screen) and screen.button(key="segment_save").disabled
    next(one for one in screen.button if re.match(r"seg_off_\d+", one.key or "")).click().run()
    screen.button(key="segment_save").click().run()
    assert saved(sqlite_url)["Old"].condition == HIGH and not saved(sqlite_url)["Old"].broken


# On the other pages -----------------------------------------------------------------------------------------


def test_customers_are_filtered_by_a_saved_segment(show, sqlite_url):
    """Chosen in the filter: exactly its people, and a chip that takes it off."""
    save(sqlite_url, "Best", HIGH)
    screen = show("customers")
    screen.multiselect(key="saved").set_value(["Best"]).run()
    assert sorted(shown(screen)["name"]) == people(sqlite_url, HIGH)
    screen.button(key="chip_saved_Best").click().run()
    assert len(shown(screen)) == 12


def test_a_link_names_the_saved_segment(show, sqlite_url, monkeypatch):
    """/customers?saved=Best opens on its people."""
    save(sqlite_url, "Best", HIGH)
    screen = AppTest.from_file(str(screens.ROOT / "app.py"), default_timeout=60).run()
    screen.query_params["saved"] = "Best"
    screen.switch_page("pages/customers.py").run()
    assert sorted(shown(screen)["name"]) == people(sqlite_url, HIGH)


def test_the_filters_that_are_set_are_saved(show, sqlite_url):
    """Save as segment: tier, owner and the search become one condition."""
    screen = show("customers")
    screen.multiselect(key="tier").set_value(["high"]).run()
    screen.text_input(key="q").set_value("p0@example").run()
    screen.button(key="save_as_segment").click().run()
    screen.text_input(key="save_as_segment_name").set_value("A")
    next(one for one in screen.button if one.label == "Save segment").click().run()
    assert not screen.exception and people(sqlite_url, saved(sqlite_url)["A"].condition) == ["Person A"]


def test_people_of_a_chart_are_saved(show, sqlite_url):
    """What a chart handed over becomes a segment as well."""
    screen = show("today")
    screen.session_state["people"] = ("segment: champions", Where("segment", "is", "champions"))
    screen.switch_page("pages/customers.py").run()
    screen.button(key="save_as_segment").click().run()
    screen.text_input(key="save_as_segment_name").set_value("Champions")
    next(one for one in screen.button if one.label == "Save segment").click().run()
    assert saved(sqlite_url)["Champions"].condition == Where("segment", "is", "champions")


def test_a_call_list_among_a_saved_segment(show, sqlite_url):
    """To call list opens Follow-ups among its people."""
    save(sqlite_url, "Best", HIGH)
    number = saved(sqlite_url)["Best"].id
    screen = show("segments")
    screen.button(key=f"segment_call_{number}").click().run()
    assert screen.title[0].value == "Follow-ups" and screen.selectbox(key="among").value == "Best"


def test_nobody_in_both_is_nobody_to_call(show, sqlite_url):
    """People handed over who are not in the chosen segment: the list is empty, not everybody's."""
    save(sqlite_url, "Best", HIGH)
    screen = show("followups")
    screen.session_state["call_people"] = [12]
    screen.selectbox(key="among").set_value("Best").run()
    assert not screen.exception and "0 people to call" in screens.texts(screen)


def test_a_broken_segment_is_said_where_it_is_used(show, sqlite_url):
    """A saved segment whose part is gone: Customers says which, and does not crash."""
    save(sqlite_url, "Best", HIGH)
    save(sqlite_url, "On it", Saved("Best"))
    database = open_at(sqlite_url)
    remove_segment(database, saved(sqlite_url)["Best"].id, who="anna", as_of=DAY)
    database.close()
    screen = show("customers")
    screen.multiselect(key="saved").set_value(["On it"]).run()
    assert any("Best" in said for said in screens.errors(screen))
