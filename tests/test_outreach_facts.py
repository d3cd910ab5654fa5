"""What is known of one person, in words."""

from datetime import date

import pytest

from crm_core.outreach.facts import FACTS, facts_of

MONDAY = date(2026, 1, 5)


def fact(wanted, /, **row):
    return facts_of(row, MONDAY)(wanted)


def test_no_fact_of_nobody():
    """Of an empty row every fact is missing, and none is an error."""
    assert {name for name in FACTS if fact(name) is not None} == set()


def test_what_to_call_them():
    """The preferred name wins over the form of address, and that over the name."""
    assert fact("name", preferred_name="Lu", salutation="Mrs Novak", name="Lucia Novak") == "Lu"
    assert fact("name", salutation="Mrs Novak", name="Lucia Novak") == "Mrs Novak"
    assert fact("name", preferred_name=float("nan"), name="Lucia Novak") == "Lucia Novak"


def test_last_touch_is_the_later_one():
    """The last contact speaks where it is not older than the last purchase."""
    assert fact("last_touch", last_contact_on="2025-10-23", last_on="2025-01-01") == "last spoke 74 days ago"
    assert fact("last_touch", last_contact_on="2025-01-01", last_on="2025-10-23") == (
        "last bought 74 days ago, no contact since"
    )
    assert fact("last_touch", since="2025-12-01") == "known since 35 days ago, never spoken to"


def test_rhythm():
    """The usual gap and the last purchase; without a gap how many times."""
    assert fact("rhythm", orders=9, gap=28.2, last_on="2025-11-25") == "every 28 days, last 41 days ago"
    assert fact("rhythm", orders=1, gap=90.0, last_on="2025-11-25") == "once, 41 days ago"
    assert fact("rhythm", orders=0, gap=90.0) is None


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("1986-01-08", "40"),
        ("1987-01-08", None),
        ("1604-01-08", None),
        ("2008-01-08", "18"),
        ("--01-08", None),
    ],
)
def test_round_age(born, age):
    """Only a round age is worth a word, and an unknown year gives none."""
    assert fact("round_age", birthday=born, due_on="2026-01-08") == age


def test_promise_with_hour():
    """A promised hour is said with the day."""
    assert fact("promised_for", due_on="2026-01-05", due_time="14:30:00") == "Monday 5 January at 14:30"


def test_promise():
    """What was noted is said; that it was promised on some day is not said twice."""
    assert fact("promise", promise="about the oak table") == "about the oak table"
    assert fact("promise", promise="Promised on 2026-01-03: about the oak table") == "about the oak table"
    assert fact("promise", promise="Promised on 2026-01-03") is None


def test_everyone_is_nobody():
    """Where there are no colleagues nobody is named as the caller."""
    assert fact("caller", caller="Everyone") is None
    assert fact("caller", caller="Ann") == "Ann"


def test_days_in_the_future_are_not_past():
    """A purchase dated later than the day is not said to have happened."""
    assert fact("last_ago", last_on="2026-02-01") is None
    assert fact("last_touch", last_on="2026-02-01") is None


def test_last_purchase():
    """What they bought last is its dearest product and how many more there were."""
    assert fact("last_purchase", last_product="tea", last_products="tea", products_more=0) == "tea"
    assert (
        fact("last_purchase", last_product="tea", last_products="tea; bun; cake", products_more=2)
        == "tea and 4 more"
    )


@pytest.mark.parametrize(
    ("caller", "company", "said"),
    [
        ("Maya", "Marigold", "Maya from Marigold"),
        ("3", "Marigold", "Marigold"),
        ("Everyone", "Marigold", "Marigold"),
        ("Maya", None, "Maya"),
        ("Everyone", None, None),
    ],
)
def test_the_speaker_is_who_is_known(caller: str, company: str | None, said: str | None) -> None:
    """A sheet's name or a number is nobody to introduce; the company alone is."""
    assert facts_of({"caller": caller, "our_name": company}, date(2026, 1, 5))("speaker") == said
