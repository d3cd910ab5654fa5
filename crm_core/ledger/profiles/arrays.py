"""Measures and conditions of all customers at once, in memory: worked out from the very expressions of the SQL.

What occasions tell (`totals`) lies in memory. Whatever else an expression asks, the database says in one pass: yes, no
or neither, or the place of a word in a closed list, packed into one number a customer. So a measure has one
declaration, the one in `measures`, whoever works it out.
"""

import functools
import operator
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.sql import visitors

from crm_core.ledger.profiles.days import by_first, joined, numbers_in, places_of
from crm_core.ledger.profiles.measures import Measured
from crm_core.ledger.profiles.terms import NEITHER, NULL, Node, Run, Values, words_of
from crm_core.ledger.profiles.totals import totals
from crm_core.ledger.store.tables import customers

OF_TOTALS = {name: name for name in ("orders", "days", "revenue", "bought")} | {
    "first_on": "first",
    "last_on": "last",
}
DATES = ("first_on", "last_on")
BLOCK = 65_536  # customers at a time: what is worked out between stays small
WIDTH = 60  # bits of a number


def evaluated(
    people: Measured, wanted: Sequence[Node], kind: Any = np.int64
) -> tuple[np.ndarray, list[np.ndarray]]:
    """The ids of all customers, ascending, and of each expression the value of each: 0 (False) where it is NULL."""
    run = Run()
    known = {id(people[name]): values for name, values in _told_by_occasions(people, None).items()}
    asked = _different(part for one in wanted for part in run.unknown(one, known))
    ids, told = _told(people, asked, run)
    held = {id(people[name]): values for name, values in _told_by_occasions(people, ids).items()} | told
    found: list[np.ndarray] = [np.zeros(len(ids), kind) for _ in wanted]
    with np.errstate(divide="ignore", invalid="ignore"):
        for start in range(0, len(ids), BLOCK):
            block = slice(start, start + BLOCK)
            run.held = {node: values.part(block) for node, values in held.items()}
            for array, one in zip(found, wanted, strict=True):
                value = run.value(one)
                array[block] = np.where(value.missing, 0, value.values)
    return ids, found


def _told_by_occasions(people: Measured, ids: np.ndarray | None) -> dict[str, Values]:
    """The sums of the profile by name; without ids only which they are."""
    if ids is None:
        return dict.fromkeys(OF_TOTALS, NULL)
    each = totals(people.connection, people.as_of)
    place = places_of(each.ids, ids)
    found = {
        name: np.append(getattr(each, column), 0)[place].astype(np.int64)
        for name, column in OF_TOTALS.items()
    }
    never = found["days"] == 0
    return {
        name: Values(values, never if name in ("first_on", "last_on") else np.False_)
        for name, values in found.items()
    }


# What the database says ------------------------------------------------------------------------------------------


def _different(parts: Iterator[Node]) -> list[list[Node]]:
    """The parts, those that say the same together: each is asked once."""
    found: list[list[Node]] = []
    for part in parts:
        same = next((group for group in found if group[0].compare(part)), None)
        if same is None:
            found.append([part])
        else:
            same.append(part)
    return found


def _told(people: Measured, asked: list[list[Node]], run: Run) -> tuple[np.ndarray, dict[int, Values]]:
    """All ids, and what the database says of each group of parts: one number a customer, another where one is full."""
    codes, numbers, fields, at = [_code(group[0]) for group in asked], [[]], [], 0  # type: ignore[var-annotated]
    for code, bits in codes:
        if at + bits > WIDTH:
            numbers, at = [*numbers, []], 0
        numbers[-1].append(code * sa.cast(sa.literal(1 << at), sa.BigInteger()))
        fields.append((len(numbers) - 1, at, (1 << bits) - 1))
        at += bits
    packed = [functools.reduce(operator.add, parts) for parts in numbers if parts]
    rows = _rows(people, [group[0] for group in asked])
    ids, *found = _ordered(people, rows, [customers.c.id, *packed])
    told = [(found[place] >> shift) & mask for place, shift, mask in fields]
    return ids, {
        id(part): run.read(group[0], code) for group, code in zip(asked, told, strict=True) for part in group
    }


def _rows(people: Measured, parts: list[Node]) -> Any:
    """The customers, joined with what the parts name and no more: one row a customer in any case."""
    named = {node.table for part in parts for node in visitors.iterate(part) if isinstance(node, sa.Column)}
    rows: Any = people.rows
    while isinstance(rows, sa.Join) and rows.right not in named:
        rows = rows.left
    return rows


def _ordered(people: Measured, rows: Any, columns: list[Node]) -> list[np.ndarray]:
    """Whole numbers of all customers, by the first of them."""
    texts = people.connection.execute(sa.select(*map(joined, columns)).select_from(rows)).one()
    return by_first([numbers_in(text) for text in texts])


def _code(part: Node) -> tuple[Node, int]:
    """A part as a small whole number, and how many bits that has."""
    words = words_of(part)
    if words is None:
        return sa.func.coalesce(sa.cast(part, sa.Integer()), NEITHER), 2
    places = [(part == word, place) for place, word in enumerate(words, 2)]
    return sa.case((part.is_(None), 0), *places, else_=1), (len(words) + 1).bit_length()
