"""Where SQLite and PostgreSQL say the same thing in different words: dates, folded text, extra fields."""

import math
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from functools import cache, partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from crm_core.ledger.store.tables import IsoDate
from crm_core.model.folding import fold

EPOCH = date(1970, 1, 1).toordinal()
GEOMETRY = ("sin", "cos")


class day_number(FunctionElement[int]):
    """Days from 1970-01-01 to a date column, a whole number: differences are days."""

    inherit_cache = True
    type = sa.Integer()


class day_of(FunctionElement[str]):
    """The date (ISO text in Python) of a whole `day_number`."""

    inherit_cache = True
    type = IsoDate()


class month_of(FunctionElement[str]):
    """`YYYY-MM` of a date column."""

    inherit_cache = True
    type = sa.Text()


class month_day_of(FunctionElement[str]):
    """`MM-DD` of a date column."""

    inherit_cache = True
    type = sa.Text()


class whole(FunctionElement[int]):
    """The whole part of a number that is not negative."""

    inherit_cache = True
    type = sa.BigInteger()


class folded(FunctionElement[str]):
    """`model.folding.fold` of a text column, in the order of its letters."""

    inherit_cache = True
    type = sa.Text()


class by_letter(FunctionElement[str]):
    """A text column in the order of its code points, whatever the server's locale."""

    inherit_cache = True
    type = sa.Text()


class extra_text(FunctionElement[str]):
    """The text of one key of the JSON in a column, NULL where it is absent."""

    inherit_cache = True
    type = sa.Text()


class as_text(FunctionElement[str]):
    """Any column as text, for an aggregate of texts: SQLite's takes numbers as they are, a fifth quicker."""

    inherit_cache = True
    type = sa.Text()


class in_list(FunctionElement[bool]):
    """Whether a text column is one of the texts in a JSON list, bound as one value however long it is."""

    inherit_cache = True
    type = sa.Boolean()


class differ(FunctionElement[bool]):
    """Of a group: whether a column holds more than one value there, NULL aside.

    Where an index gives the order, the one count of distinct values is half of what a smallest and a greatest cost.
    """

    inherit_cache = True
    type = sa.Boolean()


# By element what SQLite says and what PostgreSQL says; `{0}` is the first argument.
WORDS: dict[type[FunctionElement[Any]], tuple[str, str]] = {
    day_number: ("CAST(julianday({0}) - 2440587.5 AS INTEGER)", "({0} - DATE '1970-01-01')"),
    day_of: ("date({0} + 2440587.5)", "(DATE '1970-01-01' + CAST({0} AS INTEGER))"),
    month_of: ("substr({0}, 1, 7)", "to_char({0}, 'YYYY-MM')"),
    month_day_of: ("substr({0}, 6, 5)", "to_char({0}, 'MM-DD')"),
    whole: ("CAST({0} AS INTEGER)", "CAST(floor({0}) AS BIGINT)"),
    differ: ("(count(DISTINCT {0}) > 1)", "(min({0}) < max({0}))"),
    as_text: ("{0}", "CAST({0} AS TEXT)"),
    by_letter: ("{0}", '({0} COLLATE "C")'),
    extra_text: ("json_extract({0}, '$.' || json_quote({1}))", "(CAST({0} AS JSON) ->> CAST({1} AS TEXT))"),
    in_list: (
        "({0} IN (SELECT value FROM json_each({1})))",
        "({0} IN (SELECT json_array_elements_text(CAST({1} AS JSON))))",
    ),
}


def _say(words: str) -> Any:
    def compile_element(element: Any, compiler: Any, **options: Any) -> str:
        return words.format(*(compiler.process(clause, **options) for clause in element.clauses))

    return compile_element


for _element, (_sqlite, _postgresql) in WORDS.items():
    compiles(_element, "sqlite")(_say(_sqlite))
    compiles(_element, "postgresql")(_say(_postgresql))


@compiles(folded, "sqlite")
def _folded_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"regulars_fold({compiler.process(element.clauses, **options)})"


@compiles(folded, "postgresql")
def _folded_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    # lower() and collations follow the server's locale; a table of letters is the same everywhere.
    given = text = compiler.process(element.clauses, **options)
    for letter, pair in _pairs().items():
        text = f"replace({text}, '{letter}', '{pair}')"
    source, target = _letters()
    text = f"btrim(regexp_replace(translate({text}, '{source}', '{target}'), '\\s+', ' ', 'g'))"
    # Most texts are plain: ten times as quick.
    plain = f"{given} ~ '^([!-~]+( [!-~]+)*)?$'"
    return f'((CASE WHEN {plain} THEN lower({given} COLLATE "C") ELSE {text} END) COLLATE "C")'


# Latin, Greek and Cyrillic, and Latin in full width: the scripts that have small letters and accents.
SCRIPTS = (range(0x41, 0x530), range(0x1E00, 0x1F00), range(0xFF21, 0xFF3B), range(0xFF41, 0xFF5B))
ACCENTS = range(0x300, 0x370)


@cache
def _changed() -> list[tuple[str, str]]:
    letters = (chr(code) for codes in SCRIPTS for code in codes if code not in ACCENTS)
    return [(letter, fold(letter)) for letter in letters if letter.isalpha() and fold(letter) != letter]


@cache
def _letters() -> tuple[str, str]:
    """Letters beside the one letter that they fold to; last what folds to nothing, such as accents."""
    single = [(letter, plain) for letter, plain in _changed() if len(plain) == 1]
    nothing = [letter for letter, plain in _changed() if not plain] + list(map(chr, ACCENTS))
    return "".join([letter for letter, _ in single] + nothing), "".join(plain for _, plain in single)


@cache
def _pairs() -> dict[str, str]:
    """Letters that fold to two or more: few enough to be replaced one by one."""
    return {letter: plain for letter, plain in _changed() if len(plain) > 1}


def teach(connection: Connection) -> None:
    """Give a SQLite connection the functions that our SQL says; PostgreSQL needs none."""
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        driver.create_function("regulars_fold", 1, _fold_or_none, deterministic=True)
        for name in _missing(sqlite3.sqlite_version):
            driver.create_function(name, 1, partial(_of_number, getattr(math, name)), deterministic=True)


@cache
def _missing(_version: str) -> tuple[str, ...]:
    """The functions of geometry that this SQLite was built without."""
    with closing(sqlite3.connect(":memory:")) as probe:
        known = {name for (name,) in probe.execute("SELECT name FROM pragma_function_list")}
    return tuple(name for name in GEOMETRY if name not in known)


def _of_number(function: Callable[[float], float], number: Any) -> float | None:
    return None if number is None else function(float(number))


def _fold_or_none(text: Any) -> str | None:
    return None if text is None else fold(str(text))
