"""The builder of a segment: groups of rows, who they are in words and how many, a name, and the button that saves."""

from collections.abc import Callable

import streamlit as st

from crm_core.actions.segments import save_segment
from crm_core.errors import InvalidInput, RegularsError
from crm_core.model.conditions import Condition
from crm_core.views.segments import saved as segments
from pages._parts import Desk, counted, go_to_people, plain, say_later, tell
from pages._segments.draft import Group, Row, Sketch, condition_of, rows, sketch_of
from pages._segments.parts import Catalogue, catalogue, draw_row, fault_of

SKETCH = "segment_sketch"  # session_state: what is being built; it stays until it is saved or thrown away
OPEN = "segment_open"  # session_state: whether the builder is what the page shows
REFUSED = "segment_refused"  # session_state: why the last save was refused
LAST = "segment_last"  # session_state: where the numbers of the next sketch begin
DEEPEST = 3  # groups in groups
HOW = ("all", "any", "none")


def build(
    condition: Condition | None = None, name: str = "", note: str = "", editing: int | None = None
) -> None:
    """Open the builder on a condition. For callbacks; on another page, go to the Segments page afterwards."""
    last = st.session_state[LAST] = st.session_state.get(LAST, 0) + 1000
    st.session_state[SKETCH] = sketch_of(condition, name, note, editing, last=last)
    st.session_state["segment_name"] = name
    st.session_state[OPEN] = True
    st.session_state.pop(REFUSED, None)


def sketch() -> Sketch | None:
    """What is being built."""
    return st.session_state.get(SKETCH)


def is_open() -> bool:
    """Whether the builder is to be shown."""
    return bool(st.session_state.get(OPEN)) and sketch() is not None


def close(forget: bool = False) -> None:
    """Back to the list; what was built waits there unless it is to be forgotten. For callbacks."""
    st.session_state[OPEN] = False
    st.session_state.pop(REFUSED, None)
    if forget:
        st.session_state.pop(SKETCH, None)


def head() -> None:
    """The way back, and which segment is being built."""
    drawn = sketch()
    st.button(
        "All segments", key="segments_back", icon=":material/arrow_back:", type="tertiary", on_click=close
    )
    new = drawn is None or drawn.editing is None
    st.title("New segment" if new else f"Change “{plain(drawn.name)}”", anchor=False)  # type: ignore[union-attr]


@st.fragment(key="segment_builder")
def builder(desk: Desk) -> None:
    """The rows and what they find; a click runs only this again."""
    drawn = sketch()
    if drawn is None or not is_open():
        st.rerun()
    _group(desk, drawn, drawn.root, catalogue(desk), 1)
    _found(desk, drawn)


def _group(desk: Desk, drawn: Sketch, group: Group, offered: Catalogue, depth: int) -> None:
    with st.container(border=True, gap="small", key=f"seg_group_{group.number}"):
        _how(drawn, group, depth)
        for part in list(group.parts):
            if isinstance(part, Row):
                draw_row(desk, drawn, part, offered)
            else:
                _group(desk, drawn, part, offered, depth + 1)
        _more(drawn, group, depth)


def _how(drawn: Sketch, group: Group, depth: int) -> None:
    with st.container(horizontal=True, wrap=False, gap="xsmall", key=f"seg_head_{group.number}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.markdown("They meet" if depth == 1 else "Meet", width="content")
            _how_many(group)
            st.markdown("of these", width="content")
        if depth > 1:
            st.button(
                "", key=f"seg_off_{group.number}", icon=":material/close:", type="tertiary",
                help="Take this group off", on_click=drawn.remove, args=(group.number,),
            )  # fmt: skip


def _how_many(group: Group) -> None:
    key = f"seg_how_{group.number}"
    st.session_state.setdefault(key, group.how)
    st.segmented_control(
        "How many of these", HOW, key=key, required=True, label_visibility="collapsed",
        on_change=_how_chosen, args=(group, key),
    )  # fmt: skip


def _how_chosen(group: Group, key: str) -> None:
    group.how = st.session_state[key]


def _more(drawn: Sketch, group: Group, depth: int) -> None:
    with st.container(horizontal=True, gap="xsmall", key=f"seg_more_{group.number}"):
        st.button(
            "Add a condition", key=f"seg_row_more_{group.number}", icon=":material/add:", type="tertiary",
            on_click=_add, args=(drawn.add_row, group),
        )  # fmt: skip
        if depth < DEEPEST:
            st.button(
                "Add a group", key=f"seg_group_more_{group.number}", icon=":material/account_tree:", type="tertiary",
                on_click=_add, args=(drawn.add_group, group),
                help="Several conditions of which all, any or none are met",
            )  # fmt: skip


def _add(add: Callable[[Group], object], group: Group) -> None:
    add(group)


# What it finds ----------------------------------------------------------------------------------------------


def _found(desk: Desk, drawn: Sketch) -> None:
    condition = condition_of(drawn.root)
    is_broken = any(fault_of(desk, row) for row in rows(drawn.root))
    with st.container(border=True, gap="small", key="segment_found"):
        if condition is None:
            st.markdown("**Nothing is asked yet.** Choose what to ask about in the first row.")
        elif is_broken:
            st.markdown(
                "**Not counted yet.** Choose something else in the row that is marked, or take it off."
            )
        else:
            _counted(desk, condition)
        _unfinished(drawn)
        _save_line(desk, drawn, condition is not None and not is_broken)


def _counted(desk: Desk, condition: Condition) -> None:
    words = plain(segments.describe(condition))
    try:
        people = segments.live_count(desk.database, condition, desk.as_of)
    except RegularsError as refusal:
        tell(refusal)
        st.markdown(words)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="segment_count"):
        st.markdown(f":green[**{counted(people, 'person', 'people')}**] · {words}", width="stretch")
        if st.button("Show them", key="segment_show", icon=":material/group:", disabled=not people):
            go_to_people(segments.describe(condition), condition)


def _unfinished(drawn: Sketch) -> None:
    waiting = sum(row.what is not None and condition_of(row) is None for row in rows(drawn.root))
    if waiting:
        words = (
            "1 row has no value yet and does not count"
            if waiting == 1
            else f"{waiting} rows have no value yet and do not count"
        )
        st.caption(f":material/pending: {words}.")


def _save_line(desk: Desk, drawn: Sketch, is_sound: bool) -> None:
    refused = st.session_state.get(REFUSED)
    if refused is not None:
        tell(refused)
    st.session_state.setdefault("segment_name", drawn.name)
    with st.container(horizontal=True, vertical_alignment="bottom", key="segment_save_line"):
        st.text_input(
            "Name", key="segment_name", placeholder="for example: Regulars gone quiet", width=340, max_chars=120,
            on_change=_named, args=(drawn,),
        )  # fmt: skip
        st.button(
            "Save segment" if drawn.editing is None else "Save changes", key="segment_save", type="primary",
            icon=":material/save:", disabled=not is_sound, on_click=_save, args=(desk, drawn),
        )  # fmt: skip
        st.button("Discard", key="segment_discard", type="tertiary", on_click=close, args=(True,))


def _named(drawn: Sketch) -> None:
    drawn.name = st.session_state["segment_name"].strip()


def _save(desk: Desk, drawn: Sketch) -> None:
    condition = condition_of(drawn.root)
    try:
        if condition is None or not drawn.name:
            raise InvalidInput("Give the segment a name, so that you find it again.")
        save_segment(desk.database, drawn.name, condition, note=drawn.note, replace=drawn.editing, **desk.act)
    except RegularsError as refusal:
        st.session_state[REFUSED] = refusal
        return
    say_later(f"“{drawn.name}” is saved. It can be used on Customers and Follow-ups.")
    close(forget=True)
