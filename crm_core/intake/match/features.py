"""All that is compared of people, read once into codes and numbers: one row a person, both sides below each other."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_core.intake.match.address import Addresses, read_addresses
from crm_core.intake.match.names import Names, read_names
from crm_core.intake.match.texts import Coded, as_typed, cells, coded, comparable
from crm_core.intake.match.weights import CIRCUMSTANCE, CROWD, IDENTITY, WEIGHTS

PHONE_TAIL = 8  # digits that two spellings of a number share, with and without the code of the country
SHORTEST_LOCAL = 5
EXTRA = "extra."
# Mailboxes of an office, not of a person.
OFFICES = [
    "info",
    "office",
    "contact",
    "kontakt",
    "sales",
    "admin",
    "biuro",
    "hello",
    "mail",
    "email",
    "service",
]


@dataclass(frozen=True)
class Birthdays:
    """`coded` dates, and for each distinct one its eight digits (values × 8), year, month and day."""

    coded: Coded
    digits: np.ndarray
    parts: np.ndarray


@dataclass(frozen=True)
class Extra:
    """An undeclared column; `identity`: its values are numbers that few people share."""

    header: str
    coded: Coded
    bits: np.ndarray
    identity: bool


@dataclass(frozen=True)
class Features:
    """Rows 0...`first`-1 are the people; where `cross`, the rest are the others."""

    rows: int
    first: int
    cross: bool
    names: Names
    addresses: Addresses
    birthdays: Birthdays
    plain: dict[str, Coded]
    extras: list[Extra] = field(default_factory=list)

    @property
    def people(self) -> int:
        """The size of the larger side: what a coincidence is measured against."""
        return max(self.first, self.rows - self.first) if self.cross else self.rows


def read_features(people: pd.DataFrame, others: pd.DataFrame | None) -> Features:
    """Read both sides; without others, the people alone."""
    frames = (people,) if others is None else (people, others)
    plain = {name: coded(cells(frames, name), way) for name, way in PLAIN.items()}
    plain["local"] = coded(cells(frames, "email"), _locals)
    plain["phone"] = coded(cells(frames, "phone_key"), _tails)
    plain["company"] = _not_the_name(plain["company"], frames)
    rows = sum(map(len, frames))
    return Features(
        rows, len(people), others is not None, read_names(frames), read_addresses(cells(frames, "address")),
        _birthdays(cells(frames, "birthday")), plain, _extras(frames),
    )  # fmt: skip


def _locals(texts: pa.Array) -> pa.Array:
    """What stands before the @ of an e-mail, as letters and digits; an office's mailbox is nobody's."""
    local = pc.replace_substring_regex(as_typed(texts), r"(\+[^@]*)?@.*$", "")
    bare = pc.replace_substring_regex(local, r"[^\p{L}\p{N}]", "")
    short = pc.less(pc.utf8_length(bare), SHORTEST_LOCAL)
    nobody = pc.or_(short, pc.is_in(bare, pa.array(OFFICES, bare.type)))
    return pc.if_else(nobody, pa.scalar("", bare.type), bare)


def _tails(texts: pa.Array) -> pa.Array:
    return pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(texts), -PHONE_TAIL, None)


PLAIN = {
    "email": as_typed,
    "city": comparable,
    "region": comparable,
    "country": comparable,
    "postcode": lambda texts: pc.replace_substring(comparable(texts), " ", ""),
    "company": comparable,
    "sex": as_typed,
}


def _not_the_name(company: Coded, frames: tuple[pd.DataFrame, ...]) -> Coded:
    """A company that is also the row's name is not counted twice."""
    same = pc.equal(cells(frames, "company"), cells(frames, "name")).fill_null(False)
    if not pc.any(same).as_py():
        return company
    return Coded(np.where(same.to_numpy(zero_copy_only=False), -1, company.codes), company.texts)


def _birthdays(column: pa.Array) -> Birthdays:
    days = coded(
        column, lambda texts: pc.replace_substring_regex(texts, r"^(\d{4})-(\d\d)-(\d\d)$", r"\1\2\3")
    )
    whole = pc.match_substring_regex(days.texts, r"^\d{8}$").to_numpy(zero_copy_only=False)
    texts = [text if good else "0" * 8 for text, good in zip(days.words, whole, strict=True)]
    digits = np.frombuffer("".join(texts).encode(), dtype=np.uint8).reshape(-1, 8) - ord("0")
    wide = digits.astype(np.int32)
    year = wide[:, :4] @ np.array([1000, 100, 10, 1], dtype=np.int32)
    parts = np.column_stack([year, wide[:, 4] * 10 + wide[:, 5], wide[:, 6] * 10 + wide[:, 7]])
    codes = np.where((days.codes >= 0) & np.append(whole, False)[days.codes], days.codes, -1)
    return Birthdays(Coded(codes.astype(np.int32), days.texts), digits, parts)


def _extras(frames: tuple[pd.DataFrame, ...]) -> list[Extra]:
    headers = dict.fromkeys(str(name) for frame in frames for name in frame if str(name).startswith(EXTRA))
    read = [(name, coded(cells(frames, name), as_typed)) for name in headers]
    return [_extra(name.removeprefix(EXTRA), column) for name, column in read if _repeats(column)]


def _repeats(column: Coded) -> bool:
    """A column of values that all differ (a row number) or are all one says nothing of who is who."""
    return len(column.texts) > 1 and int(column.counts.max()) > 1


def _extra(header: str, column: Coded) -> Extra:
    distinct = len(column.texts)
    shared = column.filled / distinct
    lengths = pc.utf8_length(column.texts).to_numpy()
    numbered = pc.match_substring_regex(column.texts, r"\d").to_numpy(zero_copy_only=False)
    identity = shared <= 4 and float((numbered & (lengths >= SHORTEST_LOCAL)).mean()) > 0.8
    weight = IDENTITY if identity else CIRCUMSTANCE
    return Extra(header, column, column.bits(weight, CROWD if identity else None), bool(identity))


def field_bits(features: Features, name: str) -> np.ndarray:
    """Bits of each value of a plain column; crowds say nothing where a field names one person or one household."""
    crowd = CROWD * (1 + features.cross) if name in ("email", "local", "phone") else None
    return features.plain[name].bits(WEIGHTS[name], crowd)
