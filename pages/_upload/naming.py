"""What the rows of a plan are called, so that a person knows whom or what a line is about."""

from typing import Any

import pandas as pd

from crm_core.model.conditions import Where
from crm_core.views.customers import PeopleQuery, people
from pages._parts import Desk
from pages._upload.draft import Draft
from pages._upload.values import written

NAMING = ("name", "code", "number", "date", "product", "customer", "customer.name")
FACTS = ("name", "code", "email", "phone", "birthday", "city")


def naming_columns(frame: pd.DataFrame | None) -> list[str]:
    """Up to two columns of a sheet that tell its rows apart."""
    return [name for name in NAMING if frame is not None and name in frame][:2]


def names_of(desk: Desk, now: Draft, cells: pd.DataFrame) -> list[str]:
    """For each cell (sheet, row) what its row is called in the file."""
    sheets = {sheet.sheet: sheet for sheet in now.plan.sheets}
    return [_name(desk, sheets.get(cell.sheet), cell.row) for cell in cells.itertuples()]


def _name(desk: Desk, sheet: Any, row: object) -> str:
    if sheet is None or sheet.frame is None or row not in sheet.frame.index:
        return ""
    columns = naming_columns(sheet.frame)
    said = (written(desk, sheet.entity, name, sheet.frame.at[row, name]) for name in columns)
    return " · ".join(filter(None, said))


def in_facts(desk: Desk, now: Draft, ids: list[int], facts: tuple[str, ...] = FACTS) -> dict[int, str]:
    """For each person (negative: new in this upload) the facts that tell people apart, in one line."""
    stored = [number for number in ids if number > 0]
    frames = [_new(now, {number for number in ids if number < 0})]
    if stored:
        query = PeopleQuery(Where("id", "one of", tuple(stored)), columns=facts, size=len(stored))
        frames.append(people(desk.database, query, desk.as_of).frame)
    return {
        int(one["id"]): " · ".join(
            filter(None, (written(desk, "customer", name, one.get(name)) for name in facts))
        )
        for frame in frames
        for one in frame.to_dict("records")
    }


def _new(now: Draft, ids: set[int]) -> pd.DataFrame:
    made = now.plan.changes.creates.get("customer", pd.DataFrame(columns=["id"]))
    return made[made["id"].isin(ids)]
