"""Which of 3/4 is the day: decided for a whole column, asked where it stays open."""

import re
import unicodedata
from calendar import month_name
from collections.abc import Iterable

from crm_core.intake.clean.times import CLOCK

THREE = re.compile(r"(\d{1,4})\s*[./\-\s]\s*(\d{1,2})\s*[./\-\s]\s*(\d{1,4})\.?(?:\s*r\.?)?")
TWO = re.compile(r"(\d{1,2})\s*[./\-]\s*(\d{1,2})\.?")
MONTH_FIRST = frozenset({"US", "PH"})
_REPUBLIC = re.compile(
    r"\s*1[0-4]\d\s*[./-]\s*\d{1,2}\s*[./-]\s*\d{1,2}\b|.*(?:民國|民国)|[01]\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])$"
)
_THAI = re.compile(r".*\b2[45]\d\d\b|.*[\u0e00-\u0e7f]")
_BUDDHIST_YEAR = re.compile(r"(?<!\d)2[45]\d\d(?!\d)")
_SHORT_YEAR = re.compile(r"(?<!\d)(\d\d)\s*$")
_BUDDHIST_SHORT = range(45, 76)  # 2545 to 2575 of the Buddhist era are 2002 to 2032

Short = tuple[str, int, int, int]  # text, first, second, year (0 where there is none)


def numeric(text: str) -> re.Match[str] | None:
    """A date of three numbers, with a time or without."""
    plain = unicodedata.normalize("NFKC", text).lower().strip()
    return THREE.fullmatch(plain) or THREE.fullmatch(CLOCK.sub("", plain).strip(" ,"))


def order_of(texts: Iterable[str], country: str | None) -> tuple[str | None, str | None]:
    """(dmy, mdy, ymd or None where no cell needs it; a question where it stays open)."""
    short = [found for text in texts if (found := _short(text)) and found[1] < 100 and found[1] != found[2]]
    if not short:
        return None, None
    votes = {
        "dmy": [t for t, a, b, _ in short if 12 < a <= 31 and b <= 12],
        "mdy": [t for t, a, b, _ in short if 12 < b <= 31 and a <= 12],
    }
    votes["ymd"] = [t for t, a, b, _ in short if a > 31 and b <= 12]
    proven = sorted((order for order in votes if votes[order]), key=lambda order: -len(votes[order]))
    if len(proven) > 1:
        return proven[0], _contradiction(proven, votes)
    open_ = [one for one in short if 1 <= one[1] <= 12 and 1 <= one[2] <= 12]
    return (proven[0], None) if proven else _undecided(open_[0], country) if open_ else (None, None)


def _short(text: str) -> Short | None:
    three = numeric(text)
    if three:
        return text, int(three[1]), int(three[2]), int(three[3])
    two = TWO.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return (text, int(two[1]), int(two[2]), 0) if two else None


def _contradiction(proven: list[str], votes: dict[str, list[str]]) -> str:
    first, second = (votes[order][0] for order in proven[:2])
    return f"The dates disagree about day and month: “{first}” and “{second}” stand in one column. Which comes first?"


def _undecided(example: Short, country: str | None) -> tuple[str, str | None]:
    text, first, second, year = example
    if re.match(r"\d+\s*\.", text) or 2400 <= year < 2700:  # dots and Buddhist years go with the day first
        return "dmy", None
    order = "mdy" if country in MONTH_FIRST else "dmy"
    return order, f"Is “{text}” {first} {month_name[second]} or {second} {month_name[first]}?"


def era_of(texts: list[str], country: str | None, birthday: bool) -> str | None:
    """Whose calendar years of two digits are counted by: "republic", "buddhist" or "western"; None where unclear."""
    if any(_REPUBLIC.match(text) for text in texts):
        return "republic"
    if birthday:
        return "buddhist" if any(_BUDDHIST_YEAR.search(text) for text in texts) else None
    if not (country == "TH" or any(_THAI.match(text) for text in texts)):
        return None
    years = {int(found[1]) for text in texts if (found := _SHORT_YEAR.search(CLOCK.sub("", text.lower())))}
    # Nobody's sheet has sales of 1945 to 1975, or of the Buddhist years 2501 to 2540; a birthday may be of either.
    if years and all(year in _BUDDHIST_SHORT for year in years):
        return "buddhist"
    return "western" if years and max(years) <= 40 else None
