"""The Status page: what it shows, to whom; the audit with its filters; the check."""

from datetime import date, datetime

import pytest
import screens
from screens import errors, texts
from signed_in import account, at_screens, signed_in

from crm_core.actions import accounts, auditing, settings
from crm_core.actions.morning import morning_if_due
from crm_core.actions.opening import Database
from crm_core.errors import NotAllowed
from crm_core.ledger.store import backup_log
from crm_core.model.rights import Person
from crm_core.views.audit import audit_page
from crm_core.views.status import status
from crm_core.watch import logs
from pages._door import now


@pytest.fixture
def shop(sqlite_url, monkeypatch) -> Database:
    """Two customers, saved by anna."""
    monkeypatch.setenv("REGULARS_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("REGULARS_AS_OF", screens.DAY)
    return screens.stocked(sqlite_url)


def test_the_page_shows_how_things_are(shop):
    """Six figures; nothing was backed up or checked yet, and that is said."""
    screen = screens.open_page("status")
    assert not errors(screen)
    shown = {one.label: one.value for one in screen.metric}
    assert list(shown) == [
        "Database", "Free disk", "Last backup", "Last check", "Morning's work", "Messages waiting",
    ]  # fmt: skip
    assert shown["Last backup"] == shown["Last check"] == shown["Morning's work"] == "never"
    assert "SQLite" in texts(screen) and "No backup was made yet; daily at 05:00" in texts(screen)


def test_the_morning_that_was_done_by_itself(shop):
    """Its day, as the clock of the server did it."""
    morning_if_due(shop, datetime.fromisoformat(f"{screens.DAY}T07:00"), who="the clock")
    assert {one.label: one.value for one in screens.open_page("status").metric}["Morning's work"] == "today"


def test_a_backup_at_ones_wish(shop, tmp_path):
    """Made in the folder of the daily ones; the page says where, and that it was read again."""
    settings.set_setting(
        shop, "backup_folder", str(tmp_path), who="anna", as_of=date.fromisoformat(screens.DAY)
    )
    screen = screens.open_page("status")
    screen.button(key="backup_now").click().run()
    assert str(tmp_path) in screen.success[0].value and len(list(tmp_path.glob("regulars-*"))) >= 1
    assert {one.label: one.value for one in screen.metric}["Last backup"] == "just now"


def test_a_daily_backup_that_failed_is_said(shop):
    """Its sentence stands in the tile, with the sign of a warning."""
    backup_log.put(shop, backup_log.Daily("2026-01-05T05:00:00", trouble="The daily backup failed: no room"))
    assert ":material/warning: The daily backup failed: no room" in texts(screens.open_page("status"))


def test_a_check_can_be_asked_for(shop):
    """It says that all is well, gives the line to keep elsewhere, and stands in the audit itself."""
    screen = screens.open_page("status")
    screen.button(key="check_now").click().run()
    assert any("All is well" in one.value for one in screen.success)
    assert screen.code[0].value.startswith("regulars check --anchor ")
    assert audit_page(shop).rows["what"].iloc[0] == "checked"
    assert {one.label: one.value for one in screen.metric}["Last check"] == "just now"


def test_the_audit_is_filtered(shop):
    """Who exported what: by what was done and by whom."""
    auditing.note(shop, "exported", {"export": "customers", "rows": 2}, who="Vera")
    screen = screens.open_page("status")
    screen.multiselect(key="audit_what").set_value(["exported"]).run()
    shown = next(one.value for one in screen.dataframe if "about" in one.value)
    assert shown[["who", "about"]].to_numpy().tolist() == [["Vera", "customers, 2 rows"]]
    screen.multiselect(key="audit_what").set_value([]).run()
    screen.selectbox(key="audit_who").set_value("anna").run()
    shown = next(one.value for one in screen.dataframe if "about" in one.value)
    assert shown["about"].tolist() == ["number 1, 2 new customers"]


def test_it_says_who_is_here(shop, monkeypatch):
    """By name, role and browser, those of the last quarter of an hour; nobody whose session ended."""
    account(shop, "Anna")
    account(shop, "Ben", "staff")
    accounts.sign_out(shop, signed_in(shop, "Ben"), now=now())
    at_screens(monkeypatch, shop, "Anna")
    screen = screens.open_page("status")
    assert not errors(screen)
    here = next(one.value for one in screen.dataframe if "role" in one.value)
    assert here[["name", "role"]].to_numpy().tolist() == [["Anna", "manager"]]


def test_an_error_is_listed_by_its_reference(shop):
    """Where it happened, and nothing of what it was about."""
    try:
        int("Ada Novak")
    except ValueError as trouble:
        reference = logs.unexpected(trouble, now(), page="upload", account=7)
    listed = next(one.value for one in screens.open_page("status").dataframe if "reference" in one.value)
    assert listed["reference"].iloc[0] == reference and "Ada" not in listed.to_string()


def test_the_audit_comes_in_pages(shop):
    """Newest first, so many at a time."""
    for rows in range(5):
        auditing.note(shop, "exported", {"export": "customers", "rows": rows})
    first, second = (audit_page(shop, page=page, size=4) for page in (1, 2))
    assert first.total == 6 and first.rows["number"].tolist() == [6, 5, 4, 3]
    assert second.rows["number"].tolist() == [2, 1]


@pytest.mark.parametrize("role", ["staff", "caller", "viewer"])
def test_only_administrators_see_it(shop, role):
    """The views refuse, whatever page asks."""
    other = shop.opened_by(Person("Vera", role, account=3))
    for ask in (lambda: status(other, now()), lambda: audit_page(other)):
        with pytest.raises(NotAllowed):
            ask()
