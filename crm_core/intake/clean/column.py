"""A column of cells becomes a column of values; what cannot be taken becomes a problem with its row."""

from dataclasses import replace
from typing import Any

import pandas as pd

from crm_core.intake.clean.choices import read_choice
from crm_core.intake.clean.contact import read_email
from crm_core.intake.clean.countries import country_of
from crm_core.intake.clean.dates import read_date
from crm_core.intake.clean.numbers import read_integer, read_money, read_number
from crm_core.intake.clean.parts import Cleaned, Reading, Trouble, begin, end
from crm_core.intake.clean.phones import read_phone, read_phones_by_country
from crm_core.intake.clean.text import read_code, read_tags, read_text
from crm_core.intake.clean.times import read_time
from crm_core.model.entities import Field, Kind

__all__ = [
    "Cleaned", "Reading", "Trouble", "country_of", "parse", "read_column", "read_phones_by_country",
]  # fmt: skip

USUAL = Reading()
_READERS: dict[Kind, Any] = {
    Kind.TEXT: read_text,
    Kind.CODE: read_code,
    Kind.NAME: read_text,
    Kind.PLACE: read_text,
    Kind.NOTE: read_text,
    Kind.REFERENCE: read_code,  # by the other record's code; the plan finds its id
    Kind.EMAIL: read_email,
    Kind.PHONE: read_phone,
    Kind.DATE: read_date,
    Kind.MOMENT: read_date,
    Kind.TIME: read_time,
    Kind.MONEY: read_money,
    Kind.NUMBER: read_number,
    Kind.INTEGER: read_integer,
    Kind.CHOICE: read_choice,
    Kind.YESNO: read_choice,
    Kind.TAGS: read_tags,
}
# In these kinds a word like NULL may be somebody's name, and one like 無 or "na" a plain no.
_TEXTS = {Kind.NAME, Kind.PLACE, Kind.CODE, Kind.REFERENCE, Kind.TEXT, Kind.NOTE, Kind.TAGS}
_WORDS_MAY_BE_VALUES = frozenset(_TEXTS | {Kind.YESNO, Kind.CHOICE})


def read_column(field: Field, cells: pd.Series, reading: Reading = USUAL) -> Cleaned:
    """`cells` (text, NaN = blank) as driver-ready values of `field` on the same index.

    Money is `Int64` in ten-thousandths, numbers `float64`, whole numbers `Int64`, all else `str` (dates `YYYY-MM-DD`).
    `reading` is what is known beforehand; the one that comes back says what the whole column showed.
    """
    part = begin(cells, replace(reading, doubt=None), worded=field.kind not in _WORDS_MAY_BE_VALUES)
    _READERS[field.kind](part, field=field)
    return end(part, cells)


def parse(kind: Field | Kind, cell: str, reading: Reading = USUAL) -> Any:
    """One cell's value; None where it is blank, `Trouble` with a sentence where it cannot be taken."""
    field = kind if isinstance(kind, Field) else Field("cell", kind, "Cell")
    cleaned = read_column(field, pd.Series([cell], dtype="str"), reading)
    value = cleaned.values.iloc[0]
    plain = None if pd.isna(value) else value.item() if hasattr(value, "item") else value
    if len(cleaned.problems):
        return Trouble(cleaned.problems["message"].iloc[0], plain)
    return plain
