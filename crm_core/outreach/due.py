"""Who is due on a day, and why: candidates of all plays, less those left out, each person once. Pure, on frames."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from crm_core.outreach.earlier import PROMISE, Earlier, earlier, try_again, with_earlier
from crm_core.outreach.exclusions import left_out
from crm_core.outreach.moments import NoContact, Promised
from crm_core.outreach.plays import Play

# Customer fields and measures that plays, reasons and the call list read.
PEOPLE_COLUMNS = (
    "code", "name", "preferred_name", "salutation", "email", "phone", "phone_2", "company", "city", "owner",
    "birthday", "likes", "language", "since", "may_call", "may_email", "do_not_contact", "orders", "revenue",
    "last_on", "last_contact_on", "gap", "segment", "tier",
)  # fmt: skip


@dataclass(frozen=True)
class Due:
    """Who is due and who is left out.

    `people`: one row a person, in the order of the list: PEOPLE_COLUMNS, `id play due_on every follow_up_id
    known_owner due_time promise` and `also` (indices of `mentioned`). `mentioned`: the weaker reasons of the same
    people, same columns. `left_out`: people by why; `left_out_by_play`: candidates by play and why.
    """

    people: pd.DataFrame
    mentioned: pd.DataFrame
    left_out: Mapping[str, int]
    left_out_by_play: Mapping[str, Mapping[str, int]]


def due(
    plays: Sequence[Play], people: Mapping[str, pd.DataFrame], follow_ups: pd.DataFrame, as_of: date
) -> Due:
    """The list of a day.

    `people`: by play name the frame of those who meet its condition (`id` and PEOPLE_COLUMNS, driver-ready).
    `follow_ups`: the stored ones, open or issued lately (`earlier.FOLLOW_UP_COLUMNS`).
    """
    before = earlier(follow_ups, as_of)
    rows = candidates(plays, people, before, as_of)
    rows = with_earlier(rows, before)
    retried = try_again(rows, as_of)
    if retried is not rows:
        rows = with_earlier(retried[rows.columns.difference(KNOWN_COLUMNS)], before)
    why = left_out(rows, before, as_of)
    chosen, others = _once_each(rows[why.isna()], as_of)
    return Due(chosen, others, _people_left_out(rows, why), _by_play(plays, rows, why))


KNOWN_COLUMNS = ("follow_up_id", "known", "known_open", "known_age", "known_owner", "known_fresh")


def candidates(
    plays: Sequence[Play], people: Mapping[str, pd.DataFrame], before: Earlier, as_of: date
) -> pd.DataFrame:
    """One row a person and play that is due, before anybody is left out."""
    frames = [_candidates(play, people[play.name], before, as_of) for play in plays if play.name in people]
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    if not filled:
        return _with_play(plays, _no_people(), before, as_of)
    return pd.concat(filled, ignore_index=True)


def _candidates(play: Play, people: pd.DataFrame, before: Earlier, as_of: date) -> pd.DataFrame:
    people = people.reindex(columns=["id", *PEOPLE_COLUMNS]).astype({"id": "int64"})
    if isinstance(play.moment, Promised):
        people = _with_promises(people, before)
    people["due_on"] = play.moment.due_on(people, as_of)
    people = people[people["due_on"].notna()].copy()
    people["every"] = play.moment.every(people) if isinstance(play.moment, NoContact) else float("nan")
    return _of_play(people, play)


def _of_play(people: pd.DataFrame, play: Play) -> pd.DataFrame:
    return people.assign(
        play=play.name,
        strength=play.strength,
        channel=play.channel,
        quiet_days=play.quiet_days,
        exempt=play.exempt,
        once=play.once,
    )


def _with_promises(people: pd.DataFrame, before: Earlier) -> pd.DataFrame:
    promises = before.promises.rename(columns={"due_on": "promised_on", "reason": "promise"})
    wanted = promises[["customer_id", "promised_on", "due_time", "promise"]]
    return people.merge(wanted, left_on="id", right_on="customer_id").drop(columns="customer_id")
