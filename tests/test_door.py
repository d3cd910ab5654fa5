"""At the door, without a server: which cookie counts, where a request comes from, who is at home."""

from typing import Any

import pytest
from starlette.requests import HTTPConnection

from pages import _door as door

PLAIN, SAFE = "regulars_session=planted", "__Host-regulars_session=own"


def request(client: str = "127.0.0.1", scheme: str = "http", version: str = "1.1", **headers: str) -> Any:
    """A request as the server hands it on."""
    told = {"host": "localhost:8501", **{name.replace("_", "-"): text for name, text in headers.items()}}
    return HTTPConnection({
        "type": "http", "scheme": scheme, "http_version": version, "client": (client, 5000), "path": "/",
        "headers": [(name.encode(), text.encode()) for name, text in told.items()],
    })  # fmt: skip


@pytest.mark.parametrize(
    ("told", "token"),
    [
        ({"cookie": PLAIN}, "planted"), ({"cookie": f"{PLAIN}; {SAFE}"}, "own"),
        ({"cookie": PLAIN, "scheme": "https"}, ""), ({"cookie": f"{PLAIN}; {SAFE}", "scheme": "https"}, "own"),
        ({"cookie": PLAIN, "x_forwarded_proto": "https"}, ""), ({"cookie": PLAIN, "x_forwarded_proto": "wss"}, ""),
        ({"cookie": PLAIN, "scheme": "wss"}, ""), ({}, ""),
    ],
)  # fmt: skip
def test_a_neighbour_plants_no_session_over_https(told: dict[str, str], token: str) -> None:
    """The usual cookie may come from another name of the domain, or from a page without https: it opens nothing."""
    assert door.token_of(request(**told)) == token


@pytest.mark.parametrize(
    ("client", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"), ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"), ("fe80::1%eth0", "fe80::/64"), ("unix:", "unix:"),
    ],
)  # fmt: skip
def test_an_address_is_that_of_a_house(client: str, counted: str) -> None:
    """Whoever changes the end of an IPv6 address guesses on from the same place."""
    assert door.address_of(request(client)) == counted


def test_at_home_is_this_machine_itself() -> None:
    """By one of its names, in a browser of today."""
    assert all(door.is_at_home(request(client)) for client in ("127.0.0.1", "::1"))


@pytest.mark.parametrize(
    "told",
    [
        {"client": "192.0.2.7"}, {"host": "crm.example.com"}, {"host": "[broken"}, {"version": "1.0"},
        {"x_forwarded_for": "192.0.2.7"}, {"x_forwarded_server": "proxy"}, {"forwarded": "for=_x"},
        {"x_real_ip": "192.0.2.7"}, {"cf_connecting_ip": "192.0.2.7"}, {"via": "1.1 proxy"},
    ],
)  # fmt: skip
def test_what_came_through_a_proxy_is_not_at_home(told: dict[str, str]) -> None:
    """Also by one that says nothing of itself but speaks to us as none of today's browsers does."""
    assert not door.is_at_home(request(**told))
