"""Refusals and crashes of actions: what the log keeps of them holds nothing of a person, and neither does the page."""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crm_core.actions.keeping import back_up, restore
from crm_core.actions.messages import export_messages
from crm_core.actions.records import CellEdit, add_record, remove_customers, save_cells
from crm_core.actions.undo import undo_batch
from crm_core.errors import RegularsError
from crm_core.ledger.store.tables import TABLES
from crm_core.ledger.writing import rows
from crm_core.model.changes import ChangeSet
from crm_core.model.rights import Person
from crm_core.views import customer, customers
from crm_core.watch import logs
from tests import screens
from tests.acting import DAY, created, write
from tests.uploads import take_in, workbook

MARKS = re.compile("zebulon|markworthy|5550199|Z9MARK", re.IGNORECASE)
ROW = {
    "name": "Zebulon Markworthy",
    "code": "Z9MARK",
    "email": "zebulon@markworthy.example",
    "phone": "+43 1 5550199",
}
WHO: dict[str, Any] = {"who": "Zebulon Markworthy", "as_of": DAY}
HEADS = ["Customer ID", "Name", "E-mail", "Phone"]
Act = Callable[[Any, Path], Any]


@pytest.fixture
def told() -> Iterator[Callable[[], str]]:
    """What the log holds by now; everything is logged."""
    root, factory, handlers, level = (
        logging.root,
        logging.getLogRecordFactory(),
        logging.root.handlers[:],
        logging.root.level,
    )
    logs.begin("", "debug")
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    root.handlers[:], root.level = [handler], logging.DEBUG
    yield text.getvalue
    logging.setLogRecordFactory(factory)
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def shop(database_url: str) -> Iterator[Any]:
    database = screens.open_at(database_url)
    write(
        database,
        created(customer=[ROW, ROW | {"name": "Zebulon", "code": "Z9MARK-2", "email": None, "phone": None}]),
    )
    yield database
    database.close()


def _edit(database: Any, field: str, typed: str, seen: Any = None) -> Any:
    return save_cells(database, [CellEdit("customer", 1, field, seen, typed)], **WHO)


REFUSED: dict[str, Act] = {
    "a cell that is none": lambda shop, _: _edit(shop, "birthday", "Zebulon's birthday"),
    "a code that is taken": lambda shop, _: _edit(shop, "code", "Z9MARK-2", "Z9MARK"),
    "a key past the checks": lambda shop, _: write(shop, created(customer=[{"id": 1, "name": "Markworthy"}])),
    "somebody else's edit": lambda shop, _: _edit(shop, "note", "of Zebulon", "Markworthy was here"),
    "no such person": lambda shop, _: customer.page(shop, 4711, DAY),
    "a sheet that is none": lambda shop, _: take_in(shop, b"Zebulon Markworthy", "Markworthy.xlsx"),
    "a sheet of nothing known": lambda shop, _: take_in(shop, workbook(Zebulon=[["Markworthy"], ["Z9MARK"]])),
    "bad cells": lambda shop, _: take_in(shop, workbook(A=[HEADS, ["Z9MARK", "Zebulon", "@", "5550199"]])),
    "an undo of nothing": lambda shop, _: undo_batch(shop, 99, **WHO),
    "no such file": lambda shop, folder: restore(shop, folder / "Markworthy.db", **WHO),
    "a file in the way": lambda shop, folder: [back_up(shop, folder / "Markworthy.db") for _ in range(2)],
    "no such channel": lambda shop, _: export_messages(shop, "Zebulon", **WHO),
    "no right": lambda shop, _: remove_customers(shop.opened_by(Person("Zebulon", "viewer", account=3)), [1], **WHO),
    "a stale set": lambda shop, _: write(shop, ChangeSet("Zebulon", revisions={"customer": 99})),
}  # fmt: skip


def _done(act: Act, shop: Any, folder: Path) -> BaseException | None:
    try:
        act(shop, folder)
    except (RegularsError, OSError, KeyError, ValueError, TypeError, sa.exc.SQLAlchemyError) as trouble:
        return trouble
    return None


@pytest.mark.parametrize("what", REFUSED)
def test_a_refusal_leaves_nothing_in_the_log(what: str, shop: Any, told: Any, tmp_path: Path) -> None:
    """The person reads the sentence, with their own words in it; the log, at its most talkative, has none of them."""
    trouble = _done(REFUSED[what], shop, tmp_path)
    assert trouble is None or isinstance(trouble, RegularsError), f"not in words: {trouble!r}"
    assert not MARKS.search(told())


CRASHED: dict[str, tuple[str, Act]] = {
    "an import": ("create_rows", lambda shop, _: take_in(shop, workbook(A=[HEADS, ["Z9MARK-7", "Zebulon", "", ""]]))),
    "an edit": ("change_cells", lambda shop, _: _edit(shop, "note", "Markworthy")),
    "a removal": ("remove_rows", lambda shop, _: remove_customers(shop, [1], **WHO)),
    "a new record": ("create_rows", lambda shop, _: add_record(shop, "customer", {"name": "Markworthy"}, **WHO)),
}  # fmt: skip


@pytest.mark.parametrize("what", CRASHED)
def test_a_crash_leaves_nothing_in_the_log(
    what: str, shop: Any, told: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    """An error that nobody had foreseen, with the person in its message and in the one behind it: its kind and places
    are kept, and nothing was saved."""
    name, act = CRASHED[what]

    def broken(*_: Any, **__: Any) -> None:
        try:
            raise KeyError("Zebulon Markworthy, +43 1 5550199")
        except KeyError as cause:
            raise ValueError("Z9MARK zebulon@markworthy.example") from cause

    monkeypatch.setattr(f"crm_core.ledger.writing.journal.{name}", broken)
    trouble = _done(act, shop, tmp_path)
    assert isinstance(trouble, ValueError) and hasattr(rows, name)
    logs.unexpected(trouble, datetime(2026, 1, 5, tzinfo=UTC), page="customers")
    line = json.loads(told().splitlines()[-1])
    assert line["kind"] == "ValueError" and "KeyError" in line["where"] and not MARKS.search(told())
    assert not MARKS.search(repr(logs.mishaps[-1]))
    monkeypatch.undo()
    with shop.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(TABLES["customer"])) == 2


def test_what_the_driver_says_stays_out(shop: Any, told: Any) -> None:
    """SQLAlchemy's own log, which knows every value, goes the same way."""
    loud = logging.getLogger("sqlalchemy.engine.Engine")
    loud.setLevel(logging.DEBUG)
    try:
        customers.people(shop, customers.PeopleQuery(search="Zebulon"), DAY)
    finally:
        loud.setLevel(logging.NOTSET)
    assert not MARKS.search(told())


def test_the_eye_sees_a_name(told: Any) -> None:
    """The tests above can fail: a name given as one of the words that may be said is found."""
    logs.say("slow view", view="Zebulon")
    assert MARKS.search(told())
