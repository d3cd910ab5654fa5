"""Where copies are kept: the folder of the backups."""

import os
from pathlib import Path

FOLDER_VARIABLE = "REGULARS_BACKUPS"


def backup_folder(file: Path | None, chosen: str | None = None) -> Path:
    """The folder of the environment (REGULARS_BACKUPS), else the one that was set, else `backups` beside the data.

    `file`: the SQLite file; None for PostgreSQL, whose copies go where the program keeps its data.
    """
    given = os.environ.get(FOLDER_VARIABLE) or chosen
    if given:
        return Path(given).expanduser()
    home = file.parent if file is not None else Path(__file__).resolve().parents[3] / "data"
    return home / "backups"
