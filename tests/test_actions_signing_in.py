"""Coming in and going, on both databases: sessions, their end, wrong guesses, the company's sign-in."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from crm_core.actions import accounts
from crm_core.actions.accounts import Newcomers, TooSoon
from crm_core.actions.opening import Database, open_at
from crm_core.actions.records import add_record
from crm_core.errors import InvalidInput, NotAllowed
from crm_core.ledger.reading.accounts import text_of
from crm_core.ledger.store import own_tables
from crm_core.model.rights import Person
from tests.signed_in import NOW, PASSWORD, account, later, signed_in

WHO: dict[str, Any] = {"as_who": "the test"}
HERE, THERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def shop(database_url: str) -> Iterator[Database]:
    """A database with Anna (manager), Ben (staff)."""
    database = open_at(database_url)
    account(database, "Anna", email="anna@example.com")
    account(database, "Ben", "staff", email="ben@example.com")
    yield database
    database.close()


def guess(
    shop: Database, typed: str = "Anna", moment: Any = NOW, password: str = "wrong", **more: Any
) -> str:
    """What somebody is told who guesses; "" for who is in."""
    try:
        accounts.sign_in(shop, typed, password, now=moment, **{"address": HERE, **more})
    except NotAllowed as refusal:
        return str(refusal)
    return ""


def row_of(shop: Database, token: str) -> Any:
    from crm_core.people.tokens import fingerprint

    found = sa.select(own_tables.sessions).where(own_tables.sessions.c.token == fingerprint(token))
    with shop.read() as connection:
        return connection.execute(found).one()


# Sessions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["Anna", "anna", " ANNA ", "Anna@Example.com"])
def test_who_knows_the_password_is_in(shop, typed):
    """By name or e-mail, however written; the session is theirs."""
    assert accounts.person_of(shop, signed_in(shop, typed, NOW), NOW) == Person("Anna", "manager", False, 1)


def test_no_session_for_whom_there_is_none(shop):
    """Neither for what was made up nor for nothing."""
    assert accounts.person_of(shop, "made up", NOW) is None and accounts.person_of(shop, "", NOW) is None


def test_a_session_ends_by_itself(shop):
    """After 12 hours without use, and after 7 days in any case."""
    token = signed_in(shop, "Anna", NOW)
    assert accounts.person_of(shop, token, later(hours=11.9)) and not accounts.person_of(
        shop, token, later(hours=12)
    )
    for hours in range(6, 24 * 7, 6):
        accounts.see(shop, token, now=later(hours=hours))
        assert accounts.person_of(shop, token, later(hours=hours))
    assert not accounts.person_of(shop, token, later(days=7))


def test_an_idle_session_is_not_woken(shop):
    """Using it after its end does not begin it anew."""
    token = signed_in(shop, "Anna", NOW)
    accounts.see(shop, token, now=later(hours=13))
    assert not accounts.person_of(shop, token, later(hours=13)) and row_of(shop, token).seen_at == text_of(
        NOW
    )


def test_use_is_written_now_and_then(shop):
    """Every five minutes at most: a click costs no write."""
    token = signed_in(shop, "Anna", NOW)
    accounts.see(shop, token, now=later(minutes=4))
    assert row_of(shop, token).seen_at == text_of(NOW)
    accounts.see(shop, token, now=later(minutes=6))
    assert row_of(shop, token).seen_at == text_of(later(minutes=6))


def test_signing_out_ends_one_session(shop):
    """The other browser of the same person stays; twice does nothing more."""
    one, two = signed_in(shop, "Anna", NOW), signed_in(shop, "Anna", NOW)
    accounts.sign_out(shop, one, now=NOW)
    accounts.sign_out(shop, one, now=NOW)
    assert not accounts.person_of(shop, one, NOW) and accounts.person_of(shop, two, NOW)
    assert accounts.ended_session(shop, one) and not accounts.ended_session(shop, "made up")


@pytest.mark.parametrize(
    "end",
    [
        lambda shop: accounts.disable(shop, 2, **WHO),
        lambda shop: accounts.sign_out_everywhere(shop, 2, **WHO),
        lambda shop: accounts.set_password(shop, 2, "another long evening", **WHO),
    ],
)
def test_a_manager_ends_all_sessions(shop, end):
    """By closing the account, by signing them out, by another password; those of others stay."""
    ended, other = [signed_in(shop, "Ben", NOW) for _ in range(2)], signed_in(shop, "Anna", NOW)
    end(shop)
    assert not any(accounts.person_of(shop, token, NOW) for token in ended) and accounts.person_of(
        shop, other, NOW
    )


def test_an_opened_account_does_not_revive_sessions(shop):
    """Whoever was closed signs in anew."""
    token = signed_in(shop, "Ben", NOW)
    accounts.disable(shop, 2, **WHO)
    assert "do not go together" in guess(shop, "Ben", password=PASSWORD)
    accounts.enable(shop, 2, **WHO)
    assert not accounts.person_of(shop, token, NOW) and guess(shop, "Ben", password=PASSWORD) == ""


def test_a_role_is_that_of_now(shop):
    """A session that was begun as staff is a caller's as soon as the role is."""
    token = signed_in(shop, "Ben", NOW)
    accounts.set_role(shop, 2, "caller", **WHO)
    accounts.set_own_only(shop, 2, True, **WHO)
    assert accounts.person_of(shop, token, NOW) == Person("Ben", "caller", True, 2)


# Inside every write -----------------------------------------------------------------------------------------


def test_a_write_asks_who_they_are_by_now(shop):
    """Signed out, closed or with fewer rights since the page was drawn: refused, and nothing is saved."""
    token = signed_in(shop, "Ben")
    as_ben = shop.opened_by(Person("Ben", "staff", False, 2), accounts.still(token))
    add = {"who": "Ben", "as_of": NOW.date()}
    assert add_record(as_ben, "customer", {"name": "Ada"}, **add).batch
    accounts.set_role(shop, 2, "viewer", **WHO)
    with pytest.raises(NotAllowed, match=r"Ben is (a )?viewer"):
        add_record(as_ben, "customer", {"name": "Eve"}, **add)
    accounts.set_role(shop, 2, "staff", **WHO)
    accounts.sign_out_everywhere(shop, 2, **WHO)
    with pytest.raises(NotAllowed, match=r"signed out\. Nothing was saved"):
        add_record(as_ben, "customer", {"name": "Eve"}, **add)
    with shop.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM customers").scalar() == 1


# Wrong guesses ----------------------------------------------------------------------------------------------


def test_a_wrong_guess_tells_nothing(shop):
    """The same words for a wrong password, an unknown name, a closed account and one without a password."""
    accounts.add_account(shop, "Cleo", role="staff", **WHO)
    accounts.disable(shop, 2, **WHO)
    said = {
        guess(shop, "Anna"),
        guess(shop, "Nobody"),
        guess(shop, "Ben", password=PASSWORD),
        guess(shop, "Cleo", password=""),
    }
    assert len(said) == 1 and "do not go together" in said.pop()


@pytest.mark.parametrize("typed", ["Anna", "Nobody"])
def test_wrong_guesses_make_wait(shop, typed):
    """Five are free, then the pause grows from second to second, for a name that nobody has as well."""
    for _ in range(5):
        assert "do not go together" in guess(shop, typed)
    assert guess(shop, typed) == "After several wrong tries there is a pause. Try again in a second."
    assert "do not go together" in guess(shop, typed, later(seconds=1))
    assert "in 2 seconds" in guess(shop, typed, later(seconds=1))


def test_while_waiting_even_the_right_password_waits(shop):
    """Else the pause would stop nobody; after it the right one opens, and the slate is clean."""
    for _ in range(5):
        guess(shop)
    assert "pause" in guess(shop, password=PASSWORD)
    assert guess(shop, moment=later(seconds=2), password=PASSWORD) == ""
    assert "do not go together" in guess(shop, moment=later(seconds=2))


@pytest.mark.parametrize("typed", ["\0", "anna\0", "\ud800", "a\nb", "x" * 8_000, "%", "_nna"])
def test_what_no_database_takes_is_a_wrong_name(shop, typed):
    """Signs that are none, also for a database that keeps no text with them: nobody, in the usual words."""
    with pytest.raises(NotAllowed, match="do not go together"):
        accounts.sign_in(shop, typed, PASSWORD, address="192.0.2.9", now=NOW)


def test_two_ways_of_naming_somebody_count_as_one(shop):
    """The e-mail gives no second set of guesses."""
    for at in range(5):
        guess(shop, ("Anna", "anna@example.com")[at % 2])
    assert "pause" in guess(shop, "ANNA")


def test_nobody_is_locked_out_for_ever(shop):
    """However often somebody guessed: a minute later the right password opens."""
    moment = NOW
    for at in range(60):
        assert guess(shop, moment=moment, address=f"203.0.113.{at}") != ""
        moment = moment + (later(seconds=61) - NOW)
    assert guess(shop, moment=moment, password=PASSWORD) == ""


def test_an_address_waits_as_well(shop):
    """Who tries one password on many names is stopped, also where each name is new; others are not."""
    for at in range(20):
        assert "do not go together" in guess(shop, f"name {at}", address=THERE)
    assert "pause" in guess(shop, "Anna", address=THERE, password=PASSWORD)
    assert guess(shop, "Anna", address=HERE, password=PASSWORD) == ""


def test_an_own_account_buys_no_guesses(shop):
    """Signing in between guesses does not wipe the address's slate."""
    for at in range(20):
        guess(shop, f"name {at}", address=THERE)
        if at % 5 == 0:
            guess(shop, "Ben", address=THERE, password=PASSWORD)
    assert "pause" in guess(shop, "one more", address=THERE)


def test_a_known_browser_is_not_kept_out_by_others(shop):
    """While strangers guess at a name, its owner comes in by a browser that was in before; and waits for own faults."""
    known = signed_in(shop, "Anna", NOW)
    accounts.sign_out(shop, known, now=NOW)
    for at in range(9):
        guess(shop, address=f"203.0.113.{at}", moment=later(seconds=at))
    assert "pause" in guess(shop, moment=later(seconds=9), password=PASSWORD)
    assert guess(shop, moment=later(seconds=9), password=PASSWORD, known=known) == ""
    for _ in range(5):
        guess(shop, moment=later(seconds=10), known=known)
    assert "pause" in guess(shop, moment=later(seconds=10), known=known, password=PASSWORD)


def test_anothers_browser_is_no_known_one(shop):
    """A token of Ben's gives no second set of guesses at Anna."""
    known = signed_in(shop, "Ben", NOW)
    for _ in range(5):
        guess(shop, known=known)
    assert "pause" in guess(shop) and "pause" in guess(shop, known=known)


def test_a_hundred_at_once_are_a_hundred(shop):
    """Guesses that come together are counted before they are looked at: no more than the free ones get through."""
    with ThreadPoolExecutor(8) as many:
        said = list(many.map(lambda _: guess(shop), range(24)))
    assert sum("do not go together" in one for one in said) == 5


def test_too_soon_says_how_long(shop):
    """For whoever draws a page of it; minutes where seconds would be many."""
    assert str(TooSoon(0.2)).endswith("in a second.") and str(TooSoon(800)).endswith("in 14 minutes.")


# One's own password -----------------------------------------------------------------------------------------


def test_ones_own_password_ends_links_that_wait(shop):
    """Whoever held one that a manager had made cannot choose another password after it."""
    token = signed_in(shop, "Ben", NOW)
    link = accounts.reset_token(shop, accounts.account_of(shop, "Ben").id, **WHO)
    assert accounts.is_good(shop, link, now=NOW)
    accounts.change_password(shop, token, PASSWORD, "another long evening", address=HERE, now=NOW)
    assert accounts.is_good(shop, link, now=NOW) is None


def test_ones_own_password(shop):
    """Who knows the old one sets a new one; all sessions end but the new one."""
    token, other = signed_in(shop, "Ben", NOW), signed_in(shop, "Ben", NOW)
    where: dict[str, Any] = {"address": HERE, "now": NOW}
    with pytest.raises(NotAllowed, match="old password is wrong"):
        accounts.change_password(shop, token, "wrong", "another long evening", **where)
    with pytest.raises(InvalidInput):
        accounts.change_password(shop, token, PASSWORD, "short", **where)
    fresh = accounts.change_password(shop, token, PASSWORD, "another long evening", **where)
    assert [bool(accounts.person_of(shop, one, NOW)) for one in (token, other, fresh)] == [False, False, True]
    with pytest.raises(NotAllowed, match="signed out"):
        accounts.change_password(shop, token, "another long evening", "a third long evening", **where)


# The company's sign-in --------------------------------------------------------------------------------------


def company(
    shop: Database, email: str, subject: str = "https://id.example.com 7", **more: Any
) -> Person | None:
    """Who is in after the company's sign-in vouched for somebody."""
    token = accounts.enter_by_company(shop, email, subject, now=NOW, **{"verified": True, **more})
    return accounts.person_of(shop, token, NOW)


def test_the_company_vouches(shop):
    """By a verified e-mail of an account, however written; the next time by whom it was, also with another e-mail."""
    assert company(shop, "Ben@Example.com") == Person("Ben", "staff", False, 2)
    assert company(shop, "ben.married@example.com") == Person("Ben", "staff", False, 2)


@pytest.mark.parametrize(
    ("email", "verified", "why"),
    [
        ("ben@example.com", False, "does not say that your e-mail is yours"),
        ("eve@example.com", True, "eve@example.com has no account"),
        ("", True, "does not say"),
    ],
)
def test_the_company_does_not_vouch(shop, email, verified, why):
    """An e-mail that is not verified, or of nobody here, opens nothing."""
    with pytest.raises(NotAllowed, match=why):
        company(shop, email, verified=verified)


def test_an_email_that_changed_hands_opens_nothing(shop):
    """Who gets Ben's e-mail after him at the company is not Ben."""
    company(shop, "ben@example.com")
    with pytest.raises(NotAllowed, match="no account"):
        company(shop, "ben@example.com", subject="https://id.example.com 8")
    accounts.set_email(shop, 2, "ben@example.com", **WHO)
    assert company(shop, "ben@example.com", subject="https://id.example.com 8") is not None


def test_the_company_opens_no_closed_account(shop):
    """Closed is closed, by whatever way."""
    company(shop, "ben@example.com")
    accounts.disable(shop, 2, **WHO)
    with pytest.raises(NotAllowed):
        company(shop, "ben@example.com")


def test_newcomers_of_a_domain(shop):
    """With the role that was set, named by their e-mail; of another domain, or one that only looks alike, not."""
    new = Newcomers("example.com", "caller")
    found = company(shop, "Eve@example.com", newcomers=new)
    assert found == Person("eve@example.com", "caller", True, 3)
    for wrong in ("eve@sub.example.com", "eve@notexample.com", "eve@example.com.evil.org", "eve"):
        with pytest.raises(NotAllowed):
            company(shop, wrong, subject="other", newcomers=new)
    with pytest.raises(InvalidInput, match="cannot be “manager”"):
        Newcomers("example.com", "manager")


def test_no_newcomer_is_the_first(sqlite_url):
    """The first account is made by whoever set this up."""
    with pytest.raises(NotAllowed):
        company(open_at(sqlite_url), "eve@example.com", newcomers=Newcomers("example.com"))
