"""The grid of any declared entity: what is asked for, the page of it, what can be done with the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from crm_core.model.entities import Entity, Kind
from crm_core.model.rights import EXPORT, IMPORT
from crm_core.views import records
from crm_core.views.records import RecordPage, RecordQuery
from pages._grid import unsaved
from pages._grid.columns import column, with_points_aligned
from pages._grid.dialogs import add, article, ask_removal
from pages._grid.drafts import PICK, Shown, Subject, show
from pages._grid.tools import Tools, chips, question
from pages._grid.work import Grid, besides, clicked_row, draw
from pages._parts import (
    Desk,
    counted,
    day,
    download,
    go_to_page,
    go_to_person,
    in_words,
    is_missing,
    number,
    same_day,
)

CALLED = ("name", "number", "label", "colleague", "customer", "product")
HOW_BACK = (
    "To change many at once: press “Excel”, change cells or add rows, and drop the sheet on the Upload page. "
    "It shows every difference before it is saved."
)


def record_grid(
    desk: Desk,
    entity: str,
    *,
    fixed_filters: Mapping[str, Any] | None = None,
    columns: Sequence[str] = (),
    key: str = "",
    linked: bool = False,
) -> None:
    """Any uploadable entity as a grid with all that belongs to it. The page ends with `show_dialog(desk)`.

    `fixed_filters`: by field the value or values that always hold, such as {"customer": 12}; their columns are left
    out. `columns`: those usually shown. `key`: where a page has several grids of one entity. `linked`: the search and
    the filters stand in the page's address.
    """
    with in_words():
        declared, fixed = records.declared(entity), dict(fixed_filters or {})
        name = key or f"records_{entity.replace('-', '_')}"
        tools = Tools(declared, name, fixed, tuple(columns), linked)
        grid = grid_of(declared, name, desk.may_change(entity))
        with st.container(horizontal=True, vertical_alignment="center", key=f"{name}_tools"):
            query = question(desk, tools)
            st.space("stretch")
            if desk.may_change(entity):
                _add_button(desk, grid, fixed)
        with st.container(horizontal=True, gap="xsmall", key=f"{name}_chips"):
            narrowed = chips(tools) or bool(query.search) or bool(fixed)
        st.fragment(_rows, key=f"{name}_rows")(desk, grid, query, narrowed)


def grid_of(entity: Entity, key: str, may_change: bool = True) -> Grid:
    """The grid of an entity, for what a session holds of it under that key."""
    locked = () if may_change else tuple(field.name for field in entity.fields)
    subject = Subject(entity, locked, opens="customer_id" in entity.columns)
    return Grid(key, subject, partial(_called, entity), entity.label.lower(), mark=f"{key}_")


def _called(entity: Entity, row: Mapping[str, Any]) -> str | None:
    """Anna Novak, 5 Jan 2026; for a row without a name of its own the day tells it from others."""
    first = next((str(row[name]) for name in CALLED if row.get(name)), None)
    when = row.get(entity.dated) if entity.dated else None
    return ", ".join(part for part in (first, day(when)) if part) or None


def _add_button(desk: Desk, grid: Grid, fixed: Mapping[str, Any]) -> None:
    entity = grid.subject.entity
    st.button(
        f"New {entity.label.lower()}", key=f"{grid.key}_new", icon=":material/add:", type="primary", on_click=add,
        args=(entity.name, _customer_of(desk, fixed), _single(fixed), grid),
    )  # fmt: skip


def _customer_of(desk: Desk, fixed: Mapping[str, Any]) -> tuple[int, str] | None:
    """The customer whose records alone are shown."""
    if not isinstance(fixed.get("customer"), int):
        return None
    name = records.name_of_customer(desk.database, fixed["customer"], desk.as_of)
    return None if name is None else (fixed["customer"], name)


def _single(fixed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fixed.items() if isinstance(value, str)}


def _rows(desk: Desk, grid: Grid, query: RecordQuery, narrowed: bool) -> None:
    """The grid and its bar; an edit runs only this again."""
    grid.collect()
    same_day(desk)
    with in_words():
        turner = f"{grid.key}_page_{abs(hash(query))}"  # another question begins on its first page
        query = replace(query, page=int(st.session_state.get(turner) or 1))
        page = records.page_of(desk.database, query, desk.as_of)
        bar = st.container(horizontal=True, vertical_alignment="center", key=f"{grid.key}_bar")
        news = st.container()
        if page.total:
            _table(grid, page, query)
        else:
            _nothing(desk, grid, narrowed)
        if page.pages > 1:
            st.pagination(page.pages, key=turner)
        unsaved.waiting(desk, grid)  # below the grid: nothing moves under the hand that edits
        if page.total and desk.may(EXPORT) and desk.may_change(query.entity):
            st.caption(_how_back(grid.subject.entity))
        with bar:
            _bar(desk, grid, query, page)
        with news:
            unsaved.outcome(desk, grid)


def _how_back(entity: Entity) -> str:
    """From Excel and back; and what is better corrected here, where rows have no key of their own."""
    if not entity.content:
        return HOW_BACK
    labels = ", ".join(entity.field(name).label.lower() for name in entity.content)
    return f"{HOW_BACK} Correct these here, as a row with another one may count as a new row: {labels}."


def _table(grid: Grid, page: RecordPage, query: RecordQuery) -> None:
    mine, state = grid.work, [page.revisions.get(name, 0) for name in (grid.subject.entity.name, "customer")]
    key = f"{grid.key}_grid_{'-'.join(map(str, state))}_{mine.turn}_{page.page}_{abs(hash(query)) % 10**10}"
    mine.shown = grid.out(key) or _shown(grid, key, page, query)
    opened = f"{grid.key}_opened"
    config = besides(opened, "Tick rows to remove them", "Open this customer's page")
    if grid.subject.locked:
        config[PICK] = None  # nothing can be done with ticked rows
    names = [name for name in mine.shown.given.columns if name not in config]
    config |= {name: column(grid.subject, name, pinned=_stays(grid, name)) for name in names}
    draw(
        grid,
        config,
        f"{grid.subject.entity.plural}, one a row; cells with a pencil in their column's head can be edited",
    )
    _open_clicked(grid, opened)


def _stays(grid: Grid, name: str) -> bool:
    """What a row is about stays in sight when the grid is scrolled sideways."""
    entity = grid.subject.entity
    return entity.field(name).kind is Kind.REFERENCE or name in entity.keys[:1]


def _shown(grid: Grid, key: str, page: RecordPage, query: RecordQuery) -> Shown:
    """The page as it goes out; who it is about stays known where their column is not shown."""
    aside = [name for name in page.frame.columns if name not in ("id", "version", *query.columns)]
    subject = replace(grid.subject, hidden=tuple(aside))
    shown = show(subject, key, page.frame, grid.work.drafts, grid.work.picked)
    return with_points_aligned(shown, subject)


def _open_clicked(grid: Grid, opened: str) -> None:
    """The button in a row: to the page of its customer, if it has one."""
    row, shown = clicked_row(grid, opened), grid.work.shown
    customer: Any = None if row is None or shown is None else shown.stored.at[row, "customer_id"]
    if not is_missing(customer):
        go_to_person(int(customer))


def _bar(desk: Desk, grid: Grid, query: RecordQuery, page: RecordPage) -> None:
    """How many, which of them; to Excel; what is ticked; what waits to be saved."""
    entity = grid.subject.entity
    total = counted(page.total, entity.label.lower(), entity.plural.lower())
    first = (page.page - 1) * query.size + 1
    there = f"{number(first)}–{number(first + len(page.frame) - 1)} of {total}" if page.pages > 1 else total
    st.markdown(f"**{there}**", width="content")
    download(
        "Excel", partial(records.record_file, desk.database, query), f"{entity.plural.lower()}-{desk.as_of}.xlsx",
        key=f"{grid.key}_excel", disabled=not page.total,
    )  # fmt: skip
    if desk.may_change(query.entity):
        _ticked(grid)
        unsaved.buttons(desk, grid)


def _ticked(grid: Grid) -> None:
    if not grid.work.picked:
        return
    st.badge(f"{number(len(grid.work.picked))} ticked", icon=":material/check_box:", color="green")
    st.button("Untick", key=f"{grid.key}_untick", type="tertiary", on_click=_untick, args=(grid,))
    if st.button(
        "Remove", key=f"{grid.key}_remove", icon=":material/delete:", type="tertiary", on_click=ask_removal,
        args=(grid,),
    ):  # fmt: skip
        st.rerun()  # the question stands outside of what an edit runs again


def _untick(grid: Grid) -> None:
    grid.collect()
    grid.work.picked = set()
    grid.work.again()


def _nothing(desk: Desk, grid: Grid, narrowed: bool) -> None:
    """What to do where nothing is shown."""
    entity = grid.subject.entity
    with st.container(border=True, horizontal_alignment="center", key=f"{grid.key}_nothing"):
        if narrowed:
            words = f"**No {entity.plural.lower()} fit what is asked for.** Try fewer letters, or take a filter off."
            st.markdown(words, width="content")
            return
        by_hand = f"add {article(entity)} by hand" if desk.may_change(entity.name) else ""
        by_sheet = "upload a sheet that holds them" if desk.may(IMPORT) and desk.sees_all else ""
        words = ", or ".join(filter(None, (by_sheet, by_hand)))
        said = f" {words[:1].upper()}{words[1:]}." if words else ""
        st.markdown(f"**No {entity.plural.lower()} yet.**{said}", width="content")
        if by_sheet and st.button("Upload a sheet", key=f"{grid.key}_upload", icon=":material/upload_file:"):
            go_to_page("upload")
