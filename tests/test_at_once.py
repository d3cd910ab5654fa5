"""Answers leave at once: Python's own loop leaves it out for the sockets that the server makes."""

import asyncio
import asyncio.base_events as loops
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pages import _at_once


async def _of_an_answer() -> int:
    """TCP_NODELAY of a connection that came to a socket as Streamlit makes it."""
    told: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def come(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    listening = socket.socket(socket.AF_INET)
    listening.bind(("127.0.0.1", 0))
    async with await asyncio.start_server(come, sock=listening):
        _, writer = await asyncio.open_connection(*listening.getsockname())
        found = await told
        writer.close()
    return found


@pytest.fixture
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the loop calls is put back afterwards."""
    monkeypatch.setattr(loops, _at_once.TELLS, getattr(loops, _at_once.TELLS))


@pytest.mark.usefixtures("as_it_was")
def test_no_answer_waits_for_the_one_before() -> None:
    """Every new connection sends what it has."""
    _at_once.answer_at_once()
    assert asyncio.run(_of_an_answer())


def test_it_is_still_needed() -> None:
    """Without it the loop leaves such connections as they are; once this fails, it can go."""
    asked = "import asyncio; from tests import test_at_once as it; print(asyncio.run(it._of_an_answer()))"
    told = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "0"


def test_the_loop_has_what_is_replaced() -> None:
    """This Python still calls it that."""
    assert hasattr(loops, _at_once.TELLS)
