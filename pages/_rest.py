"""When what is worked out from everything was brought up to date by this process, and how long that rests now."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from crm_core.actions.opening import Database
from crm_core.views.cache import SWEEP

OFTEN = 20  # times what it took
AT_LEAST = 240.0  # seconds


class Rest:
    """`began`, `ended` (monotonic seconds) of the last time, and `sweep`: behind which upload or the like it is not."""

    def __init__(self) -> None:
        self.began = self.ended = time.monotonic()
        self.sweep = -1

    @contextmanager
    def measured(self, database: Database) -> Iterator[None]:
        """Around the work itself."""
        began, sweep = time.monotonic(), database.whole.revisions().get(SWEEP, 0)
        yield
        self.began, self.ended, self.sweep = began, time.monotonic(), sweep

    def is_over(self) -> bool:
        """Whether it may be done again for single records that changed."""
        return time.monotonic() - self.ended > max(OFTEN * (self.ended - self.began), AT_LEAST)


RESTS: defaultdict[str, Rest] = defaultdict(Rest)  # by address of the database
