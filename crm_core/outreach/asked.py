"""Stage 0: what plays ask of the stored records; a play that cannot be asked is told apart and stops none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from crm_core.errors import InvalidInput
from crm_core.model.conditions import EVERYBODY
from crm_core.outreach.candidates import Meeting, More
from crm_core.outreach.moments import NEVER
from crm_core.outreach.moments_asked import NewProduct
from crm_core.outreach.plays import Play
from crm_core.outreach.roster import Roster, find


@dataclass(frozen=True)
class Asked:
    """The plays that could be asked; `meeting` and `more` as `due.due` takes them; `faults`: by name of the others the
    sentence that says why; `evidence`: by play and person why they may want its product."""

    plays: tuple[Play, ...]
    meeting: Meeting
    more: More
    faults: Mapping[str, str]
    evidence: Mapping[tuple[str, int], str]


def ask(source: Any, plays: Sequence[Play], roster: Roster, wanted: list[int] | None, as_of: date) -> Asked:
    """All that the plays need beside the roster. `source`: a `lists.Source`."""
    conditions = {play.name: play.condition(as_of) for play in plays}
    asked = {name: condition for name, condition in conditions.items() if condition != EVERYBODY}
    met, refused = source.meetings(asked, wanted) if asked else ({}, {})
    meeting, faults = dict(met), dict(refused)
    evidence: dict[tuple[str, int], str] = {}
    more: dict[str, Mapping[str, Any]] = {}
    for play in plays:
        if play.name in faults:
            continue
        try:
            if isinstance(play.moment, NewProduct):
                evidence |= _wanting(source, play, meeting)
            more[play.name] = _more(source, play, roster, meeting.get(play.name))
        except InvalidInput as refusal:
            faults[play.name] = str(refusal)
    sound = tuple(play for play in plays if play.name not in faults)
    return Asked(sound, meeting, more, faults, evidence)


def _wanting(source: Any, play: Play, meeting: dict[str, np.ndarray]) -> dict[tuple[str, int], str]:
    """Narrow the play to those who may want its product; why each of them may."""
    found = source.wanting(play.product)
    ids = np.unique(found["id"].to_numpy("int64"))
    meeting[play.name] = np.intersect1d(ids, meeting.get(play.name, ids))
    return {(play.name, int(one)): str(why) for one, why in zip(found["id"], found["evidence"], strict=True)}


def _more(source: Any, play: Play, roster: Roster, met: np.ndarray | None) -> Mapping[str, Any]:
    """The arrays that the moment needs, in the order of the roster."""
    found: dict[str, Any] = {}
    for name, within in play.moment.needs:
        if name == "country":
            found |= {name: source.words(name, roster["id"]), "home": source.settings().get("country")}
        else:
            found[name] = _spread(roster["id"], *source.days(name, within, met))
    return found


def _spread(everybody: np.ndarray, ids: np.ndarray, days: np.ndarray) -> np.ndarray:
    """By person of the roster the day, NaT for who has none."""
    spread, places = np.full(len(everybody), NEVER), find(everybody, ids)
    known = places >= 0
    spread[places[known]] = days[known]
    return spread
