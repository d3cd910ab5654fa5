"""What they buy: best sellers, what goes together, what each segment likes, and who may want a product."""

from typing import Any

import pandas as pd
import streamlit as st

from crm_core.model.conditions import Condition
from crm_core.model.words import MONEY_UNIT
from crm_core.views.goods import products
from crm_core.views.insights.marks import Marks
from crm_core.views.insights.periods import Period
from pages._charts.basic import bars
from pages._insights.marks import chart, colours, to_people
from pages._parts import (
    Desk,
    ago,
    counted,
    day,
    in_words,
    is_missing,
    money,
    number,
    percent,
    person_link,
    plain,
)

SHOWN = 20
NEW = "a new product"


def buying(desk: Desk, span: Period, whom: Condition) -> None:
    """Best sellers and pairs side by side, the offer below."""
    best = products.best_sellers(desk.database, span, whom)
    if best.frame.empty and products.catalogue(desk.database, desk.as_of).empty:
        with st.container(border=True, key="no_products"):
            st.markdown(
                "**No products are known yet.** Upload purchases with a column that names what was bought."
            )
        return
    if kept := products.worked_out_on(desk.database, desk.as_of):
        st.caption(f":material/history: As of {day(kept)}; newer purchases are being taken in.")
    with st.grid(2, min_column_width=330):
        _best(desk, best, span)
        _together(desk, whom)
    _segments(desk)
    _offer(desk, whom)


def _best(desk: Desk, marks: Marks, span: Period) -> None:
    if marks.frame.empty:
        st.caption("Nothing was sold in this period.")
        return
    earned = [money(amount, desk, short=True) for amount in marks.frame["revenue"]]
    labels = [
        f"{row.product}: {money(row.revenue, desk)} from {counted(row.people, 'person', 'people')}, "
        f"before {money(row.before, desk)}"
        for row in marks.frame.itertuples()
    ]
    chart(
        "Best sellers", marks, lambda rows: bars(rows, colours(), label="product", number="revenue", texts=earned),
        labels, key="best_sellers", amounts=("revenue", "before"),
        titles=[f"Bought {name}, {span.words}" for name in marks.frame["product"]],
        help=f"Revenue by product, {span.words}", alt=f"Most is earned with {marks.frame['product'].iloc[0]}",
    )  # fmt: skip


def _together(desk: Desk, whom: Condition) -> None:
    marks = products.together(desk.database, desk.as_of, whom)
    if marks.frame.empty:
        return
    said = [f"{row.first} + {row.second}" for row in marks.frame.itertuples()]
    labels = [
        f"{pair}: {counted(row.people, 'person', 'people')}, {row.lift:.1f} times as often as by chance"
        for pair, row in zip(said, marks.frame.itertuples(), strict=True)
    ]
    frame = marks.frame.assign(label=said)
    often = [f"{row.people:,} · {row.lift:.1f}×" for row in marks.frame.itertuples()]
    chart(
        "Bought together", marks, lambda _: bars(frame, colours(), texts=often), labels, key="together",
        titles=[f"Bought {pair}" for pair in said],
        help="Pairs that the same people buy more often than by chance: how many people, and how many times as often",
        alt=labels[0],
    )  # fmt: skip


def _segments(desk: Desk) -> None:
    marks = products.by_segment(desk.database, desk.as_of)
    if marks.frame.empty:
        return
    with st.container(border=True, key="box_segment_products"):
        st.markdown(
            "**What each segment likes**", help="Products that its people buy more often than everybody does"
        )
        for segment, rows in marks.frame.groupby("segment", sort=False):
            with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
                st.markdown(plain(segment), width=150)
                for place, row in rows.iterrows():
                    _liked(marks, int(place), row)


def _liked(marks: Marks, place: int, row: Any) -> None:
    told = f"{percent(row['share'])} of them buy it, {row['lift']:.1f} times as many as of everybody"
    if st.button(plain(row["product"]), key=f"liked_{place}", help=told):
        to_people(f"{row['segment']} who bought {row['product']}", marks.conditions[place])


@st.fragment(key="offer")
def _offer(desk: Desk, whom: Condition) -> None:
    """Choose a product, or describe a new one, and see who may want it and why."""
    known = products.catalogue(desk.database, desk.as_of)
    with st.container(border=True, key="box_offer"):
        st.markdown(
            "**Who may want it?**", help="Ranked by what they bought, what it costs and whether they are due"
        )
        with in_words():
            _wanted(desk, whom, known)


def _wanted(desk: Desk, whom: Condition, known: pd.DataFrame) -> None:
    left, right = st.columns([2, 3])
    chosen = left.selectbox(
        "Product", [NEW, *known["product"].drop_duplicates()], index=None, key="offer_product",
        placeholder="choose a product",
    )  # fmt: skip
    sold = known[known["people"] > 0]
    is_new = chosen is not None and chosen not in set(sold["product"])
    like, price = _new(desk, right, list(sold["product"].drop_duplicates())) if is_new else ((), None)
    if chosen is None or (is_new and not like and not _has_kin(known, chosen)):
        st.caption("Choose a product to see who may want it. For a new one, say what it is like.")
        return
    named = "the new product" if chosen == NEW else chosen
    with st.spinner("Looking for people who may want it"):
        found = products.offer(desk.database, named, desk.as_of, whom, like=like, price=price)
    _people(desk, found)


def _has_kin(known: pd.DataFrame, product: str) -> bool:
    """Whether others of its category were bought, so that it need not be said what it is like."""
    mine = set(known.loc[known["product"] == product, "category"].dropna())
    return bool(mine & set(known.loc[known["people"] > 0, "category"].dropna()))


def _new(desk: Desk, place: Any, names: list[str]) -> tuple[tuple[str, ...], int | None]:
    """What a product that nobody bought yet is like, and what it costs (ten-thousandths)."""
    like = place.multiselect("It is like", names, key="offer_like", placeholder="products that it resembles")
    price = place.number_input(
        f"Its price ({desk.company.currency})", min_value=0.0, value=None, key="offer_price"
    )
    return tuple(like), None if price is None else round(price * MONEY_UNIT)


def _people(desk: Desk, found: products.Offer) -> None:
    frame: pd.DataFrame = found.marks.frame
    st.markdown(plain(found.words))
    if found.quality:
        st.caption(f":material/fact_check: {plain(found.quality)}")
    if frame.empty:
        return
    everybody = counted(len(frame), "person", "people")
    if st.button(f"Show {everybody}", key="offer_people", type="primary", icon=":material/group:"):
        to_people(f"may want {found.product}", found.condition)
    for row in frame.head(SHOWN).to_dict("records"):
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            name = "No name" if is_missing(row["name"]) else row["name"]
            person_link(name, int(row["id"]), key=f"offer_{row['id']}")
            last = "" if is_missing(row["last_on"]) else f", last bought {ago(row['last_on'], desk.as_of)}"
            st.caption(f"{plain(row['why'])}{plain(last)}")
    if len(frame) > SHOWN:
        st.caption(f"and {number(len(frame) - SHOWN)} more")
