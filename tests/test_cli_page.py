"""The page on the command line names every verb, every act and every option that the program has, and no other verb."""

import argparse
import re
from pathlib import Path

from crm_core import cli_parser

ROOT = Path(__file__).parents[1]
PAGE = "\n".join((ROOT / "docs" / name).read_text("utf-8") for name in ("command-line.md", "accounts.md"))
SHARED = {"--help", "--database", "--as-of", "--json"}


def below(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The verbs or acts of a parser, by name."""
    found = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    return dict(found[0].choices) if found else {}


def every() -> dict[str, argparse.ArgumentParser]:
    """All that can be typed, such as "undo" and "user add"."""
    verbs = below(cli_parser.build())
    acts = {f"{verb} {act}": parser for verb, whole in verbs.items() for act, parser in below(whole).items()}
    return {verb: parser for verb, parser in verbs.items() if not below(parser)} | acts


def test_every_verb_stands_on_the_page() -> None:
    """Each as it is typed, at the beginning of a code."""
    assert [name for name in every() if not re.search(rf"`{name}[ `]", PAGE)] == []


def test_every_option_stands_on_the_page() -> None:
    """But for those that all have, which are named once."""
    options = {
        option for parser in every().values() for one in parser._actions for option in one.option_strings
    }
    assert sorted(one for one in options - SHARED - {"-h"} if one not in PAGE) == []


def test_nothing_stands_there_that_is_no_verb() -> None:
    """The first word of each row of the table of verbs."""
    rows = re.findall(
        r"^\| (`[^|]*?) \|", (ROOT / "docs" / "command-line.md").read_text("utf-8"), re.MULTILINE
    )
    named = {code.split()[0] for row in rows for code in re.findall(r"`([^`]*)`", row)}
    known = {name.split()[0] for name in every()}
    assert {one for one in named if not one.startswith("-")} <= known
