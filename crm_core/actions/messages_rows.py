"""Stored messages as rows: who may get one today, the cells that change, the contact that a sent one is."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from crm_core.intake.rows.lines import content_hash, source_keys
from crm_core.ledger.writing import existing
from crm_core.model.changes import new_ids

Cell = tuple[str, int, str, Any, Any]
HELD_OUT = "held out"  # the state of a draft that is not written but kept in mind
DRAFT_COLUMNS = ("customer_id", "play", "due_on", "channel", "address", "subject", "body", "state")
KEY = ["customer_id", "play", "due_on"]
TOO_LATE_DAYS = 14  # a greeting or a thank-you that is older does more harm than good

NEVER = "Do not contact"
CAME_BACK = "E-mail came back"
TOO_LATE = "Too long after its day"
# By channel: the field of consent, where to write to, and why not: said no, never asked, no address.
RIGHTS = {
    "e-mail": (
        "may_email", ("email",),
        ("May not be e-mailed", "Not known whether they may be e-mailed", "No e-mail address"),
    ),
    "message": (
        "may_message", ("phone", "phone_2"),
        ("May not be messaged", "Not known whether they may be messaged", "No phone number"),
    ),
}  # fmt: skip
CALLED = ("may_call", ("phone", "phone_2"), ("May not be called", None, "No phone number"))


def stored(connection: Any, keys: Mapping[str, Iterable[Any]]) -> pd.DataFrame:
    """The messages that have one of these keys, in the order of their days; a missing play is a blank one."""
    found = existing.rows_by_keys(connection, "message", keys)
    found["play"] = found["play"].fillna("")
    return found.sort_values(["due_on", "id"], kind="stable", ignore_index=True)


def held_back(connection: Any, rows: pd.DataFrame, channel: str, as_of: date) -> pd.DataFrame:
    """The messages with `name`, `language`, `to` (where the person is reached now) and `why` they must not get it, else
    None.

    Only a yes lets a message go to somebody: what is not known is no yes. A call may also be tried without one.
    """
    people = existing.rows_by_keys(connection, "customer", {"id": rows["customer_id"].tolist()})
    by_id = {int(one["id"]): one for one in people.to_dict("records")}
    facts = [by_id.get(int(customer), {}) for customer in rows["customer_id"]]
    oldest = (as_of - timedelta(days=TOO_LATE_DAYS)).isoformat()
    why = [
        why_not(one, channel) or (TOO_LATE if day < oldest else None)
        for one, day in zip(facts, rows["due_on"], strict=True)
    ]
    names = [" ".join(str(one.get("name") or "").split()) for one in facts]
    languages = [one.get("language") for one in facts]
    found = {
        "name": names,
        "language": languages,
        "to": [reached(one, channel) for one in facts],
        "why": why,
    }
    return rows.assign(
        **{name: pd.Series(values, rows.index, dtype=object) for name, values in found.items()}
    )


def why_not(person: Mapping[str, Any], channel: str) -> str | None:
    """Why this customer must not get a message by that channel, in words that are counted; None when they may."""
    consent, _, (said_no, not_asked, nowhere) = RIGHTS.get(channel, CALLED)
    if person.get("do_not_contact") == "yes":
        return NEVER
    if person.get(consent) == "no":
        return said_no
    if not_asked and person.get(consent) != "yes":
        return not_asked
    if channel == "e-mail" and person.get("bounced_on"):
        return CAME_BACK
    return None if reached(person, channel) else nowhere


def reached(person: Mapping[str, Any], channel: str) -> str | None:
    """The address or number of this customer for that channel."""
    _, fields, _ = RIGHTS.get(channel, CALLED)
    return next((str(person[name]).strip() for name in fields if str(person.get(name) or "").strip()), None)


def cells_of(rows: pd.DataFrame, **values: Any) -> Iterator[Cell]:
    """What changes in these messages: a value for all of them, or a column of values; what stands already does not."""
    for field, after in values.items():
        wanted = after if isinstance(after, pd.Series) else [after] * len(rows)
        for row, before, value in zip(rows["id"], rows[field], wanted, strict=True):
            if before != value and not (pd.isna(before) and value is None):
                yield "message", int(row), field, None if pd.isna(before) else before, value


def contacts_of(connection: Any, rows: pd.DataFrame, as_of: date, channel: str) -> dict[str, pd.DataFrame]:
    """A message that went out is a contact: it stands on the time line and counts for quiet days."""
    if rows.empty:
        return {}
    made = pd.DataFrame(
        {
            "id": new_ids(len(rows)), "customer_id": rows["customer_id"].astype("int64").to_numpy(),
            "date": as_of.isoformat(), "type": "message", "channel": channel,
            "note": [noted(row.subject, row.body) for row in rows.itertuples()],
        }
    )  # fmt: skip
    return {"interaction": made.assign(source_key=_keys(connection, made))}


def noted(subject: object, body: object) -> str:
    """What the time line says of a message: its subject, else how it begins."""
    words = next((text for text in (subject, body) if isinstance(text, str) and text), "")
    return words[:200]


def _keys(connection: Any, made: pd.DataFrame) -> pd.Series:
    """What a line of an uploaded sheet would have, so that an export that comes home finds it; none where taken."""
    keys = source_keys(content_hash("interaction", made, "id:" + made["customer_id"].astype("str")))
    taken = existing.stored_source_keys(connection, "interaction", [int(key) for key in keys])
    plain = pd.Series(keys.to_numpy(), index=made.index, dtype="Int64")
    return plain.where(~plain.isin(list(taken)))
