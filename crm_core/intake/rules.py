"""What a sheet may do to stored records: whose value holds by column, blanks that erase, decisions about conflicts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from crm_core.intake.choices import SheetChoice
from crm_core.intake.tables.find import Table
from crm_core.intake.who.identity import REFERENCE_PREFIX, WAYS
from crm_core.model.changes import CHANGE_COLUMNS
from crm_core.model.registry import ENTITIES

EXTRA = "extra."
AS_TYPED = " (as typed)"
POLICIES = ("theirs", "fill", "ours")  # from the loosest to the strictest
IDENTIFYING = ("code", "name", "number")
# What a sheet gives without a column of its own follows the columns that it is made from.
MADE_FROM = {
    "name": ("given_name", "family_name"),
    "amount": ("price", "quantity", "discount"),
    "time": ("date",),
}


@dataclass(frozen=True)
class Rules:
    """By column of the record's table (`extra.<header>` for an undeclared one) what a sheet may change.

    `policies`: "theirs", "fill" or "ours". `blanks`: the rows whose blank cell empties the stored one. `typed`: by
    header the column that its cells fill. `decisions`: as in `SheetChoice`. `again`: lines of earlier sheets count.
    """

    policies: Mapping[str, str] = field(default_factory=dict)
    blanks: Mapping[str, pd.Index] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[tuple[int | None, str], str] = field(default_factory=dict)
    again: bool = False

    def policy(self, column: str) -> str:
        return self.policies.get(column, "theirs")

    def at(self, rows: pd.Series) -> "Rules":
        """The same rules for a frame on another index: `rows` says which row of the sheet each of its rows is."""
        moved = {column: rows.index[rows.isin(places)] for column, places in self.blanks.items()}
        return replace(self, blanks=moved) if moved else self


ANYTHING = Rules()


def column_of(entity: str, target: str) -> str | None:
    """The table's column that a mapping's target fills; None for a fact about the customer that others point to."""
    if entity != "customer" and target in dict(WAYS):
        return "customer_id"
    if target.startswith(REFERENCE_PREFIX) or not ENTITIES[entity].has(target):
        return None
    return ENTITIES[entity].field(target).column


def make_rules(
    table: Table, choice: SheetChoice, mapping: Mapping[str, str], blanks: Mapping[str, pd.Index]
) -> Rules:
    """The rules of one sheet. `mapping`: header → target; `blanks`: by column the rows whose blank may erase."""
    entity = choice.entity or ""
    typed = {header: column_of(entity, target) for header, target in mapping.items()}
    policies: dict[str, str] = {}
    for column in table.columns:
        told = choice.policies.get(column.position, "theirs")
        filled = typed.get(column.header) if column.header in mapping else EXTRA + column.header
        for name in (filled, EXTRA + column.header + AS_TYPED):
            if name is not None:
                policies[name] = _stricter(policies.get(name, "theirs"), told)
    _derive(policies)
    known = {header: column for header, column in typed.items() if column is not None}
    return Rules(policies, blanks, known, choice.decisions, choice.again)


def _stricter(one: str, other: str) -> str:
    return max(one, other, key=POLICIES.index)


def _derive(policies: dict[str, str]) -> None:
    for made, sources in MADE_FROM.items():
        told = [policies[source] for source in sources if source in policies]
        if made not in policies and told:
            policies[made] = max(told, key=POLICIES.index)


def may_be_emptied(entity: str, target: str) -> bool:
    """Whether a blank may erase the field: never what a record is known by, nor what it must have."""
    if target in dict(WAYS) and entity != "customer":
        return True
    declared = ENTITIES[entity].field(target)
    return not declared.required and target not in IDENTIFYING


def settle(
    cells: pd.DataFrame,
    edited: Iterable[tuple[int, str]],
    decisions: Mapping[tuple[int | None, str], str],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The cells to change; and those that a person edited here since (with `decision`), of which only what was
    decided for the file is among the cells to change."""
    mine = set(edited)
    if not mine or cells.empty:
        return cells, cells.iloc[:0].assign(decision=pd.Series(dtype=object))
    keys = [(int(number), name) for number, name in zip(cells["id"], cells["field"], strict=True)]
    by_hand = pd.Series([key in mine for key in keys], index=cells.index)
    decided = [decisions.get(key, decisions.get((None, key[1]), "ours")) for key in keys]
    conflicts = cells.assign(decision=pd.Series(decided, index=cells.index, dtype=object))[by_hand]
    kept = conflicts.index[conflicts["decision"] != "theirs"]
    return cells.drop(index=kept), conflicts


def no_cells() -> pd.DataFrame:
    """No changed cell: CHANGE_COLUMNS and row."""
    return pd.DataFrame(columns=[*CHANGE_COLUMNS, "row"], dtype=object)
