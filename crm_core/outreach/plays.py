"""Plays: whom to contact, when, and with which words. Each is a row of the table `play`, made into one value here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crm_core.errors import InvalidInput
from crm_core.model.conditions import Condition, Saved, all_of
from crm_core.outreach.facts import FACTS
from crm_core.outreach.languages import language_code
from crm_core.outreach.moment_of import moment_of
from crm_core.outreach.moments import EveryDay, Moment
from crm_core.outreach.phrases import as_day, as_number, as_text
from crm_core.outreach.scripts import check

Row = Mapping[str, Any]
MOST = 1000  # plays of one list
QUIET_DAYS = 14
HELLO = "Hello[ {name}][, this is {speaker}]."
HOW_ARE_YOU = (
    " I wanted to hear how you are.[ Last time you chose {last_product}.] Is there anything you need?"
)


@dataclass(frozen=True)
class Wording:
    """What a play says in one language; what is blank there is said in the play's own words."""

    say: str = ""
    subject: str = ""

    def __post_init__(self) -> None:
        check(self.say, FACTS)
        check(self.subject, FACTS)


@dataclass(frozen=True)
class Play:
    """One reason to contact people.

    `moment`: whom it is for and when; `segment`: only people of that saved segment. `strength`: of several reasons the
    highest wins. `once`: once for each due date, never tried again. `exempt`: neither quiet days nor older open
    follow-ups nor a full day hold it back. `caller`: owner, not the owner, or a colleague's name; `skill`: what the
    caller must have. `share`: at most this part of a caller's day; `held_out`: this part is not contacted. `starts`,
    `ends`: the days on which it runs, both included. `reason`, `say`, `subject` are templates of `scripts`;
    `wordings`: by language code. InvalidInput where words name an unknown fact or could leave a hole.
    """

    name: str
    label: str
    words: str
    moment: Moment
    reason: str
    say: str
    strength: int
    subject: str = ""
    channel: str = "phone"
    quiet_days: int = QUIET_DAYS
    exempt: bool = False
    once: bool = False
    active: bool = True
    segment: str | None = None
    caller: str | None = None
    skill: str | None = None
    product: str | None = None
    place: str | None = None
    share: float | None = None
    held_out: float = 0.0
    starts: date | None = None
    ends: date | None = None
    wordings: Mapping[str, Wording] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for words in (self.reason, self.say, self.subject):
            check(words, FACTS)

    def condition(self, as_of: date) -> Condition:
        """Whom it is for, asked of the database."""
        saved = (Saved(self.segment),) if self.segment else ()
        return all_of(self.moment.condition(as_of), *saved)

    def runs(self, as_of: date) -> bool:
        """Whether it is in use on that day."""
        begun = self.starts is None or self.starts <= as_of
        return self.active and begun and (self.ends is None or as_of <= self.ends)

    def wording(self, language: str | None) -> Wording:
        """What to say in the language of that code, else in the play's own words."""
        found = self.wordings.get(language or "", Wording())
        return Wording(found.say or self.say, found.subject or self.subject)


CHOSEN = Play(
    "chosen", "Chosen people", "Chosen by hand for this list", EveryDay(),
    reason="Chosen for this list[; bought {bought_times}]",
    say=HELLO + HOW_ARE_YOU,
    strength=10,
)  # fmt: skip

# Where nothing runs on a day: a play that is due for nobody.
NOTHING = Play("nothing", "Nothing", "No play is in use", Moment(), reason="", say="", strength=0)


def play_of(row: Row, wordings: Iterable[Row] = ()) -> Play:
    """The play of a row of the table, with its wordings (rows `play language say subject`); InvalidInput in one
    sentence for an unknown moment or fact, and where a product or place is lacking."""
    text = {name: as_text(row.get(name)) for name in TEXTS}
    name = text["name"] or ""
    return Play(
        name, text["label"] or name, text["words"] or "", moment_of(row),
        reason=text["reason"] or "", say=text["say"] or HELLO, subject=text["subject"] or "",
        strength=int(as_number(row.get("priority")) or 0), channel=text["channel"] or "phone",
        quiet_days=_whole(row.get("quiet_days"), QUIET_DAYS), exempt=_yes(row, "exempt"), once=_yes(row, "once"),
        active=not says(row, "active", "no"), starts=as_day(row.get("starts")), ends=as_day(row.get("ends")),
        share=_share(row, "share"), held_out=_share(row, "held_out") or 0.0, wordings=_wordings(name, wordings),
        **{one: text[one] for one in ("segment", "caller", "skill", "product", "place")},
    )  # fmt: skip


TEXTS = (
    "name", "label", "words", "reason", "say", "subject", "channel", "segment", "caller", "skill", "product", "place",
)  # fmt: skip


def _whole(value: Any, usual: int) -> int:
    number = as_number(value)
    return usual if number is None else max(0, int(number))


def says(row: Row, name: str, word: str) -> bool:
    """Whether a field holds the word, in capitals or not."""
    return (as_text(row.get(name)) or "").casefold() == word


def _yes(row: Row, name: str) -> bool:
    return says(row, name, "yes")


def _share(row: Row, name: str) -> float | None:
    number = as_number(row.get(name))
    if number is not None and not 0 <= number <= 1:
        raise InvalidInput(f"{number:g} is no share. Give a number from 0 to 1: 0.3 is 30 %.")
    return number


def _wordings(name: str, rows: Iterable[Row]) -> dict[str, Wording]:
    mine = [row for row in rows if says(row, "play", name.casefold())]
    return {
        _language(row): Wording(*(as_text(row.get(one)) or "" for one in ("say", "subject"))) for row in mine
    }


def _language(row: Row) -> str:
    said = as_text(row.get("language"))
    code = language_code(said)
    if code is None:
        raise InvalidInput(f"“{said}” of a wording is no language. Write it as de, German or Deutsch.")
    return code


def plays_of(rows: Iterable[Row], wordings: Sequence[Row] = ()) -> tuple[tuple[Play, ...], dict[str, str]]:
    """The plays of the table, strongest first, and by name of a broken one the sentence that says why.

    A broken play brings nobody and stops none of the others.
    """
    plays, faults = [], {}
    for place, row in enumerate(rows):
        name = as_text(row.get("name")) or f"play {place + 1}"
        try:
            plays.append(play_of(row, wordings))
        except InvalidInput as refusal:
            faults[name] = str(refusal)
    for play in plays[MOST:]:
        faults[play.name] = f"One list takes {MOST:,} plays at most. Remove some."
    return tuple(in_order(plays[:MOST])), faults


def in_order(plays: Iterable[Play]) -> list[Play]:
    """Strongest first, of equal ones by name."""
    return sorted(plays, key=lambda play: (-play.strength, play.name))


def plays_named(
    known: Sequence[Play], names: Iterable[str] | None = None, by_hand: bool = False, as_of: date | None = None,
    broken: Iterable[str] = (),
) -> tuple[Play, ...]:  # fmt: skip
    """Of the known plays those of these names (key or label, any case), strongest first; all where none is named.

    Those that do not run (on `as_of`, where given) are left out, also where they are named. `by_hand`: the people are
    chosen, so that being chosen is a reason too. InvalidInput names an unknown play; a `broken` one brings nobody.
    """
    known = (*known, CHOSEN) if by_hand else tuple(known)
    by_name = {key.casefold(): play.name for play in reversed(known) for key in (play.label, play.name)}
    by_name |= {play.name.casefold(): play.name for play in known}
    wanted = [name.strip().casefold() for name in names or ()]
    by_name |= {name.casefold(): name for name in broken}
    unknown = [name for name in wanted if name not in by_name]
    if unknown:
        names_known = ", ".join([*(play.name for play in known), *broken]) or "none"
        raise InvalidInput(f"There is no play called “{unknown[0]}”. Known are: {names_known}.")
    chosen = {by_name[name] for name in wanted} or set(by_name.values())
    running = (play for play in known if play.name in chosen and (as_of is None or play.runs(as_of)))
    return tuple(in_order(running))


def chosen_plays(
    source: Any, names: Iterable[str] | None = None, by_hand: bool = False, *, as_of: date
) -> tuple[tuple[Play, ...], dict[str, str]]:
    """Of the stored plays those of these names that run on the day (`plays_named`), and the sentences of those in use
    that are broken. `source`: whatever gives `plays()`, the rows of the tables `play` and `wording`."""
    rows, wordings = source.plays()
    known, faults = plays_of(rows, wordings)
    in_use = {as_text(row.get("name")) for row in rows if not says(row, "active", "no")}
    chosen = plays_named(known, names, by_hand, as_of, tuple(faults))
    return chosen, {name: words for name, words in faults.items() if name in in_use}
