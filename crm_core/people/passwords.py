"""Passwords: kept as argon2id hashes, new ones held to a few plain rules."""

from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from crm_core.errors import InvalidInput
from crm_core.people.guessed import GUESSED

SHORTEST, LONGEST = 10, 200
# OWASP's password storage sheet: argon2id, 19 MiB, two passes, one lane; about 30 ms. The library's own defaults
# take 64 MiB, which twenty who sign in at once would turn into a full machine.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)


def hash_password(text: str) -> str:
    """The argon2id hash of a password, with its salt and its costs, as one text."""
    return HASHER.hash(text)


def fits(kept: str | None, text: str) -> bool:
    """Whether the password belongs to the hash; where there is none, no, after the same work."""
    try:
        right = HASHER.verify(kept or _nobody(), text)
    except (VerificationError, InvalidHashError, UnicodeError):
        return False
    return right and kept is not None


def is_dated(kept: str) -> bool:
    """Whether the hash was made with other costs than today's, so that it is better made again."""
    return HASHER.check_needs_rehash(kept)


def check_new(text: str, name: str = "") -> None:
    """InvalidInput for a password that is too short, too long, the name itself, or among the first to be guessed.

    Length and a list of what is guessed first, as NIST SP 800-63B asks; no rules about kinds of letters.
    """
    if not text.isprintable():
        raise InvalidInput("The password holds a sign that cannot be typed. Choose another.")
    if not SHORTEST <= len(text) <= LONGEST:
        raise InvalidInput(
            f"The password has {len(text)} characters. Choose one with {SHORTEST} to {LONGEST}; "
            "a few words that only you would put together are easy to remember."
        )
    if _is_guessed(text.casefold(), name.strip().casefold()):
        raise InvalidInput("That password is among the first that anybody would try. Choose another.")


def _is_guessed(text: str, name: str) -> bool:
    """The same few signs over and over, a usual password with figures around it, or the name."""
    core = text.strip("0123456789!?.-_# ")
    return len(set(text)) < 5 or core in GUESSED or text in GUESSED or (len(name) > 2 and name in text)


@cache
def _nobody() -> str:
    """What is compared with where there is no account, so that the answer takes as long."""
    return hash_password("nobody has this one")
