"""A page's rerun in a real browser, warm: from the click to the last change on the screen.

The page itself measures: the click is made inside it, and its changes are observed until nothing moved for 300 ms. What
is drawn on a canvas counts as a change; what stands inside a canvas element is for screen readers and is never painted.
"""

import os
import shutil
import statistics
from collections.abc import Callable
from pathlib import Path

TURNS = 7
CLICK = """
async (what) => {
    const named = e => e.innerText.trim() === what;
    const found = what.startsWith('[') || what.startsWith('.') ? document.querySelectorAll(what)
        : [...document.querySelectorAll('button')].filter(named);
    if (!found.length) return null;
    const begun = performance.now();
    let last = begun;
    const painted = change => !change.target.parentElement?.closest('canvas') && change.target.nodeName !== 'CANVAS';
    const watch = new MutationObserver(changes => { if (changes.some(painted)) last = performance.now(); });
    const pen = CanvasRenderingContext2D.prototype, plain = {};
    for (const name of ['fillText', 'fillRect', 'drawImage', 'stroke', 'fill', 'clearRect']) {
        plain[name] = pen[name];
        pen[name] = function (...words) { last = performance.now(); return plain[name].apply(this, words); };
    }
    watch.observe(document.querySelector('[data-testid=stMain]'),
        {subtree: true, childList: true, attributes: true, characterData: true});
    found[0].click();
    for (;;) {
        await new Promise(after => setTimeout(after, 20));
        const running = document.querySelector('[data-testid=stApp]').dataset.testScriptState !== 'notRunning';
        if (!running && performance.now() - Math.max(last, begun) > 300 && performance.now() - begun > 500) break;
    }
    watch.disconnect();
    Object.assign(pen, plain);
    return last - begun;
}"""
# A page and what is clicked on it in turn; the first round of each is not counted.
CLICKS = {
    "insights": ("Who they are", "Overview"),
    "insights?view=What+comes+next": ("Who comes back", "What comes next"),
    "followups": (".st-key-play_birthday input",),
    "customers": ("[data-testid=stPaginationNext]", "[data-testid=stPaginationPrev]"),
}


def bench_pages(database: str, row: Callable[..., None]) -> None:
    from browser import DESKTOP, browser, page, settle, visit
    from conftest import serving

    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        print("--  clicks in a browser: no chromium here")
        return
    os.environ.setdefault("REGULARS_AS_OF", "2026-01-05")
    with serving(database, Path(__file__).parents[1]) as app, browser(chromium) as window:
        for name, words in CLICKS.items():
            with page(window, DESKTOP) as screen:
                visit(screen, f"{app.url}/{name}")
                settle(screen)
                for word in words:
                    screen.evaluate(CLICK, word)
                spent = [screen.evaluate(CLICK, words[turn % len(words)]) for turn in range(TURNS)]
                known = [one for one in spent if one is not None]
                if known:
                    median = statistics.median(known)
                    row(f"click to painted on {name}, warm", f"{median:.0f} ms", "≤ 400 ms", median <= 400)
