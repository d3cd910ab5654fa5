"""The CDNOW sample as the papers use it: 2,357 people, fitted on 39 weeks to 1997-09-30, the next 39 weeks held out."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from crm_core.insight.backtest import Later
from crm_core.insight.histories import Histories

END, WEEKS = pd.Timestamp("1997-09-30"), 39


@cache
def days(folder: Path) -> pd.DataFrame:
    """One row a customer and purchase day: who, on, amount."""
    lines = pd.read_csv(folder / "purchases" / "cdnow_sample.csv", dtype={"Customer ID": str})
    lines = lines.assign(who=lines["Customer ID"], on=pd.to_datetime(lines["Order date"]))
    return lines.groupby(["who", "on"], as_index=False)["Amount"].sum()


@cache
def people(folder: Path) -> pd.DataFrame:
    """One row a customer, by id: first, last, count of days up to the end date, mean of the repeat days."""
    before = days(folder)[lambda d: d["on"] <= END]
    known = before.groupby("who")["on"].agg(["min", "max", "count"])
    repeat = before[before["on"] > before["who"].map(known["min"])]
    return known.assign(mean=repeat.groupby("who")["Amount"].mean()).fillna({"mean": 0.0})


@cache
def histories(folder: Path) -> Histories:
    """Everybody's (x, t_x, T) on the end date."""
    known = people(folder)
    watched, active = (END - known["min"]).dt.days, (known["max"] - known["min"]).dt.days
    return Histories((known["count"] - 1).to_numpy(), active.to_numpy() / 7, watched.to_numpy() / 7)


@cache
def later(folder: Path) -> Later:
    """What the same people bought in the 39 weeks held out."""
    after = days(folder)[lambda d: (d["on"] > END) & (d["on"] <= END + pd.Timedelta(weeks=WEEKS))]
    orders = after.groupby("who").size().reindex(people(folder).index).fillna(0).to_numpy()
    weeks = ((after["on"] - END).dt.days.to_numpy() - 1) // 7
    return Later(orders, np.bincount(weeks, minlength=WEEKS))


@cache
def reference(folder: Path) -> pd.DataFrame:
    """The forecasts of an independent implementation for the first 20 customers."""
    return pd.read_csv(folder / "reference" / "cdnow_sample_lifetimes_first20.csv")
