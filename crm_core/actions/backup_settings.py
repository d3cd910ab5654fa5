"""The settings of the daily backup, with how what was typed is checked."""

from collections.abc import Mapping
from pathlib import Path

from crm_core.actions.rule_settings import OFF, RuleSetting, clock
from crm_core.errors import InvalidInput

MOST = 1_000


def _folder(typed: str) -> str:
    """A whole path, since the program may be started anywhere; blank for the usual folder."""
    plain = typed.strip()
    if plain and not Path(plain).expanduser().is_absolute():
        raise InvalidInput(
            f"“{typed}” is no whole path of a folder. Give it like /var/backups/regulars, or blank."
        )
    return plain


def checked_keep(typed: str) -> str:
    """How many backups are kept, as a whole number from 1."""
    plain = typed.strip()
    if not (plain.isascii() and plain.isdigit() and 1 <= int(plain) <= MOST):
        raise InvalidInput(
            f"“{typed}” is no number of backups to keep. Give a whole number from 1 to {MOST:,}."
        )
    return str(int(plain))


BACKUP_SETTINGS = {
    one.name: one
    for one in (
        RuleSetting(
            "backup_at", "when `regulars serve` makes the daily backup, as HH:MM; off for never", "05:00", clock
        ),
        RuleSetting(
            "backup_folder", "the folder of the daily backups; blank: backups beside the data", "", _folder
        ),
        RuleSetting("backup_keep", "how many daily backups are kept", "7", checked_keep),
    )
}  # fmt: skip


def _held(known: Mapping[str, str | None], name: str) -> str:
    """The value as it is checked; one that makes no sense is the usual one."""
    declared, given = BACKUP_SETTINGS[name], known.get(name)
    try:
        return declared.usual if given is None else declared.check(given)
    except InvalidInput:
        return declared.usual


def backup_at(known: Mapping[str, str | None]) -> str | None:
    """When the daily backup is made, as HH:MM; None for never."""
    found = _held(known, "backup_at")
    return None if found == OFF[0] else found


def backup_place(known: Mapping[str, str | None]) -> tuple[str | None, int]:
    """The folder that was set (None: the usual one) and how many are kept."""
    return _held(known, "backup_folder") or None, int(_held(known, "backup_keep"))
