"""Colleagues and plays from the command line."""

from pathlib import Path

import pytest
from test_cli import Shell, run

__all__ = ["run"]


def test_colleagues(run: Shell) -> None:
    """Somebody new, somebody away; the list says what they can and until when they are away."""
    made = run.json(
        "colleague", "add", "Maya", "--skills", "beans, tasting", "--languages", "German", "--capacity", "12"
    )
    assert made["colleagues"] == [
        {
            "name": "Maya",
            "capacity": 12,
            "skills": "beans, tasting",
            "languages": "German",
            "email": None,
            "away_until": None,
        }
    ]
    away = ("--from", "2026-01-05", "--to", "2026-01-07", "--as-of", "2026-01-06")
    assert run.json("colleague", "absent", "maya", *away)["colleagues"][0]["away_until"] == "2026-01-07"
    assert run.json("colleague", "list", "--as-of", "2026-01-08")["colleagues"][0]["away_until"] is None


def test_refusals(run: Shell) -> None:
    """A colleague twice, one whom nobody knows, an absence that ends before it begins: one sentence each."""
    run.json("colleague", "add", "Maya")
    for words, said in (
        (("add", "Maya"), "Maya"),
        (("absent", "Zoe", "--from", "2026-01-05", "--to", "2026-01-07"), "Zoe"),
        (("absent", "Maya", "--from", "2026-01-05", "--to", "2026-01-01"), "2026-01-01"),
    ):
        code, _, error = run("colleague", *words)
        assert code == 1 and said in error


@pytest.mark.parametrize("name", ["birthday", "holiday"])
def test_plays(run: Shell, name: str, tmp_path: Path) -> None:
    """Every play with what it is for, whether it runs, and what is wrong with it."""
    found = {one["name"]: one for one in run.json("play", "list", "--as-of", "2026-01-05")["plays"]}
    assert found[name]["runs"] == (name == "birthday")
    code, out, _ = run("play", "list")
    assert code == 0 and "birthday: Birthday." in out and "holiday (not in use)" in out
