"""The list of a day worked out plainly, row by row in wide frames: what the arrays of `outreach.due` are held to."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from crm_core.outreach.moments import AfterPurchase, Birthday, NoContact, Promised, Standing, as_days, as_iso
from crm_core.outreach.words import PEOPLE_COLUMNS

OPEN_DAYS = 14
PROMISE = "promised"
NOTED = (PROMISE, "by-rule")
NEVER = "Do not contact"
NO_CALL = "May not be called"
NO_MAIL = "May not be e-mailed"
NO_WAY = "Nothing to call or write to"
OPEN = "Already has an open follow-up"
DONE = "Already followed up"
FOLLOW_UP_COLUMNS = (
    "id", "customer_id", "play", "due_on", "due_time", "owner", "reason", "state", "issued_on",
)  # fmt: skip
PLAY_COLUMNS = ("strength", "channel", "quiet_days", "exempt", "once")
ADDED = ("every", "due_time", "promise")

# What a candidate learns of its own follow-up, by the names it carries there.
KNOWN = {
    "customer_id": "id", "play": "play", "due_on": "due_on", "id": "follow_up_id", "open": "known_open",
    "age": "known_age", "owner": "known_owner", "issued_on": "known_issued_on", "fresh": "known_fresh",
    "due_time": "known_time",
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
        return self.noted(PROMISE)

    def noted(self, play: str) -> pd.DataFrame:
        """The open follow-ups of this play, the earliest of each person."""
        mine = self.frame[self.frame["open"] & (self.frame["play"] == play)]
        return mine.sort_values(["due_on", "due_time", "id"]).drop_duplicates("customer_id")

    @property
    def by_key(self) -> pd.DataFrame:
        """One follow-up a person, play and due date: the open one where several claim it; of what was noted the first
        by its hour, else the latest."""
        noted = self.frame["open"] & self.frame["play"].isin(NOTED)
        hour = self.frame["due_time"].astype("str").fillna("99").where(noted, "")
        keyed = self.frame.assign(_hour=hour, _id=self.frame["id"].where(noted, -self.frame["id"]))
        ordered = keyed.sort_values(["open", "_hour", "_id"], ascending=[False, True, True])
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
    own_day = rows["once"] | rows["play"].isin(NOTED)
    going_on = ~own_day & waiting.notna() & ~(waiting < rows["last_contact_on"].astype("str")).fillna(False)
    rows = rows.assign(due_on=rows["due_on"].mask(going_on, waiting))
    known = with_earlier(rows, before)
    over = known["known"] & ~known["known_open"] & ~own_day
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


# Who is left out -------------------------------------------------------------------------------------


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
    return rows["known_fresh"] & another_day & ~rows["play"].isin(NOTED)


def _waits_elsewhere(rows: pd.DataFrame, before: Earlier) -> pd.Series:
    """The person has another open follow-up: one of today's list stops every play, an older one the rest."""
    elsewhere = before.frame[before.frame["fresh"] & ~before.frame["id"].isin(_resumed(rows))]
    today = elsewhere.loc[elsewhere["age"] == 0, "customer_id"]
    return rows["id"].isin(today) | (~rows["exempt"] & rows["id"].isin(elsewhere["customer_id"]))


def _resumed(rows: pd.DataFrame) -> pd.Series:
    """The open follow-ups that this list takes up again: their people do not wait elsewhere."""
    return rows.loc[rows["known_open"] & ~_on_an_earlier_list(rows), "follow_up_id"].astype("int64")


# When a play is due --------------------------------------------------------------------------------------------


def next_birthday(born, as_of):
    if not isinstance(born, str) or len(born) != 10:
        return None
    month, day = int(born[5:7]), int(born[8:])
    return next(found for found in (_on(as_of.year + n, month, day) for n in (0, 1)) if found >= as_of)


def _on(year, month, day):
    return date(year, 3, 1) - timedelta(days=1) if (month, day) == (2, 29) else date(year, month, day)


def due_on(moment, people, as_of):
    """The due days of these people, ISO text, missing where not due."""
    match moment:
        case Birthday():
            return _birthdays(moment, people, as_of)
        case AfterPurchase():
            return _after_purchase(moment, people, as_of)
        case NoContact():
            return _no_contact(moment, people, as_of)
        case Standing():
            return pd.Series([as_of.isoformat()] * len(people), index=people.index, dtype="str")
        case Promised():
            due = as_days(people["promised_on"])
            return _iso(np.where(due > np.datetime64(as_of), np.datetime64("NaT"), due), people.index)


def _iso(days, index):
    return as_iso(pd.Series(days.astype("datetime64[s]"), index=index))


def _birthdays(moment, people, as_of):
    last = as_of + timedelta(days=moment.within)
    found = [next_birthday(born, as_of) for born in people["birthday"]]
    texts = [day.isoformat() if day and day <= last else None for day in found]
    return pd.Series(texts, index=people.index, dtype="str")


def _after_purchase(moment, people, as_of):
    due = as_days(people["last_on"]) + np.timedelta64(moment.days, "D")
    late = (np.datetime64(as_of) - due).astype("timedelta64[D]").astype("float64")
    inside = ~np.isnat(due) & (late >= 0) & (late <= moment.window)
    return _iso(np.where(inside, due, np.datetime64("NaT")), people.index)


def _no_contact(moment, people, as_of):
    every = moment.every(people["tier"]).to_numpy(dtype="float64")
    last = _latest(people, ("last_contact_on", "last_on"), as_of)
    last = np.where(np.isnat(last), _latest(people, ("since",), as_of), last)
    due = last + np.nan_to_num(every).astype("int64").astype("timedelta64[D]")
    due = np.where(np.isnan(every) | (due > np.datetime64(as_of)), np.datetime64("NaT"), due)
    return _iso(due, people.index)


def _latest(people: pd.DataFrame, columns: tuple[str, ...], as_of: date) -> np.ndarray:
    """The latest of the days that is not after as_of, NaT where there is none."""
    today = np.datetime64(as_of)
    latest = np.full(len(people), np.datetime64("NaT"), dtype="datetime64[D]")
    for column in columns:
        found = as_days(people[column])
        latest = np.fmax(latest, np.where(found > today, np.datetime64("NaT"), found))
    return latest


# Who is due -----------------------------------------------------------------------------------------------


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
    left_out: object
    left_out_by_play: object


def due(plays: object, people: object, follow_ups: pd.DataFrame, as_of: date) -> Due:
    """The list of a day.

    `people`: by play name the frame of those who meet its condition (`id` and PEOPLE_COLUMNS, driver-ready).
    `follow_ups`: the stored ones, open or issued lately (`earlier.FOLLOW_UP_COLUMNS`).
    """
    before = earlier(follow_ups, as_of)
    rows = candidates(plays, people, before, as_of)
    rows = with_earlier(go_on(rows, before, as_of), before)
    why = left_out(rows, before, as_of)
    chosen, mentioned = _once_each(rows[why.isna()], as_of)
    return Due(chosen, mentioned, _people_left_out(rows, why), _by_play(plays, rows, why))


def candidates(plays: object, people: object, before: Earlier, as_of: date) -> pd.DataFrame:
    """One row a person and play that is due, before anybody is left out."""
    frames = [_candidates(play, people[play.name], before, as_of) for play in plays if play.name in people]
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return pd.concat(filled, ignore_index=True).merge(_of_plays(plays), on="play", how="left")


def _candidates(play, people: pd.DataFrame, before: Earlier, as_of: date) -> pd.DataFrame:
    people = people.reindex(columns=["id", *PEOPLE_COLUMNS, *ADDED]).astype({"id": "int64"})
    if isinstance(play.moment, Promised):
        people = _with_promises(people, before.noted(play.moment.play))
    elif isinstance(play.moment, NoContact):
        people = people.assign(every=play.moment.every(people["tier"]))
    people = people.assign(play=play.name, due_on=due_on(play.moment, people, as_of))
    return people[people["due_on"].notna()]


def _of_plays(plays: object) -> pd.DataFrame:
    return pd.DataFrame(
        [{"play": play.name} | {name: getattr(play, name) for name in PLAY_COLUMNS} for play in plays]
    )


def _with_promises(people: pd.DataFrame, noted: pd.DataFrame) -> pd.DataFrame:
    """Those of the people to whom something was promised, with what and when."""
    names = {"customer_id": "id", "due_on": "promised_on", "due_time": "due_time", "reason": "promise"}
    promises = noted[list(names)].rename(columns=names)
    return people.drop(columns=["due_time", "promise"]).merge(promises, on="id")


def _once_each(rows: pd.DataFrame, as_of: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The reason that stands for each person, in the list's order, and the reasons that are only mentioned.

    Who is on today's list already stays there for the same reason; else the strongest wins.
    """
    on_list = rows["known_open"] & (rows["known_age"] == 0)
    ranked = rows.assign(on_list=on_list).sort_values(
        ["on_list", "strength", "due_on", "id"], ascending=[False, False, True, True], kind="stable"
    )
    again = ranked.duplicated("id")
    return _in_order(ranked[~again], as_of), ranked[again].reset_index(drop=True)


def _in_order(people: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Strongest reason first; what has a day by its day and today's hour, else who brought most; then by name."""
    day = people["due_on"].where(people["exempt"] | people["once"], "")
    hour = people["known_time"].astype("str").fillna("99").where(day == as_of.isoformat(), "99")
    worth = -pd.to_numeric(people["revenue"], errors="coerce").fillna(0)
    keyed = people.assign(
        _strong=-people["strength"], _day=day, _hour=hour, _worth=worth, _name=people["name"].astype("str")
    )
    order = ["_strong", "_day", "_hour", "_worth", "_name", "id"]
    return keyed.sort_values(order, kind="stable").drop(columns=order[:5]).reset_index(drop=True)


def _people_left_out(rows: pd.DataFrame, why: pd.Series) -> dict[str, int]:
    """People who had a reason and are on the list for none, each counted once; most frequent first."""
    on_list = set(rows.loc[why.isna(), "id"])
    gone = rows.assign(why=why)[~rows["id"].isin(on_list)]
    first = gone.sort_values("strength", ascending=False, kind="stable").drop_duplicates("id")
    return _counted(first["why"])


def _by_play(plays: object, rows: pd.DataFrame, why: pd.Series) -> dict[str, dict[str, int]]:
    return {play.name: _counted(why[rows["play"] == play.name].dropna()) for play in plays}


def _counted(why: pd.Series) -> dict[str, int]:
    return {str(reason): int(count) for reason, count in why.value_counts().items()}
