"""What the reading process is asked to do, and how it says no."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from crm_core.errors import UnreadableFile
from crm_core.workbook.limits import Limits

SAVE_AGAIN = "Open it in Excel or LibreOffice, save it as a new .xlsx and upload that."
COPY_AGAIN = "Copy or download it again, or open it in Excel and save it anew."
SPLIT = "Split it, or save only the sheets that matter as a new .xlsx."
UPLOAD = "Upload an .xlsx, .xls, .ods or .csv file."
DOCTYPE_FOUND = "holds a document type definition, which no spreadsheet needs and which is not safe to read"

Report = Callable[[str], None]


def refusal(name: str, found: str, way_out: str) -> UnreadableFile:
    """The one sentence: the file, what was found, and the way out."""
    return UnreadableFile(f"“{name}” {found}. {way_out}")


@dataclass(frozen=True)
class Job:
    """One reading. `engine` is "first", or "second" after the first one failed."""

    path: str
    name: str
    format: str
    folder: str
    engine: str = "first"
    encoding: str | None = None
    separator: str | None = None
    limits: Limits = field(default_factory=Limits)

    def refuse(self, found: str, way_out: str = SAVE_AGAIN) -> UnreadableFile:
        """A refusal of this job's file, to be raised."""
        return refusal(self.name, found, way_out)

    def save(self) -> Path:
        """Write the job beside its results; the reading process is given the path."""
        path = Path(self.folder) / "job.json"
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")
        return path

    @classmethod
    def load(cls, path: Path) -> "Job":
        """The job that `save` wrote."""
        values = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**values, "limits": Limits(**values["limits"])})
