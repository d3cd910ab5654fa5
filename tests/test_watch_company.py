"""The settings of the company's sign-in: all of them or none, and refused at the start in one sentence."""

import os
import subprocess
import sys

import pytest
from conftest import ROOT, free_port

from crm_core.errors import InvalidInput
from crm_core.watch.company import CLIENT, COOKIE_SECRET, METADATA, NEEDED, ROLE, SECRET, is_set
from pages import _company
from tests.places import place

WHOLE = {CLIENT: "regulars", SECRET: "s", METADATA: "https://id.example/.well-known/openid-configuration"}


def test_nothing_is_no_company() -> None:
    """Neither without the variables nor with empty ones, as a compose file gives them."""
    assert not is_set({}) and not is_set(dict.fromkeys(NEEDED, ""))


def test_all_of_it_is_one() -> None:
    """With the optional ones as they are usual."""
    assert is_set(WHOLE) and is_set({**WHOLE, ROLE: "staff", COOKIE_SECRET: "x" * 32})


@pytest.mark.parametrize("left_out", NEEDED)
def test_half_a_setting_is_refused(left_out: str) -> None:
    """With the name of what is missing."""
    with pytest.raises(InvalidInput, match=f"by half: the environment lacks {left_out}"):
        is_set({**WHOLE, left_out: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [(METADATA, "id.example"), (ROLE, "manager"), (ROLE, "Staff"), (COOKIE_SECRET, "secret")],
)
def test_what_cannot_be_is_refused(name: str, value: str) -> None:
    """An address that is none, a role that newcomers cannot have, a secret that can be guessed."""
    with pytest.raises(InvalidInput, match=name):
        is_set({**WHOLE, name: value})


def test_pages_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """No button without it; by half it ends whoever starts the app without the command line."""
    for name in NEEDED:
        monkeypatch.delenv(name, raising=False)
    assert _company.secrets_at_start() is None and _company.way("/") is None
    monkeypatch.setenv(CLIENT, "regulars")
    with pytest.raises(SystemExit, match="by half"):
        _company.secrets_at_start()


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [["crm_core", "serve", "--port"], ["streamlit", "run", "app.py", "--server.port"]]
)
def test_the_server_ends_with_a_sentence(command: list[str], tmp_path) -> None:
    """On the console, with exit code 1, however it is started; no traceback."""
    told = {**os.environ, CLIENT: "regulars", "REGULARS_DATABASE_URL": place(tmp_path / "shop.db")}
    told = {name: value for name, value in told.items() if name not in (SECRET, METADATA)}
    ran = subprocess.run(
        [sys.executable, "-m", *command, str(free_port())], cwd=ROOT, env=told, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 1, ran
    said = [line for line in ran.stderr.splitlines() if line.strip()]
    assert len(said) == 1 and said[0].startswith("The company's sign-in is set up by half"), ran.stderr
