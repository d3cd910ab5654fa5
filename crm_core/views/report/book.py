"""The managers' report as a workbook: a cover, the numbers, segments with movement, who comes back, what is ahead."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from crm_core.errors import InvalidInput
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.ledger.writing.handed_out import handed_out
from crm_core.model.conditions import EVERYBODY, Condition
from crm_core.model.rights import EXPORT, needs
from crm_core.views import customers
from crm_core.views.customers import PeopleQuery
from crm_core.views.insights.periods import STANDARD, Period, period
from crm_core.views.insights.sentences import sentences
from crm_core.views.report import ahead as report_ahead
from crm_core.views.report import now as report_now
from crm_core.views.words import long_day
from crm_core.workbook.write import ColumnStyle, SheetContent, write_xlsx

USUAL = "last 90 days"
CONTENTS = (ColumnStyle("Sheet", "text", 22), ColumnStyle("What it says", "note", 96))


@dataclass(frozen=True)
class Scope:
    """What a report is about: whose numbers, of which days, in which currency."""

    database: Database
    span: Period
    as_of: date
    whom: Condition = EVERYBODY
    currency: str = ""


Chapter = Callable[[Scope], SheetContent | None]
CHAPTERS: tuple[tuple[Chapter, str], ...] = (
    (report_now.numbers, "The period's numbers against the one before, the same days last year and the goals"),
    (report_now.trend, "The same numbers for the last twelve periods, as charts"),
    (report_now.revenue, "Revenue by month, the year before beside it, and what is to be expected"),
    (report_now.segments, "Who the customers are, and how many came into each segment and left it"),
    (report_now.movement_sheet, "From which segment to which people moved in the year"),
    (report_now.coming_back, "Of those who first bought in a month, how many bought again in each month after"),
    (report_ahead.quality, "How good the last forecast was, against what really came"),
    (report_ahead.to_save, "Customers worth most who are likely to leave: whom to call first"),
    (report_ahead.best, "The customers who spent most"),
    (report_ahead.products, "What sold best in the period, against the period before"),
)  # fmt: skip


@needs(EXPORT, whole=True)
def report_file(
    database: Database, span: str | Period, as_of: date, whom: Condition = EVERYBODY, about: str = ""
) -> bytes:
    """The report of a period (its name, or chosen days) as .xlsx, ready to print; `about`: in words whom it is about.

    A chapter that the data cannot carry is left out and named on the cover. InvalidInput for an unknown period and
    where nobody is stored.
    """
    scope = _scope(database, span, as_of, whom)
    found = [(chapter(scope), words) for chapter, words in CHAPTERS]
    sheets = [sheet for sheet, _ in found if sheet is not None]
    missing = [words for sheet, words in found if sheet is None]
    listed = [(sheet.name, words) for sheet, words in found if sheet is not None]
    cover = _cover(scope, about, listed, missing)
    title = {"title": f"Customers, {scope.span.words}", "subject": "Report of Regulars"}
    handed_out(database, "report", len(listed))
    return write_xlsx([cover, *sheets], properties=title, currency=scope.currency)


def _scope(database: Database, span: str | Period, as_of: date, whom: Condition) -> Scope:
    days = span if isinstance(span, Period) else _named(span, as_of)
    if not customers.people(database, PeopleQuery(size=1, columns=("name",)), as_of).total:
        raise InvalidInput("There is nobody to report on yet. Upload a workbook first.")
    with database.read() as connection:
        currency = existing.currency(connection)
    return Scope(database, days, as_of, whom, currency)


def _named(name: str, as_of: date) -> Period:
    if name not in STANDARD:
        raise InvalidInput(f"“{name}” is no period. Choose one of: {', '.join(STANDARD)}.")
    return period(name, as_of)


def _cover(scope: Scope, about: str, listed: list[tuple[str, str]], missing: list[str]) -> SheetContent:
    with scope.database.read() as connection:
        company = existing.settings(connection).get("company") or "Our customers"
    titles = (
        company,
        f"{scope.span.words}, as of {long_day(scope.as_of.isoformat())}",
        *([f"Only {about}"] if about else []),
    )
    matters = [("What matters", sentence + ".") for sentence in _sentences(scope)]
    left = [("Left out", f"{words}: there is not enough data for it yet.") for words in missing]
    rows = [*matters, *([("", "")] if matters else []), *listed, *left]
    return SheetContent("Report", CONTENTS, rows, title_rows=titles, filter=False, freeze=False)


def _sentences(scope: Scope) -> list[str]:
    """What matters to these people; of days that are over there is nothing to do any more."""
    if scope.span.end != scope.as_of:
        return []
    return [sentence.text for sentence in sentences(scope.database, scope.span, whom=scope.whom)]
