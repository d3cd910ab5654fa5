"""Driving the screens in a real browser: open a page, wait until it is quiet, look at it.

with browser(chromium_path) as chromium, page(chromium, PHONE, dark=True) as screen:
    visit(screen, f"{app_server.url}/customers")
    picture(screen, folder / "customers.png")
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

DESKTOP = (1440, 900)
PHONE = (390, 844)
DEBOUNCE_MS = 155  # the app holds typed text back that long before it sends it
PATIENCE_MS = 30_000
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
QUIET = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"


@contextmanager
def browser(executable: str) -> Iterator[Browser]:
    """A headless Chromium that talks to nobody by itself."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=list(SWITCHES), headless=True)
        try:
            yield chromium
        finally:
            chromium.close()


@contextmanager
def page(
    chromium: Browser, size: tuple[int, int] = DESKTOP, dark: bool = False, locale: str = "en-GB"
) -> Iterator[Page]:
    """A fresh window with its own cookies; downloads and the clipboard are allowed. Size in CSS pixels."""
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        locale=locale,
        accept_downloads=True,
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        yield context.new_page()
    finally:
        context.close()


def settle(screen: Page) -> None:
    """Wait until what was typed has been sent, the script has run and nothing is being loaded."""
    screen.wait_for_timeout(DEBOUNCE_MS)
    screen.locator(QUIET).wait_for(state="attached")
    expect(screen.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE_MS)


def visit(screen: Page, address: str) -> None:
    """Open an address and wait until the page is quiet."""
    screen.goto(address)
    settle(screen)


def by_key(screen: Page, key: str):
    """The widget or container that the page made with that key."""
    return screen.locator(f".st-key-{key}")


def click(screen: Page, name: str) -> None:
    """Press the button with that name and wait for what it does."""
    screen.get_by_role("button", name=name, exact=True).first.click()
    settle(screen)


def upload(screen: Page, *files: Path) -> None:
    """Give files to the page's drop zone."""
    screen.locator("[data-testid=stFileUploader] input[type=file]").first.set_input_files(list(files))
    settle(screen)


def download(screen: Page, name: str, folder: Path) -> Path:
    """Press a download button; the file that came, under its own name."""
    with screen.expect_download() as coming:
        screen.get_by_role("button", name=name, exact=True).first.click()
    target = folder / coming.value.suggested_filename
    coming.value.save_as(target)
    return target


def grid_cells(screen: Page, nth: int = 0) -> list[list[str]]:
    """The texts of the rows that a grid shows at the moment, without its header."""
    rows = screen.get_by_test_id("data-grid-canvas").nth(nth).locator("tbody tr")
    return rows.evaluate_all("rows => rows.map(r => [...r.querySelectorAll('td')].map(c => c.textContent))")


def trouble(screen: Page) -> list[str]:
    """What the page reports as a crash; empty on a healthy page."""
    return screen.get_by_test_id("stException").all_inner_texts()


def widest(screen: Page) -> int:
    """How many CSS pixels the page is wider than its window; 0 when nothing must be scrolled sideways."""
    return screen.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def picture(screen: Page, target: Path, full: bool = False) -> Path:
    """A picture of the window, or of the whole page, once it is quiet."""
    settle(screen)
    target.parent.mkdir(parents=True, exist_ok=True)
    screen.screenshot(path=target, full_page=full, animations="disabled")
    return target
