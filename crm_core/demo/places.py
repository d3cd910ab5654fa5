"""Where the café may stand: cities and usual names by country, prices by currency, telephone numbers for fiction."""

from dataclasses import dataclass

from babel import Locale

from crm_core.demo.names import CULTURES

NOWHERE = "ZZ"  # Unicode's code for an unknown country
HOME_SHARE = 0.62  # of the people have names of the country's own language


@dataclass(frozen=True)
class Place:
    """A country as the café needs it: the language of most names, and its cities, the café's own first."""

    culture: str
    cities: tuple[str, ...]


# Where nothing else is known, parts of a town stand for the cities.
ANYWHERE = Place("english", ("Old Town", "Riverside", "Station Quarter", "Market Hill", "Harbour Side"))
PLACES: dict[str, Place] = {
    "GB": Place("english", ("Bristol", "Bath", "Clevedon", "Portishead", "Keynsham")),
    "IE": Place("english", ("Galway", "Oranmore", "Athenry", "Tuam")),
    "US": Place("english", ("Portland", "Beaverton", "Gresham", "Lake Oswego", "Vancouver")),
    "CA": Place("english", ("Halifax", "Dartmouth", "Bedford", "Truro")),
    "AU": Place("english", ("Hobart", "Kingston", "Glenorchy", "Launceston")),
    "NZ": Place("english", ("Wellington", "Lower Hutt", "Porirua", "Kapiti")),
    "DE": Place("german", ("Leipzig", "Markkleeberg", "Halle", "Grimma")),
    "AT": Place("german", ("Graz", "Leibnitz", "Weiz", "Bruck")),
    "CH": Place("german", ("Bern", "Köniz", "Thun", "Biel")),
    "FR": Place("french", ("Nantes", "Rezé", "Saint-Herblain", "Clisson")),
    "BE": Place("french", ("Namur", "Liège", "Dinant", "Huy")),
    "ES": Place("spanish", ("Valencia", "Torrent", "Gandía", "Sagunto")),
    "MX": Place("spanish", ("Puebla", "Cholula", "Atlixco", "Tlaxcala")),
    "IT": Place("italian", ("Bologna", "Imola", "Modena", "Casalecchio")),
    "PL": Place("polish", ("Łódź", "Zgierz", "Pabianice", "Aleksandrów")),
    "SE": Place("nordic", ("Göteborg", "Mölndal", "Kungsbacka", "Borås")),
    "DK": Place("nordic", ("Aarhus", "Silkeborg", "Horsens", "Randers")),
    "NO": Place("nordic", ("Bergen", "Askøy", "Os", "Voss")),
    "TW": Place("chinese", ("台中", "彰化", "豐原", "南投")),
    "HK": Place("chinese", ("Kowloon", "Sha Tin", "Tsuen Wan", "Sai Kung")),
    "IN": Place("indian", ("Pune", "Pimpri", "Nashik", "Satara")),
    "AE": Place("arabic", ("Dubai", "Sharjah", "Ajman")),
    "NG": Place("west african", ("Ibadan", "Abeokuta", "Ogbomosho")),
    "GH": Place("west african", ("Kumasi", "Ejisu", "Obuasi")),
    "TH": Place("thai", ("เชียงใหม่", "ลำพูน", "ลำปาง")),
}

# What one euro's worth of coffee costs there, and the smallest step of a price.
PRICES: dict[str, tuple[float, float]] = {
    "EUR": (1, 0.1), "GBP": (0.95, 0.1), "USD": (1.2, 0.25), "CAD": (1.4, 0.25), "AUD": (1.5, 0.5),
    "NZD": (1.6, 0.5), "CHF": (1.5, 0.1), "SEK": (12, 1), "DKK": (9, 1), "NOK": (13, 1), "PLN": (4.2, 0.5),
    "CZK": (24, 1), "HUF": (350, 10), "TWD": (38, 5), "HKD": (11, 1), "CNY": (8, 1), "JPY": (150, 10),
    "KRW": (1500, 100), "THB": (24, 5), "INR": (60, 10), "PHP": (50, 5), "AED": (5, 0.5), "MXN": (18, 1),
    "BRL": (4, 0.5), "NGN": (900, 50), "GHS": (12, 1),
}  # fmt: skip
ANY_PRICE = (1.0, 0.1)

# Numbers set aside for drama and examples: Ofcom (UK), NANPA 555-01xx (US and Canada), Bundesnetzagentur (DE),
# ARCEP (FR), ACMA (AU). Each `#` is a digit that may be anything.
_UK_CITIES = (113, 114, 115, 116, 117, 118, 121, 131, 141, 151, 161)
_US_AREAS = (503, 206, 212, 213, 303, 312, 404, 415, 504, 512, 602, 615, 617, 702, 773, 808)
_CA_AREAS = (902, 416, 514, 604, 613, 780)
PHONES: dict[str, tuple[str, ...]] = {
    "GB": (
        "+44 7700 900###", "+44 20 7946 0###", "+44 191 498 0###", "+44 1632 960###", "+44 28 9649 6###",
        "+44 29 2018 0###", *(f"+44 {area} 496 0###" for area in _UK_CITIES),
    ),
    "US": tuple(f"+1 {area}-555-01##" for area in _US_AREAS),
    "CA": tuple(f"+1 {area}-555-01##" for area in _CA_AREAS),
    "DE": ("+49 30 23125###", "+49 40 66969###", "+49 69 90009###", "+49 89 99998###", "+49 221 4710###"),
    "FR": ("+33 6 39 98 ## ##", "+33 1 99 00 ## ##", "+33 2 61 91 ## ##", "+33 3 53 01 ## ##", "+33 4 65 71 ## ##"),
    "AU": tuple(f"+61 {area} {block} ####" for area in "2378" for block in ("5550", "7010")),
}  # fmt: skip


def place_of(country: str) -> Place:
    """The country's place by its two letters; parts of any town where it is not known."""
    return PLACES.get(country.upper(), ANYWHERE)


def country_name(country: str) -> str | None:
    """The country's name in English by its two letters; None for nothing and for unknown ones."""
    known = country.upper() not in ("", NOWHERE)
    return Locale("en").territories.get(country.upper()) if known else None


def culture_shares(home: str) -> dict[str, float]:
    """The share of each culture's names: most are the country's own, the others alike."""
    rest = (1 - HOME_SHARE) / (len(CULTURES) - 1)
    return {name: HOME_SHARE if name == home else rest for name in CULTURES}
