"""Has: so many related records that meet conditions, as SQL over `customers`.

What counts is what counts everywhere else: a purchase that is positive (not returned, not cancelled), by its order; a
contact that reached somebody; an event that they came to, a message that went out; unless a condition speaks of that
itself (its status, its amount, its outcome).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions import relations
from crm_core.ledger.conditions.known import related_fields
from crm_core.ledger.conditions.spellings import stored
from crm_core.ledger.profiles.measures import Measured
from crm_core.ledger.profiles.occasions import CALLED_OFF
from crm_core.ledger.store.dialects import extra_text
from crm_core.ledger.store.tables import TABLES, customers, occasions
from crm_core.model.conditions import All, AnyOf, Condition, Has, Not, Where, inner_parts
from crm_core.model.entities import Field, Kind
from crm_core.model.registry import ENTITIES
from crm_core.model.words import NOT_REACHED

Expression = sa.ColumnElement[Any]
EXTRA = "extra."
# Rows dated later than as-of do not count yet, except what is planned for later on purpose.
PLANNED = ("follow-up",)
MOST = 1_000_000


@dataclass(frozen=True)
class Records:
    """One kind of related records: its rows, its fields, and what the condition is about."""

    has: Has
    rows: Any
    fields: Mapping[str, Field]
    measured: Measured
    as_of: date


def related(has: Has, measured: Measured, as_of: date, few: bool) -> Expression:
    """The condition over `customers`, true or false; `few`: only some customers are asked about, by their ids."""
    fields = related_fields(has.entity)
    check_count(has)
    if not has.conditions and (short := _from_sums(has, measured, as_of)) is not None:
        return short
    table = (occasions if has.entity == "occasion" else TABLES[has.entity]).alias()
    records = Records(has, table, fields, measured, as_of)
    rules = [*(_met(part, records) for part in has.conditions), *_dated(records), *_counting(records)]
    # Of many customers one pass over the lines, whose products no index knows; of few a look at theirs.
    bulk = has.entity == "purchase" and not few
    return _by_pass(records, rules) if bulk else _by_customer(records, rules)


def check_count(has: Has) -> None:
    """InvalidInput where the number of records is none, or "since" has no date to count from."""
    count: Any = has.count
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= MOST:
        raise InvalidInput(f"“{count}” is no number of times. Give a whole number from 0 up.")
    if has.since is not None and _dated_column(has.entity) is None:
        raise InvalidInput(f"A {has.entity} has no date to count from. Take “since” out.")


def _from_sums(has: Has, measured: Measured, as_of: date) -> Expression | None:
    """Bought, or contacted, at all or since a day: the kept sums know it."""
    names = {"purchase": ("orders", "last_on"), "interaction": ("contacts", "last_contact_on")}.get(
        has.entity
    )
    if names is None:
        return None
    total, last = (measured[name] for name in names)
    if has.since is None:
        return _often(sa.func.coalesce(total, 0), has.count)
    if has.count <= 1:
        met = sa.and_(last.is_not(None), last >= since_day(has.since, as_of))
        return met if has.count == 1 else sa.not_(met)
    return _orders_since(has, as_of) if has.entity == "purchase" else None


def _often(number: Expression, count: int) -> Expression:
    return number >= count if count else number < 1


def _orders_since(has: Has, as_of: date) -> Expression:
    o = occasions.c
    between = (o.day >= since_day(has.since, as_of), o.day <= as_of.isoformat())
    taken = sa.select(o.customer_id).where(o.customer_id != 0, *between).group_by(o.customer_id)
    return customers.c.id.in_(taken.having(sa.func.sum(o.orders) >= has.count))


# Records one by one -----------------------------------------------------------------------------------------


def _by_customer(records: Records, rules: list[Expression]) -> Expression:
    mine = records.rows.c.customer_id == customers.c.id
    rows = sa.select(sa.literal(1)).select_from(records.rows).where(mine, *rules).correlate(customers)
    if records.has.count <= 1:
        found = sa.exists(rows)
        return found if records.has.count == 1 else sa.not_(found)
    counted = rows.with_only_columns(_number_of(records)).correlate(customers).scalar_subquery()
    return counted >= records.has.count


def _by_pass(records: Records, rules: list[Expression]) -> Expression:
    # Not the column itself: its index would be followed, with a jump to the line for every entry.
    owner = records.rows.c.customer_id + 0
    theirs = sa.select(owner).where(owner.is_not(None), *rules)
    if records.has.count > 1:
        theirs = theirs.group_by(owner).having(_number_of(records) >= records.has.count)
    found = customers.c.id.in_(theirs)
    return found if records.has.count else sa.not_(found)


def _number_of(records: Records) -> Expression:
    """Records; of purchases the orders that they are lines of, a day where there is no number."""
    if records.has.entity != "purchase":
        return sa.func.count()
    c = records.rows.c
    return sa.func.count(sa.func.coalesce(c.number, sa.cast(c.date, sa.Text())).distinct())


def _counting(records: Records) -> list[Expression]:
    c, named = records.rows.c, _fields_named(records.has.conditions)
    if records.has.entity == "interaction" and "outcome" not in named:
        return [sa.or_(c.outcome.is_(None), c.outcome.not_in(NOT_REACHED))]
    if records.has.entity == "purchase" and not named & {"status", "quantity", "amount"}:
        enough = sa.case((c.quantity.is_(None), sa.func.coalesce(c.amount, 0) > 0), else_=c.quantity > 0)
        off = sa.func.coalesce(c.status, "").in_(CALLED_OFF)
        return [c.date.is_not(None), sa.not_(off), sa.func.coalesce(c.amount, 0) >= 0, enough]
    if (said := COUNTED.get(records.has.entity)) and said[0] not in named:
        return [said[1](c)]
    return []


# By entity the field that says whether a record counts, and which ones do where no condition speaks of it.
COUNTED: Mapping[str, tuple[str, Callable[[Any], Expression]]] = {
    "attendance": ("came", lambda c: sa.func.coalesce(c.came, "") != "no"),
    "message": ("state", lambda c: c.state.in_(("sent", "exported"))),
}


def _fields_named(conditions: tuple[Condition, ...]) -> set[str]:
    named = {part.field for part in conditions if isinstance(part, Where)}
    return named.union(*(_fields_named(inner_parts(part)) for part in conditions))


def _met(condition: Condition, records: Records) -> Expression:
    match condition:
        case Where():
            return _compared(condition, records)
        case All(parts):
            return sa.and_(sa.true(), *(_met(part, records) for part in parts))
        case AnyOf(parts):
            return sa.or_(sa.false(), *(_met(part, records) for part in parts))
        case Not(part):
            return sa.not_(_met(part, records))
    raise InvalidInput(
        "Related records cannot have related records, places or saved segments of their own in a condition. "
        "Take them apart."
    )


def _compared(where: Where, records: Records) -> Expression:
    name, entity = where.field, records.has.entity
    if name.startswith(EXTRA) and "extra" in records.rows.c:
        header = name.removeprefix(EXTRA)
        column = extra_text(records.rows.c.extra, sa.literal(header))
        return relations.compare(column, Field(name, Kind.TEXT, header), where, records.as_of)
    if name not in records.fields:
        known = ", ".join(records.fields)
        raise InvalidInput(f"Nothing about a {entity} is called “{name}”. Known are: {known}.")
    texts = stored(records.measured.connection, entity, name)
    made = WORKED_OUT.get((entity, name))
    asked = made(records.rows.c) if made else records.rows.c[name]
    return relations.compare(asked, records.fields[name], where, records.as_of, texts)


def _state(c: Any) -> Expression:
    """A complaint of which nothing is said is open."""
    return sa.func.coalesce(sa.func.nullif(c.state, ""), "open")


def _scale(c: Any) -> Expression:
    """Where it is not said of how many a score is, it is of 5, of 10 or of 100."""
    told = sa.and_(c.scale.is_not(None), c.scale > 0)
    return sa.case((told, c.scale), (c.score <= 5, 5.0), (c.score <= 10, 10.0), else_=100.0)


# By entity and field what stands for the column.
WORKED_OUT: Mapping[tuple[str, str], Callable[[Any], Expression]] = {
    ("case", "state"): _state,
    ("answer", "scale"): _scale,
    ("answer", "share"): lambda c: c.score / _scale(c),
}


# Dates ------------------------------------------------------------------------------------------------------


def _dated_column(entity: str) -> str | None:
    return {"occasion": "day", "referral": "since"}.get(entity) or ENTITIES[entity].dated


def _dated(records: Records) -> list[Expression]:
    has, name = records.has, _dated_column(records.has.entity)
    if name is None:
        return []
    column, rules = records.rows.c[name], []
    if has.entity not in PLANNED:
        rules.append(sa.or_(column.is_(None), column <= records.as_of.isoformat()))
    if has.since is not None:
        rules += [column.is_not(None), column >= since_day(has.since, records.as_of)]
    return rules


def since_day(since: Any, as_of: date) -> str:
    """The ISO day from which records count: a day, or so many days before as-of."""
    if isinstance(since, int):
        return (as_of - timedelta(days=relations.days(since, "since"))).isoformat()
    return relations.iso_day(since, "since")
