"""Purchase lines, contacts and visit counts against those stored: known, changed, several partners, new."""

from dataclasses import dataclass, field

import pandas as pd

from crm_core.intake.rows.compare import changed_cells
from crm_core.intake.rows.further import FOLLOWED, complete_rows, met_again
from crm_core.intake.rows.gone import Named, say_gone
from crm_core.intake.rows.inherited import from_heads, from_products
from crm_core.intake.rows.keyed import name_ambiguous
from crm_core.intake.rows.lines import (
    alone_alike,
    content_hash,
    fill_amounts,
    is_empty_line,
    partners,
    source_keys,
)
from crm_core.intake.rows.orphans import claim, nobodys_partners
from crm_core.intake.rows.placed import placed_partners
from crm_core.intake.stored import Stored
from crm_core.intake.who.references import Directory
from crm_core.intake.work import Work
from crm_core.model.registry import ENTITIES


@dataclass
class Seen:
    """What stood on the sheets so far: their keys; and, where a sheet may count again, how often each content."""

    counting: bool
    keys: dict[str, pd.Series] = field(default_factory=dict)
    used: pd.Series = field(default_factory=lambda: pd.Series(dtype="int64"))

    def add(self, sheet: str, keys: pd.Series, hashes: pd.Series, again: bool) -> None:
        self.keys[sheet] = keys
        if self.counting:
            both = pd.DataFrame({"used": self.used, "here": hashes.value_counts()}).fillna(0)
            self.used = (both.sum(axis=1) if again else both.max(axis=1)).astype("int64")


def plan_lines(work: Work, entity: str, stored: Stored, directory: Directory) -> None:
    """All sheets of purchases (or contacts, or visit counts): a content that stood on an earlier sheet counts once,
    unless asked."""
    if not work.of(entity):
        return
    seen = Seen(any(records.rules.again for _, records in work.of(entity)))
    prepared = [_prepare(work, sheet, entity, stored, directory, seen) for sheet, _ in work.of(entity)]
    if stored.is_empty(entity):
        for frame in prepared:
            work.create(entity, frame)
        return
    named = Named.of(seen.keys.values(), entity, stored)
    for (sheet, records), frame in zip(work.of(entity), prepared, strict=True):
        known = frame["source_key"].isin(named.known.index)
        work.set_state(sheet, frame.index[known], "same")
        claim(work, sheet, frame[known], named.known, stored)
        fresh = CORRECTED.get(entity, _only_new)(work, sheet, frame, known, stored, named)
        work.create(entity, fresh)
        named.unclear.append(records.refused)
    say_gone(work, entity, stored, named)


def _prepare(
    work: Work, sheet: str, entity: str, stored: Stored, directory: Directory, seen: Seen
) -> pd.DataFrame:
    """The sheet's lines with source key and customer, without empty rows and those that an earlier sheet has."""
    records = work.records[sheet]
    frame = fill_amounts(records.frame) if entity == "purchase" else records.frame
    frame = _without_unusable(work, sheet, entity, frame, records.who)
    who = records.who.loc[frame.index]
    hashes = content_hash(entity, frame, who)
    keys = source_keys(hashes, seen.used if records.rules.again else None)
    frame = frame.assign(source_key=keys)
    if ENTITIES[entity].has("customer"):
        frame["customer_id"] = directory.of(records).loc[frame.index]
    name_ambiguous(work, sheet, who, directory)
    frame = (
        _say_again(work, sheet, frame, hashes, seen)
        if records.rules.again
        else _once(work, sheet, frame, seen)
    )
    seen.add(sheet, frame["source_key"], hashes, records.rules.again)
    if entity == "purchase":
        frame = from_products(work, stored, from_heads(work, stored, frame))
        _say_incomplete(work, sheet, frame)
    return frame


def _once(work: Work, sheet: str, frame: pd.DataFrame, seen: Seen) -> pd.DataFrame:
    """`frame` without the rows that stand on an earlier sheet."""
    for other, keys in seen.keys.items():
        twice = frame["source_key"].isin(keys)
        if twice.any():
            work.note(sheet, f"{_also(int(twice.sum()))} on sheet {other}; they are counted once.")
            work.set_state(sheet, frame.index[twice], "same")
            frame = frame[~twice]
    return frame


def _say_again(work: Work, sheet: str, frame: pd.DataFrame, hashes: pd.Series, seen: Seen) -> pd.DataFrame:
    here = hashes.value_counts()
    twice = int(here.clip(upper=seen.used.reindex(here.index).fillna(0)).sum())
    if twice:
        work.note(sheet, f"{_also(twice)} on an earlier sheet; they are counted again.")
    return frame


def _also(rows: int) -> str:
    return "1 row also stands" if rows == 1 else f"{rows:,} rows also stand"


def _without_unusable(
    work: Work, sheet: str, entity: str, frame: pd.DataFrame, who: pd.Series
) -> pd.DataFrame:
    if entity == "interaction":
        return _without_incomplete_contacts(work, sheet, frame, who)
    if entity == "visit-count":
        return _without_incomplete_counts(work, sheet, frame)
    if entity != "purchase":
        return complete_rows(work, sheet, frame, who)
    empty = is_empty_line(frame)
    work.set_state(sheet, frame.index[empty], "left out")
    message = "This row says neither what was bought, nor when, nor for how much, so it was left out."
    work.problems(sheet, [(row, "", "", message) for row in frame.index[empty]])
    return frame[~empty]


def _without_incomplete_contacts(work: Work, sheet: str, frame: pd.DataFrame, who: pd.Series) -> pd.DataFrame:
    blank = pd.Series(True, index=frame.index)
    no_date = frame["date"].isna() if "date" in frame else blank
    nobody = who.isna()
    work.set_state(sheet, frame.index[no_date | nobody], "left out")
    message = "A contact needs a person and a date; this row was left out. Fill them in and upload again."
    work.problems(sheet, [(row, "", "", message) for row in frame.index[no_date | nobody]])
    return frame[~(no_date | nobody)]


def _without_incomplete_counts(work: Work, sheet: str, frame: pd.DataFrame) -> pd.DataFrame:
    complete = frame.reindex(columns=["date", "visits"]).notna().all(axis=1)
    complete &= ~(frame["visits"] < 0).fillna(False).astype(bool) if "visits" in frame else False
    out = frame.index[~complete]
    work.set_state(sheet, out, "left out")
    message = (
        "A visit count needs a day and how many came; this row was left out. Fill them in and upload again."
    )
    work.problems(sheet, [(row, "", "", message) for row in out])
    return frame[complete]


def _say_incomplete(work: Work, sheet: str, frame: pd.DataFrame) -> None:
    undated = frame["date"].isna() if "date" in frame else pd.Series(True, index=frame.index)
    if undated.any():
        message = (
            "There is no date, so this line is kept but counts in no sum until a date or its order is known."
        )
        work.problems(sheet, [(row, "", "", message) for row in frame.index[undated]])


def _changed(
    work: Work, sheet: str, frame: pd.DataFrame, known: pd.Series, stored: Stored, named: Named
) -> pd.DataFrame:
    """Take out the lines that are corrections of stored ones; gives what is left: the new lines."""
    fresh = frame[~known]
    if fresh.empty:
        return fresh
    left = _left_in_store(fresh, stored, named)
    ids, several = partners(fresh, left, overlap=len(named.known) > 0)
    rest = fresh[~fresh.index.isin(ids.index) & ~fresh.index.isin(several.index)]
    theirs, nobodys = nobodys_partners(rest, stored, named)
    ids, left = pd.concat([ids, theirs]), pd.concat([left, nobodys]) if len(nobodys) else left
    _say_several(work, sheet, several)
    _take_over(work, sheet, fresh.loc[ids.index].assign(id=ids), left, stored)
    named.take(ids, left, fresh.loc[several.index])
    rest = rest[~rest.index.isin(theirs.index)]
    ids, left = placed_partners(rest, frame, known, stored, named)
    if ids.empty:
        return rest
    _take_over(work, sheet, rest.loc[ids.index].assign(id=ids), left, stored)
    named.take(ids, left, rest[:0])
    return rest[~rest.index.isin(ids.index)]


def _recounted(
    work: Work, sheet: str, frame: pd.DataFrame, known: pd.Series, stored: Stored, named: Named
) -> pd.DataFrame:
    """Take out the counts that correct a stored one: alone with its day, channel and class on both sides."""
    fresh = frame[~known]
    if fresh.empty:
        return fresh
    left = named.unnamed(stored.rows("visit-count", {"date.day": fresh["date"].unique()}))
    ids = alone_alike(fresh, left, ("date", "channel", "priority"))
    if ids.empty:
        return fresh
    _take_over(work, sheet, fresh.loc[ids.index].assign(id=ids), left, stored)
    named.take(ids, left, fresh[:0])
    return fresh[~fresh.index.isin(ids.index)]


def _followed(
    work: Work, sheet: str, frame: pd.DataFrame, known: pd.Series, stored: Stored, named: Named
) -> pd.DataFrame:
    """Take out the rows that are stored already, whose other cells may say something new (a complaint is solved)."""
    ids, left = met_again(work.records[sheet].entity, frame, known, stored, named)
    _take_over(work, sheet, frame.loc[ids.index].assign(id=ids), left, stored)
    fresh = frame[~known]
    named.take(ids[ids.index.isin(fresh.index)], left, fresh[:0])
    return fresh[~fresh.index.isin(ids.index)]


def _only_new(
    work: Work, sheet: str, frame: pd.DataFrame, known: pd.Series, stored: Stored, named: Named
) -> pd.DataFrame:
    return frame[~known]


def _take_over(work: Work, sheet: str, rows: pd.DataFrame, left: pd.DataFrame, stored: Stored) -> None:
    """Rows that correct a stored line (`id`) change its cells."""
    entity, rules = work.records[sheet].entity, work.records[sheet].rules
    columns = [column for column in ENTITIES[entity].columns if column in rows]
    cells = work.settle(changed_cells(entity, rows, left, columns, rules), sheet, stored)
    work.set_state(sheet, rows.index, "same")
    work.set_state(sheet, cells["row"].unique(), "changed")


def _left_in_store(fresh: pd.DataFrame, stored: Stored, named: Named) -> pd.DataFrame:
    """Stored lines of the same orders (or customers, where there are no numbers) that this upload does not name."""
    numbered = fresh["number"].dropna().unique() if "number" in fresh else []
    bare = fresh[fresh["number"].isna()] if "number" in fresh else fresh
    people = bare["customer_id"].dropna().astype("int64")
    wanted = {"number": numbered, "customer_id": people[people > 0].unique()}
    found = stored.rows(
        "purchase", {name: values for name, values in wanted.items() if len(values)} or {"number": []}
    )
    return named.unnamed(found)


def _say_several(work: Work, sheet: str, several: pd.Series) -> None:
    work.set_state(sheet, several.index, "doubtful")
    message = (
        "Several stored lines of this order have the same product, so it is not clear which one this row corrects. "
        "It was not saved; change the stored line by hand, or undo the earlier upload and upload this file."
    )
    work.problems(sheet, [(row, "", "", message) for row in several.index])


# How lines of an entity correct stored ones; contacts never do.
CORRECTED = {"purchase": _changed, "visit-count": _recounted, **dict.fromkeys(FOLLOWED, _followed)}
