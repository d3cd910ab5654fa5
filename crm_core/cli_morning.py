"""`regulars morning`, `regulars rule list|log`: the morning's work part by part, rules and what they did."""

import argparse
import sys
from dataclasses import asdict
from datetime import date
from typing import Any

from crm_core import cli_output
from crm_core.actions.morning import Morning, morning
from crm_core.actions.opening import Database
from crm_core.views.rules import RuleRow, firing_log, rules
from crm_core.views.wanting import Wanting


def run(options: argparse.Namespace, database: Database, *, who: str, as_of: date) -> int:
    """The morning's work; 1 where a part of it could not be done, whose sentence is on stderr."""
    done = morning(
        database, as_of=as_of, who=who, offers=Wanting(database, as_of), progress=cli_output.progress(options)
    )
    if options.json:
        cli_output.print_json(as_json(done))
    else:
        print("Good morning.", *(part.words for part in done.parts if part.done))
    for sentence in done.troubles:
        print(sentence, file=sys.stderr)
    return 1 if done.troubles else 0


def as_json(done: Morning) -> dict[str, Any]:
    """`{"as_of", "parts": [{"part", "done", "words", "counts"}]}`, with `error` where a part could not be done."""
    parts = [
        {"part": part.name, "done": part.done, "words": part.words, "counts": dict(part.counts or {})}
        for part in done.parts
    ]
    trouble = {"error": " ".join(done.troubles)} if done.troubles else {}
    return {"as_of": done.as_of.isoformat(), "parts": parts, **trouble}


def rule(options: argparse.Namespace, database: Database, *, as_of: date) -> None:
    """`rule list` and `rule log`."""
    if options.act == "list":
        _show_rules(options, rules(database, as_of))
        return
    frame = firing_log(database, as_of, rule=options.rule, limit=options.limit)
    if options.json:
        cli_output.print_json({"firings": frame.astype(object).where(frame.notna(), None).to_dict("records")})
        return
    for row in frame.itertuples():
        print(f"{row.date}  {row.rule}  {row.name}: {row.reason}. {row.did} (number {row.batch})")
    if frame.empty:
        print("No rule has fired yet.")


def _show_rules(options: argparse.Namespace, found: tuple[RuleRow, ...]) -> None:
    if options.json:
        cli_output.print_json({"rules": [asdict(one) for one in found]})
        return
    for one in found:
        fired = (
            f"fired {one.fired:,} time{'s'[: one.fired != 1]}, last on {one.last_on}"
            if one.fired
            else "has not fired"
        )
        print(f"{one.name}{'' if one.active else ' (not in use)'}: {one.words} It {fired}.")
        if one.fault:
            print(f"  {one.fault}")
    if not found:
        print("There are no rules yet.")
