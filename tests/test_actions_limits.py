"""The limits of a file and the other settings: defaults, bounds, and what is in force."""

from collections.abc import Iterator
from typing import Any

import pytest

from crm_core.actions import imports, limits, settings
from crm_core.actions.backup_settings import BACKUP_SETTINGS
from crm_core.actions.company import company, save_settings
from crm_core.actions.goals import GOALS
from crm_core.actions.mail_settings import MAIL_SETTINGS
from crm_core.actions.rule_settings import RULE_SETTINGS
from crm_core.errors import InvalidInput, UnreadableFile
from crm_core.ledger.store.database import Database
from crm_core.workbook.limits import MEGABYTE, Limits
from tests.acting import DAY, opened, rows
from tests.uploads import workbook

WHO: dict[str, Any] = {"who": "anna", "as_of": DAY}


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with opened(sqlite_url) as database:
        yield database


def test_the_usual_limits(database: Database) -> None:
    """100 MB a file, 1,048,576 rows a sheet, 2 GB of memory, 120 seconds."""
    usual = limits.limits(database)
    assert usual == Limits()
    assert (usual.file_bytes, usual.rows) == (100 * MEGABYTE, 1_048_576)
    assert (usual.memory_bytes, usual.seconds) == (2048 * MEGABYTE, 120)


def test_a_limit_is_in_force_once_it_is_set(database: Database) -> None:
    """A file beyond it is refused with the limit in the sentence."""
    settings.set_setting(database, "limit_rows", "1,000", **WHO)
    many = workbook(S=[["Name", "City"], *([f"Person {n}", "York"] for n in range(1_100))])
    with pytest.raises(UnreadableFile, match="1,000"):
        imports.read_upload([("many.xlsx", many)], limits=limits.limits(database))


def test_every_limit_arrives_in_its_unit(database: Database) -> None:
    """Megabytes become bytes, rows and seconds stay what they are."""
    for name, value in {"file_mb": 7, "rows": 5_000, "memory_mb": 512, "seconds": 30}.items():
        settings.set_setting(database, f"limit_{name}", str(value), **WHO)
    now = limits.limits(database)
    assert (now.file_bytes, now.rows, now.memory_bytes, now.seconds) == (
        7 * MEGABYTE, 5_000, 512 * MEGABYTE, 30,
    )  # fmt: skip
    assert limits.megabytes(database) == 7


@pytest.mark.parametrize("typed", ["0", "-5", "2001", "many", "", "1.5", "٣"])
def test_a_limit_has_bounds(database: Database, typed: str) -> None:
    """What is no whole number between them is refused, and nothing is stored."""
    with pytest.raises(InvalidInput, match=r"1 to 2,000 .MB; usually 100."):
        settings.set_setting(database, "limit_file_mb", typed, **WHO)
    assert rows(database, "setting") == []


def test_an_unknown_limit_names_the_limits(database: Database) -> None:
    """A refusal says which there are."""
    with pytest.raises(InvalidInput, match="limit_file_mb, limit_rows"):
        settings.set_setting(database, "limit_colour", "3", **WHO)


@pytest.mark.parametrize("stored", ["999999999", "-1", "lots", None])
def test_a_stored_value_without_sense_is_the_usual_one(database: Database, stored: str | None) -> None:
    """Whoever wrote it: nobody is locked out by a setting."""
    save_settings(database, {"limit_rows": "5000"}, **WHO)
    save_settings(database, {"limit_rows": stored}, **WHO)
    assert limits.limits(database).rows == 1_048_576


def test_every_setting_says_what_it_means(database: Database) -> None:
    """Name, meaning and default of each; the default is its value until somebody sets it."""
    found = settings.all_settings(database)
    assert [one.name for one in found] == [
        "company",
        "currency",
        "country",
        *GOALS,
        *limits.BOUNDS,
        *MAIL_SETTINGS,
        *RULE_SETTINGS,
        *BACKUP_SETTINGS,
    ]
    assert all(one.meaning and one.value == one.default for one in found)


def test_a_default_would_be_accepted() -> None:
    """What holds where nothing is set could also be set."""
    declared = [one for one in settings.SETTINGS.values() if one.default]
    assert len(declared) == 13
    assert [one.check(one.default) for one in declared] == [one.default for one in declared]


def test_a_setting_is_set_and_taken_back(database: Database) -> None:
    """Set, it is the company's; unset, the default holds and no row is left."""
    assert settings.set_setting(database, "currency", " gbp ", **WHO).value == "GBP"
    assert company(database).currency == "GBP"
    assert settings.unset_setting(database, "currency", **WHO).value == "EUR"
    assert rows(database, "setting") == []
    settings.unset_setting(database, "currency", **WHO)


@pytest.mark.parametrize(("name", "value"), [("currency", "Euro"), ("country", "Wales"), ("company", " ")])
def test_a_setting_without_sense_is_refused(database: Database, name: str, value: str) -> None:
    """Each setting checks its own value."""
    with pytest.raises(InvalidInput):
        settings.set_setting(database, name, value, **WHO)


def test_an_unknown_setting_names_the_settings(database: Database) -> None:
    """A refusal says which there are; what the program keeps for itself is none of them."""
    with pytest.raises(InvalidInput, match="company, currency, country"):
        settings.set_setting(database, "demo", "yes", **WHO)
