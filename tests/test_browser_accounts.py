"""Accounts with one's own eyes: the first account, work, and the end of it at the next click."""

from pathlib import Path

import pytest
from browser import DESKTOP, PHONE, Browser, by_key, page, settle, trouble, visit, widest
from playwright.sync_api import Page, expect

from crm_core.actions import accounts
from crm_core.actions.opening import open_at
from tests import screens
from tests.signed_in import PASSWORD, account

pytestmark = pytest.mark.slow
WHO = {"as_who": "the test"}


def fill(screen: Page, **values: str) -> None:
    """Fill in the form and send it."""
    for name, value in values.items():
        screen.fill(f"#{name}", value)
    screen.get_by_role("button").click()


def test_from_the_first_account_to_the_last_click(chromium: Browser, start_app, sqlite_url, tmp_path: Path):
    """By the console's link a manager; a colleague signs in, works, is closed: the next click is the sign-in page."""
    shop = screens.stocked(sqlite_url)
    first = accounts.first_token(shop)
    server = start_app(sqlite_url)
    with page(chromium) as anna, page(chromium) as ben:
        anna.goto(f"{server.url}/sign-in/first?token={first}")
        fill(anna, name="Anna Novak", sign_in="anna", password=PASSWORD, again=PASSWORD)
        settle(anna)
        expect(by_key(anna, "account")).to_contain_text("Anna Novak")
        account(shop, "Ben", "staff")

        ben.goto(f"{server.url}/customers?q=Ada")
        assert ben.url.endswith("/sign-in?to=%2Fcustomers%3Fq%3DAda")
        fill(ben, name="ben", password="not his")
        expect(ben.get_by_role("status")).to_contain_text("do not go together")
        fill(ben, password=PASSWORD)
        settle(ben)
        assert ben.url.endswith("/customers?q=Ada") and not trouble(ben)
        ben.get_by_test_id("stSidebarNavLink").filter(has_text="History").click()
        settle(ben)
        expect(by_key(ben, "account")).to_contain_text("Ben")

        accounts.disable(shop, accounts.account_of(shop, "Ben").id, as_who="Anna Novak")
        ben.get_by_test_id("stSidebarNavLink").filter(has_text="Customers").click()
        ben.wait_for_url("**/sign-in")
        fill(ben, name="ben", password=PASSWORD)
        expect(ben.get_by_role("status")).to_contain_text("do not go together")

        anna.get_by_test_id("stSidebarNavLink").filter(has_text="Customers").click()
        settle(anna)
        assert not trouble(anna)
    shop.close()


def test_another_role_and_the_way_out(chromium: Browser, start_app, sqlite_url):
    """At the next click the pages come up anew with the new role; signing out leads to the sign-in page."""
    shop = screens.stocked(sqlite_url)
    account(shop, "Anna")
    ben = account(shop, "Ben", "staff")
    server = start_app(sqlite_url)
    with page(chromium) as screen:
        screen.goto(f"{server.url}/sign-in")
        fill(screen, name="ben", password=PASSWORD)
        settle(screen)
        accounts.set_role(shop, ben.id, "viewer", **WHO)
        with screen.expect_navigation():
            screen.get_by_test_id("stSidebarNavLink").filter(has_text="Customers").click()
        settle(screen)
        by_key(screen, "account").get_by_role("button").click()
        expect(screen.get_by_text("Signed in as Ben, viewer")).to_be_visible()
        screen.get_by_role("button", name="Sign out").click()
        screen.wait_for_url("**/sign-in")
        screen.goto(f"{server.url}/customers")
        assert "/sign-in?to=" in screen.url
    shop.close()


def test_the_policy_lets_every_page_live(chromium: Browser, start_app, sqlite_url):
    """Charts, grids, uploads and pictures work under the headers: the browser reports nothing that it kept back."""
    from datetime import date

    from crm_core.actions.demo import fill_demo

    shop = open_at(sqlite_url)
    fill_demo(
        shop, customers=60, purchases=600, seed=7, who="anna", as_of=date.today(), progress=lambda *_: None
    )
    shop.close()
    server = start_app(sqlite_url)
    kept_back: list[str] = []
    with page(chromium) as screen:
        screen.on(
            "console", lambda said: kept_back.append(said.text) if "Content Security" in said.text else None
        )
        for stem in (
            "",
            "upload",
            "customers",
            "customer?id=1",
            "segments",
            "insights",
            "followups",
            "records",
            "history",
        ):
            visit(screen, f"{server.url}/{stem}")
            assert not trouble(screen), stem
        assert (
            screen.evaluate("fetch('https://example.com/').then(() => 'sent', () => 'kept back')")
            == "kept back"
        )
    assert kept_back and all("https://example.com/" in said for said in kept_back)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("dark", [False, True])
def test_the_sign_in_page_fits(chromium: Browser, start_app, sqlite_url, size, dark):
    """On a desk and on a phone, by day and by night; the first thing to fill in has the cursor; ink stands out."""
    shop = open_at(sqlite_url)
    account(shop, "Anna")
    shop.close()
    server = start_app(sqlite_url)
    with page(chromium, size, dark) as screen:
        screen.goto(f"{server.url}/sign-in")
        assert widest(screen) == 0 and screen.evaluate("document.activeElement.id") == "name"
        for part in ("h1", "label", "button"):
            assert screen.locator(part).first.evaluate(CONTRAST) >= 4.5, part
        assert screen.locator("button").bounding_box()["height"] >= 44
        screen.keyboard.type("anna")
        screen.keyboard.press("Tab")
        screen.keyboard.type(PASSWORD)
        screen.keyboard.press("Enter")
        settle(screen)
        assert not trouble(screen)


# The contrast of a part's letters with what lies behind them (WCAG 2.2).
CONTRAST = """
part => {
    const numbers = text => text.match(/[\\d.]+/g).map(Number);
    const curve = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
    const light = text => {
        const [r, g, b] = numbers(text).map(v => curve(v / 255));
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const ground = one => getComputedStyle(one).backgroundColor;
    const chain = [];
    for (let one = part; one; one = one.parentElement) chain.push(one);
    const over = (above, share, below) => above.slice(0, 3).map((v, i) => v * share + below[i] * (1 - share));
    const grounds = chain.toReversed().map(one => numbers(ground(one)));
    const behind = grounds.reduce((below, one) => over(one, one[3] ?? 1, below), [255, 255, 255]);
    const faded = chain.reduce((share, one) => share * getComputedStyle(one).opacity, 1);
    const ink = over(numbers(getComputedStyle(part).color), faded, behind);
    const [a, b] = [light(`${ink}`), light(`${behind}`)].sort((x, y) => y - x);
    return (a + .05) / (b + .05);
}"""


@pytest.mark.parametrize("dark", [False, True])
def test_small_and_chosen_letters_can_be_read(chromium: Browser, start_app, sqlite_url, dark):
    """Captions, warnings among them, and what is chosen on a page and in a window: by day and by night."""
    shop = screens.stocked(sqlite_url)
    account(shop, "Anna")
    shop.close()
    server = start_app(sqlite_url)
    with page(chromium, DESKTOP, dark) as screen:
        screen.goto(f"{server.url}/sign-in?to=/status")
        fill(screen, name="anna", password=PASSWORD)
        settle(screen)
        read(screen, "[data-testid=stCaptionContainer] p", "[data-testid=stCaptionContainer] span")
        read(screen, "[data-testid=stTab][aria-selected=true] p")
        visit(screen, f"{server.url}/team?view=Who+may+come+in")
        read(screen, f"{CHOSEN} p")
        by_key(screen, "member_open_1").get_by_role("button").click()
        settle(screen)
        read(screen, f"[role=dialog] {CHOSEN} p")


CHOSEN = ".stButtonGroup button[data-selected=true]"


def read(screen: Page, *parts: str) -> None:
    """Every such part stands out from what lies behind it."""
    for part in parts:
        found = screen.locator(part)
        expect(found.first).to_be_visible()
        assert min(one.evaluate(CONTRAST) for one in found.all()) >= 4.5, part
