"""How long somebody waits who guessed wrong: longer each time, never for ever."""

FREE = {"name": 5, "device": 5, "address": 20}  # many people may stand behind one address
LONGEST = {"name": 60.0, "device": 60.0, "address": 900.0}
QUIET = 3_600.0  # after so many quiet seconds earlier failures count no more


def seconds(failures: int, what: str = "name") -> float:
    """The wait after so many failures in a row, in seconds: none for the first few, then 1, 2, 4 … up to a limit.

    `what`: "name" for what was typed, "device" for a browser that was signed in before, "address" for where it
    comes from. A minute at most for a name: thousands of machines together get 1,440 guesses a day at it, and its
    owner, on a browser of theirs that is counted by itself, waits for none of them.
    """
    beyond = failures - FREE[what]
    return min(LONGEST[what], 2.0 ** min(beyond, 30)) if beyond >= 0 else 0.0


def left(failures: int, what: str, since_last: float) -> float:
    """The seconds of that wait which are still to come, `since_last` seconds after the last failure."""
    return max(0.0, seconds(failures, what) - since_last)


def counts(failures: int, since_last: float) -> int:
    """The failures that still count, `since_last` seconds after the last of them."""
    return 0 if since_last >= QUIET else failures
