"""Possible doubles answered: two records made one, or kept apart for good. One change set each, undone like any other.

`unmerge` is the undo of the merge's batch (`actions.undo.undo_batch`).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from crm_core.actions import merging
from crm_core.actions.merging import Two
from crm_core.errors import InvalidInput, NotFound
from crm_core.ledger.store.database import Database, read_revisions
from crm_core.ledger.writing import doubles, existing, journal
from crm_core.model.changes import Batch, ChangeSet, cell_frame
from crm_core.model.folding import phone_key
from crm_core.model.rights import EDIT, needs

Asked = int | tuple[int, int]  # a pair's number, or (who stays, who is taken in)
READ = (
    "customer", "order", "purchase", "interaction", "follow-up", "case", "answer", "gesture", "attendance", "message",
    "firing", "pair", "alias",
)  # fmt: skip


@needs(EDIT)
def merge(
    database: Database, pair: Asked, *, keep: Mapping[str, str] | None = None, who: str, as_of: date
) -> Batch:
    """Make two records one. `keep`: field → “first” or “second”, where the survivor's own value is not the one wanted.

    first and second are those of the pair, or the order in which the two are given. Of a pair the one with a code
    stays, else the one with more orders, else the older. NotFound, InvalidInput for a pair that was answered already.
    """
    told = dict(keep or {})
    merging.check_told(told)
    with database.read() as connection:  # both, as far as whoever asks sees them
        _both(connection, pair if isinstance(pair, tuple) else merging.ends(_open_pair(connection, pair)))

    def plan() -> ChangeSet:
        with database.whole.read() as connection:  # also what others hold of them: the journal refuses that
            return _merge(connection, pair, told)

    return journal.apply(database, plan(), who=who, as_of=as_of, replan=plan)


@needs(EDIT)
def keep_apart(database: Database, pair_id: int, *, who: str, as_of: date) -> Batch:
    """These are two people: the pair is never asked again. NotFound, InvalidInput when it was answered already."""
    with database.read() as connection:
        row = _open_pair(connection, pair_id)
        first, second = _both(connection, (int(row["first_id"]), int(row["second_id"])))
    cell = ("pair", pair_id, "state", row["state"], "different")
    why = f"{_called(first)} and {_called(second)} are two people"
    return journal.apply(database, ChangeSet(why, changes=cell_frame([cell])), who=who, as_of=as_of)


# One merge --------------------------------------------------------------------------------------------------


def _merge(connection: Any, pair: Asked, told: Mapping[str, str]) -> ChangeSet:
    two = _two(connection, pair, told)
    fields = merging.merged_fields(two)
    cells, removes, aliases = _what_moves(connection, two, None if isinstance(pair, tuple) else pair, fields)
    revisions = read_revisions(connection)
    return ChangeSet(
        f"{_called(two.loser)} and {_called(two.survivor)} are one person",
        creates={"alias": aliases},
        changes=cell_frame(merging.customer_cells(two, fields) + cells),
        removes={"customer": (two.ids[1],)} | removes,
        revisions={name: revisions.get(name, 0) for name in READ},
        summary={"stays": two.ids[0], "taken in": two.ids[1]},
    )


def _two(connection: Any, pair: Asked, told: Mapping[str, str]) -> Two:
    ends = pair if isinstance(pair, tuple) else merging.ends(_open_pair(connection, pair))
    sides = _both(connection, ends)
    stays = 0 if isinstance(pair, tuple) else doubles.staying(sides, doubles.orders_of(connection, ends))
    said = {name: sides[side == "second"] for name, side in told.items()}
    return Two(sides[stays], sides[1 - stays], said)


def _what_moves(
    connection: Any, two: Two, asked: int | None, fields: Mapping[str, Any]
) -> tuple[list[merging.Cell], dict[str, tuple[int, ...]], pd.DataFrame]:
    """The cells of what points to the loser, what goes, and the former keys to remember."""
    held = doubles.aliases_of(connection, two.ids)
    pairs = merging.answered_pairs(doubles.pairs_of(connection, two.ids), two, asked)
    planned = existing.rows_by_keys(connection, "follow-up", {"customer_id": two.ids})
    twice = merging.double_follow_ups(planned, two)
    moved, gone = merging.moved_aliases(held, two)
    cells = moved + pairs.cells
    removes = {"alias": tuple(gone), "pair": tuple(pairs.gone), "follow-up": tuple(twice)}
    for entity in merging.OCCASIONS:
        rows = existing.rows_by_keys(connection, entity, {"customer_id": list(two.ids)})
        ids_gone, taken = merging.double_records(entity, rows, two)
        removes, cells = removes | {entity: tuple(ids_gone)}, cells + taken
    for entity, ids in doubles.pointing(connection, two.ids[1]).items():
        cells += merging.moved(entity, [i for i in ids if i not in removes.get(entity, ())], two)
    return cells, removes, merging.former_keys(two, fields, _digits(fields["phone"]), held)


def _digits(phone: str | None) -> str | None:
    found = phone_key(pd.Series([phone], dtype="str")).iloc[0]
    return found if isinstance(found, str) else None


def _open_pair(connection: Any, pair_id: int) -> Mapping[str, Any]:
    rows = doubles.pairs_by_id(connection, [pair_id]).to_dict("records")
    if not rows:
        raise NotFound(f"There is no possible double number {pair_id}. Look at those that wait, on Today.")
    if rows[0]["state"] not in (None, "open"):
        answer = {"same": "one person", "different": "two people"}[rows[0]["state"]]
        raise InvalidInput(
            f"The possible double number {pair_id} was answered already: {answer}. To answer it anew, undo that one."
        )
    return rows[0]


def _both(connection: Any, ends: tuple[int, int]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    if ends[0] == ends[1]:
        raise InvalidInput("A person cannot be merged with themselves. Name two different ones.")
    rows = existing.rows_by_keys(connection, "customer", {"id": ends}).to_dict("records")
    by_id = {int(row["id"]): row for row in rows}
    if missing := [number for number in ends if number not in by_id]:
        raise NotFound(f"There is no customer number {missing[0]} any more. Look at the list again.")
    return by_id[ends[0]], by_id[ends[1]]


def _called(row: Mapping[str, Any]) -> str:
    name, code = merging.filled(row["name"]), merging.filled(row["code"])
    return f"{name} ({code})" if name and code and name != code else str(name or code or row["id"])
