"""Holding people out, so that it can be said whether contacting works: suggested, set and ended with one press."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from crm_core.actions.records import CellEdit, save_cells
from crm_core.errors import InvalidInput
from crm_core.views import plays
from crm_core.views.plays import PlayRow
from pages._calls.done import Done, doing, done
from pages._parts import Desk, counted, number, percent, plain

SHARE = "0.1"
NOBODY = (
    "Nobody is held out, so nobody can say whether calling works or these people would have bought anyway."
)
HELD_OUT = (
    "Some people of a play, drawn by lot, are left in peace. They are like the others in everything else, so what the "
    "others buy more is what contacting them brought. The lot is drawn once, and always the same way."
)


def suggestion(desk: Desk, held_out: int) -> None:
    """Where nobody is held out: how to begin."""
    held = [one for one in plays.plays(desk.database, desk.as_of) if one.held_out]
    if not held and not held_out:
        hold_out(desk, NOBODY)
    elif held:
        _holding(desk, held)


def hold_out(desk: Desk, words: str) -> None:
    """The suggestion with the button that does it."""
    offered = {one.name: one for one in plays.plays(desk.database, desk.as_of) if _may_hold_out(one)}
    if not offered:
        return
    with st.container(border=True, key="hold_out_box"):
        st.markdown(f":material/lightbulb: {plain(words)}", help=HELD_OUT)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.multiselect(
                "Plays", list(offered), key="hold_out_plays", placeholder="every play that may", width=420,
                format_func=lambda one: offered[one].label,
            )  # fmt: skip
            names = chosen or list(offered)
            st.button(
                "Hold out 10 %", key="hold_out", type="primary", on_click=_set,
                args=(desk, [offered[name] for name in names], SHARE),
            )  # fmt: skip
        st.caption("Promises, complaints and birthdays are never held out.")


def _may_hold_out(one: PlayRow) -> bool:
    return one.active and not one.exempt and not one.fault and not one.held_out


def _holding(desk: Desk, held: Sequence[PlayRow]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="holding"):
        words = ", ".join(f"{one.label} {percent(one.held_out)}" for one in held[:6])
        more = f" and {number(len(held) - 6)} more" if len(held) > 6 else ""
        st.caption(f"Held out: {plain(words)}{more}.", help=HELD_OUT, width="stretch")
        st.button(
            "Hold nobody out any more",
            key="hold_nobody",
            type="tertiary",
            on_click=_set,
            args=(desk, held, ""),
        )


def _set(desk: Desk, chosen: Sequence[PlayRow], share: str) -> None:
    doing("hold_out", partial(_saved, desk, chosen, share))


def _saved(desk: Desk, chosen: Sequence[PlayRow], share: str) -> Done:
    edits = [CellEdit("play", one.id, "held_out", one.held_out, share) for one in chosen]
    saved = save_cells(desk.database, edits, **desk.act)
    if saved.refused or saved.conflicts:
        raise InvalidInput("Somebody else has just changed one of these plays. Look at them again.")
    what = "hold out one person in ten" if share else "hold nobody out any more"
    return done(f"{counted(len(chosen), 'play')} {what}.", saved.batch)
