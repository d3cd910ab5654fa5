"""New names: a colleague's goes along to all that names them, a play that was used keeps its own."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from crm_core.ledger.reading.named import ids_naming
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.model.changes import cell_frame
from crm_core.model.registry import ENTITIES
from crm_core.model.rights import EDIT, needs
from crm_core.outreach.moments import NOTED

Cells = Sequence[tuple[Any, ...]]  # rows of CHANGE_COLUMNS
UNDER_A_PLAY = ("follow-up", "message", "gesture", "attendance", "wording")  # their field `play` names it
BESIDE = (("play", "caller"), ("rule", "to"))  # where a colleague may be named among other words
NAMING_COLLEAGUES = (
    *(
        (one.name, field.name)
        for one in ENTITIES.values()
        for field in one.fields
        if field.refers == "colleague"
    ),
    *BESIDE,
)


@needs(EDIT)
def refused(database: Database, cells: Cells) -> dict[int, str]:
    """By the place of a cell why that play cannot be renamed: what was done for it is kept under its name."""
    found: dict[int, str] = {}
    for place, (entity, _, field, before, after) in enumerate(cells):
        if (entity, field) == ("play", "name") and before and before != after:
            why = _kept_under(database, str(before))
            found |= {place: why} if why else {}
    return found


def _kept_under(database: Database, play: str) -> str | None:
    if play in NOTED:
        return f"The play “{play}” is known by this name, so it keeps it. Change its title instead."
    with database.whole.read() as connection:
        count = sum(len(ids_naming(connection, entity, "play", play)) for entity in UNDER_A_PLAY)
    if not count:
        return None
    records = f"{count:,} record{'s'[: count != 1]}"
    return f"The play “{play}” keeps its name: {records} of what was done for it name it. Change its title instead."


@needs(EDIT)
def followers(database: Database, cells: pd.DataFrame) -> pd.DataFrame:
    """The cells (CHANGE_COLUMNS) that name a colleague who gets a new name in these cells, with the new name."""
    renamed = cells[(cells["entity"] == "colleague") & (cells["field"] == "name") & cells["after"].notna()]
    rows: list[tuple[Any, ...]] = []
    with database.whole.read() as connection:
        for number, before, after in zip(renamed["id"], renamed["before"], renamed["after"], strict=True):
            held = existing.rows_by_keys(connection, "colleague", {"id": [int(number)]})
            if before != after and before in set(held["name"]):
                rows += _naming(connection, before, after)
    return cell_frame(rows)


def _naming(connection: Any, before: str, after: str) -> Iterable[tuple[Any, ...]]:
    for entity, field in NAMING_COLLEAGUES:
        for number in ids_naming(connection, entity, field, before):
            yield entity, number, field, before, after
