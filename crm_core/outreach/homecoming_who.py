"""Whose row is it? The hidden numbers say so, as long as what can be seen does not say otherwise."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crm_core.model.folding import fold
from crm_core.model.list_marks import (
    MARKED,
    NOTHING,
    Check,
    comparable,
    list_parts,
    mark,
    numbers_check,
    read_check,
    read_number,
)

Row = Mapping[str, Any]
REACH = ("phone", "phone_2", "email")
LEFT_OUT, DOUBTFUL = "left out", "doubtful"
ALIKE = 0.75  # of a name with a letter put right


@dataclass(frozen=True)
class Stored:
    """What is stored about those that the rows may mean. Former keys come with the customer who has them now.

    `people`: by id; `lookups`: everybody found by a code or name that stands in the rows (rows of customers, also with
    former keys); `follow_ups`: by id.
    """

    database: str
    people: Mapping[int, Row]
    lookups: Sequence[Row] = ()
    follow_ups: Mapping[int, Row] = field(default_factory=dict)

    _planned: Mapping[int, list[Row]] = field(init=False, repr=False)
    _found: Mapping[tuple[str, str], list[Row]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        planned: dict[int, list[Row]] = {}
        for row in self.follow_ups.values():
            planned.setdefault(int(row["customer_id"]), []).append(row)
        found: dict[tuple[str, str], list[Row]] = {}
        for row in self.lookups:
            for name in ("code", "name"):
                found.setdefault((name, fold(comparable(name, row[name]))), []).append(row)
        object.__setattr__(self, "_planned", planned)
        object.__setattr__(self, "_found", found)

    def of_person(self, customer: int) -> list[Row]:
        """The stored follow-ups of somebody."""
        return self._planned.get(customer, [])

    def called(self, name: str, text: str) -> list[Row]:
        """Those who have (or had) that code or name."""
        return self._found.get((name, fold(comparable(name, text))), [])


@dataclass(frozen=True)
class Who:
    """Who a row means. `state`: "" (known), "left out" or "doubtful", with `why` in words.

    `check`: the marks of the row's cells as they were issued, None where they are lost or another row's. `number`: the
    follow-up that the list named, also where it is gone by now.
    """

    customer: int | None = None
    follow_up: int | None = None
    day: str | None = None
    check: Check | None = None
    state: str = ""
    why: str = ""
    number: int | None = None


def has_numbers(row: Row) -> bool:
    """Whether the hidden numbers of a row fit its check."""
    check = read_check(row["check"])
    if check is None:
        return False
    numbers = (read_number(row["follow_up_id"]), read_number(row["customer_id"]))
    return numbers_check(row["list_id"], *numbers) == check.numbers


def is_intact(row: Row) -> bool:
    """Whether the hidden numbers fit their check, and what can be seen fits the marks."""
    return has_numbers(row) and own_check(row) is not None


def own_check(row: Row) -> Check | None:
    """The check of a row, where what can be seen says that it is this row's."""
    check = read_check(row["check"])
    return check if check is not None and _fits(row, check) else None


def _fits(row: Row, check: Check) -> bool:
    agree, differ = _compared(row, check)
    if "name" in agree:
        return "code" not in differ or bool(agree & {*REACH})
    if "code" in agree:
        return True
    return not (agree | differ) or ("name" not in differ and bool(agree))


def _compared(row: Row, check: Check) -> tuple[set[str], set[str]]:
    """Which of the filled cells are as they were issued, and which are not."""
    agree: set[str] = set()
    differ: set[str] = set()
    for name in MARKED.values():
        if row[name] is not None:
            same = mark(name, row[name]) == check.marks[name]
            (agree if same else differ).add(name)
    return agree, {name for name in differ if check.marks[name] != NOTHING}


def is_found(row: Row, stored: Stored) -> bool:
    """Whether the numbers of a row lead to one person and nothing speaks against them."""
    follow_up = stored.follow_ups.get(read_number(row["follow_up_id"]) or 0)
    named = read_number(row["customer_id"])
    person = stored.people.get(named or 0)
    check = read_check(row["check"])
    if person is None or check is None or not is_intact(row):
        return False
    return _is_still(row, check, person) and (follow_up is None or int(follow_up["customer_id"]) == named)


def who_is(row: Row, stored: Stored) -> Who:
    """Who a row means: by its numbers; else by what can be seen; else nobody can say."""
    parts = list_parts(row["list_id"])
    if parts is not None and parts[0] != stored.database:
        return Who(state=LEFT_OUT, why="this row is of a list that another Regulars made")
    day = parts[1] if parts else None
    by_numbers = _by_numbers(row, stored, day)
    if by_numbers is not None:
        return by_numbers
    by_sight = _by_sight(row, stored, day)
    if by_sight is not None:
        return by_sight
    return _nobody(row, stored, day)


def _nobody(row: Row, stored: Stored, day: str | None) -> Who:
    name = row["name"] or row["phone"] or row["email"]
    if is_intact(row) and read_number(row["customer_id"]) not in stored.people:
        who = f"“{name}”" if name else "this person"
        return Who(day=day, state=LEFT_OUT, why=f"{who} is no longer stored here")
    told = f"it says “{name}”" if name else "it names nobody"
    why = f"nobody can say whose row this is: {told}, and its hidden numbers do not fit"
    return Who(day=day, state=DOUBTFUL, why=why)


def _by_numbers(row: Row, stored: Stored, day: str | None) -> Who | None:
    number, named = read_number(row["follow_up_id"]), read_number(row["customer_id"])
    follow_up = stored.follow_ups.get(number or 0)
    customer = named if follow_up is None else int(follow_up["customer_id"])
    if named is not None and customer != named and not _merged(row, named, customer, stored):
        customer, follow_up, number = (
            named,
            None,
            None,
        )  # a number that was given again, after a backup came back
    person = stored.people.get(customer or 0)
    if person is None or customer is None or not _is_theirs(row, person, stored):
        return None
    held = follow_up if follow_up is not None else _of_list(stored.of_person(customer), day)
    check = read_check(row["check"]) if has_numbers(row) else None
    who = _known(customer, held, day, check)
    return replace(who, number=number) if check is not None and number is not None else who


def _merged(row: Row, named: int, customer: int | None, stored: Stored) -> bool:
    """Whether the follow-up went to another customer because the two were made one."""
    return named not in stored.people and (customer in _by_former_keys(row, stored) or not has_numbers(row))


def _by_former_keys(row: Row, stored: Stored) -> set[int]:
    """Those who have, or had before a merge, the code or the name that can be seen."""
    theirs = (one for name in ("code", "name") if row[name] for one in stored.called(name, row[name]))
    return {int(one["id"]) for one in theirs}


def _is_theirs(row: Row, person: Row, stored: Stored) -> bool:
    """Whether what can be seen does not speak against the person that the numbers name."""
    check = read_check(row["check"])
    if check is not None and is_intact(row):
        return _is_still(row, check, person) or int(person["id"]) in _by_former_keys(row, stored)
    named = row["name"] is not None and alike(row["name"], person["name"])
    coded = row["code"] is not None and _same("code", row["code"], person["code"])
    if check is not None and has_numbers(row):
        agree, differ = _compared(row, check)
        return named and bool(agree & {*REACH}) and "code" not in differ
    return (coded and (named or row["name"] is None)) or (
        _same("name", row["name"], person["name"]) and (row["code"] is None or coded)
    )


def _is_still(row: Row, check: Check, person: Row) -> bool:
    """Whether anything of the person is as the list showed it, or as the caller corrected it."""
    held = (name for name in MARKED.values() if person[name] is not None and person[name] == person[name])
    if any(
        mark(name, person[name]) == check.marks[name] or _same(name, row[name], person[name]) for name in held
    ):
        return True
    return row["name"] is not None and alike(row["name"], person["name"])


def alike(one: Any, other: Any) -> bool:
    """Whether two names may be one that was put right: they share a word, or all but a letter or two."""
    first, second = fold(str(one)), fold(str(other))
    shared = {word for word in first.split() if len(word) > 2} & set(second.split())
    return bool(shared) or difflib.SequenceMatcher(None, first, second).ratio() >= ALIKE


def _same(name: str, one: Any, other: Any) -> bool:
    text = comparable(name, one)
    return bool(text) and fold(text) == fold(comparable(name, other))


def _known(customer: int, follow_up: Row | None, day: str | None, check: Check | None) -> Who:
    issued = follow_up["issued_on"] if follow_up is not None else None
    told = day or (issued if isinstance(issued, str) else None)
    number = None if follow_up is None else int(follow_up["id"])
    return Who(customer, number, told, check)


# By what can be seen ----------------------------------------------------------------------------------------


def _by_sight(row: Row, stored: Stored, day: str | None) -> Who | None:
    """By code with a name that does not contradict; else by name, where a phone, an e-mail or the list tells."""
    found = _coded(row, stored) or _named(row, stored, day)
    if found is None or _is_torn(row):
        return None
    return _known(found, _of_list(stored.of_person(found), day), day, own_check(row))


def _is_torn(row: Row) -> bool:
    """Whether phone or e-mail are the numbers' and only the name is another's: a column was sorted by itself."""
    check = read_check(row["check"])
    if check is None or not has_numbers(row):
        return False
    agree, differ = _compared(row, check)
    return bool(agree & {*REACH}) and "name" in differ and "code" not in differ


def _coded(row: Row, stored: Stored) -> int | None:
    if row["code"] is None:
        return None
    theirs = stored.called("code", row["code"])
    ids = {int(one["id"]) for one in theirs if row["name"] is None or alike(row["name"], one["name"])}
    return ids.pop() if len(ids) == 1 else None


def _named(row: Row, stored: Stored, day: str | None) -> int | None:
    if row["name"] is None:
        return None
    theirs = stored.called("name", row["name"])
    if row["code"] is not None:  # another code says that it is somebody else
        theirs = [one for one in theirs if one["code"] is None or one["code"] != one["code"]]
    reached = {int(one["id"]) for one in theirs if any(_same(name, row[name], one[name]) for name in REACH)}
    if len(reached) == 1:
        return reached.pop()
    everybody = {int(one["id"]) for one in theirs}
    listed = {one for one in everybody if _of_list(stored.of_person(one), day) is not None}
    return listed.pop() if len(listed) == 1 and len(everybody) == 1 else None


def _of_list(planned: Iterable[Row], day: str | None) -> Row | None:
    """The person's follow-up that stood on the list of that day (the latest list where the day is lost)."""
    issued = [one for one in planned if isinstance(one["issued_on"], str) and day in (None, one["issued_on"])]
    order = sorted(issued, key=lambda one: (one["issued_on"], one["state"] == "open", int(one["id"])))
    return order[-1] if order else None
