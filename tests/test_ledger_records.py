"""Pages of any entity's records: names for references, search, filters, order, the same on both databases."""

from collections.abc import Iterator

import pytest

from crm_core.errors import InvalidInput
from crm_core.ledger.reading.records import Part, count_of, name_of_customer, page_of
from crm_core.ledger.store.database import Database
from crm_core.model.registry import ENTITIES
from crm_core.views import records
from crm_core.views.records import GRIDS, RecordQuery, record_file
from tests.acting import DAY, created, opened, write
from tests.uploads import counts as states
from tests.uploads import plan_of

CASE, PURCHASE = ENTITIES["case"], ENTITIES["purchase"]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with opened(database_url) as database:
        people = [
            {"name": "Zoë Ångström", "code": "Z"},
            {"name": "anna novak", "code": "A"},
            {"code": "C", "name": ""},
        ]
        cases = [
            {
                "customer_id": -1,
                "date": "2025-03-01",
                "type": "request",
                "what": "Łódź delivery",
                "state": "open",
            },
            {
                "customer_id": -2,
                "date": "2025-05-01",
                "type": "complaint",
                "what": "50% off_ering",
                "state": "",
            },
            {
                "customer_id": -2,
                "date": "2025-04-01",
                "type": "complaint",
                "what": "Cold SOUP",
                "owner": "Maria",
            },
            {"customer_id": -3, "date": None, "type": None, "what": None, "number": "K-7"},
        ]
        lines = [
            {"customer_id": None, "amount": 25_000, "product": "Tea"},
            {"customer_id": -1, "amount": 90_000},
        ]
        for place, row in enumerate(cases):
            row["source_key"] = place
        lines = [row | {"source_key": place, "date": "2025-01-01"} for place, row in enumerate(lines)]
        write(database, created(customer=people, case=cases, purchase=lines))
        yield database


def ids(database: Database, **asked: object) -> list[int]:
    part = Part(asked.pop("entity", CASE), ("what",), **asked)  # type: ignore[arg-type]
    with database.read() as connection:
        found = page_of(connection, part)["id"].tolist()
        assert part.size is not None or count_of(connection, part) == len(found)
    return found


def test_references_are_names(database: Database) -> None:
    """A customer stands by name, by code where there is no name, and with id and code beside it."""
    with database.read() as connection:
        frame = page_of(connection, Part(CASE, ("customer", "what"))).set_index("id")
    assert frame["customer"].to_dict() == {1: "Zoë Ångström", 2: "anna novak", 3: "anna novak", 4: "C"}
    assert frame.loc[4, ["customer_id", "customer_code"]].tolist() == [3, "C"]


def test_a_line_of_nobody_is_there(database: Database) -> None:
    """A purchase without a customer is on the page, its name missing."""
    with database.read() as connection:
        frame = page_of(connection, Part(PURCHASE, ("customer", "amount"), sort="amount"))
    assert frame["amount"].tolist() == [25_000, 90_000] and frame["customer"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("lodz", [1]), ("ŁÓDŹ", [1]), ("soup", [3]), ("angstrom", [1]), ("novak soup", [3]), ("50%", [2]), ("f_e", [2]),
        ("k-7", [4]), ("maria", [3]), ("complaint", []), ("nothing", []), ("", [4, 3, 2, 1]),
    ],
)  # fmt: skip
def test_the_search(database: Database, search: str, found: list[int]) -> None:
    """All words stand in the record's texts or its customer's, whatever their accents; % and _ mean themselves."""
    assert ids(database, search=search) == found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ((("state", ("open",)),), [1]), ((("state", (None,)),), [4, 3, 2]),
        ((("state", ("open", None)),), [4, 3, 2, 1]),
        ((("customer", (2,)),), [3, 2]), ((("customer", (2,)), ("owner", (None,))), [2]),
        ((("date", ("2025-03-01", None)),), [4, 1]),
    ],
)  # fmt: skip
def test_filters_add_up(database: Database, filters: records.Filters, found: list[int]) -> None:
    """Each filter takes one of its values, None takes blanks; several must all hold."""
    assert ids(database, filters=filters) == found


@pytest.mark.parametrize(
    ("sort", "descending", "found"),
    [
        ("date", True, [2, 3, 1, 4]), ("date", False, [1, 3, 2, 4]), ("customer", False, [3, 2, 4, 1]),
        ("type", False, [3, 2, 1, 4]), ("what", False, [2, 3, 1, 4]), ("what", True, [1, 3, 2, 4]),
    ],
)  # fmt: skip
def test_the_order(database: Database, sort: str, descending: bool, found: list[int]) -> None:
    """Days, names, closed lists by their place, texts without regard to accents; missing ones last."""
    assert ids(database, sort=sort, descending=descending) == found


def test_pages_follow_one_another(database: Database) -> None:
    """Two pages of two are the four records, in order; a page past the end is the last one."""
    pages = [records.page_of(database, RecordQuery("case", size=2, page=page), DAY) for page in (1, 2, 9)]
    assert [page.frame["id"].tolist() for page in pages] == [[2, 3], [1, 4], [1, 4]]
    assert (pages[2].page, pages[2].pages, pages[2].total) == (2, 2, 4)


@pytest.mark.parametrize("entity", GRIDS)
def test_every_grid_can_be_read(database: Database, entity: str) -> None:
    """Each entity is paged, searched and sorted by each of its fields."""
    for field in ENTITIES[entity].fields:
        records.page_of(database, RecordQuery(entity, search="a", sort=field.name, descending=True), DAY)
    assert records.page_of(database, RecordQuery(entity), DAY).total == records.counts(database, DAY)[entity]


def test_counts_of_a_customer(database: Database) -> None:
    """How much is kept of one customer; tables without customers are left out."""
    found = records.counts_of_customer(database, 2, DAY)
    assert found["case"] == 2 and found["purchase"] == 0 and "play" not in found


def test_names_of_customers(database: Database) -> None:
    """The name, else the code, else nothing."""
    with database.read() as connection:
        assert [name_of_customer(connection, one) for one in (1, 3, 99)] == ["Zoë Ångström", "C", None]


def test_what_is_not_there_is_refused(database: Database) -> None:
    """A table, a column or a page that is not there is said in a sentence."""
    for query in (RecordQuery("customer"), RecordQuery("case", sort="nonsense"), RecordQuery("case", page=0)):
        with pytest.raises(InvalidInput):
            records.page_of(database, query, DAY)


def test_the_workbook_is_what_is_shown(database: Database) -> None:
    """The file of a search holds its rows alone, and coming home it is nothing new."""
    plan = plan_of(database, record_file(database, RecordQuery("play", search="birthday")), Plays="play")
    assert states(plan, "Plays") == {"same": 2}  # the birthday, and the one that asks for it
