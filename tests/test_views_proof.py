"""What came of calling: counts, windows and comparisons against plain loops over pandas, on both databases."""

from datetime import date, timedelta

import numpy as np
import oracle
import pandas as pd
import pytest
from acting import created, write
from stocked import stock

from crm_core.errors import InvalidInput, NotFound
from crm_core.insight.uplift import is_held_out, uplift
from crm_core.ledger.reading import outcomes
from crm_core.ledger.store.database import Database
from crm_core.views import proof as view

DAY = date(2026, 1, 5)
DAYS = 30
CALLERS = ("Ada", "Bo", None)
STATES = ("open", "done", "done", "done", "dropped", "held out")
OUTCOMES = ("reached", "no answer", "visit agreed", "call again", "bought", "not interested", None)


def iso(day: int) -> str | None:
    """A day counted back from DAY."""
    return (DAY - timedelta(days=int(day))).isoformat()


def shop_frames(
    seed: int = 5, people: int = 60, lines: int = 500, calls: int = 240
) -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    customers = pd.DataFrame(
        {"id": range(1, people + 1), "name": [f"Person {n}" for n in range(1, people + 1)]}
    )
    bought = pd.DataFrame({
        "customer_id": rng.integers(1, people + 1, lines),
        "number": [f"N{n}" for n in range(lines)],
        "date": [iso(day) for day in rng.integers(-10, 200, lines)],
        "quantity": rng.choice([1.0, 2.0, -1.0], lines, p=[0.7, 0.2, 0.1]),
    })  # fmt: skip
    bought["amount"] = (np.sign(bought["quantity"]) * rng.integers(1, 90, lines) * 10_000).astype("int64")
    return {"customer": customers, "purchase": bought, "follow_up": _follow_ups(rng, people, calls)}


def _follow_ups(rng: np.random.Generator, people: int, calls: int) -> pd.DataFrame:
    due = rng.integers(-5, 150, calls)
    issued = due + rng.integers(-4, 4, calls)
    frame = pd.DataFrame({
        "customer_id": rng.integers(1, people + 1, calls),
        "play": rng.choice(["birthday", "lapsed", "own-play", None], calls),
        "due_on": [iso(day) for day in due],
        "owner": rng.choice(list(CALLERS), calls),
        "state": rng.choice(STATES, calls),
        "issued_on": [iso(day) if known else None for day, known in zip(issued, rng.random(calls) < 0.9, strict=True)],
        "channel": rng.choice(["phone", "e-mail", None], calls),
    })  # fmt: skip
    done = frame["state"].eq("done")
    frame["done_on"] = [iso(day - 2) if yes else None for day, yes in zip(issued, done, strict=True)]
    frame["outcome"] = [rng.choice(OUTCOMES) if yes else None for yes in done]
    return frame


# The oracle: one follow-up after the other, one purchase after the other ------------------------------------


def told(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """Every episode as a dictionary, with what its customer bought."""
    found = [_episode(row) for row in frames["follow_up"].to_dict("records")]
    found = [one for one in found if one and one["listed"] <= DAY]
    taken = oracle.lines(frames["purchase"], None, DAY + timedelta(days=100))
    lines = [
        (row["customer_id"], row["day"].date(), row["positive"], row["revenue"])
        for row in taken.to_dict("records")
    ]
    for one in found:
        later = [other["called"] for other in found if _is_next(one, other)]
        end = min([one["called"] + timedelta(days=DAYS), DAY, *later])
        one["orders"], one["revenue"] = _bought(
            lines, one["who"], one["listed"], min(DAY, one["listed"] + timedelta(days=DAYS))
        )
        one["orders_since"], one["revenue_since"] = _bought(lines, one["who"], one["called"], end)
    return found


def _is_next(one: dict, other: dict) -> bool:
    same = one["who"] == other["who"] and not one["held"] and not other["held"]
    return same and (other["called"], other["id"]) > (one["called"], one["id"])


def _bought(lines: list[tuple], who: int, after: date, until: date) -> tuple[int, int]:
    mine = [line for line in lines if line[0] == who and after < line[1] <= until]
    return sum(bool(line[2]) for line in mine), sum(line[3] for line in mine)


def _episode(row: dict) -> dict | None:
    due, issued, done = (_day(row[name]) for name in ("due_on", "issued_on", "done_on"))
    held = row["state"] == "held out"
    if not held and issued is None and done is None:
        return None
    listed = min(due, issued or done or due)
    called = listed if held else done or issued or due
    play = row["play"] if isinstance(row["play"], str) else "promised"
    outcome = row["outcome"] if isinstance(row["outcome"], str) else None
    return {"id": row["id"], "who": row["customer_id"], "play": play, "held": held, "listed": listed, "called": called,
            "done": row["state"] == "done", "outcome": outcome, "owner": row["owner"]}  # fmt: skip


def _day(text) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) else None


def fair(episodes: list[dict], play: str) -> dict[int, dict]:
    """By customer the first ripe listing for the play, from the first one held out to 30 days after the last."""
    mine = [one for one in episodes if one["play"] == play and one["listed"] + timedelta(days=DAYS) <= DAY]
    held = [one["listed"] for one in mine if one["held"]]
    if not held:
        return {}
    mine = [one for one in mine if min(held) <= one["listed"] <= max(held) + timedelta(days=DAYS)]
    first: dict[int, dict] = {}
    for one in sorted(mine, key=lambda one: (one["listed"], one["held"], one["id"])):
        first.setdefault(one["who"], one)
    return first


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    made = shop_frames()
    made["follow_up"]["id"] = range(1, len(made["follow_up"]) + 1)
    return made


@pytest.fixture
def shop(database_url: str, frames):
    database = stock(database_url, DAY, **frames)
    yield database
    database.close()


def test_counts_and_sums_are_those_of_a_loop(shop: Database, frames) -> None:
    """By play: listed, called, reached, promised, agreed, bought, orders, revenue, people held out."""
    episodes, seen = told(frames), view.proof(shop, DAY, DAYS)
    assert {one.name for one in seen.plays} == {"birthday", "lapsed", "own-play", "promised"}
    for tally in (*seen.plays, seen.total):
        mine = [one for one in episodes if tally.name in ("", one["play"]) and not one["held"]]
        reached = [one for one in mine if one["outcome"] not in ("no answer", None)]
        held = {one["who"] for one in episodes if tally.name in ("", one["play"]) and one["held"]}
        assert (tally.listed, tally.called, tally.reached) == (
            len(mine),
            sum(one["done"] for one in mine),
            len(reached),
        )
        assert tally.promised == sum(one["outcome"] in ("visit agreed", "call again") for one in mine)
        assert tally.agreed == tally.promised + sum(one["outcome"] == "bought" for one in mine)
        assert tally.bought == sum(one["orders_since"] > 0 for one in mine)
        assert tally.orders == sum(one["orders_since"] for one in mine)
        assert tally.revenue == sum(one["revenue_since"] for one in mine)
        assert tally.held_out == len(held)


def test_a_play_is_compared_by_first_listings(shop: Database, frames) -> None:
    """Of each person the first ripe listing from the first hold-out on; orders, and revenue with refunds."""
    seen = {one.name: one for one in view.proof(shop, DAY, DAYS).plays}
    for play in seen:
        rows = fair(told(frames), play).values()
        for what, found in (("orders", seen[play].orders_uplift), ("revenue", seen[play].revenue_uplift)):
            called, held = (
                [float(one[what]) for one in rows if one["held"] == side] for side in (False, True)
            )
            wanted = uplift(np.array(called), np.array(held))
            assert (found.called, found.held) == (len(called), len(held)) and found.held >= 5
            assert found.effect == pytest.approx(wanted.effect)
            assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))


def test_the_total_is_the_sum_of_its_plays(shop: Database) -> None:
    """Plays differ, so people are compared within each; the effects add up."""
    seen = view.proof(shop, DAY, DAYS)
    assert seen.total.orders_uplift.effect == pytest.approx(
        sum(one.orders_uplift.effect for one in seen.plays)
    )
    assert seen.total.orders_uplift.called == sum(one.orders_uplift.called for one in seen.plays)


def test_callers_are_drawn_to_the_mean(shop: Database) -> None:
    """What is expected of a caller lies between the own share and that of all, and is said in words."""
    callers = view.proof(shop, DAY, DAYS).callers
    shares = [one.share for one in callers]
    assert {one.label for one in callers} == {"Ada", "Bo", "Nobody named"}
    for one in callers:
        assert min(shares) <= one.expected <= max(shares)
        assert one.low <= one.expected <= one.high and "bought" in one.luck


def test_the_funnel_has_a_row_a_play_and_step(shop: Database) -> None:
    """Listed is the whole of each play."""
    seen = view.proof(shop, DAY, DAYS)
    assert seen.funnel["step"].tolist() == list(view.STEPS) * len(seen.plays)
    listed = seen.funnel[seen.funnel["step"] == "listed"]
    assert listed["people"].tolist() == [one.listed for one in seen.plays] and (listed["share"] == 1).all()


def test_bought_since_names_who_bought_after_the_call(shop: Database, frames) -> None:
    """Those of one caller, latest call first, with the day of the first order after it."""
    rows = view.bought_since(shop, DAY, "Ada", DAYS)
    wanted = [
        one for one in told(frames) if one["owner"] == "Ada" and one["done"] and one["orders_since"] > 0
    ]
    assert sorted(
        zip(rows["customer_id"], rows["called_on"], rows["orders"], rows["amount"], strict=True)
    ) == sorted(
        (one["who"], one["called"].isoformat(), one["orders_since"], one["revenue_since"]) for one in wanted
    )
    assert rows["called_on"].is_monotonic_decreasing and (rows["bought_on"] > rows["called_on"]).all()
    assert rows["name"].tolist() == [f"Person {who}" for who in rows["customer_id"]]
    everybody = view.bought_since(shop, DAY, None, DAYS)
    assert len(everybody) > len(rows) and set(everybody["caller"].dropna()) == {"Ada", "Bo"}


def test_an_answer_changes_with_what_it_was_read_from(shop: Database) -> None:
    """A new follow-up is counted at once."""
    before = view.proof(shop, DAY, DAYS).total.listed
    row = {"customer_id": 1, "play": "lapsed", "due_on": iso(3), "issued_on": iso(3), "state": "open"}
    write(shop, created(follow_up=[row]))
    assert view.proof(shop, DAY, DAYS).total.listed == before + 1


def test_a_message_sent_counts_like_a_call(shop: Database) -> None:
    """Once: not where a follow-up of the same occasion stands beside it, and not before it was sent."""
    before = {one.name: one.listed for one in view.proof(shop, DAY, DAYS).channels}
    message = {
        "customer_id": 1,
        "play": "thanks",
        "due_on": iso(9),
        "date": iso(9),
        "channel": "e-mail",
        "state": "sent",
    }
    waiting = message | {"customer_id": 2, "state": "waiting"}
    twice = message | {"customer_id": 3}
    call = {
        "customer_id": 3,
        "play": "thanks",
        "due_on": iso(9),
        "issued_on": iso(9),
        "state": "open",
        "channel": "phone",
    }
    write(shop, created(message=[message, waiting, twice], follow_up=[call]))
    after = {one.name: one.listed for one in view.proof(shop, DAY, DAYS).channels}
    assert after["e-mail"] - before["e-mail"] == 1 and after["phone"] - before["phone"] == 1


# Known worlds and bad input ---------------------------------------------------------------------------------


@pytest.fixture
def empty(database_url: str):
    database = stock(database_url, DAY)
    yield database
    database.close()


def test_nothing_called_is_said_so(empty: Database) -> None:
    """No follow-ups, no customers: words, not numbers."""
    seen = view.proof(empty, DAY)
    assert (seen.total.listed, seen.plays, seen.callers) == (0, (), ())
    assert seen.total.orders_words == "nobody was called long enough ago to say"
    assert view.bought_since(empty, DAY).empty and len(seen.funnel) == 0


def lists(people: int, share: float, buys: tuple[int, int], days_ago: int = 60) -> dict[str, pd.DataFrame]:
    """One list: every `buys[0]`-th of the called bought a week later, every `buys[1]`-th of the rest; 0: nobody."""
    ids = np.arange(1, people + 1)
    held = is_held_out("shop", "lapsed", ids, share)
    step = np.where(held, buys[1], buys[0])
    came = (step > 0) & (ids % np.maximum(step, 1) == 0)
    customers = pd.DataFrame({"id": ids, "name": [f"P{n}" for n in ids]})
    bought = pd.DataFrame(
        {"customer_id": ids[came], "date": iso(days_ago - 7), "quantity": 1.0, "amount": 100_000}
    )
    calls = pd.DataFrame({"customer_id": ids, "play": "lapsed", "due_on": iso(days_ago), "issued_on": iso(days_ago),
                          "state": np.where(held, "held out", "done"), "owner": np.where(held, None, "Ada"),
                          "done_on": [None if one else iso(days_ago) for one in held]})  # fmt: skip
    return {"customer": customers, "follow_up": calls} | ({"purchase": bought} if came.any() else {})


def test_what_calling_brought_stands_in_words(sqlite_url: str) -> None:
    """Of 1,000 people one in ten was held out; every second called one bought, every tenth of the others."""
    seen = view.proof(stock(sqlite_url, DAY, **lists(1000, 0.1, (2, 10))), DAY)
    found = seen.total.orders_uplift
    assert found.is_clear and found.called + found.held == 1000
    assert seen.total.orders_words.startswith(
        f"{found.effect:.0f} more orders of {found.called} calls, 95 % sure it is"
    )
    assert seen.total.revenue_words.startswith("€") and " more of " in seen.total.revenue_words
    assert [one.orders_words for one in seen.callers] == [
        seen.total.orders_words
    ]  # held out by no caller's name


@pytest.mark.parametrize(
    "share, buys, said",
    [
        (0.0, (3, 3), "nobody was held out, so nobody can say"),
        (1.0, (3, 3), "nobody was called long enough ago to say"),
        (0.1, (0, 0), "too early to say: nobody has bought since"),
    ],
)
def test_what_cannot_be_told_is_said_so(sqlite_url: str, share: float, buys, said: str) -> None:
    """A share of nothing or all, and a list after which nobody bought."""
    seen = view.proof(stock(sqlite_url, DAY, **lists(300, share, buys)), DAY)
    assert seen.total.orders_words == said == seen.total.revenue_words


def test_one_person_is_too_early(sqlite_url: str) -> None:
    """One called person proves nothing and breaks nothing."""
    seen = view.proof(stock(sqlite_url, DAY, **lists(1, 0.0, (1, 1))), DAY)
    assert seen.total.bought == 1 and seen.total.orders_words == "nobody was held out, so nobody can say"


def test_those_whose_days_are_not_over_wait(sqlite_url: str) -> None:
    """A list of last week counts in the funnel, not yet in the comparison."""
    seen = view.proof(stock(sqlite_url, DAY, **lists(300, 0.1, (2, 10), days_ago=7)), DAY)
    assert seen.waiting == seen.total.listed > 250 and seen.total.bought > 0
    assert seen.total.orders_words == "nobody was called long enough ago to say"


def test_only_refunds_break_nothing(sqlite_url: str) -> None:
    """Where more was given back than bought, revenue is told as less, and there are no orders."""
    frames = lists(400, 0.2, (3, 0))
    frames["purchase"] = frames["purchase"].assign(quantity=-1.0, amount=-50_000)
    total = view.proof(stock(sqlite_url, DAY, **frames), DAY).total
    assert total.orders == 0 and total.revenue < 0
    assert (
        "less of" in total.revenue_words and total.orders_words == "too early to say: nobody has bought since"
    )


@pytest.mark.parametrize("days", [0, -5])
def test_days_that_make_no_sense_are_refused(sqlite_url: str, days: int) -> None:
    """No result comes within no days."""
    with pytest.raises(InvalidInput, match="one day or more"):
        view.proof(stock(sqlite_url, DAY), DAY, days)


def test_a_removed_customer_is_gone_from_the_proof(sqlite_url: str) -> None:
    """The follow-ups of somebody who was removed go with them."""
    from crm_core.actions.records import remove_customers

    database = stock(sqlite_url, DAY, **lists(50, 0.2, (2, 2)))
    before = view.proof(database, DAY)
    remove_customers(database, [1, 2], who="anna", as_of=DAY)
    after = view.proof(database, DAY)
    assert after.total.listed + after.held_out == before.total.listed + before.held_out - 2


# Campaigns --------------------------------------------------------------------------------------------------


def test_a_campaign_says_cost_and_return(database_url: str) -> None:
    """Invited, came, bought since; spent and gestures against revenue; one guest came without being invited."""
    database = stock(database_url, DAY, **lists(200, 0.1, (4, 8)))
    play = {
        "name": "tasting",
        "label": "Tasting",
        "moment": "every day",
        "budget": 4_000_000,
        "spent": 5_000_000,
    }
    calls = [{"customer_id": who, "play": "tasting", "due_on": iso(60), "issued_on": iso(60), "state": "done",
              "done_on": iso(60)} for who in range(1, 41)]  # fmt: skip
    came = [{"customer_id": who, "play": "tasting", "date": iso(58), "came": yes, "guests": 1} for who, yes in
            ((1, "yes"), (2, "no"), (4, "yes"), (44, "yes"))]  # fmt: skip
    gift = [{"customer_id": 1, "date": iso(58), "what": "Tea", "cost": 250_000, "play": "tasting"}]
    write(database, created(play=[play], follow_up=calls, attendance=came, gesture=gift))
    held = is_held_out("shop", "lapsed", np.arange(1, 201), 0.1)
    buyers = sum(who % (8 if held[who - 1] else 4) == 0 for who in [*range(1, 41), 44])
    found = view.campaign(database, DAY, "tasting")
    assert (found.invited, found.came, found.guests, found.held_out) == (40, 3, 3, 0)
    assert (found.buyers, found.orders, found.revenue) == (buyers, buyers, buyers * 100_000)
    assert (found.gestures, found.gestures_cost, found.cost) == (1, 250_000, 5_250_000)
    assert found.words.startswith(f"€{10 * buyers} from {buyers} people within 30 days, for €525: €")
    assert found.words.endswith("; €125 over budget") and "nobody was held out" in found.orders_words
    database.close()


def test_a_campaign_that_there_is_not(sqlite_url: str) -> None:
    """An unknown play is refused; one that nobody was invited to says so in numbers."""
    database = stock(sqlite_url, DAY)
    with pytest.raises(NotFound, match="no play called “nothing”"):
        view.campaign(database, DAY, "nothing")
    found = view.campaign(database, DAY, "birthday")
    assert (found.invited, found.came, found.revenue) == (0, 0, 0)
    assert found.words == "€0 from 0 people within 30 days; what it cost was not noted"


def test_a_late_call_is_not_held_against_calling(sqlite_url: str) -> None:
    """Both groups bought the day after the list; those called five days late are no worse for it."""
    frames = lists(400, 0.25, (1, 1))
    frames["purchase"]["date"] = iso(59)
    frames["follow_up"]["done_on"] = [
        None if one is None else iso(55) for one in frames["follow_up"]["done_on"]
    ]
    total = view.proof(stock(sqlite_url, DAY, **frames), DAY).total
    assert total.orders_uplift.effect == 0 and total.orders == 0
    assert (outcomes.HELD_OUT, total.orders_words) == (
        "held out",
        "too early to say: nobody has bought since",
    )


def test_two_records_made_one_were_called() -> None:
    """Held out under one record and called on the same day under the other: that person was called, and counts once."""
    rows = [
        ("lapsed", 1, 10, True),
        ("lapsed", 1, 10, False),
        ("lapsed", 2, 12, True),
        ("lapsed", 2, 11, True),
    ]
    frame = pd.DataFrame(rows, columns=["play", "customer_id", "listed", "held"]).assign(
        ripe=True, id=range(4)
    )
    first = outcomes.compared(frame, DAYS).sort_values("customer_id")
    assert first["id"].tolist() == [1, 3]


def test_calls_outside_the_trial_are_not_compared() -> None:
    """Before the first person was held out and long after the last one it was another season."""
    listed = [1, 50, 50, 80, 81]
    frame = pd.DataFrame(
        {"play": "lapsed", "customer_id": range(5), "listed": listed, "ripe": True, "id": range(5)}
    )
    first = outcomes.compared(frame.assign(held=[False, True, False, False, False]), DAYS)
    assert sorted(first["id"]) == [1, 2, 3]
    never = outcomes.compared(frame.assign(held=False), DAYS)
    assert len(never) == 5  # nobody held out: all stay, and nobody can say
