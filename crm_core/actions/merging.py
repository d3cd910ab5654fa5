"""Two records of one person made one: which cells change, what moves over, which former keys are remembered. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.model.changes import new_ids
from crm_core.model.entities import Field, Kind
from crm_core.model.registry import CUSTOMER, ENTITIES
from crm_core.outreach.moments import NOTED

Row = Mapping[str, Any]
Cell = tuple[str, int, str, Any, Any]  # CHANGE_COLUMNS

CONSENT = {
    "do_not_contact": "yes",
    "may_call": "no",
    "may_email": "no",
    "may_message": "no",
}  # the stricter answer
NAME_PARTS = ("given_name", "family_name")
EXTRA = "extra."
# By key of an alias the column of a customer that it remembers.
KEY_COLUMNS = {"code": "code", "email": "email", "phone": "phone_key", "name": "name"}


@dataclass(frozen=True)
class Two:
    """Who stays and who is taken in (stored rows), and the fields that were told: name → whose value is taken."""

    survivor: Row
    loser: Row
    told: Mapping[str, Row]

    @property
    def ids(self) -> tuple[int, int]:
        return int(self.survivor["id"]), int(self.loser["id"])


def check_told(keep: Mapping[str, str]) -> None:
    """InvalidInput for a field that there is not, a side that there is not, and for consent."""
    for name, side in keep.items():
        if not CUSTOMER.has(name) and not name.startswith(EXTRA):
            raise InvalidInput(f"A customer has no field “{name}”. Known are: {', '.join(CUSTOMER.columns)}.")
        if side not in ("first", "second"):
            raise InvalidInput(f"“{side}” is neither of the two. Say “first” or “second” for {name}.")
        if name in CONSENT:
            raise InvalidInput(
                f"{CUSTOMER.field(name).label}: of two answers the stricter one stays. Change it afterwards, by hand."
            )


def is_chosen(name: str) -> bool:
    """Whether of two values one has to be taken: not of notes and tags (both stay), nor of consent (the stricter)."""
    united = CUSTOMER.has(name) and CUSTOMER.field(name).kind in (Kind.TAGS, Kind.NOTE)
    return not united and name not in CONSENT


def title(row: Row) -> str:
    """What a person calls a record by: its code, else its name."""
    return str(filled(row.get("code")) or filled(row.get("name")) or row["id"])


def filled(value: Any) -> Any:
    """The value, None for anything blank."""
    return None if value is None or value != value or value == "" else value


# Fields -----------------------------------------------------------------------------------------------------


def merged_fields(two: Two) -> dict[str, Any]:
    """The declared fields of the one record by name."""
    return {field.name: _merged(field, two) for field in CUSTOMER.fields}


def _merged(field: Field, two: Two) -> Any:
    mine, theirs = (filled(row[field.name]) for row in (two.survivor, two.loser))
    told = two.told.get("name" if field.name in NAME_PARTS and field.name not in two.told else field.name)
    if told is not None and not (field.name in NAME_PARTS and filled(told[field.name]) is None):
        said = filled(told[field.name])
        return (mine or theirs) if said is None and field.required else said
    if field.name in CONSENT and CONSENT[field.name] in (mine, theirs):
        return CONSENT[field.name]
    if mine is not None and theirs is not None and field.kind in (Kind.TAGS, Kind.NOTE):
        return _tags(mine, theirs) if field.kind is Kind.TAGS else _notes(mine, theirs)
    return theirs if mine is None else mine


def _tags(mine: str, theirs: str) -> str:
    return ", ".join(dict.fromkeys(tag.strip() for tag in f"{mine}, {theirs}".split(",") if tag.strip()))


def _notes(mine: str, theirs: str) -> str:
    """Both, unless one says all that the other says."""
    if theirs.strip() in mine:
        return mine
    if mine.strip() in theirs:
        return theirs
    return ("\n" if "\n" in mine + theirs else "; ").join((mine.strip(), theirs.strip()))


def merged_extra(two: Two) -> dict[str, Any]:
    """The undeclared columns of both; where they differ, what is not taken stands as `Header (of CODE or NAME)`."""
    mine, theirs = (json.loads(row["extra"] or "{}") for row in (two.survivor, two.loser))
    united = {**theirs, **mine}
    for header in mine.keys() & theirs.keys():
        if mine[header] != theirs[header]:
            swapped = two.told.get(EXTRA + header) is two.loser
            kept, other = (theirs, mine) if swapped else (mine, theirs)
            united[header] = kept[header]
            united[f"{header} (of {title(two.survivor if swapped else two.loser)})"] = other[header]
    return united


def customer_cells(two: Two, fields: Row) -> list[Cell]:
    """The survivor's cells that change."""
    before = json.loads(two.survivor["extra"] or "{}")
    triples = [(name, filled(two.survivor[name]), value) for name, value in fields.items()]
    triples += [(EXTRA + header, before.get(header), value) for header, value in merged_extra(two).items()]
    return [("customer", two.ids[0], name, old, new) for name, old, new in triples if old != new]


# Former keys ------------------------------------------------------------------------------------------------


def former_keys(two: Two, fields: Row, phone: str | None, held: pd.DataFrame) -> pd.DataFrame:
    """The keys of both that the one record does not carry, as new aliases; `phone`: the digits of its phone now.

    Where nothing differs the name is kept all the same: an alias is what tells that somebody was taken in.
    """
    now = {**fields, "phone_key": phone}
    known = set(zip(held["key"], held["value"], strict=True))
    found = [
        (key, row[column])
        for row in (two.loser, two.survivor)
        for key, column in KEY_COLUMNS.items()
        if filled(row[column]) is not None and row[column] != now[column]
    ] or [("name", two.loser["name"])]
    fresh = [one for one in dict.fromkeys(found) if one not in known] or [("name", two.loser["name"])]
    frame = pd.DataFrame(fresh, columns=["key", "value"])
    return frame.assign(id=new_ids(len(frame)), customer_id=two.ids[0])


# What points to them ----------------------------------------------------------------------------------------


def moved(entity: str, ids: Iterable[int], two: Two, column: str = "customer_id") -> list[Cell]:
    """The cells that point these records to the survivor."""
    survivor, loser = two.ids
    return [(entity, int(number), column, loser, survivor) for number in ids]


def moved_aliases(held: pd.DataFrame, two: Two) -> tuple[list[Cell], list[int]]:
    """The loser's own former keys go over; those that the survivor has too go."""
    survivor, loser = two.ids
    theirs = held[held["customer_id"] == loser]
    mine = held.loc[held["customer_id"] == survivor, ["key", "value"]].apply(tuple, axis=1).tolist()
    twice = [pair in mine for pair in zip(theirs["key"], theirs["value"], strict=True)]
    return moved("alias", theirs.loc[[not one for one in twice], "id"], two), theirs.loc[twice, "id"].tolist()


def double_follow_ups(rows: pd.DataFrame, two: Two) -> list[int]:
    """Follow-ups that would stand twice (same play and day): an open one beside another goes, the loser's first.

    A promise, or what a rule asks for, is one of two only if it says the same.
    """
    survivor, loser = two.ids
    ours = [row for row in rows.to_dict("records") if filled(row["play"]) is not None]
    meant: dict[int, dict[Any, Any]] = {survivor: {}, loser: {}}
    for row in ours:
        said = row["reason"] if row["play"] in NOTED else None
        meant[row["customer_id"]].setdefault((row["play"], row["due_on"], said), row)
    both = [(meant[survivor][key], row) for key, row in meant[loser].items() if key in meant[survivor]]
    gone = [theirs if theirs["state"] == "open" else mine for mine, theirs in both]
    return [int(row["id"]) for row in gone if row["state"] == "open"]


# Of these one customer has one of each occasion: what tells it, beside the customer.
OCCASIONS = {"message": ("play", "due_on"), "firing": ("rule", "event")}
WENT_OUT = ("sending", "sent", "exported", "bounced")  # one on its way may be there already


def double_records(entity: str, rows: pd.DataFrame, two: Two) -> tuple[list[int], list[Cell]]:
    """The loser's records of OCCASIONS that would stand twice, which go; and the cells that the survivor's take over:
    where only the loser's message went out, it is the one that is kept."""
    key = OCCASIONS[entity]
    mine, theirs = (_by_occasion(rows[rows["customer_id"] == number], key) for number in two.ids)
    both = [(mine[told], row) for told, row in theirs.items() if told in mine]
    taken = [pair for pair in both if _is_out(pair[1]) and not _is_out(pair[0])]
    return [int(row["id"]) for _, row in both], [
        cell for pair in taken for cell in _taken_over(entity, *pair)
    ]


def _taken_over(entity: str, ours: Row, theirs: Row) -> list[Cell]:
    names = [name for name in ENTITIES[entity].columns if name != "customer_id"]
    pairs = [(name, filled(ours[name]), filled(theirs[name])) for name in names]
    return [
        (entity, int(ours["id"]), name, before, after) for name, before, after in pairs if before != after
    ]


def _by_occasion(rows: pd.DataFrame, key: tuple[str, ...]) -> dict[tuple[Any, ...], Row]:
    told = {tuple(row[name] for name in key): row for row in rows.to_dict("records")}
    return {names: row for names, row in told.items() if all(filled(name) is not None for name in names)}


def _is_out(row: Row) -> bool:
    return row.get("state") in WENT_OUT


@dataclass
class Pairs:
    """What becomes of the pairs that name one of the two: cells, and the ids of those that go."""

    cells: list[Cell]
    gone: list[int]


def answered_pairs(rows: pd.DataFrame, two: Two, asked: int | None) -> Pairs:
    """Their own pair is answered “same”; those with others go over, and go where the survivor has one already.

    Of two answers about the same third person “different” stays: they are one now.
    """
    survivor, loser = two.ids
    found = Pairs([], [])
    known: dict[int, dict[str, Any]] = {}
    for row in sorted(rows.to_dict("records"), key=lambda row: (row["id"] != asked, loser in ends(row))):
        people = set(ends(row))
        other = min(people - {survivor, loser}, default=survivor)
        if len(people) > 1 and other in known:
            _once_more(row, known[other], found)
            continue
        _go_over(row, two, found)
        if len(people) > 1:  # with one end it was answered long ago
            known[other] = row
            if other == survivor:
                _answer(row, "same", found)
    return found


def ends(row: Row) -> tuple[int, int]:
    """The two customers that a pair names."""
    return int(row["first_id"]), int(row["second_id"])


def _go_over(row: Row, two: Two, found: Pairs) -> None:
    for column in ("first_id", "second_id"):
        if row[column] == two.ids[1]:
            found.cells += moved("pair", [row["id"]], two, column)


def _answer(row: dict[str, Any], answer: str, found: Pairs) -> None:
    if row["state"] != answer:
        found.cells.append(("pair", int(row["id"]), "state", row["state"], answer))
        row["state"] = answer


def _once_more(row: Row, kept: dict[str, Any], found: Pairs) -> None:
    found.gone.append(int(row["id"]))
    if row["state"] == "different" and kept["state"] in (None, "open"):
        _answer(kept, "different", found)
