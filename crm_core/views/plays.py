"""The plays as they stand: what each is for, whether it runs, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.faults import find_faults
from crm_core.ledger.reading.call_facts import CallSource
from crm_core.ledger.store.database import Database
from crm_core.model.conditions import EVERYBODY
from crm_core.model.rights import SEE, needs
from crm_core.outreach.languages import language_code
from crm_core.outreach.phrases import as_day, as_number, as_text
from crm_core.outreach.plays import Play, play_of, says
from crm_core.views.cache import Stock, remembered

TEXTS = ("name", "label", "words", "moment", "segment", "channel", "caller", "skill")


@dataclass(frozen=True)
class PlayRow:
    """One play. `active`: in use; `runs`: on the day asked for; `languages`: codes it has words in beside its own;
    `fault`: why it brings nobody, in a sentence. Blank fields are None; shares 0 to 1."""

    id: int
    name: str
    label: str
    words: str | None
    moment: str | None
    segment: str | None
    channel: str | None
    caller: str | None
    skill: str | None
    active: bool
    runs: bool
    priority: int
    quiet_days: int | None
    exempt: bool
    once: bool
    share: float | None
    held_out: float | None
    starts: date | None
    ends: date | None
    languages: tuple[str, ...]
    fault: str | None


@needs(SEE)
def plays(database: Database, as_of: date) -> tuple[PlayRow, ...]:
    """All plays, strongest first, of equal ones by name."""
    return _plays(database, as_of=as_of)


@remembered("play", "wording", "segment", "setting", "customer", "product", "item")
def _plays(stock: Stock) -> tuple[PlayRow, ...]:
    source = CallSource(stock.connection, stock.as_of)
    rows, wordings = source.plays()
    found = [_row(row, wordings, source) for row in rows]
    return tuple(sorted(found, key=lambda play: (-play.priority, play.name)))


def _row(row: Mapping[str, Any], wordings: list[dict[str, Any]], source: CallSource) -> PlayRow:
    texts = {name: as_text(row.get(name)) for name in TEXTS}
    mine = [one for one in wordings if as_text(one.get("play")) == texts["name"]]
    play, fault = _made(row, wordings, source)
    days = as_number(row.get("quiet_days"))
    return PlayRow(
        int(row["id"]), texts.pop("name") or "", texts.pop("label") or as_text(row.get("name")) or "", **texts,
        active=not says(row, "active", "no"), runs=play is not None and play.runs(source.as_of),
        priority=int(as_number(row.get("priority")) or 0), quiet_days=None if days is None else int(days),
        exempt=says(row, "exempt", "yes"), once=says(row, "once", "yes"), share=as_number(row.get("share")),
        held_out=as_number(row.get("held_out")), starts=as_day(row.get("starts")), ends=as_day(row.get("ends")),
        languages=tuple(code for one in mine if (code := language_code(as_text(one.get("language"))))), fault=fault,
    )  # fmt: skip


def _made(
    row: Mapping[str, Any], wordings: list[dict[str, Any]], source: CallSource
) -> tuple[Play | None, str | None]:
    """The play, or what is wrong with it: its words, its moment, its segment, its place, its product."""
    try:
        play = play_of(row, wordings)
    except InvalidInput as refusal:
        return None, str(refusal)
    condition = play.condition(source.as_of)
    wrong = () if condition == EVERYBODY else find_faults(source.connection, condition, source.as_of)
    fault = wrong[0][1] if wrong else source.unknown_product(play.product)
    return (None if fault else play), fault
