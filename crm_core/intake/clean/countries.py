"""The country that a cell names: "Polska", "台灣", "ประเทศไทย", "U.S.A.", "TW"."""

import re
import unicodedata
from functools import lru_cache

from babel import Locale
from babel.core import get_global
from phonenumbers import SUPPORTED_REGIONS

from crm_core.intake.lexicon import key

_LOCALES = ("en", "zh_Hant", "zh_Hans", "th", "pl", "fil", "cy", "de", "fr", "es")
# Names that people write and no list of official ones has.
_ALSO = {
    "GB": (
        "England", "Scotland", "Wales", "Northern Ireland", "Great Britain", "Britain", "Anglia", "Szkocja", "Walia",
        "Wielka Brytania", "W. Brytania", "Wlk. Brytania", "Cymru", "Lloegr", "Yr Alban", "Teyrnas Unedig", "DU",
        "Prydain Fawr", "英格蘭", "蘇格蘭", "大不列顛", "อังกฤษ", "Inglatera", "Angleterre", "Inglaterra",
        "Großbritannien", "Grande-Bretagne", "Gran Bretaña",
    ),
    "US": (
        "USA", "US", "United States of America", "America", "Stany Zjednoczone Ameryki", "Ameryka", "Amerika",
        "อเมริกา", "美利堅合眾國", "Estados Unidos de América", "EEUU", "EE. UU.", "États-Unis d'Amérique", "UDA",
    ),
    "TW": ("Taiwan", "R.O.C.", "ROC", "中華民國", "中华民国", "臺灣", "Tajwan", "Formosa"),
    "CN": ("PRC", "P.R. China", "中國大陸", "中国大陆", "Mainland China", "People's Republic of China", "大陸", "大陆",
           "中華人民共和國", "中华人民共和国", "จีนแผ่นดินใหญ่"),
    "HK": ("Hong Kong", "Hong Kong SAR", "香港", "Hongkong", "ฮ่องกง"),
    "MO": ("Macau", "Macao", "澳門", "澳门"),
    "KR": ("Korea", "South Korea", "Republic of Korea", "韓國", "南韓", "เกาหลี", "Korea Południowa"),
    "TH": ("ประเทศไทย", "เมืองไทย", "Siam", "泰國"),
    "PH": ("Pilipinas", "Republic of the Philippines", "Phil", "Phils", "菲律賓"),
    "PL": ("Rzeczpospolita Polska", "RP", "Republic of Poland", "Polonya"),
    "DE": ("BRD", "Bundesrepublik Deutschland", "Federal Republic of Germany", "RFN"),
    "NL": ("Holland", "The Netherlands", "Holandia", "Hollande", "Holanda", "荷兰"),
    "CZ": ("Czech Republic", "Republika Czeska", "Tschechische Republik", "捷克共和國"),
    "IE": ("Eire", "Republic of Ireland"),
    "AE": ("UAE", "Dubai", "阿聯酋"),
    "RU": ("Russian Federation",),
    "VN": ("Viet Nam", "Vietnam"),
    "JP": ("Nippon", "ญี่ปุ่น"),
    "ZA": ("RSA", "RPA"),
    "TR": ("Turkey", "Turkiye"),
    "CH": ("Suisse", "Schweiz", "Svizzera"),
}  # fmt: skip


@lru_cache(maxsize=4096)
def country_of(text: str) -> str | None:
    """The ISO 3166 code of two letters of the country that `text` names, in any language of the dictionaries."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain in SUPPORTED_REGIONS:  # a code is a code: no need to load the names of ten languages
        return plain
    without = re.sub(r"[(\[].*?[)\]]", "", plain)
    tried = (plain, without, without.partition(",")[0], re.sub(r"(?i)^the\s+", "", without), f"ประเทศ{plain}")
    known = _names()
    return next((known[one] for form in tried if (one := key(form)) in known), None)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """By key all names and codes."""
    found: dict[str, str] = {}
    for spoken in _LOCALES:
        for code, name in Locale.parse(spoken).territories.items():
            if _is_country(code):
                found.setdefault(key(name), code)
                found.setdefault(code.lower(), code)
    codes = get_global("territory_aliases")
    found |= {alias.lower(): now[0] for alias, now in codes.items() if _is_renamed(alias, now)} | found
    return found | {key(name): code for code, names in _ALSO.items() for name in names}


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in ("ZZ", "EU", "EZ", "UN", "XA", "XB", "QO")


def _is_renamed(alias: str, now: list[str]) -> bool:
    """Codes of three letters, and UK."""
    return alias.isalpha() and len(now) == 1 and _is_country(now[0]) and (len(alias) == 3 or alias == "UK")
