"""Orders and their lines: what a line takes from its order's head, and where the two disagree."""

import pandas as pd

from crm_core.intake.rules import settle
from crm_core.intake.stored import Stored
from crm_core.intake.work import Work
from crm_core.model.changes import CHANGE_COLUMNS
from crm_core.model.words import MONEY_UNIT

HEAD_FACTS = ("customer_id", "date", "time", "status", "channel", "owner")
CALLED_OFF = ("cancelled", "returned")


def heads_in_file(work: Work) -> pd.DataFrame:
    """The new order heads of this upload: index number; customer_id, date, time, status, channel, owner."""
    frames = [frame for frame in work.created("order") if "number" in frame]
    if not frames:
        return pd.DataFrame(columns=list(HEAD_FACTS), dtype=object)
    heads = pd.concat(frames, ignore_index=True).drop_duplicates("number").set_index("number")
    return heads.reindex(columns=list(HEAD_FACTS))


def lines_follow(work: Work, stored: Stored) -> None:
    """Stored lines that wait for customer or date take what their head says; what was the head's changes with it."""
    if stored.is_empty("purchase"):
        return
    moves = pd.concat([_new(work), _changed(work, stored)])
    lines = stored.rows("purchase", {"number": moves.index.unique()}) if len(moves) else moves
    if lines.empty:
        return
    lines, moves = lines.astype(object), moves[~moves.index.duplicated(keep="last")]
    cells = pd.concat([_cells(lines, moves, name) for name in HEAD_FACTS], ignore_index=True)
    follow(work, stored, cells, "order", "number")


def follow(work: Work, stored: Stored, cells: pd.DataFrame, entity: str, key: str) -> None:
    """Cells of stored lines that follow a record of the upload, which `key` names beside them."""
    edited = stored.edited_by_hand("purchase", cells["id"].unique()) if len(cells) else set()
    changed, conflicts = settle(cells, edited, work.decided_on(entity))
    work.change(changed.drop(columns=key).assign(row=None), "")
    if len(conflicts):
        work.conflict(_placed(conflicts, work, entity, key))


def _placed(cells: pd.DataFrame, work: Work, entity: str, key: str) -> pd.DataFrame:
    """Cells of lines with the place of the record that they would follow."""
    rows = [
        records.frame[[key]].assign(sheet=sheet, row=records.frame.index)
        for sheet, records in work.of(entity)
        if key in records.frame
    ]
    place = pd.concat(rows).drop_duplicates(key).set_index(key).reindex(cells[key])
    return cells.assign(sheet=place["sheet"].to_numpy(), row=place["row"].to_numpy())


def _new(work: Work) -> pd.DataFrame:
    heads = heads_in_file(work).astype(object)
    blank = pd.DataFrame(
        None, index=heads.index, columns=[f"{name} before" for name in HEAD_FACTS], dtype=object
    )
    return heads.join(blank)


def _changed(work: Work, stored: Stored) -> pd.DataFrame:
    """By number what this upload changes of stored heads, and what stood there before."""
    cells = work.cells_of("order")
    cells = cells[cells["field"].isin(HEAD_FACTS)]
    columns = [*HEAD_FACTS, *(f"{name} before" for name in HEAD_FACTS)]
    if cells.empty:
        return pd.DataFrame(columns=columns, dtype=object)
    after, before = (cells.pivot(index="id", columns="field", values=side) for side in ("after", "before"))
    heads = stored.rows("order", {"id": cells["id"].unique()}).set_index("id")
    both = after.join(before.add_suffix(" before")).reindex(columns=columns)
    return both.set_axis(heads["number"].reindex(both.index))


def _cells(lines: pd.DataFrame, moves: pd.DataFrame, name: str) -> pd.DataFrame:
    """The cells of one field that follow: blank so far or as the head had it, on lines of the head's own customer."""
    now = moves.reindex(lines["number"]).set_axis(lines.index)
    mine, after, before = lines[name], now[name], now[f"{name} before"]
    follows = after.notna() & (
        (mine.isna() & _takes(lines, name, after)) | ((mine == before) & (mine != after))
    )
    if name != "customer_id":
        head, line = now["customer_id"].where(now["customer_id before"].isna()), lines["customer_id"]
        follows &= head.isna() | line.isna() | (head == line)
    hit = follows.to_numpy(dtype=bool)
    found = {"id": lines["id"][hit], "field": name, "before": mine[hit], "after": after[hit]}
    cells = pd.DataFrame(found, dtype=object).assign(entity="purchase", number=lines["number"][hit])
    return cells.astype(object).where(cells.notna(), None)[[*CHANGE_COLUMNS, "number"]]


def _takes(lines: pd.DataFrame, name: str, after: pd.Series) -> pd.Series:
    """Where a blank is filled: in lines that lack customer or date; a calling off is one of every line."""
    lacking = lines["customer_id"].isna() | lines["date"].isna()
    return lacking | after.isin(CALLED_OFF) if name == "status" else lacking


def say_differing_totals(work: Work) -> None:
    """Where a head's total is not the sum of its lines in this upload: the lines count, and the row is named."""
    sums = _line_sums(work)
    for sheet, records in work.of("order"):
        if sums.empty or not {"number", "total"} <= set(records.frame.columns):
            continue
        told = records.frame[["number", "total"]].dropna()
        made = told["number"].map(sums)
        differs = made.notna() & ((told["total"].astype("Float64") - made).abs() >= MONEY_UNIT // 100)
        _name_differing(work, sheet, told["total"][differs], made[differs], int(made.notna().sum()))


def _line_sums(work: Work) -> pd.Series:
    frames = [
        frame[["number", "amount"]]
        for frame in work.created("purchase")
        if {"number", "amount"} <= set(frame)
    ]
    if not frames or not work.of("order"):
        return pd.Series(dtype="Float64")
    lines = pd.concat(frames).dropna()
    return lines.groupby("number")["amount"].sum().astype("Float64")


def _name_differing(work: Work, sheet: str, told: pd.Series, made: pd.Series, all_: int) -> None:
    if len(told) > max(20, all_ // 2):  # tax or delivery stand in all of them: one word about it is enough
        note = f"In {len(told):,} of {all_:,} orders the total is not the sum of the lines; the lines count."
        work.note(sheet, note)
        return
    message = "The total of this order is {}, and its lines make {}; the lines count."
    both = zip(told.index, map(_shown, told), map(_shown, made), strict=True)
    work.problems(sheet, [(row, "", total, message.format(total, lines)) for row, total, lines in both])


def _shown(amount: float) -> str:
    return f"{amount / MONEY_UNIT:.2f}"
