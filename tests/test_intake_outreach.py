"""Facts about sheets of complaints, surveys, gifts, events, absences, plays and rules."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.actions import imports
from crm_core.intake import lexicon
from crm_core.intake.clean.scores import are_scores, read_score
from crm_core.ledger.store.database import Database, open_database
from crm_core.ledger.store.tables import TABLES
from crm_core.views.exports import export_file
from tests.outreach_sheets import ENTITY_OF, SHEETS, shop_with_records
from tests.uploads import PEOPLE, SALES, counts, plan_of, take_in, workbook

RICH = ("case", "answer", "gesture", "attendance", "absence")
DAY = date(2026, 1, 5)


@pytest.fixture
def shop(sqlite_url: str) -> Database:
    return shop_with_records(sqlite_url)


def rows(database: Database, entity: str) -> pd.DataFrame:
    with database.read() as connection:
        return pd.read_sql(TABLES[entity].select().order_by(TABLES[entity].c.id), connection)


def proposed(**sheets: Any) -> dict[str, tuple[str | None, dict[str, str | None]]]:
    """By sheet what it is taken for, and header → field."""
    upload = imports.read_upload([("book.xlsx", workbook(**sheets))])
    return {
        one.name: (one.proposal.entity if one.proposal.on else None,
                   {field.header: field.field for field in one.proposal.fields})
        for one in upload.sheets
    }  # fmt: skip


# The dictionaries -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(lexicon.languages()))
@pytest.mark.parametrize("entity", RICH)
def test_each_language_has_fifteen_headers_an_entity(code: str, entity: str) -> None:
    known = lexicon.languages()[code]["headers"][entity]
    assert len({lexicon.key(one) for names in known.values() for one in names}) >= 15


@pytest.mark.parametrize("entity", lexicon.FURTHER)
def test_every_entity_has_headers_of_its_own(entity: str) -> None:
    """Else its sheets would only be known by their name."""
    assert len(lexicon.own_headers(entity)) >= 2


# Recognition ------------------------------------------------------------------------------------------------


def test_sheets_are_known_by_their_name_or_their_own_headers() -> None:
    assert {sheet: entity for sheet, (entity, _) in proposed(**SHEETS).items()} == ENTITY_OF


@pytest.mark.parametrize(
    ("name", "headers", "row", "entity"),
    [
        ("Tabelle1", ["Kunde", "Reklamationsdatum", "Beschwerde", "Status", "Erledigt am"],
         ["C1", "01.02.2025", "Kaputt", "offen", None], "case"),
        ("Arkusz1", ["Klient", "Data reklamacji", "Treść reklamacji", "Stan"],
         ["C1", "01.02.2025", "Zepsute", "w toku"], "case"),
        ("Feuil1", ["Client", "Date de l'avis", "Note de satisfaction", "Avis"],
         ["C1", "01/02/2025", "4", "bien"], "answer"),
        ("Hoja1", ["Cliente", "Fecha de la queja", "Queja", "Estado"], ["C1", "01/02/2025", "Roto", "abierto"], "case"),
        ("工作表1", ["客戶編號", "問卷日期", "滿意度評分"], ["C1", "2025-02-01", "4"], "answer"),
        ("表1", ["客户编号", "赠送日期", "礼品名称"], ["C1", "2025-02-01", "茶"], "gesture"),
        ("แผ่น1", ["รหัสลูกค้า", "วันที่จัดงาน", "ชื่องาน", "เข้าร่วมหรือไม่"],
         ["C1", "2025-02-01", "งานชา", "ใช่"], "attendance"),
        ("Sheet1", ["Kliyente", "Petsa ng Reklamo", "Reklamo", "Katayuan ng Reklamo"],
         ["C1", "2025-02-01", "Sira", "bukas"], "case"),
        ("Taflen1", ["Cydweithiwr", "Absennol O", "Absennol Tan"], ["Mair", "2025-02-01", "2025-02-03"], "absence"),
    ],
)  # fmt: skip
def test_sheets_are_known_in_other_languages(
    name: str, headers: list[str], row: list[Any], entity: str
) -> None:
    assert proposed(**{name: [headers, row]})[name][0] == entity


@pytest.mark.parametrize(
    ("name", "table", "entity"),
    [
        ("Sales", [*[[*row, "Review score" if not n else 4] for n, row in enumerate(SALES)]], "purchase"),
        ("Customers", [*[[*row, "NPS" if not n else 9] for n, row in enumerate(PEOPLE)]], "customer"),
        ("Sheet1", [["Customer", "Call date", "Channel", "Outcome", "Event"],
                    ["C1", "2025-01-01", "phone", "reached", "fair"]], "interaction"),
        ("Wine", [["Customer", "Date", "Product", "Cases", "Amount"], ["C1", "2025-01-01", "Red", 2, 9.5]], "purchase"),
    ],
)  # fmt: skip
def test_other_sheets_stay_what_they_are(name: str, table: list[list[Any]], entity: str) -> None:
    """A score beside purchases, or an event in a contact log, makes neither a survey nor an attendance."""
    assert proposed(**{name: table})[name][0] == entity


# What becomes of them ---------------------------------------------------------------------------------------


def test_words_scores_and_people_are_read(shop: Database) -> None:
    """Pending is open, solved on a day is solved, a score says of how many, and who was unknown is made."""
    cases = rows(shop, "case")
    assert cases["state"].fillna("").tolist() == ["open", "solved", "", "", "solved"]
    assert cases["type"].fillna("").tolist() == ["", "", "", "complaint", "complaint"]
    answers = rows(shop, "answer")
    assert list(zip(answers["score"], answers["scale"], strict=True)) == [(4, 5), (8, 10), (2, 5), (80, 100)]
    assert rows(shop, "customer")["name"].tolist() == ["Anna Novak", "Ben Ode", "Zoe Newman"]
    assert rows(shop, "colleague")["name"].tolist() == ["Mary"]
    assert rows(shop, "gesture")["cost"].tolist() == [35_000]


def test_the_same_sheets_again_are_no_news(shop: Database) -> None:
    assert not plan_of(shop, workbook(**SHEETS)).writes


def test_a_complaint_that_comes_home_solved_changes_its_state(shop: Database) -> None:
    """Unlike a purchase, a known row may say more than it did."""
    sheet = [list(row) for row in SHEETS["Complaints"]]
    sheet[1][4] = "solved"
    plan, _ = take_in(shop, workbook(Complaints=sheet))
    assert counts(plan, "Complaints") == {"changed": 1, "same": 2}
    assert rows(shop, "case")["state"].iloc[0] == "solved"


def test_a_numbered_complaint_is_known_by_its_number(shop: Database) -> None:
    """Other words about the same case are a correction, in whatever file."""
    sheet = [SHEETS["Sheet1"][0], ["K1", "C1", "2025-04-01", "Broken lid", "Claim", None]]
    plan, _ = take_in(shop, workbook(Other=sheet))
    assert counts(plan, "Other") == {"changed": 1} and len(rows(shop, "case")) == 5


def test_two_equal_gifts_are_two(shop: Database) -> None:
    gift = ["C2", "2025-08-01", "Cake", None, None]
    take_in(shop, workbook(Gifts=[SHEETS["Gifts"][0], gift, gift]))
    assert (rows(shop, "gesture")["what"] == "Cake").sum() == 2


def test_a_corrected_score_in_a_newer_version_is_no_second_answer(shop: Database) -> None:
    sheet = [list(row) for row in SHEETS["Answers of May"]]
    sheet[1][3] = "3/5"
    plan, _ = take_in(shop, workbook(Survey=sheet))
    assert counts(plan, "Survey") == {"changed": 1, "same": 3}


@pytest.mark.parametrize("entity", ["case", "answer", "gesture", "attendance"])
def test_a_row_without_what_it_needs_is_left_out(shop: Database, entity: str) -> None:
    sheet = next(name for name, one in ENTITY_OF.items() if one == entity)
    row = [None if head == "Date" else cell for head, cell in zip(*SHEETS[sheet][:2], strict=True)]
    plan = plan_of(shop, workbook(**{sheet: [*SHEETS[sheet], row]}))
    assert counts(plan, sheet)["left_out"] == 1
    assert "Fill them in" in plan.problems[-1].message


def test_an_upload_of_records_can_be_undone(sqlite_url: str) -> None:
    from crm_core.actions.undo import undo_batch

    database = open_database(sqlite_url)
    _, batch = take_in(database, workbook(**SHEETS))
    undo_batch(database, batch.id, who="anna", as_of=DAY)
    assert [len(rows(database, entity)) for entity in RICH] == [0] * 5
    assert not len(rows(database, "customer"))


# Scores in columns ------------------------------------------------------------------------------------------


def test_scores_before_and_after_become_rows(sqlite_url: str) -> None:
    """One row a score, with when it was asked; the other cells are repeated, and so is what the scores are of."""
    sheet = [
        ["Customer", "Date", "Score before", "Score during", "Score after"],
        ["C1", "2025-05-01", "4/5", 3, 5], ["C2", "2025-05-02", None, 2, 1],
    ]  # fmt: skip
    database = open_database(sqlite_url)
    plan, _ = take_in(database, workbook(Sheet1=sheet))
    found = rows(database, "answer")
    told = list(zip(found["asked"], found["score"], found["scale"], strict=True))
    assert told == [("before", 4, 5), ("during", 3, 5), ("after", 5, 5), ("during", 2, 5), ("after", 1, 5)]
    assert "Turned" in plan.sheets[0].notes[0]
    assert not plan_of(database, workbook(Sheet1=sheet)).writes


@pytest.mark.parametrize(
    ("headers", "about"),
    [
        (["Customer", "Date", "Product score", "Service score"], ["product", "service"]),
        (["Klient", "Data ankiety", "Ocena produktu", "Ocena obsługi"], ["product", "service"]),
        (["客戶編號", "日期", "產品評分", "服務評分"], ["product", "service"]),
        (["Cliente", "Fecha", "Puntuación del producto", "Puntuación de entrega"], ["product", "delivery"]),
    ],
)
def test_scores_of_product_and_service_become_rows(
    sqlite_url: str, headers: list[str], about: list[str]
) -> None:
    database = open_database(sqlite_url)
    take_in(database, workbook(Sheet1=[headers, ["C1", "2025-05-03", 9, 10]]))
    found = rows(database, "answer")
    assert found["about"].tolist() == about and found["scale"].tolist() == [10, 10]


def test_scores_beside_amounts_stay_columns() -> None:
    """Turned, every amount would count twice."""
    table = [["Customer", "Date", "Product", "Amount", "Product score", "Service score"],
             ["C1", "2025-05-03", "Tea", 2.5, 4, 5]]  # fmt: skip
    entity, fields = proposed(Sales=table)["Sales"]
    assert entity == "purchase" and "Product score" in fields


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4/5", ("4", 5.0)), ("8 of 10", ("8", 10.0)), ("3,5 von 5", ("3,5", 5.0)), ("★★★★☆", ("4", 5.0)),
        ("⭐⭐", ("2", 5.0)), ("80 %", ("80", 100.0)), ("5 Sterne", ("5", 5.0)), ("4 z 5", ("4", 5.0)),
        ("7", None), ("good", None), ("", None), ("2025-01-01", None), ("4/5/2025", None),
    ],
)  # fmt: skip
def test_a_score_says_of_how_many(text: str, found: tuple[str, float] | None) -> None:
    assert read_score(text) == found


@given(
    st.integers(0, 100),
    st.integers(1, 100),
    st.sampled_from(["/", " / ", " of ", " out of ", " von ", " sur "]),
)
def test_any_score_of_any_scale_is_read(score: int, best: int, between: str) -> None:
    assert read_score(f"{score}{between}{best}") == (str(score), float(best))


def test_words_are_no_scores() -> None:
    assert not are_scores(pd.Series(["good", "bad", "4"])) and are_scores(pd.Series(["4/5", "3", None]))


# Plays and rules --------------------------------------------------------------------------------------------


def edited_plays(database: Database, folder: Path) -> bytes:
    """The plays as handed out: the first one's priority changed, the third row and two columns gone, one row more."""
    path = folder / "plays.xlsx"
    export_file(database, "play", path, DAY)
    book = openpyxl.load_workbook(path)
    sheet = book.active
    header = [cell.value for cell in sheet[1]]
    sheet.cell(2, header.index("Priority") + 1).value = 77
    sheet.delete_rows(4)
    sheet.append(["mine", "My own", "x", "yes", "Birthday"])
    sheet.append(["broken", "No moment"])
    sheet.delete_cols(header.index("Budget") + 1, 2)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_an_edited_sheet_of_plays_changes_cells(sqlite_url: str, tmp_path: Path) -> None:
    """A row that is gone stays here; a new one is added, and left out without a moment."""
    database = open_database(sqlite_url)
    before = rows(database, "play")
    plan, _ = take_in(database, edited_plays(database, tmp_path), "Plays.xlsx")
    assert counts(plan, "Plays") == {"new": 1, "changed": 1, "same": len(before) - 2, "left_out": 1}
    assert plan.cells[["field", "after"]].to_dict("records") == [{"field": "priority", "after": 77}]
    after = rows(database, "play")
    assert set(before["name"]) < set(after["name"]) and after["moment"].iloc[-1] == "birthday"


def test_a_case_that_was_edited_here_comes_home_as_it_is(shop: Database, tmp_path: Path) -> None:
    """What tells it apart was changed by hand: the export says what stands here now."""
    from crm_core.actions.records import CellEdit, save_cells

    save_cells(shop, [CellEdit("case", 1, "what", "Cold", "Cold and late")], who="anna", as_of=DAY)
    export_file(shop, "case", tmp_path / "Cases.xlsx", DAY)
    assert not plan_of(shop, (tmp_path / "Cases.xlsx").read_bytes(), "Cases.xlsx").writes


@pytest.mark.parametrize(
    ("values", "field"),
    [(["Anna Novak", "Ben Ode", "Cy Hill"], "referred_by"), (["C1", "C2", "C2"], "referred_by"),
     (["Google Ads", "friend", "Google Ads"], "source")],
)  # fmt: skip
def test_referred_by_is_a_person_or_a_source_as_the_values_say(values: list[str], field: str) -> None:
    people = [["Customer ID", "Name", "City", "E-mail", "Referred By"]]
    people += [[f"K{n}", f"Name {n}x", "Leeds", f"a{n}@example.com", text] for n, text in enumerate(values)]
    assert proposed(People=people)["People"][1]["Referred By"] == field


def test_new_fields_of_customers_are_read(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    sheet = [["Customer ID", "Name", "Recommended by", "Why not yet", "E-mail came back"],
             ["C5", "Eve Hill", "C1", "too expensive", "2025-03-01"]]  # fmt: skip
    take_in(database, workbook(People=sheet))
    eve = rows(database, "customer").iloc[0]
    assert (eve["referred_by"], eve["why_not"], eve["bounced_on"]) == ("C1", "price", "2025-03-01")
