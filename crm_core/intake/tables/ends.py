"""The end of a table: notes below it, totals at the end and in between, headers that are printed again."""

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_core.intake import lexicon
from crm_core.intake.clean.parts import matches, to_arrow
from crm_core.intake.tables.heads import Head
from crm_core.intake.tables.scores import is_data
from crm_core.intake.tables.words import bare, closing_pattern, ends_total, leads_total, total_words
from crm_core.model.folding import fold
from crm_core.workbook.sheets import Sheet

_TAIL = 50
_MANY = 5_000


def tail_notes(sheet: Sheet, filled: np.ndarray, start: int) -> int:
    """The place behind the last row of data: notes below it are sparse and stand apart, or do not fit their columns."""
    counts = filled.sum(axis=1)
    used = np.flatnonzero(counts[start:]) + start
    if len(used) < 2:
        return len(counts)
    usual = float(np.median(counts[used]))
    if len(used) <= _TAIL:
        usual = max(usual, float(np.percentile(counts[used], 75)))
    end = len(counts)
    for place in reversed(used[-_TAIL:]):
        if place == used[0] or not _is_note(sheet, filled, place, usual, start):
            break
        end = int(place)
    return end if end == len(counts) else _grown_back(counts, end)


def _grown_back(counts: np.ndarray, end: int) -> int:
    while end and counts[end - 1] == 0:
        end -= 1
    return end


def _is_note(sheet: Sheet, filled: np.ndarray, place: int, usual: float, start: int) -> bool:
    cells = sheet.cells.iloc[place].dropna()
    if len(cells) > max(1.0, 0.4 * usual) or usual < 2:
        return _says_note(cells) and usual < 2
    if _is_total(sheet, filled, place):
        return False
    apart = _stands_apart(filled, place, start, max(1.0, 0.4 * usual))
    blank_key = not filled[place, _key_column(filled, start)]
    return apart or blank_key or _says_note(cells) or _misfits(sheet, cells, place, start)


def _stands_apart(filled: np.ndarray, place: int, start: int, sparse: float) -> bool:
    """Behind a blank row, with nothing but rows as sparse in between."""
    while place > start and filled[place - 1].any() and filled[place - 1].sum() <= sparse:
        place -= 1
    return place > start and not filled[place - 1].any()


def _key_column(filled: np.ndarray, start: int) -> int:
    """The first of the columns that are filled most."""
    return int(np.argmax(filled[start : start + 1000].mean(axis=0) >= 0.6))


def _says_note(cells: pd.Series) -> bool:
    first = fold(str(cells.iloc[0])) if len(cells) else ""
    opening = first.replace("：", ":").split(":")[0].strip()
    return opening in lexicon.flat("notes") or first.startswith(("*", "©")) or len(first) > 60


def _misfits(sheet: Sheet, cells: pd.Series, place: int, start: int) -> bool:
    """A word in a column of numbers, or a last line whose single word has no neighbours in a table of numbers."""
    above = sheet.cells.iloc[max(start, place - 30) : place]
    for column, text in cells.items():
        seen = above[column].dropna().tolist()
        if seen and sum(map(is_data, seen)) > 0.6 * len(seen) and not is_data(str(text)):
            return True
    return (
        len(cells) == 1
        and place + 1 < len(sheet.cells)
        and not sheet.cells.iloc[place + 1 :].isna().all(axis=None)
    )


def totals(sheet: Sheet, filled: np.ndarray, start: int, end: int) -> list[int]:
    """The places of total and subtotal rows between `start` and `end`."""
    return [place for place in _candidates(sheet, filled, start, end) if _is_total(sheet, filled, place)]


def _candidates(sheet: Sheet, filled: np.ndarray, start: int, end: int) -> list[int]:
    """Rows that begin like a total: looked for in the first text columns, all rows at once."""
    found: set[int] = set(range(max(start, end - 5), end))
    for column in sheet.cells.columns[:6]:
        cells = sheet.cells[column].iloc[start:end]
        if len(cells) > _MANY and _is_numeric(cells.iloc[:200]):
            continue
        found |= set((_led(cells) + start).tolist())
        if len(found) > _MANY:
            break
    return sorted(found | _closing(sheet, filled, start, end))


def _led(cells: pd.Series) -> np.ndarray:
    """The places of cells that begin with a total word; "Graz" begins like one and is none."""
    hits = np.flatnonzero(matches(to_arrow(cells), _pattern()).to_numpy(zero_copy_only=False))
    texts = cells.iloc[hits]
    led = {text for text in texts.unique() if leads_total(text) or bare(text) in total_words()}
    return hits[texts.isin(led).to_numpy(dtype=bool)]


def _closing(sheet: Sheet, filled: np.ndarray, start: int, end: int) -> set[int]:
    """Rows with fewer cells than usual whose first one closes with a total word ("Ann Total")."""
    within = filled[start:end]
    counts = within.sum(axis=1)
    if not len(counts) or counts.min() == counts.max():
        return set()
    sparse = np.flatnonzero((counts > 1) & (counts < np.median(counts)))
    first = np.argmax(within[sparse], axis=1)
    found: set[int] = set()
    for column in np.unique(first).tolist():
        places = sparse[first == column] + start
        hits = matches(to_arrow(sheet.cells.iloc[places, column]), closing_pattern())
        found |= set(places[hits.to_numpy(zero_copy_only=False)].tolist())
    return found


def _is_numeric(cells: pd.Series) -> bool:
    texts = cells.dropna().tolist()
    return sum(map(is_data, texts)) > 0.9 * len(texts)


def _pattern() -> str:
    """Cells that begin with a total word, in any case; accents are left to the closer look."""
    heads = sorted({word[:3] for word in total_words()})
    both = sorted(
        {spelt for head in heads for spelt in (head, head.capitalize(), head.upper())}
        | {"łąc", "Łąc", "ŁĄC", "ogó", "Ogó", "OGÓ"}
    )
    return r"^\s*(?:" + "|".join(both) + ")"


def _is_total(sheet: Sheet, filled: np.ndarray, place: int) -> bool:
    """A total word leads the row or closes the name of its group, numbers follow, columns of words are blank."""
    cells = sheet.cells.iloc[place].dropna()
    texts = [str(text) for text in cells.tolist()]
    if not texts:
        return False
    words = _words_of_total(sheet, place, texts, int(cells.index[0]))
    others = texts[words:]
    exact = words == 1 and bare(texts[0]) in total_words()
    if not words or not all(map(is_data, others)) or (not exact and not others):
        return False
    return exact or len(cells) < _usual(filled, place)


def _words_of_total(sheet: Sheet, place: int, texts: list[str], column: int) -> int:
    """How many of the row's first cells say that it is a total: "Total", "Ada Total", or "Ada", "Total"."""
    if leads_total(texts[0]) or (ends_total(texts[0]) and _closes_group(sheet, place, texts[0], column)):
        return 1
    return 2 if len(texts) > 1 and bare(texts[1]) in total_words() and not is_data(texts[0]) else 0


def _closes_group(sheet: Sheet, place: int, text: str, column: int) -> bool:
    """ "Ada Total" below rows of Ada; a customer may be called "Energy Total"."""
    above = sheet.cells[column].iloc[max(0, place - 1000) : place].dropna()
    return len(above) > 0 and bare(text).startswith(fold(str(above.iloc[-1])))


def _usual(filled: np.ndarray, place: int) -> float:
    return float(np.median(filled[max(0, place - 50) : place + 1].sum(axis=1)))


def repeated_headers(sheet: Sheet, head: Head, end: int) -> list[int]:
    """Places where the header stands again, as on the pages of a print-out."""
    if not head.rows or not head.labels:
        return []
    header = sheet.cells.iloc[head.body - 1]
    first = next((column for column in sheet.cells.columns if isinstance(header[column], str)), None)
    if first is None:
        return []
    same = pc.equal(
        to_arrow(sheet.cells[first].iloc[head.body : end]), pa.scalar(header[first], pa.large_string())
    )
    places = np.flatnonzero(same.to_numpy(zero_copy_only=False) == True) + head.body  # noqa: E712  (blank cells are None)
    return [int(place) for place in places if sheet.cells.iloc[place].equals(header)]


def titles_between(sheet: Sheet, counts: np.ndarray, again: list[int], head: Head) -> list[int]:
    """The places of single cells right above a header that is printed again.

    They are set apart by a blank row or an edge, or say what stands above the first header ("Page 1", "Page 2").
    """
    first = _single(sheet, counts, head.first - 1)
    return [
        place - 1
        for place in again
        if place - 1 >= head.body
        and (title := _single(sheet, counts, place - 1))
        and (title == first or place - 2 < head.body or counts[place - 2] == 0)
    ]


def _single(sheet: Sheet, counts: np.ndarray, place: int) -> str | None:
    """The text of a row's only cell, whatever its numbers; None where there are more or none."""
    if place < 0 or counts[place] != 1:
        return None
    return re.sub(r"\d+", "0", sheet.cells.iloc[place].dropna().iloc[0])
