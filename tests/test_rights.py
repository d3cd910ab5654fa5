"""Who may do what: every action and view is marked, the guide says the same, and what is refused changes nothing."""

import inspect
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
import pytest

from crm_core.errors import NotAllowed, RegularsError
from crm_core.ledger.store.database import Database
from crm_core.model.rights import HERE, OWN_ONLY, RIGHTS, ROLES, TO_CHANGE
from tests.acting import everything
from tests.marked import GUIDE, PEOPLE, faults_of, functions, may, table, takes_database
from tests.places import place
from tests.stocked import stock

DAY = date(2026, 1, 5)


@pytest.mark.parametrize("name", functions())
def test_every_action_and_view_is_marked(name: str) -> None:
    """Each takes the database first and says which rights it takes."""
    assert faults_of(name, functions()[name]) == []


def unmarked(database: Any) -> None: ...
def hidden(what: str, database: Any) -> None: ...
def inside(connection: Any, database: Any) -> None: ...


def test_the_wall_can_fall() -> None:
    """One that is not marked is found, and one that takes the database second; what runs inside a write is none."""
    assert faults_of("unmarked", unmarked) == ["unmarked is not marked by @needs"]
    assert "hidden takes the database, but not first" in faults_of("hidden", hidden)
    assert takes_database("unmarked", unmarked) and not takes_database("inside", inside)
    assert not takes_database("_unmarked", unmarked)


def test_all_rooms_are_walked() -> None:
    """Deep modules too."""
    assert {"actions.calls.log_call", "views.insights.who.pareto", "views.ahead.person.of_customer"} <= set(
        functions()
    )


# The guide ----------------------------------------------------------------------------------------------------------


def rows(head: str) -> dict[str, list[str]]:
    """The table of the guide with that head: by the first cell the others."""
    text = GUIDE.read_text("utf-8").partition(f"| {head} |")[2].split("\n\n")[0]
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in text.splitlines()[2:]]
    return {first: rest for first, *rest in cells}


def test_the_guide_says_the_roles() -> None:
    """Role by right, as ROLES."""
    text = GUIDE.read_text("utf-8")
    lines = {role: re.search(rf"^\| {role} \|(.*)\|$", text, re.M) for role in ROLES}
    told = {role: [cell.strip() for cell in line[1].split("|")] for role, line in lines.items() if line}
    assert told == {
        role: [*("yes" if right in rights else "" for right in RIGHTS), "own" if role in OWN_ONLY else "all"]
        for role, rights in ROLES.items()
    }


def test_the_guide_says_what_changing_takes() -> None:
    """Kind of record by right, as TO_CHANGE."""
    assert rows("kind of record | right") == {kind: [right] for kind, right in TO_CHANGE.items()}


def test_the_guide_says_every_function() -> None:
    """Its last table is that of the marks; `python -m tests.marked` writes it anew."""
    assert GUIDE.read_text("utf-8").endswith("\n\n" + table())


# Asked --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One customer of each caller, one of nobody."""
    people = pd.DataFrame({"name": ["Mia", "Noa", "Ole"], "owner": ["Cara", "Cem", None]})
    database = stock(place(tmp_path_factory.mktemp("rights") / "shop.db"), DAY, customer=people)
    yield database
    database.close()


@pytest.mark.parametrize("name", functions())
def test_refused_is_what_the_table_says(shop: Database, name: str) -> None:
    """Role by role: asked without anything but the database, it is refused, or gets as far as what is missing."""
    one = functions()[name]
    before = everything(shop)
    told = {who: refused(one, shop.opened_by(person)) for who, person in PEOPLE.items()}
    assert told == {who: not may(person, one.needs, one.whole) for who, person in PEOPLE.items()}
    assert everything(shop) == before


def refused(one: Any, database: Database) -> bool:
    """Whether it says no before it looks at anything else that it was not given."""
    if len(inspect.signature(one).parameters) < 2 and may(database.person, one.needs, one.whole):
        return False  # nothing is missing: it would do its work
    try:
        one(database)
    except NotAllowed as refusal:
        assert str(refusal).startswith(database.person.name) and str(refusal).endswith(".")
        return True
    except (TypeError, RegularsError):
        return False
    return False


def test_whoever_sits_here_may_all(shop: Database) -> None:
    """Without accounts nobody is refused anything."""
    assert all(may(HERE, one.needs, one.whole) for one in functions().values())
