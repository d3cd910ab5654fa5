"""The sheet as it is in the file, with the table that was found on it in a frame: one HTML table.

Cells are other people's texts. `escaped` is the one place where they become HTML; nothing in them is ever markup.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

import pandas as pd
import streamlit as st

from crm_core.actions.choosing import column_letter
from pages._parts import counted, number

HEAD, TAIL, AROUND = 15, 6, 3  # rows shown from the top, from the end, and around the ends of the table
COLUMNS = 40
CELL, TITLE = 80, 400  # characters of a cell that are shown, and that its hover says
NUMBER = re.compile(r"[^\w]*\d[\d\s.,'’]*[^\w]*(E[+-]?\d+)?")  # with its sign, currency and percent
WHOLE_ROW = 0  # the column of a matter that concerns no single cell
Frame = tuple[int, int, int, int]  # first row, last row, first column, last column: all inside, from 1

# light-dark() goes with the theme the page is shown in, whoever chose it.
STYLE = """<style>
.outlined {--ink: light-dark(#2b2723, #ece7df); --quiet: light-dark(#655d54, #b5ada2);
  --paper: light-dark(#fdfbf7, #171614); --rule: light-dark(#e6dfd2, #3a3732);
  --head: light-dark(#efe8db, #2e2b27); --accent: light-dark(#0b6e66, #4fb8ab);
  --tint: light-dark(#e0f1ee, #14322e); --amber: light-dark(#fbe3bd, #55391a);
  --amber-ink: light-dark(#8a4a05, #efb972);
  max-height: min(38rem, 75vh); overflow: auto; border: 1px solid var(--rule); border-radius: .5rem; color: var(--ink);
  overscroll-behavior-x: contain}
.outlined table {border-collapse: separate; border-spacing: 0; font-size: .8125rem; line-height: 1.25; margin: 0;
  min-width: 100%}
.outlined th, .outlined td {padding: .22rem .55rem; border: 0 solid var(--rule); border-width: 0 1px 1px 0;
  white-space: nowrap; text-align: start; max-width: 16rem; overflow: hidden; text-overflow: ellipsis;
  unicode-bidi: isolate; background: var(--paper); color: var(--ink)}
.outlined thead th {position: sticky; top: 0; z-index: 2; background: var(--head); color: var(--quiet);
  font-weight: 500; vertical-align: bottom; text-align: center}
.outlined thead small {display: block; color: var(--accent); font-weight: 600; font-size: .75rem}
.outlined tbody th, .outlined thead th:first-child {position: sticky; left: 0; z-index: 1; background: var(--head);
  color: var(--quiet); font-weight: 500; width: 1%; text-align: end; font-variant-numeric: tabular-nums}
.outlined thead th:first-child {z-index: 3}
.outlined td.n {text-align: end; font-variant-numeric: tabular-nums}
.outlined tr.out td {color: var(--quiet); font-style: italic; max-width: 9rem}
.outlined tr.out td.why {max-width: none}
.outlined tbody th.odd {background: var(--amber); color: var(--amber-ink); font-weight: 600}
.outlined td.off {color: var(--quiet)}
.outlined tr.head td.in {background: var(--tint); font-weight: 650}
.outlined td.top {border-top: 2px solid var(--accent)} .outlined td.bottom {border-bottom: 2px solid var(--accent)}
.outlined td.left {border-left: 2px solid var(--accent)} .outlined td.right {border-right: 2px solid var(--accent)}
.outlined td.odd {background: var(--amber); color: var(--amber-ink); font-weight: 600}
.outlined tr.gap td {color: var(--quiet); padding-block: .45rem; max-width: none}
.outlined td.why {position: sticky; right: 0; border-width: 0; max-width: none; background: none}
.outlined td.why span {background: var(--head); color: var(--quiet); font-style: normal; border-radius: .4rem;
  padding: .1rem .45rem; font-size: .75rem}
</style>"""


@dataclass(frozen=True)
class Picture:
    """What is to be seen: the cells (index and columns as the sheet counts them) and what was made of them.

    `frame`: the table, None where there is none. `becomes`: column → our word. `left_out`: row → why. `odd`:
    (row, column) → what is the matter there, column 0: with the row. `numbers`: the columns that stand to the right.
    """

    cells: pd.DataFrame
    frame: Frame | None = None
    heads: frozenset[int] = frozenset()
    becomes: Mapping[int, str] = field(default_factory=dict)
    left_out: Mapping[int, str] = field(default_factory=dict)
    odd: Mapping[tuple[int, int], str] = field(default_factory=dict)
    numbers: frozenset[int] = frozenset()


def outlined(picture: Picture, label: str) -> None:
    """Draw it; it scrolls sideways and down inside its own frame. `label`: what a screen reader says of it."""
    if len(picture.cells):
        st.html(as_html(picture, label))


def escaped(text: object, most: int = CELL) -> str:
    """Somebody's text as HTML text or attribute, in one line and not longer than `most` characters."""
    line = " ".join(str(text).split())
    return escape(line if len(line) <= most else line[: most - 1] + "…", quote=True)


def as_html(picture: Picture, label: str) -> str:
    """The whole table as HTML."""
    columns = _columns(picture)
    more = len(picture.cells.columns) - len(columns)
    rows = "".join(_body(picture, columns))
    return (
        f'{STYLE}<div class="outlined" role="region" tabindex="0" aria-label="{escaped(label, TITLE)}"><table>'
        f"<thead><tr><th></th>{''.join(_letter(picture, one) for one in columns)}{_more(more)}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def range_text(frame: Frame) -> str:
    """As spreadsheets write it: B4:H120."""
    first, last, left, right = frame
    return f"{column_letter(left)}{first}:{column_letter(right)}{last}"


def shown_rows(picture: Picture) -> list[tuple[int, int]]:
    """The stretches of rows that are shown, from and to, in order and apart: the top, the table's ends, the end."""
    first, last = int(picture.cells.index[0]), int(picture.cells.index[-1])
    wanted = [(first, first + HEAD - 1), (last - TAIL + 1, last)]
    if picture.frame is not None:
        top, bottom = picture.frame[:2]
        wanted += [(top - AROUND, max([top, *picture.heads]) + AROUND), (bottom - AROUND, bottom + AROUND)]
    stretches: list[tuple[int, int]] = []
    for start, end in sorted((max(start, first), min(end, last)) for start, end in wanted):
        if stretches and start <= stretches[-1][1] + 2:  # a gap of one row is no gap
            stretches[-1] = (stretches[-1][0], max(end, stretches[-1][1]))
        elif start <= end:
            stretches.append((start, end))
    return stretches


def _columns(picture: Picture) -> list[int]:
    """The columns that are shown: as many as are read with ease, from the table's own on where it stands far out."""
    every = [int(one) for one in picture.cells.columns]
    start = max(0, every.index(picture.frame[2]) - 1) if picture.frame and picture.frame[2] in every else 0
    start = 0 if len(every) <= COLUMNS or start < COLUMNS // 2 else start
    return every[start : start + COLUMNS]


def _more(columns: int) -> str:
    return f"<th>… {escaped(counted(columns, 'more column'))}</th>" if columns > 0 else ""


def _letter(picture: Picture, column: int) -> str:
    word = picture.becomes.get(column)
    return f"<th>{column_letter(column)}{f'<small>{escaped(word, 24)}</small>' if word else ''}</th>"


def _body(picture: Picture, columns: list[int]) -> Iterator[str]:
    shown = shown_rows(picture)
    for place, (start, end) in enumerate(shown):
        if place:
            yield _gap(picture, columns, shown[place - 1][1] + 1, start - 1)
        for row, *cells in picture.cells.loc[start:end, columns].itertuples():
            yield _row(picture, columns, int(row), cells)


def _row(picture: Picture, columns: list[int], row: int, cells: Iterable[object]) -> str:
    why = picture.left_out.get(row)
    kind = "out" if why else "head" if row in picture.heads else ""
    told = f'<td class="why"><span>{escaped(why)}</span></td>' if why else ""
    inner = "".join(_cell(picture, row, column, cell) for column, cell in zip(columns, cells, strict=True))
    return f'<tr class="{kind}">{_number(picture, row)}{inner}{told}</tr>'


def _number(picture: Picture, row: int) -> str:
    """The row's number; coloured where something is the matter with the row as a whole."""
    matter = picture.odd.get((row, WHOLE_ROW))
    return f'<th class="odd" title="{escaped(matter, TITLE)}">{row}</th>' if matter else f"<th>{row}</th>"


def _cell(picture: Picture, row: int, column: int, cell: object) -> str:
    missing = cell is None or cell != cell
    matter = picture.odd.get((row, column))
    classes = [*_edges(picture.frame, row, row, column, column)]
    below = row not in picture.heads and (picture.frame is None or row >= picture.frame[0])
    right = below and column in picture.numbers and not missing and bool(NUMBER.fullmatch(str(cell)))
    classes += ["n"] * right + ["odd"] * bool(matter)
    hover = matter or ("" if missing or len(str(cell)) <= CELL // 3 else str(cell))
    title = f' title="{escaped(hover, TITLE)}"' if hover else ""
    return f'<td dir="auto" class="{" ".join(classes)}"{title}>{"" if missing else escaped(cell)}</td>'


def _edges(frame: Frame | None, first: int, last: int, left: int, right: int) -> Iterator[str]:
    """On which sides the frame passes by these rows and columns, and whether they lie inside it."""
    if frame is None:
        return
    inside = frame[0] <= first and last <= frame[1] and frame[2] <= left and right <= frame[3]
    yield "in" if inside else "off"
    if inside:
        sides = {"top": first == frame[0], "bottom": last == frame[1], "left": left == frame[2]}
        yield from (name for name, here in {**sides, "right": right == frame[3]}.items() if here)


def _gap(picture: Picture, columns: list[int], first: int, last: int) -> str:
    """Rows that are not shown: how many, and what of them is worth knowing."""
    said = [f"… {counted(last - first + 1, 'row')} …"]
    if out := sum(first <= row <= last for row in picture.left_out):
        said.append(f"{number(out)} left out")
    if odd := len({row for row, _ in picture.odd if first <= row <= last}):
        said.append(f"{number(odd)} with a problem")
    by_table = picture.frame is not None and picture.frame[0] <= first and last <= picture.frame[1]
    parts = _parts_of(picture.frame if by_table else None, columns)
    words = [escaped(" · ".join(said)) if place == len(parts) // 2 else "" for place in range(len(parts))]
    sides = [" ".join(_edges(picture.frame, first, last, part[0], part[-1])) for part in parts]
    cells = "".join(
        f'<td colspan="{len(part)}" class="{side}">{word}</td>'
        for part, side, word in zip(parts, sides, words, strict=True)
    )
    return f'<tr class="gap"><th>⋮</th>{cells}</tr>'


def _parts_of(frame: Frame | None, columns: list[int]) -> list[list[int]]:
    """The columns before, inside and after the frame, without those parts that are empty."""
    left, right = (frame[2], frame[3]) if frame else (columns[0], columns[-1])
    parts = (
        [one for one in columns if one < left],
        [one for one in columns if left <= one <= right],
        [one for one in columns if one > right],
    )
    return [part for part in parts if part]
