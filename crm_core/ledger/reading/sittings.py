"""How many sessions each account has open: where somebody is signed in, on how many machines."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.reading.accounts import IDLE, text_of
from crm_core.ledger.store.own_tables import sessions


def open_sessions(connection: Connection, now: datetime) -> dict[int, int]:
    """By account how many of its sessions hold at that moment; accounts without one are not named."""
    s = sessions.c
    holding = sa.and_(s.revoked_at.is_(None), s.ends_at > text_of(now), s.seen_at > text_of(now - IDLE))
    counted = sa.select(s.account, sa.func.count()).where(holding).group_by(s.account)
    return {int(account): int(many) for account, many in connection.execute(counted)}
