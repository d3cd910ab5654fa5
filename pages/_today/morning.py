"""What a day begins with: the calls that are due, the sentences that matter, what waits for an answer."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st
from babel.dates import format_date

from crm_core.errors import RegularsError
from crm_core.model.rights import EDIT, IMPORT
from crm_core.views import doubles, exports, followups, history
from crm_core.views.calls import Callers, callers
from crm_core.views.insights.periods import period
from crm_core.views.insights.sentences import Sentence, sentences
from pages._parts import (
    Desk,
    counted,
    download,
    go_to_page,
    in_words,
    locale,
    moment,
    number,
    people_link,
    plain,
    since,
    tell,
)
from pages._today.pairs import open_review
from pages._today.whom import who_am_i

PLAYS = 3


def greeting(desk: Desk) -> tuple[str | None, Callers]:
    """Good morning, which day it is, and where; who is there, and who could be."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="greeting"):
        with st.container(gap="xsmall", width="stretch"):
            st.title(f"Good {_part_of_day()}")
            where = f" · {plain(desk.company.name)}" if desk.company.known else ""
            st.caption(f"{_long(desk.as_of)}{where}")
        return who_am_i(desk)


def _part_of_day() -> str:
    try:
        hour = datetime.now(ZoneInfo(str(st.context.timezone or "UTC"))).hour
    except (ZoneInfoNotFoundError, ValueError):
        hour = 9
    return "morning" if 4 <= hour < 12 else "afternoon" if 12 <= hour < 18 else "evening"


def _long(day: date) -> str:
    return format_date(day, "full", locale=locale())


def tiles(desk: Desk) -> Callable[[], None]:
    """Calls due today, possible doubles where there are any, the last upload.

    Who is due takes a while the first time in a large shop: the tile waits, and what is given back fills it.
    """
    pairs = len(doubles.waiting(desk.database, desk.as_of)) if desk.may(EDIT) else 0
    uploads = desk.may(IMPORT) and desk.sees_all
    with st.grid(1 + bool(pairs) + uploads, min_column_width=240):
        with st.container(border=True, height="stretch", key="tile_calls"):
            place = st.skeleton(height=190)
        if pairs:
            with st.container(border=True, height="stretch", key="tile_doubles"):
                _doubles(desk, pairs)
        if uploads:
            with st.container(border=True, height="stretch", key="tile_upload"):
                _last_upload(desk)
    return partial(_calls, desk, place)


def _calls(desk: Desk, place: Any) -> None:
    try:
        found = followups.preview(desk.database, desk.as_of, owner=_own(desk), limit=0)
    except RegularsError as refusal:
        with place.container():
            tell(refusal)
        return
    with place.container(height="stretch"):
        _due(found)


def _own(desk: Desk) -> str | None:
    """Whoever sees their own customers only is told of their own calls, as on the page that hands them out."""
    names = () if desk.sees_all else callers(desk.database, desk.as_of).names
    return desk.person.name if desk.person.name in names else None


def _due(found: followups.Preview) -> None:
    words = "People with a reason to be called, after consent and rest"
    st.metric("Calls for today", number(found.people), help=words)
    most = sorted(((amount, name) for name, amount in found.by_play.items() if amount), reverse=True)[:PLAYS]
    labels = {card.name: card.label for card in found.cards}
    st.caption(
        plain(" · ".join(f"{number(amount)} {labels.get(name, name)}" for amount, name in most))
        or _nobody_due(sum(found.left_out.values()))
    )
    st.space("stretch")
    if st.button(
        "See who and why",
        key="to_calls",
        type="primary",
        icon=":material/call:",
        disabled=not found.people and not found.left_out,
    ):
        go_to_page("followups")


def _nobody_due(left_out: int) -> str:
    return (
        f"Nobody is due; {counted(left_out, 'person', 'people')} left out." if left_out else "Nobody is due."
    )


def _doubles(desk: Desk, pairs: int) -> None:
    st.metric("Possible doubles", number(pairs), help="Pairs of records that may be one person")
    st.caption("They wait for an answer; both are kept until then.")
    st.space("stretch")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Look at them", key="to_pairs", type="primary", icon=":material/compare:", on_click=open_review
        )
        name = f"possible-doubles-{desk.as_of}.xlsx"
        if desk.sees_all:
            download("Download", partial(_doubles_file, desk), name, key="doubles_file", type="tertiary")


def _doubles_file(desk: Desk) -> bytes:
    with TemporaryDirectory(prefix="doubles-") as folder:
        target = Path(folder) / "doubles.xlsx"
        exports.export_file(desk.database, "duplicates", target, desk.as_of)
        return target.read_bytes()


def _last_upload(desk: Desk) -> None:
    last = history.last_upload(desk.database)
    st.metric("Last upload", since(last.at).capitalize() if last else "None yet")
    if last:
        st.caption(f"{plain(', '.join(last.files))}, by {plain(last.who)}", help=moment(last.at))
    st.space("stretch")
    if st.button("Upload a workbook", key="to_upload", icon=":material/upload_file:"):
        go_to_page("upload")


def matters(desk: Desk) -> None:
    """At most three sentences, each with its people one click away."""
    with in_words():
        said = sentences(desk.database, period("last 90 days", desk.as_of))
        if not said:
            return
        with st.container(horizontal=True, vertical_alignment="center", key="matters_head"):
            st.subheader("What matters now", anchor=False)
            if st.button("See all numbers", key="to_insights", type="tertiary", icon=":material/insights:"):
                go_to_page("insights")
        for one in said:
            _sentence(one)


def _sentence(one: Sentence) -> None:
    with st.container(
        border=True,
        horizontal=True,
        vertical_alignment="center",
        key=f"sentence_{one.name.replace(' ', '_')}",
    ):
        st.markdown(plain(one.text), width="stretch")
        label = f"Show {counted(one.people, 'person', 'people')}"
        people_link(label, one.text, one.condition, key=f"people_{one.name}")
