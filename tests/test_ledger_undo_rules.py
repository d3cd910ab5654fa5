"""An undo takes along what rules did because of what goes; what somebody worked on stays."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_core.actions.rules import run_rules
from crm_core.actions.undo import undo_batch
from crm_core.ledger.store.database import Database, open_database
from crm_core.ledger.writing import journal
from crm_core.model.usual_plays import USUAL_RULES
from crm_core.model.words import RULE_EVENTS
from tests.acting import DAY, changed, created, everything, faults, opened, rows, write
from tests.places import place
from tests.templates import once
from tests.uploads import take_in, workbook

TODAY = DAY.isoformat()
OWN_STORY = ("batches", "changes", "archive", "revisions", "meta", "layouts")
ACTS = (("follow-up", None), ("add a tag", "seen"), ("change the owner", "Maya"), ("to the manager", None))


@pytest.fixture(autouse=True, scope="module")
def the_day() -> Iterator[None]:
    """The machine's clock stands on the day of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "stamp", lambda: f"{TODAY}T08:00:00Z")
        yield


@pytest.fixture
def shop(database_url: str) -> Iterator[Database]:
    """Ada of Noa, known for long; Maya is the manager; no usual rule is in use."""
    once("a shop without rules", database_url, begun)
    with opened(database_url) as database:
        yield database


def begun(url: str) -> None:
    with opened(url) as database:
        begin(database)


def begin(database: Database) -> None:
    write(
        database,
        created(
            customer=[{"code": "A", "name": "Ada", "owner": "Noa", "since": "2020-01-01"}],
            colleague=[
                {"name": "Maya", "role": "manager", "active": "yes"},
                {"name": "Noa", "active": "yes"},
            ],
            purchase=[bought(1, -50), bought(1, -80)],
        ),
    )
    off = [
        ("rule", at, "active", "yes", "no") for at, one in enumerate(USUAL_RULES, 1) if one["active"] == "yes"
    ]
    write(database, changed(*off))


def bought(customer: int, day: int) -> dict[str, Any]:
    day_on = (DAY + timedelta(day)).isoformat()
    return {"customer_id": customer, "date": day_on, "quantity": 1.0, "amount": 10_000}


def rule(database: Database, event: str, act: str = "follow-up", name: str = "r", **values: Any) -> None:
    write(database, created(rule=[{"name": name, "active": "yes", "event": event, "act": act, **values}]))


def run(database: Database, day: int = 0) -> int:
    return run_rules(database, as_of=DAY + timedelta(day)).fired


def take_back(database: Database, batch: int) -> Any:
    return undo_batch(database, batch, who="anna", as_of=DAY)


def records_of(database: Database) -> dict[str, list[Any]]:
    """All records; a cell that went there and back counts two changes."""
    found = everything(database, without=OWN_STORY)
    return {
        name: [row[:1] + row[2:] if name == "customers" else row for row in held]
        for name, held in found.items()
    }


CASES = [
    ["Customer ID", "Name", "Date", "Kind", "What happened"],
    ["A", "Ada", TODAY, "complaint", "Cold tea"],
    ["N", "Nia", TODAY, "complaint", "No sugar"],
    ["N", "Nia", TODAY, "request", "A table"],
]
ANSWERS = [
    ["Customer ID", "Name", "Date", "Score", "Out of"],
    ["A", "Ada", TODAY, 1, 5],
    ["N", "Nia", TODAY, 2, 5],
]
PEOPLE = [["Customer ID", "Name", "Tags"], ["N", "Nia", "vip"], ["O", "Oli", None]]


def the_cases(database: Database) -> int:
    return take_in(database, workbook(Cases=CASES), Cases="case")[1].id


def the_answers(database: Database) -> int:
    return take_in(database, workbook(Answers=ANSWERS), Answers="answer")[1].id


def the_people(database: Database) -> int:
    return take_in(database, workbook(People=PEOPLE), People="customer")[1].id


def the_contacts(database: Database) -> int:
    missed = {"date": TODAY, "outcome": "no answer"}
    people = created(
        customer=[{"name": "Nia"}], interaction=[missed | {"customer_id": who} for who in (-1, 1)]
    )
    return write(database, people).id


def the_purchases(database: Database) -> int:
    lines = [bought(who, day) for who, day in ((-1, 0), (1, 0))]
    return write(database, created(customer=[{"name": "Nia", "since": "2021-01-01"}], purchase=lines)).id


def the_follow_ups(database: Database) -> int:
    asked = {"due_on": TODAY, "state": "open", "play": "promised", "reason": "Tea"}
    return write(
        database,
        created(customer=[{"name": "Nia"}], follow_up=[asked | {"customer_id": who} for who in (1, -1)]),
    ).id


def the_tag(database: Database) -> int:
    return write(database, changed(("customer", 1, "tags", None, "vip"))).id


UPLOADS: dict[str, Callable[[Database], int]] = {
    "new complaint": the_cases, "new request": the_cases, "low score": the_answers, "no answer": the_contacts,
    "late follow-up": the_follow_ups, "tag is added": the_tag, "new customer": the_people,
    "first purchase": the_purchases, "stage changes": the_purchases,
}  # fmt: skip


@pytest.mark.parametrize("act", [act for act, _ in ACTS])
@pytest.mark.parametrize("event", RULE_EVENTS)
def test_an_undone_upload_leaves_nothing_of_its_rules(shop: Database, event: str, act: str) -> None:
    """Whatever the rule is about and does: the records are as they were before, nothing is listed as kept."""
    rule(shop, event, act, to=dict(ACTS)[act])
    run(shop)
    before = records_of(shop)
    batch = UPLOADS[event](shop)
    assert run(shop) > 0
    done = take_back(shop, batch)
    assert done.kept == () and records_of(shop) == before and faults(shop) == []


def test_the_undo_of_the_undo_gives_all_back(shop: Database) -> None:
    """The upload, and what rules did because of it; nothing fires twice."""
    rule(shop, "new complaint")
    rule(shop, "new customer", "add a tag", name="t", to="welcome")
    batch = the_cases(shop)
    assert run(shop) == 3
    after = [
        [{**row, "batch": 0, "version": 0} for row in rows(shop, name)]
        for name in ("customer", "follow-up", "firing")
    ]
    undone = take_back(shop, batch)
    take_back(shop, undone.batch.id)
    assert after == [
        [{**row, "batch": 0, "version": 0} for row in rows(shop, name)]
        for name in ("customer", "follow-up", "firing")
    ]
    assert run(shop) == 0 and faults(shop) == []


def test_the_history_says_what_went_along(shop: Database) -> None:
    rule(shop, "new complaint")
    batch = the_cases(shop)
    run(shop)
    done = take_back(shop, batch)
    assert done.batch.why == f"Undo of number {batch}, with what rules did because of it (2 follow-ups)"


def test_a_follow_up_that_somebody_worked_on_stays_with_its_person(shop: Database) -> None:
    """And so does the firing that says why; those of others go."""
    rule(shop, "new complaint")
    batch = the_cases(shop)
    run(shop)
    nia = next(row for row in rows(shop, "follow-up") if row["customer_id"] != 1)
    write(shop, changed(("follow-up", nia["id"], "note", nia["note"], "Called twice")))
    done = take_back(shop, batch)
    assert [(one.entity, one.code, one.why) for one in done.kept] == [
        ("customer", "N", "used by follow-ups that stay")
    ]
    assert [row["id"] for row in rows(shop, "follow-up")] == [nia["id"]]
    assert [row["customer_id"] for row in rows(shop, "firing")] == [nia["customer_id"]] and rows(
        shop, "case"
    ) == []


def test_an_edited_case_keeps_what_it_led_to(shop: Database) -> None:
    """A case that stays keeps its person, the firing and the follow-up."""
    rule(shop, "new complaint")
    rule(shop, "new customer", name="new")
    batch = the_cases(shop)
    run(shop)
    mine = next(row for row in rows(shop, "case") if row["what"] == "No sugar")
    write(shop, changed(("case", mine["id"], "what", "No sugar", "No milk")))
    done = take_back(shop, batch)
    assert {one.entity for one in done.kept} == {"case", "customer"}
    assert {(row["rule"], row["customer_id"]) for row in rows(shop, "firing")} == {
        ("r", mine["customer_id"]), ("new", mine["customer_id"])
    }  # fmt: skip
    assert len(rows(shop, "follow-up")) == 2


def test_what_rules_did_because_of_others_stays(shop: Database) -> None:
    """A complaint logged by hand keeps its follow-up and its tag when the upload of answers is undone."""
    rule(shop, "new complaint", name="c")
    rule(shop, "new complaint", "add a tag", name="t", to="upset")
    rule(shop, "low score", name="s")
    batch = the_answers(shop)
    write(shop, created(case=[{"customer_id": 1, "date": TODAY, "type": "complaint", "state": "open"}]))
    assert run(shop) == 4
    assert take_back(shop, batch).kept == ()
    assert [row["rule"] for row in rows(shop, "firing")] == ["c", "t"] and len(rows(shop, "follow-up")) == 1
    assert rows(shop, "customer")[0]["tags"] == "upset"


def test_a_chain_of_rules_goes_as_a_whole(shop: Database) -> None:
    """A complaint adds a tag, the tag another one, the follow-up is late: all goes with the complaint."""
    rule(shop, "new complaint", "add a tag", name="a", to="upset")
    rule(shop, "new complaint", name="b")
    rule(shop, "tag is added", "add a tag", name="c", to="care", of="upset")
    rule(shop, "late follow-up", "to the manager", name="d", of="by-rule", days=2)
    before = records_of(shop)
    batch = the_cases(shop)
    assert [run(shop), run(shop), run(shop, 4)] == [4, 2, 2]
    assert take_back(shop, batch).kept == () and records_of(shop) == before


def test_uploaded_again_it_fires_again(shop: Database) -> None:
    """Also what is told by the person alone: taking the upload back is no word against the rule."""
    rule(shop, "first purchase", "add a tag", to="bought")
    write(shop, created(customer=[{"code": "N", "name": "Nia"}]))
    for _ in range(2):
        batch = write(shop, created(purchase=[bought(2, 0)])).id
        assert run(shop) == 1 and rows(shop, "customer")[1]["tags"] == "bought"
        take_back(shop, batch)
        assert rows(shop, "customer")[1]["tags"] is None and run(shop) == 0


@pytest.fixture(scope="module")
def law_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("undo")


_turn = iter(range(10**9))
RULES = st.lists(st.tuples(st.sampled_from(RULE_EVENTS), st.sampled_from(ACTS)), min_size=1, max_size=4)


@pytest.mark.slow
@settings(max_examples=25)
@given(RULES, st.sampled_from(sorted(UPLOADS)), st.lists(st.integers(0, 1), min_size=1, max_size=3))
def test_import_rules_undo_is_nothing(law_folder: Path, wanted: Any, upload: str, days: list[int]) -> None:
    """Whatever rules, whatever upload, however often they ran: its undo gives back what was."""
    with closing(open_database(place(law_folder / f"{next(_turn)}.db"))) as database:
        begin(database)
        for number, (event, (act, to)) in enumerate(wanted):
            rule(database, event, act, name=f"r{number}", to=to)
        run(database)
        before = records_of(database)
        batch = UPLOADS[upload](database)
        for day in sorted(days):
            run(database, day)
        assert take_back(database, batch).kept == ()
        assert records_of(database) == before and faults(database) == []
