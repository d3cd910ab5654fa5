"""Facts about the dictionaries of headers and value words."""

import pytest

from crm_core.intake import lexicon
from crm_core.intake.clean.choices import TOPICS
from crm_core.model.folding import fold
from crm_core.model.registry import ENTITIES

CORE = ("en", "zh-Hant", "zh-Hans", "th", "pl", "tl", "cy")


@pytest.mark.parametrize("code", CORE)
@pytest.mark.parametrize("entity", ["customer", "order", "purchase", "interaction"])
def test_each_language_has_thirty_headers_an_entity(code: str, entity: str):
    """At least 30 for customers, orders, purchases and contacts."""
    known = lexicon.languages()[code]["headers"]
    spelt = {
        lexicon.key(one)
        for part in lexicon.SECTIONS[entity]
        for names in known[part].values()
        for one in names
    }
    assert len(spelt) >= 30


# The closed lists whose words may stand on the sheets of an entity.
LISTS = {
    "customer": ("sex", "yesno", "stage", "need"),
    "order": ("status",),
    "purchase": ("status",),
    "interaction": ("type", "channel", "outcome"),
}


@pytest.mark.parametrize("code", CORE)
@pytest.mark.parametrize("entity", ["customer", "order", "purchase", "interaction"])
def test_each_language_has_thirty_headers_of_an_entity_s_own(code: str, entity: str):
    """Without those that only name the customer on a sheet of orders, purchases or contacts."""
    known = lexicon.languages()[code]["headers"]
    parts = [part for part in lexicon.SECTIONS[entity] if part != "pointer"]
    assert len({lexicon.key(one) for part in parts for names in known[part].values() for one in names}) >= 30


@pytest.mark.parametrize("code", CORE)
@pytest.mark.parametrize("entity", ["customer", "order", "purchase", "interaction"])
def test_each_language_has_thirty_value_words_an_entity(code: str, entity: str):
    """Sex, yes and no, stages and needs of people; the status of sales; types, channels and outcomes of contacts."""
    lists = lexicon.languages()[code]["values"]
    spelt = {fold(word) for topic in LISTS[entity] for words in lists[topic].values() for word in words}
    assert len(spelt) >= 30


@pytest.mark.parametrize("code", sorted(lexicon.languages()))
def test_a_word_has_one_meaning_in_a_list(code: str):
    """ "anulowane" is cancelled and nothing else: two choices for one word would be drawn by lot."""
    for topic, lists in lexicon.languages()[code]["values"].items():
        meant: dict[str, set[str]] = {}
        for name, spelt in lists.items():
            for word in spelt:
                meant.setdefault(fold(word), set()).add(name)
        assert {word: names for word, names in meant.items() if len(names) > 1} == {}, topic


def test_a_header_to_leave_alone_is_no_synonym():
    """Else it would never be found; only a discount is both, for it is taken in per cent and left as an amount."""
    known = {
        header: {meaning.field for meaning in meanings}
        for section in {part for parts in lexicon.SECTIONS.values() for part in parts}
        for header, meanings in lexicon.synonyms(section).items()
    }
    both = {header: known[header] for header in lexicon.traps() if header in known}
    assert {header: fields for header, fields in both.items() if fields != {"discount"}} == {}


def test_no_header_is_only_signs():
    """What folds to nothing would be found under every blank header."""
    for content in lexicon.languages().values():
        names = [one for part in content["headers"].values() for spelt in part.values() for one in spelt]
        assert all(lexicon.key(one) for one in [*names, *content["traps"], *content["month"]])


@pytest.mark.parametrize("code", sorted(lexicon.languages()))
def test_a_dictionary_names_only_fields_that_exist(code: str):
    """Every header leads to a declared field, every value word to a declared choice."""
    for section, known in lexicon.languages()[code]["headers"].items():
        for field in known:
            owner, _, name = field.rpartition(".")
            entities = (
                [owner]
                if owner
                else {"pointer": ["order"], "sale": ["order", "purchase"]}.get(section, [section])
            )
            assert all(ENTITIES[entity].has(name) for entity in entities), (section, field)


@pytest.mark.parametrize("code", sorted(lexicon.languages()))
def test_value_words_lead_to_declared_choices(code: str):
    """A word for a status that nobody declared would be lost."""
    declared = {topic: choices for choices, topic in TOPICS.items()} | {"yesno": ("yes", "no")}
    for topic, words in lexicon.languages()[code]["values"].items():
        assert set(words) <= set(declared[topic]), topic


def test_a_month_is_the_same_month_in_every_language():
    """ "mar" may be March in two languages, never March in one and May in another."""
    meant: dict[str, set[int]] = {}
    for content in lexicon.languages().values():
        for number, spelt in enumerate(content["months"], 1):
            for word in spelt:
                meant.setdefault(lexicon.key(word), set()).add(number)
    assert {word: numbers for word, numbers in meant.items() if len(numbers) > 1} == {}


@pytest.mark.parametrize(
    "header",
    [
        "Customer ID",
        "CustomerId",
        "customer_id",
        "CUSTOMER ID",
        "customer.id",
        "Customer-ID",
        "ＣＵＳＴＯＭＥＲ　ＩＤ",
        " customer id: ",
    ],
)
def test_the_spelling_of_a_header_does_not_matter(header: str):
    """Case, blanks, signs, camelCase and full-width letters agree."""
    assert lexicon.key(header) == "customerid"
