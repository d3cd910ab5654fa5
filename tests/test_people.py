"""Passwords, tokens and waiting: what is kept, what is refused, how long somebody waits."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.errors import InvalidInput
from crm_core.people import passwords, tokens, waiting

GOOD = "a quiet morning walk"


def test_a_password_is_kept_as_argon2id():
    """19 MiB, two passes, one lane, as the sheet of OWASP says; a salt of its own each time."""
    kept = passwords.hash_password(GOOD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$") and GOOD not in kept
    assert kept != passwords.hash_password(GOOD)


def test_a_password_fits_its_hash_only():
    """Its own opens; another, another case, a damaged hash and none at all do not."""
    kept = passwords.hash_password(GOOD)
    assert passwords.fits(kept, GOOD)
    assert not passwords.fits(kept, GOOD.upper()) and not passwords.fits(kept, "")
    assert not passwords.fits("no hash", GOOD) and not passwords.fits(None, GOOD)
    assert not passwords.fits(kept, "\ud800") and not passwords.fits(None, "nobody has this one")


def test_where_there_is_no_account_the_work_is_the_same():
    """Nobody learns from the time which names exist: the same hash is computed. Half of it is a wide margin."""
    kept = passwords.hash_password(GOOD)
    passwords.fits(None, "warm")

    def took(held: str | None) -> float:
        times = []
        for _ in range(9):
            begun = time.perf_counter()
            passwords.fits(held, "wrong")
            times.append(time.perf_counter() - begun)
        return sorted(times)[4]

    assert 0.5 < took(None) / took(kept) < 2


def test_a_hash_of_other_costs_is_dated():
    """So that it is made again when its owner signs in."""
    assert not passwords.is_dated(passwords.hash_password(GOOD))
    assert passwords.is_dated("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$kkTaCqNNKuqoAgsRdqTkTw")


@pytest.mark.parametrize(
    "text",
    [
        "short", "nine char", "x" * 201, "aaaaaaaaaaaa", "abababababab", "password123", "PASSWORD2026!",
        "123qwertyuiop", "qwertz1234", "willkommen1", "1234567890", "anna novak 1", "ANNA NOVAKOVA",
        "line\nbreak in it", "zero\x00 in it",
    ],
)  # fmt: skip
def test_an_easy_password_is_refused(text):
    """Too short, too long, a few signs over and over, a usual one with figures around, or the name."""
    with pytest.raises(InvalidInput):
        passwords.check_new(text, "Anna Novak")


@pytest.mark.parametrize(
    "text", [GOOD, "Tr0ub4dor&3x", "лето в деревне", "早上好我的朋友們今天", "x1y2z3x1y2z3"]
)
def test_a_good_password_is_taken(text):
    """Length is what counts; any script, spaces too."""
    passwords.check_new(text, "Anna Novak")


def test_tokens_are_long_and_differ():
    """256 random bits in what an address or a cookie can hold."""
    made = {tokens.new() for _ in range(100)}
    assert len(made) == 100 and all(len(one) == 43 for one in made)
    assert all(
        set(one) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") for one in made
    )


def test_a_fingerprint_is_sha256():
    """The known value of "abc" (FIPS 180); broken letters have one too, since anybody can send them."""
    assert tokens.fingerprint("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert len(tokens.fingerprint("\ud800")) == 64


@pytest.mark.parametrize("what", ["name", "device", "address"])
@given(failures=st.integers(0, 10**9))
def test_a_wait_grows_and_ends(what, failures):
    """Never shorter than after one failure less, never longer than its limit, none for the first few."""
    assert waiting.seconds(failures, what) <= waiting.seconds(failures + 1, what) <= waiting.LONGEST[what]
    assert (waiting.seconds(failures, what) == 0) == (failures < waiting.FREE[what])


def test_a_wait_doubles():
    """Five wrong guesses of a name are free, then 1, 2, 4 seconds and so on up to a minute."""
    assert [waiting.seconds(n) for n in (0, 4, 5, 6, 7, 10, 11, 99)] == [0, 0, 1, 2, 4, 32, 60, 60]


def test_a_quiet_hour_wipes_the_slate():
    """Failures of long ago count no more."""
    assert waiting.counts(99, waiting.QUIET - 1) == 99 and waiting.counts(99, waiting.QUIET) == 0
    assert waiting.left(6, "name", 0.5) == 1.5 and waiting.left(6, "name", 3) == 0
