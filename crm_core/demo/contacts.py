"""Contacts with outcomes: questions, calls, thanks, complaints; and what was promised for the days to come."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_core.demo.crowd import Crowd
from crm_core.demo.customers import ASKED_BEFORE
from crm_core.demo.habits import TODAY, weekdays_of
from crm_core.demo.visits import Orders
from crm_core.model.changes import new_ids

CALLS_A_YEAR = 0.45  # to everybody who comes again
PROMISES = 12
PROMISED_WITHIN = 9  # days back from the last day


@dataclass(frozen=True)
class Talk:
    """A kind of contact with its weight within its group."""

    weight: float
    type: str
    channel: str
    outcome: str | None
    note: str | None = None
    reason: str | None = None


INQUIRIES = (
    Talk(3, "inquiry", "e-mail", None, "Asked whether there is something without milk."),
    Talk(3, "inquiry", "phone", None, "Asked about the opening hours on holidays."),
    Talk(3, "inquiry", "in person", None, "Looked at the cakes and took a menu along."),
    Talk(2, "inquiry", "online", None, "Asked for the price of a birthday table."),
    Talk(2, "inquiry", "e-mail", None, "Wanted to know where the beans come from."),
    Talk(1, "visit", "in person", None, "Came in for the reading, bought nothing."),
)
ANSWERS = (
    Talk(3, "call", "phone", "reached", "Told them about the tasting on Saturday."),
    Talk(2, "call", "phone", "no answer"),
    Talk(1, "call", "phone", "visit agreed", "Comes by next week."),
    Talk(2, "message", "e-mail", "reached", "Sent the menu."),
    Talk(1.5, "call", "phone", "not interested", reason="Too far away"),
    Talk(1, "call", "phone", "not interested", reason="Has a machine at home"),
    Talk(0.5, "call", "phone", "wrong number"),
)
CALLS = (
    Talk(5, "call", "phone", "reached", "A friendly talk; all is well."),
    Talk(3, "call", "phone", "reached", "Told them about the new beans."),
    Talk(3, "call", "phone", "no answer"),
    Talk(2, "call", "phone", "voicemail", "Left a greeting."),
    Talk(0.4, "call", "phone", "wrong number"),
    Talk(1.5, "call", "phone", "visit agreed", "Comes by at the weekend."),
    Talk(1.2, "call", "phone", "bought", "Ordered beans on the phone."),
    Talk(0.8, "call", "phone", "not interested", reason="Drinks less coffee now"),
    Talk(0.6, "call", "phone", "not interested", reason="Works from home these days"),
    Talk(0.7, "call", "phone", "complaint", "The coffee was cold twice. Apologised and offered a cup."),
    Talk(0.4, "message", "message", "complaint", "Waited for twenty minutes."),
    Talk(2, "message", "message", "reached", "Wished a happy birthday."),
    Talk(2, "after-sales", "in person", "reached", "Asked how the beans were."),
    Talk(1.5, "visit", "in person", "reached", "Sat down for a chat at the counter."),
)
CATERING_ASKED = (
    Talk(3, "inquiry", "e-mail", "call again", "Asked for an offer for a team breakfast."),
    Talk(2, "inquiry", "phone", "reached", "Wanted platters for thirty people."),
)
CATERING_AFTER = (
    Talk(4, "after-sales", "phone", "reached", "All went well; wants to order again."),
    Talk(1, "after-sales", "e-mail", "reached", "The flasks came late, the food was praised."),
)
LEFT_ALONE = (Talk(1, "call", "phone", "do not contact", "Does not want to be called."),)
PROMISED = (
    Talk(3, "call", "phone", "call again", "a table for the birthday"),
    Talk(3, "call", "phone", "call again", "the offer for the office breakfast"),
    Talk(2, "call", "phone", "call again", "when the new beans arrive"),
    Talk(2, "call", "phone", "call again", "the date of the tasting"),
)
GROUPS = (INQUIRIES, ANSWERS, CALLS, CATERING_ASKED, CATERING_AFTER, LEFT_ALONE, PROMISED)
TALKS = tuple(talk for group in GROUPS for talk in group)


@dataclass(frozen=True)
class Talks:
    """One entry a contact: who, the day's number, and a place in TALKS."""

    who: np.ndarray
    day: np.ndarray
    talk: np.ndarray


def make_talks(crowd: Crowd, orders: Orders, customers: pd.DataFrame, rng: np.random.Generator) -> Talks:
    """All contacts. Nobody is spoken to again once they asked to be left alone."""
    alone = (customers["do_not_contact"] == "yes").fillna(False).to_numpy(dtype=bool)
    last_call = _alone_since(alone, crowd, rng)
    parts = [*_inquiries(crowd, rng), _calls(crowd, rng), *_catering(crowd, orders, rng)]
    who, day, talk = (np.concatenate(column) for column in zip(*parts, strict=True))
    fits = (day >= 0) & (day <= TODAY - 1) & (day < last_call[who])
    left, promised = _left_alone(alone, last_call, rng), _promised(crowd, customers, rng)
    columns = zip((who[fits], day[fits], talk[fits]), left, promised, strict=True)
    return Talks(*(np.concatenate(column) for column in columns))


Part = tuple[np.ndarray, np.ndarray, np.ndarray]


def _drawn(group: tuple[Talk, ...], count: int, rng: np.random.Generator) -> np.ndarray:
    first = TALKS.index(group[0])
    weights = np.array([talk.weight for talk in group])
    return first + rng.choice(len(group), count, p=weights / weights.sum())


def _since(crowd: Crowd, who: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Any day since they are known."""
    first = np.maximum(crowd.start, 0)[who]
    return first + (rng.random(len(who)) * (TODAY - first)).astype(np.int64)


def _inquiries(crowd: Crowd, rng: np.random.Generator) -> list[Part]:
    """One to three questions of those who asked and did not buy, and what we answered to half of them."""
    asked = np.flatnonzero(crowd.has("asked"))
    who = np.repeat(asked, rng.integers(1, 4, len(asked)))
    day = _since(crowd, who, rng)
    half = rng.random(len(who)) < 0.5
    return [
        (who, day, _drawn(INQUIRIES, len(who), rng)),
        (who[half], day[half] + rng.integers(1, 9, half.sum()), _drawn(ANSWERS, int(half.sum()), rng)),
    ]


def _calls(crowd: Crowd, rng: np.random.Generator) -> Part:
    years = (TODAY - np.maximum(crowd.start, 0)) / 365
    often = np.where(crowd.returns | crowd.has("once"), CALLS_A_YEAR, 0.0)
    who = np.repeat(np.arange(len(crowd)), rng.poisson(years * often))
    return who, _since(crowd, who, rng), _drawn(CALLS, len(who), rng)


def _catering(crowd: Crowd, orders: Orders, rng: np.random.Generator) -> list[Part]:
    """Before a catering they asked, after it we did."""
    mine = crowd.has("caterer")[orders.who]
    who, day = orders.who[mine], orders.day[mine]
    before, after = day - rng.integers(5, ASKED_BEFORE, len(who)), day + rng.integers(1, 6, len(who))
    return [
        (who, before, _drawn(CATERING_ASKED, len(who), rng)),
        (who, after, _drawn(CATERING_AFTER, len(who), rng)),
    ]


def _alone_since(alone: np.ndarray, crowd: Crowd, rng: np.random.Generator) -> np.ndarray:
    """The day on which they asked to be left alone; a day that never comes for the others."""
    first = np.maximum(crowd.start, 0)
    asked = first + 10 + (rng.random(len(crowd)) * np.maximum(TODAY - first - 20, 1)).astype(np.int64)
    return np.where(alone, asked, TODAY * 2)


def _left_alone(alone: np.ndarray, last_call: np.ndarray, rng: np.random.Generator) -> Part:
    who = np.flatnonzero(alone)
    return who, last_call[who], _drawn(LEFT_ALONE, len(who), rng)


def _promised(crowd: Crowd, customers: pd.DataFrame, rng: np.random.Generator) -> Part:
    """In the last days a few of those who may be called were promised to hear from us again."""
    willing = (customers["may_call"].fillna("") != "no") & customers["phone"].notna()
    free = np.flatnonzero(
        willing.to_numpy(dtype=bool) & crowd.returns & (crowd.start < TODAY - PROMISED_WITHIN)
    )
    who = rng.permutation(free)[: min(PROMISES, len(crowd) // 40)]
    return who, TODAY - rng.integers(1, PROMISED_WITHIN, len(who)), _drawn(PROMISED, len(who), rng)


def interaction_frame(
    talks: Talks, customers: pd.DataFrame, days: np.ndarray, owners: list[str], rng: np.random.Generator
) -> pd.DataFrame:
    """The contacts, driver-ready, by day: on weekdays, in working hours."""
    day = _on_weekdays(talks.day, days)
    order = np.argsort(day, kind="stable")
    who, day, talk = talks.who[order], day[order], talks.talk[order]
    told = {name: _told(name, talk) for name in ("type", "channel", "outcome", "reason", "note")}
    colleague = pd.Series(rng.choice(owners, len(who)), dtype="str")
    return pd.DataFrame(
        {
            "id": -1 - np.arange(len(who)),
            "customer_id": -1 - who,
            "date": pd.Series(np.datetime_as_string(days[day]), dtype="str"),
            "time": _times(len(who), rng),
            **told,
            "owner": customers["owner"].iloc[who].reset_index(drop=True).fillna(colleague),
        }
    )


def _on_weekdays(day: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Saturday and Sunday become the Monday after, at the very end the Friday before; the order stays."""
    weekday = weekdays_of(days)[day]
    monday = day + 7 - weekday
    later = np.where(monday <= TODAY, monday, day - weekday + 4)
    return np.where(weekday >= 5, later, day)


def _told(name: str, talk: np.ndarray) -> pd.Series:
    return pd.Series(pd.array([getattr(one, name) for one in TALKS], dtype="str").take(talk))


def _times(count: int, rng: np.random.Generator) -> pd.Series:
    minutes = (rng.integers(36, 70, count) * 15).tolist()
    return pd.Series([f"{minute // 60:02d}:{minute % 60:02d}" for minute in minutes], dtype="str")


def follow_up_frame(contacts: pd.DataFrame, days: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """What was promised in the last days as open follow-ups, due from two days ago to four days ahead."""
    first = np.datetime_as_string(days[TODAY - PROMISED_WITHIN - 4])
    promised = contacts["note"].isin([talk.note for talk in PROMISED]) & (contacts["date"] >= first)
    mine = contacts[promised].drop_duplicates("customer_id")
    due = days[TODAY] + rng.integers(-2, 5, len(mine))
    return pd.DataFrame(
        {
            "id": new_ids(len(mine)),
            "customer_id": mine["customer_id"].to_numpy(),
            "play": "promised",
            "due_on": pd.Series(np.datetime_as_string(due), dtype="str"),
            "owner": mine["owner"].to_numpy(),
            "reason": mine["note"].to_numpy(),
            "state": "open",
        }
    )
