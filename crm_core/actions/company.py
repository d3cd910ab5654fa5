"""Who we are: the company's name, currency, country, colleagues. Settings are records like any other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing, journal
from crm_core.model.changes import ChangeSet, cell_frame, new_ids
from crm_core.model.rights import ADMINISTER, SEE, needs
from crm_core.model.words import USUAL_CURRENCY


@dataclass(frozen=True)
class Company:
    """The three answers of the welcome page. `demo`: the data is made up."""

    name: str = ""
    currency: str = USUAL_CURRENCY
    country: str = ""
    demo: bool = False

    @property
    def known(self) -> bool:
        return bool(self.name)


@needs(SEE)
def company(database: Database) -> Company:
    """What was answered, with defaults for what was not."""
    with database.whole.read() as connection:
        known = existing.settings(connection)
    return Company(
        known.get("company", ""),
        known.get("currency", USUAL_CURRENCY),
        known.get("country", ""),
        bool(known.get("demo")),
    )


@needs(ADMINISTER)
def introduce(database: Database, *, name: str, currency: str, country: str, who: str, as_of: date) -> None:
    """Keep the company's name, its currency (ISO 4217, three letters) and country (ISO 3166, two letters)."""
    values: dict[str, str | None] = {"company": checked_name(name), "currency": checked_currency(currency)}
    save_settings(database, {**values, "country": country.upper()}, who=who, as_of=as_of)


def checked_name(name: str) -> str:
    """A company's name, trimmed; InvalidInput where there is none."""
    if not name.strip():
        raise InvalidInput("The company needs a name. Any name will do; it can be changed later.")
    return name.strip()


def checked_currency(currency: str) -> str:
    """Three letters in capitals; InvalidInput for anything else."""
    plain = currency.strip()
    if len(plain) != 3 or not (plain.isascii() and plain.isalpha()):
        raise InvalidInput(f"“{currency}” is no currency. Give its three letters, such as EUR, GBP or TWD.")
    return plain.upper()


def checked_country(country: str) -> str:
    """Two letters in capitals; InvalidInput for anything else."""
    plain = country.strip()
    if len(plain) != 2 or not (plain.isascii() and plain.isalpha()):
        raise InvalidInput(f"“{country}” is no country. Give its two letters, such as DE, GB or TW.")
    return plain.upper()


@needs(ADMINISTER)
def save_settings(database: Database, values: Mapping[str, str | None], *, who: str, as_of: date) -> None:
    """Keep settings by name, through the journal; one that says the same already is left alone."""
    with database.read() as connection:
        held = existing.rows_by_keys(connection, "setting", {"name": list(values)})
    ids = dict(zip(held["name"], held["id"], strict=True)) if len(held) else {}
    before = dict(zip(held["name"], held["value"], strict=True)) if len(held) else {}
    fresh = {name: value for name, value in values.items() if name not in ids and value}
    cells = [
        ("setting", int(ids[name]), "value", before[name], value)
        for name, value in values.items()
        if name in ids and before[name] != value
    ]
    if not fresh and not cells:
        return
    made = pd.DataFrame({"id": new_ids(len(fresh)), "name": list(fresh), "value": list(fresh.values())})
    changed = cell_frame(cells)
    creates = {"setting": made} if fresh else {}
    journal.apply(database, ChangeSet("Settings", creates=creates, changes=changed), who=who, as_of=as_of)


@needs(ADMINISTER)
def clear_setting(database: Database, name: str, *, who: str, as_of: date) -> None:
    """Remove what was set, so that the default holds; nothing happens where nothing was set."""
    with database.read() as connection:
        held = existing.rows_by_keys(connection, "setting", {"name": [name]})
    if len(held):
        removes = {"setting": tuple(map(int, held["id"]))}
        journal.apply(database, ChangeSet("Settings", removes=removes), who=who, as_of=as_of)
