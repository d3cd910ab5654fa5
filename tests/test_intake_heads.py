"""Orders and their lines: what a line takes from its head, corrections, and numbers given twice."""

from collections.abc import Iterator

import pytest

from crm_core.actions.undo import undo_batch
from crm_core.ledger.store.database import Database
from tests.acting import DAY, faults, opened, profile
from tests.uploads import counts, plan_of, take_in, workbook

SALES = [
    ["Order ID", "Customer ID", "Order date", "Product", "Quantity", "Amount"],
    ["1", "C1", "2025-01-05", "Tea", 1, 2.5],
    ["1", "C1", "2025-01-05", "Cake", 2, 7.0],
    ["2", "C2", "2025-02-05", "Tea", 1, 2.5],
]
HEADS = [
    ["Order ID", "Customer ID", "Order date", "Status"],
    ["1", "C1", "2025-01-05", "completed"],
    ["2", "C1", "2025-01-06", "completed"],
]
LINES = [["Order ID", "Product", "Quantity", "Amount"], ["1", "Tea", 1, 2.5], ["2", "Cake", 1, 4]]


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    with opened(sqlite_url) as database:
        yield database


def test_a_corrected_head_takes_its_lines_along(database_url: str) -> None:
    """Another status or (new) customer of an order is one of its lines too; undo gives all of it back."""
    with opened(database_url) as database:
        take_in(database, workbook(Orders=HEADS, Lines=LINES))
        corrected = workbook(
            Orders=[HEADS[0], [*HEADS[1][:3], "cancelled"], ["2", "C9", "2025-01-06", "completed"]],
            Lines=LINES,
        )
        _, batch = take_in(database, corrected)
        assert (profile(database, 1)["orders"], profile(database, 1)["revenue"]) == (0, 0)
        assert (profile(database, 2)["last_on"], profile(database, 2)["revenue"]) == ("2025-01-06", 40000)
        assert not plan_of(database, corrected).writes
        assert undo_batch(database, batch.id, who="anna", as_of=DAY).kept == ()
        assert (profile(database, 1)["orders"], profile(database, 1)["revenue"]) == (2, 65000)
        assert faults(database) == []


def test_a_cancelled_head_calls_off_full_lines(database: Database) -> None:
    """Lines with a customer and a day of their own are called off by their order all the same."""
    lines = [
        [*LINES[0], "Customer ID", "Order date"],
        [*LINES[1], "C1", "2025-01-05"],
        [*LINES[2], "C1", "2025-01-06"],
    ]
    take_in(database, workbook(Orders=[HEADS[0], [*HEADS[1][:3], "cancelled"], HEADS[2]], Lines=lines))
    assert (profile(database, 1)["orders"], profile(database, 1)["revenue"]) == (1, 40000)


def test_lines_that_came_first_are_called_off_by_their_head(database: Database) -> None:
    """A head that comes later brings its status to the lines that waited."""
    take_in(database, workbook(Lines=LINES))
    take_in(database, workbook(Orders=[HEADS[0], [*HEADS[1][:3], "cancelled"], HEADS[2]]))
    assert (profile(database, 1)["orders"], profile(database, 1)["revenue"]) == (1, 40000)


def test_a_total_that_is_not_the_sum_of_the_lines_is_named(database: Database) -> None:
    """The lines count, and the order's row says what both make."""
    heads = [[*HEADS[0], "Total"], [*HEADS[1], 9], [*HEADS[2], 4]]
    plan = plan_of(database, workbook(Orders=heads, Lines=LINES))
    (told,) = [problem for problem in plan.problems if problem.sheet == "Orders"]
    assert (told.row, told.value) == (2, "9.00")


def test_numbers_that_begin_again_every_year_are_other_orders(database: Database) -> None:
    """Order 1 of next year replaces no line of this year's order 1."""
    take_in(database, workbook(Sales=SALES))
    next_year = [
        [cell.replace("2025", "2026") if isinstance(cell, str) else cell for cell in row] for row in SALES
    ]
    plan, _ = take_in(database, workbook(Sales=next_year))
    assert counts(plan, "Sales") == {"new": 3}
    assert not plan_of(database, workbook(Sales=SALES)).writes


def test_a_head_number_given_twice_is_not_overwritten(database: Database) -> None:
    """A head with a stored number, another customer and another day is doubtful; what is stored stays."""
    heads = [["Order ID", "Customer ID", "Order date", "Total"], ["1", "C1", "2025-01-05", 5]]
    take_in(database, workbook(Orders=heads))
    plan, _ = take_in(database, workbook(Orders=[heads[0], ["1", "C2", "2026-01-05", 7]]))
    assert counts(plan, "Orders") == {"doubtful": 1}
    assert profile(database, 1)["revenue"] == 50000


def test_orders_of_two_customers_under_one_number_both_count(database: Database) -> None:
    """Where one number stands twice on a sheet of orders alone, no row is lost."""
    heads = [["Order ID", "Customer ID", "Order date", "Total"]]
    heads += [[str(number), "C1", "2025-01-05", 10] for number in range(1, 100)] + [
        ["5", "C2", "2025-02-01", 7]
    ]
    take_in(database, workbook(Orders=heads))
    assert [profile(database, number)["revenue"] for number in (1, 2)] == [9900000, 70000]
