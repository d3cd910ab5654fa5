"""The look and editor of a column, from the declaration of its field.

A choice and a yes or no are chosen from a list. Days, numbers and money are typed as texts and read by our own parser
when they are saved: the browser's own number and day cells make 125 of a pasted 12,5 and the 3rd of May of 05.03.
"""

from typing import Any

import pandas as pd
import streamlit as st

from crm_core.model.entities import Field, Kind
from pages._grid.drafts import NUMERIC, Shown, Subject

YES_NO = ("yes", "no")
# All others are as wide as what stands in them.
WIDTH: dict[Kind, Any] = {
    Kind.NOTE: "medium",
    Kind.REFERENCE: "medium",
    Kind.EMAIL: "medium",
    Kind.TAGS: "medium",
}
KEY_PX = 150  # one that stays in sight is not measured by Streamlit
HOW_TO_TYPE = {
    Kind.DATE: "Any usual way of writing a day is understood; it is checked before it is saved",
    Kind.CHOICE: "Chosen from a list; another word that is pasted here is not taken",
    Kind.YESNO: "Yes, no, or empty where nobody knows",
    Kind.TAGS: "Several with commas between them",
    Kind.MONEY: "12.50 and 12,50 are the same",
}


def column(subject: Subject, name: str, pinned: bool = False) -> Any:
    """How Streamlit shows and edits a declared field."""
    field = subject.entity.field(name)
    width = WIDTH.get(field.kind, KEY_PX if pinned else None)
    look: dict[str, Any] = {
        "label": field.label, "help": hint(subject, field), "width": width, "pinned": pinned or None,
    }  # fmt: skip
    side: Any = "right" if field.kind in NUMERIC else None
    if not subject.editable(name):
        return st.column_config.TextColumn(**look, alignment=side)
    look["required"] = field.required
    if options := options_of(field):
        return st.column_config.SelectboxColumn(**look, options=options)
    return st.column_config.TextColumn(**look, alignment=side)


def options_of(field: Field) -> tuple[str, ...]:
    """What a cell of the field is chosen from; nothing where it is typed."""
    return YES_NO if field.kind is Kind.YESNO else field.choices


def hint(subject: Subject, field: Field) -> str | None:
    """What stands at the head of a column when somebody asks."""
    if field.name in subject.locked:
        return field.help or None
    if field.kind is Kind.REFERENCE and not subject.editable(field.name):
        return "To give it to somebody else, add it there and remove it here"
    needed = "Cannot be empty" if field.required else ""
    return ". ".join(filter(None, (field.help, needed, HOW_TO_TYPE.get(field.kind)))) or None


def with_points_aligned(shown: Shown, subject: Subject) -> Shown:
    """Numbers as texts of one width before the point: a click on the head of a column sorts texts."""
    for field in subject.entity.fields:
        if field.kind in NUMERIC and field.name in shown.given:
            shown.given[field.name] = _aligned(shown.given[field.name])
    return shown


def _aligned(texts: pd.Series) -> pd.Series:
    cells = ["" if pd.isna(text) else str(text) for text in texts]
    wide = max(len(text.split(".")[0]) for text in cells)
    aligned = [" " * (wide - len(text.split(".")[0])) + text if text else None for text in cells]
    return pd.Series(aligned, index=texts.index, dtype="str")
