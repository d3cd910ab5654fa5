"""What is handed out comes home: importing an export again changes nothing, and a file of ours is known for one."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm_core.actions import imports
from crm_core.actions.demo import fill_demo
from crm_core.actions.followups import issue_call_list
from crm_core.intake.plan import ImportPlan
from crm_core.ledger.conditions.known import CUSTOMER_FIELDS
from crm_core.ledger.store.database import Database, open_database
from crm_core.model.conditions import EVERYBODY
from crm_core.model.registry import ENTITIES
from crm_core.model.words import MARK_SHEET
from crm_core.views.customers import PeopleQuery
from crm_core.views.exports import export_file, people_file
from crm_core.workbook.write import ColumnStyle, SheetContent, write_csv, write_xlsx
from tests.outreach_sheets import shop_with_records
from tests.places import place
from tests.stocked import stock
from tests.uploads import plan_of, take_in

DAY = date(2026, 1, 5)
UPLOADED = [name for name, entity in ENTITIES.items() if entity.uploaded]
KEPT_HERE = [name for name, entity in ENTITIES.items() if not entity.uploaded]

HOSTILE = (
    "=1+1", "+48 600 100 200", "-5", "@x", "'quoted", "''=twice", '"', "a\tb", "two\nlines", "a,b;c|d", "007", "1E5",
    "1e400", "NULL", "true", "TRUE", "12345678901234567890", "😀 \U0001f468\u200d\U0001f469", "สมชาย ใจดี", "يوسف",
    "王小明", "1,234", "1.234", "12.5%", "2024-02-30", "1900-02-29", "  in blanks ", "_x000D_", "<b>&amp;", "x" * 9_000,
    "Total", "http://example.org", "#N/A", "０１２", "Ångström", "\u202eright to left",
)  # fmt: skip
printed = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Zl", "Zp"]), min_size=1, max_size=9)
words = st.sampled_from(HOSTILE) | printed.filter(lambda text: text.strip() and text.isprintable())
blank = st.none()
days = st.sampled_from(
    ("1899-05-05", "1900-01-01", "1900-02-28", "1900-03-01", "1904-01-01", "2024-02-29")
) | st.dates(date(1890, 1, 1)).map(date.isoformat)
phones = st.sampled_from(
    ("+48 600 100 200", "+44 7700 900001", "0048 600 100 201", "600100203 ext 4", "not yet")
)
emails = st.sampled_from(("ana@example.com", "o'neil+shop@example.co.uk", "a@b@c", "LUCJA@example.pl"))
money = st.decimals(-(10**9), 10**9, places=4, allow_nan=False).map(str) | st.sampled_from(
    ("1.2340", "-0.0001", "1234567.8900", "12.50")
)
shares = st.sampled_from(("0.3333333333333", "1.2340", "2", "-1", "1E2", "100000")) | st.integers(
    -50, 50
).map(str)

PEOPLE = (
    "Code",
    "Name",
    "E-mail",
    "Phone",
    "Birthday",
    "Tags",
    "Likes",
    "City",
    "Segment",
    "What to fix",
    "Shoe size",
)
person = st.tuples(
    blank | words, words, blank | emails, blank | phones, blank | days, blank | words, blank | words, blank | words,
    blank | words, blank | words, blank | words,
)  # fmt: skip
LINES = (
    "Order number",
    "Customer",
    "Date",
    "Time",
    "Product",
    "Quantity",
    "Unit price",
    "Amount",
    "Note",
    "Sold by",
)
times = st.sampled_from(("10:30", "23:59:59", "00:00"))
line = st.tuples(
    blank | words, blank | st.sampled_from(("C1", "C2", "Nobody")), blank | days, blank | times, words, blank | shares,
    blank | money, blank | money, blank | words, blank | st.sampled_from(("Anna", "=Ben")),
)  # fmt: skip
CONTACTS = ("Customer", "Date", "Time", "What", "Outcome", "Why not", "Note")
contact = st.tuples(
    st.sampled_from(("C1", "C2")), days, blank | times, blank | st.sampled_from(("call", "visit")),
    blank | st.sampled_from(("reached", "no answer")), blank | words, blank | words,
)  # fmt: skip
PRODUCTS = ("Product code", "Product", "Category", "Price", "Note")
product = st.tuples(blank | words, words, blank | words, blank | money, blank | words)


CASES = (
    "Customer",
    "Date",
    "Case number",
    "Kind",
    "About",
    "What happened",
    "State",
    "Solved on",
    "What we did",
    "Note",
)
case = st.tuples(
    st.sampled_from(("C1", "C2", "Nobody")), days, blank | st.sampled_from(("K1", "=K2", "007")),
    blank | st.sampled_from(("complaint", "request", "nonsense")), blank | st.sampled_from(("product", "service")),
    blank | words, blank | st.sampled_from(("open", "solved", "closed")), blank | days, blank | words, blank | words,
)  # fmt: skip
ANSWERS = ("Customer", "Date", "Asked", "About", "Question", "Score", "Out of", "What they said")
answer = st.tuples(
    st.sampled_from(("C1", "C2")), days, blank | st.sampled_from(("before", "during", "after")),
    blank | st.sampled_from(("product", "service")), blank | words,
    st.sampled_from(("1", "4.5", "4/5", "8 of 10", "★★★", "80 %", "good", None)), blank | st.sampled_from(("5", "10")),
    blank | words,
)  # fmt: skip
GESTURES = ("Customer", "Date", "What", "Cost", "Given by", "Note")
gesture = st.tuples(
    st.sampled_from(("C1", "C2")),
    days,
    words,
    blank | money,
    blank | st.sampled_from(("Anna", "=Ben")),
    blank | words,
)
ATTENDANCES = ("Customer", "Event", "Date", "Came", "Guests", "Note")
attendance = st.tuples(
    st.sampled_from(("C1", "C2")), words, days, blank | st.sampled_from(("yes", "no")),
    blank | st.integers(0, 9).map(str), blank | words,
)  # fmt: skip
PLAYS = (
    "Play",
    "Title",
    "What it is for",
    "In use",
    "Moment",
    "Priority",
    "Held out",
    "Budget",
    "Say",
    "Note",
)
play = st.tuples(
    words, words, blank | words, blank | st.sampled_from(("yes", "no")), st.sampled_from(("birthday", "Can’t lose")),
    blank | st.integers(-5, 200).map(str), blank | shares, blank | money, blank | words, blank | words,
)  # fmt: skip


def book(**sheets: Any) -> bytes:
    """A workbook of text cells: headers and rows by sheet."""
    made = [
        SheetContent(name, tuple(map(ColumnStyle, heads)), rows) for name, (heads, rows) in sheets.items()
    ]
    return write_xlsx(made)


def news(plan: ImportPlan) -> dict[str, Any]:
    """What saving a plan would do, nought left out."""
    found = {state: sum(one.counts[state] for one in plan.sheets) for state in ("new", "changed", "doubtful")}
    left = {state: number for state, number in found.items() if number} | dict(plan.creates)
    return left | ({"cells": plan.cells.to_dict("records")} if len(plan.cells) else {})


def come_home(database: Database, what: str, ending: str, **taken_as: str) -> ImportPlan:
    """The plan of an export that is uploaded again."""
    name = f"{ENTITIES[what].plural if what in ENTITIES else what}.{ending}"
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        export_file(database, what, path, DAY)
        return plan_of(database, path.read_bytes(), name, **taken_as)


def check_all(database: Database, entities: list[str]) -> None:
    """Each export of the entities, as .xlsx and as .csv, holds no news and is all known."""
    for what in entities:
        for ending in ("xlsx", "csv"):
            plan = come_home(database, what, ending, **{ENTITIES[what].plural: what})
            assert news(plan) == {}, (what, ending)
            assert not plan.writes, (what, ending)


@pytest.fixture(scope="module")
def cafe(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The made-up café with a call list that was handed out."""
    folder = tmp_path_factory.mktemp("cafe")
    database = open_database(place(folder / "cafe.db"))
    fill_demo(database, customers=200, purchases=900, who="anna", as_of=DAY)
    issue_call_list(database, as_of=DAY, who="anna")
    return database


@pytest.mark.slow
@pytest.mark.parametrize("what", UPLOADED)
def test_the_cafe_comes_home_unchanged(cafe: Database, what: str) -> None:
    """import(export(x)) is nothing new, for each entity that a sheet may hold."""
    check_all(cafe, [what])


@pytest.mark.slow
@pytest.mark.parametrize("what", [*KEPT_HERE, "profile", "duplicates"])
def test_what_only_comes_about_here_is_off(cafe: Database, what: str) -> None:
    """Follow-ups, settings, profiles and the like are known for our own files and not taken in."""
    plan = come_home(cafe, what, "xlsx")
    assert [sheet.entity for sheet in plan.sheets] == [None]
    assert "Regulars" in plan.sheets[0].why
    assert not come_home(cafe, what, "csv").writes


@pytest.mark.slow
@pytest.mark.parametrize(
    "columns",
    [
        (),
        tuple(CUSTOMER_FIELDS),
        ("code", "name", "segment", "orders", "revenue", "last_on"),
        ("name", "tier", "city"),
    ],
)
def test_a_list_of_people_comes_home_unchanged(cafe: Database, columns: tuple[str, ...]) -> None:
    """Whatever columns it shows; what is worked out here is neither a field nor kept with the people."""
    plan = plan_of(cafe, people_file(cafe, PeopleQuery(EVERYBODY, columns=columns), DAY))
    assert news(plan) == {} and not plan.writes
    assert [sheet.sheet for sheet in plan.sheets] == ["Customers"]
    assert not plan.sheets[0].extra


@pytest.mark.slow
def test_a_list_of_people_says_what_was_left_aside(cafe: Database) -> None:
    """One sentence with the sheet and the columns."""
    content = people_file(cafe, PeopleQuery(EVERYBODY, columns=("code", "name", "segment")), DAY)
    [note] = [note for note in imports.read_upload([("list.xlsx", content)]).notes if "left aside" in note]
    assert "“Customers”" in note and "Segment" in note and "Name" not in note


def test_a_column_of_theirs_called_like_ours_is_kept(sqlite_url: str) -> None:
    """Their own Tier and their own What to fix, on a sheet of their own called Customers."""
    rows = [("C1", "Anna", "loyal", "roof", "12"), ("C2", "Ben", "new", "door", "3")]
    heads = ("Code", "Name", "Tier", "What to fix", "Revenue")
    plan, _ = take_in(open_database(sqlite_url), book(Customers=(heads, rows)))
    assert plan.sheets[0].extra == ("Tier", "What to fix", "Revenue")


def test_an_own_column_that_bears_a_label_of_ours_comes_home(sqlite_url: str) -> None:
    """The export sets it apart, the upload knows whose it is."""
    people = pd.DataFrame(
        {"code": ["1", "2"], "name": ["Anna", "Ben"], "extra": ['{"Name": "nick", "Segment": "old"}', None]}
    )
    database = stock(sqlite_url, DAY, customer=people)
    check_all(database, ["customer"])
    columns = ("code", "name", "segment", "extra.Segment", "extra.Name")
    plan = plan_of(database, people_file(database, PeopleQuery(EVERYBODY, columns=columns), DAY))
    assert news(plan) == {} and plan.sheets[0].counts["same"] == 2


def test_people_nobody_can_tell_apart_are_no_news(sqlite_url: str) -> None:
    """Two of one name without a code: the whole table comes home in its order, a list of some is only looked at."""
    people = pd.DataFrame(
        {"code": [None] * 3, "name": ["Anna", "Anna", "Ben"], "city": ["Leeds", "York", "Bath"]}
    )
    database = stock(sqlite_url, DAY, customer=people)
    check_all(database, ["customer"])
    query = PeopleQuery(EVERYBODY, columns=("code", "name", "city"), search="", sort="city", descending=True)
    assert news(plan_of(database, people_file(database, query, DAY))) == {}


@pytest.mark.slow
@settings(max_examples=3)
@given(st.lists(person, min_size=1, max_size=40), st.lists(product, min_size=1, max_size=20))
@example(
    [(text, text, None, None, None, *[text] * 6) for text in HOSTILE],
    [("7", "Tea", None, "1.2340", "=1")],
)
@example([("1", "A", *[None] * 9)], [("7", "Tea", None, "1", None), (None, "Tea", None, "2", None)])
def test_any_people_and_products_come_home(
    people: list[tuple[Any, ...]], products: list[tuple[Any, ...]]
) -> None:
    """Whatever stands in the cells of a shop, its exports hold no news for it."""
    with TemporaryDirectory() as folder:
        database = open_database(place(Path(folder) / "shop.db"))
        content = book(People=(PEOPLE, people), Products=(PRODUCTS, products))
        take_in(database, content, People="customer", Products="product")
        check_all(database, ["customer", "product"])
        database.close()


@pytest.mark.slow
@settings(max_examples=3)
@given(st.lists(line, min_size=1, max_size=40), st.lists(contact, min_size=1, max_size=20))
def test_any_purchases_and_contacts_come_home(
    lines: list[tuple[Any, ...]], contacts: list[tuple[Any, ...]]
) -> None:
    """Lines without numbers, days or people, amounts of four decimals, the same line twice."""
    with TemporaryDirectory() as folder:
        database = open_database(place(Path(folder) / "shop.db"))
        people = [("C1", "Anna", *[None] * 9), ("C2", "Ben", *[None] * 9)]
        content = book(
            People=(PEOPLE, people), Sales=(LINES, [*lines, *lines[:2]]), Contacts=(CONTACTS, contacts)
        )
        take_in(database, content, People="customer", Sales="purchase", Contacts="interaction")
        check_all(database, ["customer", "purchase", "interaction", "colleague"])
        database.close()


@pytest.mark.slow
@settings(max_examples=3)
@given(
    st.lists(case, min_size=1, max_size=20), st.lists(answer, min_size=1, max_size=20),
    st.lists(gesture, min_size=1, max_size=10), st.lists(attendance, min_size=1, max_size=10),
    st.lists(play, min_size=1, max_size=10),
)  # fmt: skip
def test_any_cases_answers_gifts_and_plays_come_home(
    cases: list[tuple[Any, ...]],
    answers: list[tuple[Any, ...]],
    gestures: list[tuple[Any, ...]],
    attendances: list[tuple[Any, ...]],
    plays: list[tuple[Any, ...]],
) -> None:
    """The same complaint or gift twice, scores of any scale, plays beside those that a database is born with."""
    with TemporaryDirectory() as folder:
        database = open_database(place(Path(folder) / "shop.db"))
        people = [("C1", "Anna", *[None] * 9), ("C2", "Ben", *[None] * 9)]
        content = book(
            People=(PEOPLE, people), Cases=(CASES, [*cases, *cases[:2]]), Answers=(ANSWERS, [*answers, answers[0]]),
            Gifts=(GESTURES, [*gestures, gestures[0]]), Events=(ATTENDANCES, attendances), Plays=(PLAYS, plays),
        )  # fmt: skip
        entities = {
            "Cases": "case",
            "Answers": "answer",
            "Gifts": "gesture",
            "Events": "attendance",
            "Plays": "play",
        }
        take_in(database, content, People="customer", **entities)
        check_all(database, [*entities.values(), "customer", "colleague", "rule"])
        database.close()


def test_plays_and_rules_that_a_database_is_born_with_come_home(sqlite_url: str) -> None:
    """Nobody says what they are: they are known by their labels."""
    database = open_database(sqlite_url)
    for what in ("play", "rule"):
        plan = come_home(database, what, "xlsx")
        assert [sheet.entity for sheet in plan.sheets] == [what] and not plan.writes
        assert plan.sheets[0].counts["same"] > 0


@pytest.mark.parametrize("what", ["case", "answer", "gesture", "attendance", "absence"])
def test_records_about_people_are_known_by_their_labels(sqlite_url: str, what: str) -> None:
    """An export that comes home needs nobody to say what it is, as .xlsx and as .csv."""
    database = shop_with_records(sqlite_url)
    for ending in ("xlsx", "csv"):
        plan = come_home(database, what, ending)
        assert [sheet.entity for sheet in plan.sheets] == [what] and not plan.writes
        assert plan.sheets[0].counts["same"] > 0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.234, "1.2340"),
        (0.3333333333333, "0.3333333333333"),
        (2.0, "2"),
        (Decimal("12.50"), "12.50"),
        (1e20, "1" + "0" * 20),
    ],
)
def test_numbers_of_a_csv_are_never_taken_for_thousands(value: object, text: str) -> None:
    """All digits, and never three decimals: 1.234 is a thousand to some."""
    assert write_csv(["n"], [(value,)]).decode("utf-8-sig").splitlines()[1] == text


def test_a_list_of_figures_alone_is_not_marked(sqlite_url: str) -> None:
    """A list that shows nothing we work out has no second sheet."""
    database = stock(sqlite_url, DAY, customer=pd.DataFrame({"code": ["1"], "name": ["Anna"]}))
    shown = [
        people_file(database, PeopleQuery(EVERYBODY, columns=names), DAY)
        for names in (("code", "name"), ("code", "name", "tier"))
    ]
    counts = [len(imports.read_upload([("a.xlsx", content)]).sheets) for content in shown]
    assert counts == [1, 1] and MARK_SHEET.encode() not in shown[0]
