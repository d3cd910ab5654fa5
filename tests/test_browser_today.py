"""A caller's morning in a real browser: the list, three calls with an undo and one put off, until all is done."""

import pytest
from acting import opened, rows
from browser import DESKTOP, PHONE, by_key, page, picture, settle, trouble, visit, widest
from day_of_calls import list_of_a_day
from playwright.sync_api import expect

DAY = "2026-01-05"


@pytest.fixture
def shop(start_app, sqlite_url, monkeypatch):
    """The app on the day of the calls; gives its address and the database's."""
    monkeypatch.setenv("REGULARS_AS_OF", DAY)
    with opened(sqlite_url) as database:
        list_of_a_day(database)
    return start_app(sqlite_url).url, sqlite_url


def press(screen, key):
    by_key(screen, key).get_by_role("button").first.click()
    settle(screen)


def name_of(screen):
    """Whose turn it is."""
    return by_key(screen, "call_card").get_by_role("heading").first.inner_text()


def stored(url, entity):
    with opened(url) as database:
        return rows(database, entity)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "dark"), [(DESKTOP, False), (PHONE, True)], ids=["desk", "phone"])
def test_a_morning_of_calls(shop, chromium, tmp_path, size, dark):
    """Log, take back, log again with a sentence, put the next one off: then all is done, and it is said."""
    address, url = shop
    with page(chromium, size, dark) as screen:
        visit(screen, f"{address}/?me=Maria")
        first, second = name_of(screen), {"Ada Novak": "Ben Ode", "Ben Ode": "Ada Novak"}[name_of(screen)]
        press(screen, "call_no_answer")
        assert name_of(screen) == second
        press(screen, "call_undo")
        assert name_of(screen) == first and stored(url, "interaction") == []
        screen.locator("[class*=st-key-call_note_] input").fill("Comes on Friday")
        press(screen, "call_reached")
        assert [one["note"] for one in stored(url, "interaction")] == ["Comes on Friday"]
        assert name_of(screen) == second
        screen.locator("[class*=st-key-call_later_]").first.get_by_role("button").first.click()
        screen.get_by_role("button", name="Tomorrow", exact=True).click()
        settle(screen)
        expect(screen.get_by_text("All done for today")).to_be_visible()
        assert not trouble(screen) and widest(screen) == 0
        picture(screen, tmp_path / "done.png")


def test_the_outcomes_stay_in_reach_on_a_phone(shop, chromium):
    """At the top of the page and half-way down, the six outcomes are on the screen and large enough for a thumb."""
    address, _ = shop
    with page(chromium, PHONE) as screen:
        visit(screen, f"{address}/?me=Maria")
        for _ in range(2):
            box = by_key(screen, "call_bought").get_by_role("button").bounding_box()
            assert box and 0 <= box["x"] <= box["x"] + box["width"] <= PHONE[0]
            assert box["y"] + box["height"] <= PHONE[1] and box["height"] >= 44
            screen.mouse.wheel(0, 120)
            settle(screen)


def test_keys_log_and_turn(shop, chromium):
    """The arrow turns to the next person, 2 logs that nobody answered, U takes it back."""
    address, url = shop
    with page(chromium) as screen:
        visit(screen, f"{address}/?me=Maria")
        first = name_of(screen)
        screen.keyboard.press("ArrowRight")
        settle(screen)
        second = name_of(screen)
        assert second != first
        screen.keyboard.press("2")
        settle(screen)
        assert [one["outcome"] for one in stored(url, "interaction")] == ["no answer"]
        screen.keyboard.press("u")
        settle(screen)
        assert name_of(screen) == second and stored(url, "interaction") == []


def test_the_phone_is_a_link(shop, chromium):
    """Touching the number starts the call: a tel: link of digits alone; the address a mailto: link."""
    address, _ = shop
    with page(chromium, PHONE) as screen:
        visit(screen, f"{address}/?me=Maria")
        if name_of(screen) != "Ada Novak":
            press(screen, "call_next")
        links = by_key(screen, "call_reach").get_by_role("link")
        hrefs = [links.nth(place).get_attribute("href") for place in range(links.count())]
        assert hrefs == ["tel:+4312345678", "mailto:ada@example.org"]


def test_the_table_is_kept_in_the_link(shop, chromium):
    """The switch shows all of them, and the address opens the same again."""
    address, _ = shop
    with page(chromium) as screen:
        visit(screen, f"{address}/?me=Maria")
        by_key(screen, "calls_view").get_by_text("Table").click()
        settle(screen)
        expect(screen.get_by_test_id("data-grid-canvas")).to_be_visible()
        assert "calls_view=Table" in screen.url and "me=Maria" in screen.url
        visit(screen, screen.url)
        expect(screen.get_by_test_id("data-grid-canvas")).to_be_visible()


def test_two_people_at_one_call(shop, chromium):
    """Both have the same person before them: the second is told what the first noted, and may keep theirs too."""
    address, url = shop
    with page(chromium) as one, page(chromium) as other:
        for screen in (one, other):
            visit(screen, f"{address}/?me=Maria")
        assert name_of(one) == name_of(other)
        one.locator("[class*=st-key-call_note_] input").fill("Line was busy")
        press(one, "call_no_answer")
        press(other, "call_reached")
        expect(
            other.get_by_text("Maria logged this call meanwhile: no answer, “Line was busy”")
        ).to_be_visible()
        press(other, "call_anyway")
        assert [one["outcome"] for one in stored(url, "interaction")] == ["no answer", "reached"]


TOUCHED = "[data-testid=stMain] :is(button, a[role=button], a[kind], [data-testid=stTextInputRootElement])"
HEIGHTS = """([what, least]) => [...document.querySelectorAll(what)]
    .filter(one => one.offsetParent && !one.closest('[data-testid=stElementToolbar], [role=group], h1, h2, h3'))
    .map(one => [one.innerText, one.getBoundingClientRect().height])
    .filter(([words, height]) => words.trim() && height < least)"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "stem", ["", "customers", "customer?id=1", "followups", "records?of=case", "history"]
)
def test_a_thumb_finds_everything_on_a_phone(shop, chromium, stem):
    """Whatever is touched is 44 pixels high at least, and no keys are shown where there are none."""
    address, _ = shop
    with page(chromium, PHONE) as screen:
        visit(screen, f"{address}/{stem or '?me=Maria'}")
        assert screen.evaluate(HEIGHTS, [TOUCHED, 44]) == []
        assert not screen.locator("kbd:visible").count() and widest(screen) == 0


def test_the_next_one_is_seen_from_the_name_on(shop, chromium):
    """On a phone, after a sentence was typed far down: whose turn it is now stands at the top of the screen."""
    address, _ = shop
    with page(chromium, PHONE) as screen:
        visit(screen, f"{address}/?me=Maria")
        screen.locator("[class*=st-key-call_note_] input").fill("Comes on Friday")
        press(screen, "call_reached")
        expect(by_key(screen, "call_card").get_by_role("heading").first).to_be_in_viewport()
        top = "document.querySelector('[class*=st-key-call_card]').getBoundingClientRect().top"
        screen.wait_for_function(f"() => {top} < innerHeight / 4")
