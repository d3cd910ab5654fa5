"""Clicks one by one: in order, nobody kept waiting by one that takes long, and Streamlit really runs pages so."""

import threading
import time

import pytest
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from pages._turns import RUN, Turns, take_turns

PATIENCE = 20.0  # seconds; nothing here is waited for as long unless it is broken


def begun(work) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def until(holds) -> None:
    """Wait until it holds; fails where it never does."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_one_at_a_time_in_the_order_in_which_they_came() -> None:
    """Five who come while one is drawn are drawn after it, first come first, never two at once."""
    turns, drawn, at_once, free = Turns(alone=PATIENCE), [], [], threading.Event()

    def work(number: int) -> None:
        with turns.one():
            drawn.append(number)
            at_once.append(len(turns._begun))
            free.wait(PATIENCE)

    threads = []
    for number in range(6):
        threads.append(begun(lambda number=number: work(number)))
        until(lambda number=number: len(turns._waiting) + len(turns._begun) == number + 1)
    free.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert drawn == list(range(6)) and set(at_once) == {1}


def test_who_takes_long_stands_aside() -> None:
    """The next one begins though the first has not ended."""
    turns, never, begun_too = Turns(alone=0.02), threading.Event(), threading.Event()

    def long() -> None:
        with turns.one():
            never.wait(PATIENCE)

    def short() -> None:
        with turns.one():
            begun_too.set()

    first = begun(long)
    until(lambda: turns._begun)
    begun(short)
    assert begun_too.wait(PATIENCE) and first.is_alive()
    never.set()
    first.join(PATIENCE)


def test_who_breaks_down_while_waiting_holds_up_nobody(monkeypatch) -> None:
    """It is no longer first in the queue."""
    turns = Turns(alone=PATIENCE)

    def broken(self: Turns, mine: threading.Event) -> None:
        self._waiting.append(mine)
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(Turns, "_enter", broken)
        with pytest.raises(MemoryError), turns.one():
            pass
    with turns.one():
        assert len(turns._begun) == 1


def test_a_fault_ends_the_turn() -> None:
    """Whoever breaks down keeps nobody out."""
    turns = Turns(alone=PATIENCE)
    with pytest.raises(KeyError), turns.one():
        raise KeyError
    with turns.one():
        assert len(turns._begun) == 1
    assert not turns._begun and not turns._waiting


@pytest.fixture
def hooked(monkeypatch):
    """Streamlit as it is, with the turns of a server taken; put back afterwards."""
    monkeypatch.setattr(script_runner, RUN, getattr(script_runner, RUN))
    turns = Turns()
    take_turns(turns)
    return turns


def test_every_run_of_a_page_is_a_turn(hooked) -> None:
    """Streamlit calls what was wrapped, for a whole page and for what a click calls before it."""

    seen: list[int] = []

    def page(note) -> None:
        import streamlit as st

        note()
        st.button("More", key="more", on_click=note)

    screen = AppTest.from_function(page, args=(lambda: seen.append(len(hooked._begun)),)).run()
    screen.button(key="more").click().run()
    assert seen == [1, 1, 1] and not screen.exception


def test_taken_twice_is_taken_once(hooked) -> None:
    """A second start in the same process would have each run wait for itself."""
    before = getattr(script_runner, RUN)
    take_turns(hooked)
    assert getattr(script_runner, RUN) is before


def test_a_streamlit_without_that_name_runs_as_ever(monkeypatch) -> None:
    """Pages are slower then with many people, and work."""
    monkeypatch.delattr(script_runner, RUN)
    take_turns(Turns())
    assert not hasattr(script_runner, RUN)
