"""The saved segments as they are stored, and a condition with their names replaced by what they say."""

from dataclasses import dataclass, replace

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.errors import InvalidInput
from crm_core.ledger.store.bulk import read_frame
from crm_core.ledger.store.tables import TABLES
from crm_core.model.condition_json import from_json, to_json
from crm_core.model.conditions import All, AnyOf, Condition, Not, Saved, Was, inner_parts
from crm_core.model.folding import fold

SEGMENTS = TABLES["segment"]
# What a database can take in one statement, saved segments inside saved segments counted in.
MOST_PARTS = 300
DEEPEST = 40
NOT_YET = 0  # the id of a segment that is about to be saved


def stored_segments(connection: Connection) -> pd.DataFrame:
    """Every saved segment by name: id, version, name, condition (JSON), note."""
    columns = (SEGMENTS.c[name] for name in ("id", "version", "name", "condition", "note"))
    found = read_frame(connection, sa.select(*columns))
    return found.sort_values("name", key=lambda names: names.map(fold), ignore_index=True)


@dataclass(frozen=True)
class Kept:
    """The saved segments by folded name: id, name, condition as text."""

    by_name: dict[str, tuple[int, str, str]]

    def find(self, name: str) -> tuple[int, str, str]:
        """(id, name, condition) of that name, however it is spelled; InvalidInput when there is none."""
        found = self.by_name.get(fold(name))
        if found is None:
            raise InvalidInput(
                f"There is no saved segment “{name}” any more. Choose another one, or take this part out."
            )
        return found

    def number(self, said: str) -> int:
        """The id of the saved segment of that name, or of that number."""
        numbers = {str(number): number for number, _, _ in self.by_name.values()}
        return numbers[said] if fold(said) not in self.by_name and said in numbers else self.find(said)[0]


def kept(connection: Connection) -> Kept:
    """The saved segments as they stand now."""
    chosen = sa.select(SEGMENTS.c.id, SEGMENTS.c.name, SEGMENTS.c.condition)
    return Kept({fold(name): (number, name, text) for number, name, text in connection.execute(chosen)})


def resolved(connection: Connection, condition: Condition) -> Condition:
    """The condition with every saved segment it names replaced by that segment's own condition.

    InvalidInput for a name that is gone, for a segment that leads back to itself, and for what grows too large.
    """
    named = any(isinstance(part, Saved | Was) for part in walk(condition))
    whole = _Opening(kept(connection)).resolve(condition, ()) if named else condition
    _check(whole)
    return whole


def resolved_as(connection: Connection, name: str, condition: Condition, id: int | None) -> Condition:
    """The condition resolved as if it were saved under that name, in place of the segment of that id."""
    names = {key: row for key, row in kept(connection).by_name.items() if row[0] != id}
    names[fold(name)] = (id or NOT_YET, name, to_json(condition))
    whole = _Opening(Kept(names)).resolve(Saved(name), ())
    _check(whole)
    return whole


def walk(condition: Condition) -> list[Condition]:
    """The condition and all its parts at any depth."""
    found, place = [condition], 0
    while place < len(found):
        found += inner_parts(found[place])
        place += 1
    return found


@dataclass
class _Opening:
    """One resolving: how many saved segments it has opened so far, so that none can multiply without end."""

    names: Kept
    opened: int = 0

    def resolve(self, condition: Condition, inside: tuple[str, ...]) -> Condition:
        match condition:
            case All(parts):
                return All(tuple(self.resolve(part, inside) for part in parts))
            case AnyOf(parts):
                return AnyOf(tuple(self.resolve(part, inside) for part in parts))
            case Not(part):
                return Not(self.resolve(part, inside))
            case Saved(name):
                return self.open(name, inside)
            case Was(field="saved", value=value):
                return replace(condition, value=self.number(value))
        return condition

    def number(self, name: str) -> str:
        number = self.names.number(name)
        if number == NOT_YET:
            raise InvalidInput(f"Who was in “{name}” is not known before it is saved. Take this part out.")
        return str(number)

    def open(self, name: str, inside: tuple[str, ...]) -> Condition:
        _, real, text = self.names.find(name)
        if real in inside:
            raise InvalidInput(
                f"The saved segment “{real}” leads back to itself. Take it out of one of the two."
            )
        self.opened += 1
        if self.opened > MOST_PARTS or len(inside) > DEEPEST:
            raise _too_large()
        return self.resolve(from_json(text), (*inside, real))


def _check(condition: Condition) -> None:
    level, parts, depth = [condition], 0, 0
    while level:
        parts, depth = parts + len(level), depth + 1
        if parts > MOST_PARTS or depth > DEEPEST:
            raise _too_large()
        level = [part for one in level for part in inner_parts(one)]


def _too_large() -> InvalidInput:
    return InvalidInput(
        f"With the saved segments in it, this condition has more than {MOST_PARTS} parts or {DEEPEST} levels. "
        "Take some of them out."
    )
