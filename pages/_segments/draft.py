"""The draft of a segment: rows and groups as a person lays them out, to and from a condition. No screen in here."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from crm_core.model.conditions import (
    All,
    AnyOf,
    Condition,
    Has,
    Near,
    Not,
    Saved,
    Where,
    all_of,
    any_of,
    one_of,
)
from crm_core.views.segments import further

# What a row can ask besides a field of the customer.
BOUGHT = {"purchase": None, "purchase.product": "product", "purchase.category": "category"}
CONTACT, FOLLOW_UP, NEAR, SAVED = "interaction", "follow-up", "near", "saved"
YES, NO = "yes", "no"  # relations of the rows above: it is so, it is not so
OPEN = Where("state", "is", "open")
HOW = ("all", "any", "none")
VALUELESS = ("blank", "filled")
SEVERAL = ("one of",)


@dataclass
class Row:
    """One line of the builder. `what`: a field, or one of the names above. `kept`: a part that no row can show.

    `times` and `since` (ISO text, or days before as-of) are of rows about purchases and contacts; of a place `value`
    is its name and `km` the distance. `turn` rises when the row asks something else, so that its boxes are new ones.
    """

    number: int
    what: str | None = None
    relation: str | None = None
    value: Any = None
    times: int = 1
    since: int | str | None = None
    km: float = 10.0
    kept: Condition | None = None
    turn: int = 0

    def ask(self, what: str | None, relation: str | None = None) -> None:
        """Ask about something else: value and details begin anew."""
        self.what, self.relation, self.value, self.kept = what, relation, None, None
        self.times, self.since, self.km = 1, None, 10.0
        self.turn += 1


@dataclass
class Group:
    """Parts of which all, any or none are to be met."""

    number: int
    how: str = "all"
    parts: list["Row | Group"] = field(default_factory=list)


@dataclass
class Sketch:
    """What is being built: the tree, the name it will bear, the saved segment that it changes (None: a new one)."""

    root: Group = field(default_factory=lambda: Group(0))
    name: str = ""
    note: str = ""
    editing: int | None = None
    last: int = 0  # the number given out last

    def number(self) -> int:
        """A number that no part of this sketch has had."""
        self.last += 1
        return self.last

    def add_row(self, group: Group) -> Row:
        """An empty row at the end of a group."""
        row = Row(self.number())
        group.parts.append(row)
        return row

    def add_group(self, group: Group) -> Group:
        """A group inside a group, with one empty row; where all are asked for it begins as "any"."""
        inner = Group(self.number(), "any" if group.how == "all" else "all")
        inner.parts.append(Row(self.number()))
        group.parts.append(inner)
        return inner

    def remove(self, number: int) -> None:
        """Take a row or a group off; a group left without parts goes too."""
        _without(self.root, number)


def _without(group: Group, number: int) -> None:
    for part in group.parts:
        if isinstance(part, Group):
            _without(part, number)
    group.parts = [part for part in group.parts if part.number != number and not _is_hollow(part)]


def _is_hollow(part: Row | Group) -> bool:
    return isinstance(part, Group) and not part.parts


def rows(group: Group) -> Iterator[Row]:
    """All rows, those of inner groups too, as they stand."""
    for part in group.parts:
        if isinstance(part, Group):
            yield from rows(part)
        else:
            yield part


# To a condition ---------------------------------------------------------------------------------------------


def condition_of(part: Row | Group) -> Condition | None:
    """What a part asks; None while nothing in it is complete."""
    return _of_row(part) if isinstance(part, Row) else _of_group(part)


def _of_group(group: Group) -> Condition | None:
    found = tuple(one for one in map(condition_of, group.parts) if one is not None)
    if not found:
        return None
    if group.how == "all":
        return all_of(*found)
    either = any_of(*found)
    return Not(either) if group.how == "none" else either


def _of_row(row: Row) -> Condition | None:
    if row.kept is not None or row.what is None or row.relation is None:
        return row.kept
    if row.what in BOUGHT:
        return _bought(row)
    if row.what in (CONTACT, FOLLOW_UP):
        return _has(row)
    if row.what in (NEAR, SAVED):
        return _place_or_saved(row)
    if row.what in further.KINDS:
        return further.condition_of(row.what, row.relation, row.value or (), _since(row))
    return Where(row.what, row.relation, row.value) if _is_answered(row) else None


def _is_answered(row: Row) -> bool:
    return row.relation in VALUELESS or row.value not in (None, "", ())


def _bought(row: Row) -> Condition | None:
    column, values = BOUGHT[row.what or ""], tuple(row.value or ())
    if column and not values:
        return None
    asked = (one_of(column, values),) if column else ()
    return Has("purchase", asked, 0 if row.relation == NO else row.times, _since(row))


def _since(row: Row) -> int | str | None:
    """A day that is still to be chosen asks nothing."""
    return None if row.since == "" else row.since


def _has(row: Row) -> Condition:
    conditions = (OPEN,) if row.what == FOLLOW_UP else ()
    return Has(row.what or "", conditions, 0 if row.relation == NO else row.times, _since(row))


def _place_or_saved(row: Row) -> Condition | None:
    if not row.value:
        return None
    found: Condition = Near(row.value, row.km) if row.what == NEAR else Saved(row.value)
    return Not(found) if row.relation == NO else found


# From a condition -------------------------------------------------------------------------------------------


def sketch_of(
    condition: Condition | None, name: str = "", note: str = "", editing: int | None = None, *, last: int = 0
) -> Sketch:
    """A sketch of a condition: what no row can show stands as a line that can only be taken off.

    `last`: the number given out last before, so that no box of an earlier sketch is taken for one of this.
    """
    sketch = Sketch(Group(last + 1), name, note, editing, last + 1)
    if condition is None or condition == All():
        sketch.add_row(sketch.root)
        return sketch
    part = _part(condition, sketch)
    if isinstance(part, Group):
        sketch.root = part
    else:
        sketch.root.parts.append(part)
    return sketch


def _part(condition: Condition, sketch: Sketch) -> Row | Group:
    row = _row(condition, sketch.number())
    if row is not None:
        return row
    match condition:
        case All(parts) if parts:
            return _group("all", parts, sketch)
        case AnyOf(parts) if parts:
            return _group("any", parts, sketch)
        case Not(AnyOf(parts)) if len(parts) > 1:
            return _group("none", parts, sketch)
        case Not(part):
            return _group("none", (part,), sketch)
    return Row(sketch.number(), kept=condition)


def _group(how: str, parts: tuple[Condition, ...], sketch: Sketch) -> Group:
    group = Group(sketch.number(), how)
    group.parts = [_part(part, sketch) for part in parts]
    return group


def _row(condition: Condition, number: int) -> Row | None:
    match condition:
        case Where(name, relation, value):
            return Row(number, name, relation, _listed(value) if relation in SEVERAL else value)
        case Has():
            return _related(condition, number)
        case Near(place, km, None, None):
            return Row(number, NEAR, YES, place, km=km)
        case Not(Near(place, km, None, None)):
            return Row(number, NEAR, NO, place, km=km)
        case Saved(name):
            return Row(number, SAVED, YES, name)
        case Not(Saved(name)):
            return Row(number, SAVED, NO, name)
    return None


def _related(has: Has, number: int) -> Row | None:
    told: dict[str, Any] = {"times": max(1, has.count), "since": has.since}
    relation = YES if has.count else NO
    match has:
        case Has("purchase", ()) | Has("interaction", ()) | Has("follow-up", (Where("state", "is", "open"),)):
            return Row(number, has.entity, relation, **told)
        case Has("purchase", (Where("product" | "category" as column, "is" | "one of", value),)) if value:
            return Row(number, f"purchase.{column}", relation, _listed(value), **told)
    found = further.row_of(has)
    return found and Row(number, has.entity, found[0], found[1] or None, since=has.since)


def _listed(value: Any) -> tuple[Any, ...]:
    """Values of "one of", also where one stands alone."""
    return (value,) if isinstance(value, str) or not hasattr(value, "__iter__") else tuple(value)
