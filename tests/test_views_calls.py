"""A caller's day: who is on the list and in which order, what is known of them, what was done; team and news."""

from datetime import timedelta

import pandas as pd
import pytest
from acting import DAY, changed, created, opened, write
from day_of_calls import ADA, BEN, BENS, CY, DORA, PROMISE, TODAY, TOMS, list_of_a_day
from hypothesis import given
from hypothesis import strategies as st

from crm_core.actions.calls import log_call, put_off
from crm_core.actions.contacts import Contact, log_contact
from crm_core.actions.records import CellEdit, save_cells
from crm_core.errors import InvalidInput
from crm_core.views import customer
from crm_core.views.calls import callers, in_turn, my_calls, my_people, team
from crm_core.views.calls_team import STEPS

ACT = {"who": "maria", "as_of": DAY}


@pytest.fixture
def shop(database_url):
    with opened(database_url) as database:
        list_of_a_day(database)
        yield database


def log(database, number, customer, outcome="reached", owner="Maria", **more):
    return log_call(database, number, Contact(customer, DAY, outcome, owner=owner, **more), **ACT)


def order(database, caller="Maria", day=DAY):
    return my_calls(database, day, caller).people["follow_up_id"].tolist()


# The list ---------------------------------------------------------------------------------------------------


def test_each_person_stands_once_for_the_first_reason(shop):
    """The promised hour first, then the strongest play; a second reason of the same person is only named."""
    mine = my_calls(shop, DAY, "Maria")
    assert mine.people["follow_up_id"].tolist() == [PROMISE, BENS] and mine.waiting == 2
    assert mine.people["also"].tolist() == ["Thanks after a purchase", ""]


def test_a_caller_sees_their_own_and_nobody_in_particulars(shop):
    """Tom sees his; a call that names nobody, of a customer without an owner, is everybody's."""
    write(shop, created(customer=[{"name": "Eve"}]))
    write(shop, created(follow_up=[{"customer_id": 5, "due_on": TODAY, "state": "open", "reason": "Ask"}]))
    assert order(shop, "Tom") == [6, TOMS]
    assert set(order(shop, None)) == {PROMISE, BENS, TOMS, 6}


def test_a_promise_without_a_caller_is_the_owners(shop):
    """Nobody was named: who looks after the customer calls."""
    write(
        shop, created(follow_up=[{"customer_id": CY, "due_on": TODAY, "state": "open", "play": "promised"}])
    )
    assert order(shop, "Tom") == [6] and 6 not in order(shop)


def test_what_is_known_of_a_person(shop):
    """Name, what to call them, ways to reach them, reason, words, portrait, last purchase and likes, as texts."""
    row = my_calls(shop, DAY, "Maria").people.iloc[0]
    assert (row["name"], row["called"], row["phone"], row["email"]) == (
        "Ada Novak", "Adi", "+43 1 2345678", "ada@example.org",
    )  # fmt: skip
    assert (row["why"], row["hour"], row["label"]) == ("the table", "14:00", "Promised to get back")
    assert row["last_bought"] == "Tea, €4.50, yesterday" and row["likes"] == "Oat latte; often Tea"
    assert row["portrait"].startswith("Customer since December 2025: bought twice")
    assert row["last_contact"] == "" and row["say"] == ""


def test_the_portrait_is_that_of_the_persons_page(shop):
    """Word by word, whether what they like was noted or is only what they bought most."""
    for likes in ("Oat latte", None):
        mine = my_calls(shop, DAY, "Maria").people
        told = dict(zip(mine["customer_id"], mine["portrait"], strict=True))
        assert told == {number: customer.page(shop, number, DAY).portrait for number in (ADA, BEN)}
        if likes:
            write(shop, changed(("customer", ADA, "likes", likes, None)))
    assert told[ADA].endswith("Mostly buys Tea.")


def test_who_may_not_be_called_shows_no_phone(shop):
    """“May be called: no” takes the number off the card."""
    row = my_calls(shop, DAY, "Maria").people.iloc[1]
    assert (row["customer_id"], row["phone"]) == (BEN, "")


def test_put_off_comes_back_on_its_day(shop):
    """Dora waits until the ninth, counted; on the ninth she is there."""
    assert my_calls(shop, DAY, "Maria").put_off == 1
    assert DORA in my_calls(shop, DAY + timedelta(days=4), "Maria").people["customer_id"].tolist()


def test_not_yet_due_and_not_handed_out_waits(shop):
    """A promise for tomorrow is not on the list of today."""
    later = {"customer_id": CY, "due_on": "2026-01-06", "state": "open", "play": "promised", "owner": "Maria"}
    write(shop, created(follow_up=[later]))
    assert order(shop) == [PROMISE, BENS] and 6 in order(shop, day=DAY + timedelta(days=1))


@pytest.mark.parametrize("state", ["done", "dropped", "held out"])
def test_only_open_calls_stand_on_the_list(shop, state):
    """Done, dropped and held out do not."""
    write(shop, changed(("follow-up", BENS, "state", "open", state)))
    assert order(shop) == [PROMISE]


def test_who_said_no_is_not_called(shop):
    """“Do not contact” takes a person off the list that was handed out before."""
    write(shop, changed(("customer", BEN, "do_not_contact", None, "yes")))
    assert order(shop) == [PROMISE]


def test_an_hour_of_another_day_has_passed(shop):
    """A promise of yesterday at 14:00 has no hour today, so that it does not wait for one."""
    assert my_calls(shop, DAY + timedelta(days=1), "Maria").people["hour"].tolist()[0] == ""


def test_whether_the_list_of_the_day_was_handed_out(shop):
    """Today it was, tomorrow not yet."""
    assert my_calls(shop, DAY, "Maria").issued
    assert not my_calls(shop, DAY + timedelta(days=1), "Maria").issued


def test_done_today_is_counted_and_can_be_taken_back(shop):
    """Each person once, with the outcome and the act that an undo takes back."""
    saved = log(shop, PROMISE, ADA, "visit agreed")
    mine = my_calls(shop, DAY, "Maria")
    assert mine.done[["follow_up_id", "name", "outcome", "batch"]].values.tolist() == [
        [PROMISE, "Ada Novak", "visit agreed", saved.batch.id]
    ]
    assert (mine.waiting, mine.total, mine.tally()) == (1, 2, {"visit agreed": 1})
    assert my_calls(shop, DAY + timedelta(days=1), "Maria").done.empty


def test_nobody_is_an_empty_list(database_url):
    """No follow-ups at all: nothing to show, no error."""
    with opened(database_url) as database:
        mine = my_calls(database, DAY, None)
        assert (mine.total, mine.people.empty, mine.issued, callers(database, DAY).names) == (
            0,
            True,
            False,
            (),
        )


def test_who_calls_and_who_leads(shop):
    """Colleagues by name; a role that says manager leads."""
    known = callers(shop, DAY)
    assert known.names == ("Maria", "Tom") and known.leads("Tom")
    assert not known.leads("Maria") and not known.leads(None)


# Whose turn it is -------------------------------------------------------------------------------------------

HOURS = st.lists(st.sampled_from(["", "09:00", "12:30", "14:00", "18:45"]), max_size=8)


@given(HOURS, st.sampled_from(["08:00", "12:25", "13:55", "23:55"]))
def test_who_waits_for_an_hour_comes_last(hours, at):
    """Nobody is lost; whose hour is more than ten minutes ahead stands behind all others; within each, order stays."""
    people = pd.DataFrame({"hour": pd.Series(hours, dtype="str"), "place": range(len(hours))})
    turned = in_turn(people, at)
    minutes = [int(hour[:2]) * 60 + int(hour[3:]) if hour else 0 for hour in turned["hour"]]
    waits = [one > int(at[:2]) * 60 + int(at[3:]) + 10 for one in minutes]
    assert sorted(turned["place"]) == list(range(len(hours))) and waits == sorted(waits)
    for group in (True, False):
        places = [place for place, wait in zip(turned["place"], waits, strict=True) if wait is group]
        assert places == sorted(places)


def test_later_today_waits_for_its_hour(shop):
    """Put off to 16:30: last at noon, first at half past four."""
    put_off(shop, BENS, DAY, at="16:30", **ACT)
    people = my_calls(shop, DAY, "Maria").people
    assert in_turn(people, "14:00")["customer_id"].tolist() == [ADA, BEN]
    assert in_turn(people, "12:00")["customer_id"].tolist() == [ADA, BEN]


# Team and news ----------------------------------------------------------------------------------------------


def test_the_work_of_each(shop):
    """Called, reached, agreed and bought, as the people behind each number; days outside do not count."""
    log(shop, PROMISE, ADA, "visit agreed")
    log(shop, BENS, BEN, "no answer")
    rows = {row.name: row for row in team(shop, DAY)}
    assert [rows["Maria"].people[step] for step in STEPS] == [(ADA, BEN), (ADA,), (ADA,), ()]
    assert list(rows) == ["Maria"] and team(shop, DAY + timedelta(days=7)) == ()


def test_a_purchase_after_the_call_is_theirs(shop):
    """An order the day after counts as bought, with its revenue."""
    log(shop, BENS, BEN)
    line = {"customer_id": BEN, "date": "2026-01-06", "quantity": 1.0, "amount": 90_000, "source_key": 9}
    write(shop, created(purchase=[line]))
    row = team(shop, DAY + timedelta(days=2))[0]
    assert (row.people["bought"], row.revenue) == ((BEN,), 90_000)


def test_no_day_is_no_team(shop):
    """Less than one day is refused."""
    with pytest.raises(InvalidInput, match="0 days"):
        team(shop, DAY, 0)


def news(database, owner="Maria", **how):
    return [(one.kind, one.name) for one in my_people(database, DAY, owner, **how)]


def test_news_of_my_people(shop):
    """A complaint first, then a low score, then who bought; of others' customers nothing."""
    case = {"customer_id": BEN, "date": TODAY, "type": "complaint", "state": "open", "about": "service"}
    low = {"customer_id": DORA, "date": TODAY, "asked": "after", "score": 2.0}
    write(shop, created(case=[{**case, "source_key": 1}], answer=[{**low, "source_key": 1}]))
    assert news(shop) == [("complaint", "Ben Ode"), ("low score", "Dora Egg"), ("bought", "Ada Novak")]
    assert news(shop, "Tom") == []
    words = [one.words for one in my_people(shop, DAY, "Maria")]
    assert words == ["complained about the service today", "gave 2 of 5 today", "bought for €4.50, yesterday"]


def test_a_solved_complaint_and_a_good_score_are_no_news(shop):
    """Solved is solved, four of five is fine."""
    case = {"customer_id": BEN, "date": TODAY, "type": "complaint", "state": "solved", "source_key": 1}
    good = {"customer_id": DORA, "date": TODAY, "score": 4.0, "source_key": 1}
    write(shop, created(case=[case], answer=[good]))
    assert news(shop) == [("bought", "Ada Novak")]


def test_a_phone_changed_by_somebody_else_is_news(shop):
    """Tom's change is told to Maria, her own is not."""
    for who, phone in (("tom", "+43 1 9999999"), ("maria", "+43 1 8888888")):
        seen = {"tom": "+43 1 7654321", "maria": "+43 1 9999999"}[who]
        edit = CellEdit("customer", BEN, "phone", seen, phone)
        assert save_cells(shop, [edit], who=who, as_of=DAY).saved == 1
    told = [one for one in my_people(shop, DAY, "Maria", who="maria") if one.kind == "changed"]
    assert [one.customer_id for one in told] == [BEN] and "+43 1 9999999 (tom" in told[0].words


def test_a_call_off_the_list_is_work_too(shop):
    """Tom calls somebody nobody listed: a person called and reached, and who bought since; an inquiry is no call."""
    log_contact(shop, Contact(DORA, DAY, "reached", owner="Tom"), **ACT)
    asked = {"customer_id": BEN, "date": TODAY, "type": "inquiry", "owner": "Tom", "source_key": 9}
    line = {"customer_id": DORA, "date": "2026-01-06", "quantity": 1.0, "amount": 90_000, "source_key": 9}
    write(shop, created(interaction=[asked], purchase=[line]))
    (row,) = team(shop, DAY + timedelta(days=1))
    assert (row.name, row.calls, row.revenue) == ("Tom", 1, 90_000)
    assert [row.people[step] for step in STEPS] == [(DORA,), (DORA,), (), (DORA,)]


def test_work_is_of_who_called(shop):
    """Tom calls a person of Maria's list: that is a call of his, and one call."""
    log(shop, BENS, BEN, owner="Tom")
    assert [(row.name, row.calls) for row in team(shop, DAY)] == [("Tom", 1)]


def test_an_order_counts_for_the_last_call(shop):
    """Maria called on the first day, Tom on the second, the order came on the third: it is Tom's alone."""
    log(shop, BENS, BEN)
    log_contact(
        shop,
        Contact(BEN, DAY + timedelta(days=1), "reached", owner="Tom"),
        who="tom",
        as_of=DAY + timedelta(days=1),
    )
    line = {"customer_id": BEN, "date": "2026-01-07", "quantity": 1.0, "amount": 90_000, "source_key": 9}
    write(shop, created(purchase=[line]))
    assert {row.name: row.revenue for row in team(shop, DAY + timedelta(days=2))} == {
        "Maria": 0,
        "Tom": 90_000,
    }
