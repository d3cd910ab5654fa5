"""What callers write under Outcome: our words, other languages, slips of the pen, and words with more behind them."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from crm_core.intake.clean.choices import words_for
from crm_core.model.folding import fold
from crm_core.model.words import OUTCOMES, WHY_NOT

NOTE_ONLY = "note"  # what a word may be said to mean: nothing came of it, the words are a note
ALIKE = 0.88  # of a word with a slip of the pen
SENTENCE = 3  # so many words say more than the outcome that they were explained to mean
NOT_INTERESTED, LEAVE_ALONE = "not interested", "do not contact"
_PARTS = re.compile(r"[,;:/|(\n]+|\s[-–—]+\s|[–—]|\.\s")  # "no answer, try Tuesday", "not interested (price)"


@dataclass(frozen=True)
class Told:
    """What a cell says: an outcome (NOTE_ONLY, None where nobody knows), and what stands behind it."""

    outcome: str | None
    more: str = ""


def take_outcomes(frame: pd.DataFrame, words: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    """Make outcomes of the words; gives those that nobody knows with their rows. What stands behind one is a note."""
    frame["typed"] = frame["outcome"]
    texts = frame["typed"].dropna()
    seen = texts.unique().tolist()
    lists = {fold(word): outcome for word, outcome in words.items()}, words_for("outcome", OUTCOMES, seen)
    meant = {text: _told(text, *lists) for text in seen}
    outcomes = [meant[text].outcome if isinstance(text, str) else None for text in frame["typed"]]
    frame["outcome"] = pd.Series(outcomes, frame.index, dtype=object)
    for row, text in texts.items():
        _put_aside(frame, row, meant[text])
    unknown = [text for text in seen if meant[text].outcome is None]
    return {text: tuple(map(int, texts.index[texts == text])) for text in unknown}


def _put_aside(frame: pd.DataFrame, row: object, told: Told) -> None:
    """Words behind an outcome go to the note; the usual reasons also where reasons stand."""
    if told.outcome == NOTE_ONLY:
        more = frame.at[row, "typed"]
        frame.at[row, "outcome"] = frame.at[row, "typed"] = None
    else:
        more = told.more
    if not more:
        return
    said = (frame.at[row, "note"], more)
    frame.at[row, "note"] = ". ".join(filter(None, dict.fromkeys(said)))
    reason = words_for("why_not", WHY_NOT, []).get(fold(more))
    if told.outcome == NOT_INTERESTED and reason and not frame.at[row, "reason"]:
        frame.at[row, "reason"] = reason


def outcome_of(text: str, words: Mapping[str, str], seen: list[str]) -> str | None:
    """One of OUTCOMES, or NOTE_ONLY where somebody said so; None where nobody knows the word."""
    said = {fold(word): outcome for word, outcome in words.items()}
    return _told(text, said, words_for("outcome", OUTCOMES, seen)).outcome


def _told(text: str, said: Mapping[str, str], lists: Mapping[str, str]) -> Told:
    found = said.get(fold(text)) or said.get(_plain(text))
    if found:
        return Told(found, text if len(text.split()) >= SENTENCE and _known(text, lists) is None else "")
    whole = _known(text, lists)
    return Told(whole) if whole else _first(text, said, lists)


def _first(text: str, said: Mapping[str, str], lists: Mapping[str, str]) -> Told:
    """An outcome with more behind it; where that is another outcome, nobody can say which one holds."""
    head, *rest = [part.strip(" )") for part in _PARTS.split(text)]
    outcome = said.get(_plain(head)) or _known(head, lists)
    others = {said.get(_plain(part)) or _known(part, lists) for part in rest if part}
    if not rest or outcome in (None, NOTE_ONLY) or others - {None, outcome}:
        return Told(None)
    sign = _PARTS.search(text)
    assert sign is not None
    return Told(
        outcome, text[sign.end() :].strip(" -–—") if "(" not in sign[0] else text[sign.end() :].strip(" )")
    )


def _known(text: str, lists: Mapping[str, str]) -> str | None:
    plain = _plain(text)
    spaced = re.sub(r"[-_]", " ", plain)
    return lists.get(fold(text)) or lists.get(plain) or lists.get(spaced) or _slip(plain, lists)


def _plain(text: str) -> str:
    return fold(text).strip(" .!?:;")


def _slip(plain: str, lists: Mapping[str, str]) -> str | None:
    """A word with a slip of the pen inside: an ending may mean another word, and a word less has lost its "not"."""
    if len(plain) < 5:
        return None
    count = len(plain.split())
    near = difflib.get_close_matches(plain, [word for word in lists if len(word.split()) == count], 3, ALIKE)
    meant = {lists[word] for word in near if (word[0], word[-1]) == (plain[0], plain[-1])}
    return meant.pop() if len(meant) == 1 else None


def asks_for_quiet(note: str) -> bool:
    """Whether a note says in so many words that somebody wants to be left alone."""
    text, lists = f" {fold(note)} ", words_for("outcome", OUTCOMES, [])
    return any(
        f" {word} " in re.sub(r"[^\w']+", " ", text)
        for word, outcome in lists.items()
        if outcome == LEAVE_ALONE and " " in word
    )


def are_outcomes(cells: Sequence[str]) -> bool:
    """Whether a column holds outcomes, whatever stands above it."""
    lists = words_for("outcome", OUTCOMES, [])
    told = sum((lists.get(fold(cell)) or "") in OUTCOMES for cell in cells)
    return len(cells) > 1 and told > len(cells) * 0.7
