"""The people of `load.py`, in a process of their own: reads what to do from stdin, prints a line a measured action.

A person is active: after each answer they read and think, five seconds in the mean, then do the next thing. What they
do is drawn from a working day, seeded: most of it calls and looking people up, some of it numbers and corrections.
"""

import asyncio
import gc
import json
import random
import resource
import sys
from collections.abc import Awaitable
from typing import Any

from load_person import Browser, Failed, bring, clock, grid_edit, opened
from websockets.exceptions import ConnectionClosed

# What comes next, with its weight.
DAY = {
    "call": 10, "find": 7, "person": 6, "today": 3, "edit": 3, "follow-ups": 3, "insights": 2,
}  # fmt: skip
CITIES = ("Leeds", "York", "Hull", "Ripon", "Selby", "Bath", "Wells", "Ely", "Truro", "Derby")
RAMP = 10.0  # seconds over which they come in


class Person:
    """One of them: `task` says where, how, how long, and whom they know (ids of customers)."""

    def __init__(self, task: dict[str, Any], number: int) -> None:
        self.task, self.number = task, number
        self.name, self.token, self.known = task["people"][number]
        self.luck = random.Random(number)
        self.at = ""
        self.asleep = 0
        self.browser: Browser

    async def work(self, begun: float) -> None:
        """Come in, then one thing after the other until it is time."""
        await asyncio.sleep(RAMP * self.number / len(self.task["people"]))
        await self.timed("come in", self.come_in())
        while clock() < begun + self.task["seconds"]:
            await self.think()
            act = self.luck.choices(list(DAY), list(DAY.values()))[0]
            try:
                await getattr(self, act.replace("-", "_"))()
            except (KeyError, IndexError) as odd:
                self.say(f"{act}: no {odd}", 0.0, "nothing there")
                self.at = ""

    async def think(self) -> None:
        mean = self.task["think"]
        await asyncio.sleep(min(self.luck.expovariate(1 / mean), 4 * mean))

    async def timed(self, what: str, doing: Awaitable[Any]) -> None:
        begun, trouble = clock(), ""
        try:
            await doing
        except (Failed, TimeoutError, ConnectionClosed) as failed:
            trouble = f"{type(failed).__name__} {failed}"
            self.at = ""
        self.say(what, clock() - begun, trouble)

    def say(self, what: str, seconds: float, trouble: str) -> None:
        print(json.dumps([what, seconds, trouble, self.name, clock()]), flush=True)

    async def come_in(self) -> None:
        self.browser = await opened(self.task["url"], self.token)

    async def go(self, stem: str, what: str) -> None:
        """To a page, unless it is open already."""
        if self.at != stem:
            self.at = stem
            await self.timed(what, self.browser.open(stem))
            await self.think()

    async def today(self) -> None:
        self.at = "today"
        await self.timed("open Today", self.browser.open(""))

    async def call(self) -> None:
        """The next call: answered by nobody, talked to, or passed over."""
        await self.go("today", "open Today")
        keys = self.browser.widgets
        if "call_no_answer" in keys:
            act = self.luck.choice(("call_no_answer", "call_no_answer", "call_next"))
            words = "log a call" if act == "call_no_answer" else "next call"
            if act in keys:
                await self.timed(words, self.browser.press(act))
        elif "calls_start" in keys:
            await self.timed("start my calls", self.browser.press("calls_start"))

    async def find(self) -> None:
        await self.go("customers", "open Customers")
        words = f"{self.luck.choice(CITIES)}" if self.luck.random() < 0.2 else f"{self.luck.randrange(2000)}"
        await self.timed("search", self.browser.give("q", string_value=words))

    async def person(self) -> None:
        self.at = "customer"
        who = self.luck.choice(self.known)
        await self.timed("open a person", self.browser.open("customer", f"id={who}"))

    async def edit(self) -> None:
        """A city in the grid, then Save."""
        await self.go("customers", "open Customers")
        if not (grid := self.browser.key("people_grid_")):
            await self.timed("search", self.browser.give("q", string_value=""))
            grid = self.browser.key("people_grid_")
        typed = grid_edit(0, "city", self.luck.choice(CITIES))
        await self.timed("edit a cell", self.browser.give(grid, string_value=typed))
        if "people_save" in self.browser.widgets:
            await self.timed("save the edit", self.browser.press("people_save"))
        self.browser.values.pop(self.browser.widgets[grid].id if grid in self.browser.widgets else "", None)

    async def follow_ups(self) -> None:
        self.at = "followups"
        await self.timed("open Follow-ups", self.browser.open("followups"))

    async def insights(self) -> None:
        """The overview; for whoever may not see it, their own day."""
        if "insights" not in self.browser.pages or self.number in self.task["narrow"]:
            await self.today()
            return
        self.at = "insights"
        await self.timed("open Insights", self.browser.open("insights"))


async def bring_in(task: dict[str, Any]) -> None:
    """Somebody else brings a workbook meanwhile."""
    name, token, path = task["bringer"]
    await asyncio.sleep(RAMP + 5)
    begun, trouble = clock(), ""
    try:
        with open(path, "rb") as file:
            content = file.read()
        browser = await opened(task["url"], token)
        await bring(browser, task["url"], token, "people.xlsx", content)
        trouble = "" if "undo_upload" in browser.widgets else f"not saved: {sorted(browser.widgets)[:40]}"
    except (Failed, TimeoutError, ConnectionClosed, KeyError, StopIteration) as failed:
        trouble = f"{type(failed).__name__} {failed}"
    print(json.dumps(["the import", clock() - begun, trouble, name, clock()]), flush=True)


async def everybody(task: dict[str, Any]) -> None:
    begun = clock()
    people = [Person(task, number).work(begun) for number in range(len(task["people"]))]
    await asyncio.gather(*people, *([bring_in(task)] if task.get("bringer") else []))


if __name__ == "__main__":
    given = json.loads(sys.stdin.readline())
    gc.freeze()
    start = clock()
    asyncio.run(everybody(given))
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"cpu": used.ru_utime + used.ru_stime, "seconds": clock() - start}), flush=True)
