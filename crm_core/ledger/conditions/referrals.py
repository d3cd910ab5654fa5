"""Who recommended whom: the customers whose `referred_by` is this one's code or, failing that, name.

Not kept anywhere: read once for a state of the customers, as few of them say who sent them.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.ledger.conditions.lookups import Lookups
from crm_core.ledger.conditions.related import check_count, since_day
from crm_core.ledger.profiles.measures import Measured
from crm_core.ledger.store.dialects import folded, in_list, teach
from crm_core.ledger.store.tables import customers
from crm_core.model.conditions import Condition, Has
from crm_core.model.folding import SEPARATOR, fold

REFERRAL = "referral"
Expression = sa.ColumnElement[Any]
Pairs = tuple[tuple[int, int], ...]

_pairs: Lookups[Pairs] = Lookups(8, "customer")


def recommending(has: Has, measured: Measured, met: Callable[[Condition], Expression]) -> Expression:
    """Customers who recommended at least `count` others (0: nobody) that meet the conditions on their own fields, and
    came on or after `since`: the day since which they are customers, else their first purchase."""
    check_count(has)
    pairs = referrals(measured.connection)
    if has.conditions or has.since is not None:
        wanted = _meeting(has, measured, met, {new for _, new in pairs})
        pairs = tuple(pair for pair in pairs if pair[1] in wanted)
    often = Counter(who for who, _ in pairs)
    found = _are([who for who, times in often.items() if times >= has.count])
    return found if has.count else sa.not_(found)


def _are(ids: Iterable[int]) -> Expression:
    return in_list(sa.cast(customers.c.id, sa.Text()), sa.literal(json.dumps([str(one) for one in ids])))


def _meeting(has: Has, measured: Measured, met: Callable[[Condition], Expression], new: set[int]) -> set[int]:
    rules = [_are(new), *map(met, has.conditions)]
    if has.since is not None:
        came = sa.func.coalesce(measured["since"], measured["first_on"])
        rules += [came >= since_day(has.since, measured.as_of), came <= measured.as_of.isoformat()]
    asked = sa.select(customers.c.id).select_from(measured.rows).where(*rules)
    return set(measured.connection.scalars(asked))


def referrals(connection: Connection) -> Pairs:
    """(who recommended, whom) by ids; a name that several customers have tells nobody."""
    return _pairs.get(connection, REFERRAL, lambda: _read(connection))


def _read(connection: Connection) -> Pairs:
    teach(connection)
    c = customers.c
    told = connection.execute(
        sa.select(c.id, c.referred_by).where(c.referred_by.is_not(None), c.referred_by != "")
    )
    said = {new: fold(text) for new, text in told}
    if not said:
        return ()
    texts = set(said.values())
    known = _ids(connection, _folded_name(connection), texts) | _ids(connection, folded(c.code), texts)
    return tuple((known[text], new) for new, text in said.items() if text in known and known[text] != new)


def _folded_name(connection: Connection) -> Expression:
    """The first line of the search text: no folding of a million names."""
    search = customers.c.search
    if connection.dialect.name == "postgresql":
        return sa.func.split_part(search, SEPARATOR, 1)
    return sa.func.substr(search, 1, sa.func.instr(search, SEPARATOR) - 1)


def _ids(connection: Connection, text: Expression, texts: set[str]) -> dict[str, int]:
    """By folded text the one customer who has it."""
    held = in_list(text, sa.literal(json.dumps(sorted(texts))))
    rows = connection.execute(sa.select(text, customers.c.id).where(held)).all()
    often = Counter(folded_text for folded_text, _ in rows)
    return {said: int(number) for said, number in rows if often[said] == 1}
