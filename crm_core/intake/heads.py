"""Orders and their lines: what a line takes from its order's head, and where the two disagree."""

import pandas as pd

from crm_core.intake.compare import without_hand_edits
from crm_core.intake.stored import Stored
from crm_core.intake.work import Work
from crm_core.model.changes import CHANGE_COLUMNS
from crm_core.model.words import MONEY_UNIT

HEAD_FACTS = ("customer_id", "date", "time", "status", "channel", "owner")
FOLLOWED = (
    "customer_id",
    "date",
    "status",
)  # what stored lines take over from a head that comes or changes later
CALLED_OFF = ("cancelled", "returned")


def heads_in_file(work: Work) -> pd.DataFrame:
    """The new order heads of this upload: index number; customer_id, date, time, status, channel, owner."""
    frames = [frame for frame in work.created("order") if "number" in frame]
    if not frames:
        return pd.DataFrame(columns=list(HEAD_FACTS), dtype=object)
    heads = pd.concat(frames, ignore_index=True).drop_duplicates("number").set_index("number")
    return heads.reindex(columns=list(HEAD_FACTS))


def lines_follow(work: Work, stored: Stored) -> None:
    """Stored lines without customer, date or status take those of a new head; what they had from it changes with it."""
    if stored.is_empty("purchase"):
        return
    moves = pd.concat([_new(work), _changed(work, stored)])
    lines = stored.rows("purchase", {"number": moves.index.unique()}) if len(moves) else moves
    if lines.empty:
        return
    cells = pd.concat([_cells(lines.astype(object), moves, field) for field in FOLLOWED], ignore_index=True)
    edited = stored.edited_by_hand("purchase", cells["id"].unique()) if len(cells) else set()
    work.change(without_hand_edits(cells, edited)[0].assign(row=None), "")


def _new(work: Work) -> pd.DataFrame:
    heads = heads_in_file(work)[list(FOLLOWED)].astype(object)
    blank = pd.DataFrame(
        None, index=heads.index, columns=[f"{field} before" for field in FOLLOWED], dtype=object
    )
    return heads.join(blank)


def _changed(work: Work, stored: Stored) -> pd.DataFrame:
    """By number what this upload changes of stored heads, and what stood there before."""
    cells = work.cells_of("order")
    cells = cells[cells["field"].isin(FOLLOWED)]
    columns = [*FOLLOWED, *(f"{field} before" for field in FOLLOWED)]
    if cells.empty:
        return pd.DataFrame(columns=columns, dtype=object)
    after, before = (cells.pivot(index="id", columns="field", values=side) for side in ("after", "before"))
    heads = stored.rows("order", {"id": cells["id"].unique()}).set_index("id")
    both = after.join(before.add_suffix(" before")).reindex(columns=columns)
    return both.set_axis(heads["number"].reindex(both.index))


def _cells(lines: pd.DataFrame, moves: pd.DataFrame, field: str) -> pd.DataFrame:
    """The cells of one field that follow: blank so far or as the head had it, on lines of the head's own customer."""
    moves = moves[~moves.index.duplicated(keep="last")]
    now = moves.reindex(lines["number"]).set_axis(lines.index)
    mine, after, before = lines[field], now[field], now[f"{field} before"]
    follows = after.notna() & (mine.isna() | ((mine == before) & (mine != after)))
    if field != "customer_id":
        head, line = now["customer_id"].where(now["customer_id before"].isna()), lines["customer_id"]
        follows &= head.isna() | line.isna() | (head == line)
    hit = follows.to_numpy(dtype=bool)
    found = {"id": lines["id"][hit], "field": field, "before": mine[hit], "after": after[hit]}
    cells = pd.DataFrame(found, dtype=object).assign(entity="purchase")
    return cells.astype(object).where(cells.notna(), None)[list(CHANGE_COLUMNS)]


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
        work.notes.setdefault(sheet, []).append(note)
        return
    message = "The total of this order is {}, and its lines make {}; the lines count."
    both = zip(told.index, map(_shown, told), map(_shown, made), strict=True)
    work.problems(sheet, [(row, "", total, message.format(total, lines)) for row, total, lines in both])


def _shown(amount: float) -> str:
    return f"{amount / MONEY_UNIT:.2f}"
