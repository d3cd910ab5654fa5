"""Everybody at a glance: what is needed to tell who is due and who is left out, as arrays with one entry a person
(`model.roster.ROSTER`).

Names, words and phone numbers are not among it: they are read for those alone who are shown or handed out.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

Roster = Mapping[str, Any]


def places_of(roster: Roster, ids: np.ndarray) -> np.ndarray:
    """Where each id stands in the roster, -1 where it does not."""
    return find(roster["id"], ids)


def find(ordered: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where each of the wanted stands among the ordered, different ones, -1 where it does not."""
    if not len(ordered):
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return np.where(ordered[place] == wanted, place, -1)
