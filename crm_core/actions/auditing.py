"""The audit from above: noting what is no change of records, the files that go out, and who may read it all."""

from collections.abc import Callable
from typing import Any

from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import handed_out
from crm_core.model.rights import needs


@needs()
def note(database: Database, what: str, about: dict[str, Any], *, who: str | None = None) -> None:
    """A line of the audit; `about`: what can stand in JSON, and nothing personal."""
    handed_out.note(database, what, about, who=who)


@needs()
def watched(database: Database, name: str, make: Callable[[], bytes]) -> Callable[[], bytes]:
    """What makes the bytes of a download, with a line in the audit whenever it does; the one way for pages."""
    return handed_out.watched(database, name, make)
