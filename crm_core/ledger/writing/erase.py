"""Erasing a person: out of the records, out of the history, and never back. What the company sold stays, nameless.

All that belongs to them alone goes (contacts, follow-ups, cases, answers, messages, former keys). Their purchases and
orders belong to nobody from then on: the company's revenue stays as it is. It goes past the journal on purpose, since
the journal keeps what it removes.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.errors import NotFound
from crm_core.ledger.profiles import kept
from crm_core.ledger.profiles.occasions import NOBODY
from crm_core.ledger.store.bulk import KeyTable
from crm_core.ledger.store.clock import stamp
from crm_core.ledger.store.database import Database
from crm_core.ledger.store.derived import forecasts, standings
from crm_core.ledger.store.dialects import extra_text
from crm_core.ledger.store.erase_file import TO_WIPE
from crm_core.ledger.store.tables import TABLES, archive, batches, customers, meta, revisions
from crm_core.ledger.writing import erase_history, sealing
from crm_core.ledger.writing.existing import GO_ALONG, STAY_NAMELESS, what_goes_with
from crm_core.ledger.writing.journal import raise_revisions
from crm_core.ledger.writing.sweeps import SWEEP
from crm_core.model.rights import ERASE, check, check_whole

WHY = "A person was erased"
WORDS = ("note", "extra")  # what of a purchase or an order may say something about a person
TOLD = ("name", "email", "phone", "phone_2", "phone_key", "code")  # what a person is found again by


@dataclass
class Erasure:
    """What an erasure did. `needles`: what told the person, to look for afterwards; never stored, never logged."""

    customer: int
    people: frozenset[int]
    needles: frozenset[str] = frozenset()
    batch: int = 0
    removed: dict[str, int] = field(default_factory=dict)  # by entity
    nameless: int = 0  # purchases and orders that belong to nobody now
    history: set[int] = field(default_factory=set)  # numbers of the history that were changed


def check_may_erase(connection: Connection, database: Database) -> None:
    """NotAllowed for whoever was signed out meanwhile, or may not erase people for good by now."""
    person = database.still(connection) if database.still else database.person
    check(person, ERASE)
    check_whole(person)


def find(connection: Connection, code: str) -> int | None:
    """The customer with this code or e-mail, who was removed before or not; None where there is none.

    Whoever was taken in by a merge is part of the person who stayed.
    """
    now, alias, told = customers.c, TABLES["alias"].c, archive.c
    gone = sa.and_(
        told.entity == "customer", sa.or_(*(extra_text(told.data, key) == code for key in ("code", "email")))
    )
    looked = (
        sa.select(now.id).where(now.code == code),
        sa.select(alias.customer_id).where(alias.key.in_(("code", "email")), alias.value == code),
        sa.select(now.id).where(now.email == code),
        sa.select(told.row_id).where(gone),
    )
    found = (connection.scalar(one.limit(1)) for one in looked)
    return next((int(number) for number in found if number is not None), None)


def erase(connection: Connection, customer: int, *, who: str, as_of: date) -> Erasure:
    """Erase a person in the open write transaction; NotFound where nothing of that number is stored or was.

    The caller has asked for the right, and wipes the file afterwards (`erase_file`).
    """
    done = Erasure(customer, erase_history.one_person(connection, customer))
    done.needles = _needles(connection, done.people)
    if not done.needles:
        raise NotFound(f"There is no customer number {customer}, and nothing of them in the history.")
    removes, _ = what_goes_with(connection, sorted(done.people))
    removes["customer"] = tuple(_present(connection, done.people))
    stays = erase_history.once_theirs(connection, done.people)
    done.history |= erase_history.forget(connection, done.people, {**removes, **stays}, done.needles)
    done.nameless = _leave_nameless(connection, stays)
    for name in ("customer", *GO_ALONG):
        _remove(connection, name, removes[name], done)
    _write_down(connection, done, who, as_of)
    return done


def look(connection: Connection, customer: int) -> tuple[str, dict[str, int], int]:
    """What `erase` would do: the name, by entity the rows that would go, the purchases and orders left nameless."""
    people = erase_history.one_person(connection, customer)
    removes, cells = what_goes_with(connection, sorted(people))
    removes["customer"] = tuple(_present(connection, people))
    name = connection.scalar(sa.select(customers.c.name).where(customers.c.id == customer))
    return (
        name or "a removed person",
        {entity: len(ids) for entity, ids in removes.items() if ids},
        len(cells),
    )


def _present(connection: Connection, people: Iterable[int]) -> list[int]:
    return list(connection.scalars(sa.select(customers.c.id).where(customers.c.id.in_(people))))


def _needles(connection: Connection, people: frozenset[int]) -> frozenset[str]:
    """Whatever told the person, now or before: names, addresses, numbers."""
    rows = [
        dict(row)
        for row in connection.execute(sa.select(customers).where(customers.c.id.in_(people))).mappings()
    ]
    rows += erase_history.removed_rows(connection, people)
    told = {row.get(name) for row in rows for name in TOLD}
    alias = TABLES["alias"].c
    told |= set(connection.scalars(sa.select(alias.value).where(alias.customer_id.in_(people))))
    told |= erase_history.former_values(connection, people, TOLD)
    return frozenset(str(text).strip() for text in told if text is not None and len(str(text).strip()) > 1)


def _leave_nameless(connection: Connection, stays: Mapping[str, Iterable[int]]) -> int:
    """Purchases and orders belong to nobody now, without a word about anybody."""
    count = 0
    for name, ids in stays.items():
        table = TABLES[name]
        with KeyTable(connection, "nameless_rows", ids) as keys:
            changed = sa.update(table).where(table.c.id.in_(sa.select(keys.c.key)))
            nobody = dict.fromkeys(("customer_id", *WORDS), None)
            count += connection.execute(changed.values(version=table.c.version + 1, **nobody)).rowcount
    return count


def _remove(connection: Connection, name: str, ids: Iterable[int], done: Erasure) -> None:
    table = TABLES[name]
    with KeyTable(connection, "erased_rows", ids) as keys:
        gone = connection.execute(sa.delete(table).where(table.c.id.in_(sa.select(keys.c.key)))).rowcount
    if gone:
        done.removed[name] = gone


def _write_down(connection: Connection, done: Erasure, who: str, as_of: date) -> None:
    """The sums, what was worked out, the history's entry and the audit's line; nothing personal in them."""
    for table in (forecasts, standings):
        connection.execute(sa.delete(table).where(table.c.customer_id.in_(done.people)))
    connection.execute(sa.delete(kept.occasions).where(kept.occasions.c.customer_id.in_(done.people)))
    kept.keep(connection, {*done.people, NOBODY}, as_of)
    done.batch = (connection.scalar(sa.select(sa.func.max(batches.c.id))) or 0) + 1
    row = {"id": done.batch, "at": stamp(), "who": who, "why": WHY, "removed": sum(done.removed.values())}
    row |= {"changed": done.nameless, "summary": json.dumps({"erased": sorted(done.people)})}
    connection.execute(sa.insert(batches).values(row))
    raise_revisions(connection, {"customer", "profile", SWEEP, *STAY_NAMELESS, *done.removed})
    connection.execute(sa.delete(meta).where(meta.c.name == TO_WIPE))
    connection.execute(sa.insert(meta).values(name=TO_WIPE, value=row["at"]))
    about = {"number": done.batch, "customer": done.customer}
    changed = done.history | {done.batch}
    sealing.reseal(connection, who, "erased", about, changed, done.removed)


# Once more ----------------------------------------------------------------------------------------------------


def again(connection: Connection, customers_erased: Mapping[int, str], *, as_of: date) -> int:
    """Erase anew whom an older backup brought back: number → the moment of the erasure; gives how many there were.

    Numbers that the register names are never given again: whoever would get one would be erased by a later restore.
    """
    count = 0
    for number, moment in sorted(customers_erased.items()):
        if _made_after(connection, number, moment):
            continue
        try:
            erase(connection, number, who="Regulars", as_of=as_of)
        except NotFound:
            continue
        count += 1
    highest = max(customers_erased, default=0)
    raised = sa.update(revisions).where(revisions.c.entity == "customer", revisions.c.next_id <= highest)
    connection.execute(raised.values(next_id=highest + 1))
    return count


def _made_after(connection: Connection, number: int, moment: str) -> bool:
    """Whether the customer of this number came after the erasure: somebody else then."""
    made = (
        sa.select(batches.c.at)
        .join(customers, customers.c.batch == batches.c.id)
        .where(customers.c.id == number)
    )
    at = connection.scalar(made)
    return at is not None and at > moment
