"""Pairs of people compared field by field, a whole chunk of pairs at once; results are bits (see match_weights)."""

from itertools import product

import numpy as np
import pandas as pd

from crm_core.intake.match.address import Addresses
from crm_core.intake.match.compare_names import most_bits, name_bits
from crm_core.intake.match.features import Birthdays, Extra, Features, field_bits
from crm_core.intake.match.likeness import (
    LIKE_STREET,
    SAME_STREET,
    by_distinct,
    close_texts,
    one_slip,
    one_slip_of_two,
    streets,
)
from crm_core.intake.match.texts import Coded
from crm_core.intake.match.weights import (
    CIRCUMSTANCE,
    CLOSE_BIRTHDAY,
    CLOSE_IDENTITY,
    CLOSE_NUMBER,
    CLOSE_PLACE,
    CLOSE_STREET,
    CROWD,
    HOUSE_NUMBER,
    HOUSEHOLD_LEAST,
    HOUSEHOLD_SHORT,
    IDENTITY,
    NAME_AND_HOUSEHOLD,
    NO_NUMBER,
    OTHER_NUMBER,
    OWN_KEY,
    RARE_NAME,
    STREET,
    TWO_OF_THREE,
    WEIGHTS,
    needed,
)  # fmt: skip

CHUNK = 400_000
DIFFERENT, MISSING, SLIPPED, EQUAL = range(4)
HOUSEHOLD = ("phone", "address", "postcode", "city", "region", "country", "company")
PLACES = HOUSEHOLD[2:]


def compared(features: Features, i: np.ndarray, j: np.ndarray, least: float) -> pd.DataFrame:
    """The pairs of at least `least` bits: i, j, bits, and a column of bits for each field that was compared."""
    parts = [
        _weigh(features, i[begin : begin + CHUNK], j[begin : begin + CHUNK], least)
        for begin in range(0, max(len(i), 1), CHUNK)
    ]
    return pd.concat(parts, ignore_index=True)


def _weigh(features: Features, i: np.ndarray, j: np.ndarray, least: float) -> pd.DataFrame:
    """The cheap fields first; who cannot reach `least` any more is left before texts are compared."""
    pairs = pd.DataFrame({"i": i, "j": j, **_personal(features, i, j)})
    possible = _sum(pairs) + _household_most(features, i, j)
    kept = possible + most_bits(features.names, i, j) >= least
    pairs, possible = pairs[kept], possible[kept]
    name = name_bits(features.names, pairs["i"].to_numpy(), pairs["j"].to_numpy())
    pairs = pairs.assign(name=name)[(possible + name >= least) & _somebody(pairs, name)]
    i, j = pairs["i"].to_numpy(), pairs["j"].to_numpy()
    pairs = pairs.assign(**_identities_differ(features, i, j))
    around = pd.DataFrame(_around(features, i, j), index=pairs.index)
    bits = _sum(pairs.drop(columns="name")) + _together(pairs["name"], around, features.people)
    return pd.concat([pairs, around], axis=1).assign(bits=bits)[(bits >= least) & _agreeing(pairs, around)]


def _household_most(features: Features, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """What the household could say at most: the same phone is seen at once, texts only later."""
    caps = sum(WEIGHTS[name].cap for name in PLACES if features.plain[name].filled)
    caps += (STREET.cap + HOUSE_NUMBER) * bool(features.addresses.street.filled)
    caps += sum(CIRCUMSTANCE.cap for extra in features.extras if not extra.identity)
    return np.minimum(_plain(features, "phone", i, j) + caps, needed(features.people) - HOUSEHOLD_SHORT)


def _together(name: pd.Series, around: pd.DataFrame, people: int) -> pd.Series:
    """Name and household, which know of each other."""
    household = around.sum(axis=1).clip(HOUSEHOLD_LEAST, needed(people) - HOUSEHOLD_SHORT)
    both = np.minimum(name + household, needed(people) + NAME_AND_HOUSEHOLD)
    return both.where((name > 0) & (household > 0), name + household)


def _sum(pairs: pd.DataFrame) -> pd.Series:
    return pairs.drop(columns=["i", "j"]).sum(axis=1)


def _somebody(pairs: pd.DataFrame, name: np.ndarray) -> pd.Series:
    """Names that agree somewhat, or a key or a day that is one person's own."""
    own = [column for column in pairs if column in ("email", "birthday") or column.startswith("own.")]
    return (pairs[own] >= OWN_KEY).any(axis=1) | (name > 0)


def _agreeing(pairs: pd.DataFrame, around: pd.DataFrame) -> pd.Series:
    """Whether more than a name agrees. A town or firm is enough where nothing differs, or where the name is rare."""
    own = pairs.drop(columns=["i", "j", "name"])
    more = (own > 0).any(axis=1) | (around.drop(columns=list(PLACES)) > 0).any(axis=1)
    place = (around[["city", "postcode", "company"]] > 0).any(axis=1)
    differs = (own < 0).any(axis=1) | (around < 0).any(axis=1)
    return more | (place & (~differs | (pairs["name"] >= RARE_NAME)))


def _personal(features: Features, i: np.ndarray, j: np.ndarray) -> dict[str, np.ndarray]:
    """What belongs to one person: birthday, e-mail, sex, numbers of their own that agree."""
    parts = {"birthday": birthday_bits(features.birthdays, i, j), "sex": _plain(features, "sex", i, j)}
    email, local = _plain(features, "email", i, j), _plain(features, "local", i, j)
    parts["email"] = np.where((email <= 0) & (local > 0), local, email)
    for extra in features.extras:
        if extra.identity:
            parts[f"own.{extra.header}"] = _agree(extra.coded, extra.bits, i, j, 0.0)
    return parts


def _plain(features: Features, name: str, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    return _agree(features.plain[name], field_bits(features, name), i, j, WEIGHTS[name].differ)


def _agree(column: Coded, bits: np.ndarray, i: np.ndarray, j: np.ndarray, differ: float) -> np.ndarray:
    ours, theirs = column.codes[i], column.codes[j]
    both = (ours >= 0) & (theirs >= 0)
    worth = np.append(bits, np.float32(0))[ours]
    return np.where(both, np.where(ours == theirs, worth, np.float32(differ)), np.float32(0))


def birthday_bits(days: Birthdays, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """The same day; day and month exchanged, one digit other or two exchanged; two of day, month, year; another day."""
    weight, column = WEIGHTS["birthday"], days.coded
    bits = _agree(column, column.bits(weight), i, j, weight.differ)
    odd = np.flatnonzero(bits == weight.differ)
    if len(odd):
        bits[odd] = _near_days(days, column.codes[i[odd]], column.codes[j[odd]])
    return bits


def _near_days(days: Birthdays, ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    one, two = days.parts[ours], days.parts[theirs]
    swapped = (one[:, 0] == two[:, 0]) & (one[:, 1] == two[:, 2]) & (one[:, 2] == two[:, 1])
    close = swapped | _one_digit(days.digits[ours], days.digits[theirs])
    partly = (one == two).sum(axis=1) == 2
    return np.where(close, CLOSE_BIRTHDAY, np.where(partly, TWO_OF_THREE, WEIGHTS["birthday"].differ))


def _one_digit(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    other = one != two
    crossed = other[:, 1:] & other[:, :-1] & (one[:, 1:] == two[:, :-1]) & (one[:, :-1] == two[:, 1:])
    return (other.sum(axis=1) == 1) | ((other.sum(axis=1) == 2) & crossed.any(axis=1))


def _around(features: Features, i: np.ndarray, j: np.ndarray) -> dict[str, np.ndarray]:
    """What people of one household, street or firm share; taken together to a limit."""
    parts = {name: _plain(features, name, i, j) for name in HOUSEHOLD if name != "address"}
    parts["city"] = _close_city(features.plain["city"], parts["city"], i, j)
    parts["postcode"] = _close_postcode(features.plain["postcode"], parts["postcode"], i, j)
    parts["address"] = address_bits(features, i, j)
    for extra in features.extras:
        if not extra.identity:
            parts[f"extra.{extra.header}"] = _agree(extra.coded, extra.bits, i, j, 0.0)
    return parts


def _close_city(city: Coded, bits: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    odd = np.flatnonzero(bits < 0)
    ours, theirs = city.codes[i[odd]], city.codes[j[odd]]
    if not len(odd):
        return bits
    close = by_distinct(ours, theirs, city.words, close_texts)
    worth = city.bits(WEIGHTS["city"])
    bits[odd] = np.where(close, np.maximum(worth[ours], worth[theirs]) + CLOSE_PLACE, bits[odd])
    return bits


def _close_postcode(code: Coded, bits: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    odd = np.flatnonzero(bits < 0)
    if len(odd):
        slip = by_distinct(code.codes[i[odd]], code.codes[j[odd]], code.words, one_slip)
        bits[odd] = np.where(slip, np.float32(0), bits[odd])
    return bits


def address_bits(features: Features, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """House number and street, each equal, alike, missing or other."""
    held = features.addresses
    codes, bits = held.street.codes, np.zeros(len(i), dtype=np.float32)
    crowd = held.crowded(CROWD * (1 + features.cross))
    both = np.flatnonzero((codes[i] >= 0) & (codes[j] >= 0) & ~(crowd[i] | crowd[j]))
    if len(both):
        i, j = i[both], j[both]
        like = by_distinct(codes[i], codes[j], held.street.words, streets)
        worth = held.street.bits(STREET)
        bits[both] = _street_levels(like, _numbers(held, i, j), np.minimum(worth[codes[i]], worth[codes[j]]))
    return bits


def _street_levels(like: np.ndarray, number: np.ndarray, worth: np.ndarray) -> np.ndarray:
    same, alike = like >= SAME_STREET, like >= LIKE_STREET
    missing = np.maximum(worth + NO_NUMBER, 1.0)
    slipped = np.maximum(worth + CLOSE_NUMBER, 0.5)
    cases = [same & (number == EQUAL), same & (number == MISSING), same & (number == SLIPPED), same]
    values = [worth + HOUSE_NUMBER, missing, slipped, np.full_like(worth, OTHER_NUMBER)]
    other = np.where(alike & (number == EQUAL), CLOSE_STREET, STREET.differ)
    return np.select(cases, values, other)


def _numbers(held: Addresses, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Whether two addresses have a house number in common, one has none, one is a slip of the other, or they differ."""
    ours, theirs = (held.first[i], held.second[i]), (held.first[j], held.second[j])
    common = np.zeros(len(i), dtype=bool)
    for a, b in product(ours, theirs):
        common |= (a >= 0) & (a == b)
    levels = np.where(common, EQUAL, np.where((ours[0] >= 0) & (theirs[0] >= 0), DIFFERENT, MISSING))
    odd = np.flatnonzero(levels == DIFFERENT)
    if len(odd):
        slip = by_distinct(ours[0][odd], theirs[0][odd], held.numbers, one_slip_of_two)
        levels[odd] = np.where(slip, SLIPPED, DIFFERENT)
    return levels


def _identities_differ(features: Features, i: np.ndarray, j: np.ndarray) -> dict[str, np.ndarray]:
    """Numbers of their own that differ speak against the pair; a slip of the finger hardly does."""
    return {f"own.{extra.header}": _own(extra, i, j) for extra in features.extras if extra.identity}


def _own(extra: Extra, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    bits = _agree(extra.coded, extra.bits, i, j, IDENTITY.differ)
    odd = np.flatnonzero(bits == np.float32(IDENTITY.differ))
    if len(odd):
        ours, theirs = extra.coded.codes[i[odd]], extra.coded.codes[j[odd]]
        slip = by_distinct(ours, theirs, extra.coded.words, one_slip)
        bits[odd] = np.where(slip, np.float32(CLOSE_IDENTITY), bits[odd])
    return bits
