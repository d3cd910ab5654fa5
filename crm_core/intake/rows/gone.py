"""A newer version of an earlier file: which stored lines it names again, and which it no longer has."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from crm_core.intake.stored import Stored
from crm_core.intake.work import Work

GONE_COLUMNS = ("entity", "id", "batch", "number", "date", "product", "quantity", "amount", "customer_id")
LEAST = 2  # lines of an earlier upload that must be named again before the rest of it is missed


@dataclass
class Named:
    """The stored lines that an upload names. `known`: by source key batch and orphan (`Stored.known_lines`).

    `partners`: batch by id of the stored lines that the upload corrects; `unclear`: its rows that may be any of several
    stored lines, or could not be taken.
    """

    keys: set[int]
    known: pd.DataFrame
    partners: list[pd.Series] = field(default_factory=list)
    unclear: list[pd.DataFrame] = field(default_factory=list)

    @classmethod
    def of(cls, keys: Iterable[pd.Series], entity: str, stored: Stored) -> "Named":
        """What the store knows of these source keys."""
        every = [series for series in keys if len(series)]
        distinct = pd.concat(every).drop_duplicates().sort_values().tolist() if every else []
        return cls(set(distinct), stored.known_lines(entity, distinct))

    def unnamed(self, lines: pd.DataFrame) -> pd.DataFrame:
        """Stored lines without those that the upload has with the same content."""
        return lines[~lines["source_key"].isin(self.keys)] if len(lines) else lines

    def take(self, ids: pd.Series, lines: pd.DataFrame, unclear: pd.DataFrame) -> None:
        """Stored `lines` of these ids are corrected by the upload."""
        if len(ids):
            self.partners.append(lines.drop_duplicates("id").set_index("id")["batch"].loc[ids])
        self.unclear.append(unclear)

    def by_batch(self) -> pd.Series:
        """How many lines of each earlier upload are named again."""
        return pd.concat([self.known["batch"].dropna(), *self.partners]).astype("int64").value_counts()


def say_gone(work: Work, entity: str, stored: Stored, named: Named) -> None:
    """List the other lines of the uploads of which this one is a newer version. They stay."""
    batches = named.by_batch()
    batches = batches[batches >= LEAST]
    if batches.empty:
        return
    ids = [row for series in named.partners for row in series.index]
    lines = stored.gone_lines(entity, batches.to_dict(), named.known.index[named.known["batch"].notna()], ids)
    lines = _without(lines, [rows for rows in named.unclear if len(rows)]) if len(lines) else lines
    if lines.empty:
        return
    work.gone.append(lines.assign(entity=entity).reindex(columns=list(GONE_COLUMNS)))
    sheet = work.of(entity)[0][0]
    for batch, count in lines["batch"].value_counts(sort=False).items():
        work.note(sheet, _said(int(count), int(str(batch))))


def _said(count: int, batch: int) -> str:
    one = f"1 line of an earlier upload (number {batch}) is no longer in this file; it stays."
    return (
        one
        if count == 1
        else f"{count:,} lines of an earlier upload (number {batch}) are no longer in this file; they stay."
    )


def _without(lines: pd.DataFrame, unclear: list[pd.DataFrame]) -> pd.DataFrame:
    """A row that could not be taken, or may be any of several lines, is no line that has gone."""
    if not unclear:
        return lines
    there = {key for rows in unclear for key in _order_and_product(rows) if key[0] not in "\x1f"}
    return lines[~_order_and_product(lines).isin(there)]


def _order_and_product(rows: pd.DataFrame) -> pd.Series:
    """The order's number (else the day) and the product (its code, else its name) as one text."""
    text = {
        name: rows[name].astype("str").fillna("") if name in rows else pd.Series("", index=rows.index)
        for name in ("number", "date", "product_code", "product")
    }
    order = text["number"].where(text["number"] != "", text["date"])
    return order + "\x1f" + text["product_code"].where(text["product_code"] != "", text["product"])


def all_gone(work: Work) -> pd.DataFrame:
    """GONE_COLUMNS: what this upload no longer has."""
    empty = pd.DataFrame(columns=list(GONE_COLUMNS))
    return pd.concat(work.gone, ignore_index=True) if work.gone else empty
