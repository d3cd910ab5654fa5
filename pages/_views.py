"""A page of several views: the link names one, and it alone is drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


@dataclass(frozen=True)
class View:
    """Where a view is drawn: a function of a module in a folder of pages."""

    module: str
    function: str

    def drawn_by(self, folder: str) -> Callable[..., None]:
        """The function; its module is imported when the view is looked at."""
        return getattr(import_module(f"pages.{folder}.{self.module}"), self.function)


V = TypeVar("V", bound=View)


def chosen_view(views: Mapping[str, V]) -> V:
    """The view that the link names; the first where it names none. Nothing is offered where there is one."""
    first = next(iter(views))
    if len(views) == 1:
        return views[first]
    name = st.segmented_control(
        "View", list(views), default=first, key="view", bind="query-params", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    return views.get(name or first, views[first])


def stage(views: Mapping[str, V], chosen: V) -> DeltaGenerator:
    """A place of its own for each view: what was there before goes at once, and is not drawn anew inside the next."""
    places = {name: st.container() if view is chosen else st.empty() for name, view in views.items()}
    return next(places[name] for name, view in views.items() if view is chosen)
