"""How it runs: errors by their reference, what took long, how much is stored; and who is here."""

import pandas as pd
import streamlit as st

from crm_core.views.status import Status
from pages._parts import counted
from pages._words import local

SLOW = 0.05  # seconds; what never took that long is not worth a row

text = st.column_config.TextColumn


def mishaps_part(found: Status) -> None:
    """Errors since the server started; whoever saw one tells its reference."""
    st.subheader("Errors", anchor=False)
    if not found.mishaps:
        st.caption(":material/check: None since this server started.")
        return
    rows = [
        (one.reference, pd.Timestamp(one.at), one.page, one.account, one.kind, one.where)
        for one in found.mishaps
    ]
    frame = pd.DataFrame(rows, columns=["reference", "at", "page", "account", "kind", "where"], dtype=object)
    st.dataframe(
        frame.assign(at=local(pd.to_datetime(frame["at"], utc=True))), hide_index=True, placeholder="", key="mishaps",
        alt="Errors since this server started: reference, moment, page, account, kind, place",
        column_config={
            "reference": text("Reference", width=90),
            "at": st.column_config.DatetimeColumn("When", format="D MMM, HH:mm", width=110),
            "page": text("Page", width=90), "account": text("Account", width=70), "kind": text("Kind", width=130),
            "where": text("Where in the program", width="large"),
        },
    )  # fmt: skip


def slow_part(found: Status) -> None:
    """What took long to work out, at its worst."""
    st.subheader("What takes long", anchor=False)
    rows = [(one.view, one.times, one.mean, one.worst) for one in found.slowest if one.worst >= SLOW]
    if not rows:
        st.caption(":material/check: Nothing since this server started.")
        return
    st.dataframe(
        pd.DataFrame(rows, columns=["view", "times", "mean", "worst"]), hide_index=True, key="slowest",
        alt="What takes long to work out: which part, how often, seconds on average and at worst",
        column_config={
            "view": text("Part of the program", width="large"),
            "times": st.column_config.NumberColumn("Times", format="localized", width=80),
            "mean": st.column_config.NumberColumn("Mean, s", format="%.2f", width=90),
            "worst": st.column_config.NumberColumn("Worst, s", format="%.2f", width=90),
        },
    )  # fmt: skip
    kept = f"{counted(found.kept_answers, 'answer')} kept in memory, {found.kept_bytes / 1e6:.0f} MB."
    st.caption(f"Since this server started. What did not change is not worked out again: {kept}")


def records_part(found: Status) -> None:
    """How many records of each kind."""
    st.subheader("What is stored", anchor=False)
    rows = [*found.rows.items(), ("Lines of the audit", found.lines)]
    st.dataframe(
        pd.DataFrame(rows, columns=["what", "count"]), hide_index=True, key="stored", width=420, height="content",
        alt="How many records of each kind are stored",
        column_config={"what": text("What"), "count": st.column_config.NumberColumn("How many", format="localized")},
    )  # fmt: skip


def here_part(found: Status) -> None:
    """Who used Regulars within a quarter of an hour."""
    if found.here.empty:
        st.caption("Nobody is signed in. Where nobody has an account, nobody needs to be.")
        return
    people = found.here["name"].nunique()
    st.markdown(f"**{counted(people, 'person', 'people')}** within the last quarter of an hour")
    shown = found.here.assign(seen_at=local(pd.to_datetime(found.here["seen_at"], utc=True)))
    st.dataframe(
        shown, hide_index=True, placeholder="", key="here", alt="Who is signed in: name, role, last seen, browser",
        column_config={
            "name": text("Name"), "role": text("Role", width=110), "about": text("Browser"),
            "seen_at": st.column_config.DatetimeColumn("Last seen", format="HH:mm", width=130),
        },
    )  # fmt: skip
    st.caption(f"On {counted(len(shown), 'browser')}. The Team page signs somebody out everywhere.")
