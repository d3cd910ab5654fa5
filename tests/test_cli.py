"""The command line's contract: exit codes, sentences, JSON."""

import json
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from crm_core import cli
from crm_core.actions.opening import open_at
from crm_core.actions.refresh import is_stale
from tests.places import database_of, place
from tests.uploads import workbook

ROOT = Path(__file__).parents[1]
PEOPLE = [
    ["Customer ID", "Name", "E-mail"],
    ["C1", "Anna Novak", "anna@example.com"],
    ["C2", "Ben Ode", "ben@example.com"],
]
SALES = [
    ["Order ID", "Customer ID", "Order date", "Product", "Quantity", "Amount"],
    ["1", "C1", "2025-01-05", "Tea", 1, 2.5],
]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    path.write_bytes(workbook(Customers=PEOPLE, Sales=SALES))
    return path


class Shell:
    """Runs verbs on one database and gives exit code, JSON or text."""

    def __init__(self, url: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.url, self.capsys = url, capsys

    def __call__(self, verb: str, *arguments: Any) -> tuple[int, str, str]:
        code = cli.main([verb, *map(str, arguments), "--database", self.url])
        said = self.capsys.readouterr()
        return code, said.out, said.err

    def json(self, verb: str, *arguments: Any) -> Any:
        code, out, err = self(verb, *arguments, "--json")
        assert code == 0, err
        return json.loads(out)


@pytest.fixture
def run(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(sqlite_url, capsys)


def test_import_without_commit_writes_nothing(run: Shell, book: Path) -> None:
    """A dry run says what a commit would do, and leaves the database as it was."""
    plan = run.json("import", book)
    assert (plan["committed"], plan["batch"]) == (False, None)
    assert run.json("history")["batches"] == []


def test_import_json_has_the_contract_s_keys(run: Shell, book: Path) -> None:
    """Every key of the contract stands there, and rows are the sum of the states."""
    plan = run.json("import", book, "--commit")
    assert {"file", "sha256", "committed", "batch", "creates", "sheets", "problems"} <= set(plan)
    for sheet in plan["sheets"]:
        states = ("new", "changed", "same", "doubtful", "left_out")
        assert sheet["rows"] == sum(sheet[state] for state in states)
        assert {"sheet", "entity", "header_row", "problems", "mapping", "extra"} <= set(sheet)
    assert plan["sheets"][0]["mapping"] == {"Customer ID": "code", "Name": "name", "E-mail": "email"}


def test_several_files_are_one_plan(run: Shell, tmp_path: Path) -> None:
    """Two files are joined in one plan and one batch, listed under files."""
    (tmp_path / "a.xlsx").write_bytes(workbook(Customers=PEOPLE))
    (tmp_path / "b.xlsx").write_bytes(workbook(Sales=SALES))
    plan = run.json("import", tmp_path / "a.xlsx", tmp_path / "b.xlsx", "--commit")
    assert [file["file"] for file in plan["files"]] == ["a.xlsx", "b.xlsx"]
    assert (plan["creates"], plan["batch"]) == ({}, 1)


def test_as_and_map_correct_the_proposal(run: Shell, tmp_path: Path) -> None:
    """What a sheet holds and what a header means can be said."""
    (tmp_path / "odd.xlsx").write_bytes(workbook(Stuff=[["Whom", "Blob"], ["Anna", "anna@example.com"]]))
    plan = run.json("import", tmp_path / "odd.xlsx", "--as", "Stuff=customer", "--map", "Stuff!Whom=name")
    assert plan["sheets"][0]["entity"] == "customer"
    assert plan["sheets"][0]["mapping"]["Whom"] == "name"


def test_unknown_sheet_is_refused_naming_the_sheets(run: Shell, book: Path) -> None:
    """A refusal names what was asked and what there is."""
    code, _, err = run("import", book, "--as", "Nope=customer")
    assert code == 1
    assert "“Nope”" in err and "“Customers”" in err


def test_refusal_with_json_is_an_object_too(run: Shell, tmp_path: Path) -> None:
    """With --json a refusal stands on stdout as well."""
    (tmp_path / "empty.xlsx").write_bytes(b"")
    code, out, err = run("import", tmp_path / "empty.xlsx", "--json")
    assert code == 1
    assert json.loads(out)["error"] == err.strip()


def test_nothing_recognised_is_not_saved(run: Shell, tmp_path: Path) -> None:
    """A workbook of something else is refused with a way out, not reported as a success."""
    (tmp_path / "x.xlsx").write_bytes(workbook(Weather=[["Millimetres", "Wind"], [3, 4], [5, 6]]))
    code, _, err = run("import", tmp_path / "x.xlsx", "--commit")
    assert code == 1 and "--as" in err


def test_undo_gives_what_went_and_what_stayed(run: Shell, book: Path) -> None:
    """An undo is a batch of its own that names what it undid."""
    batch = run.json("import", book, "--commit")["batch"]
    done = run.json("undo", batch)
    assert (done["undoes"], done["removed"], done["restored"], done["kept"]) == (batch, 3, 0, [])
    assert run("undo", batch)[0] == 1


def test_history_of_one_customer(run: Shell, book: Path) -> None:
    """The history can be asked for one code; an unknown one is refused."""
    run.json("import", book, "--commit")
    assert [batch["batch"] for batch in run.json("history", "--customer", "C1")["batches"]] == [1]
    assert run("history", "--customer", "C9")[0] == 1


def test_export_profile_begins_with_the_contract_s_columns(run: Shell, book: Path, tmp_path: Path) -> None:
    """The first columns of the profile stand in the agreed order."""
    from crm_core.model.words import PROFILE_COLUMNS

    run.json("import", book, "--commit")
    assert run("export", "profile", "--out", tmp_path / "p.xlsx", "--as-of", "2025-02-01")[0] == 0
    sheet = openpyxl.load_workbook(tmp_path / "p.xlsx").worksheets[0]
    assert tuple(cell.value for cell in sheet[1])[: len(PROFILE_COLUMNS)] == PROFILE_COLUMNS


def test_the_demo_has_forecasts_and_the_morning_renews_them(run: Shell) -> None:
    """Both leave nothing stale on their day."""
    for verb, day, more in (("demo", "2026-01-05", ("--customers", 150)), ("morning", "2026-01-06", ())):
        code, _, err = run(verb, "--as-of", day, *more)
        assert code == 0, err
        with closing(open_at(run.url)) as database:
            assert not is_stale(database, date.fromisoformat(day))


def test_a_report_is_a_workbook(run: Shell, book: Path, tmp_path: Path) -> None:
    """Written where it was asked for; a period that there is not is refused in one sentence."""
    run.json("import", book, "--commit")
    code, _, err = run("report", "--out", tmp_path / "report.xlsx", "--as-of", "2025-03-01")
    assert code == 0, err
    assert openpyxl.load_workbook(tmp_path / "report.xlsx").sheetnames
    code, _, err = run("report", "--out", tmp_path / "other.xlsx", "--period", "eon")
    assert code == 1 and "eon" in err and not (tmp_path / "other.xlsx").exists()


def test_followups_write_a_workbook_and_counts(run: Shell, book: Path, tmp_path: Path) -> None:
    """The call list is a file, and its counts are JSON."""
    run.json("import", book, "--commit")
    made = run.json("followups", "--out", tmp_path / "calls.xlsx", "--as-of", "2025-08-01")
    assert {"out", "people", "by_owner", "by_play", "left_out"} <= set(made)
    assert made["people"] == sum(made["by_owner"].values())
    assert (tmp_path / "calls.xlsx").read_bytes()[:2] == b"PK"


def test_backup_restores_into_an_empty_place(run: Shell, book: Path, tmp_path: Path, capsys) -> None:
    """A restored database is whole and holds the same; a full one is never overwritten."""
    run.json("import", book, "--commit")
    assert run("backup", tmp_path / "b.db")[0] == 0
    other = Shell(place(tmp_path / "other.db"), capsys)
    assert other("restore", tmp_path / "b.db")[0] == 0
    assert other("check")[0] == 0
    assert other.json("history") == run.json("history")
    assert other("restore", tmp_path / "b.db")[0] == 1


def test_check_names_a_broken_sum(run: Shell, book: Path, sqlite_url: str) -> None:
    """Somebody who changed a sum behind our back is found."""
    run.json("import", book, "--commit")
    with database_of(sqlite_url) as connection:
        connection.exec_driver_sql("UPDATE profiles SET revenue = revenue + 1 WHERE customer_id = 1")
    code, _, err = run("check")
    assert code == 1 and "1 kept profiles differ" in err


def test_check_of_an_empty_database_is_well(run: Shell) -> None:
    """Nothing stored is nothing wrong."""
    assert run("check")[0] == 0


def test_wrong_usage_is_two(run: Shell) -> None:
    """What the parser does not know ends with 2."""
    with pytest.raises(SystemExit) as stopped:
        run("import")
    assert stopped.value.code == 2


def test_no_traceback_from_a_stranger_s_file(tmp_path: Path, sqlite_url: str) -> None:
    """A damaged file through the real process: one line on stderr, exit 1."""
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04" + bytes(500))
    command = [
        sys.executable,
        "-m",
        "crm_core",
        "import",
        str(tmp_path / "bad.xlsx"),
        "--database",
        sqlite_url,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.strip().splitlines()) == 1 and "Traceback" not in done.stderr


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize("codes", [("C1", "C2"), (None, None)])
def test_what_is_exported_comes_back_unchanged(
    run: Shell, tmp_path: Path, ending: str, codes: tuple[str | None, str | None]
) -> None:
    """Every export is known again as what it is and changes nothing; into an empty database it brings the same sums."""
    people = [
        ["Customer ID", "Name", "Phone"],
        [codes[0], "Anna Novak", "+44 7700 900001"],
        [codes[1], "+44 7700 900002", "+44 7700 900002"],
    ]
    sales = [["Order ID", "Customer", "Order date", "Product", "Quantity", "Amount"]]
    sales += [
        ["1", codes[0] or "Anna Novak", "2025-01-05", "Tea", 1, 2.5],
        ["1", codes[1] or "+44 7700 900002", "2025-01-06", "Tea", 1, 2.5],
    ]
    (tmp_path / "book.xlsx").write_bytes(workbook(Customers=people, Sales=sales))
    run.json("import", tmp_path / "book.xlsx", "--commit")
    files = [tmp_path / f"{what}.{ending}" for what in ("customer", "purchase")]
    for file in files:
        assert run("export", file.stem, "--out", file)[0] == 0
        (sheet,) = run.json("import", file)["sheets"]
        assert (sheet["entity"], sheet["same"]) == (file.stem, 2)
    other = Shell(place(tmp_path / "other.db"), run.capsys)
    other.json("import", *files, "--commit")
    for shell, name in ((run, "here.csv"), (other, "there.csv")):
        shell("export", "profile", "--out", tmp_path / name, "--as-of", "2026-01-05")
    assert (tmp_path / "here.csv").read_bytes() == (tmp_path / "there.csv").read_bytes()
