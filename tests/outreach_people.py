"""Small worlds for the tests of outreach: people as frames, follow-ups, and a source that answers from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from crm_core.model.conditions import Condition
from crm_core.outreach.due import Due
from crm_core.outreach.earlier import FOLLOW_UP_COLUMNS
from crm_core.outreach.moments import as_days, as_iso
from crm_core.outreach.roster import DAYS
from crm_core.outreach.words import PEOPLE_COLUMNS

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


def roster(frame: pd.DataFrame) -> dict[str, Any]:
    """These people at a glance, as the database gives them."""
    frame = frame.sort_values("id", ignore_index=True)
    days = {name: as_days(frame[name]) for name in DAYS}
    marks = {
        "never": _is(frame, "do_not_contact", "yes"),
        "no_call": _is(frame, "may_call", "no"),
        "no_mail": _is(frame, "may_email", "no"),
        "has_phone": _filled(frame, "phone") | _filled(frame, "phone_2"),
        "has_email": _filled(frame, "email"),
    }
    place = np.empty(len(frame), dtype="int64")
    worth = frame.assign(row=range(len(frame)), worth=-frame["revenue"].fillna(0))
    place[worth.sort_values(["worth", "name", "id"])["row"]] = np.arange(len(frame))
    words = {name: pd.Categorical(frame[name].astype(object)) for name in ("tier", "owner")}
    return {"id": frame["id"].to_numpy("int64")} | days | marks | words | {"place": place}


def _is(frame: pd.DataFrame, column: str, word: str) -> np.ndarray:
    return frame[column].str.casefold().eq(word).fillna(False).to_numpy(bool)


def _filled(frame: pd.DataFrame, column: str) -> np.ndarray:
    return frame[column].str.strip().fillna("").ne("").to_numpy(bool)


def seen(result: Due, everybody: dict[str, Any]) -> SimpleNamespace:
    """What is due as frames with words in them: `id play due_on follow_up_id due_time promise`."""
    stored = result.before.frame.reindex(columns=list(FOLLOW_UP_COLUMNS))
    people, mentioned = (_frame(rows, everybody) for rows in (result.people, result.mentioned))
    ids = [stored["id"][place] if place >= 0 else None for place in result.known]
    promises = stored.iloc[result.before.promises].set_index("customer_id")[["due_time", "reason"]]
    people = people.assign(follow_up_id=pd.Series(ids, dtype="float64")).join(promises, on="id")
    people = people.rename(columns={"reason": "promise"})
    return SimpleNamespace(
        people=people, mentioned=mentioned, left_out=result.left_out, left_out_by_play=result.left_out_by_play
    )


def _frame(rows: Any, everybody: dict[str, Any]) -> pd.DataFrame:
    names = [rows.plays[place].name for place in rows.play]
    due_on = as_iso(pd.Series(rows.due.astype("datetime64[s]")))
    return pd.DataFrame({"id": everybody["id"][rows.who], "play": names, "due_on": due_on})


@dataclass
class FakeSource:
    """Answers every condition with all its people: the due dates must do the choosing."""

    everybody: pd.DataFrame
    stored: pd.DataFrame = field(default_factory=follow_ups)
    staff: Sequence[tuple[str, str | None]] = ()
    known: dict[str, str] = field(default_factory=dict)
    facts_of: dict[int, dict[str, Any]] = field(default_factory=dict)

    def roster(self, ids: Iterable[int] | None = None) -> dict[str, Any]:
        return roster(self.everybody if ids is None else self.everybody[self.everybody["id"].isin(list(ids))])

    def meeting(self, condition: Condition, ids: Iterable[int] | None = None) -> np.ndarray:
        return self.roster(ids)["id"]

    def people(self, ids: Sequence[int], columns: Sequence[str]) -> pd.DataFrame:
        return self.everybody[self.everybody["id"].isin(list(ids))][["id", *columns]]

    def follow_ups(self) -> pd.DataFrame:
        return self.stored

    def colleagues(self, owners: Iterable[str] | None = None) -> pd.DataFrame:
        return pd.DataFrame(list(self.staff), columns=["name", "active"], dtype=object)

    def facts(self, ids: Sequence[int]) -> pd.DataFrame:
        rows = [self.facts_of.get(number, {}) for number in ids]
        return pd.DataFrame(rows, index=pd.Index(ids, name="id"), columns=list(FACTS), dtype=object)

    def settings(self) -> dict[str, str]:
        return self.known
