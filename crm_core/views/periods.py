"""The periods that managers compare: each with the period before it."""

from dataclasses import dataclass
from datetime import date, timedelta

from crm_core.errors import InvalidInput
from crm_core.ledger.wording import long_day

NAMES = ("month", "quarter", "year", "last 90 days", "last 365 days", "custom")
MONTHS = {"month": 1, "quarter": 3, "year": 12}
DAYS = {"last 90 days": 90, "last 365 days": 365}


@dataclass(frozen=True)
class Period:
    """Days from `start` to `end` (both included) and those they are compared with."""

    name: str
    start: date
    end: date
    before_start: date
    before_end: date

    @property
    def words(self) -> str:
        return f"{long_day(self.start.isoformat())} to {long_day(self.end.isoformat())}"


def period(name: str, as_of: date, start: date | None = None, end: date | None = None) -> Period:
    """The period of that name that as_of lies in, up to as_of.

    A month, quarter or year is compared with as many days of the one before (all of it, once it is complete); the last
    days and a custom period with the days just before them.
    """
    if name in MONTHS:
        return _calendar(name, as_of)
    if name in DAYS:
        return _days(name, as_of - timedelta(days=DAYS[name] - 1), as_of)
    if name != "custom" or start is None or end is None:
        raise InvalidInput(
            f"“{name}” is no period. Known are: {', '.join(NAMES)}; a custom one has a first and a last day."
        )
    if end < start:
        raise InvalidInput(f"The period begins on {start} and ends before it, on {end}. Swap the two days.")
    return _days(name, start, min(end, max(as_of, start)))


def _days(name: str, start: date, end: date) -> Period:
    length = (end - start).days + 1
    return Period(name, start, end, start - timedelta(days=length), start - timedelta(days=1))


def _calendar(name: str, as_of: date) -> Period:
    months = MONTHS[name]
    start = date(as_of.year, (as_of.month - 1) // months * months + 1, 1)
    before, following = _shifted(start, -months), _shifted(start, months)
    last = start - timedelta(days=1)
    complete = as_of == following - timedelta(days=1)
    before_end = last if complete else min(last, before + (as_of - start))
    return Period(name, start, as_of, before, before_end)


def _shifted(first: date, months: int) -> date:
    """The first of a month, so many months on."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
