@@def currencies_in(text: str) -> set[str]:
    """The currencies that a cell names beyond doubt."""
    marks = [
        mark.strip() for mark in re.split(r"[\d.,()'’\s-]+", unicodedata.normalize("NFKC", text).lower())
    ]
    return {CURRENCIES[mark] for mark in marks if CURRENCIES.get(mark)}


def read_one(text: str, decimal: str) -> Decimal | Trouble:
    """One number: currency, grouping, (brackets) or a trailing minus for a negative; full-width digits."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    negative = plain.startswith("(") and plain.endswith(")")
    bare = _without_marks(plain.strip("()").strip())
    if bare is None:
        return Trouble(f"“{text}” is no number.")
    sign, digits = bare
    return _checked(text, digits, decimal, -1 if negative or sign else 1)


def _without_marks(text: str) -> tuple[bool, str] | None:
    """Whether a minus stands there, and the digits without currency and unit; None when other words stand there."""
    found = _NUMBER.search(text)
    if found is None:
        return None
    rest = text[: found.start()] + " " + text[found.end() :]
    marks = [mark for mark in fold(rest.replace("-", " ").replace("+", " ")).split() if mark.strip(".")]
    known = all(mark in _marks() or mark.strip(".") in _marks() for mark in marks)
    return (rest.count("-") == 1, found.group().strip()) if known and rest.count("-") < 2 else None


@lru_cache(maxsize=1)
def _marks() -> frozenset[str]:
    return frozenset(map(fold, CURRENCIES)) | lexicon.flat("units")


def _checked(text: str, digits: str, decimal: str, sign: int) -> Decimal | Trouble:
    # A cell written by a program (12.5, 1e5) has no groups; one with a comma column's sign must fit that column.
    if (decimal == "." and _PLAIN.fullmatch(digits)) or digits.isdigit():
        plain = digits
    elif _GROUPS[decimal].fullmatch(digits):
        other = ",'’_ " if decimal == "." else ".'’_ "
        plain = digits.translate({ord(mark): None for mark in other}).replace(",", ".")
    else:
        return Trouble(f"“{text}” does not fit this column, whose decimal sign is “{decimal}”.")
    try:
        return Decimal(plain) * sign
    except InvalidOperation:
        return Trouble(f"“{text}” is no number.")


def _units(number: Decimal | Trouble) -> int | Trouble:
    if isinstance(number, Trouble):
        return number
    if abs(number) >= _LARGEST:
        return Trouble(f"{number:f} is too large for an amount.")
    return int((number * MONEY_UNIT).quantize(Decimal(1), ROUND_HALF_UP))


def _float(number: Decimal | Trouble) -> float | Trouble:
    return number if isinstance(number, Trouble) else float(number)


def _whole(text: str, decimal: str) -> int | Trouble:
    number = read_one(text, decimal)
    if isinstance(number, Trouble):
        return number
    return int(number) if number == number.to_integral_value() else Trouble(f"“{text}” is no whole number.")


