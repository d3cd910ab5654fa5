"""Small worlds for the tests of outreach: people as frames, follow-ups, and a source that answers from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from crm_core.model.conditions import Condition
from crm_core.outreach.due import PEOPLE_COLUMNS
from crm_core.outreach.earlier import FOLLOW_UP_COLUMNS

MONDAY = date(2026, 1, 5)
FACTS = (
    "last_bought_on",
    "last_amount",
    "last_product",
    "last_products",
    "products_more",
    "favourite",
    "spoke_on",
    "spoke_note",
)
NUMBERS = {"orders": "Int64", "revenue": "Int64", "gap": "Float64"}


def person(number: int, **known: Any) -> dict[str, Any]:
    """Somebody with a phone of whom nothing else is known but what is given."""
    plain = {
        "id": number,
        "name": f"Person {number}",
        "phone": f"+48 600 {number:06}",
        "orders": 0,
        "revenue": 0,
    }
    return plain | known


def people(*rows: dict[str, Any]) -> pd.DataFrame:
    """The frame of these people as the database gives it."""
    frame = pd.DataFrame(list(rows), columns=["id", *PEOPLE_COLUMNS])
    texts = {name: "str" for name in PEOPLE_COLUMNS if name not in NUMBERS}
    return frame.astype(object).where(frame.notna(), None).astype({"id": "Int64"} | NUMBERS | texts)


def follow_up(number: int, customer: int, **known: Any) -> dict[str, Any]:
    """A stored follow-up, open unless said otherwise."""
    return {"id": number, "customer_id": customer, "state": "open", "due_on": MONDAY.isoformat()} | known


def follow_ups(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(FOLLOW_UP_COLUMNS), dtype=object)


@dataclass
class FakeSource:
    """Answers every condition with all its people: the due dates must do the choosing."""

    everybody: pd.DataFrame
    stored: pd.DataFrame = field(default_factory=follow_ups)
    staff: Sequence[tuple[str, str | None]] = ()
    known: dict[str, str] = field(default_factory=dict)
    facts_of: dict[int, dict[str, Any]] = field(default_factory=dict)

    def people(
        self, condition: Condition, columns: Sequence[str], ids: Iterable[int] | None = None
    ) -> pd.DataFrame:
        return self.everybody if ids is None else self.everybody[self.everybody["id"].isin(list(ids))]

    def follow_ups(self) -> pd.DataFrame:
        return self.stored

    def colleagues(self) -> pd.DataFrame:
        return pd.DataFrame(list(self.staff), columns=["name", "active"], dtype=object)

    def facts(self, ids: Sequence[int]) -> pd.DataFrame:
        rows = [self.facts_of.get(number, {}) for number in ids]
        return pd.DataFrame(rows, index=pd.Index(ids, name="id"), columns=list(FACTS), dtype=object)

    def settings(self) -> dict[str, str]:
        return self.known
