"""Status: how the installation is, for whoever administers it: sizes, backups, people, what is slow, the audit."""

import streamlit as st

from crm_core.views.status import status
from pages._door import now
from pages._parts import in_words, open_desk
from pages._status.audit import audit_part
from pages._status.health import here_part, mishaps_part, records_part, slow_part
from pages._status.tiles import care, tiles, versions

desk = open_desk("status")

st.title("Status")

with in_words():
    found = status(desk.database, now())
    st.caption(f"How this installation is, at this moment. {versions(found)}")
    tiles(found, desk)
    care(desk)
    how, who, what = st.tabs(["How it runs", "Who is here", "Audit"], key="status_tabs")
    with how:
        mishaps_part(found)
        slow_part(found)
        records_part(found)
    with who:
        here_part(found)
    with what:
        audit_part(desk)
