"""Every view that somebody with own customers may ask, asked: their rows, and not a word of anybody else's."""

import inspect
import io
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import openpyxl
import pandas as pd
import pytest

from crm_core.actions import refresh
from crm_core.actions.followups import issue_call_list
from crm_core.errors import NotAllowed, NotFound, RegularsError
from crm_core.ledger.store.database import Database
from crm_core.model.conditions import EVERYBODY, Has, Saved, Where
from crm_core.model.rights import Person
from crm_core.views import cache
from crm_core.views.customers import PeopleQuery
from crm_core.views.exports import people_file
from crm_core.views.records import GRIDS, OF_CUSTOMERS, OF_EVERYBODY, RecordQuery, page_of, record_file
from crm_core.views.wanting import Wanting
from tests.acting import changed, created, opened, write
from tests.marked import functions, may
from tests.places import place

DAY = date(2026, 1, 5)
ZOE = Person("Zoe", "caller", own_only=True)
MINE, FOREIGN = (1, 2, 3), (4, 5, 6)  # customers; 3 is nobody's, but had a call of Zoe's
BEACON = "Foreign"


def person(number: int) -> dict[str, Any]:
    word = BEACON if number in FOREIGN else "Mine"
    return {
        "id": -number, "name": f"{word} {number}", "code": f"{word}-{number}", "tags": f"{word}tag",
        "owner": {1: "Zoe", 2: "Zoe", 3: None}.get(number, "Max"), "city": f"{word}ville", "birthday": "1980-01-08",
        "phone": f"+44 20 7946 010{number}", "may_call": "yes", "email": f"{word.lower()}{number}@example.com",
        "note": f"{word} note", "extra": f'{{"{word} head": "{word} cell"}}', "likes": f"{word} tea",
    }  # fmt: skip


def about(number: int) -> dict[str, list[dict[str, Any]]]:
    """A record of each kind about a customer."""
    word, on = BEACON if number in FOREIGN else "Mine", (DAY - timedelta(days=3 + number)).isoformat()
    days = [(DAY - timedelta(days=40 * back + number)).isoformat() for back in range(4)]
    own = {"customer_id": -number}
    return {
        "purchase": [
            {**own, "date": at, "product": "Carrot cake", "amount": 50_000, "source_key": 10 * number + back}
            for back, at in enumerate(days)
        ],
        "interaction": [
            {**own, "date": on, "outcome": "reached", "note": f"{word} said", "type": "call", "source_key": number}
        ],
        "follow_up": [
            {**own, "play": "birthday", "due_on": DAY.isoformat(), "state": "open", "reason": f"{word} reason",
             "owner": "Zoe" if number == 3 else "Max" if number in FOREIGN else "Zoe"}
        ],
        "case": [{**own, "date": on, "type": "complaint", "state": "open", "what": f"{word} soup"}],
        "message": [
            {**own, "play": "birthday", "due_on": on, "channel": "e-mail", "state": "waiting", "body": f"{word} hello",
             "token": f"{word}{number}"}
        ],
    }  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def team(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Zoe's people and Max's, with all that can be known of them; edits, pairs, forecasts, a saved segment."""
    if request.param == "sqlite":
        with opened(place(tmp_path_factory.mktemp("leaks") / "shop.db")) as database:
            yield stocked(database)
        return
    with request.getfixturevalue("postgres_server").fresh() as url, opened(url) as database:
        yield stocked(database)


def stocked(database: Database) -> Database:
    numbers = (*MINE, *FOREIGN)
    frames: dict[str, list[dict[str, Any]]] = {"customer": [person(number) for number in numbers]}
    for number in numbers:
        for entity, found in about(number).items():
            frames.setdefault(entity, []).extend(found)
    frames = {name: [{"id": -at, **row} for at, row in enumerate(rows, 1)] for name, rows in frames.items()}
    frames["colleague"] = [
        {"id": -1, "name": "Zoe", "active": "yes"},
        {"id": -2, "name": "Max", "active": "yes"},
    ]
    write(database, created(**frames))
    pairs = [
        {"first_id": 1, "second_id": 2},
        {"first_id": 2, "second_id": 4},
        {"first_id": 4, "second_id": 5},
    ]
    write(
        database, created(pair=[{**one, "state": "open", "evidence": "alike", "score": 0.9} for one in pairs])
    )
    write(database, changed(("customer", 4, "note", "Foreign note", "Foreign news")))
    segment = {"name": "All", "condition": '{"all": []}'}
    write(database, created(segment=[segment]))
    refresh.refresh_all(database, as_of=DAY)
    return database


# What each is asked ---------------------------------------------------------------------------------------------------

ASKED: dict[str, list[Callable[[Callable[..., Any], Database], Any]]] = {
    "views.ahead.person.of_customer": [lambda view, db: [view(db, one, DAY) for one in (*MINE, *FOREIGN)]],
    "views.calls.my_calls": [lambda view, db: [view(db, DAY, one) for one in ("Zoe", "Max", None)]],
    "views.calls_news.my_people": [lambda view, db: [view(db, DAY, one) for one in ("Zoe", "Max")]],
    "views.customer.by_code": [lambda view, db: view(db, f"{BEACON}-4")],
    "views.customer.page": [
        lambda view, db: [view(db, one, DAY) for one in MINE],
        *(lambda view, db, one=one: view(db, one, DAY) for one in FOREIGN),
    ],
    "views.customers.count": [
        lambda view, db: [view(db, EVERYBODY, DAY), view(db, Where("city", "is", "Foreignville"), DAY)],
        lambda view, db: view(db, EVERYBODY, DAY, search="foreign"),
    ],
    "views.customers.people": [
        lambda view, db: view(db, PeopleQuery(), DAY),
        lambda view, db: view(db, PeopleQuery(search="fore"), DAY),
        lambda view, db: view(db, PeopleQuery(search="mine"), DAY),
        lambda view, db: view(db, PeopleQuery(sort="revenue", columns=("name", "revenue", "m", "clv_12m")), DAY),
        lambda view, db: view(db, PeopleQuery(condition=Has("purchase", (Where("amount", "more than", 0),))), DAY),
    ],
    "views.doubles.formerly": [lambda view, db: [view(db, one, DAY) for one in (*MINE, *FOREIGN)]],
    "views.doubles.pair": [lambda view, db, one=one: view(db, one, DAY) for one in (1, 2, 3)],
    "views.followups.preview": [
        lambda view, db: view(db, DAY),
        lambda view, db: view(db, DAY, owner="Max"),
        lambda view, db: view(db, DAY, ids=(*MINE, *FOREIGN)),
    ],
    "views.followups_page.left_out_people": [
        lambda view, db: view(db, DAY),
        lambda view, db: view(db, DAY, ids=FOREIGN),
    ],
    "views.followups_page.words_of": [
        lambda view, db, name=name: view(db, DAY, name) for name in ("birthday", "promised", "check-in", "offer")
    ],
    "views.goods.habits.habits": [lambda view, db: [view(db, one, DAY) for one in (*MINE, *FOREIGN)]],
    "views.history.upload_of": [lambda view, db: view(db, "0" * 64)],
    "views.homecoming.result": [lambda view, db: [view(db, one, DAY) for one in range(1, 5)]],
    "views.proof.bought_since": [lambda view, db: [view(db, DAY, one) for one in ("Zoe", "Max", None)]],
    "views.records.counts_of_customer": [lambda view, db: [view(db, one, DAY) for one in (*MINE, *FOREIGN)]],
    "views.records.name_of_customer": [lambda view, db: [view(db, one, DAY) for one in (*MINE, *FOREIGN)]],
    "views.records.page_of": [
        *(lambda view, db, one=one: view(db, RecordQuery(one), DAY) for one in GRIDS),
        lambda view, db: view(db, RecordQuery("purchase", filters=(("customer", FOREIGN),)), DAY),
        lambda view, db: view(db, RecordQuery("purchase", search="Foreign"), DAY),
    ],
    "views.segments.saved.faults": [lambda view, db: view(db, Where("city", "is", "Foreignville"), DAY)],
    "views.segments.saved.live_count": [lambda view, db: view(db, EVERYBODY, DAY)],
}  # fmt: skip


def theirs() -> list[str]:
    return [
        name
        for name, one in functions().items()
        if name.startswith("views.") and may(ZOE, one.needs, one.whole)
    ]


@pytest.mark.parametrize("name", theirs())
def test_nothing_of_others_comes_out(team: Database, name: str) -> None:
    """Asked for everything that they are there for, and by number for what is not theirs."""
    view, database = functions()[name], team.opened_by(ZOE)
    cache.answers.clear()
    for ask in asked(name):
        answer(ask, functions()[name], team)  # what others are told is not remembered for her
    for ask in asked(name):
        found = text(answer(ask, view, database))
        assert BEACON.casefold() not in found.casefold().replace(
            f"no customer has the code “{BEACON}-4”".casefold(), ""
        )


def asked(name: str) -> list[Callable[[Callable[..., Any], Database], Any]]:
    usual = [(lambda view, db: view(db, as_of=DAY)) if takes_day(name) else (lambda view, db: view(db))]
    return ASKED.get(name, usual)


def takes_day(name: str) -> bool:
    return "as_of" in inspect.signature(functions()[name]).parameters


def answer(ask: Callable[..., Any], view: Callable[..., Any], database: Database) -> Any:
    """What it says; a refusal in its words."""
    try:
        return ask(view, database)
    except RegularsError as refusal:
        return str(refusal)


def text(found: Any) -> str:
    """All of an answer as one text."""
    if isinstance(found, pd.DataFrame | pd.Series):
        return found.to_csv()
    if is_dataclass(found) and not isinstance(found, type):
        return " ".join(text(getattr(found, one.name)) for one in fields(found))
    if isinstance(found, dict):
        return " ".join(f"{key} {text(value)}" for key, value in found.items())
    if isinstance(found, list | tuple | set | frozenset):
        return " ".join(map(text, found))
    return str(found)


# Figures, files and what is refused -----------------------------------------------------------------------------------


def test_counts_are_of_their_own(team: Database) -> None:
    """How many there are of each kind, beside the grids and behind them."""
    seen, whole = (functions()["views.records.counts"](one, DAY) for one in (team.opened_by(ZOE), team))
    about_customers = {name for name in OF_CUSTOMERS if whole[name]}
    assert about_customers and all(seen[name] * 2 == whole[name] for name in about_customers)
    assert not set(seen) & set(OF_EVERYBODY)


@pytest.mark.parametrize("entity", OF_EVERYBODY)
def test_sums_of_the_company_are_refused(team: Database, entity: str) -> None:
    """Footfall is nobody's own, whoever asks for it by name."""
    staff = Person("Zoe", "staff", own_only=True)
    for ask in (lambda: page_of(team.opened_by(staff), RecordQuery(entity), DAY),
                lambda: record_file(team.opened_by(staff), RecordQuery(entity))):  # fmt: skip
        with pytest.raises(NotAllowed, match="own customers only"):
            ask()


def test_files_hold_their_own(team: Database) -> None:
    """People and records as workbooks, for staff who see their own; and the call list of a caller."""
    staff = team.opened_by(Person("Zoe", "staff", own_only=True))
    made = [people_file(staff, PeopleQuery(), DAY), record_file(staff, RecordQuery("purchase")),
            issue_call_list(team.opened_by(ZOE), as_of=DAY, who="Zoe", preview=True).bytes]  # fmt: skip
    for content in made:
        book = openpyxl.load_workbook(io.BytesIO(content))
        cells = text([list(sheet.values) for sheet in book])
        assert "Mine" in cells and BEACON not in cells


def test_measures_compare_with_everybody(team: Database) -> None:
    """Quintiles and segments of their people are those that a manager sees for them."""
    columns = ("name", "r", "f", "m", "segment", "tier", "silence", "clv_12m", "p_alive")
    query = PeopleQuery(columns=columns, condition=Where("id", "one of", MINE))
    of_her, of_all = (
        functions()["views.customers.people"](one, query, DAY).frame for one in (team.opened_by(ZOE), team)
    )
    pd.testing.assert_frame_equal(of_her, of_all)


def test_others_are_not_found_by_number(team: Database) -> None:
    """The page of somebody else's customer is as if there were none, and says where to look."""
    with pytest.raises(NotFound, match="no customer number 4 among yours"):
        functions()["views.customer.page"](team.opened_by(ZOE), 4, DAY)


def test_what_she_sees_is_not_kept_for_others(team: Database) -> None:
    """Answers are kept by whose they are: asked first by her, a manager still gets all, and the other way round."""
    count = functions()["views.customers.count"]
    people = [team.opened_by(ZOE), team, team.opened_by(Person("Max", "caller", own_only=True))] * 2
    assert [count(one, EVERYBODY, DAY) for one in people] == [3, 6, 3] * 2
    assert count(team.opened_by(ZOE), Saved("All"), DAY) == 3


def test_a_kept_answer_is_handed_out_at_once(team: Database, monkeypatch) -> None:
    """Which customers are hers is laid out for an answer that is not there yet, and not again for one that is."""
    count = functions()["views.customers.count"]
    assert count(team.opened_by(ZOE), EVERYBODY, DAY) == 3
    monkeypatch.setattr("crm_core.ledger.store.scope.narrow", None)
    assert count(team.opened_by(ZOE), EVERYBODY, DAY) == 3


def test_wishes_are_of_their_own(team: Database, monkeypatch) -> None:
    """Who may want a product is worked out among all, and told of their own."""
    likely = pd.DataFrame({"id": [4, 1, 5, 2], "why": "bought tea", "score": [4.0, 3.0, 2.0, 1.0]})
    offered = SimpleNamespace(marks=SimpleNamespace(frame=likely))
    monkeypatch.setattr("crm_core.views.wanting.offer", lambda *asked, **named: offered)
    assert Wanting(team, DAY)("tea")["id"].tolist() == [4, 1, 5, 2]
    assert Wanting(team.opened_by(ZOE), DAY)("tea")["id"].tolist() == [1, 2]
