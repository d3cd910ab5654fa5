"""Facts about how a column of cells becomes a column of values."""

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.intake.clean.column import Cleaned, Reading, Trouble, parse, read_column
from crm_core.model.entities import Field, Kind

SEX = Field("sex", Kind.CHOICE, "Sex", choices=("female", "male", "other"))


def read(kind: Kind | Field, cells: list[str | None], **reading: Any) -> Cleaned:
    field = kind if isinstance(kind, Field) else Field("x", kind, "X")
    return read_column(
        field, pd.Series(cells, index=range(2, len(cells) + 2), dtype="str"), Reading(**reading)
    )


def values(kind: Kind | Field, cells: list[str | None], **reading: Any) -> list[Any]:
    return [None if pd.isna(value) else value for value in read(kind, cells, **reading).values.tolist()]


# Texts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["00123", "1E5", "0x1F", "+48", "=1+1", "12345678901234567890"])
def test_codes_are_not_touched(code: str):
    """Zeros, exponents and signs are part of a code."""
    assert values(Kind.CODE, [code]) == [code]


def test_names_are_trimmed_and_nothing_else():
    """Never re-cased; Mr Null keeps his name."""
    assert values(Kind.NAME, [" van der BERG\u00a0", "null", "\u3000王小明"]) == [
        "van der BERG",
        "null",
        "王小明",
    ]


def test_marks_for_nothing_are_blank():
    """A dash or #N/A says that there is nothing; NULL does where it cannot be a word."""
    assert values(Kind.NAME, ["-", "n/a", "#N/A", "", " ", None]) == [None] * 6
    assert values(Kind.DATE, ["NULL", "0000-00-00", "None"]) == [None] * 3


def test_control_characters_go_and_are_counted():
    """Neither PostgreSQL nor a workbook can hold them."""
    cleaned = read(Kind.NOTE, ["a\x00b", "c\r\nd", "e"])
    assert cleaned.values.tolist() == ["ab", "c\nd", "e"]
    assert cleaned.notes == ("control characters were taken out of 1 cell",)


def test_tags_are_split_at_every_usual_sign():
    """Each once, joined by a comma."""
    assert values(Kind.TAGS, ["a,b;c、d|a", " vip ", ";"]) == ["a, b, c, d", "vip", None]


def test_problems_carry_the_row_of_the_sheet():
    """And the cell as it stood, and a sentence."""
    problems = read(Kind.MONEY, ["5", "abc", "7", "abc"]).problems
    assert problems.to_dict("records") == [
        {"row": 3, "value": "abc", "message": "“abc” is no number."},
        {"row": 5, "value": "abc", "message": "“abc” is no number."},
    ]


def test_the_index_is_kept():
    """Rows are found again by the sheet's numbers."""
    assert read(Kind.MONEY, ["1", None]).values.index.tolist() == [2, 3]


# Choices ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["F", "M"], ["female", "male"]),
        (["K", "M"], ["female", "male"]),
        (["H", "M"], ["male", "female"]),
        (["女", "男"], ["female", "male"]),
        (["หญิง", "ชาย"], ["female", "male"]),
        (["Babae", "Lalaki"], ["female", "male"]),
        (["Benyw", "Gwryw"], ["female", "male"]),
        (["w", "m"], ["female", "male"]),
        (["Kobieta", "MĘŻCZYZNA"], ["female", "male"]),
        (["ช", "ญ"], ["male", "female"]),
        (["นาย", "น.ส."], ["male", "female"]),
        (["先生", "小姐"], ["male", "female"]),
        (["B", "G"], ["female", "male"]),
        (["B", "L"], ["female", "male"]),
        (["女", "M", "หญิง", "Kobieta"], ["female", "male", "female", "female"]),
    ],
)
def test_sex_in_many_languages(cells: list[str], expected: list[str]):
    """M beside H is a woman in Spanish, beside K a man in Polish: the column decides."""
    assert values(SEX, cells) == expected


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("yes", "no"),
        ("true", "false"),
        ("1", "0"),
        ("tak", "Nie"),
        ("是", "否"),
        ("ใช่", "ไม่"),
        ("oo", "hindi"),
        ("ie", "na"),
        ("Ja", "nein"),
        ("有", "無"),
        ("ยินยอม", "ไม่ยินยอม"),
        ("zgoda", "brak zgody"),
        ("T", "N"),
        ("pwede", "bawal"),
        ("oes", "nac oes"),
        ("是", "nie"),
    ],
)
def test_yes_and_no(yes: str, no: str):
    """In words, digits and languages."""
    assert values(Kind.YESNO, [yes, no]) == ["yes", "no"]


def test_unknown_is_blank_and_a_strange_word_a_problem():
    """Consent has three values; "maybe" is none of them."""
    cleaned = read(Kind.YESNO, ["unknown", "maybe", "x"])
    assert [None if pd.isna(value) else value for value in cleaned.values] == [None, None, "yes"]
    assert cleaned.problems["value"].tolist() == ["maybe"]


def test_a_choice_without_a_word_list_knows_its_own_words():
    """Follow-up states are declared nowhere else."""
    assert values(Field("state", Kind.CHOICE, "State", choices=("open", "done")), ["Open", "DONE"]) == [
        "open",
        "done",
    ]


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("nie odbiera", "no answer"),
        ("已购买", "bought"),
        ("ไม่สนใจ", "not interested"),
        ("Call back", "call again"),
        ("無人接聽", "no answer"),
        ("nie jest zainteresowana", "not interested"),
        ("nag-order", "bought"),
        ("peiriant ateb", "voicemail"),
        ("ไม่รับสาย", "no answer"),
    ],
)
def test_outcomes_in_many_languages(word: str, outcome: str):
    """What comes back in a call list."""
    from crm_core.model.registry import INTERACTION

    assert values(INTERACTION.field("outcome"), [word]) == [outcome]


@pytest.mark.parametrize(
    ("field", "word", "choice"),
    [
        ("stage", "zaangażowanie", "commitment"),
        ("stage", "Lojalny", "commitment"),
        ("stage", "流失", "dissolution"),
        ("stage", "สำรวจ", "exploration"),
        ("stage", "ymwybyddiaeth", "awareness"),
        ("stage", "lead", "awareness"),
        ("need", "潛在", "potential"),
        ("need", "docelowy", "target"),
        ("need", "ไม่ทราบ", "unknown"),
    ],
)
def test_stages_and_needs_in_many_languages(field: str, word: str, choice: str):
    """Of the relationship, and of what a person may want."""
    from crm_core.model.registry import CUSTOMER

    assert values(CUSTOMER.field(field), [word]) == [choice]


# One cell ---------------------------------------------------------------------------------------------------------


def test_one_cell_is_parsed_like_a_column():
    """Plain Python values, or a trouble with its sentence."""
    assert parse(Kind.MONEY, "12,50", Reading(decimal=",")) == 125_000
    assert parse(Kind.DATE, "31.12.2024") == "2024-12-31"
    assert parse(Kind.NUMBER, " ") is None
    assert isinstance(parse(Kind.DATE, "soon"), Trouble)


# Laws -------------------------------------------------------------------------------------------------------------

TEXTUAL = [
    Kind.TEXT,
    Kind.NAME,
    Kind.CODE,
    Kind.NOTE,
    Kind.TAGS,
    Kind.EMAIL,
    Kind.PHONE,
    Kind.DATE,
    Kind.TIME,
    Kind.YESNO,
]
cells = st.lists(
    st.one_of(
        st.none(),
        st.text(max_size=20),
        st.dates(date(1850, 1, 1), date(2150, 1, 1)).map(lambda day: day.strftime("%d.%m.%Y")),
        st.dates(date(1850, 1, 1), date(2150, 1, 1)).map(date.isoformat),
        st.from_regex(r"\+?[0-9 ()-]{5,15}", fullmatch=True),
        st.from_regex(r"[A-Za-z.]{1,8}@[A-Za-z]{1,8}\.[a-z]{2,3}", fullmatch=True),
        st.sampled_from(["tak", "no", "1", "x", "a;b", "NULL", "-", "5 March 2024", "9:05", "１２"]),
    ),
    max_size=12,
)


@given(cells, st.sampled_from(TEXTUAL))
def test_clean_twice_is_clean_once(column: list[str | None], kind: Kind):
    """What came out goes in again and comes out the same, without a new problem where nothing was kept as typed."""
    once = read(kind, column)
    twice = read(kind, once.values.tolist())
    assert (
        twice.values.astype(object).where(twice.values.notna(), None).tolist()
        == once.values.astype(object).where(once.values.notna(), None).tolist()
    )
    assert len(twice.problems) <= len(once.problems)


@given(cells, st.sampled_from(list(Kind)))
def test_no_cell_breaks_a_reader(column: list[str | None], kind: Kind):
    """Whatever stands there: as many values as cells, and every cell that was lost is named."""
    if kind is Kind.CHOICE:
        return
    cleaned = read(kind, column)
    assert len(cleaned.values) == len(column)
    assert set(cleaned.problems["row"]) <= set(cleaned.values.index)


@given(st.lists(st.decimals(-(10**9), 10**9, places=4), max_size=20))
def test_money_is_exact(amounts: list[Decimal]):
    """Four decimals survive to the last digit, from cells that a program wrote."""
    assert values(Kind.MONEY, [f"{amount:f}" for amount in amounts], cell_kind="number") == [
        int(a * 10_000) for a in amounts
    ]


def test_codes_that_a_program_wrote_as_decimals():
    """12417.0 in a column of whole numbers is 12417; with 1.5 beside it, it is a code of its own."""
    field = Field("code", Kind.CODE, "Code")
    assert read_column(field, pd.Series(["12417.0", "C7", "18.0"], dtype="str")).values.tolist() == [
        "12417",
        "C7",
        "18",
    ]
    assert read_column(field, pd.Series(["1.0", "1.5"], dtype="str")).values.tolist() == ["1.0", "1.5"]


def test_a_code_that_a_spreadsheet_shortened_is_a_problem():
    """Two people whose long numbers both read 1.23457E+12 are not one; 1E5 is a code like any other."""
    read = [parse(Kind.CODE, text) for text in ("1.23457E+12", "1E5", "00123", "12417.0")]
    assert "its last digits are lost" in read[0].message and read[0].kept is None
    assert read[1:] == ["1E5", "00123", "12417"]
