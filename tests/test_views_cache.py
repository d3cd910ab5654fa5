"""Answers are kept for as long as what they were read from stands still."""

from datetime import date

import pandas as pd
import pytest
from stocked import add, stock

from crm_core.model.rights import HERE, Person
from crm_core.views import cache
from crm_core.views.cache import Answers, Stock, handed_out, remembered
from tests.places import place

DAY = date(2026, 1, 5)
ANN = pd.DataFrame({"id": [1], "name": ["Ann"]})


@pytest.fixture
def asked():
    """A view that counts how often it is really computed."""
    cache.answers.clear()
    calls: list[tuple] = []

    @remembered("customer")
    def view(stock: Stock, word: str) -> pd.DataFrame:
        calls.append((stock.as_of, word))
        return pd.DataFrame({"word": [word]})

    return view, calls


def test_the_same_question_is_computed_once(sqlite_url: str, asked) -> None:
    """Same database, day, arguments and revisions: the kept answer."""
    view, calls = asked
    database = stock(sqlite_url, DAY, customer=ANN)
    for word in ("a", "a", "b"):
        view(database, word, as_of=DAY)
    view(database, "a", as_of=date(2026, 1, 6))
    assert calls == [(DAY, "a"), (DAY, "b"), (date(2026, 1, 6), "a")]


def test_only_a_change_of_what_is_read_forgets_the_answer(sqlite_url: str, asked) -> None:
    """A new purchase leaves an answer about customers alone; a new customer does not."""
    view, calls = asked
    database = stock(sqlite_url, DAY, customer=ANN)
    view(database, "a", as_of=DAY)
    add(database, DAY, purchase=pd.DataFrame({"customer_id": [1], "date": ["2026-01-01"], "amount": [1]}))
    view(database, "a", as_of=DAY)
    assert len(calls) == 1
    add(database, DAY, customer=pd.DataFrame({"id": [2], "name": ["Bob"]}))
    view(database, "a", as_of=DAY)
    assert len(calls) == 2


def test_two_databases_do_not_share_answers(tmp_path, asked) -> None:
    """Another file is another state, whatever its revisions."""
    view, calls = asked
    for name in ("one", "two"):
        view(stock(place(tmp_path / f"{name}.db"), DAY, customer=ANN), "a", as_of=DAY)
    assert len(calls) == 2


def test_writing_into_an_answer_changes_nobody_elses(sqlite_url: str, asked) -> None:
    """A page may sort or colour its frame; the next one gets the answer as it was."""
    view, _ = asked
    database = stock(sqlite_url, DAY, customer=ANN)
    mine = view(database, "a", as_of=DAY)
    mine.loc[0, "word"] = "scribbled"
    mine["more"] = 1
    assert view(database, "a", as_of=DAY).to_dict("list") == {"word": ["a"]}


def test_the_longest_unused_goes_first() -> None:
    """Bounded in number."""
    kept = Answers(most=2)
    for key in ("a", "b"):
        kept.put(key, key)
    kept.get("a")
    kept.put("c", "c")
    assert [kept.get(key) for key in "abc"] == ["a", None, "c"]


def test_answers_are_bounded_in_size() -> None:
    """Ten large frames do not stay when five are all that may."""
    frame = pd.DataFrame({"x": range(1000)})
    kept = Answers(most_bytes=5 * cache.weight(frame))
    for key in range(10):
        kept.put(key, frame)
    assert [key for key in range(10) if kept.get(key) is not None] == [5, 6, 7, 8, 9]
    assert kept.bytes <= kept.most_bytes


def test_too_large_an_answer_is_not_kept_at_all() -> None:
    """It would push out everything else."""
    kept = Answers(most_bytes=100)
    kept.put("small", 1)
    kept.put("large", pd.DataFrame({"x": range(1000)}))
    assert (kept.get("small"), kept.get("large")) == (1, None)


def test_handing_out_keeps_plain_values() -> None:
    """Tuples, dicts and numbers come out as they went in."""
    assert handed_out({"a": (1, "b"), "c": [2]}) == {"a": (1, "b"), "c": [2]}


def test_what_is_about_nobody_is_one_answer_for_all(sqlite_url: str) -> None:
    """Whoever sees their own customers only asks for the same products as everybody else."""
    cache.answers.clear()
    worked_out: list[date] = []

    @remembered("item", of_nobody=True)
    def view(stock: Stock) -> int:
        worked_out.append(stock.as_of)
        return 1

    database = stock(sqlite_url, DAY, customer=ANN)
    for person in (HERE, Person("Ann", "caller", own_only=True), Person("Ben", "caller", own_only=True)):
        view(database.opened_by(person), as_of=DAY)
    assert worked_out == [DAY]


def test_a_small_frame_is_weighed_by_its_cells() -> None:
    """And a large one byte by byte: a text of a million letters is not taken for forty bytes."""
    assert cache.weight(pd.DataFrame({"a": [1, 2]})) == 80
    assert cache.weight(pd.DataFrame({"a": ["x" * 100] * 20_000})) > 2_000_000
