"""The board of a day, changing it by hand, plays as a view, and holding people out: on stored records."""

from datetime import date

import pandas as pd
import pytest

from crm_core.actions.followups import drop, hand_over, issue_call_list, put_off
from crm_core.actions.undo import undo_batch
from crm_core.errors import InvalidInput, NotFound
from crm_core.ledger.store.database import open_database
from crm_core.ledger.writing.journal import apply
from crm_core.model.changes import CHANGE_COLUMNS, ChangeSet
from crm_core.views.board import board, colleagues
from crm_core.views.followups import preview
from crm_core.views.plays import plays
from crm_core.views.wanting import Wanting

MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)
ACT = {"who": "boss", "as_of": MONDAY}


def frame(**columns):
    rows = pd.DataFrame(columns)
    return rows.assign(id=range(-1, -1 - len(rows), -1))


@pytest.fixture
def database(database_url):
    """Five people who never bought: a complaint, a low answer, a referral; Ann has two calls a day, Bob is away."""
    people = frame(
        code=list("ABCDE"), name=["Ada", "Ben", "Cy", "Di", "Ed"], phone="+48 1",
        owner=["Ann", "Ann", "Bob", None, None],
        since=["2020-01-01", "2020-01-01", "2020-01-01", "2020-01-01", "2026-01-02"], referred_by=[None] * 4 + ["D"],
    )  # fmt: skip
    told = frame(
        customer_id=[-1],
        date=["2026-01-03"],
        type=["complaint"],
        about=["service"],
        what=["Rude at the till"],
    )
    low = frame(customer_id=[-2], date=["2026-01-01"], score=[2.0], scale=[5.0], about=["product"])
    staff = frame(
        name=["Ann", "Bob"], capacity=[2, 5], skills=["beans", None], languages=["English", "German"]
    )
    away = frame(colleague=["Bob"], starts=["2026-01-01"], ends=["2026-01-07"])
    creates = {"customer": people, "case": told, "answer": low, "colleague": staff, "absence": away}
    database = open_database(database_url)
    apply(database, ChangeSet("Test", creates=creates), who="test", as_of=MONDAY)
    yield database
    database.close()


def change(database, *cells):
    rows = pd.DataFrame(cells, columns=list(CHANGE_COLUMNS), dtype=object)
    apply(database, ChangeSet("Test", changes=rows), who="test", as_of=MONDAY)


def play_id(database, name):
    return next(one.id for one in plays(database, MONDAY) if one.name == name)


def rows(database, as_of=MONDAY):
    found = board(database, as_of).rows
    return {row.name: (row.play, row.caller, row.moved) for row in found.itertuples(index=False)}


def states(database):
    query = "SELECT customer_id, play, owner, state FROM follow_ups ORDER BY id"
    with database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def test_the_board(database):
    """Complaints, low answers and thanks; what does not fit stands below, without a caller."""
    found = rows(database)
    assert found["Ada"] == ("unhappy", "Ann", False) and found["Ben"] == ("unhappy", "Ann", False)
    assert found["Di"] == ("recommended-us", None, True)
    assert {moved for _, _, moved in found.values()} == {True, False}
    seen = board(database, MONDAY)
    assert (seen.people, seen.left) == (2, 3)
    assert [(one.name, one.capacity, one.load, one.away_until) for one in seen.callers] == [
        ("Ann", 2, 2, None), ("Bob", 5, 0, date(2026, 1, 7)),
    ]  # fmt: skip


def test_why(database):
    """Complaint, score and whom they sent are told."""
    why = dict(board(database, MONDAY).rows[["name", "why"]].values)
    assert why["Ada"].startswith("Complained on Saturday 3 January (service): Rude at the till")
    assert why["Ben"].startswith("Gave 2 of 5 for product on Thursday 1 January")
    assert why["Di"].startswith("Recommended us to Ed")


def test_handed_over(database):
    """Who was handed over keeps the new caller when the lists are made again, also somebody left for tomorrow."""
    batch = hand_over(database, [(4, "recommended-us")], "ann", **ACT)
    assert (batch.created, states(database)) == (1, [(4, "recommended-us", "Ann", "open")])
    assert rows(database)["Di"] == ("recommended-us", "Ann", False)


@pytest.mark.parametrize("people", [[(4, "birthday")], [(99, "unhappy")], []])
def test_only_who_is_on_the_lists_is_handed_over(database, people):
    """Somebody who is not due for that play cannot be handed over."""
    with pytest.raises(NotFound):
        hand_over(database, people, "Ann", **ACT)
    with pytest.raises(InvalidInput):
        hand_over(database, [(1, "unhappy")], "Zoe", **ACT)


ADA, BEN, DI = (1, "unhappy"), (2, "unhappy"), (4, "recommended-us")


@pytest.mark.parametrize("is_handed_out", [True, False])
def test_put_off_and_dropped(database, is_handed_out):
    """Put off, they are on no list until that day; dropped, the reason is over; handed out already or not."""
    if is_handed_out:
        issue_call_list(database, **ACT)
    put_off(database, [ADA], date(2026, 1, 8), **ACT)
    with pytest.raises(InvalidInput):
        put_off(database, [BEN], MONDAY, **ACT)
    drop(database, [BEN], **ACT)
    assert {state for _, _, _, state in states(database)} == {"open", "dropped"}
    with pytest.raises(NotFound):
        drop(database, [BEN], **ACT)
    assert preview(database, TUESDAY).left_out["Put off until a later day"] == 1
    later = rows(database, date(2026, 1, 8))
    assert later["Ada"][0] == "unhappy" and later["Ben"][0] == "never-bought"


def test_some_are_written_down_already(database):
    """Of several at once, only those who stand on no list yet become new follow-ups; undone, all is as before."""
    before = rows(database)
    hand_over(database, [DI], "Bob", **ACT)
    handed = rows(database)
    batch = put_off(database, [ADA, DI], TUESDAY, **ACT)
    assert (batch.created, batch.changed) == (1, 1)
    now = {(name, play) for name, (play, _, _) in rows(database).items()}
    assert not {("Ada", "unhappy"), ("Di", "recommended-us")} & now
    undo_batch(database, batch.id, **ACT)
    assert rows(database) == handed != before


def test_who_waits_for_tomorrow_can_be_left_out(database):
    """Somebody for whom the day has no room need not be called at all."""
    assert rows(database)["Di"][2]
    drop(database, [DI], note="moved abroad", **ACT)
    assert rows(database)["Di"][0] != "recommended-us"
    assert states(database) == [(4, "recommended-us", None, "dropped")]


def test_held_out_is_stored_once(database):
    """Those held out stand as follow-ups of that state, once, and are on no list."""
    number = play_id(database, "never-bought")
    change(database, ("play", number, "held_out", None, 1.0), ("colleague", 1, "capacity", 2, 50))
    first = issue_call_list(database, **ACT)
    held = [row for row in states(database) if row[3] == "held out"]
    assert sorted(held) == [(3, "never-bought", None, "held out"), (5, "never-bought", None, "held out")]
    assert first.left_out["Held out to see whether calling works"] == 2
    again = issue_call_list(database, **ACT)
    assert (again.batch, again.counts()) == (None, first.counts())


def test_plays_as_a_view(database):
    """Every play with what it does; one that was broken says so, brings nobody and does not stop the list."""
    number = play_id(database, "never-bought")
    change(database, ("play", number, "segment", None, "Gone"))
    found = {one.name: one for one in plays(database, MONDAY)}
    assert "Gone" in found["never-bought"].fault and not found["never-bought"].runs
    assert (found["birthday"].fault, found["birthday"].runs, found["holiday"].runs) == (None, True, False)
    cards = {card.name: card for card in preview(database, MONDAY).cards}
    assert "Gone" in cards["never-bought"].fault and cards["unhappy"].due == 2


def test_a_template_that_names_an_unknown_fact(database):
    """A play with a word that is no fact is a card with a sentence, and the others are listed."""
    number = play_id(database, "unhappy")
    said = plays(database, MONDAY)
    change(database, ("play", number, "say", None, "Hello {shoe_size|you}"))
    with database.read() as connection:
        stored = connection.exec_driver_sql(f"SELECT say FROM plays WHERE id = {number}").scalar()
    if "shoe_size" not in stored:  # the cell held something else: written past its conflict
        with database.write() as connection:
            connection.exec_driver_sql(
                f"UPDATE plays SET say = 'Hello {{shoe_size|you}}' WHERE id = {number}"
            )
    assert len(said) == len(plays(database, TUESDAY))
    assert "shoe_size" in {one.name: one.fault or "" for one in plays(database, TUESDAY)}["unhappy"]
    assert "shoe_size" in (preview(database, TUESDAY).cards[-1].fault or "")


def test_no_room_at_all(database):
    """With no calls a day only what is never late is listed, and a sentence says so."""
    change(database, ("colleague", 1, "capacity", 2, 0))
    seen = preview(database, MONDAY)
    assert seen.by_play == {"unhappy": 2} and "never late" in seen.notes[0]


def test_a_customer_removed_after_the_list_went_out(database):
    """Their follow-up goes with them, and the next list is made without them."""
    issue_call_list(database, **ACT)
    with database.read() as connection:
        mine = [
            row[0] for row in connection.exec_driver_sql("SELECT id FROM follow_ups WHERE customer_id = 1")
        ]
    gone = {"follow-up": tuple(mine), "case": (1,), "customer": (1,)}
    apply(database, ChangeSet("Test", removes=gone), who="test", as_of=MONDAY)
    assert "Ada" not in rows(database)


def test_a_new_product(database):
    """A product that nobody ever bought brings nobody, in words."""
    number = play_id(database, "new-product")
    change(database, ("play", number, "active", "no", "yes"), ("play", number, "product", None, "Matcha"))
    cards = {card.name: card for card in preview(database, MONDAY).cards}
    assert "Matcha" in cards["new-product"].fault
    made = issue_call_list(database, **ACT, preview=True, offers=Wanting(database, MONDAY))
    assert "new-product" not in made.by_play


def test_colleagues(database):
    """Who works here, with what they can and until when they are away."""
    assert [(one.name, one.skills, one.away_until) for one in colleagues(database, MONDAY)] == [
        ("Ann", "beans", None), ("Bob", None, date(2026, 1, 7)),
    ]  # fmt: skip
