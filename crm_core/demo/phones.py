"""Telephone numbers that reach nobody: drawn from the ranges that regulators keep for fiction, each once."""

import numpy as np

from crm_core.demo.places import PHONES


def draw_phones(count: int, country: str, rng: np.random.Generator) -> list[str | None]:
    """`count` different numbers, those of the country first, then other countries'; None once all are used up."""
    found: list[str | None] = []
    for templates in _in_turn(country):
        if len(found) < count:
            found += _drawn(templates, count - len(found), rng)
    return found + [None] * (count - len(found))


def _in_turn(country: str) -> list[tuple[str, ...]]:
    return [PHONES[name] for name in sorted(PHONES, key=lambda name: name != country.upper())]


def _drawn(templates: tuple[str, ...], count: int, rng: np.random.Generator) -> list[str]:
    sizes = np.array([10 ** template.count("#") for template in templates])
    ends = np.cumsum(sizes)
    numbers = rng.permutation(ends[-1])[:count]
    ranges = np.searchsorted(ends, numbers, side="right")
    inside = numbers - (ends - sizes)[ranges]
    return [_filled(templates[which], int(number)) for which, number in zip(ranges, inside, strict=True)]


def _filled(template: str, number: int) -> str:
    """The template with the number's digits in place of its `#`, from the right, zeros before them."""
    digits = iter(str(number).zfill(template.count("#")))
    return "".join(next(digits) if sign == "#" else sign for sign in template)
