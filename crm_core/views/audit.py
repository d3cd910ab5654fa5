"""The audit as a table: who did what, when; who took what out."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from crm_core.ledger.reading import audit
from crm_core.ledger.reading.accounts import text_of
from crm_core.ledger.store.database import Database
from crm_core.model.registry import ENTITIES
from crm_core.model.rights import ADMINISTER, needs

COLUMNS = ["number", "at", "who", "what", "about"]


@dataclass(frozen=True)
class AuditPage:
    """Some lines, newest first: number, at (UTC, ISO), who, what, about (in words); and how many there are in all."""

    rows: pd.DataFrame
    total: int
    who: list[str]
    what: list[str]


@needs(ADMINISTER)
def audit_page(
    database: Database, *, what: tuple[str, ...] = (), who: str | None = None, since: datetime | None = None,
    page: int = 1, size: int = 100,
) -> AuditPage:  # fmt: skip
    """One page of the lines that were asked for."""
    asked: dict[str, Any] = {"what": what, "who": who, "since": text_of(since) if since else None}
    with database.read() as connection:
        found = audit.lines(connection, **asked, limit=size, skip=(page - 1) * size)
        total, known = audit.count(connection, **asked), audit.known(connection)
    rows = [(line.number, line.at, line.who, line.what, in_words(line)) for line in found]
    return AuditPage(pd.DataFrame(rows, columns=COLUMNS), total, *known)


def in_words(line: audit.Line) -> str:
    """What a line is about, for somebody who reads it."""
    about = line.about
    if "batch" in about:
        return ", ".join(_of_save(about))
    if "export" in about:
        return ", ".join(_of_export(about))
    if "covers" in about and line.what == "begun":
        return f"everything that was saved before, {len(about['covers']):,} numbers of the history"
    if line.what == "checked":
        return f"{about['faults']:,} faults found" if about.get("faults") else "all was well"
    return ", ".join(
        _told(key, value) for key, value in about.items() if value is not None and value is not False
    )


def _of_save(about: dict[str, Any]) -> list[str]:
    parts = [f"number {about['batch']}"]
    if "undoes" in about:
        parts.append(f"takes back number {about['undoes']}")
    parts += [f"{count:,} new {_kind(name)}" for name, (count, *_) in about.get("created", {}).items()]
    parts += [f"{about['changed']:,} cells changed"] if "changed" in about else []
    parts += [f"{count:,} {_kind(name)} removed" for name, count in about.get("removed", {}).items()]
    return parts


def _of_export(about: dict[str, Any]) -> list[str]:
    parts = [str(about["export"])]
    if "rows" in about:
        parts.append(f"{about['rows']:,} {'row' if about['rows'] == 1 else 'rows'}")
    return parts + [f"{key} {value}" for key, value in about.items() if key not in ("export", "rows")]


def _kind(name: str) -> str:
    return ENTITIES[name].plural.lower() if name in ENTITIES else name


def _told(key: str, value: Any) -> str:
    """One thing that a line says: “rows 8,537”, “verified”."""
    name = "numbers of the history" if key == "covers" else key.replace("_", " ")
    if value is True:
        return name
    if isinstance(value, dict):
        value = " ".join(map(str, value))
    return f"{name} {value:,}" if isinstance(value, int | float) else f"{name} {_text(value)}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
