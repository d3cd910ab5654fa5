"""Plays: whom to contact, when, and with which words. The built-in ones; others have the same shape."""

from collections.abc import Iterable
from dataclasses import dataclass

from crm_core.errors import InvalidInput
from crm_core.model.conditions import EVERYBODY, All, AnyOf, Condition, Where
from crm_core.outreach.facts import FACTS
from crm_core.outreach.moments import AfterPurchase, Birthday, EveryDay, Moment, NoContact, Promised
from crm_core.outreach.scripts import check


@dataclass(frozen=True)
class Play:
    """One reason to contact people.

    `condition`: whom it is for, asked of the database; `moment`: when, found on the roster. `strength`: of several
    reasons the highest wins. `once`: once for each due date, never tried again. `exempt`: neither quiet days
    nor older open follow-ups hold it back. `reason` and `say` are templates of `scripts`; InvalidInput where they name
    an unknown fact or could leave a hole.
    """

    name: str
    label: str
    words: str
    condition: Condition
    moment: Moment
    reason: str
    say: str
    strength: int
    channel: str = "phone"
    quiet_days: int = 14
    exempt: bool = False
    once: bool = False

    def __post_init__(self) -> None:
        check(self.reason, FACTS)
        check(self.say, FACTS)


HELLO = "Hello[ {name}][, this is {speaker}]."

HOW_ARE_YOU = (
    " I wanted to hear how you are.[ Last time you chose {last_product}.] Is there anything you need?"
)

PROMISED = Play(
    "promised", "Promised to get back", "A colleague noted to get back to them, and the day has come",
    EVERYBODY, Promised(),
    reason="[Promised for {promised_for}][: {promise}]",
    say=HELLO + " I promised to get back to you today[: {promise}].",
    strength=100, quiet_days=0, exempt=True,
)  # fmt: skip

BIRTHDAY = Play(
    "birthday", "Birthday", "Birthday in the next 7 days",
    EVERYBODY, Birthday(7),
    reason="[Birthday {due_day}][, turns {round_age}]",
    say=HELLO + " I am calling to wish you a happy birthday.[ I remember that you often choose {favourite}.]",
    strength=90, quiet_days=0, exempt=True, once=True,
)  # fmt: skip

THANKS = Play(
    "thanks", "Thanks after a purchase", "Bought yesterday, or up to 4 days before that",
    EVERYBODY, AfterPurchase(1, 4),
    reason="Bought[ {last_purchase}][ {last_ago}]",
    say=HELLO + " Thank you for your purchase[ on {last_day}]."
    "[ You chose {last_product}: I hope you are happy with it.]",
    strength=80, quiet_days=3, once=True,
)  # fmt: skip

HOW_IS_IT = Play(
    "how-is-it", "How is it going", "Bought 30 days ago, or up to 7 days before that",
    EVERYBODY, AfterPurchase(30, 7),
    reason="Bought[ {last_purchase}][ {last_ago}]: ask how it is going",
    say=HELLO + " You bought[ {last_product}] from us[ on {last_day}]: how is it going?"
    " Is there anything we can do better?",
    strength=60, once=True,
)  # fmt: skip

LAPSED = Play(
    "lapsed", "Good customers gone quiet", "High tier, and lapsed, can't lose or at risk",
    All((
        Where("tier", "is", "high"),
        AnyOf((Where("pattern", "is", "lapsed"), Where("segment", "one of", ("can't lose", "at risk")))),
    )),
    EveryDay(),
    reason="[Bought {rhythm}]",
    say=HELLO + " We have missed you[: you were last here on {last_day}]. How have you been?"
    "[ You often chose {favourite}.] Is there something we should do better?",
    strength=70, quiet_days=30,
)  # fmt: skip

NO_CONTACT = Play(
    "no-contact", "Time to be in touch",
    "No contact or purchase for 30, 60 or 90 days (high, middle or low tier)",
    EVERYBODY, NoContact(),
    reason="[{last_touch}][; {tier}-tier people are called every {every}]",
    say=HELLO + HOW_ARE_YOU,
    strength=50,
)  # fmt: skip

NEVER_BOUGHT = Play(
    "never-bought", "Never bought yet", "Known to us, may be reached, and has not bought yet",
    Where("orders", "at most", 0), EveryDay(),
    reason="Has not bought yet[; last spoke {last_contact}]",
    say=HELLO + " We have not had the pleasure of serving you yet. May I ask what you are looking for?",
    strength=30, quiet_days=30,
)  # fmt: skip

CHOSEN = Play(
    "chosen", "Chosen people", "Chosen by hand for this list",
    EVERYBODY, EveryDay(),
    reason="Chosen for this list[; bought {bought_times}]",
    say=HELLO + HOW_ARE_YOU,
    strength=10,
)  # fmt: skip

BUILT_IN = (PROMISED, BIRTHDAY, THANKS, LAPSED, HOW_IS_IT, NO_CONTACT, NEVER_BOUGHT)


def plays_named(names: Iterable[str] | None = None, by_hand: bool = False) -> tuple[Play, ...]:
    """The plays of these names (key or label, any case), strongest first; all where none is named.

    `by_hand`: the people are chosen, so that being chosen is a reason too. InvalidInput names an unknown
    play.
    """
    known = (*BUILT_IN, CHOSEN) if by_hand else BUILT_IN
    by_name = {key.casefold(): play for play in known for key in (play.label, play.name)}
    wanted = [name.strip().casefold() for name in names or ()]
    unknown = [name for name in wanted if name not in by_name]
    if unknown:
        known_names = ", ".join(play.name for play in known)
        raise InvalidInput(f"There is no play called “{unknown[0]}”. Known are: {known_names}.")
    chosen = {by_name[name].name for name in wanted} or {play.name for play in known}
    return tuple(sorted((play for play in known if play.name in chosen), key=lambda play: -play.strength))
