"""One product, however its lines name it: by code, else by name; capitals and accents make no difference."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_core.model.folding import fold

NO_ITEM = -1
COLUMNS = ("item", "code", "product", "category")


@dataclass(frozen=True)
class Variant:
    """Lines with the same code, name and category, as they stand, and how many there are."""

    code: str | None
    product: str | None
    category: str | None
    lines: int


def items_of(variants: Sequence[Variant]) -> tuple[pd.DataFrame, np.ndarray]:
    """The products (item, code, product, category: each as most of the lines say) and for each variant the place of
    its product, NO_ITEM where it names none. Lines without a code belong to the one code that is called like them."""
    keys = _keys(variants)
    names = list(dict.fromkeys(key for key in keys if key))
    places = {key: place for place, key in enumerate(names)}
    said = {
        "code": _most(variants, keys, "code"),
        "product": _most(variants, keys, "product"),
        "category": _most(variants, keys, "category"),
    }
    rows = [
        (key, said["code"].get(key), said["product"].get(key) or said["code"][key], said["category"].get(key))
        for key in names
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")
    return frame, np.array([places.get(key, NO_ITEM) for key in keys], "int32")


def _keys(variants: Sequence[Variant]) -> list[str]:
    by_code = [fold(one.code or "") for one in variants]
    codes = set(filter(None, by_code))
    owner = _owners(_most(variants, by_code, "product"))
    return [
        code or _of_name(fold(one.product or ""), owner, codes)
        for code, one in zip(by_code, variants, strict=True)
    ]


def _of_name(name: str, owner: Mapping[str, str], codes: set[str]) -> str:
    """The product of lines that have only a name; a name spelled like another product's code is kept apart."""
    return owner.get(name) or (f"name: {name}" if name in codes else name)


def _owners(called: Mapping[str, str]) -> dict[str, str]:
    """By folded name the only code of that name."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for code, name in called.items():
        by_name[fold(name)].append(code)
    return {name: codes[0] for name, codes in by_name.items() if len(codes) == 1}


def _most(variants: Sequence[Variant], keys: Sequence[str], what: str) -> dict[str, str]:
    """By key what most of its lines say; among equals the first by letter."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for key, one in zip(keys, variants, strict=True):
        text = " ".join((getattr(one, what) or "").split())
        if key and text:
            counts[key][text] += one.lines
    return {key: min(said, key=lambda text: (-said[text], text)) for key, said in counts.items()}
