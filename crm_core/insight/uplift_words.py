"""What came of calling, in words: "12 more orders of 200 calls, 95 % sure it is between 3 and 21"."""

from collections.abc import Callable

from crm_core.insight.uplift import FEWEST, Uplift

Money = Callable[[float], str]
FAR = 5  # times as many calls as there were: then a difference, if any, is too small to wait for
NOBODY_CALLED = "nobody was called long enough ago to say"
NOBODY_HELD = "nobody was held out, so nobody can say"


def words(found: Uplift, one: str = "order", money: Money | None = None) -> str:
    """One phrase without a full stop. `one`: what is counted; for revenue `money` says an amount with its currency."""
    if not found.total:
        return NOBODY_CALLED
    if not found.held:
        return NOBODY_HELD
    if found.is_clear:
        return _clear(found, one, money)
    if found.low is not None and (found.more_calls is None or found.more_calls > FAR * found.called):
        return _no_difference(found, one, money)
    return _early(found)


def _clear(found: Uplift, one: str, money: Money | None) -> str:
    effect, low, high = (number or 0.0 for number in (found.effect, found.low, found.high))
    ends = sorted((abs(low), abs(high)))
    between = " and ".join(_amount(end, money) for end in ends)
    way = _way(effect, money)
    behind = "" if effect > 0 else f" {way}"
    return f"{_more(effect, one, money)} of {_calls(found.called)}, {_sure(found)} it is between {between}{behind}"


def _sure(found: Uplift) -> str:
    return f"{100 * found.level:g} % sure"


def _no_difference(found: Uplift, one: str, money: Money | None) -> str:
    low, high = found.low or 0.0, found.high or 0.0
    down = f"{_amount(-low, money)} {_way(-1, money)}"
    return (
        f"no clear difference so far: between {down} and {_more(high, one, money)} of {_calls(found.called)}"
    )


def _early(found: Uplift) -> str:
    if found.more_calls:
        return f"too early to say: about {_calls(rounded(found.more_calls), 'more ')}"
    if min(found.called, found.held) < FEWEST:
        return f"too early to say: at least {FEWEST} people must be called and {FEWEST} held out"
    return "too early to say: nobody has bought since"


def rounded(calls: int) -> int:
    """Up to two digits that count: nobody plans 337 calls."""
    step = 10 ** max(0, len(str(calls)) - 2)
    return -(-calls // step) * step


def _more(number: float, one: str, money: Money | None) -> str:
    """`12 more orders`, `1 fewer order`, `€120 more`."""
    said, way = _amount(abs(number), money), _way(number, money)
    return f"{said} {way}" if money else f"{said} {way} {one if said == '1' else one + 's'}"


def _way(number: float, money: Money | None) -> str:
    return "more" if number > 0 else "less" if money else "fewer"


def _amount(number: float, money: Money | None) -> str:
    """A whole number from 10 on, below that with one decimal, so that what is not nought is not said to be."""
    if money:
        return money(number)
    return f"{number:,.0f}" if number >= 9.95 else f"{number:.1f}".removesuffix(".0")


def _calls(number: int, before: str = "") -> str:
    return f"{number:,} {before}call{'s'[: number != 1]}"
