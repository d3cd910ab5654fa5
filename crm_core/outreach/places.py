"""Who has a place on today's list: the callers of the day, those left for tomorrow, and those held out beside them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from crm_core.outreach.assign import WRITTEN, Given, Wanted, assign, callers_of, score
from crm_core.outreach.candidates import Candidates
from crm_core.outreach.due import Due, taken
from crm_core.outreach.earlier import Earlier
from crm_core.outreach.plays import Play
from crm_core.outreach.roster import Roster
from crm_core.outreach.staff import Staff


@dataclass(frozen=True)
class Places:
    """`people` (in the list's order), `moved` (most urgent first), `held`: frames as `lists.DayList` says."""

    people: pd.DataFrame
    moved: pd.DataFrame
    held: pd.DataFrame
    team: Staff


def placed(source: Any, result: Due, roster: Roster, team: Staff, as_of: date) -> Places:
    """Give everybody of the list a caller of today, as far as there is room. `source`: a `lists.Source`."""
    wanted, value = _wanted(source, result.people, result.known, result, roster, team, as_of)
    given = assign(wanted, team)
    numbers = np.append(result.before.id.astype("float64"), np.nan)[result.known]
    known = {"follow_up_id": numbers, "caller": given.caller, "instead": given.instead}
    frame = _frame(result.people, roster).assign(**known, value=value, score=wanted.score)
    moved = frame[given.moved].sort_values("score", ascending=False, kind="stable", ignore_index=True)
    people = frame[~given.moved].reset_index(drop=True)
    return Places(people, moved, _held(source, result, roster, team, as_of), team)


def _frame(rows: Candidates, roster: Roster) -> pd.DataFrame:
    plays = pd.Categorical.from_codes(rows.play, [play.name for play in rows.plays])
    return pd.DataFrame(
        {"id": roster["id"][rows.who], "play": plays, "due_on": rows.due.astype("datetime64[s]")}
    )


def _held(source: Any, result: Due, roster: Roster, team: Staff, as_of: date) -> pd.DataFrame:
    """Those held out who would have had a place today: only they compare with those who are called."""
    held = result.held
    if not len(held) or np.isinf(team.room).all():
        return _frame(held, roster)
    both = Candidates(*(held.plays,), *_joined(result.people, held))
    known = np.concatenate([result.known, np.full(len(held), -1)])
    given: Given = assign(_wanted(source, both, known, result, roster, team, as_of)[0], team)
    return _frame(taken(held, np.flatnonzero(~given.moved[len(result.people) :])), roster)


def _joined(first: Candidates, second: Candidates) -> list[np.ndarray]:
    return [np.concatenate([getattr(first, name), getattr(second, name)]) for name in ("who", "play", "due")]


def _wanted(
    source: Any, rows: Candidates, known: np.ndarray, result: Due, roster: Roster, team: Staff, as_of: date
) -> tuple[Wanted, np.ndarray]:
    """What assignment asks of these people, and what each is worth (ten-thousandths)."""
    ids, owner = roster["id"][rows.who], roster["owner"][rows.who]
    value, chance = _worth(source, ids, roster["revenue"][rows.who], team)
    late = (np.datetime64(as_of) - rows.due).astype("int64")
    points = score(value, chance, rows.of_play(lambda play: play.strength), late)
    language = source.words("language", ids) if len(set(team.languages)) > 1 else None
    before = result.before
    listed = np.append(before.open & ~np.isnat(before.issued) & (before.age == 0), False)[known]
    had, taken = _had(result, known), _taken(before, known, rows.plays, team)
    return Wanted(rows.plays, rows.play, had, owner, listed, points, language, taken), value


def _taken(before: Earlier, known: np.ndarray, plays: tuple[Play, ...], team: Staff) -> np.ndarray:
    """By play (last: others) and caller the calls handed out today that are not among the `known`: done, or of a list
    of other plays. What is left out, held out or written takes no room."""
    counts = np.zeros((len(plays) + 1, len(team.names)), "int64")
    mine = ~np.isnat(before.issued) & (before.age == 0) & ~before.held & (before.id >= 0)
    mine[known[known >= 0]] = False
    rows = before.frame[mine]
    is_call = rows["state"].isin(("open", "done")) & ~rows["channel"].isin(WRITTEN)
    caller = callers_of(pd.Categorical(rows["owner"].astype(object)), team.names)
    chosen = is_call.to_numpy(bool) & (caller >= 0)
    np.add.at(counts, (before.play[mine][chosen], caller[chosen]), 1)
    return counts


def _worth(source: Any, ids: np.ndarray, revenue: np.ndarray, team: Staff) -> tuple[np.ndarray, np.ndarray]:
    """Value and chance; the forecasts are read only where somebody may have to wait."""
    value = revenue.astype("float64")
    if np.isinf(team.room).all() and not team.away:
        return value, np.full(len(ids), np.nan)
    ahead, chance = source.worth(ids)
    return np.where(np.isnan(ahead), value, ahead), chance


def _had(result: Due, known: np.ndarray) -> pd.Categorical:
    """Who has the follow-up already."""
    had = pd.Categorical(result.before.frame["owner"].astype(object))
    return pd.Categorical.from_codes(np.append(had.codes, -1)[known], had.categories)
