"""The words of the languages: header synonyms, value words, months and totals, read from `headers/*.json`."""

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from crm_core.model.folding import fold

# Which parts of a dictionary an entity's sheet can draw its headers from, strongest first.
SECTIONS: dict[str, tuple[str, ...]] = {
    "customer": ("customer",),
    "order": ("pointer", "sale", "order"),
    "purchase": ("pointer", "sale", "purchase"),
    "interaction": ("pointer", "interaction"),
    "product": ("product",),
    "visit-count": ("visit-count",),
    "colleague": ("colleague",),
    "case": ("pointer", "case"),
    "answer": ("pointer", "answer"),
    "gesture": ("pointer", "gesture"),
    "attendance": ("pointer", "attendance"),
    "absence": ("absence",),
    "play": ("play",),
    "wording": ("wording",),
    "rule": ("rule",),
}
# Sheets around contacting people; looked for only where a sheet's name or its headers speak of them.
PLAYBOOK = ("play", "wording", "rule")
FURTHER = ("case", "answer", "gesture", "attendance", "absence", *PLAYBOOK)
_NUMBER_SIGNS = str.maketrans({"#": " no ", "№": " no "})
_BRACKETS = re.compile(r"\s*[(\[（【][^)\]）】]*[)\]）】]\s*")
_CAMEL = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Þ][a-zà-ÿ])|(?<=[a-zà-ÿ])(?=[A-Z])")
_ORDINAL = re.compile(r"\bn°\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Meaning:
    """What a header means: the field, and the languages whose dictionaries say so."""

    field: str
    languages: tuple[str, ...]


@lru_cache(maxsize=1)
def languages() -> dict[str, dict[str, Any]]:
    """Every dictionary by its file stem, English first."""
    folder = resources.files("crm_core.intake") / "headers"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=_english_first)
    return {file.name.removesuffix(".json"): json.loads(file.read_text("utf-8")) for file in files}


def _english_first(file: Any) -> tuple[bool, str]:
    return file.name != "en.json", file.name


@lru_cache(maxsize=65_536)
def key(header: str) -> str:
    """A header without case, accents, widths, blanks and signs: "Customer_ID" and "ＣＵＳＴＯＭＥＲ ID" agree."""
    plain = fold(_ORDINAL.sub("no ", header).translate(_NUMBER_SIGNS))
    return "".join(sign for sign in plain if sign.isalnum() or unicodedata.category(sign)[0] == "M")


@lru_cache(maxsize=65_536)
def words(header: str) -> tuple[str, ...]:
    """The header's words, folded: "IDKlienta" → id, klienta; "order_date" → order, date."""
    apart = _CAMEL.sub(" ", unicodedata.normalize("NFKC", header).translate(_NUMBER_SIGNS))
    apart = re.sub(r"(?<=[A-Z])(?=[A-Z][a-zà-ÿ])", " ", apart)
    return tuple(word for part in re.split(r"[\W_]+", fold(apart)) if (word := part.strip()))


def without_unit(header: str) -> str:
    """ "Amount (€)" → "Amount": what stands in brackets is mostly a unit."""
    return _BRACKETS.sub(" ", header).strip()


@lru_cache(maxsize=32)
def synonyms(section: str) -> dict[str, tuple[Meaning, ...]]:
    """By key all that a header can mean in one section of the dictionaries."""
    found: dict[str, dict[str, list[str]]] = {}
    for content in languages().values():
        for field, headers in content["headers"].get(section, {}).items():
            for synonym in headers:
                found.setdefault(key(synonym), {}).setdefault(field, []).append(content["language"])
    return {
        header: tuple(Meaning(field, tuple(dict.fromkeys(spoken))) for field, spoken in fields.items())
        for header, fields in found.items()
    }


@lru_cache(maxsize=1)
def known_headers() -> frozenset[str]:
    """Every header that any dictionary knows, as a key; for telling a header row from data.

    Those of complaints, surveys and the like are left out: as often as not they are words inside a contact log.
    """
    usual = {s for entity, parts in SECTIONS.items() if entity not in FURTHER for s in parts}
    every = {header for section in usual for header in synonyms(section)}
    return frozenset(every | set(traps()))


@lru_cache(maxsize=8)
def own_headers(entity: str) -> frozenset[str]:
    """The keys of the headers that only this entity's sheets have; plays, wordings and rules count as one."""
    mine = SECTIONS[entity][-1]
    alike = PLAYBOOK if entity in PLAYBOOK else (mine,)
    others = {part for parts in SECTIONS.values() for part in parts if part not in alike}
    return frozenset(synonyms(mine)).difference(*map(synonyms, others))


@lru_cache(maxsize=1)
def traps() -> dict[str, str]:
    """By key the headers to leave alone, and why."""
    return {key(header): why for content in languages().values() for header, why in content["traps"].items()}


@lru_cache(maxsize=1)
def subjects() -> dict[str, str]:
    """By key the words that name what a sheet is about: "klienci" → customer, "dostawcy" → supplier."""
    named: dict[str, str] = {}
    for content in languages().values():
        for subject, names in content["subjects"].items():
            for name in names:
                named.setdefault(key(name), subject)
    return named


@lru_cache(maxsize=32)
def value_words(topic: str) -> dict[str, dict[str, str]]:
    """By language the words of a closed list (`sex`, `yesno`, `status`…): folded word → the English one."""
    found = {}
    for code, content in languages().items():
        lists = content["values"].get(topic, {})
        found[code] = {fold(word): name for name, spelt in lists.items() for word in (name, *spelt)}
    return found


@lru_cache(maxsize=8)
def flat(topic: str) -> frozenset[str]:
    """The folded words of a plain list (`totals`, `notes`, `weekdays`, `units`) of all languages."""
    return frozenset(fold(word) for content in languages().values() for word in content.get(topic, ()))


@lru_cache(maxsize=1)
def months() -> dict[str, int]:
    """Folded month name without dots → 1 … 12."""
    return {
        fold(word).replace(".", ""): number
        for content in languages().values()
        for number, spelt in enumerate(content["months"], 1)
        for word in spelt
    }
