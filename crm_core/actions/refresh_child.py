"""The process that works out forecasts, movement and products beside a server; started by `refresh.refresh_apart`."""

import json
import os
import sys
from datetime import date
from typing import Any

from crm_core.actions.opening import database_url, open_at
from crm_core.actions.refresh import refresh_all
from crm_core.errors import RegularsError

NICE = 5  # whoever clicks comes first


def main(day: str) -> int:
    """0 when everything is of that day; a line of JSON for each step, the last one with what was refused."""
    if hasattr(os, "nice"):
        os.nice(NICE)
    try:
        database = open_at(database_url())
        refresh_all(database, as_of=date.fromisoformat(day), progress=_told)
    except RegularsError as refusal:
        _say(refused=str(refusal))
        return 1
    return 0


def _told(said: str, share: float) -> None:
    _say(said=said, share=share)


def _say(**words: Any) -> None:
    print(json.dumps(words), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
