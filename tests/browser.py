"""Driving the screens in a real browser: open a page, wait until it is quiet, look at it.

with browser(chromium_path) as chromium, page(chromium, PHONE, dark=True) as screen:
    visit(screen, f"{app_server.url}/customers")
    picture(screen, folder / "customers.png")
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakKeyDictionary

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

DESKTOP = (1440, 900)
PHONE = (390, 844)
STEADY_MS = 300  # the app holds typed text back for half of that before it sends it
GRID_LAG_MS = 250  # a grid brings the texts that can be read up to date that long after its picture
ROW_PX = 35
PATIENCE_MS = 60_000
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_idle: WeakKeyDictionary[Browser, dict[str, list[BrowserContext]]] = WeakKeyDictionary()  # by locale
QUIET = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
# Quiet means quiet for a while: between a click and the script's start there is a gap that looks like quiet.
STEADY = """
async ([quiet, lasting]) => {
    let since = null;
    for (;;) {
        const calm = document.querySelector(quiet) && !document.querySelector('[data-testid=stSkeleton]');
        since = calm ? since ?? performance.now() : null;
        if (since !== null && performance.now() - since >= lasting) return true;
        await new Promise(after => setTimeout(after, 20));
    }
}"""


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
    """A fresh window with its own cookies; downloads and the clipboard are allowed. Size in CSS pixels.

    What windows before it were served and had compiled may be at hand; nothing that a page kept is.
    """
    idle = _idle.setdefault(chromium, {}).setdefault(locale, [])
    context = idle.pop() if idle else _context(chromium, locale)
    screen = context.new_page()
    screen.set_viewport_size({"width": size[0], "height": size[1]})
    screen.emulate_media(color_scheme="dark" if dark else "light")
    try:
        yield screen
        _forget(context)
        idle.append(context)
    except BaseException:
        context.close()
        raise


def _context(chromium: Browser, locale: str) -> BrowserContext:
    context = chromium.new_context(
        locale=locale, accept_downloads=True, permissions=["clipboard-read", "clipboard-write"]
    )
    context.set_default_timeout(PATIENCE_MS)
    return context


def _forget(context: BrowserContext) -> None:
    """No open page, no cookie, nothing else that a page kept."""
    for screen in context.pages:
        if screen.url.startswith("http"):
            screen.evaluate("localStorage.clear()")
        screen.close()
    context.clear_cookies()


def settle(screen: Page) -> None:
    """Wait until what was typed has been sent, the script has run and nothing is being loaded.

    On a busy machine an answer may still come later: look for it with Playwright's `expect`, which waits too.
    """
    screen.locator(QUIET).wait_for(state="attached")
    screen.wait_for_function(STEADY, arg=[QUIET, STEADY_MS])


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
    """The texts of the rows that the page's nth grid shows at the moment, without its header."""
    screen.wait_for_timeout(GRID_LAG_MS)
    grid = screen.get_by_test_id("data-grid-canvas").nth(nth)
    grid.locator("th").first.wait_for(state="attached")
    read = "rows => rows.map(r => [...r.querySelectorAll('td')].map(c => c.textContent))"
    return grid.locator("tbody tr").evaluate_all(read)


def type_in_cell(screen: Page, row: int, column: int, text: str, nth: int = 0) -> None:
    """Write over a cell of the page's nth grid (row and column from 0, as the grid shows them) and press Enter."""
    grid = screen.get_by_test_id("data-grid-canvas").nth(nth)
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    assert box, "the grid is not on the screen"
    screen.mouse.click(box["x"] + 60, box["y"] + 1.5 * ROW_PX)
    for key in ["Control+Home", *["ArrowDown"] * row, *["ArrowRight"] * column, "Enter"]:
        screen.keyboard.press(key)
    screen.locator("#portal").locator("textarea, input").first.fill(text)
    screen.wait_for_timeout(
        GRID_LAG_MS
    )  # the cell's editor takes the text over a moment after it was written
    screen.keyboard.press("Enter")
    settle(screen)


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
