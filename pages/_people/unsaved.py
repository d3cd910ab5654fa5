"""Beside the grid of customers: what waits to be saved, what was refused and why, what somebody else changed."""

from pages._grid import unsaved
from pages._parts import Desk
from pages._people.page_of_people import GRID


def buttons(desk: Desk) -> None:
    """How much waits, [Save] and [Discard]; nothing where nothing waits."""
    unsaved.buttons(desk, GRID)


def waiting(desk: Desk) -> None:
    """The drafts as they were read, before they are saved."""
    unsaved.waiting(desk, GRID)


def outcome(desk: Desk) -> None:
    """What the last save, removal or undo did."""
    unsaved.outcome(desk, GRID)
