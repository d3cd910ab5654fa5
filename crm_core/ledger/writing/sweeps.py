"""What is more than a few records changed by hand: figures that may be a little behind are never behind of that.

A sweep raises a revision of its own, beside those of the entities: whoever keeps an answer sees it in any process, and
no caller has to say anything.
"""

from collections.abc import Set

from crm_core.model.changes import ChangeSet

SWEEP = "sweep"  # stands among the revisions, and is no entity
MANY = 200  # rows
# What a team writes all day, a record or a few at a time.
EVERYDAY = frozenset(
    ("customer", "order", "purchase", "interaction", "follow-up", "case", "answer", "message", "firing", "attendance",
     "gesture", "pair", "profile")
)  # fmt: skip


def with_sweep(changes: ChangeSet, touched: Set[str], rows: int) -> set[str]:
    """The touched entities, and SWEEP beside them after an upload, an undo, a merge, new settings, a list that was
    handed out, or many rows."""
    if not rows:
        return set(touched)  # the same file once more is news to nobody
    handed_out = "follow-up" in changes.creates and "interaction" not in changes.creates
    bigger = bool(changes.sources) or changes.undoes is not None or handed_out or rows > MANY
    return {*touched, SWEEP} if bigger or not touched <= EVERYDAY else set(touched)
