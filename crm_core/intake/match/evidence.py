"""Why two people may be one, as a sentence: what is the same, what is alike, and what speaks against it."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from crm_core.intake.match.texts import cells

SHOWN = {
    "email": "e-mail",
    "phone": "phone",
    "birthday": "birthday",
    "name": "name",
    "address": "address",
    "postcode": "postcode",
    "city": "city",
    "company": "company",
}
AGAINST = ("name", "birthday", "sex", "own.")  # what is said also where it differs
TOLD = 0.1  # bits from which a field is worth a word
LIKE = {"email": "similar e-mail addresses", "birthday": "close birthdays"}


def sentences(pairs: pd.DataFrame, ours: pd.DataFrame, theirs: pd.DataFrame) -> list[str]:
    """One sentence a pair; `ours` and `theirs` are the rows of the pairs, in their order."""
    told: list[list[str]] = [[] for _ in range(len(pairs))]
    against: list[list[str]] = [[] for _ in range(len(pairs))]
    for field, word in [*SHOWN.items(), *_more(pairs)]:
        bits = pairs[field].to_numpy()
        one, two = _values(ours, field), _values(theirs, field)
        for place in np.flatnonzero(bits > TOLD):
            told[place].append(_agreeing(field, word, one[place], two[place]))
        for place in np.flatnonzero(bits < 0) if field.startswith(AGAINST) else ():
            against[place].append(f"{word} differs ({one[place]} / {two[place]})")
    return [", ".join(said) + _but(odd) for said, odd in zip(told, against, strict=True)]


def _more(pairs: pd.DataFrame) -> Iterator[tuple[str, str]]:
    yield "sex", "sex"
    for name in pairs:
        if str(name).startswith(("own.", "extra.")):
            yield str(name), str(name).split(".", 1)[1]


def _but(against: list[str]) -> str:
    return f"; but {' and '.join(against)}" if against else ""


def _agreeing(field: str, word: str, one: str, two: str) -> str:
    same = one == two or (one.casefold() == two.casefold() and field != "name")
    if same:
        return f"same {word} ({one})"
    if field == "name":
        return f"names {one} and {two}"
    return f"{LIKE.get(field, f'similar {word}')} ({one} / {two})"


def _values(rows: pd.DataFrame, field: str) -> list[str]:
    """The cells as a person wrote them."""
    if field == "name":
        return _names(rows)
    column = "extra." + field.removeprefix("own.") if field.startswith("own.") else field
    column = "phone_key" if column == "phone" and "phone" not in rows else column
    return ["" if value is None else value.strip() for value in cells((rows,), column).to_pylist()]


def _names(rows: pd.DataFrame) -> list[str]:
    """The name, else given and family name, else the company."""
    name, given, family, company = (
        cells((rows,), column).to_pylist() for column in ("name", "given_name", "family_name", "company")
    )
    joined = [" ".join(filter(None, both)) for both in zip(given, family, strict=True)]
    return [a or b or c or "" for a, b, c in zip(name, joined, company, strict=True)]
