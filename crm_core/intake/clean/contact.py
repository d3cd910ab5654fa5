"""E-mail addresses, checked plainly."""

import re
import unicodedata
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from crm_core.intake.clean.parts import Part, Trouble, matches, patch

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_PART = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_PLAIN_EMAIL = rf"^{_LOCAL}@{_PART}(?:\.{_PART})*\.[a-z][a-z0-9-]*[a-z0-9]$"
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]]+@[^\s@<>,;:\"()\[\]]+\.[^\s@<>,;:\"().\[\]]{2,}")
_LABEL = re.compile(r"(?i)^(mailto:|e-?mail:|mail:)\s*")
_AROUND = re.compile(r"(?<=\S)\s*@\s*(?=\S)")


def read_email(part: Part, **_: Any) -> None:
    """Addresses with the domain in small letters; what is no address is a trouble and left out."""
    fine = matches(part.texts, _PLAIN_EMAIL)
    kept = pc.if_else(fine, part.texts, pa.scalar(None, pa.large_string()))
    part.values = patch(part, kept, pc.invert(fine), one_email)


def one_email(text: str) -> str | Trouble:
    """One address out of "Name <a@B.com>", "mailto:a@b.com", "a @b.com;" or the address itself."""
    plain = _LABEL.sub("", unicodedata.normalize("NFKC", text).strip().strip("'\"")).partition("?subject=")[0]
    plain = _AROUND.sub("@", plain).rstrip(" ;,")
    found = list(dict.fromkeys(_small_domain(address) for address in _EMAIL.findall(plain)))
    if len(found) > 1:
        return Trouble(f"“{text}” holds several addresses; the first one was taken.", found[0])
    bracketed = re.fullmatch(r"[^<>()]*[<(]\s*([^<>()\s]+)\s*[>)]", plain)
    address = _small_domain(bracketed[1] if bracketed else plain)
    if (
        not _sound(address)
        and found
        and found[0] != address
        and plain.replace(found[0], "").strip(" ;,/") == ""
    ):
        address = found[0]  # the same one twice
    return address if _sound(address) else Trouble(f"“{text}” is no e-mail address.")


def _small_domain(address: str) -> str:
    local, _, domain = address.rstrip(".").rpartition("@")
    return f"{local}@{domain.lower()}"


def _sound(address: str) -> bool:
    local, _, domain = address.rpartition("@")
    bad = ".." in address or local.startswith(".") or local.endswith(".") or domain.startswith((".", "-"))
    return bool(_EMAIL.fullmatch(address)) and not bad and 0 < len(local) <= 64 and len(address) <= 254
