"""What rules did because of an act that is taken back: their firings, follow-ups and cells, which go with it.

A firing goes when what it fired on goes: the case, the answer, the contact, the person, the purchases, the tag. A
follow-up that somebody worked on stays, and so does the firing that tells where it comes from.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.bulk import KeyTable, read_frame
from crm_core.ledger.store.tables import TABLES, batches, follow_ups, interactions, orders, purchases
from crm_core.ledger.writing.undo_since import edited_since

firings = TABLES["firing"]
# What the key of an event begins with → the record that it names; of others the person and the act tell.
NAMED = {
    "case": "case", "answer": "answer", "contact": "interaction", "follow-up": "follow-up", "customer": "customer",
}  # fmt: skip
MOVES_STAGE = {"purchase": purchases, "order": orders, "interaction": interactions}
BOUGHT = {"purchase": purchases, "order": orders}
Staying = dict[str, set[int]]  # by entity the records of the act that stay
Run = tuple[int, int]  # the act of a run of the rules, and a person whom it was about


@dataclass(frozen=True)
class Led:
    """What goes with an act: ids of firings and follow-ups, and the runs whose cells of a person go back."""

    firings: frozenset[int] = frozenset()
    follow_ups: frozenset[int] = frozenset()
    runs: frozenset[Run] = frozenset()

    def rows(self, entity: str) -> frozenset[int]:
        return {"firing": self.firings, "follow-up": self.follow_ups}.get(entity, frozenset())

    @property
    def words(self) -> str:
        """What goes along, to be put behind the act; blank for nothing."""
        return f", with what rules did because of it{self._count}" if self.firings else ""

    @property
    def sentence(self) -> str:
        """The same as a sentence of its own."""
        return f"What rules did because of it went along{self._count}." if self.firings else ""

    @property
    def _count(self) -> str:
        count = len(self.follow_ups)
        return f" ({count:,} follow-up{'s'[: count != 1]})" if count else ""


def led_by(connection: Connection, batch: int, staying: Staying) -> Led:
    """What rules did later because of the rows and cells of this act, but for those that stay."""
    chosen = sa.select(firings).where(firings.c.batch > batch).order_by(firings.c.batch, firings.c.id)
    later = read_frame(connection, chosen)
    if later.empty:
        return Led()
    act = _act(connection, batch, later, staying)
    planned = _planned(connection, later)
    search = _Search(act, planned, _touched(connection, planned))
    for (run, customer), own in later.groupby(["batch", "customer_id"], sort=False):
        led = [search.takes(*one) for one in zip(own["id"], own["event"], own["customer_id"], strict=True)]
        if all(led):
            search.runs.add((int(run), int(customer)))
    return Led(frozenset(search.firings), frozenset(planned[one] for one in search.firings if one in planned),
               frozenset(search.runs))  # fmt: skip


@dataclass(frozen=True)
class _Act:
    """What of an act goes: by entity its records that later firings name; the people whose first purchase, whose
    change of stage, whose tag it was."""

    number: int
    records: dict[str, set[int]]
    first: set[int]
    moved: set[int]
    retagged: set[int]


@dataclass
class _Search:
    """One walk over later firings in their order: what one of them led to may be what the next one fired on."""

    act: _Act
    planned: dict[int, int]  # firing → its follow-up
    touched: set[int]  # follow-ups that somebody worked on
    firings: set[int] = field(default_factory=set)
    follow_ups: set[int] = field(default_factory=set)
    runs: set[Run] = field(default_factory=set)

    def takes(self, firing: int, event: str, customer: int) -> bool:
        """Whether the firing goes; notes it, with its follow-up."""
        follow_up = self.planned.get(int(firing))
        if follow_up in self.touched or not self._is_of_it(event, int(customer)):
            return False
        self.firings.add(int(firing))
        if follow_up is not None:
            self.follow_ups.add(follow_up)
        return True

    def _is_of_it(self, event: str, customer: int) -> bool:
        kind, _, rest = event.partition(":")
        if customer in self.act.records["customer"]:
            return True
        if kind in NAMED:
            number = int(rest)
            return number in self.act.records[NAMED[kind]] or (
                kind == "follow-up" and number in self.follow_ups
            )
        if kind == "tag":
            by = int(rest.partition(":")[0])
            return (by, customer) in self.runs or (by == self.act.number and customer in self.act.retagged)
        return customer in {"first": self.act.first, "stage": self.act.moved}.get(kind, ())


def _act(connection: Connection, batch: int, later: pd.DataFrame, staying: Staying) -> _Act:
    named = _named(later)
    named["customer"] = set(later["customer_id"])
    records = {
        name: _of_act(connection, name, batch, ids) - staying.get(name, set()) for name, ids in named.items()
    }
    events = later["event"].str.partition(":")[0]
    first = _first_bought(connection, batch, set(later.loc[events == "first", "customer_id"]), staying)
    return _Act(batch, records, first, _moved(connection, batch, later[events == "stage"], staying),
                set(later["customer_id"]) - staying.get(RETAGGED, set()))  # fmt: skip


RETAGGED = "tags"  # in Staying: people whose tags were changed again since


def _named(later: pd.DataFrame) -> dict[str, set[int]]:
    """By entity the records that the firings name."""
    parts = later["event"].str.partition(":")
    return {entity: set(parts.loc[parts[0] == kind, 2].astype("int64")) for kind, entity in NAMED.items()}


def _of_act(connection: Connection, entity: str, batch: int, ids: Iterable[int]) -> set[int]:
    table = TABLES[entity]
    with KeyTable(connection, "fired_on", ids) as keys:
        chosen = sa.select(table.c.id).where(table.c.batch == batch, table.c.id.in_(sa.select(keys.c.key)))
        return set(map(int, connection.scalars(chosen)))


def _rows(connection: Connection, tables: dict[str, sa.Table], ids: set[int]) -> Iterator[Any]:
    """entity, id, customer_id, date, batch of what these people bought, or how they were met."""
    with KeyTable(connection, "moved_people", ids) as keys:
        for name, table in tables.items():
            t = table.c
            chosen = sa.select(t.id, t.customer_id, t.date, t.batch)
            for row in connection.execute(chosen.where(t.customer_id.in_(sa.select(keys.c.key)))):
                yield name, *row


def _first_bought(connection: Connection, batch: int, people: set[int], staying: Staying) -> set[int]:
    """Of these people those who bought for the first time by what goes with this act."""
    if not people:
        return set()
    goes: dict[int, str] = {}
    stays: dict[int, str] = {}
    for name, number, customer, day, act in _rows(connection, BOUGHT, people):
        days = goes if act == batch and number not in staying.get(name, ()) else stays
        days[customer] = min(days.get(customer, day), day)
    return {customer for customer, day in goes.items() if day < stays.get(customer, "9999")}


def _moved(connection: Connection, batch: int, changed: pd.DataFrame, staying: Staying) -> set[int]:
    """Those who changed stage by the day after the act, and of whom it holds purchases or contacts that go."""
    at = connection.scalar(sa.select(batches.c.at).where(batches.c.id == batch))
    soon = (date.fromisoformat(str(at)[:10]) + timedelta(1)).isoformat()
    people = set(changed.loc[changed["date"] <= soon, "customer_id"])
    if not people:
        return set()
    rows = _rows(connection, MOVES_STAGE, people)
    return {
        customer
        for name, number, customer, _, act in rows
        if act == batch and number not in staying.get(name, ())
    }


def _planned(connection: Connection, later: pd.DataFrame) -> dict[int, int]:
    """By firing the follow-up that it made, of the same run and person: in their order, and where one of them is gone
    by the rule and reason that it was noted with."""
    f, runs = follow_ups.c, sorted(set(map(int, later["batch"])))
    with KeyTable(connection, "runs", runs) as keys:
        chosen = sa.select(f.id.label("made"), f.batch, f.customer_id, f.note)
        made = read_frame(connection, chosen.where(f.batch.in_(sa.select(keys.c.key))).order_by(f.id))
    asked = later[later["did"].str.startswith("Follow-up for").fillna(False)]
    fired = asked.assign(note="Rule " + asked["rule"] + ": " + asked["reason"].fillna(""))
    whole = fired.groupby(RUN)["id"].transform("size") == _sizes(fired, made)
    return _paired(fired[whole], made, RUN) | _paired(fired[~whole], made, [*RUN, "note"])


RUN = ["batch", "customer_id"]


def _sizes(fired: pd.DataFrame, made: pd.DataFrame) -> Any:
    """By firing how many follow-ups there are of its run and person."""
    return made.groupby(RUN).size().reindex(pd.MultiIndex.from_frame(fired[RUN])).fillna(0).to_numpy()


def _paired(fired: pd.DataFrame, made: pd.DataFrame, same: list[str]) -> dict[int, int]:
    turns = [frame.assign(turn=frame.groupby(same).cumcount())[[*same, "turn", name]]
             for frame, name in ((fired, "id"), (made, "made"))]  # fmt: skip
    both = turns[0].merge(turns[1], on=[*same, "turn"])
    return dict(zip(map(int, both["id"]), map(int, both["made"]), strict=True))


def _touched(connection: Connection, planned: dict[int, int]) -> set[int]:
    """Of these follow-ups those that somebody changed since."""
    f = follow_ups.c
    with KeyTable(connection, "planned", planned.values()) as keys:
        chosen = sa.select(f.batch).where(f.id.in_(sa.select(keys.c.key)), f.version > 1).distinct()
        runs = list(connection.scalars(chosen))
    return {row for run in runs for row in edited_since(connection, "follow-up", run)}
