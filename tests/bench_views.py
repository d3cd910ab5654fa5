"""What each page asks for, as `make bench` times it. The last argument makes a warm question a repeated one."""

import statistics
from collections.abc import Callable
from datetime import date
from typing import Any

from crm_core.actions.opening import Database
from crm_core.model.conditions import Near
from crm_core.views import board, calls, customer, customers, followups, proof
from crm_core.views.ahead import forecasts
from crm_core.views.customers import PeopleQuery
from crm_core.views.goods import products
from crm_core.views.insights import classes, cohorts, kpis, movement, places, rhythm, sentences
from crm_core.views.insights import who as insights
from crm_core.views.insights.periods import period
from crm_core.views.segments import saved as segments

SPREADS = ("segment", "tier", "pattern", "stage", "priority")


def _overview(database: Database, day: date, _: int) -> None:
    this = period("last 365 days", day)
    kpis.kpis(database, this)
    sentences.sentences(database, this)
    insights.revenue_by_month(database, day)
    forecasts.revenue_ahead(database, day)


def _who(database: Database, day: date, _: int) -> None:
    for name in SPREADS:
        insights.distribution(database, name, day)
    insights.rfm_grid(database, day)
    insights.pareto(database, day)
    classes.conversion(database, day)
    places.places(database, day)


def _changed(database: Database, day: date, _: int) -> None:
    movement.movement(database, day, movement.month_ends(day)[0])
    movement.counts_by_month(database, day)


def _returning(database: Database, day: date, _: int) -> None:
    cohorts.cohorts(database, day)
    rhythm.gaps(database, day)
    rhythm.seasons(database, day)


def _next(database: Database, day: date, _: int) -> None:
    forecasts.state(database, day)
    forecasts.quality(database, day)
    forecasts.save_first(database, day)
    forecasts.alive_bands(database, day)


def _products(database: Database, day: date, _: int) -> None:
    products.best_sellers(database, period("last 90 days", day))
    products.together(database, day)
    products.by_segment(database, day)
    products.catalogue(database, day)


def _segments(database: Database, day: date, _: int) -> None:
    segments.segments(database, day)
    segments.parts(database, day)


def _grid(database: Database, day: date, _: int) -> None:
    customers.people(database, PeopleQuery(), day)
    customers.choices(database, day)


def _search(database: Database, day: date, turn: int) -> None:
    customers.people(database, PeopleQuery(search=f"given{turn + 1} fam"), day)  # another search each time


def _person(database: Database, day: date, turn: int) -> None:
    customer.page(database, 1 + turn, day)  # another person each time


def _near(database: Database, day: date, turn: int) -> None:
    near = Near("York, GB", 20.0 + turn)  # another distance each time
    customers.people(database, PeopleQuery(condition=near), day)


def _follow_ups(database: Database, day: date, _: int) -> None:
    followups.preview(database, day)


def _board(database: Database, day: date, _: int) -> None:
    board.board(database, day)


def _today(database: Database, day: date, turn: int) -> None:
    caller = f"Colleague {turn % 7}"  # another one each time
    calls.my_calls(database, day, caller)
    calls.my_people(database, day, caller)
    calls.team(database, day)


def _proof(database: Database, day: date, _: int) -> None:
    proof.proof(database, day)


VIEWS: dict[str, Callable[[Database, date, int], Any]] = {
    "Insights, overview": _overview,
    "Insights, who they are": _who,
    "Insights, who changed": _changed,
    "Insights, who comes back": _returning,
    "Insights, what comes next": _next,
    "Insights, what they buy": _products,
    "Segments": _segments,
    "Customers": _grid,
    "Customers, a new search": _search,
    "Customer, another person": _person,
    "Customers, near a town": _near,
    "Follow-ups": _follow_ups,
    "Follow-ups, board": _board,
    "Follow-ups, proof": _proof,
    "Today, a caller's list": _today,
}


def view_rows(
    database: Database, day: date, row: Callable[..., None], timed: Callable[..., float], before: str = ""
) -> None:
    """Two rows a view: the first time, and the median of five after it."""
    for name, view in VIEWS.items():
        first = timed(lambda view=view: view(database, day, 0)) * 1000
        spent = [timed(lambda view=view, turn=turn: view(database, day, turn)) for turn in range(1, 6)]
        warm = statistics.median(spent) * 1000
        row(f"{before}view {name}, first", f"{first:.0f} ms", "≤ 3,000 ms", first <= 3000)
        row(f"{before}view {name}, warm", f"{warm:.0f} ms", "≤ 300 ms", warm <= 300)
