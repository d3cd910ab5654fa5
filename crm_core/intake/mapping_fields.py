"""One sheet read as one entity: which column becomes which field, each field once, with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crm_core.intake import lexicon
from crm_core.intake.mapping_headers import Guess, guesses, label_of, trap
from crm_core.intake.mapping_values import Looks, agreement, contradiction
from crm_core.intake.tables import Column, Table
from crm_core.model.registry import ENTITIES

DOUBTFUL = 0.5
_REPEATABLE = ("tags", "note")
_ID_WORDS = frozenset(
    [
        "id",
        "no",
        "nr",
        "number",
        "code",
        "kod",
        "numer",
        "numero",
        "nummer",
        "cod",
        "rhif",
        "kodigo",
        "ref",
        "key",
        "symbol",
    ]
)
_POINTING = ("order", "purchase", "interaction")


@dataclass(frozen=True)
class FieldProposal:
    """What becomes of one column. A doubtful one (below 0.5) has no field; its reason names the best guess."""

    header: str
    position: int
    field: str | None
    confidence: float
    reason: str


@dataclass(frozen=True)
class Seen:
    """A table with a look at each of its columns."""

    table: Table
    looks: dict[int, Looks]

    def kind(self, position: int) -> str:
        return self.table.kinds.get(position, "text")


def assign(entity: str, seen: Seen) -> tuple[FieldProposal, ...]:
    """The fields of `entity` for the columns of a table: the surest header takes a field, the others stay extra."""
    wishes = {column.position: _wishes(entity, seen, column) for column in seen.table.columns}
    taken: dict[str, Column] = {}
    given: dict[int, Guess] = {}
    for guess, column in _in_order(seen.table.columns, wishes):
        if column.position not in given and (guess.field not in taken or guess.field in _REPEATABLE):
            given[column.position], taken[guess.field] = guess, column
    settled = _settle_names(entity, seen, given, wishes)
    settled = _settle_values(entity, seen, _settle_bare_name(entity, seen, settled))
    return tuple(_finished(entity, seen, column, settled, wishes, taken) for column in seen.table.columns)


def _finished(
    entity: str,
    seen: Seen,
    column: Column,
    settled: dict[int, Guess],
    wishes: dict[int, list[Guess]],
    taken: dict[str, Column],
) -> FieldProposal:
    place = column.position
    return _proposal(
        entity, column, settled.get(place), _why_left(column, seen.looks[place]), wishes[place], taken
    )


def _in_order(columns: Sequence[Column], wishes: dict[int, list[Guess]]) -> list[tuple[Guess, Column]]:
    pairs = [
        (guess, column)
        for column in columns
        for guess in wishes[column.position]
        if guess.confidence >= DOUBTFUL
    ]
    return sorted(pairs, key=lambda pair: (-pair[0].confidence, pair[1].position))


def _wishes(entity: str, seen: Seen, column: Column) -> list[Guess]:
    """What a column may be, header and values weighed together."""
    look = seen.looks[column.position]
    if _why_left(column, look):
        return []
    found = [
        _pointed(entity, _refined(entity, guess, look, column), look)
        for guess in guesses(entity, column.header)
    ]
    found = [_weighed(entity, guess, look, seen.kind(column.position)) for guess in found]
    found = (
        found
        if any(guess.confidence >= DOUBTFUL for guess in found)
        else found + _by_values(entity, look, seen, column)
    )
    return sorted(found, key=lambda guess: -guess.confidence)


def _refined(entity: str, guess: Guess, look: Looks, column: Column) -> Guess:
    """More than one word, and being the table's own unique number, make a header a little surer."""
    own = len(lexicon.words(column.header)) > 1 or (not column.header.isascii() and len(column.header) > 2)
    unique = guess.field in ("code", "number") and look.unique > 0.98
    return replace(guess, confidence=min(0.99, guess.confidence + 0.01 * own + 0.01 * unique))


def _why_left(column: Column, look: Looks) -> str | None:
    """Why a column is left alone: a header that only looks like one of ours, or a bare "No." that counts the rows."""
    bare = lexicon.key(column.header) in ("no", "nr", "numer", "number")
    return trap(column.header) or ("a row counter" if bare and look.counts else None)


def _pointed(entity: str, guess: Guess, look: Looks) -> Guess:
    """A column "Customer" may hold codes, names or addresses: the values say."""
    if entity == "customer" and guess.field == "name" and look.code >= 0.8 and look.unique > 0.9:
        return Guess("code", guess.confidence - 0.02, "it names the customer and the values are codes")
    words = set(lexicon.words(guess.reason.split("”")[0].strip("“")))
    if guess.field != "customer" or words & _ID_WORDS:
        return guess
    if look.email >= 0.8:
        return Guess(
            "customer.email", guess.confidence, "it names the customer and the values are e-mail addresses"
        )
    if look.number < 0.2 and look.code < 0.3 and look.different:
        return Guess(
            "customer.name", guess.confidence - 0.02, "it names the customer and the values are names"
        )
    return guess


def _weighed(entity: str, guess: Guess, look: Looks, kind: str) -> Guess:
    owner, _, name = guess.field.rpartition(".")
    declared = ENTITIES[owner or entity].field(name)
    against = contradiction(declared.kind, look, kind)
    if against:
        return replace(guess, confidence=min(guess.confidence, 0.3), reason=f"{guess.reason}, but {against}")
    support = agreement(declared.kind, look, name)
    if support:
        return replace(
            guess, confidence=min(0.99, guess.confidence + 0.03), reason=f"{guess.reason}, and {support}"
        )
    return guess


def _by_values(entity: str, look: Looks, seen: Seen, column: Column) -> list[Guess]:
    """What the values say where the header says nothing."""
    prefix = "" if entity in ("customer", "colleague") else "customer."
    if entity == "product":
        return []
    if look.email >= 0.8:
        return [Guess(prefix + "email", 0.75, "the values are e-mail addresses")]
    if look.phone >= 0.8 and look.marked >= 0.5 and look.date < 0.3:
        return [Guess(prefix + "phone", 0.65, "the values look like phone numbers")]
    if entity == "customer" and look.share("sex") == 1 and look.different in (2, 3) and look.number == 0:
        return [Guess("sex", 0.6, "the values are words for female and male")]
    return _by_weaker_values(entity, look, seen)


def _by_weaker_values(entity: str, look: Looks, seen: Seen) -> list[Guess]:
    headerless = seen.table.header_row is None
    if look.date >= 0.9 and entity in _POINTING:
        return [Guess("date", 0.55 if headerless else 0.5, "the values are dates")]
    if headerless and entity in ("customer", *_POINTING) and look.name >= 0.8:
        return [
            Guess(
                "name" if entity == "customer" else "customer.name",
                0.55,
                "the values look like names of people",
            )
        ]
    if headerless and entity == "purchase" and look.number >= 0.95 and look.whole < 0.9:
        return [Guess("amount", 0.5, "the values are amounts")]
    return []


def _settle_names(
    entity: str, seen: Seen, given: dict[int, Guess], wishes: dict[int, list[Guess]]
) -> dict[int, Guess]:
    """A "name" beside a family name is a given name; a family name alone that holds whole names is the name."""
    prefix = "" if entity in ("customer", "colleague") else "customer."
    places = {
        guess.field.removeprefix(prefix): place
        for place, guess in given.items()
        if guess.field.startswith(prefix)
    }
    name, family = places.get("name"), places.get("family_name")
    if name is not None and family is not None and "given_name" not in places and entity == "customer":
        other = next((guess for guess in wishes[name] if guess.field == prefix + "given_name"), None)
        if other is not None:
            return {**given, name: other}
    if family is not None and name is None and "given_name" not in places and seen.looks[family].name >= 0.6:
        whole = Guess(
            prefix + "name",
            given[family].confidence - 0.1,
            "it is the only name, and the values are whole names",
        )
        return {**given, family: whole}
    return given


def _settle_bare_name(entity: str, seen: Seen, given: dict[int, Guess]) -> dict[int, Guess]:
    """A bare "Name" among purchases: the product's beside a quantity or price, else the customer's."""
    fields = {guess.field for guess in given.values()}
    names = [
        column for column in seen.table.columns if column.position not in given and _is_bare_name(column)
    ]
    if entity not in _POINTING or len(names) != 1 or trap(names[0].header):
        return given
    if entity == "purchase" and not fields & {"product", "product_code"} and fields & {"quantity", "price"}:
        return {
            **given,
            names[0].position: Guess("product", 0.6, "a name beside a quantity or a price is the product's"),
        }
    if (
        fields & {"customer.name", "customer.given_name", "customer.family_name"}
        or seen.looks[names[0].position].name < 0.5
    ):
        return given
    return {
        **given,
        names[0].position: Guess(
            "customer.name", 0.6, "the values are names, and no other column names the customer"
        ),
    }


def _is_bare_name(column: Column) -> bool:
    known = lexicon.synonyms("customer").get(lexicon.key(lexicon.without_unit(column.header)), ())
    return any(meaning.field == "name" for meaning in known)


def _settle_values(entity: str, seen: Seen, given: dict[int, Guess]) -> dict[int, Guess]:
    """Small whole numbers beside an amount look like a quantity, where nothing else is one."""
    fields = {guess.field for guess in given.values()}
    if entity != "purchase" or "amount" not in fields or fields & {"quantity", "price", "product_code"}:
        return given
    small = [
        column
        for column in seen.table.columns
        if column.position not in given and _is_count(seen.looks[column.position], column)
    ]
    if len(small) != 1:
        return given
    return {
        **given,
        small[0].position: Guess(
            "quantity", 0.5, "small whole numbers beside an amount look like a quantity"
        ),
    }


def _is_count(look: Looks, column: Column) -> bool:
    named = _why_left(column, look) or set(lexicon.words(column.header)) & (
        _ID_WORDS | {"age", "year", "rep"}
    )
    return not named and look.whole == 1.0 and 1 < look.different <= 150 and 1 < look.largest <= 500


def _proposal(
    entity: str,
    column: Column,
    guess: Guess | None,
    why: str | None,
    wishes: list[Guess],
    taken: dict[str, Column],
) -> FieldProposal:
    if guess is not None:
        return FieldProposal(
            column.header, column.position, guess.field, round(guess.confidence, 2), guess.reason
        )
    if why:
        return FieldProposal(column.header, column.position, None, 0.0, f"kept as it stands: {why}")
    best = next(iter(wishes), None)
    if best is None:
        return FieldProposal(
            column.header,
            column.position,
            None,
            0.0,
            "no field of ours is known by this header; kept as it stands",
        )
    return FieldProposal(
        column.header, column.position, None, round(min(best.confidence, 0.49), 2), _left(entity, best, taken)
    )


def _left(entity: str, best: Guess, taken: dict[str, Column]) -> str:
    label = label_of(entity, best.field)
    if best.confidence >= DOUBTFUL and best.field in taken:
        return f"{label} is already taken from “{taken[best.field].header}”; kept as it stands"
    return f"perhaps {label}: {best.reason}"


def fields_of(entity: str) -> tuple[tuple[str, str], ...]:
    """(target, label) of everything that a header of this entity's sheets may be mapped to."""
    own = [(field.name, label_of(entity, field.name)) for field in ENTITIES[entity].fields]
    if entity not in _POINTING:
        return tuple(own)
    customer = [
        (f"customer.{field.name}", label_of(entity, f"customer.{field.name}"))
        for field in ENTITIES["customer"].fields
    ]
    order = [("order.total", label_of(entity, "order.total"))] if entity == "purchase" else []
    return (*own, *(pair for pair in customer if pair[0] != "customer.code"), *order)
