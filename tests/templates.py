"""Shops that take long to fill are filled once, and copied for every further test that begins with the same one."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import make_url

from tests import places

_made: dict[
    tuple[str, str], str
] = {}  # by name and kind of database: the file, or the database on PostgreSQL
_asked: set[tuple[str, str]] = set()
_folder: list[Path] = []


def once(name: str, url: str, fill: Callable[[str], None]) -> None:
    """Fill the empty database at this address as `fill(address)` does, which leaves nothing open."""
    address = make_url(url)
    kind = address.get_backend_name()
    if (name, kind) in _made:
        _copy(_made[name, kind], kind, str(address.database))
        return
    fill(url)
    _made[name, kind] = _kept(kind, str(address.database))


def from_the_second_time(name: str, url: str, fill: Callable[[str], None]) -> None:
    """The same for what may be wanted a single time: nothing is kept of the first one."""
    kind = make_url(url).get_backend_name()
    if (name, kind) in _asked:
        once(name, url, fill)
    else:
        _asked.add((name, kind))
        fill(url)


def _kept(kind: str, database: str) -> str:
    if kind == "postgresql":
        return places.postgres().make(database)
    if not _folder:
        _folder.append(Path(tempfile.mkdtemp(prefix="regulars-templates-")))
        atexit.register(shutil.rmtree, _folder[0], ignore_errors=True)
    return str(shutil.copy(database, _folder[0] / f"{len(_made)}.db"))


def _copy(template: str, kind: str, database: str) -> None:
    if kind == "postgresql":
        server = places.postgres()
        server.drop(database)
        server.run(f"CREATE DATABASE {database} TEMPLATE {template}")
    else:
        shutil.copy(template, database)
