"""In which language something is said to a person: the row's `speech`, a language code, else the team's."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from crm_core.outreach.languages import TEAM, day_in
from crm_core.outreach.phrases import as_text, long_day

Row = Mapping[str, Any]


def is_ours(row: Row) -> bool:
    """Whether it is said in the team's language."""
    return as_text(row.get("speech")) in (None, TEAM)


def told_day(row: Row, day: date, as_of: date) -> str:
    """The day in words of the language that is spoken."""
    return long_day(day, as_of) if is_ours(row) else day_in(str(row["speech"]), day, as_of)
