"""Random tokens: whoever holds one may come in, so what is stored of it is only its fingerprint."""

import hashlib
import secrets

BYTES = 32


def new() -> str:
    """A token of 256 random bits that can stand in an address or a cookie."""
    return secrets.token_urlsafe(BYTES)


def fingerprint(token: str) -> str:
    """SHA-256 of a token as hexadecimal text: what is stored. A random token needs neither salt nor slowness."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
