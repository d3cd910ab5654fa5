"""What managers aim at: settings that the numbers of a page are held against."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from crm_core.errors import InvalidInput


@dataclass(frozen=True)
class Goal:
    """One goal: what it means, its unit, the usual value ("": none), and the most it may be."""

    name: str
    meaning: str
    unit: str
    usual: str
    most: int


GOALS = {
    goal.name: goal
    for goal in (
        Goal("goal_revenue", "the revenue aimed at in a month", "whole currency", "", 10**12),
        Goal(
            "goal_retention",
            "how many of the buyers of a period are to buy again in the next",
            "per cent",
            "",
            100,
        ),
        Goal(
            "goal_repeat_rate",
            "how many of the buyers are to have bought on two days or more",
            "per cent",
            "",
            100,
        ),
        Goal("goal_churn", "how many of the regulars may fall silent in a period", "per cent", "", 100),
        Goal("discount_monthly", "by how much money loses its worth in a month", "per cent", "1", 50),
    )
}


def checked_goal(name: str, typed: str) -> str:
    """The value as it is stored: digits, with a point where it is not whole; InvalidInput for anything else."""
    goal = GOALS[name]
    number = _number(typed)
    if number is None or not 0 <= number <= goal.most:
        raise InvalidInput(
            f"“{typed}” cannot be {goal.meaning}. Give a number from 0 to {goal.most:,} ({goal.unit}), such as "
            f"{'12.5' if goal.most <= 100 else '25000'}."
        )
    return f"{number.normalize():f}"


def _number(typed: str) -> Decimal | None:
    plain = typed.strip().removesuffix("%").replace(" ", "").replace("_", "")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
