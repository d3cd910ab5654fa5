"""What managers aim at: set in one small form, shown on the tiles as reached or not yet."""

import streamlit as st

from crm_core.actions.settings import all_settings, set_setting, unset_setting
from crm_core.errors import InvalidInput
from crm_core.model.rights import ADMINISTER
from crm_core.views.insights.kpis import Kpi
from pages._parts import Desk, plain, say_later

# (setting, label, unit); shares in per cent, revenue in the company's currency
GOALS = (
    ("goal_revenue", "Revenue a month", ""),
    ("goal_retention", "Came back", "%"),
    ("goal_repeat_rate", "Repeat rate", "%"),
    ("goal_churn", "Lost regulars at most", "%"),
)


def goals(desk: Desk) -> None:
    """A button that opens the form; an empty field is no goal. Nothing for who does not set the company's aims."""
    if not desk.may(ADMINISTER):
        return
    with st.popover("Goals", icon=":material/flag:", type="tertiary", key="goals"):
        held = {one.name: one.value for one in all_settings(desk.database)}
        with st.form("goals_form", border=False):
            for name, label, unit in GOALS:
                _field(desk, name, label, unit, held.get(name, ""))
            st.form_submit_button(
                "Save goals", key="save_goals", type="primary", on_click=_save, args=(desk,)
            )
        for refused in st.session_state.pop("goals_refused", []):
            st.caption(f":red[:material/error: {plain(refused)}]")


def _field(desk: Desk, name: str, label: str, unit: str, held: str) -> None:
    """What is stored goes in by the session: a field that begins with a value cannot be emptied again."""
    st.session_state.setdefault(f"set_{name}", _number(held))
    st.number_input(
        f"{label} ({unit or desk.company.currency})", 0.0, 100.0 if unit else None, None, key=f"set_{name}",
        format="%.6g", placeholder="no goal",
    )  # fmt: skip


def _number(held: str) -> float | None:
    try:
        return float(held)
    except ValueError:
        return None


def _written(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _save(desk: Desk) -> None:
    """What differs from what is stored; what is refused is said below the form."""
    held = {one.name: one.value for one in all_settings(desk.database)}
    changed = [
        name for name, *_ in GOALS if st.session_state.get(f"set_{name}") != _number(held.get(name, ""))
    ]
    refused = [said for name in changed if (said := _set(desk, name, st.session_state[f"set_{name}"]))]
    st.session_state["goals_refused"] = refused
    if changed and not refused:
        say_later("Goals are saved.")


def _set(desk: Desk, name: str, value: float | None) -> str:
    """Empty when it is done, else why not."""
    try:
        if value is None:
            unset_setting(desk.database, name, **desk.act)
        else:
            set_setting(desk.database, name, _written(value), **desk.act)
    except InvalidInput as refusal:
        return str(refusal)
    return ""


def reached(kpi: Kpi) -> bool | None:
    """Whether the goal is met; None without one or without a value."""
    if kpi.goal is None or kpi.value is None:
        return None
    return kpi.value >= kpi.goal if kpi.good == "up" else kpi.value <= kpi.goal


def goal_words(kpi: Kpi, said: str) -> str:
    """A mark and words: "goal €20k: reached", "goal €20k: not yet". `said` is the goal as it is written."""
    met = reached(kpi)
    if met is None:
        return f":material/flag: goal {said}" if kpi.goal is not None else ""
    if met:
        return f":green[:material/check_circle: goal {said}: reached]"
    return f":orange[:material/radio_button_unchecked: goal {said}: not yet]"
