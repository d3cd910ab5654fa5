"""Whom a row points to, as one text: by code, e-mail, phone or name, whichever it gives first."""

import pandas as pd

from crm_core.model.folding import phone_key

REFERENCE_PREFIX = "customer."

# In this order a reference is taken; the letter keeps a code "7" apart from a name "7".
WAYS = (
    ("customer", "c"),
    ("customer.code", "c"),
    ("customer.email", "e"),
    ("customer.phone", "p"),
    ("customer.name", "n"),
)


def identities(frame: pd.DataFrame) -> pd.Series:
    """For each row who it points to, as text: "c:" code, "e:" e-mail, "p:" phone, "n:" name; missing: nobody."""
    found = pd.Series(None, index=frame.index, dtype="str")
    for column, letter in WAYS:
        if column in frame:
            way = "n" if letter == "c" and _are_names(frame[column]) else letter
            told = phone_key(frame[column]) if letter == "p" else frame[column]
            text = (way + ":") + told.astype("str")
            found = found.where(found.notna() | told.isna(), text)
    given = [REFERENCE_PREFIX + name for name in ("given_name", "family_name")]
    if all(column in frame for column in given):
        joined = "n:" + frame[given[0]].fillna("") + " " + frame[given[1]].fillna("")
        found = found.where(
            found.notna() | (frame[given[0]].isna() & frame[given[1]].isna()), joined.str.strip()
        )
    return found


def _are_names(values: pd.Series) -> bool:
    """A column of codes is full of digits; a column of names has words with spaces and none."""
    distinct = pd.Series(values.dropna().unique()[:2000]).astype("str")
    if distinct.empty:
        return False
    return bool(distinct.str.fullmatch(r"\D*\S\s\D*").mean() > 0.5)
