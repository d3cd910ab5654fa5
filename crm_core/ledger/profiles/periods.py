"""The periods that managers compare: each with the period before it."""

from dataclasses import dataclass
from datetime import date, timedelta

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.wording import long_day

STANDARD = ("month", "quarter", "year", "last 90 days", "last 365 days")
NAMES = (*STANDARD, "custom")
MONTHS = {"month": 1, "quarter": 3, "year": 12}
QUARTERS = ("1st", "2nd", "3rd", "4th")
HISTORY = 12  # points of a small line
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
    return Period(name, start, end, _back(start, length), _back(start, 1))


def _back(day: date, days: int) -> date:
    """So many days before; not before the calendar begins."""
    return date.fromordinal(max(1, day.toordinal() - days))


def _calendar(name: str, as_of: date) -> Period:
    months = MONTHS[name]
    start = date(as_of.year, (as_of.month - 1) // months * months + 1, 1)
    return _months(name, start, as_of, as_of == _shifted(start, months) - timedelta(days=1))


def _months(name: str, start: date, end: date, complete: bool) -> Period:
    before = _shifted(start, -MONTHS[name])
    return Period(name, start, end, before, _as_far(before, MONTHS[name], end - start, complete))


def _as_far(start: date, months: int, run: timedelta, complete: bool) -> date:
    """The end of a month, quarter or year that has run so far; of all of it, where it is complete."""
    last = _shifted(start, months) - timedelta(days=1)
    return last if complete else min(last, start + run)


def _shifted(first: date, months: int) -> date:
    """The first of a month, so many months on; not before the calendar begins."""
    count = max(12, first.year * 12 + first.month - 1 + months)
    return date(count // 12, count % 12 + 1, 1)


def history(span: Period, most: int = HISTORY) -> tuple[Period, ...]:
    """The periods like this one that lie before it, as far into each as this one has run, and this one; oldest first.

    Fewer where the calendar begins."""
    spans = [span]
    while len(spans) < most and spans[0].start.toordinal() > 366 + (span.end - span.start).days:
        spans.insert(0, _before(span, spans[0]))
    return tuple(spans)


def _before(span: Period, latest: Period) -> Period:
    if span.name not in MONTHS:
        return _days(span.name, latest.before_start, latest.before_end)
    return _like(span, latest.before_start)


def _like(span: Period, start: date) -> Period:
    """The month, quarter or year that begins on `start`, as far as `span` has run."""
    months, run = MONTHS[span.name], span.end - span.start
    complete = span.end == _shifted(span.start, months) - timedelta(days=1)
    return _months(span.name, start, _as_far(start, months, run, complete), complete)


def year_before(span: Period) -> Period:
    """The same period a year earlier."""
    if span.name in MONTHS:
        return _like(span, _shifted(span.start, -12))
    return _days(span.name, _last_year(span.start), _last_year(span.end))


def _last_year(day: date) -> date:
    year = max(1, day.year - 1)
    return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


def label(span: Period) -> str:
    """What a point of a history is called: `November 2025`, `4th quarter of 2025`, `2025`, or its last day."""
    if span.name == "month":
        return f"{span.start:%B} {span.start.year}"
    if span.name == "quarter":
        return f"{QUARTERS[(span.start.month - 1) // 3]} quarter of {span.start.year}"
    return str(span.start.year) if span.name == "year" else f"to {long_day(span.end.isoformat())}"
