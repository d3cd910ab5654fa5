"""LibreOffice, without a window: a workbook opened and saved again, or sorted by LibreOffice itself."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.sax.saxutils import escape

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
PATIENCE = 180  # seconds
LIBRARY = "http://openoffice.org/2000/library"
SCRIPT = "http://openoffice.org/2000/script"
# Sorts every sheet whose first cell is "Name" by that column, from the last to the first, as its Sort command does.
SORT = """
Sub SortList(source As String, target As String)
  On Error GoTo Failed
  Dim fields(0) As New com.sun.star.table.TableSortField
  Dim how(1) As New com.sun.star.beans.PropertyValue
  Dim out(0) As New com.sun.star.beans.PropertyValue
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden" : hidden(0).Value = True
  doc = StarDesktop.loadComponentFromURL(ConvertToURL(source), "_blank", 0, hidden())
  For i = 0 To doc.Sheets.Count - 1
    sheet = doc.Sheets.getByIndex(i)
    If sheet.getCellByPosition(0, 0).String = "Name" Then
      cursor = sheet.createCursor()
      cursor.gotoEndOfUsedArea(False)
      area = sheet.getCellRangeByPosition(0, 0, cursor.RangeAddress.EndColumn, cursor.RangeAddress.EndRow)
      fields(0).Field = 0 : fields(0).IsAscending = False
      how(0).Name = "SortFields" : how(0).Value = fields()
      how(1).Name = "ContainsHeader" : how(1).Value = True
      area.sort(how())
    End If
  Next
  out(0).Name = "FilterName" : out(0).Value = "Calc MS Excel 2007 XML"
  doc.storeToURL(ConvertToURL(target), out())
Failed:
  doc.close(True)
  StarDesktop.terminate()
End Sub
"""


def resaved(content: bytes, ending: str = "xlsx") -> bytes:
    """The workbook opened and saved by LibreOffice, as .xlsx, .ods, .xls or .csv (its first sheet)."""
    with _folder(content) as folder:
        _convert(folder, ending)
        return (folder / "out" / f"list.{ending}").read_bytes()


def resorted(content: bytes) -> bytes:
    """The workbook opened, sorted by name from Z to A and saved, all by LibreOffice itself."""
    with _folder(content) as folder:
        _convert(folder, "csv")  # makes the profile that the macro is put into
        _put_macro(folder / "profile" / "user" / "basic" / "Standard")
        source, target = folder / "list.xlsx", folder / "sorted.xlsx"
        _run(folder, "--norestore", f'macro:///Standard.Module1.SortList("{source}","{target}")')
        return target.read_bytes()


@contextmanager
def _folder(content: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "list.xlsx").write_bytes(content)
        yield folder


def _convert(folder: Path, ending: str) -> None:
    _run(folder, "--convert-to", ending, "--outdir", str(folder / "out"), str(folder / "list.xlsx"))


def _run(folder: Path, *arguments: str) -> None:
    home = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [str(SOFFICE), home, "--headless", *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)


def _put_macro(basic: Path) -> None:
    basic.mkdir(parents=True, exist_ok=True)
    (basic / "script.xlb").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<library:library xmlns:library="{LIBRARY}" library:name="Standard" '
        'library:readonly="false" library:passwordprotected="false">'
        '<library:element library:name="Module1"/></library:library>'
    )
    (basic / "Module1.xba").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<script:module xmlns:script="{SCRIPT}" script:name="Module1" '
        f'script:language="StarBasic">{escape(SORT)}</script:module>'
    )
