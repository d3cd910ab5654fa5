"""Filling an empty database with made-up data, and taking it out again."""

from datetime import date

import pytest

from crm_core.actions import doubles
from crm_core.actions.company import company, introduce, save_settings
from crm_core.actions.contacts import Contact, log_contact
from crm_core.actions.demo import fill_demo, remove_demo, sample_workbook
from crm_core.actions.followups import issue_call_list
from crm_core.actions.imports import plan_upload, proposed_choices, read_upload, save_upload
from crm_core.actions.records import CellEdit, add_record, save_cells
from crm_core.actions.undo import undo_batch
from crm_core.errors import InvalidInput, NotFound
from crm_core.ledger.reading import queries
from crm_core.ledger.store.database import Database, open_database
from crm_core.ledger.writing import existing
from crm_core.model.conditions import EVERYBODY
from crm_core.model.registry import ENTITIES
from crm_core.model.words import PATTERNS, PRIORITIES, SEGMENTS, STAGES, TIERS

AS_OF = date(2026, 1, 5)
ACT = {"who": "tester", "as_of": AS_OF}


@pytest.fixture
def database(sqlite_url: str) -> Database:
    return open_database(sqlite_url)


@pytest.fixture
def cafe(database: Database) -> Database:
    """A database with a small café."""
    fill_demo(database, customers=80, **ACT)
    return database


def people(database: Database, *columns: str):
    with database.read() as connection:
        return queries.people_frame(connection, EVERYBODY, columns, AS_OF)


def holds(database: Database) -> set[str]:
    """The entities that have records, beside those that every database begins with."""
    added = [name for name, entity in ENTITIES.items() if not entity.usual]
    with database.read() as connection:
        return {name for name in added if not existing.is_empty(connection, name)}


def test_it_fills_either_database(database_url):
    """A café of 40 people is stored with its sums, and taken out to the last record, on SQLite and on PostgreSQL."""
    database = open_database(database_url)
    batch = fill_demo(database, customers=40, purchases=300, **ACT)
    found = people(database, "orders", "revenue")
    assert len(found) == 40 and found["revenue"].sum() > 0
    assert batch.why == "Made-up data" and batch.created > 340
    assert remove_demo(database, **ACT).kept == ()
    assert holds(database) == set()
    database.close()


@pytest.mark.slow
def test_everything_there_is_to_see_is_there(database):
    """With 2,000 customers every segment, tier, pattern, stage and priority has people."""
    fill_demo(database, **ACT)
    found = people(database, "segment", "tier", "pattern", "stage", "priority")
    counts = found["segment"].value_counts()
    assert set(counts.index) == set(SEGMENTS) and counts.min() >= 10 and counts.max() < 800
    for measure, words in (
        ("tier", TIERS),
        ("pattern", PATTERNS),
        ("stage", STAGES),
        ("priority", PRIORITIES),
    ):
        assert set(found[measure].dropna()) == set(words), measure


def test_it_is_marked(database):
    """Made-up data says that it is made up, by a setting and in the company's name; the day before it did not."""
    assert not company(database).demo
    fill_demo(database, customers=5, **ACT)
    known = company(database)
    assert company(database).demo and known.demo
    assert "made up" in known.name and (known.currency, known.country) == ("GBP", "GB")


def test_what_the_company_said_stays(database):
    """A name, country and currency given before are kept, and the people live there."""
    introduce(database, name="Kawa", currency="PLN", country="PL", **ACT)
    fill_demo(database, customers=40, **ACT)
    known = company(database)
    assert (known.name, known.currency, known.country, known.demo) == ("Kawa", "PLN", "PL", True)
    assert set(people(database, "country")["country"]) == {"Poland"}
    remove_demo(database, **ACT)
    assert company(database).name == "Kawa" and not company(database).demo


def test_a_colleague_of_the_same_name_is_no_obstacle(database):
    """A colleague who is there already is not made again, and the next id is still free."""
    add_record(database, "colleague", {"name": "Maya Lindqvist"}, **ACT)
    fill_demo(database, customers=5, **ACT)
    saved = add_record(database, "colleague", {"name": "Somebody Else"}, **ACT)
    assert saved.id == 5


def test_a_filled_database_is_refused(database):
    """Where customers are, nothing is made up; the sentence counts them and says the way out."""
    add_record(database, "customer", {"name": "Real Person"}, **ACT)
    with pytest.raises(InvalidInput, match=r"this one holds 1 customer\. Choose another with --database\."):
        fill_demo(database, customers=5, **ACT)
    assert not company(database).demo and len(people(database)) == 1


def test_it_is_not_filled_twice(cafe):
    """A café is not put beside a café."""
    with pytest.raises(InvalidInput, match="this one holds 80 customers"):
        fill_demo(cafe, customers=5, **ACT)


def test_a_wrong_size_writes_nothing(database):
    """A size that is refused leaves the database empty."""
    with pytest.raises(InvalidInput, match="customers"):
        fill_demo(database, customers=0, **ACT)
    assert holds(database) == set()


def test_progress_is_told(database):
    """The steps are told in words, and how far they are rises to the end."""
    heard = []
    fill_demo(database, customers=5, progress=lambda words, share: heard.append((share, words)), **ACT)
    assert heard == sorted(heard, key=lambda step: step[0]) and heard[0][1] == "Making up a café"


def test_nothing_to_remove_is_said(database):
    """Without made-up data there is nothing to take out."""
    with pytest.raises(NotFound, match="no made-up data"):
        remove_demo(database, **ACT)


def test_looking_around_leaves_no_trace(cafe):
    """Call lists, edited people and edited lines go with the café."""
    issue_call_list(cafe, **ACT)
    found = people(cafe, "name", "phone")
    edits = [
        CellEdit("customer", int(row.id), "name", row.name, "Changed") for row in found.head(5).itertuples()
    ]
    with cafe.read() as connection:
        ids = [int(number) for number in found["id"]]
        lines = existing.rows_by_keys(connection, "purchase", {"customer_id": ids}).head(5)
    edits += [CellEdit("purchase", int(row.id), "note", None, "Changed") for row in lines.itertuples()]
    assert save_cells(cafe, edits, **ACT).saved == 10
    gone = remove_demo(cafe, **ACT)
    assert gone.kept == () and holds(cafe) == set()


def test_what_people_added_stays(cafe):
    """A customer added by hand stays with purchase and contact, sums and all, when the café goes."""
    saved = add_record(cafe, "customer", {"name": "Real Person"}, **ACT)
    line = {"customer_id": saved.id, "date": "2026-01-05", "product": "Tea", "amount": "3.50"}
    assert add_record(cafe, "purchase", line, **ACT).batch is not None
    log_contact(cafe, Contact(saved.id, AS_OF, "reached"), **ACT)
    remove_demo(cafe, **ACT)
    found = people(cafe, "name", "orders", "revenue")
    assert found[["name", "orders", "revenue"]].to_numpy().tolist() == [["Real Person", 1, 35_000]]
    assert holds(cafe) == {"customer", "purchase", "interaction"}


def test_a_made_up_person_with_a_real_contact_stays_and_is_named(cafe):
    """A contact that somebody logged keeps its person; both are listed and all others go."""
    person = people(cafe, "code").iloc[7]
    log_contact(cafe, Contact(int(person["id"]), AS_OF, "reached"), **ACT)
    gone = remove_demo(cafe, **ACT)
    assert [(kept.entity, kept.code, kept.why) for kept in gone.kept] == [
        ("customer", person["code"], "used by contacts that stay")
    ]
    assert people(cafe, "code")["code"].tolist() == [person["code"]] and not company(cafe).demo


def test_a_name_given_since_stays(cafe):
    """A company's name that somebody wrote over the made-up one is theirs."""
    save_settings(cafe, {"company": "Our Own"}, **ACT)
    remove_demo(cafe, **ACT)
    assert (company(cafe).name, company(cafe).demo) == ("Our Own", False)


def test_removal_can_be_undone_and_done_again(cafe):
    """The café comes back with an undo, marked as before, and goes again."""
    before = people(cafe, "code", "name", "revenue").drop(columns="version")
    gone = remove_demo(cafe, **ACT)
    undo_batch(cafe, gone.batch.id, **ACT)
    assert (
        people(cafe, "code", "name", "revenue").drop(columns="version").equals(before) and company(cafe).demo
    )
    remove_demo(cafe, **ACT)
    assert holds(cafe) == set()


def test_a_cafe_can_be_filled_again(cafe):
    """After a removal the same café can be made again: nothing of it is remembered as known."""
    remove_demo(cafe, **ACT)
    assert fill_demo(cafe, customers=80, **ACT).created > 0
    assert len(people(cafe)) == 80


def test_the_sample_is_understood(database):
    """The sample uploads without a hand: three sheets known, faults named, nothing but the double left out."""
    upload = read_upload([("sample.xlsx", sample_workbook(as_of=AS_OF))])
    choices = proposed_choices(upload)
    assert [choices[sheet].entity for sheet in choices] == ["customer", "purchase", "interaction"]
    plan = plan_upload(database, upload, choices)
    counts = {sheet.sheet: sheet.counts for sheet in plan.sheets}
    assert counts["Customers"] == {"new": 120, "changed": 0, "same": 0, "doubtful": 1, "left_out": 1}
    assert counts["Purchases"] == {"new": 900, "changed": 0, "same": 0, "doubtful": 0, "left_out": 1}
    assert counts["Contacts"]["new"] == 60
    assert {problem.column for problem in plan.problems} >= {"E-mail", "Date"}
    save_upload(database, upload, choices, plan, **ACT)
    assert len(people(database)) == 121


def test_the_sample_does_not_touch_the_cafe(cafe):
    """Uploaded beside the café, the sample changes none of its people and lines."""
    upload = read_upload([("sample.xlsx", sample_workbook(as_of=AS_OF))])
    plan = plan_upload(cafe, upload, proposed_choices(upload))
    assert sum(sheet.counts["changed"] for sheet in plan.sheets) == 0


def test_made_up_people_go_after_a_merge_too(database):
    """Former keys and pairs of made-up people do not hold them back."""
    fill_demo(database, customers=60, purchases=200, **ACT)
    doubles.merge(database, (3, 4), **ACT)
    remove_demo(database, **ACT)
    assert len(people(database)) == 0
