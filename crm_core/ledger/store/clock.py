"""The machine's own stamps: the one place that asks what time it is, for the journal only."""

from datetime import UTC, datetime


def stamp() -> str:
    """Now in UTC as ISO text to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
