"""Small worlds for the tests of outreach: people as frames, follow-ups, and a source that answers from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.model.conditions import Condition
from crm_core.model.roster import DAYS, FOLLOW_UP_COLUMNS
from crm_core.model.usual_plays import USUAL_PLAYS
from crm_core.outreach.due import Due
from crm_core.outreach.moments import as_days, as_iso
from crm_core.outreach.plays import Play, plays_named, plays_of
from crm_core.outreach.words import PEOPLE_COLUMNS

MONDAY = date(2026, 1, 5)
# The usual plays, in use or not, strongest first; two of them lack a product and a place.
USUAL, LACKING = plays_of(
    [row | {"product": "tea", "place": "Leeds, GB"} for row in USUAL_PLAYS if row["moment"] != "promised"]
    + [row for row in USUAL_PLAYS if row["moment"] == "promised"]
)
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
BESIDE = ("may_message", "bounced_on", "clv_12m")  # what the roster and forecasts know, and no list reads
NUMBERS = {
    "clv_12m": "Float64",
    "orders": "Int64",
    "revenue": "Int64",
    "gap": "Float64",
    "p_alive": "Float64",
}


def usual(*names: str) -> tuple[Play, ...]:
    """The usual plays of these names."""
    return plays_named(USUAL, names)


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
    frame = pd.DataFrame(list(rows), columns=["id", *PEOPLE_COLUMNS, *BESIDE])
    texts = {name: "str" for name in (*PEOPLE_COLUMNS, *BESIDE) if name not in NUMBERS}
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
    marks |= {
        "yes_mail": _is(frame, "may_email", "yes"),
        "no_message": _is(frame, "may_message", "no"),
        "yes_message": _is(frame, "may_message", "yes"),
        "bounced": _filled(frame, "bounced_on"),
    }
    revenue = frame["revenue"].fillna(0).to_numpy("int64")
    place = np.empty(len(frame), dtype="int64")
    worth = frame.assign(row=range(len(frame)), worth=-frame["revenue"].fillna(0))
    place[worth.sort_values(["worth", "name", "id"])["row"]] = np.arange(len(frame))
    words = {name: pd.Categorical(frame[name].astype(object)) for name in ("tier", "owner")}
    return {"id": frame["id"].to_numpy("int64")} | days | marks | words | {"place": place, "revenue": revenue}


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
    staff: Sequence[Any] = ()
    known: dict[str, str] = field(default_factory=dict)
    facts_of: dict[int, dict[str, Any]] = field(default_factory=dict)
    away: Sequence[tuple[str, str, str]] = ()
    dated: dict[str, dict[int, str]] = field(default_factory=dict)
    offers: dict[str, dict[int, str]] = field(default_factory=dict)
    lot: Any = None
    broken: dict[str, str] = field(default_factory=dict)

    def roster(self, ids: Iterable[int] | None = None) -> dict[str, Any]:
        return roster(self.everybody if ids is None else self.everybody[self.everybody["id"].isin(list(ids))])

    def meetings(
        self, conditions: dict[str, Condition], ids: Iterable[int] | None = None
    ) -> tuple[dict, dict]:
        met = {name: self.roster(ids)["id"] for name in conditions if name not in self.broken}
        return met, {name: words for name, words in self.broken.items() if name in conditions}

    def days(self, name: str, within: int, ids: Any) -> tuple[np.ndarray, np.ndarray]:
        found = (
            self.dated.get(name) or self.everybody.set_index("id").get(name, pd.Series(dtype=object)).dropna()
        )
        pairs = sorted(dict(found).items())
        return np.array([one for one, _ in pairs], "int64"), np.array(
            [day for _, day in pairs], "datetime64[D]"
        )

    def words(self, name: str, ids: np.ndarray) -> pd.Categorical:
        return pd.Categorical(self.everybody.set_index("id")[name].astype(object).reindex(ids))

    def worth(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found = self.everybody.set_index("id").reindex(ids)
        return tuple(found[name].to_numpy("float64", na_value=np.nan) for name in ("clv_12m", "p_alive"))

    def wanting(self, product: str) -> pd.DataFrame:
        if product not in self.offers:
            raise InvalidInput(f"No product is called “{product}”.")
        rows = [(one, why, 100.0) for one, why in self.offers[product].items()]
        return pd.DataFrame(rows, columns=["id", "evidence", "score"])

    def held_out(self, play: str, ids: np.ndarray, share: float) -> np.ndarray:
        return self.lot(play, ids, share) if self.lot else np.zeros(len(ids), bool)

    def absences(self) -> pd.DataFrame:
        return pd.DataFrame(list(self.away), columns=["colleague", "starts", "ends"], dtype=object)

    def distances(self, place: str, ids: Sequence[int]) -> pd.Series:
        return pd.Series(12.3, index=list(ids), dtype="float64")

    def people(self, ids: Sequence[int], columns: Sequence[str]) -> pd.DataFrame:
        return self.everybody[self.everybody["id"].isin(list(ids))][["id", *columns]]

    def follow_ups(self) -> pd.DataFrame:
        return self.stored

    def colleagues(self, owners: Iterable[str] | None = None) -> pd.DataFrame:
        rows = [
            one if isinstance(one, dict) else dict(zip(("name", "active"), one, strict=True))
            for one in self.staff
        ]
        return pd.DataFrame(rows, columns=["name", "active", "skills", "languages", "capacity"], dtype=object)

    def facts(self, ids: Sequence[int]) -> pd.DataFrame:
        rows = [self.facts_of.get(number, {}) for number in ids]
        columns = list(dict.fromkeys([*FACTS, *(name for row in rows for name in row)]))
        return pd.DataFrame(rows, index=pd.Index(ids, name="id"), columns=columns, dtype=object)

    def settings(self) -> dict[str, str]:
        return self.known
