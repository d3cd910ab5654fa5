"""What a caller should know before the call, set-wise: last purchase, favourite, last contact; and all that a
day's list asks of the stored records."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.known import CUSTOMER_FIELDS
from crm_core.ledger.profiles.measures import measured
from crm_core.ledger.profiles.occasions import CALLED_OFF
from crm_core.ledger.reading import call_records, roster
from crm_core.ledger.reading.meetings import meetings
from crm_core.ledger.reading.messages import written_instead
from crm_core.ledger.store.bulk import KeyTable, read_frame
from crm_core.ledger.store.frames import typed_frame
from crm_core.ledger.store.tables import TABLES, customers, follow_ups, interactions, occasions, purchases
from crm_core.ledger.writing.existing import database_id, settings
from crm_core.model.conditions import Condition
from crm_core.model.roster import FOLLOW_UP_COLUMNS

PRODUCTS_NAMED = 3
REMEMBERED_DAYS = 400  # closed follow-ups older than this say nothing about a list of today

FACT_COLUMNS = (
    "last_bought_on", "last_amount", "last_product", "last_products", "products_more", "favourite", "spoke_on",
    "spoke_type", "spoke_outcome", "spoke_by", "spoke_note",
)  # fmt: skip


@dataclass(frozen=True)
class CallSource:
    """The stored records as a day's list asks for them, within one read transaction."""

    connection: Connection
    as_of: date
    offers: Callable[[str], pd.DataFrame] | None = None  # who may want a product: `id evidence score`
    lot: Callable[[str, str, np.ndarray, float], np.ndarray] | None = None  # of database, play, ids, share

    def roster(self, ids: Iterable[int] | None = None) -> dict[str, Any]:
        return roster.roster(self.connection, self.as_of, ids)

    def meeting(self, condition: Condition, ids: Iterable[int] | None = None) -> np.ndarray:
        return roster.meeting(self.connection, condition, self.as_of, ids)

    def meetings(
        self, conditions: Mapping[str, Condition], ids: Iterable[int] | None = None
    ) -> tuple[dict[str, np.ndarray], dict[str, str]]:
        """By name the ids of those (of `ids` only) who meet the condition; by name why one cannot be asked."""
        return meetings(self.connection, conditions, self.as_of, ids)

    def days(self, name: str, within: int, ids: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Ids, rising, and days: `first_on` of these people; `unhappy_on`, `referred_on` within so many days."""
        if name == "unhappy_on":
            return call_records.unhappy_on(self.connection, self.as_of, within)
        if name == "referred_on":
            return call_records.referred_on(self.connection, self.as_of, within)
        return roster.days_of(self.connection, name, self.as_of, ids)

    def words(self, name: str, ids: np.ndarray) -> pd.Categorical:
        return roster.words_of(self.connection, name, ids)

    def worth(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return call_records.worth(self.connection, ids)

    def distances(self, place: str, ids: Sequence[int]) -> pd.Series:
        return call_records.distances(self.connection, place, ids)

    def wanting(self, product: str) -> pd.DataFrame:
        """`id evidence score` of those who may want the product; InvalidInput where nobody can tell."""
        if self.offers is None:
            raise InvalidInput(
                f"Who may want “{product}” cannot be told here. Make the list on the page or command."
            )
        return self.offers(product)

    def held_out(self, play: str, ids: np.ndarray, share: float) -> np.ndarray:
        """By person whether the lot holds them out of the play; nobody where no lot was given."""
        if self.lot is None:
            return np.zeros(len(ids), bool)
        return self.lot(self.database_id(), play, ids, share)

    def plays(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The rows of the tables `play` and `wording`, by id."""
        tables = (TABLES["play"], TABLES["wording"])
        found = (read_frame(self.connection, sa.select(table).order_by(table.c.id)) for table in tables)
        return tuple(frame.to_dict("records") for frame in found)  # type: ignore[return-value]

    def unknown_product(self, product: str | None) -> str | None:
        """A sentence where nobody knows the product; None where it is known, or where nothing was sold yet."""
        return call_records.unknown_product(self.connection, product) if product else None

    def absences(self) -> pd.DataFrame:
        """`colleague starts ends` of those that hold on the day."""
        a, today = TABLES["absence"].c, self.as_of.isoformat()
        chosen = sa.select(a.colleague, a.starts, a.ends).order_by(a.id)
        return read_frame(self.connection, chosen.where(a.starts <= today, a.ends >= today))

    def people(self, ids: Sequence[int], columns: Sequence[str]) -> pd.DataFrame:
        """`id` and the columns of these people, driver-ready."""
        return people_of(self.connection, ids, columns, self.as_of)

    def follow_ups(self) -> pd.DataFrame:
        """What was written to somebody stands for the call of the same reason and day."""
        asked = stored_follow_ups(self.connection, self.as_of)
        written = written_instead(self.connection, self.as_of - timedelta(days=REMEMBERED_DAYS))
        return pd.concat([asked, written], ignore_index=True) if len(written) else asked

    def colleagues(self, owners: Iterable[str] | None = None) -> pd.DataFrame:
        """`name active skills languages capacity email`: those stored, else the `owners` that customers name (looked
        up where not given)."""
        table = TABLES["colleague"]
        columns = (table.c[name] for name in ("name", "active", "skills", "languages", "capacity", "email"))
        stored = read_frame(self.connection, sa.select(*columns).order_by(table.c.name))
        if len(stored):
            return stored
        if owners is None:
            named = customers.c.owner.is_not(None)
            owners = self.connection.scalars(sa.select(customers.c.owner).where(named).distinct())
        return pd.DataFrame({"name": list(owners), "active": None}, dtype=object)

    def facts(self, ids: Sequence[int]) -> pd.DataFrame:
        known = call_facts(self.connection, ids, self.as_of)
        return known.join(call_records.record_facts(self.connection, list(known.index), self.as_of))

    def settings(self) -> Mapping[str, str]:
        return settings(self.connection)

    def database_id(self) -> str:
        return database_id(self.connection)


def people_of(
    connection: Connection, ids: Iterable[int], columns: Sequence[str], as_of: date
) -> pd.DataFrame:
    """`id` and the columns of these customers, driver-ready, by id."""
    people, names = measured(connection, as_of), ("id", *columns)
    chosen = sa.select(*(people[name].label(name) for name in names)).select_from(people.rows)
    with KeyTable(connection, "shown_people", ids) as keys:
        mine = chosen.where(customers.c.id.in_(sa.select(keys.c.key))).order_by(customers.c.id)
        return typed_frame(connection, mine, CUSTOMER_FIELDS)


def stored_follow_ups(connection: Connection, as_of: date, ids: Iterable[int] | None = None) -> pd.DataFrame:
    """The follow-ups that are open, or were listed or due in the last 400 days (of `ids` only, where given).

    Columns FOLLOW_UP_COLUMNS, days as ISO text; the reason only where it was noted by hand or by a rule.
    """
    since = (as_of - timedelta(days=REMEMBERED_DAYS)).isoformat()
    f = follow_ups.c
    by_hand = sa.or_(f.play.is_(None), f.play.in_(("", "promised", "by-rule")))
    columns = {name: f[name] for name in FOLLOW_UP_COLUMNS} | {"reason": sa.case((by_hand, f.reason))}
    statement = sa.select(*(column.label(name) for name, column in columns.items())).order_by(f.id)
    statement = statement.where(sa.or_(f.state == "open", f.issued_on >= since, f.due_on >= since))
    if ids is None:
        return read_frame(connection, statement)
    with KeyTable(connection, "followed", ids) as keys:
        return read_frame(connection, statement.where(f.customer_id.in_(sa.select(keys.c.key))))


def call_facts(connection: Connection, ids: Iterable[int], as_of: date) -> pd.DataFrame:
    """For each of the customers, index `id`, columns FACT_COLUMNS; missing where nothing is known.

    `last_amount` in ten-thousandths: what the positive lines of the last purchase day came to. `last_product`: the
    dearest of that day; `last_products`: up to three of it, `products_more`: how many more. `favourite`: what was
    bought on most days. `spoke_*`: the latest contact of any outcome. Days are ISO text; what is dated after
    `as_of` does not count.
    """
    wanted = list(dict.fromkeys(int(number) for number in ids))
    facts = pd.DataFrame(
        index=pd.Index(wanted, name="id", dtype="int64"), columns=list(FACT_COLUMNS), dtype=object
    )
    if not wanted:
        return facts
    with KeyTable(connection, "called_people", wanted) as keys:
        for statement in (_last_days(keys, as_of), _favourites(keys, as_of), _last_contacts(keys, as_of)):
            facts.update(read_frame(connection, statement).set_index("id"))
        products = read_frame(connection, _last_products(keys, as_of))
    facts.update(_in_words(products))
    return facts


def _last_days(keys: sa.TableClause, as_of: date) -> sa.Select[Any]:
    """One row a person: the last day with an order and its positive amount."""
    o = occasions.c
    last = _last_day(keys, as_of).subquery("last")
    return sa.select(
        o.customer_id.label("id"), o.day.label("last_bought_on"), o.bought.label("last_amount")
    ).join(last, sa.and_(o.customer_id == last.c.id, o.day == last.c.day))


def _last_day(keys: sa.TableClause, as_of: date) -> sa.Select[Any]:
    o = occasions.c
    mine = o.customer_id.in_(sa.select(keys.c.key))
    statement = sa.select(o.customer_id.label("id"), sa.func.max(o.day).label("day"))
    return statement.where(mine, o.orders > 0, o.day <= as_of.isoformat()).group_by(o.customer_id)


def _positive() -> list[sa.ColumnElement[bool]]:
    """Lines that count as bought and name a product."""
    p = purchases.c
    return [
        sa.func.coalesce(p.status, "").not_in(CALLED_OFF),
        sa.func.coalesce(p.amount, 0) >= 0,
        sa.func.coalesce(p.quantity, 1) > 0,
        _product().is_not(None),
    ]


def _product() -> sa.ColumnElement[str]:
    return sa.func.coalesce(sa.func.nullif(purchases.c.product, ""), purchases.c.product_code)


def _favourites(keys: sa.TableClause, as_of: date) -> sa.Select[Any]:
    p, product = purchases.c, _product()
    bought_days = sa.func.count(p.date.distinct()).label("days")
    counted = (
        sa.select(
            p.customer_id.label("id"),
            product.label("product"),
            bought_days,
            sa.func.max(p.date).label("last"),
        )
        .where(p.customer_id.in_(sa.select(keys.c.key)), p.date <= as_of.isoformat(), *_positive())
        .group_by(p.customer_id, product)
        .subquery("counted")
    )
    c = counted.c
    place = sa.func.row_number().over(partition_by=c.id, order_by=(c.days.desc(), c.last.desc(), c.product))
    ranked = sa.select(c.id, c.product, place.label("place")).subquery("ranked")
    return sa.select(ranked.c.id, ranked.c.product.label("favourite")).where(ranked.c.place == 1)


def _last_products(keys: sa.TableClause, as_of: date) -> sa.Select[Any]:
    """The dearest products of the last day, and how many there were."""
    p, product, last = purchases.c, _product(), _last_day(keys, as_of).subquery("last")
    amount = sa.func.sum(sa.func.coalesce(p.amount, 0)).label("amount")
    bought = (
        sa.select(p.customer_id.label("id"), product.label("product"), amount)
        .join(last, sa.and_(p.customer_id == last.c.id, p.date == last.c.day))
        .where(*_positive())
        .group_by(p.customer_id, product)
        .subquery("bought")
    )
    b = bought.c
    place = sa.func.row_number().over(partition_by=b.id, order_by=(b.amount.desc(), b.product)).label("place")
    many = sa.func.count().over(partition_by=b.id).label("many")
    ranked = sa.select(b.id, b.product, place, many).subquery("ranked")
    return sa.select(ranked).where(ranked.c.place <= PRODUCTS_NAMED).order_by(ranked.c.id, ranked.c.place)


def _in_words(products: pd.DataFrame) -> pd.DataFrame:
    """One row a person: `last_product` the dearest, `last_products` as `tea; cake`, `products_more` the rest."""
    by_person = products.groupby("id")
    more = by_person["many"].first() - by_person.size()
    first, named = by_person["product"].first(), by_person["product"].agg("; ".join)
    return pd.DataFrame({"last_product": first, "last_products": named, "products_more": more})


def _last_contacts(keys: sa.TableClause, as_of: date) -> sa.Select[Any]:
    i = interactions.c
    place = sa.func.row_number().over(partition_by=i.customer_id, order_by=(i.date.desc(), i.id.desc()))
    ranked = (
        sa.select(i.customer_id, i.date, i.type, i.outcome, i.owner, i.note, place.label("place"))
        .where(i.customer_id.in_(sa.select(keys.c.key)), i.date <= as_of.isoformat())
        .subquery("ranked")
    )
    r = ranked.c
    return sa.select(
        r.customer_id.label("id"), r.date.label("spoke_on"), r.type.label("spoke_type"),
        r.outcome.label("spoke_outcome"), r.owner.label("spoke_by"), r.note.label("spoke_note"),
    ).where(r.place == 1)  # fmt: skip
