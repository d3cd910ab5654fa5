"""What a word on a call list means that no dictionary knows: said once for all rows, and remembered."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from crm_core.errors import InvalidInput
from crm_core.intake.call_list_rows import NOTE_ONLY
from crm_core.intake.plan import SheetChoice
from crm_core.ledger.writing import existing
from crm_core.model.folding import fold
from crm_core.model.words import OUTCOMES

SETTING = "outcome_words"  # JSON: folded word → outcome
MEANINGS = (*OUTCOMES, NOTE_ONLY)


def known_words(connection: Any) -> dict[str, str]:
    """The words that somebody explained before."""
    return _read(existing.settings(connection).get(SETTING))


def _read(text: str | None) -> dict[str, str]:
    try:
        said = json.loads(text or "{}")
    except ValueError:
        return {}
    return (
        {word: meant for word, meant in said.items() if meant in MEANINGS} if isinstance(said, dict) else {}
    )


def choose_word(choices: Mapping[str, SheetChoice], word: str, meaning: str) -> dict[str, SheetChoice]:
    """Say what a word means on every call list of an upload; NOTE_ONLY: it is a note and no outcome."""
    if meaning not in MEANINGS:
        raise InvalidInput(f"“{meaning}” is no outcome. Choose one of: {', '.join(MEANINGS)}.")
    return {name: replace(one, words={**one.words, fold(word): meaning}) for name, one in choices.items()}


def said_in(choices: Mapping[str, SheetChoice]) -> dict[str, str]:
    """All that was said about words in an upload."""
    return {fold(word): meant for choice in choices.values() for word, meant in choice.words.items()}


def learnt(connection: Any, said: Mapping[str, str]) -> tuple[pd.DataFrame | None, list[tuple[Any, ...]]]:
    """(the setting to create, the cells to change) that keep these words for the next list."""
    rows = existing.rows_by_keys(connection, "setting", {"name": [SETTING]})
    before = str(rows["value"].iloc[0]) if len(rows) else None
    now = _read(before)
    if not said or {**now, **said} == now:
        return None, []
    after = json.dumps({**now, **said}, ensure_ascii=False)
    if before is None:
        return pd.DataFrame([{"id": -1, "name": SETTING, "value": after}]), []
    return None, [("setting", int(rows["id"].iloc[0]), "value", before, after)]
