"""Inputs for declared fields: text for whatever our own parser reads, with the refusal right below the field."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from crm_core.actions.records import Refusal
from crm_core.model.entities import Entity, Field, Kind
from pages._parts import plain
from pages._people.grid import as_text

YES_NO = ("", "yes", "no")
HINTS = {Kind.DATE: "31 Jan 1990", Kind.TAGS: "vip, vegan", Kind.MONEY: "12.50", Kind.NUMBER: "1"}


def field_input(
    field: Field, key: str, value: Any = None, *, refused: Mapping[str, Refusal] | None = None,
    people: Iterable[str] = (), label: str | None = None,
) -> None:  # fmt: skip
    """One input at `key`; where it was refused, what was typed stays and the reason stands below it."""
    refusal = (refused or {}).get(field.name)
    text = refusal.typed if refusal else as_text(value, field)
    name = label or field.label
    common: dict[str, Any] = {"key": key, "help": field.help or None}
    if field.kind in (Kind.YESNO, Kind.CHOICE):
        options = YES_NO if field.kind is Kind.YESNO else ("", *field.choices)
        st.selectbox(
            name,
            options,
            index=options.index(text) if text in options else 0,
            format_func=partial(_or_blank, "choose one" if field.required else "not said"),
            **common,
        )
    elif field.refers == "colleague":
        names = list(dict.fromkeys([*([text] if text else []), *people]))
        st.selectbox(
            name, names, index=names.index(text) if text else None, accept_new_options=True,
            placeholder="nobody", **common,
        )  # fmt: skip
    elif field.kind is Kind.NOTE:
        st.text_area(name, text, height=80, **common)
    else:
        st.text_input(name, text, placeholder=HINTS.get(field.kind), **common)
    if refusal:
        st.caption(f":red[:material/error: {plain(refusal.why)}]")


def _or_blank(blank: str, word: str) -> str:
    return word or blank


def typed(entity: Entity, names: Iterable[str], prefix: str) -> dict[str, str]:
    """What stands in the inputs of these fields, by field; empty texts for empty inputs."""
    found = {name: st.session_state.get(f"{prefix}_{name}") for name in names if entity.has(name)}
    return {name: "" if value is None else str(value).strip() for name, value in found.items()}
