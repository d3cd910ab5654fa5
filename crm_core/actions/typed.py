"""What a person typed into one field, as it is stored: read by the field's own parser, and checked by itself."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from crm_core.actions import checks
from crm_core.errors import InvalidInput
from crm_core.intake.clean.column import Reading, Trouble, parse
from crm_core.model.entities import Field


def reading_of(known: Mapping[str, str]) -> Reading:
    """How texts are read in this company: its country and currency."""
    return Reading(country=known.get("country"), currency=known.get("currency"))


def checked(entity: str, declared: Field, typed: Any, reading: Reading) -> Any:
    """The value, which also makes sense by itself (`checks.check_value`)."""
    value = _value(declared, typed, reading)
    checks.check_value(entity, declared, value)
    return value


def _value(declared: Field, typed: Any, reading: Reading) -> Any:
    text = text_of(typed)
    if text is None:
        if declared.required:
            raise InvalidInput(f"{declared.label} cannot be empty.")
        return None
    value = parse(declared, text, reading)
    if isinstance(value, Trouble):
        raise InvalidInput(f"{declared.label}: {value.message}")
    return value


def text_of(typed: Any) -> str | None:
    """What was typed as one text; None for nothing."""
    if typed is None or (not isinstance(typed, list | tuple) and pd.isna(typed)):
        return None
    if isinstance(typed, list | tuple):
        return ", ".join(str(part) for part in typed) or None
    if isinstance(typed, bool):
        return "yes" if typed else "no"
    return str(typed).strip() or None
