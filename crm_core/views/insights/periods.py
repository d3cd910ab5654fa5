"""The periods that managers compare: each with the period before it."""

from crm_core.ledger.profiles.periods import (
    DAYS,
    HISTORY,
    MONTHS,
    NAMES,
    QUARTERS,
    STANDARD,
    Period,
    history,
    label,
    period,
    year_before,
)

__all__ = [
    "DAYS",
    "HISTORY",
    "MONTHS",
    "NAMES",
    "QUARTERS",
    "STANDARD",
    "Period",
    "history",
    "label",
    "period",
    "year_before",
]
