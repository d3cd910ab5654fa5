"""What a merge of two customers has to know, and who a former code, e-mail, phone or name belongs to since."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.store.bulk import KeyTable, read_frame
from crm_core.ledger.store.tables import TABLES, archive, changes, customers, profiles
from crm_core.ledger.writing.cells import EXTRA, from_text
from crm_core.model.entities import Kind
from crm_core.model.folding import fold, phone_key
from crm_core.model.registry import CUSTOMER, ENTITIES

pairs, aliases = TABLES["pair"], TABLES["alias"]

# By column of a customer the key that an alias remembers it as.
ALIAS_KEYS = {"code": "code", "email": "email", "phone_key": "phone", "name": "name"}
OF_A_RECORD = (*ALIAS_KEYS, "phone")
FormerValue = tuple[int, str, str]  # customer, field, the value folded (a phone: its digits)
PHONES = tuple(field.name for field in CUSTOMER.fields if field.kind is Kind.PHONE)


# Pairs ------------------------------------------------------------------------------------------------------


def waiting(connection: Connection) -> list[int]:
    """The pairs that nobody has answered yet, likeliest first."""
    unscored = sa.case((pairs.c.score.is_(None), 1), else_=0)
    chosen = sa.select(pairs.c.id).where(sa.func.coalesce(pairs.c.state, "open") == "open")
    return list(connection.scalars(chosen.order_by(unscored, pairs.c.score.desc(), pairs.c.id)))


def pairs_by_id(connection: Connection, ids: Iterable[int]) -> pd.DataFrame:
    """The pairs of these ids, all columns, in the order of the ids."""
    wanted = list(ids)
    with KeyTable(connection, "wanted_pairs", wanted) as keys:
        frame = read_frame(connection, sa.select(pairs).where(pairs.c.id.in_(sa.select(keys.c.key))))
    return frame.set_index("id", drop=False).reindex([i for i in wanted if i in set(frame["id"])])


def pairs_of(connection: Connection, customer_ids: Iterable[int]) -> pd.DataFrame:
    """All pairs that name one of these customers, the oldest first."""
    with KeyTable(connection, "pair_ends", customer_ids) as keys:
        mine = sa.select(keys.c.key)
        chosen = sa.select(pairs).where(sa.or_(pairs.c.first_id.in_(mine), pairs.c.second_id.in_(mine)))
        return read_frame(connection, chosen.order_by(pairs.c.id))


# What belongs to a customer ---------------------------------------------------------------------------------


def orders_of(connection: Connection, customer_ids: Iterable[int]) -> dict[int, int]:
    """How many orders these customers have, by id."""
    with KeyTable(connection, "counted_customers", customer_ids) as keys:
        mine = profiles.c.customer_id.in_(sa.select(keys.c.key))
        return dict(
            connection.execute(sa.select(profiles.c.customer_id, profiles.c.orders).where(mine)).all()
        )


def staying(rows: Sequence[Mapping[str, Any]], orders: Mapping[int, int]) -> int:
    """Which of two stored customers a merge keeps unless told otherwise, 0 or 1: the one with a code, else with more
    orders, else the older."""
    ranks = [(not row["code"], -orders.get(int(row["id"]), 0), int(row["id"])) for row in rows]
    return ranks.index(min(ranks))


def pointing(connection: Connection, customer: int) -> dict[str, list[int]]:
    """By entity the records of one customer; pairs and aliases are asked for by themselves."""
    found: dict[str, list[int]] = {}
    for entity in ENTITIES.values():
        if entity.has("customer") and entity.name != "alias":
            table = TABLES[entity.name]
            theirs = sa.select(table.c.id).where(table.c.customer_id == customer).order_by(table.c.id)
            found[entity.name] = list(connection.scalars(theirs))
    return found


def aliases_of(connection: Connection, customer_ids: Iterable[int]) -> pd.DataFrame:
    """The former keys of these customers, all columns, the oldest first."""
    with KeyTable(connection, "alias_holders", customer_ids) as keys:
        mine = sa.select(aliases).where(aliases.c.customer_id.in_(sa.select(keys.c.key)))
        return read_frame(connection, mine.order_by(aliases.c.id))


# Who was it -------------------------------------------------------------------------------------------------


def former_rows(
    connection: Connection, column: str, asked: sa.TableClause, found: pd.DataFrame
) -> pd.DataFrame:
    """Customers who had one of the asked keys before a merge: the stored row, with its keys as they were then.

    So what is looked up by an old code meets the old name and e-mail beside it; they are marked in a column `former`.
    `asked`: a table of keys; `column`
    as in `rows_by_keys`; `found`: who has such a key now. A code or name that somebody has now is theirs alone.
    """
    name, _, way = column.partition(".")
    if name not in ALIAS_KEYS:
        return found.iloc[:0]
    held = sa.func.lower(aliases.c.value) if way == "lower" else aliases.c.value
    mine = sa.select(aliases.c.customer_id, aliases.c.value, aliases.c.batch).join(asked, held == asked.c.key)
    mine = mine.where(aliases.c.key == ALIAS_KEYS[name]).order_by(aliases.c.id.desc())
    hits = _not_taken(read_frame(connection, mine), column, found)
    return _as_they_were(connection, name, hits) if len(hits) else found.iloc[:0]


def _not_taken(hits: pd.DataFrame, column: str, found: pd.DataFrame) -> pd.DataFrame:
    name, _, way = column.partition(".")
    if hits.empty or name not in ("code", "name"):
        return hits.drop_duplicates(["customer_id", "value"])
    values, now = hits["value"].astype("str"), found[name].astype(object)
    if way == "lower":
        values, now = values.str.lower(), now.astype("str").str.lower()
    free = hits[~values.isin(now[now.isin(set(values))])]
    return free.drop_duplicates("value" if name == "code" else ["customer_id", "value"])


def _as_they_were(connection: Connection, name: str, hits: pd.DataFrame) -> pd.DataFrame:
    with KeyTable(connection, "former_holders", hits["customer_id"]) as keys:
        frame = read_frame(connection, sa.select(customers).where(customers.c.id.in_(sa.select(keys.c.key))))
    stored = {row["id"]: row for row in frame.to_dict("records")}
    gone = _gone(connection, hits["batch"])
    rows = []
    for hit in hits.itertuples(index=False):
        then = gone.get(hit.batch, {})
        keys_then = {key: then.get(key) for key in OF_A_RECORD} if then.get(name) == hit.value else {}
        rows.append({**stored[hit.customer_id], **keys_then, name: hit.value})
    return pd.DataFrame(rows, columns=frame.columns, dtype=object).assign(former=True)


def _gone(connection: Connection, numbers: Iterable[int]) -> dict[int, dict[str, Any]]:
    """By batch the customer whom it took out, as stored then: a merge takes out one."""
    with KeyTable(connection, "merges", numbers) as keys:
        mine = sa.and_(archive.c.entity == "customer", archive.c.batch.in_(sa.select(keys.c.key)))
        found = connection.execute(sa.select(archive.c.batch, archive.c.data).where(mine)).all()
    return {batch: json.loads(data) for batch, data in found}


def former_values(connection: Connection, ids: Iterable[int]) -> set[FormerValue]:
    """What merges replaced at these customers: every value of the records that went and of cells they changed."""
    held = aliases_of(connection, ids)
    if held.empty:
        return set()
    told = list(zip(held["customer_id"], held["key"], held["value"], strict=True))
    owner = dict(zip(held["batch"], held["customer_id"], strict=True))
    for batch, row in _gone(connection, owner).items():
        told += [(owner[batch], name, value) for name, value in _spread(row)]
    told += [(owner[batch], name, value) for batch, name, value in _replaced(connection, owner)]
    return _folded(told)


def _spread(row: dict[str, Any]) -> list[tuple[str, Any]]:
    """The fields of a stored customer, undeclared ones as `extra.<header>`."""
    extra = json.loads(row.get("extra") or "{}")
    return [(name, row.get(name)) for name in CUSTOMER.columns] + [(EXTRA + k, v) for k, v in extra.items()]


def _replaced(connection: Connection, numbers: Iterable[int]) -> list[tuple[int, str, Any]]:
    with KeyTable(connection, "merges", numbers) as keys:
        mine = sa.and_(changes.c.entity == "customer", changes.c.batch.in_(sa.select(keys.c.key)))
        found = connection.execute(sa.select(changes.c.batch, changes.c.field, changes.c.before).where(mine))
        return [(batch, name, from_text(before)) for batch, name, before in found]


def _folded(told: list[tuple[int, str, Any]]) -> set[FormerValue]:
    frame = pd.DataFrame(told, columns=["id", "field", "value"], dtype=object).dropna()
    texts = frame["value"].astype("str").map(fold)
    phones = frame["field"].isin(PHONES)
    texts = texts.where(~phones, phone_key(frame["value"].astype("str")))
    return {
        (int(i), name, text) for i, name, text in zip(frame["id"], frame["field"], texts, strict=True)
        if isinstance(text, str)
    }  # fmt: skip
