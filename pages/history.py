"""History: who changed what, when; look inside; take it back."""

import streamlit as st

from crm_core.model.rights import IMPORT, UNDO
from crm_core.views import history
from pages._jobs import finish
from pages._parts import go_to_page, in_words, open_desk
from pages._past import PER_PAGE, entry, inside_drawer, undo_question, undone_note

desk = open_desk("history")

st.title("History")
st.caption("Everything that was ever saved here, newest first. Nothing is lost: what was done can be undone.")

with in_words():
    undone = finish("undo")
    if undone is not None:
        st.session_state["undone"] = undone
if "undone" in st.session_state:
    undone_note(st.session_state["undone"])

newest = history.batches(desk.database, limit=1)
if not newest:
    with st.container(border=True, horizontal_alignment="center"):
        st.subheader("Nothing has been saved yet")
        st.write("Once a workbook is uploaded or a record is edited, it stands here, with an Undo beside it.")
        if desk.may(IMPORT) and st.button(
            "Upload your workbook", icon=":material/upload_file:", type="primary"
        ):
            go_to_page("upload")
    st.stop()

pages = -(-newest[0].id // PER_PAGE)
shown = min(st.session_state.get("history_page", 1), pages)
for one in history.batches(desk.database, limit=shown * PER_PAGE)[(shown - 1) * PER_PAGE :]:
    entry(one, desk.may(UNDO))
if pages > 1:
    with st.container(horizontal_alignment="center"):
        st.pagination(pages, key="history_page")

if "look_inside" in st.session_state:
    inside_drawer(desk, st.session_state["look_inside"])
elif "undo_asked" in st.session_state:
    undo_question(desk, st.session_state["undo_asked"])
