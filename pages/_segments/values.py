"""The boxes of a row in the builder: each fits what is asked, and puts what was given into the row at once."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import streamlit as st

from crm_core.model.entities import Kind
from crm_core.model.words import MONEY_UNIT
from crm_core.views.segments.further import KINDS
from pages._parts import Desk, as_date
from pages._segments.draft import BOUGHT, CONTACT, FOLLOW_UP, NEAR, NO, SAVED, VALUELESS, Row

DAYS = ("days ago at least", "days ago at most", "birthday within")
NUMBERS = (Kind.MONEY, Kind.NUMBER, Kind.INTEGER)
LONGEST = 40_000  # days
ANY_TIME, LAST_DAYS, FROM_DAY = "ever", "in the last … days", "since a day"
USUAL_DAYS = 90
TOGETHER: dict[str, Any] = {
    "horizontal": True, "wrap": False, "vertical_alignment": "center", "gap": "xsmall", "width": "content",
}  # fmt: skip
HIDDEN: dict[str, Any] = {"label_visibility": "collapsed"}


def key_of(row: Row, aspect: str) -> str:
    """The key of a row's box; another question has other boxes."""
    return f"seg_{row.number}_{row.turn}_{aspect}"


def form_of(kind: Kind | None, relation: str | None) -> str:
    """Which box a relation needs: nothing, days, day, number, several, yesno, text."""
    if relation in (None, *VALUELESS):
        return "nothing"
    if relation in DAYS:
        return "days"
    if relation == "one of":
        return "several"
    return {Kind.DATE: "day", Kind.YESNO: "yesno"}.get(kind, "number" if kind in NUMBERS else "text")  # type: ignore[arg-type]


def value_boxes(desk: Desk, row: Row, kind: Kind | None, choices: Sequence[str]) -> None:
    """What stands behind field and relation."""
    if row.what in BOUGHT or row.what in (CONTACT, FOLLOW_UP) or row.what in KINDS:
        _related(row, choices)
    elif row.what == NEAR:
        _near(row, choices)
    elif row.what == SAVED:
        _one(row, choices, "which segment", is_free=False)
    else:
        BOXES[form_of(kind, row.relation)](desk, row, kind, choices)


def _put(key: str, value: Any) -> str:
    """What the row holds goes into a box that is new on this page."""
    st.session_state.setdefault(key, value)
    return key


def _take(row: Row, name: str, key: str, read: Callable[[Any], Any] = lambda value: value) -> None:
    setattr(row, name, read(st.session_state[key]))


def _taking(
    row: Row, name: str, key: str, read: Callable[[Any], Any] = lambda value: value
) -> dict[str, Any]:
    return {"key": key, "on_change": _take, "args": (row, name, key, read)}


# By the form of the value -----------------------------------------------------------------------------------


def _nothing(desk: Desk, row: Row, kind: Kind | None, choices: Sequence[str]) -> None:
    return


def _days(desk: Desk, row: Row, kind: Kind | None, choices: Sequence[str]) -> None:
    key = _put(key_of(row, "days"), row.value if _is_whole(row.value) else None)
    st.number_input(
        "Days", 0, LONGEST, None, step=1, placeholder="how many", icon=":material/calendar_today:", width=190,
        **_taking(row, "value", key), **HIDDEN,
    )  # fmt: skip
    st.markdown("days", width="content")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LONGEST


def _day(desk: Desk, row: Row, kind: Kind | None, choices: Sequence[str]) -> None:
    _day_box(row, "value", "day")


def _day_box(row: Row, name: str, aspect: str) -> None:
    key = _put(key_of(row, aspect), _as_day(getattr(row, name)))
    st.date_input(
        "Day", None, min_value=date(1900, 1, 1), max_value=date(2100, 12, 31), format="DD/MM/YYYY", width=160,
        **_taking(row, name, key, lambda day: day.isoformat() if day else ""), **HIDDEN,
    )  # fmt: skip


def _as_day(value: Any) -> date | None:
    try:
        return as_date(value) if isinstance(value, str | date) else None
    except ValueError:
        return None


def _number(desk: Desk, row: Row, kind: Kind | None, choices: Sequence[str]) -> None:
    unit = MONEY_UNIT if kind is Kind.MONEY else 1
    key = _put(key_of(row, "number"), _in_units(row.value, kind))
    st.number_input(
        "Number", None, None, None, step=1 if kind is Kind.INTEGER else 0.01, placeholder="how many",
        format="%d" if kind is Kind.INTEGER else "%0.2f", width=190, icon=":material/payments:" if unit > 1 else None,
        **_taking(row, "value", key, lambda given: _from_units(given, kind)), **HIDDEN,
    )  # fmt: skip
    if kind is Kind.MONEY:
        st.markdown(desk.company.currency, width="content")


def _in_units(value: Any, kind: Kind | None) -> float | int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value / MONEY_UNIT if kind is Kind.MONEY else int(value) if kind is Kind.INTEGER else float(value)


def _from_units(given: float | None, kind: Kind | None) -> float | int | None:
    return round(given * MONEY_UNIT) if kind is Kind.MONEY and given is not None else given


def _several(desk: Desk, row: Row, kind: Kind | None, choices: Sequence[str]) -> None:
    _many(row, choices, "choose one or more", is_free=kind not in (Kind.CHOICE, Kind.YESNO))


def _many(row: Row, choices: Sequence[str], hint: str, is_free: bool) -> None:
    chosen = [str(one) for one in row.value or ()]
    key = _put(key_of(row, "several"), chosen)
    st.multiselect(
        "Which", list(dict.fromkeys([*choices, *chosen])), placeholder=hint, accept_new_options=is_free, wrap=True,
        **_taking(row, "value", key, tuple), **HIDDEN,
    )  # fmt: skip


def _one(row: Row, choices: Sequence[str], hint: str, is_free: bool) -> None:
    held = row.value if isinstance(row.value, str) and row.value else None
    key = _put(key_of(row, "one"), held)
    st.selectbox(
        "Which", list(dict.fromkeys([*choices, *([held] if held else [])])), None, placeholder=hint,
        accept_new_options=is_free, **_taking(row, "value", key), **HIDDEN,
    )  # fmt: skip


def _yesno(desk: Desk, row: Row, kind: Kind | None, choices: Sequence[str]) -> None:
    _one(row, ("yes", "no"), "yes or no", is_free=False)


def _text(desk: Desk, row: Row, kind: Kind | None, choices: Sequence[str]) -> None:
    if choices and row.relation in ("is", "is not"):
        _one(row, choices, "choose or type", is_free=kind is not Kind.CHOICE)
        return
    key = _put(key_of(row, "text"), str(row.value or ""))
    st.text_input("Text", placeholder="text", **_taking(row, "value", key), **HIDDEN)


BOXES: dict[str, Callable[[Desk, Row, Kind | None, Sequence[str]], None]] = {
    "nothing": _nothing, "days": _days, "day": _day, "number": _number, "several": _several, "yesno": _yesno,
    "text": _text,
}  # fmt: skip


# Purchases, contacts, places --------------------------------------------------------------------------------


def _near(row: Row, choices: Sequence[str]) -> None:
    key = _put(key_of(row, "km"), float(row.km))
    with st.container(**TOGETHER):
        st.number_input(
            "Kilometres", 1.0, 20_000.0, step=5.0, format="%g", width=130, **_taking(row, "km", key), **HIDDEN
        )
        st.markdown("km of", width="content")
    _one(row, choices, "a city: Graz, or Leeds, GB", is_free=True)


def _related(row: Row, choices: Sequence[str]) -> None:
    """Which, how often, since when."""
    if BOUGHT.get(row.what or ""):
        _many(row, choices, "any of these", is_free=True)
    elif row.what in KINDS and KINDS[row.what].column:
        _many(row, choices, "any", is_free=KINDS[row.what].column != "about")
    if row.relation != NO and row.what in BOUGHT:
        _times(row)
    if row.what != FOLLOW_UP:
        _since(row)


def _times(row: Row) -> None:
    key = _put(key_of(row, "times"), row.times)
    with st.container(**TOGETHER):
        st.markdown("at least", width="content")
        st.number_input("Times", 1, 10_000, step=1, width=110, **_taking(row, "times", key), **HIDDEN)
        st.markdown("time" if row.times == 1 else "times", width="content")


def _since(row: Row) -> None:
    key = _put(key_of(row, "since"), _mode(row.since))
    with st.container(**TOGETHER):
        st.selectbox(
            "Since when", (ANY_TIME, LAST_DAYS, FROM_DAY), width=170, key=key, on_change=_since_chosen,
            args=(row, key), **HIDDEN,
        )  # fmt: skip
        if _mode(row.since) == LAST_DAYS:
            days = _put(key_of(row, "since_days"), row.since)
            st.number_input("Days", 1, LONGEST, step=1, width=120, **_taking(row, "since", days), **HIDDEN)
        elif _mode(row.since) == FROM_DAY:
            _day_box(row, "since", "since_day")


def _mode(since: int | str | None) -> str:
    if since is None:
        return ANY_TIME
    return FROM_DAY if isinstance(since, str) else LAST_DAYS


def _since_chosen(row: Row, key: str) -> None:
    mode = st.session_state[key]
    row.since = {ANY_TIME: None, LAST_DAYS: USUAL_DAYS, FROM_DAY: ""}[mode]
