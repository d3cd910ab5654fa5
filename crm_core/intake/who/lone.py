"""People of whom only a name is stored, because purchases or contacts named them: who they are once a list says it."""

import pandas as pd

from crm_core.intake.stored import Stored
from crm_core.intake.who.spelling import small


def by_lone_name(rows: pd.DataFrame, unknown: pd.Index, stored: Stored) -> pd.Series:
    """Stored ids (index: those rows) of `unknown` rows whose name is stored alone.

    Certain only where one row of the file and one stored customer have that name, however it is spelled.
    """
    names = small(rows["name"].where(rows["named"])).dropna()
    once = names[~names.duplicated(keep=False)]
    asked = once[once.index.isin(unknown)]
    lone = stored.lone_names() if len(asked) else asked
    if lone.empty:
        return pd.Series(dtype="int64")
    lone = lone.assign(key=small(lone["name"]))
    lone = lone[lone["key"].isin(asked)]
    only = (
        lone[~lone["key"].isin(_several(lone, rows.loc[asked.index, "name"], stored))] if len(lone) else lone
    )
    found = asked.map(only.set_index("key")["id"]).dropna() if len(only) else asked[:0]
    return found.astype("int64")


def _several(lone: pd.DataFrame, spelled: pd.Series, stored: Stored) -> pd.Series:
    """The names that more than one stored customer has."""
    met = spelled[small(spelled).isin(lone["key"])]
    texts = pd.concat([lone["name"], met]).astype("str").unique()
    held = stored.rows("customer", {"name": texts, "name.lower": lone["key"].unique()})
    keys = held.drop_duplicates("id").assign(key=lambda people: small(people["name"]))["key"]
    return keys[keys.duplicated(keep=False)]
