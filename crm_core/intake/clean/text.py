"""Text stays as it was typed: blanks around it go, nothing else. Tags are split and joined again."""

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from crm_core.intake.clean.parts import Part, Trouble, matches, patch

_SHORTENED = r"^\d\.\d+E\+\d{2}$"  # as Excel shows numbers of more than eleven digits; 1E5 is a code
_TAG_SIGNS = re.compile(r"\s*[,;、|，；\n]\s*")


def read_text(part: Part, **_: Any) -> None:
    """Names are never re-cased, codes keep their zeros and dashes; the trimming is done already."""
    part.values = part.texts


def read_code(part: Part, **_: Any) -> None:
    """Codes as they stand; where a program wrote a column of whole numbers as 12417.0, without the .0."""
    part.values = patch(part, part.texts, matches(part.texts, _SHORTENED), _shortened)
    if not pc.any(pc.ends_with(part.texts, ".0")).as_py():
        return
    floats, decimals = matches(part.texts, r"^\d+\.0$"), matches(part.texts, r"^\d+\.\d+$")
    if floats.equals(decimals):
        cut = pc.replace_substring_regex(part.texts, r"\.0$", "")
        part.values = pc.if_else(floats, cut, part.values)


def _shortened(text: str) -> Trouble:
    return Trouble(
        f"“{text}” is a long number that a spreadsheet has shortened: its last digits are lost. Take it from where it "
        "comes from, as text."
    )


def read_tags(part: Part, **_: Any) -> None:
    """Tags split at , ; 、 | and kept as "a, b", each once."""
    part.values = patch(part, part.texts, matches(part.texts, r"[,;、|，；\n]"), _tags)


def _tags(text: str) -> str | None:
    tags = dict.fromkeys(tag for tag in _TAG_SIGNS.split(text.strip()) if tag)
    return ", ".join(tags) or None


def nothing(texts: pa.Array) -> pa.Array:
    """As many blanks as there are texts."""
    return pa.nulls(len(texts), pa.large_string())
