"""The three sentences that matter most, each with its people: "8 regulars fell silent, worth €2,100 a year"."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from crm_core.ledger.profiles import series
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.model.conditions import EVERYBODY, All, Condition, Not, Where
from crm_core.model.rights import SEE, needs
from crm_core.views.cache import ALL_DAY, Stock, remembered
from crm_core.views.customers import READ
from crm_core.views.insights.marks import among, between, fell_silent
from crm_core.views.insights.periods import Period
from crm_core.views.words import counted, money

REGULAR = 3  # orders
AHEAD = 7  # days
LONG_UNHEARD = 90  # days
MOST = 3


@dataclass(frozen=True)
class Sentence:
    """One thing to know, how many people it is about, what they spend a year (ten-thousandths), and who they are:
    those who meet `condition` on `as_of`."""

    name: str
    text: str
    people: int
    worth: int
    condition: Condition
    as_of: date


@dataclass(frozen=True)
class Topic:
    """What may be worth a sentence. `weight`: what of the people's yearly spending is at stake."""

    name: str
    condition: Callable[[Period], Condition]
    words: Callable[[int, str], str]
    weight: float


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


REACHABLE = Not(Where("do_not_contact", "is", "yes"))

TOPICS = (
    Topic(
        "fell silent",
        lambda span: fell_silent(span.start, span.end, REGULAR),
        lambda number, worth: f"{counted(number, 'regular')} fell silent, worth {worth} a year",
        1.0,
    ),
    Topic(
        "can't lose",
        lambda _: All((Where("segment", "is", "can't lose"), REACHABLE)),
        lambda number, worth: f"{_people(number)} who bought most often stay away, worth {worth} a year",
        0.5,
    ),
    Topic(
        "new",
        lambda span: between("first_on", span.start, span.end),
        lambda number, worth: f"{_people(number)} bought for the first time, for {worth}",
        0.8,
    ),
    Topic(
        "due",
        lambda span: All((*between("next_order_on", span.end, span.end + timedelta(days=AHEAD)).parts,
                          Where("orders", "at least", REGULAR))),
        lambda number, worth: f"{counted(number, 'regular')} usually buy again in {AHEAD} days, worth {worth} a year",
        0.2,
    ),
    Topic(
        "unheard",
        lambda _: All((Where("tier", "is", "high"), Not(Where("last_contact_on", "days ago at most", LONG_UNHEARD)),
                       Not(Where("last_on", "days ago at most", LONG_UNHEARD)), REACHABLE)),
        lambda number, worth: f"{_people(number)} of the high tier neither bought nor heard from us in "
        f"{LONG_UNHEARD} days, worth {worth} a year",
        0.3,
    ),
    Topic(
        "overdue",
        lambda span: Where("next_due_on", "before", span.end.isoformat()),
        lambda number, worth: f"{_people(number)} {'waits' if number == 1 else 'wait'} for a follow-up that is overdue",
        2.0,
    ),
    Topic(
        "birthday",
        lambda _: All((Where("birthday", "birthday within", AHEAD), Where("orders", "at least", 1), REACHABLE)),
        lambda number, worth: f"{counted(number, 'birthday')} of customers in the next {AHEAD} days",
        0.1,
    ),
)  # fmt: skip


@needs(SEE, whole=True)
def sentences(
    database: Database, period: Period, most: int = MOST, whom: Condition = EVERYBODY
) -> tuple[Sentence, ...]:
    """What matters most as of the period's last day among those who meet `whom` then, most first: by the yearly
    spending at stake, then by people.

    Spending of a year is that of the year up to each one's last purchase. Fewer than `most` when little happened.
    """
    return _ranked(database, period, whom, as_of=period.end)[:most]


@remembered(*READ, "setting", behind=ALL_DAY)
def _ranked(stock: Stock, period: Period, whom: Condition) -> tuple[Sentence, ...]:
    currency = existing.currency(stock.connection)
    conditions = [among(whom, topic.condition(period)) for topic in TOPICS]
    sums = series.worth(stock.connection, conditions, stock.as_of)
    found = [
        (
            topic.weight * worth,
            Sentence(
                topic.name,
                topic.words(people, money(_round(worth), currency)),
                people,
                worth,
                who,
                stock.as_of,
            ),
        )
        for topic, who, (people, worth) in zip(TOPICS, conditions, sums, strict=True)
        if people
    ]
    found.sort(key=lambda pair: (-pair[0], -pair[1].people))
    return tuple(sentence for _, sentence in found)


def _round(worth: int) -> int:
    """Whole units, and three digits of larger sums: nobody needs the cents of a forecast."""
    units = max(0, round(worth / 10_000))
    digits = max(0, len(str(units)) - 3)
    return round(units, -digits) * 10_000
