"""A frame's rows as plain dictionaries, for what has to be said person by person."""

from typing import Any

import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as dictionaries by column; missing is None or NaN. Several times faster than `to_dict`."""
    names = list(frame.columns)
    columns = [frame[name].to_numpy(dtype=object, na_value=None) for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
