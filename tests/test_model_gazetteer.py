"""Where towns lie, offline."""

import pytest

from crm_core.model.gazetteer import country_code, find, locate, suggestions

KNOWN = [
    (("Leeds", None), (53.80, -1.55)),
    (("leeds", "United Kingdom"), (53.80, -1.55)),
    (("Boston", None), (42.36, -71.06)),  # the largest of them all
    (("Boston", "England"), (52.98, -0.03)),
    (("ŁÓDŹ", "Polska"), (51.77, 19.47)),
    (("lodz", "PL"), (51.77, 19.47)),
    (("Munich", "Deutschland"), (48.14, 11.58)),
    (("München", "Niemcy"), (48.14, 11.58)),
    (("Praha", "CZE"), (50.09, 14.42)),
    (("台北", "台灣"), (25.05, 121.53)),
    (("กรุงเทพมหานคร", "ประเทศไทย"), (13.75, 100.50)),
    (("Cebu", "Pilipinas"), (10.32, 123.89)),
    (("Stoke on Trent", "GB"), (53.00, -2.18)),
    (("Leeds", "Narnia"), (53.80, -1.55)),  # a country that nobody knows does not count
]


@pytest.mark.parametrize(("asked", "place"), KNOWN)
def test_a_town_is_found_by_any_of_its_names(asked, place) -> None:
    """In any spelling and script, in the country where one is given, else the largest."""
    assert find(*asked) == pytest.approx(place, abs=0.03)


@pytest.mark.parametrize("asked", [("Nowhereville", None), ("", None), (" - ", None), ("Leeds", "Poland")])
def test_what_is_no_town_is_not_found(asked) -> None:
    """Not the nearest that sounds like it, and not one in another country."""
    assert find(*asked) is None


def test_a_bare_name_is_looked_for_at_home_first() -> None:
    """A shop in England means the Boston in England; a country behind a comma goes before."""
    assert locate("Boston", "GB") == find("Boston", "GB")
    assert locate("Boston, US", "GB") == find("Boston", "US") == locate("Boston")
    assert locate("Leeds", "PL") == find("Leeds")


def test_countries_are_known_by_code_and_by_name() -> None:
    """In several languages; a blank is none."""
    said = ("GB", "gbr", "UK", "Vereinigtes Königreich", "Wielka Brytania", "Royaume-Uni", "Scotland", "英国")
    assert {country_code(name) for name in said} == {"GB"}
    assert country_code("") is country_code(None) is country_code("Narnia") is None


def test_suggestions_begin_with_what_was_typed() -> None:
    """The largest first, each as it can be looked up again."""
    found = suggestions("manch", 3)
    assert found[0] == "Manchester, GB"
    assert all(name.lower().startswith("manch") and locate(name) for name in found)
    assert suggestions("  ") == suggestions("zzzzqq") == []
