"""The entities of Regulars. Adding an entity or a field is a change here and nowhere else."""

from crm_core.model.entities import Entity, Field, Kind
from crm_core.model.outreach_entities import OUTREACH
from crm_core.model.words import (
    CHANNELS,
    FOLLOW_UP_STATES,
    INTERACTION_TYPES,
    LINE_STATUS,
    NEEDS,
    OUTCOMES,
    PRIORITIES,
    SEXES,
    STAGES,
    WHY_NOT,
)

K = Kind

CUSTOMER = Entity(
    "customer",
    "Customer",
    "Customers",
    (
        Field("code", K.CODE, "Code", help="Your own number or code for this customer"),
        Field("name", K.NAME, "Name", required=True),
        Field("given_name", K.NAME, "Given name", shown=False),
        Field("family_name", K.NAME, "Family name", shown=False),
        Field("preferred_name", K.NAME, "Preferred name", help="What they like to be called"),
        Field("salutation", K.TEXT, "Form of address", help="Mrs Novak, Herr Doktor, 王先生"),
        Field("email", K.EMAIL, "E-mail", private=True),
        Field("phone", K.PHONE, "Phone", private=True),
        Field("phone_2", K.PHONE, "Second phone", private=True, shown=False),
        Field("company", K.TEXT, "Company"),
        Field("job_title", K.TEXT, "Position", shown=False),
        Field("owner", K.NAME, "Owner", refers="colleague", help="The colleague who looks after them"),
        Field("tags", K.TAGS, "Tags"),
        Field("birthday", K.DATE, "Birthday", private=True),
        Field("sex", K.CHOICE, "Sex", choices=SEXES, shown=False),
        Field("address", K.TEXT, "Address", private=True, shown=False),
        Field("city", K.PLACE, "City"),
        Field("region", K.PLACE, "Region", shown=False),
        Field("postcode", K.CODE, "Postcode", shown=False),
        Field("country", K.PLACE, "Country"),
        Field("latitude", K.NUMBER, "Latitude", shown=False, help="Degrees north of the equator"),
        Field("longitude", K.NUMBER, "Longitude", shown=False, help="Degrees east of Greenwich"),
        Field("language", K.TEXT, "Language", shown=False),
        Field("likes", K.NOTE, "Likes", help="Their usual, their favourites, what to remember"),
        Field("source", K.TEXT, "How they found us", shown=False),
        Field("since", K.DATE, "Customer since", shown=False),
        Field("stage", K.CHOICE, "Stage set by hand", choices=STAGES, shown=False),
        Field("need", K.CHOICE, "Need", choices=NEEDS, shown=False),
        Field("why_not", K.CHOICE, "Why not yet", choices=WHY_NOT, shown=False),
        Field(
            "referred_by", K.TEXT, "Recommended by", shown=False, help="The code or name of another customer"
        ),
        Field("may_call", K.YESNO, "May be called"),
        Field("may_email", K.YESNO, "May be e-mailed"),
        Field("may_message", K.YESNO, "May be messaged", shown=False),
        Field("do_not_contact", K.YESNO, "Do not contact"),
        Field(
            "bounced_on",
            K.DATE,
            "E-mail came back",
            shown=False,
            help="When a message to it could not be delivered",
        ),
        Field("note", K.NOTE, "Note"),
    ),
    keys=("code", "email", "phone"),
)

ORDER = Entity(
    "order",
    "Order",
    "Orders",
    (
        Field("number", K.CODE, "Order number", required=True),
        Field("customer", K.REFERENCE, "Customer", refers="customer"),
        Field("date", K.DATE, "Date"),
        Field("time", K.TIME, "Time", shown=False),
        Field("total", K.MONEY, "Total"),
        Field("status", K.CHOICE, "Status", choices=LINE_STATUS),
        Field("channel", K.TEXT, "Channel"),
        Field("owner", K.NAME, "Sold by", refers="colleague"),
        Field("note", K.NOTE, "Note", shown=False),
    ),
    keys=("number",),
    dated="date",
)

PURCHASE = Entity(
    "purchase",
    "Purchase",
    "Purchases",
    (
        Field("number", K.CODE, "Order number"),
        Field("customer", K.REFERENCE, "Customer", refers="customer"),
        Field("date", K.DATE, "Date"),
        Field("time", K.TIME, "Time", shown=False),
        Field("product_code", K.CODE, "Product code", refers="product"),
        Field("product", K.TEXT, "Product"),
        Field("category", K.TEXT, "Category"),
        Field("quantity", K.NUMBER, "Quantity"),
        Field("price", K.MONEY, "Unit price"),
        Field("discount", K.NUMBER, "Discount", shown=False, help="A share of the price: 0.1 or 10 %"),
        Field("amount", K.MONEY, "Amount"),
        Field("status", K.CHOICE, "Status", choices=LINE_STATUS),
        Field("channel", K.TEXT, "Channel", shown=False),
        Field("owner", K.NAME, "Sold by", refers="colleague", shown=False),
        Field("note", K.NOTE, "Note", shown=False),
    ),
    content=("customer", "number", "date", "time", "product_code", "product", "quantity", "price", "amount"),
    dated="date",
)

PRODUCT = Entity(
    "product",
    "Product",
    "Products",
    (
        Field("code", K.CODE, "Product code"),
        Field("name", K.TEXT, "Product", required=True),
        Field("category", K.TEXT, "Category"),
        Field("price", K.MONEY, "Price"),
        Field("cost", K.MONEY, "Cost", shown=False),
        Field("note", K.NOTE, "Note"),
    ),
    keys=("code", "name"),
)

INTERACTION = Entity(
    "interaction",
    "Contact",
    "Contacts",
    (
        Field("customer", K.REFERENCE, "Customer", refers="customer", required=True),
        Field("date", K.DATE, "Date", required=True),
        Field("time", K.TIME, "Time", shown=False),
        Field("type", K.CHOICE, "What", choices=INTERACTION_TYPES),
        Field("channel", K.CHOICE, "Channel", choices=CHANNELS),
        Field("outcome", K.CHOICE, "Outcome", choices=OUTCOMES),
        Field("reason", K.TEXT, "Why not", help="What they said when they were not interested"),
        Field("owner", K.NAME, "Colleague", refers="colleague"),
        Field("note", K.NOTE, "Note"),
    ),
    content=("customer", "date", "time", "type", "channel", "outcome", "owner", "note"),
    dated="date",
)

VISIT_COUNT = Entity(
    "visit-count",
    "Visit count",
    "Visit counts",
    (
        Field("date", K.DATE, "Date", required=True),
        Field("channel", K.TEXT, "Channel", help="Where they came: the shop, the website, a fair"),
        Field(
            "priority", K.CHOICE, "Class", choices=PRIORITIES, help="Blank: nobody known, which is class C"
        ),
        Field("visits", K.INTEGER, "Visits", required=True, help="How many people came"),
        Field("note", K.NOTE, "Note"),
    ),
    content=("date", "channel", "priority", "visits"),
    dated="date",
)

FOLLOW_UP = Entity(
    "follow-up",
    "Follow-up",
    "Follow-ups",
    (
        Field("customer", K.REFERENCE, "Customer", refers="customer", required=True),
        Field("play", K.CODE, "Play"),
        Field("due_on", K.DATE, "Due", required=True),
        Field("due_time", K.TIME, "At", shown=False),
        Field("owner", K.NAME, "Caller", refers="colleague"),
        Field("reason", K.NOTE, "Why"),
        Field("say", K.NOTE, "Say", shown=False),
        Field("state", K.CHOICE, "State", choices=FOLLOW_UP_STATES),
        Field("channel", K.CHOICE, "Channel", choices=CHANNELS, shown=False),
        Field("issued_on", K.DATE, "On the list of", shown=False),
        Field("later_on", K.DATE, "Not before", shown=False, help="Put off until this day"),
        Field("outcome", K.CHOICE, "Outcome", choices=OUTCOMES),
        Field("done_on", K.DATE, "Done on", shown=False),
        Field("note", K.NOTE, "Note"),
    ),
    keys=("customer", "play", "due_on"),
    dated="due_on",
    uploaded=False,
)

COLLEAGUE = Entity(
    "colleague",
    "Colleague",
    "Colleagues",
    (
        Field("name", K.NAME, "Name", required=True),
        Field("email", K.EMAIL, "E-mail"),
        Field("phone", K.PHONE, "Phone"),
        Field("role", K.TEXT, "Role"),
        Field("skills", K.TAGS, "Skills"),
        Field("languages", K.TAGS, "Languages"),
        Field("capacity", K.INTEGER, "Calls a day"),
        Field(
            "list_by_email", K.YESNO, "List by e-mail", shown=False, help="Their list each morning by e-mail"
        ),
        Field("active", K.YESNO, "Works here"),
        Field("note", K.NOTE, "Note", shown=False),
    ),
    keys=("name",),
)

PAIR = Entity(
    "pair",
    "Possible double",
    "Possible doubles",
    (
        Field("first", K.REFERENCE, "One", refers="customer", required=True),
        Field("second", K.REFERENCE, "Other", refers="customer", required=True),
        Field("score", K.NUMBER, "Likeness"),
        Field("evidence", K.NOTE, "Evidence"),
        Field("state", K.CHOICE, "Answer", choices=("open", "same", "different")),
    ),
    keys=("first", "second"),
    uploaded=False,
)

ALIAS = Entity(
    "alias",
    "Former key",
    "Former keys",
    (
        Field("customer", K.REFERENCE, "Customer", refers="customer", required=True),
        Field("key", K.CHOICE, "Which", choices=("code", "email", "phone", "name")),
        Field("value", K.TEXT, "Value", private=True),
    ),
    keys=("customer", "key", "value"),
    uploaded=False,
)

LAYOUT = Entity(
    "layout",
    "Remembered layout",
    "Remembered layouts",
    (
        Field("name", K.TEXT, "Name", required=True),
        Field("headers", K.CODE, "Headers", help="What tells this shape of sheet: a hash of its headers"),
        Field("holds", K.CODE, "Holds", help="The entity its rows are"),
        Field("decisions", K.NOTE, "Decisions", help="What each column becomes and how it is read, as JSON"),
    ),
    keys=("name",),
    uploaded=False,
)

SEGMENT = Entity(
    "segment",
    "Saved segment",
    "Saved segments",
    (
        Field("name", K.TEXT, "Name", required=True),
        Field("condition", K.NOTE, "Condition", required=True, help="The parts it is built from, as JSON"),
        Field("note", K.NOTE, "Note"),
    ),
    keys=("name",),
    uploaded=False,
)

SETTING = Entity(
    "setting",
    "Setting",
    "Settings",
    (
        Field("name", K.CODE, "Name", required=True),
        Field("value", K.TEXT, "Value"),
    ),
    keys=("name",),
    uploaded=False,
)

ENTITIES: dict[str, Entity] = {
    entity.name: entity
    for entity in (
        CUSTOMER, ORDER, PURCHASE, PRODUCT, INTERACTION, VISIT_COUNT, FOLLOW_UP, COLLEAGUE, *OUTREACH, PAIR,
        ALIAS, LAYOUT, SEGMENT, SETTING,
    )
}  # fmt: skip


def entity(name: str) -> Entity:
    """The declared entity of that name; KeyError when there is none."""
    return ENTITIES[name]
