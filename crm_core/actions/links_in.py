"""Coming in by what was handed over: the token for the first account, a link for a new password, the company's word."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from crm_core.actions import new_accounts
from crm_core.actions.signing_in import begin
from crm_core.errors import InvalidInput, NotAllowed
from crm_core.ledger.reading import accounts as reading
from crm_core.ledger.reading.accounts import Account, fold, moment_of, text_of
from crm_core.ledger.store.clock import stamp
from crm_core.ledger.store.database import Connection, Database
from crm_core.ledger.writing import accounts as writing
from crm_core.ledger.writing.audit import add as note
from crm_core.model.rights import ADMINISTER, ROLES, needs
from crm_core.people import passwords, tokens

FIRST, RESET = "first account", "password"
LINK_LIFE = timedelta(days=1)
WORN = "This link was used before, or is too old. Ask whoever gave it to you for a new one."
STRANGER = "{email} has no account here. Ask a manager to add one with this e-mail."


@dataclass(frozen=True)
class Newcomers:
    """Whom the company's sign-in may bring without an account: e-mails of this domain, with this role."""

    domain: str
    role: str = "viewer"

    def __post_init__(self) -> None:
        if self.role not in ROLES or self.role == "manager":
            raise InvalidInput(f"Newcomers cannot be “{self.role}”. Choose staff, caller or viewer.")

    def take(self, email: str) -> bool:
        """Whether the e-mail is one of theirs."""
        return fold(email).rpartition("@")[2] == fold(self.domain).lstrip("@")


@needs(ADMINISTER)
def first_token(database: Database) -> str:
    """A token that makes the first account, for a day; InvalidInput where there is one already."""
    token = tokens.new()
    with database.whole.write() as connection:
        if reading.has_any(connection):
            raise InvalidInput("There are accounts already. Sign in with one of them.")
        _give(connection, token, FIRST, None)
    return token


@needs(ADMINISTER)
def reset_token(database: Database, account: int, *, as_who: str) -> str:
    """A token by which somebody chooses a new password, for a day; an earlier one is good no more."""
    token = tokens.new()
    with database.write() as connection:
        found = new_accounts.checked(connection, database, account)
        _give(connection, token, RESET, found.id)
        note(connection, as_who, "password link made", {"account": found.id})
    return token


def _give(connection: Connection, token: str, purpose: str, account: int | None) -> None:
    ends = text_of(moment_of(stamp()) + LINK_LIFE)
    writing.give_token(connection, tokens.fingerprint(token), purpose, account, ends)


@needs()
def is_good(database: Database, token: str, *, now: datetime) -> Account | str | None:
    """Whose new password a token is for, "first account" for that one, None for a token that is good no more."""
    kept = tokens.fingerprint(token)
    with database.whole.read() as connection:
        if reading.valid_token(connection, kept, FIRST, text_of(now)):
            return None if reading.has_any(connection) else FIRST
        row = reading.valid_token(connection, kept, RESET, text_of(now))
        return row and reading.one(connection, row.account)


@needs()
def use_first(
    database: Database, token: str, name: str, password: str, *, sign_in: str | None = None, about: str | None = None,
    now: datetime,
) -> str:  # fmt: skip
    """Make the first account, a manager; the token of a session. NotAllowed for a token that is good no more."""
    kept = tokens.fingerprint(token)
    values = new_accounts.values_of(name, "manager", sign_in=sign_in, password=password)
    with database.whole.write() as connection:
        if reading.has_any(connection) or not reading.valid_token(connection, kept, FIRST, text_of(now)):
            raise NotAllowed(WORN)
        writing.use_token(connection, kept, text_of(now))
        account = new_accounts.put(connection, values, as_who=name.strip())
        return begin(connection, account, about, now, "by the first link")


@needs()
def use_token(
    database: Database, token: str, password: str, *, about: str | None = None, now: datetime
) -> str:
    """Set a new password by a one-time link; all sessions end; the token of a new one. NotAllowed for a worn link."""
    account = is_good(database, token, now=now)
    if not isinstance(account, Account):
        raise NotAllowed(WORN)
    passwords.check_new(password, account.name)
    fresh, kept = passwords.hash_password(password), tokens.fingerprint(token)
    with database.whole.write() as connection:
        if not reading.valid_token(connection, kept, RESET, text_of(now)) or account.disabled:
            raise NotAllowed(WORN)
        writing.use_token(connection, kept, text_of(now))
        new_accounts.set_hash(connection, account, fresh, as_who=account.name)
        return begin(connection, account, about, now, "by a link")


@needs()
def enter_by_company(
    database: Database, email: str, subject: str, *, verified: bool, about: str | None = None,
    newcomers: Newcomers | None = None, now: datetime,
) -> str:  # fmt: skip
    """The token of a session for whom the company's sign-in vouches.

    `subject`: who they are there, for ever ("issuer subject"); it is bound to the account at the first time, since an
    e-mail may be given to somebody else later. NotAllowed for an e-mail that is not verified or belongs to no account.
    """
    mark = tokens.fingerprint(subject)
    with database.whole.write() as connection:
        account = reading.by_subject(connection, mark)
        account = account or _by_email(connection, email if verified else "", mark, newcomers)
        if account is None or account.disabled:
            note(
                connection,
                "somebody",
                "sign-in refused",
                {"account": account and account.id, "how": "by the company"},
            )
        else:
            return begin(connection, account, about, now, "by the company")
    raise NotAllowed(_why_not(email, verified))


def _why_not(email: str, verified: bool) -> str:
    if not verified or not email:
        return "The company's sign-in does not say that your e-mail is yours, so it opens nothing here. Ask a manager."
    return STRANGER.format(email=email)


def _by_email(connection: Connection, email: str, mark: str, newcomers: Newcomers | None) -> Account | None:
    """The account with that verified e-mail, bound from here on; a new one where newcomers may.

    Newcomers are named by their e-mail: a name that they chose themselves may be that of a colleague, whose customers
    would be theirs.
    """
    if not email:
        return None
    account, bound = reading.by_email(connection, email) or (None, None)
    if account is None and newcomers and newcomers.take(email) and reading.has_any(connection):
        values = new_accounts.values_of(fold(email), newcomers.role, sign_in=email, email=email)
        account = new_accounts.put(connection, values, as_who="the company's sign-in")
    if account is None or bound is not None:
        return None
    writing.change(connection, account.id, subject=mark)
    return account
