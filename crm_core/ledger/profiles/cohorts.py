"""Customers by when they first ordered: how many of them came again, and what they spent, so many months on."""

import numpy as np
import pandas as pd

from crm_core.ledger.profiles.days import Days
from crm_core.ledger.profiles.series import months_of

COLUMNS = ("cohort", "age", "size", "people", "revenue")


def cohorts(days: Days, months: int, last: int, most: int) -> pd.DataFrame:
    """One row a cohort and age, COLUMNS, cohorts oldest first. A cohort: those whose first order lies in one stretch of
    so many `months`, numbered from January 1970; its age: stretches since. `people` ordered at that age, `revenue` (all
    lines, ten-thousandths) is of that age. Up to the stretch `last`, the `most` last cohorts that have anybody."""
    own = days.known()
    first = _first_stretch(own, months)
    sizes = pd.Series(first[first <= last]).value_counts().sort_index().tail(most)
    mine = own.where(np.repeat(np.isin(first, sizes.index), own.counts))
    return (
        _cells(mine, months, last, sizes) if len(mine) else pd.DataFrame(columns=list(COLUMNS), dtype="int64")
    )


def _first_stretch(days: Days, months: int) -> np.ndarray:
    """By customer the stretch of the first order; a very late one where there is none."""
    stretch = np.where(days.orders > 0, months_of(days) // months, np.iinfo(np.int64).max)
    return np.minimum.reduceat(stretch, days.starts) if len(days) else stretch


def _cells(days: Days, months: int, last: int, sizes: pd.Series) -> pd.DataFrame:
    cohort, stretch = np.repeat(_first_stretch(days, months), days.counts), months_of(days) // months
    age = np.maximum(stretch - cohort, 0)  # what was returned before the first order counts with it
    entries = pd.DataFrame(
        {"cohort": cohort, "age": age, "revenue": days.revenue, "people": _once(days, stretch)}
    )
    sums = entries[stretch <= last].groupby(["cohort", "age"])[["people", "revenue"]].sum()
    every = [(start, age) for start in sizes.index for age in range(last - start + 1)]
    frame = sums.reindex(
        pd.MultiIndex.from_tuples(every, names=["cohort", "age"]), fill_value=0
    ).reset_index()
    return frame.assign(size=frame["cohort"].map(sizes))[list(COLUMNS)]


def _once(days: Days, stretch: np.ndarray) -> np.ndarray:
    """1 for a customer's first order in a stretch, 0 for everything else."""
    ordered = np.flatnonzero(days.orders > 0)
    person = np.repeat(np.arange(len(days.ids)), days.counts)[ordered]
    fresh = (np.diff(person, prepend=-1) != 0) | (np.diff(stretch[ordered], prepend=-1) != 0)
    marks = np.zeros(len(days), dtype=np.int64)
    marks[ordered[fresh]] = 1
    return marks
