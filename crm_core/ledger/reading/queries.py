"""The customers as frames: filtered, searched, sorted and paged in the database."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql.operators import desc_op

from crm_core.ledger.conditions.compiled import compile_condition
from crm_core.ledger.conditions.known import CUSTOMER_FIELDS, customer_field
from crm_core.ledger.conditions.relations import EXACT
from crm_core.ledger.profiles.measures import Measured, measured
from crm_core.ledger.profiles.series import WORDS, codes
from crm_core.ledger.profiles.texts import Texts, texts
from crm_core.ledger.store.database import read_revisions
from crm_core.ledger.store.dialects import by_letter, extra_text, folded
from crm_core.ledger.store.frames import typed_frame
from crm_core.ledger.store.tables import TABLES, customers, meta
from crm_core.model.conditions import EVERYBODY, Condition
from crm_core.model.folding import search_words

ALWAYS = ("id", "version")
EXTRA = "extra."
former = TABLES["alias"]
Order = tuple[str, bool]  # a field, and whether the greatest comes first


def people_frame(
    connection: Connection,
    condition: Condition,
    columns: Sequence[str],
    as_of: date,
    *,
    search: str | None = None,
    order_by: Sequence[Order | str] = (),
    limit: int | None = None,
    offset: int = 0,
) -> pd.DataFrame:
    """The customers that meet the condition, as of a day: columns `id`, `version`, then those asked for.

    A column is a declared field, a sum or a measure by name (`known.CUSTOMER_FIELDS`), or `extra.<header>`. Values are
    driver-ready. `order_by`: names, or (name, descending); missing values come last, equal ones by id.
    """
    people = measured(connection, as_of)
    rules, sorting = _rules(condition, search, people), _sorting(people, order_by)
    if limit is not None or offset:
        rules = [customers.c.id.in_(_page(people, rules, sorting, limit, offset))]
    return _frame(people, columns, rules, sorting)


def _frame(people: Measured, columns: Sequence[str], rules: list[Any], sorting: list[Any]) -> pd.DataFrame:
    names = list(dict.fromkeys((*ALWAYS, *columns)))
    chosen = sa.select(*(_column(people, name).label(name) for name in names)).select_from(people.rows)
    return typed_frame(people.connection, chosen.where(*rules).order_by(*sorting), CUSTOMER_FIELDS)


def _page(
    people: Measured, rules: list[Any], sorting: list[Any], limit: int | None, offset: int
) -> sa.ScalarSelect[Any]:
    """The ids of one page: only they are sorted, the wide rows are fetched for those shown."""
    ids = sa.select(customers.c.id).select_from(people.rows).where(*rules).order_by(*sorting)
    return ids.limit(limit).offset(offset or None).correlate(None).subquery("page").select().scalar_subquery()


def searched_page(
    connection: Connection, condition: Condition, search: str, columns: Sequence[str], as_of: date,
    order_by: Sequence[Order | str], limit: int, offset: int,
) -> tuple[pd.DataFrame, int]:  # fmt: skip
    """One page as of `people_frame`, and how many people there are on all pages, found in one pass over the customers.

    For a search or a condition: of everybody, counting costs nothing and a pass that keeps all of them much."""
    people = measured(connection, as_of)
    rules, sorting = _rules(condition, search, people), _sorting(people, order_by)
    columns_of = {"id": customers.c.id} | {f"key{place}": _plain(key) for place, key in enumerate(sorting)}
    labelled = (column.label(name) for name, column in columns_of.items())
    hits = sa.select(*labelled).select_from(people.rows).where(*rules).cte("hits").prefix_with("MATERIALIZED")
    order = [_turned(key, hits.c[f"key{place}"]) for place, key in enumerate(sorting)]
    total = sa.select(sa.func.count()).select_from(hits).scalar_subquery()
    rows = connection.execute(sa.select(hits.c.id, total).order_by(*order).limit(limit).offset(offset)).all()
    frame = _frame(people, columns, [customers.c.id.in_([id for id, _ in rows])], sorting)
    return frame, rows[0][1] if rows else 0


def _is_turned(key: sa.ColumnElement[Any]) -> bool:
    return isinstance(key, sa.UnaryExpression) and key.modifier is desc_op


def _plain(key: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What is sorted by, in whatever direction."""
    return key.element if isinstance(key, sa.UnaryExpression) and _is_turned(key) else key


def _turned(key: sa.ColumnElement[Any], column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return column.desc() if _is_turned(key) else column


def count_people(
    connection: Connection, condition: Condition, as_of: date, *, search: str | None = None
) -> int:
    """How many customers meet the condition and the search."""
    people = measured(connection, as_of)
    rules = _rules(condition, search, people)
    rows = people.rows if rules else customers  # of everybody, the database need not look at any row
    return connection.scalar(sa.select(sa.func.count()).select_from(rows).where(*rules)) or 0


def customer_ids(
    connection: Connection,
    condition: Condition,
    as_of: date,
    *,
    search: str | None = None,
    order_by: Sequence[Order | str] = (),
) -> list[int]:
    """The ids of the customers that meet the condition and the search, in that order."""
    people = measured(connection, as_of)
    chosen = sa.select(customers.c.id).select_from(people.rows).where(*_rules(condition, search, people))
    return list(connection.scalars(chosen.order_by(*_sorting(people, order_by))))


def id_of_code(connection: Connection, code: str) -> int | None:
    """The customer who has that code, or had it before a merge; None when there is none."""
    now = connection.scalar(sa.select(customers.c.id).where(customers.c.code == code))
    had = sa.select(former.c.customer_id).where(former.c.key == "code", former.c.value == code)
    return connection.scalar(had.order_by(former.c.id.desc())) if now is None else now


def _column(people: Measured, name: str) -> sa.ColumnElement[Any]:
    if name.startswith(EXTRA):
        return extra_text(customers.c.extra, sa.literal(name.removeprefix(EXTRA)))
    customer_field(name)
    return people[name]


def _rules(condition: Condition, search: str | None, people: Measured) -> list[sa.ColumnElement[bool]]:
    rules = [] if condition == EVERYBODY else [compile_condition(condition, people, people.as_of)]
    words = search_words(search or "")
    merged = bool(words) and people.connection.scalar(sa.select(sa.exists().where(former.c.id.is_not(None))))
    return rules + [_said(word, bool(merged)) for word in words]


def _said(word: str, merged: bool) -> sa.ColumnElement[bool]:
    """The word stands in what is searched of a customer, or in a code, e-mail, phone or name from before a merge."""
    here = customers.c.search.contains(word, autoescape=True)
    if not merged:
        return here
    had = sa.select(former.c.customer_id).where(folded(former.c.value).contains(word, autoescape=True))
    return sa.or_(here, customers.c.id.in_(had))


def _sorting(people: Measured, order_by: Sequence[Order | str]) -> list[sa.ColumnElement[Any]]:
    keys: list[sa.ColumnElement[Any]] = []
    for order in order_by:
        name, descending = (order, False) if isinstance(order, str) else order
        column, key = _column(people, name), _sort_key(people, name)
        keys += [_is_missing(column, name), key.desc() if descending else key]
    return [*keys, customers.c.id]


def _is_missing(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[Any]:
    text = not name.startswith(EXTRA) and CUSTOMER_FIELDS[name].kind not in EXACT
    missing = sa.or_(column.is_(None), column == "") if text else column.is_(None)
    return sa.case((missing, 1), else_=0)


def _sort_key(people: Measured, name: str) -> sa.ColumnElement[Any]:
    """Words of a closed list by their place in it, texts folded, so that both databases put them alike."""
    column = _column(people, name)
    field = CUSTOMER_FIELDS.get(name)
    if field is not None and field.choices:
        return sa.case({word: place for place, word in enumerate(field.choices)}, value=column)
    if name == "name":  # `search` begins with the folded name: nothing to fold, row by row
        return by_letter(customers.c.search)
    return column if field is not None and field.kind in EXACT else folded(sa.func.nullif(column, ""))


def state(connection: Connection) -> tuple[str, dict[str, int]]:
    """The database's own number and the revision of every entity: what an answer was read from."""
    identity = connection.scalar(sa.select(meta.c.value).where(meta.c.name == "database"))
    return str(identity), read_revisions(connection)


def counts_by_text(connection: Connection, names: Sequence[str]) -> dict[str, pd.DataFrame]:
    """The different texts stored in these fields: by field value, people; most people first, blanks left out."""
    _, found = texts(connection, names)
    return {name: _most_first(said) for name, said in found.items()}


def _most_first(said: Texts) -> pd.DataFrame:
    people = np.bincount(said.places[said.places >= 0], minlength=len(said.values))
    frame = pd.DataFrame(
        {"value": pd.Series(said.values, dtype="str"), "people": pd.array(people, dtype="Int64")}
    )
    return frame.sort_values(["people", "value"], ascending=[False, True], ignore_index=True)


def counts_by_word(connection: Connection, name: str, as_of: date) -> pd.DataFrame:
    """How many people have each word of a measure: value, people; in the order of the words, none left out."""
    words = WORDS[name]
    people = np.bincount(codes(connection, as_of).codes[name], minlength=len(words) + 1)
    return pd.DataFrame({"value": list(words), "people": people[1:]})
