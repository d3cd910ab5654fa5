"""Who calls: the owner first, the rest evenly by load; everyone where there are no colleagues."""

import heapq
from collections.abc import Iterable, Sequence
from functools import lru_cache

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


def assign(people: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """For each person of the list (`owner`, `known_owner`) the caller, in the list's order.

    Whoever has the follow-up already keeps it; then the owner; the rest goes to whoever has least. Same
    input, same answer.
    """
    if not names:
        return pd.Series([EVERYONE] * len(people), index=people.index, dtype="str")
    by_key = {_key(name): name for name in names}
    mine = [_caller(by_key, row) for row in zip(people["known_owner"], people["owner"], strict=True)]
    return pd.Series(_evenly(mine, names), index=people.index, dtype="str")


def _caller(by_key: dict[str, str], claims: Iterable[object]) -> str | None:
    return next((by_key[_key(claim)] for claim in claims if _key(claim) in by_key), None)


def _evenly(mine: Sequence[str | None], names: Sequence[str]) -> list[str]:
    """Fill the gaps: each goes to the one with the least so far, of equals to the first by name."""
    load = [(sum(1 for name in mine if name == caller), place, caller) for place, caller in enumerate(names)]
    heapq.heapify(load)
    return [name or _lightest(load) for name in mine]


def _lightest(load: list[tuple[int, int, str]]) -> str:
    count, place, caller = load[0]
    heapq.heapreplace(load, (count + 1, place, caller))
    return caller


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


@lru_cache(maxsize=4096)  # few names, asked once a person
def _key(name: object) -> str:
    return (as_text(name) or "").casefold()
