"""What a prediction knows of a person: how many repeat purchase days, when the last was, how long we have watched."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from crm_core.errors import InvalidInput

Numbers = NDArray[np.float64]
DAYS_PER_WEEK = 7.0


@dataclass(frozen=True, eq=False)
class Histories:
    """People's purchases up to an end date, three arrays of one length; times in weeks (days ÷ 7).

    x: purchase days after the first one. t_x: weeks from the first to the last purchase day (0 where x is 0).
    T: weeks from the first purchase day to the end date. InvalidInput for what cannot be a history.
    """

    x: Numbers
    t_x: Numbers
    T: Numbers

    def __post_init__(self) -> None:
        for name in ("x", "t_x", "T"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64).reshape(-1))
        _check(self.x, self.t_x, self.T)

    def __len__(self) -> int:
        return len(self.x)

    def taken(self, rows: NDArray) -> "Histories":
        """The histories of some people only: indices or a mask."""
        return Histories(self.x[rows], self.t_x[rows], self.T[rows])

    @cached_property
    def compressed(self) -> "Compressed":
        """Equal histories once each, computed once."""
        return compress(self)

    @cached_property
    def counts(self) -> tuple[Numbers, NDArray[np.intp]]:
        """The distinct x, and for every row which of them is its own: few, whatever the number of people."""
        values, which = np.unique(self.x, return_inverse=True)
        return values, which


@dataclass(frozen=True, eq=False)
class Compressed:
    """Distinct histories, how many people have each, and for every person the row of theirs."""

    rows: Histories
    weight: Numbers
    which: NDArray[np.intp]


def compress(histories: Histories) -> Compressed:
    """Equal (x, t_x, T) become one row with a weight: many customers, few different histories."""
    columns = (histories.T, histories.t_x, histories.x)
    order = np.lexsort(columns)
    new = np.zeros(len(order), dtype=bool)
    new[:1] = True
    for column in columns:
        new[1:] |= np.diff(column[order]) != 0
    which = np.empty(len(order), dtype=np.intp)
    which[order] = np.cumsum(new) - 1
    rows = histories.taken(order[new])
    return Compressed(rows, np.bincount(which, minlength=len(rows)).astype(np.float64), which)


def _check(x: Numbers, t_x: Numbers, T: Numbers) -> None:
    if not len(x) == len(t_x) == len(T):
        raise InvalidInput(
            f"Histories need three columns of one length; these have {len(x)}, {len(t_x)}, {len(T)}."
        )
    for fault, wrong in _faults(x, t_x, T):
        if wrong.any():
            row = int(np.argmax(wrong))
            raise InvalidInput(
                f"The purchase history in row {row + 1} {fault} (x={x[row]:g}, t_x={t_x[row]:g}, T={T[row]:g})."
            )


def _faults(x: Numbers, t_x: Numbers, T: Numbers) -> list[tuple[str, NDArray[np.bool_]]]:
    return [
        ("has a missing or endless number", ~(np.isfinite(x) & np.isfinite(t_x) & np.isfinite(T))),
        ("has a negative number or a first purchase after the end date", (x < 0) | (t_x < 0) | (T < 0)),
        ("has a part of a purchase", x != np.floor(x)),
        ("has its last purchase after the end date", t_x > T + 1e-9),
        ("has a last purchase but no repeat purchase", (x == 0) & (t_x > 0)),
        ("has repeat purchases but all on its first day", (x > 0) & (t_x <= 0)),
    ]
