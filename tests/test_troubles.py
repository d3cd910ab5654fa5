"""A full disk, a folder that may not be written to, a busy database: one sentence, nothing half done."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crm_core.actions.keeping import back_up, check_database
from crm_core.actions.records import CellEdit, add_record, save_cells
from crm_core.actions.undo import undo_batch
from crm_core.errors import DatabaseTrouble
from crm_core.ledger.store import database as handle
from crm_core.ledger.store.schema import WRITE_LOCK
from tests.acting import DAY, created, everything, opened, write
from tests.uploads import PEOPLE, SALES, take_in, workbook

WHO: dict[str, Any] = {"who": "anna", "as_of": DAY}
MANY = [["Customer ID", "Name", "Note"], *([f"M{n}", f"Person {n}", "x" * 900] for n in range(4_000))]
is_root = pytest.mark.skipif(
    os.name == "nt" or os.geteuid() != 0, reason="only root may make a small disk or become nobody"
)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of that size, mounted for the time of the block."""
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=False)
    if made.returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


# A full disk --------------------------------------------------------------------------------------------------


def _import(database: Any) -> None:
    take_in(database, workbook(People=MANY))


def _backup(database: Any) -> None:
    back_up(database, database.file.parent / "copy.db")


def _edits(database: Any) -> None:
    for _ in range(3_000):
        add_record(database, "customer", {"name": "Ben", "note": "y" * 900}, **WHO)


@is_root
@pytest.mark.slow
@pytest.mark.parametrize("act", [_import, _backup, _edits], ids=["import", "backup", "edits"])
def test_a_full_disk_is_one_sentence_and_nothing_half_done(act: Any, tmp_path: Path) -> None:
    """Really full: the import or backup is not there at all; of single edits each is there whole or not at all. With
    room again all goes on."""
    with small_disk(tmp_path / "disk", "5m") as disk:
        with opened(f"sqlite:///{disk / 'r.db'}") as database:
            take_in(database, workbook(People=PEOPLE, Sales=SALES))
            (disk / "ballast").write_bytes(b"." * 200_000)
            if act is _backup:
                _fill_up(disk)
            before = everything(database)
            with pytest.raises(DatabaseTrouble) as said:
                act(database)
            assert "\n" not in str(said.value) and str(said.value).endswith(".")
            (disk / "ballast").unlink()
            (disk / "rest").unlink(missing_ok=True)
            if act is not _edits:
                assert everything(database) == before
        assert not [
            file for file in disk.iterdir() if file.name.startswith("copy.db") and "partial" not in file.name
        ]
        with opened(f"sqlite:///{disk / 'r.db'}") as database:
            assert check_database(database).findings == ()
            assert add_record(database, "customer", {"name": "Zoe"}, **WHO).saved == 1


def _fill_up(disk: Path) -> None:
    with (disk / "rest").open("wb", buffering=0) as rest:
        try:
            while rest.write(b"." * 4096):
                pass
        except OSError:
            return


LIMITED = """
import resource, sys
sys.path.insert(0, {root!r})
from crm_core.errors import DatabaseTrouble
from crm_core.ledger.store.database import open_database
from tests.acting import created, write
database = open_database({url!r})
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
try:
    write(database, created(customer=[{{"name": f"Person {{n}}", "note": "x" * 900}} for n in range(4_000)]))
except DatabaseTrouble as trouble:
    print(trouble)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no such limit on Windows")
def test_a_file_that_may_not_grow(sqlite_file: Path) -> None:
    """A quota of the system on the size of a file: the same sentence, and the state before."""
    url = f"sqlite:///{sqlite_file}"
    with opened(url) as database:
        take_in(database, workbook(People=PEOPLE))
        before = everything(database)
    code = LIMITED.format(root=str(Path(__file__).parents[1]), url=url)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    with opened(url) as database:
        assert everything(database) == before
        assert check_database(database).findings == ()
    assert "Nothing was saved" in told.stdout, told.stderr[-400:]


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    return tmp_path / "r.db"


# A place that may not be written to ---------------------------------------------------------------------------


def _as_nobody(url: str) -> str:
    """What somebody without any rights is told who opens this database and saves something; a process of their own."""
    read, write_end = os.pipe()
    process = os.fork()
    if process == 0:
        os.setgid(65534)
        os.setuid(65534)
        try:
            with opened(url) as database:
                write(database, created(customer=[{"name": "Ben"}]))
            said = "saved"
        except DatabaseTrouble as trouble:
            said = str(trouble)
        except BaseException as crash:  # noqa: BLE001 - told to the parent, which expects a sentence
            said = f"crashed: {crash!r}"
        os.write(write_end, said.encode())
        os._exit(0)
    os.close(write_end)
    os.waitpid(process, 0)
    with os.fdopen(read) as told:
        return told.read()


@is_root
@pytest.mark.parametrize("there", [True, False], ids=["a database", "no database yet"])
def test_a_read_only_folder_is_said(there: bool, tmp_path: Path) -> None:
    """Somebody who may read the folder and not write: one sentence, no crash; the file is as it was."""
    folder = tmp_path / "closed"
    folder.mkdir()
    url = f"sqlite:///{folder / 'r.db'}"
    if there:
        with opened(url) as database:
            write(database, created(customer=[{"name": "Anna"}]))
            before = everything(database)
    for one in (folder, *folder.parents):
        if one.stat().st_uid == 0 and one != Path("/") and "pytest" in str(one):
            one.chmod(0o755)
    said = _as_nobody(url)
    assert not said.startswith(("crashed", "saved")) and said.endswith("."), said
    if there:
        with opened(url) as database:
            assert everything(database) == before


# Busy ---------------------------------------------------------------------------------------------------------


@contextmanager
def _held(url: str) -> Iterator[None]:
    """Somebody else holds the lock of all writers."""
    engine = sa.create_engine(url)
    with engine.connect() as other:
        if engine.dialect.name == "sqlite":
            other.connection.driver_connection.isolation_level = None  # type: ignore[union-attr]
            other.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            other.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")
        yield
        other.rollback()
    engine.dispose()


ACTS = {
    "import": lambda database: take_in(database, workbook(People=[*PEOPLE, ["C3", "Cy", "", "", ""]])),
    "edit": lambda database: save_cells(database, [CellEdit("customer", 1, "note", None, "x")], **WHO),
    "new": lambda database: add_record(database, "customer", {"name": "Ben"}, **WHO),
    "undo": lambda database: undo_batch(database, 1, **WHO),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_busy_database_is_said(act: str, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time to wait (here a short one) one sentence; nothing is saved, and afterwards all goes on."""
    monkeypatch.setattr(handle, "BUSY_SECONDS", 1)
    with opened(database_url) as database:
        take_in(database, workbook(People=PEOPLE))
        before = everything(database)
        with (
            _held(database_url),
            pytest.raises(DatabaseTrouble, match=r"more than 30 seconds. Nothing was saved"),
        ):
            ACTS[act](database)
        assert everything(database) == before
        ACTS[act](database)
        assert check_database(database).findings == ()


def test_reading_goes_on_while_somebody_writes(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever only looks does not wait for a writer."""
    monkeypatch.setattr(handle, "BUSY_SECONDS", 1)
    with opened(database_url) as database:
        take_in(database, workbook(People=PEOPLE))
        with _held(database_url):
            assert len(everything(database)["customers"]) == 2
