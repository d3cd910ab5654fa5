"""Has any package that Regulars uses, in the version of constraints.txt, a known vulnerability? `make audit`

0: none is known, or nobody could be asked (then it says "Not checked" and why: without a network nothing is proved and
nothing stops); 1: one is known, or pip-audit itself failed.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 300  # seconds
NOT_CHECKED = "Not checked for known vulnerabilities"
# What pip-audit says when there is no way to the service that knows; its exit code is the same for all.
AWAY = (
    "connectionerror", "connection error", "connection refused", "max retries", "name resolution", "timed out",
    "timeout", "proxyerror", "proxy error", "network is unreachable", "failed to resolve", "cannot connect",
    "temporary failure",
    "could not connect", "tls", "ssl", "403 client error", "502 server error", "503 server error", "504 server error",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What it said, and whether it stops whoever asked."""

    words: str
    stops: bool


def judged(output: str, errors: str) -> Said:
    """What pip-audit's report (JSON on its output) or its failure means."""
    try:
        packages = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return _failed(errors)
    known = [
        f"{one['name']} {one['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'none yet'}"
        for one in packages
        for fault in one.get("vulns", ())
    ]
    if known:
        return Said("Known vulnerabilities:\n  " + "\n  ".join(sorted(known)), True)
    return _without_known(packages)


def _without_known(packages: list[dict[str, Any]]) -> Said:
    """None is known; but of what the service could not answer for, nothing is known at all."""
    skipped = [one for one in packages if "skip_reason" in one]
    if not skipped:
        return Said(f"None of {len(packages)} packages has a known vulnerability.", False)
    if len(skipped) == len(packages):
        return Said(f"{NOT_CHECKED}: no answer for any of {len(packages)} packages "
                    f"({skipped[0]['skip_reason'][:200]}). Going on without.", False)  # fmt: skip
    names = ", ".join(one["name"] for one in skipped)
    return Said(
        f"{NOT_CHECKED}: {names}. None of the other {len(packages) - len(skipped)} packages has a known one.",
        False,
    )


def _failed(errors: str) -> Said:
    last = errors.strip().splitlines()[-1] if errors.strip() else "it said nothing"
    if any(sign in errors.lower() for sign in AWAY):
        return Said(f"{NOT_CHECKED}: nobody could be asked ({last[:200]}). Going on without.", False)
    return Said(f"pip-audit failed: {last}", True)


def main() -> int:
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(ROOT / "constraints.txt"), "--no-deps",
               "--disable-pip", "--format", "json", "--progress-spinner", "off"]  # fmt: skip
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        said = judged(ran.stdout, ran.stderr)
    except subprocess.TimeoutExpired:
        said = Said(f"{NOT_CHECKED}: no answer within {PATIENCE} s. Going on without.", False)
    print(said.words, file=sys.stderr if said.stops else sys.stdout)
    return 1 if said.stops else 0


if __name__ == "__main__":
    raise SystemExit(main())
