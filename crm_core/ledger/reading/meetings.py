"""Who meets which of several conditions: the plain ones are worked out together, in one pass over memory."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any

import numpy as np
from sqlalchemy.engine import Connection

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.compiled import compile_condition
from crm_core.ledger.conditions.segments import resolved, walk
from crm_core.ledger.profiles.arrays import evaluated
from crm_core.ledger.profiles.measures import measured
from crm_core.ledger.profiles.memory import Memory
from crm_core.ledger.reading.roster import meeting, without_big_orders
from crm_core.ledger.store.database import read_revisions
from crm_core.model.conditions import All, AnyOf, Condition, Not, Where

_together = Memory(4)


def meetings(
    connection: Connection, conditions: Mapping[str, Condition], as_of: date, ids: Iterable[int] | None = None
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """`roster.meeting` of several conditions by name; and by name why one of them cannot be asked, in a sentence."""
    met: dict[str, np.ndarray] = {}
    refused: dict[str, str] = {}
    for name, condition in conditions.items():
        try:
            if ids is not None or not _is_plain(connection, condition):
                met[name] = meeting(connection, condition, as_of, ids)
        except InvalidInput as refusal:
            refused[name] = str(refusal)
    together = {name: one for name, one in conditions.items() if name not in met and name not in refused}
    try:
        return met | (_met_together(connection, together, as_of) if together else {}), refused
    except InvalidInput:  # one of them: which one is found by asking them one by one
        return _one_by_one(connection, together, as_of, met, refused)


def _is_plain(connection: Connection, condition: Condition) -> bool:
    """Whether it speaks of nothing but fields and measures of the customers."""
    parts = walk(resolved(connection, condition))
    return all(isinstance(one, All | AnyOf | Not | Where) for one in parts)


def _met_together(connection: Connection, conditions: Mapping[str, Condition], as_of: date) -> dict[str, Any]:
    """Plain conditions of everybody, worked out in one pass over memory."""
    everything = tuple(sorted(read_revisions(connection)))
    about = ("together", repr(list(conditions.items())), as_of)
    work = partial(_work_out, connection, conditions, as_of)
    return dict(_together.of_those_seen(connection, everything, about, work, _among))


def _among(met: Mapping[str, np.ndarray], ids: np.ndarray) -> dict[str, np.ndarray]:
    return {name: np.intersect1d(people, ids, assume_unique=True) for name, people in met.items()}


def _work_out(
    connection: Connection, conditions: Mapping[str, Condition], as_of: date
) -> dict[str, np.ndarray]:
    people = measured(connection, as_of)
    asked = [compile_condition(one, without_big_orders(people, one), as_of) for one in conditions.values()]
    ids, met = evaluated(people, asked, bool)
    return {name: ids[holds] for name, holds in zip(conditions, met, strict=True)}


def _one_by_one(
    connection: Connection, conditions: Mapping[str, Condition], as_of: date, met: dict[str, np.ndarray],
    refused: dict[str, str],
) -> tuple[dict[str, np.ndarray], dict[str, str]]:  # fmt: skip
    for name, condition in conditions.items():
        try:
            met[name] = meeting(connection, condition, as_of)
        except InvalidInput as refusal:
            refused[name] = str(refusal)
    return met, refused
