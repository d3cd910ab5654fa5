"""Who meets a condition, once more in plain Python over plain frames: what the compiled SQL is held against."""

import json
import math
from datetime import date, timedelta

import pandas as pd
from oracle import NOT_REACHED, profile

from crm_core.model import gazetteer
from crm_core.model.conditions import All, AnyOf, Has, Near, Not, Saved, Where
from crm_core.model.folding import fold

TEXTS = ("name", "city", "tags", "product", "category", "type", "state", "extra.Size")
DATES = ("last_on", "date", "due_on")


class Shop:
    """The rows of a small shop, and the conditions that are saved by name."""

    def __init__(self, as_of: date, people, lines, calls, due, saved) -> None:
        self.as_of, self.saved = as_of, saved
        sums = profile(people, lines, as_of, interactions=calls)
        sums["last_on"] = sums["last"].map(lambda day: None if pd.isna(day) else f"{day:%Y-%m-%d}")
        self.people = [
            row
            | sums.loc[row["id"]].to_dict()
            | {"extra.Size": json.loads(plain(row["extra"]) or "{}").get("Size")}
            for row in people.to_dict("records")
        ]
        self.lines, self.calls, self.due = (frame.to_dict("records") for frame in (lines, calls, due))

    def who(self, condition) -> list[int]:
        return [person["id"] for person in self.people if self.meets(person, condition)]

    def meets(self, person, condition) -> bool:
        match condition:
            case Where():
                return self.compare(person, condition)
            case All(parts):
                return all(self.meets(person, part) for part in parts)
            case AnyOf(parts):
                return any(self.meets(person, part) for part in parts)
            case Not(part):
                return not self.meets(person, part)
            case Saved(name):
                return self.meets(person, self.saved[name])
            case Near():
                return self.near(person, condition)
            case Has():
                return self.has(person, condition)
        raise AssertionError(condition)

    def compare(self, row, where) -> bool:
        value, wanted, relation = plain(row.get(where.field)), where.value, where.relation
        if relation in ("blank", "filled"):
            return (value in (None, "")) == (relation == "blank")
        if relation == "is not":
            return not self.compare(row, Where(where.field, "is", wanted))
        if relation == "one of":
            return any(self.compare(row, Where(where.field, "is", one)) for one in wanted)
        if value is None:
            return False
        if where.field in TEXTS:
            return text_meets(fold(value), fold(wanted), relation, where.field == "tags")
        return self.ordered(value, wanted, relation)

    def ordered(self, value, wanted, relation) -> bool:
        if relation == "days ago at least":
            return value <= self.ago(wanted)
        if relation == "days ago at most":
            return self.ago(wanted) <= value <= self.as_of.isoformat()
        return {
            "is": value == wanted, "at least": value >= wanted, "at most": value <= wanted, "more than": value > wanted,
            "less than": value < wanted, "before": value < wanted, "on or after": value >= wanted,
        }[relation]  # fmt: skip

    def ago(self, days: int) -> str:
        return (self.as_of - timedelta(days=days)).isoformat()

    def near(self, person, near) -> bool:
        latitude, longitude = plain(person["latitude"]), plain(person["longitude"])
        own = None not in (latitude, longitude) and abs(latitude) <= 90 and (latitude, longitude) != (0, 0)
        city = plain(person["city"])
        home = (latitude, longitude) if own else gazetteer.find(city) if city else None
        centre = (
            (near.latitude, near.longitude) if near.latitude is not None else gazetteer.locate(near.place)
        )
        return home is not None and distance(home, centre) <= near.km

    def has(self, person, has) -> bool:
        rows = {"purchase": self.lines, "interaction": self.calls, "follow-up": self.due}[has.entity]
        day = "due_on" if has.entity == "follow-up" else "date"
        mine = [row for row in rows if row["customer_id"] == person["id"] and self.counts(row, has)]
        since = self.ago(has.since) if isinstance(has.since, int) else has.since
        mine = [row for row in mine if since is None or row[day] >= since]
        mine = [row for row in mine if all(self.meets(row, part) for part in has.conditions)]
        if has.entity == "purchase":
            mine = list({plain(row["number"]) or row["date"]: row for row in mine}.values())
        return len(mine) >= has.count if has.count else not mine

    def counts(self, row, has) -> bool:
        if has.entity == "follow-up":
            return True
        if row["date"] > self.as_of.isoformat():
            return False
        if has.entity == "interaction":
            return row["outcome"] not in NOT_REACHED
        return row["status"] not in ("cancelled", "returned") and row["amount"] >= 0 and row["quantity"] > 0


def plain(value):
    return None if value is None or value != value else value


def text_meets(value: str, wanted: str, relation: str, tags: bool) -> bool:
    if tags and relation in ("is", "contains"):
        return wanted in value.split(", ")
    return {"is": value == wanted, "contains": wanted in value, "begins with": value.startswith(wanted)}[
        relation
    ]


def distance(one, other) -> float:
    """Kilometres along the sphere, by vectors: another formula than the one that is tested."""
    (x, y, z), (u, v, w) = unit(*one), unit(*other)
    cross = math.hypot(y * w - z * v, z * u - x * w, x * v - y * u)
    return 6371.0088 * math.atan2(cross, x * u + y * v + z * w)


def unit(latitude: float, longitude: float) -> tuple[float, float, float]:
    up, along = math.radians(latitude), math.radians(longitude)
    return math.cos(up) * math.cos(along), math.cos(up) * math.sin(along), math.sin(up)
