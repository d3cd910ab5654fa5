"""Messages as those who send, export and look after them read them."""

from datetime import date

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.bulk import read_frame
from crm_core.ledger.store.tables import TABLES

messages = TABLES["message"]


def waiting_messages(connection: Connection, channel: str, until: str, most: int) -> pd.DataFrame:
    """The messages that wait for this channel and are due by that day (ISO), the oldest first, at most so many."""
    m = messages.c
    chosen = sa.select(messages).where(m.state == "waiting", m.channel == channel, m.due_on <= until)
    return read_frame(connection, chosen.order_by(m.due_on, m.id).limit(most))


def messages_of_day(connection: Connection, channel: str, state: str, day: str) -> pd.DataFrame:
    """The messages of this channel that came into the state on that day (ISO), in the order they were queued."""
    m = messages.c
    chosen = sa.select(messages).where(m.state == state, m.channel == channel, m.date == day)
    return read_frame(connection, chosen.order_by(m.due_on, m.id))


def gone_on(connection: Connection, day: str, states: tuple[str, ...]) -> int:
    """How many e-mails were given to the server on that day, whatever became of them."""
    m = messages.c
    counted = sa.select(sa.func.count()).where(m.date == day, m.channel == "e-mail", m.state.in_(states))
    return connection.scalar(counted) or 0


def open_counts(connection: Connection, until: str) -> tuple[int, int]:
    """E-mails that are due by that day (ISO) and wait; and e-mails that may have gone out."""
    m = messages.c
    due = sa.and_(m.state == "waiting", m.due_on <= until)
    counted = sa.select(*(sa.func.count(sa.case((rule, 1))) for rule in (due, m.state == "sending")))
    row = connection.execute(counted.where(m.channel == "e-mail")).one()
    return row[0], row[1]


def last_to(connection: Connection, address: str) -> int | None:
    """The id of the e-mail that went last to this address, None where none did."""
    m = messages.c
    sent = sa.select(m.id).where(
        sa.func.lower(m.address) == address.lower(), m.state.in_(("sent", "sending", "bounced"))
    )
    return connection.scalar(sent.order_by(m.date.desc(), m.id.desc()).limit(1))


def written_instead(connection: Connection, since: date) -> pd.DataFrame:
    """Messages that wait or went out as follow-ups that are done: id (negative), customer_id, play, due_on, state,
    issued_on."""
    m = messages.c
    chosen = sa.select(
        (-m.id).label("id"), m.customer_id, m.play, m.due_on, sa.literal("done").label("state"),
        sa.func.coalesce(m.date, m.due_on).label("issued_on"),
    )  # fmt: skip
    gone = m.state.in_(("waiting", "sending", "sent", "exported"))
    return read_frame(connection, chosen.where(gone, m.play.is_not(None), m.due_on >= since.isoformat()))
