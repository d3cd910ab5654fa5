"""`regulars`: the same actions and views as the pages; the contract stands in docs/command-line.md."""

import argparse
import getpass
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from typing import Any

from crm_core import cli_output, cli_parser
from crm_core.actions.opening import Database, database_url, open_at
from crm_core.errors import DatabaseTrouble, InvalidInput, RegularsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb. 0: done; 1: refused, one sentence on stderr; 2: wrong usage."""
    sys.excepthook = cli_output.unexpected
    options = cli_parser.build().parse_args(arguments)
    try:
        return VERBS[options.verb](options) or 0
    except RegularsError as refusal:
        cli_output.refuse(options, str(refusal))
        return 1
    except KeyboardInterrupt:
        cli_output.refuse(options, "Stopped. Nothing was changed.")
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _open(options: argparse.Namespace) -> Database:
    return open_at(database_url(options.database))


def _as_of(options: argparse.Namespace) -> date:
    return options.as_of or date.today()


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run a user that has no name
        return "unknown"


def _serve(options: argparse.Namespace) -> int:
    from crm_core import cli_clock, cli_user
    from crm_core.serve import serve
    from crm_core.watch import company
    from crm_core.watch.variables import strangers

    for sentence in strangers(os.environ):
        print(sentence, file=sys.stderr)
    company.is_set()  # half-made settings are refused here, in a sentence, before the server begins
    with cli_clock.clock(lambda: _open(options), _who()):
        return serve(
            port=options.port, host=options.host, database=options.database, upload_mb=lambda: _upload_mb(options),
            has_accounts=lambda: cli_user.has_accounts(options), first_token=lambda: cli_user.first_token(options),
        )  # fmt: skip


def _upload_mb(options: argparse.Namespace) -> int:
    """The largest file that may be uploaded; where the database cannot be opened, the screens say so themselves."""
    from crm_core.actions.limits import megabytes

    try:
        with closing(_open(options)) as database:
            return megabytes(database)
    except DatabaseTrouble:
        return 0


def _demo(options: argparse.Namespace) -> None:
    from crm_core.actions.demo import fill_demo

    batch = fill_demo(
        _open(options), customers=options.customers, purchases=options.purchases, seed=options.seed, who=_who(),
        as_of=_as_of(options), progress=cli_output.progress(options),
    )  # fmt: skip
    print(f"Filled with {batch.created:,} made-up records (number {batch.id}).")


def _import(options: argparse.Namespace) -> None:
    from crm_core import cli_import

    cli_import.run(options, _open(options), who=_who(), as_of=_as_of(options))


def _setting(options: argparse.Namespace) -> None:
    from crm_core.actions import settings

    database, who, as_of = _open(options), _who(), _as_of(options)
    if options.act == "set":
        settings.set_setting(database, options.name, options.value, who=who, as_of=as_of)
    elif options.act == "unset":
        settings.unset_setting(database, options.name, who=who, as_of=as_of)
    found = settings.all_settings(database)
    wanted = getattr(options, "name", None)
    cli_output.show_settings(options, [one for one in found if wanted in (None, one.name)])


def _undo(options: argparse.Namespace) -> None:
    from crm_core.actions.undo import undo_batch

    done = undo_batch(
        _open(options),
        options.batch,
        who=_who(),
        as_of=_as_of(options),
        progress=cli_output.progress(options),
    )
    cli_output.show_undo(options, done)


def _history(options: argparse.Namespace) -> None:
    from crm_core.views.history import batches

    cli_output.show_history(options, batches(_open(options), customer_code=options.customer))


def _export(options: argparse.Namespace) -> None:
    from crm_core.views.exports import export_file

    rows = export_file(_open(options), options.what, options.out, _as_of(options))
    print(f"{rows:,} rows written to {options.out}.")


def _followups(options: argparse.Namespace) -> None:
    from crm_core.actions.followups import issue_call_list
    from crm_core.views.wanting import Wanting

    if options.out is None and not options.preview:
        raise InvalidInput("Name the file to write with --out FILE.xlsx, or look first with --preview.")
    database = _open(options)
    made = issue_call_list(
        database, offers=Wanting(database, _as_of(options)), as_of=_as_of(options), who=_who(),
        plays=options.plays or None,
        owners=options.owners or None, preview=options.preview,
        as_csv=options.out is not None and options.out.suffix.lower() == ".csv",
    )  # fmt: skip
    if options.out is not None:
        cli_output.write_file(options.out, made.bytes)
    cli_output.show_followups(options, made)


def _morning(options: argparse.Namespace) -> int:
    from crm_core import cli_morning

    return cli_morning.run(options, _open(options), who=_who(), as_of=_as_of(options))


def _rule(options: argparse.Namespace) -> None:
    from crm_core import cli_morning

    cli_morning.rule(options, _open(options), as_of=_as_of(options))


def _predict(options: argparse.Namespace) -> None:
    from crm_core import cli_predict

    cli_predict.run(options, _open(options), as_of=_as_of(options))


def _send_due(options: argparse.Namespace) -> int:
    from crm_core import cli_messages

    return cli_messages.send_due(options, _open(options), who=_who(), as_of=_as_of(options))


def _bounces(options: argparse.Namespace) -> None:
    from crm_core import cli_messages

    cli_messages.bounces(options, _open(options), who=_who(), as_of=_as_of(options))


def _unsubscribe(options: argparse.Namespace) -> None:
    from crm_core import cli_messages

    cli_messages.unsubscribe(options, _open(options), who=_who(), as_of=_as_of(options))


def _report(options: argparse.Namespace) -> None:
    from crm_core.actions.refresh import refresh_all
    from crm_core.views.report.book import report_file

    database, as_of = _open(options), _as_of(options)
    refresh_all(database, as_of=as_of)  # else the chapters ahead are of another day, or missing
    content = report_file(database, options.period, as_of)
    cli_output.write_file(options.out, content)
    print(f"The report is written to {options.out}.")


def _backup(options: argparse.Namespace) -> None:
    from crm_core import cli_keeping

    cli_keeping.backup(options, _open(options))


def _restore(options: argparse.Namespace) -> None:
    from crm_core import cli_keeping

    cli_keeping.restore(options, _open(options), who=_who(), as_of=_as_of(options))


def _erase(options: argparse.Namespace) -> None:
    from crm_core import cli_keeping

    cli_keeping.erase(options, _open(options), who=_who(), as_of=_as_of(options))


def _check(options: argparse.Namespace) -> int:
    from crm_core.actions.keeping import check_database

    found = check_database(_open(options), options.anchor)
    if found.findings:
        raise RegularsError(" ".join(found.findings))
    print("All is well: the database is whole, and the kept sums equal a computation from scratch.")
    if found.anchor:
        print(f"Keep this elsewhere, to check later that nothing before was changed: --anchor {found.anchor}")
    return 0


def _colleague(options: argparse.Namespace) -> None:
    from crm_core import cli_people

    cli_people.colleague(options, _open(options), who=_who(), as_of=_as_of(options))


def _play(options: argparse.Namespace) -> None:
    from crm_core import cli_people

    cli_people.play(options, _open(options), as_of=_as_of(options))


def _user(options: argparse.Namespace) -> None:
    from crm_core import cli_user

    cli_user.run(options, _open(options), as_who=_who())


VERBS: dict[str, Any] = {
    "serve": _serve,
    "demo": _demo,
    "import": _import,
    "setting": _setting,
    "undo": _undo,
    "history": _history,
    "export": _export,
    "followups": _followups,
    "send-due": _send_due,
    "bounces": _bounces,
    "unsubscribe": _unsubscribe,
    "predict": _predict,
    "report": _report,
    "morning": _morning,
    "rule": _rule,
    "colleague": _colleague,
    "play": _play,
    "user": _user,
    "backup": _backup,
    "restore": _restore,
    "erase": _erase,
    "check": _check,
}
