"""The Today page: the welcome of an empty database, the counter search, my calls, what matters, who did what."""

from datetime import date, time, timedelta

import pandas as pd
import pytest
import screens
from acting import changed, rows, write
from day_of_calls import ADA, BEN, BENS, PROMISE, list_of_a_day
from screens import texts
from stocked import stock
from streamlit.testing.v1 import AppTest

from crm_core.actions.calls import log_call
from crm_core.actions.company import company, introduce
from crm_core.actions.contacts import Contact
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


# My calls ---------------------------------------------------------------------------------------------------


@pytest.fixture
def calling(show, sqlite_url, monkeypatch):
    """Maria's day at four in the afternoon: Ada was promised for 14:00, Ben has no hour, Dora is put off."""
    for module in ("calls", "person"):
        monkeypatch.setattr(f"pages._today.{module}.clock", lambda: "16:00")
    database = open_at(sqlite_url)
    list_of_a_day(database)
    return database


@pytest.fixture
def mine(calling, show):
    """The page after Maria said who she is."""
    return show("today").selectbox(key="list_me").set_value("Maria").run()


def how_far(screen):
    """What the bar of the day says."""
    return screen.get("progress")[0].proto.text


def state_of(database, number):
    return next(row["state"] for row in rows(database, "follow-up") if row["id"] == number)


def test_who_are_you_first(show, calling):
    """Nobody chosen: a sentence says what choosing brings, and no call is shown."""
    screen = show("today")
    assert "choose your name" in texts(screen) and "Ada Novak" not in texts(screen)


def test_the_link_says_who_i_am(show, calling):
    """today?me=Maria opens Maria's calls."""
    screen = AppTest.from_file(str(screens.ROOT / "app.py"), default_timeout=60)
    screen.query_params["me"] = "maria"
    screen.run()
    assert screen.selectbox(key="list_me").value == "Maria" and "Ada Novak" in texts(screen)


def test_one_person_with_all_that_a_call_needs(mine):
    """Name, how to call them, why, likes, portrait; two are waiting and one is put off."""
    told = texts(mine) + how_far(mine)
    for words in ("Ada Novak", "Adi", "The table", "Oat latte", "bought twice", "0 of 2 done", "1 put off"):
        assert words in told


def test_phone_and_mail_are_links_of_plain_characters(show, calling):
    """Whatever stands in a phone or an address, the link holds digits, or what an address may hold."""
    write(calling, changed(
        ("customer", ADA, "phone", "+43 1 2345678", "+43 (1) 23/45 <b>"),
        ("customer", ADA, "email", "ada@example.org", "a b?subject=x&y@example.org"),
    ))  # fmt: skip
    screen = show("today").selectbox(key="list_me").set_value("Maria").run()
    urls = [one.proto.url for one in screen.get("link_button")]
    assert urls == ["tel:+4312345", "mailto:a%20b%3Fsubject%3Dx%26y@example.org"]


def test_one_click_logs_and_shows_the_next(mine, calling):
    """The outcome is saved with the sentence that was typed; Ben stands there, and one of two is done."""
    mine.text_input(key=f"call_note_{PROMISE}").set_value("Comes on Friday")
    mine.button(key="call_reached").click().run()
    assert [one["note"] for one in rows(calling, "interaction")] == ["Comes on Friday"]
    assert state_of(calling, PROMISE) == "done" and "Saved: Ada Novak, reached" in texts(mine)
    assert "Ben Ode" in [one.value for one in mine.subheader]


def test_the_last_click_can_be_taken_back(mine, calling):
    """Undo: nothing is logged, the call is open, and the same person stands there."""
    mine.button(key="call_reached").click().run()
    mine.button(key="call_undo").click().run()
    assert rows(calling, "interaction") == [] and state_of(calling, PROMISE) == "open"
    assert "Ada Novak" in [one.value for one in mine.subheader] and "Taken back: Ada Novak" in texts(mine)


def test_an_earlier_one_can_be_taken_back_too(mine, calling):
    """From the list of those done, although another was logged since."""
    mine.button(key="call_reached").click().run()
    mine.button(key="call_no_answer").click().run()
    mine.session_state["calls_done"] = True
    mine.run().button(key=f"done_undo_{PROMISE}").click().run()
    assert state_of(calling, PROMISE) == "open" and state_of(calling, BENS) == "done"


def test_not_interested_asks_why(mine, calling):
    """The second click saves it with the reason, which is kept with the customer."""
    mine.button(key="call_not_interested").click().run()
    assert rows(calling, "interaction") == []
    mine.button(key="call_why_price").click().run()
    assert rows(calling, "customer")[0]["why_not"] == "price"
    assert rows(calling, "interaction")[0]["outcome"] == "not interested"


def test_call_again_asks_when(mine, calling):
    """Day and hour become a promise of the same caller."""
    mine.button(key="call_call_again").click().run()
    mine.date_input(key="call_on").set_value(date(2026, 1, 8))
    mine.time_input(key="call_at").set_value(time(10, 30)).run()
    mine.button(key="call_when").click().run()
    new = rows(calling, "follow-up")[-1]
    assert (new["due_on"], new["due_time"], new["owner"], new["state"]) == (
        "2026-01-08",
        "10:30",
        "Maria",
        "open",
    )
    assert "call again in 3 days at 10:30" in texts(mine)


def test_a_question_can_be_left(mine, calling):
    """Back: the outcomes stand there again and nothing was saved."""
    mine.button(key="call_visit_agreed").click().run()
    mine.button(key="call_back").click().run()
    assert mine.button(key="call_reached") and rows(calling, "interaction") == []


def test_put_off_until_tomorrow(mine, calling):
    """Ada leaves the list with both reasons; two are put off now."""
    tomorrow = next(one for one in mine.button if one.label == "Tomorrow")
    tomorrow.click().run()
    moved = [row["later_on"] for row in rows(calling, "follow-up")[:2]]
    assert moved == ["2026-01-06"] * 2 and "0 of 1 done · 2 put off" in how_far(mine)
    mine.button(key="call_undo").click().run()
    assert [row["later_on"] for row in rows(calling, "follow-up")[:2]] == [None] * 2


def test_no_call_needed(mine, calling):
    """The call is dropped and nothing is logged."""
    mine.button(key="call_skip").click().run()
    assert state_of(calling, PROMISE) == "dropped" and rows(calling, "interaction") == []


def test_next_and_previous_keep_what_was_typed(mine):
    """Turning to the next person and back, the sentence is still there."""
    mine.text_input(key=f"call_note_{PROMISE}").set_value("Half a sentence")
    mine.button(key="call_next").click().run()
    assert "Ben Ode" in [one.value for one in mine.subheader]
    mine.button(key="call_previous").click().run()
    assert mine.text_input(key=f"call_note_{PROMISE}").value == "Half a sentence"


def test_a_sentence_is_not_lost_on_the_way(mine):
    """To the person's page and back to my calls: the same person, and what was typed."""
    mine.button(key="call_next").click().run()
    mine.text_input(key=f"call_note_{BENS}").set_value("Half a sentence").run()
    mine.switch_page("pages/customer.py").run()
    assert "to_calls" not in [one.key for one in mine.button]  # no person, no way back
    mine.query_params["id"] = str(BEN)
    mine.run()
    assert "to_calls" in [one.key for one in mine.button]
    mine.switch_page("pages/today.py").run()
    assert "Ben Ode" in [one.value for one in mine.subheader]
    assert mine.text_input(key=f"call_note_{BENS}").value == "Half a sentence"


def test_undo_gives_the_sentence_back(mine, calling):
    """A wrong button: the call is open again, with what was typed for it."""
    mine.text_input(key=f"call_note_{PROMISE}").set_value("Comes on Friday")
    mine.button(key="call_reached").click().run()
    mine.button(key="call_undo").click().run()
    assert mine.text_input(key=f"call_note_{PROMISE}").value == "Comes on Friday"
    mine.button(key="call_bought").click().run()
    assert [(one["outcome"], one["note"]) for one in rows(calling, "interaction")] == [
        ("bought", "Comes on Friday")
    ]


def test_a_page_left_open_over_midnight(mine, calling, monkeypatch):
    """A call that is logged the next morning is of that day, and the page is of that day from then on."""
    monkeypatch.setenv("REGULARS_AS_OF", "2026-01-06")
    mine.button(key="call_reached").click().run()
    assert [one["date"] for one in rows(calling, "interaction")] == ["2026-01-06"]
    assert any("6 January 2026" in one.value for one in mine.caption)


def test_tomorrow_is_counted_from_the_click(mine, calling, monkeypatch):
    """“Tomorrow” on a page from yesterday is not today."""
    monkeypatch.setenv("REGULARS_AS_OF", "2026-01-06")
    tomorrow = next(one for one in mine.button if one.label == "Tomorrow")
    tomorrow.click().run()
    assert [one["later_on"] for one in rows(calling, "follow-up")][:2] == ["2026-01-07"] * 2


def test_two_at_the_same_call(mine, calling):
    """Tom was first: what he noted is said, mine is kept, and one click saves it beside his."""
    first = Contact(ADA, DAY, "no answer", note="Line was busy", owner="Tom")
    log_call(calling, PROMISE, first, who="tom", as_of=DAY)
    mine.text_input(key=f"call_note_{PROMISE}").set_value("Spoke to her")
    mine.button(key="call_reached").click().run()
    assert "Tom logged this call meanwhile: no answer, “Line was busy”" in texts(mine)
    assert len(rows(calling, "interaction")) == 1
    mine.button(key="call_anyway").click().run()
    assert [one["note"] for one in rows(calling, "interaction")] == ["Line was busy", "Spoke to her"]


def test_all_as_a_table(calling, show):
    """The link says so: everybody who waits stands in the table, in the order of the list."""
    screen = AppTest.from_file(str(screens.ROOT / "app.py"), default_timeout=60)
    screen.query_params.update({"me": "Maria", "calls_view": "Table"})
    screen.run()
    assert screen.dataframe[0].value["name"].tolist() == ["Ada Novak", "Ben Ode"]


def test_all_done_says_what_came_of_it(mine, calling):
    """After the last one: how many, and the list is not asked for again when nobody is due."""
    mine.button(key="call_reached").click().run()
    mine.button(key="call_no_answer").click().run()
    assert "All done for today" in texts(mine) and "1 reached" in texts(mine)


def test_a_list_that_was_not_handed_out_is_started(show, shop, sqlite_url):
    """Thirty people are due: one click makes the list, and the first stands there; an undo takes it back."""
    screen = show("today")
    due = followups.preview(shop, DAY, limit=0).people
    assert f"{due} people are due for you" in texts(screen)
    screen.button(key="calls_start").click().run()
    assert len(rows(shop, "follow-up")) == due and screen.button(key="call_reached")
    screen.button(key="call_undo").click().run()
    assert rows(shop, "follow-up") == []


def test_a_name_cannot_draw_in_a_call(show, calling):
    """A picture in a name, a reason or a script is written out on the card."""
    picture = "![x](http://evil.example/a.png)"
    write(calling, changed(
        ("customer", ADA, "name", "Ada Novak", f"Ada {picture}"),
        ("follow-up", PROMISE, "reason", "the table", f"table {picture}"),
        ("follow-up", PROMISE, "say", None, f"Hello {picture}"),
    ))  # fmt: skip
    screen = show("today").selectbox(key="list_me").set_value("Maria").run()
    assert "![x](" not in texts(screen) and r"\!\[x\]" in texts(screen)


def test_work_by_person_leads_to_the_people(mine, calling):
    """The number of people that Maria called opens exactly them."""
    mine.button(key="call_reached").click().run()
    mine.session_state["team_box"] = True
    screen = mine.run()
    screen.button(key="team_0_called").click().run()
    title, condition = screen.session_state["people"]
    assert title == "People called by Maria" and customers.count(calling, condition, DAY) == 1


def test_work_by_person_is_worked_out_when_it_is_opened(mine):
    """Whoever leads nobody finds it closed, and nothing of it is drawn until it is opened."""
    mine.button(key="call_reached").click().run()
    assert "team_0_called" not in {one.key for one in mine.run().button}


def test_news_lead_to_the_person(mine):
    """Ada bought yesterday: it is said, with her name as the way to her."""
    assert "bought for €4.50, yesterday" in texts(mine)
    assert mine.button(key="news_0").label == "Ada Novak"
