"""Every measure once more in plain pandas, from the rows alone: what the SQL of the ledger is held against.

Frames are driver-ready (ISO dates, money in ten-thousandths) with the tables' column names.
"""

from datetime import date

import numpy as np
import pandas as pd

NOT_REACHED = ("no answer", "voicemail", "wrong number")
SEGMENT = {
    "champions": [(5, 4), (5, 5)],
    "loyal": [(3, 4), (3, 5), (4, 4), (4, 5)],
    "potential loyalist": [(4, 2), (4, 3), (5, 2), (5, 3)],
    "new": [(5, 1)],
    "promising": [(4, 1)],
    "needs attention": [(3, 3)],
    "about to sleep": [(3, 1), (3, 2)],
    "can't lose": [(1, 5), (2, 5)],
    "at risk": [(1, 3), (1, 4), (2, 3), (2, 4)],
    "hibernating": [(1, 1), (1, 2), (2, 1), (2, 2)],
}
BY_CELL = {cell: name for name, cells in SEGMENT.items() for cell in cells}


def lines(purchases: pd.DataFrame, orders: pd.DataFrame | None, as_of: date) -> pd.DataFrame:
    """Counted lines up to as_of: customer_id, day, number, quantity, revenue, bought, positive."""
    rows = purchases.reindex(columns=["customer_id", "date", "number", "quantity", "amount", "status"])
    if orders is not None and len(orders):
        heads = orders[~orders["number"].isin(rows["number"].dropna()) & orders["total"].notna()]
        heads = heads.rename(columns={"total": "amount"}).reindex(columns=rows.columns)
        rows = pd.concat([rows.astype(object), heads.astype(object)], ignore_index=True)
    rows = rows[rows["date"].notna() & (rows["date"].astype(str) <= as_of.isoformat())].copy()
    rows["day"] = pd.to_datetime(rows["date"])
    off = rows["status"].isin(["cancelled", "returned"])
    amount = pd.to_numeric(rows["amount"]).fillna(0).astype(float)
    quantity = pd.to_numeric(rows["quantity"]).astype(float)
    rows["positive"] = ~off & (amount >= 0) & np.where(quantity.isna(), amount > 0, quantity > 0)
    counts = ~(off & (amount > 0))
    rows["quantity"] = quantity.fillna(0).where(counts, 0.0)
    rows["revenue"] = amount.where(counts, 0.0)
    rows["bought"] = amount.where(rows["positive"], 0.0)
    return rows


def orders_of(rows: pd.DataFrame) -> pd.DataFrame:
    """One row an order: customer_id, number or day, first day, amount of its positive lines."""
    positive = rows[rows["positive"] & rows["customer_id"].notna()].copy()
    unnumbered = positive["number"].isna()
    positive["order"] = (
        positive["number"].astype(object).where(~unnumbered, "day " + positive["day"].astype(str))
    )
    grouped = positive.groupby(["customer_id", "order"])
    return grouped.agg(day=("day", "min"), amount=("bought", "sum")).reset_index()


def profile(
    customers: pd.DataFrame, purchases: pd.DataFrame, as_of: date, orders=None, interactions=None
) -> pd.DataFrame:
    """Sums and measures of every customer, indexed by id; missing values as None/NaN."""
    rows = lines(purchases, orders, as_of)
    taken = orders_of(rows)
    people = pd.DataFrame(index=customers["id"])
    by_customer = rows[rows["customer_id"].notna()].groupby("customer_id")
    for name in ("quantity", "revenue", "bought"):
        people[name] = by_customer[name].sum().reindex(people.index).fillna(0)
    people["orders"] = taken.groupby("customer_id").size().reindex(people.index).fillna(0).astype(int)
    people["days"] = taken.groupby("customer_id")["day"].nunique().reindex(people.index).fillna(0).astype(int)
    people["first"] = taken.groupby("customer_id")["day"].min().reindex(people.index)
    people["last"] = taken.groupby("customer_id")["day"].max().reindex(people.index)
    _contacts(people, interactions, as_of)
    _measures(people, customers.set_index("id"), taken["amount"], as_of)
    return people


def _contacts(people: pd.DataFrame, interactions: pd.DataFrame | None, as_of: date) -> None:
    people["contacts"], people["inquiries"], people["last_contact_on"] = 0, 0, None
    if interactions is None or interactions.empty:
        return
    past = interactions[interactions["date"].astype(str) <= as_of.isoformat()]
    reached = past[~past["outcome"].isin(NOT_REACHED)]
    people["contacts"] = reached.groupby("customer_id").size().reindex(people.index).fillna(0).astype(int)
    asked = past[past["type"] == "inquiry"]
    people["inquiries"] = asked.groupby("customer_id").size().reindex(people.index).fillna(0).astype(int)
    people["last_contact_on"] = reached.groupby("customer_id")["date"].max().reindex(people.index)


def _measures(people: pd.DataFrame, cards: pd.DataFrame, amounts: pd.Series, as_of: date) -> None:
    buyers = people["orders"] > 0
    span = (people["last"] - people["first"]).dt.days
    own = (span / (people["days"] - 1))[people["days"] > 1]
    usual = own.median() if len(own) else 90.0
    people["gap"] = (span + 3 * usual) / (people["days"] - 1 + 3)
    people["recency_days"] = (pd.Timestamp(as_of) - people["last"]).dt.days
    people["silence"] = people["recency_days"] / people["gap"]
    people["r"] = _score(people["last"].map(lambda day: day.toordinal() if pd.notna(day) else np.nan), buyers)
    people["f"], people["m"] = _score(people["orders"], buyers), _score(people["revenue"], buyers)
    big = np.quantile(amounts, 0.9) if len(amounts) else None
    people["segment"] = [_segment(row) for row in people.itertuples()]
    people["tier"] = [_tier(row) for row in people.itertuples()]
    people["pattern"] = [_pattern(row, big) for row in people.itertuples()]
    people["stage"] = [
        _stage(row, cards["stage"].get(row.Index) if "stage" in cards else None)
        for row in people.itertuples()
    ]
    people["priority"] = [_priority(row, cards.loc[row.Index]) for row in people.itertuples()]


def _score(values: pd.Series, buyers: pd.Series) -> pd.Series:
    if not buyers.any():
        return pd.Series(np.nan, index=values.index)
    edges = np.quantile(values[buyers].astype(float), [0.2, 0.4, 0.6, 0.8])
    return (1 + sum((values > edge).astype(int) for edge in edges)).where(buyers)


def _segment(row) -> str:
    if row.orders == 0:
        return "no purchase"
    f = min(row.f, 3) if row.orders < 3 else row.f
    r = min(row.r, 2) if row.silence > 3 and f >= 3 else row.r
    return BY_CELL[(int(r), int(f))]


def _tier(row) -> str | None:
    if row.orders == 0:
        return None
    both = row.f + row.m
    return "high" if both >= 8 else "low" if both <= 4 else "middle"


def _pattern(row, big: float | None) -> str:
    if row.orders == 0:
        return "never"
    if row.orders == 1:
        return "one big" if row.bought >= big else "one"
    if row.silence > 3:
        return "lapsed"
    return "continuous" if row.orders >= 3 else "occasional"


def _stage(row, by_hand) -> str:
    if isinstance(by_hand, str) and by_hand:
        return by_hand
    if row.orders and (row.silence > 6 or row.recency_days >= 730):
        return "dissolution"
    if row.orders:
        return "commitment" if row.orders >= 3 else "expansion"
    return "awareness" if row.contacts >= 2 or row.inquiries else "exploration"


def _priority(row, card: pd.Series) -> str:
    if row.orders:
        return "A"
    consent = any(card.get(name) == "yes" for name in ("may_call", "may_email", "may_message"))
    return "B" if (consent or row.inquiries) and card.get("do_not_contact") != "yes" else "C"


def numbers(frames: dict[str, pd.DataFrame], span, as_of: date, people: list[int] | None) -> dict:
    """The numbers of a span (start, end, before_start, before_end) by the usual gap of `as_of`; of these ids alone."""
    rows = lines(frames["purchase"], frames["order"], as_of)
    usual = _usual_gap(orders_of(rows))
    rows = rows if people is None else rows[rows["customer_id"].isin(people)]
    rows = rows[rows["day"] <= pd.Timestamp(span.end)]
    inside, taken = rows[rows["day"] >= pd.Timestamp(span.start)], orders_of(rows)
    every = orders_of(rows.assign(customer_id=rows["customer_id"].fillna(0)))
    orders = int((every["day"] >= pd.Timestamp(span.start)).sum())
    return {
        "revenue": inside["revenue"].sum(),
        "mean_order": round(inside["bought"].sum() / orders) if orders else None,
        **_people_numbers(taken, span, usual),
    }


def _usual_gap(taken: pd.DataFrame) -> float:
    days = taken.groupby("customer_id")["day"].agg(["min", "max", "nunique"])
    own = ((days["max"] - days["min"]).dt.days / (days["nunique"] - 1))[days["nunique"] > 1]
    return own.median() if len(own) else 90.0


def _people_numbers(taken: pd.DataFrame, span, usual: float) -> dict:
    counts = dict.fromkeys(("buyers", "new", "repeat", "former", "returned", "silent", "regulars", "lost"), 0)
    for _, theirs in taken.groupby("customer_id")["day"]:
        days = sorted(set(theirs.dt.date))
        came = days[-1] >= span.start
        former = any(span.before_start <= day <= span.before_end for day in days)
        gap = ((days[-1] - days[0]).days + 3 * usual) / (len(days) - 1 + 3)
        since = days[-1].toordinal() + int(3 * gap) + 1
        fell = span.start.toordinal() <= since <= span.end.toordinal()
        regular = (theirs.dt.date < span.start).sum() >= 2 and since >= span.start.toordinal()
        for name, true in (("buyers", came), ("new", days[0] >= span.start), ("repeat", came and len(days) >= 2),
                           ("former", former), ("returned", came and former), ("silent", fell and len(theirs) >= 2),
                           ("regulars", regular), ("lost", regular and fell)):  # fmt: skip
            counts[name] += bool(true)
    return {
        **{name: counts[name] for name in ("buyers", "new", "silent")},
        "retention": counts["returned"] / counts["former"] if counts["former"] else None,
        "repeat_rate": counts["repeat"] / counts["buyers"] if counts["buyers"] else None,
        "churn": counts["lost"] / counts["regulars"] if counts["regulars"] else None,
    }
