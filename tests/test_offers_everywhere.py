"""A play about a product brings the same people wherever a list or a message is made from it."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FACES = ("app.py", "pages/**/*.py", "crm_core/cli*.py", "crm_core/serve.py")


def trees(*patterns: str) -> Iterator[tuple[str, ast.Module]]:
    """Every file of those, with what it says."""
    for path in sorted(path for pattern in patterns for path in ROOT.glob(pattern)):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


Asking = dict[tuple[str, str], int | None]


def asking() -> Asking:
    """By module and name the public functions of the actions that take `offers`: at which place they take them where no
    name is needed."""
    found: Asking = {}
    for path, tree in trees("crm_core/actions/*.py"):
        for one in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
            plain = [argument.arg for argument in one.args.args]
            named = [argument.arg for argument in one.args.kwonlyargs]
            if "offers" in plain + named and not one.name.startswith("_"):
                found[Path(path).stem, one.name] = plain.index("offers") if "offers" in plain else None
    return found | handed_on(found)


def handed_on(found: Asking) -> Asking:
    """The same functions where another module of the actions imports them, so that faces may take them from there."""
    homes_of = {Path(path).stem: homes(tree) for path, tree in trees("crm_core/actions/*.py")}
    names = ((stem, name, home) for stem, taken in homes_of.items() for name, home in taken.items())
    return {(stem, name): found[home, name] for stem, name, home in names if (home, name) in found}


def forgetful(tree: ast.Module, functions: Asking) -> list[str]:
    """The calls of these functions without offers, as `name in line n`."""
    missing, home = [], homes(tree)
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        # partial(function, …) calls it later
        is_later = called(call.func)[1] == "partial" and bool(call.args)
        module, name = called(call.args[0] if is_later else call.func)
        key = (module or home.get(name, ""), name)
        if key not in functions or any(word.arg == "offers" for word in call.keywords):
            continue
        place, given = functions[key], len(call.args) - is_later
        if place is None or given <= place:
            missing.append(f"{name} in line {call.lineno}")
    return missing


def homes(tree: ast.Module) -> dict[str, str]:
    """By imported name the module that it is imported from."""
    taken = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    return {
        one.asname or one.name: str(node.module).rsplit(".", 1)[-1] for node in taken for one in node.names
    }


def called(node: ast.expr) -> tuple[str, str]:
    """("", "f") for f, ("m", "f") for m.f."""
    if isinstance(node, ast.Attribute):
        return called(node.value)[1], node.attr
    return "", node.id if isinstance(node, ast.Name) else ""


def test_every_face_says_who_may_want_a_product():
    """Each call that makes a list or a message from a page or a command names the offers."""
    functions = asking()
    names = {name for _, name in functions}
    assert {"due_messages", "mail_lists", "hand_over", "issue_call_list"} <= names
    missing = {path: forgetful(tree, functions) for path, tree in trees(*FACES)}
    assert {path: calls for path, calls in missing.items() if calls} == {}


def test_a_call_without_them_is_found():
    """Called by its name, by its module or put off by partial: without offers it is named, with them it is not; nor is
    what only has the same name."""
    text = (
        "from a.m import f\nf(d, a)\nm.f(d)\npartial(f, d, a)\n"  # forgotten
        "f(d, a, p, o)\nf(d, a, offers=o)\npartial(m.f, d, a, offers=o)\nother.f(d)\ng(d)\n"
    )
    assert forgetful(ast.parse(text), {("m", "f"): 3}) == ["f in line 2", "f in line 3", "f in line 4"]
