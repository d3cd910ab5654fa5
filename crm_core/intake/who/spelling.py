"""One person spelled in several ways: Anna Ode and ANNA  ODE, ab-1 and AB-1, Ann@x.com and ann@x.com."""

import pandas as pd

from crm_core.intake.stored import Stored


def small(texts: pd.Series) -> pd.Series:
    """Texts (missing stays missing) in small letters, doubled blanks as one: what two spellings share."""
    plain = texts.astype("str")
    if plain.str.contains(r"\s\s|[\t\n\r]", regex=True).any():
        plain = plain.str.replace(r"\s+", " ", regex=True)
    ascii_only = plain.str.lower()
    odd = plain.notna() & ~plain.str.fullmatch(r"[\x00-\x7f]*").fillna(True).astype(bool)
    return ascii_only.where(~odd, plain[odd].str.casefold().reindex(plain.index)) if odd.any() else ascii_only


def alike(asked: pd.Series, held: pd.Series, unclear: set[str] | None = None) -> pd.Series:
    """Ids (index: the asked text) of those that `held` (text → id) spells otherwise; where it has several, none.

    Names ("n:…") that several have are added to `unclear`.
    """
    if held.empty or asked.empty:
        return pd.Series(dtype="int64")
    names = pd.Series(held.index.to_numpy(), dtype="str")
    ours = pd.DataFrame({"ours": names, "id": held.to_numpy(), "key": small(names)})
    theirs = pd.DataFrame({"theirs": asked.to_numpy(), "key": small(asked).to_numpy()}).astype("str")
    met = theirs.merge(ours[ours["key"].isin(theirs["key"])], on="key")
    met = met[_may_be_one(met["theirs"], met["ours"])].drop_duplicates(["theirs", "id"])
    twice = met["theirs"].duplicated(keep=False)
    if unclear is not None:
        unclear |= set(met["theirs"][twice & met["theirs"].str.startswith("n:")])
    met = met[~twice]
    return pd.Series(met["id"].to_numpy(), index=met["theirs"].to_numpy()).astype("int64")


def first_spellings(asked: pd.Series) -> pd.Series:
    """For each asked text (its index) the first one that is the same but for its spelling, itself mostly."""
    texts = asked.astype("str").reset_index(drop=True)
    if small(texts).is_unique:
        return texts.set_axis(texts.to_numpy())
    first = texts.groupby(small(texts)).transform("first")
    return texts.where(~_may_be_one(texts, first), first).set_axis(texts.to_numpy())


def stored_alike(asked: pd.Series, column: str, stored: Stored) -> pd.DataFrame:
    """Stored customers whose `column` is one of the asked texts but for capitals."""
    spelt = asked[asked.str.lower() != asked.str.upper()]
    keys = small(spelt).unique()
    return stored.rows("customer", {f"{column}.lower": keys}) if len(keys) else pd.DataFrame()


def _may_be_one(texts: pd.Series, others: pd.Series) -> pd.Series:
    """Codes like 001Ab and 001aB may well be two: one of both spellings has to be in capitals, or small, throughout."""
    code = texts.str.startswith("c:") & (texts != others)
    even = pd.Series(False, index=texts.index)
    for side in (texts.str.extract(r"^..([^\x1f]*)")[0], others.str.extract(r"^..([^\x1f]*)")[0]):
        even |= (side == side.str.lower()) | (side == side.str.upper())
    return ~code | even
