"""Possible doubles: who waits for an answer, two records side by side, and what somebody was known by before."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from crm_core.errors import NotFound
from crm_core.ledger.reading import queries
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import doubles, existing
from crm_core.model.conditions import Where
from crm_core.model.entities import Kind
from crm_core.model.folding import phone_key
from crm_core.model.registry import ALIAS, CUSTOMER
from crm_core.model.rights import SEE, needs
from crm_core.views.cache import Stock, remembered
from crm_core.views.customers import READ

FACTS = ("name", "code", "email", "phone", "city", "orders", "revenue", "last_on")
EXTRA = "extra."


@dataclass(frozen=True)
class Pair:
    """Two records that may be one person. `first`, `second`: FACTS and id by name, driver-ready.

    `fields`: one row a field that either has, declared ones in their order, then undeclared ones: name, label, left,
    right (as stored, None where blank), differs. `stays`: which record a merge keeps, 0 the first, 1 the second.
    """

    id: int
    score: float | None
    evidence: str
    first: Mapping[str, Any]
    second: Mapping[str, Any]
    fields: pd.DataFrame
    stays: int


@needs(SEE)
def waiting(database: Database, as_of: date) -> tuple[int, ...]:
    """The numbers of the pairs that nobody has answered yet, likeliest first."""
    return _waiting(database, as_of=as_of)


@remembered("pair", "customer")
def _waiting(stock: Stock) -> tuple[int, ...]:
    return tuple(doubles.waiting(stock.connection))


@needs(SEE)
def open_pairs(database: Database, as_of: date, *, limit: int = 50, offset: int = 0) -> pd.DataFrame:
    """The pairs that wait, likeliest first: id, score, evidence, and the FACTS of both as first_… and second_…."""
    return _open_pairs(database, limit, offset, as_of=as_of)


@remembered(*READ, "pair")
def _open_pairs(stock: Stock, limit: int, offset: int) -> pd.DataFrame:
    ids = doubles.waiting(stock.connection)[offset : offset + limit]
    frame = doubles.pairs_by_id(stock.connection, ids).reset_index(drop=True)
    people = _people(stock, {*frame["first_id"], *frame["second_id"]})
    for side in ("first", "second"):
        theirs = people.reindex(frame[f"{side}_id"].astype("int64")).reset_index(drop=True)
        frame = frame.join(theirs.add_prefix(f"{side}_"))
    facts = [f"{side}_{name}" for side in ("first", "second") for name in ("id", *FACTS)]
    return frame[["id", "score", "evidence", *facts]]


def _people(stock: Stock, ids: set[int]) -> pd.DataFrame:
    """FACTS of the customers, indexed by id."""
    among = Where("id", "one of", tuple(int(number) for number in sorted(ids)))
    return queries.people_frame(stock.connection, among, FACTS, stock.as_of).set_index("id")[list(FACTS)]


@needs(SEE)
def pair(database: Database, pair_id: int, as_of: date) -> Pair:
    """One pair with both records field by field; NotFound when there is none of that number, or one was removed."""
    found = _pair(database, int(pair_id), as_of=as_of)
    if found is None:
        raise NotFound(
            f"There is no possible double number {pair_id} any more. Look at those that wait, on Today."
        )
    return found


@remembered(*READ, "pair")
def _pair(stock: Stock, pair_id: int) -> Pair | None:
    rows = doubles.pairs_by_id(stock.connection, [pair_id]).to_dict("records")
    ends = [int(rows[0][side]) for side in ("first_id", "second_id")] if rows else []
    if len(set(ends)) < 2:  # answered: both ends point to whom they became
        return None
    people = _people(stock, set(ends))
    facts = [{"id": number, **_filled(people.loc[number])} for number in ends]
    stored = existing.rows_by_keys(stock.connection, "customer", {"id": ends}).set_index("id", drop=False)
    sides = [stored.loc[number].to_dict() for number in ends]
    orders = {one["id"]: int(one["orders"] or 0) for one in facts}
    score, evidence = rows[0]["score"], rows[0]["evidence"]
    stays = doubles.staying(sides, orders)
    return Pair(pair_id, score, evidence or "", facts[0], facts[1], _side_by_side(*sides), stays)


def _filled(row: pd.Series) -> dict[str, Any]:
    return row.astype(object).where(row.notna() & (row.astype(object) != ""), None).to_dict()


def _side_by_side(left: Mapping[str, Any], right: Mapping[str, Any]) -> pd.DataFrame:
    both = [(field.name, field.label, left[field.name], right[field.name]) for field in CUSTOMER.fields]
    mine, theirs = (json.loads(side["extra"] or "{}") for side in (left, right))
    both += [(EXTRA + name, name, mine.get(name), theirs.get(name)) for name in {**mine, **theirs}]
    frame = pd.DataFrame(both, columns=["name", "label", "left", "right"], dtype=object).replace("", None)
    frame = frame[frame["left"].notna() | frame["right"].notna()].reset_index(drop=True)
    return frame.assign(
        differs=[_differs(*row) for row in frame[["name", "left", "right"]].to_numpy().tolist()]
    )


def _differs(name: str, left: Any, right: Any) -> bool:
    """Both are filled and say something else; a phone written in two ways is one."""
    if left is None or right is None:
        return False
    if CUSTOMER.has(name) and CUSTOMER.field(name).kind is Kind.PHONE:
        return phone_key(pd.Series([str(left), str(right)])).nunique(dropna=False) > 1
    return left != right


@needs(SEE)
def formerly(database: Database, customer_id: int, as_of: date) -> list[tuple[str, str]]:
    """What somebody was known by before a merge and is no more: (“code”, “e-mail”…, value), the newest first."""
    return _formerly(database, int(customer_id), as_of=as_of)


@remembered("customer", "alias")
def _formerly(stock: Stock, customer: int) -> list[tuple[str, str]]:
    held = doubles.aliases_of(stock.connection, [customer]).iloc[::-1]
    now = existing.rows_by_keys(stock.connection, "customer", {"id": [customer]})
    current = {str(value) for value in now.iloc[0].dropna()} if len(now) else set()
    order = ALIAS.field("key").choices
    said = sorted(zip(held["key"], held["value"], strict=True), key=lambda one: order.index(one[0]))
    words = {"email": "e-mail"}
    return [(words.get(key, key), str(value)) for key, value in said if str(value) not in current]
