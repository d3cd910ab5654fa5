"""How much each of a sheet's first rows looks like the header of a table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from crm_core.intake import lexicon
from crm_core.intake.clean.parts import to_arrow
from crm_core.intake.tables.periods import header_period
from crm_core.workbook.sheets import Sheet

COLUMNS_LOOKED_AT = 200
_BELOW = 20
_AGAIN = 200
_DATA = re.compile(
    r"[-+(]?[$€£¥฿₱]?\s?\d[\d.,  ' ]*\s?(?:%|zł|€|PLN|EUR|USD)?\)?|\S+@\S+\.\S+|https?://\S+"
    r"|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*|true|false|\+?[\d ()/.-]{6,}|\d{1,2}:\d{2}.*",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(19|20)\d\d")

Row = Sequence[str | None]


@dataclass(frozen=True)
class Top:
    """The first rows of a sheet (and at most 200 of its columns) as plain lists."""

    rows: list[Row]

    def below(self, place: int) -> list[Row]:
        """The next filled rows."""
        return [row for row in self.rows[place + 1 : place + 60] if any(row)][:_BELOW]


def top_of(sheet: Sheet, rows: int) -> Top:
    """The first `rows` rows."""
    columns = [sheet.cells[column].iloc[:rows] for column in sheet.cells.columns[:COLUMNS_LOOKED_AT]]
    return Top(list(zip(*(to_arrow(cells).to_pylist() for cells in columns), strict=True)))


@lru_cache(maxsize=100_000)
def is_data(text: str) -> bool:
    """Whether a cell holds a number, a date, an address: something that no header says."""
    return bool(_DATA.fullmatch(text.strip()))


def is_year(text: str) -> bool:
    return bool(_YEAR.fullmatch(text))


def score(top: Top, place: int, width: int) -> float:
    """0 for data and notes; labels over most columns, known words and other things below them make it more."""
    cells = [text.strip() for text in top.rows[place] if text]
    cover = len(cells) / width
    if not cells or cover < 0.5 or (len(cells) == 1 and width > 1) or _mostly_values(cells):
        return 0.0
    if width == 1 and not _may_head_one(top, place, cells[0]):
        return 0.0
    known = sum(map(_is_known, cells)) / len(cells)
    again = 0.0 if known else _seen_again(top, place)
    wordy = sum(len(text) > 60 for text in cells) / len(cells)
    once = 0.3 if len(set(map(lexicon.key, cells))) == len(cells) else -0.1
    return max(0.0, min(cover, 1.0) + 2 * known + _contrast(top, place) + once - again - wordy - 0.01 * place)


def _is_known(text: str) -> bool:
    return lexicon.key(text) in lexicon.known_headers() or header_period(text) is not None


def _may_head_one(top: Top, place: int, label: str) -> bool:
    """A list of one column begins with a header only where its word is known or all else below it is data."""
    words = lexicon.key(label)
    return words in lexicon.known_headers() or words in lexicon.subjects() or _contrast(top, place) > 0


def _mostly_values(cells: list[str]) -> bool:
    """More than a few numbers, dates or addresses; 2000, 2001 behind a word and months are headers all the same."""
    values = [text for text in cells if is_data(text)]
    years = bool(values) and all(map(is_year, values)) and not is_data(cells[0])
    return len(values) > 0.2 * len(cells) and not years and not are_months(values)


def are_months(values: list[str]) -> bool:
    """At least three months, quarters or days written as data, one right behind the other: the columns of a plan."""
    said = [period for text in values if (period := header_period(text))]
    if len(values) < 3 or len(said) < len(values):
        return False
    days = [one.month * 31 + one.day for one in said]
    if all(late - early == 1 for early, late in pairwise(days)):
        return True
    steps = {(late.month - early.month) % 12 for early, late in pairwise(said)}
    edges = all(one.day == 1 for one in said) or all(one.day >= 28 for one in said)
    return edges and steps in ({1}, {3})


def _contrast(top: Top, place: int) -> float:
    """The share of labelled columns whose cells below are mostly numbers, dates or addresses."""
    below, labels = top.below(place), top.rows[place]
    labelled = [column for column, label in enumerate(labels) if label]
    other = [column for column in labelled if _mostly_data([row[column] for row in below])]
    return len(other) / max(len(labelled), 1)


def _mostly_data(cells: Row) -> bool:
    texts = [text for text in cells if text]
    return bool(texts) and sum(map(is_data, texts)) >= 0.6 * len(texts)


def _seen_again(top: Top, place: int) -> float:
    """A row whose words return below in the same columns is data, unless whole rows repeat."""
    labelled = [(column, label) for column, label in enumerate(top.rows[place]) if label]
    below = top.rows[place + 1 : place + _AGAIN]
    again = sum(any(row[column] == label for row in below) for column, label in labelled)
    return 3.0 if 0 < again < len(labelled) else 0.0
