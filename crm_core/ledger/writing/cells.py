"""Single cells as the journal keeps them: any value as JSON text, and when two values are the same."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

EXTRA = "extra."


def decoded(value: Any) -> Any:
    """A plain Python value that a driver takes: numpy scalars unwrapped, missing as None, a date as ISO text."""
    if value is None or (not isinstance(value, list | tuple) and pd.isna(value)):
        return None
    if isinstance(value, date):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value


def encoded(value: Any) -> str | None:
    """JSON text of a value; None stays None."""
    plain = decoded(value)
    return None if plain is None else json.dumps(plain, ensure_ascii=False)


def from_text(text: str | None) -> Any:
    """The value behind `encoded`."""
    return None if text is None else json.loads(text)


def same_value(left: Any, right: Any) -> bool:
    """Equal as stored values: missing equals missing and the empty text, 3 equals 3.0."""
    left, right = decoded(left), decoded(right)
    return (left if left != "" else None) == (right if right != "" else None)


def cell_of(row: Mapping[str, Any], name: str) -> Any:
    """The stored value of a row's column, or of an extra field named `extra.<header>`."""
    if name.startswith(EXTRA):
        return json.loads(row["extra"] or "{}").get(name.removeprefix(EXTRA))
    return row[name]
