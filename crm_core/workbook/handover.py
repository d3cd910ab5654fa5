"""How the reading process hands its sheets over: one Arrow file a sheet and one small JSON."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from crm_core.workbook.raw import RawSheet, tidy

RESULT = "result.json"


@dataclass
class Result:
    """What the reading process says in the end: sheets, a refusal, or that the other engine should try."""

    sheets: list[dict] = field(default_factory=list)
    refused: str = ""
    other_engine: str = ""

    def save(self, folder: Path) -> None:
        """Write it; only a complete file counts as an answer."""
        part = folder / "result.part"
        part.write_text(json.dumps(vars(self)), encoding="utf-8")
        part.replace(folder / RESULT)

    @staticmethod
    def forget(folder: Path) -> None:
        """Remove the result of an earlier run."""
        (folder / RESULT).unlink(missing_ok=True)

    @classmethod
    def load(cls, folder: Path) -> "Result | None":
        """The result, None where the process did not come so far."""
        path = folder / RESULT
        return cls(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def hand_over(sheet: RawSheet, number: int, folder: Path) -> dict:
    """Write the cells of one sheet; gives what the JSON says about it."""
    sheet = tidy(sheet)
    width = len(sheet.columns)
    last = sheet.first_column + width - 1
    file = f"{number}.arrow"
    _write(sheet, folder / file)
    return {
        "name": sheet.name,
        "file": file if width else "",
        "first_row": sheet.first_row,
        "first_column": sheet.first_column,
        "hidden": sheet.hidden,
        "kinds": [[n, kind] for n, kind in sorted(sheet.kinds.items()) if sheet.first_column <= n <= last],
        "errors": sheet.errors,
        "merged": sheet.merged,
        "notes": sheet.notes,
        "encoding": sheet.encoding,
        "separator": sheet.separator,
    }


def _write(sheet: RawSheet, path: Path) -> None:
    table = pa.table({str(i): column for i, column in enumerate(sheet.columns)})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
