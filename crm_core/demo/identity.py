"""Who the people are: names of several cultures, forms of address, e-mail addresses that lead nowhere."""

import numpy as np
import pandas as pd

from crm_core.demo.names import CULTURES, Culture
from crm_core.demo.places import culture_shares
from crm_core.model.folding import fold

DOMAINS = ("example.com", "example.org", "example.net")  # kept for examples by RFC 2606
COLUMNS = ("name", "given_name", "family_name", "preferred_name", "salutation", "sex", "language")


def identity_frame(count: int, home: str, rng: np.random.Generator) -> pd.DataFrame:
    """`count` people with COLUMNS and `latin` (given.family in small letters, for addresses)."""
    shares = culture_shares(home)
    cultures = rng.choice(len(shares), count, p=list(shares.values()))
    parts = []
    for number, name in enumerate(shares):
        mine = np.flatnonzero(cultures == number)
        if len(mine):
            parts.append(pd.DataFrame(_people(CULTURES[name], len(mine), rng), index=mine))
    return pd.concat(parts).sort_index()


def _people(culture: Culture, count: int, rng: np.random.Generator) -> dict[str, list[str | None]]:
    given, family = _pairs(len(culture.female) + len(culture.male), culture.family, count, rng)
    drawn = zip(given, family, rng.random(count).tolist(), strict=True)
    rows = [_person(culture, *one) for one in drawn]
    return dict(zip((*COLUMNS, "latin"), map(list, zip(*rows, strict=True)), strict=True))


def _pairs(
    given: int, family: tuple[str, ...], count: int, rng: np.random.Generator
) -> tuple[list[int], list[str]]:
    """Places of given names, and family names: no pair twice before all were used, then double names."""
    numbers = np.resize(rng.permutation(given * len(family)), count)
    rounds = np.arange(count) // (given * len(family))
    drawn = zip((numbers // given).tolist(), rounds.tolist(), strict=True)
    return (numbers % given).tolist(), [_family(family, place, turn) for place, turn in drawn]


def _family(names: tuple[str, ...], place: int, turn: int) -> str:
    if turn == 0 or "|" in names[place]:
        return names[place]
    return f"{names[place]}-{names[(place + turn) % len(names)]}"


def _person(culture: Culture, place: int, family: str, chance: float) -> tuple[str | None, ...]:
    """One person. `chance` decides what is known of how they like to be addressed."""
    is_woman = place < len(culture.female)
    names = culture.female if is_woman else culture.male
    given, latin_given = _both(names[place if is_woman else place - len(culture.female)])
    family, latin_family = _both(family)
    name = f"{family}{given}" if culture.family_first else f"{given} {family}"
    title = culture.titles[0 if is_woman else 1].format(given=given, family=family)
    liked = _liked(culture, is_woman, given, chance) if chance < 0.3 else None
    latin = fold(f"{latin_given}.{latin_family}").replace(" ", "")
    salutation = title if 0.22 < chance < 0.5 else None
    return name, given, family, liked, salutation, "female" if is_woman else "male", culture.language, latin


def _liked(culture: Culture, is_woman: bool, given: str, chance: float) -> str:
    """A name chosen for use abroad, the short form, else the given name as it is."""
    chosen = culture.chosen[0 if is_woman else 1]
    return chosen[int(chance * 1000) % len(chosen)] if chosen else culture.short.get(given, given)


def _both(name: str) -> tuple[str, str]:
    native, _, latin = name.partition("|")
    return native, latin or native


def email_addresses(latin: pd.Series, rng: np.random.Generator) -> pd.Series:
    """One address each, none twice."""
    again = latin.groupby(latin).cumcount()
    local = latin + again.astype("str").where(again > 0, "")
    return local + "@" + pd.Series(rng.choice(DOMAINS, len(latin)), index=latin.index, dtype="str")
