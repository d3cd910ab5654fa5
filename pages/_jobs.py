"""Long work beside the page: it goes on when somebody clicks meanwhile, and the page shows how far it is.

A page that saves in its own run could be stopped half-way by the next click; work in a thread cannot. The thread
never draws: it reports a sentence and a share, and the page draws them.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

Progress = Callable[[str, float], None]
BEAT_SECONDS = 0.1


@dataclass
class Job:
    """Work under way: what it says of itself, and its end."""

    label: str
    said: str = ""
    share: float = 0.0
    future: Future[Any] = field(default_factory=Future)

    def report(self, said: str, share: float) -> None:
        """What the work calls now and then."""
        self.said, self.share = said, min(max(share, self.share), 1.0)


@st.cache_resource(show_spinner=False)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=8, thread_name_prefix="job")


def begin(name: str, label: str, work: Callable[[Progress], Any]) -> None:
    """Start `work(progress)` under a name of this session; one of that name that still runs is left to finish."""
    if is_under_way(name):
        return
    job = Job(label)
    job.future = _pool().submit(work, job.report)
    st.session_state[f"job_{name}"] = job


def beside(work: Callable[[], Any]) -> None:
    """Work that nobody waits for."""
    _pool().submit(work)


def is_under_way(name: str) -> bool:
    """Whether work of that name runs, or has ended and was not looked at yet."""
    return f"job_{name}" in st.session_state


def drop(name: str) -> None:
    """Work that nobody waits for any more: it ends by itself and its result is not looked at."""
    st.session_state.pop(f"job_{name}", None)


def finish(name: str) -> Any:
    """Show how far the work is until it ends; gives its result, None where there is no such work.

    What the work refused is raised here, once.
    """
    job: Job | None = st.session_state.get(f"job_{name}")
    if job is None:
        return None
    place = st.empty()
    while not job.future.done():
        place.progress(job.share, text=_words(job))
        wait([job.future], timeout=BEAT_SECONDS)
    place.empty()
    st.session_state.pop(f"job_{name}", None)
    return job.future.result()


def _words(job: Job) -> str:
    share = f" · {job.share:.0%}" if job.share else ""
    return f"{job.label}{': ' + job.said if job.said else ''}{share}"
