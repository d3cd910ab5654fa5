"""Parts of SQL expressions, worked out over arrays: what each is made of, and its value by the rules of SQL."""

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.sql import elements, operators, visitors
from sqlalchemy.sql.functions import coalesce

from crm_core.ledger.conditions.known import CUSTOMER_FIELDS
from crm_core.ledger.profiles.days import number_of
from crm_core.ledger.store.dialects import day_number, day_of, whole
from crm_core.ledger.store.tables import IsoDate, customers

Node = Any  # a part of an SQL expression
YES, NEITHER = 1, 2  # what the database says of a truth; 0: no
ELSE = -1  # a text that is in no list
CALCULATE = (operator.add, operator.sub, operator.mul, operator.truediv)
COMPARE = (operator.lt, operator.le, operator.eq, operator.ne, operator.ge, operator.gt)
TRUTHS = (operators.inv, operators.is_true, operators.is_false)
CONNECTIVES = (
    elements.BooleanClauseList,
    elements.UnaryExpression,
    elements.Case,
    elements.Grouping,
    coalesce,
)


@dataclass(frozen=True)
class Values:
    """One value a customer, or one for all; True in `missing` where there is none (SQL's NULL). A truth is False there,
    a text the number that stands for it."""

    values: Any
    missing: Any = np.False_

    def part(self, block: slice) -> "Values":
        return Values(self.values[block], self.missing[block] if np.ndim(self.missing) else self.missing)


NULL = Values(np.int64(0), np.True_)


def words_of(part: Node) -> tuple[str, ...] | None:
    """The closed list that a column of the customer is filled from."""
    if not isinstance(part, sa.Column) or part.table is not customers:
        return None
    field = CUSTOMER_FIELDS["stage_by_hand" if part.name == "stage" else part.name]
    return field.choices or None


class Run:
    """One working out: what is held by part of an expression, and the number that stands for each text."""

    def __init__(self) -> None:
        self.held: dict[int, Values] = {}
        self.texts: dict[str, int] = {}
        self.understood: dict[int, bool] = {}

    def text(self, word: str) -> int:
        return self.texts.setdefault(word, len(self.texts))

    def read(self, part: Node, code: np.ndarray) -> Values:
        """What the database said of a part."""
        words = words_of(part)
        if words is None:
            return Values(code == YES, code == NEITHER)
        numbers = np.array([0, ELSE, *map(self.text, words)], np.int64)
        return Values(numbers[code], code == 0)

    def unknown(self, node: Node, known: dict[int, Values]) -> Iterator[Node]:
        """The largest parts that only the database can say."""
        if self._understood(node, known):
            return
        parts = _parts(node) if isinstance(node, CONNECTIVES) else None
        if parts is not None and any(id(part) in known for part in visitors.iterate(node)):
            for part in parts:
                yield from self.unknown(part, known)
        elif words_of(node) is not None or isinstance(node.type, sa.Boolean) or _is_not(node):
            yield node
        else:
            raise TypeError(f"{node} is no truth and no word of a closed list.")

    def _understood(self, node: Node, known: dict[int, Values]) -> bool:
        if id(node) not in self.understood:
            parts = _parts(node)
            here = parts is not None and all(self._understood(part, known) for part in parts)
            self.understood[id(node)] = here or id(node) in known
        return self.understood[id(node)]

    def value(self, node: Node) -> Values:
        """The value of an expression; what was worked out once is held."""
        if id(node) not in self.held:
            self.held[id(node)] = self._worked_out(node)
        return self.held[id(node)]

    def _worked_out(self, node: Node) -> Values:
        match node:
            case elements.BindParameter():
                return self._literal(node)
            case elements.Null():
                return NULL
            case elements.True_() | elements.False_():
                return Values(np.bool_(isinstance(node, elements.True_)))
            case elements.Case():
                return self._case(node)
            case elements.ExpressionClauseList():
                return self._several(node)
            case elements.BinaryExpression():
                return self._two(node)
            case elements.UnaryExpression():
                inner = self.value(node.element)
                turned = node.operator in (operators.inv, operators.is_false)
                return Values(~inner.values & ~inner.missing, inner.missing) if turned else inner
            case whole():
                inner = self.value(_made_of(node)[0])
                return Values(np.trunc(inner.values).astype(np.int64), inner.missing)
            case coalesce():
                return self._first([self.value(part) for part in _made_of(node)])
        return self.value(_made_of(node)[0])

    def _literal(self, node: Node) -> Values:
        value = node.effective_value
        if isinstance(value, list | tuple):
            return Values([self._plain(one, node.type) for one in value])
        return NULL if value is None else Values(self._plain(value, node.type))

    def _plain(self, value: Any, kind: Any) -> Any:
        if isinstance(value, str) and not isinstance(kind, IsoDate | sa.Date):
            return self.text(value)
        return number_of(value) if isinstance(kind, IsoDate | sa.Date) else value

    def _several(self, node: Node) -> Values:
        parts = [self.value(part) for part in node.clauses]
        if node.operator is operators.and_:
            return _all(parts)
        if node.operator is operators.or_:
            return _not(_all([_not(part) for part in parts]))
        total = parts[0]
        for part in parts[1:]:
            total = Values(node.operator(total.values, part.values), total.missing | part.missing)
        return total

    def _two(self, node: Node) -> Values:
        left, right = self.value(node.left), self.value(node.right)
        if node.operator in (operators.is_, operators.is_not):
            blank = left.missing if node.operator is operators.is_ else ~left.missing
            return Values(np.broadcast_to(blank, np.shape(left.values)))
        missing = left.missing | right.missing
        if node.operator is operators.in_op:
            return Values(np.isin(left.values, right.values) & ~left.missing, left.missing)
        found = node.operator(left.values, right.values)
        return Values(found & ~missing if node.operator in COMPARE else found, missing)

    def _case(self, node: Node) -> Values:
        found = NULL if node.else_ is None else self.value(node.else_)
        of = None if node.value is None else self.value(node.value)
        for when, result in reversed(node.whens):
            met = self.value(when)
            hit = met.values if of is None else (of.values == met.values) & ~of.missing
            found = _either(hit, self.value(result), found)
        return found

    def _first(self, parts: list[Values]) -> Values:
        found = parts[-1]
        for part in reversed(parts[:-1]):
            found = _either(~part.missing, part, found)
        return found


def _either(hit: Any, one: Values, other: Values) -> Values:
    missing = one.missing if one.missing is other.missing else np.where(hit, one.missing, other.missing)
    return Values(np.where(hit, one.values, other.values), missing)


def _not(one: Values) -> Values:
    return Values(~one.values & ~one.missing, one.missing)


def _all(parts: Sequence[Values]) -> Values:
    """True where all are, missing where none is False and any is missing."""
    true, false = parts[0].values, ~parts[0].values & ~parts[0].missing
    for part in parts[1:]:
        true, false = true & part.values, false | (~part.values & ~part.missing)
    return Values(true, ~(true | false))


def _is_not(node: Node) -> bool:
    return isinstance(node, elements.UnaryExpression) and node.operator is operators.inv


def _made_of(node: Node) -> list[Node]:
    return _parts(node) or []


def _parts(node: Node) -> list[Node] | None:
    """What an expression is made of, none of a literal; None: nothing that is worked out here."""
    match node:
        case elements.BindParameter() | elements.Null() | elements.True_() | elements.False_():
            return []
        case elements.Case():
            pairs = [part for pair in node.whens for part in pair]
            return [part for part in (node.value, *pairs, node.else_) if part is not None]
        case elements.ExpressionClauseList():
            return (
                list(node.clauses) if node.operator in (operators.and_, operators.or_, *CALCULATE) else None
            )
        case elements.BinaryExpression():
            known = (*CALCULATE, *COMPARE, operators.is_, operators.is_not, operators.in_op)
            return [node.left, node.right] if node.operator in known else None
        case elements.UnaryExpression():
            return [node.element] if node.operator in TRUTHS else None
        case elements.Grouping() | elements.Label():
            return [node.element]
        case elements.TypeCoerce():
            return [node.clause]
        case elements.Cast():  # a number would be rounded as each database rounds
            return [node.clause] if isinstance(node.clause, elements.Null) else None
        case day_number() | day_of() | whole() | coalesce():
            return list(node.clauses)
    return None
