"""Several tables on one sheet: below one another or side by side. Only what is surely two tables is taken apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from crm_core.intake import lexicon
from crm_core.intake.tables.parts import Area
from crm_core.intake.tables.periods import header_period, year_of
from crm_core.intake.tables.scores import is_data
from crm_core.intake.tables.words import is_known, is_naming
from crm_core.workbook.sheets import Sheet

_ROW_GAPS = 200
_MOST = 20
_COLUMN_GAPS = 50
_WIDEST = 300
_BELOW = 20
_SEARCHED = 4

Grid = list[list[str | None]]


@dataclass(frozen=True)
class Block:
    """Places (from 0) of a part of a sheet: rows `top` … `bottom`, columns `left` … `right`, both ends open."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True)
class OwnHead:
    """The header that a block has of its own: its place, and by column place the key of its label."""

    place: int
    labels: dict[int, str]
    naming: bool


def inside(sheet: Sheet, area: Area) -> Sheet:
    """What of the sheet stands in the area; its addresses stay the sheet's."""
    cells = sheet.cells.loc[area.first_row : area.last_row, area.first_column : area.last_column]
    used = np.flatnonzero(cells.notna().to_numpy().any(axis=0))
    return _part(sheet, cells.iloc[:, used[0] : used[-1] + 1] if len(used) else cells.iloc[:, :0])


def _part(sheet: Sheet, cells: pd.DataFrame) -> Sheet:
    if cells.empty:
        return replace(sheet, cells=cells)
    rows, columns = (range(int(axis[0]), int(axis[-1]) + 1) for axis in (cells.index, cells.columns))
    errors = tuple(one for one in sheet.errors if one[0] in rows and one[1] in columns)
    return replace(sheet, cells=cells, errors=errors)


def apart(sheet: Sheet, filled: np.ndarray) -> list[Sheet]:
    """The sheet itself, or its tables one by one; every filled cell is in exactly one of them."""
    blocks = list(_blocks(sheet, filled, _trimmed(filled, Block(0, filled.shape[0], 0, filled.shape[1]))))
    if not 2 <= len(blocks) <= _MOST:  # more are the cards of a report, not tables
        return [sheet]
    cut = [sheet.cells.iloc[one.top : one.bottom, one.left : one.right] for one in blocks]
    return [_part(sheet, cells) for cells in cut]


def _blocks(sheet: Sheet, filled: np.ndarray, block: Block) -> Iterator[Block]:
    pieces = _beside(sheet, filled, block)
    pieces = pieces if len(pieces) > 1 else _below(sheet, filled, block)
    if len(pieces) < 2:
        yield block
        return
    for piece in pieces:
        yield from _blocks(sheet, filled, _trimmed(filled, piece))


def _trimmed(filled: np.ndarray, block: Block) -> Block:
    """The block without blank rows and columns around it."""
    within = filled[block.top : block.bottom, block.left : block.right]
    rows, columns = np.flatnonzero(within.any(axis=1)), np.flatnonzero(within.any(axis=0))
    return Block(
        block.top + int(rows[0]), block.top + int(rows[-1]) + 1,
        block.left + int(columns[0]), block.left + int(columns[-1]) + 1,
    )  # fmt: skip


# Below one another -------------------------------------------------------------------------------------------


def _below(sheet: Sheet, filled: np.ndarray, block: Block) -> list[Block]:
    """The block cut in front of every header of another table (its title included)."""
    starts = _after_blank_rows(filled, block)
    if not starts:
        return [block]
    cuts, head, first = [block.top], None, block.top
    for n, start in enumerate(starts):
        head = head or _own_head(sheet, filled, replace(block, top=first, bottom=start))
        bottom = next(
            (later for later in starts[n + 1 :] if _rows(filled, block, start, later) > 1), block.bottom
        )
        if head is None:
            continue
        own = _own_head(sheet, filled, replace(block, top=start, bottom=bottom), head)
        if own is not None and not _same_header(head, own):
            cuts.append(start)
            head, first = own, start
    ends = [*cuts[1:], block.bottom]
    return [replace(block, top=top, bottom=bottom) for top, bottom in zip(cuts, ends, strict=True)]


def _after_blank_rows(filled: np.ndarray, block: Block) -> list[int]:
    """Places of the filled rows that follow a blank one."""
    used = np.asarray(filled[block.top : block.bottom, block.left : block.right].any(axis=1))
    if used.all():
        return []
    return (np.flatnonzero(used[1:] & ~used[:-1]) + block.top + 1).tolist()[:_ROW_GAPS]


def _rows(filled: np.ndarray, block: Block, top: int, bottom: int) -> int:
    return int(filled[top:bottom, block.left : block.right].any(axis=1).sum())


def _same_header(one: OwnHead, other: OwnHead) -> bool:
    """The same labels again, or fewer of them, are a header that is printed again."""
    return set(other.labels.values()) <= set(one.labels.values())


# Side by side ------------------------------------------------------------------------------------------------


def _beside(sheet: Sheet, filled: np.ndarray, block: Block) -> list[Block]:
    """The block cut at blank columns with an independent table on either side."""
    used = np.asarray(filled[block.top : block.bottom, block.left : block.right].any(axis=0))
    if used.all():
        return [block]
    starts = np.flatnonzero(used[1:] & ~used[:-1]) + block.left + 1
    if len(starts) > _COLUMN_GAPS:
        return [block]
    cuts = [block.left]
    for start in starts.tolist():
        left = replace(block, left=cuts[-1], right=start)
        right = replace(block, left=start, right=_right_end(starts, start, block))
        if _independent(sheet, filled, _trimmed(filled, left), _trimmed(filled, right)):
            cuts.append(start)
    ends = [*cuts[1:], block.right]
    return [replace(block, left=left, right=right) for left, right in zip(cuts, ends, strict=True)]


def _right_end(starts: np.ndarray, start: int, block: Block) -> int:
    later = starts[starts > start]
    return int(later[0]) if len(later) else block.right


def _independent(sheet: Sheet, filled: np.ndarray, left: Block, right: Block) -> bool:
    """Both have a header that names somebody or something, no holes below it, and not the same rows."""
    heads = [_own_head(sheet, filled, side) for side in (left, right)]
    if heads[0] is None or heads[1] is None or not (heads[0].naming and heads[1].naming):
        return False
    ends = [
        _dense_end(filled, side, head)
        for side, head in zip((left, right), heads, strict=True)
        if head is not None
    ]
    if 0 in ends:
        return False
    return heads[0].place != heads[1].place or abs(ends[0] - ends[1]) > 1


def _dense_end(filled: np.ndarray, side: Block, head: OwnHead) -> int:
    """The place behind the unbroken rows below the header; 0 where they are few, have holes, or go on further down."""
    body = filled[head.place + 1 : side.bottom, side.left : side.right]
    blank = np.flatnonzero(~body.any(axis=1))
    rows = int(blank[0]) if len(blank) else len(body)
    if rows < 2 or int(body[rows:].any(axis=1).sum()) > 3:
        return 0
    key = min(head.labels) - side.left
    return head.place + 1 + rows if body[:rows, key].mean() >= 0.8 else 0


# A header of its own -----------------------------------------------------------------------------------------


def _own_head(sheet: Sheet, filled: np.ndarray, block: Block, upper: OwnHead | None = None) -> OwnHead | None:
    """The header among the block's first rows, with data right below it; None where nothing is surely one."""
    if block.right - block.left > _WIDEST:
        return None
    used = np.flatnonzero(filled[block.top : block.bottom, block.left : block.right].any(axis=1)) + block.top
    places = used[: _SEARCHED + _BELOW].tolist()
    grid = _grid(sheet, places, block)
    for n in range(min(_SEARCHED, len(places) - 1)):
        head = _as_head(places[n], grid[n], grid[n + 1 :], block, upper, titled=n > 0)
        if head is not None:
            return head
        if sum(map(bool, grid[n])) > 1 and any(map(is_data, filter(None, grid[n]))):
            return None
    return None


def _grid(sheet: Sheet, places: list[int], block: Block) -> Grid:
    cells = sheet.cells.iloc[places, block.left : block.right].to_numpy(dtype=object)
    return [[text if isinstance(text, str) else None for text in row] for row in cells]


def _as_head(
    place: int, row: Sequence[str | None], below: Grid, block: Block, upper: OwnHead | None, titled: bool
) -> OwnHead | None:
    labelled = {column: text.strip() for column, text in enumerate(row) if text}
    labels = {block.left + column: lexicon.key(text) for column, text in labelled.items()}
    if not _may_be_labels(list(labelled.values())) or not _covers(labelled, below) or _again(labelled, below):
        return None
    known = sum(is_known(text) or _is_period(text) for text in labelled.values())
    contrast = sum(_mostly_data(below, column) for column in labelled) / len(labelled)
    sure = known >= 2 and 2 * known >= len(labelled)
    other = titled or (set(labels) != set(upper.labels) if upper else len(labelled) > 2)
    if not sure and not (known and contrast >= 1 / 3 and other and len(below) > 1):
        return None
    return OwnHead(place, labels, any(is_naming(text) for text in list(labelled.values())[:2]))


def _is_period(text: str) -> bool:
    return header_period(text) is not None or year_of(text) is not None


def _may_be_labels(labels: list[str]) -> bool:
    """At least two short texts, no two alike, no data but months and years."""
    return (
        len(labels) > 1
        and len(set(map(lexicon.key, labels))) == len(labels)
        and all(len(text) <= 60 and (not is_data(text) or _is_period(text)) for text in labels)
    )


def _covers(labelled: dict[int, str], below: Grid) -> bool:
    """Whether most columns with cells below have a label, and most labels have cells below."""
    used = {column for row in below for column, text in enumerate(row) if text}
    both = len(used & set(labelled))
    return bool(used) and both >= 0.75 * len(used) and both >= 0.5 * len(labelled) and both > 1


def _again(labelled: dict[int, str], below: Grid) -> bool:
    """A word that stands in its column again is a value, not a header."""
    return any(row[column] == text for column, text in labelled.items() for row in below)


def _mostly_data(below: Grid, column: int) -> bool:
    texts = [text for row in below if (text := row[column])]
    return bool(texts) and sum(map(is_data, texts)) >= 0.6 * len(texts)
