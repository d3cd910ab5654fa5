"""What would change: one row a record, each changed cell as before → after; and by column, whose value holds."""

from collections.abc import Hashable
from typing import Any

import pandas as pd
import streamlit as st

from crm_core.model.registry import ENTITIES
from pages._parts import Desk, counted, is_missing, number, plain
from pages._upload.columns import POLICIES, label_of
from pages._upload.deciding import say_policy
from pages._upload.draft import Draft
from pages._upload.naming import naming_columns
from pages._upload.values import ROW, SHOWN_ROWS, row_of, told_cells, written

BLANK = "(blank)"
# One hue a kind of change, pale enough for the ink of both themes to stand on it.
FILLED, OTHER, EMPTIED = "rgba(11, 143, 132, .20)", "rgba(224, 150, 40, .26)", "rgba(200, 80, 60, .24)"
LOOKS = {FILLED: ("green", "filled in"), OTHER: ("orange", "changed"), EMPTIED: ("red", "emptied")}
BY_COLUMN = 8  # columns whose switch is in sight at once


def is_decided(now: Draft) -> bool:
    """Whether somebody said of a column that it should not simply take the file's; it can be said otherwise below."""
    return any(_decided(now, sheet) for sheet in now.plan.sheets if sheet.entity)


def changed(desk: Desk, now: Draft) -> None:
    """Sheet by sheet: the records, then the switch of every column."""
    told = told_cells(now.plan)
    for sheet in now.plan.sheets:
        cells = told[told["sheet"] == sheet.sheet]
        if sheet.entity and (len(cells) or _decided(now, sheet)):
            _one_sheet(desk, now, sheet, cells)


def _one_sheet(desk: Desk, now: Draft, sheet: Any, cells: pd.DataFrame) -> None:
    records = cells[["row", "entity", "id"]].drop_duplicates().sort_values("row", kind="stable")
    more = f", the first {SHOWN_ROWS} are shown" if len(records) > SHOWN_ROWS else ""
    kind = ENTITIES[sheet.entity]
    one, many = kind.label.lower(), kind.plural.lower()
    if sheet.entity == "follow-up":
        one, many = "record", "records"
    amount = counted(len(records), f"changed {one}", f"changed {many}")
    found = before_after(desk, sheet, cells, records.head(SHOWN_ROWS)) if len(cells) else None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"**{plain(sheet.sheet)}** · {amount}{more}", width="content")
        if found:
            _legend(found[1])
    if found:
        _grid(sheet, *found)
    if sheet.entity == "follow-up":
        return
    with st.container(gap="xsmall"):
        st.markdown("**Whose value holds, column by column**")
        _by_column(now, sheet, cells)


def _grid(sheet: Any, frame: pd.DataFrame, colours: pd.DataFrame) -> None:
    st.dataframe(
        frame.style.apply(lambda _: colours, axis=None), hide_index=True, placeholder="",
        key=f"changed_{sheet.sheet}", column_config={"Row": ROW, **_widths(frame, colours)},
        height=min(38 + 35 * len(frame), 460),
    )  # fmt: skip


def _widths(frame: pd.DataFrame, colours: pd.DataFrame) -> dict[str, Any]:
    """A changed column is as wide as what stands in it, within reason."""
    changing = [name for name in frame if colours[name].ne("").any()]
    letters = {name: max(len(str(name)), int(frame[name].str.len().max())) for name in changing}
    return {
        name: st.column_config.TextColumn(width=min(30 + 7 * most, 340)) for name, most in letters.items()
    }


# By column --------------------------------------------------------------------------------------------------


def _decided(now: Draft, sheet: Any) -> list[str]:
    """The headers about which a person said something else than to take the file's."""
    places = {place for place, policy in now.choices[sheet.sheet].policies.items() if policy != "theirs"}
    table = now.upload.sheet(sheet.sheet).table
    return [one.header for one in table.columns if one.position in places] if table else []


def _by_column(now: Draft, sheet: Any, cells: pd.DataFrame) -> None:
    """A line a column: how many cells, and the switch; in the sheet's order, so that none moves when it is used."""
    changing, said = set(cells["field"]), _decided(now, sheet)
    lines = [header for header, name in sheet.mapping.items() if name in changing or header in said]
    for header in lines[:BY_COLUMN]:
        _switch(now, sheet, cells, header)
    if len(lines) > BY_COLUMN:
        with st.expander(f"{counted(len(lines) - BY_COLUMN, 'more column')}"):
            for header in lines[BY_COLUMN:]:
                _switch(now, sheet, cells, header)


def _switch(now: Draft, sheet: Any, cells: pd.DataFrame, header: str) -> None:
    table: Any = now.upload.sheet(sheet.sheet).table
    position = next(one.position for one in table.columns if one.header == header)
    held = now.choices[sheet.sheet].policies.get(position, "theirs")
    key = f"policy_{sheet.sheet}_{position}_{now.turn}"
    mine = cells[cells["field"] == sheet.mapping[header]]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{plain(label_of(sheet.entity, sheet.mapping[header]))}** · {_what(mine, held)}",
            width=280,
        )
        st.segmented_control(
            plain(header), list(POLICIES), default=held, required=True, format_func=POLICIES.__getitem__, key=key,
            label_visibility="collapsed", on_change=_say, args=(sheet.sheet, header, key),
        )  # fmt: skip


def _what(cells: pd.DataFrame, held: str) -> str:
    if not len(cells):
        return "ours are kept" if held == "ours" else "nothing to fill"
    filled, emptied = int(cells["before"].isna().sum()), int(cells["after"].isna().sum())
    counts = {"changed": len(cells) - filled - emptied, "filled in": filled, "emptied": emptied}
    return ", ".join(f"{number(amount)} {word}" for word, amount in counts.items() if amount)


def _say(sheet: str, header: str, key: str) -> None:
    if policy := st.session_state[key]:
        say_policy(sheet, header, policy)


# The records ------------------------------------------------------------------------------------------------


def before_after(
    desk: Desk, sheet: Any, cells: pd.DataFrame, records: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The grid and, in the same shape, its colours. `records`: row, entity and id of those that are shown."""
    mine = cells.merge(records, on=["row", "entity", "id"])
    fields = [(one.entity, one.field) for one in mine[["entity", "field"]].drop_duplicates().itertuples()]
    known = _naming(desk, sheet, records["row"])
    frame = pd.concat([pd.DataFrame({"Row": [row_of(row) for row in records["row"]]}), known], axis=1)
    colours = pd.DataFrame("", index=frame.index, columns=frame.columns)
    places = {tuple(key): place for place, key in enumerate(records.itertuples(index=False))}
    for entity, name in fields:
        words, tints = _column(desk, mine, places, entity, name)
        title = label_of(sheet.entity, name if entity == sheet.entity else f"{entity}.{name}")
        # A name that changes is said both ways; the others in its column stand as they are.
        frame[title] = _over(frame[title], words) if title in frame else words
        colours[title] = tints
    return frame, colours


def _column(
    desk: Desk, mine: pd.DataFrame, places: dict[tuple[Hashable, ...], int], entity: str, name: str
) -> tuple[list[str], list[str]]:
    words, tints = [""] * len(places), [""] * len(places)
    for cell in mine[(mine["entity"] == entity) & (mine["field"] == name)].itertuples():
        place = places[cell.row, cell.entity, cell.id]
        words[place] = f"{_told(desk, cell, cell.before)} → {_told(desk, cell, cell.after)}"
        tints[place] = f"background-color: {_tint(cell)}"
    return words, tints


def _over(names: pd.Series, words: list[str]) -> list[str]:
    return [word or name for name, word in zip(names, words, strict=True)]


def _tint(cell: Any) -> str:
    return FILLED if is_missing(cell.before) else EMPTIED if is_missing(cell.after) else OTHER


def _told(desk: Desk, cell: Any, value: object) -> str:
    return BLANK if is_missing(value) else written(desk, cell.entity, cell.field, value)


def _naming(desk: Desk, sheet: Any, rows: pd.Series) -> pd.DataFrame:
    """What tells the records apart: up to two columns of the sheet."""
    names = naming_columns(sheet.frame)
    if not names:
        return pd.DataFrame()
    found = sheet.frame.reindex(rows)[names]
    words = {
        label_of(sheet.entity, name): [written(desk, sheet.entity, name, one) for one in found[name]]
        for name in names
    }
    return pd.DataFrame(words)


def _legend(colours: pd.DataFrame) -> None:
    """Which colour is which, of those that are there."""
    there = {tint for tint in LOOKS if colours.eq(f"background-color: {tint}").any(axis=None)}
    st.markdown(" ".join(f":{LOOKS[tint][0]}-badge[{LOOKS[tint][1]}]" for tint in LOOKS if tint in there))
