"""Kill -9 for tests: a process of its own that is not let to its end."""

import multiprocessing
from collections.abc import Callable
from typing import Any


def killed(after: float, target: Callable[..., None], *arguments: Any) -> None:
    """Run it in a process and kill that so many seconds after it said that it began."""
    spawning = multiprocessing.get_context("spawn")
    started = spawning.Event()
    process = spawning.Process(target=target, args=(started, *arguments))
    process.start()
    started.wait(60)
    process.join(after)
    process.kill()
    process.join()
