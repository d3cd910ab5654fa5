"""Stage 4: who calls. The owner first, the rest evenly by load; everyone where there are no colleagues."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.outreach.facts import EVERYONE
from crm_core.outreach.phrases import as_text


def callers(colleagues: pd.DataFrame) -> tuple[str, ...]:
    """The names of those who may call, in order: the colleagues (`name`, `active`) but those who left."""
    gone = colleagues["active"].astype("str").str.casefold().eq("no").fillna(False).astype(bool)
    spelled = sorted(filter(None, map(as_text, colleagues.loc[~gone, "name"])), reverse=True)
    known = {_key(name): name for name in spelled}
    return tuple(sorted(known.values(), key=_key))


def assign(claims: Sequence[pd.Categorical], names: Sequence[str]) -> pd.Categorical:
    """For each person of the list, in its order, the caller.

    `claims`: by person a name each, the strongest claim first (who has the follow-up already, then the owner); a claim
    of nobody who may call is none. The rest goes to whoever has least. Same input, same answer.
    """
    if not names:
        return pd.Categorical.from_codes(np.zeros(len(claims[0]), int), [EVERYONE])
    mine = np.full(len(claims[0]), -1)
    for claim in claims:
        mine = np.where(mine < 0, _callers_of(claim, names), mine)
    return pd.Categorical.from_codes(_evenly(mine, len(names)), list(names))


def _callers_of(claim: pd.Categorical, names: Sequence[str]) -> np.ndarray:
    """By person the caller's place in `names`, -1 where the claim is nobody's who may call."""
    by_key = {_key(name): place for place, name in enumerate(names)}
    return np.array([*(by_key.get(_key(name), -1) for name in claim.categories), -1])[claim.codes]


def _evenly(mine: np.ndarray, callers: int) -> np.ndarray:
    """Fill the gaps: each goes to the one with the least so far, of equals to the first by name."""
    free = mine < 0
    mine = mine.copy()
    mine[free] = _in_turn(np.bincount(mine[~free], minlength=callers), int(free.sum()))
    return mine


def _in_turn(load: np.ndarray, wanted: int) -> np.ndarray:
    """The next `wanted` callers: every caller's loads to come, the smallest first."""
    lowest = int(load.min())
    full = range(lowest, lowest + wanted + 1)
    level = full[bisect_left(full, wanted, key=lambda height: np.maximum(height - load, 0).sum())]
    room = np.maximum(level - load, 0)
    caller = np.repeat(np.arange(len(load)), room)
    height = np.arange(len(caller)) - np.repeat(np.cumsum(room) - room, room) + load[caller]
    return caller[np.lexsort((caller, height))[:wanted]]


def chosen_callers(wanted: Iterable[str] | None, names: Sequence[str]) -> tuple[str, ...]:
    """The callers whose sheets are wanted (all for None or none given); InvalidInput for somebody unknown."""
    known = tuple(names) or (EVERYONE,)
    by_key = {_key(name): name for name in known}
    asked = [name for name in wanted or () if _key(name)]
    unknown = [name for name in asked if _key(name) not in by_key]
    if unknown:
        raise InvalidInput(f"No colleague who calls is named “{unknown[0]}”. Known are: {', '.join(known)}.")
    chosen = {by_key[_key(name)] for name in asked} or set(known)
    return tuple(name for name in known if name in chosen)


def _key(name: object) -> str:
    return (as_text(name) or "").casefold()
