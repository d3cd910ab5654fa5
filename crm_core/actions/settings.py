"""Every setting with its meaning, its default and its value; setting one, and taking it back to the default."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from crm_core.actions.backup_settings import BACKUP_SETTINGS
from crm_core.actions.company import (
    checked_country,
    checked_currency,
    checked_name,
    clear_setting,
    save_settings,
)
from crm_core.actions.goals import GOALS, checked_goal
from crm_core.actions.limits import BOUNDS, checked_limit
from crm_core.actions.mail_settings import MAIL_SETTINGS
from crm_core.actions.rule_settings import RULE_SETTINGS
from crm_core.errors import InvalidInput
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.model.rights import ADMINISTER, needs


@dataclass(frozen=True)
class Declared:
    """A setting that a person may change; `check` gives the value as it is stored, or refuses it."""

    name: str
    meaning: str
    default: str
    check: Callable[[str], str]


@dataclass(frozen=True)
class Setting:
    """A setting as it stands; `given` None: the default holds."""

    name: str
    meaning: str
    default: str
    given: str | None

    @property
    def value(self) -> str:
        return self.default if self.given is None else self.given


SETTINGS = {
    one.name: one
    for one in (
        Declared("company", "the company's name", "", checked_name),
        Declared("currency", "the one currency of all amounts, three letters", "EUR", checked_currency),
        Declared("country", "where phone numbers without a country code belong, two letters", "", checked_country),
        *(
            Declared(name, f"{goal.meaning} ({goal.unit})", goal.usual, partial(checked_goal, name))
            for name, goal in GOALS.items()
        ),
        *(
            Declared(name, f"{bound.meaning} ({bound.unit})", str(bound.usual), partial(checked_limit, name))
            for name, bound in BOUNDS.items()
        ),
        *(Declared(one.name, one.meaning, one.usual, one.check) for one in MAIL_SETTINGS.values()),
        *(Declared(one.name, one.meaning, one.usual, one.check) for one in RULE_SETTINGS.values()),
        *(Declared(one.name, one.meaning, one.usual, one.check) for one in BACKUP_SETTINGS.values()),
    )
}  # fmt: skip


@needs(ADMINISTER)
def all_settings(database: Database) -> tuple[Setting, ...]:
    """Every setting, in the order of their declaration."""
    with database.read() as connection:
        held = existing.settings(connection)
    return tuple(Setting(one.name, one.meaning, one.default, held.get(one.name)) for one in SETTINGS.values())


@needs(ADMINISTER)
def set_setting(database: Database, name: str, value: str, *, who: str, as_of: date) -> Setting:
    """Set one; InvalidInput for an unknown name or a value that makes no sense."""
    declared = _declared(name)
    save_settings(database, {name: declared.check(value)}, who=who, as_of=as_of)
    return _one(database, name)


@needs(ADMINISTER)
def unset_setting(database: Database, name: str, *, who: str, as_of: date) -> Setting:
    """Take one back to its default; nothing happens where it stands there already."""
    clear_setting(database, _declared(name).name, who=who, as_of=as_of)
    return _one(database, name)


def _declared(name: str) -> Declared:
    if name not in SETTINGS:
        raise InvalidInput(f"There is no setting “{name}”. The settings are: {', '.join(SETTINGS)}.")
    return SETTINGS[name]


def _one(database: Database, name: str) -> Setting:
    return next(one for one in all_settings(database) if one.name == name)
