"""Erasing a person for good, as the law on data protection asks for it."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from crm_core.errors import NotFound
from crm_core.ledger.reading.mentions import mentions
from crm_core.ledger.store import erase_file, erased, places
from crm_core.ledger.store.backup import in_folder
from crm_core.ledger.store.clock import stamp
from crm_core.ledger.store.database import Database
from crm_core.ledger.writing import erase
from crm_core.ledger.writing.existing import database_id
from crm_core.model.registry import ENTITIES
from crm_core.model.rights import ERASE, needs


@dataclass(frozen=True)
class Erased:
    """What an erasure did.

    `removed`: by entity the records that went. `nameless`: purchases and orders that belong to nobody now. `elsewhere`:
    by entity the other records whose texts still name the person, to be looked at by hand. `wiped`: whether the file
    itself holds nothing any more (else that is done by itself, once nobody reads). `copies`: backups that still hold
    the person; a restore of one of them erases them again.
    """

    batch: int
    removed: dict[str, int]
    nameless: int
    elsewhere: dict[str, int] = field(default_factory=dict)
    wiped: bool = True
    copies: int = 0

    @property
    def words(self) -> str:
        """What was done, in sentences; without a name."""
        gone, stay = _told(self.removed, self.nameless)
        told = [
            f"The person is erased (number {self.batch}): {gone} gone, {stay} without a name by now.",
            "This cannot be undone.",
        ]
        if self.elsewhere:
            listed = ", ".join(
                f"{count:,} {ENTITIES[name].plural.lower() if count != 1 else ENTITIES[name].label.lower()}"
                for name, count in self.elsewhere.items()
            )
            told.append(
                f"The same name, e-mail or phone still stands in other records: {listed}. Look at them by hand."
            )
        if not self.wiped:
            told.append(
                "Somebody is reading, so the file itself is cleaned within the next minutes or at the next erasure."
            )
        if self.copies:
            told.append(
                f"Earlier copies ({self.copies:,}) still hold the person; one that is restored erases them again."
            )
        return " ".join(told)


@dataclass(frozen=True)
class WouldGo:
    """What an erasure would do: the name, by entity what would go, and how many purchases and orders would stay."""

    name: str
    removed: dict[str, int]
    nameless: int

    @property
    def words(self) -> str:
        gone, stay = _told(self.removed, self.nameless)
        return f"Of {self.name} {gone} would go for good, and {stay} would stay without a name. Nothing was changed."


def _told(removed: dict[str, int], nameless: int) -> tuple[str, str]:
    """Both counts in words."""
    gone, several = sum(removed.values()), "s"[: nameless != 1]
    return f"{gone:,} record{'s'[: gone != 1]}", f"{nameless:,} purchase{several} or order{several}"


@needs(ERASE, whole=True)
def preview(database: Database, code: str) -> WouldGo:
    """What erasing the person with this code or e-mail would do; NotFound where there is none."""
    with database.read() as connection:
        return WouldGo(*erase.look(connection, _found(erase.find(connection, code), code)))


def _found(customer: int | None, code: str) -> int:
    if customer is None:
        raise NotFound(
            f"No customer has the code or e-mail “{code}”. Look for them with: regulars export customer"
        )
    return customer


@needs(ERASE, whole=True)
def erase_by_code(database: Database, code: str, *, who: str, as_of: date) -> Erased:
    """Erase the person with this code or e-mail, removed before or not; NotFound where there is none."""
    with database.read() as connection:
        customer = _found(erase.find(connection, code), code)
    return erase_person(database, customer, who=who, as_of=as_of)


@needs(ERASE, whole=True)
def erase_person(database: Database, customer: int, *, who: str, as_of: date) -> Erased:
    """Erase the customer of this number, for good: whole or not at all, and entered in the register beside the data."""
    with database.write() as connection:
        erase.check_may_erase(connection, database)
        done = erase.erase(connection, int(customer), who=who, as_of=as_of)
        moment, identity = stamp(), database_id(connection)
        entries = {erased.Erased(identity, number, moment) for number in done.people}
        # Before the end of the transaction: one too many in the register does less harm than one too few.
        erased.written(entries, *_registers(database))
    wiped = erase_file.wipe(database, done.needles)
    with database.read() as connection:
        elsewhere = mentions(connection, done.needles)
    return Erased(done.batch, done.removed, done.nameless, elsewhere, wiped, len(_copies(database)))


def _registers(database: Database) -> list[Path]:
    """Beside the data, and in the folder of the backups where there is one."""
    folder = places.backup_folder(database.file)
    return [erased.home(database), *([folder] if folder.is_dir() else [])]


def _copies(database: Database) -> list[Path]:
    """The copies that are known: the one from before the last upgrade, and the folder of the backups."""
    file = database.file
    beside = file.with_name(file.name + ".before-upgrade") if file is not None else None
    return [
        *([beside] if beside is not None and beside.exists() else []),
        *in_folder(places.backup_folder(file)),
    ]


@needs(ERASE)
def wipe_if_due(database: Database) -> bool:
    """Clean the file of what was erased, where that could not be done at once; whether anything was done."""
    return erase_file.is_due(database) and erase_file.wipe(database.whole, ())
