"""Habits of one customer: what stands out in when they buy, and what people like them buy next."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binom

from crm_core.insight.affinities import lift, proven, pull

BY_CHANCE = 0.02  # how likely chance alone may make a share as large as one that is named
LEAST_DAYS = 4
MOST_NAMED = 2


def standing_out(counts: np.ndarray, usual: np.ndarray) -> tuple[int, ...]:
    """The one or two kinds (weekdays, thirds of a month) that somebody's days fall on more than chance explains, the
    most frequent first; () where nothing stands out. `usual`: the share that chance gives each kind. Two kinds are
    named where they hold half of all days at least. One-sided binomial test, corrected for the number of kinds."""
    total = int(counts.sum())
    if total < LEAST_DAYS:
        return ()
    tails = binom.sf(counts - 1, total, usual) * len(counts)
    order = np.argsort(-counts, kind="stable")
    named = tuple(int(kind) for kind in order[:MOST_NAMED] if tails[kind] < BY_CHANCE)
    pair = order[:MOST_NAMED]
    both = binom.sf(counts[pair].sum() - 1, total, usual[pair].sum()) * len(counts) * (len(counts) - 1) / 2
    enough = counts[pair].sum() >= 0.6 * total and both < BY_CHANCE and counts[pair[-1]] >= 0.2 * total
    return tuple(int(kind) for kind in pair) if enough and len(counts) > MOST_NAMED + 1 else named[:1]


@dataclass(frozen=True)
class Sums:
    """By item how many people bought it; and how many bought anything."""

    people: pd.Series
    everybody: int


def next_items(basket: Mapping[str, int], pairs: pd.DataFrame, sums: Sums, most: int) -> pd.DataFrame:
    """What people who bought the same things bought besides, more than chance explains: item, score, because (the item
    of theirs that speaks most for it, more so when bought often), lift (of these two); best first. `basket`: on how
    many days they bought each.

    score = the share of all who bought it × e^(Σ pull ÷ √(products in the basket)), the sum over the pairs with what is
    in the basket: as in offers, seen from the customer's side.
    """
    rows = _towards(basket, pairs)
    if rows.empty:
        return pd.DataFrame(columns=["item", "score", "because", "lift"])
    both = rows["people"].to_numpy("float64")
    one, other = (sums.people.reindex(rows[name]).to_numpy("float64") for name in ("because", "item"))
    rows["lift"] = lift(both, one, other, sums.everybody)
    chance = one * other / max(1, sums.everybody)
    rows["pull"] = pull(both, chance)
    rows = rows[proven(both, chance, len(sums.people) * len(basket))]
    rows["says"] = rows["pull"] * (1 + np.log(rows["because"].map(basket).astype(float)))
    rows = rows.sort_values(["says", "because"], ascending=[False, True])
    best = rows.groupby("item").agg(
        pull=("pull", "sum"), because=("because", "first"), lift=("lift", "first")
    )
    shares = sums.people.reindex(best.index).to_numpy("float64") / max(1, sums.everybody)
    best["score"] = shares * np.exp(best["pull"] / np.sqrt(max(1, len(basket))))
    best = best.reset_index().sort_values(["score", "item"], ascending=[False, True]).head(most)
    return best[["item", "score", "because", "lift"]].reset_index(drop=True)


def _towards(basket: Mapping[str, int], pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs of which one is in the basket and the other not: because, item, people."""
    here, there = pairs["first"].isin(list(basket)), pairs["second"].isin(list(basket))
    forth = pairs[here & ~there].rename(columns={"first": "because", "second": "item"})
    back = pairs[there & ~here].rename(columns={"second": "because", "first": "item"})
    return pd.concat([forth, back], ignore_index=True)[["because", "item", "people"]]
