"""Why somebody is not on today's list, in words that are counted. The first reason that holds is told."""

from datetime import date

import numpy as np
import pandas as pd

from crm_core.outreach.earlier import PROMISE, Earlier, days_since_tried
from crm_core.outreach.moments import as_days

NEVER = "Do not contact"
NO_CALL = "May not be called"
NO_MAIL = "May not be e-mailed"
NO_WAY = "Nothing to call or write to"
OPEN = "Already has an open follow-up"
DONE = "Already followed up"


def left_out(rows: pd.DataFrame, before: Earlier, as_of: date) -> pd.Series:
    """For each candidate why it is left out, missing where it is not.

    `rows`: people_frame's columns, the play's `channel quiet_days exempt once`, and those of `with_earlier`.
    """
    why = pd.Series([None] * len(rows), index=rows.index, dtype="object")
    for reason, holds in _reasons(rows, before, as_of):
        why = why.mask(why.isna() & holds, reason)
    return why


def _reasons(rows: pd.DataFrame, before: Earlier, as_of: date) -> list[tuple[object, pd.Series]]:
    quiet, tried = _quiet(rows, as_of), _tried_lately(rows, before)
    lately = _within("Followed up within", rows["quiet_days"])
    contacted = _within("Contacted within", rows["quiet_days"])
    return [
        (NEVER, _is(rows, "do_not_contact", "yes")),
        (NO_CALL, (rows["channel"] == "phone") & _is(rows, "may_call", "no")),
        (NO_MAIL, (rows["channel"] == "e-mail") & _is(rows, "may_email", "no")),
        (NO_WAY, ~_reachable(rows)),
        (DONE, rows["known"] & ~rows["known_open"]),
        (contacted, quiet),
        (lately, tried),
        (OPEN, _on_an_earlier_list(rows)),
        (OPEN, _waits_elsewhere(rows, before)),
    ]


def _within(words: str, days: pd.Series) -> pd.Series:
    return words + " " + days.astype("str") + days.map({1: " day"}).astype("str").fillna(" days")


def _is(rows: pd.DataFrame, column: str, word: str) -> pd.Series:
    return (rows[column].astype("str").str.casefold() == word).fillna(False).astype(bool)


def _filled(rows: pd.DataFrame, column: str) -> pd.Series:
    return rows[column].astype("str").str.strip().fillna("") != ""


def _reachable(rows: pd.DataFrame) -> pd.Series:
    """A phone, or an e-mail address that may be written to."""
    written = _filled(rows, "email") & ~_is(rows, "may_email", "no")
    called = (_filled(rows, "phone") | _filled(rows, "phone_2")) & (rows["channel"] != "e-mail")
    return written | called


def _quiet(rows: pd.DataFrame, as_of: date) -> pd.Series:
    since = (np.datetime64(as_of) - as_days(rows["last_contact_on"])).astype("timedelta64[D]")
    days = np.where(np.isnat(since), np.inf, since.astype("float64"))
    return ~rows["exempt"] & (days >= 0) & (days < rows["quiet_days"])


def _tried_lately(rows: pd.DataFrame, before: Earlier) -> pd.Series:
    return ~rows["once"] & ~rows["exempt"] & (days_since_tried(rows, before) < rows["quiet_days"])


def _on_an_earlier_list(rows: pd.DataFrame) -> pd.Series:
    """This very follow-up stands open on a list of another day, and nobody has forgotten it yet."""
    another_day = rows["known_age"].notna() & (rows["known_age"] != 0)
    return rows["known_fresh"] & another_day & (rows["play"] != PROMISE)


def _waits_elsewhere(rows: pd.DataFrame, before: Earlier) -> pd.Series:
    """The person has another open follow-up: one of today's list stops every play, an older one the rest."""
    elsewhere = before.frame[before.frame["fresh"] & ~before.frame["id"].isin(_resumed(rows))]
    today = elsewhere.loc[elsewhere["age"] == 0, "customer_id"]
    return rows["id"].isin(today) | (~rows["exempt"] & rows["id"].isin(elsewhere["customer_id"]))


def _resumed(rows: pd.DataFrame) -> pd.Series:
    """The open follow-ups that this list takes up again: their people do not wait elsewhere."""
    return rows.loc[rows["known_open"] & ~_on_an_earlier_list(rows), "follow_up_id"].astype("int64")
