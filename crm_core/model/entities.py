"""What a customer, an order, a follow-up IS: each entity declared once, everything else follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """How a field's cells are read, stored, edited and shown."""

    TEXT = "text"
    CODE = "code"  # text whose zeros and dashes matter
    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    MONEY = "money"  # whole ten-thousandths
    NUMBER = "number"
    INTEGER = "integer"
    CHOICE = "choice"
    TAGS = "tags"
    YESNO = "yesno"  # yes, no, and blank for unknown
    PLACE = "place"
    REFERENCE = "reference"  # the id of another record
    NOTE = "note"


@dataclass(frozen=True)
class Field:
    """One declared field of an entity."""

    name: str
    kind: Kind
    label: str
    required: bool = False
    choices: tuple[str, ...] = ()
    private: bool = False
    refers: str | None = None  # the entity that a REFERENCE (by id) or a CODE/NAME (by its key) points to
    help: str = ""
    shown: bool = True  # stands in the grid unless the person hides it
    edited: bool = True  # may be changed by hand

    @property
    def column(self) -> str:
        """The field's column in its table: a reference by id is `<name>_id`."""
        return f"{self.name}_id" if self.kind is Kind.REFERENCE else self.name


@dataclass(frozen=True)
class Entity:
    """A declared entity: from it follow table, upload, grid, validation, history and export.

    `keys` name fields that identify a record, strongest first. `content` names the fields whose values make up the
    immutable source key of a record that has no key of its own (a purchase line). `dated` is the field that places
    it on a time line.
    """

    name: str
    label: str
    plural: str
    fields: tuple[Field, ...]
    keys: tuple[str, ...] = ()
    content: tuple[str, ...] = ()
    dated: str | None = None
    uploaded: bool = True  # offered as what a sheet may hold
    usual: tuple[
        Mapping[str, Any], ...
    ] = ()  # rows that its table is born with; people change them as any other

    def field(self, name: str) -> Field:
        """The field of that name; KeyError when the entity has none."""
        return self._by_name[name]

    def has(self, name: str) -> bool:
        return name in self._by_name

    @property
    def _by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    @property
    def columns(self) -> tuple[str, ...]:
        """The declared columns in order, as the table has them."""
        return tuple(field.column for field in self.fields)
