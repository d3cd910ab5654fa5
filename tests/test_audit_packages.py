"""What the look for known vulnerabilities makes of what pip-audit says."""

import json
import os
import subprocess
import sys

import pytest

from tests.audit_packages import NOT_CHECKED, ROOT, judged

FOUND = {"name": "wisp", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
FINE = {"name": "loom", "version": "2.0", "vulns": []}


def report(*packages: dict) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_a_known_vulnerability_stops() -> None:
    """With the package, its version and the one that mends it."""
    said = judged(report(FINE, FOUND), "Found 1 known vulnerability in 1 package")
    assert said.stops and "wisp 1.0: PYSEC-1, mended in 1.1" in said.words


def test_nothing_known_goes_on() -> None:
    """And how many were asked about."""
    assert judged(report(FINE), "").words == "None of 1 packages has a known vulnerability."


@pytest.mark.parametrize(
    "said", ["requests.exceptions.ConnectionError: x", "ERROR: Failed to resolve 'pypi.org'"]
)
def test_without_a_network_it_says_so_and_goes_on(said: str) -> None:
    """What nobody could ask stops nobody, and is not called a success."""
    found = judged("", said)
    assert not found.stops and found.words.startswith(f"{NOT_CHECKED}: nobody could be asked")


def test_a_service_that_knows_none_of_them_checked_nothing() -> None:
    """A mirror without the part that tells of vulnerabilities answers "not found" for each: no word of a success."""
    found = judged(report(*({"name": name, "skip_reason": "not found"} for name in ("loom", "wisp"))), "")
    assert not found.stops and found.words == (
        f"{NOT_CHECKED}: no answer for any of 2 packages (not found). Going on without."
    )


def test_one_that_is_not_known_there_is_named() -> None:
    """And is not counted among those that are fine."""
    found = judged(report(FINE, {"name": "wisp", "skip_reason": "not found"}), "")
    assert found.words == f"{NOT_CHECKED}: wisp. None of the other 1 packages has a known one."


@pytest.mark.parametrize("said", ["", "ModuleNotFoundError: No module named 'pip_audit'", "Traceback"])
def test_a_failure_of_another_kind_stops(said: str) -> None:
    """A look that was not had is not taken for one."""
    assert judged("", said).stops


@pytest.mark.slow
def test_with_the_network_away() -> None:
    """The real one, with a way out that leads nowhere: it says so, and ends well."""
    pytest.importorskip("pip_audit", reason="pip-audit is not installed")
    nowhere = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), "http://127.0.0.1:9")
    ran = subprocess.run(
        [sys.executable, "tests/audit_packages.py"], env={**os.environ, **nowhere, "NO_PROXY": "", "no_proxy": ""},
        cwd=ROOT, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert ran.returncode == 0 and NOT_CHECKED in ran.stdout, (ran.stdout, ran.stderr[-500:])
