"""Scores in columns ("Score before", "Score after"; "Product score", "Service score"): one row a score."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from crm_core.intake import lexicon
from crm_core.intake.clean.scores import are_scores
from crm_core.intake.tables.parts import Column, Table
from crm_core.intake.tables.turned import Turn, kind_of_cells, long_rows, moved_errors
from crm_core.intake.tables.words import is_added, is_person
from crm_core.model.registry import ENTITIES

LABELS = {name: ENTITIES["answer"].field(name).label for name in ("asked", "about", "score")}
# Alone these are mostly points of a loyalty card.
ALSO = ("points", "punkty", "puntos", "คะแนน")
_FEWEST = 2
Said = tuple[str, str]  # asked, about; "" where the header does not say it


def scores_turned(table: Table, beyond: int) -> Table:
    """The table with one row a score, where columns are scores of different times or things; else the table itself.

    The new columns stand at `beyond` + 1 to + 3: asked, score, about.
    """
    said = {one.position: found for one in table.columns if (found := _said(one.header))}
    kept = tuple(one for one in table.columns if one.position not in said)
    if len(said) < _FEWEST or len(set(said.values())) < len(said) or not _is_survey(kept):
        return table
    return _turned(table, said, kept, beyond) if _hold_scores(table, said) else table


def _hold_scores(table: Table, places: Iterable[int]) -> bool:
    filled = [cells for place in places if (cells := table.rows[place].dropna()).size]
    return bool(filled) and all(map(are_scores, filled))


def _is_survey(kept: tuple[Column, ...]) -> bool:
    """Who answered stands there, and when; no amounts, which would count once a score."""
    headers = [one.header for one in kept]
    if any(map(is_added, headers)) or {*headers} & {*LABELS.values()}:
        return False
    return any(map(_tells_whom, headers)) and any(lexicon.key(one) in _of_answers("date") for one in headers)


def _tells_whom(header: str) -> bool:
    pointed = lexicon.synonyms("pointer").get(lexicon.key(header), ())
    return bool(pointed) or is_person(header)


@lru_cache(maxsize=4)
def _of_answers(field: str) -> frozenset[str]:
    known = lexicon.synonyms("answer")
    return frozenset(key for key, all_ in known.items() if any(one.field == field for one in all_))


@lru_cache(maxsize=2)
def _words(topic: str) -> dict[str, str]:
    """By key the words of a closed list in all languages."""
    every = lexicon.value_words(topic).values()
    return {lexicon.key(word): choice for words in every for word, choice in words.items()}


@lru_cache(maxsize=4096)
def _said(header: str) -> Said | None:
    """What a header says besides being a score; None where it is none, or says something else."""
    spelt = lexicon.key(header)
    words = _of_answers("score") | {*map(lexicon.key, ALSO)}
    scores = sorted((word for word in words if word in spelt), key=len, reverse=True)
    found = (_of_when_and_what(spelt.replace(word, "", 1)) for word in scores)
    return next((one for one in found if one), None)


def _of_when_and_what(rest: str) -> Said | None:
    asked, about = _words("asked"), _words("about")
    if rest in asked or rest in about:
        return asked.get(rest, ""), about.get(rest, "")
    for word, when in asked.items():
        other = rest.removeprefix(word) if rest.startswith(word) else rest.removesuffix(word)
        if other != rest and other in about:
            return when, about[other]
    return None


def _turned(table: Table, said: Mapping[int, Said], kept: tuple[Column, ...], beyond: int) -> Table:
    turn = Turn(said, (), kept)
    rows = long_rows(table, turn, {place: "|".join(words) for place, words in said.items()}, beyond)
    both = (
        rows[beyond + 1].str.split("|", expand=True).reindex(columns=[0, 1]).replace("", None).astype("str")
    )
    rows[beyond + 1], rows[beyond + 3] = both[0], both[1]
    kinds = {one.position: table.kinds.get(one.position, "text") for one in kept}
    kinds |= {beyond + 1: "text", beyond + 3: "text"}
    kinds[beyond + 2] = kind_of_cells(table, sorted(said), rows[beyond + 2])
    new = zip((beyond + 1, beyond + 2, beyond + 3), ("asked", "score", "about"), strict=True)
    columns = (*kept, *(Column(place, LABELS[name]) for place, name in new))
    note = f"Turned: {len(said)} columns of scores became one row a score."
    errors = moved_errors(table, turn, rows, beyond)
    return replace(table, columns=columns, rows=rows, kinds=kinds, errors=errors, notes=(*table.notes, note))
