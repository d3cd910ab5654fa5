"""The made-up café: the same for the same seed, any size, alive, and made of nobody."""

import io
import re
from datetime import date, timedelta
from functools import cache

import numpy as np
import openpyxl
import pandas as pd
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_core.demo.cafe import MOST_CUSTOMERS, make_cafe
from crm_core.demo.habits import HABITS
from crm_core.demo.menu import MENU, draw
from crm_core.demo.names import CULTURES
from crm_core.demo.phones import draw_phones
from crm_core.demo.places import PHONES, PLACES
from crm_core.demo.sample import BAD_DATE, BAD_EMAIL, VAGUE_DATE, sample_workbook
from crm_core.demo.volume import CUSTOMER_COLUMNS, PURCHASE_COLUMNS, volume
from crm_core.errors import InvalidInput
from crm_core.intake.clean.column import Reading, read_column
from crm_core.model.entities import Field, Kind
from crm_core.model.registry import ENTITIES
from crm_core.model.usual_plays import USUAL_PLAYS

AS_OF = date(2026, 1, 5)
FICTION = re.compile(
    "|".join(re.escape(one).replace(r"\#", r"\d") for group in PHONES.values() for one in group)
)


@cache
def cafe() -> dict[str, pd.DataFrame]:
    """The café of 2,000 customers; not to be changed by a test."""
    return make_cafe(as_of=AS_OF)


def same(left: dict[str, pd.DataFrame], right: dict[str, pd.DataFrame]) -> bool:
    return all(left[name].equals(right[name]) for name in left)


# Sizes, seeds, days -----------------------------------------------------------------------------------------


def test_the_same_seed_is_the_same_cafe():
    """Made twice with one seed it is the same to the last cell; another seed makes another."""
    one, two, other = (make_cafe(60, 500, seed, as_of=AS_OF) for seed in (3, 3, 4))
    assert same(one, two)
    assert not same(one, other)


@settings(max_examples=20)
@given(
    customers=st.integers(1, 300),
    purchases=st.integers(0, 1500),
    seed=st.integers(0, 10**6),
    as_of=st.dates(date(1990, 1, 1), date(2090, 1, 1)),
)
def test_any_size_works(customers, purchases, seed, as_of):
    """As many people and lines as asked for, all within the three years, and every reference leads somewhere."""
    made = make_cafe(customers, purchases, seed, as_of=as_of)
    people, lines, contacts = made["customer"], made["purchase"], made["interaction"]
    assert (len(people), len(lines)) == (customers, purchases)
    assert people["code"].is_unique and people["name"].notna().all()
    first, last = (as_of - timedelta(days=3 * 365)).isoformat(), as_of.isoformat()
    for dated in (lines, contacts):
        assert dated["date"].between(first, last).all()
        assert dated["customer_id"].isin(people["id"]).all()
        assert dated["date"].is_monotonic_increasing
    assert not purchases or lines["date"].max() == last


@pytest.mark.parametrize(
    ("customers", "purchases", "seed"),
    [(0, 10, 7), (-1, 10, 7), (MOST_CUSTOMERS + 1, 10, 7), (5, -1, 7), (5, 2_000_001, 7), (5, 10, -1)],
)
def test_other_sizes_are_refused(customers, purchases, seed):
    """No customers, too many of anything and a seed below zero are refused in a sentence."""
    with pytest.raises(InvalidInput, match=r"(?i)made-up data.*\.$"):
        make_cafe(customers, purchases, seed, as_of=AS_OF)


@pytest.mark.slow
def test_a_hundred_thousand_people_are_all_somebody_else():
    """100,000 customers and a million lines: the sizes asked for, no e-mail or phone twice."""
    made = make_cafe(100_000, 1_000_000, as_of=AS_OF)
    assert (len(made["customer"]), len(made["purchase"])) == (100_000, 1_000_000)
    assert made["customer"]["email"].dropna().is_unique
    assert made["customer"]["phone"].dropna().is_unique


# Frames as the journal takes them ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "entity", ["customer", "purchase", "interaction", "colleague", "product", "follow-up"]
)
def test_frames_are_driver_ready(entity):
    """Declared columns only, local ids -1, -2 …, and nothing but text and numbers in the cells."""
    frame = cafe()[entity]
    assert set(frame.columns) <= {"id", *ENTITIES[entity].columns}
    assert frame["id"].tolist() == list(range(-1, -1 - len(frame), -1))
    assert all(kind == "str" or kind in ("int64", "float64") for kind in frame.dtypes)


@pytest.mark.parametrize(
    "entity", ["customer", "purchase", "interaction", "colleague", "product", "follow-up"]
)
def test_values_are_clean(entity):
    """Choices are of their closed list, days are days, times times, and money is whole."""
    frame = cafe()[entity]
    for field in (field for field in ENTITIES[entity].fields if field.column in frame):
        values = frame[field.column].dropna()
        if field.choices:
            assert set(values) <= set(field.choices), field.name
        elif field.kind is Kind.DATE:
            assert values.map(lambda text: date.fromisoformat(text).isoformat() == text).all(), field.name
        elif field.kind is Kind.TIME:
            assert values.str.fullmatch(r"[01]\d:[0-5]\d").all()
        elif field.kind is Kind.MONEY:
            assert values.dtype == "int64"
        elif field.kind is Kind.YESNO:
            assert set(values) <= {"yes", "no"}
        if field.required:
            assert frame[field.column].notna().all()


@pytest.mark.parametrize(
    ("column", "kind"), [("email", Kind.EMAIL), ("phone", Kind.PHONE), ("name", Kind.NAME)]
)
def test_cleaning_changes_nothing(column, kind):
    """E-mails, phones and names are already as an upload would store them."""
    texts = cafe()["customer"][column].dropna()
    cleaned = read_column(Field(column, kind, column), texts, Reading(country="GB"))
    assert cleaned.values.tolist() == texts.tolist() and cleaned.problems.empty


# Nobody is meant --------------------------------------------------------------------------------------------


def test_mail_leads_nowhere():
    """Every address is at a domain kept for examples, and no two people share one."""
    for entity in ("customer", "colleague"):
        mails = cafe()[entity]["email"].dropna()
        assert mails.str.fullmatch(r"[a-z0-9.'\-]+@example\.(com|org|net)").all()
        assert mails.is_unique


@pytest.mark.parametrize("country", ["GB", "US", "DE", "FR", "AU", "TW", ""])
def test_phones_ring_nowhere(country):
    """Every number is of a range kept for fiction, possible by the book, and given once."""
    numbers = draw_phones(400, country, np.random.default_rng(1))
    assert all(FICTION.fullmatch(number) for number in numbers)
    assert all(phonenumbers.is_possible_number(phonenumbers.parse(number)) for number in numbers)
    assert len(set(numbers)) == 400


@pytest.mark.parametrize(
    ("country", "code"), [("GB", "+44 "), ("US", "+1 "), ("DE", "+49 "), ("FR", "+33 "), ("AU", "+61 ")]
)
def test_phones_are_of_the_country(country, code):
    """Where the country keeps numbers for fiction, they are used first."""
    assert all(number.startswith(code) for number in draw_phones(400, country, np.random.default_rng(1)))


def test_phones_run_out_quietly():
    """When all numbers of fiction are given, further people have none."""
    size = sum(10 ** one.count("#") for group in PHONES.values() for one in group)
    numbers = draw_phones(size + 3, "US", np.random.default_rng(1))
    assert numbers.count(None) == 3
    assert len(set(numbers)) == size + 1


def test_people_are_told_apart():
    """Among 2,000 people hardly two have the same name; the names come from several cultures."""
    people = cafe()["customer"]
    assert people["name"].nunique() > 0.98 * len(people)
    assert people["language"].nunique() >= 8
    assert (
        people["name"].str.contains("[\u4e00-\u9fff]").any() and people["name"].str.contains("Ł|ö|é|ñ").any()
    )


@pytest.mark.parametrize("country", [*PLACES, "ZZ", ""])
def test_the_setting_decides_the_place(country):
    """Most names, and all cities, are of the country; an unknown one gets parts of a town."""
    people = make_cafe(150, 0, as_of=AS_OF, country=country)["customer"]
    place = PLACES.get(country)
    if place is None:
        assert people["country"].isna().all() and "Old Town" in set(people["city"])
    else:
        assert set(people["city"].dropna()) <= set(place.cities)
        assert people["country"].nunique() == 1
        assert (people["language"] == CULTURES[place.culture].language).mean() > 0.5


def test_prices_are_of_the_currency():
    """The same coffee costs some tens of Taiwan dollars, in steps of five."""
    prices = make_cafe(5, 5, as_of=AS_OF, currency="TWD")["product"]["price"]
    assert (prices % 50_000 == 0).all()
    assert 100 * 10_000 < prices.iloc[0] < 200 * 10_000


# Life -------------------------------------------------------------------------------------------------------


def test_shares_are_whole():
    """The kinds of people make up everybody."""
    assert sum(habit.share for habit in HABITS) == pytest.approx(1)


def test_amounts_add_up():
    """An amount is quantity times price less the discount."""
    lines = cafe()["purchase"]
    expected = lines["quantity"] * lines["price"] * (1 - lines["discount"].fillna(0))
    assert (lines["amount"] - expected).abs().max() <= 1


def test_orders_hold_together():
    """Lines of one number are of one person, day and hour, and numbers rise with the days."""
    by_number = cafe()["purchase"].groupby("number")
    assert (by_number[["customer_id", "date", "time"]].nunique() == 1).all(axis=None)
    assert by_number["date"].first().is_monotonic_increasing


def test_every_year_is_better_than_the_one_before():
    """Revenue rises from year to year."""
    lines = cafe()["purchase"]
    age = (pd.Timestamp(AS_OF) - pd.to_datetime(lines["date"])).dt.days // 365
    oldest, middle, newest = (lines.loc[age == years, "amount"].sum() for years in (2, 1, 0))
    assert oldest * 1.1 < middle and middle * 1.1 < newest


@pytest.mark.parametrize("seed", [7, 1, 2])
def test_the_season_shows(seed):
    """Every December sells more than the January after, and iced drinks are for the summer."""
    lines = make_cafe(seed=seed, as_of=date(2026, 6, 30))["purchase"]
    month = lines["date"].str.slice(0, 7)
    sold = lines.groupby(month)["amount"].sum()
    for year in (2023, 2024, 2025):
        assert sold[f"{year}-12"] > 1.15 * sold[f"{year + 1}-01"]
    cold = lines["category"] == "Cold drinks"
    share = cold.groupby(lines["date"].str.slice(5, 7)).mean()
    assert share["07"] > 5 * share["01"]


def test_regulars_come_on_weekday_mornings_for_their_usual():
    """The ten who come most often come on weekdays before ten, and for one drink of theirs."""
    lines = cafe()["purchase"]
    most = lines.groupby("customer_id")["number"].nunique().nlargest(10).index
    mine = lines[lines["customer_id"].isin(most)]
    assert (pd.to_datetime(mine["date"]).dt.day_of_week < 5).mean() > 0.9
    assert (mine["time"] < "10:00").mean() > 0.9
    drinks = mine[mine["product_code"].str.startswith("D")].groupby("customer_id")["product"]
    assert (drinks.agg(lambda names: names.value_counts(normalize=True).iloc[0]) > 0.75).all()


def test_some_fell_silent():
    """Dozens who came ten times and more have not come for four months; many more came last month."""
    orders = cafe()["purchase"].groupby("customer_id").agg(orders=("number", "nunique"), last=("date", "max"))
    often = orders[orders["orders"] >= 10]
    assert (often["last"] < "2025-09-05").sum() > 50
    assert (often["last"] > "2025-12-05").sum() > 150


def test_caterings_are_big_and_single():
    """A catering costs many times a usual order, is for a company, and most are the only one."""
    made = cafe()
    lines = made["purchase"]
    caterers = lines[lines["category"] == "Catering"]
    orders = lines.groupby(["customer_id", "number"])["amount"].sum()
    big = orders[orders.index.get_level_values("number").isin(caterers["number"])]
    assert big.median() > 20 * orders.median()
    people = made["customer"].set_index("id").loc[caterers["customer_id"].unique()]
    assert people["company"].notna().all() and len(people) >= 40


def test_some_asked_and_never_bought():
    """Many people only asked; a few did neither."""
    made = cafe()
    people, contacts = made["customer"], made["interaction"]
    bought = people["id"].isin(made["purchase"]["customer_id"])
    asked = people["id"].isin(contacts.loc[contacts["type"] == "inquiry", "customer_id"])
    assert (~bought & asked).sum() > 120 and (~bought & ~asked).sum() > 50


def test_some_was_cancelled_and_some_taken_back():
    """A few orders are cancelled, a few lines given back below zero, all others have sold something."""
    lines = cafe()["purchase"]
    share = lines["status"].value_counts(normalize=True)
    assert 0.001 < share["cancelled"] < 0.02 and 0.001 < share["returned"] < 0.02
    assert ((lines["status"] == "returned") == (lines["amount"] < 0)).all()


def test_what_is_not_known_is_not_there():
    """Birthdays, consents, phones and e-mails are known of some and not of others."""
    known = cafe()["customer"].notna().mean()
    for column in ("birthday", "email", "phone", "may_call", "may_email", "likes", "preferred_name", "owner"):
        assert 0.2 < known[column] < 0.95, column


def test_nobody_is_called_after_they_said_no():
    """Who asked to be left alone is not contacted again, and those people are few."""
    made = cafe()
    alone = made["customer"].loc[made["customer"]["do_not_contact"] == "yes", "id"]
    contacts = made["interaction"][made["interaction"]["customer_id"].isin(alone)]
    last = contacts.groupby("customer_id").tail(1)
    assert 10 < len(alone) < 80
    assert set(last["customer_id"]) == set(alone)
    assert (last["outcome"] == "do not contact").all()


def test_nobody_is_served_before_they_are_known():
    """No purchase and no contact lies before the day since when the person is known."""
    made = cafe()
    since = made["customer"].set_index("id")["since"]
    for dated in (made["purchase"], made["interaction"]):
        assert (dated["date"].to_numpy() >= dated["customer_id"].map(since).to_numpy()).all()


def test_what_was_promised_is_due():
    """Those who were told “again” in the last days have an open follow-up around the last day, some of them by then."""
    due = cafe()["follow-up"]
    assert len(due) >= 8 and due["customer_id"].is_unique
    assert (due["due_on"] <= AS_OF.isoformat()).any() and (due["due_on"] > AS_OF.isoformat()).any()


def test_contacts_are_made_on_workdays():
    """Nobody is contacted on a weekend."""
    assert (pd.to_datetime(cafe()["interaction"]["date"]).dt.day_of_week < 5).all()


def test_winter_drinks_are_not_drawn_in_summer():
    """A product whose season is over is not drawn."""
    drawn = draw("drink", np.full(3_000, 7), np.random.default_rng(1))
    names = {MENU[place].name for place in drawn}
    assert "Maple spice latte" not in names and "Cold brew" in names


# The sample workbook and the big tables ---------------------------------------------------------------------


@cache
def sample() -> dict[str, list[tuple]]:
    """The sample's cells by sheet, as another program reads them."""
    book = openpyxl.load_workbook(io.BytesIO(sample_workbook(as_of=AS_OF)))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_the_sample_has_three_sheets():
    """Customers below a title row, purchases and contacts below their headers."""
    sheets = sample()
    assert list(sheets) == ["Customers", "Purchases", "Contacts"]
    assert "made up" in sheets["Customers"][0][0] and sheets["Customers"][1][0] == "Customer No"
    assert [len(sheets[name]) for name in sheets] == [124, 902, 61]


def test_the_sample_has_the_usual_faults():
    """One number twice, one e-mail under two numbers, an e-mail and two dates that are none, a row of totals."""
    people, lines = sample()["Customers"][2:], sample()["Purchases"][1:]
    codes, mails = [row[0] for row in people], [row[2] for row in people if row[2]]
    assert len(codes) - len(set(codes)) == 1 and len(mails) - len(set(mails)) >= 1
    assert BAD_EMAIL in mails
    assert [row[2] for row in lines if isinstance(row[2], str)] == [BAD_DATE, VAGUE_DATE]
    assert lines[-1][0] == "Total"
    assert lines[-1][-1] == pytest.approx(sum(row[-1] for row in lines[:-1]))


def test_the_sample_stands_apart_from_the_cafe():
    """The sample's customer and receipt numbers are not those of the café, so both can be stored."""
    made = cafe()
    assert not {row[0] for row in sample()["Customers"]} & set(made["customer"]["code"])
    assert not {row[0] for row in sample()["Purchases"]} & set(made["purchase"]["number"])


def test_the_big_tables_are_as_wide_and_long_as_asked():
    """Ten and five columns, days as days, every purchase of a customer on the other sheet."""
    people, lines = volume(300, 1_500, as_of=AS_OF)
    assert list(people) == list(CUSTOMER_COLUMNS) and list(lines) == list(PURCHASE_COLUMNS)
    assert (people.shape, lines.shape) == ((300, 10), (1_500, 5))
    assert set(lines["Customer ID"]) <= set(people["Customer ID"])
    assert people["Birthday"].dtype.kind == lines["Order Date"].dtype.kind == "M"


# What is heard ----------------------------------------------------------------------------------------------


def test_the_cafe_hears_of_itself():
    """Open complaints and low answers of late, recommendations, gifts, a price that was too high, somebody away."""
    made = cafe()
    cases, answers, people = made["case"], made["answer"], made["customer"]
    lately = (AS_OF - timedelta(days=30)).isoformat()
    assert {"open", "solved"} == set(cases["state"]) and (cases["date"] <= AS_OF.isoformat()).all()
    assert ((answers["score"] <= 2) & (answers["date"] >= lately)).sum() >= 3
    assert (
        people["referred_by"].dropna().isin(people["code"]).all() and people["referred_by"].notna().sum() > 50
    )
    assert (people["referred_by"] != people["code"]).all() and (people["why_not"] == "price").sum() >= 3
    absence = made["absence"].iloc[0]
    assert absence["starts"] <= AS_OF.isoformat() <= absence["ends"]
    assert set(made["wording"]["play"]) <= {play["name"] for play in USUAL_PLAYS}
    assert set(made["gesture"]["customer_id"]) <= set(people["id"])
