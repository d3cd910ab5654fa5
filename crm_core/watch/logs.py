"""What the program says of itself: one line of JSON an event, to stderr or to a file, and nothing personal in it.

A line holds what `say` is given by the names in SAID, and nothing else; of an exception its kind and the places in
the code, never its message, in which somebody's name may stand. What libraries log goes the same way: of it only the
name of the logger, the level and the place are kept.
"""

import json
import logging
import secrets
import sys
import threading
import traceback
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

from crm_core.errors import InvalidInput

LOGGER = "regulars"
SAID = (
    "account", "view", "page", "ms", "rows", "bytes", "reference", "kind", "where", "status", "count", "route",
    "how", "version", "name",
)  # fmt: skip
LEVELS = ("debug", "info", "warning", "error")
FILE_BYTES, FILES = 10_000_000, 5
KEPT = 50  # errors that the status page shows
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is taken for another when it is read out
MOST_PLACES = 4_000  # letters


@dataclass(frozen=True)
class Mishap:
    """An error that nobody had foreseen: by its reference a person names it."""

    reference: str
    at: datetime
    kind: str
    where: str
    page: str | None
    account: int | None


mishaps: deque[Mishap] = deque(maxlen=KEPT)
_logger = logging.getLogger(LOGGER)
_logger.addHandler(
    logging.NullHandler()
)  # where no log was begun, as on the command line, nothing is printed


def say(event: str, level: str = "info", **said: Any) -> None:
    """Log an event; `said`: by the names in SAID, numbers and words of ours alone."""
    _logger.log(getattr(logging, level.upper()), event, extra={"said": said})


def unexpected(
    trouble: BaseException, at: datetime, *, page: str | None = None, account: int | None = None
) -> str:
    """Log an error that nobody had foreseen; gives the reference that the person sees."""
    reference = "".join(secrets.choice(LETTERS) for _ in range(6))
    said = {"reference": reference, "page": page, "account": account}
    _logger.error("unexpected error", exc_info=trouble, extra={"said": said})
    last = places(trouble).rpartition(" | ")[2].rpartition(" < ")[2]
    mishaps.append(Mishap(reference, at, type(trouble).__name__, last, page, account))
    return reference


# Writing it down ------------------------------------------------------------------------------------------


def begin(file: str = "", level: str = "") -> None:
    """From here on this process logs so: to `file` (10 MB, five of them), else to stderr.

    `level`: one of LEVELS; else everything that matters to a file, and warnings to stderr. InvalidInput for a level
    that is none or a file that cannot be written.
    """
    wanted = (level or ("info" if file else "warning")).lower()
    if wanted not in LEVELS:
        raise InvalidInput(f"REGULARS_LOG_LEVEL says “{level}”. Give one of: {', '.join(LEVELS)}.")
    handler = _handler(file)
    handler.setFormatter(logging.Formatter("%(message)s"))
    handler.setLevel(wanted.upper())
    logging.setLogRecordFactory(_Record)
    logging.root.handlers[:] = [handler]
    _logger.setLevel(wanted.upper())
    for one in list(logging.root.manager.loggerDict.values()):
        if isinstance(one, logging.Logger):  # what has a handler of its own writes past the file
            one.handlers.clear()
            one.propagate = True
    sys.excepthook = _crashed
    threading.excepthook = lambda told: _crashed(told.exc_type, told.exc_value, told.exc_traceback)


def _handler(file: str) -> logging.Handler:
    if not file:
        return logging.StreamHandler(sys.stderr)
    try:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        return RotatingFileHandler(file, maxBytes=FILE_BYTES, backupCount=FILES - 1, encoding="utf-8")
    except OSError as trouble:
        raise InvalidInput(
            f"The log {file} cannot be written ({trouble.strerror}). Name another file in REGULARS_LOG_FILE, or none."
        ) from None


def _crashed(kind: type[BaseException], trouble: BaseException | None, _: TracebackType | None) -> None:
    if trouble is not None and not issubclass(kind, KeyboardInterrupt | SystemExit):
        _logger.error("crash", exc_info=trouble)


class _Record(logging.LogRecord):
    """A record that says no more than may be said, whichever handler writes it: its message is the line of JSON."""

    said: Mapping[str, Any] = {}

    def getMessage(self) -> str:
        moment = datetime.fromtimestamp(self.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": moment.replace("+00:00", "Z"), "level": self.levelname.lower(), **self._told()}
        return json.dumps(line, ensure_ascii=False)

    def _told(self) -> dict[str, Any]:
        if self.name == LOGGER:
            told = {
                "event": self.msg,
                **{name: self.said[name] for name in SAID if self.said.get(name) is not None},
            }
        else:
            told = {"event": "library", "name": self.name, "where": f"{self.module}:{self.lineno}"}
        if self.trouble is not None:
            told |= {"kind": type(self.trouble).__name__, "where": places(self.trouble)}
        return told

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.trouble = self.exc_info[1] if isinstance(self.exc_info, tuple) else None
        self.args = self.exc_info = self.stack_info = None  # a formatter would write them out in full


def places(trouble: BaseException) -> str:
    """Where it happened, the cause first: places in the code from outside to inside; no message, no value."""
    chain = (trouble.__cause__ or trouble.__context__, trouble)
    return " | ".join(_steps(one) for one in chain if one is not None)[-MOST_PLACES:]


def _steps(trouble: BaseException) -> str:
    steps = (
        f"{'/'.join(Path(step.filename).parts[-2:])}:{step.lineno} {step.name}"
        for step in traceback.extract_tb(trouble.__traceback__)
    )
    return f"{type(trouble).__name__}: {' < '.join(steps)}"
