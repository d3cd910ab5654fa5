"""Rows that share an e-mail or a phone with stored customers: certain with a similar name, doubtful otherwise."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from rapidfuzz import fuzz

from crm_core.intake.stored import Stored
from crm_core.model.folding import fold

CROWD = 20  # a phone that more people share is a switchboard's, and no evidence
SIMILAR_NAME = 80.0  # of 100, rapidfuzz token_sort_ratio of the folded names
Pairs = list[tuple[int, int, float, str]]


def by_contact(rows: pd.DataFrame, stored: Stored, pairs: Pairs) -> pd.Series:
    """Stored ids (index: those rows) by e-mail, then phone. What is likely and not certain is added to `pairs`."""
    found: dict[int, int] = {}
    for key in ("email_key", "phone_key"):
        asked = rows[rows[key].notna() & ~rows.index.isin(found)]
        held = _holders(asked, key, stored) if len(asked) else asked
        if len(held):
            found.update(_of_key(asked[asked[key].isin(held[key])], held, key, pairs))
    return pd.Series(found, dtype="int64")


def _holders(asked: pd.DataFrame, key: str, stored: Stored) -> pd.DataFrame:
    """Who is stored with one of the keys: key, id, name, code and whether the name was made up, the oldest first."""
    known = stored.rows("customer", _wanted(asked, key))
    if known.empty:
        return known
    values = known["email"].astype("str").str.lower() if key == "email_key" else known[key]
    keys = ("email", "phone", "code")
    made_up = pd.concat([known["name"] == known[column] for column in keys], axis=1).any(axis=1)
    held = known.assign(**{key: values, "made_up": made_up})
    return held[[key, "id", "name", "code", "made_up"]].sort_values("id", kind="stable")


def _wanted(asked: pd.DataFrame, key: str) -> dict[str, Iterable[Any]]:
    """What to ask for; the store has small letters for ASCII only, so ŁUCJA@… is asked for as it stands, too."""
    keys = asked[key].unique()
    if key != "email_key":
        return {key: keys}
    odd = asked.loc[~asked["email"].astype("str").str.fullmatch(r"[\x00-\x7f]*"), "email"].unique()
    return {"email.lower": keys, "email": odd} if len(odd) else {"email.lower": keys}


def _of_key(asked: pd.DataFrame, held: pd.DataFrame, key: str, pairs: Pairs) -> dict[int, int]:
    """Several people may share a key: the one of the same name is meant, else the one with the likest name."""
    mine = asked[[key, "name", "code", "named"]].reset_index(names="row")
    met = mine.astype({key: object}).merge(held, on=key, suffixes=("", "_held"))
    met["other"] = (
        met["code"].notna()
        & met["code_held"].notna()
        & (met["code"].astype("str") != met["code_held"].astype("str"))
    )
    equal = met["name"].astype("str") == met["name_held"].astype("str")
    alone = ~met.duplicated("row", keep=False) & ~met.duplicated("id", keep=False)
    met["plain"] = equal | (_nameless(met) & alone)
    plain = met[met["plain"] & ~met["other"]].drop_duplicates("row")
    found = dict(zip(plain["row"].astype(int), plain["id"].astype(int), strict=True))
    rest = met[~met["row"].isin(found)]
    for row, holders in rest[rest.groupby("row").cumcount() < CROWD].groupby("row"):
        _weigh(int(row), asked.loc[row], _likest(holders), key, found, pairs)
    return found


def _nameless(met: pd.DataFrame) -> pd.Series:
    """Where a side has no name of its own, only a code, e-mail or phone in its place: nothing speaks against it."""
    return met["made_up"].astype(bool) | ~met["named"].astype(bool)


def _likest(holders: pd.DataFrame) -> pd.Series:
    """The holder whose name is likest, one without another code before all."""
    likeness = [
        fuzz.token_sort_ratio(fold(str(mine)), fold(str(theirs)))
        for mine, theirs in zip(holders["name"], holders["name_held"], strict=True)
    ]
    weighed = holders.assign(likeness=likeness).sort_values(
        ["other", "likeness"], ascending=[True, False], kind="stable"
    )
    certain = weighed[(weighed["likeness"] >= SIMILAR_NAME) & ~weighed["other"]]
    return (
        certain if len(certain) else weighed.sort_values("likeness", ascending=False, kind="stable")
    ).iloc[0]


def _weigh(
    row: int, asked: pd.Series, held: pd.Series, key: str, found: dict[int, int], pairs: Pairs
) -> None:
    if held["likeness"] >= SIMILAR_NAME and not held["other"]:
        found[row] = int(held["id"])
    elif held["likeness"] >= SIMILAR_NAME or key == "email_key":
        evidence = f"same {shown(key, asked)}, names {asked['name']} and {held['name_held']}"
        pairs.append((row, int(held["id"]), held["likeness"] / 100, evidence))


def shown(key: str, row: pd.Series) -> str:
    """What two people share, in words."""
    return f"e-mail ({row['email']})" if key == "email_key" else f"phone ({row['phone']})"
