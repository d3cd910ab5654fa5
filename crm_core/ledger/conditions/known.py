"""What is known of a customer by name: the declared fields, the kept sums, the measures; each with kind and label."""

from difflib import get_close_matches

from crm_core.errors import InvalidInput
from crm_core.model.entities import Field, Kind
from crm_core.model.registry import CUSTOMER, ENTITIES
from crm_core.model.words import PATTERNS, PRIORITIES, SEGMENTS, STAGES, TIERS

K = Kind

SUMS = (
    Field("orders", K.INTEGER, "Orders", help="How many orders, as of the day"),
    Field("days", K.INTEGER, "Purchase days", help="On how many different days they bought"),
    Field("quantity", K.NUMBER, "Quantity"),
    Field("revenue", K.MONEY, "Revenue", help="The sum of all lines, returns taken off"),
    Field("bought", K.MONEY, "Bought", help="The sum of the positive lines"),
    Field("first_on", K.DATE, "First bought"),
    Field("last_on", K.DATE, "Last bought"),
    Field("contacts", K.INTEGER, "Contacts", help="How often they were reached"),
    Field("inquiries", K.INTEGER, "Inquiries", help="How often they asked us something"),
    Field("last_contact_on", K.DATE, "Last contact"),
    Field("open_follow_ups", K.INTEGER, "Open follow-ups"),
    Field("next_due_on", K.DATE, "Next follow-up"),
)

MEASURES = (
    Field(
        "segment",
        K.CHOICE,
        "Segment",
        choices=SEGMENTS,
        help="The one headline, from how lately and how often they buy",
    ),
    Field(
        "tier",
        K.CHOICE,
        "Tier",
        choices=TIERS,
        help="High, middle or low, from how often and how much they buy",
    ),
    Field("pattern", K.CHOICE, "Pattern", choices=PATTERNS, help="How they buy"),
    Field("stage", K.CHOICE, "Stage", choices=STAGES, help="How far the relation has come"),
    Field(
        "priority",
        K.CHOICE,
        "Priority",
        choices=PRIORITIES,
        help="A has bought, B can be reached, C the rest",
    ),
    Field("recency_days", K.INTEGER, "Days since last bought"),
    Field("gap", K.NUMBER, "Usual gap", help="Days between two purchases, as expected for this customer"),
    Field(
        "own_gap", K.NUMBER, "Own gap", help="Days between two purchases so far; blank with one day or none"
    ),
    Field("silence", K.NUMBER, "Silence", help="Days since last bought, in usual gaps"),
    Field("r", K.INTEGER, "Recency score", help="1 to 5: how lately they bought, among all buyers"),
    Field("f", K.INTEGER, "Frequency score", help="1 to 5: how often they bought, among all buyers"),
    Field("m", K.INTEGER, "Money score", help="1 to 5: how much they bought, among all buyers"),
    Field("average_order", K.MONEY, "Average order"),
    Field("next_order_on", K.DATE, "Next order expected"),
    Field("silent_on", K.DATE, "Silent from", help="The day on which their silence passes three usual gaps"),
)

FORECAST = (
    Field("p_alive", K.NUMBER, "Still a customer", help="How likely they will ever buy again: 0 to 1"),
    Field("p_alive_low", K.NUMBER, "Still a customer, at least"),
    Field("p_alive_high", K.NUMBER, "Still a customer, at most"),
    Field("expected_orders_90d", K.NUMBER, "Orders in 90 days", help="How many orders are to be expected"),
    Field("expected_orders_low", K.NUMBER, "Orders in 90 days, at least"),
    Field("expected_orders_high", K.NUMBER, "Orders in 90 days, at most"),
    Field(
        "clv_12m",
        K.MONEY,
        "Value of 12 months",
        help="What their orders of the next 12 months are worth today",
    ),
    Field("clv_low", K.MONEY, "Value of 12 months, at least"),
    Field("clv_high", K.MONEY, "Value of 12 months, at most"),
)

OWN = (
    Field("id", K.INTEGER, "Number"),
    Field("version", K.INTEGER, "Version"),
    Field("search", K.TEXT, "Any text"),
    Field("extra", K.TEXT, "Other columns"),
)

# The measure `stage` takes in what was set by hand; the field alone is `stage_by_hand`.
_DECLARED = {("stage_by_hand" if field.name == "stage" else field.column): field for field in CUSTOMER.fields}

# Of a customer and day, for the people behind a bar of a chart.
OCCASION = (
    Field("day", K.DATE, "Day"),
    Field("orders", K.INTEGER, "Orders"),
    Field("quantity", K.NUMBER, "Quantity"),
    Field("revenue", K.MONEY, "Revenue"),
)

# What is worked out of a record by itself (`conditions.related` says how).
OF_RECORDS: dict[str, tuple[Field, ...]] = {
    "answer": (Field("share", K.NUMBER, "Score of the best", help="0 to 1: 2 of 5 is 0.4"),),
}
_SECRETS = ("token",)
# The records that conditions ask about beside purchases, contacts and follow-ups.
ASKED_OF = ("case", "answer", "gesture", "attendance", "message")

CUSTOMER_FIELDS: dict[str, Field] = _DECLARED | {
    field.name: field for field in (*OWN, *SUMS, *MEASURES, *FORECAST)
}


def customer_field(name: str) -> Field:
    """The field, sum or measure of that name; InvalidInput naming it when there is none."""
    if name not in CUSTOMER_FIELDS:
        like = get_close_matches(name, CUSTOMER_FIELDS, 3, 0.5)
        near = f" The nearest are: {', '.join(like)}." if like else ""
        raise InvalidInput(
            f"Nothing about a customer is called “{name}”.{near} Choose another field, or take this part out."
        )
    return CUSTOMER_FIELDS[name]


def related_fields(entity: str) -> dict[str, Field]:
    """The fields by column of an entity whose records point to a customer, without what is private or secret;
    InvalidInput when it has none. `referral`: those of the customers whom somebody recommended."""
    if entity == "occasion":
        return {field.name: field for field in OCCASION}
    if entity == "referral":
        return CUSTOMER_FIELDS
    declared = ENTITIES.get(entity)
    if declared is None or not declared.has("customer"):
        known = [*(name for name, found in ENTITIES.items() if found.has("customer")), "referral"]
        raise InvalidInput(f"A customer has no records called “{entity}”. Known are: {', '.join(known)}.")
    shown = (field for field in declared.fields if not field.private and field.name not in _SECRETS)
    return {field.column: field for field in (*shown, *OF_RECORDS.get(entity, ()))}
