"""One number out of one cell: currency signs, groups of thousands, negatives, full-width digits."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from crm_core.intake import lexicon
from crm_core.intake.clean.parts import Trouble
from crm_core.model.folding import fold
from crm_core.model.words import MONEY_UNIT

# What marks a currency beyond doubt; "$", "¥", "元" and "kr" belong to several and stand here without a code.
CURRENCIES = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "歐元": "EUR", "欧元": "EUR", "ยูโร": "EUR",
    "£": "GBP", "英鎊": "GBP", "英镑": "GBP", "zł": "PLN", "złotych": "PLN", "złoty": "PLN",
    "฿": "THB", "บาท": "THB", "baht": "THB", "泰銖": "THB", "泰铢": "THB", "₱": "PHP",
    "nt$": "TWD", "ntd": "TWD", "nt": "TWD", "新台幣": "TWD", "新臺幣": "TWD", "台幣": "TWD", "臺幣": "TWD",
    "us$": "USD", "usd$": "USD", "美元": "USD", "美金": "USD", "円": "JPY", "日元": "JPY", "日圓": "JPY", "jp¥": "JPY",
    "rmb": "CNY", "cn¥": "CNY", "人民币": "CNY", "人民幣": "CNY", "hk$": "HKD", "港幣": "HKD", "港币": "HKD",
    "kč": "CZK", "ft": "HUF", "r$": "BRL", "₹": "INR", "₩": "KRW", "₫": "VND", "đ": "VND", "rm": "MYR", "rp": "IDR",
    "s$": "SGD", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "nz$": "NZD", "mx$": "MXN", "sfr": "CHF",
    "fr": "CHF", "lei": "RON", "лв": "BGN", "₽": "RUB", "₴": "UAH", "₺": "TRY", "₪": "ILS", "₦": "NGN", "dh": "AED",
    "$": "", "¥": "", "元": "", "圓": "", "圆": "", "塊": "", "块": "", "kr": "", "p": "", "peso": "", "pesos": "",
    "piso": "", "r": "", "dollars": "", "pounds": "",
}  # fmt: skip
_CODES = (
    "EUR", "GBP", "PLN", "THB", "PHP", "TWD", "CZK", "USD", "CNY", "CHF", "HUF", "BRL", "INR", "KRW", "VND", "JPY",
    "SEK", "NOK", "DKK", "ISK", "AUD", "CAD", "NZD", "HKD", "SGD", "MYR", "IDR", "MXN", "RON", "BGN", "RUB", "UAH",
    "TRY", "ILS", "ZAR", "AED", "SAR", "NGN", "KES", "EGP", "CLP", "COP", "ARS", "PEN", "MOP", "PKR", "LKR", "BDT",
)  # fmt: skip
CURRENCIES |= {code.lower(): code for code in _CODES}
PLAIN = re.compile(r"\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+", re.IGNORECASE)
_GROUPS = {
    ".": re.compile(r"\d{1,3}(?:[ ,'’_]\d{2,3})*[ ,'’_]\d{3}(?:\.\d*)?"),
    ",": re.compile(r"\d{1,3}(?:[ .'’_]\d{3})+(?:,\d*)?|\d*,\d+|\d+,"),
}
_NUMBER = re.compile(r"[\d.][\d.,'’_ ]*(?:e[+-]?\d+)?|,\d+", re.IGNORECASE)
_BRACKETED = re.compile(r"[^\d()]*\([^()]*\d[^()]*\)[^\d()]*")
_ROUND = re.compile(r"(\d)\s*[.,]\s*[-–—]+(?=\D*$)")  # 12.- and 1'200.— are whole francs, nothing is owed
_PERCENT = re.compile(r"\s*[%％٪]\s*")
_POWER = 300  # of ten; beyond it neither floats nor people can follow
_MINUS = str.maketrans("–▲△", "---")  # 25 owed is –25 in letters and ▲25 in East Asian books
_LARGEST = 2**63 // MONEY_UNIT


def currencies_in(text: str) -> set[str]:
    """The currencies that a cell names beyond doubt."""
    marks = [
        mark.strip() for mark in re.split(r"[\d.,()'’\s-]+", unicodedata.normalize("NFKC", text).lower())
    ]
    return {CURRENCIES[mark] for mark in marks if CURRENCIES.get(mark)}


def read_one(text: str, decimal: str) -> Decimal | Trouble:
    """One number: currency, grouping, (brackets) or a trailing minus for a negative; full-width digits."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    plain = _ROUND.sub(r"\1", plain).translate(_MINUS)
    negative = bool(_BRACKETED.fullmatch(plain))
    bare = _without_marks(re.sub(r"[()]", " ", plain).strip() if negative else plain)
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
    if (decimal == "." and PLAIN.fullmatch(digits)) or digits.isdigit():
        plain = digits
    elif _GROUPS[decimal].fullmatch(digits):
        other = ",'’_ " if decimal == "." else ".'’_ "
        plain = digits.translate({ord(mark): None for mark in other}).replace(",", ".")
    else:
        return Trouble(f"“{text}” does not fit this column, whose decimal sign is “{decimal}”.")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return Trouble(f"“{text}” is no number.")
    if number and number.adjusted() > _POWER:
        return Trouble(f"“{text}” is too large a number.")
    return number * sign


def read_share(text: str, decimal: str) -> Decimal | Trouble:
    """A share: "10 %" and "12,5%" are 0.1 and 0.125; without the sign the number as it stands."""
    bare = _PERCENT.sub("", text, count=1)
    number = read_one(bare, decimal)
    if isinstance(number, Trouble):
        return Trouble(f"“{text}” is no number.")
    return number if bare == text else number / 100


def units(number: Decimal | Trouble) -> int | Trouble:
    """Whole ten-thousandths, half up."""
    if isinstance(number, Trouble):
        return number
    if abs(number) >= _LARGEST:
        return Trouble(f"{number} is too large for an amount.")
    return int((number * MONEY_UNIT).quantize(Decimal(1), ROUND_HALF_UP))


def floating(number: Decimal | Trouble) -> float | Trouble:
    """The number as a float; a trouble stays one."""
    return number if isinstance(number, Trouble) else float(number)


def whole(text: str, decimal: str) -> int | Trouble:
    """A whole number, or why the cell is none."""
    number = read_one(text, decimal)
    if isinstance(number, Trouble):
        return number
    return int(number) if number == number.to_integral_value() else Trouble(f"“{text}” is no whole number.")
