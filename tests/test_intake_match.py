"""Which two people are asked about, and which are not."""

import pandas as pd
import pytest
from bench_match import made_up, named, spoiled
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_core.intake.match.likely import DOUBTFUL, PAIR_COLUMNS, likely_pairs
from crm_core.intake.match.weights import NEVER_CERTAIN

Row = dict[str, str | None]
PHONE, STREET, TOWN = {"phone_key": "447700900123"}, {"address": "12 Hill Street"}, {"city": "Leeds"}


def people(*rows: Row) -> pd.DataFrame:
    """One row a person, numbered from 11."""
    frame = pd.DataFrame(list(rows), index=range(11, 11 + len(rows)))
    return frame.astype("str")


def pair(one: Row, two: Row, crowd: int = 0) -> pd.DataFrame:
    """The pairs between two people, alone or among a crowd of others."""
    rest = named(made_up(crowd, seed=7)).set_axis(range(1000, 1000 + crowd))
    found = likely_pairs(pd.concat([people(one, two), rest]))
    return found[found["first"].isin((11, 12)) | found["second"].isin((11, 12))]


ONE = {"name": "John Smith", "birthday": "1980-03-12", **STREET, **TOWN}
SAME: dict[str, tuple[Row, Row]] = {
    "a slip in the name": (ONE, {**ONE, "name": "Jon Smith"}),
    "names exchanged": (ONE, {**ONE, "name": "Smith, John"}),
    "an initial and the phone": ({"name": "J. Smith", **PHONE}, {"name": "John Smith", **PHONE}),
    "an initial, birthday and town": (ONE, {"name": "Smith J", "birthday": "1980-03-12", **TOWN}),
    "no accents": ({"name": "Łukasz Żółć", "city": "Łódź"}, {"name": "LUKASZ ZOLC", "city": "Lodz"}),
    "day and month exchanged": (ONE, {**ONE, "birthday": "1980-12-03"}),
    "one digit of the birthday": (ONE, {**ONE, "birthday": "1980-03-13"}),
    "a short street": (ONE, {"name": "John Smith", "address": "12 Hill St.", "city": "Leeds"}),
    "a title": (ONE, {**ONE, "name": "Dr. John Smith"}),
    "a second name": (ONE, {**ONE, "name": "John Peter Smith"}),
    "two words as one": ({**ONE, "name": "Ana de la Cruz"}, {**ONE, "name": "Ana Delacruz"}),
    "a Polish street": (
        {"name": "Anna Nowak", "address": "ul. Długa 12/3", "city": "Kraków"},
        {"name": "Nowak Anna", "address": "Dluga 12 m. 3", "city": "Krakow"},
    ),
    "traditional and simplified": ({"name": "陳曉東", "city": "臺北"}, {"name": "陈晓东", "city": "台北"}),
    "Chinese name apart": ({"name": "陳曉東", **PHONE}, {"given_name": "晓东", "family_name": "陈", **PHONE}),
    "a Chinese address": (
        {"name": "王小明", "address": "中山路12號3樓"},
        {"name": "王小明", "address": "台北市中山路12号"},
    ),
    "a Thai title": (
        {"name": "นายสมชาย ใจดี", "birthday": "1980-03-12"},
        {"name": "สมชาย ใจดี", "birthday": "1980-03-12"},
    ),
    "given and family name in other columns": (
        {"given_name": "John", "family_name": "Smith", **PHONE},
        {"given_name": "Smith", "family_name": "John", **PHONE},
    ),
    "the same mailbox elsewhere": (
        {"name": "Jon Smith", "email": "john.smith77@gmail.com", **TOWN},
        {"name": "John Smith", "email": "johnsmith77@firm.example", **TOWN},
    ),
    "a business": (
        {"name": "The Blue Door Café Ltd", "address": "3 High Street", "city": "York"},
        {"name": "Blue Door", "address": "3 High St", "city": "York"},
    ),
    "a business in Chinese": (
        {"name": "台灣茶業有限公司", "address": "中正路5號"},
        {"name": "台湾茶业有限公司", "address": "中正路5号"},
    ),
}
HOME = {**PHONE, **STREET, **TOWN, "postcode": "LS1 4AB"}
OTHER: dict[str, tuple[Row, Row]] = {
    "husband and wife": ({"name": "John Smith", **HOME}, {"name": "Mary Smith", **HOME}),
    "a rare family name": ({"name": "John Sondergeld", **HOME}, {"name": "Mary Sondergeld", **HOME}),
    "father and son": (
        {"name": "John Smith", "birthday": "1950-03-12", **HOME},
        {"name": "John Smith", "birthday": "1981-07-01", **HOME},
    ),
    "father and son of a rare name": (
        {"name": "Xaver Sondergeld", "birthday": "1950-03-12", **HOME},
        {"name": "Xaver Sondergeld", "birthday": "1981-07-01", **HOME},
    ),
    "only a name": ({"name": "Xaver Sondergeld"}, {"name": "Xaver Sondergeld"}),
    "one country": (
        {"name": "Xaver Sondergeld", "country": "DE"},
        {"name": "Xaver Sondergeld", "country": "DE"},
    ),
    "one town, other e-mails and phones": (
        {"name": "Maria Garcia", "city": "Madrid", "email": "a1234@x.com", "phone_key": "34600111222"},
        {"name": "Maria Garcia", "city": "Madrid", "email": "b9876@y.com", "phone_key": "34611999888"},
    ),
    "one birthday": (
        {"name": "Anna Nowak", "birthday": "1980-03-12"},
        {"name": "Piotr Zielinski", "birthday": "1980-03-12"},
    ),
    "one house": ({"name": "Anna Nowak", **STREET, **TOWN}, {"name": "Piotr Zielinski", **STREET, **TOWN}),
    "one letter of a Chinese name": ({"name": "王小明", **HOME}, {"name": "王小華", **HOME}),
    "numbered names": ({"name": "Till 1", **HOME}, {"name": "Till 2", **HOME}),
    "a name made from the code": (
        {"name": "A-7", "code": "A-7", **TOWN, **STREET},
        {"name": "A-7", "code": "A-7", **TOWN, **STREET},
    ),
    "an office's mailbox": (
        {"name": "Anna Nowak", "email": "info@nowak.example"},
        {"name": "Hanna Nowacka", "email": "info@other.example"},
    ),
}


@pytest.mark.parametrize("crowd", [0, 3000])
@pytest.mark.parametrize("case", SAME)
def test_one_person_in_two_spellings_is_asked_about(case: str, crowd: int) -> None:
    """Two rows that a person would take for one wait for that person, in a small file and in a larger one."""
    found = pair(*SAME[case], crowd)
    assert list(found[["first", "second"]].itertuples(index=False, name=None)) == [(11, 12)]


@pytest.mark.parametrize("crowd", [0, 3000])
@pytest.mark.parametrize("case", OTHER)
def test_two_people_are_not_asked_about(case: str, crowd: int) -> None:
    """A household, a namesake or a birthday alone makes no pair."""
    assert pair(*OTHER[case], crowd).empty


def test_the_sentence_says_what_is_the_same_and_what_is_alike() -> None:
    """The evidence names each field with both values where they differ."""
    one = {"name": "Jon Smith", "birthday": "1980-03-12", "address": "12 Hill St"}
    two = {"name": "John Smith", "birthday": "1980-03-12", "address": "12 Hill Street"}
    said = pair(one, two)["evidence"].item()
    assert said == (
        "same birthday (1980-03-12), names Jon Smith and John Smith, similar address (12 Hill St / 12 Hill Street)"
    )


def test_the_sentence_says_what_speaks_against_it() -> None:
    """A birthday that differs stands in the sentence although the rest outweighs it."""
    one = {"name": "John Smith", "email": "john.smith@x.com", "birthday": "1980-03-12", **HOME}
    said = pair(one, {**one, "birthday": "1991-10-30"})["evidence"].item()
    assert said.endswith("; but birthday differs (1980-03-12 / 1991-10-30)")


def test_no_score_is_certain() -> None:
    """Even where every cell is the same the score stays below 1, and no score is below the threshold."""
    twice = made_up(300)
    found = likely_pairs(pd.concat([twice, twice], ignore_index=True))
    assert len(found) == 300 and found["score"].between(DOUBTFUL, NEVER_CERTAIN).all()


def test_the_likest_stand_first() -> None:
    """Pairs come by their score, the highest first, in the promised columns."""
    ours = made_up(500)
    found = likely_pairs(ours, spoiled(ours))
    assert found["score"].is_monotonic_decreasing and list(found) == list(PAIR_COLUMNS)


def test_a_higher_threshold_keeps_only_the_likest() -> None:
    """A threshold leaves out what lies below it and changes nothing above it."""
    ours = made_up(500)
    theirs = spoiled(ours)
    every, likest = likely_pairs(ours, theirs), likely_pairs(ours, theirs, threshold=0.9)
    assert 0 < len(likest) < len(every)
    pd.testing.assert_frame_equal(every[every["score"] >= 0.9].reset_index(drop=True), likest)


def test_codes_say_nothing() -> None:
    """Each copy may have a code of its own."""
    ours = named(made_up(400))
    twice = pd.concat([ours, ours.assign(code="other " + ours["code"])], ignore_index=True)
    assert len(likely_pairs(twice)) == len(likely_pairs(twice.drop(columns="code"))) == 400


def test_nobody_gets_more_than_a_handful() -> None:
    """Twelve rows of one person make at most five pairs each."""
    found = likely_pairs(people(*[{**ONE, "code": letter} for letter in "abcdefghijkl"]))
    counts = pd.concat([found["first"], found["second"]]).value_counts()
    assert 0 < counts.max() <= 5


@pytest.mark.parametrize("column", ["phone_key", "address", "email"])
def test_what_a_crowd_shares_is_no_evidence(column: str) -> None:
    """A phone, address or e-mail of more than twenty people says nothing of two namesakes among them."""
    shared = {"phone_key": "442079460000", "address": "1 Station Road", "email": "desk@hotel.example"}[column]
    rows = made_up(30).assign(**dict.fromkeys(("email", "phone_key", "address", "city", "birthday")))
    rows.loc[1, ["given_name", "family_name"]] = rows.loc[0, ["given_name", "family_name"]]
    few, many = rows.drop(columns="postcode"), rows.drop(columns="postcode").assign(**{column: shared})
    few.loc[[0, 1], column] = shared
    assert likely_pairs(few)[["first", "second"]].to_numpy().tolist() == [[0, 1]]
    assert likely_pairs(many).empty


def test_an_undeclared_number_that_two_share_is_evidence() -> None:
    """A name alone is no pair; a name and an insurance number in a column of its own are."""
    ours = named(made_up(300))[["name"]].assign(**{"extra.Insurance": lambda f: 4_100_000 + f.index * 7919})
    both = pd.concat([ours, ours], ignore_index=True).astype("str")
    found = likely_pairs(both)
    assert set(zip(found["first"], found["second"], strict=True)) == {(n, n + 300) for n in range(300)}
    assert "same Insurance (4100000)" in found["evidence"].str.cat()
    assert likely_pairs(both[["name"]]).empty


def test_a_row_number_is_no_counter_evidence() -> None:
    """A column whose values all differ says nothing."""
    ours = named(made_up(300))
    twice = pd.concat([ours, ours], ignore_index=True)
    numbered = twice.assign(**{"extra.No": [f"{n:06d}" for n in range(600)]}).astype("str")
    assert likely_pairs(numbered)["score"].tolist() == likely_pairs(twice)["score"].tolist()


@pytest.mark.parametrize("shape", ["one row", "no rows", "no columns", "empty cells"])
def test_nothing_to_compare_is_no_pair(shape: str) -> None:
    """Little or nothing is no error."""
    blank = people({"name": None, "phone_key": None, "birthday": None, "address": None, "extra.x": None})
    frames = {
        "one row": people(ONE), "no rows": people(ONE).iloc[:0], "no columns": pd.DataFrame(index=[1, 2]),
        "empty cells": pd.concat([blank, blank], ignore_index=True),
    }  # fmt: skip
    found = likely_pairs(frames[shape])
    assert found.empty and list(found) == list(PAIR_COLUMNS)
    assert likely_pairs(frames[shape], people(ONE).iloc[:0]).empty


ODD = st.text(max_size=12)


@settings(max_examples=40)
@given(
    st.lists(
        st.fixed_dictionaries({"name": ODD, "address": ODD, "birthday": ODD, "phone_key": ODD, "email": ODD})
    )
)
def test_no_text_is_an_error(rows: list[Row]) -> None:
    """Whatever stands in the cells, nobody is paired with themselves and no pair comes twice."""
    found = likely_pairs(pd.DataFrame([*rows, *rows]))
    assert (found["first"] < found["second"]).all() and not found.duplicated(["first", "second"]).any()


@settings(max_examples=5)
@given(st.integers(0, 10_000))
def test_neither_order_nor_side_matters(seed: int) -> None:
    """The same pairs and scores whichever side is named first and however its rows stand."""
    ours = made_up(120, seed % 9)
    theirs = spoiled(ours, seed).set_axis(range(500, 620)).sample(frac=1, random_state=seed)
    one, two = likely_pairs(ours, theirs), likely_pairs(theirs, ours)
    met = one.rename(columns={"first": "second", "second": "first"})
    columns = ["first", "second", "score"]
    pd.testing.assert_frame_equal(
        met[columns].sort_values(columns, ignore_index=True),
        two[columns].sort_values(columns, ignore_index=True),
    )
