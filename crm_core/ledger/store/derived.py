"""The tables of what is worked out now and then from all records: forecasts, standings, products."""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, PrimaryKeyConstraint, Table, Text

from crm_core.ledger.store.tables import IsoDate, metadata

# What is worked out now and then, not in every transaction: `meta` says of which day and state (`stamps`).
forecasts = Table(
    "forecasts",
    metadata,
    Column(
        "customer_id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False
    ),
    Column("p_alive", Double()),
    Column("p_alive_low", Double()),
    Column("p_alive_high", Double()),
    Column("expected_orders_90d", Double()),
    Column("expected_orders_low", Double()),
    Column("expected_orders_high", Double()),
    Column("clv_12m", BigInteger()),
    Column("clv_low", BigInteger()),
    Column("clv_high", BigInteger()),
)
# In which words a customer stood at the ends of months: one row a stretch, `since` and `until` both included.
standings = Table(
    "standings",
    metadata,
    Column("what", Text(), nullable=False),  # segment, tier, or saved (then `value` is the segment's id)
    Column("value", Text(), nullable=False),
    Column("customer_id", BigInteger(), nullable=False),
    Column("since", IsoDate(), nullable=False),
    Column("until", IsoDate(), nullable=False),
    PrimaryKeyConstraint("what", "customer_id", "value", "since"),
    Index("standings_value", "what", "value", "since", "until"),  # covers counting by stretch
    sqlite_with_rowid=False,
)
# Products as they were bought. `item`: the product's code where lines have one, else its name, folded.
items = Table(
    "items",
    metadata,
    Column("item", Text(), primary_key=True),
    Column("place", Integer(), nullable=False),  # its column among the baskets in item_buyers
    Column("code", Text()),
    Column("product", Text(), nullable=False),
    Column("category", Text()),
    Column("price", BigInteger()),  # what one usually costs
    Column("people", BigInteger(), nullable=False),
    Column("orders", BigInteger(), nullable=False),
    Column("quantity", Double(), nullable=False),
    Column("revenue", BigInteger(), nullable=False),
    Column("first_on", IsoDate()),
    Column("last_on", IsoDate()),
)
# What was bought in the standard periods up to the day that the products are of, beside the periods before them.
item_periods = Table(
    "item_periods",
    metadata,
    Column("period", Text(), nullable=False),
    Column("item", Text(), nullable=False),
    Column("people", BigInteger(), nullable=False),
    Column("orders", BigInteger(), nullable=False),
    Column("quantity", Double(), nullable=False),
    Column("revenue", BigInteger(), nullable=False),
    Column("before", BigInteger(), nullable=False),  # the revenue of the period before
    PrimaryKeyConstraint("period", "item"),
    sqlite_with_rowid=False,
)
item_segments = Table(
    "item_segments",
    metadata,
    Column("segment", Text(), nullable=False),
    Column("item", Text(), nullable=False),
    Column("people", BigInteger(), nullable=False),
    PrimaryKeyConstraint("segment", "item"),
    sqlite_with_rowid=False,
)
# Who bought what, as arrays in pieces (module `item_buyers`): ten million rows would take minutes to write.
item_buyers = Table(
    "item_buyers",
    metadata,
    Column("name", Text(), nullable=False),
    Column("part", Integer(), nullable=False),
    Column("data", Text(), nullable=False),
    PrimaryKeyConstraint("name", "part"),
)
item_pairs = Table(
    "item_pairs",
    metadata,
    Column("first", Text(), nullable=False),
    Column("second", Text(), nullable=False),
    Column("people", BigInteger(), nullable=False),  # who bought both
    PrimaryKeyConstraint("first", "second"),
    sqlite_with_rowid=False,
)
DERIVED = (forecasts, standings, items, item_periods, item_segments, item_pairs, item_buyers)
