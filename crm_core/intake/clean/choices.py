"""Closed lists and yes/no in many languages: the one that knows most of the column's words decides."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from crm_core.intake import lexicon
from crm_core.intake.clean.parts import Part, Trouble, distinct, patch
from crm_core.intake.clean.text import nothing
from crm_core.model.entities import Field, Kind
from crm_core.model.folding import fold
from crm_core.model.words import (
    ABOUT,
    ASKED,
    CASE_STATES,
    CASE_TYPES,
    CHANNELS,
    INTERACTION_TYPES,
    LINE_STATUS,
    MOMENTS,
    NEEDS,
    OUTCOMES,
    SEXES,
    STAGES,
    WHY_NOT,
)

# The list of words in the dictionaries by what may be chosen; other choice fields know their own words only.
TOPICS = {
    SEXES: "sex",
    LINE_STATUS: "status",
    INTERACTION_TYPES: "type",
    CHANNELS: "channel",
    OUTCOMES: "outcome",
    STAGES: "stage",
    NEEDS: "need",
    CASE_TYPES: "case-type",
    CASE_STATES: "case-state",
    ABOUT: "about",
    ASKED: "asked",
    WHY_NOT: "why_not",
    MOMENTS: "moment",
}
_UNKNOWN = frozenset(
    map(
        fold,
        (
            "unknown",
            "null",
            "none",
            "nan",
            "nil",
            "?",
            "not known",
            "nie wiem",
            "nieznany",
            "未知",
            "不明",
            "不詳",
            "ไม่ทราบ",
            "unbekannt",
            "inconnu",
            "desconocido",
        ),
    )
)


def read_choice(part: Part, field: Field, **_: Any) -> None:
    """Each cell as the English word of its list; a word that nobody knows is a trouble."""
    topic = topic_of(field)
    allowed = ("yes", "no") if field.kind is Kind.YESNO else field.choices
    known = words_for(topic, allowed, distinct(part.texts, 500))
    everything = part.texts.is_valid()
    part.values = patch(part, nothing(part.texts), everything, lambda text: _word(text, known, allowed))


def topic_of(field: Field) -> str:
    """The list of words of a field; "" where it has none but its own."""
    return "yesno" if field.kind is Kind.YESNO else TOPICS.get(field.choices, "")


def words_for(topic: str, allowed: tuple[str, ...], seen: list[str]) -> Mapping[str, str]:
    """Folded word → choice. A word that means different things (M: male, or mujer) follows the column's language."""
    folded = {fold(text) for text in seen}
    lists = lexicon.value_words(topic) if topic else {}
    ranked = sorted(lists.values(), key=lambda words: -len(folded & words.keys()))
    merged = {fold(choice): choice for choice in allowed}
    for words in ranked:
        merged = {**words, **merged}
    return {word: choice for word, choice in merged.items() if choice in allowed}


def _word(text: str, known: Mapping[str, str], allowed: tuple[str, ...]) -> str | Trouble | None:
    plain = fold(text).rstrip(".!")
    found = known.get(fold(text)) or known.get(plain)
    if found is None and plain in _UNKNOWN:
        return None
    return found or Trouble(f"“{text}” is none of: {', '.join(allowed)}.")


CALLED_OFF = ("cancelled", "returned")
_ASKING = ("is", "was", "jest", "ist", "est", "es")


def ticked_word(topic: str, header: str) -> str | None:
    """The word that a header says of the rows ticked under it ("Cancelled?", "storniert"); None where it is none."""
    spelt = [word for word in lexicon.words(header) if word not in _ASKING]
    known = (words.get(" ".join(spelt)) for words in lexicon.value_words(topic).values())
    return next((word for word in known if word in CALLED_OFF), None)


def tick_meant(field: Field, header: str, cells: pd.Series) -> pd.Series:
    """`cells` of a status column with nothing but yes and no: the header's word for yes, a blank for no."""
    word = ticked_word("status", header) if field.name == "status" else None
    seen = cells.str.strip().dropna().unique().tolist() if word else []
    if not seen or len(seen) > 10 or share_known("yesno", seen) < 1:
        return cells
    known = words_for("yesno", ("yes", "no"), seen)
    yes = [text for text in seen if known.get(fold(text)) == "yes"]
    return pd.Series(word, index=cells.index, dtype="str").where(cells.str.strip().isin(yes))


def share_known(topic: str, seen: list[str]) -> float:
    """Which part of the distinct texts one language's list knows, at best."""
    folded = {fold(text) for text in seen}
    best = max(len(folded & words.keys()) for words in lexicon.value_words(topic).values())
    return best / len(folded) if folded else 0.0
