"""What only the whole sheet can say: whose name a name is, and which unnamed column counts."""

import re

import pandas as pd

from crm_core.intake import lexicon
from crm_core.intake.mapping.headers import ID_WORDS, Guess
from crm_core.intake.mapping.values import Looks, number_in
from crm_core.intake.mapping.wishes import LOOKED_AT, POINTING, Seen, why_left
from crm_core.intake.tables.find import Column

_ROWS = 2_000
_HASHED = re.compile(r"#\S*\d")
_NEARLY = 0.8
Given = dict[int, Guess]  # by column position what it became


def settle(entity: str, seen: Seen, given: Given, wished: dict[int, list[Guess]]) -> Given:
    """`given`, set right where columns explain one another."""
    named = _whole_name(entity, seen, _given_name(entity, seen, given, wished))
    named = _numbered_name(entity, seen, _bare_name(entity, seen, named))
    return _quantity(entity, seen, _without_order_total(entity, seen, named), wished)


def _fields(given: Given) -> dict[str, int]:
    return {guess.field: place for place, guess in given.items()}


def _given_name(entity: str, seen: Seen, given: Given, wished: dict[int, list[Guess]]) -> Given:
    """A "name" beside a family name is a given name; single words beside a given name are family names."""
    fields = _fields(given)
    if entity == "customer" and {"name", "given_name"} <= fields.keys() and "family_name" not in fields:
        return _family_name(given, fields["name"], seen.looks)
    if entity != "customer" or "given_name" in fields or not {"name", "family_name"} <= fields.keys():
        return given
    place = fields["name"]
    other = next((guess for guess in wished[place] if guess.field == "given_name"), None)
    if other is None and seen.looks[place].different and seen.looks[place].name < 0.5:
        reason = "it stands beside a family name, and the values are single words"
        other = Guess("given_name", given[place].confidence - 0.1, reason)
    return {**given, place: other} if other else given


def _family_name(given: Given, place: int, looked: dict[int, Looks]) -> Given:
    if looked[place].name >= 0.5 or not looked[place].different:
        return given
    reason = "it stands beside a given name, and the values are single words"
    return {**given, place: Guess("family_name", given[place].confidence - 0.1, reason)}


def _whole_name(entity: str, seen: Seen, given: Given) -> Given:
    """A family name that is the only name and holds whole names is the name."""
    prefix = "" if entity == "customer" else "customer."
    fields = _fields(given)
    place = fields.get(f"{prefix}family_name")
    if (
        place is None
        or fields.keys() & {f"{prefix}name", f"{prefix}given_name"}
        or seen.looks[place].name < 0.6
    ):
        return given
    reason = "it is the only name, and the values are whole names"
    return {**given, place: Guess(f"{prefix}name", given[place].confidence - 0.1, reason)}


def _bare_name(entity: str, seen: Seen, given: Given) -> Given:
    """A bare "Name" among purchases: the product's beside a quantity or a price, else the customer's."""
    fields = _fields(given).keys()
    left = (column for column in seen.table.columns[:LOOKED_AT] if column.position not in given)
    names = [column for column in left if _is_bare_name(column) and not why_left(column, Looks())]
    if entity not in POINTING or len(names) != 1:
        return given
    place = names[0].position
    if entity == "purchase" and not fields & {"product", "product_code"} and fields & {"quantity", "price"}:
        return {**given, place: Guess("product", 0.6, "a name beside a quantity or a price is the product's")}
    if (
        fields & {"customer.name", "customer.given_name", "customer.family_name"}
        or seen.looks[place].name < 0.5
    ):
        return given
    return {
        **given,
        place: Guess("customer.name", 0.6, "the values are names, and no other column names the customer"),
    }


def _numbered_name(entity: str, seen: Seen, given: Given) -> Given:
    """A "Name" over #1001, #1002 is the order's number, as shop systems write it."""
    if entity not in ("order", "purchase") or "number" in _fields(given):
        return given
    left = (column for column in seen.table.columns[:LOOKED_AT] if column.position not in given)
    place = next((column.position for column in left if _is_bare_name(column)), None)
    named = [] if place is None else seen.table.rows[place].dropna().head(_ROWS).tolist()
    if place is None or not named or not all(map(_HASHED.fullmatch, named)):
        return given
    return {**given, place: Guess("number", 0.7, "the values are numbers behind a #")}


def _without_order_total(entity: str, seen: Seen, given: Given) -> Given:
    """What stands in the first line of an order only, and is more than that line, is no amount of a line."""
    fields = _fields(given)
    if entity != "purchase" or not {"amount", "price"} <= fields.keys():
        return given
    rows = seen.table.rows.iloc[:_ROWS]
    amount, price = rows[fields["amount"]], rows[fields["price"]]
    blank = amount.isna() & price.notna()
    first = amount.notna() & blank.shift(-1, fill_value=False)
    if not first.any() or not _is_more(rows[first], fields):
        return given
    return {place: guess for place, guess in given.items() if place != fields["amount"]}


def _is_more(rows: pd.DataFrame, fields: dict[str, int]) -> bool:
    """Whether the amount of nearly every row is more than its price times its quantity."""
    amount, price = (
        rows[fields[name]].map(number_in, na_action="ignore").astype("float64")
        for name in ("amount", "price")
    )
    quantity = (
        rows[fields["quantity"]].map(number_in, na_action="ignore").astype("float64")
        if "quantity" in fields
        else 1.0
    )
    return bool((amount > price * quantity * 1.005).mean() >= _NEARLY)


def _is_bare_name(column: Column) -> bool:
    known = lexicon.synonyms("customer").get(lexicon.key(lexicon.without_unit(column.header)), ())
    return any(meaning.field == "name" for meaning in known)


def _quantity(entity: str, seen: Seen, given: Given, wished: dict[int, list[Guess]]) -> Given:
    """Small whole numbers beside an amount look like a quantity, where nothing else is one and no header says more."""
    fields = _fields(given).keys()
    if entity != "purchase" or "amount" not in fields or fields & {"quantity", "price", "product_code"}:
        return given
    left = (
        column
        for column in seen.table.columns[:LOOKED_AT]
        if column.position not in given and not wished.get(column.position)
    )
    small = [column.position for column in left if _is_count(seen.looks[column.position], column)]
    if len(small) != 1:
        return given
    return {
        **given,
        small[0]: Guess("quantity", 0.5, "small whole numbers beside an amount look like a quantity"),
    }


def _is_count(look: Looks, column: Column) -> bool:
    named = set(lexicon.words(column.header)) & (ID_WORDS | {"age", "year", "rep"})
    small = look.whole == 1.0 and 1 < look.different <= 150 and 1 < look.largest <= 500
    return small and not named and not why_left(column, look)
