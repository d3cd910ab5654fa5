"""What the whole Insights page is about: a period and whose numbers, chosen once and kept in the link."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import streamlit as st

from crm_core.errors import InvalidInput
from crm_core.model.conditions import EVERYBODY, Condition, Has, Saved, Where, all_of, any_of
from crm_core.model.words import SEGMENTS
from crm_core.views import customers
from crm_core.views.goods import products
from crm_core.views.insights import periods
from crm_core.views.insights.periods import Period
from crm_core.views.report.book import report_file
from crm_core.views.segments import saved as segments
from crm_core.views.segments.names import segment_names
from pages._parts import Desk, counted, day, download, number, plain

USUAL = "last 90 days"
PERIODS = {
    "month": "This month", "quarter": "This quarter", "year": "This year", "last 90 days": "Last 90 days",
    "last 365 days": "Last 365 days", "custom": "Chosen days",
}  # fmt: skip
NOBODY = "nobody"  # of the owners: those whom nobody looks after
SAVED = "saved: "  # before the name of a saved segment
KIND = "all of: "  # before the name of a category
MOST_PRODUCTS = 2_000  # more than that nobody looks through; the most bought ones are offered
FILTERS = ("for_segment", "for_owner", "for_product")


@dataclass(frozen=True)
class Scope:
    """The period, the people (`whom`: EVERYBODY without filters), and the filters as people say them."""

    span: Period
    whom: Condition
    words: str


def scope(desk: Desk) -> Scope:
    """Draw the row of filters; what they ask for."""
    with st.grid(4, min_column_width=150, key="scope"):
        name = st.selectbox(
            "Period", list(PERIODS), index=list(PERIODS).index(USUAL), key="period", bind="query-params",
            format_func=PERIODS.__getitem__, label_visibility="collapsed",
        )  # fmt: skip
        _choice("Segment", "for_segment", _segments(desk))
        for label, key, options in (
            ("Owner", "for_owner", _owners(desk)),
            ("Product", "for_product", _products(desk)),
        ):
            if options:  # where no owner or product is known, there is nothing to choose
                _choice(label, key, options)
    span = _days_chosen(desk) if name == "custom" else periods.period(name or USUAL, desk.as_of)
    return Scope(span, whom(desk), words())


def _days_chosen(desk: Desk) -> Period:
    days = st.date_input(
        "From and to", (desk.as_of - timedelta(days=89), desk.as_of), key="days", bind="query-params",
        max_value=desk.as_of, format="DD/MM/YYYY", label_visibility="collapsed", width=260,
    )  # fmt: skip
    return _between(desk, days)


def _between(desk: Desk, days: object) -> Period:
    """The days chosen; while only the first of them is, up to today."""
    first, last = (*days, desk.as_of)[:2] if isinstance(days, tuple) and days else (None, None)
    if not isinstance(first, date) or not isinstance(last, date):
        return periods.period(USUAL, desk.as_of)
    return periods.period("custom", desk.as_of, first, last)


def _choice(label: str, key: str, options: list[str]) -> None:
    for gone in sorted({*st.query_params.get_all(key)} - {*options}):
        said = f"“{plain(gone.removeprefix(SAVED).removeprefix(KIND))}” of this link is not there any more."
        st.toast(f"{said} It is left out.", icon=":material/filter_list_off:", duration="long")
    st.multiselect(
        label, options, key=key, bind="query-params", placeholder=f"Any {label.lower()}", select_all=False,
        label_visibility="collapsed",
    )  # fmt: skip


def _segments(desk: Desk) -> list[str]:
    """The words of the profile, and what was saved under a name."""
    return [*SEGMENTS, *(SAVED + name for name in segment_names(desk.database, desk.as_of))]


def _owners(desk: Desk) -> list[str]:
    owners = customers.choices(desk.database, desk.as_of).owners["value"].tolist()
    return [*owners, NOBODY] if owners else []


def _products(desk: Desk) -> list[str]:
    """Categories, then the products that were bought, those of most people first."""
    sold = products.catalogue(desk.database, desk.as_of)
    sold = sold[sold["people"] > 0].sort_values("people", ascending=False)
    kinds = [KIND + str(kind) for kind in sold["category"].dropna().unique()]
    named = sold["product"].dropna().drop_duplicates().head(MOST_PRODUCTS)
    return [*kinds, *named]


def chosen(key: str) -> list[str]:
    """What one of the filters holds; nothing on other pages."""
    return list(st.session_state.get(key) or [])


def whom(desk: Desk) -> Condition:
    """The filters as one condition on people."""
    return all_of(
        _any([_segment(desk, one) for one in chosen("for_segment")]),
        _any([_owner(one) for one in chosen("for_owner")]),
        _any([_bought(one) for one in chosen("for_product")]),
    )


def _any(parts: list[Condition]) -> Condition:
    """Where nothing is chosen, nobody is left out."""
    return any_of(*parts) if parts else EVERYBODY


def _segment(desk: Desk, one: str) -> Condition:
    if not one.startswith(SAVED):
        return Where("segment", "is", one)
    name = one.removeprefix(SAVED)
    broken = [row.broken for row in segments.segments(desk.database, desk.as_of) if row.name == name]
    if broken and broken[0]:
        raise InvalidInput(broken[0])
    return Saved(name)


def _owner(one: str) -> Condition:
    return Where("owner", "blank") if one == NOBODY else Where("owner", "is", one)


def _bought(one: str) -> Condition:
    field, name = ("category", one.removeprefix(KIND)) if one.startswith(KIND) else ("product", one)
    return Has("purchase", (Where(field, "is", name),))


def words() -> str:
    """The filters as people say them: "champions or loyal, owner Maria, bought Latte"; empty without any."""
    said = (
        " or ".join(one.removeprefix(SAVED) for one in chosen("for_segment")),
        " or ".join("no owner" if one == NOBODY else f"owner {one}" for one in chosen("for_owner")),
        " or ".join(f"bought {one.removeprefix(KIND)}" for one in chosen("for_product")),
    )
    return ", ".join(part for part in said if part)


def scoped(title: str) -> str:
    """A title of people with the page's filters behind it."""
    said = words()
    return f"{title} ({said})" if said else title


def clear() -> None:
    """Everybody again; the period stays."""
    for key in FILTERS:
        st.session_state[key] = []


def said(desk: Desk, now: Scope, view_has_period: bool, everybody: int, people: int) -> None:
    """Below the filters: which days, against which, whose numbers these are, and all of them as a workbook."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="scope_said"):
        st.caption(
            _compared(now.span)
            if view_has_period
            else f"As of {day(desk.as_of)}; the period does not count here",
            width="content",
        )
        if now.words:
            many = f"{number(people)} of {counted(everybody, 'person', 'people')}"
            st.caption(f":material/filter_list: Only {plain(now.words)}: {many}", width="content")
            st.button("Clear filters", key="scope_clear", type="tertiary", on_click=clear)
        st.space("stretch")
        _report(desk, now, people)


def _report(desk: Desk, now: Scope, people: int) -> None:
    """The managers' workbook of this period and these people."""
    make = partial(report_file, desk.database, now.span, desk.as_of, now.whom, now.words)
    download(
        "Report", make, f"report-{now.span.start}-to-{now.span.end}.xlsx", key="report", disabled=not people,
        icon=":material/summarize:", help="A workbook of this period and these people, with charts, ready to print",
    )  # fmt: skip


def _compared(span: Period) -> str:
    """The days of the period and of the one before."""
    return f"{day(span.start)} to {day(span.end)}, compared with {day(span.before_start)} to {day(span.before_end)}"
