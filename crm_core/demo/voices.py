"""What the café hears and gives: complaints, answers, recommendations, small gestures; and who of it is away."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from crm_core.demo.crowd import Crowd
from crm_core.demo.customers import only
from crm_core.demo.habits import TODAY
from crm_core.model.changes import new_ids
from crm_core.model.words import MONEY_UNIT

COMPLAINTS = (
    ("service", "Waited for twenty minutes at the counter"), ("product", "The coffee was cold twice"),
    ("delivery", "The platters came an hour late"), ("service", "Was charged twice for one cake"),
    ("product", "The beans had been roasted too long ago"),
)  # fmt: skip
QUESTIONS = (
    ("before", "service", "How easy was it to order?"), ("during", "service", "How do you like it here today?"),
    ("after", "product", "How did you like what you had?"),
)  # fmt: skip
GIFTS = ("A cup of coffee on the house", "A slice of carrot cake", "A bag of the new beans")
SCORES = (0.05, 0.07, 0.13, 0.35, 0.4)  # shares of 1 to 5
OPEN_DAYS, HEARD_DAYS = 12, 300
WORDINGS = (
    ("birthday", "Guten Tag[ {name}][, hier ist {speaker}]. Ich rufe an, um Ihnen zum Geburtstag zu gratulieren.",
     "Alles Gute zum Geburtstag[, {name}]"),
    ("thanks", "Guten Tag[ {name}][, hier ist {speaker}]. Danke für Ihren Einkauf[ am {last_day}].",
     "Danke für Ihren Einkauf"),
)  # fmt: skip
AWAY = ("Jonas Keller", 2, 3)  # since how many days, and for how many more


def voices(
    people: pd.DataFrame, crowd: Crowd, days: np.ndarray, as_of: date, seed: int
) -> dict[str, pd.DataFrame]:
    """Frames by entity: case, answer, gesture, absence, wording. Drawn apart from the rest of the café."""
    rng = np.random.default_rng([seed, 5])
    buyers = np.flatnonzero(crowd.buys & (crowd.start < TODAY - 30))
    owner = people["owner"].to_numpy(object, na_value=None)
    return {
        "case": _cases(_some(buyers, len(people) // 100, rng), owner, days, rng),
        "answer": _answers(_some(buyers, len(people) // 15, rng), days, rng),
        "gesture": _gestures(_some(buyers, len(people) // 80, rng), owner, days, rng),
        "absence": _absence(as_of),
        "wording": _wordings(),
    }


def told_of_people(people: pd.DataFrame, crowd: Crowd, seed: int) -> pd.DataFrame:
    """The customers with who recommended them, and why they have not bought yet."""
    rng = np.random.default_rng([seed, 6])
    count, friend = len(people), (people["source"] == "A friend").fillna(False).to_numpy(bool)
    newest = crowd.start > TODAY - 14
    sent = (friend | (newest & (rng.random(count) < 0.3))) & (np.arange(count) > 0)
    by = (rng.random(count) * np.arange(count)).astype(int)
    price = ~crowd.buys & (rng.random(count) < 0.15)
    return people.assign(
        referred_by=people["code"].take(by).reset_index(drop=True).where(sent),
        why_not=only("price", price),
    )


def _some(who: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """So many of them, one at least where there is anybody."""
    return np.sort(rng.permutation(who)[: max(1, count)])


def _frame(who: np.ndarray, day: np.ndarray, days: np.ndarray, **columns: Any) -> pd.DataFrame:
    """Records by day, driver-ready."""
    dates = pd.Series(np.datetime_as_string(days[day]), dtype="str")
    frame = pd.DataFrame({"customer_id": -1 - who, "date": dates, **columns})
    frame = frame.sort_values(["date", "customer_id"], ignore_index=True, ascending=[True, False])
    return _numbered(frame)


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(id=new_ids(len(frame)))


def _heard(count: int, rng: np.random.Generator) -> np.ndarray:
    """Days of the last months, most of them lately."""
    return TODAY - 1 - (rng.beta(1, 3, count) * HEARD_DAYS).astype(int)


def _cases(who: np.ndarray, owner: np.ndarray, days: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    day, kind = _heard(len(who), rng), rng.integers(0, len(COMPLAINTS), len(who))
    day[: len(day) // 5] = TODAY - rng.integers(1, 6, len(day) // 5)
    is_open = day > TODAY - OPEN_DAYS
    solved = pd.Series(np.datetime_as_string(days[np.minimum(day + 3, TODAY)]), dtype="str").mask(is_open)
    told = {name: [COMPLAINTS[one][place] for one in kind] for place, name in enumerate(("about", "what"))}
    state = np.where(is_open, "open", "solved")
    return _frame(who, day, days, type="complaint", state=state, solved_on=solved, owner=owner[who], **told)


def _answers(who: np.ndarray, days: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    kind = rng.integers(0, len(QUESTIONS), len(who))
    told = {
        name: [QUESTIONS[one][place] for one in kind]
        for place, name in enumerate(("asked", "about", "question"))
    }
    score = rng.choice(np.arange(1.0, 6.0), len(who), p=SCORES)
    return _frame(who, _heard(len(who), rng), days, score=score, scale=5.0, **told)


def _gestures(who: np.ndarray, owner: np.ndarray, days: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    what, cost = rng.choice(GIFTS, len(who)), rng.integers(2, 8, len(who)) * MONEY_UNIT
    return _frame(
        who, _heard(len(who), rng), days, what=what, cost=cost, play="small-gesture", owner=owner[who]
    )


def _absence(as_of: date) -> pd.DataFrame:
    name, since, more = AWAY
    first, last = as_of - timedelta(days=since), as_of + timedelta(days=more)
    row = {"colleague": name, "starts": first.isoformat(), "ends": last.isoformat()}
    return _numbered(pd.DataFrame([row | {"note": "On holiday"}]))


def _wordings() -> pd.DataFrame:
    rows = [
        {"name": f"{play}/de", "play": play, "language": "German", "say": say, "subject": subject}
        for play, say, subject in WORDINGS
    ]
    return _numbered(pd.DataFrame(rows))
