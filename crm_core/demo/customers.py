"""The customers' records: what the café knows of each of its people, and what it does not."""

from datetime import date

import numpy as np
import pandas as pd

from crm_core.demo.crowd import Crowd
from crm_core.demo.habits import PLACE, TODAY
from crm_core.demo.identity import COLUMNS, email_addresses, identity_frame
from crm_core.demo.menu import MENU
from crm_core.demo.names import FIRM_KINDS, FIRMS, POSITIONS, STREETS
from crm_core.demo.phones import draw_phones
from crm_core.demo.places import country_name, place_of
from crm_core.model.words import NEEDS

SOURCES = (
    "Walked in", "A friend", "Instagram", "Found on a map", "Street market", "Newsletter", "Office next door",
)  # fmt: skip
NEEDS_KNOWN = 0.6  # of those who never bought
PREFERENCES = (
    "", ", extra hot", ", no sugar", ", in their own cup", ", to take away", ", table by the window",
    ", and a word about football", ", and water for the dog", ", likes to try what is new",
)  # fmt: skip
NOTES = (
    "Allergic to nuts.", "Comes with two children.", "Asks for the recipe of the soup.", "Plays the piano on Sundays.",
    "Prefers a message to a call.", "Works around the corner.", "Knows the baker.", "Reads the paper here.",
)  # fmt: skip
ASKED_BEFORE = 25  # days before a catering they ask for it, at the most
NOT_YET = 60  # days: newcomers have not been asked often enough to mind
CONSENTS = {"may_call": (0.42, 0.12), "may_email": (0.5, 0.13), "may_message": (0.3, 0.1)}  # yes, no
MOVED_AWAY = "Moved away and came to say goodbye."


def customer_frame(
    crowd: Crowd, days: np.ndarray, country: str, as_of: date, owners: list[str], rng: np.random.Generator
) -> pd.DataFrame:
    """The customers, driver-ready, in the order in which they became known."""
    count = len(crowd)
    people = identity_frame(count, place_of(country).culture, rng)
    frame = pd.DataFrame({"id": -1 - np.arange(count), "code": _codes(count)})
    frame[list(COLUMNS)] = people[list(COLUMNS)]
    frame["email"] = _some(email_addresses(people["latin"], rng), 0.74, rng)
    frame["phone"] = _some(pd.Series(draw_phones(count, country, rng), dtype="str"), 0.86, rng)
    frame["owner"] = _owners(crowd, owners, rng)
    frame["birthday"] = _birthdays(count, as_of, rng)
    described = (_company(crowd, rng), _home(count, country, rng), _habits(crowd, rng), _consents(crowd, rng))
    frame = pd.concat([frame, *described], axis=1)
    frame["source"] = _some(_chosen(SOURCES, count, rng), 0.7, rng)
    frame["since"] = np.datetime_as_string(days[0] + crowd.start - ASKED_BEFORE * crowd.has("caterer"))
    return frame.astype({name: "str" for name in frame.columns if name != "id"})


def _codes(count: int) -> list[str]:
    """Codes that no real list has, so that an upload never takes a made-up person for somebody."""
    return [f"DEMO-{number:04d}" for number in range(1, count + 1)]


def _chosen(texts: tuple[str, ...], count: int, rng: np.random.Generator) -> pd.Series:
    return pd.Series(pd.array(list(texts), dtype="str").take(rng.integers(0, len(texts), count)))


def _some(values: pd.Series, share: float, rng: np.random.Generator) -> pd.Series:
    """The values of that share of the rows, missing elsewhere."""
    return values.where(rng.random(len(values)) < share)


def only(text: str, mine: np.ndarray) -> pd.Series:
    """The same text for some, missing for the others."""
    return pd.Series(text, index=range(len(mine)), dtype="str").where(mine)


def _owners(crowd: Crowd, owners: list[str], rng: np.random.Generator) -> pd.Series:
    """Regulars mostly have somebody who looks after them, caterers always; the others now and then."""
    share = np.where(crowd.has("every day") | crowd.has("every week"), 0.8, 0.25)
    share = np.where(crowd.has("caterer"), 1.0, share)
    return _chosen(tuple(owners), len(crowd), rng).where(rng.random(len(crowd)) < share)


def _birthdays(count: int, as_of: date, rng: np.random.Generator) -> pd.Series:
    """Of three in five the birthday is known: they are 17 to 77."""
    age = 17 * 365.25 + rng.beta(1.6, 2.4, count) * 60 * 365.25
    born = np.datetime64(as_of) - age.astype(int)
    return _some(pd.Series(np.datetime_as_string(born), dtype="str"), 0.6, rng)


def _company(crowd: Crowd, rng: np.random.Generator) -> pd.DataFrame:
    """Caterings are ordered for a company; so far and wide a few others work for one."""
    known = crowd.has("caterer") | (rng.random(len(crowd)) < 0.05)
    firms = tuple(name + kind for name in FIRMS for kind in FIRM_KINDS)
    company = _chosen(firms, len(crowd), rng).where(known)
    return pd.DataFrame({"company": company, "job_title": _chosen(POSITIONS, len(crowd), rng).where(known)})


def _home(count: int, country: str, rng: np.random.Generator) -> pd.DataFrame:
    cities = place_of(country).cities
    share = np.array([0.6] + [0.4 / (len(cities) - 1)] * (len(cities) - 1))
    city = pd.Series(pd.array(list(cities), dtype="str").take(rng.choice(len(cities), count, p=share)))
    numbers = pd.Series(rng.integers(1, 90, count)).astype("str")
    return pd.DataFrame(
        {
            "address": _some(numbers + " " + _chosen(STREETS, count, rng), 0.3, rng),
            "city": _some(city, 0.88, rng),
            "country": country_name(country),
        }
    )


def _habits(crowd: Crowd, rng: np.random.Generator) -> pd.DataFrame:
    """What they like, tags, need, notes; who moved away is marked so by hand."""
    count, buys = len(crowd), crowd.buys & ~crowd.has("caterer")
    usual = pd.Series(pd.array([product.name for product in MENU], dtype="str").take(crowd.usual))
    likes = (usual + _chosen(PREFERENCES, count, rng)).where(buys & (rng.random(count) < 0.5))
    moved = crowd.silent & (rng.random(count) < 0.06)
    need = _some(_chosen(NEEDS, count, rng), NEEDS_KNOWN, rng).where(~crowd.buys)
    note = _some(_chosen(NOTES, count, rng), 0.08, rng).mask(moved, MOVED_AWAY)
    stage = only("dissolution", moved)
    return pd.DataFrame(
        {"likes": likes, "tags": _tags(crowd, rng), "need": need, "stage": stage, "note": note}
    )


def _tags(crowd: Crowd, rng: np.random.Generator) -> pd.Series:
    marks = {
        "regular": np.isin(crowd.habit, (PLACE["every day"], PLACE["every week"])) & ~crowd.silent,
        "catering": crowd.has("caterer"),
        "weekend": crowd.has("weekends"),
        "student": (rng.random(len(crowd)) < 0.1) & ~crowd.has("caterer"),
        "dog": rng.random(len(crowd)) < 0.06,
        "book club": rng.random(len(crowd)) < 0.04,
    }
    joined = pd.Series("", index=range(len(crowd)), dtype="str")
    for tag, mine in marks.items():
        joined = joined.mask(mine, joined + ", " + tag)
    joined = joined.str.removeprefix(", ")
    return joined.where(joined != "")


def _consents(crowd: Crowd, rng: np.random.Generator) -> pd.DataFrame:
    """Yes, no, and often unknown; a few want to be left alone."""
    left_alone = (rng.random(len(crowd)) < 0.02) & (crowd.start < TODAY - NOT_YET)
    found = {name: _consent(len(crowd), *shares, rng) for name, shares in CONSENTS.items()}
    found = {name: values.mask(left_alone, "no") for name, values in found.items()}
    return pd.DataFrame(found | {"do_not_contact": only("yes", left_alone)})


def _consent(count: int, yes: float, no: float, rng: np.random.Generator) -> pd.Series:
    said = pd.Series(pd.array(["yes", "no", None], dtype="str"))
    return said.take(rng.choice(3, count, p=(yes, no, 1 - yes - no))).reset_index(drop=True)
