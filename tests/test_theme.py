"""The colours of light and dark: readable for everybody, by the numbers of WCAG 2.2."""

import itertools
import tomllib
from pathlib import Path

import pytest

CONFIG = tomllib.loads((Path(__file__).parents[1] / ".streamlit" / "config.toml").read_text("utf-8"))
SCHEMES = ("light", "dark")
TONES = ("red", "orange", "yellow", "green", "blue", "gray")

# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB.
EYES = {
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
}


def linear(colour: str) -> tuple[float, ...]:
    """`#rrggbb` as three linear light values 0..1 (IEC 61966-2-1)."""
    values = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return tuple(v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    return sum(w * v for w, v in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.2, 1..21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: tuple[float, ...]) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of linear RGB."""
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = (sum(m * c for m, c in zip(row, rgb, strict=True)) for row in to_xyz)
    f = [
        t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116
        for t in (v / w for v, w in zip(xyz, (0.95047, 1, 1.08883), strict=True))
    ]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def seen(colour: str, eye: str) -> tuple[float, float, float]:
    """The colour as a colour-blind eye sees it, in L*a*b*."""
    rgb = linear(colour)
    mixed = (sum(m * c for m, c in zip(row, rgb, strict=True)) for row in EYES[eye])
    return lab(tuple(min(1.0, max(0.0, v)) for v in mixed))


def apart(one: str, other: str, eye: str) -> float:
    """Distance of two colours for that eye (CIE 1976; 2 is just visible)."""
    return sum((a - b) ** 2 for a, b in zip(seen(one, eye), seen(other, eye), strict=True)) ** 0.5


def grounds(scheme: str) -> list[str]:
    """Every background that text stands on: the page, widgets, the side bar."""
    theme = CONFIG["theme"][scheme]
    return [theme["backgroundColor"], theme["secondaryBackgroundColor"], theme["sidebar"]["backgroundColor"]]


def test_the_measure_itself():
    """Black on white is 21:1 and the well-known grey #767676 on white just passes 4.5:1."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert 4.5 < contrast("#767676", "#ffffff") < 4.6
    assert contrast("#777777", "#ffffff") < 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_button_text(scheme):
    """Streamlit writes white on the accent; that is readable."""
    assert contrast("#ffffff", CONFIG["theme"][scheme]["primaryColor"]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_accent_as_a_mark(scheme):
    """The accent stands out as a mark (chosen tab, check box, progress) from every background."""
    floor = 4.5 if scheme == "light" else 3.0
    assert all(
        contrast(CONFIG["theme"][scheme]["primaryColor"], ground) >= floor for ground in grounds(scheme)
    )


@pytest.mark.parametrize("scheme", SCHEMES)
def test_links(scheme):
    """Links are readable on every background."""
    assert all(contrast(CONFIG["theme"][scheme]["linkColor"], ground) >= 4.5 for ground in grounds(scheme))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_body_text(scheme):
    """Body text reaches 10:1, so that captions at 60 % of it still reach 4.5:1."""
    assert all(contrast(CONFIG["theme"][scheme]["textColor"], ground) >= 10 for ground in grounds(scheme))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_table_head(scheme):
    """The head of a table is readable and differs from its cells."""
    theme = CONFIG["theme"][scheme]
    assert contrast(theme["dataframeHeaderTextColor"], theme["dataframeHeaderBackgroundColor"]) >= 4.5
    assert theme["dataframeHeaderBackgroundColor"] != theme["backgroundColor"]


@pytest.mark.parametrize(("scheme", "tone"), list(itertools.product(SCHEMES, TONES)))
def test_coloured_text(scheme, tone):
    """Coloured words and badges are readable on the page and on their own tint."""
    theme = CONFIG["theme"][scheme]
    for ground in (
        theme["backgroundColor"],
        theme["secondaryBackgroundColor"],
        theme[f"{tone}BackgroundColor"],
    ):
        assert contrast(theme[f"{tone}TextColor"], ground) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_chart_marks_stand_out(scheme):
    """The first six colours of a chart reach 3:1 on the page."""
    theme = CONFIG["theme"][scheme]
    assert all(contrast(c, theme["backgroundColor"]) >= 3 for c in theme["chartCategoricalColors"][:6])


@pytest.mark.parametrize(("scheme", "eye"), list(itertools.product(SCHEMES, EYES)))
def test_chart_colours_for_colour_blind_eyes(scheme, eye):
    """The first five colours of a chart stay apart for colour-blind eyes."""
    colours = CONFIG["theme"][scheme]["chartCategoricalColors"][:5]
    assert min(apart(a, b, eye) for a, b in itertools.combinations(colours, 2)) >= 12


def test_colour_blindness_is_really_computed():
    """A red and a green that differ for most eyes fall together for a deuteranope."""
    assert apart("#a05a00", "#6b7400", "deuteranopia") < 12


@pytest.mark.parametrize("scheme", SCHEMES)
def test_sequential_scale_is_one_direction(scheme):
    """The heat map's ten steps run from near the page to far from it without turning."""
    theme = CONFIG["theme"][scheme]
    steps = [contrast(colour, theme["backgroundColor"]) for colour in theme["chartSequentialColors"]]
    assert len(steps) == 10 and steps == sorted(steps)


def test_both_schemes_are_defined():
    """Colours stand only under light and dark, so the reader's own setting decides."""
    assert not any(key.endswith("Color") or key == "base" for key in CONFIG["theme"])
    assert set(CONFIG["theme"]["light"]) == set(CONFIG["theme"]["dark"])


def test_server_is_shut_in():
    """Even a bare `streamlit run app.py` listens on this machine only and reports to nobody."""
    server = CONFIG["server"]
    assert server["address"] == "127.0.0.1" and server["enableXsrfProtection"]
    assert "*" not in server["allowedHosts"]
    assert CONFIG["browser"]["gatherUsageStats"] is False and CONFIG["client"]["showErrorDetails"] == "none"
