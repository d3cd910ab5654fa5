"""The Today page: the welcome of an empty database, the counter search, what is due, what matters."""

from datetime import date, timedelta

import pandas as pd
import pytest
import screens
from acting import rows
from screens import texts
from stocked import stock

from crm_core.actions.company import company, introduce
from crm_core.actions.doubles import keep_apart, merge
from crm_core.actions.opening import open_at
from crm_core.errors import DatabaseTrouble
from crm_core.model.conditions import EVERYBODY
from crm_core.views import customers, followups

DAY = date(2026, 1, 5)


@pytest.fixture
def show(sqlite_url, monkeypatch):
    return screens.on(sqlite_url, monkeypatch)


@pytest.fixture
def shop(sqlite_url):
    """Thirty regulars who bought every ten days until sixty days ago, and one who says no to contact."""
    names = [f"Regular {number}" for number in range(30)] + ["Ahmed Nowhere"]
    people = pd.DataFrame(
        {"name": names, "preferred_name": [None] * 30 + ["Hamid"], "likes": [None] * 30 + ["Oat latte"]}
    )
    people["phone"] = [f"+43 1 23456{number:02d}" for number in range(31)]
    people["do_not_contact"] = [None] * 30 + ["yes"]
    lines = [
        (number, (DAY - timedelta(days=60 + 10 * turn)).isoformat(), 1.0, 100_000 + number, "Tea")
        for number in range(1, 31)
        for turn in range(5)
    ]
    columns = ["customer_id", "date", "quantity", "amount", "product"]
    return stock(sqlite_url, DAY, customer=people, purchase=pd.DataFrame(lines, columns=columns))


# Welcome ----------------------------------------------------------------------------------------------------


def test_an_empty_database_welcomes(show):
    """Three questions and three ways on."""
    screen = show("today")
    assert not screen.exception and screen.title[0].value == "Welcome to Regulars"
    assert [one.key for one in (*screen.text_input, *screen.selectbox)] == [
        "company_name", "company_country", "company_currency",
    ]  # fmt: skip
    assert {"to_upload", "fill_demo"} <= {one.key for one in screen.button}


def test_a_company_without_a_name_is_asked_again(show):
    """Going on without a name is refused in a sentence; nothing is kept."""
    screen = show("today")
    screen.button(key="to_upload").click().run()
    assert "needs a name" in screens.errors(screen)[0]
    assert screen.title[0].value == "Welcome to Regulars"


def test_the_three_answers_are_kept(show, sqlite_url):
    """Name, country and currency are stored, and the Upload page opens."""
    screen = show("today")
    screen.text_input(key="company_name").set_value("Café Blau")
    screen.selectbox(key="company_country").set_value("PL")
    screen.selectbox(key="company_currency").set_value("PLN")
    screen.button(key="to_upload").click().run()
    assert not screen.exception and screen.title[0].value == "Upload"
    kept = company(open_at(sqlite_url))
    assert (kept.name, kept.country, kept.currency) == ("Café Blau", "PL", "PLN")


@pytest.mark.slow
def test_made_up_data_fills_is_marked_and_goes_again(show, sqlite_url):
    """One click fills and marks, one click takes everything out."""
    screen = show("today")
    screen.button(key="fill_demo").click().run()
    assert not screen.exception and screen.title[0].value.startswith("Good ")
    marked = show("today")
    assert "Made" in texts(marked) and "made up" in texts(marked)
    marked.button(key="remove_demo").click().run()
    marked.session_state["job_remove_demo"].future.result(timeout=60)
    database = open_at(sqlite_url)
    assert not company(database).demo and customers.count(database, EVERYBODY, DAY) == 0
    assert show("today").title[0].value == "Welcome to Regulars"


def test_made_up_data_that_is_refused_is_said(show, monkeypatch):
    """What the filling refuses stands on the welcome page, which stays usable."""
    from pages._today import welcome

    def refuse(*_, **__):
        raise DatabaseTrouble("The database has no space left on its disk. Nothing was saved.")

    monkeypatch.setattr(welcome, "fill_demo", refuse)
    screen = show("today")
    screen.button(key="fill_demo").click().run()
    assert "no space left" in screens.errors(screen)[0]


# A day ------------------------------------------------------------------------------------------------------


def test_one_person_is_a_day_too(show, sqlite_url):
    """With one customer who never bought there is a greeting and no sentence."""
    screens.stocked(sqlite_url, "Code;Name\nA1;Ada Novak\n")
    screen = show("today")
    assert not screen.exception and screen.title[0].value.startswith("Good ")
    assert not [one for one in screen.button if one.key.startswith("people_")]


def test_the_greeting_names_day_and_company(show, shop):
    """Monday, 5 January 2026 · Café Blau."""
    introduce(shop, name="Café Blau", currency="EUR", country="AT", who="anna", as_of=DAY)
    screen = show("today")
    assert "5 January 2026" in screen.caption[0].value or "January 5, 2026" in screen.caption[0].value
    assert "Café Blau" in screen.caption[0].value


def test_the_calls_of_the_day_are_counted(show, shop):
    """The tile shows how many people the call list would hold."""
    screen = show("today")
    due = followups.preview(shop, DAY, limit=0).people
    assert due and screen.metric[0].value == str(due)


def test_two_letters_find_a_person(show, shop):
    """The card shows the name, how to say it and what they like; one letter is not enough."""
    screen = show("today")
    screen.text_input(key="counter_words").set_value("a").run()
    assert "Ahmed Nowhere" not in texts(screen)
    screen.text_input(key="counter_words").set_value("ah").run()
    for words in ("Ahmed Nowhere", "Hamid", "Oat latte"):
        assert words in texts(screen)
    assert "Do not contact" in texts(screen)


def test_who_noted_no_likes_shows_what_they_bought(show, shop):
    """The favourite is what was bought most."""
    screen = show("today")
    screen.text_input(key="counter_words").set_value("Regular 7").run()
    assert ":material/favorite: Tea" in texts(screen)


def test_nobody_found_is_said(show, shop):
    """An unknown name points to New customer."""
    screen = show("today")
    screen.text_input(key="counter_words").set_value("zz").run()
    assert "Nobody like that yet" in texts(screen)


def test_a_sentence_leads_to_its_people(show, shop):
    """The button keeps title and condition for the Customers page, and the condition finds as many people."""
    screen = show("today")
    first = next(one for one in screen.button if one.key.startswith("people_"))
    amount = int(first.label.split()[1])
    first.click().run()
    _, condition = screen.session_state["people"]
    assert customers.count(shop, condition, DAY) == amount


def test_a_part_that_fails_leaves_the_others(show, shop, monkeypatch):
    """The list of the day is refused: the sentence stands there, greeting and search are still there."""

    def refuse(*_, **__):
        raise DatabaseTrouble("The database cannot be reached. Check that its server runs.")

    monkeypatch.setattr(followups, "preview", refuse)
    screen = show("today")
    assert "cannot be reached" in screens.errors(screen)[0]
    assert screen.title[0].value.startswith("Good ") and screen.text_input(key="counter_words")


def test_a_name_cannot_draw(show, sqlite_url):
    """A picture in a customer's name is written out, not fetched."""
    screens.stocked(sqlite_url, "Code;Name\nA1;Eve ![x](http://evil.example/a.png)\n")
    screen = show("today")
    screen.text_input(key="counter_words").set_value("eve").run()
    assert r"\!\[x\]" in texts(screen) and "![x](http:" not in texts(screen)


# Possible doubles -------------------------------------------------------------------------------------------


@pytest.fixture
def doubles_shop(sqlite_url):
    """Three pairs that wait; one name tries to draw a picture."""
    people = pd.DataFrame({
        "name": ["Anna Novak", "A. Novak", "Ben Ode", "Ben ![x](http://evil.example/a.png)", "Cy", "Cyd"],
        "code": ["K-1", "K-17", None, None, None, None], "city": ["Leeds", "York", "Hull", None, "Bath", "Bath"],
        "note": ["Shy", "Loud", None, None, None, None],
    })  # fmt: skip
    pairs = pd.DataFrame({
        "first_id": [1, 3, 5], "second_id": [2, 4, 6], "score": [0.9, 0.8, 0.7], "state": "open",
        "evidence": ["same phone (+44 7700), names Anna Novak and A. Novak", None, "names Cy and Cyd"],
    })  # fmt: skip
    return stock(sqlite_url, DAY, customer=people, pair=pairs)


@pytest.fixture
def looking(show, doubles_shop):
    """The window of possible doubles, open."""
    return show("today").button(key="to_pairs").click().run()


def standing(database):
    """Who is stored, and the states of the pairs."""
    return [row["name"] for row in rows(database, "customer")], [
        row["state"] for row in rows(database, "pair")
    ]


def test_doubles_are_counted_and_asked(show, doubles_shop):
    """The card says how many wait; a click shows the likeliest with its evidence."""
    screen = show("today")
    assert {one.label: one.value for one in screen.metric}["Possible doubles"] == "3"
    screen.button(key="to_pairs").click().run()
    told = texts(screen)
    assert not screen.exception and "Same phone (+44 7700), names Anna Novak and A. Novak." in told
    assert "Shy" in told and "Loud" in told


def test_no_card_without_doubles(show, shop):
    """Where nobody waits, nothing asks."""
    screen = show("today")
    assert "to_pairs" not in [one.key for one in screen.button]


def test_one_click_merges_and_shows_the_next(looking, doubles_shop):
    """Same person: the two are one, the next pair stands there, and the last answer can be undone."""
    looking.button(key="pairs_same").click().run()
    assert standing(doubles_shop)[1][0] == "same" and "A. Novak" not in standing(doubles_shop)[0]
    assert "A. Novak (K-17) and Anna Novak (K-1) are one person." in texts(looking)
    assert "Hull" in texts(looking) and "Leeds" not in texts(looking)
    looking.button(key="pairs_undo").click().run()
    assert standing(doubles_shop)[1] == ["open"] * 3 and "A. Novak" in standing(doubles_shop)[0]
    assert "Leeds" in " ".join(one.label for one in looking.button)


def test_what_was_clicked_is_kept(looking, doubles_shop):
    """The other's city, chosen by a click, is the one person's city; notes are both kept."""
    looking.button(key="pairs_keep_1_city_second").click().run()
    looking.button(key="pairs_same").click().run()
    anna = rows(doubles_shop, "customer")[0]
    assert (anna["name"], anna["city"], anna["note"]) == ("Anna Novak", "York", "Shy; Loud")


def test_two_people_stay_two(looking, doubles_shop):
    """The pair is answered, both stay, the next one is shown."""
    looking.button(key="pairs_two").click().run()
    assert standing(doubles_shop)[1] == ["different", "open", "open"] and len(standing(doubles_shop)[0]) == 6
    assert "Hull" in texts(looking)


def test_later_goes_on_and_comes_back(looking, doubles_shop):
    """Put off, the next is shown; after the last one may go through them again; nothing was answered."""
    for _ in range(3):
        looking.button(key="pairs_later").click().run()
    assert "3 pairs wait for another day" in texts(looking) and standing(doubles_shop)[1] == ["open"] * 3
    looking.button(key="pairs_again").click().run()
    assert "Same phone" in texts(looking)


def test_all_answered_closes(looking, doubles_shop):
    """After the last answer it says so; closed, the card is gone."""
    for key in ("pairs_same", "pairs_two", "pairs_two"):
        looking.button(key=key).click().run()
    assert "3 answers given. Nothing waits any more." in texts(looking)
    looking.button(key="pairs_close").click().run()
    assert "to_pairs" not in [one.key for one in looking.button]


def test_an_answer_given_elsewhere_is_said(looking, doubles_shop):
    """Somebody else answered meanwhile: a sentence, and the next pair."""
    keep_apart(doubles_shop, 1, who="ben", as_of=DAY)
    looking.button(key="pairs_same").click().run()
    assert "answered already" in screens.errors(looking)[0] and "Hull" in texts(looking)


def test_a_name_cannot_draw_in_a_pair(looking):
    """A picture in a name is written out in the heads and on the buttons."""
    looking.button(key="pairs_later").click().run()
    told = texts(looking) + " ".join(one.label for one in looking.button)
    assert r"\!\[x\]" in told and "![x](http:" not in told


def test_the_page_says_the_former_code(show, doubles_shop):
    """After a merge the page of the person says what they were known by."""
    merge(doubles_shop, 1, who="anna", as_of=DAY)
    screen = show("today")
    screen.query_params["id"] = "1"
    screen.switch_page("pages/customer.py").run()
    assert "Formerly also: code K-17, name A. Novak" in "\n".join(
        one.value for one in screen.caption
    ).replace("\\", "")
