"""`regulars user`: accounts, by whoever sits at the machine with the database."""

import argparse
import getpass
import os
import sys
from contextlib import closing
from dataclasses import asdict

from crm_core import cli_output
from crm_core.actions import accounts
from crm_core.actions.accounts import Account
from crm_core.actions.mail_settings import public_address
from crm_core.actions.opening import Database, database_url, open_at
from crm_core.errors import DatabaseTrouble, InvalidInput

URL_VARIABLE = "REGULARS_URL"


def has_accounts(options: argparse.Namespace) -> bool:
    """Whether everybody has to sign in; where the database cannot be opened, the screens say so themselves."""
    try:
        with closing(_open(options)) as database:
            return accounts.has_accounts(database)
    except DatabaseTrouble:
        return False


def first_token(options: argparse.Namespace) -> str:
    """A token for the first account; "" where the database cannot be written to."""
    try:
        with closing(_open(options)) as database:
            return accounts.first_token(database)
    except DatabaseTrouble:
        return ""


def _open(options: argparse.Namespace) -> Database:
    return open_at(database_url(options.database))


def run(options: argparse.Namespace, database: Database, *, as_who: str) -> None:
    """One act; then the accounts as they are by now."""
    if options.act == "list":
        _show(options, accounts.accounts(database))
        return
    if options.act == "add":
        account, link = _add(options, database, as_who)
    else:
        account, link = accounts.account_of(database, options.name), ""
        link = ACTS[options.act](options, database, account, as_who) or ""
    _show(options, [accounts.account_of(database, account.name)], link)


def _add(options: argparse.Namespace, database: Database, as_who: str) -> tuple[Account, str]:
    password = None if options.no_password or _by_link(options) else _password(options)
    account = accounts.add_account(
        database, options.name, role=options.role, sign_in=options.sign_in, email=options.email, password=password,
        own_only=options.own_only, as_who=as_who,
    )  # fmt: skip
    wanted = password is None and not options.no_password
    return account, _link(database, account, as_who) if wanted else ""


def _new_password(options: argparse.Namespace, database: Database, account: Account, as_who: str) -> str:
    if _by_link(options):
        return _link(database, account, as_who)
    accounts.set_password(database, account.id, _password(options), as_who=as_who)
    return ""


def _role(options: argparse.Namespace, database: Database, account: Account, as_who: str) -> None:
    accounts.set_role(database, account.id, options.role, as_who=as_who)
    if options.own_only is not None:
        accounts.set_own_only(database, account.id, options.own_only, as_who=as_who)


ACTS = {
    "password": _new_password,
    "role": _role,
    "email": lambda options, database, account, as_who: accounts.set_email(
        database, account.id, options.email, as_who=as_who
    ),
    "disable": lambda _, database, account, as_who: accounts.disable(database, account.id, as_who=as_who),
    "enable": lambda _, database, account, as_who: accounts.enable(database, account.id, as_who=as_who),
    "sign-out": lambda _, database, account, as_who: accounts.sign_out_everywhere(
        database, account.id, as_who=as_who
    ),
}


def _by_link(options: argparse.Namespace) -> bool:
    """Where nobody can be asked for a password, a link is handed out."""
    return options.link or not (options.password_stdin or sys.stdin.isatty())


def _password(options: argparse.Namespace) -> str:
    """A password from a line of input, or typed twice, unseen."""
    if options.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("New password: ")
    if getpass.getpass("Once more: ") != password:
        raise InvalidInput("The two passwords are not the same. Nothing was changed; try again.")
    return password


def _link(database: Database, account: Account, as_who: str) -> str:
    base = os.environ.get(URL_VARIABLE, "").rstrip("/") or public_address(database) or "http://127.0.0.1:8501"
    return f"{base}/sign-in/new?token={accounts.reset_token(database, account.id, as_who=as_who)}"


def _show(options: argparse.Namespace, found: list[Account], link: str = "") -> None:
    if options.json:
        told = {"accounts": [asdict(one) for one in found]}
        cli_output.print_json(told | ({"link": link} if link else {}))
        return
    for one in found:
        print(f"{one.name}: " + "; ".join(_words(one)))
    if not found:
        print("Nobody has an account: whoever sits at this machine needs none.")
    if link:
        print(f"To choose a password, once and within a day: {link}")


def _words(one: Account) -> list[str]:
    said = (
        one.role,
        "own customers only" if one.own_only else "all customers",
        f"signs in as {one.sign_in}" if one.sign_in != one.name.casefold() else "",
        one.email or "",
        "" if one.has_password else "no password",
        "closed" if one.disabled else "",
        f"last seen {one.seen_at}" if one.seen_at else "never signed in",
    )
    return [words for words in said if words]
