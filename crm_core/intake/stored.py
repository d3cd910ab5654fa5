"""What a plan may ask of the stored records. The ledger answers; a test answers with frames."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import pandas as pd


class Stored(Protocol):
    """The stored records, asked set-wise. Frames carry all columns of the entity's table."""

    def rows(self, entity: str, keys: Mapping[str, Iterable[Any]]) -> pd.DataFrame:
        """Rows whose column equals one of its keys, for any of the columns."""
        ...

    def source_keys(self, entity: str, keys: Iterable[int]) -> set[int]:
        """Which of these lines are known already (also when edited or removed by hand since)."""
        ...

    def edited_by_hand(self, entity: str, ids: Iterable[int]) -> set[tuple[int, str]]:
        """The cells (id, field) of these rows whose latest change came from a person, not from a file."""
        ...

    def is_empty(self, entity: str) -> bool:
        """No record of the entity is stored."""
        ...
