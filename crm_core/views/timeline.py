"""The time line of a customer: purchases, contacts, follow-ups and changes as one list, newest first."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from crm_core.ledger.conditions.known import CUSTOMER_FIELDS
from crm_core.views.timeline_records import record_rows, text_of
from crm_core.views.words import counted

COLUMNS = ("day", "what", "words", "amount", "who")
NAMED = 3  # products named in a line; the others are counted
Row = tuple[str, str, str, int | None, str | None]


def time_line(
    lines: pd.DataFrame,
    heads: pd.DataFrame,
    contacts: pd.DataFrame,
    planned: pd.DataFrame,
    edits: pd.DataFrame,
    made: tuple[str, str, str] | None,
    records: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Columns day (ISO), what (purchase, return, contact, follow-up, change; complaint, answer, gift, event, message),
    words, amount, who; newest first."""
    rows = [
        *record_rows(records, contacts),
        *_orders(lines),
        *_heads(heads),
        *_contacts(contacts),
        *_planned(planned),
        *_edits(edits),
        *_made(made),
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"day": "str", "amount": "Int64"})
    return frame.sort_values("day", ascending=False, kind="stable", ignore_index=True)


def _orders(lines: pd.DataFrame) -> Iterator[Row]:
    if lines.empty:
        return
    key = lines["number"].where(lines["number"].notna(), "day " + lines["date"])
    for _, order in lines.groupby(key, sort=False):
        amount = int(order["amount"].fillna(0).sum())
        off = order["status"].isin(["cancelled", "returned"]).all() or amount < 0
        yield (
            order["date"].iloc[-1],
            "return" if off else "purchase",
            _products(order),
            amount,
            _first(order["owner"]),
        )


def _products(order: pd.DataFrame) -> str:
    number = _first(order["number"])
    as_written = order[order["product"].notna()].iloc[::-1]
    sums = as_written.groupby("product", sort=False)["quantity"].sum(min_count=1)
    named = [name if pd.isna(many) or many == 1 else f"{name} × {many:g}" for name, many in sums.items()]
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    text = ", ".join(named[:NAMED]) + more or counted(len(order), "line")
    return f"{text} (order {number})" if number else text


def _heads(heads: pd.DataFrame) -> Iterator[Row]:
    for head in heads.itertuples():
        off = head.status in ("cancelled", "returned")
        yield (
            head.date,
            "return" if off else "purchase",
            f"Order {head.number}",
            _whole(head.total),
            text_of(head.owner),
        )


def _contacts(contacts: pd.DataFrame) -> Iterator[Row]:
    for contact in contacts.itertuples():
        what = " by ".join(filter(None, (text_of(contact.type), text_of(contact.channel)))) or "contact"
        said = ". ".join(
            filter(None, (text_of(contact.outcome), text_of(contact.reason), text_of(contact.note)))
        )
        yield contact.date, "contact", _sentence(what, said), None, text_of(contact.owner)


def _planned(planned: pd.DataFrame) -> Iterator[Row]:
    """Those that are done or dropped; what is still open stands under the next follow-ups."""
    for due in planned[planned["state"] != "open"].itertuples():
        held = "not contacted, to see whether it helps" if due.state == "held out" else text_of(due.state)
        words = _sentence(text_of(due.reason) or "Follow-up", text_of(due.outcome) or held or "")
        yield due.due_on, "follow-up", words, None, text_of(due.owner)


def _edits(edits: pd.DataFrame) -> Iterator[Row]:
    for edit in edits.itertuples():
        field = CUSTOMER_FIELDS.get("stage_by_hand" if edit.field == "stage" else edit.field)
        label = field.label if field else str(edit.field).removeprefix("extra.")
        yield edit.at[:10], "change", f"{label}: {_shown(edit.before)} → {_shown(edit.after)}", None, edit.who


def _made(made: tuple[str, str, str] | None) -> Iterator[Row]:
    if made is not None:
        at, who, why = made
        yield at[:10], "change", f"Added: {why}", None, who


def _shown(value: Any) -> str:
    return "blank" if value is None or value == "" or value != value else str(value)


def _sentence(what: str, said: str) -> str:
    text = f"{what}: {said}" if said else what
    return text[:1].upper() + text[1:]


def _first(values: Iterable[Any]) -> str | None:
    return next((value for value in values if isinstance(value, str) and value), None)


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)
