"""Visit counts: anonymous traffic, uploaded like anything else; told apart by content, corrected by day and class."""

from pathlib import Path

import pytest
from acting import DAY, everything, faults, opened, rows
from uploads import PEOPLE, SALES, counts, plan_of, take_in, workbook

from crm_core.actions.undo import undo_batch
from crm_core.intake import lexicon
from crm_core.ledger.store.database import Database
from crm_core.views.exports import export_file

TRAFFIC = [
    ["Date", "Channel", "Class", "Visitors", "Weather"],
    ["2025-12-01", "Shop", "A", 12, "sun"],
    ["2025-12-01", "Shop", "C", 80, "rain"],
    ["2025-12-02", "Website", "", 300, ""],
    ["2025-12-02", "Shop", "b", 3, ""],
]


def but(place: int, column: int, value: object) -> list[list[object]]:
    """TRAFFIC with one cell said otherwise."""
    copied = [list(row) for row in TRAFFIC]
    copied[place][column] = value
    return copied


def visits(database: Database) -> list[tuple[str, str | None, str | None, int]]:
    return [(r["date"], r["channel"], r["priority"], r["visits"]) for r in rows(database, "visit-count")]


def test_a_sheet_of_traffic_is_recognised_and_stored(database_url: str) -> None:
    """Dates, channels, classes and visits of a sheet of nobody's visits; a column of its own is kept beside them."""
    with opened(database_url) as database:
        plan, batch = take_in(database, workbook(Traffic=TRAFFIC))
        assert (plan.sheets[0].entity, batch.created) == ("visit-count", 4)
        assert visits(database) == [
            ("2025-12-01", "Shop", "A", 12),
            ("2025-12-01", "Shop", "C", 80),
            ("2025-12-02", "Website", None, 300),
            ("2025-12-02", "Shop", "B", 3),
        ]
        assert rows(database, "visit-count")[1]["extra"] == '{"Weather": "rain"}'
        assert faults(database) == []


def test_the_same_file_again_is_no_news(database_url: str) -> None:
    """Every row is known; nothing would be written."""
    with opened(database_url) as database:
        take_in(database, workbook(Traffic=TRAFFIC))
        plan = plan_of(database, workbook(Traffic=TRAFFIC))
        assert (counts(plan, "Traffic"), plan.writes) == ({"same": 4}, False)


def test_a_corrected_count_changes_the_stored_one(database_url: str) -> None:
    """Another number for the same day, channel and class is a correction, and known after that."""
    with opened(database_url) as database:
        take_in(database, workbook(Traffic=TRAFFIC))
        plan, _ = take_in(database, workbook(Traffic=but(1, 3, 14)))
        assert counts(plan, "Traffic") == {"changed": 1, "same": 3}
        assert [count for *_, count in visits(database)] == [14, 80, 300, 3]
        again = plan_of(database, workbook(Traffic=but(1, 3, 14)))
        assert (counts(again, "Traffic"), again.writes) == ({"same": 4}, False)


def test_another_day_is_another_count(database_url: str) -> None:
    """A newer file with one more day adds that day alone."""
    with opened(database_url) as database:
        take_in(database, workbook(Traffic=TRAFFIC))
        longer = [*TRAFFIC, ["2025-12-03", "Shop", "A", 12, ""]]
        plan, _ = take_in(database, workbook(Traffic=longer))
        assert counts(plan, "Traffic") == {"new": 1, "same": 4}
        assert len(visits(database)) == 5


def test_the_same_count_twice_on_a_sheet_is_two(sqlite_url: str) -> None:
    """Two doors with the same number are two counts, once and for all."""
    doors = [*TRAFFIC, TRAFFIC[1]]
    with opened(sqlite_url) as database:
        take_in(database, workbook(Traffic=doors))
        assert len(visits(database)) == 5
        assert not plan_of(database, workbook(Traffic=doors)).writes


def test_undo_takes_the_counts_back_and_frees_them(database_url: str) -> None:
    """After an undo none is left, and the same file brings them all again."""
    with opened(database_url) as database:
        before = everything(database, without=("batches", "revisions", "meta", "archive"))
        _, batch = take_in(database, workbook(Traffic=TRAFFIC))
        undo_batch(database, batch.id, who="anna", as_of=DAY)
        assert visits(database) == []
        after = everything(database, without=("batches", "revisions", "meta", "archive"))
        assert after == before
        assert counts(plan_of(database, workbook(Traffic=TRAFFIC)), "Traffic") == {"new": 4}


def test_an_export_comes_home_without_news(database_url: str, tmp_path: Path) -> None:
    """What is handed out is known again when it comes back, as workbook and as text."""
    with opened(database_url) as database:
        take_in(database, workbook(Traffic=TRAFFIC))
        for name in ("counts.xlsx", "counts.csv"):
            assert export_file(database, "visit-count", tmp_path / name, DAY) == 4
            plan = plan_of(database, (tmp_path / name).read_bytes(), name)
            assert (plan.sheets[0].entity, plan.writes) == ("visit-count", False)


@pytest.mark.parametrize(("column", "value"), [(0, ""), (3, ""), (3, "many"), (3, -4)])
def test_a_row_without_day_or_number_is_left_out(sqlite_url: str, column: int, value: object) -> None:
    """No day, no number, a word or less than nothing: the row is left out and named; the others are taken."""
    with opened(sqlite_url) as database:
        plan = plan_of(database, workbook(Traffic=but(2, column, value)))
        assert counts(plan, "Traffic") == {"new": 3, "left_out": 1}
        assert [problem.row for problem in plan.problems if "visit count" in problem.message] == [3]


def test_an_unknown_class_is_a_problem_and_stays_as_typed(sqlite_url: str) -> None:
    """Class D is none; the count is kept without a class, and what was typed with it."""
    with opened(sqlite_url) as database:
        plan, _ = take_in(database, workbook(Traffic=but(1, 2, "D")))
        assert [problem.value for problem in plan.problems] == ["D"]
        assert visits(database)[0][2] is None
        assert "D" in rows(database, "visit-count")[0]["extra"]


def test_logged_contacts_are_still_contacts(sqlite_url: str) -> None:
    """A sheet that says who came is a contact log, with or without a column of visits; customers stay customers."""
    log = [
        ["Date", "Customer", "Type", "Visits"],
        ["2025-12-01", "C1", "visit", 1],
        ["2025-12-02", "C2", "visit", 2],
    ]
    cards = [[*row, extra] for row, extra in zip(PEOPLE, ("Visits", 3, 4), strict=True)]
    with opened(sqlite_url) as database:
        plan = plan_of(database, workbook(People=cards, Log=log, Sales=SALES, Traffic=TRAFFIC))
        assert [sheet.entity for sheet in plan.sheets] == [
            "customer",
            "interaction",
            "purchase",
            "visit-count",
        ]


@pytest.mark.parametrize("code", sorted(lexicon.languages()))
def test_every_language_has_words_for_it(sqlite_url: str, code: str) -> None:
    """A sheet with the first word of each language for each column is recognised."""
    said = lexicon.languages()[code]["headers"]["visit-count"]
    header = [said[name][0] for name in ("date", "channel", "priority", "visits")]
    with opened(sqlite_url) as database:
        plan = plan_of(database, workbook(One=[header, *(row[:4] for row in TRAFFIC[1:])]))
        assert plan.sheets[0].entity == "visit-count"
        assert list(plan.sheets[0].mapping.values()) == ["date", "channel", "priority", "visits"]
