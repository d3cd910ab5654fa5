"""Who is due on a day, and why: candidates of all plays, less those left out, each person once. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.outreach.earlier import Earlier, earlier, go_on, with_earlier
from crm_core.outreach.exclusions import left_out
from crm_core.outreach.moments import NoContact, Promised
from crm_core.outreach.plays import Play

# Customer fields and measures that plays, reasons and the call list read.
PEOPLE_COLUMNS = (
    "code", "name", "preferred_name", "salutation", "email", "phone", "phone_2", "company", "city", "owner",
    "birthday", "likes", "language", "since", "may_call", "may_email", "do_not_contact", "orders", "revenue",
    "last_on", "last_contact_on", "gap", "segment", "tier",
)  # fmt: skip
# What a row carries of its play.
PLAY_COLUMNS = ("strength", "channel", "quiet_days", "exempt", "once")
# What single moments know besides the day: how often such people are called, what was promised.
ADDED = ("every", "due_time", "promise")


@dataclass(frozen=True)
class Due:
    """Who is due and who is left out.

    `people`: one row a person, in the order of the list: `id`, PEOPLE_COLUMNS, `play due_on every due_time
    promise` and of the follow-up that stands for it already `follow_up_id known_owner known_age`.
    `mentioned`: the weaker reasons of the same people. `left_out`: people by why; `left_out_by_play`:
    candidates by play and why.
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
    rows = with_earlier(go_on(rows, before, as_of), before)
    why = left_out(rows, before, as_of)
    chosen, mentioned = _once_each(rows[why.isna()])
    return Due(chosen, mentioned, _people_left_out(rows, why), _by_play(plays, rows, why))


def candidates(
    plays: Sequence[Play], people: Mapping[str, pd.DataFrame], before: Earlier, as_of: date
) -> pd.DataFrame:
    """One row a person and play that is due, before anybody is left out."""
    frames = [_candidates(play, people[play.name], before, as_of) for play in plays if play.name in people]
    if not frames:
        raise InvalidInput("No play was chosen for the list. Choose at least one.")
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return pd.concat(filled, ignore_index=True).merge(_of_plays(plays), on="play", how="left")


def _candidates(play: Play, people: pd.DataFrame, before: Earlier, as_of: date) -> pd.DataFrame:
    people = people.reindex(columns=["id", *PEOPLE_COLUMNS, *ADDED]).astype({"id": "int64"})
    if isinstance(play.moment, Promised):
        people = _with_promises(people, before)
    elif isinstance(play.moment, NoContact):
        people = people.assign(every=play.moment.every(people))
    people = people.assign(play=play.name, due_on=play.moment.due_on(people, as_of))
    return people[people["due_on"].notna()]


def _of_plays(plays: Sequence[Play]) -> pd.DataFrame:
    return pd.DataFrame(
        [{"play": play.name} | {name: getattr(play, name) for name in PLAY_COLUMNS} for play in plays]
    )


def _with_promises(people: pd.DataFrame, before: Earlier) -> pd.DataFrame:
    """Those of the people to whom something was promised, with what and when."""
    names = {"customer_id": "id", "due_on": "promised_on", "due_time": "due_time", "reason": "promise"}
    promises = before.promises[list(names)].rename(columns=names)
    return people.drop(columns=["due_time", "promise"]).merge(promises, on="id")


def _once_each(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The reason that stands for each person, in the list's order, and the reasons that are only mentioned.

    Who is on today's list already stays there for the same reason; else the strongest wins.
    """
    on_list = rows["known_open"] & (rows["known_age"] == 0)
    ranked = rows.assign(on_list=on_list).sort_values(
        ["on_list", "strength", "due_on", "id"], ascending=[False, False, True, True], kind="stable"
    )
    again = ranked.duplicated("id")
    return _in_order(ranked[~again]), ranked[again].reset_index(drop=True)


def _in_order(people: pd.DataFrame) -> pd.DataFrame:
    """Strongest reason first; what has a day by its day, else who brought most; then by name."""
    day = people["due_on"].where(people["exempt"] | people["once"], "")
    worth = -pd.to_numeric(people["revenue"], errors="coerce").fillna(0)
    keyed = people.assign(
        _strong=-people["strength"], _day=day, _worth=worth, _name=people["name"].astype("str")
    )
    order = ["_strong", "_day", "_worth", "_name", "id"]
    return keyed.sort_values(order, kind="stable").drop(columns=order[:4]).reset_index(drop=True)


def _people_left_out(rows: pd.DataFrame, why: pd.Series) -> dict[str, int]:
    """People who had a reason and are on the list for none, each counted once; most frequent first."""
    on_list = set(rows.loc[why.isna(), "id"])
    gone = rows.assign(why=why)[~rows["id"].isin(on_list)]
    first = gone.sort_values("strength", ascending=False, kind="stable").drop_duplicates("id")
    return _counted(first["why"])


def _by_play(plays: Sequence[Play], rows: pd.DataFrame, why: pd.Series) -> dict[str, dict[str, int]]:
    return {play.name: _counted(why[rows["play"] == play.name].dropna()) for play in plays}


def _counted(why: pd.Series) -> dict[str, int]:
    return {str(reason): int(count) for reason, count in why.value_counts().items()}
