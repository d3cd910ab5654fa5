"""Who may do what: roles as a table of rights, and whose customers they are. The last word has the journal."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from crm_core.errors import NotAllowed

P = ParamSpec("P")
T = TypeVar("T")

SEE, EDIT, IMPORT, UNDO, EXPORT = "see", "edit", "import", "undo", "export"
ERASE, ASSIGN, ADMINISTER = "erase", "assign", "administer"
# By right what somebody does with it, as a refusal says it.
RIGHTS: Mapping[str, str] = {
    SEE: "look at customers",
    EDIT: "change records",
    IMPORT: "upload workbooks",
    UNDO: "undo changes",
    EXPORT: "download what is stored",
    ERASE: "erase a person",
    ASSIGN: "decide who calls whom and why",
    ADMINISTER: "administer accounts and settings",
}
# Whoever calls sees their own customers: those that they own, and those that they have or had a follow-up for.
ROLES: Mapping[str, frozenset[str]] = {
    "manager": frozenset(RIGHTS),
    "staff": frozenset({SEE, EDIT, IMPORT, UNDO, EXPORT, ASSIGN}),
    "caller": frozenset({SEE, EDIT}),
    "viewer": frozenset({SEE}),
}
OWN_ONLY = frozenset({"caller"})  # the roles that see their own customers unless told otherwise
AS_ONE = {"manager": "a manager", "staff": "staff", "caller": "a caller", "viewer": "a viewer"}
# What it takes to change a record, where that is more than to edit: whatever way it is tried.
TO_CHANGE: Mapping[str, str] = {
    "setting": ADMINISTER,
    "rule": ASSIGN,
    "play": ASSIGN,
    "wording": ASSIGN,
    "segment": ASSIGN,
    "colleague": ASSIGN,
    "absence": ASSIGN,
    "product": IMPORT,
    "visit-count": IMPORT,
    "layout": IMPORT,
}


@dataclass(frozen=True)
class Person:
    """Who does something: the name that the history shows, the role, whether only their own customers are theirs.

    `account`: None for whoever sits at this machine, who needs none.
    """

    name: str = ""
    role: str = "manager"
    own_only: bool = False
    account: int | None = None

    def may(self, right: str) -> bool:
        """Whether their role has the right."""
        return right in ROLES.get(self.role, frozenset())


HERE = Person()  # whoever sits at this machine: its files are open to them anyway


def check(person: Person, *rights: str) -> None:
    """NotAllowed where the person lacks one of the rights."""
    for right in rights:
        if not person.may(right):
            raise NotAllowed(
                f"{may_not(person, right)} Nothing was changed. Ask a manager, who can change the role."
            )


def may_not(person: Person, right: str) -> str:
    """“Ben is a caller here and may not upload workbooks.”"""
    who, what = person.name or "Whoever is at work", AS_ONE.get(person.role, "nobody")
    return f"{who} is {what} here and may not {RIGHTS[right]}."


def check_whole(person: Person) -> None:
    """NotAllowed where the person sees their own customers only."""
    if person.own_only:
        raise NotAllowed(
            f"{person.name} sees their own customers only, and this is about all of them. Ask a manager for it."
        )


def needs(*rights: str, whole: bool = False) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Mark an action or a view by the rights that it takes; its first parameter is the database, opened by a person.

    `whole`: only for those who see all customers. Refused with NotAllowed before anything is looked at.
    """

    def mark(function: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(function)
        def checked(*arguments: P.args, **named: P.kwargs) -> T:
            database: Any = named["database"] if "database" in named else arguments[0]
            check(database.person, *rights)
            if whole:
                check_whole(database.person)
            return function(*arguments, **named)

        checked.needs, checked.whole = rights, whole  # type: ignore[attr-defined]
        return checked

    return mark
