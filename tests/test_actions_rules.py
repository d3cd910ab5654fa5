"""Rules on a database: what fires, what does not, never twice, undone as a whole, quick with many people."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_core.actions import rules as action
from crm_core.actions.doubles import merge
from crm_core.actions.rules import Ran, after_change, run_rules
from crm_core.actions.undo import undo_batch
from crm_core.ledger.store.database import Database, open_database
from crm_core.ledger.writing import journal
from crm_core.model.changes import ChangeSet
from crm_core.model.usual_plays import USUAL_RULES
from crm_core.views.rules import firing_log, rules
from tests.acting import DAY, changed, created, everything, faults, opened, rows, write
from tests.places import place
from tests.stocked import stock
from tests.uploads import take_in, workbook

TOMORROW = DAY + timedelta(1)
CASE = {"customer_id": 1, "date": DAY.isoformat(), "type": "complaint", "state": "open", "what": "Cold tea"}


class Calendar:
    """The machine's clock as the journal sees it, for tests that last several days."""

    def __init__(self) -> None:
        self.day = DAY

    def __call__(self) -> str:
        return f"{self.day.isoformat()}T08:00:00Z"


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    found = Calendar()
    monkeypatch.setattr(journal, "stamp", found)
    return found


@pytest.fixture
def shop(database_url: str, calendar: Calendar) -> Iterator[Database]:
    """Ada of Noa and Ben of Ola, who has left; Maya is the manager; the usual rules are off."""
    with opened(database_url) as database:
        people = [{"code": "A", "name": "Ada", "owner": "Noa"}, {"code": "B", "name": "Ben", "owner": "Ola"}]
        staff = [{"name": "Maya", "role": "manager"}, {"name": "Noa"}, {"name": "Ola", "active": "no"}]
        write(database, created(customer=people, colleague=[{"active": "yes", **one} for one in staff]))
        write(database, changed(*(("rule", number, "active", one["active"], "no")
                                  for number, one in enumerate(USUAL_RULES, 1) if one["active"] == "yes")))  # fmt: skip
        yield database


def rule(database: Database, event: str, act: str = "follow-up", name: str = "r", **values: Any) -> None:
    write(database, created(rule=[{"name": name, "active": "yes", "event": event, "act": act, **values}]))


def run(database: Database, day: date = DAY) -> Ran:
    return run_rules(database, as_of=day)


def fired(database: Database) -> list[str]:
    return [f"{row['rule']} {row['customer_id']} {row['event']}" for row in rows(database, "firing")]


def test_a_complaint_becomes_a_follow_up_within_a_day(shop: Database) -> None:
    """The usual rule: once, in one entry of the history; a solved one and a request fire nothing."""
    write(shop, changed(("rule", 1, "active", "no", "yes")))
    others = [{**CASE, "state": "solved", "customer_id": 2}, {**CASE, "type": "request", "customer_id": 2}]
    write(shop, created(case=[CASE, *others]))
    done = run(shop)
    assert (done.fired, dict(done.by_rule)) == (1, {"complaint-to-owner": 1}) and done.faults == ()
    assert done.words == "Rules fired once: complaint-to-owner (1)." and done.batch.who == "Rules"
    (planned,) = rows(shop, "follow-up")
    assert (planned["customer_id"], planned["owner"], planned["due_on"]) == (1, "Noa", "2026-01-06")
    assert (
        planned["reason"] == "A complaint came in: call them and put it right"
        and planned["play"] == "by-rule"
    )
    assert "Complaint of 5 Jan 2026: Cold tea" in planned["note"]
    assert run(shop) == Ran() and faults(shop) == []


def test_nothing_fires_for_what_was_there_before(shop: Database) -> None:
    """Recorded before the rule, or dated before the day it was switched on, or long ago."""
    write(shop, created(case=[CASE]))
    rule(shop, "new complaint")
    write(shop, created(case=[{**CASE, "date": (DAY - timedelta(1)).isoformat(), "what": "Late"}]))
    assert run(shop).fired == 0
    write(shop, created(case=[{**CASE, "what": "New"}]))
    assert run(shop).fired == 1


def test_a_rule_switched_on_again_begins_anew(shop: Database, calendar: Calendar) -> None:
    """What happened while it was off is none of its business."""
    rule(shop, "new complaint")
    write(shop, changed(("rule", 4, "active", "yes", "no")))
    write(shop, created(case=[CASE]))
    write(shop, changed(("rule", 4, "active", "no", "yes")))
    assert run(shop).fired == 0 and rules(shop, DAY)[3].since == "2026-01-05"
    calendar.day = TOMORROW
    write(shop, created(case=[{**CASE, "date": TOMORROW.isoformat()}]))
    assert run(shop, TOMORROW).fired == 1


def test_a_rule_by_another_name_does_not_begin_from_the_start(shop: Database) -> None:
    """What it fired on under its old name is over."""
    rule(shop, "new complaint")
    write(shop, created(case=[CASE]))
    assert run(shop).fired == 1
    write(shop, changed(("rule", 4, "name", "r", "renamed")))
    assert run(shop).fired == 0


def test_what_is_a_month_old_is_no_news(shop: Database, calendar: Calendar) -> None:
    """A sheet of last season's complaints makes no calls."""
    rule(shop, "new complaint")
    calendar.day = later = DAY + timedelta(90)
    old = (later - timedelta(31)).isoformat()
    recent = (later - timedelta(30)).isoformat()
    write(shop, created(case=[{**CASE, "date": old}, {**CASE, "date": recent}]), as_of=later)
    assert run(shop, later).fired == 1 and fired(shop) == ["r 1 case:2"]


def test_a_complaint_that_stands_for_days(shop: Database, calendar: Calendar) -> None:
    """After three days, if it is still open."""
    rule(shop, "new complaint", days=3, words="Open for {days} days")
    write(shop, created(case=[CASE, {**CASE, "customer_id": 2}]))
    assert [run(shop, DAY + timedelta(day)).fired for day in (0, 2)] == [0, 0]
    write(shop, changed(("case", 2, "state", "open", "solved")))
    assert run(shop, DAY + timedelta(3)).fired == 1
    assert rows(shop, "follow-up")[0]["reason"] == "Open for 3 days"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([(2, 5), (3, 5), (40, 100), (41, 100)], [0, 2]),
        ([(2, None), (3, None)], [0]),  # out of five: nobody gave more
        ([(4, None), (5, None), (4, 10)], [2]),  # each by itself: an upload says of how many by its column
        ([(0, 10), (None, 10)], [0]),
    ],
)
def test_low_scores(shop: Database, answers: list[tuple[Any, Any]], expected: list[int]) -> None:
    """Up to 40 % of the scale; where the scale is not known, by the scores of the same question."""
    rule(shop, "low score")
    given = [
        {"customer_id": 1, "date": DAY.isoformat(), "score": score, "scale": scale}
        for score, scale in answers
    ]
    write(shop, created(answer=given))
    run(shop)
    assert fired(shop) == [f"r 1 answer:{number + 1}" for number in expected]


def test_what_a_low_score_is_can_be_set(shop: Database) -> None:
    rule(shop, "low score", of="service")
    write(shop, created(setting=[{"name": "low_score", "value": "60"}]))
    answer = {"customer_id": 1, "date": DAY.isoformat(), "score": 3.0, "scale": 5.0}
    write(shop, created(answer=[{**answer, "about": "service"}, {**answer, "about": "product"}]))
    assert run(shop).fired == 1
    assert rows(shop, "firing")[0]["reason"] == "Score 3 of 5 on 5 Jan 2026 for service"


def contact(days: int, outcome: str | None, customer: int = 1) -> dict[str, Any]:
    return {"customer_id": customer, "date": (DAY + timedelta(days)).isoformat(), "outcome": outcome}


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [
        ([contact(-7, "no answer"), contact(-3, "voicemail")], ["r 1 contact:1"]),
        ([contact(-20, "no answer"), contact(-9, "reached"), contact(-7, "no answer")], ["r 1 contact:3"]),
        ([contact(-7, "no answer"), contact(-1, "reached")], []),
        ([contact(-7, "no answer"), contact(-7, None)], []),
        ([contact(-6, "no answer")], []),
        ([contact(-8, "no answer")], []),  # it had stood so before the rule
        ([contact(-7, "no answer"), contact(1, "reached")], ["r 1 contact:1"]),  # that is not yet
        ([contact(-7, "reached")], []),
    ],
)
def test_nobody_reached_for_a_week(
    shop: Database, contacts: list[dict[str, Any]], expected: list[str]
) -> None:
    """All contacts since the first that missed them, none that reached them; to the manager, once."""
    rule(shop, "no answer", "to the manager", days=7, within=2, words="Not reached for {days} days")
    write(shop, created(interaction=contacts))
    run(shop)
    assert fired(shop) == expected
    assert [row["owner"] for row in rows(shop, "follow-up")] == ["Maya"] * len(expected)
    assert run(shop).fired == 0


def test_a_late_follow_up_goes_to_the_manager(shop: Database, calendar: Calendar) -> None:
    """Open and due five days ago, or put off until then; what the rule made itself never feeds it."""
    rule(shop, "late follow-up", "to the manager", days=5, within=0)
    due = {
        "customer_id": 1,
        "play": "promised",
        "due_on": DAY.isoformat(),
        "state": "open",
        "reason": "Tea order",
    }
    put_off = {**due, "customer_id": 2, "later_on": TOMORROW.isoformat()}
    write(shop, created(follow_up=[due, put_off, {**due, "state": "done"}, {**due, "state": "held out"}]))
    assert run(shop, DAY + timedelta(4)).fired == 0
    assert run(shop, DAY + timedelta(5)).fired == 1 and fired(shop) == ["r 1 follow-up:1"]
    assert rows(shop, "firing")[0]["reason"] == "Follow-up of 5 Jan 2026 is not done: Tea order"
    assert run(shop, DAY + timedelta(6)).fired == 1
    assert run(shop, DAY + timedelta(20)).fired == 0 and len(rows(shop, "follow-up")) == 6


def bought(customer: int, *days: int) -> list[dict[str, Any]]:
    return [
        {
            "customer_id": customer,
            "date": (DAY + timedelta(day)).isoformat(),
            "quantity": 1.0,
            "amount": 10_000,
        }
        for day in days
    ]


def test_a_stage_changes(shop: Database) -> None:
    """Not on the first run, then for those who moved there; new people had no stage; once."""
    write(shop, created(purchase=[*bought(1, -40, -5), *bought(2, -60, -40, -5)]))
    rule(shop, "stage changes", of="Commitment", words="Now {stage}, before {before}")
    assert run(shop).fired == 0
    write(shop, created(customer=[{"name": "Cleo"}], purchase=bought(3, -30, -20, -1)))
    write(shop, created(purchase=bought(1, 0)))
    assert run(shop).fired == 1 and rows(shop, "follow-up")[0]["reason"] == "Now commitment, before expansion"
    assert rows(shop, "firing")[0]["reason"] == "Stage: commitment, before that expansion"
    assert run(shop).fired == 0
    write(shop, changed(("customer", 2, "stage", None, "dissolution")))
    assert run(shop).fired == 0
    write(shop, changed(("customer", 2, "stage", "dissolution", None)))
    assert run(shop).fired == 1 and len(set(fired(shop))) == 2


def test_a_stage_rule_that_was_off_begins_anew(shop: Database) -> None:
    """What moved while nobody looked is not told afterwards."""
    rule(shop, "stage changes", of="commitment")
    write(shop, created(purchase=bought(1, -9, -5)))
    run(shop)
    write(shop, changed(("rule", 4, "active", "yes", "no")))
    write(shop, created(purchase=bought(1, 0)))
    write(shop, changed(("rule", 4, "active", "no", "yes")))
    assert run(shop).fired == 0


def test_a_crash_before_the_stages_are_noted_fires_nothing_twice(
    shop: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The firing is saved, the note is not: the next run finds the same event again."""
    rule(shop, "stage changes")
    write(shop, created(purchase=bought(1, -9, -5)))
    run(shop)
    write(shop, created(purchase=bought(1, 0)))
    with monkeypatch.context() as broken:
        broken.setattr(action, "_keep_note", lambda *_: None)
        assert run(shop).fired == 1
    assert run(shop).fired == 0 and len(fired(shop)) == 1


def test_a_tag_is_added(shop: Database) -> None:
    """By hand, with a new customer, whatever its case; one that is gone again or was there before is none."""
    write(shop, changed(("customer", 2, "tags", None, "old")))
    rule(shop, "tag is added", "change the owner", of="Vip", to="maya")
    write(shop, changed(("customer", 1, "tags", None, "late, VIP")))
    write(shop, created(customer=[{"name": "Cleo", "tags": "vip"}, {"name": "Dan", "tags": "very vip"}]))
    write(shop, changed(("customer", 2, "tags", "old", "old, vip")))
    write(shop, changed(("customer", 2, "tags", "old, vip", "old")))
    done = run(shop)
    assert done.fired == 2 and [row["owner"] for row in rows(shop, "customer")] == [
        "Maya",
        "Ola",
        "Maya",
        None,
    ]
    assert [row["did"] for row in rows(shop, "firing")] == ["Owner: Maya, before Noa", "Owner: Maya"]


def test_a_rule_never_feeds_itself(shop: Database) -> None:
    """A tag that the rule adds is no event for it, for another rule it is one with the next run; a circle ends."""
    rule(shop, "tag is added", "add a tag", name="any", to="seen")
    rule(shop, "tag is added", "add a tag", name="ring", of="seen", to="vip")
    write(shop, changed(("customer", 1, "tags", None, "vip")))
    assert [run(shop).fired for _ in range(4)] == [1, 1, 0, 0]
    assert fired(shop)[0].startswith("any 1 tag:") and rows(shop, "customer")[0]["tags"] == "vip, seen"
    assert rows(shop, "firing")[1]["did"] == "Has the tag “vip” already"


def test_a_new_customer_and_a_first_purchase(shop: Database) -> None:
    """Added and bought since; who was known or bought before is not new, and an undone merge makes nobody new."""
    rule(shop, "new customer", "add a tag", name="new", to="welcome")
    rule(shop, "first purchase", "add a tag", name="first", to="bought")
    people = [{"name": "Cleo"}, {"name": "Dan", "since": "2020-01-01"}, {"name": "Eve"}]
    write(shop, created(customer=people, purchase=[*bought(3, 0), *bought(5, -400), *bought(1, 0, -1)]))
    run(shop)
    assert [row["tags"] for row in rows(shop, "customer")] == [None, None, "welcome, bought", None, None]
    write(shop, created(purchase=bought(2, 0)))
    assert dict(run(shop).by_rule) == {"first": 1}
    undo_batch(shop, merge_of(shop), who="anna", as_of=DAY)
    assert run(shop).fired == 0


def merge_of(shop: Database) -> int:
    merge(shop, (1, 2), who="anna", as_of=DAY)
    with shop.read() as connection:
        return int(connection.exec_driver_sql("SELECT max(id) FROM batches").scalar() or 0)


def test_a_purchase_logged_before_the_rule_is_no_first_one_for_it(shop: Database) -> None:
    write(shop, created(purchase=bought(1, 0)))
    rule(shop, "first purchase")
    assert run(shop).fired == 0


def test_who_must_not_be_contacted_is_held_back_and_logged(shop: Database) -> None:
    rule(shop, "new complaint", words="Call[ {name}]")
    write(shop, changed(("customer", 1, "do_not_contact", None, "yes")))
    write(shop, created(case=[CASE]))
    done = run(shop)
    assert (done.fired, done.held_back, rows(shop, "follow-up")) == (1, 1, [])
    assert "1 held back, as they must not be contacted." in done.words
    assert firing_log(shop, DAY)["did"].tolist() == ["Held back: they must not be contacted"]
    write(shop, changed(("customer", 1, "do_not_contact", "yes", None)))
    assert run(shop).fired == 0


def test_a_faulty_rule_does_nothing_and_is_told(shop: Database) -> None:
    """Its sentence stands beside the run and in the view; the others do their work."""
    rule(shop, "new complaint", to="Ola", name="left")
    rule(shop, "new complaint", name="good")
    write(shop, created(case=[CASE]))
    done = run(shop)
    assert dict(done.by_rule) == {"good": 1} and [fault.rule for fault in done.faults] == ["left"]
    shown = {row.name: row for row in rules(shop, DAY)}
    assert "“Ola” does not work here any more" in shown["left"].fault and shown["good"].fault == ""
    assert (shown["good"].fired, shown["good"].last_on, shown["left"].fired) == (1, "2026-01-05", 0)


def test_undo_gives_all_back_and_it_does_not_fire_again(shop: Database) -> None:
    """Follow-ups, tags, owners and firings go; what a person took back stays so."""
    for name, act, to in (
        ("f", "follow-up", None),
        ("t", "add a tag", "upset"),
        ("o", "change the owner", "Maya"),
    ):
        rule(shop, "new complaint", act, name=name, to=to)
    write(shop, created(case=[CASE, {**CASE, "customer_id": 2}]))
    before = {
        name: [{**row, "version": 0} for row in rows(shop, name)]
        for name in ("customer", "follow-up", "firing")
    }
    done = run(shop)
    assert done.fired == 6 and done.batch is not None
    undone = undo_batch(shop, done.batch.id, who="anna", as_of=DAY)
    assert undone.kept == ()
    assert before == {name: [{**row, "version": 0} for row in rows(shop, name)] for name in before}
    assert run(shop).fired == 0 and faults(shop) == []
    undo_batch(shop, undone.batch.id, who="anna", as_of=DAY)
    assert len(fired(shop)) == 6 and len(rows(shop, "follow-up")) == 2 and run(shop).fired == 0


def test_two_at_once_fire_once(shop: Database) -> None:
    """Four threads, one firing an event."""
    rule(shop, "new complaint")
    write(
        shop,
        created(
            case=[{**CASE, "customer_id": 1 + number % 2, "number": str(number)} for number in range(20)]
        ),
    )
    threads = [threading.Thread(target=run, args=(shop,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fired(shop)) == len(set(fired(shop))) == len(rows(shop, "follow-up")) == 20


def test_after_an_upload_the_rules_run_where_it_matters(
    shop: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sheet of cases fires; a sheet of purchases is not even looked at; nothing changed, nothing looked at."""
    runs: list[int] = []
    looked = action._look
    monkeypatch.setattr(action, "_look", lambda *a: runs.append(1) or looked(*a))
    assert after_change(shop, DAY) == Ran() and runs == []  # no rule is in use
    rule(shop, "new complaint")
    sheet = [
        ["Customer ID", "Date", "Kind", "What happened"],
        ["A", DAY.isoformat(), "complaint", "Cold tea"],
    ]
    take_in(shop, workbook(Cases=sheet), Cases="case")
    assert after_change(shop, DAY, touched=("purchase", "customer")) == Ran() and runs == []
    assert after_change(shop, DAY, touched=("case",)).fired == 1 and runs == [1]
    assert after_change(shop, DAY) == Ran() and runs == [1]
    write(shop, created(case=[{**CASE, "what": "Again"}]))
    assert after_change(shop, DAY).fired == 1 and runs == [1, 1]


def test_where_the_play_of_rules_is_not_in_use_they_make_promises(shop: Database) -> None:
    """So that nobody whom a rule asks for is forgotten."""
    rule(shop, "new complaint")
    (play,) = (row for row in rows(shop, "play") if row["name"] == "by-rule")
    for active, expected in (("yes", "by-rule"), ("no", "promised")):
        if active != play["active"]:
            write(shop, changed(("play", play["id"], "active", play["active"], active)))
        write(shop, created(case=[CASE]))
        run(shop)
        assert rows(shop, "follow-up")[-1]["play"] == expected


def test_uploaded_rules_that_make_no_sense_are_told(shop: Database) -> None:
    """Right after the sheet came in, in a sentence each; a later change of something else does not repeat it."""
    rule(shop, "new complaint", to="Ola", name="left")
    assert (
        "The rule “left” does nothing: “Ola” does not work here"
        in after_change(shop, DAY, touched=("rule",)).words
    )
    write(shop, created(case=[CASE]))
    assert "left" not in after_change(shop, DAY, touched=("case",)).words


def test_what_a_change_touches() -> None:
    """What it creates, changes and removes; what it names without a row does not count."""
    cells = changed(("customer", 1, "tags", None, "x")).changes
    frames = {"case": pd.DataFrame({"id": [-1]}), "answer": pd.DataFrame({"id": []})}
    changes = ChangeSet("Test", creates=frames, changes=cells, removes={"follow-up": (1,), "order": ()})
    assert (
        action.touched_by(changes) == {"case", "customer", "follow-up"}
        and action.touched_by(ChangeSet("x")) == set()
    )


def test_after_change_never_raises(shop: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was saved is saved; what the rules could not do is a sentence."""
    rule(shop, "new complaint")
    write(shop, created(case=[CASE]))

    def refuse(*_: Any, **__: Any) -> None:
        raise action.StaleView("Somebody else writes.")

    monkeypatch.setattr(journal, "apply", refuse)
    assert after_change(shop, DAY).words.startswith("Too many others write")


def test_the_log_says_who_and_why(shop: Database) -> None:
    """The latest first; of one rule, of one person; with the number to undo."""
    rule(shop, "new complaint", name="a")
    rule(shop, "new complaint", "add a tag", name="b", to="upset")
    write(shop, created(case=[CASE, {**CASE, "customer_id": 2}]))
    number = run(shop).batch.id
    log = firing_log(shop, DAY)
    assert len(log) == 4 and set(log["batch"]) == {number} and set(log["name"]) == {"Ada", "Ben"}
    assert firing_log(shop, DAY, rule="b", customer=2)[["code", "did"]].values.tolist() == [
        ["B", "Tag “upset” added"]
    ]
    assert len(firing_log(shop, DAY, limit=1)) == 1


EVENTS = ("new complaint", "new request", "low score", "no answer", "late follow-up", "tag is added", "new customer",
          "first purchase", "stage changes")  # fmt: skip


@pytest.fixture(scope="module")
def law_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("law")


ACTS = [("follow-up", None), ("add a tag", "vip"), ("change the owner", "Maya"), ("to the manager", None)]
RULES = st.lists(st.tuples(st.sampled_from(EVENTS), st.sampled_from(ACTS), st.sampled_from([None, 0, 1])),
                 min_size=1, max_size=4)  # fmt: skip
HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(["case", "answer", "contact", "follow-up", "tag", "person", "purchase"]),
        st.integers(1, 2),
    ),
    max_size=6,
)
_turn = iter(range(10**9))


@pytest.mark.slow
@settings(max_examples=20)
@given(RULES, HAPPENINGS)
def test_twice_is_once_and_undo_gives_back(law_folder: Path, wanted: Any, happenings: Any) -> None:
    """Whatever rules and events: until nothing more fires, no firing stands twice; all runs undone, the records are
    as they were before; and nothing fires again."""
    with (
        closing(open_database(place(law_folder / f"{next(_turn)}.db"))) as database,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(journal, "stamp", Calendar())
        write(database, created(customer=[{"name": "Ada"}, {"name": "Ben", "do_not_contact": "yes"}],
                                colleague=[{"name": "Maya", "role": "manager", "active": "yes"}]))  # fmt: skip
        for number, (event, (act, to), days) in enumerate(wanted):
            days = None if event == "stage changes" else days
            rule(database, event, act, name=f"r{number}", to=to, days=days)
        run(database)
        for what, customer in happenings:
            happen(database, what, customer)
        before = records_of(database)
        runs = [run(database) for _ in range(len(wanted) + 2)]
        assert runs[-1].fired == 0 and len(set(fired(database))) == len(fired(database))
        assert sum(one.fired for one in runs) == len(fired(database)) and faults(database) == []
        for one in reversed(runs):
            if one.batch:
                assert undo_batch(database, one.batch.id, who="anna", as_of=DAY).kept == ()
        assert records_of(database) == before and run(database).fired == 0


def happen(database: Database, what: str, customer: int) -> None:
    day, mine = DAY.isoformat(), {"customer_id": customer, "date": DAY.isoformat()}
    tags = rows(database, "customer")[customer - 1]["tags"]
    made = {
        "case": lambda: created(case=[{**CASE, **mine}, {**CASE, **mine, "type": "request"}]),
        "answer": lambda: created(answer=[{**mine, "score": 1.0}]),
        "contact": lambda: created(interaction=[{**mine, "outcome": "no answer"}]),
        "follow-up": lambda: created(
            follow_up=[{"customer_id": customer, "due_on": day, "state": "open", "play": "x"}]
        ),
        "tag": lambda: changed(
            ("customer", customer, "tags", tags, "new" if tags is None else f"{tags}, n{len(tags)}")
        ),
        "person": lambda: created(customer=[{"name": "Cleo"}]),
        "purchase": lambda: created(purchase=bought(customer, 0)),
    }[what]()
    write(database, made)


def records_of(database: Database) -> Any:
    without = ("batches", "changes", "archive", "revisions", "meta")
    found = everything(database, without=without)
    versions = {"customers": 1}  # a cell that went there and back counts two changes
    return {name: [row[:at] + row[at + 1 :] for row in held] if (at := versions.get(name)) else held
            for name, held in found.items()}  # fmt: skip


MANY = 100_000


@pytest.mark.slow
def test_a_hundred_thousand_people_are_quick(sqlite_url: str) -> None:
    """All nine events at once among 100,000 people with 300,000 purchases, 200,000 contacts, 50,000 follow-ups:
    a run that finds nothing to do takes less than five seconds even on a busy machine, and one that fires does too."""
    database = stock(sqlite_url, DAY, **crowd())
    try:
        write(database, created(colleague=[{"name": "Maya", "role": "manager", "active": "yes"}]))
        for number, event in enumerate(EVENTS):
            rule(
                database,
                event,
                name=f"r{number}",
                days=3 if event in ("no answer", "late follow-up") else None,
            )
        run(database)
        write(database, created(case=[CASE]))
        began = time.perf_counter()
        assert run(database).by_rule == {"complaint-to-owner": 1, "r0": 1}
        assert time.perf_counter() - began < 5.0
        assert after_change(database, DAY, touched=("colleague",)) == Ran()
    finally:
        database.close()


def crowd() -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(7)

    def days(count: int) -> np.ndarray:
        return np.datetime_as_string(np.datetime64(DAY) - rng.integers(10, 900, count), "D")

    def whose(count: int) -> np.ndarray:
        return rng.integers(1, MANY + 1, count)

    outcome = np.array(["reached", "no answer", "voicemail"])
    return {
        "customer": pd.DataFrame({"name": [f"Person {number}" for number in range(MANY)], "tags": "new"}),
        "purchase": pd.DataFrame(
            {"customer_id": whose(3 * MANY), "date": days(3 * MANY), "quantity": 1.0, "amount": 10_000}
        ),
        "interaction": pd.DataFrame(
            {"customer_id": whose(2 * MANY), "date": days(2 * MANY), "outcome": rng.choice(outcome, 2 * MANY)}
        ),
        "follow_up": pd.DataFrame(
            {"customer_id": whose(MANY // 2), "due_on": days(MANY // 2), "state": "open"}
        ),
    }
