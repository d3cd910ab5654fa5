"""The entities around contacting people: what they complained of or answered, plays, rules, messages, absences."""

from crm_core.model.entities import Entity, Field, Kind
from crm_core.model.usual_plays import USUAL_PLAYS, USUAL_RULES
from crm_core.model.words import (
    ABOUT,
    ASKED,
    CASE_STATES,
    CASE_TYPES,
    CHANNELS,
    MESSAGE_STATES,
    MOMENTS,
    RULE_ACTS,
    RULE_EVENTS,
)

K = Kind

CASE = Entity(
    "case",
    "Case",
    "Cases",
    (
        Field("customer", K.REFERENCE, "Customer", refers="customer", required=True),
        Field("date", K.DATE, "Date", required=True),
        Field("number", K.CODE, "Case number"),
        Field("type", K.CHOICE, "Kind", choices=CASE_TYPES),
        Field("about", K.CHOICE, "About", choices=ABOUT),
        Field("product", K.TEXT, "Product"),
        Field("what", K.NOTE, "What happened"),
        Field("state", K.CHOICE, "State", choices=CASE_STATES, help="Blank is open"),
        Field("solved_on", K.DATE, "Solved on"),
        Field("answer", K.NOTE, "What we did"),
        Field("owner", K.NAME, "Colleague", refers="colleague"),
        Field("note", K.NOTE, "Note", shown=False),
    ),
    content=("customer", "date", "number", "type", "about", "product", "what"),
    dated="date",
)

ANSWER = Entity(
    "answer",
    "Answer",
    "Answers",
    (
        Field("customer", K.REFERENCE, "Customer", refers="customer", required=True),
        Field("date", K.DATE, "Date", required=True),
        Field("asked", K.CHOICE, "Asked", choices=ASKED, help="Before, during or after a purchase"),
        Field("about", K.CHOICE, "About", choices=ABOUT),
        Field("question", K.TEXT, "Question"),
        Field("score", K.NUMBER, "Score", required=True),
        Field("scale", K.NUMBER, "Out of", help="The best score there is; blank: 5 or 10, by the scores"),
        Field("product", K.TEXT, "Product", shown=False),
        Field("number", K.CODE, "Order number", shown=False),
        Field("note", K.NOTE, "What they said"),
    ),
    content=("customer", "date", "asked", "about", "question", "score"),
    dated="date",
)

GESTURE = Entity(
    "gesture",
    "Gesture",
    "Gestures",
    (
        Field("customer", K.REFERENCE, "Customer", refers="customer", required=True),
        Field("date", K.DATE, "Date", required=True),
        Field("what", K.TEXT, "What", required=True),
        Field("cost", K.MONEY, "Cost"),
        Field("play", K.CODE, "Play", shown=False),
        Field("owner", K.NAME, "Given by", refers="colleague"),
        Field("note", K.NOTE, "Note"),
    ),
    content=("customer", "date", "what"),
    dated="date",
)

ATTENDANCE = Entity(
    "attendance",
    "Attendance",
    "Attendances",
    (
        Field("customer", K.REFERENCE, "Customer", refers="customer", required=True),
        Field("play", K.CODE, "Event", required=True, help="The name of the play or event"),
        Field("date", K.DATE, "Date", required=True),
        Field("came", K.YESNO, "Came"),
        Field("guests", K.INTEGER, "Guests", help="How many came along"),
        Field("note", K.NOTE, "Note"),
    ),
    content=("customer", "play", "date"),
    dated="date",
)

ABSENCE = Entity(
    "absence",
    "Absence",
    "Absences",
    (
        Field("colleague", K.NAME, "Colleague", refers="colleague", required=True),
        Field("starts", K.DATE, "From", required=True),
        Field("ends", K.DATE, "To", required=True),
        Field("note", K.NOTE, "Note"),
    ),
    content=("colleague", "starts", "ends"),
)

PLAY = Entity(
    "play",
    "Play",
    "Plays",
    (
        Field("name", K.CODE, "Play", required=True, help="A short name without blanks"),
        Field("label", K.TEXT, "Title", required=True),
        Field("words", K.NOTE, "What it is for"),
        Field("active", K.YESNO, "In use"),
        Field("moment", K.CHOICE, "Moment", choices=MOMENTS, required=True),
        Field("days", K.INTEGER, "Days", help="How many days before or after the moment"),
        Field("window", K.INTEGER, "Days more", help="For so many days more, so that a weekend loses nobody"),
        Field("segment", K.TEXT, "Segment", help="Only people of this saved segment"),
        Field("product", K.TEXT, "Product"),
        Field("place", K.TEXT, "Place", help="A town, or latitude and longitude"),
        Field("radius", K.NUMBER, "Within km"),
        Field("channel", K.CHOICE, "Channel", choices=CHANNELS),
        Field("caller", K.TEXT, "Who calls", help="owner, not the owner, or the name of a colleague"),
        Field("skill", K.TEXT, "Needs", help="A skill that the caller must have"),
        Field(
            "priority", K.INTEGER, "Priority", help="Of several reasons for one person the highest is said"
        ),
        Field("quiet_days", K.INTEGER, "Quiet days", help="Not within so many days of the last contact"),
        Field("exempt", K.YESNO, "Never late", help="Neither quiet days nor a full day hold it back"),
        Field("once", K.YESNO, "Once an occasion", help="Not tried again for the same day"),
        Field(
            "share", K.NUMBER, "Share of the day", help="At most this share of a caller's calls: 0.3 is 30 %"
        ),
        Field("starts", K.DATE, "From"),
        Field("ends", K.DATE, "To"),
        Field("reason", K.NOTE, "Why today", help="Words with facts: [Bought {last_purchase}]"),
        Field("say", K.NOTE, "Say", help="Words with facts: Hello[ {name}]."),
        Field("subject", K.TEXT, "Subject", shown=False, help="Of an e-mail"),
        Field(
            "held_out",
            K.NUMBER,
            "Held out",
            help="A share that is not contacted, to see whether it works: 0.1",
        ),
        Field("goal_days", K.INTEGER, "Result within days", shown=False),
        Field("budget", K.MONEY, "Budget", shown=False),
        Field("spent", K.MONEY, "Spent", shown=False),
        Field("note", K.NOTE, "Note", shown=False),
    ),
    keys=("name",),
    usual=USUAL_PLAYS,
)

WORDING = Entity(
    "wording",
    "Wording",
    "Wordings",
    (
        Field("name", K.CODE, "Name", required=True, help="The play and the language: birthday/de"),
        Field("play", K.CODE, "Play", required=True),
        Field("language", K.TEXT, "Language", required=True),
        Field("reason", K.NOTE, "Why today"),
        Field("say", K.NOTE, "Say"),
        Field("subject", K.TEXT, "Subject"),
    ),
    keys=("name",),
)

RULE = Entity(
    "rule",
    "Rule",
    "Rules",
    (
        Field("name", K.CODE, "Rule", required=True),
        Field("active", K.YESNO, "In use"),
        Field("event", K.CHOICE, "When", choices=RULE_EVENTS, required=True),
        Field("of", K.TEXT, "Which", help="Which stage or tag; blank is any"),
        Field("days", K.INTEGER, "After days", help="When it has stood so for so many days"),
        Field("act", K.CHOICE, "Then", choices=RULE_ACTS, required=True),
        Field("to", K.TEXT, "Who or what", help="owner, manager, a colleague's name, or the tag to add"),
        Field("within", K.INTEGER, "Within days"),
        Field("words", K.NOTE, "Words"),
        Field("note", K.NOTE, "Note", shown=False),
    ),
    keys=("name",),
    usual=USUAL_RULES,
)

FIRING = Entity(
    "firing",
    "Rule that fired",
    "Rules that fired",
    (
        Field("rule", K.CODE, "Rule", required=True),
        Field("customer", K.REFERENCE, "Customer", refers="customer", required=True),
        Field("date", K.DATE, "Date", required=True),
        Field("event", K.CODE, "Event", help="What it fired on; never twice on the same"),
        Field("reason", K.NOTE, "Why"),
        Field("did", K.NOTE, "What was done"),
    ),
    keys=("rule", "customer", "event"),
    dated="date",
    uploaded=False,
)

MESSAGE = Entity(
    "message",
    "Message",
    "Messages",
    (
        Field("customer", K.REFERENCE, "Customer", refers="customer", required=True),
        Field("play", K.CODE, "Play"),
        Field("due_on", K.DATE, "Due", required=True),
        Field("channel", K.CHOICE, "Channel", choices=CHANNELS),
        Field("address", K.TEXT, "To", private=True),
        Field("subject", K.TEXT, "Subject"),
        Field("body", K.NOTE, "Text"),
        Field("state", K.CHOICE, "State", choices=MESSAGE_STATES),
        Field("date", K.DATE, "Sent on"),
        Field("token", K.CODE, "Mark", shown=False, help="In the message and its answers: which one it was"),
        Field("note", K.NOTE, "Note"),
    ),
    keys=("customer", "play", "due_on"),
    dated="date",
    uploaded=False,
)

FEED = Entity(
    "feed",
    "Calendar link",
    "Calendar links",
    (
        Field("colleague", K.NAME, "Colleague", refers="colleague", required=True),
        Field("secret", K.CODE, "Hash of the secret", required=True, private=True),
        Field("made_on", K.DATE, "Made on"),
        Field("active", K.YESNO, "Works"),
    ),
    keys=("secret",),
    uploaded=False,
)

OUTREACH = (
    CASE, ANSWER, GESTURE, ATTENDANCE, ABSENCE, PLAY, WORDING, RULE, FIRING, MESSAGE, FEED,
)  # fmt: skip
