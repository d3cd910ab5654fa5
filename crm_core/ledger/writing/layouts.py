"""The remembered layouts as they are stored."""

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.bulk import read_frame
from crm_core.ledger.store.tables import TABLES, batches

LAYOUTS = TABLES["layout"]


def stored_layouts(connection: Connection) -> pd.DataFrame:
    """Every layout by name: id, version, name, headers, holds, decisions, at and who (of the act that made it)."""
    columns = ("id", "version", "name", "headers", "holds", "decisions")
    found = sa.select(*(LAYOUTS.c[name] for name in columns), batches.c.at, batches.c.who)
    joined = found.select_from(LAYOUTS.outerjoin(batches, batches.c.id == LAYOUTS.c.batch))
    return read_frame(connection, joined.order_by(sa.func.lower(LAYOUTS.c.name), LAYOUTS.c.id))
