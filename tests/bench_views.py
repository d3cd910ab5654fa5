"""What each page asks for, as `make bench` times it. The last argument makes a warm question a repeated one."""

from collections.abc import Callable
from datetime import date
from typing import Any

from crm_core.actions.opening import Database
from crm_core.views import customer, customers, followups, insights, sentences
from crm_core.views.customers import PeopleQuery
from crm_core.views.periods import period

SPREADS = ("segment", "tier", "pattern", "stage", "priority")


def _insights(database: Database, day: date, _: int) -> None:
    this = period("last 365 days", day)
    insights.kpis(database, this)
    sentences.sentences(database, this)
    insights.revenue_by_month(database, day)
    for name in SPREADS:
        insights.distribution(database, name, day)
    insights.rfm_grid(database, day)
    insights.pareto(database, day)


def _grid(database: Database, day: date, _: int) -> None:
    customers.people(database, PeopleQuery(), day)
    customers.choices(database, day)


def _search(database: Database, day: date, turn: int) -> None:
    customers.people(database, PeopleQuery(search=f"given{turn + 1} fam"), day)  # another search each time


def _person(database: Database, day: date, turn: int) -> None:
    customer.page(database, 1 + turn, day)  # another person each time


def _follow_ups(database: Database, day: date, _: int) -> None:
    followups.preview(database, day)


VIEWS: dict[str, Callable[[Database, date, int], Any]] = {
    "Insights": _insights,
    "Customers": _grid,
    "Customers, a new search": _search,
    "Customer, another person": _person,
    "Follow-ups": _follow_ups,
}
