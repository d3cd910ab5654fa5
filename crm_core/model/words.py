"""The words of the field: closed lists and column names that every room uses."""

SEXES = ("female", "male", "other")
CHANNELS = ("phone", "e-mail", "message", "in person", "post", "online", "other")
INTERACTION_TYPES = ("inquiry", "visit", "call", "message", "after-sales", "other")
LINE_STATUS = ("completed", "open", "cancelled", "returned")
NEEDS = ("potential", "target", "unknown")
OUTCOMES = (
    "reached",
    "no answer",
    "voicemail",
    "wrong number",
    "call again",
    "visit agreed",
    "bought",
    "not interested",
    "complaint",
    "do not contact",
)
# An attempt that reached nobody is no contact: the person still waits to be spoken to.
NOT_REACHED = ("no answer", "voicemail", "wrong number")

# Headlines from best to worst; `no purchase` stands apart at the end.
SEGMENTS = (
    "champions",
    "loyal",
    "potential loyalist",
    "new",
    "promising",
    "needs attention",
    "about to sleep",
    "can't lose",
    "at risk",
    "hibernating",
    "no purchase",
)
TIERS = ("high", "middle", "low")
PATTERNS = ("never", "one big", "one", "lapsed", "continuous", "occasional")
STAGES = ("exploration", "awareness", "expansion", "commitment", "dissolution")
PRIORITIES = ("A", "B", "C")

# Why somebody who was asked has not bought (yet).
WHY_NOT = ("price", "time", "no need", "other supplier", "trust", "other")
# Complaints and answers: what they are about, and when around a purchase somebody was asked.
ABOUT = ("product", "service", "delivery", "price", "other")
CASE_TYPES = ("complaint", "request")
CASE_STATES = ("open", "solved", "closed")
ASKED = ("before", "during", "after")

# When a play is due for somebody; `outreach.moments` says what each means.
MOMENTS = (
    "promised", "birthday", "anniversary", "after a purchase", "no contact", "holiday", "lapsed", "can't lose",
    "likely to leave", "due to buy again", "never bought", "hesitates at the price", "unhappy", "new product",
    "event nearby", "incomplete", "small gesture", "recommended us", "every day",
)  # fmt: skip
FOLLOW_UP_STATES = ("open", "done", "dropped", "held out")
OWNER, NOT_OWNER = "owner", "not the owner"  # who calls, beside a colleague's name

# Rules: when this happens, then that.
RULE_EVENTS = (
    "new complaint", "new request", "low score", "no answer", "late follow-up", "stage changes", "tag is added",
    "new customer", "first purchase",
)  # fmt: skip
RULE_ACTS = ("follow-up", "to the manager", "add a tag", "change the owner")
MESSAGE_STATES = ("waiting", "sending", "sent", "refused", "bounced", "stopped", "exported")

# The first columns of `export profile`, in the order of the contract.
PROFILE_COLUMNS = (
    "code", "name", "orders", "quantity", "revenue", "first_on", "last_on", "recency_days", "r", "f", "m",
    "segment", "tier", "priority", "pattern", "stage", "p_alive", "expected_orders_90d", "clv_12m",
    "next_order_on", "last_contact_on", "owner",
)  # fmt: skip

USUAL_CURRENCY = "EUR"  # where none was set
MONEY_UNIT = 10_000  # money is kept in whole ten-thousandths

# Words on files that we hand out and know again when they come home.
REPORT_CARD = "Report card"  # the sheet with the score
WHAT_TO_FIX = (
    "What to fix (Regulars)"  # the column with the reasons; named so that no column of theirs is taken for it
)
YOUR_COLUMN = " (your column)"  # behind an own column of theirs that bears the name of one of ours
MARK_SHEET = "regulars export"  # a sheet that no menu shows: what the others hold
