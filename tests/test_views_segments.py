"""Saved segments as they are listed, what is broken in one, and what a new one is built from."""

from datetime import date

import pandas as pd
import pytest
from stocked import add, stock

from crm_core.actions.segments import remove_segment, save_segment
from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.known import CUSTOMER_FIELDS
from crm_core.model.conditions import EVERYBODY, RELATIONS, All, AnyOf, Has, Near, Not, Saved, Where
from crm_core.views.segments.saved import Fault, faults, live_count, mend, parts, segments

DAY = date(2026, 1, 5)
ACT = {"who": "Bea", "as_of": DAY}
PEOPLE = pd.DataFrame(
    {
        "id": [1, 2, 3], "name": ["A", "B", "C"], "city": ["York", "York", "Leeds"], "tags": ["vip, tea", "tea", None],
        "extra": ['{"Shoe": "42"}', '{"Shoe": "42", "Hat": "7"}', None],
    }
)  # fmt: skip
LINES = pd.DataFrame(
    {"customer_id": [1, 1, 2], "date": ["2025-12-01", "2025-12-02", "2025-12-03"], "product": ["Tea", "Tea", "Cake"],
     "quantity": [1.0] * 3, "amount": [10_000] * 3, "extra": ['{"Size": "L"}', None, None]}
)  # fmt: skip


@pytest.fixture
def shop(database_url: str):
    return stock(database_url, DAY, customer=PEOPLE, purchase=LINES)


def test_segments_are_listed_by_name_with_words_and_people(shop) -> None:
    """Counted now: a customer who comes is in the count."""
    save_segment(shop, "york", Where("city", "is", "York"), **ACT)
    save_segment(shop, "Anybody", EVERYBODY, note="all", **ACT)
    rows = segments(shop, DAY)
    assert [(row.name, row.words, row.people, row.broken, row.note) for row in rows] == [
        ("Anybody", "Everybody", 3, None, "all"), ("york", "City is York", 2, None, ""),
    ]  # fmt: skip
    add(shop, DAY, customer=pd.DataFrame({"id": [9], "name": ["D"], "city": ["York"]}))
    assert [row.people for row in segments(shop, DAY)] == [4, 3]


def test_a_segment_whose_column_or_segment_is_gone_says_so(shop) -> None:
    """Which part it is and what to do; mended, it counts again."""
    save_segment(shop, "Base", Where("city", "is", "York"), **ACT)
    condition = All((Where("extra.Shoe", "is", "42"), Not(Saved("Base"))))
    save_segment(shop, "Built", condition, **ACT)
    remove_segment(shop, segments(shop, DAY)[0].id, **ACT)
    (row,) = segments(shop, DAY)
    assert row.people is None
    assert "“Base”" in row.broken and "take this part out" in row.broken
    found = faults(shop, condition, DAY)
    assert [fault.path for fault in found] == [(1, 0)]
    assert mend(condition, found) == All((Where("extra.Shoe", "is", "42"),))
    assert live_count(shop, mend(condition, found), DAY) == 2


def test_every_broken_part_is_named_by_its_place(shop) -> None:
    """Fields, own columns of people and of purchases, inside records too; what is sound is left alone."""
    condition = AnyOf(
        (
            Where("extra.Glove", "is", "9"), Where("extra.Hat", "is", "7"), Where("shoe", "is", 1),
            Has("purchase", (Where("extra.Size", "is", "L"), Where("extra.Weight", "is", "1"))),
            Near("Nowhereville", 5),
        )
    )  # fmt: skip
    found = faults(shop, condition, DAY)
    assert [fault.path for fault in found] == [(0,), (2,), (3, 1), (4,)]
    assert all(fault.sentence.endswith(".") for fault in found)
    assert mend(condition, found) == AnyOf((Where("extra.Hat", "is", "7"),))


def test_a_condition_with_nothing_sound_is_mended_to_everybody() -> None:
    """A group left empty goes too: an empty “any of” would find nobody."""
    condition = All((AnyOf((Where("a", "is", 1),)), Not(Where("b", "is", 1))))
    assert mend(condition, [Fault((0, 0), "x"), Fault((1, 0), "y")]) == EVERYBODY
    assert mend(Where("a", "is", 1), [Fault((), "x")]) == EVERYBODY
    assert mend(condition, []) == condition


def test_a_count_of_nonsense_is_a_sentence(shop) -> None:
    """What the page shows while something is half built."""
    with pytest.raises(InvalidInput, match="Revenue"):
        live_count(shop, Where("revenue", "at least", "much"), DAY)


def test_the_parts_say_what_can_be_asked(shop) -> None:
    """Groups in order, known fields, known relations; stored values, most frequent first; no forecast without one."""
    save_segment(shop, "Kept", EVERYBODY, **ACT)
    offered = parts(shop, DAY)
    assert list(dict.fromkeys(part.group for part in offered)) == [
        "About them", "What they bought", "Contacts", "What they told us and got", "Where they live",
        "Their own columns", "Saved segments",
    ]  # fmt: skip
    choices = {part.field: part.choices for part in offered}
    assert choices["city"] == choices["near"] == ("York", "Leeds")
    assert choices["tags"] == ("tea", "vip")
    assert choices["purchase.product"] == ("Tea", "Cake")
    assert choices["extra.Shoe"] == ("42",) and choices["saved"] == ("Kept",)
    assert "purchase.category" not in choices  # nothing was bought from any


def test_whatever_is_offered_can_be_counted(shop) -> None:
    """Every field with every relation that is offered for it gives a number."""
    for part in parts(shop, DAY):
        if part.field not in CUSTOMER_FIELDS and not part.field.startswith("extra."):
            continue
        for relation, _ in part.relations:
            assert relation in RELATIONS
            value = 7 if "days" in relation or "within" in relation else _value(part.kind)
            assert (
                0
                <= live_count(
                    shop, Where(part.field, relation, (value,) if relation == "one of" else value), DAY
                )
                <= 3
            )


def _value(kind: str):
    return {"date": "2026-01-01"}.get(kind, 2 if kind in ("money", "number", "integer") else "x")
