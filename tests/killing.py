"""Kill -9 for tests: a process of its own that is not let to its end."""

import multiprocessing
from collections.abc import Callable
from typing import Any

# Forked, where that is possible, from one that has imported the program already: a second less for each.
_WAY = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
MAKING: Any = multiprocessing.get_context(_WAY)
if _WAY == "forkserver":
    MAKING.set_forkserver_preload(["tests.kill_grounds"])


def killed(after: float, target: Callable[..., None], *arguments: Any) -> None:
    """Run it in a process and kill that so many seconds after it said that it began."""
    started = MAKING.Event()
    process = MAKING.Process(target=target, args=(started, *arguments))
    process.start()
    started.wait(60)
    process.join(after)
    process.kill()
    process.join()
