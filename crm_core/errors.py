"""What Regulars refuses, as one small tree.

    RegularsError                  base: one sentence that names the thing, what was found and the way out
    ├── UnreadableFile             a file that cannot be read as a workbook
    ├── InvalidInput               an option, value or mapping that makes no sense here
    ├── NotFound                   a record, upload or sheet that is not there
    ├── NotAllowed                 something this person or this address may not do
    ├── StaleView                  somebody else changed the data meanwhile
    └── DatabaseTrouble            the database cannot be opened, is locked or full

Problems in the data (a date that is no date, on row 11) are values, `model.changes.Problem`; only refusals are raised.
"""


class RegularsError(Exception):
    """Base of all refusals; `str(error)` is the sentence a person reads."""


class UnreadableFile(RegularsError):
    """A file that cannot be read as a workbook."""


class InvalidInput(RegularsError):
    """An option, a value or a mapping that makes no sense here."""


class NotFound(RegularsError):
    """A record, an upload or a sheet that is not there."""


class NotAllowed(RegularsError):
    """Something that this person or this address may not do."""


class StaleView(RegularsError):
    """Somebody else changed the data meanwhile."""


class DatabaseTrouble(RegularsError):
    """The database cannot be opened, is locked, full or newer than this program."""
