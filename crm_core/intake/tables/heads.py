"""The header of a table: in which rows it stands, and what it says over each column."""

from dataclasses import dataclass, field

import numpy as np

from crm_core.errors import InvalidInput
from crm_core.intake import lexicon
from crm_core.intake.tables.periods import header_period, year_of
from crm_core.intake.tables.scores import COLUMNS_LOOKED_AT, is_data, is_year, score, top_of
from crm_core.workbook.sheets import Sheet

_LOOKED_AT = 50
_SCANNED = 400


@dataclass(frozen=True)
class Head:
    """`rows`: sheet rows of the header; `first`, `body`: places (from 0) of its first row and of the first data row."""

    rows: tuple[int, ...]
    first: int
    body: int
    labels: dict[int, str] = field(default_factory=dict)


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
    width = min(_width(counts), COLUMNS_LOOKED_AT)
    first = top_of(sheet, top[-1] + 260)
    scores = [score(first, place, width) for place in top]
    best = int(np.argmax(scores))
    if scores[best] <= 0:
        start = next((place for place in top if counts[place] >= max(1, width / 2)), top[0])
        return Head((), start, start)
    places = _all_rows(sheet, filled, top, best)
    rows = tuple(int(sheet.cells.index[place]) for place in places)
    return Head(rows, places[0], places[-1] + 1, _labels(sheet, places))


def _width(counts: np.ndarray) -> int:
    """How many cells a row of the table mostly has: the rows beyond the first few weigh more than notes above."""
    lengths = counts[counts > 0][: _SCANNED * 2]
    usual = int(np.percentile(lengths, 60)) if len(lengths) > 3 else int(lengths.max())
    return max(usual, 1)


def _all_rows(sheet: Sheet, filled: np.ndarray, top: list[int], best: int) -> list[int]:
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
        if (
            filled[place, 0]
            or any(is_data(text) and not is_year(text) for text in cells)
            or n + 1 == len(after)
        ):
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
    if cells and all(map(year_of, cells)) and _has_months(sheet, main):
        return True
    if (
        len(cells) < 2
        or len(cells) >= filled[main].sum()
        or any(is_data(text) and not is_year(text) for text in cells)
    ):
        return False
    return _repeats(sheet, [main]) or all(lexicon.key(text) in lexicon.subjects() for text in cells)


def _has_months(sheet: Sheet, place: int) -> bool:
    return sum(header_period(text) is not None for text in sheet.cells.iloc[place].dropna()) > 2


def _labels(sheet: Sheet, places: list[int]) -> dict[int, str]:
    """The header over each column; a merged cell above goes on to the right until the next one."""
    rows = [
        [_tidy(text) if isinstance(text, str) else "" for text in sheet.cells.iloc[place]] for place in places
    ]
    spread = [_spread(row, rows[n + 1 :]) for n, row in enumerate(rows)]
    columns = zip(map(int, sheet.cells.columns), zip(*spread, strict=True), strict=True)
    labels = {column: " / ".join(dict.fromkeys(filter(None, parts))) for column, parts in columns}
    return {column: label for column, label in labels.items() if label}


def _spread(row: list[str], below: list[list[str]]) -> list[str]:
    """Blank cells over a finer header take the label to their left."""
    spread, last = [], ""
    for place, label in enumerate(row):
        last = label or last
        spread.append(label or (last if any(finer[place] for finer in below) else ""))
    return spread


def _tidy(text: str) -> str:
    return " ".join(text.split())
