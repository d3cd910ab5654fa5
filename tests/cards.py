"""What an upload makes of each file of a folder, one line a sheet: found, mapped, left for a person.

python tests/cards.py [FOLDER]
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1])]

from crm_core.actions import imports  # noqa: E402
from crm_core.actions.opening import open_at  # noqa: E402
from crm_core.errors import RegularsError  # noqa: E402

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
KINDS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".csv")


def card(path: Path) -> list[str]:
    """The lines of one file, each file against an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_at(f"sqlite:///{folder}/cards.db")
        try:
            upload = imports.read_upload([(path.name, path)])
            plan = imports.plan_upload(database, upload, imports.proposed_choices(upload))
            return [f"| {path.name} | {line}" for line in map(_sheet, plan.sheets)]
        except RegularsError as refusal:
            return [f"| {path.name} | | refused: {refusal} | | | |"]
        finally:
            database.close()


def _sheet(sheet: Any) -> str:
    counts = (
        ", ".join(f"{n} {state.replace('_', ' ')}" for state, n in sheet.counts.items() if n) or "no rows"
    )
    found = f"{sheet.entity or 'off: ' + sheet.why} (header row {sheet.header_row})"
    mapped = ", ".join(f"{header} → {field}" for header, field in sheet.mapping.items())
    left = "; ".join([*sheet.doubts, f"{sheet.problems} problems"] if sheet.problems else sheet.doubts)
    extra = ", ".join(sheet.extra) if sheet.entity else ""
    return f"{sheet.sheet} | {found}: {counts} | {mapped} | {extra} | {left} |"


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED
    print(
        "| file | sheet | found | mapped | kept as it stands | left for a person |\n|---|---|---|---|---|---|"
    )
    for path in sorted(folder.rglob("*")):
        if path.suffix in KINDS:
            print("\n".join(card(path)), flush=True)


if __name__ == "__main__":
    main()
