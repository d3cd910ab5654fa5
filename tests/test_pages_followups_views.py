"""The views of the Follow-ups page beside the list: board, plays, rules, messages, whether it works, events."""

import pandas as pd
import pytest
import screens
import stocked
from acting import changed, write
from page_shops import DAY, ago, normal_day, one_person
from post_office import office
from test_pages_followups import handed

from crm_core.actions import messages
from crm_core.actions.records import CellEdit, add_record, save_cells
from crm_core.actions.settings import set_setting
from crm_core.views import board, customers, followups, plays, records
from crm_core.views.followups_page import calendar_links, message_counts
from crm_core.views.followups_page import messages as messages_of
from crm_core.views.proof import proof

__all__ = ["office"]

BY = {"who": "anna", "as_of": DAY}
ALL_VIEWS = ("Today's list", "Plays", "Rules", "Messages", "Does it work?", "Events")


@pytest.fixture
def view(sqlite_url, monkeypatch):
    """Gives a function: the page at a view, of a shop that is stocked already."""

    def at(name: str):
        screen = screens.on(sqlite_url, monkeypatch)("followups")
        screen.session_state["view"] = name
        screen.run()
        assert screens.errors(screen) == []
        return screen

    return at


@pytest.fixture
def shop(sqlite_url):
    """A normal day with calls of the weeks before, some of them held out."""
    database = normal_day(sqlite_url)
    stocked.add(database, DAY, follow_up=calls())
    yield database
    database.close()


def calls(many: int = 120) -> pd.DataFrame:
    """Calls of “thanks”, every fourth held out."""
    return pd.DataFrame([_call(place) for place in range(many)]).assign(id=range(1000, 1000 + many))


def _call(place: int) -> dict:
    held, day = place % 4 == 0, ago(40 + place)
    done = {"state": "done", "owner": ("Maria", "Piotr")[place % 3 % 2], "done_on": day,
            "outcome": ("reached", "no answer", "visit agreed")[place % 3]}  # fmt: skip
    known = {
        "customer_id": 1 + place % 10,
        "play": "thanks",
        "due_on": day,
        "issued_on": day,
        "channel": "phone",
    }
    return known | ({"state": "held out"} if held else done)


def saved(database, entity, **values):
    """Add a record."""
    done = add_record(database, entity, values, **BY)
    assert done.saved, done.refused
    return done.id


def key_of(screen, kind, key):
    return next((one for one in screen.get(kind) if one.key == key), None)


# All of them ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("fill", [None, one_person, normal_day], ids=["nobody", "one", "twelve"])
def test_every_view_opens(view, sqlite_url, fill):
    """With nobody, with one person and on a normal day no view fails, and each says something."""
    if fill is not None:
        fill(sqlite_url).close()
    for name in ALL_VIEWS:
        assert len(screens.texts(view(name))) > 100


@pytest.mark.slow
def test_no_view_shouts(view, shop):
    """No exclamation marks, and none of the words of the machine."""
    for name in ALL_VIEWS:
        told = screens.texts(view(name)).casefold()
        assert "!" not in told, name
        assert not [word for word in ("batch", "entity", "cohort", "smtp_host") if word in told], name


# The board --------------------------------------------------------------------------------------------------


@pytest.fixture
def on_board(shop, sqlite_url, monkeypatch):
    """The page with the board open."""
    screen = screens.on(sqlite_url, monkeypatch)("followups")
    screen.session_state["list_part"] = "Who calls whom"
    return screen.run()


def tick(screen, *places):
    """Tick rows of the table that is out."""
    turn = screen.session_state["board_turn"] if "board_turn" in screen.session_state else 0  # noqa: SIM401
    key = f"board_rows_{turn}"
    screen.session_state[key] = {"selection": {"rows": list(places), "columns": [], "cells": []}}
    return screen.run()


def test_the_board_shows_every_caller(on_board, shop):
    """Each caller with how many they call, everybody of the day, and beside them those left for tomorrow."""
    found = board.board(shop, DAY)
    told = screens.texts(on_board)
    assert {caller.name for caller in found.callers} == {"Maria", "Piotr"}
    assert all(caller.name in told for caller in found.callers)
    assert len(on_board.dataframe[0].value) == found.people


def test_people_are_given_to_somebody_else(on_board, shop):
    """Ticked people go to the chosen caller, and come back with Undo."""
    rows = board.board(shop, DAY).rows
    place = int(rows.index[rows["caller"] == "Maria"][0])
    tick(on_board, place)
    assert on_board.selectbox(key="board_to").value == "Piotr"  # offered by itself: the other one
    on_board.button(key="board_give").click().run()
    assert "1 person goes to Piotr" in screens.texts(on_board)

    def caller():
        now = board.board(shop, DAY).rows
        return now.loc[now["id"] == rows.at[place, "id"], "caller"].iloc[0]

    assert caller() == "Piotr"
    on_board.button(key="undo_board").click().run()
    assert caller() == "Maria"


@pytest.mark.parametrize("is_handed_out", [True, False])
@pytest.mark.parametrize(
    ("button", "told"), [("board_put_off", "put off until"), ("board_drop", "left out.")]
)
def test_a_person_is_taken_off_the_day(on_board, shop, is_handed_out, button, told):
    """Put off or left out, a person is gone from the day's list, handed out or not, and comes back with Undo."""
    first = board.board(shop, DAY).rows.iloc[0]

    def is_there():
        now = board.board(shop, DAY).rows
        return ((now["id"] == first["id"]) & (now["play"] == first["play"])).any()

    if is_handed_out:
        handed(on_board)
    tick(on_board, 0)
    on_board.button(key=button).click().run()
    assert told in screens.texts(on_board) and not is_there()
    on_board.button(key="undo_board").click().run()
    assert is_there()


def test_a_full_day_leaves_people_for_tomorrow(shop, sqlite_url, monkeypatch):
    """With room for one call a day the others wait, and the board says who."""
    saved(shop, "colleague", name="Maria", capacity="1")
    found = board.board(shop, DAY)
    assert found.left and "Day is full" in str(followups.preview(shop, DAY).left_out)
    screen = screens.on(sqlite_url, monkeypatch)("followups")
    screen.button(key="to_tomorrow").click().run()
    assert len(screen.dataframe[0].value) == found.left


# More ways --------------------------------------------------------------------------------------------------


def test_the_list_as_text(view, shop):
    """The CSV names the same people as the page."""
    screen = view("Today's list")
    made = handed(screen, "download_csv")
    assert made.file_name.endswith(".csv")
    assert all(name in made.bytes.decode("utf-8-sig") for name in screen.dataframe[0].value["name"])


def test_a_calendar_link_is_shown_once_and_can_be_ended(view, shop):
    """A new link stands on the page until it was copied; ended, there is none."""
    saved(shop, "colleague", name="Maria")
    screen = view("Today's list")
    screen.selectbox(key="calendar_of").set_value("Maria").run()
    screen.button(key="make_link").click().run()
    assert "/calendar/" in screen.code[0].value and screen.code[0].value.endswith(".ics")
    screen.button(key="link_copied").click().run()
    assert not screen.code and "Maria" in calendar_links(shop, DAY)
    screen.button(key="end_link").click().run()
    assert calendar_links(shop, DAY) == {}


def test_who_is_left_out_can_be_looked_at(view, shop):
    """Each reason has a button that leads to its people."""
    screen = view("Today's list")
    screen.button(key="left_out_0").click().run()
    title, condition = screen.session_state["people"]
    assert title.startswith("Not on the list") and len(condition.value) > 0


# Plays and rules --------------------------------------------------------------------------------------------


def test_a_broken_play_is_told(view, shop):
    """A play in use that cannot be asked stands on top with its sentence."""
    saved(
        shop, "play", name="lost", label="Lost ones", moment="lapsed", segment="No such segment", active="yes"
    )
    fault = next(one.fault for one in plays.plays(shop, DAY) if one.name == "lost")
    told = view("Plays").warning[0].value
    assert fault and "Lost ones" in told and "brings nobody" in told


def test_words_for_a_real_person_and_without_facts(view, shop):
    """The chosen play's words are filled in for somebody, and beside them without any fact."""
    screen = view("Plays")
    screen.selectbox(key="words_of").set_value("birthday").run()
    told = screens.texts(screen)
    assert "Hello Person A" in told and "Hello. I am calling to wish you a happy birthday." in told
    assert "1 person is due for it today" in told.replace("**", "")


def test_words_in_another_language_and_for_the_next(view, shop):
    """Words that a play has in German can be heard, for one person after the other; what is not known is told."""
    saved(
        shop,
        "wording",
        name="incomplete/de",
        play="incomplete",
        language="de",
        say="Hallo[ {name}][, zuletzt {last_product}].",
    )
    screen = view("Plays")
    screen.selectbox(key="words_of").set_value("incomplete").run()
    screen.selectbox(key="words_in").set_value("de").run()
    told = screens.texts(screen)
    assert "Hallo Person" in told and ", in German · 1 of" in told
    screen.button(key="words_next").click().run()
    assert screen.selectbox(key="words_for").value == 1 and "· 2 of" in screens.texts(screen)
    names = [screen.selectbox(key="words_for").options[place] for place in (0, 1)]
    assert names[0] != names[1] and f"Hallo {names[1]}" in screens.texts(screen)
    screen.selectbox(key="words_of").set_value("birthday").run()
    assert not [one for one in screen.selectbox if one.key == "words_in"]  # it has words of its own only


def test_a_play_is_copied(view, shop):
    """The copy opens as a new play with the words of the old one and a name that is free."""
    screen = view("Plays")
    screen.selectbox(key="play_like").set_value("birthday").run()
    screen.button(key="play_copy").click().run()
    adding = screen.session_state["adding"]
    assert adding.values["name"] == "birthday-2" and adding.values["moment"] == "birthday"
    assert adding.values["say"].startswith("Hello[ {name}]")


def test_rules_run_and_are_logged(view, shop):
    """A complaint of today becomes a follow-up; the log says so."""
    screen = view("Rules")
    complaint = {"date": DAY.isoformat(), "type": "complaint", "what": "Cold soup", "state": "open"}
    saved(shop, "case", customer_id=1, **complaint)
    screen.button(key="rules_run").click().run()
    log = screen.dataframe[-1].value
    assert log["rule"].tolist() == ["complaint-to-owner"] and log["name"].tolist() == ["Person A"]


# Messages ---------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(shop):
    """Two e-mails and a text wait."""
    rows = [
        (
            number,
            "thanks",
            DAY.isoformat(),
            channel,
            f"p{number}@example.com",
            "Thank you",
            "Dear you,\nthanks.",
        )
        for number, channel in ((1, "e-mail"), (3, "e-mail"), (4, "message"))
    ]
    drafts = pd.DataFrame(rows, columns=list(messages.DRAFT_COLUMNS[:7])).assign(state="waiting")
    messages.queue(shop, drafts, **BY)
    return shop


def test_what_is_missing_for_mail_is_said(view, waiting):
    """Without a mail server nothing can be sent, and the page says where to set it."""
    screen = view("Messages")
    assert (
        screen.button(key="send_mail").disabled and screen.button(key="send_mail").label == "Send 2 e-mails"
    )
    assert "the mail server and the address that they come from are not set" in screens.texts(screen)


def test_mail_is_set_up_here(view, waiting):
    """What makes no sense is refused below its field; once all is set, e-mails may go."""
    screen = view("Messages")
    screen.text_input(key="set_smtp_host").set_value("http://mail")
    screen.button(key="save_mail").click().run()
    assert "no name of a mail server" in screens.texts(screen)
    screen.text_input(key="set_smtp_host").set_value("mail.example.com")
    screen.text_input(key="set_smtp_from").set_value("hello@example.com")
    screen.button(key="save_mail").click().run()
    assert not screen.button(key="send_mail").disabled


def test_the_password_is_never_shown(view, waiting, monkeypatch):
    """Whether there is one is said, what it is never."""
    monkeypatch.setenv("REGULARS_SMTP_PASSWORD", "very-secret")
    screen = view("Messages")
    assert "very-secret" not in screens.texts(screen) + str([one.value for one in screen.text_input])
    assert "The password is taken from" in screens.texts(screen)


def test_the_daily_limit_is_said(view, waiting):
    """With room for one e-mail a day one may go, and why."""
    known = {"smtp_host": "m.example.com", "smtp_from": "a@example.com", "mail_daily_limit": "1"}
    for name, value in known.items():
        set_setting(waiting, name, value, **BY)
    screen = view("Messages")
    assert screen.button(key="send_mail").label == "Send 1 e-mail"
    assert "1 of 2 wait for another day" in screens.texts(screen)


def test_e_mails_are_sent(view, waiting, office):
    """One press sends what is due and may go; what came of it is said, and the table shows it."""
    known = {"smtp_host": "localhost", "smtp_port": str(office.port), "smtp_security": "none"}
    for name, value in {**known, "smtp_from": "shop@example.com"}.items():
        set_setting(waiting, name, value, **BY)
    save_cells(waiting, [CellEdit("customer", number, "may_email", None, "yes") for number in (1, 3)], **BY)
    screen = view("Messages")
    screen.button(key="send_mail").click().run()
    assert "2 sent" in screens.texts(screen) and len(office.taken) == 2
    assert message_counts(waiting, DAY)[("sent", "e-mail")] == 2


def test_one_message_is_read(view, waiting):
    """The chosen row stands below with its words."""
    screen = view("Messages")
    screen.session_state["messages_Waiting_3"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    screen.run()
    assert "thanks." in screens.texts(screen)


def test_texts_are_exported(view, waiting):
    """The file is made by the click; its message is settled by that: handed out, or stopped without consent."""
    screen = view("Messages")
    key_of(screen, "download_button", "export_message_xlsx").click().run()
    counts = message_counts(waiting, DAY)
    assert ("waiting", "message") not in counts and sum(counts.values()) == 3
    assert "in the file" in screens.texts(screen)


def test_unsure_ones_are_settled(view, waiting):
    """What may have gone out is listed with its two answers."""
    rows = messages_of(waiting, DAY, ("waiting",))
    number = int(rows.loc[rows["channel"] == "e-mail", "id"].iloc[0])
    write(waiting, changed(("message", number, "state", "waiting", "sending")))
    screen = view("Messages")
    assert "may have gone out or not" in screens.texts(screen)
    screen.button(key=f"settle_{number}_yes").click().run()
    assert message_counts(waiting, DAY)[("sent", "e-mail")] == 1


def test_messages_are_prepared(view, shop):
    """Who said yes and is due for a play by e-mail gets a draft; nothing is sent by that."""
    birthday = next(one for one in plays.plays(shop, DAY) if one.name == "birthday")
    edits = [
        CellEdit("play", birthday.id, "channel", "phone", "e-mail"),
        CellEdit("customer", 1, "may_email", None, "yes"),
    ]
    save_cells(shop, edits, **BY)
    screen = view("Messages")
    screen.button(key="prepare").click().run()
    assert message_counts(shop, DAY) == {("waiting", "e-mail"): 1}
    assert "1 message waits to be sent" in screens.texts(screen)


# Does it work -----------------------------------------------------------------------------------------------


def test_the_words_are_those_of_the_proof(view, shop):
    """The headline says what the numbers say."""
    found = proof(shop, DAY)
    told = screens.texts(view("Does it work?")).replace("\\", "")
    assert found.held_out and found.total.orders_words[1:] in told


def test_holding_out_is_suggested_and_set(view, sqlite_url):
    """Nobody is held out: one press holds out 10 % of every play that may, and it can be taken back."""
    database = normal_day(sqlite_url)
    screen = view("Does it work?")
    screen.button(key="hold_out").click().run()
    held = {one.name: one.held_out for one in plays.plays(database, DAY)}
    assert held["thanks"] == 0.1 and not held["birthday"] and not held["promised"]
    screen.button(key="undo_hold_out").click().run()
    assert not any(one.held_out for one in plays.plays(database, DAY))


def test_calls_without_anybody_held_out(view, sqlite_url):
    """There were calls and nobody is held out: the page says that nobody can say, and how to begin."""
    database = normal_day(sqlite_url)
    stocked.add(database, DAY, follow_up=calls().query("state == 'done'"))
    screen = view("Does it work?")
    told = screens.texts(screen)
    assert "Nobody was held out" in told and "would have bought anyway" in told
    screen.button(key="hold_out").click().run()
    assert any(one.held_out for one in plays.plays(database, DAY)) and not screen.exception
    screen.button(key="hold_nobody").click().run()
    assert not any(one.held_out for one in plays.plays(database, DAY))


def test_marks_lead_to_people(view, shop):
    """The people behind a mark of the funnel are those whose follow-up got that far."""
    screen = view("Does it work?")
    screen.selectbox(key="pick_funnels").set_value(1).run()
    screen.button(key="go_funnels").click().run()
    title, condition = screen.session_state["people"]
    tried = calls().query("state == 'done'")["customer_id"].nunique()
    assert title.endswith("tried") and customers.count(shop, condition, DAY) == tried


def test_who_bought_is_behind_its_mark(view, shop):
    """The last step of a funnel leads to those who bought within the days, as many as it says at most."""
    screen = view("Does it work?")
    first = proof(shop, DAY).funnel.query("people > 0 and step == 'bought'").iloc[0]
    offered = screen.selectbox(key="pick_funnels").options
    place = next(
        place for place, one in enumerate(offered) if one == f"{first['label']}, bought within 30 days"
    )
    screen.selectbox(key="pick_funnels").set_value(place).run()
    screen.button(key="go_funnels").click().run()
    title, condition = screen.session_state["people"]
    assert title.endswith("bought within 30 days")
    assert 0 < customers.count(shop, condition, DAY) == len(condition.value) <= first["people"]


# Events -----------------------------------------------------------------------------------------------------


def make_event(screen, **values):
    """Fill in the form and press its button."""
    for name, value in {"label": "Tasting", "place": "Vienna", "budget": "500", **values}.items():
        screen.text_input(key=f"event_{name}").set_value(value)
    screen.run()
    screen.button(key="event_make").click().run()
    assert not screen.exception
    return screen


def test_an_event_is_made(view, shop):
    """It becomes a play with its place, days and budget, and is shown at once."""
    screen = make_event(view("Events"))
    query = records.RecordQuery(
        "play", filters=(("name", ("tasting",)),), columns=("place", "budget", "ends")
    )
    row = records.page_of(shop, query, DAY).frame.iloc[0]
    assert (row["place"], row["budget"], row["ends"]) == ("Vienna", 5_000_000, "2026-01-19")
    assert screen.selectbox(key="event").value == "tasting"


def test_an_event_without_a_place_is_refused(view, shop):
    """What is lacking is said below its field; nothing is stored."""
    screen = make_event(view("Events"), place="")
    assert "This is needed" in screens.texts(screen)
    assert records.page_of(shop, records.RecordQuery("play"), DAY).frame["name"].ne("tasting").all()


def test_an_unknown_place_is_said(view, shop):
    """A town that nobody knows is no crash."""
    screen = view("Events")
    screen.text_input(key="event_place").set_value("Nowhereville").run()
    assert not screen.exception and "Nowhereville" in screens.texts(screen)


def test_an_event_has_no_guests_before_it_invites(view, shop):
    """The sheet for the door waits for the first invitation."""
    screen = make_event(view("Events"))
    assert key_of(screen, "download_button", "event_sheet").disabled
