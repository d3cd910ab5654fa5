"""No file that leaves holds a formula or a link, whatever the records hold: every maker of files is asked."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from poisoned import AS_OF, bad, fill, upload_of
from test_walls import sources

from crm_core.actions import imports
from crm_core.actions.feeds import feed, make_feed
from crm_core.actions.followups import issue_call_list
from crm_core.actions.messages import export_messages
from crm_core.actions.opening import Database, open_at
from crm_core.actions.report_card import report_card
from crm_core.model.conditions import EVERYBODY
from crm_core.model.registry import ENTITIES
from crm_core.views import exports, followups_page, records
from crm_core.views.audit import audit_page
from crm_core.views.customers import SHOWN, PeopleQuery
from crm_core.views.report.book import report_file
from crm_core.views.rules import firing_log
from pages._insights.marks import as_csv
from pages._upload.conflicts import _as_csv

HOME = "http://127.0.0.1:9"
TEXTS = ("address", "company", "preferred_name", "salutation", "region", "note")
STARTS = ("=", "+", "-", "@", "\t", "\r")
Maker = Callable[[Database, Path], bytes]


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Iterator[Database]:
    """Every text of every record is hostile."""
    folder = tmp_path_factory.mktemp("harmless")
    url = f"sqlite:///{(folder / 'r.db').as_posix()}"
    fill(url, HOME).close()
    database = open_at(url)
    yield database
    database.close()


def file_of(what: str, ending: str) -> Maker:
    def make(shop: Database, folder: Path) -> bytes:
        target = folder / f"a.{ending}"
        exports.export_file(shop, what, target, AS_OF)
        return target.read_bytes()

    return make


def grid_of(entity: str) -> Maker:
    return lambda shop, _: records.record_file(shop, records.RecordQuery(entity))


def calls(shop: Database, as_csv: bool) -> bytes:
    made = issue_call_list(shop, as_of=AS_OF, who=bad(HOME, "who", 0), preview=True, as_csv=as_csv)
    assert made.people, "nobody is on the list, so it proves nothing"
    return made.bytes


def card(shop: Database, _: Path) -> bytes:
    """The report card of an upload that is hostile itself."""
    upload = imports.read_upload([("=a.xlsx", upload_of(HOME))])
    choices = imports.proposed_choices(upload)
    return report_card(upload, imports.plan_upload(shop, upload, choices))


def frame_of(table: str) -> Maker:
    """What the pages give out as CSV: the lines of the audit, what rules did, a chart's numbers, what is gone."""

    def make(shop: Database, _: Path) -> bytes:
        if table == "audit":
            return as_csv(audit_page(shop, size=1_000_000).rows)
        if table == "rules":
            return as_csv(firing_log(shop, AS_OF).drop(columns=["customer_id"]))
        hostile = [bad(HOME, "cell", way) for way in range(12)]
        made = pd.DataFrame({"a": hostile, bad(HOME, "head", 0): hostile})
        return as_csv(made) if table == "chart" else _as_csv(made)

    return make


XLSX: dict[str, Maker] = {
    **{f"export of {name}": file_of(name, "xlsx") for name in (*ENTITIES, *exports.OTHERS)},
    **{f"grid of {name}": grid_of(name) for name in records.GRIDS},
    "people": lambda shop, _: exports.people_file(shop, PeopleQuery(EVERYBODY, columns=(*SHOWN, *TEXTS)), AS_OF),
    "guests": lambda shop, _: followups_page.attendance_file(shop, AS_OF, bad(HOME, "play.name", 3), AS_OF),
    "report": lambda shop, _: report_file(shop, "last 365 days", AS_OF, about=bad(HOME, "about", 0)),
    "call list": lambda shop, _: calls(shop, False),
    "messages": lambda shop, _: export_messages(shop, "message", who="a", as_of=AS_OF).bytes,
    "report card": card,
}  # fmt: skip
CSV: dict[str, Maker] = {
    **{f"export of {name}": file_of(name, "csv") for name in (*ENTITIES, *exports.OTHERS)},
    "call list": lambda shop, _: calls(shop, True),
    "messages": lambda shop, _: export_messages(shop, "message", who="a", as_of=AS_OF, as_csv=True).bytes,
    **{name: frame_of(name) for name in ("audit", "rules", "chart", "gone")},
}  # fmt: skip
LINKED = {"report card"}  # its own ways from a fix to its cell, within the workbook


def formulas(content: bytes) -> list[str]:
    """Cells of a workbook that are formulas."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = (cell for sheet in book for row in sheet.iter_rows() for cell in row)
    return [f"{cell.parent.title}!{cell.coordinate}" for cell in cells if cell.data_type == "f"]


def links(content: bytes) -> list[str]:
    """Addresses outside the workbook that a cell of it leads to."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = (cell for sheet in book for row in sheet.iter_rows() for cell in row)
    return [str(cell.hyperlink.target or cell.hyperlink.location) for cell in cells if cell.hyperlink]


def risky(content: bytes) -> list[str]:
    """Fields of a CSV that a spreadsheet would take for a formula; a plain number is none."""
    fields = (field for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for field in row)
    return [field for field in fields if field.startswith(STARTS) and not _is_number(field)]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text[0] in "+-"


@pytest.mark.parametrize("what", XLSX)
def test_no_workbook_holds_a_formula_or_a_link(shop: Database, tmp_path: Path, what: str) -> None:
    """Read as a spreadsheet reads it: no cell of the kind formula, no way out of the workbook."""
    content = XLSX[what](shop, tmp_path)
    assert formulas(content) == []
    assert [one for one in links(content) if what not in LINKED or HOME in one] == []


@pytest.mark.parametrize("what", CSV)
def test_no_csv_holds_a_formula(shop: Database, tmp_path: Path, what: str) -> None:
    """Each field that begins like a formula has an apostrophe before it."""
    assert risky(CSV[what](shop, tmp_path)) == []


def test_the_files_hold_what_is_hostile(shop: Database, tmp_path: Path) -> None:
    """Or nothing would be proved: the texts are in them, as texts."""
    book = openpyxl.load_workbook(io.BytesIO(XLSX["people"](shop, tmp_path)))
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert sum(one.startswith(STARTS) for one in cells) > 20 and any("HYPERLINK" in one for one in cells)
    text = CSV["export of customer"](shop, tmp_path).decode("utf-8-sig")
    assert "'=HYPERLINK" in text and "'@SUM" in text and "'+cmd" in text and "'-1+1" in text


def test_a_calendar_holds_no_line_of_somebody_else(shop: Database) -> None:
    """Line breaks in a name make no line of their own: every line of the file begins with a word of the format."""
    from crm_core.actions.records import add_record

    add_record(shop, "colleague", {"name": "Vera"}, who="anna", as_of=AS_OF)
    made = feed(shop, make_feed(shop, "Vera", who="anna", as_of=AS_OF), AS_OF - timedelta(days=40))
    assert made is not None
    text = made if isinstance(made, str) else made.decode()
    for line in text.splitlines():
        assert line.startswith(" ") or line.partition(":")[0].partition(";")[0].replace("-", "").isupper(), (
            line
        )


def test_the_eye_sees_a_formula() -> None:
    """The tests above can fail."""
    book = openpyxl.Workbook()
    book.active["A1"] = "=1+1"
    book.active["A2"].hyperlink = "http://example.com"
    out = io.BytesIO()
    book.save(out)
    assert formulas(out.getvalue()) == ["Sheet!A1"] and links(out.getvalue()) == ["http://example.com"]
    assert risky(b"=1,+x,-5,-x,@a,'=1") == ["=1", "+x", "-x", "@a"]


def writers(all_sources: dict[str, str]) -> set[str]:
    """Files that write a workbook, a CSV or a calendar."""
    words = (
        "write_xlsx(",
        "write_csv(",
        "to_csv(",
        "xlsxwriter.Workbook(",
        "to_excel(",
        "csv.writer(",
        "to_ical(",
    )
    return {path for path, text in all_sources.items() if any(word in text for word in words)}


ASKED = {
    "crm_core/actions/messages.py", "crm_core/actions/report_card.py", "crm_core/demo/sample.py",
    "crm_core/outreach/call_list.py", "crm_core/outreach/calendar.py", "crm_core/views/exports.py",
    "crm_core/views/followups_page.py", "crm_core/views/records.py", "crm_core/views/report/book.py",
    "crm_core/workbook/write.py", "pages/_insights/marks.py", "pages/_upload/conflicts.py",
}  # fmt: skip


def test_no_maker_of_files_is_forgotten() -> None:
    """Whatever writes a file is asked above; the sample workbook holds made-up people alone."""
    assert writers(sources()) == ASKED
