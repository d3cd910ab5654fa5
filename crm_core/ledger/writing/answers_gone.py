"""What a plan asks of lines that are known, gone or nobody's, and of people it may have met before."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.bulk import KeyTable, read_frame
from crm_core.ledger.store.tables import TABLES, archive, customers, purchases
from crm_core.ledger.writing import existing
from crm_core.model.registry import CUSTOMER

GIVEN = ("name", "given_name", "family_name")


class LineAnswers:
    """Answers `known_lines`, `gone_lines`, `nobodys_lines`, `unnamed_lines`, `lone_names`, `people`."""

    connection: Connection

    def known_lines(self, entity: str, keys: Sequence[int]) -> pd.DataFrame:
        """By source key batch (missing: removed by hand) and orphan (the id of a line without customer)."""
        with KeyTable(self.connection, "known_sources", keys) as wanted:
            here = _triples(self.connection, TABLES[entity], wanted.name)
            away = existing.removed_by_hand(entity).where(archive.c.source_key.in_(sa.select(wanted.c.key)))
            gone = [(key, None, None) for key in self.connection.scalars(away)]
        known = pd.concat([here, _known(gone)]) if gone else here
        return known[~known.index.duplicated()]

    def gone_lines(
        self, entity: str, named: Mapping[int, int], keys: Iterable[int], ids: Iterable[int]
    ) -> pd.DataFrame:
        """The lines of uploads that are named by half at least, without those that are named."""
        table = TABLES[entity]
        sizes = sa.select(table.c.batch, sa.func.count()).where(table.c.batch.in_(list(named)))
        counted = self.connection.execute(sizes.group_by(table.c.batch)).all()
        earlier = [batch for batch, size in counted if size > named[batch] >= size / 2]
        if not earlier:
            return pd.DataFrame(columns=[column.name for column in table.columns], dtype=object)
        with (
            KeyTable(self.connection, "named_sources", keys) as sources,
            KeyTable(self.connection, "named_rows", ids) as rows,
        ):
            other = sa.select(table).where(table.c.batch.in_(earlier))
            other = other.where(table.c.id.not_in(sa.select(rows.c.key)))
            known = sa.exists().where(sources.c.key == table.c.source_key)
            return read_frame(self.connection, other.where(~known).order_by(table.c.id))

    def nobodys_lines(self, dates: Sequence[str]) -> pd.DataFrame:
        """Purchase lines of these days without customer and number."""
        nobodys = sa.and_(purchases.c.customer_id.is_(None), purchases.c.number.is_(None))
        with KeyTable(self.connection, "wanted_days", dates, "TEXT") as days:
            text = sa.cast(purchases.c.date, sa.Text()).in_(sa.select(days.c.key))
            return read_frame(
                self.connection, sa.select(purchases).where(nobodys, text).order_by(purchases.c.id)
            )

    def unnamed_lines(self, codes: Sequence[str]) -> pd.DataFrame:
        """Purchase lines with one of these product codes that lack the product's name or its category."""
        columns = (purchases.c[name] for name in ("id", "product_code", "product", "category"))
        lacking = sa.or_(purchases.c.product.is_(None), purchases.c.category.is_(None))
        with KeyTable(self.connection, "wanted_products", codes, "TEXT") as keys:
            mine = purchases.c.product_code.in_(sa.select(keys.c.key))
            return read_frame(self.connection, sa.select(*columns).where(mine, lacking))

    def lone_names(self) -> pd.DataFrame:
        """Customers of whom nothing is known but a name."""
        others = [column for column in (*CUSTOMER.columns, "extra") if column not in GIVEN]
        bare = [customers.c[column].is_(None) for column in others]
        return read_frame(self.connection, sa.select(customers.c.id, customers.c.name).where(*bare))

    def people(self, columns: Sequence[str]) -> pd.DataFrame:
        """All customers: id and these columns."""
        if existing.is_empty(self.connection, "customer"):
            return pd.DataFrame(columns=["id", *columns], dtype=object)
        chosen: list[Any] = [customers.c[name] for name in ("id", *columns)]
        return read_frame(self.connection, sa.select(*chosen).order_by(customers.c.id))


def _triples(connection: Connection, table: sa.Table, keys: str) -> pd.DataFrame:
    """The known lines as the driver gives them: of half a million rows every object counts."""
    orphan = "CASE WHEN line.customer_id IS NULL THEN line.id END" if "customer_id" in table.c else "NULL"
    wanted = f"SELECT line.source_key, line.batch, {orphan} FROM {table.name} line JOIN {keys} ON key = line.source_key"
    cursor: Any = connection.connection.cursor()
    cursor.execute(wanted)
    rows = cursor.fetchall()
    cursor.close()
    return _known(rows)


def _known(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    keys, batches_, orphans = zip(*rows, strict=True) if rows else ((), (), ())
    columns = {"batch": pd.array(batches_, dtype="Int64"), "orphan": pd.array(orphans, dtype="Int64")}
    return pd.DataFrame(columns, index=pd.Index(keys, dtype="int64", name="source_key"))
