"""A real browser walks through a shop full of hostile texts, with a listener to which all of them lead.

`python tests/beacons.py` walks every page, view, tab, fold and window, presses every button that only shows something,
in a browser that obeys no Content-Security-Policy, and prints who came to the listener: nobody. `--quick`: without the
buttons. `tests/test_browser_beacons.py` runs the quick walk.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from playwright.sync_api import Browser, Page  # noqa: E402
from playwright.sync_api import Error as Broken  # noqa: E402

from crm_core.actions.opening import open_at  # noqa: E402
from tests.browser import PATIENCE_MS, browser, settle, trouble  # noqa: E402
from tests.poisoned import AS_OF, Listener, bad, fill, listening, upload_of  # noqa: E402
from tests.signed_in import account, signed_in  # noqa: E402

INSIGHTS = (
    "Overview",
    "Who they are",
    "When and what they buy",
    "Coming back",
    "What changed",
    "What comes next",
)
CALLS = ("Today's list", "Plays", "Rules", "Messages", "Does it work?", "Events")
ENTITIES = ("customer", "order", "purchase", "product", "interaction", "visit-count", "follow-up", "colleague", "case",
            "answer", "gesture", "attendance", "absence", "play", "wording", "rule", "firing", "message")  # fmt: skip
PLACES = (
    "today", "upload", "customers", *(f"customer?id={number}" for number in (1, 2, 3, 4, 5, 8)), "customers?q=x",
    "segments", *(f"insights?view={quote(view)}" for view in INSIGHTS),
    *(f"followups?view={quote(view)}" for view in CALLS), *(f"records?of={name}" for name in ENTITIES),
    "history", "team", "status",
)  # fmt: skip
FOLDS = "[data-testid=stExpander] summary"
TABS = "[role=tab]"
POPOVERS = "[data-testid=stPopover] button"
SEGMENTS = "[data-testid=stMain] [role=radio]"
BUTTONS = "[data-testid=stMain] [data-testid=stButton] button"
NEVER = ("Sign out", "Remove the made-up data", "Send", "Erase", "Undo", "Restore", "Back up")


@dataclass
class Walk:
    """What was seen on the way."""

    home: str
    app: str
    places: list[str] = field(default_factory=list)
    pressed: int = 0
    crashes: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    windows: list[str] = field(default_factory=list)  # alert() and the like
    unseen: list[str] = field(default_factory=list)  # what never came to rest


@contextmanager
def walking(chromium: Browser, walk: Walk, token: str) -> Iterator[Page]:
    """Somebody's window; the browser obeys no Content-Security-Policy."""
    context = chromium.new_context(viewport={"width": 1440, "height": 1600}, locale="en-GB", bypass_csp=True)
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([{"name": "regulars_session", "value": token, "url": walk.app}])
    screen = context.new_page()
    screen.on("dialog", lambda said: (walk.windows.append(said.message), said.dismiss()))
    try:
        yield screen
    finally:
        context.close()


def look(screen: Page, walk: Walk, place: str) -> None:
    """Note what is out, and pass the mouse over what can be read."""
    walk.crashes += [f"{place}: {words.splitlines()[0]}" for words in trouble(screen)]
    found = screen.locator(f"a[href^='{walk.home}'], [src^='{walk.home}'], [data^='{walk.home}']")
    walk.links += [
        f"{place}: {one}" for one in found.evaluate_all("all => all.map(one => one.outerHTML.slice(0, 300))")
    ]


def come_to(screen: Page, walk: Walk, place: str) -> bool:
    """Open a page. A busy machine gets a second try; what does not come to rest then is noted, and the walk goes on."""
    for _ in range(2):
        try:
            screen.goto(f"{walk.app}/{place}")
            settle(screen)
        except Broken:
            continue
        return True
    walk.unseen.append(place)
    return False


def open_all(screen: Page, walk: Walk, place: str) -> None:
    """Every fold, tab and small menu of the page that is out; what cannot be pressed any more is passed over."""
    for what in (FOLDS, TABS, POPOVERS):
        for nth in range(min(screen.locator(what).count(), 14)):
            if _press(screen, walk, what, nth):
                look(screen, walk, place)
                if what == POPOVERS:
                    screen.keyboard.press("Escape")


def _press(screen: Page, walk: Walk, what: str, nth: int) -> bool:
    one = screen.locator(what).nth(nth)
    try:
        if not one.is_visible() or not one.is_enabled():
            return False
        one.click(timeout=3_000)
        settle(screen)
    except Broken:
        screen.keyboard.press("Escape")
        return False
    walk.pressed += 1
    return True


def press_buttons(screen: Page, walk: Walk, place: str) -> None:
    """Each button of the page, from a page that is fresh."""
    names = screen.locator(BUTTONS).all_inner_texts()
    for nth, name in enumerate(names[:40]):
        if any(word in name for word in NEVER):
            continue
        if come_to(screen, walk, place) and _press(screen, walk, BUTTONS, nth):
            look(screen, walk, f"{place} › {name.strip()[:40]}")


def at(screen: Page, walk: Walk, place: str, all_buttons: bool) -> None:
    """One page with everything on it."""
    if not come_to(screen, walk, place):
        return
    walk.places.append(place)
    look(screen, walk, place)
    open_all(screen, walk, place)
    if all_buttons:
        press_buttons(screen, walk, place)


def with_upload(screen: Page, walk: Walk) -> None:
    """A workbook with hostile cells, headers, sheet names and name, looked at on every tab of the upload."""
    screen.goto(f"{walk.app}/upload")
    settle(screen)
    name = "![x](" + walk.home.replace("/", "\\") + "\\file.name) <img src=x onerror=alert(1)>.xlsx"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    given: Any = {"name": name, "mimeType": kind, "buffer": upload_of(walk.home)}
    screen.locator("[data-testid=stFileUploader] input[type=file]").first.set_input_files(given)
    screen.wait_for_timeout(4_000)
    settle(screen)
    walk.places.append("upload of a workbook")
    look(screen, walk, "upload of a workbook")
    open_all(screen, walk, "upload of a workbook")


def control(screen: Page, walk: Walk, listener: Listener) -> bool:
    """Whether the way is open at all: the page itself may fetch from the listener, and the listener counts."""
    screen.goto(f"{walk.app}/customers")
    settle(screen)
    screen.evaluate(f"fetch('{walk.home}/control', {{mode: 'no-cors'}})")
    came = [hit for hit in listener.hits if "control" in hit]
    listener.hits[:] = [hit for hit in listener.hits if "control" not in hit]
    return bool(came)


def shop_at(url: str, home: str) -> str:
    """The hostile shop with accounts of hostile names; a token of its manager."""
    fill(url, home).close()
    database = open_at(url)
    account(database, "Anna")
    account(database, bad(home, "account.name", 3), "staff", sign_in="ben")
    token = signed_in(database, "Anna")
    database.close()
    return token


def walk_through(
    chromium: Browser,
    app: str,
    token: str,
    listener: Listener,
    places: tuple[str, ...] = PLACES,
    buttons: bool = False,
) -> Walk:
    """The whole way; the listener holds who came."""
    walk = Walk(listener.url, app)
    with walking(chromium, walk, token) as screen:
        assert control(screen, walk, listener), "the policy was not off, so this walk proves nothing"
        for place in places:
            at(screen, walk, place, buttons)
            print(f"{place}: {walk.pressed} opened so far, {len(listener.hits)} hits", file=sys.stderr)
        with_upload(screen, walk)
    return walk


def main() -> int:
    from tests.conftest import BROWSERS, serving

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="press no buttons")
    parser.add_argument("--place", action="append", help="only these pages")
    options = parser.parse_args()
    import shutil

    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        print("No Chromium is here; name one in CHROMIUM.")
        return 2
    os.environ["REGULARS_AS_OF"] = AS_OF.isoformat()
    with tempfile.TemporaryDirectory(prefix="beacons-") as folder, listening() as listener:
        url = f"sqlite:///{Path(folder) / 'regulars.db'}"
        token = shop_at(url, listener.url)
        with serving(url) as server, browser(found) as chromium:
            walk = walk_through(
                chromium, server.url, token, listener, tuple(options.place or PLACES), not options.quick
            )
    print(f"{len(walk.places)} pages and views, {walk.pressed} folds, tabs, menus and buttons opened")
    for name, lines in (
        ("hits", listener.hits),
        ("links", walk.links),
        ("windows", walk.windows),
        ("crashes", walk.crashes),
        ("pages that never came to rest", walk.unseen),
    ):
        print(f"{len(lines)} {name}")
        for line in sorted(set(lines))[:20]:
            print("   ", line)
    return 1 if listener.hits or walk.windows or walk.links or walk.unseen else 0


if __name__ == "__main__":
    raise SystemExit(main())
