"""What an agreement is worth, in bits: log2(m / u), as Fellegi and Sunter weigh the fields of two records.

m: how often the field agrees where two rows are one person; u: how often it agrees by chance. Bits of fields that know
nothing of each other add up; fields that do (a household shares address, phone and town) are summed to a limit.

Fellegi & Sunter (1969), A Theory for Record Linkage, JASA 64(328), 1183-1210, with its weights by the frequency of the
value; Winkler (1990), String Comparator Metrics and Enhanced Decision Rules in the Fellegi-Sunter Model, for partial
agreement of texts.
"""

from dataclasses import dataclass

import numpy as np

CROWD = 20  # a phone, address or e-mail that more people share is a switchboard's, and no evidence
DOUBTFUL = 0.5  # from this score on a pair waits for a person; no score is certain
NEVER_CERTAIN = 0.99
CHANCE = (
    6.5  # bits above log2(people): at most one false pair in about 200 people, if every pair came so near
)
LEAST_PEOPLE = 256  # fewer people than this do not make a coincidence likelier
HALVED = 0.25  # real fields are not quite independent: log-odds are taken at this part in the score


@dataclass(frozen=True)
class Weight:
    """Bits of one field: a value is worth its rarity, at most `cap`; `differ` where both have one and they differ.

    `least`: in fewer rows than this a value does not count as common, since few rows tell little of the world.
    """

    cap: float
    differ: float
    least: int


WEIGHTS = {
    "email": Weight(16.0, -1.5, 50_000),
    "local": Weight(6.0, 0.0, 5_000),
    "phone": Weight(16.0, -1.0, 50_000),
    "birthday": Weight(14.0, -20.0, 20_000),
    "city": Weight(5.0, -1.5, 50),
    "region": Weight(3.0, -1.0, 20),
    "country": Weight(1.0, -2.0, 5),
    "postcode": Weight(9.0, -1.0, 500),
    "company": Weight(7.0, -0.5, 200),
    "sex": Weight(1.0, -4.0, 2),
}
TOKEN = Weight(18.0, -12.0, 2_000)
STREET = Weight(9.0, -3.0, 500)
IDENTITY = Weight(
    16.0, -4.0, 100_000
)  # an undeclared number that is somebody's own, such as an insurance number
CIRCUMSTANCE = Weight(5.0, 0.0, 100)  # any other undeclared column

# Names, word by word.
CLOSE_NAME, ALIKE_NAME, INITIAL, INITIAL_ONLY, WORD_MORE, GENERIC = -5.0, -6.0, 2.0, 3.0, -0.5, 2.0
CLASH_LIMIT = 3.0  # what the other words may still say where one clashes: a family shares its name
FULL_NAME_CROWD = 6
# Birthdays: a slip of the finger, or two of day, month and year.
CLOSE_BIRTHDAY, TWO_OF_THREE = 5.0, 1.0
HOUSE_NUMBER, NO_NUMBER, CLOSE_NUMBER, CLOSE_STREET, OTHER_NUMBER = 4.0, -2.0, -5.0, 4.0, 0.0
CLOSE_PLACE = -2.0
CLOSE_IDENTITY = -0.5
# A household (address, phone, town, firm) is shared by a few, however many people there are: alone it falls so many
# bits short of a pair, and with the name it comes at most so many above it, so that another birthday outweighs both.
HOUSEHOLD_SHORT, NAME_AND_HOUSEHOLD, HOUSEHOLD_LEAST = 4.0, 10.0, -8.0
RARE_NAME = 24.0  # bits of a name from which it and a town outweigh another e-mail or phone
OWN_KEY = 6.0  # bits from which a key of one's own makes up for a name that is missing


def rarity(counts: np.ndarray, filled: int, weight: Weight) -> np.ndarray:
    """Bits of agreeing on each value: log2(1 / share), the two rows compared not counted in the share."""
    share = (np.maximum(counts - 2, 0) + 1) / max(filled, weight.least)
    return np.clip(-np.log2(np.minimum(share, 1.0)), 0.0, weight.cap).astype(np.float32)


def needed(people: int) -> float:
    """Bits that make a pair doubtful: the prior odds of any two among `people` are about 1 : people."""
    return float(np.log2(max(people, LEAST_PEOPLE))) + CHANCE


def score(bits: np.ndarray, people: int) -> np.ndarray:
    """0...0.99; 0.5 where the evidence just makes up for the prior odds."""
    return np.minimum(1.0 / (1.0 + np.exp2((needed(people) - bits) * HALVED)), NEVER_CERTAIN)


def bits_for(threshold: float, people: int) -> float:
    """The bits at which `score` reaches `threshold` (0 < threshold < 1)."""
    odds = float(np.clip(threshold, 1e-6, NEVER_CERTAIN))
    return needed(people) + float(np.log2(odds / (1.0 - odds))) / HALVED
