"""Who may call: the colleagues, how many calls they make today, what they can, what they speak, who is away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.outreach.facts import EVERYONE
from crm_core.outreach.languages import language_code
from crm_core.outreach.phrases import as_day, as_number, as_text

COLLEAGUE_COLUMNS = ("name", "active", "skills", "languages", "capacity", "email")
ABSENCE_COLUMNS = ("colleague", "starts", "ends")


@dataclass(frozen=True)
class Staff:
    """All who may call, by name. `room`: calls today (inf: no limit). `skills`: folded words, `languages`: codes.

    `away`: by place in `names` the last day of the absence of those who are away today.
    """

    names: tuple[str, ...]
    room: np.ndarray
    skills: tuple[frozenset[str], ...]
    languages: tuple[frozenset[str], ...]
    away: dict[int, date]

    @property
    def present(self) -> np.ndarray:
        """By caller whether they are here today."""
        return np.array([place not in self.away for place in range(len(self.names))], bool)

    @property
    def nobody_can(self) -> str | None:
        """A sentence where there are callers and none of them has a call to make today."""
        if not self.names or (self.room[self.present] > 0).any():
            return None
        why = "All who call are away" if not self.present.any() else "Nobody who is here has room for a call"
        return f"{why} today, so only what is never late is on the list. Change absences or calls a day."


def staff(
    colleagues: pd.DataFrame, absences: pd.DataFrame | None, as_of: date, calls_a_day: float | None = None
) -> Staff:
    """`colleagues`: COLLEAGUE_COLUMNS, `absences`: ABSENCE_COLUMNS, driver-ready; `calls_a_day`: of those of whom it
    is not said."""
    names = callers(colleagues)
    rows = colleagues.reindex(columns=list(COLLEAGUE_COLUMNS)).astype(object).to_dict("records")
    known = {key_of(row["name"]): row for row in rows}
    mine = [known[key_of(name)] for name in names]
    usual = np.inf if calls_a_day is None else calls_a_day
    room = [usual if as_number(row["capacity"]) is None else float(row["capacity"]) for row in mine]
    skills = tuple(frozenset(words_of(row["skills"])) for row in mine)
    languages = tuple(frozenset(_codes(row["languages"])) for row in mine)
    return Staff(
        names, np.maximum(np.array(room, dtype=float), 0), skills, languages, _away(names, absences, as_of)
    )


def callers(colleagues: pd.DataFrame) -> tuple[str, ...]:
    """The names of those who may call, in order: the colleagues (`name`, `active`) but those who left."""
    gone = colleagues["active"].astype("str").str.casefold().eq("no").fillna(False).astype(bool)
    spelled = sorted(filter(None, map(as_text, colleagues.loc[~gone, "name"])), reverse=True)
    known = {key_of(name): name for name in spelled}
    return tuple(sorted(known.values(), key=key_of))


def chosen_callers(wanted: Iterable[str] | None, names: tuple[str, ...]) -> tuple[str, ...]:
    """The callers whose sheets are wanted (all for None or none given); InvalidInput for somebody unknown."""
    known = tuple(names) or (EVERYONE,)
    by_key = {key_of(name): name for name in known}
    asked = [name for name in wanted or () if key_of(name)]
    unknown = [name for name in asked if key_of(name) not in by_key]
    if unknown:
        raise InvalidInput(f"No colleague who calls is named “{unknown[0]}”. Known are: {', '.join(known)}.")
    chosen = {by_key[key_of(name)] for name in asked} or set(known)
    return tuple(name for name in known if name in chosen)


def key_of(name: object) -> str:
    """One spelling of a name, `` where there is none."""
    return (as_text(name) or "").casefold()


def words_of(tags: object) -> list[str]:
    """`tasting, Beans` as folded words."""
    return [
        word
        for part in (as_text(tags) or "").replace(";", ",").split(",")
        if (word := part.strip().casefold())
    ]


def _codes(languages: object) -> list[str]:
    return [code for word in words_of(languages) if (code := language_code(word))]


def _away(names: tuple[str, ...], absences: pd.DataFrame | None, as_of: date) -> dict[int, date]:
    if absences is None or not len(absences):
        return {}
    places = {key_of(name): place for place, name in enumerate(names)}
    away: dict[int, date] = {}
    for row in absences.astype(object).to_dict("records"):
        place, starts, ends = places.get(key_of(row["colleague"])), as_day(row["starts"]), as_day(row["ends"])
        if place is not None and starts and ends and starts <= as_of <= ends:
            away[place] = max(ends, away.get(place, ends))
    return away
