"""Plain phone numbers of a whole column at once, by the numbering plans that `phonenumbers` carries."""

import re
from functools import lru_cache

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers.phonemetadata import PhoneMetadata

from crm_core.intake.clean.parts import matches

_NONE = pa.scalar(None, pa.large_string())


def calling_code(number: str) -> int | None:
    """The country calling code of "+48…"; None when there is none of that kind."""
    return next(
        (int(number[1:n]) for n in (2, 3, 4) if number[1:n].isdigit() and int(number[1:n]) in _codes()), None
    )


def as_international(digits: pa.Array, country: str | None) -> pa.Array:
    """Numbers as digits, "+" before those with a country code, to "+48 651 000 627"; blank what fits no plan."""
    made = pa.nulls(len(digits), pa.large_string())
    abroad = pc.fill_null(pc.starts_with(digits, "+"), False)
    for code in _present(digits.filter(abroad)):
        mine = pc.and_(abroad, matches(digits, rf"^\+{code}"))
        made = pc.replace_with_mask(
            made, mine, _readable(pc.utf8_slice_codeunits(digits.filter(mine), 1 + len(str(code))), code)
        )
    home = phonenumbers.country_code_for_region(country) if country else 0
    if home:
        mine = pc.and_(pc.is_valid(digits), pc.invert(abroad))
        made = pc.replace_with_mask(made, mine, _readable(digits.filter(mine), home))
    return made


def _codes() -> dict[int, tuple[str, ...]]:
    return phonenumbers.COUNTRY_CODE_TO_REGION_CODE


def _present(numbers: pa.Array) -> list[int]:
    heads = pc.unique(pc.utf8_slice_codeunits(numbers, 0, 4)).to_pylist()
    return sorted({code for head in heads if (code := calling_code(head)) is not None})


@lru_cache(maxsize=256)
def _plan(code: int) -> PhoneMetadata | None:
    region = phonenumbers.region_code_for_country_code(code)
    return PhoneMetadata.metadata_for_region_or_calling_code(code, region)


def _readable(national: pa.Array, code: int) -> pa.Array:
    """National digits in the plan's grouping, behind their country code."""
    plan = _plan(code)
    if plan is None or plan.national_prefix_transform_rule:
        return pa.nulls(len(national), pa.large_string())
    bare = _possible(plan, _without_prefix(plan, national))
    grouped = _grouped(plan, bare)
    return pc.binary_join_element_wise(
        pa.scalar(f"+{code}", pa.large_string()), grouped, pa.scalar(" ", pa.large_string())
    )


def _without_prefix(plan: PhoneMetadata, national: pa.Array) -> pa.Array:
    """The trunk prefix (0 in most of Europe) goes where what is left is a number of the plan."""
    prefix = plan.national_prefix
    if not prefix:
        return national
    cut = pc.replace_substring_regex(national, f"^{prefix}", "")
    return pc.if_else(pc.and_(_fits(plan, cut), pc.invert(_fits(plan, national))), cut, national)


def _fits(plan: PhoneMetadata, national: pa.Array) -> pa.Array:
    pattern = plan.general_desc.national_number_pattern if plan.general_desc else "$."
    return matches(national, f"^(?:{pattern})$")


def _possible(plan: PhoneMetadata, national: pa.Array) -> pa.Array:
    lengths = pa.array(plan.general_desc.possible_length if plan.general_desc else (), pa.int32())
    known = pc.is_in(pc.cast(pc.utf8_length(national), pa.int32()), value_set=lengths)
    return pc.if_else(pc.and_(_fits(plan, national), known), national, _NONE)


def _grouped(plan: PhoneMetadata, national: pa.Array) -> pa.Array:
    """Each number by the first of the plan's formats that it fits, as the plan wants them tried."""
    made, left = national, pc.is_valid(national)
    for pattern, leading, form in _formats(plan.country_code):
        mine = pc.and_(left, pc.and_(matches(national, f"^(?:{pattern})$"), matches(national, leading)))
        made = pc.if_else(mine, pc.replace_substring_regex(national, f"^(?:{pattern})$", form), made)
        left = pc.and_(left, pc.invert(mine))
    return made


@lru_cache(maxsize=256)
def _formats(code: int) -> tuple[tuple[str, str, str], ...]:
    """(pattern, pattern of the leading digits, format) of one plan, for numbers written internationally."""
    plan = _plan(code)
    formats = (plan.intl_number_format or plan.number_format) if plan else ()
    usable = [(one.pattern, one.leading_digits_pattern, one.format) for one in formats if one.format != "NA"]
    return tuple(
        (pattern, _leading(leading), re.sub(r"\$(\d)", r"\\\1", form))
        for pattern, leading, form in usable
        if pattern and form
    )


def _leading(patterns: list[str] | None) -> str:
    return f"^(?:{patterns[-1]})" if patterns else "^"
