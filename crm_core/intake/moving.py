"""Purchase lines and contacts of an upload against those stored: known, changed, several partners, new."""

import pandas as pd

from crm_core.intake.compare import changed_cells, without_hand_edits
from crm_core.intake.heads import CALLED_OFF, HEAD_FACTS, heads_in_file
from crm_core.intake.keyed import name_ambiguous
from crm_core.intake.lines import content_hash, fill_amounts, is_empty_line, partners, source_keys
from crm_core.intake.references import Directory
from crm_core.intake.stored import Stored
from crm_core.intake.work import Work
from crm_core.model.registry import ENTITIES


def plan_lines(work: Work, entity: str, stored: Stored, directory: Directory) -> None:
    """All sheets of purchases (or contacts): a content that stood on an earlier sheet counts once."""
    seen: dict[str, pd.Series] = {}
    prepared = [_prepare(work, sheet, entity, stored, directory, seen) for sheet, _ in work.of(entity)]
    again = bool(seen) and not stored.is_empty(entity)
    all_keys = set(pd.concat(list(seen.values()))) if again else set()
    known = stored.source_keys(entity, all_keys) if again else set()
    for (sheet, _), frame in zip(work.of(entity), prepared, strict=True):
        fresh = frame[~frame["source_key"].isin(known)] if known else frame
        work.set_state(sheet, frame.index.difference(fresh.index), "same")
        fresh = _changed(work, sheet, entity, fresh, stored, all_keys, bool(known)) if len(fresh) else fresh
        work.create(entity, fresh)


def _prepare(
    work: Work, sheet: str, entity: str, stored: Stored, directory: Directory, seen: dict[str, pd.Series]
) -> pd.DataFrame:
    """The sheet's lines with source key and customer, without empty rows and those that an earlier sheet has."""
    records = work.records[sheet]
    frame = records.frame
    if entity == "purchase":
        frame = fill_amounts(frame)
    frame = _without_unusable(work, sheet, entity, frame, records.who)
    who = records.who.loc[frame.index]
    keys = source_keys(content_hash(entity, frame, who))
    frame = frame.assign(source_key=keys, customer_id=directory.of(records).loc[frame.index])
    name_ambiguous(work, sheet, who, directory)
    for other, keys in seen.items():
        twice = frame["source_key"].isin(keys)
        if twice.any():
            note = f"{int(twice.sum()):,} rows also stand on sheet {other}; they are counted once."
            work.notes.setdefault(sheet, []).append(note)
            work.set_state(sheet, frame.index[twice], "same")
            frame = frame[~twice]
    seen[sheet] = frame["source_key"]
    if entity == "purchase":
        frame = _from_products(work, _from_heads(work, stored, frame))
        _say_incomplete(work, sheet, frame)
    return frame


def _without_unusable(
    work: Work, sheet: str, entity: str, frame: pd.DataFrame, who: pd.Series
) -> pd.DataFrame:
    if entity == "interaction":
        return _without_incomplete_contacts(work, sheet, frame, who)
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


def _from_heads(work: Work, stored: Stored, frame: pd.DataFrame) -> pd.DataFrame:
    """Lines that only name their order take customer, date and the rest from its head, uploaded or stored."""
    if "number" not in frame:
        return frame
    lacking = _lacks(frame, "customer_id", "date")
    called_off = _called_off(work, stored, frame) if _lacks(frame, "status").any() else None
    if lacking.any():
        heads = _heads(work, stored, frame["number"][lacking])
        found = heads.reindex(frame["number"].astype(object)).set_axis(frame.index)
        for column in found.columns:
            frame[column] = _filled(frame, column, found[column])
        frame["customer_id"] = frame["customer_id"].astype("Int64")
    if called_off is not None and called_off.any():
        frame["status"] = _filled(frame, "status", called_off)
    return frame


def _filled(frame: pd.DataFrame, column: str, values: pd.Series) -> pd.Series:
    mine = frame[column] if column in frame else pd.Series(None, index=frame.index, dtype=object)
    return mine.astype(object).where(mine.notna(), values)


def _called_off(work: Work, stored: Stored, frame: pd.DataFrame) -> pd.Series:
    """For lines of an order whose head is called off its status; not on lines of another customer's order."""
    heads = _heads(work, stored, frame["number"])
    heads = heads[heads["status"].isin(CALLED_OFF)]
    if heads.empty:
        return pd.Series(None, index=frame.index, dtype=object)
    found = heads.reindex(frame["number"].astype(object)).set_axis(frame.index)
    same = (
        frame["customer_id"].isna()
        | found["customer_id"].isna()
        | (frame["customer_id"] == found["customer_id"])
    )
    return found["status"].astype(object).where(same.fillna(True).astype(bool), None)


def _lacks(frame: pd.DataFrame, *columns: str) -> pd.Series:
    missing = pd.Series(False, index=frame.index)
    for column in columns:
        missing |= frame[column].isna() if column in frame else True
    return missing


def _heads(work: Work, stored: Stored, wanted: pd.Series) -> pd.DataFrame:
    heads = heads_in_file(work)
    if stored.is_empty("order"):
        return heads
    known = stored.rows("order", {"number": wanted.dropna().unique()}).set_index("number")
    known = _as_changed(known, work.cells_of("order")).reindex(columns=list(HEAD_FACTS))
    return pd.concat([heads, known[~known.index.isin(heads.index)]])


def _as_changed(known: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Stored heads as this upload leaves them."""
    places = {row: number for number, row in known["id"].items()} if len(cells) else {}
    for cell in cells[cells["id"].isin(places)].itertuples():
        if cell.field in HEAD_FACTS:
            known.at[places[cell.id], cell.field] = cell.after
    return known


def _from_products(work: Work, frame: pd.DataFrame) -> pd.DataFrame:
    """Lines that only carry a product's code take its name from the product sheet of this upload."""
    frames = [made for made in work.created("product") if "code" in made]
    named = [
        records.frame for _, records in work.of("product") if {"code", "name"} <= set(records.frame.columns)
    ]
    if (
        not (frames or named)
        or "product_code" not in frame
        or ("product" in frame and frame["product"].notna().all())
    ):
        return frame
    products = pd.concat(frames or named).dropna(subset=["code"]).drop_duplicates("code").set_index("code")
    for column, source in (("product", "name"), ("category", "category")):
        if source in products:
            mine = frame[column] if column in frame else pd.Series(None, index=frame.index, dtype=object)
            frame[column] = mine.astype(object).where(
                mine.notna(), frame["product_code"].map(products[source])
            )
    return frame


def _say_incomplete(work: Work, sheet: str, frame: pd.DataFrame) -> None:
    undated = frame["date"].isna() if "date" in frame else pd.Series(True, index=frame.index)
    if undated.any():
        message = (
            "There is no date, so this line is kept but counts in no sum until a date or its order is known."
        )
        work.problems(sheet, [(row, "", "", message) for row in frame.index[undated]])


def _changed(
    work: Work, sheet: str, entity: str, fresh: pd.DataFrame, stored: Stored, keys: set[int], overlap: bool
) -> pd.DataFrame:
    """Take out the lines that are corrections of stored ones; gives what is left: the new lines."""
    if entity != "purchase" or stored.is_empty(entity):
        return fresh
    left = _left_in_store(fresh, stored, keys)
    ids, several = partners(fresh, left, overlap)
    _say_several(work, sheet, several)
    rows = fresh.loc[ids.index].assign(id=ids)
    columns = [column for column in ENTITIES[entity].columns if column in rows]
    cells = changed_cells(entity, rows, left, columns)
    cells, _ = without_hand_edits(
        cells, stored.edited_by_hand(entity, cells["id"].unique()) if len(cells) else set()
    )
    work.change(cells, sheet)
    work.set_state(sheet, rows.index, "same")
    work.set_state(sheet, cells["row"].unique(), "changed")
    return fresh[~fresh.index.isin(ids.index) & ~fresh.index.isin(several.index)]


def _left_in_store(fresh: pd.DataFrame, stored: Stored, keys: set[int]) -> pd.DataFrame:
    """Stored lines of the same orders (or customers, where there are no numbers) that this upload does not name."""
    numbered = fresh["number"].dropna().unique() if "number" in fresh else []
    bare = fresh[fresh["number"].isna()] if "number" in fresh else fresh
    people = bare["customer_id"].dropna().astype("int64")
    wanted = {"number": numbered, "customer_id": people[people > 0].unique()}
    found = stored.rows(
        "purchase", {name: values for name, values in wanted.items() if len(values)} or {"number": []}
    )
    return found[~found["source_key"].isin(keys)] if len(found) else found


def _say_several(work: Work, sheet: str, several: pd.Series) -> None:
    work.set_state(sheet, several.index, "doubtful")
    message = (
        "Several stored lines of this order have the same product, so it is not clear which one this row corrects. "
        "It was not saved; change the stored line by hand, or undo the earlier upload and upload this file."
    )
    work.problems(sheet, [(row, "", "", message) for row in several.index])
