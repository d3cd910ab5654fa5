"""The Customer page: everything about one person, two clicks to log a contact, all fields to edit."""

import pytest
import screens
from page_shops import DAY, normal_day, one_person, stored
from streamlit.testing.v1 import AppTest

from crm_core.actions.opening import open_at
from crm_core.actions.records import CellEdit, save_cells
from crm_core.views import customer
from crm_core.views.ahead import forecasts
from crm_core.views.ahead.forecasts import PersonForecast


@pytest.fixture
def shop(sqlite_url, monkeypatch):
    """A normal day; gives the page of a person by their number."""
    normal_day(sqlite_url).close()
    screens.on(sqlite_url, monkeypatch)
    return person


def person(number: object) -> AppTest:
    screen = AppTest.from_file(str(screens.ROOT / "app.py"), default_timeout=60).run()
    screen.query_params["id"] = str(number)
    return screen.switch_page("pages/customer.py").run()


def press(screen, label):
    next(one for one in screen.button if one.label == label).click().run()


def metrics(screen) -> dict[str, tuple[str, str]]:
    return {one.label: (one.value, one.delta) for one in screen.metric}


def test_a_person_at_a_glance(shop):
    """Name, portrait, words and four numbers, each compared with something."""
    screen = shop(1)
    assert not screen.exception and screen.title[0].value == "Person A"
    assert "bought 12 times" in screens.texts(screen) and "looked after by Maria" in screens.texts(screen)
    found = metrics(screen)
    assert found["Last bought"] == ("3 days ago", "usually every 20 days")
    assert found["Spent in all"] == ("€720", "12 orders, €60 each")
    assert all(compared for _, compared in found.values())


def test_without_purchases(shop):
    """Somebody who never bought has no empty or broken tile."""
    found = metrics(shop(12))
    assert found["Last bought"][0] == "never" and found["Spent in all"] == ("€0", "no order yet")


def test_only_a_name(sqlite_url, monkeypatch):
    """All facts missing: the page still says what there is to do."""
    one_person(sqlite_url).close()
    screens.on(sqlite_url, monkeypatch)
    screen = person(1)
    assert not screen.exception and screen.title[0].value == "Only One"
    assert "nobody looks after them" in screens.texts(screen) and "Nothing is planned" in screens.texts(
        screen
    )


@pytest.mark.parametrize("given", ["999", "abc", "", "-1", "1; drop"])
def test_a_wrong_link_leads_to_a_search(shop, given):
    """A number that nobody has, or that is none, is no crash."""
    screen = shop(given)
    assert not screen.exception and screen.text_input(key="person_search")


def test_the_search_opens_somebody(shop):
    """From the search to the page of a person."""
    screen = shop("")
    screen.text_input(key="person_search").set_value("Person E").run()
    screen.button(key="found_5").click().run()
    assert screen.title[0].value == "Person E"


def test_nobody_to_look_for_yet(sqlite_url, monkeypatch):
    """On an empty database the search says what comes first, and blames nobody's letters."""
    screens.on(sqlite_url, monkeypatch)
    screen = screens.open_page("customer")
    assert "There are no customers yet." in screens.texts(screen) and "fewer letters" not in screens.texts(
        screen
    )


def test_a_name_is_only_text(sqlite_url, shop):
    """Markdown in a name makes no picture, link or bold text."""
    save(sqlite_url, 1, "name", "Person A", "![x](http://example.org/a.png) **B**")
    screen = shop(1)
    assert screen.title[0].value.startswith("\\!\\[x\\](http:") and "**B**" not in screen.title[0].value


def save(url, number, field, seen, typed):
    database = open_at(url)
    save_cells(database, [CellEdit("customer", number, field, seen, typed)], who="somebody else", as_of=DAY)
    database.close()


# Contacts ---------------------------------------------------------------------------------------------------


def test_a_contact_is_logged_by_one_button(shop, sqlite_url):
    """An outcome is a contact of today; Undo takes it back."""
    screen = shop(1)
    screen.button(key="outcome_reached").click().run()
    assert metrics(screen)["Last contact"][0] == "today"
    screen.button(key="person_undo").click().run()
    assert metrics(screen)["Last contact"][0] == "never" and "Taken back" in screens.texts(screen)


def test_a_note_and_a_next_date_go_along(shop, sqlite_url):
    """The note stands on the time line, the date among the next follow-ups."""
    screen = shop(1)
    screen.text_input(key="contact_note").set_value("asked for beans")
    screen.date_input(key="contact_next").set_value(DAY.replace(day=20)).run()
    screen.button(key="outcome_reached").click().run()
    told = screens.texts(screen)
    assert "asked for beans" in told and "in 15 days" in told
    assert screen.text_input(key="contact_note").value == ""


def test_do_not_contact_is_seen(shop, sqlite_url):
    """The outcome marks the person, the page says so in red, and the toggle takes it back."""
    screen = shop(1)
    screen.button(key="outcome_do not contact").click().run()
    assert "does not want to be contacted" in screens.errors(screen)[0].lower()
    assert stored(sqlite_url)["do_not_contact"] == "yes" and screen.toggle[0].value
    screen.toggle[0].set_value(False).run()
    assert stored(sqlite_url)["do_not_contact"] == "no" and not screens.errors(screen)


# Edit -------------------------------------------------------------------------------------------------------


def test_fields_are_edited(shop, sqlite_url):
    """Preferred name, form of address and a birthday in anybody's way of writing."""
    screen = shop(3)
    screen.button(key="person_edit").click().run()
    screen.text_input(key="edit_preferred_name").set_value("Cee")
    screen.text_input(key="edit_salutation").set_value("Mrs C")
    screen.text_input(key="edit_birthday").set_value("31 Jan 1990")
    press(screen, "Save changes")
    found = stored(sqlite_url, 3)
    assert (found["preferred_name"], found["salutation"], found["birthday"]) == ("Cee", "Mrs C", "1990-01-31")
    assert "Cee" in screens.texts(screen) and "The changes are saved" in screens.texts(screen)


def test_a_refusal_stands_at_its_field(shop, sqlite_url):
    """What is wrong stays typed, what is right is saved."""
    screen = shop(3)
    screen.button(key="person_edit").click().run()
    screen.text_input(key="edit_email").set_value("nobody at all")
    screen.text_input(key="edit_city").set_value("Graz")
    press(screen, "Save changes")
    assert (
        "no e-mail" in screens.texts(screen) and screen.text_input(key="edit_email").value == "nobody at all"
    )
    assert stored(sqlite_url, 3)["city"] == "Graz" and stored(sqlite_url, 3)["email"] == "p2@example.org"


def test_a_conflict_shows_both(shop, sqlite_url):
    """Saved by somebody else meanwhile: both texts are shown, and a second save keeps ours."""
    screen = shop(3)
    screen.button(key="person_edit").click().run()
    save(sqlite_url, 3, "city", None, "Graz")
    screen.text_input(key="edit_city").set_value("Wels")
    press(screen, "Save changes")
    told = screens.texts(screen)
    assert "Graz" in told and "Wels" in told and stored(sqlite_url, 3)["city"] == "Graz"
    press(screen, "Save changes")
    assert stored(sqlite_url, 3)["city"] == "Wels"


def test_a_purchase_from_the_page(shop):
    """Log purchase knows whose it is."""
    screen = shop(12)
    screen.button(key="person_purchase").click().run()
    screen.text_input(key="line_product").set_value("Cake")
    screen.text_input(key="line_amount").set_value("4.50")
    press(screen, "Save purchase")
    assert metrics(screen)["Spent in all"] == ("€4.50", "1 order, €4.50 each")


def test_the_time_line_is_filtered(shop, sqlite_url):
    """Only contacts, then everything again."""
    screen = shop(1)
    screen.button(key="outcome_reached").click().run()
    kinds = screen.button_group(key="person_kinds")
    kinds.set_value(["contact"]).run()
    story = next(part.value for part in screen.markdown if "Call by phone" in part.value)
    assert "Tea" not in story
    assert len(customer.page(open_at(sqlite_url), 1, DAY).time_line) > 12


# Habits and forecast ----------------------------------------------------------------------------------------


def test_habits_stand_on_the_page(shop):
    """What they buy, how often, and how much they pay."""
    told = screens.texts(shop(1))
    assert "**Tea** · :gray[12 times, last 3 days ago]" in told and "Usually pays €60" in told


def test_without_purchases_there_are_no_habits(shop):
    """Somebody who never bought: a sentence in place of habits, and why nothing is forecast."""
    screen = shop(12)
    assert "They have not bought yet." in screens.texts(screen)
    assert metrics(screen)["Still a customer?"] == ("unknown", "they have not bought yet")


def test_no_forecast_is_explained_in_its_tile(shop):
    """Nothing was forecast so far: both tiles say why, and no reasons stand below."""
    found = metrics(shop(1))
    assert found["Still a customer?"][0] == found["Next 12 months"][0] == "unknown"
    assert len(found["Still a customer?"][1]) > 10


def test_a_forecast_comes_with_its_interval_and_reason(shop, monkeypatch):
    """How likely they still come, what the next year is worth, between what and what, and why."""
    known = PersonForecast(
        0.814, 0.72, 0.88, 2.0, 0.0, 4.0, 2_400_000, 1_100_000, 4_200_000, None, ("Because of tea.",)
    )
    monkeypatch.setattr(forecasts, "of_customer", lambda *_: known)
    screen = shop(1)
    found = metrics(screen)
    assert found["Still a customer?"] == ("81 %", "between 72 % and 88 %")
    assert found["Next 12 months"] == ("€240", "between €110 and €420")
    assert "Because of tea." in screens.texts(screen)
