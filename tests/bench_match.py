"""The scored comparison of people, timed on made-up people; the makers serve its tests too. All of it is seeded."""

import time
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

_STARTS = "b br c ch d f g gr h j k kr l m n p r s sh st t th v w z"
STARTS = _STARTS.split()
MIDDLES, ENDS = (
    ("a", "e", "i", "o", "u", "ai", "ea", "ou"),
    ("n", "r", "s", "l", "nd", "rt", "m", "ck", "th", ""),
)
KINDS = ("street", "road", "avenue", "lane", "close")
SHORT = {"street": "st", "road": "rd", "avenue": "ave"}
Clock = Callable[[], float]
LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz"))


@cache
def words(seed: int, how_many: int, syllables: int) -> np.ndarray:
    """Made-up words that can be spoken, all different."""
    luck = np.random.default_rng(seed)
    parts = [luck.choice(pick, how_many * 2) for _ in range(syllables) for pick in (STARTS, MIDDLES)]
    made = dict.fromkeys(map("".join, zip(*parts, luck.choice(ENDS, how_many * 2), strict=True)))
    return np.array(list(made)[:how_many], dtype=object)


def drawn(luck: np.random.Generator, values: np.ndarray, rows: int) -> np.ndarray:
    """Values by a long-tailed share, as names and towns have."""
    share = 1.0 / (np.arange(len(values)) + 10)
    return luck.choice(values, rows, p=share / share.sum())


def made_up(rows: int, seed: int = 1) -> pd.DataFrame:
    """Different people: names as common as in life, a birthday, an address, an e-mail and a phone of their own."""
    luck = np.random.default_rng(seed)
    given, family, city = words(91, 400, 2), words(92, 6000, 2), words(93, 200, 3)
    numbers = np.arange(rows)
    return pd.DataFrame(
        {
            "code": [f"S{seed}-{n:06d}" for n in numbers],
            "given_name": drawn(luck, given, rows),
            "family_name": drawn(luck, family, rows),
            "email": [f"box{seed}x{n * 7919 % 10_000_019}@example.com" for n in numbers],
            "phone_key": [f"44{seed}{n * 7_368_787 % 899_999_981 + 100_000_000}" for n in numbers],
            "birthday": birthdays(luck, rows),
            "address": addresses(luck, words(94, 2500, 2), rows),
            "city": drawn(luck, city, rows),
            "postcode": luck.integers(1000, 9999, rows).astype(str),
        }
    ).astype("str")


def birthdays(luck: np.random.Generator, rows: int) -> np.ndarray:
    days = np.datetime64("1935-01-01") + luck.integers(0, 25_500, rows)
    return days.astype(str)


def addresses(luck: np.random.Generator, streets: np.ndarray, rows: int) -> list[str]:
    picked, kinds, numbers = drawn(luck, streets, rows), luck.choice(KINDS, rows), luck.integers(1, 200, rows)
    return [f"{n} {street} {kind}" for n, street, kind in zip(numbers, picked, kinds, strict=True)]


def named(people: pd.DataFrame) -> pd.DataFrame:
    """With the name in one column."""
    joined = people["given_name"].fillna("") + " " + people["family_name"].fillna("")
    return people.drop(columns=["given_name", "family_name"]).assign(name=joined.str.strip())


def slip(luck: np.random.Generator, text: str) -> str:
    """One letter more, less, other, or two exchanged."""
    at, letter = int(luck.integers(0, max(len(text) - 1, 1))), str(luck.choice(LETTERS))
    kind = luck.integers(4)
    middle = [text[at : at + 1] + letter, "", letter, text[at : at + 2][::-1]][kind]
    return text[:at] + middle + text[at + (2 if kind == 3 else 1) :]


def other_date(luck: np.random.Generator, day: str) -> str:
    """Day and month exchanged where that is a day, else one digit of the day other."""
    year, month, date = day.split("-")
    if int(date) <= 12 and luck.random() < 0.5:
        return f"{year}-{date}-{month}"
    return f"{year}-{month}-{date[0]}{int(date[1]) % 8 + 1}"


def spoiled(people: pd.DataFrame, seed: int = 2) -> pd.DataFrame:
    """The same people as somebody else typed them: slips, exchanged names, initials, short streets, gaps."""
    luck = np.random.default_rng(seed)
    rows = [_spoil(luck, row) for row in people.to_dict("records")]
    return pd.DataFrame(rows, index=people.index, columns=people.columns).astype("str")


def _spoil(luck: np.random.Generator, row: dict[str, str]) -> dict[str, str | None]:
    for name, share in (("given_name", 0.25), ("family_name", 0.25), ("address", 0.2), ("city", 0.15)):
        if luck.random() < share:
            row[name] = slip(luck, row[name])
    if luck.random() < 0.1:
        row["given_name"], row["family_name"] = row["family_name"], row["given_name"]
    elif luck.random() < 0.1:
        row["given_name"] = row["given_name"][:1] + "."
    for long, short in SHORT.items():
        row["address"] = row["address"].replace(f" {long}", f" {short}.")
    row["birthday"] = other_date(luck, row["birthday"]) if luck.random() < 0.15 else row["birthday"]
    gone = ["email"] * (luck.random() < 0.7) + ["phone_key"] * (luck.random() < 0.7)
    gone += [name for name in ("birthday", "address", "postcode", "city") if luck.random() < 0.12]
    return {**row, "code": f"other {row['code']}", **dict.fromkeys(gone)}


def bench_match(row: Callable[..., None], people: int = 100_000) -> None:
    """One row each: within itself, against as many others, and the pass that every import makes."""
    ours = made_up(people)
    twice = pd.concat([ours.iloc[: people // 2], spoiled(ours.iloc[: people // 2])], ignore_index=True)
    theirs = spoiled(ours, seed=3)
    plain = named(ours)[["code", "name", "email", "phone_key", "city", "birthday"]]
    pair = f"{people:,} people"
    _timed(row, f"{pair} compared with each other", (twice, None), 60, time.perf_counter)
    _timed(row, f"{pair} against {people:,}", (ours, theirs), 60, time.perf_counter)
    _timed(row, f"the same pass over {people:,} different people, CPU", (plain, None), 2, time.process_time)


def _timed(
    row: Callable[..., None],
    name: str,
    sides: tuple[pd.DataFrame, pd.DataFrame | None],
    bar: int,
    clock: Clock,
) -> None:
    from crm_core.intake.match.likely import likely_pairs

    begin = clock()
    found = len(likely_pairs(*sides))
    spent = clock() - begin
    row(name, f"{spent:.1f} s ({found:,} pairs)", f"≤ {bar} s", spent <= bar)


if __name__ == "__main__":  # python -m tests.bench_match
    bench_match(lambda *told: print("  ".join(map(str, told))))
