"""What a day's list is told of everybody and of earlier follow-ups, by name: the ledger reads, outreach decides by it.

A roster has one entry a person, in the order of `id` (increasing); a follow-up is a row.
"""

DAYS = ("last_on", "last_contact_on", "since", "birthday")  # datetime64[D], NaT where there is none
# Yes or no: consent, and ways to reach them.
MARKS = (
    "never", "no_call", "no_mail", "has_phone", "has_email", "yes_mail", "no_message", "yes_message", "bounced",
)  # fmt: skip
# Further: `revenue` (ten-thousandths), `place` (0, 1, … without gaps: who brought most first, of equals by name, then
# by id), and the Categoricals `tier` and `owner`.
ROSTER = ("id", *DAYS, *MARKS, "revenue", "place", "tier", "owner")

FOLLOW_UP_COLUMNS = (
    "id", "customer_id", "play", "due_on", "due_time", "owner", "reason", "state", "issued_on", "later_on", "channel",
)  # fmt: skip
