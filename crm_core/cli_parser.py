"""The verbs and options of `regulars`."""

import argparse
from datetime import date
from pathlib import Path

from crm_core import cli_keeping, cli_user_parser

MODELS = ("bgnbd", "mbgnbd", "paretonbd", "best")
WAYS = ("theirs", "ours", "fill", "erase")


def build() -> argparse.ArgumentParser:
    """The parser; wrong usage ends with exit code 2 and a sentence."""
    parser = argparse.ArgumentParser(
        prog="regulars", description="From customer workbooks to regular customers."
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    _serve(_verb(verbs, "serve", "open the app on this machine"))
    _demo(_verb(verbs, "demo", "fill an empty database with made-up data"))
    _import(_verb(verbs, "import", "say what a workbook would change; with --commit, save it"))
    _setting(verbs)
    undo = _verb(verbs, "undo", "take back one number of the history")
    undo.add_argument("batch", type=int, metavar="BATCH")
    history = _verb(verbs, "history", "who changed what, when")
    history.add_argument("--customer", metavar="CODE")
    export = _verb(verbs, "export", "write records, the profile or possible doubles to a file")
    export.add_argument("what", metavar="ENTITY|profile|duplicates")
    export.add_argument("--out", type=Path, required=True, metavar="FILE.xlsx|.csv")
    _followups(_verb(verbs, "followups", "write the call list of a day"))
    _messages(verbs)
    _predict(_verb(verbs, "predict", "who will buy again: fit a model and try it out on the past"))
    _report(_verb(verbs, "report", "write the workbook for managers"))
    _verb(verbs, "morning", "bring everything up to date, run the rules, send what is due")
    _rule(verbs)
    _people(verbs)
    cli_user_parser.add(verbs, _verb)
    cli_keeping.add(verbs, _verb)
    _verb(verbs, "check", "prove that the database is whole").add_argument(
        "--anchor",
        default="",
        metavar="LINE",
        help="a line of the audit as an earlier check gave it; it must stand",
    )
    return parser


def _verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, words: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=words, description=words[0].upper() + words[1:] + ".")
    parser.add_argument("--database", metavar="URL", help="sqlite:///file.db or postgresql://…")
    parser.add_argument("--as-of", type=_day, metavar="YYYY-MM-DD", help="the day to take as today")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no date; write it like 2026-01-05") from None


def _serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8501, metavar="N")
    parser.add_argument("--host", default="127.0.0.1")


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--customers", type=int, default=None, metavar="N")
    parser.add_argument("--purchases", type=int, default=None, metavar="M")
    parser.add_argument("--seed", type=int, default=7, metavar="S")


def _import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--commit", action="store_true", help="save it; without this nothing is written")
    parser.add_argument(
        "--as", dest="entities", action="append", default=[], type=_sheet_entity, metavar="SHEET=ENTITY"
    )
    parser.add_argument(
        "--map", dest="fields", action="append", default=[], type=_header_field, metavar="SHEET!Header=field"
    )
    _deciding(parser)
    _text_files(parser)
    parser.add_argument("--report", type=Path, metavar="OUT.xlsx", help="write what was found to a workbook")
    parser.add_argument(
        "--outcome", dest="words", action="append", default=[], type=_word_outcome, metavar="WORD=OUTCOME",
        help="on a call list that comes home: what a word means that nobody knows; note: it is no outcome",
    )  # fmt: skip


def _deciding(parser: argparse.ArgumentParser) -> None:
    """What a person may decide beyond what the sheets and columns are."""
    parser.add_argument(
        "--column", dest="columns", action="append", default=[], type=_header_way, metavar="SHEET!Header=WAY",
        help="theirs: the file holds (the default); ours: what is stored; fill: only blanks; "
        "erase: a blank of the file empties what is stored",
    )  # fmt: skip
    parser.add_argument(
        "--range", dest="ranges", action="append", default=[], type=_sheet_range, metavar="SHEET!B4:H120",
        help="where the table stands on its sheet, headers included",
    )  # fmt: skip
    parser.add_argument(
        "--bad-cell",
        choices=("cell", "row"),
        help="what a cell that cannot be taken refuses: itself, or its row",
    )


def _text_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--encoding", metavar="NAME", help="how text files are written: Big5, CP1250 …")
    parser.add_argument("--separator", metavar="SIGN", help="what stands between their columns: ; or tab …")


def _word_outcome(text: str) -> tuple[str, str]:
    word, sign, outcome = text.rpartition("=")
    if not sign or not word:
        raise argparse.ArgumentTypeError(f"“{text}” must look like WORD=no answer")
    return word, outcome


def _sheet_entity(text: str) -> tuple[str, str]:
    sheet, sign, entity = text.rpartition("=")
    if not sign or not sheet:
        raise argparse.ArgumentTypeError(f"“{text}” must look like SHEET=customer")
    return sheet, entity


def _header_field(text: str) -> tuple[str, str, str | None]:
    sheet, header, field = _of_header(text, "field")
    return sheet, header, field or None


def _header_way(text: str) -> tuple[str, str, str]:
    found = _of_header(text, "theirs")
    if found[2] not in WAYS:
        raise argparse.ArgumentTypeError(f"“{text}” must end with one of: {', '.join(WAYS)}")
    return found


def _of_header(text: str, example: str) -> tuple[str, str, str]:
    place, sign, said = text.rpartition("=")
    sheet, mark, header = place.partition("!")
    if not sign or not mark:
        raise argparse.ArgumentTypeError(f"“{text}” must look like SHEET!Header={example}")
    return sheet, header, said


def _sheet_range(text: str) -> tuple[str, str]:
    sheet, mark, area = text.rpartition("!")
    if not mark or not sheet:
        raise argparse.ArgumentTypeError(f"“{text}” must look like SHEET!B4:H120")
    return sheet, area


def _setting(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = verbs.add_parser("setting", help="what is set: the company, its currency, the limits of a file")
    acts = parser.add_subparsers(dest="act", required=True, metavar="list|set|unset")
    _verb(acts, "list", "every setting with its default, meaning and value")
    named = _verb(acts, "set", "set one")
    named.add_argument("name", metavar="NAME")
    named.add_argument("value", metavar="VALUE")
    _verb(acts, "unset", "take one back to its default").add_argument("name", metavar="NAME")


def _rule(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = verbs.add_parser("rule", help="when this happens, then that: the rules, and what they did")
    acts = parser.add_subparsers(dest="act", required=True, metavar="list|log")
    _verb(acts, "list", "every rule, how often it fired, and what is wrong with it")
    log = _verb(acts, "log", "what rules did and why, the latest first")
    log.add_argument("--rule", metavar="NAME", help="of this rule alone")
    log.add_argument("--limit", type=_count, default=100, metavar="N", help="at most so many (usually 100)")


def _people(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = verbs.add_parser("colleague", help="who works here, and who is away")
    acts = parser.add_subparsers(dest="act", required=True, metavar="list|add|absent")
    _verb(acts, "list", "everybody who works here")
    added = _verb(acts, "add", "somebody new")
    added.add_argument("name", metavar="NAME")
    added.add_argument("--email", metavar="ADDRESS")
    added.add_argument("--skills", metavar="A,B")
    added.add_argument("--languages", metavar="A,B")
    added.add_argument("--capacity", type=_count, metavar="N", help="calls a day")
    absent = _verb(acts, "absent", "somebody is away: their calls of these days go to others")
    absent.add_argument("name", metavar="NAME")
    absent.add_argument("--from", dest="starts", type=_day, required=True, metavar="YYYY-MM-DD")
    absent.add_argument("--to", dest="ends", type=_day, required=True, metavar="YYYY-MM-DD")
    played = verbs.add_parser("play", help="the reasons to contact people")
    _verb(
        played.add_subparsers(dest="act", required=True, metavar="list"),
        "list",
        "every reason, whether it is in use, and what is wrong with it",
    )


def _followups(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--play", dest="plays", action="append", default=[], metavar="NAME")
    parser.add_argument("--owner", dest="owners", action="append", default=[], metavar="NAME")
    parser.add_argument("--preview", action="store_true", help="look only; nothing is written down")
    parser.add_argument("--out", type=Path, metavar="FILE.xlsx")


def _messages(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    sending = _verb(
        verbs, "send-due", "send the e-mails of today's plays, and the call lists to those who want them"
    )
    sending.add_argument(
        "--preview", action="store_true", help="look only; nothing is queued and nothing sent"
    )
    sending.add_argument(
        "--limit", type=_count, metavar="N", help="at most so many now (and mail_daily_limit a day)"
    )
    sending.add_argument(
        "--test", metavar="ADDRESS", help="only one e-mail to this address, to try the settings"
    )
    returned = _verb(verbs, "bounces", "take in e-mails that came back")
    returned.add_argument("files", nargs="+", type=Path, metavar="FILE", help="an .eml or .mbox file")
    ended = _verb(verbs, "unsubscribe", "send no more e-mails to whoever got the one with this mark")
    ended.add_argument("token", metavar="TOKEN", help="the mark at the end of its link")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"“{text}” is no whole number")
    return int(text)


def _predict(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--until", type=_day, metavar="D", help="what is known up to this day (else as-of)")
    parser.add_argument("--model", choices=MODELS, default="best", help="the one that did best on the past")


def _report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.xlsx")
    parser.add_argument("--period", default="month", metavar="NAME", help="month, quarter, year …")
