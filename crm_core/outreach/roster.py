"""Everybody at a glance: what is needed to tell who is due and who is left out, as arrays with one entry a person.

Names, words and phone numbers are not among it: they are read for those alone who are shown or handed out.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

# What a roster holds, in the order of `id` (increasing).
DAYS = ("last_on", "last_contact_on", "since", "birthday")  # datetime64[D], NaT where there is none
MARKS = (
    "never",
    "no_call",
    "no_mail",
    "has_phone",
    "has_email",
)  # yes or no: consent, and ways to reach them
# Further: `place` (0, 1, … without gaps: who brought most first, of equals by name, then by id), and the Categoricals
# `tier` and `owner`.
ROSTER = ("id", *DAYS, *MARKS, "place", "tier", "owner")

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
