"""What a plan may ask of the stored records. The ledger answers; a test answers with frames."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import pandas as pd


class Stored(Protocol):
    """The stored records, asked set-wise. Frames carry all columns of the entity's table unless it says otherwise."""

    def rows(self, entity: str, keys: Mapping[str, Iterable[Any]]) -> pd.DataFrame:
        """Rows whose column equals one of its keys, for any of the columns."""
        ...

    def known_lines(self, entity: str, keys: Sequence[int]) -> pd.DataFrame:
        """Which of these lines are known already (also when edited or removed by hand since): index source key.

        `batch`: the upload that stored the line, missing where a person removed it; `orphan`: its id where it has no
        customer.
        """
        ...

    def gone_lines(
        self, entity: str, named: Mapping[int, int], keys: Iterable[int], ids: Iterable[int]
    ) -> pd.DataFrame:
        """The other lines of the uploads (number → how many lines are named again) that are named by half at least.

        `keys`, `ids`: the source keys and ids of the lines that are named again.
        """
        ...

    def nobodys_lines(self, dates: Sequence[str]) -> pd.DataFrame:
        """Purchase lines of these days without a customer and without an order number."""
        ...

    def unnamed_lines(self, codes: Sequence[str]) -> pd.DataFrame:
        """Purchase lines with one of these product codes and no product's name or category: id and those columns."""
        ...

    def lone_names(self) -> pd.DataFrame:
        """Customers of whom nothing is known but a name: id, name."""
        ...

    def people(self, columns: Sequence[str]) -> pd.DataFrame:
        """All customers: id and these columns."""
        ...

    def edited_by_hand(self, entity: str, ids: Iterable[int]) -> set[tuple[int, str]]:
        """The cells (id, field) of these rows whose latest change came from a person, not from a file."""
        ...

    def former(self, ids: Iterable[int]) -> set[tuple[int, str, str]]:
        """What merges replaced at these customers: (id, field, value folded; of a phone its digits)."""
        ...

    def is_empty(self, entity: str) -> bool:
        """No record of the entity is stored."""
        ...
