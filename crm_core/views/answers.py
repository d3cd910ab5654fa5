"""The last answers given, bounded in number and in size."""

import sys
from collections import OrderedDict
from dataclasses import fields, is_dataclass
from threading import Lock
from typing import Any

import pandas as pd

MOST_ANSWERS = 500
MOST_BYTES = 70_000_000
FEW_CELLS, A_CELL = (
    20_000,
    40,
)  # a frame of so few cells is taken for so many bytes a cell: to count them takes longer


class Answers:
    """The last answers given, bounded in number and in size; the longest unused one goes first."""

    def __init__(self, most: int = MOST_ANSWERS, most_bytes: int = MOST_BYTES) -> None:
        self.most, self.most_bytes, self.bytes = most, most_bytes, 0
        self._kept: OrderedDict[Any, tuple[Any, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Any) -> Any:
        """The answer kept for the key, or None."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def put(self, key: Any, answer: Any) -> None:
        size = weight(answer)
        if size > self.most_bytes:
            return
        with self._lock:
            self.bytes += size - self._kept.pop(key, (None, 0))[1]
            self._kept[key] = (answer, size)
            while len(self._kept) > self.most or self.bytes > self.most_bytes:
                self.bytes -= self._kept.popitem(last=False)[1][1]

    def __len__(self) -> int:
        return len(self._kept)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self.bytes = 0


def weight(value: Any) -> int:
    """About how many bytes a value holds: frames counted, the rest by the size of its text."""
    if isinstance(value, pd.DataFrame):
        if value.size < FEW_CELLS:
            return A_CELL * value.size
        return int(value.memory_usage(deep=True).sum())
    if is_dataclass(value) and not isinstance(value, type):
        return sum(weight(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, dict):
        return sum(map(weight, value.values()))
    if isinstance(value, tuple | list):
        return sys.getsizeof(value) + sum(map(weight, value))
    return sys.getsizeof(value)
