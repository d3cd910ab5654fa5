"""What today's plays say by e-mail and to telephones: drafts, not yet queued."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from crm_core.actions.call_plans import Offers
from crm_core.actions.messages_rows import DRAFT_COLUMNS, HELD_OUT, RIGHTS, reached, why_not
from crm_core.insight.uplift import is_held_out
from crm_core.ledger.reading.call_facts import CallSource
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import existing
from crm_core.model.rights import SEE, needs
from crm_core.outreach.lists import DayList, day_list
from crm_core.outreach.moments import as_iso
from crm_core.outreach.plays import chosen_plays
from crm_core.outreach.rows import records
from crm_core.outreach.words import worded

People = Mapping[int, Mapping[str, Any]]


@needs(SEE, whole=True)
def due_messages(
    database: Database, as_of: date, plays: Iterable[str] | None = None, offers: Offers | None = None
) -> pd.DataFrame:
    """Drafts (DRAFT_COLUMNS) of the people whose reason of the day is a play by e-mail or message, and who said yes.

    Whom the lot holds out of such a play is among them with the state “held out” and without words: `queue` keeps them
    in mind, to be compared with those who are written to.

    `plays`: names or labels, all for None. `offers`: who may want a product (`views.wanting.Wanting`).
    """
    with database.read() as connection:
        source = CallSource(connection, as_of, offers, is_held_out)
        chosen, _ = chosen_plays(source, plays, as_of=as_of)
        day = day_list(source, chosen, as_of)
        written = [play.name for play in day.plays if play.channel in RIGHTS]
        mine, spared = (rows[rows["play"].isin(written)] for rows in (day.people, day.held))
        wanted = [*mine["id"].tolist(), *spared["id"].tolist()]
        stored = existing.rows_by_keys(connection, "customer", {"id": wanted})
        people = {int(one["id"]): one for one in stored.to_dict("records")}
        mine, spared = (rows[_may(rows, people, _channels(day))] for rows in (mine, spared))
        if mine.empty:
            return _spared(spared, _channels(day))
        written_to = replace(day, people=mine.reset_index(drop=True), mentioned=day.mentioned.iloc[:0])
        said = worded(written_to, source)
    return pd.concat([_drafts(said, people), _spared(spared, _channels(day))], ignore_index=True)


def _channels(day: DayList) -> dict[str, str]:
    return {play.name: play.channel for play in day.plays}


def _may(rows: pd.DataFrame, people: People, channels: Mapping[str, str]) -> np.ndarray:
    pairs = zip(rows["id"], rows["play"], strict=True)
    return np.array([why_not(people.get(int(one), {}), channels[play]) is None for one, play in pairs], bool)


def _drafts(day: DayList, people: People) -> pd.DataFrame:
    channels, rows = _channels(day), []
    for row in records(day.people):
        channel, person = channels[row["play"]], people[int(row["id"])]
        to = (row["due_on"], channel, reached(person, channel))
        rows.append((int(row["id"]), row["play"], *to, row["subject"], row["say"], "waiting"))
    return pd.DataFrame(rows, columns=list(DRAFT_COLUMNS), dtype=object)


def _spared(held: pd.DataFrame, channels: Mapping[str, str]) -> pd.DataFrame:
    """Those held out; without an address and words, as nothing goes to them."""
    plays = held["play"].astype("str")
    return pd.DataFrame(
        {
            "customer_id": held["id"].to_numpy(), "play": plays.to_numpy(), "due_on": as_iso(held["due_on"]).to_numpy(),
            "channel": plays.map(channels).to_numpy(), "state": HELD_OUT,
        },
        columns=list(DRAFT_COLUMNS), dtype=object,
    )  # fmt: skip
