"""`regulars colleague add|list|absent` and `regulars play list`: who calls, and what there is to call for."""

import argparse
from dataclasses import asdict
from datetime import date
from typing import Any

from crm_core import cli_output
from crm_core.actions.opening import Database
from crm_core.actions.records import Saved, add_record
from crm_core.errors import InvalidInput
from crm_core.views.board import Colleague, colleagues
from crm_core.views.plays import PlayRow, plays


def colleague(options: argparse.Namespace, database: Database, *, who: str, as_of: date) -> None:
    """One of `add`, `absent`, `list`."""
    if options.act == "add":
        values = {
            name: getattr(options, name) for name in ("name", "email", "skills", "languages", "capacity")
        }
        _add(database, "colleague", values | {"active": "yes"}, who, as_of)
    elif options.act == "absent":
        known = _known(colleagues(database, as_of), options.name)
        values = {"colleague": known, "starts": options.starts.isoformat(), "ends": options.ends.isoformat()}
        _add(database, "absence", values, who, as_of)
    _show(options, colleagues(database, as_of))


def _known(found: tuple[Colleague, ...], name: str) -> str:
    """The colleague's name as it is stored."""
    by_name = {one.name.casefold(): one.name for one in found}
    if name.strip().casefold() not in by_name:
        known = ", ".join(by_name.values()) or "none"
        raise InvalidInput(f"No colleague is named “{name}”. Known are: {known}.")
    return by_name[name.strip().casefold()]


def _add(database: Database, entity: str, values: dict[str, Any], who: str, as_of: date) -> None:
    given = {name: value for name, value in values.items() if value is not None}
    saved: Saved = add_record(database, entity, given, who=who, as_of=as_of)
    if saved.refused:
        raise InvalidInput(" ".join(one.why for one in saved.refused))


def _show(options: argparse.Namespace, found: tuple[Colleague, ...]) -> None:
    if options.json:
        rows = [asdict(one) | {"away_until": one.away_until and one.away_until.isoformat()} for one in found]
        cli_output.print_json({"colleagues": rows})
        return
    for one in found:
        told = (
            "no limit" if one.capacity is None else f"{one.capacity} calls a day",
            one.skills or "",
            one.languages or "",
            f"away until {one.away_until}" if one.away_until else "",
        )
        print(f"{one.name}: " + "; ".join(filter(None, told)))
    if not found:
        print("There are no colleagues yet.")


def play(options: argparse.Namespace, database: Database, *, as_of: date) -> None:
    """`play list`: every play, whether it runs, and what is wrong with it."""
    found = plays(database, as_of)
    if options.json:
        cli_output.print_json({"plays": [_as_json(one) for one in found]})
        return
    for one in found:
        state = "" if one.runs else (" (broken)" if one.fault and one.active else " (not in use)")
        print(f"{one.priority:4}  {one.name}{state}: {one.label}. {one.words or ''}")
        if one.fault and one.active:
            print(f"      {one.fault}")


def _as_json(one: PlayRow) -> dict[str, Any]:
    days = {name: getattr(one, name) for name in ("starts", "ends")}
    return asdict(one) | {name: day.isoformat() if day else None for name, day in days.items()}
