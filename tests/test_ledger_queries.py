"""The customers as frames: search, order, pages; the same on both databases."""

from datetime import date

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from stocked import stock

from crm_core.errors import InvalidInput
from crm_core.ledger.reading.queries import customer_ids, people_frame
from crm_core.ledger.store import dialects
from crm_core.ledger.store.database import open_database
from crm_core.model.conditions import EVERYBODY, Where
from crm_core.model.folding import SEARCHED, fold, search_column, search_text

DAY = date(2026, 1, 5)
NAMES = [
    "Émile",
    "anna",
    "Anna B",
    "Łuk",
    "Zoë",
    "ärzte",
    "Ölberg",
    "zeta",
    "Łucja",
    "O'Neil",
    "李雷",
    "Ωmega",
    "ßeta",
]
PEOPLE = pd.DataFrame(
    {
        "id": range(1, len(NAMES) + 1),
        "name": NAMES,
        "phone": ["+48 601-234-567", *[None] * (len(NAMES) - 1)],
        "email": ["emile@example.org", *[None] * (len(NAMES) - 1)],
        "city": ["Łódź", None, "Aš", "", "Żary", "Zary", "Åbo", None, "łask", "Paris", "Œuvre", "Aš", None],
    }
)
LINES = pd.DataFrame(
    {
        "customer_id": [1, 2, 4],
        "date": ["2025-01-01", "2026-01-01", "2025-06-01"],
        "quantity": 1.0,
        "amount": [90, 10, 50],
    }
)


@pytest.fixture
def shop(database_url: str):
    return stock(database_url, DAY, customer=PEOPLE, purchase=LINES)


def ids(database, **asked) -> list[int]:
    with database.read() as connection:
        return customer_ids(connection, EVERYBODY, DAY, **asked)


def test_names_are_put_in_one_order_everywhere(shop) -> None:
    """Folded: anna before Anna B before ärzte; Łuk among the l; the same on both databases."""
    found = [NAMES[row - 1] for row in ids(shop, order_by=["name"])]
    assert found == sorted(NAMES, key=lambda name: fold(name))


def test_texts_are_put_in_the_same_order_and_blanks_last(shop) -> None:
    """Ascending and descending alike; blank cities stay at the end, equal ones by number."""
    cities = PEOPLE["city"].where(PEOPLE["city"] != "", None)
    filled = [
        (fold(city), number)
        for city, number in zip(cities, PEOPLE["id"], strict=True)
        if isinstance(city, str)
    ]
    blank = [number for city, number in zip(cities, PEOPLE["id"], strict=True) if not isinstance(city, str)]
    assert ids(shop, order_by=["city"]) == [number for _, number in sorted(filled)] + blank
    backwards = sorted(sorted(filled, key=lambda pair: pair[1]), key=lambda pair: pair[0], reverse=True)
    assert ids(shop, order_by=[("city", True)]) == [number for _, number in backwards] + blank


def test_missing_values_come_last_both_ways(shop) -> None:
    """People who never bought stand behind those who did, oldest or newest first."""
    assert ids(shop, order_by=["last_on"])[:4] == [1, 4, 2, 3]
    assert ids(shop, order_by=[("last_on", True)])[:4] == [2, 4, 1, 3]


def test_segments_are_put_from_best_to_worst(shop) -> None:
    """A closed list is sorted by its own order, not by the alphabet."""
    with shop.read() as connection:
        found = people_frame(connection, EVERYBODY, ["segment"], DAY, order_by=["segment"])[
            "segment"
        ].tolist()
    assert found[-1] == "no purchase" and found.index("no purchase") == 3


SEARCHES = [
    ("luk", [4]), ("ŁU", [4, 9]), ("anna", [2, 3]), ("anna b", [3]), ("b anna", [3]), ("601 234", [1]),
    ("+48601234567", [1]), ("+48 601 234-567", [1]), ("emile@", [1]), ("lodz", [1]), ("%", []), ("_", []),
    ("o'n", [10]), ("李", [11]), ("sseta", [13]), ("", list(range(1, 14))), ("  ", list(range(1, 14))),
    ("not here", []),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "wanted"), SEARCHES)
def test_every_word_typed_is_found_somewhere(shop, typed: str, wanted: list[int]) -> None:
    """In name, company, e-mail, phone, code or city, however it is spelled; signs of LIKE are plain signs."""
    assert ids(shop, search=typed) == wanted


def test_pages_are_slices_of_the_whole(shop) -> None:
    """Limit and offset cut the same order that the whole list has, with the columns typed."""
    with shop.read() as connection:
        whole = people_frame(
            connection, EVERYBODY, ["name", "revenue", "gap"], DAY, order_by=[("revenue", True), "name"]
        )
        page = people_frame(
            connection,
            EVERYBODY,
            ["name", "revenue", "gap"],
            DAY,
            order_by=[("revenue", True), "name"],
            limit=4,
            offset=3,
        )
    pd.testing.assert_frame_equal(page, whole.iloc[3:7].reset_index(drop=True))
    assert whole.columns.tolist() == ["id", "version", "name", "revenue", "gap"]
    assert [str(kind) for kind in whole.dtypes] == ["Int64", "Int64", "str", "Int64", "Float64"]


def test_an_unknown_column_is_refused_by_name(shop) -> None:
    """Asking or sorting by what is not there names it."""
    with shop.read() as connection:
        with pytest.raises(InvalidInput, match="shoes"):
            people_frame(connection, EVERYBODY, ["shoes"], DAY)
        with pytest.raises(InvalidInput, match="shoes"):
            people_frame(connection, EVERYBODY, ["name"], DAY, order_by=["shoes"])


def test_nobody_is_an_empty_frame_with_its_columns(shop) -> None:
    """A condition that nobody meets keeps names and types of the columns."""
    with shop.read() as connection:
        found = people_frame(connection, Where("id", "is", 999), ["name", "revenue", "extra.Shoe"], DAY)
    assert found.empty and found.columns.tolist() == ["id", "version", "name", "revenue", "extra.Shoe"]
    assert str(found["revenue"].dtype) == "Int64"


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    """Whatever the script."""
    assert fold(fold(text)) == fold(text)


LATIN = st.text(st.characters(max_codepoint=0x52F, exclude_categories=["Cc", "Cs", "Cn"]), max_size=12)


def test_the_database_folds_as_python_does(database_url: str) -> None:
    """Every Latin, Greek and Cyrillic letter; so what is typed is found whatever the server's locale."""
    letters = [chr(code) for code in (*range(0x21, 0x530), *range(0x1E00, 0x1F00)) if chr(code).isalpha()]
    texts = [*letters, "Straße  Ost", " ŁÓDŹ ", "e\u0301", "Ann O'Hara", "50%", "a\\b"]
    with open_database(database_url).read() as connection:
        dialects.teach(connection)
        table = sa.Table("texts", sa.MetaData(), sa.Column("text", sa.Text()), prefixes=["TEMPORARY"])
        table.create(connection)
        connection.execute(sa.insert(table), [{"text": text} for text in texts])
        found = connection.execute(sa.select(table.c.text, dialects.folded(table.c.text))).all()
    assert {given_text: plain for given_text, plain in found if plain != fold(given_text)} == {}


@given(
    st.lists(
        st.fixed_dictionaries({name: st.none() | LATIN | st.just("+48 601 234 567") for name in SEARCHED}),
        max_size=4,
    )
)
def test_the_column_is_the_text_of_each_row(rows: list[dict]) -> None:
    """Computed for all rows at once or for one: the same search text."""
    frame = pd.DataFrame(rows, columns=list(SEARCHED), dtype=object)
    assert search_column(frame).tolist() == [search_text(row[name] for name in SEARCHED) for row in rows]
