"""Issue a day's call list: the follow-ups become records, the workbook goes to the callers."""

import builtins
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crm_core.actions.call_plans import Offers, Wish, plan_of, store
from crm_core.actions.calling import drop, hand_over, put_off
from crm_core.errors import NotAllowed
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing.handed_out import handed_out
from crm_core.model.changes import Batch
from crm_core.model.rights import ASSIGN, EDIT, may_not, needs
from crm_core.outreach.call_list import call_list, call_list_csv

__all__ = ["CallList", "drop", "file_name", "hand_over", "issue_call_list", "put_off"]


@dataclass(frozen=True)
class CallList:
    """A list as handed out. `batch`: what storing its follow-ups was, None where nothing had to be stored. `notes`:
    sentences about the day; `faults`: by play the sentence that says why it brings nobody."""

    bytes: builtins.bytes
    file_name: str
    people: int
    by_owner: Mapping[str, int]
    by_play: Mapping[str, int]
    left_out: Mapping[str, int]
    batch: Batch | None
    notes: tuple[str, ...] = ()
    faults: Mapping[str, str] = field(default_factory=dict)

    def counts(self) -> dict[str, Any]:
        """The numbers as the command prints them: people, by_owner, by_play, left_out."""
        return {
            "people": self.people,
            "by_owner": dict(self.by_owner),
            "by_play": dict(self.by_play),
            "left_out": dict(self.left_out),
        }


@needs(EDIT)
def issue_call_list(
    database: Database,
    *,
    as_of: date,
    who: str,
    plays: Iterable[str] | None = None,
    owners: Iterable[str] | None = None,
    ids: Iterable[int] | None = None,
    preview: bool = False,
    offers: Offers | None = None,
    as_csv: bool = False,
) -> CallList:
    """The call list of a day as a workbook; its follow-ups are stored (not with `preview`) as one change.

    `plays`: names or labels, all for None. `owners`: only these callers' sheets. `ids`: among these people only.
    `offers`: who may want a product (`views.wanting.Wanting`); without it a play for one brings nobody. `as_csv`: one
    .csv file instead of a workbook. Asked again on the same day, the same play, customer and due date is the same
    follow-up. InvalidInput for an unknown play or caller.
    """
    wish = Wish(as_of, who, _kept(plays), _own(database, _kept(owners)), _kept(ids), offers)
    plan = plan_of(database, wish)
    batch = None
    if not preview:
        plan, batch = store(database, plan, wish)
    day = plan.day
    content = (call_list_csv if as_csv else call_list)(day, plan.origin)
    counts = (len(day.people), day.by_owner, day.by_play, day.left_out)
    handed_out(database, "call list", len(day.people), who=who)
    name = file_name(as_of, wish.owners)
    return CallList(
        content, name.replace(".xlsx", ".csv") if as_csv else name, *counts, batch, day.notes, day.faults
    )


def _own(database: Database, owners: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The callers whose lists are made: one's own alone for somebody who does not decide who calls whom."""
    person = database.person
    if person.may(ASSIGN):
        return owners
    if owners is not None and set(owners) != {person.name}:
        raise NotAllowed(f"{may_not(person, ASSIGN)} Your own list you may have. Nothing was changed.")
    return (person.name,)


def _kept(values: Iterable[Any] | None) -> tuple[Any, ...] | None:
    return None if values is None else tuple(values)


def file_name(as_of: date, owners: Iterable[str] | None = None) -> str:
    """`call-list-2026-01-05.xlsx`; with the name of a single caller."""
    names = list(owners or ())
    mine = re.sub(r"\W+", "-", names[0].casefold()).strip("-") if len(names) == 1 else ""
    return "-".join(filter(None, ("call-list", as_of.isoformat(), mine))) + ".xlsx"
