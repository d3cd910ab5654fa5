"""docs/settings.md, made from the declarations: every variable, every setting, with what holds where none is given."""

from datetime import timedelta

from crm_core.actions.links_in import LINK_LIFE
from crm_core.actions.settings import SETTINGS
from crm_core.actions.signing_in import LIFE
from crm_core.ledger.reading.accounts import IDLE
from crm_core.ledger.store.database import BUSY_SECONDS
from crm_core.people.waiting import LONGEST
from crm_core.watch.figures import SLOW_SECONDS
from crm_core.watch.logs import FILE_BYTES, FILES
from crm_core.watch.variables import VARIABLES
from crm_core.workbook.limits import Limits

HEAD = """# Settings and limits

All of them, with what holds where nothing is given. This page is made from the declarations
(`crm_core/watch/variables.py`, `crm_core/actions/settings.py`), and a test holds it to them:

    python -c "from crm_core.actions.settings_page import page; print(page(), end='')" > docs/settings.md

## Stored settings

They stand in the database, hold for everybody, stand in the history and can be undone. A manager sets them:

    regulars setting set limit_rows 200000
    regulars setting unset limit_rows
    regulars setting list

| Name | What it is | Usually |
| --- | --- | --- |
"""
MIDDLE = """
## Variables of the environment

They belong to one server process and are read when it starts. A variable that begins with REGULARS_ and is not in
this table is said at the start, with the one that was probably meant. A secret is never stored, shown or logged.

| Name | What it is | Usually |
| --- | --- | --- |
"""

LAST = """
## Limits that stand fast

| What | How much |
| --- | --- |
"""


def fixed() -> list[tuple[str, str]]:
    """The limits that nobody sets, as what and how much."""
    return [
        ("a session that is not used ends after", _span(IDLE)),
        ("every session ends after", _span(LIFE)),
        ("a link to a new password is good for", _span(LINK_LIFE)),
        ("the longest wait after wrong passwords for one account", f"{LONGEST['name']:.0f} seconds"),
        ("the longest wait after wrong passwords from one address", f"{LONGEST['address'] / 60:.0f} minutes"),
        ("how long a save waits for another one", f"{BUSY_SECONDS} seconds"),
        ("parts of an .xlsx or .ods file", f"{Limits.parts:,}"),
        ("columns of a sheet", f"{Limits.columns:,}"),
        ("cells of a sheet", f"{Limits.cells:,}"),
        (
            "what a file may hold unpacked",
            f"{Limits.unzipped_bytes // 2**20:,} MB, more where limit_file_mb is more",
        ),
        ("a view is noted as slow from", f"{SLOW_SECONDS:g} s"),
        ("the files of the log", f"{FILES} of {FILE_BYTES // 10**6} MB"),
    ]


def _span(time: timedelta) -> str:
    hours = time.total_seconds() / 3600
    return f"{hours:g} hours" if hours <= 24 else f"{time.days} days"


def page() -> str:
    """The whole page as Markdown."""
    stored = [(one.name, one.meaning, one.default) for one in SETTINGS.values()]
    given = [
        (one.name, one.meaning + (" (a secret)" if one.secret else ""), one.default)
        for one in VARIABLES.values()
    ]
    last = "".join(f"| {what} | {much} |\n" for what, much in fixed())
    return HEAD + _rows(stored) + MIDDLE + _rows(given) + LAST + last


def _rows(found: list[tuple[str, str, str]]) -> str:
    return "".join(
        f"| `{name}` | {_cell(meaning)} | {_cell(usual) or '–'} |\n" for name, meaning, usual in found
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
