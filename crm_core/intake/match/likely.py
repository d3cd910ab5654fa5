"""Same person? A scored comparison of people whom no key has joined, in blocks, so that large files take seconds."""

import numpy as np
import pandas as pd

from crm_core.intake.match.blocks import candidates
from crm_core.intake.match.compare import compared
from crm_core.intake.match.evidence import sentences
from crm_core.intake.match.features import Features, read_features
from crm_core.intake.match.weights import DOUBTFUL, bits_for, score

__all__ = ["DOUBTFUL", "PAIR_COLUMNS", "likely_pairs"]

PAIR_COLUMNS = ("first", "second", "score", "evidence")
HANDFUL = 5  # pairs a person at most; a person to whom more are alike is asked about the likest


def likely_pairs(
    people: pd.DataFrame, others: pd.DataFrame | None = None, *, threshold: float = DOUBTFUL
) -> pd.DataFrame:
    """Pairs that are likely one person: columns first, second (index values), score, evidence, the likest first.

    `people`, `others`: one row a person, the index unique. Columns, all optional, texts or missing: name, given_name,
    family_name, email, phone_key (digits), birthday (YYYY-MM-DD), address, city, region, postcode, country, company,
    sex, and `extra.<header>` for undeclared ones; any other is ignored (phone is shown, where given). Without
    `others`: each unordered pair within `people` once, first above second; else people × others.

    `score` runs from 0 to 0.99; from `threshold` (DOUBTFUL) on a pair waits for a person: a score is never certainty.
    """
    if people.empty or (others is not None and others.empty):
        return _result([], [], [], [])
    features = read_features(people, others)
    i, j = candidates(features)
    pairs = compared(features, i, j, bits_for(threshold, features.people))
    pairs = _handful(pairs.sort_values(["bits", "i", "j"], ascending=[False, True, True], kind="stable"))
    return _told(pairs, features, people, others)


def _handful(pairs: pd.DataFrame) -> pd.DataFrame:
    """The likest pairs of each person (the likest stand first)."""
    turns = pd.concat([pairs["i"], pairs["j"]]).reset_index(drop=True)
    rank = np.empty(len(turns), dtype=np.int64)
    order = np.argsort(np.tile(np.arange(len(pairs)), 2), kind="stable")
    rank[order] = turns.iloc[order].groupby(turns.iloc[order]).cumcount().to_numpy()
    within = (rank[: len(pairs)] < HANDFUL) & (rank[len(pairs) :] < HANDFUL)
    return pairs[within]


def _told(
    pairs: pd.DataFrame, features: Features, people: pd.DataFrame, others: pd.DataFrame | None
) -> pd.DataFrame:
    i, j = pairs["i"].to_numpy(), pairs["j"].to_numpy() - (features.first if features.cross else 0)
    other = people if others is None else others
    ours, theirs = people.iloc[i], other.iloc[j]
    scores = score(pairs["bits"].to_numpy(), features.people).round(4)
    return _result(ours.index, theirs.index, scores, sentences(pairs, ours, theirs))


def _result(first: object, second: object, scores: object, evidence: object) -> pd.DataFrame:
    kinds = dict(zip(PAIR_COLUMNS, ("int64", "int64", "float64", "str"), strict=True))
    values = dict(zip(PAIR_COLUMNS, (first, second, scores, evidence), strict=True))
    return pd.DataFrame({name: pd.Series(list(value), dtype=kinds[name]) for name, value in values.items()})  # type: ignore[call-overload]
