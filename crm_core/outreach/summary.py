"""The summary sheet of a call list: who calls how many and why, who was left out, what the words mean."""

from collections.abc import Iterable

from crm_core.model.words import OUTCOMES
from crm_core.outreach.lists import DayList
from crm_core.outreach.phrases import long_day
from crm_core.workbook.write import ColumnStyle, SheetContent

SUMMARY = "Summary"
MEANING = {
    "reached": "You spoke with them: the contact is noted, the follow-up is done",
    "no answer": "Nobody answered: the try is noted, they will be due again",
    "voicemail": "You left a message: the try is noted, they will be due again",
    "wrong number": "The number is not theirs; correct it in the sheet if you know the right one, else somebody asks",
    "call again": "They asked to be called again: give the day in “Next date” (else the next day), the hour in “At”",
    "visit agreed": "They will come by: give the day in “Next date”",
    "bought": "They bought or ordered: the contact is noted, the purchase comes with your sales sheet",
    "not interested": "They do not want it: say why in “Why not” or “Note”",
    "complaint": "They complained: say what about in “Note”; it opens a case",
    "do not contact": "They do not want to hear from us: they are never on a list again",
}
HOW_TO = (
    ("Fill in", "Outcome first; then Next date, At, Next step, Why not and Note, as far as they are needed."),
    ("Correct", "A wrong name, phone or e-mail may be corrected in its cell; a blank erases nothing."),
    ("Sort and filter", "As you like: nothing is locked, and rows may be deleted."),
    (
        "Without outcome",
        "A note alone is kept and the call stays open; a next date alone puts it off until then.",
    ),
    ("Bring it back", "Drop this file on the Upload page, as often as you like: only what is new counts."),
)
COLUMNS = (
    ColumnStyle("Part", "text", 14),
    ColumnStyle("What", "note", 32),
    ColumnStyle("Meaning", "note", 84),
    ColumnStyle("People", "integer", 9),
)
Row = tuple[str | None, str | None, str | None, int | None]
NOTHING: Row = (None, None, None, None)


def summary_sheet(day: DayList, who: str, company: str = "") -> SheetContent:
    """One visible sheet for whoever hands the lists out: counts, who was left out, what the outcomes mean."""
    on = f"{long_day(day.as_of, day.as_of)} {day.as_of.year}"
    titles = (f"Call list of {on}" + (f", {company}" if company else ""), f"Issued by {who}", *day.notes)
    groups = (_total(day), _callers(day), _plays(day), _left_out(day), _broken(day), _outcomes(), _how_to())
    rows = [row for group in groups for row in _set_apart(list(group))]
    return SheetContent(SUMMARY, COLUMNS, rows[:-1], title_rows=titles, filter=False)


def _set_apart(rows: list[Row]) -> list[Row]:
    """A group with its name on the first row only, and an empty row below."""
    if not rows:
        return []
    return [rows[0], *((None, *row[1:]) for row in rows[1:]), NOTHING]


def _total(day: DayList) -> Iterable[Row]:
    yield "On the list", "People", None if len(day.people) else "Nobody is due on this day.", len(day.people)


def _callers(day: DayList) -> Iterable[Row]:
    for name, count in day.by_owner.items():
        reasons = day.people.loc[day.people["caller"] == name, "play"].value_counts()
        labels = [f"{play.label} {reasons[play.name]:,}" for play in day.plays if play.name in reasons]
        yield "By caller", name, ", ".join(labels), count


def _plays(day: DayList) -> Iterable[Row]:
    for play in day.plays:
        yield "By reason", play.label, play.words, day.by_play.get(play.name, 0)


def _left_out(day: DayList) -> Iterable[Row]:
    for why, count in day.left_out.items():
        yield "Left out", why, None, count


def _broken(day: DayList) -> Iterable[Row]:
    for play, fault in day.faults.items():
        yield "Not used", play, fault, None


def _outcomes() -> Iterable[Row]:
    for outcome in OUTCOMES:
        yield "Outcome", outcome, MEANING[outcome], None


def _how_to() -> Iterable[Row]:
    for what, words in HOW_TO:
        yield "How to", what, words, None
