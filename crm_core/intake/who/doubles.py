"""New customers who may be somebody: among themselves, and beside the stored ones.

The comparison runs beside the lines: it needs nothing of them.
"""

import json
from collections.abc import Iterable
from concurrent.futures import Executor, Future

import pandas as pd

from crm_core.intake.match.likely import likely_pairs
from crm_core.intake.rules import EXTRA
from crm_core.intake.stored import Stored
from crm_core.intake.who.people import People
from crm_core.intake.work import Work

Pair = tuple[int, int, float, str]
NAMES = ("name", "given_name", "family_name")
COMPARED = (
    *NAMES, "email", "phone", "phone_key", "birthday", "address", "city", "region", "postcode", "country", "company",
    "sex", "extra",
)  # fmt: skip


def compare_people(
    pool: Executor, people: People, implied: People | None, stored: Stored
) -> Future[list[Pair]]:
    """Begin to compare the customers that are to be created; what is stored of the others is read at once."""
    sides = [side for side in (people, implied) if side is not None]
    new = _told([side.creates for side in sides])
    others = _others(new, stored) if len(new) else new
    return pool.submit(_pairs, new, others)


def _told(creates: list[pd.DataFrame]) -> pd.DataFrame:
    """The new customers by id, without those of whom there is only a code."""
    frames = [frame for frame in creates if len(frame)]
    if not frames:
        return pd.DataFrame()
    new = pd.concat(frames).set_index("id")
    coded = (new["name"] == new["code"]) & new["email"].isna() & new["phone"].isna()
    new = new[~coded]
    return new[[column for column in COMPARED if column in new and new[column].notna().any()]]


def _others(new: pd.DataFrame, stored: Stored) -> pd.DataFrame:
    """The stored customers; only what the new ones tell of themselves can be compared."""
    if stored.is_empty("customer"):
        return new.iloc[:0]
    columns = [column for column in COMPARED if column in new or column in NAMES]
    return stored.people(columns).set_index("id")


def _pairs(new: pd.DataFrame, others: pd.DataFrame) -> list[Pair]:
    """The one that stands later is the second of a pair; of a new and a stored one the new one is the first."""
    new, others = _spread(new), _spread(others)
    within = likely_pairs(new) if len(new) > 1 else likely_pairs(new.iloc[:0])
    found = [(max(i, j), min(i, j), score, why) for i, j, score, why in _plain(within)]
    return found + _plain(likely_pairs(new, others)) if len(new) and len(others) else found


def _plain(pairs: pd.DataFrame) -> list[Pair]:
    return [(int(i), int(j), float(score), str(why)) for i, j, score, why in pairs.itertuples(index=False)]


def _spread(people: pd.DataFrame) -> pd.DataFrame:
    """The undeclared columns one by one, as `extra.<header>`."""
    if "extra" not in people or people["extra"].isna().all():
        return people.drop(columns="extra", errors="ignore")
    told = people["extra"].dropna()
    extra = pd.DataFrame([json.loads(text) for text in told], index=told.index).add_prefix(EXTRA)
    return people.drop(columns="extra").join(extra)


def take_pairs(work: Work, people: People, found: Iterable[Pair], known: Iterable[Pair]) -> list[Pair]:
    """The pairs that are not known yet; the rows that they throw doubt on are doubtful."""
    had = {frozenset(pair[:2]) for pair in known}
    fresh = [pair for pair in found if frozenset(pair[:2]) not in had]
    doubted = {first if second > 0 else second for first, second, *_ in fresh}
    rows = people.rows[people.rows["id"].isin(doubted)] if doubted else people.rows.iloc[:0]
    for sheet, mine in rows.groupby("sheet"):
        states = work.states[str(sheet)].loc[mine["row"]]
        work.set_state(str(sheet), states.index[states == "new"], "doubtful")
    return fresh
