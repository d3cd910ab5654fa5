"""Upload: drop a workbook, see what would change, save it, undo it."""

from functools import partial

import streamlit as st

from pages._jobs import finish
from pages._parts import in_words, open_desk, plain
from pages._past import undone_note
from pages._upload.draft import draft, take_read, take_saved
from pages._upload.dropping import drop_zone, files_line, saved_panel
from pages._upload.planned import plan_tab, ready, save_bar
from pages._upload.sheets import tabs

desk = open_desk("upload")

st.title("Upload")
with in_words():
    take_read()
with in_words():
    take_saved()
with in_words():
    if undone := finish("undo"):
        st.session_state.update(undone=undone, saved=None)

now = draft()
if st.session_state.get("undone"):
    undone_note(st.session_state["undone"])
if st.session_state.get("saved"):
    saved_panel(desk, st.session_state["saved"])
elif now is None:
    drop_zone(desk)
else:
    files_line(desk, now)
    for sentence in (*now.refused, *filter(None, [st.session_state.pop("choice_refused", None)])):
        st.error(plain(sentence), icon=":material/error:")
    with in_words():
        show = partial(tabs, desk, now, partial(plan_tab, desk, now))
        seen = now.tab > 0 and now.plan is None  # a sheet is seen while it is compared
        if seen:
            show()
        planned = ready(desk, now)
        if seen and planned:
            st.rerun()
        if not seen:
            show()
        if planned:
            save_bar(desk, now)
