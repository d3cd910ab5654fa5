"""What a person (or the proposal) decided about one sheet of an upload."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm_core.intake.clean.column import Reading


@dataclass(frozen=True)
class SheetChoice:
    """What a person (or the proposal) decided about one sheet.

    `mapping`: sheet column → field; None keeps it as an extra field. `policies`: by sheet column what holds where the
    store says something else: "theirs" (the file, the default), "ours" or "fill" (only what is blank here). `erase`:
    the columns in which a blank of the file empties the stored cell. `refuse`: whether a cell that cannot be taken
    refuses the "cell" or its whole "row". `again`: lines that also stand on an earlier sheet count again.
    `decisions`: for cells that a person edited here since, (stored id, field) → "theirs" or "ours" (the default);
    id None decides the whole field. `words`: of a call list, what unknown words of outcomes mean.
    """

    entity: str | None
    on: bool
    mapping: Mapping[int, str | None] = field(default_factory=dict)
    readings: Mapping[int, Reading] = field(default_factory=dict)
    policies: Mapping[int, str] = field(default_factory=dict)
    erase: frozenset[int] = frozenset()
    refuse: str = "cell"
    again: bool = False
    decisions: Mapping[tuple[int | None, str], str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
