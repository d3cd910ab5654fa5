"""Who calls how many, and who is left out and why, on the made-up café: python tests/balance_of_calls.py [DAY]"""

import sys
import tempfile
from datetime import date
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

from crm_core.actions.call_plans import Wish, plan_of  # noqa: E402
from crm_core.actions.demo import fill_demo  # noqa: E402
from crm_core.actions.opening import open_at  # noqa: E402
from crm_core.outreach.lists import DayList  # noqa: E402
from crm_core.views.wanting import Wanting  # noqa: E402

LINE = "{:<18}{:>8}{:>8}{:>8}{:>12}"


def balance(day: DayList) -> list[str]:
    """By caller the people given, the calls a day, how many are their own customers, how many are never late."""
    never_late = {play.name for play in day.plays if play.exempt}
    lines = [LINE.format("caller", "people", "room", "own", "never late")]
    for caller, room in zip(day.team.names, day.team.room, strict=True):
        mine = day.people[day.people["caller"] == caller]
        away = day.team.away.get(day.team.names.index(caller))
        own, late = int((mine["owner"] == caller).sum()), int(mine["play"].isin(never_late).sum())
        lines.append(
            LINE.format(caller, len(mine), f"{room:g}", own, late) + (f"  away until {away}" if away else "")
        )
    return lines


def exclusions(day: DayList) -> list[str]:
    """The reasons with their counts; matched = due + left out."""
    lines = [f"{count:>8}  {why}" for why, count in day.left_out.items()]
    due, out = len(day.people), sum(day.left_out.values())
    return [f"{due:>8}  due", *lines, f"{due + out:>8}  matched"]


def main() -> None:
    on = date.fromisoformat(sys.argv[1]) if len(sys.argv) > 1 else date(2026, 1, 5)
    with tempfile.TemporaryDirectory() as place:
        database = open_at(f"sqlite:///{Path(place) / 'cafe.db'}")
        fill_demo(database, who="anna", as_of=on)
        day = plan_of(database, Wish(on, "anna", None, None, None, Wanting(database, on))).day
        print("\n".join([*balance(day), "", *exclusions(day)]))
        database.close()


if __name__ == "__main__":
    main()
