"""Accounts on both databases: adding, changing, closing; one-time links; what the audit says of it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from crm_core.actions import accounts
from crm_core.actions.opening import Database, open_at
from crm_core.errors import InvalidInput, NotAllowed, NotFound
from crm_core.ledger.reading.accounts import text_of
from crm_core.ledger.store import own_tables
from crm_core.ledger.writing.audit import START, hash_of
from crm_core.model.rights import ROLES, Person
from tests.signed_in import NOW, PASSWORD, account, later, signed_in

WHO: dict[str, Any] = {"as_who": "the test"}


@pytest.fixture
def shop(database_url: str) -> Iterator[Database]:
    """An empty database."""
    database = open_at(database_url)
    yield database
    database.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the machine's clock, where the actions ask it themselves."""

    def to(moment: Any) -> None:
        for module in ("links_in", "new_accounts", "accounts", "signing_in"):
            monkeypatch.setattr(f"crm_core.actions.{module}.stamp", lambda: text_of(moment))

    to(NOW)
    return to


def audit(shop: Database) -> list[Any]:
    with shop.read() as connection:
        return list(connection.execute(sa.select(own_tables.audit).order_by(own_tables.audit.c.number)))


def stored(shop: Database) -> str:
    """Everything that the tables of this room hold, as one text."""
    tables = ("accounts", "sessions", "tries", "one_time_tokens", "audit")
    with shop.read() as connection:
        return str([connection.execute(sa.select(getattr(own_tables, name))).all() for name in tables])


def test_an_account_is_added(shop):
    """With its name, what is typed to sign in, its e-mail; a caller sees their own customers unless told otherwise."""
    assert not accounts.has_accounts(shop)
    account(shop, "Anna  Novak", sign_in="Anna", email="Anna@Example.com")
    made = account(shop, "Ben", "caller")
    found = accounts.accounts(shop)
    assert [(one.name, one.sign_in, one.email, one.role, one.own_only) for one in found] == [
        ("Anna Novak", "anna", "anna@example.com", "manager", False),
        ("Ben", "ben", None, "caller", True),
    ]
    assert accounts.has_accounts(shop) and made.person == Person("Ben", "caller", True, made.id)
    assert not account(shop, "Cleo", "caller", own_only=False).own_only


def test_the_first_account_is_a_manager(shop):
    """Else nobody could add the others; and one who sees all, else nobody could open the page for it."""
    for given in ({"role": "caller"}, {"role": "manager", "own_only": True}):
        with pytest.raises(InvalidInput, match="first account must be a manager"):
            account(shop, "Ben", **given)
    assert not accounts.has_accounts(shop)


@pytest.mark.parametrize(
    "given",
    [
        {"name": "anna novak"}, {"name": "ANNA"}, {"name": "Ben", "sign_in": "anna@example.com"},
        {"name": "Ben", "email": "Anna@Example.com"}, {"name": "anna@example.com"},
    ],
)  # fmt: skip
def test_a_name_is_somebodys_once(shop, given):
    """Names, sign-in names and e-mails are all one list, however written: nobody can be taken for somebody else."""
    account(shop, "Anna Novak", sign_in="Anna", email="anna@example.com")
    with pytest.raises(InvalidInput, match="Anna Novak"):
        account(shop, **{"role": "staff", **given})


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"name": " "}, "name of a person"), ({"name": "x" * 101}, "name of a person"),
        ({"name": "a\nb\x00"}, "name of a person"), ({"role": "boss"}, "no role"), ({"email": "nowhere"}, "no e-mail"),
        ({"password": "short"}, "characters"), ({"sign_in": "x" * 101}, "sign in with"),
    ],
)  # fmt: skip
def test_what_is_no_account_is_refused(shop, given, why):
    """Each in a sentence, and nothing is stored."""
    with pytest.raises(InvalidInput, match=why):
        account(shop, **{"name": "Anna", **given})
    assert not accounts.has_accounts(shop)


@pytest.mark.parametrize("role", [role for role in ROLES if role != "manager"])
def test_only_who_administers_may(shop, role):
    """Whoever lacks the right is refused, and nothing is changed, even where the right was there a moment ago."""
    anna, ben = account(shop, "Anna"), account(shop, "Ben", role)
    as_ben = shop.opened_by(ben.person)
    late = shop.opened_by(anna.person, lambda _: ben.person)
    before = stored(shop)
    acts = (
        lambda on: accounts.add_account(on, "Eve", role="manager", **WHO),
        lambda on: accounts.set_role(on, ben.id, "manager", **WHO),
        lambda on: accounts.set_own_only(on, ben.id, False, **WHO),
        lambda on: accounts.set_email(on, anna.id, "eve@example.com", **WHO),
        lambda on: accounts.set_password(on, anna.id, "a long new password", **WHO),
        lambda on: accounts.disable(on, anna.id, **WHO),
        lambda on: accounts.enable(on, anna.id, **WHO),
        lambda on: accounts.sign_out_everywhere(on, anna.id, **WHO),
        lambda on: accounts.reset_token(on, anna.id, **WHO),
    )
    for act in acts:
        for database in (as_ben, late):
            with pytest.raises(NotAllowed, match=r"^Ben is (a )?\w+ here and may not administer"):
                act(database)
    for look in (accounts.accounts, accounts.first_token):
        with pytest.raises(NotAllowed):
            look(as_ben)
    assert stored(shop) == before


def test_the_last_manager_stays(shop):
    """Neither closed nor given another role or fewer customers, though a closed or a narrow one is left."""
    anna, ben = account(shop, "Anna"), account(shop, "Ben")
    account(shop, "Cleo", own_only=True)
    accounts.disable(shop, ben.id, **WHO)
    for act in (
        lambda: accounts.disable(shop, anna.id, **WHO),
        lambda: accounts.set_role(shop, anna.id, "staff", **WHO),
        lambda: accounts.set_own_only(shop, anna.id, True, **WHO),
    ):
        with pytest.raises(NotAllowed, match="only manager left"):
            act()
    accounts.enable(shop, ben.id, **WHO)
    accounts.set_role(shop, anna.id, "staff", **WHO)
    assert [one.role for one in accounts.accounts(shop)] == ["staff", "manager", "manager"]


def test_nobody_of_that_name(shop):
    """A sentence with those that there are."""
    account(shop, "Anna", email="anna@example.com")
    assert accounts.account_of(shop, "ANNA@example.com").name == "Anna"
    with pytest.raises(NotFound, match=r"no account “Ben”. There are: Anna"):
        accounts.account_of(shop, "Ben")
    with pytest.raises(NotFound, match="number 9"):
        accounts.disable(shop, 9, **WHO)


def test_no_secret_is_stored(shop, clock):
    """Neither a password nor a token stands anywhere as it is."""
    first = accounts.first_token(shop)
    session = accounts.use_first(shop, first, "Anna", PASSWORD, now=NOW)
    reset = accounts.reset_token(shop, accounts.account_of(shop, "Anna").id, **WHO)
    with pytest.raises(NotAllowed):
        accounts.sign_in(shop, "my secret typed as a name", PASSWORD, address="192.0.2.77", now=NOW)
    for secret in (first, session, reset, PASSWORD, "my secret typed as a name", "192.0.2.77"):
        assert secret not in stored(shop)


# One-time links ---------------------------------------------------------------------------------------------


def test_the_first_account_by_a_token(shop, clock):
    """It makes a manager and a session, once; a second token is not given."""
    token = accounts.first_token(shop)
    assert accounts.is_good(shop, token, now=NOW) == "first account"
    session = accounts.use_first(shop, token, "Anna", PASSWORD, now=NOW)
    assert accounts.person_of(shop, session, NOW) == Person("Anna", "manager", False, 1)
    assert accounts.is_good(shop, token, now=NOW) is None
    with pytest.raises(NotAllowed, match="used before"):
        accounts.use_first(shop, token, "Eve", PASSWORD, now=NOW)
    with pytest.raises(InvalidInput, match="accounts already"):
        accounts.first_token(shop)


def test_a_first_token_is_worth_nothing_later(shop, clock):
    """Not after a day, not once a newer one was given, not once an account was made another way."""
    old, token = accounts.first_token(shop), accounts.first_token(shop)
    for wrong, moment in ((old, NOW), ("guess", NOW), (token, later(days=1))):
        with pytest.raises(NotAllowed, match="used before, or is too old"):
            accounts.use_first(shop, wrong, "Eve", PASSWORD, now=moment)
    account(shop, "Anna")
    with pytest.raises(NotAllowed):
        accounts.use_first(shop, token, "Eve", PASSWORD, now=NOW)


def test_two_at_once_make_one_first_account(shop):
    """Whoever is a moment later with the same link is refused, and nobody is added."""
    token = accounts.first_token(shop)

    def make(name: str) -> bool:
        try:
            return bool(accounts.use_first(shop, token, name, PASSWORD, now=datetime.now(UTC)))
        except NotAllowed:
            return False

    with ThreadPoolExecutor(4) as many:
        assert sum(many.map(make, ("Anna", "Ben", "Cleo", "Eve"))) == 1
    assert len(accounts.accounts(shop)) == 1


def test_two_managers_do_not_end_each_other(shop):
    """Each takes the other's role at the same moment: one of them stays."""
    pair = [account(shop, "Anna").id, account(shop, "Ben").id]

    def end(number: int) -> bool:
        try:
            return accounts.set_role(shop, number, "viewer", **WHO) is None
        except NotAllowed:
            return False

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(end, pair)) == [False, True]
    assert sorted(one.role for one in accounts.accounts(shop)) == ["manager", "viewer"]


def test_an_easy_first_password_spoils_no_token(shop, clock):
    """The token is still good for a better one."""
    token = accounts.first_token(shop)
    with pytest.raises(InvalidInput):
        accounts.use_first(shop, token, "Anna", "password1", now=NOW)
    assert accounts.use_first(shop, token, "Anna", PASSWORD, now=NOW)


def test_a_new_password_by_a_link(shop, clock):
    """Once; all sessions end; the old password opens no more."""
    anna = account(shop, "Anna")
    session, token = signed_in(shop, "Anna", NOW), accounts.reset_token(shop, anna.id, **WHO)
    found = accounts.is_good(shop, token, now=NOW)
    assert isinstance(found, accounts.Account) and found.name == "Anna"
    with pytest.raises(InvalidInput):
        accounts.use_token(shop, token, "anna1234567", now=NOW)
    fresh = accounts.use_token(shop, token, "another long evening", now=NOW)
    assert (
        accounts.person_of(shop, session, NOW) is None and accounts.person_of(shop, fresh, NOW) == anna.person
    )
    with pytest.raises(NotAllowed):
        signed_in(shop, "Anna", NOW)
    with pytest.raises(NotAllowed, match="used before"):
        accounts.use_token(shop, token, "another long evening 2", now=NOW)


def test_a_link_is_worth_nothing_later(shop, clock):
    """After a day, a newer link, another password, or once the account is closed."""
    account(shop, "Anna")
    ben = account(shop, "Ben", "staff")
    old, token = (accounts.reset_token(shop, ben.id, **WHO) for _ in range(2))
    new = "another long evening"

    def refused(which: str, moment: Any = NOW) -> None:
        with pytest.raises(NotAllowed, match="used before, or is too old"):
            accounts.use_token(shop, which, new, now=moment)

    refused(old)
    refused(token, later(days=1))
    accounts.set_password(shop, ben.id, new, **WHO)
    refused(token)
    token = accounts.reset_token(shop, ben.id, **WHO)
    accounts.disable(shop, ben.id, **WHO)
    refused(token)
    accounts.enable(shop, ben.id, **WHO)
    refused(token)


# The audit --------------------------------------------------------------------------------------------------


def test_the_audit_says_what_was_done(shop, clock):
    """Each with who did it, as a chain; names and passwords of others do not stand in what it was about."""
    anna, ben = account(shop, "Anna"), account(shop, "Ben", "staff")
    accounts.set_role(shop, ben.id, "viewer", as_who="Anna")
    accounts.sign_out(shop, signed_in(shop, "Ben", NOW), now=NOW)
    accounts.disable(shop, ben.id, as_who="Anna")
    lines = audit(shop)
    assert [(line.who, line.what) for line in lines[2:]] == [
        ("Anna", "role changed"), ("Ben", "signed in"), ("Ben", "signed out"), ("Anna", "account closed"),
    ]  # fmt: skip
    assert lines[2].about == '{"account":2,"from":"staff","to":"viewer"}'
    assert [line.before for line in lines] == [START, *(line.hash for line in lines[:-1])]
    keys = ("number", "at", "who", "what", "about", "before")
    assert all(line.hash == hash_of({key: getattr(line, key) for key in keys}) for line in lines)
    assert anna.id == 1
