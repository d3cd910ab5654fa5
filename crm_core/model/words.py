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
