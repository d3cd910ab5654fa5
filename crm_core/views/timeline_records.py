"""Complaints, answers, gifts, events and messages as lines of a customer's time line."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from crm_core.ledger.conditions.wording import long_day
from crm_core.model.words import MONEY_UNIT
from crm_core.views.words import counted

Row = tuple[str, str, str, int | None, str | None]
MESSAGES = {
    "sent": "Message{via}",
    "exported": "Message{via}",
    "sending": "Message{via}, on its way",
    "waiting": "Message{via}, still to be sent",
    "refused": "Message{via}, could not be sent",
    "bounced": "Message{via}, came back",
    "stopped": "Message{via}, not sent",
}
GONE_OUT = ("sent", "exported")


def record_rows(found: Mapping[str, pd.DataFrame], contacts: pd.DataFrame) -> Iterator[Row]:
    """day, what (complaint, answer, gift, event, message), words, amount, who of every record.

    A message that went out is left away on a day whose contacts have one: it is the same.
    """
    yield from _cases(found["case"])
    yield from _answers(found["answer"])
    yield from _gestures(found["gesture"])
    yield from _attendances(found["attendance"])
    written = set(contacts.loc[contacts["type"] == "message", "date"])
    yield from _messages(found["message"], written)


def _cases(cases: pd.DataFrame) -> Iterator[Row]:
    for case in each(cases):
        about = text_of(case.product) or text_of(case.about)
        head = f"{(text_of(case.type) or 'complaint').capitalize()}{f' about {about}' if about else ''}"
        words = f"{_said(head, text_of(case.what))} ({_state(case)})"
        yield case.date, "complaint", words, None, text_of(case.owner)


def _state(case: Any) -> str:
    state, solved = text_of(case.state) or "open", text_of(case.solved_on)
    did = f": {case.answer}" if text_of(case.answer) else ""
    return f"{state}{f' on {long_day(solved)}' if solved and state != 'open' else ''}{did}"


def _answers(answers: pd.DataFrame) -> Iterator[Row]:
    for answer in each(answers):
        of = "" if pd.isna(answer.scale) else f" of {answer.scale:g}"
        about = text_of(answer.product) or text_of(answer.about)
        about = f" about {about}" if about else ""
        when = {"before": " before a purchase", "during": " during a purchase", "after": " after a purchase"}
        head = f"Answered {answer.score:g}{of}{about}{when.get(text_of(answer.asked) or '', '')}"
        said = ". ".join(filter(None, (text_of(answer.question), text_of(answer.note))))
        yield answer.date, "answer", _said(head, said), None, None


def _gestures(gestures: pd.DataFrame) -> Iterator[Row]:
    for gift in each(gestures):
        cost = "" if pd.isna(gift.cost) else f" (cost {gift.cost / MONEY_UNIT:,.2f})"
        yield (
            gift.date,
            "gift",
            _said(f"Given: {gift.what}{cost}", text_of(gift.note)),
            None,
            text_of(gift.owner),
        )


def _attendances(attendances: pd.DataFrame) -> Iterator[Row]:
    for one in each(attendances):
        verb = "Did not come to" if text_of(one.came) == "no" else "Came to"
        guests = 0 if pd.isna(one.guests) else int(one.guests)
        along = f" with {counted(guests, 'guest')}" if guests > 0 else ""
        yield one.date, "event", _said(f"{verb} {one.play}{along}", text_of(one.note)), None, None


def _messages(messages: pd.DataFrame, written: set[str]) -> Iterator[Row]:
    for message in each(messages):
        state, day = text_of(message.state) or "waiting", text_of(message.date) or message.due_on
        if state in GONE_OUT and day in written:
            continue
        via = f" by {message.channel}" if text_of(message.channel) else ""
        head = MESSAGES.get(state, "Message{via}").format(via=via)
        yield day, "message", _said(head, text_of(message.subject) or text_of(message.play)), None, None


def each(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, a name a column. Most kinds are empty for most people, and to name the columns of none takes time."""
    return iter(()) if frame.empty else frame.itertuples(index=False)


def _said(head: str, words: str | None) -> str:
    return f"{head}: {words}" if words else head


def text_of(value: Any) -> str | None:
    """The text, None for a blank."""
    return value if isinstance(value, str) and value else None
