"""The public functions of actions and views that take a database, with the rights that they are marked by."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import crm_core.actions
import crm_core.views
from crm_core.model.rights import OWN_ONLY, ROLES, Person

# Written down here once more, by hand: who may do what. `ROLES` is held against it, and docs/rights.md.
PEOPLE = {
    "manager": Person("Mona", "manager"),
    "staff": Person("Sam", "staff"),
    "staff, own customers": Person("Sue", "staff", own_only=True),
    "caller": Person("Cara", "caller", own_only=True),
    "caller, all customers": Person("Cem", "caller"),
    "viewer": Person("Vic", "viewer"),
}
assert {"caller"} == OWN_ONLY and {one.role for one in PEOPLE.values()} == set(ROLES)


@cache
def functions() -> dict[str, Callable[..., Any]]:
    """By `room.module.name` every public function that is defined there and takes a database."""
    return dict(sorted(_found()))


def _found() -> Iterator[tuple[str, Callable[..., Any]]]:
    for room in (crm_core.actions, crm_core.views):
        for module in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
            held = vars(importlib.import_module(module.name))
            for name, one in held.items():
                if inspect.isfunction(one) and one.__module__ == module.name and takes_database(name, one):
                    yield f"{module.name.removeprefix('crm_core.')}.{name}", one


def takes_database(name: str, one: Callable[..., Any]) -> bool:
    """Whether it is public and has a parameter of that name, or of that type. One that takes an open connection first
    is a part of an action that has asked."""
    parameters = list(inspect.signature(one).parameters.values())
    named = [
        each.name for each in parameters if each.name == "database" or "Database" in str(each.annotation)
    ]
    return not name.startswith("_") and bool(named) and parameters[0].name != "connection"


def faults_of(name: str, one: Callable[..., Any]) -> list[str]:
    """Why a function may be called by somebody who was never asked who they are."""
    first = next(iter(inspect.signature(one).parameters))
    found = [] if first == "database" else [f"{name} takes the database, but not first"]
    return found + ([] if hasattr(one, "needs") else [f"{name} is not marked by @needs"])


def may(person: Person, needs: tuple[str, ...], whole: bool) -> bool:
    """As the table says: all rights that are needed, and all customers where it is about all."""
    return set(needs) <= ROLES[person.role] and not (whole and person.own_only)


# The table in docs/rights.md -----------------------------------------------------------------------------------------

GUIDE = Path(__file__).parents[1] / "docs" / "rights.md"
HEAD = "| function | rights | customers |\n|---|---|---|\n"


def table() -> str:
    """The last table of docs/rights.md, as it must stand there."""
    rows = ((name, ", ".join(one.needs), "all" if one.whole else "") for name, one in functions().items())
    return HEAD + "".join(f"| {name} | {rights} | {whole} |\n" for name, rights, whole in rows)


if __name__ == "__main__":  # python -m tests.marked writes it anew
    GUIDE.write_text(GUIDE.read_text("utf-8").partition(HEAD)[0] + table(), "utf-8")
