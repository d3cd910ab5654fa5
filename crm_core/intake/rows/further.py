"""Complaints, answers, gifts, attendances and absences: which rows are records, and which stored ones they are.

Unlike a purchase, such a record goes on: the same complaint comes home solved. So a row that is known may change the
cells that do not tell it apart.
"""

import pandas as pd

from crm_core.intake.rows.gone import Named
from crm_core.intake.rows.lines import alike_in_turn
from crm_core.intake.stored import Stored
from crm_core.intake.work import Work
from crm_core.model.entities import Kind
from crm_core.model.registry import ENTITIES

# By entity what tells a corrected record again, in a file that is a newer version of an earlier one.
FOLLOWED: dict[str, tuple[str, ...]] = {
    "case": ("customer_id", "number"),
    "answer": ("customer_id", "date", "asked", "about", "question"),
    "gesture": ("customer_id", "date"),
    "attendance": ("customer_id", "play"),
    "absence": ("colleague", "starts"),
}
_NUMBERED = ("case",)  # a number tells it in any file; without one it is not told


def complete_rows(work: Work, sheet: str, frame: pd.DataFrame, who: pd.Series) -> pd.DataFrame:
    """`frame` without the rows that lack what such a record needs."""
    entity = ENTITIES[work.records[sheet].entity]
    needed = [field for field in entity.fields if field.required]
    told = frame.reindex(columns=[field.name for field in needed if field.kind is not Kind.REFERENCE])
    complete = told.notna().all(axis=1)
    complete &= who.loc[frame.index].notna() if entity.has("customer") else True
    out = frame.index[~complete]
    work.set_state(sheet, out, "left out")
    labels = " and ".join(field.label.lower() for field in needed)
    message = f"This row needs {labels}, so it was left out. Fill them in and upload again."
    work.problems(sheet, [(row, "", "", message) for row in out])
    return _with_state(frame[complete])


def _with_state(frame: pd.DataFrame) -> pd.DataFrame:
    """A complaint that has a day on which it was solved is solved, where nothing else is said."""
    if "solved_on" not in frame or not frame["solved_on"].notna().any():
        return frame
    state = frame["state"] if "state" in frame else pd.Series(None, index=frame.index, dtype="str")
    return frame.assign(state=state.mask(state.isna() & frame["solved_on"].notna(), "solved"))


def met_again(
    entity: str, frame: pd.DataFrame, known: pd.Series, stored: Stored, named: Named
) -> tuple[pd.Series, pd.DataFrame]:
    """Stored ids by row of the rows that are stored, and those stored rows.

    By the source key; by what the stored record says now, as it may have been made or edited here; and, where the file
    is a newer version of an earlier one (or gives the record's number), by what tells a corrected record again.
    """
    held = stored.rows(entity, {"source_key": frame.loc[known, "source_key"].tolist()})
    by_key = pd.Series(held["id"].to_numpy(), index=held["source_key"].astype("int64")) if len(held) else {}
    ids = [frame.loc[known, "source_key"].map(by_key).dropna().astype("int64")]
    left = _others(entity, frame[~known], stored, held)
    for names in _ways(entity, frame, len(named.known) > 0):
        rows = frame[~known & ~frame.index.isin(pd.concat(ids).index)]
        ids.append(alike_in_turn(rows, left[~left["id"].isin(pd.concat(ids))] if len(left) else left, names))
    return pd.concat(ids).astype("int64"), pd.concat([part for part in (held, left) if len(part)] or [held])


def _ways(entity: str, frame: pd.DataFrame, newer: bool) -> list[tuple[str, ...]]:
    columns = {field.name: field.column for field in ENTITIES[entity].fields}
    content = tuple(columns[name] for name in ENTITIES[entity].content)
    numbered = entity in _NUMBERED and "number" in frame and bool(frame["number"].notna().any())
    again = numbered if entity in _NUMBERED else newer
    return [content, FOLLOWED[entity]] if again else [content]


def _others(entity: str, fresh: pd.DataFrame, stored: Stored, held: pd.DataFrame) -> pd.DataFrame:
    """The other stored records of the same customers (or colleagues)."""
    name = "customer_id" if "customer_id" in fresh else "colleague"
    wanted = fresh[name].dropna().unique()
    whose = [int(one) for one in wanted if int(one) > 0] if name == "customer_id" else list(wanted)
    found = stored.rows(entity, {name: whose})
    return found[~found["id"].isin(held["id"])] if len(found) and len(held) else found
