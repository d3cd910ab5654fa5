"""The stored records as a plan asks for them, within one read transaction."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.bulk import KeyTable
from crm_core.ledger.store.tables import batches, changes
from crm_core.ledger.writing import doubles, existing
from crm_core.ledger.writing.answers_gone import LineAnswers


class Answers(LineAnswers):
    """Answers `intake.stored.Stored` from one connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def rows(self, entity: str, keys: Mapping[str, Iterable[Any]]) -> pd.DataFrame:
        return existing.rows_by_keys(self.connection, entity, keys)

    def edited_by_hand(self, entity: str, ids: Iterable[int]) -> set[tuple[int, str]]:
        """Cells whose latest change came from no file: a file must not take back what a person wrote."""
        with KeyTable(self.connection, "asked_rows", (int(number) for number in ids)) as keys:
            mine = sa.and_(changes.c.entity == entity, changes.c.row_id.in_(sa.select(keys.c.key)))
            latest = (
                sa.select(changes.c.row_id, changes.c.field, sa.func.max(changes.c.batch).label("batch"))
                .where(mine)
                .group_by(changes.c.row_id, changes.c.field)
                .subquery()
            )
            by_hand = sa.and_(
                batches.c.files == "[]", batches.c.undoes.is_(None), batches.c.undone_by.is_(None)
            )
            found = sa.select(latest.c.row_id, latest.c.field).join(batches, batches.c.id == latest.c.batch)
            return {(int(row), name) for row, name in self.connection.execute(found.where(by_hand))}

    def former(self, ids: Iterable[int]) -> set[tuple[int, str, str]]:
        """What merges replaced at these customers: (id, field, value folded; of a phone its digits)."""
        if existing.is_empty(self.connection, "alias"):
            return set()
        return doubles.former_values(self.connection, (int(number) for number in ids))

    def is_empty(self, entity: str) -> bool:
        return existing.is_empty(self.connection, entity)
