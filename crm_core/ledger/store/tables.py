"""The tables, made from the declarations; and the ledger's own: batches, changes, kept sums."""

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from crm_core.model.entities import Entity, Field, Kind
from crm_core.model.registry import ENTITIES

metadata = MetaData()


class IsoDate(TypeDecorator[str]):
    """A date that is ISO text in Python: a DATE on PostgreSQL, text on SQLite. A date object is taken as well."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Date() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return date.fromisoformat(value) if isinstance(value, str) else value
        return value.isoformat() if isinstance(value, date) else value

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return value.isoformat() if isinstance(value, date) else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """SQLite gives the text as it is: no call a cell, which was a third of reading many rows."""
        return super().result_processor(dialect, coltype) if dialect.name == "postgresql" else None


SQL_TYPES: dict[Kind, TypeEngine[Any]] = {
    Kind.DATE: IsoDate(),
    Kind.MONEY: BigInteger(),
    Kind.NUMBER: Double(),
    Kind.INTEGER: BigInteger(),
    Kind.REFERENCE: BigInteger(),
}

# What a table has besides the declared fields: who made the row, how often it changed, what no field took.
OWN_COLUMNS = ("id", "version", "batch", "extra")


def table_name(entity: str) -> str:
    """`order` is a word of SQL and `follow-up` no name in it: tables carry the plural of the declared name."""
    plain = entity.replace("-", "_")
    return plain + ("es" if plain.endswith("s") else "s")


def _column(field: Field) -> Column[Any]:
    if field.kind is Kind.REFERENCE and field.refers:
        # Checked at the end of the transaction: one act may empty a reference and remove what it pointed to.
        target = ForeignKey(f"{table_name(field.refers)}.id", deferrable=True, initially="DEFERRED")
        return Column(field.column, BigInteger(), target)
    return Column(field.column, SQL_TYPES.get(field.kind, Text()))


def _own_columns(entity: Entity) -> list[Column[Any]]:
    own: list[Column[Any]] = [
        Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
        Column("version", Integer(), nullable=False, server_default="1"),
        Column("batch", Integer(), nullable=False),
        Column("extra", Text()),
    ]
    if entity.content:
        own.append(Column("source_key", BigInteger()))
    if entity.name == "customer":
        own += [Column("search", Text()), Column("phone_key", Text())]
    return own


def _table(entity: Entity) -> Table:
    return Table(table_name(entity.name), metadata, *_own_columns(entity), *map(_column, entity.fields))


TABLES: dict[str, Table] = {entity.name: _table(entity) for entity in ENTITIES.values()}

customers, purchases, orders = TABLES["customer"], TABLES["purchase"], TABLES["order"]
interactions, follow_ups = TABLES["interaction"], TABLES["follow-up"]

for _entity in ENTITIES.values():
    Index(f"{table_name(_entity.name)}_batch", TABLES[_entity.name].c.batch)
    if _entity.content:
        Index(f"{table_name(_entity.name)}_source_key", TABLES[_entity.name].c.source_key, unique=True)

# Backstops: two rows must never claim the same key, whatever a plan says.
UNIQUE_KEYS = (
    ("customer", "code"), ("order", "number"), ("colleague", "name"), ("layout", "headers"), ("segment", "name"),
    ("setting", "name"), ("play", "name"), ("wording", "name"), ("rule", "name"), ("feed", "secret"),
)  # fmt: skip
for _name, _key in UNIQUE_KEYS:
    Index(f"{table_name(_name)}_{_key}", TABLES[_name].c[_key], unique=True)
Index("customers_email", customers.c.email)
Index("customers_phone_key", customers.c.phone_key)
Index("customers_name", customers.c.name)
# Whose customers somebody sees; a sheet without owners costs nothing here.
for _owned in (customers, follow_ups):
    _named = _owned.c.owner.is_not(None)
    Index(f"{_owned.name}_owner", _owned.c.owner, sqlite_where=_named, postgresql_where=_named)
Index("aliases_value", TABLES["alias"].c.value)
Index("aliases_customer", TABLES["alias"].c.customer_id)
# Covers all that the kept sums read: one customer is one seek, all customers are one pass in order.
SUMMED = ("customer_id", "date", "number", "quantity", "amount", "status")
Index("purchases_sums", *(purchases.c[name] for name in SUMMED))
_numbered = purchases.c.number.is_not(None)  # a sheet without order numbers costs nothing here
# With the day in it: which numbers stand on several days is one pass in its order.
_spread = (purchases.c.number, purchases.c.customer_id, purchases.c.date)
Index("purchases_number_day", *_spread, sqlite_where=_numbered, postgresql_where=_numbered)
Index("orders_customer", orders.c.customer_id)
Index("interactions_customer_date", interactions.c.customer_id, interactions.c.date)
Index("follow_ups_customer", follow_ups.c.customer_id)
Index("follow_ups_due", follow_ups.c.due_on)
for _name in ("case", "answer", "gesture", "attendance", "message", "firing"):
    Index(f"{table_name(_name)}_customer", TABLES[_name].c.customer_id)
# Never twice after a crash: the second one of the same occasion is refused by the database itself.
_messages, _firings = TABLES["message"], TABLES["firing"]
Index("messages_occasion", _messages.c.customer_id, _messages.c.play, _messages.c.due_on, unique=True)
Index("firings_event", _firings.c.rule, _firings.c.customer_id, _firings.c.event, unique=True)

batches = Table(
    "batches",
    metadata,
    Column("id", Integer(), primary_key=True, autoincrement=False),
    Column("at", Text(), nullable=False),
    Column("who", Text(), nullable=False),
    Column("why", Text(), nullable=False),
    Column("files", Text(), nullable=False, server_default="[]"),
    Column("created", Integer(), nullable=False, server_default="0"),
    Column("changed", Integer(), nullable=False, server_default="0"),
    Column("removed", Integer(), nullable=False, server_default="0"),
    Column("summary", Text(), nullable=False, server_default="{}"),
    Column("undoes", Integer()),
    Column("undone_by", Integer()),
)
changes = Table(
    "changes",
    metadata,
    Column("batch", Integer(), nullable=False),
    Column("entity", Text(), nullable=False),
    Column("row_id", BigInteger(), nullable=False),
    Column("field", Text(), nullable=False),
    Column("before", Text()),
    Column("after", Text()),
    Index("changes_batch", "batch"),
    Index("changes_row", "entity", "row_id"),
)
archive = Table(
    "archive",
    metadata,
    Column("batch", Integer(), nullable=False),
    Column("entity", Text(), nullable=False),
    Column("row_id", BigInteger(), nullable=False),
    Column("source_key", BigInteger()),
    Column("data", Text(), nullable=False),
    Index("archive_batch", "batch"),
    Index("archive_row", "entity", "row_id"),
)
revisions = Table(
    "revisions",
    metadata,
    Column("entity", Text(), primary_key=True),
    Column("number", Integer(), nullable=False),
    Column("next_id", BigInteger(), nullable=False),
)
meta = Table(
    "meta", metadata, Column("name", Text(), primary_key=True), Column("value", Text(), nullable=False)
)

# Kept sums. Customer 0 holds the lines that have no customer: they count for the company and in no profile.
occasions = Table(
    "occasions",
    metadata,
    Column("customer_id", BigInteger(), nullable=False),
    Column("day", IsoDate(), nullable=False),
    Column("orders", BigInteger(), nullable=False),  # that began on this day
    Column("numbers", BigInteger(), nullable=False),  # with a positive line on this day, begun earlier or not
    Column("quantity", Double(), nullable=False),
    Column("revenue", BigInteger(), nullable=False),
    Column("bought", BigInteger(), nullable=False),  # the positive lines alone: the size of the orders
    PrimaryKeyConstraint("customer_id", "day"),
    Index("occasions_day", "day", "orders", "revenue", "bought"),  # covers the company's day by day
    sqlite_with_rowid=False,
)
profiles = Table(
    "profiles",
    metadata,
    Column(
        "customer_id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False
    ),
    Column("orders", BigInteger(), nullable=False),
    Column("days", BigInteger(), nullable=False),
    Column("quantity", Double(), nullable=False),
    Column("revenue", BigInteger(), nullable=False),
    Column("bought", BigInteger(), nullable=False),
    Column("first_on", IsoDate()),
    Column("last_on", IsoDate()),
    Column("contacts", BigInteger(), nullable=False),
    Column("inquiries", BigInteger(), nullable=False),
    Column("last_contact_on", IsoDate()),
    Column("open_follow_ups", BigInteger(), nullable=False),
    Column("next_due_on", IsoDate()),
)
