"""The managers' workbook: every chapter that the data can carry, with exactly the numbers of the views."""

import io
from datetime import date

import openpyxl
import pandas as pd
import pytest
from acting import opened
from busy_shop import DAY, NEVER, busy
from page_shops import no_purchases, normal_day, one_person
from stocked import stock
from test_cli import Shell

from crm_core.actions.opening import Database
from crm_core.errors import InvalidInput
from crm_core.model.conditions import EVERYBODY, Condition, Where
from crm_core.model.words import SEGMENTS
from crm_core.views import customers
from crm_core.views.ahead import forecasts
from crm_core.views.goods import products
from crm_core.views.insights import cohorts, kpis, movement
from crm_core.views.insights import who as insights
from crm_core.views.insights.periods import STANDARD, period
from crm_core.views.insights.sentences import sentences
from crm_core.views.report.book import report_file
from crm_core.views.words import money, percent
from tests.places import place

CHAPTERS = (
    "Numbers", "Trend", "Revenue", "Segments", "Movement", "Who comes back", "Last forecast", "To save",
    "Best customers", "Products",
)  # fmt: skip
QUARTER = period("last 90 days", DAY)
MARIA = Where("owner", "is", "Maria")
CHARTS = {"Trend": 8, "Revenue": 1, "Segments": 2, "Last forecast": 1}


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Database:
    return busy(place(tmp_path_factory.mktemp("busy") / "r.db"))


@pytest.fixture(scope="module")
def book(shop) -> openpyxl.Workbook:
    """The report of everybody, opened again."""
    return read(report_file(shop, "last 90 days", DAY))


@pytest.fixture(scope="module")
def hers(shop) -> openpyxl.Workbook:
    """The report of one owner's people."""
    return read(report_file(shop, "last 90 days", DAY, MARIA, "owner Maria"))


@pytest.fixture(params=["everybody", "some"])
def whose(request, book, hers) -> tuple[openpyxl.Workbook, Condition]:
    return (book, EVERYBODY) if request.param == "everybody" else (hers, MARIA)


def read(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def table(book: openpyxl.Workbook, name: str) -> pd.DataFrame:
    """The rows below the titles of a sheet, under their headers, to the first row without anything."""
    rows = list(book[name].iter_rows(values_only=True))
    start = int(book[name].print_title_rows.split("$")[1].rstrip(":"))
    return pd.DataFrame(rows[start:], columns=list(rows[start - 1])).dropna(how="all").astype(object)


def texts(book: openpyxl.Workbook) -> list[str]:
    """What stands on the cover, row by row."""
    rows = book["Report"].iter_rows(values_only=True)
    return [" | ".join(str(cell) for cell in row if cell is not None) for row in rows]


def units(amounts) -> list:
    return [
        None if pd.isna(amount) else pytest.approx(float(amount) / 10_000, abs=6e-5) for amount in amounts
    ]


def listed(values) -> list:
    return [None if pd.isna(value) else value for value in values]


# What it holds ----------------------------------------------------------------------------------------------------


def test_every_chapter_is_there_and_on_the_cover(book):
    """A sheet each after the cover, which names them all, and nothing is left out."""
    assert book.sheetnames == ["Report", *CHAPTERS]
    said = texts(book)
    assert all(any(line.startswith(f"{name} | ") for line in said) for name in CHAPTERS)
    assert not any("Left out" in line for line in said)


def test_the_cover_says_whose_and_when(shop, book, hers):
    """Company, days, what matters to these people; of some people whose."""
    for cover, whom in ((book, EVERYBODY), (hers, MARIA)):
        said = texts(cover)
        assert said[0] == "Kantina" and said[1] == f"{QUARTER.words}, as of 5 January 2026"
        matters = [line.removeprefix("What matters | ") for line in said if line.startswith("What matters")]
        assert matters == [f"{one.text}." for one in sentences(shop, QUARTER, whom=whom)] != []
    assert "Only owner Maria" in texts(hers) and "Only" not in texts(book)[2]


def test_charts_are_native_and_read_their_own_sheet(book):
    """Made of the cells, so that they change with them; a sheet without charts has none."""
    assert {name: len(book[name]._charts) for name in CHAPTERS if book[name]._charts} == CHARTS
    for name in CHARTS:
        series = [one.val.numRef.f for chart in book[name]._charts for one in chart.series]
        assert series and all(reference.replace("'", "").startswith(f"{name}!") for reference in series)


def test_no_cell_is_a_formula(book):
    """Numbers, dates and texts, all of them as they were on that day."""
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}


def test_names_like_formulas_are_text(sqlite_url):
    """Whatever a company, a person or a product is called."""
    lines = pd.DataFrame(
        {"customer_id": [1], "date": ["2025-12-20"], "product": ["=1+1"], "amount": [50_000]}
    )
    company = pd.DataFrame({"name": ["company"], "value": ["=2+2"]})
    people = pd.DataFrame({"name": ["@SUM(A1)"]})
    database = stock(sqlite_url, DAY, customer=people, purchase=lines, setting=company)
    made = read(report_file(database, "last 90 days", DAY))
    assert made["Report"]["A1"].value == "=2+2" and made["Report"]["A1"].data_type == "s"
    assert table(made, "Products")["Product"].tolist() == ["=1+1"]
    assert table(made, "Best customers")["Name"].tolist() == ["@SUM(A1)"]
    assert {cell.data_type for sheet in made for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}


def test_it_prints_one_page_wide(book):
    """Every sheet fits the width of a page, with its header on each."""
    assert all(sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.print_title_rows for sheet in book)


# The views' numbers -----------------------------------------------------------------------------------------------


def test_the_numbers_are_those_of_the_tiles(shop, whose):
    """Value, before and goal as people read them; whether the goal is reached."""
    made, whom = whose
    found, rows = kpis.kpis(shop, QUARTER, whom), table(made, "Numbers").set_index("Number")
    assert rows.index.tolist() == [kpi.label for kpi in found]
    for kpi in found:
        row = rows.loc[kpi.label]
        told = [said(kpi.kind, value) for value in (kpi.value, kpi.before, kpi.last_year, kpi.goal)]
        assert listed(row[["This period", "Before", "Last year", "Goal"]]) == told
        assert listed(row[["Goal is", "What it means"]]) == ["reached" if kpi.goal else None, kpi.help]


def said(kind: str, value) -> str | None:
    if value is None:
        return None
    if kind == "money":
        return money(value, "EUR")
    return percent(value) if kind == "share" else f"{value:,}"


def test_the_trend_is_the_history_of_the_tiles(shop, whose):
    """Period by period, from the first with anything to this one."""
    made, whom = whose
    rows = table(made, "Trend")
    for kpi in kpis.kpis(shop, QUARTER, whom):
        history = dict(kpi.history)
        values = [history[name] for name in rows["Period"]]
        expected = (
            units(values) if kpi.kind == "money" else [pytest.approx(one, abs=6e-5) for one in listed(values)]
        )
        assert listed(rows[kpi.label]) == expected
    assert rows["Period"].iloc[-1] == kpi.history[-1][0]


def test_revenue_is_that_of_the_months_and_of_those_to_come(shop, whose):
    """What came, and below it what is expected, between at least and at most."""
    made, whom = whose
    past, ahead = (
        insights.revenue_by_month(shop, DAY, whom=whom).frame,
        forecasts.revenue_ahead(shop, DAY, whom=whom),
    )
    rows = table(made, "Revenue").set_index("Month")
    came = rows.loc[[f"{pd.Timestamp(month):%b %Y}" for month in past["month"]]]
    assert (
        listed(came["Revenue"]) == units(past["revenue"])
        and listed(came["Orders"]) == past["orders"].tolist()
    )
    coming = rows.loc[[f"{pd.Timestamp(month):%b %Y}" for month in ahead["month"]]]
    for header, name in (("Expected", "expected"), ("At least", "low"), ("At most", "high")):
        assert listed(coming[header]) == units(ahead[name]) and rows[header].notna().sum() == len(ahead) == 7


def test_segments_are_those_of_the_distribution_and_the_movement(shop, whose):
    """People, share and revenue; who came into each and who left it since a year ago."""
    made, whom = whose
    now = insights.distribution(shop, "segment", DAY, whom=whom).frame
    moved = movement.movement(shop, DAY, movement.month_ends(DAY)[0], whom).values.set_index("value")
    rows = table(made, "Segments")
    assert (
        rows["Segment"].tolist() == now["value"].tolist()
        and rows["People"].tolist() == now["people"].tolist()
    )
    assert rows["Share"].tolist() == [pytest.approx(share, abs=6e-5) for share in now["share"]]
    assert listed(rows["Revenue"]) == units(now["revenue"])
    assert rows["Came in"].tolist() == moved["came"].reindex(rows["Segment"]).fillna(0).tolist()
    assert rows["Left"].tolist() == moved["left"].reindex(rows["Segment"]).fillna(0).tolist()


def test_the_table_of_movement_is_the_flow(shop, whose):
    """Rows: then; columns: now; every band stands in its cell and nothing else does."""
    made, whom = whose
    rows = table(made, "Movement").set_index("Was")
    assert rows.index.tolist() == list(rows.columns) == list(SEGMENTS)
    frame = movement.movement(shop, DAY, movement.month_ends(DAY)[0], whom).marks.frame
    assert rows.notna().sum().sum() == len(frame) > 3
    assert all(rows.loc[row.before, row.after] == row.people for row in frame.itertuples())


def test_who_comes_back_is_the_table_of_the_page(shop, whose):
    """A row a month, a column a step; shares as far as they can be known."""
    made, whom = whose
    rows, frame = (
        table(made, "Who comes back").set_index("First bought"),
        cohorts.cohorts(shop, DAY, whom).frame,
    )
    assert rows.drop(columns="People").notna().sum().sum() == len(frame)
    for row in frame.itertuples():
        assert rows.loc[row.cohort, str(row.age)] == pytest.approx(row.share, abs=6e-5)
        assert rows.loc[row.cohort, "People"] == row.size


def test_the_last_forecast_is_told_as_it_was(shop, book):
    """The sentence, and below it forecast against what came, by orders before."""
    found, rows = forecasts.quality(shop, DAY), table(book, "Last forecast")
    assert book["Last forecast"]["A2"].value == found.words
    assert rows["Came"].tolist() == found.by_orders["actual"].tolist()
    assert rows["Forecast"].tolist() == [
        pytest.approx(value, abs=0.051) for value in found.by_orders["forecast"]
    ]


def test_whom_to_save_is_the_list_of_the_page(shop, whose):
    """The first hundred, most at stake first, with what they are worth."""
    made, whom = whose
    rows, frame = table(made, "To save"), forecasts.save_first(shop, DAY, whom, 100).frame
    assert rows["Name"].tolist() == frame["name"].tolist() and len(rows) > 50
    assert listed(rows["At stake"]) == units(frame["at_stake"])
    assert listed(rows["Value of 12 months"]) == units(frame["clv_12m"])
    assert [day.date().isoformat() for day in rows["Last bought"]] == frame["last_on"].tolist()


def test_the_best_customers_are_those_who_spent_most(shop, whose):
    """Buyers by revenue in all, as the Customers page knows them; nobody who never bought."""
    made, whom = whose
    rows = table(made, "Best customers")
    query = customers.PeopleQuery(
        whom, sort="revenue", descending=True, size=100, columns=("name", "revenue", "orders")
    )
    frame = customers.people(shop, query, DAY).frame
    assert rows["Name"].tolist() == frame["name"].tolist() and NEVER not in rows["Name"].tolist()
    assert (
        listed(rows["Revenue"]) == units(frame["revenue"])
        and rows["Orders"].tolist() == frame["orders"].tolist()
    )


def test_products_are_the_best_sellers_of_the_period(shop, whose):
    """With what they brought in the period before, and which days that was."""
    made, whom = whose
    rows, frame = table(made, "Products"), products.best_sellers(shop, QUARTER, whom).frame
    assert (
        rows["Product"].tolist() == frame["product"].tolist()
        and rows["People"].tolist() == frame["people"].tolist()
    )
    assert listed(rows["Revenue"]) == units(frame["revenue"]) and listed(rows["Before"]) == units(
        frame["before"]
    )
    assert made["Products"]["A2"].value.endswith("; before: 10 July 2025 to 7 October 2025")


@pytest.mark.parametrize("name", STANDARD)
def test_every_period_has_its_report(shop, name):
    """The days stand on the cover; of years there is only one here, so the trend of years is left out."""
    made = read(report_file(shop, name, DAY))
    years = name in ("year", "last 365 days")
    assert period(name, DAY).words in texts(made)[1]
    assert made.sheetnames == ["Report", *(one for one in CHAPTERS if one != "Trend" or not years)]
    assert years == any(line.startswith("Left out | The same numbers") for line in texts(made))


def test_chosen_days_have_their_report_too(shop):
    """Of days that are over nothing is said that should be done now."""
    span = period("custom", DAY, date(2025, 6, 1), date(2025, 6, 30))
    made = read(report_file(shop, span, DAY))
    assert span.words in texts(made)[1] and not any("What matters" in line for line in texts(made))
    best = products.best_sellers(shop, span).frame
    assert table(made, "Products")["Product"].tolist() == best["product"].tolist() != []


# What it cannot hold ----------------------------------------------------------------------------------------------


def left_out(database: Database) -> tuple[list[str], list[str]]:
    """The sheets, and what the cover says is left out."""
    made = read(report_file(database, "last 90 days", DAY))
    assert {cell.data_type for sheet in made for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    return made.sheetnames, [line for line in texts(made) if line.startswith("Left out | ")]


@pytest.mark.parametrize("people", [one_person, no_purchases])
def test_without_purchases_little_can_be_told(sqlite_url, people):
    """The numbers and the segments are there; each of the others is named as left out."""
    sheets, missing = left_out(people(sqlite_url))
    assert {"Report", "Numbers", "Segments"} <= set(sheets)
    assert len(sheets) - 1 + len(missing) == len(CHAPTERS) and len(missing) > 5
    assert all(line.endswith(": there is not enough data for it yet.") for line in missing)


def test_a_small_shop_has_no_forecast_and_no_movement(sqlite_url):
    """Twelve people of whom nothing was worked out yet: these chapters are named on the cover."""
    sheets, missing = left_out(normal_day(sqlite_url))
    assert set(CHAPTERS) - set(sheets) == {"Movement", "Last forecast", "To save"}
    assert [line.split()[3] for line in missing] == ["From", "How", "Customers"]


def test_purchases_without_products_have_no_best_sellers(sqlite_url):
    """Nobody wrote down what was bought: the chapter on products is left out, the rest is there."""
    lines = pd.DataFrame(
        {"customer_id": [1, 1], "date": ["2025-10-20", "2025-12-20"], "amount": [50_000, 60_000]}
    )
    sheets, missing = left_out(stock(sqlite_url, DAY, customer=pd.DataFrame({"name": ["A"]}), purchase=lines))
    assert "Best customers" in sheets and "Products" not in sheets
    assert any("What sold best" in line for line in missing)


@pytest.mark.parametrize("name", ["", "fortnight", "custom"])
def test_an_unknown_period_is_refused(shop, name):
    """With those that there are."""
    with pytest.raises(InvalidInput, match=r"is no period\. Choose one of: month, quarter, year"):
        report_file(shop, name, DAY)


def test_an_empty_database_is_refused(database_url):
    """Nobody is stored: one sentence, on both databases."""
    with opened(database_url) as database, pytest.raises(InvalidInput, match="nobody to report on"):
        report_file(database, "month", DAY)


@pytest.mark.slow
def test_both_databases_give_the_same_report(postgres_url, book):
    """Cell by cell."""
    database = busy(postgres_url)
    made = read(report_file(database, "last 90 days", DAY))
    database.close()
    assert made.sheetnames == book.sheetnames
    for name in made.sheetnames:
        assert list(made[name].iter_rows(values_only=True)) == list(book[name].iter_rows(values_only=True)), (
            name
        )


# On the command line ----------------------------------------------------------------------------------------------


def test_the_command_line_writes_the_same_file(shop, tmp_path, capsys):
    """`report --out FILE`: the sheets of the view, and a sentence on where they are."""
    out = tmp_path / "report.xlsx"
    run = Shell(shop.url, capsys)
    code, words, _ = run("report", "--out", out, "--period", "quarter", "--as-of", DAY)
    assert (code, words.strip()) == (0, f"The report is written to {out}.")
    made = openpyxl.load_workbook(out)
    assert made.sheetnames == ["Report", *CHAPTERS] and period("quarter", DAY).words in texts(made)[1]


@pytest.mark.parametrize(
    "stored, name, words", [(True, "week", "is no period"), (False, "month", "nobody to report on")]
)
def test_the_command_line_refuses_in_one_sentence(shop, sqlite_url, tmp_path, capsys, stored, name, words):
    """Exit 1, and no file."""
    out = tmp_path / "report.xlsx"
    code, _, told = Shell(shop.url if stored else sqlite_url, capsys)(
        "report", "--out", out, "--period", name
    )
    assert code == 1 and words in told and "Traceback" not in told and not out.exists()
