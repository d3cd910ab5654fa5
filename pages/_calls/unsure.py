"""Messages of which nobody knows whether they went out: a person says which."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from crm_core.actions.messages import settle_unsure, unsure_messages
from pages._calls.done import Done, doing
from pages._parts import Desk, counted, day, person_link, plain


def unsure(desk: Desk) -> None:
    """Messages that may have gone out: a person looks in the sent folder and says which."""
    rows = unsure_messages(desk.database)
    if rows.empty:
        return
    with st.container(border=True, key="unsure"):
        st.markdown(
            f":material/help: **{counted(len(rows), 'e-mail')} may have gone out or not.** The line broke while they "
            "were handed over. They are never sent again by themselves: look into the mail server's sent folder."
        )
        for row in rows.head(20).to_dict("records"):
            _unsure_one(desk, row)
        if len(rows) > 1:
            _settle_buttons(
                desk, [int(one) for one in rows["id"]], "all", "All of them went out", "None of them did"
            )


def _unsure_one(desk: Desk, row: Mapping[str, Any]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        person_link(row["name"] or "somebody", int(row["customer_id"]), key=f"unsure_{row['id']}")
        st.markdown(f"{plain(row['subject'])} :gray[{day(row['date'])}]", width="stretch")
        _settle_buttons(desk, [int(row["id"])], str(row["id"]), "It went out", "It did not")


def _settle_buttons(desk: Desk, ids: list[int], key: str, yes: str, no: str) -> None:
    for went_out, label in ((True, yes), (False, no)):
        st.button(
            label, key=f"settle_{key}_{'yes' if went_out else 'no'}", type="tertiary", on_click=doing,
            args=("messages", partial(_settled, desk, ids, went_out)),
        )  # fmt: skip


def _settled(desk: Desk, ids: list[int], went_out: bool) -> Done:
    count = settle_unsure(desk.database, ids, went_out=went_out, **desk.act)
    what = "counted as sent" if went_out else "waiting again"
    return Done(f"{counted(count, 'e-mail')} {what}.")
