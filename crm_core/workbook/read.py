"""Bytes of a spreadsheet in, sheets of text cells out. See `sheets` for what comes back."""

import hashlib
import shutil
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow as pa

from crm_core.workbook.check import find_format, has_macros
from crm_core.workbook.handover import Result
from crm_core.workbook.job import Job, refusal
from crm_core.workbook.launch import Progress, run
from crm_core.workbook.limits import Limits
from crm_core.workbook.sheets import Sheet, WorkbookFile

__all__ = ["Limits", "Progress", "read_workbook"]

USUAL = Limits()
_TEXT = pd.StringDtype(na_value=float("nan"))


def read_workbook(
    source: Path | bytes,
    name: str,
    *,
    limits: Limits = USUAL,
    progress: Progress | None = None,
    encoding: str | None = None,
    separator: str | None = None,
) -> WorkbookFile:
    """Read an .xlsx, .xlsm, .xlsb, .xls, .ods or text file (by content, not by name) in another process.

    `name` is what sentences call the file. `progress` hears a sentence and a fraction from 0 to 1. `encoding`
    (a Python codec) and `separator` overrule what would be found in a text file. Raises UnreadableFile with
    one sentence for whatever cannot be read; nothing is left on the disk.
    """
    with tempfile.TemporaryDirectory(prefix="workbook-", ignore_cleanup_errors=True) as folder:
        copy = _stage(source, name, Path(folder))
        sha256 = _sha256(copy)
        form = find_format(copy, name, limits)
        # The engines go by the ending, people's files do not.
        path = copy.rename(copy.with_suffix(f".{form}"))
        result = run(Job(str(path), name, form, folder, "first", encoding, separator, limits), progress)
        sheets = tuple(_sheet(entry, Path(folder)) for entry in result.sheets)
        found = result.sheets[0]
        return WorkbookFile(
            name, sha256, form, sheets, _notes(result, path, form), found["encoding"], found["separator"]
        )


def _stage(source: Path | bytes, name: str, folder: Path) -> Path:
    """A copy of the file that nobody changes while it is checked and read."""
    copy = folder / "upload"
    if isinstance(source, bytes):
        copy.write_bytes(source)
        return copy
    try:
        shutil.copyfile(source, copy)
    except OSError as error:
        raise refusal(
            name, f"cannot be opened ({error.strerror})", "Check the path and its permissions."
        ) from None
    return copy


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sheet(entry: dict, folder: Path) -> Sheet:
    return Sheet(
        entry["name"],
        _frame(entry, folder),
        entry["hidden"],
        dict(entry["kinds"]),
        tuple((row, column, text) for row, column, text in entry["errors"]),
        tuple((top, left, bottom, right) for top, left, bottom, right in entry["merged"]),
    )


def _frame(entry: dict, folder: Path) -> pd.DataFrame:
    if not entry["file"]:
        return pd.DataFrame(index=pd.RangeIndex(1, 1), columns=pd.RangeIndex(1, 1))
    # Read into memory rather than mapped: the folder must be removable while the frame lives.
    with pa.OSFile(str(folder / entry["file"])) as file:
        table = pa.ipc.open_file(pa.BufferReader(file.read_buffer())).read_all()
    cells = table.to_pandas(types_mapper={pa.string(): _TEXT}.get)
    cells.index = pd.RangeIndex(entry["first_row"], entry["first_row"] + table.num_rows)
    cells.columns = pd.RangeIndex(entry["first_column"], entry["first_column"] + table.num_columns)
    return cells


def _notes(result: Result, path: Path, form: str) -> tuple[str, ...]:
    macros = (
        ["The macros were not run and are not kept."] if form in ("xlsx", "xlsb") and has_macros(path) else []
    )
    return tuple(macros + [note for entry in result.sheets for note in entry["notes"]])
