"""What a sheet is about: its name, its first id column, and the fields that its headers make up."""

from collections.abc import Mapping
from dataclasses import dataclass

from crm_core.intake import lexicon
from crm_core.intake.mapping.fields import FieldProposal
from crm_core.intake.mapping.headers import ID_WORDS, label_of, subject_of
from crm_core.intake.mapping.wishes import Seen
from crm_core.model.registry import ENTITIES

_NAMES = ("name", "given_name", "family_name")
_PERSONAL = (
    "email", "phone", "phone_2", "birthday", "sex", "address", "city", "region", "postcode", "country", "company",
    "job_title", "since", "salutation", "tags", "likes", "language", "may_call", "may_email", "source",
    "do_not_contact",
)  # fmt: skip
_WHO = {"customer", *(f"customer.{name}" for name in ("name", "given_name", "family_name", "email", "phone"))}
_PRIVATE = {"email", "phone", "birthday", "sex", "given_name", "family_name"}
_OTHERS = {
    "supplier": "this is a list of suppliers, which is not kept here",
    "shipper": "this is a list of carriers, which is not kept here",
    "category": "this is a list of categories, which is not kept here",
    "city": "this is a list of places, which is not kept here",
}
_OFFERED = {
    "return": "this is a list of returns; it is offered, and off until you switch it on",
    "colleague": "these look like colleagues; they are offered, and off until you switch them on",
}
_UNCLEAR = "its headers do not say what the sheet holds; choose it if it should be taken in"
_FIRST = ("purchase", "order", "interaction", "product", "customer", "colleague", "visit-count")
_USUAL = frozenset((*_FIRST, *_OTHERS, *_OFFERED))


@dataclass(frozen=True)
class Verdict:
    """The entity that a sheet seems to hold (None: nothing of ours), how sure, why, and whether it stays off."""

    entity: str | None
    score: float
    why: str
    off: bool = False


SURE = 0.9  # from here on the columns leave no doubt what a row is


def verdict(seen: Seen, fields: Mapping[str, tuple[FieldProposal, ...]]) -> Verdict:
    """Weigh name, ids and fields of a sheet."""
    about = _subject(seen)
    scores = {entity: _score(entity, _found(fields[entity]), seen, about) for entity in _FIRST}
    if scores["purchase"] >= SURE and _found(fields["purchase"]).keys() & {"product", "product_code"}:
        scores["order"] = 0.0  # an order head names no product: with one line an order, these are still lines
    if _found(fields["customer"]).keys() & _PRIVATE and scores["customer"]:
        scores["product"] = 0.0  # things have no phone: the price is of what somebody bought
    if scores["visit-count"]:
        named = (
            scores["customer"] or scores["purchase"] >= SURE or _found(fields["interaction"]).keys() & _WHO
        )
        scores["visit-count" if named else "interaction"] = (
            0.0  # people, or how many came of whom nobody knows
        )
    known = scores["colleague"] or scores["customer"]
    if about in _OTHERS or about == "return" or (about == "colleague" and known):
        return _set_aside(about)
    best = max(_FIRST, key=lambda entity: (scores[entity], -_FIRST.index(entity)))
    if scores[best] < 0.4:
        return Verdict(None, scores[best], _UNCLEAR)
    return Verdict(best, scores[best], reason(best, fields[best], scores[best]))


def filled_score(entity: str, seen: Seen, fields: tuple[FieldProposal, ...]) -> float:
    """What the columns with values say alone: of thirty fields of a form, five filled ones may be all there is."""
    held = tuple(field for field in fields if field.field and seen.looks[field.position].different)
    return _score(entity, _found(held), seen, _subject(seen))


def _set_aside(about: str) -> Verdict:
    """What is recognised and stays off: not kept here, or to be switched on by a person only."""
    entity = {"return": "order", "colleague": "colleague"}.get(about)
    return Verdict(entity, 0.6 if entity else 0.0, _OTHERS.get(about) or _OFFERED[about], off=True)


def _found(fields: tuple[FieldProposal, ...]) -> dict[str, FieldProposal]:
    return {field.field: field for field in fields if field.field is not None}


def reason(entity: str, fields: tuple[FieldProposal, ...], score: float) -> str:
    """Why a sheet is taken for that: "these are purchases: there are columns for …"."""
    named = [label_of(entity, field.field) for field in fields if field.field][:4]
    listed = ", ".join(named[:-1]) + f" and {named[-1]}" if len(named) > 1 else "".join(named)
    sure = "these are" if score >= 0.7 else "these may be"
    return f"{sure} {ENTITIES[entity].plural.lower()}: there are columns for {listed}"


def _subject(seen: Seen) -> str | None:
    """The sheet's first id column says it best ("IDDostawcy"), then the sheet's name."""
    first = seen.table.columns[0]
    named = subject_of(seen.table.sheet, _USUAL)
    if subject_of(first.header, _USUAL) == "return" and seen.looks[first.position].share("yesno") == 1:
        return "return"
    if _is_id(first.header) and seen.looks[first.position].unique > 0.98:
        own = subject_of(first.header, _USUAL)
        return own if own in _OTHERS or own == "colleague" else named or own
    if subject_of(first.header, _USUAL) == "colleague" and named in (None, "colleague"):
        return "colleague"
    return named if named not in _OTHERS or len(seen.table.columns) <= 4 else None


def _is_id(header: str) -> bool:
    spelt = lexicon.key(header)
    return (
        bool(set(lexicon.words(header)) & ID_WORDS)
        or spelt.endswith(("編號", "编号", "代號", "代号", "id"))
        or spelt.startswith("รหัส")
    )


def _score(entity: str, found: Mapping[str, FieldProposal], seen: Seen, about: str | None) -> float:
    """0 … 1 for one entity; the sheet's own name adds a little to what the fields say."""
    weigh = {
        "purchase": _purchase, "order": _order, "interaction": _interaction, "product": _product, "customer": _customer,
        "colleague": _colleague, "visit-count": _visit_count,
    }[entity]  # fmt: skip
    score = weigh(set(found), found, seen)
    if entity == about == "customer" and not score and found.keys() & {*_NAMES, "code"}:
        score = 0.65  # a list of nothing but names says by its own name whose they are
    if score and about == entity:
        return min(score + 0.1, 1.0)
    return score


def _who(fields: set[str]) -> bool:
    return any(field.split(".")[0] == "customer" for field in fields)


def _purchase(fields: set[str], found: Mapping[str, FieldProposal], seen: Seen) -> float:
    thing = bool(fields & {"product", "product_code"})
    worth = fields & {"amount", "price", "quantity"}
    if thing and worth and (fields & {"number", "date"} or _who(fields)):
        return 0.96 if len(worth) > 1 or {"date", "amount"} <= fields or "number" in fields else 0.75
    if not {"date", "amount"} <= fields:
        return 0.0
    if "number" in fields:
        return 0.88 if _unique(found, "number", seen) < 0.98 else 0.6
    return 0.9 if _who(fields) else 0.6


def _order(fields: set[str], found: Mapping[str, FieldProposal], seen: Seen) -> float:
    if "number" not in fields or _unique(found, "number", seen) < 0.98:
        return 0.0
    if "date" in fields and ("total" in fields or _who(fields)):
        return 0.92
    return 0.6 if "total" in fields and _who(fields) else 0.0


def _interaction(fields: set[str], found: Mapping[str, FieldProposal], seen: Seen) -> float:
    if not _who(fields) or "date" not in fields:
        return 0.0
    telling = fields & {"outcome", "type", "channel", "reason"}
    if "outcome" in fields or len(telling) > 1:
        return 0.94
    return 0.85 if telling else 0.45 if "note" in fields else 0.0


def _product(fields: set[str], found: Mapping[str, FieldProposal], seen: Seen) -> float:
    if not fields & {"name", "code"} or "price" not in fields:
        return 0.0
    return 0.85 if "name" in fields else 0.55


def _customer(fields: set[str], found: Mapping[str, FieldProposal], seen: Seen) -> float:
    personal = len(fields & set(_PERSONAL))
    if fields & set(_NAMES):
        return 0.9 if personal >= 2 else 0.72 if personal or "code" in fields else 0.0
    if fields & {"email", "phone"}:
        return 0.75 if personal >= 2 or "code" in fields else 0.5
    return 0.5 if "code" in fields and personal >= 2 else 0.0


def _colleague(fields: set[str], found: Mapping[str, FieldProposal], seen: Seen) -> float:
    return 0.5 if "name" in fields else 0.0


def _visit_count(fields: set[str], found: Mapping[str, FieldProposal], seen: Seen) -> float:
    if not {"date", "visits"} <= fields:
        return 0.0
    return 0.9 if fields & {"channel", "priority"} else 0.8


def _unique(found: Mapping[str, FieldProposal], field: str, seen: Seen) -> float:
    return seen.looks[found[field].position].unique
