"""What a header is to its table: a key that names somebody or something, an amount that counts once, a total."""

import re
from functools import lru_cache

from crm_core.intake import lexicon
from crm_core.model.folding import fold

_YEAR_BEHIND = re.compile(r"\s+\d{4}\s*$")
_NAMING = (
    ("pointer", ("customer", "customer.name", "customer.email", "customer.phone")),
    ("customer", ("code", "name", "given_name", "family_name", "company")),
    ("sale", ("number",)),
    ("purchase", ("product", "product_code")),
    ("product", ("code", "name")),
)
_PEOPLE = (
    ("pointer", ("customer", "customer.name")),
    ("customer", ("code", "name", "given_name", "family_name", "company")),
)
_NUMBERS = (("sale", ("number",)),)
_DATES = (("sale", ("date",)),)
_ADDED = (
    ("purchase", ("quantity", "price", "amount", "order.total")),
    ("order", ("total",)),
    ("product", ("price", "cost")),
)
Sections = tuple[tuple[str, tuple[str, ...]], ...]


@lru_cache(maxsize=8)
def _headers(sections: Sections) -> frozenset[str]:
    """The keys of every header that can mean one of these fields."""
    return frozenset(
        header
        for section, fields in sections
        for header, meanings in lexicon.synonyms(section).items()
        if any(one.field in fields for one in meanings)
    )


def _means(header: str, sections: Sections) -> bool:
    keys = {lexicon.key(header), lexicon.key(lexicon.without_unit(header))}
    return bool(keys & _headers(sections))


def is_known(header: str) -> bool:
    """Whether any dictionary knows the header."""
    known = lexicon.known_headers()
    return lexicon.key(header) in known or lexicon.key(lexicon.without_unit(header)) in known


def is_naming(header: str) -> bool:
    """Whether the column says who or what a row is about: a customer, a product, an order."""
    return _means(header, _NAMING)


def is_person(header: str) -> bool:
    """Whether the column names or numbers a customer."""
    return _means(header, _PEOPLE)


def is_order_number(header: str) -> bool:
    """Whether the column numbers orders."""
    return _means(header, _NUMBERS)


def is_order_date(header: str) -> bool:
    """Whether the column dates orders."""
    return _means(header, _DATES)


def is_added(header: str) -> bool:
    """Whether the column holds amounts: written once more they would count twice."""
    return _means(header, _ADDED)


def bare(text: str) -> str:
    """A cell without the signs around a total word."""
    return fold(text).strip(" :.*=：").strip()


def total_words() -> frozenset[str]:
    """The words for totals and subtotals, folded."""
    return lexicon.flat("totals")


@lru_cache(maxsize=4)
def _total_ends() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How a text begins that leads with a total word, and how one ends that closes with it."""
    words = sorted(total_words())
    begins = tuple(word + sign for word in words for sign in (" ", ":", "："))
    return begins, tuple(sign + word for word in words for sign in (" ", "-", "_"))


def is_total_word(text: str) -> bool:
    """ "Total", "Total 2024"; "Total orders" is more than that."""
    return bare(_YEAR_BEHIND.sub("", text)) in total_words()


def leads_total(text: str) -> bool:
    """ "Total", "Total 2024", "Suma częściowa: …"."""
    plain = bare(text)
    return plain in total_words() or plain.startswith(_total_ends()[0])


@lru_cache(maxsize=1)
def closing_pattern() -> str:
    """What ends with a total word as the dictionaries spell it, for a first look at many cells."""
    spelt = {word for content in lexicon.languages().values() for word in content.get("totals", ())}
    return rf"(?i)[\s_-](?:{'|'.join(map(re.escape, sorted(spelt)))})[\s:.*=：]*$"


def ends_total(text: str) -> bool:
    """ "Ann Total", as spreadsheets write subtotals."""
    return bare(text).endswith(_total_ends()[1])
