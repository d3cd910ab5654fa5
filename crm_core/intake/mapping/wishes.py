"""What a single column may be on a sheet of some entity: its header and its values weighed together."""

import re
from dataclasses import dataclass, replace

from crm_core.intake import lexicon
from crm_core.intake.clean.choices import ticked_word
from crm_core.intake.clean.scores import are_scores
from crm_core.intake.mapping.headers import ID_WORDS, Guess, guesses, trap
from crm_core.intake.mapping.values import Looks, agreement, contradiction
from crm_core.intake.own_files import why_alone
from crm_core.intake.tables.find import Column, Table
from crm_core.model.entities import Field, Kind
from crm_core.model.folding import fold
from crm_core.model.registry import ENTITIES

DOUBTFUL = 0.5
LOOKED_AT = 300  # columns of a sheet; what comes behind them is kept as it stands
_SAYS_PERCENT = re.compile(r"(?i)[%％率]|\brate\b|percent|procent|prozent|canran|เปอร์เซ็นต์|อัตรา|ร้อยละ")
# Their sheets point to customers.
POINTING = ("order", "purchase", "interaction", "case", "answer", "gesture", "attendance")
_NOBODY = ("product", "absence", "play", "wording", "rule")  # theirs say nothing of a customer


@dataclass(frozen=True)
class Seen:
    """A table with a look at its first columns."""

    table: Table
    looks: dict[int, Looks]

    def kind(self, position: int) -> str:
        return self.table.kinds.get(position, "text")


def wishes(entity: str, seen: Seen, column: Column) -> list[Guess]:
    """What a column may be, the surest first; nothing where it is to be left alone."""
    look = seen.looks[column.position]
    if why_left(column, look):
        return _shares_off(entity, column, look)
    refined = [_refined(guess, look, column) for guess in guesses(entity, column.header)]
    refined += _ticked_status(entity, column, look) + _month(entity, column, look)
    found = [_weighed(entity, _pointed(entity, guess, look, column), seen, column) for guess in refined]
    if not any(guess.confidence >= DOUBTFUL for guess in found):
        found += _by_values(entity, look, seen)
    return sorted(found, key=lambda guess: -guess.confidence)


def why_left(column: Column, look: Looks) -> str | None:
    """Why a column is left alone: a header that only looks like one of ours, or a "No." that counts the rows."""
    bare = lexicon.key(column.header) in ("no", "nr", "numer", "number")
    counter = "a row counter" if bare and look.counts else None
    return why_alone(column.header) or trap(column.header) or counter


def _refined(guess: Guess, look: Looks, column: Column) -> Guess:
    """More than one word, and being the table's own unique number, make a header a little surer."""
    own = len(lexicon.words(column.header)) > 1 or (not column.header.isascii() and len(column.header) > 2)
    unique = guess.field in ("code", "number") and look.unique > 0.98
    other = 0.2 * (guess.field == "code" and look.postcode > 0.9)  # "Kod" over 00-950 is no code
    other -= 0.02 * (guess.field == "referred_by" and _are_people(look))
    return replace(guess, confidence=min(0.99, guess.confidence + 0.01 * own + 0.01 * unique - other))


def _are_people(look: Looks) -> bool:
    """ "Referred by" over names of people or codes, which differ, and not over a few ways of being found."""
    return look.code >= 0.8 or (look.name >= 0.6 and look.unique > 0.5)


def _pointed(entity: str, guess: Guess, look: Looks, column: Column) -> Guess:
    """A column "Customer" may hold codes, names or addresses: the values say."""
    said = "it names the customer and the values are"
    if entity == "customer" and guess.field == "name" and look.code >= 0.8 and look.unique > 0.9:
        return Guess("code", guess.confidence - 0.02, f"{said} codes")
    if guess.field != "customer" or set(lexicon.words(column.header)) & ID_WORDS:
        return guess
    if look.email >= 0.8:
        return Guess("customer.email", guess.confidence, f"{said} e-mail addresses")
    if look.number < 0.2 and look.code < 0.3 and look.different:
        return Guess("customer.name", guess.confidence - 0.02, f"{said} names")
    return guess


def _weighed(entity: str, guess: Guess, seen: Seen, column: Column) -> Guess:
    """The guess, surer where the values say the same, doubtful where they say otherwise."""
    look = seen.looks[column.position]
    owner, _, name = guess.field.rpartition(".")
    if owner == "order":
        return Guess(guess.field, 0.45, "it is the total of the whole order, not of the line")
    declared = ENTITIES[owner or entity].field(name)
    against = _against(declared, owner, seen, column)
    support = agreement(declared, look)
    if against:
        return Guess(guess.field, min(guess.confidence, 0.3), f"{guess.reason}, but {against}")
    if support:
        return Guess(guess.field, min(0.99, guess.confidence + 0.03), f"{guess.reason}, and {support}")
    return guess


def _against(declared: Field, owner: str, seen: Seen, column: Column) -> str | None:
    """What speaks against a guess; a month, and a day where the sheet says of which month, are dates too."""
    look = seen.looks[column.position]
    if declared.name == "discount":
        return None if _in_percent(column, look) else "it may be an amount"
    if declared.name == "score" and look.different and are_scores(seen.table.rows[column.position]):
        return None
    if owner and declared.name == "company" and look.share("units") > 0.8:
        return "the values are units"
    days = seen.table.period is not None and look.day >= 0.8
    if declared.kind is Kind.DATE and declared.name != "birthday" and (look.month >= 0.8 or days):
        return None
    return contradiction(declared, look, seen.kind(column.position))


def _in_percent(column: Column, look: Looks) -> bool:
    """Whether the values or the header say so."""
    said = _SAYS_PERCENT.search(column.header) is not None or _are_shares(look)
    return look.percent >= 0.8 or (said and look.percent + look.number >= 0.8)


def _are_shares(look: Looks) -> bool:
    """Nothing off at all, or less than the whole: 0, 0.05, 0.15."""
    return look.number >= 0.95 and look.whole < 1 and 0 < look.largest < 1 and look.different > 1


def _shares_off(entity: str, column: Column, look: Looks) -> list[Guess]:
    """A discount is left alone like an amount that was taken off, but where it is in per cent."""
    if entity != "purchase" or not _in_percent(column, look):
        return []
    return [guess for guess in guesses(entity, column.header) if guess.field == "discount"]


def _month(entity: str, column: Column, look: Looks) -> list[Guess]:
    """A column "Month" over months of a year is the date where no other column is; a month's name lacks its year."""
    if entity not in POINTING or fold(column.header) not in lexicon.flat("month") or look.month < 0.8:
        return []
    return [Guess("date", 0.6, f"“{column.header}” names the month; its first day is taken")]


def _ticked_status(entity: str, column: Column, look: Looks) -> list[Guess]:
    """A column "Cancelled" with yes and no is the status: what its header says holds where it is ticked."""
    if entity not in ("order", "purchase") or ticked_word("status", column.header) is None:
        return []
    if look.share("yesno") < 1:
        return []
    return [Guess("status", 0.7, f"“{column.header}” with yes and no says which ones were called off")]


def _by_values(entity: str, look: Looks, seen: Seen) -> list[Guess]:
    """What the values say where the header says nothing."""
    prefix = "" if entity in ("customer", "colleague") else "customer."
    if entity in _NOBODY:
        return []
    if look.email >= 0.8:
        return [Guess(prefix + "email", 0.75, "the values are e-mail addresses")]
    if look.phone >= 0.8 and look.marked >= 0.5 and look.date < 0.3:
        return [Guess(prefix + "phone", 0.65, "the values look like phone numbers")]
    if entity in ("order", "purchase") and look.share("status") == 1 and look.different > 1:
        return [Guess("status", 0.55, "the values are words of a status")]
    if entity == "customer" and look.share("sex") == 1 and look.different in (2, 3) and look.number == 0:
        return [Guess("sex", 0.6, "the values are words for female and male")]
    return _by_weaker_values(entity, look, seen.table.header_row is None)


def _by_weaker_values(entity: str, look: Looks, headerless: bool) -> list[Guess]:
    """Dates stand for themselves; names and amounts only where no header says anything."""
    if look.date >= 0.9 and entity in POINTING:
        return [Guess("date", 0.55 if headerless else 0.5, "the values are dates")]
    if headerless and entity in ("customer", *POINTING) and look.name >= 0.8:
        field = "name" if entity == "customer" else "customer.name"
        return [Guess(field, 0.55, "the values look like names of people")]
    if headerless and entity == "purchase" and look.number >= 0.95 and look.whole < 0.9:
        return [Guess("amount", 0.5, "the values are amounts")]
    return []
