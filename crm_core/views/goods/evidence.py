"""Why somebody may want a product, in words: what they bought that goes with it, what they pay, if they are due."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from crm_core.insight.offers import Market, Scores, Wanted
from crm_core.views.goods.stall import Stall
from crm_core.views.words import counted, money

SPEAKS = 0.1  # a pull from which on a purchase is worth naming: 10 % more than by chance
FITS = 0.6
PREFERS = 1.25  # how much more of a category than usual is worth naming
DUE, AWAY = 0.8, 3.0  # usual gaps since they last bought
MOST_NAMED = 2


@dataclass(frozen=True)
class Words:
    """What the words are made with: the goods and baskets; of a new product its category and the places of what it is
    like; the currency; whether the list goes by how often people buy."""

    place: Stall
    category: Any
    like: tuple[int, ...]
    currency: str
    by_days: bool


def evidence(words: Words, made_of: tuple[Wanted, Scores], row: int, silence: float) -> str:
    """One sentence without a full stop: what speaks for the customer in that row of the baskets."""
    wanted, found = made_of
    parts = [
        _often(words, row) if words.by_days else "",
        _bought(words, wanted, row),
        _prefers(words, found, row),
        _pays(words, wanted, found, row),
        _due(silence),
    ]
    said = "; ".join(part for part in parts if part) or _often(words, row)
    return said[:1].upper() + said[1:]


def _bought(words: Words, wanted: Wanted, row: int) -> str:
    """The one or two products they bought that speak most for it."""
    found = words.place.baskets
    part = slice(found.indptr[row], found.indptr[row + 1])
    sure = wanted.proven[found.indices[part]]
    mine, often = found.indices[part][sure], found.times[part][sure]
    # What they buy again and again says more to a reader than what they tried once.
    best = mine[np.argsort(-wanted.pull[mine] * (1 + np.log(often)), kind="stable")][:MOST_NAMED]
    best = [one for one in best if wanted.pull[one] > SPEAKS]
    alike = [one for one in best if one in words.like]
    names = " and ".join(str(words.place.goods["product"].iloc[one]) for one in alike or best)
    if alike:
        return f"bought {names}, which is like it"
    verb = "go" if len(best) > 1 else "goes"
    return f"bought {names}, which {verb} with {'what it is like' if words.like else 'it'}" if names else ""


def _prefers(words: Words, found: Scores, row: int) -> str:
    return f"buys much {words.category}" if found.share[row] >= PREFERS else ""


def _pays(words: Words, wanted: Wanted, found: Scores, row: int) -> str:
    span = usual_prices(words.place.market, row)
    if span is None or wanted.price is None:
        return ""
    if found.fit[row] >= FITS:
        return f"usually pays {prices(*span, words.currency)}"
    return "costs more than they usually pay" if wanted.price > span[1] else ""


def usual_prices(market: Market, row: int) -> tuple[int, int] | None:
    """What the middle half of their purchases cost a piece (ten-thousandths); None where no price is known."""
    found = market.baskets
    part = slice(found.indptr[row], found.indptr[row + 1])
    each = np.repeat(market.prices[found.indices[part]], found.times[part].astype(int))
    each = each[np.isfinite(each) & (each > 0)]
    if not len(each):
        return None
    low, high = np.quantile(each, [0.25, 0.75])
    return round(low), round(high)


def prices(low: int, high: int, currency: str) -> str:
    """`€8–12`; one price where both are alike."""
    first, last = money(low, currency), money(high, currency)
    return first if first == last else f"{first}–{money(high)}"


def _due(silence: float) -> str:
    if np.isnan(silence) or silence < DUE:
        return ""
    return "due now" if silence <= AWAY else "away for longer than usual"


def _often(words: Words, row: int) -> str:
    return f"bought on {counted(int(words.place.baskets.days[row]), 'day')}"
