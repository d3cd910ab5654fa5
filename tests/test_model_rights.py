"""Roles as a table of rights."""

import pytest

from crm_core.errors import NotAllowed
from crm_core.model.registry import ENTITIES
from crm_core.model.rights import HERE, RIGHTS, ROLES, TO_CHANGE, Person, check, needs


class Opened:
    """Stands for a database opened by somebody."""

    def __init__(self, person: Person) -> None:
        self.person = person


@needs("edit", "export", whole=True)
def act(database: Opened) -> str:
    return "done"


@pytest.mark.parametrize("right", RIGHTS)
def test_a_manager_may_all(right: str) -> None:
    """A manager has every right."""
    check(Person("Mo", "manager"), right)


@pytest.mark.parametrize("role", ROLES)
def test_everybody_sees(role: str) -> None:
    """Each role sees customers."""
    assert Person("Mo", role).may("see")


def test_roles_name_known_rights() -> None:
    """No role has a right that is none."""
    assert set().union(*ROLES.values()) == set(RIGHTS)


def test_what_it_takes_names_known_entities() -> None:
    """The table of what it takes to change a record speaks of records that exist."""
    assert set(TO_CHANGE) <= set(ENTITIES)


def test_unknown_role_may_nothing() -> None:
    """A role that is no more has no right."""
    assert not any(Person("Mo", "intern").may(right) for right in RIGHTS)


def test_whoever_sits_here_needs_no_account() -> None:
    """Without accounts everything works."""
    assert act(Opened(HERE)) == "done"


def test_one_missing_right_is_enough_to_refuse() -> None:
    """Staff have both rights, a viewer neither."""
    with pytest.raises(NotAllowed, match="Vic is a viewer here and may not change records"):
        act(Opened(Person("Vic", "viewer")))


def test_what_is_about_all_is_refused_to_whom_sees_their_own() -> None:
    """Rights alone are not enough for what shows the whole company."""
    with pytest.raises(NotAllowed, match="their own customers only"):
        act(database=Opened(Person("Sam", "staff", own_only=True)))
