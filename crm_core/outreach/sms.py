"""What a text message costs and where it goes: parts as the network counts them, numbers as services take them."""

import re
from math import ceil

# The letters of the usual alphabet, and those that count twice in it (GSM 03.38); with any other a part is shorter.
PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWICE = frozenset("\f^{}\\[~]|€")
ALONE, JOINED = (160, 153), (70, 67)  # letters of a single part and of each of several: plain, and any other
EXTENSION = re.compile(r"(?i)\s*(?:;|,|ext|x|#).*$")


def parts(text: str) -> int:
    """How many text messages this is."""
    is_plain = PLAIN.issuperset(set(text) - TWICE)
    length = (
        len(text) + sum(letter in TWICE for letter in text)
        if is_plain
        else len(text.encode("utf-16-le")) // 2
    )
    alone, each = ALONE if is_plain else JOINED
    return 1 if length <= alone else ceil(length / each)


def dialled(phone: str) -> str:
    """The number in digits, with its plus where it has one; without an extension, which no text message reaches."""
    number = EXTENSION.sub("", phone.strip())
    return ("+" if number.startswith("+") else "") + "".join(filter(str.isdigit, number))
