"""Who lives within some kilometres of a place, as SQL: by their own coordinates, else by those of their town."""

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crm_core.errors import InvalidInput
from crm_core.ledger.conditions.lookups import Lookups
from crm_core.ledger.store.dialects import in_list
from crm_core.ledger.store.tables import TABLES, customers
from crm_core.model import gazetteer
from crm_core.model.conditions import Near

Expression = sa.ColumnElement[Any]

EARTH = 6371.0088  # km, the mean radius
HALF_DEGREE = math.pi / 360  # half of a degree in radians
BETWEEN = "\n"
settings = TABLES["setting"]


@dataclass(frozen=True)
class Homes:
    """The towns that customers live in and that are known: `keys` (city, line feed, country) and where they lie."""

    keys: np.ndarray
    latitudes: np.ndarray
    longitudes: np.ndarray


def within(near: Near, connection: Connection) -> Expression:
    """The condition over `customers`, true or false. Coordinates outside the globe, and 0/0, count as none.

    Distance: the haversine formula on a sphere of 6371.0088 km. InvalidInput for an unknown place or distance.
    """
    limit, (latitude, longitude) = _limit(near), _centre(near, connection)
    c = customers.c
    exact = sa.and_(_has_coordinates(), _haversine(c.latitude, c.longitude, latitude, longitude) <= limit)
    town = sa.and_(sa.not_(_has_coordinates()), _in_towns(connection, latitude, longitude, limit))
    return sa.or_(exact, town)


def _limit(near: Near) -> float:
    """sin² of half the angle that the distance makes at the centre of the earth: what the haversine is held against."""
    km: Any = near.km
    if isinstance(km, bool) or not isinstance(km, int | float) or not 0 <= km < math.inf:
        raise InvalidInput(f"“{km}” is no distance. Give a number of kilometres from 0 up.")
    return math.sin(min(km / EARTH, math.pi) / 2) ** 2


def _centre(near: Near, connection: Connection) -> tuple[float, float]:
    given = (near.latitude, near.longitude)
    if given == (None, None):
        found = gazetteer.locate(near.place, home_country(connection))
        if found is None:
            raise InvalidInput(f"No town called “{near.place}” is known. {_advice(near.place)}")
        return found
    if not all(_is_degree(value, most) for value, most in zip(given, (90, 180), strict=True)):
        raise InvalidInput(
            f"{given[0]}, {given[1]} is no place. Give latitude (-90 to 90) and longitude (-180 to 180)."
        )
    return given  # type: ignore[return-value]


def _advice(place: str) -> str:
    like = gazetteer.suggestions(place[:4], 3)
    return "Write one as “Leeds, GB”" + (f", for example “{like[0]}”." if like else ", or give coordinates.")


def _is_degree(value: Any, most: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -most <= value <= most


def home_country(connection: Connection) -> str | None:
    """The company's own country, where a bare town name is looked for first."""
    return connection.scalar(sa.select(settings.c.value).where(settings.c.name == "country"))


def _has_coordinates() -> Expression:
    latitude, longitude = customers.c.latitude, customers.c.longitude
    given = sa.and_(latitude.is_not(None), longitude.is_not(None))
    on_the_globe = sa.and_(latitude.between(-90, 90), longitude.between(-180, 180))
    return sa.and_(given, on_the_globe, sa.or_(latitude != 0, longitude != 0))


def _haversine(latitudes: Any, longitudes: Any, latitude: float, longitude: float) -> Expression:
    up = sa.func.sin((latitudes - latitude) * HALF_DEGREE)
    along = sa.func.sin((longitudes - longitude) * HALF_DEGREE)
    here = math.cos(2 * HALF_DEGREE * latitude)
    return up * up + sa.func.cos(latitudes * (2 * HALF_DEGREE)) * here * along * along


def _in_towns(connection: Connection, latitude: float, longitude: float, limit: float) -> Expression:
    homes = _homes(connection)
    up = np.sin((homes.latitudes - latitude) * HALF_DEGREE)
    along = np.sin((homes.longitudes - longitude) * HALF_DEGREE)
    here = math.cos(2 * HALF_DEGREE * latitude)
    close = up**2 + np.cos(homes.latitudes * (2 * HALF_DEGREE)) * here * along**2 <= limit
    return in_list(_home_key(), sa.literal(json.dumps(homes.keys[close].tolist())))


def _home_key() -> Expression:
    return sa.func.coalesce(customers.c.city, "") + BETWEEN + sa.func.coalesce(customers.c.country, "")


_known: Lookups[Homes] = Lookups(8, "customer", "setting")


def _homes(connection: Connection) -> Homes:
    """Where the customers' towns lie."""
    return _known.get(connection, "homes", lambda: _look_up(connection))


def _look_up(connection: Connection) -> Homes:
    c, home = customers.c, home_country(connection)
    chosen = sa.select(c.city, c.country).where(c.city.is_not(None), c.city != "").distinct()
    rows = [(city, country or "") for city, country in connection.execute(chosen)]
    found = [(f"{city}{BETWEEN}{country}", _town(city, country, home)) for city, country in rows]
    known = [(key, place) for key, place in found if place is not None]
    places = np.array([place for _, place in known], dtype=float).reshape(-1, 2)
    return Homes(np.array([key for key, _ in known], dtype=object), places[:, 0], places[:, 1])


def _town(city: str, country: str, home: str | None) -> tuple[float, float] | None:
    return gazetteer.find(city, country) if country else gazetteer.locate(city, home)
