"""The audit as a table: who did what, when; who took what out."""

from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from crm_core.views.audit import AuditPage, audit_page
from pages._door import now
from pages._parts import Desk, counted, download
from pages._words import local

PER_PAGE = 100
DAYS = {"today": 1, "7 days": 7, "30 days": 30, "a year": 365}
text = st.column_config.TextColumn


def audit_part(desk: Desk) -> None:
    """Filters, the lines, and a file of them."""
    st.caption(
        "Everything that was saved, taken out or decided about accounts; lines are only ever added. A check finds any "
        "that was changed."
    )
    known = audit_page(desk.database, size=1)
    with st.container(horizontal=True, vertical_alignment="bottom", key="audit_filters"):
        what = st.multiselect("What", known.what, key="audit_what", placeholder="everything", width=300)
        who = st.selectbox("Who", known.who, None, key="audit_who", placeholder="everybody", width=220)
        within = st.selectbox("Within", list(DAYS), None, key="audit_days", placeholder="ever", width=160)
    since = now() - timedelta(days=DAYS[within]) if within else None
    asked: dict[str, Any] = {"what": tuple(what), "who": who, "since": since}
    pages = max(1, -(-audit_page(desk.database, **asked, size=1).total // PER_PAGE))
    page = min(st.session_state.get("audit_page", 1), pages)
    found = audit_page(desk.database, **asked, page=page, size=PER_PAGE)
    _table(found)
    with st.container(horizontal=True, vertical_alignment="center", key="audit_bottom"):
        st.markdown(f"**{counted(found.total, 'line')}**", width="content")
        if pages > 1:
            st.pagination(pages, key="audit_page")
        st.space("stretch")
        download(
            "CSV", lambda: _csv(desk, asked), "audit.csv", key="audit_csv", mime="text/csv", type="tertiary",
            disabled=not found.total,
        )  # fmt: skip


def _table(found: AuditPage) -> None:
    if found.rows.empty:
        st.caption("No line is like that.")
        return
    moments = local(pd.to_datetime(found.rows["at"], utc=True))
    st.dataframe(
        found.rows.assign(at=moments), hide_index=True, key="audit_lines", height=min(560, 38 + 35 * len(found.rows)),
        alt="Lines of the audit: number, moment, who, what, about what",
        column_config={
            "number": st.column_config.NumberColumn("Line", format="%d", width=70),
            "at": st.column_config.DatetimeColumn("When", format="D MMM YYYY, HH:mm", width=150),
            "who": text("Who", width=140), "what": text("What", width=150), "about": text("About", width="large"),
        },
    )  # fmt: skip


def _csv(desk: Desk, asked: dict[str, Any]) -> bytes:
    from pages._insights.marks import as_csv

    return as_csv(audit_page(desk.database, **asked, size=1_000_000).rows)
