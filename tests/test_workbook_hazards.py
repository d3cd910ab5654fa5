"""Hostile and broken files: a sentence, never a crash, and nothing left behind."""

import io
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest
from ugly import HEAD, inline, mutated, ods, parts, sheet_xml, workbook, zipped

from crm_core.errors import UnreadableFile
from crm_core.workbook.ole import MAGIC
from crm_core.workbook.read import Limits, read_workbook
from crm_core.workbook.sheets import WorkbookFile
from crm_core.workbook.write import ColumnStyle, SheetContent, write_csv, write_xlsx

GOOD = f'<row r="1">{inline("A1", "a")}</row>'
FAR = f'<row r="1">{inline("A1", "a")}</row><row r="1048576">{inline("XFD1048576", "x")}</row>'
SHARED_CELL = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
LAUGHS = '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def refusal(data: bytes, name: str = "book.xlsx", limits: Limits = Limits()) -> str:  # noqa: B008
    """The sentence that a file is refused with."""
    with pytest.raises(UnreadableFile) as refused:
        read_workbook(data, name, limits=limits)
    return str(refused.value)


def shared(count: int, prolog: str = "") -> str:
    """A shared strings part that claims so many texts."""
    names = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        f'{HEAD}{prolog}<sst xmlns="{names}" count="{count}" uniqueCount="{count}"><si><t>&b;</t></si></sst>'
    )


def twice(name: str) -> bytes:
    """A workbook that holds one part twice."""
    buffer = io.BytesIO(workbook(GOOD))
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(name, b"x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty (0 bytes)"),
        (b"  \r\n \n", "holds no text"),
        (b"%PDF-1.7 ...", "is a PDF document"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "is a picture"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "is a picture"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "is a web page"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><p>", "is a web page"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "is an XML spr",
        ),
        (b'{"a": 1}', "is a JSON file"),
        (b"{\\rtf1 x}", "is a text document (RTF)"),
        (bytes(range(32)) * 50, "is neither a spreadsheet nor readable text"),
        (b"PK\x03\x04" + b"x" * 500, "is incomplete or damaged"),
        (MAGIC + bytes(600), "is incomplete or damaged"),
        (zipped({"a.txt": b"x"}), "is a zip archive and not a workbook"),
        (
            zipped({"[Content_Types].xml": b"wordprocessingml.document"}),
            "is a text document or a presentation",
        ),
        (zipped({"Index/Tables.iwa": b"x"}), "is an Apple Numbers document"),
        (workbook(GOOD)[:-40], "is incomplete or damaged"),
        (zipped({**parts(sheet_xml(GOOD)), "../evil.xml": b"x"}), "holds parts that point outside the file"),
        (zipped({**parts(sheet_xml(GOOD)), **{f"x{i}": b"" for i in range(2000)}}), "has 2,005 parts"),
        (
            zipped(parts(sheet_xml(GOOD).replace("<worksheet", LAUGHS + "<worksheet"))),
            "holds a document type",
        ),
        (zipped(parts(sheet_xml(SHARED_CELL), shared(1, LAUGHS))), "holds a document type"),
        (
            zipped(parts(sheet_xml(SHARED_CELL), shared(1, f"<!--{'x' * 5000}-->{LAUGHS}"))),
            "holds a document type",
        ),
        (
            workbook(FAR),
            "has cells far from its table on sheet “Sheet1”: they span 1,048,576 rows and 16,384",
        ),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_a_sentence_says_what_the_file_is(data: bytes, said: str) -> None:
    """What is no workbook, or a dangerous one, is named as what it is, with a way out."""
    sentence = refusal(data)
    assert sentence.startswith(f"“book.xlsx” {said}")
    assert sentence.count(". ") >= 1


def test_a_part_twice_is_refused() -> None:
    """Two readers could see two different workbooks in such a file."""
    assert "holds the same part twice" in refusal(twice("xl/workbook.xml"))


def test_a_workbook_without_sheets_is_said() -> None:
    """A container that lists no sheet is never an empty success."""
    assert "holds no sheet with cells" in refusal(zipped(parts("", names=())))


def test_a_file_that_is_not_there_is_said() -> None:
    """A path without a file is a sentence, too."""
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        read_workbook(Path("/no/such/file.xlsx"), "file.xlsx")


@pytest.mark.slow
@pytest.mark.parametrize("count", [4_294_967_295, 2_000_000_000])
def test_a_lying_count_kills_only_the_reading_process(count: int) -> None:
    """A number of texts that asks for gigabytes ends in a sentence."""
    assert "“book.xlsx”" in refusal(zipped(parts(sheet_xml(SHARED_CELL), shared(count).replace("&b;", "x"))))


def test_a_lying_dimension_changes_nothing() -> None:
    """A declared range of the whole sheet around one cell is one cell."""
    found = read_workbook(workbook(GOOD, '<dimension ref="A1:XFD1048576"/>'), "b.xlsx")
    assert found.sheets[0].cells.shape == (1, 1)


def test_an_unpacked_size_over_the_limit_is_refused() -> None:
    """What the parts declare counts before anything is unpacked."""
    bomb = workbook(GOOD + " " * 300_000)
    assert "unpacks to more than can be read" in refusal(bomb, limits=Limits(unzipped_bytes=100_000))


def test_a_size_that_lies_is_found_out_while_it_unpacks() -> None:
    """The real bytes count as well, whatever the directory of the container says."""
    bomb = bytearray(workbook(GOOD + " " * 300_000))
    at = bomb.rindex(b"PK\x01\x02", 0, bomb.rindex(b"xl/worksheets/sheet1.xml"))
    bomb[at + 24 : at + 28] = (900).to_bytes(4, "little")
    assert "“book.xlsx”" in refusal(bytes(bomb), limits=Limits(unzipped_bytes=100_000))


def test_time_is_limited() -> None:
    """A reading that takes too long is stopped, and says so."""
    assert "took longer than 0 seconds to read" in refusal(workbook(GOOD), limits=Limits(seconds=0.01))


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux limits the memory of a process")
def test_memory_is_limited() -> None:
    """A reading that needs too much memory ends with a sentence, not with the machine."""
    heavy = workbook(f'<row r="1">{inline("A1", "x" * 80_000_000)}</row>')
    said = refusal(heavy, limits=Limits(memory_bytes=400_000_000))
    assert "needs more than the 381 MB of memory it may take" in said


def test_rows_and_cells_are_limited() -> None:
    """A text file longer or larger than allowed is refused with its size."""
    data = b"a,b\n" * 100
    assert "has more than 50 rows" in refusal(data, "t.csv", Limits(rows=50))
    assert "they span 100 rows and 2 columns" in refusal(data, "t.csv", Limits(cells=150))


def test_a_file_over_the_limit_is_refused_by_its_size() -> None:
    """The sentence gives both sizes."""
    assert "more than the 0 MB" in refusal(b"a,b\n", "t.csv", Limits(file_bytes=3))


def test_nothing_is_left_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The temporary folder goes after a success and after a refusal."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    read_workbook(workbook(GOOD), "b.xlsx")
    refusal(workbook(FAR))
    assert list(tmp_path.iterdir()) == []


def test_a_million_styled_blank_rows_are_no_rows() -> None:
    """Cells with a format and no value do not count."""
    rows = GOOD + "".join(f'<row r="{i}"><c r="A{i}" s="0"/></row>' for i in range(2, 200_000))
    assert read_workbook(workbook(rows), "b.xlsx").sheets[0].cells.shape == (1, 1)


def sample_files() -> list[bytes]:
    """A small sound file of each format that can be made here."""
    columns = (ColumnStyle("Name"), ColumnStyle("Born", "date"), ColumnStyle("Spent", "money"))
    rows = [(f"Name {i}", "2020-02-29", i * 1.5) for i in range(30)]
    book = write_xlsx([SheetContent("One", columns, rows), SheetContent("Two", columns, rows)])
    cell = '<table:table-cell office:value-type="float" office:value="5"/>'
    return [book, ods(f"<table:table-row>{cell}</table:table-row>" * 9), write_csv(["a", "b", "c"], rows)]


def outcome(data: bytes) -> WorkbookFile | UnreadableFile:
    """What comes of a damaged file; any other exception fails the test."""
    try:
        return read_workbook(data, "damaged.xlsx", limits=Limits(seconds=20, memory_bytes=1_000_000_000))
    except UnreadableFile as refused:
        return refused


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("form", ["xlsx", "ods", "csv"])
def test_a_damaged_file_is_read_or_refused(form: str, seed: int) -> None:
    """Flipped bytes, cut ends and swapped parts never end in anything but a result or a sentence."""
    damaged = mutated(sample_files()[["xlsx", "ods", "csv"].index(form)], seed)
    assert isinstance(outcome(damaged), WorkbookFile | UnreadableFile)


@pytest.mark.slow
def test_many_damaged_files_are_read_or_refused() -> None:
    """The same, a hundred times; both outcomes must occur, else nothing was tried."""
    found = [outcome(mutated(data, seed)) for data in sample_files() for seed in range(100, 135)]
    assert {type(result) for result in found} == {WorkbookFile, UnreadableFile}
