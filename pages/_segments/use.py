"""Saved segments on the other pages: chosen as a filter, made from the filters that are set, as those to be called."""

import streamlit as st

from crm_core.actions.segments import save_segment
from crm_core.errors import InvalidInput, RegularsError
from crm_core.model.conditions import All, Condition, Saved, Where, all_of
from crm_core.model.folding import search_words
from crm_core.views.customers import PeopleQuery
from crm_core.views.segments import saved as segments
from crm_core.views.segments.names import segment_names
from pages._parts import Desk, go_to_page, in_words, plain, say_later, tell
from pages._people.filters import everybody_of, people_words
from pages._segments.builder import build

SAVING = "segment_saving"  # session_state: the condition that is about to be saved under a name
REFUSED = "segment_saving_refused"
AMONG = "among"  # on Follow-ups, in the link: the saved segment whose people are called


# From the filters of Customers ------------------------------------------------------------------------------


def save_button(condition: Condition, search: str) -> None:
    """Beside the chips: keep what is filtered now as a segment."""
    if condition != All() and not isinstance(condition, Saved):
        st.button(
            "Save as segment", key="save_as_segment", icon=":material/bookmark_add:", type="tertiary",
            on_click=_ask, args=(with_search(condition, search),),
            help="Keep these filters under a name, to come back to them",
        )  # fmt: skip


def with_search(condition: Condition, search: str) -> Condition:
    """The condition, and each word of the search as a part of it."""
    words = tuple(Where("search", "contains", word) for word in search_words(search))
    parts = (*(condition.parts if isinstance(condition, All) else (condition,)), *words)
    return all_of(*parts)


def _ask(condition: Condition) -> None:
    st.session_state[SAVING] = condition
    st.session_state.pop(REFUSED, None)


def _forget() -> None:
    for key in (SAVING, REFUSED):
        st.session_state.pop(key, None)


def saving_dialog(desk: Desk) -> None:
    """The window that asks for the name, where one is asked for."""
    if SAVING in st.session_state:
        ask = st.dialog("Save as segment", icon=":material/bookmark_add:", on_dismiss=_forget)
        ask(_saving)(desk)


def _saving(desk: Desk) -> None:
    condition = st.session_state.get(SAVING)
    if condition is None:
        st.rerun()  # a window runs by itself: once it is answered, the whole page has to
    _about(desk, condition)
    refused = st.session_state.get(REFUSED)
    if refused is not None:
        tell(refused)
    with st.form("save_as_segment_form", border=False):
        st.text_input("Name", key="save_as_segment_name", placeholder="Regulars gone quiet", max_chars=120)
        st.form_submit_button("Save segment", type="primary", on_click=_save, args=(desk, condition))
    if st.button(
        "Open it in the builder", key="save_as_segment_build", type="tertiary", icon=":material/edit:"
    ):
        _forget()
        build(condition, str(st.session_state.get("save_as_segment_name") or "").strip())
        go_to_page("segments")


def _about(desk: Desk, condition: Condition) -> None:
    with in_words():
        people = segments.live_count(desk.database, condition, desk.as_of)
        st.markdown(f"**{people_words(people)}:** {plain(segments.describe(condition))}")


def _save(desk: Desk, condition: Condition) -> None:
    name = str(st.session_state.get("save_as_segment_name") or "").strip()
    try:
        if not name:
            raise InvalidInput("Give the segment a name, so that you find it again.")
        save_segment(desk.database, name, condition, **desk.act)
    except RegularsError as refusal:
        st.session_state[REFUSED] = refusal
        return
    say_later(f"“{name}” is saved. It stands under Filter and on the Segments page.")
    _forget()


# As those to be called --------------------------------------------------------------------------------------


def among(desk: Desk) -> tuple[int, ...] | None:
    """The people of the saved segment chosen on Follow-ups; None for everybody."""
    names = segment_names(desk.database, desk.as_of)
    if not names:
        return None
    name = st.selectbox(
        "Among", names, None, key=AMONG, bind="query-params", placeholder="everybody", width=220,
        help="Only people of this saved segment",
    )  # fmt: skip
    return tuple(everybody_of(desk, PeopleQuery(Saved(name)))) if name else None


def to_call_list(name: str) -> None:
    """Open Follow-ups among the people of a saved segment."""
    st.session_state.pop("call_people", None)
    st.switch_page("pages/followups.py", query_params={AMONG: name})
