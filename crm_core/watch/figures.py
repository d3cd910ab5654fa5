"""What the program counts while it works, as OpenMetrics: requests, runs of pages, views, saves, errors.

By process: several of them are asked one by one. No label holds what somebody wrote: routes, pages and views are
names of ours.
"""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

from crm_core.watch.logs import say

CONTENT_TYPE = CONTENT_TYPE_LATEST
SLOW_SECONDS = 1.0
STEPS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds
MOST_VIEWS = 300

registry = CollectorRegistry()
ProcessCollector(registry=registry)
requests = Counter("regulars_requests", "Answered requests", ("route", "status"), registry=registry)
runs = Histogram("regulars_page_run_seconds", "Runs of a page", ("page",), registry=registry, buckets=STEPS)
views = Histogram(
    "regulars_view_seconds", "Views that were worked out", ("view",), registry=registry, buckets=STEPS
)
kept_views = Counter("regulars_views_kept", "Views that were answered from what was kept", registry=registry)
saves = Counter("regulars_saves", "Saves, by what they were", ("kind",), registry=registry)
saved_rows = Counter("regulars_saved_rows", "Records created by saves", registry=registry)
errors = Counter("regulars_unexpected_errors", "Errors that nobody had foreseen", registry=registry)
gauges = {
    name: Gauge(f"regulars_{name}", words, registry=registry)
    for name, words in (
        ("kept_answers", "Answers of views that are kept"),
        ("kept_answer_bytes", "Their size"),
        ("sessions", "Sessions that are good and were used within a quarter of an hour"),
        ("sign_in_failures", "Sign-ins that were refused, as the audit has them"),
        ("messages_waiting", "Messages that wait to be sent"),
        ("database_bytes", "The size of the database"),
        ("disk_free_bytes", "Free space where the data is"),
    )
}


@dataclass(frozen=True)
class Pace:
    """How long a view takes, since this process began; in seconds."""

    view: str
    times: int
    mean: float
    worst: float


_paces: OrderedDict[str, tuple[int, float, float]] = OrderedDict()
_lock = Lock()


def viewed(view: str, seconds: float) -> None:
    """A view was worked out."""
    name = view.removeprefix("crm_core.views.")
    views.labels(name).observe(seconds)
    with _lock:
        times, total, worst = _paces.get(name, (0, 0.0, 0.0))
        if times or len(_paces) < MOST_VIEWS:
            _paces[name] = (times + 1, total + seconds, max(worst, seconds))
    if seconds >= SLOW_SECONDS:
        say("slow view", "warning", view=name, ms=round(seconds * 1000))


def slowest(most: int = 10) -> list[Pace]:
    """The views that took longest at their worst, the slowest first."""
    with _lock:
        found = [Pace(name, times, total / times, worst) for name, (times, total, worst) in _paces.items()]
    return sorted(found, key=lambda one: -one.worst)[:most]


def saved(created: int, *, upload: bool, undo: bool) -> None:
    """A save was written."""
    saves.labels("undo" if undo else "upload" if upload else "edit").inc()
    saved_rows.inc(created)


def exposition() -> bytes:
    """All figures as OpenMetrics text."""
    return generate_latest(registry)
