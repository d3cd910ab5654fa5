"""Laws of the way home, on lists filled in at random: twice is once, an undo gives all back, order does not matter."""

import random
from datetime import date

import pytest
from call_lists import MONDAY, NAMES, edited, filled, heads_of, home, issued, shop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_core.actions.undo import undo_batch
from crm_core.ledger.store.database import open_database
from crm_core.model.registry import ENTITIES
from crm_core.model.words import OUTCOMES
from tests.acting import rows
from tests.places import copied, place

pytestmark = pytest.mark.slow
SEARCH = settings(
    max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
CELLS = st.fixed_dictionaries(
    {},
    optional={
        "Outcome": st.sampled_from([*OUTCOMES, "no answer, try Tuesday", "nicht erreicht", "reachd", "zip"]),
        "Note": st.sampled_from(["likes tea", "a\nb", "do not call", "=1", "x" * 3000]),
        "Next date": st.sampled_from([date(2026, 1, 9), "tomorrow", "15.1.", "1/13/2026", "soon", date(2025, 1, 9)]),
        "At": st.sampled_from(["14:30", "9", "late"]),
        "Next step": st.sampled_from(["call again", "visit", "nothing"]),
        "Why not": st.sampled_from(["price", "too expensive", "moved"]),
        "Phone": st.sampled_from(["+44 20 7946 0999", "none", "4.4E+11"]),
        "Name": st.sampled_from(["Ann Leigh", "Somebody Else"]),
    },
)  # fmt: skip
FILL = st.dictionaries(st.integers(0, len(NAMES) - 1), CELLS, max_size=9)
UNEQUAL = ("version", "id", "batch")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The file of a shop whose list went out, and the list."""
    folder = tmp_path_factory.mktemp("laws")
    with_people = shop(place(folder / "shop.db"))
    content = issued(with_people)
    with_people.close()
    return folder, content


def fresh(folder):
    """The shop as it was when the list went out."""
    return open_database(copied(folder / "shop.db", folder / "now.db"))


def stored(database, without=UNEQUAL):
    """All records as far as they can be equal."""
    return {
        entity: sorted(
            repr({k: v for k, v in one.items() if k not in without}) for one in rows(database, entity)
        )
        for entity in ENTITIES
    }


def brought(folder, *uploads):
    """The records after these uploads, one after the other."""
    database = fresh(folder)
    for files in uploads:
        home(database, *files)
    found = stored(database)
    database.close()
    return found


def mixed(content, seed):
    """Rows and columns in another order."""
    chance = random.Random(seed)

    def edit(sheet):
        head, *body = [[cell.value for cell in line] for line in sheet.iter_rows()]
        chance.shuffle(body)
        order = list(range(len(head)))
        chance.shuffle(order)
        for number, line in enumerate([head, *body], 1):
            for column, source in enumerate(order, 1):
                sheet.cell(number, column).value = line[source]

    return edited(content, edit)


def part(content, kept):
    """The list with the rows of these people alone."""

    def edit(sheet):
        column = heads_of(sheet)["Customer number"]
        for number in range(sheet.max_row, 1, -1):
            if int(sheet.cell(number, column).value) not in kept:
                sheet.delete_rows(number)

    return edited(content, edit)


@SEARCH
@given(fill=FILL)
def test_twice_is_once(made, fill):
    """The same file again stores nothing and changes nothing."""
    folder, content = made
    database, sheet = fresh(folder), filled(content, fill)
    home(database, sheet)
    before = stored(database, without=())
    _, batch = home(database, sheet)
    assert batch is None and stored(database, without=()) == before
    database.close()


@SEARCH
@given(fill=FILL)
def test_undo_gives_all_back(made, fill):
    """After an undo the records are those of before."""
    folder, content = made
    database = fresh(folder)
    before = stored(database, without=("version",))
    _, batch = home(database, filled(content, fill))
    if batch is not None:
        assert undo_batch(database, batch.id, who="zoe", as_of=MONDAY).kept == ()
    assert stored(database, without=("version",)) == before
    database.close()


@SEARCH
@given(fill=FILL, seed=st.integers(0, 999))
def test_the_order_does_not_matter(made, fill, seed):
    """Of rows and of columns."""
    folder, content = made
    sheet = filled(content, fill)
    assert brought(folder, [sheet]) == brought(folder, [mixed(sheet, seed)])


@SEARCH
@given(fill=FILL, first=st.sets(st.integers(1, len(NAMES))))
def test_two_uploads_are_one(made, fill, first):
    """A list torn in two comes home as one, whether its parts come together or one after the other."""
    folder, content = made
    sheet = filled(content, fill)
    parts = part(sheet, first), part(sheet, set(range(1, len(NAMES) + 1)) - first)
    whole = brought(folder, [sheet])
    assert brought(folder, [parts[0]], [parts[1]]) == whole
    assert brought(folder, [("a.xlsx", parts[0]), ("b.xlsx", parts[1])]) == whole
