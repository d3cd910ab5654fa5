"""What a header means on a sheet of some entity: by its words in the dictionaries, whole or in part."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from crm_core.intake import lexicon
from crm_core.intake.lexicon import Meaning
from crm_core.model.entities import Kind
from crm_core.model.registry import ENTITIES

# Customer fields that a sheet of orders, purchases or contacts may carry without saying "customer".
_CARRIED = (
    "email", "phone", "phone_2", "given_name", "family_name", "company", "birthday", "sex", "address", "city", "region",
    "postcode", "country", "tags",
)  # fmt: skip
_SPEAKS_OF_OTHERS = frozenset(
    ("ship", "shipping", "shipped", "billing", "bill", "delivery", "supplier", "vendor", "employee", "fax", "discount",
     "tax", "vat", "parent", "previous", "last", "old", "wysylki", "dostawy", "dostawcy", "pracownika", "faksu",
     "producenta", "liefer", "versand", "rechnungs", "livraison", "envio", "padala", "anfon")
)  # fmt: skip
ID_WORDS = frozenset(
    ("id", "no", "nr", "number", "code", "kod", "numer", "numero", "nummer", "cod", "rhif", "kodigo", "ref", "key",
     "symbol")
)  # fmt: skip
_NUMBERED = re.compile(r"(.*\D)[\s._-]*([1-9])")
_LATIN = re.compile(r"[A-Za-zÀ-ž][A-Za-zÀ-ž'’.\- ]*")


@dataclass(frozen=True)
class Guess:
    """A field that a header may mean, how sure (0–1), and the reason in words."""

    field: str
    confidence: float
    reason: str


def label_of(entity: str, field: str) -> str:
    """The label a person knows a target by: "Amount", "Customer: City", "Customer"."""
    owner, _, name = field.rpartition(".")
    declared = ENTITIES[owner or entity].field(name)
    if declared.kind is Kind.REFERENCE:
        return f"{declared.label} (code)"
    return f"{ENTITIES[owner].label}: {declared.label}" if owner else declared.label


def guesses(entity: str, header: str) -> list[Guess]:
    """What the header may mean on a sheet of `entity`, the surest first; empty where nobody knows it."""
    found = _exact(entity, header)
    bare = lexicon.without_unit(header)
    if not found and bare and bare != header:
        found = [_less(guess, 0.02) for guess in _exact(entity, bare)]
    found = (
        found
        or _joined(entity, header)
        or _numbered(entity, bare)
        or _bilingual(entity, header)
        or _without_subject(entity, bare)
        or _misspelt(entity, bare)
        or _inside(entity, bare)
    )
    return sorted(found, key=lambda guess: -guess.confidence)


def trap(header: str) -> str | None:
    """Why a header that looks like one of ours is to be left alone; None where it is none."""
    found = lexicon.traps()
    return found.get(lexicon.key(header)) or found.get(lexicon.key(lexicon.without_unit(header)))


def _less(guess: Guess, by: float) -> Guess:
    return Guess(guess.field, guess.confidence - by, guess.reason)


def _exact(entity: str, header: str) -> list[Guess]:
    known = _known(entity)
    spelt = lexicon.key(header)
    for form, confidence in ((spelt, 0.95), (_singular(spelt), 0.92), (spelt + "s", 0.92)):
        if form in known:
            return [_guess(entity, header, meaning, confidence - loss) for meaning, loss in known[form]]
    return []


def _singular(spelt: str) -> str:
    return spelt[:-1] if len(spelt) > 4 and spelt.endswith("s") and spelt.isascii() else spelt


@lru_cache(maxsize=32)
def _known(entity: str) -> dict[str, tuple[tuple[Meaning, float], ...]]:
    """By key the meanings on this entity's sheets with what they lose for not being its own."""
    found: dict[str, list[tuple[Meaning, float]]] = {}
    for rank, section in enumerate(reversed(lexicon.SECTIONS[entity])):
        _add(found, lexicon.synonyms(section), "", 0.01 * rank)
    if "pointer" in lexicon.SECTIONS[entity]:
        carried = {
            header: tuple(m for m in all_ if m.field in _CARRIED)
            for header, all_ in lexicon.synonyms("customer").items()
        }
        _add(found, carried, "customer.", 0.15)
    return {header: tuple(meanings) for header, meanings in found.items()}


def _add(found: dict, known: dict[str, tuple[Meaning, ...]], prefix: str, loss: float) -> None:
    for header, meanings in known.items():
        there = found.setdefault(header, [])
        fields = {meaning.field for meaning, _ in there}
        there += [
            (Meaning(prefix + m.field, m.languages), loss) for m in meanings if prefix + m.field not in fields
        ]


def _guess(entity: str, header: str, meaning: Meaning, confidence: float) -> Guess:
    said = f"“{header}” means {label_of(entity, meaning.field)}"
    spoken = "" if "English" in meaning.languages else f" in {' and '.join(meaning.languages[:2])}"
    return Guess(meaning.field, round(confidence, 2), said + spoken)


def _joined(entity: str, header: str) -> list[Guess]:
    """Headers of several rows: "Customer / Name" as a whole, else by the last part that is known."""
    if " / " not in header:
        return []
    parts = header.split(" / ")
    whole = _exact(entity, " ".join(parts))
    tried = whole or next((found for part in reversed(parts) if (found := _exact(entity, part))), [])
    return [_less(guess, 0.02 if whole else 0.15) for guess in tried]


def _numbered(entity: str, header: str) -> list[Guess]:
    """ "Telefon 1" is the phone, "Telefon 2" the second phone; a second of anything else comes after the first."""
    found = _NUMBERED.fullmatch(header.strip())
    if found is None:
        return []
    known, first = _exact(entity, found[1]), found[2] == "1"
    return [_less(guess, 0.03) if first else _second(entity, guess) for guess in known]


def _second(entity: str, guess: Guess) -> Guess:
    other = {"customer": "phone", "colleague": ""}.get(entity, "customer.phone")
    return Guess(f"{other}_2", 0.9, guess.reason) if guess.field == other else _less(guess, 0.18)


def _bilingual(entity: str, header: str) -> list[Guess]:
    """ "客戶編號 Customer ID", "Nazwa/Name": one thing said in two languages; where both are known they must agree."""
    latin = " ".join(_LATIN.findall(header))
    parts = (
        [latin, _LATIN.sub(" ", header)] if lexicon.key(latin) != lexicon.key(header) else header.split("/")
    )
    said = [found for part in parts if lexicon.key(part) and (found := _exact(entity, part))]
    fields = [{guess.field for guess in found} for found in said]
    agreed = set.intersection(*fields) if fields else set()
    one_script = len(parts) != 2 or not latin or parts[0] != latin
    if not agreed or (one_script and len(said) < len(parts)):
        return []
    return [_less(guess, 0.05 if len(said) > 1 else 0.12) for guess in said[0] if guess.field in agreed]


def _without_subject(entity: str, header: str) -> list[Guess]:
    """ "CustomerEmail" → the customer's e-mail, "order_amount" → amount: what names the entity is taken off."""
    words = lexicon.words(header)
    own = {"order", "purchase"} if entity in ("order", "purchase") else {entity}
    own |= {"customer"} if "pointer" in lexicon.SECTIONS[entity] else set()
    named = [word for word in words if lexicon.subjects().get(word) in own]
    rest = [
        word
        for word in words
        if word not in named and word not in ("of", "the", "de", "du", "del", "ng", "des", "y", "mga")
    ]
    if not named or not rest or _SPEAKS_OF_OTHERS & set(words):
        return []
    of_customer = any(lexicon.subjects().get(word) == "customer" for word in named)
    if of_customer and "pointer" in lexicon.SECTIONS[entity]:
        return _of_customer(entity, header, rest)
    found = _known(entity).get("".join(rest), ())
    return [_guess(entity, header, meaning, 0.85 - loss) for meaning, loss in found]


def _of_customer(entity: str, header: str, rest: list[str]) -> list[Guess]:
    known = lexicon.synonyms("customer").get("".join(rest), ())
    return [
        _guess(
            entity,
            header,
            Meaning("customer" if m.field == "code" else f"customer.{m.field}", m.languages),
            0.85,
        )
        for m in known
    ]


def _misspelt(entity: str, header: str) -> list[Guess]:
    """ "Custmer Name", "Adress": one letter off a known header of some length."""
    spelt = lexicon.key(header)
    if len(spelt) < 5:
        return []
    sizes = range(max(5, len(spelt) - 2), len(spelt) + 3)
    choices = [known for size in sizes for known in _by_length(entity).get(size, ())]
    close = process.extractOne(spelt, choices, scorer=fuzz.ratio, score_cutoff=86)
    if close is None:
        return []
    meant = [_guess(entity, header, meaning, 0.7 - loss) for meaning, loss in _known(entity)[close[0]]]
    return [
        Guess(one.field, one.confidence, one.reason.replace(" means ", " looks like ", 1)) for one in meant
    ]


@lru_cache(maxsize=32)
def _by_length(entity: str) -> dict[int, list[str]]:
    """The known headers by their length."""
    found: dict[int, list[str]] = {}
    for known in _known(entity):
        found.setdefault(len(known), []).append(known)
    return found


def _inside(entity: str, header: str) -> list[Guess]:
    """A known header as part of a longer one: a hint for the person, too weak to act on."""
    words = lexicon.words(header)
    if len(words) < 2 or _SPEAKS_OF_OTHERS & set(words):
        return []
    runs = ("".join(words[start:stop]) for stop in range(len(words), 0, -1) for start in range(stop))
    found = next((known for run in runs if len(run) > 3 and (known := _known(entity).get(run))), ())
    return [_guess(entity, header, meaning, 0.45 - loss) for meaning, loss in found]


def subject_of(text: str, kinds: Iterable[str] | None = None) -> str | None:
    """What a sheet's name, or an id's header, speaks of: "szczegoly_zamowienia" → purchase, "IDDostawcy" → supplier.

    `kinds`: only one of these.
    """
    subjects = lexicon.subjects()
    whole = subjects.get(lexicon.key(text))
    if whole and (kinds is None or whole in kinds):
        return whole
    words = lexicon.words(text)
    pairs = [subjects.get("".join(words[n : n + 2])) for n in range(len(words) - 1)]
    single = [subjects.get(word) for word in words]
    return next((found for found in (*pairs, *single) if found and (kinds is None or found in kinds)), None)
