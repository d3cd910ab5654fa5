"""What a call list brought home: how many were called and reached, what was promised, who has bought since."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from crm_core.ledger.reading import homecoming as stored
from crm_core.ledger.store.database import Database
from crm_core.model.rights import SEE, needs
from crm_core.model.words import NOT_REACHED


@dataclass(frozen=True)
class Figure:
    """One number of the result, with the people behind it (their ids)."""

    name: str
    label: str
    help: str
    people: tuple[int, ...]

    @property
    def count(self) -> int:
        return len(self.people)


@dataclass(frozen=True)
class Result:
    """What one upload of call lists brought home, as it is stored now."""

    batch: int
    figures: tuple[Figure, ...]

    def figure(self, name: str) -> Figure:
        """The figure of that name; KeyError where there is none."""
        return {figure.name: figure for figure in self.figures}[name]


LABELS = {
    "called": ("Called", "Everybody with an outcome"),
    "reached": ("Reached", "Somebody spoke with them"),
    "promised": ("To be called again", "A day was promised; they are on the list of that day"),
    "visits": ("Visits agreed", "They said that they will come"),
    "bought": ("Bought on the call", "The purchase itself comes with your sales sheet"),
    "complaints": ("Complaints", "Each opened a case"),
    "not_interested": ("Not interested", "Why not is kept with the contact"),
    "do_not_contact": ("Do not contact", "They are never on a list again"),
    "corrected": ("Put right", "A name, a phone or an e-mail was corrected on the list"),
    "bought_since": ("Bought since", "They ordered after the day of the call"),
}
OUTCOME = {
    "visits": "visit agreed", "bought": "bought", "complaints": "complaint", "not_interested": "not interested",
    "do_not_contact": "do not contact",
}  # fmt: skip
FACTS = ("name", "preferred_name", "phone", "phone_2", "email")


@needs(SEE)
def result(database: Database, batch: int, as_of: date) -> Result | None:
    """What the upload with this number brought home; None where there was no call list in it.

    Counted is what is stored now: after an undo, nobody. People bought since as far as the sums of `as_of` know it.
    """
    with database.read() as connection:
        if "came_home" not in json.loads(stored.summary_of(connection, batch)):
            return None
        contacts = stored.contacts_of(connection, batch)
        since = contacts.groupby("customer_id")["date"].max() if len(contacts) else pd.Series(dtype=object)
        people = _told(contacts)
        people["promised"] = stored.made_by(connection, batch, "follow-up")
        people["corrected"] = stored.changed_by(connection, batch, "customer", FACTS)
        days = {int(number): str(day) for number, day in since.items() if str(day) <= as_of.isoformat()}
        people["bought_since"] = stored.bought_after(connection, days) if days else []
    figures = (Figure(name, *words, _each(people[name])) for name, words in LABELS.items())
    return Result(batch, tuple(figures))


def _told(contacts: pd.DataFrame) -> dict[str, Iterable[int]]:
    """By figure the people whose outcome counts for it."""
    reached = contacts[~contacts["outcome"].isin(NOT_REACHED)]
    by_outcome = {
        name: contacts.loc[contacts["outcome"] == outcome, "customer_id"] for name, outcome in OUTCOME.items()
    }
    return {"called": contacts["customer_id"], "reached": reached["customer_id"], **by_outcome}


def _each(people: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(number) for number in people))
