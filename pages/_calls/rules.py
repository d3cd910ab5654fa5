"""Rules: when this happens, then that. What each says, what is wrong with it, the sheet of them, and what they did."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from crm_core.actions.rules import run_rules
from crm_core.views.rules import SHOWN, RuleRow, firing_log, rules
from pages._calls.done import Done, doing, done, said
from pages._grid.records import record_grid
from pages._insights.marks import as_csv
from pages._parts import Desk, day, download, go_to_person, number, plain

OPENED = "firing_opened"


def rules_view(desk: Desk) -> None:
    """In words, as a sheet, and the log."""
    st.caption(
        "A rule does something by itself when something happens: each morning, and when records change."
    )
    found = rules(desk.database, desk.as_of)
    _faults(found)
    with st.grid(3, min_column_width=280):
        for one in found:
            _card(one)
    with st.container(horizontal=True, vertical_alignment="center", key="rules_run_box"):
        in_use = any(one.active and not one.fault for one in found)
        st.button(
            "Run the rules now", key="rules_run", icon=":material/play_arrow:", disabled=not in_use, on_click=doing,
            args=("rules", partial(_run, desk)),
            help="They also run by themselves. Nothing happens twice." if in_use else "No rule is in use",
        )  # fmt: skip
        said(desk, "rules")
    record_grid(desk, "rule", key="rules_grid")
    _log(desk, found)


def _run(desk: Desk) -> Done:
    ran = run_rules(desk.database, **desk.act)
    return done(ran.words, ran.batch)


def _faults(found: Sequence[RuleRow]) -> None:
    wrong = [plain(one.name) for one in found if one.fault]
    if wrong:
        words = "rule that is in use does nothing" if len(wrong) == 1 else "rules that are in use do nothing"
        what = f"{number(len(wrong))} {words}: {', '.join(wrong)}. What is wrong stands with each of them."
        st.warning(what, icon=":material/build:")


def _card(one: RuleRow) -> None:
    with st.container(border=True, height="stretch", key=f"rule_{one.id}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.markdown(f"**{plain(one.name)}**", width="stretch")
            if one.fault:
                st.badge("does nothing", color="orange", icon=":material/build:")
            else:
                st.badge("in use" if one.active else "not in use", color="green" if one.active else "gray")
        st.markdown(plain(one.words))
        if one.fault:
            st.markdown(f":orange[{plain(_why(one.fault))}]")
        st.space("stretch")
        st.caption(_acted(one))


def _why(fault: str) -> str:
    """The fault without the name of the rule, which stands above it."""
    why = fault.partition(" does nothing: ")[2]
    return why[:1].upper() + why[1:]


def _acted(one: RuleRow) -> str:
    if not one.fired:
        return "Has not acted yet."
    times = "once," if one.fired == 1 else f"{number(one.fired)} times, last"
    return f"Acted {times} on {day(one.last_on)}."


# What they did ------------------------------------------------------------------------------------------------


def _log(desk: Desk, found: Sequence[RuleRow]) -> None:
    """Who, why, what was done; the latest first."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="firings_head"):
        st.subheader("What they did", anchor=False, width="content")
        fired = [one.name for one in found if one.fired]
        rule = st.selectbox("Rule", fired, None, key="firings_of", placeholder="every rule", width=240)
        log = firing_log(desk.database, desk.as_of, rule=rule)
        if len(log):
            download(
                "Log", lambda: as_csv(log.drop(columns=["customer_id"])), "rules.csv", key="firings_csv",
                mime="text/csv", type="tertiary",
            )  # fmt: skip
    if log.empty:
        st.caption("No rule has done anything yet.")
        return
    _table(log)
    if len(log) == SHOWN:
        st.caption(f"The latest {number(SHOWN)} are shown.")


def _table(log: pd.DataFrame) -> None:
    shown = pd.DataFrame({"": ":material/open_in_new:", **{name: log[name] for name in TEXTS}})
    text = st.column_config.TextColumn
    st.dataframe(
        shown.assign(date=pd.to_datetime(shown["date"])), hide_index=True, height=min(420, 38 + 35 * len(shown)),
        column_config={
            **{name: text(label, width=WIDTHS.get(name)) for name, label in TEXTS.items()},
            "": st.column_config.ButtonColumn("", width=44, type="tertiary", key=OPENED, help="Open their page"),
            "date": st.column_config.DateColumn("Day", format="localized"),
        },
        alt="What rules did: the day, the rule, for whom, why, what was done",
    )  # fmt: skip
    click = st.session_state.get(OPENED)
    if click is not None and 0 <= click["row"] < len(log):
        go_to_person(int(log["customer_id"].iloc[click["row"]]))


TEXTS = {"date": "Day", "rule": "Rule", "name": "Who", "reason": "Why", "did": "What was done"}
WIDTHS: dict[str, Any] = {"rule": 170, "name": 140, "reason": "large", "did": "large"}
