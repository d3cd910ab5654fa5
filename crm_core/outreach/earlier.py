"""What earlier lists and promises mean for today's: the same again, one that waits, one that is done."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from crm_core.outreach.moments import as_days

# An open follow-up of a list older than this was forgotten: it no longer keeps the person off newer lists.
OPEN_DAYS = 14
PROMISE = "promised"

FOLLOW_UP_COLUMNS = (
    "id", "customer_id", "play", "due_on", "due_time", "owner", "reason", "say", "state", "issued_on",
)  # fmt: skip


# What a candidate learns of its own follow-up, by the names it carries there.
KNOWN = {
    "customer_id": "id", "play": "play", "due_on": "due_on", "id": "follow_up_id", "open": "known_open",
    "age": "known_age", "owner": "known_owner", "issued_on": "known_issued_on", "fresh": "known_fresh",
}  # fmt: skip


@dataclass(frozen=True)
class Earlier:
    """The stored follow-ups as today's list sees them: FOLLOW_UP_COLUMNS and `age`, `open`, `fresh`.

    `age`: days since the list it stood on (NaN: on none). `fresh`: open, and not of a forgotten list.
    """

    frame: pd.DataFrame

    @property
    def promises(self) -> pd.DataFrame:
        """The open follow-ups noted by hand, the earliest of each person."""
        mine = self.frame[self.frame["open"] & (self.frame["play"] == PROMISE)]
        return mine.sort_values(["due_on", "id"]).drop_duplicates("customer_id")

    @property
    def by_key(self) -> pd.DataFrame:
        """One follow-up a person, play and due date: the open one where several claim it."""
        ordered = self.frame.sort_values(["open", "id"], ascending=[False, False])
        return ordered.drop_duplicates(["customer_id", "play", "due_on"])


def earlier(follow_ups: pd.DataFrame, as_of: date) -> Earlier:
    """Make sense of stored follow-ups (driver-ready, FOLLOW_UP_COLUMNS; one without a play is a promise)."""
    frame = follow_ups.reindex(columns=list(FOLLOW_UP_COLUMNS)).reset_index(drop=True)
    frame = frame.astype({"id": "int64", "customer_id": "int64", "due_on": "str", "issued_on": "str"})
    frame["play"] = frame["play"].astype("str").replace("", None).fillna(PROMISE)
    frame["age"] = _age(frame["issued_on"], as_of)
    frame["open"] = (frame["state"].astype("str") == "open").fillna(False).astype(bool)
    frame["fresh"] = frame["open"] & ~(frame["age"] >= OPEN_DAYS)
    return Earlier(frame)


def _age(issued: pd.Series, as_of: date) -> np.ndarray:
    days = (np.datetime64(as_of) - as_days(issued)).astype("timedelta64[D]")
    return np.where(np.isnat(days), np.nan, days.astype("float64"))


def with_earlier(rows: pd.DataFrame, before: Earlier) -> pd.DataFrame:
    """The candidates with the follow-up of the same person, play and due date, where there is one.

    Adds `known`, `follow_up_id`, and of that follow-up `known_open known_age known_owner
    known_issued_on known_fresh`.
    """
    known = before.by_key[list(KNOWN)].rename(columns=KNOWN)
    joined = rows.merge(known, on=["id", "play", "due_on"], how="left")
    return joined.assign(
        known=joined["follow_up_id"].notna(),
        known_open=joined["known_open"].eq(True),
        known_fresh=joined["known_fresh"].eq(True),
    )


def go_on(rows: pd.DataFrame, before: Earlier, as_of: date) -> pd.DataFrame:
    """Settle the due date of a reason that holds on: that of its open follow-up, today when it was closed.

    An open follow-up from before the last contact is over: the reason counts anew.
    """
    waiting = _open_due(rows, before)
    going_on = (
        ~rows["once"] & waiting.notna() & ~(waiting < rows["last_contact_on"].astype("str")).fillna(False)
    )
    rows = rows.assign(due_on=rows["due_on"].mask(going_on, waiting))
    known = with_earlier(rows, before)
    over = known["known"] & ~known["known_open"] & ~known["once"]
    return rows.assign(due_on=rows["due_on"].mask(over, as_of.isoformat())) if over.any() else rows


def _open_due(rows: pd.DataFrame, before: Earlier) -> pd.Series:
    """The due date of the latest open follow-up of the same person and play, missing where there is none."""
    waiting = before.frame[before.frame["open"]]
    latest = waiting.groupby(["customer_id", "play"])["due_on"].max()
    keys = pd.MultiIndex.from_arrays([rows["id"], rows["play"]])
    return pd.Series(latest.reindex(keys).to_numpy(), index=rows.index, dtype="str")


def days_since_tried(rows: pd.DataFrame, before: Earlier) -> pd.Series:
    """Days since the list with the person's last closed follow-up of this play; NaN where there is none."""
    closed = before.frame[~before.frame["open"] & before.frame["age"].notna()]
    latest = closed.groupby(["customer_id", "play"])["age"].min()
    keys = pd.MultiIndex.from_arrays([rows["id"], rows["play"]])
    return pd.Series(latest.reindex(keys).to_numpy(dtype="float64"), index=rows.index)
