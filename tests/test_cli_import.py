"""`regulars import` decides as a person would: columns, ranges, text files, conflicts, what is remembered."""

from pathlib import Path
from typing import Any

import pytest

from tests.test_cli import Shell
from tests.uploads import workbook

PEOPLE = [["Customer ID", "Name", "City"], ["C1", "Anna Novak", "Leeds"], ["C2", "Ben Ode", "York"]]
MOVED = [["Customer ID", "Name", "City"], ["C1", "Anna Novak", "Bath"], ["C2", "Ben Ode", None]]
ODD = [["Whom", "Blob"], ["Anna Novak", "anna@example.com"], ["Ben Ode", "ben@example.com"]]


@pytest.fixture
def run(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(sqlite_url, capsys)


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def make(name: str, **sheets: Any) -> Path:
        (tmp_path / name).write_bytes(workbook(**sheets))
        return tmp_path / name

    return make


def states(sheet: dict[str, Any]) -> dict[str, int]:
    names = ("new", "changed", "same", "doubtful", "left_out")
    return {name: sheet[name] for name in names if sheet[name]}


def test_the_json_counts_conflicts_and_gone_lines(run: Shell, file: Any) -> None:
    """Two more numbers, and by sheet the name of what was remembered."""
    plan = run.json("import", file("a.xlsx", Customers=PEOPLE))
    assert (plan["conflicts"], plan["gone"]) == (0, 0)
    assert plan["sheets"][0]["remembered"] is None


@pytest.mark.parametrize(
    ("way", "found"),
    [
        ("theirs", {"changed": 1, "same": 1}),
        ("ours", {"same": 2}),
        ("fill", {"same": 2}),
        ("erase", {"changed": 2}),
    ],
)
def test_a_column_is_taken_as_told(run: Shell, file: Any, way: str, found: dict[str, int]) -> None:
    """The file's, ours, blanks only, or blanks erase."""
    run.json("import", file("a.xlsx", Customers=PEOPLE), "--commit")
    plan = run.json("import", file("b.xlsx", Customers=MOVED), "--column", f"Customers!City={way}")
    assert states(plan["sheets"][0]) == found


def test_a_column_needs_a_way_that_exists(run: Shell, file: Any) -> None:
    """An unknown way is wrong usage; an unknown column is refused naming those there are."""
    book = file("a.xlsx", Customers=PEOPLE)
    with pytest.raises(SystemExit) as stopped:
        run("import", book, "--column", "Customers!City=mine")
    assert stopped.value.code == 2
    code, _, err = run("import", book, "--column", "Customers!Town=ours")
    assert code == 1 and "“City”" in err


def test_an_entity_that_no_sheet_holds_is_refused(run: Shell, file: Any) -> None:
    """A sentence with the entities, not a fault of ours."""
    code, _, err = run("import", file("a.xlsx", Customers=PEOPLE), "--as", "Customers=ship")
    assert code == 1 and "customer, order, purchase" in err


def test_a_bad_cell_refuses_itself_or_its_row(run: Shell, file: Any) -> None:
    """The rest of the row is taken in, or the row is left out, as chosen."""
    rows = [["Anna", "a@example.com", "2026-13-45"], ["Ben", "b@example.com", "1980-01-02"]]
    bad = file("a.xlsx", Customers=[["Name", "E-mail", "Birthday"], *rows])
    assert states(run.json("import", bad)["sheets"][0]) == {"new": 2}
    assert states(run.json("import", bad, "--bad-cell", "cell")["sheets"][0]) == {"new": 2}
    assert states(run.json("import", bad, "--bad-cell", "row")["sheets"][0]) == {"new": 1, "left_out": 1}


def test_a_range_is_the_table(run: Shell, file: Any) -> None:
    """Only what stands inside it is taken in."""
    book = file("a.xlsx", Customers=[*PEOPLE, ["C3", "Cleo Park", "Bath"]])
    sheet = run.json("import", book, "--range", "Customers!a1:b3")["sheets"][0]
    assert (sheet["rows"], list(sheet["mapping"]), sheet["header_row"]) == (2, ["Customer ID", "Name"], 1)
    code, _, err = run("import", book, "--range", "Customers!somewhere")
    assert code == 1 and "B4:H120" in err


def test_a_text_file_is_read_as_told(run: Shell, tmp_path: Path) -> None:
    """Encoding and separator overrule what was found."""
    (tmp_path / "k.csv").write_bytes("Name;City\nŁucja Wąs;Łódź\n".encode("cp1250"))
    sheet = run.json("import", tmp_path / "k.csv", "--encoding", "CP1252", "--separator", "semicolon")[
        "sheets"
    ][0]
    assert sheet["first_rows"][1] == ["£ucja W¹s", "£ódŸ"]
    assert (
        "k.csv: Read as Windows-1250 with semicolons between columns." in run("import", tmp_path / "k.csv")[1]
    )
    assert run.json("import", tmp_path / "k.csv")["sheets"][0]["first_rows"][1] == ["Łucja Wąs", "Łódź"]


def test_a_reading_needs_a_text_file(run: Shell, file: Any, tmp_path: Path) -> None:
    """For a workbook it would say nothing; an unknown encoding is refused with the known ones."""
    code, _, err = run("import", file("a.xlsx", Customers=PEOPLE), "--encoding", "big5")
    assert code == 1 and "text file" in err
    code, _, err = run("import", file("b.xlsx", Customers=PEOPLE), "--encoding", "klingon")
    assert code == 1 and "GB18030" in err


def test_what_was_said_is_remembered(run: Shell, file: Any) -> None:
    """--as and --map hold for the next file of that shape, also in a dry run; the text names the layout."""
    said = ("--as", "Stuff=customer", "--map", "Stuff!Whom=name")
    run.json("import", file("Till export.xlsx", Stuff=ODD), *said, "--commit")
    plan = run.json("import", file("next.xlsx", Page=[*ODD, ["Cleo Park", "cleo@example.com"]]))
    (sheet,) = plan["sheets"]
    assert (sheet["remembered"], sheet["mapping"]["Whom"]) == ("Till export", "name")
    assert states(sheet) == {"new": 1, "same": 2}
    _, out, _ = run("import", file("third.xlsx", Page=ODD))
    assert "Read as remembered from “Till export”." in out


def test_a_dry_run_remembers_nothing(run: Shell, file: Any) -> None:
    """What was only looked at teaches nothing."""
    book = file("a.xlsx", Stuff=ODD)
    run.json("import", book, "--as", "Stuff=customer", "--map", "Stuff!Whom=name")
    assert run.json("import", book)["sheets"][0]["remembered"] is None


def test_the_same_again_is_no_news(run: Shell, file: Any) -> None:
    """With what was said, and without saying it again."""
    book = file("a.xlsx", Stuff=ODD)
    said = ("--as", "Stuff=customer", "--map", "Stuff!Whom=name")
    run.json("import", book, *said, "--commit")
    for options in ((), said):
        again = run.json("import", book, *options, "--commit")
        assert states(again["sheets"][0]) == {"same": 2}
        newest = run.json("history")["batches"][0]
        assert (newest["created"], newest["changed"], newest["removed"]) == (0, 0, 0)


def test_what_a_person_wrote_is_kept_and_said(run: Shell, file: Any) -> None:
    """A cell edited here after the upload stays against the file, is counted, and can be given up by column."""
    run.json("import", file("a.xlsx", Customers=PEOPLE), "--commit")
    _edit_city(run.url, "Hull")
    newer = file("b.xlsx", Customers=MOVED)
    assert run.json("import", newer)["conflicts"] == 1
    assert "1 cell kept what was written here by hand." in run("import", newer)[1]


def _edit_city(url: str, city: str) -> None:
    from crm_core.actions.records import CellEdit, save_cells
    from tests.acting import DAY, opened

    with opened(url) as database:
        save_cells(database, [CellEdit("customer", 1, "city", "Leeds", city)], who="anna", as_of=DAY)


def test_gone_lines_are_said(run: Shell, file: Any) -> None:
    """Lines that a newer file no longer has stay, and are counted."""
    sales = [["Order ID", "Customer ID", "Order date", "Product", "Quantity", "Amount"]]
    sales += [[str(n), "C1", f"2025-01-0{n}", "Tea", 1, 2.5] for n in range(1, 6)]
    run.json("import", file("sales.xlsx", Sales=sales), "--commit")
    newer = file("sales.xlsx", Sales=sales[:-1])
    assert run.json("import", newer)["gone"] == 1
    assert (
        "1 line of an earlier version is not in the file any more; kept as stored." in run("import", newer)[1]
    )


# Settings ---------------------------------------------------------------------------------------------------


def test_settings_are_listed_with_what_they_mean(run: Shell) -> None:
    """Every setting with its default, as text and as JSON."""
    _, out, _ = run("setting", "list")
    assert "limit_file_mb = 100: the largest file that may be uploaded (MB)" in out
    found = run.json("setting", "list")["settings"]
    assert {"name": "currency", "value": "EUR", "default": "EUR"}.items() <= found[1].items()


def test_a_setting_is_set_and_taken_back(run: Shell) -> None:
    """Its new value and its default are said; a value beyond its bounds is refused."""
    assert "limit_rows = 5000 (default 1048576)" in run("setting", "set", "limit_rows", "5,000")[1]
    assert "limit_rows = 1048576: " in run("setting", "unset", "limit_rows")[1]
    code, _, err = run("setting", "set", "limit_rows", "12")
    assert code == 1 and "1,000 to 10,000,000" in err


def test_a_limit_holds_for_an_import(run: Shell, file: Any) -> None:
    """A sheet with more rows than may be read is refused with the way out."""
    run("setting", "set", "limit_rows", "1000")
    many = file("many.xlsx", Customers=[["Name", "City"], *([f"Person {n}", "York"] for n in range(1_100))])
    code, _, err = run("import", many)
    assert code == 1 and "limit_rows" in err


def test_the_screens_let_through_what_the_limit_says(run: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server that is started is told the limit in force at that moment."""
    from crm_core import serve

    asked: dict[str, Any] = {}
    monkeypatch.setattr(serve, "serve", lambda **how: asked.update(how) or 0)
    run("setting", "set", "limit_file_mb", "250")
    assert run("serve")[0] == 0
    assert asked["upload_mb"]() == 250


def test_the_server_is_started_with_that_limit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What may be uploaded reaches the server as one of its options."""
    from crm_core import serve
    from crm_core.site import Site

    started: list[list[str]] = []
    monkeypatch.setattr(serve.subprocess, "Popen", lambda command, **_: started.append(command))
    serve.start(Site("127.0.0.1", 8601, ""), tmp_path / "app.py", 250)
    assert "--server.maxUploadSize=250" in started[0]


def test_the_report_card_is_a_workbook(run: Shell, file: Any, tmp_path: Path) -> None:
    """What was found is written beside, with the sheets as they came."""
    import openpyxl

    run.json("import", file("a.xlsx", Customers=PEOPLE), "--report", tmp_path / "card.xlsx")
    assert "Customers" in openpyxl.load_workbook(tmp_path / "card.xlsx").sheetnames
