"""Sharing out evenly: whoever has least is next, as long as there is room."""

from bisect import bisect_left

import numpy as np


def in_turn(load: np.ndarray, wanted: int, room: np.ndarray) -> np.ndarray:
    """The next `wanted` of those with so much `load`, each at most `room` times: the least loaded first, of equals the
    first. `room` together is at least `wanted`."""
    lowest, highest = int(load.min(initial=0)), int(load.max(initial=0)) + wanted
    levels = range(lowest, highest + 1)
    level = levels[
        bisect_left(levels, wanted, key=lambda height: _up_to(height, load, room).sum(), hi=len(levels) - 1)
    ]
    taken = _up_to(level, load, room)
    who = np.repeat(np.arange(len(load)), taken)
    height = np.arange(len(who)) - np.repeat(np.cumsum(taken) - taken, taken) + load[who]
    return who[np.lexsort((who, height))[:wanted]]


def _up_to(height: int, load: np.ndarray, room: np.ndarray) -> np.ndarray:
    """How many more each takes until they have so many."""
    return np.minimum(np.maximum(height - load, 0), room).astype("int64")


def ranks(groups: np.ndarray) -> np.ndarray:
    """By entry how many of its group stand before it."""
    order = np.argsort(groups, kind="stable")
    sorted_groups = groups[order]
    begins = np.flatnonzero(np.diff(sorted_groups, prepend=sorted_groups[:1] - 1))
    sizes = np.diff(np.append(begins, len(groups)))
    found = np.empty(len(groups), "int64")
    found[order] = np.arange(len(groups)) - np.repeat(begins, sizes)
    return found
