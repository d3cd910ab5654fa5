"""The plays and rules that a new database begins with; people change them as any other row.

`{name}` stands for a fact of the person, `{name|there}` says what to print where it is missing, and what stands in
[square brackets] is left out whole when a fact in it is missing.
"""

from collections.abc import Mapping
from typing import Any

HELLO = "Hello[ {name}][, this is {speaker}]."
HOW_ARE_YOU = (
    " I wanted to hear how you are.[ Last time you chose {last_product}.] Is there anything you need?"
)


def _play(name: str, label: str, words: str, moment: str, priority: int, **more: Any) -> Mapping[str, Any]:
    """A row as the table keeps it; `hello`: the words after the greeting."""
    said = {"say": HELLO + more.pop("hello")}
    return {
        "name": name, "label": label, "words": words, "moment": moment, "priority": priority, "active": "yes",
        "channel": "phone", "quiet_days": 14, **said, **more,
    }  # fmt: skip


USUAL_PLAYS: tuple[Mapping[str, Any], ...] = (
    _play(
        "promised", "Promised to get back", "A colleague noted to get back to them, and the day has come",
        "promised", 100, quiet_days=0, exempt="yes",
        reason="[Promised for {promised_for}][: {promise}]",
        hello=" I promised to get back to you today[: {promise}].",
    ),
    _play(
        "unhappy", "Unhappy", "An open complaint, or a low score in the last 30 days",
        "unhappy", 95, days=30, quiet_days=3, exempt="yes", once="yes",
        reason="[{complaint}][{low_score}]",
        hello="[ You told us about {complaint_about}.] I am calling to hear what happened and to put it right.",
    ),
    _play(
        "birthday", "Birthday", "Birthday in the next 7 days", "birthday", 90, days=7, quiet_days=0,
        exempt="yes", once="yes", caller="owner",
        reason="[Birthday {due_day}][, turns {round_age}]",
        hello=" I am calling to wish you a happy birthday.[ I remember that you often choose {favourite}.]",
        subject="Happy birthday[, {name}]",
    ),
    _play(
        "anniversary", "A year with us", "The first purchase was a year ago, or two, or more, in the next 7 days",
        "anniversary", 85, days=7, once="yes", caller="owner",
        reason="[First bought {years_with_us} ago][, on {first_day}]",
        hello=" You first came to us {years_with_us|a while} ago, and I wanted to thank you."
        "[ You often choose {favourite}.]",
        subject="Thank you for {years_with_us|your time} with us",
    ),
    _play(
        "recommended-us", "Thanks for a recommendation", "Somebody came in the last 14 days because of them",
        "recommended us", 82, days=14, quiet_days=3, once="yes",
        reason="[Recommended us to {referred}]",
        hello=" Thank you for recommending us[ to {referred}]. That means a lot to us.",
    ),
    _play(
        "thanks", "Thanks after a purchase", "Bought yesterday, or up to 4 days before that",
        "after a purchase", 80, days=1, window=4, quiet_days=3, once="yes",
        reason="Bought[ {last_purchase}][ {last_ago}]",
        hello=" Thank you for your purchase[ on {last_day}]."
        "[ You chose {last_product}: I hope you are happy with it.]",
        subject="Thank you for your purchase",
    ),
    _play(
        "cant-lose", "Cannot lose", "Bought most often of all, and have stayed away",
        "can't lose", 75, quiet_days=30, caller="owner",
        reason="[Bought {rhythm}]",
        hello=" We have missed you[: you were last here on {last_day}]. How have you been?"
        "[ You often chose {favourite}.] Is there something we should do better?",
    ),
    _play(
        "lapsed", "Good customers gone quiet", "High tier, and lapsed or at risk",
        "lapsed", 70, quiet_days=30,
        reason="[Bought {rhythm}]",
        hello=" We have missed you[: you were last here on {last_day}]. How have you been?"
        "[ You often chose {favourite}.] Is there something we should do better?",
        subject="We have missed you[, {name}]",
    ),
    _play(
        "likely-to-leave", "Likely to leave", "High or middle tier, and less likely than not still a customer",
        "likely to leave", 65, quiet_days=30,
        reason="[{chance} likely to be still a customer][; bought {rhythm}]",
        hello=" I wanted to hear how you are and whether we can do something better.[ You often chose {favourite}.]",
    ),
    _play(
        "how-is-it", "How is it going", "Bought 30 days ago, or up to 7 days before that",
        "after a purchase", 60, days=30, window=7, once="yes",
        reason="Bought[ {last_purchase}][ {last_ago}]: ask how it is going",
        hello=" You bought[ {last_product}] from us[ on {last_day}]: how is it going?"
        " Is there anything we can do better?",
        subject="How is it going[ with {last_product}]",
    ),
    _play(
        "due-again", "Due to buy again", "By their own rhythm they would buy in these days",
        "due to buy again", 58, days=3, window=4,
        reason="[Bought {rhythm}]",
        hello=" I thought of you[, as you may need {favourite} again]. May I put something aside for you?",
    ),
    _play(
        "no-contact", "Time to be in touch",
        "No contact or purchase for 30, 60 or 90 days (high, middle or low tier)", "no contact", 50,
        reason="[{last_touch}][; {tier}-tier people are called every {every}]",
        hello=HOW_ARE_YOU,
    ),
    _play(
        "small-gesture", "A small gesture", "High tier, and nothing given to them for 180 days",
        "small gesture", 45, days=180, quiet_days=30, active="no",
        reason="[Chose {last_product} last time: a small gift of that kind]",
        hello=" We would like to give you something small, as a thank you.[ Last time you chose {last_product}.]",
    ),
    _play(
        "price", "Hesitates at the price", "Has not bought, and named the price as the reason",
        "hesitates at the price", 40, quiet_days=30,
        reason="Has not bought yet: the price[; last spoke {last_contact}]",
        hello=" I know that the price was not right for you so far. May I show you what else there is?",
    ),
    _play(
        "never-bought", "Never bought yet", "Known to us, may be reached, and has not bought yet",
        "never bought", 30, quiet_days=30,
        reason="Has not bought yet[; last spoke {last_contact}]",
        hello=" We have not had the pleasure of serving you yet. May I ask what you are looking for?",
    ),
    _play(
        "incomplete", "Ask for what is missing", "Regular people of whom we lack a way to reach them or a birthday",
        "incomplete", 20, quiet_days=60, active="no",
        reason="[We lack their {missing}]",
        hello=" May I ask you for your {missing|details}, so that we can reach you well?",
    ),
    _play(
        "holiday", "Holiday greetings", "A public holiday of their country in the next 7 days",
        "holiday", 35, days=7, quiet_days=7, once="yes", active="no", channel="message",
        reason="[{holiday} {due_day}]",
        hello=" I wish you a happy {holiday|holiday}.",
        subject="Happy {holiday|holiday}",
    ),
    _play(
        "new-product", "A new product", "Name a product: those who are likely to want it, with the evidence",
        "new product", 55, quiet_days=14, once="yes", active="no",
        reason="[May like {product}][: {evidence}]",
        hello=" We have {product|something new} now, and I thought of you.[ You often choose {favourite}.]",
        subject="[{product}: ]new with us",
    ),
    _play(
        "event", "An event nearby", "Name a place, the days and how far: those who live near",
        "event nearby", 56, quiet_days=7, once="yes", active="no", radius=25.0,
        reason="[Lives {distance} from {place}][: {event} on {event_day}]",
        hello=" We will be in {place|a place near you}[ on {event_day}], and I would like to invite you.",
        subject="You are invited[: {event}]",
    ),
    _play(
        "by-rule", "A rule asks for it", "One of the rules made a follow-up, and its day has come",
        "promised", 98, quiet_days=0, exempt="yes",
        reason="{promise|A rule asks for it}",
        hello="[ You told us about {complaint_about}.] I wanted to hear how you are."
        " Is there anything that I can do for you?",
    ),
)  # fmt: skip

USUAL_RULES: tuple[Mapping[str, Any], ...] = (
    {
        "name": "complaint-to-owner", "active": "yes", "event": "new complaint", "act": "follow-up", "to": "owner",
        "within": 1, "words": "A complaint came in: call them and put it right",
    },
    {
        "name": "no-answer-to-manager", "active": "no", "event": "no answer", "days": 7, "act": "to the manager",
        "to": "manager", "within": 2, "words": "Nobody reached them for {days} days",
    },
    {
        "name": "late-to-manager", "active": "no", "event": "late follow-up", "days": 5, "act": "to the manager",
        "to": "manager", "within": 1, "words": "A promised follow-up is {days} days late",
    },
)  # fmt: skip
