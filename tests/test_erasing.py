"""Erasing a person: nothing of them is left anywhere, and the company's totals stay."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from crm_core.actions.doubles import merge
from crm_core.actions.erasing import Erased, erase_by_code, erase_person, preview, wipe_if_due
from crm_core.actions.keeping import back_up, check_database, restore
from crm_core.actions.records import remove_customers
from crm_core.actions.undo import undo_batch
from crm_core.cli import main
from crm_core.errors import InvalidInput, NotAllowed, NotFound
from crm_core.ledger.store import erase_file, erased
from crm_core.ledger.store.database import Database
from crm_core.ledger.store.tables import metadata, occasions
from crm_core.ledger.writing import erase
from crm_core.model.changes import ChangeSet
from crm_core.model.rights import Person
from tests.acting import DAY, changed, created, opened, rows, write
from tests.killing import killed
from tests.places import place

NAME, FORMER, EMAIL, PHONE = "Zdenka Vyhubilová", "Zdenka Pomíjivá", "zdenka.v@priklad.cz", "+420 777 314 159"
DIGITS, LATER, WORK = "420777314159", "+420 608 271 828", "vyhubilova@prace.cz"
TRACES = (
    NAME,
    FORMER,
    EMAIL,
    PHONE,
    DIGITS,
    LATER,
    "420608271828",
    WORK,
    "Vyhubil",
    "Pomíjiv",
    "vyhubil",
    "prace.cz",
)


@dataclass
class Shop:
    """A shop with somebody who left traces everywhere; `numbers`: acts of the history by what they were."""

    database: Database
    numbers: dict[str, int]


def full_of_traces(database: Database) -> Shop:
    """Everything that can be stored about a person, edited, merged, removed and undone."""
    people = [
        {
            "id": -1,
            "code": "Z1",
            "name": FORMER,
            "email": EMAIL,
            "phone": PHONE,
            "note": f"{FORMER} likes tea",
        },
        {"id": -2, "code": "B2", "name": "Bob Bystander", "referred_by": NAME, "email": "bob@example.org"},
        {
            "id": -3,
            "code": "Z9",
            "name": "Z. Vyhubilová",
            "email": WORK,
            "phone": LATER,
            "extra": '{"Dog": "Rex Vyhubil"}',
        },
    ]
    mine: dict[str, Any] = {"customer_id": -1, "date": "2025-11-03"}
    lines = [
        {**mine, "number": "A-1", "product": "Tea", "quantity": 1.0, "amount": 120000, "source_key": 11,
         "note": f"for {NAME}"},
        {**mine, "date": "2025-12-03", "product": "Cake", "quantity": 2.0, "amount": 80000, "source_key": 12},
        {**mine, "customer_id": -2, "product": "Rum", "quantity": 1.0, "amount": 50000, "source_key": 13},
        {**mine, "customer_id": -3, "product": "Jam", "quantity": 1.0, "amount": 70000, "source_key": 14},
        {**mine, "product": "Pie", "quantity": 1.0, "amount": 90000, "source_key": 15, "extra": f'{{"For": "{NAME}"}}'},
    ]  # fmt: skip
    talked = [
        {**mine, "type": "call", "note": f"Spoke to {FORMER}", "source_key": 21},
        {**mine, "type": "visit", "note": f"{NAME} came by", "source_key": 22},
        {**mine, "customer_id": -2, "type": "call", "note": "Bob is well", "source_key": 23},
    ]
    about = {
        "customer": people, "purchase": lines, "interaction": talked,
        "order": [{"number": "H-7", "customer_id": -1, "date": "2025-10-01", "total": 330000, "note": NAME}],
        "follow-up": [{"customer_id": -1, "play": "back", "due_on": "2026-02-01", "state": "open", "say": f" {NAME}"}],
        "case": [{**mine, "type": "complaint", "what": f"{NAME} was cross", "source_key": 31}],
        "answer": [{**mine, "score": 4.0, "note": f"{NAME} liked it", "source_key": 41}],
        "gesture": [{**mine, "what": f"Card for {NAME}", "source_key": 51}],
        "attendance": [{**mine, "play": "fair", "note": NAME, "source_key": 61}],
        "message": [{"customer_id": -1, "due_on": "2025-12-01", "address": EMAIL, "body": f"Dear {NAME}", "play": "p"}],
        "firing": [{"customer_id": -1, "rule": "r", "date": "2025-12-01", "event": "e", "reason": f"{NAME} wrote"}],
    }  # fmt: skip
    frames = {name: _frame(made) for name, made in about.items()}
    numbers = {"upload": write(database, ChangeSet(f"Upload of {NAME}.xlsx", creates=frames)).id}
    numbers["edit"] = write(
        database, changed(("customer", 1, "name", FORMER, NAME), ("customer", 2, "city", None, "Brno"))
    ).id
    write(database, changed(("interaction", 1, "note", f"Spoke to {FORMER}", f"Spoke to {NAME} at last")))
    write(database, changed(("customer", 1, "extra.Aunt", None, f"{NAME} the elder")))
    numbers["removal"] = write(
        database, ChangeSet("Removal", removes={"interaction": (2,), "purchase": (5,)})
    ).id
    numbers["merge"] = merge(database, (1, 3), keep={}, who="anna", as_of=DAY).id
    write(database, changed(("purchase", 3, "customer_id", 2, 1)))
    numbers["handed on"] = write(database, changed(("purchase", 3, "customer_id", 1, 2))).id
    return Shop(database, numbers)


def _frame(made: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(made)
    return frame if "id" in frame else frame.assign(id=range(-1, -1 - len(frame), -1))


@pytest.fixture
def shop(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("REGULARS_BACKUPS", str(tmp_path / "copies"))
    with opened(database_url) as database:
        yield full_of_traces(database)


def erased_one(shop: Shop, code: str = "Z1") -> Erased:
    return erase_by_code(shop.database, code, who="eva", as_of=DAY)


def everything(database: Database) -> str:
    """All that stands in any table, as one text."""
    with database.read() as connection:
        return "\n".join(
            repr(row) for table in metadata.sorted_tables for row in connection.execute(sa.select(table))
        )


def revenue(database: Database) -> int:
    with database.read() as connection:
        return int(connection.scalar(sa.select(sa.func.sum(occasions.c.revenue))))


def traces_in(text: str) -> list[str]:
    plain = text + text.encode().decode("unicode_escape", errors="ignore")
    return [trace for trace in TRACES if trace in plain]


def test_before_there_are_traces_everywhere(shop: Shop) -> None:
    """The tests below look for what really stood there."""
    assert set(TRACES) == set(traces_in(everything(shop.database)))


def test_no_word_of_the_person_is_left_in_any_table(shop: Shop) -> None:
    """Not the name of now or before, not the addresses, not what a merge took in."""
    done = erased_one(shop)
    assert traces_in(everything(shop.database)) == []
    assert done.removed["interaction"] == 1 and done.removed["alias"] >= 2
    assert done.elsewhere == {}


@pytest.mark.sqlite_only("searches the file as it lies on the disk")
def test_no_byte_of_the_person_is_left_in_the_file(sqlite_url: str, tmp_path: Path) -> None:
    """The file and its log are searched as they lie on the disk, while the shop is still open."""
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    with opened(sqlite_url) as database:
        shop = full_of_traces(database)
        assert erase_file.stands_in(file, TRACES)
        assert erased_one(shop).wiped
        raw = b"".join(one.read_bytes() for one in tmp_path.glob("regulars.db*"))
        assert [trace for trace in TRACES if trace.encode() in raw] == []


def test_the_company_s_revenue_stays_as_it_is(shop: Shop) -> None:
    """Purchases and order heads belong to nobody from then on; the sums equal a computation from scratch."""
    before = revenue(shop.database)
    assert erased_one(shop).nameless == 4
    assert revenue(shop.database) == before
    assert [row["customer_id"] for row in rows(shop.database, "purchase")] == [None, None, 2, None]
    assert check_database(shop.database).findings == ()


def test_others_are_left_alone(shop: Shop) -> None:
    """Somebody else keeps their records, but no longer says who recommended them."""
    erased_one(shop)
    (bob,) = rows(shop.database, "customer")
    assert (bob["name"], bob["city"], bob["referred_by"]) == ("Bob Bystander", "Brno", None)
    assert [row["note"] for row in rows(shop.database, "interaction")] == ["Bob is well"]


def test_an_erasure_cannot_be_undone(shop: Shop) -> None:
    """It stands in the history without a name, and is refused in words."""
    done = erased_one(shop)
    with pytest.raises(InvalidInput, match="erased a person"):
        undo_batch(shop.database, done.batch, who="eva", as_of=DAY)


@pytest.mark.parametrize("act", ["edit", "removal", "merge", "handed on"])
def test_an_undo_of_an_older_act_brings_nothing_back(shop: Shop, act: str) -> None:
    """What was erased is listed as kept; the rest goes back as ever."""
    erased_one(shop)
    done = undo_batch(shop.database, shop.numbers[act], who="eva", as_of=DAY)
    assert "erased" in {one.why for one in done.kept}
    assert traces_in(everything(shop.database)) == []
    assert check_database(shop.database).findings == ()
    if act == "removal":
        assert rows(shop.database, "purchase")[-1]["amount"] == 90000
        assert rows(shop.database, "purchase")[-1]["customer_id"] is None


def test_the_upload_that_brought_them_can_be_undone(shop: Shop) -> None:
    """Their purchases go with it, though they are nobody's by now."""
    erased_one(shop)
    undo_batch(shop.database, shop.numbers["upload"], who="eva", as_of=DAY)
    assert rows(shop.database, "purchase") == []
    assert check_database(shop.database).findings == ()


def test_who_was_removed_before_is_erased_too(shop: Shop) -> None:
    """A removal keeps everything for its undo; an erasure by the old code ends that."""
    number = remove_customers(shop.database, [1], who="eva", as_of=DAY).batch
    assert number is not None
    erased_one(shop)
    assert traces_in(everything(shop.database)) == []
    undo_batch(shop.database, number.id, who="eva", as_of=DAY)
    assert {row["name"] for row in rows(shop.database, "customer")} == {"Bob Bystander"}
    assert check_database(shop.database).findings == ()


def test_a_merge_that_was_taken_back_leaves_nothing_at_the_other(shop: Shop) -> None:
    """Of two who were one for a while, erasing one takes what the merge carried over, and no more."""
    undo_batch(shop.database, shop.numbers["merge"], who="eva", as_of=DAY)
    erase_person(shop.database, 3, who="eva", as_of=DAY)
    text = everything(shop.database)
    assert [trace for trace in (WORK, LATER, "Rex", "Z. Vyh") if trace in text] == []
    assert rows(shop.database, "customer")[0]["name"] == NAME
    assert check_database(shop.database).findings == ()


def test_a_code_from_before_a_merge_and_an_e_mail_lead_to_the_person(shop: Shop) -> None:
    """Somebody who asks to be forgotten may name either; nobody by that code is a sentence."""
    assert preview(shop.database, "Z9").name == preview(shop.database, EMAIL).name == NAME
    with pytest.raises(NotFound, match="No customer has the code"):
        erased_one(shop, "nobody")
    with pytest.raises(NotFound, match="no customer number 77"):
        erase_person(shop.database, 77, who="eva", as_of=DAY)


def test_a_look_changes_nothing(shop: Shop) -> None:
    """What would go is counted before anything goes."""
    before = everything(shop.database)
    told = preview(shop.database, "Z1")
    assert told.removed["customer"] == 1 and told.nameless == 4
    assert everything(shop.database) == before


def test_the_register_holds_numbers_alone(shop: Shop, tmp_path: Path) -> None:
    """Beside the data: which database, which number, when."""
    erased_one(shop)
    register = erased.home(shop.database) / erased.REGISTER
    assert {one.customer for one in erased.read(register.parent)} == {1, 3}
    assert traces_in(register.read_text()) == []


def test_an_older_backup_is_restored_without_the_person(
    shop: Shop, tmp_path: Path, database_url: str
) -> None:
    """The register erases them again: in a new place, on the same kind of database."""
    back_up(shop.database, tmp_path / "before.backup")
    erased_one(shop)
    with _elsewhere(tmp_path) as again:
        done = restore(again, tmp_path / "before.backup", who="eva", as_of=DAY)
        assert done.erased == 1 and done.findings == ()
        assert traces_in(everything(again)) == []
        raw = b"".join(one.read_bytes() for one in (tmp_path / "new").glob("again.db*"))
        assert [trace for trace in TRACES if trace.encode() in raw] == []


def _elsewhere(tmp_path: Path) -> Any:
    return opened(place(tmp_path / "new" / "again.db"))


def test_a_number_of_the_register_is_never_given_to_somebody_else(shop: Shop, tmp_path: Path) -> None:
    """After an older backup came back, a new customer must not get the number of one who was erased later."""
    back_up(shop.database, tmp_path / "before.backup")
    write(shop.database, created(customer=[{"name": "Late Comer", "code": "L"}]))
    erased_one(shop, "L")
    with _elsewhere(tmp_path) as again:
        restore(again, tmp_path / "before.backup", who="eva", as_of=DAY)
        write(again, created(customer=[{"name": "Next One"}]))
        assert rows(again, "customer")[-1]["id"] > 4


def test_they_come_as_new_with_a_later_upload(shop: Shop) -> None:
    """Nothing keeps the same person from being taken in again; nothing old comes with them."""
    erased_one(shop)
    write(shop.database, created(customer=[{"name": NAME, "code": "Z1", "email": EMAIL}]))
    fresh = rows(shop.database, "customer")[-1]
    assert (fresh["id"], fresh["note"]) == (4, None)


@pytest.mark.parametrize(
    ("role", "own_only"), [("staff", False), ("caller", True), ("viewer", False), ("manager", True)]
)
def test_only_who_may_erase_does(shop: Shop, role: str, own_only: bool) -> None:
    """A right of its own, and one for those who see everybody; nothing is changed by who has it not."""
    before = everything(shop.database)
    with pytest.raises(NotAllowed):
        erase_by_code(shop.database.opened_by(Person("pat", role, own_only)), "Z1", who="pat", as_of=DAY)
    assert everything(shop.database) == before


def test_the_right_is_asked_again_inside_the_write(shop: Shop) -> None:
    """Who was made a viewer a moment ago erases nobody."""
    demoted = shop.database.opened_by(Person("pat"), lambda _: Person("pat", "viewer"))
    with pytest.raises(NotAllowed):
        erase_by_code(demoted, "Z1", who="pat", as_of=DAY)
    assert NAME in everything(shop.database)


def test_a_failure_on_the_way_leaves_everything(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole or nothing: also where the register cannot be written."""
    before = everything(shop.database)

    def full(*_: Any, **__: Any) -> None:
        raise InvalidInput("full")

    monkeypatch.setattr(erased, "written", full)
    with pytest.raises(InvalidInput):
        erased_one(shop)
    assert everything(shop.database) == before


def test_a_file_that_could_not_be_cleaned_is_cleaned_later(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody reads meanwhile, or the power goes: the next beat of the clock does it."""
    monkeypatch.setattr(erase_file, "wipe", lambda *_: False)
    assert "cleaned within" in erased_one(shop).words
    monkeypatch.undo()
    assert wipe_if_due(shop.database)
    assert not wipe_if_due(shop.database)


def test_words_of_others_that_name_the_person_are_said(shop: Shop) -> None:
    """A note of somebody else is theirs: it is not changed, but counted."""
    write(shop.database, changed(("customer", 2, "note", None, f"Cousin of {NAME}")))
    done = erased_one(shop)
    assert done.elsewhere == {"customer": 1}
    assert "1 customer" in done.words


def test_the_history_says_that_somebody_was_erased(shop: Shop) -> None:
    """A number, who and when; the audit has a line; neither says whom."""
    done = erased_one(shop)
    with shop.database.read() as connection:
        why = connection.scalar(sa.text(f"SELECT why FROM batches WHERE id = {done.batch}"))
        about = connection.scalar(sa.text("SELECT about FROM audit WHERE what = 'erased'"))
    assert why == erase.WHY and traces_in(about) == []


# The screen and the command line --------------------------------------------------------------------------------


def test_the_page_of_a_person_erases_them(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name must be typed; afterwards the page says what was done, and the person is gone."""
    from tests import screens

    with opened(sqlite_url) as database:
        full_of_traces(database)
    screens.on(sqlite_url, monkeypatch)
    screen = AppTest.from_file(str(screens.ROOT / "app.py"), default_timeout=60).run()
    screen.query_params["id"] = "1"
    screen.switch_page("pages/customer.py").run()
    screen.button(key="person_erase").click().run()
    assert screen.button(key="erase_yes").disabled
    screen.text_input(key="erase_name").input(NAME).run()
    screen.button(key="erase_yes").click().run()
    assert not screen.exception and "The person is erased" in screens.texts(screen)
    with opened(sqlite_url) as database:
        assert traces_in(everything(database)) == []


def test_by_the_command_line(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A look first, then for good; a code that nobody has is refused."""
    with opened(sqlite_url) as database:
        full_of_traces(database)
    assert main(["erase", "Z1", "--preview", "--database", sqlite_url]) == 0
    assert f"Of {NAME}" in capsys.readouterr().out
    assert main(["erase", "Z1", "--database", sqlite_url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["nameless"] == 4
    assert main(["erase", "Z1", "--database", sqlite_url]) == 1
    assert "No customer has the code" in capsys.readouterr().err


# kill -9 ----------------------------------------------------------------------------------------------------


def _erasing(started: Any, url: str) -> None:
    with opened(url) as database:
        started.set()
        erase_by_code(database, "Z1", who="eva", as_of=DAY)


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.01, 0.04, 0.08, 0.15, 0.4])
def test_an_erasure_that_is_killed_is_whole_or_nothing(after: float, database_url: str) -> None:
    """kill -9: the person is there whole, or gone from every table; once more, and they are gone from the file."""
    with opened(database_url) as database:
        full_of_traces(database)
        whole = everything(database)
    killed(after, _erasing, database_url)
    with opened(database_url) as database:
        assert everything(database) == whole or traces_in(everything(database)) == []
        assert check_database(database).findings == ()
        if traces_in(everything(database)):
            erase_by_code(database, "Z1", who="eva", as_of=DAY)
        wipe_if_due(database)
        if database.file:
            assert erase_file.stands_in(database.file, TRACES) == []
