"""What a segment can be built from: fields, related records, places and saved segments, each with its relations."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crm_core.ledger.conditions import offered as stored
from crm_core.ledger.conditions.known import CUSTOMER_FIELDS
from crm_core.model.entities import Field, Kind
from crm_core.views.segments import further

ABOUT, BOUGHT, CONTACTS, TOLD, HOME, FORECAST, OWN, SAVED = (
    "About them", "What they bought", "Contacts", "What they told us and got", "Where they live", "Forecast",
    "Their own columns", "Saved segments",
)  # fmt: skip
Relations = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Offered:
    """Something to ask about. `field`: a field of the customer (`Where`), or `purchase`, `purchase.product`,
    `purchase.category`, `interaction`, `follow-up` (`Has`), `near` (`Near`), `saved` (`Saved`): these have the
    relations `yes` and `no`; or one of `further.KINDS`, whose conditions `further` makes.
    `relations`: (relation, in words); `choices`: stored values, most frequent first."""

    group: str
    field: str
    label: str
    kind: Kind | None
    relations: Relations
    choices: tuple[str, ...] = ()
    help: str = ""


BLANK: Relations = (("blank", "is blank"), ("filled", "is filled in"))
TEXT: Relations = (
    ("one of", "is one of"), ("is", "is"), ("is not", "is not"), ("contains", "contains"),
    ("begins with", "begins with"), *BLANK,
)  # fmt: skip
CHOICE: Relations = (("one of", "is one of"), ("is", "is"), ("is not", "is not"), *BLANK)
NUMBER: Relations = (
    ("at least", "at least"), ("at most", "at most"), ("more than", "more than"), ("less than", "less than"),
    ("is", "is"), *BLANK,
)  # fmt: skip
DATE: Relations = (
    ("days ago at least", "at least so long ago"), ("days ago at most", "at most so long ago"), ("before", "before"),
    ("after", "after"), ("on or before", "on or before"), ("on or after", "on or after"), ("is", "is on"), *BLANK,
)  # fmt: skip
BIRTHDAY: Relations = (("birthday within", "is within the next"), *DATE)
YESNO: Relations = (("is", "is"), ("blank", "is not known"), ("filled", "is known"))
OF_KIND: dict[Kind, Relations] = {
    Kind.DATE: DATE, Kind.CHOICE: CHOICE, Kind.TAGS: CHOICE, Kind.YESNO: YESNO,
    **dict.fromkeys((Kind.MONEY, Kind.NUMBER, Kind.INTEGER), NUMBER),
}  # fmt: skip

# By group the fields that a person asks about, in the order in which they are offered.
ASKED: dict[str, tuple[str, ...]] = {
    ABOUT: (
        "segment", "tier", "tags", "owner", "stage", "priority", "pattern", "birthday", "name", "code", "company",
        "job_title", "email", "phone", "sex", "language", "source", "since", "need", "why_not", "referred_by", "likes",
        "note",
    ),
    BOUGHT: (
        "orders", "revenue", "last_on", "first_on", "recency_days", "average_order", "quantity", "days", "gap",
        "silence", "next_order_on", "silent_on", "r", "f", "m",
    ),
    CONTACTS: (
        "last_contact_on", "contacts", "inquiries", "open_follow_ups", "next_due_on", "may_call", "may_email",
        "may_message", "do_not_contact", "bounced_on",
    ),
    HOME: ("city", "region", "postcode", "country", "address"),
    FORECAST: ("p_alive", "expected_orders_90d", "clv_12m"),
}  # fmt: skip


def offered(connection: Any) -> tuple[Offered, ...]:
    """All that can be asked about, group by group; forecasts, own columns and saved segments where there are any."""
    return tuple(_offered(connection))


def _offered(connection: Any) -> Iterator[Offered]:
    yield from _fields(connection, ABOUT)
    yield from _purchases(connection)
    yield from _fields(connection, BOUGHT)
    yield from _contacts()
    yield from _fields(connection, CONTACTS)
    yield from _further(connection)
    yield _near(connection)
    yield from _fields(connection, HOME)
    if stored.has_forecasts(connection):
        yield from _fields(connection, FORECAST)
    yield from _own(connection)
    yield from _saved(connection)


def _fields(connection: Any, group: str) -> Iterator[Offered]:
    for name in ASKED[group]:
        field = CUSTOMER_FIELDS[name]
        relations = BIRTHDAY if name == "birthday" else OF_KIND.get(field.kind, TEXT)
        yield Offered(
            group, name, field.label, field.kind, relations, _choices(connection, name, field), field.help
        )


def _choices(connection: Any, name: str, field: Field) -> tuple[str, ...]:
    if field.choices:
        return field.choices
    if name not in stored.LISTED:
        return ("yes", "no") if field.kind is Kind.YESNO else ()
    counts = stored.texts_of(connection, name)
    return _single_tags(counts) if field.kind is Kind.TAGS else tuple(text for text, _ in counts)


def _single_tags(counts: stored.Counts) -> tuple[str, ...]:
    counted: Counter[str] = Counter()
    for listed, people in counts:
        counted.update({tag: people for tag in dict.fromkeys(listed.split(", ")) if tag})
    return tuple(sorted(counted, key=lambda tag: (-counted[tag], tag)))


def _purchases(connection: Any) -> Iterator[Offered]:
    said: Relations = (("yes", "bought"), ("no", "did not buy"))
    for name, label in (("product", "Product"), ("category", "Category")):
        choices = tuple(text for text, _ in stored.bought(connection, name))
        if choices:
            yield Offered(BOUGHT, f"purchase.{name}", label, Kind.TEXT, said, choices)
    yield Offered(BOUGHT, "purchase", "Any purchase", None, said)


def _contacts() -> Iterator[Offered]:
    spoken: Relations = (("yes", "were contacted"), ("no", "were not contacted"))
    yield Offered(
        CONTACTS, "interaction", "Contact", None, spoken, help="Somebody was reached, or they asked us"
    )
    waiting: Relations = (("yes", "have one that is open"), ("no", "have none that is open"))
    yield Offered(CONTACTS, "follow-up", "Follow-up", None, waiting)


def _further(connection: Any) -> Iterator[Offered]:
    for name, kept in further.KINDS.items():
        said, choices = tuple(kept.words.items()), further.choices_of(connection, name)
        yield Offered(TOLD, name, kept.label, Kind.TEXT, said, choices, kept.help)


def _near(connection: Any) -> Offered:
    towns = tuple(text for text, _ in stored.texts_of(connection, "city"))
    said: Relations = (("yes", "live within"), ("no", "do not live within"))
    words = "By the coordinates in your sheets, else by the town"
    return Offered(HOME, "near", "Distance from a place", Kind.PLACE, said, towns, words)


def _own(connection: Any) -> Iterator[Offered]:
    for header, texts in stored.own_columns(connection):
        yield Offered(OWN, f"extra.{header}", header, Kind.TEXT, TEXT, texts)


def _saved(connection: Any) -> Iterator[Offered]:
    names = stored.saved_names(connection)
    if names:
        yield Offered(SAVED, "saved", "Saved segment", None, (("yes", "is in"), ("no", "is not in")), names)
