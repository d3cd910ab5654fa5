"""The header of a table: in which rows it stands, and what it says over each column."""

import re
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.intake import lexicon
from crm_core.workbook.sheets import Sheet

_LOOKED_AT = 50
_SCANNED = 400
_DATA = re.compile(
    r"[-+(]?[$€£¥฿₱]?\s?\d[\d.,  ' ]*\s?(?:%|zł|€|PLN|EUR|USD)?\)?|\S+@\S+\.\S+|https?://\S+|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*"
    r"|true|false|\+?[\d ()/.-]{6,}|\d{1,2}:\d{2}.*",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(19|20)\d\d")


@dataclass(frozen=True)
class Head:
    """`rows`: sheet rows of the header; `first`, `body`: places (from 0) of its first row and of the first data row."""

    rows: tuple[int, ...]
    first: int
    body: int
    labels: dict[int, str] = field(default_factory=dict)


def is_data(text: str) -> bool:
    """Whether a cell holds a number, a date, an address: something that no header says."""
    return bool(_DATA.fullmatch(text.strip()))


def find_head(sheet: Sheet, filled: np.ndarray, header_row: int | None) -> Head | None:
    """The header as a person places it, or as it is found; None where the sheet has no table."""
    counts = filled.sum(axis=1)
    if header_row is not None:
        return _as_told(sheet, counts, header_row)
    top = [int(place) for place in np.flatnonzero(counts[:_SCANNED])[:_LOOKED_AT]]
    if filled.sum() < 2 or not top:
        return None
    return _found(sheet, filled, counts, top)


def _as_told(sheet: Sheet, counts: np.ndarray, header_row: int) -> Head:
    if header_row == 0:
        start = int(np.flatnonzero(counts)[0])
        return Head((), start, start)
    if header_row not in sheet.cells.index:
        last = sheet.cells.index[-1]
        raise InvalidInput(
            f"Sheet “{sheet.name}” has no row {header_row}; its rows end at {last}. Name a row up to there."
        )
    place = int(header_row - sheet.cells.index[0])
    return Head((header_row,), place, place + 1, _labels(sheet, [place]))


def _found(sheet: Sheet, filled: np.ndarray, counts: np.ndarray, top: list[int]) -> Head:
    width = _width(filled, counts, top)
    scores = [_score(sheet, filled, place, width) for place in top]
    best = int(np.argmax(scores))
    if scores[best] <= 0:
        start = next((place for place in top if counts[place] >= max(1, width / 2)), top[0])
        return Head((), start, start)
    places = _all_rows(sheet, filled, top, best, width)
    rows = tuple(int(sheet.cells.index[place]) for place in places)
    return Head(rows, places[0], places[-1] + 1, _labels(sheet, places))


def _width(filled: np.ndarray, counts: np.ndarray, top: list[int]) -> int:
    """How many cells a row of the table mostly has: the rows beyond the first few weigh more than notes above."""
    lengths = counts[counts > 0][: _SCANNED * 2]
    usual = int(np.percentile(lengths, 60)) if len(lengths) > 3 else int(lengths.max())
    return max(usual, 1)


def _score(sheet: Sheet, filled: np.ndarray, place: int, width: int) -> float:
    """How much a row looks like a header: labels over most columns, words that are known, other things below it."""
    cells = [text.strip() for text in sheet.cells.iloc[place].dropna()]
    cover = len(cells) / width
    if not cells or cover < 0.5 or (len(cells) == 1 and width > 1):
        return 0.0
    data = [text for text in cells if is_data(text) and not _is_year_header(text, cells)]
    if len(data) > 0.2 * len(cells):
        return 0.0
    known = sum(lexicon.key(text) in lexicon.known_headers() for text in cells) / len(cells)
    contrast = _contrast(sheet, filled, place)
    again = 0.0 if known else _seen_again(sheet, place)
    wordy = sum(len(text) > 60 for text in cells) / len(cells)
    return max(0.0, min(cover, 1.0) + 2 * known + contrast + _few(cells) - again - wordy - 0.01 * place)


def _few(cells: list[str]) -> float:
    """A header says each thing once."""
    return 0.3 if len(set(map(lexicon.key, cells))) == len(cells) else -0.1


def _is_year_header(text: str, cells: list[str]) -> bool:
    """2000, 2001, 2002 beside a word are headers, as long as all of them are years."""
    numbers = [cell for cell in cells if is_data(cell)]
    return (
        bool(_YEAR.fullmatch(text)) and all(_YEAR.fullmatch(one) for one in numbers) and not is_data(cells[0])
    )


def _below(sheet: Sheet, filled: np.ndarray, place: int) -> pd.DataFrame:
    after = np.flatnonzero(filled[place + 1 : place + 60].any(axis=1))[:20] + place + 1
    return sheet.cells.iloc[after]


def _contrast(sheet: Sheet, filled: np.ndarray, place: int) -> float:
    """The share of labelled columns whose cells below are mostly numbers, dates or addresses."""
    below, labels = _below(sheet, filled, place), sheet.cells.iloc[place]
    if below.empty:
        return 0.0
    labelled = [column for column in sheet.cells.columns if isinstance(labels[column], str)]
    other = [column for column in labelled if _mostly_data(below[column])]
    return len(other) / max(len(labelled), 1)


def _mostly_data(cells: pd.Series) -> bool:
    texts = cells.dropna().tolist()
    return bool(texts) and sum(map(is_data, texts)) >= 0.6 * len(texts)


def _seen_again(sheet: Sheet, place: int) -> float:
    """A row whose words return below in the same columns is data, unless whole rows repeat."""
    labels, below = sheet.cells.iloc[place], sheet.cells.iloc[place + 1 : place + 200]
    again = [
        column
        for column in sheet.cells.columns
        if isinstance(labels[column], str) and (below[column] == labels[column]).any()
    ]
    return 3.0 if 0 < len(again) < labels.notna().sum() else 0.0


def _all_rows(sheet: Sheet, filled: np.ndarray, top: list[int], best: int, width: int) -> list[int]:
    """The main header row, with group headers above it, or finer headers below it where it is not complete."""
    places = [top[best]]
    if not _complete(sheet, filled, places):
        places += _finer(sheet, filled, top[best + 1 :], places[0])
    above = top[best - 1] if best else None
    if above is not None and above == places[0] - 1 and _is_group(sheet, filled, above, places[0]):
        places.insert(0, above)
    return places


def _complete(sheet: Sheet, filled: np.ndarray, places: list[int]) -> bool:
    """Whether every column with data below has a label."""
    used = filled[places[-1] + 1 : places[-1] + 1 + _SCANNED].any(axis=0)
    return not (used & ~filled[places].any(axis=0)).any()


def _finer(sheet: Sheet, filled: np.ndarray, after: list[int], main: int) -> list[int]:
    """Rows below the main header that only say more: the first column blank, words only, and a fuller row follows."""
    found: list[int] = []
    for n, place in enumerate(after):
        cells = sheet.cells.iloc[place].dropna().tolist()
        if filled[place, 0] or any(map(is_data, cells)) or n + 1 == len(after):
            break
        found.append(place)
    return found if found and not _complete_alone(filled, main, found) else []


def _complete_alone(filled: np.ndarray, main: int, found: list[int]) -> bool:
    return not (filled[found].any(axis=0) & ~filled[main]).any()


def _repeats(sheet: Sheet, places: list[int]) -> bool:
    labels = [lexicon.key(text) for text in sheet.cells.iloc[places[-1]].dropna()]
    return len(set(labels)) < len(labels)


def _is_group(sheet: Sheet, filled: np.ndarray, above: int, main: int) -> bool:
    """Fewer cells than the row below, all words; it tells repeated labels apart, or each names a subject of ours."""
    cells = sheet.cells.iloc[above].dropna().tolist()
    if (
        len(cells) < 2
        or len(cells) >= filled[main].sum()
        or any(is_data(text) and not _YEAR.fullmatch(text) for text in cells)
    ):
        return False
    return _repeats(sheet, [main]) or all(lexicon.key(text) in lexicon.subjects() for text in cells)


def _labels(sheet: Sheet, places: list[int]) -> dict[int, str]:
    """The header over each column; a merged cell above goes on to the right until the next one."""
    rows = [sheet.cells.iloc[place] for place in places]
    own = [{int(c): _tidy(row[c]) for c in row.index if isinstance(row[c], str)} for row in rows]
    labels: dict[int, str] = {}
    for column in map(int, sheet.cells.columns):
        parts = [_spread(row, own[n + 1 :], column) for n, row in enumerate(own)]
        labels[column] = " / ".join(dict.fromkeys(part for part in parts if part))
    return {column: label for column, label in labels.items() if label}


def _spread(row: dict[int, str], below: list[dict[int, str]], column: int) -> str:
    if column in row or not any(column in finer for finer in below):
        return row.get(column, "")
    before = [place for place in row if place < column]
    return row[max(before)] if before else ""


def _tidy(text: str) -> str:
    return " ".join(text.split())
