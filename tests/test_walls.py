"""The walls of the house: who may import whom, who may say "today", how long pages and functions may be.

Every wall is a small function from source text to a list of complaints, so each is also shown a
counter-example: a wall that cannot fall is no wall.
"""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = {"intake", "ledger", "insight", "outreach", "people", "demo"}
GROUND = {"model", "workbook", "watch", "errors"}
FACES = {"cli", "serve", "site", "__main__"}

# What each part of crm_core may import of crm_core, besides itself.
MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),
    "errors": set(),
    "model": {"errors"},
    "workbook": {"errors"},
    "watch": {"errors"},
    **dict.fromkeys(ROOMS, GROUND),
    "actions": ROOMS | GROUND,
    "views": ROOMS | GROUND,
    "serve": {"site", "errors"},
    "site": {"errors"},
    "cli": {"actions", "views", "model", "errors", "serve", "watch"},
    "__main__": {"cli"},
    "app": {"actions", "views", "model", "errors", "watch"},
    "pages": {"actions", "views", "model", "errors", "watch"},
}
PAGE_LINES, FILE_LINES, FUNCTION_LINES, SHORT_LINES, SHORT_SHARE = 120, 300, 50, 10, 0.8
BLANKET_ALLOWED: set[str] = set()
CLOCK = "crm_core/ledger/store/clock.py"
Wall = Callable[[str, str], list[str]]
SQL_CLOCK = re.compile(r"\bcurrent_(date|time|timestamp)\b|\bnow\s*\(|['\"]now['\"]", re.IGNORECASE)


@cache
def sources() -> dict[str, str]:
    """Every module of the program, as path → text."""
    files = [*ROOT.glob("app.py"), *ROOT.glob("pages/**/*.py"), *ROOT.glob("crm_core/**/*.py")]
    return {f.relative_to(ROOT).as_posix(): f.read_text("utf-8") for f in sorted(files)}


def part_of(path: str) -> str:
    """The part of the house that a file belongs to: a room, `app`, `pages`, or a module of crm_core."""
    first, *rest = path.removesuffix(".py").split("/")
    return one_cli(rest[0]) if first == "crm_core" and rest else first


def one_cli(name: str) -> str:
    """The command line may stand in several modules, cli_parser and so on; they are one part."""
    return "cli" if name.startswith("cli_") else name


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every imported module with its line; `from crm_core import ledger` counts as crm_core.ledger."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            joined = (f"{base}.{alias.name}" for alias in node.names)
            yield from ((name, node.lineno) for name in (joined if base in ("crm_core", "pages") else [base]))


def is_below_faces(path: str) -> bool:
    """Whether a file belongs to the floors that are told the date."""
    return path.startswith("crm_core/") and part_of(path) not in FACES


# The walls: (source, path) → complaints ---------------------------------------------------------------------


def wrong_imports(source: str, path: str) -> list[str]:
    """Imports that go up, sideways, or are relative."""
    part, wrong = part_of(path), []
    for name, line in imports(ast.parse(source)):
        top, *rest = name.split(".")
        target = one_cli(rest[0]) if top == "crm_core" and rest else top
        if name.startswith("."):
            wrong.append(f"{path}:{line} imports {name} by a relative path")
        elif top == "crm_core" and target != part and target not in MAY_IMPORT.get(part, set()):
            wrong.append(f"{path}:{line} imports {name}, which {part} must not know")
        elif top in ("pages", "app") and not (part in ("pages", "app") and rest and rest[0].startswith("_")):
            wrong.append(f"{path}:{line} imports {name}; only files of pages that begin with _ are shared")
    return wrong


def wrong_libraries(source: str, path: str) -> list[str]:
    """Streamlit inside crm_core, or SQLAlchemy (or a driver) outside the ledger."""
    kept = {"streamlit": not path.startswith("crm_core/")}
    kept |= dict.fromkeys(("sqlalchemy", "sqlite3", "psycopg"), path.startswith("crm_core/ledger/"))
    tops = ((name.split(".")[0], line) for name, line in imports(ast.parse(source)))
    return [f"{path}:{line} imports {top}" for top, line in tops if not kept.get(top, True)]


def clocks(source: str, path: str) -> list[str]:
    """Whatever asks what day or time it is, in Python or in SQL; texts that only explain do not count."""
    tree = ast.parse(source)
    explaining = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = []
    for node in ast.walk(tree):
        text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explaining
        if (text and SQL_CLOCK.search(node.value)) or is_clock(node):
            found.append(f"{path}:{node.lineno} asks for the time: {ast.unparse(node)}")
    return found


def is_clock(node: ast.AST) -> bool:
    """`date.today`, `datetime.now`, `func.now`, `time.time` and their kin, also imported by name."""
    if isinstance(node, ast.ImportFrom) and node.module == "time":
        return bool({"time", "localtime", "gmtime", "ctime"} & {alias.name for alias in node.names})
    if not isinstance(node, ast.Attribute):
        return False
    owner = ast.unparse(node.value).rsplit(".", 1)[-1]
    by_time = owner == "time" and node.attr in ("time", "time_ns", "localtime", "gmtime", "ctime")
    return by_time or node.attr in ("today", "now", "utcnow", "current_date", "current_timestamp")


def blankets(source: str, path: str) -> list[str]:
    """`except:`, `except Exception:` and `suppress(Exception)`, alone or in a tuple."""
    found = []
    for node in ast.walk(ast.parse(source)):
        caught: list[ast.expr | None] = []
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]  # type: ignore[assignment]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            caught = list(node.args)
        if any(c is None or is_everything(c) for c in caught):
            found.append(f"{path}:{node.lineno} catches everything")  # type: ignore[attr-defined]
    return [] if path in BLANKET_ALLOWED else found


def is_everything(node: ast.expr) -> bool:
    """Whether an expression is the class Exception or BaseException itself, also as builtins.Exception."""
    return ast.unparse(node).rsplit(".", 1)[-1] in ("Exception", "BaseException")


def evaluators(source: str, path: str) -> list[str]:
    """`eval`, `exec`, `compile`, `__import__`, and a frame's `eval`; `re.compile` is not meant."""
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    banned = {"eval", "exec", "compile", "__import__"}
    return [
        f"{path}:{func.lineno} evaluates text: {ast.unparse(func)}"
        for func in calls
        if (isinstance(func, ast.Name) and func.id in banned)
        or (isinstance(func, ast.Attribute) and func.attr in ("eval", "exec"))
    ]


def too_long(source: str, path: str) -> list[str]:
    """A page over 120 lines, any other file over 300."""
    is_page = path.startswith("pages/") and "/_" not in path
    limit = PAGE_LINES if is_page else FILE_LINES
    count = len(source.splitlines())
    return [f"{path} has {count} lines, {limit} are allowed"] if count > limit else []


def functions(source: str) -> Iterator[tuple[str, int]]:
    """Every function with its length: lines from `def` to the end, without blank ones and the docstring."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            doc = first if ast.get_docstring(node, clean=False) is not None else None
            skip = set(range(doc.lineno, (doc.end_lineno or 0) + 1)) if doc else set()
            body = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            yield node.name, sum(1 for n in body if n not in skip and lines[n - 1].strip())


def long_functions(source: str, path: str) -> list[str]:
    """Functions over 50 lines."""
    return [f"{path} {name} has {n} lines" for name, n in functions(source) if n > FUNCTION_LINES]


def short_share(texts: dict[str, str]) -> float:
    """The share of functions with at most 10 lines, 0..1."""
    lengths = [n for text in texts.values() for _, n in functions(text)]
    return sum(n <= SHORT_LINES for n in lengths) / max(1, len(lengths))


def closed_desks(source: str, path: str) -> list[str]:
    """A page whose first statement after its docstring and imports is not a call of open_desk."""
    body = ast.parse(source).body
    told = (ast.Import, ast.ImportFrom)
    rest = [n for i, n in enumerate(body) if not isinstance(n, told) and not (i == 0 and is_text(n))]
    called = getattr(rest[0], "value", None) if rest else None
    opens = isinstance(called, ast.Call) and ast.unparse(called.func).rsplit(".", 1)[-1] == "open_desk"
    return [] if opens else [f"{path} does not begin with desk = open_desk()"]


def is_text(node: ast.stmt) -> bool:
    """Whether a statement is a bare text, such as a docstring."""
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


# The house stands -------------------------------------------------------------------------------------------


def complaints(wall: Wall, meant: Callable[[str], bool] = lambda path: True) -> list[str]:
    """What a wall says of every file that it is meant for."""
    return [line for path, text in sources().items() if meant(path) for line in wall(text, path)]


def is_page(path: str) -> bool:
    """Whether a file is a page that a browser can open."""
    return path.startswith("pages/") and "/_" not in path


def test_every_part_has_its_place():
    """No file of crm_core belongs to a part that the plan of the house does not know."""
    assert {part_of(path) for path in sources()} <= set(MAY_IMPORT)


def test_imports_only_go_down():
    """Faces import the desk, the desk imports rooms, rooms import the ground, and nobody a neighbour."""
    assert complaints(wrong_imports) == []


def test_libraries_stay_in_their_rooms():
    """Streamlit is known to the screens only, the database only to the ledger."""
    assert complaints(wrong_libraries) == []


def test_only_faces_say_today():
    """Below the faces the date is given as `as_of`; the journal's stamp is the one exception."""
    assert complaints(clocks, lambda path: is_below_faces(path) and path != CLOCK) == []


def test_the_stamp_is_one_place():
    """The ledger's clock asks for the time exactly once."""
    if CLOCK not in sources():
        pytest.skip("the ledger is not here")
    assert len(clocks(sources()[CLOCK], CLOCK)) == 1


def test_nothing_is_caught_blindly():
    """No bare and no blanket except."""
    assert complaints(blankets) == []


def test_no_text_is_evaluated():
    """No eval and no exec."""
    assert complaints(evaluators) == []


def test_files_are_short():
    """A page has at most 120 lines, any other file 300."""
    assert complaints(too_long) == []


def test_functions_are_short():
    """No function has more than 50 lines and four of five have at most 10."""
    assert complaints(long_functions) == []
    assert short_share(sources()) >= SHORT_SHARE


def test_pages_open_the_desk_first():
    """A page that is reached by a deep link begins by opening the desk."""
    assert complaints(closed_desks, is_page) == []


# Every wall can fall ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("from crm_core.ledger import journal", "crm_core/intake/plan.py"),
        ("from crm_core import ledger", "crm_core/intake/plan.py"),
        ("import crm_core.actions.save", "crm_core/people/roles.py"),
        ("from crm_core.views import customers", "crm_core/actions/save.py"),
        ("from crm_core.model import words", "crm_core/workbook/read.py"),
        ("from crm_core.workbook import read", "crm_core/model/words.py"),
        ("from . import plan", "crm_core/intake/clean.py"),
        ("def f():\n    from crm_core.ledger import journal", "pages/upload.py"),
        ("from pages.today import x", "pages/upload.py"),
        ("from pages._parts import x", "crm_core/cli.py"),
        ("from crm_core.cli import main", "crm_core/serve.py"),
    ],
)
def test_a_wrong_import_is_found(source, path):
    """Up, sideways, relative or hidden in a function: each is named with its line."""
    assert len(wrong_imports(source, path)) == 1


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("from crm_core.model.words import X", "crm_core/ledger/store/tables.py"),
        ("from crm_core.ledger import tables", "crm_core/ledger/writing/journal.py"),
        ("from crm_core.intake import plan", "crm_core/actions/save.py"),
        ("from crm_core.cli_parser import parser", "crm_core/cli.py"),
        ("from pages._parts import open_desk", "pages/upload.py"),
        ("from pages._charts import bars", "pages/_parts.py"),
        ("import pandas as pd", "crm_core/model/words.py"),
    ],
)
def test_a_right_import_passes(source, path):
    """What the plan of the house allows is not complained about."""
    assert wrong_imports(source, path) == []


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("import streamlit as st", "crm_core/views/today.py"),
        ("from sqlalchemy import select", "crm_core/views/today.py"),
        ("import sqlalchemy.exc", "pages/today.py"),
        ("import sqlite3", "crm_core/cli.py"),
    ],
)
def test_a_library_in_the_wrong_room_is_found(source, path):
    """Streamlit in the core and a database outside the ledger are named."""
    assert len(wrong_libraries(source, path)) == 1
    assert wrong_libraries("import streamlit", "pages/today.py") == []
    assert wrong_libraries("import sqlalchemy", "crm_core/ledger/store/tables.py") == []


@pytest.mark.parametrize(
    "source",
    [
        "date.today()",
        "dt.date.today()",
        "datetime.now(UTC)",
        "datetime.utcnow()",
        "pd.Timestamp.now()",
        "pd.Timestamp.today()",
        "time.time()",
        "from time import time",
        "f = date.today",
        "func.now()",
        "sql = 'SELECT CURRENT_DATE'",
        "sql = \"SELECT date('now')\"",
        "sql = f\"WHERE day < date('now', {x})\"",
    ],
)
def test_a_clock_is_found(source):
    """Every usual way to ask for the time is seen, in Python and in SQL."""
    assert clocks(source, "x.py")


@pytest.mark.parametrize(
    "source", ["'''Not today(), not now().'''", "time.monotonic()", "known = 1", "'known (old)'"]
)
def test_what_is_no_clock_passes(source):
    """Explanations, stop watches and words that contain 'now' are no clocks."""
    assert clocks(source, "x.py") == []


@pytest.mark.parametrize(
    "handler",
    ["except:", "except Exception:", "except BaseException as e:", "except (ValueError, Exception):"],
)
def test_a_blanket_is_found(handler):
    """A bare except and an except for everything are named; an exact one is not."""
    assert len(blankets(f"try:\n    f()\n{handler}\n    pass", "x.py")) == 1
    assert blankets("try:\n    f()\nexcept (OSError, ParseException):\n    pass", "x.py") == []
    assert len(blankets("with contextlib.suppress(Exception):\n    f()", "x.py")) == 1


def test_an_evaluator_is_found():
    """eval, exec and a frame's eval are named; a compiled pattern is not."""
    texts = ("eval(x)", "exec(x)", "frame.eval('a + b')", "pd.eval(x)")
    assert all(evaluators(text, "x.py") for text in texts)
    assert evaluators("re.compile(x)", "x.py") == []


def test_a_long_file_is_found():
    """A page of 121 lines and a module of 301 are named, one line less is not."""
    assert too_long("x\n" * 121, "pages/today.py") and not too_long("x\n" * 120, "pages/today.py")
    assert too_long("x\n" * 301, "pages/_parts.py") and not too_long("x\n" * 300, "crm_core/cli.py")


def test_a_long_function_is_found():
    """The docstring and blank lines do not count, every other line does."""
    long = 'def f():\n    """Doc\n    on two lines."""\n\n' + "    x = 1\n" * 50
    assert long_functions(long, "x.py") == ["x.py f has 51 lines"]
    assert list(functions(long.replace("    x = 1\n" * 50, "    x = 1\n" * 9))) == [("f", 10)]


def test_the_share_of_short_functions_is_counted():
    """Three short functions and one long one are three quarters."""
    short, long = "def f():\n    pass\n", "def g():\n" + "    x = 1\n" * 10
    assert short_share({"a.py": short * 2 + long, "b.py": short}) == 0.75


def test_a_closed_desk_is_found():
    """A page that does anything before it opens the desk is named."""
    imported = '"""Doc."""\nimport streamlit as st\nfrom pages._parts import open_desk\n'
    assert closed_desks(imported + "st.title('x')\ndesk = open_desk()", "pages/x.py")
    assert closed_desks(imported, "pages/x.py")
    assert closed_desks(imported + "desk = open_desk()\nst.title('x')", "pages/x.py") == []
