"""Messages: what waits, was sent and came back; preparing, sending, exporting, and what may have gone out."""

from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from crm_core.actions.mail_settings import daily_limit, post_of
from crm_core.actions.messages import (
    Sent,
    export_messages,
    queue,
    send_waiting,
)
from crm_core.actions.messages_due import due_messages
from crm_core.model.words import CHANNELS
from crm_core.views import plays
from crm_core.views.followups_page import SHOWN, mail_today, message_counts, messages
from crm_core.views.wanting import Wanting
from pages._calls.done import Done, doing, done, said
from pages._calls.lists import Errand
from pages._calls.mailing import settings_form
from pages._calls.more_ways import mail_fault
from pages._calls.unsure import unsure
from pages._jobs import begin, finish
from pages._parts import XLSX, Desk, counted, in_words, number, person_link, plain

WRITTEN = ("e-mail", "message")
# By word the states that it stands for.
GROUPS = {
    "Waiting": ("waiting",), "Sent": ("sent", "exported"), "Came back": ("bounced", "refused"),
    "Stopped": ("stopped",), "Unsure": ("sending",),
}  # fmt: skip
SENT = "messages_sent"  # session_state: what the last run did
Counts = Mapping[tuple[str, str], int]


def messages_view(desk: Desk) -> None:
    """What can be done now, then the messages themselves."""
    counts = message_counts(desk.database, desk.as_of)
    with in_words():
        sent = finish("send_mail")
        if isinstance(sent, Sent):
            st.session_state[SENT] = sent
            counts = message_counts(desk.database, desk.as_of)
    fault = mail_fault_here(desk)
    if not counts:
        _begin_here(desk, fault)
        settings_form(desk, bool(fault))
        return
    _tiles(desk, counts)
    _prepare(desk)
    said(desk, "messages")
    _send(desk, fault)
    _exports(desk, counts)
    unsure(desk)
    _listed(desk, counts)
    settings_form(desk, bool(fault))


def _begin_here(desk: Desk, fault: str) -> None:
    """No message was ever prepared: what it takes, in order."""
    with st.container(border=True, key="no_messages"):
        st.markdown("**No message was prepared yet.** Plays can write instead of call: by e-mail or by text.")
        server = plain(fault) if fault else "E-mail is set up."
        st.caption(f":material/{'pending' if fault else 'check'}: {server}")
        _prepare(desk)
    said(desk, "messages")


def mail_fault_here(desk: Desk) -> str:
    """Why no e-mail can go out, with the way out on this page."""
    return mail_fault(desk).replace("in Messages", "below")


def _of(counts: Counts, group: str, channel: str | None = None) -> int:
    return sum(
        count for (state, by), count in counts.items() if state in GROUPS[group] and channel in (None, by)
    )


def _tiles(desk: Desk, counts: Counts) -> None:
    gone, due, _ = mail_today(desk.database, desk.as_of)
    limit = daily_limit(desk.database)
    with st.grid(4, min_column_width=150):
        st.metric(
            "Waiting", number(_of(counts, "Waiting")), help=f"{counted(due, 'e-mail')} of these due today"
        )
        st.metric(
            "Sent today",
            f"{number(gone)} of {number(limit)}",
            help="E-mails, and the most that go out on a day",
        )
        st.metric("Sent in all", number(_of(counts, "Sent")), help="E-mails sent and messages exported")
        st.metric(
            "Came back",
            number(_of(counts, "Came back")),
            help="Refused by a server, or nobody has the address",
        )


# Today's ------------------------------------------------------------------------------------------------------


def _prepare(desk: Desk) -> None:
    """Put what today's plays say into the queue; nothing is sent by that."""
    named = [one for one in plays.plays(desk.database, desk.as_of) if one.runs and one.channel in WRITTEN]
    with st.container(horizontal=True, vertical_alignment="center", key="prepare_box"):
        if not named:
            st.caption(
                ":material/pending: No play in use goes by e-mail or message. Set the channel of one to e-mail."
            )
            st.button(
                "Open plays", key="to_plays", type="tertiary", icon=":material/table:", on_click=_to_plays
            )
            return
        st.button(
            "Prepare today's messages", key="prepare", icon=":material/edit_note:", on_click=doing,
            args=("messages", partial(_queue, desk)), help="They wait here until you send them",
        )  # fmt: skip
        st.caption(f"By {plain(', '.join(one.label for one in named))}.", width="stretch")


def _to_plays() -> None:
    st.session_state["view"] = "Plays"


def _queue(desk: Desk) -> Done:
    drafts = due_messages(desk.database, desk.as_of, offers=Wanting(desk.database, desk.as_of))
    batch = queue(desk.database, drafts, **desk.act)
    if batch is None:
        return Done("Nothing new is due: who said yes and has a reason today is prepared already.")
    return done(f"{counted(batch.created, 'message waits', 'messages wait')} to be sent.", batch)


def _send(desk: Desk, fault: str) -> None:
    """[Send 12 e-mails], and what the last run did."""
    gone, due, _ = mail_today(desk.database, desk.as_of)
    limit = daily_limit(desk.database)
    now = max(0, min(due, limit - gone))
    with st.container(horizontal=True, vertical_alignment="center", key="send_box"):
        st.button(
            f"Send {counted(now, 'e-mail')}", key="send_mail", type="primary", icon=":material/send:",
            disabled=not now or bool(fault), on_click=_begin, args=(desk,),
        )  # fmt: skip
        st.caption(plain(fault) if fault else _limit_words(now, due, gone, limit), width="stretch")
    last: Sent | None = st.session_state.get(SENT)
    if last is not None:
        look = st.warning if last.trouble else st.success
        look(plain(last.words), icon=":material/outgoing_mail:")


def _limit_words(now: int, due: int, gone: int, limit: int) -> str:
    if due > now:
        wait = f"{number(due - now)} of {number(due)} wait for another day"
        return f"At most {counted(limit, 'e-mail')} go out on one day, {number(gone)} went today: {wait}."
    return f"At most {counted(limit, 'e-mail')} go out on one day; {number(gone)} went today."


def _begin(desk: Desk) -> None:
    st.session_state.pop(SENT, None)
    begin(
        "send_mail", "Sending",
        lambda progress: send_waiting(desk.database, post_of(desk.database), progress=progress, **desk.act),
    )  # fmt: skip


# For telephones -----------------------------------------------------------------------------------------------


def _exports(desk: Desk, counts: Counts) -> None:
    """A file a channel that is not e-mail: phone, text, name."""
    waiting = {name: _of(counts, "Waiting", name) for name in CHANNELS if name != "e-mail"}
    waiting = {name: count for name, count in waiting.items() if count}
    if not waiting:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="exports_box"):
        for name, count in waiting.items():
            words = f"Download {counted(count, 'text')} by {name}"
            _export_button(desk, name, words, as_csv=False)
            _export_button(desk, name, f"By {name}, as CSV", as_csv=True)
        st.caption(
            "Phone, text and name, for an SMS service or a messenger. They count as sent then.",
            width="stretch",
        )


def _export_button(desk: Desk, channel: str, label: str, as_csv: bool) -> None:
    errand, ending = Errand(), "csv" if as_csv else "xlsx"
    st.download_button(
        label, errand.fetch, f"messages-{desk.as_of}.{ending}", "text/csv" if as_csv else XLSX,
        key=f"export_{channel}_{ending}", icon=":material/sms:", type="tertiary" if as_csv else "secondary",
        on_click=_export, args=(desk, channel, as_csv, errand),
    )  # fmt: skip


def _export(desk: Desk, channel: str, as_csv: bool, errand: Errand) -> None:
    def exported() -> Done:
        made = export_messages(desk.database, channel, as_csv=as_csv, **desk.act)
        errand.content = made.bytes
        stopped = f" {counted(sum(made.stopped.values()), 'message')} stopped." if made.stopped else ""
        return done(f"{counted(made.people, 'text')} in the file.{stopped}", made.batch)

    try:
        doing("messages", exported)
    finally:
        errand.done.set()


# The messages themselves --------------------------------------------------------------------------------------


def _listed(desk: Desk, counts: Counts) -> None:
    if not counts:
        st.caption("No message was prepared yet.")
        return
    names = [name for name in GROUPS if _of(counts, name)]
    if st.session_state.get("messages_group") not in names:
        st.session_state.pop("messages_group", None)
    group = st.pills(
        "Which", names, default=names[0], key="messages_group", required=True, label_visibility="collapsed",
        format_func=lambda name: f"{name} · {number(_of(counts, name))}",
    )  # fmt: skip
    group = group or names[0]
    rows = messages(desk.database, desk.as_of, GROUPS[group])
    labels = {one.name: one.label for one in plays.plays(desk.database, desk.as_of)}
    chosen = _table(rows.assign(play=[labels.get(name, name) for name in rows["play"]]), group)
    if len(rows) == SHOWN:
        st.caption(f"The latest {number(SHOWN)} are shown.")
    if chosen is None:
        st.caption("Choose a row to read the message.")
    else:
        _one(chosen)


def _table(rows: pd.DataFrame, group: str) -> pd.Series | None:
    state = ["state"] if len(GROUPS[group]) > 1 else []  # said by the choice above else
    shown = rows[["customer", "play", "channel", "due_on", "subject", *state, "date", "note"]]
    shown = shown.assign(due_on=pd.to_datetime(shown["due_on"]), date=pd.to_datetime(shown["date"]))
    text, calendar = st.column_config.TextColumn, st.column_config.DateColumn
    event = st.dataframe(
        shown.dropna(axis=1, how="all"), hide_index=True, height=min(420, 38 + 35 * len(shown)), on_select="rerun",
        selection_mode="single-row", key=f"messages_{group}_{len(rows)}",
        column_config={
            "customer": text("To", width="medium"), "play": text("Play"), "channel": text("Channel"),
            "due_on": calendar("Due", format="localized"), "subject": text("Subject", width="large"),
            "state": text("State"), "date": calendar("Sent on", format="localized"),
            "note": text("Note", width="medium"),
        },
        alt="Messages: to whom, for which play, by which channel, when, and what became of them",
    )  # fmt: skip
    places = [place for place in event["selection"]["rows"] if place < len(rows)]
    return rows.iloc[places[0]] if places else None


def _one(row: pd.Series) -> None:
    """The message as the person gets it."""
    with st.container(border=True, key="message_shown", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            person_link(str(row["customer"]), int(row["customer_id"]), key="message_person")
            st.caption(plain(row["address"]))
        if row["channel"] == "e-mail":
            st.markdown(f"**{plain(row['subject'])}**")
        for line in str(row["body"] or "").splitlines():
            st.markdown(plain(line))
