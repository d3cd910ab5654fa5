"""Whether there is enough to carry a model, and what a fit must be taken with a grain of salt for, in words."""

from crm_core.insight.fitting import Maximum
from crm_core.insight.histories import Compressed, Histories, Numbers

FEWEST_PEOPLE, FEWEST_REPEAT, FEWEST_WEEKS = 50, 10, 4.0
NOBODY_LEAVES = 0.01
ALIKE = 1e4


def too_little(histories: Histories) -> str | None:
    """One sentence why no model can be carried, or None.

    Asked for: 50 people who bought, 10 of them on two days or more, and a first purchase 4 weeks back or more. Below
    that a fit exists at times, but its intervals are so wide that no ranking of people can rest on it.
    """
    people, repeat = len(histories), int((histories.x > 0).sum())
    if not people:
        return "Nobody has bought anything yet, so there is nothing to forecast from."
    if repeat == 0 and (people > 1 or histories.T.max() <= 0):
        return _nobody_again(histories)
    if people < FEWEST_PEOPLE:
        return (
            f"{_of(people, 'person has', 'people have')} bought; a forecast needs at least {FEWEST_PEOPLE}."
        )
    if repeat < FEWEST_REPEAT:
        found = _of(repeat, "person has", "people have")
        return f"Only {found} bought on two days or more; a forecast needs at least {FEWEST_REPEAT}."
    if histories.T.max() < FEWEST_WEEKS:
        return (
            f"The purchases span {histories.T.max():.0f} weeks; a forecast needs at least {FEWEST_WEEKS:.0f}."
        )
    return None


def _nobody_again(histories: Histories) -> str:
    if histories.T.min() == histories.T.max():
        return "All purchases are on one day; a forecast needs to see who comes back."
    return f"None of the {len(histories):,} people has bought on a second day yet, so nobody's return can be forecast."


def warnings(names: tuple[str, ...], top: Maximum, gone: Numbers, known: Compressed) -> tuple[str, ...]:
    """Sentences about a fit that ran to an edge: nobody leaves, everybody alike, parameters not determined."""
    repeat = known.rows.x > 0
    share = float(gone[repeat] @ known.weight[repeat] / known.weight[repeat].sum())
    theta, found = dict(zip(names, top.theta, strict=True)), []
    if share < NOBODY_LEAVES:
        found.append(
            "No drop-out is seen in this data: the model takes every repeat buyer for still a customer, "
            "so its chances say little about who has left."
        )
    if theta["r"] > ALIKE:
        found.append("Everybody seems to buy at the same pace; differences between people are chance.")
    if any(top.loose):
        found.append(
            "The data leave a part of the model open: the total can be trusted more than the numbers of single people."
        )
    return tuple(found)


def _of(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
