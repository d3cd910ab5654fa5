"""How the program watches itself: the log without anything personal, the figures, the declared variables."""

import json
import logging
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm_core.actions.settings_page import page
from crm_core.errors import InvalidInput
from crm_core.watch import figures, logs, variables

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
LOGGING = """
import logging, sys
from datetime import UTC, datetime
from crm_core.watch import logs
logs.begin({file!r}, {level!r})
other = logging.getLogger("somebody.else")
def broken():
    try:
        {{}}["Ada Novak"]
    except KeyError as trouble:
        raise ValueError("ada@example.com") from trouble
try:
    broken()
except ValueError as trouble:
    print(logs.unexpected(trouble, datetime(2026, 1, 5, tzinfo=UTC), page="today", account=3))
    other.error("Ada Novak called %s", "+43 1 2345678", exc_info=trouble)
    other.exception(f"Ada Novak {{trouble}}")
logs.say("saved", rows=3, who="Ada Novak", words="ada@example.com")
raise RuntimeError("Ada Novak")
"""


def run(file: str = "", level: str = "info") -> tuple[str, list[dict]]:
    """A process that logs and crashes: what it printed, and the lines of its log."""
    done = subprocess.run(
        [sys.executable, "-c", LOGGING.format(file=file, level=level)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    told = Path(file).read_text("utf-8") if file else done.stderr
    assert not file or not done.stderr
    return done.stdout.strip(), [json.loads(line) for line in told.splitlines()]


def test_every_line_is_json_and_nothing_personal():
    """Neither our own words, nor a library's, nor an exception's message, cause or crash bring a value into the log."""
    _, lines = run()
    text = json.dumps(lines)
    assert not re.search("Ada|Novak|example|2345678", text)
    assert [line["event"] for line in lines] == ["unexpected error", "library", "library", "saved", "crash"]
    assert all(line["time"].endswith("Z") and line["level"] for line in lines)


def test_an_unexpected_error_has_a_reference():
    """The one that the person sees, with the page, the account's number, the kind and the places, the cause first."""
    reference, lines = run()
    first = lines[0]
    assert re.fullmatch(f"[{logs.LETTERS}]{{6}}", reference) and first["reference"] == reference
    assert (first["account"], first["page"], first["kind"]) == (3, "today", "ValueError")
    assert first["where"].startswith("KeyError: ") and "broken" in first["where"]


def test_a_line_holds_only_what_may_be_said():
    """A name that is not in the list is left out."""
    line = run()[1][3]
    assert line["rows"] == 3 and not {"who", "words"} & set(line)


def test_the_log_goes_to_a_file(tmp_path):
    """To the file alone; its folder is made."""
    _, lines = run(str(tmp_path / "logs" / "regulars.log"))
    assert len(lines) == 5


def test_the_level_leaves_out_what_is_less():
    """At error, what was saved is not said."""
    assert [line["event"] for line in run(level="error")[1]] == [
        "unexpected error",
        "library",
        "library",
        "crash",
    ]


@pytest.mark.parametrize(
    ("file", "level", "words"), [("", "loud", "Give one of"), ("/proc/none/x", "", "cannot be written")]
)
def test_a_log_that_cannot_be_is_refused(file, level, words):
    """In one sentence, before anything is changed."""
    with pytest.raises(InvalidInput, match=words):
        logs.begin(file, level)
    assert logging.getLogRecordFactory() is logging.LogRecord


def test_mishaps_are_kept_for_the_status_page():
    """The latest fifty, by reference, with the innermost place."""
    try:
        int("Ada Novak")
    except ValueError as trouble:
        reference = logs.unexpected(trouble, NOW, page="upload", account=7)
    kept = logs.mishaps[-1]
    assert (kept.reference, kept.at, kept.page, kept.account, kept.kind) == (
        reference,
        NOW,
        "upload",
        7,
        "ValueError",
    )
    assert "test_watch.py" in kept.where and "Ada" not in repr(kept)


def test_a_slow_view_is_kept_by_its_worst():
    """How often, the mean and the worst; the slowest first."""
    for seconds in (0.2, 7_000.0, 0.1):
        figures.viewed("crm_core.views.test.slow", seconds)
    pace = figures.slowest()[0]
    assert (pace.view, pace.times, pace.worst) == ("test.slow", 3, 7_000.0)
    assert pace.mean == pytest.approx(7_000.3 / 3)
    figures._paces.pop("test.slow")


# The declared variables -------------------------------------------------------------------------------------


def test_every_variable_in_the_program_is_declared():
    """What the program reads of the environment stands in the declaration, and nothing else does."""
    files = [ROOT / "app.py", *ROOT.glob("pages/**/*.py"), *ROOT.glob("crm_core/**/*.py")]
    text = "\n".join(one.read_text("utf-8") for one in files if one.name != "variables.py")
    assert set(re.findall(r"REGULARS_[A-Z_]*[A-Z]", text)) == set(variables.VARIABLES)


def test_an_unknown_variable_is_said():
    """With the one that was probably meant; what is not ours is left alone."""
    found = variables.strangers(
        {"REGULARS_DATABASE": "x", "REGULARS_URL": "y", "PATH": "z", "REGULARS_QUITE_ANOTHER_THING": ""}
    )
    assert len(found) == 2 and "Did you mean REGULARS_DATABASE_URL?" in found[0]
    assert "docs/settings.md" in found[1]


def test_the_page_of_settings_is_as_declared():
    """docs/settings.md holds every setting, variable and limit; made anew with the command that stands in it."""
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == page()
