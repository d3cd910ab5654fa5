"""The time line of a customer: purchases, contacts, follow-ups and changes as one list, newest first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from crm_core.ledger.conditions.known import CUSTOMER_FIELDS
from crm_core.ledger.profiles.occasions import CALLED_OFF
from crm_core.views.timeline_records import each, record_rows, text_of
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
    """Lines of one number are one order; those without a number are, day by day."""
    orders: dict[str, list[Any]] = {}
    for line in each(lines):
        orders.setdefault(text_of(line.number) or f"day {line.date}", []).append(line)
    for order in orders.values():
        amount = sum(_whole(line.amount) or 0 for line in order)
        off = amount < 0 or all(line.status in CALLED_OFF for line in order)
        what = "return" if off else "purchase"
        yield order[-1].date, what, _products(order), amount, _first(line.owner for line in order)


def _products(order: Sequence[Any]) -> str:
    number, sums = _first(line.number for line in order), dict[str, float | None]()
    for line in reversed(order):  # as written
        if isinstance(line.product, str):
            sums[line.product] = _plus(sums.get(line.product), line.quantity)
    named = [name if many is None or many == 1 else f"{name} × {many:g}" for name, many in sums.items()]
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    text = ", ".join(named[:NAMED]) + more or counted(len(order), "line")
    return f"{text} (order {number})" if number else text


def _plus(sum: float | None, quantity: Any) -> float | None:
    return sum if pd.isna(quantity) else (sum or 0.0) + float(quantity)


def _heads(heads: pd.DataFrame) -> Iterator[Row]:
    for head in each(heads):
        off = head.status in CALLED_OFF
        yield (
            head.date,
            "return" if off else "purchase",
            f"Order {head.number}",
            _whole(head.total),
            text_of(head.owner),
        )


def _contacts(contacts: pd.DataFrame) -> Iterator[Row]:
    for contact in each(contacts):
        what = " by ".join(filter(None, (text_of(contact.type), text_of(contact.channel)))) or "contact"
        said = ". ".join(
            filter(None, (text_of(contact.outcome), text_of(contact.reason), text_of(contact.note)))
        )
        yield contact.date, "contact", _sentence(what, said), None, text_of(contact.owner)


def _planned(planned: pd.DataFrame) -> Iterator[Row]:
    """Those that are done or dropped; what is still open stands under the next follow-ups."""
    for due in each(planned[planned["state"] != "open"]):
        held = "not contacted, to see whether it helps" if due.state == "held out" else text_of(due.state)
        words = _sentence(text_of(due.reason) or "Follow-up", text_of(due.outcome) or held or "")
        yield due.due_on, "follow-up", words, None, text_of(due.owner)


def _edits(edits: pd.DataFrame) -> Iterator[Row]:
    for edit in each(edits):
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
