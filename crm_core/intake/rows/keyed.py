"""Records with a key of their own: order heads by number, products by code or name, colleagues by name."""

import pandas as pd

from crm_core.intake.records import Records
from crm_core.intake.rows.compare import changed_cells
from crm_core.intake.rows.further import complete_rows
from crm_core.intake.rows.heads import lines_follow
from crm_core.intake.stored import Stored
from crm_core.intake.tables.find import sheet_row
from crm_core.intake.who.references import Directory
from crm_core.intake.work import Work
from crm_core.model.registry import ENTITIES

WHOLE = ("play", "wording", "rule")  # a new one without what it needs would do nothing


def plan_orders(work: Work, stored: Stored, directory: Directory) -> None:
    """Order heads; lines stored earlier without their head get its customer and date."""
    for sheet, records in work.of("order"):
        frame = records.frame.assign(customer_id=directory.of(records))
        name_ambiguous(work, sheet, records.who, directory)
        _plan(work, sheet, records, frame, stored)
    lines_follow(work, stored)


def plan_keyed(work: Work, entity: str, stored: Stored) -> None:
    """Sheets of an entity whose records carry a key."""
    for sheet, records in work.of(entity):
        _plan(work, sheet, records, records.frame, stored)


def name_ambiguous(work: Work, sheet: str, who: pd.Series, directory: Directory) -> None:
    if not directory.ambiguous:
        return
    hit = who[who.isin(directory.ambiguous)]
    message = "Several customers have this name, so it stays without a customer. Give their code instead."
    work.problems(sheet, [(row, "", text[2:], message) for row, text in hit.items()])


def _plan(work: Work, sheet: str, records: Records, frame: pd.DataFrame, stored: Stored) -> None:
    entity = records.entity
    key = _key(entity, frame)
    frame = frame.assign(key=key)
    _refuse_keyless(work, sheet, entity, frame)
    frame = frame[frame["key"].notna()]
    first = ~frame.duplicated("key")
    _say_twice(work, sheet, frame, first)
    frame = frame[first].drop(columns="key").assign(id=0)
    frame["id"] = _stored_ids(entity, frame, stored).astype("int64")
    _change(work, sheet, records, frame[frame["id"] > 0], stored)
    fresh = frame[frame["id"] == 0].drop(columns="id")
    work.create(entity, complete_rows(work, sheet, fresh, records.who) if entity in WHOLE else fresh)


def _key(entity: str, frame: pd.DataFrame) -> pd.Series:
    """The first declared key that the row fills."""
    key = pd.Series(None, index=frame.index, dtype=object)
    for name in ENTITIES[entity].keys:
        if name in frame:
            text = f"{name}:" + frame[name].astype("str")
            key = key.where(key.notna(), text.astype(object).where(frame[name].notna(), None))
    return key


def _refuse_keyless(work: Work, sheet: str, entity: str, frame: pd.DataFrame) -> None:
    keyless = frame.index[frame["key"].isna()]
    labels = " or ".join(ENTITIES[entity].field(name).label.lower() for name in ENTITIES[entity].keys)
    message = f"There is no {labels} in this row, so it was left out. Fill it in and upload again."
    work.set_state(sheet, keyless, "left out")
    work.problems(sheet, [(row, "", "", message) for row in keyless])


def _say_twice(work: Work, sheet: str, frame: pd.DataFrame, first: pd.Series) -> None:
    again = frame[~first]
    if again.empty:
        return
    earlier = frame[first].reset_index(names="at").set_index("key").loc[again["key"]].set_axis(again.index)
    columns = [column for column in again.columns if column not in ("key", "extra")]
    differs = pd.Series(False, index=again.index)
    for column in columns:
        differs |= again[column].notna() & (again[column].astype(object) != earlier[column].astype(object))
    work.set_state(sheet, again.index[~differs], "same")
    work.set_state(sheet, again.index[differs], "left out")
    rows = [
        (row, "", str(again.at[row, "key"]).split(":", 1)[1],
         f"This already stands in row {sheet_row(earlier.at[row, 'at'])} with other values; that one was taken. "
         "Correct one.")
        for row in again.index[differs]
    ]  # fmt: skip
    work.problems(sheet, rows)


def _stored_ids(entity: str, frame: pd.DataFrame, stored: Stored) -> pd.Series:
    ids = pd.Series(0, index=frame.index)
    if stored.is_empty(entity):
        return ids
    for name in ENTITIES[entity].keys:
        if name in frame:
            open_rows = frame.loc[(ids == 0) & frame[name].notna(), name]
            held = stored.rows(entity, {name: open_rows.unique()})
            found = open_rows.map(_one_each(entity, name, held)) if len(held) else open_rows.map({})
            ids = ids.where(~ids.index.isin(found.dropna().index), found.reindex(ids.index))
    return ids


def _one_each(entity: str, name: str, held: pd.DataFrame) -> pd.Series:
    """Ids by this key; where several have it, the one that lacks the stronger keys: it has no other to go by."""
    stronger = [key for key in ENTITIES[entity].keys[: ENTITIES[entity].keys.index(name)] if key in held]
    other = held[stronger].notna().any(axis=1) if stronger else pd.Series(False, index=held.index)
    ordered = held.assign(other=other).sort_values("other", kind="stable")
    return ordered.drop_duplicates(name).set_index(name)["id"]


def _change(work: Work, sheet: str, records: Records, known: pd.DataFrame, stored: Stored) -> None:
    entity = records.entity
    work.set_state(sheet, known.index, "same")
    if known.empty:
        return
    ours = stored.rows(entity, {"id": known["id"].unique()})
    columns = [column for column in ENTITIES[entity].columns if column in known]
    known = _without_reused(work, sheet, known, ours) if entity == "order" else known
    cells = work.settle(changed_cells(entity, known, ours, columns, records.rules), sheet, stored)
    work.set_state(sheet, cells["row"].unique(), "changed")


def _without_reused(work: Work, sheet: str, known: pd.DataFrame, ours: pd.DataFrame) -> pd.DataFrame:
    """A number with another customer and another day is no correction, but a number that was given twice."""
    held = ours.drop_duplicates("id").set_index("id").reindex(known["id"]).set_axis(known.index)
    other = pd.Series(True, index=known.index)
    for column in ("customer_id", "date"):
        mine = known[column].astype(object) if column in known else held[column]
        other &= mine.notna() & held[column].notna() & (mine != held[column])
    work.set_state(sheet, known.index[other], "doubtful")
    message = "Another customer's order of another day has this number already, so this row was not saved. Correct one."
    work.problems(sheet, [(row, "", str(known.at[row, "number"]), message) for row in known.index[other]])
    return known[~other]


def plan_colleagues(work: Work, stored: Stored) -> None:
    """Owners, and others who are named in the file as colleagues, become colleagues where they are not stored yet."""
    names = [
        frame[field.name].dropna().astype("str")
        for entity, frames in work.all_created()
        for field in ENTITIES[entity].fields
        if field.refers == "colleague"
        for frame in frames
        if field.name in frame
    ]
    wanted = pd.unique(pd.concat(names)) if names else []
    listed = [frame["name"] for frame in work.created("colleague")]
    known = set(pd.concat(listed)) if listed else set()
    if len(wanted) and not stored.is_empty("colleague"):
        known |= set(stored.rows("colleague", {"name": wanted})["name"])
    fresh = [name for name in wanted if name not in known]
    if fresh:
        work.create("colleague", pd.DataFrame({"name": fresh}).assign(active="yes"))
        work.implied["colleague"] = len(fresh)
