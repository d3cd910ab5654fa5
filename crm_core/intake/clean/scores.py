"""Scores as people write them: "4/5", "8 of 10", "★★★★☆", "80 %" are a score and the best score there is."""

import re
import unicodedata

import pandas as pd

from crm_core.model.folding import fold

_STAR, _DARK, _EMPTY = "★⭐✭✮🌟*", "★⭐🌟*", "☆✩"
_NUMBER = r"\d+(?:[.,]\d+)?"
# What stands between a score and the best one, in the languages of the dictionaries.
_OF = r"/|out of|of|von|z|na|sur|de(?: un total de)?|sa|mula sa|allan o|o|จาก|\bเต็ม\b|滿分|满分|／"
_RATIO = re.compile(rf"({_NUMBER})\s*(?:{_OF})\s*({_NUMBER})", re.IGNORECASE)
_PERCENT = re.compile(rf"({_NUMBER})\s*[%％]")
_STARS = re.compile(
    rf"({_NUMBER})\s*(?:[{re.escape(_STAR)}]|stars?|sterne?|gwiazd\w*|etoiles?|estrellas?|bituin|seren|sêr|ดาว|星)",
    re.IGNORECASE,
)
_ROW_OF_STARS = re.compile(rf"[{re.escape(_DARK)}]*[{_EMPTY}]*")
OF_STARS = 5
_LOOKED_AT = 300


def read_score(text: str) -> tuple[str, float] | None:
    """The score as written and the best one; None where the cell does not say of how many."""
    plain = unicodedata.normalize("NFKC", text).replace("\ufe0f", "").strip()
    stars = plain.replace(" ", "")
    if stars and _ROW_OF_STARS.fullmatch(stars):
        return str(sum(sign in _DARK for sign in stars)), float(max(len(stars), OF_STARS))
    if ratio := _RATIO.fullmatch(plain):
        return ratio[1], float(ratio[2].replace(",", "."))
    if percent := _PERCENT.fullmatch(plain):
        return percent[1], 100.0
    counted = _STARS.fullmatch(plain) or _STARS.fullmatch(fold(plain))
    return (counted[1], float(OF_STARS)) if counted else None


def are_scores(cells: pd.Series) -> bool:
    """Whether nearly all of a column's texts are numbers or say of how many they are."""
    texts = cells.dropna().drop_duplicates().head(_LOOKED_AT).tolist()
    fits = sum(
        re.fullmatch(_NUMBER, text.strip()) is not None or read_score(text) is not None for text in texts
    )
    return bool(texts) and fits >= 0.8 * len(texts)


def split_scores(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The scores as text to be read as numbers, and the best score of each (float64, missing where it is not said)."""
    said = {text: read_score(text) for text in cells.dropna().unique()}
    scores = cells.map({text: found[0] if found else text for text, found in said.items()})
    best = cells.map({text: found[1] for text, found in said.items() if found})
    return scores.astype("str"), best.astype("float64")


def best_scores(scores: pd.Series, said: pd.Series, given: pd.Series | None) -> pd.Series:
    """The best score of each row, float64: as a column of its own gives it, as its cell says it, as all other cells
    say it; else 10 or 100 where the scores go beyond 5 or 10, missing where they do not."""
    found = said if given is None else given.astype("float64").fillna(said)
    most, told = scores[found.isna()].max(), found.dropna().unique()
    usual = 100.0 if most > 10 else 10.0 if most > 5 else float("nan")
    usual = float(told[0]) if len(told) == 1 and most <= told[0] else usual
    return found.fillna(usual).where(scores.notna())
