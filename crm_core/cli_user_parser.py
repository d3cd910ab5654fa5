"""The options of `regulars user`. A password is never one of them: what is typed here can be read by others."""

import argparse
from collections.abc import Callable
from typing import Any

from crm_core.model.rights import ROLES


def add(verbs: Any, verb: Callable[[Any, str, str], argparse.ArgumentParser]) -> None:
    """Add `user` and its acts; `verb` makes one with the options that all have."""
    parser = verbs.add_parser("user", help="who may come in, and what they may do")
    acts = parser.add_subparsers(
        dest="act", required=True, metavar="add|list|role|email|password|disable|enable|sign-out"
    )
    _add(verb(acts, "add", "an account for somebody"))
    verb(acts, "list", "every account with its role")
    _role(verb(acts, "role", "give somebody another role"))
    changed = verb(acts, "password", "another password, or a link by which they choose one")
    changed.add_argument("name", metavar="NAME")
    _ways(changed)
    email = verb(acts, "email", "the e-mail by which the company's own sign-in knows somebody")
    email.add_argument("name", metavar="NAME")
    email.add_argument("email", metavar="ADDRESS", nargs="?", help="without one, the e-mail is taken away")
    for name, words in (
        ("disable", "close an account: whoever uses it is out at the next click"),
        ("enable", "open a closed account again"),
        ("sign-out", "end all sessions of an account"),
    ):
        verb(acts, name, words).add_argument("name", metavar="NAME")


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="as the history shows it, and as customers are owned")
    parser.add_argument("--role", choices=tuple(ROLES), required=True)
    parser.add_argument("--sign-in", metavar="TEXT", help="what they type to sign in; else the name")
    parser.add_argument("--email", metavar="ADDRESS", help="by which the company's own sign-in knows them")
    _whose(parser)
    _ways(parser).add_argument(
        "--no-password", action="store_true", help="they come by the company's own sign-in alone"
    )


def _role(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("role", choices=tuple(ROLES), metavar="|".join(ROLES))
    _whose(parser)


def _whose(parser: argparse.ArgumentParser) -> None:
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument(
        "--own", dest="own_only", action="store_true", default=None, help="they see their own customers only"
    )
    whose.add_argument("--all", dest="own_only", action="store_false", help="they see all customers")


def _ways(parser: argparse.ArgumentParser) -> Any:
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument(
        "--link", action="store_true", help="print a link, good for a day, by which they choose one"
    )
    ways.add_argument("--password-stdin", action="store_true", help="read the password from a line of input")
    return ways
