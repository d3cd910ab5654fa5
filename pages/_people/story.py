"""The story of a person: what happened, newest first; what they like; what is planned; all that is noted."""

from typing import Any

import pandas as pd
import streamlit as st

from crm_core.model.entities import Kind
from crm_core.model.registry import CUSTOMER, ENTITIES
from crm_core.model.rights import EDIT
from crm_core.views import records
from crm_core.views.customer import CustomerPage
from pages._parts import Desk, ago, day, is_missing, money, number, plain

KINDS = {
    "purchase": ("Purchases", "shopping_bag"),
    "return": ("Returns", "undo"),
    "contact": ("Contacts", "call"),
    "complaint": ("Complaints and requests", "report"),
    "answer": ("Answers", "rate_review"),
    "gift": ("Gestures", "redeem"),
    "event": ("Events", "celebration"),
    "message": ("Messages", "mail"),
    "follow-up": ("Follow-ups", "event"),
    "change": ("Changes", "edit"),
}
AT_ONCE = 25
IN_HEAD = ("name", "preferred_name", "salutation", "owner", "tags", "likes", "note", "do_not_contact")


@st.fragment(key="time_line")
def time_line(desk: Desk, person: CustomerPage) -> None:
    """What happened, with filters by kind; more on demand."""
    st.subheader("What happened", anchor=False)
    frame = person.time_line
    if frame.empty:
        st.caption("Nothing yet. What you log and what they buy will stand here.")
        return
    there = [kind for kind in KINDS if (frame["what"] == kind).any()]
    wanted = st.pills(
        "Show only", there, selection_mode="multi", key="person_kinds", label_visibility="collapsed",
        format_func=lambda kind: f"{KINDS[kind][0]} {number(int((frame['what'] == kind).sum()))}",
    )  # fmt: skip
    rows = frame[frame["what"].isin(wanted)] if wanted else frame
    most = st.session_state.get(f"person_rows_{person.id}", AT_ONCE)
    st.markdown("\n\n".join(_line(desk, row) for row in rows.head(most).to_dict("records")))
    if len(rows) > most:
        st.button(
            f"Show more ({number(len(rows) - most)})",
            key="person_more",
            type="tertiary",
            on_click=_more,
            args=(person.id, most),
        )


def _more(customer: int, most: int) -> None:
    st.session_state[f"person_rows_{customer}"] = most + 4 * AT_ONCE


def _line(desk: Desk, row: dict[str, Any]) -> str:
    icon = KINDS.get(str(row["what"]), ("", "circle"))[1]
    parts = [f":material/{icon}: **{day(row['day'])}**", plain(row["words"])]
    parts += [f"**{plain(money(row['amount'], desk))}**"] if not is_missing(row["amount"]) else []
    parts += [f":gray[{plain(row['who'])}]"] if not is_missing(row["who"]) else []
    return " · ".join(part for part in parts if part)


def planned(desk: Desk, person: CustomerPage) -> None:
    """The next follow-ups, the overdue ones marked."""
    st.subheader("Next", anchor=False)
    if person.next_follow_ups.empty:
        how = " Log a contact with a next date, or put them on a call list." if desk.may(EDIT) else ""
        st.caption(f"Nothing is planned.{how}")
        return
    for row in person.next_follow_ups.head(5).to_dict("records"):
        late = str(row["due_on"]) < desk.as_of.isoformat()
        when = (
            f":orange-badge[{ago(row['due_on'], desk.as_of)}]"
            if late
            else f"**{ago(row['due_on'], desk.as_of)}**"
        )
        who = "" if is_missing(row["owner"]) else f" · :gray[{plain(row['owner'])}]"
        st.markdown(f":material/event: {when} {plain(row['reason'])}{who}")


def likes(desk: Desk, person: CustomerPage) -> None:
    """What they like, as somebody noted it; what they buy stands under the habits."""
    noted = {"favorite": person.fields.get("likes"), "sticky_note_2": person.fields.get("note")}
    st.subheader("Likes", anchor=False)
    for icon, words in noted.items():
        if words:
            st.markdown(f":material/{icon}: {plain(words)}")
    if not any(noted.values()):
        st.caption(f"Nothing noted yet.{' “Edit” adds it.' if desk.may(EDIT) else ''}")


def facts(person: CustomerPage) -> None:
    """All that is noted about them, blanks left out; columns of their own sheets below."""
    st.subheader("Details", anchor=False)
    rows = [
        (field.label, _shown(person.fields.get(field.name), field.kind))
        for field in CUSTOMER.fields
        if field.name not in IN_HEAD
        and not is_missing(person.fields.get(field.name))
        and person.fields[field.name] != ""
    ]
    rows += [(str(header), str(value)) for header, value in person.extra.items() if value not in (None, "")]
    if not rows:
        st.caption("Nothing else is noted. “Edit” adds it.")
        return
    table = pd.DataFrame(rows, columns=["What", "Noted"])
    st.dataframe(
        table, hide_index=True, height="content", alt=f"Details noted about {person.name}",
        column_config={
            "What": st.column_config.TextColumn(width="small"), "Noted": st.column_config.TextColumn(width="medium"),
        },
    )  # fmt: skip


def _shown(value: Any, kind: Kind) -> str:
    return day(value) if kind is Kind.DATE else str(value)


def as_tables(desk: Desk, person: CustomerPage) -> None:
    """Ways to all that is kept of them, each as a table that can be corrected."""
    sizes = records.counts_of_customer(desk.database, person.id, desk.as_of)
    if not any(sizes.values()):
        return
    st.subheader("As tables", anchor=False)
    with st.container(horizontal=True, gap="xsmall", key="person_records"):
        for name, size in sizes.items():
            label = f"{ENTITIES[name].plural} {number(size)}"
            if size and st.button(label, key=f"table_{name}", type="tertiary", icon=":material/table_rows:"):
                st.switch_page("pages/records.py", query_params={"of": name, "customer": str(person.id)})
