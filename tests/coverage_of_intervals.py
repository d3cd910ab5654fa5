"""Do the 95 % intervals hold the truth 95 times in 100? Many made-up companies, each fitted; a table at the end.

python tests/coverage_of_intervals.py [--runs 2000] [--people 3000] [--seed 1] [--only bgnbd]

Every run draws its own people from known parameters and asks whether each parameter's interval holds its truth.
The share has a standard error of √(.95 × .05 ÷ runs): 0.49 points at 2,000 runs.
"""

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path[:0] = [str(Path(__file__).parents[1])]

import numpy as np  # noqa: E402

from crm_core.insight.models import MODELS, fit, simulate  # noqa: E402

TRUTH: dict[str, dict[str, float]] = {
    "bgnbd": {"r": 0.8, "alpha": 6.0, "a": 0.8, "b": 2.5},
    "mbgnbd": {"r": 0.8, "alpha": 6.0, "a": 0.8, "b": 2.5},
    "paretonbd": {"r": 0.9, "alpha": 8.0, "s": 0.8, "beta": 15.0},
}
WEEKS = (30.0, 104.0)


def held(model: str, seed: int, people: int) -> list[bool]:
    """One made-up company: for each parameter, whether its interval holds the truth."""
    watched = np.random.default_rng((seed, 0)).uniform(*WEEKS, people)
    fitted = fit(model, simulate(model, TRUTH[model], watched, seed))
    return [low <= TRUTH[model][name] <= high for name, (low, high) in fitted.intervals.items()]


def coverage(model: str, runs: int, people: int, seed: int) -> dict[str, float]:
    """The share of runs whose interval holds the truth, for each parameter."""
    shares = np.mean([held(model, seed * 1_000_003 + run, people) for run in range(runs)], axis=0)
    return dict(zip(TRUTH[model], map(float, shares), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in (("runs", 2000), ("people", 3000), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--only", choices=MODELS)
    chosen = parser.parse_args()
    print(
        f"95 % intervals of {chosen.runs} made-up companies of {chosen.people} people each (seed {chosen.seed})"
    )
    for model in [chosen.only] if chosen.only else MODELS:
        found = coverage(model, chosen.runs, chosen.people, chosen.seed)
        shares = "  ".join(f"{name} {100 * share:5.2f} %" for name, share in found.items())
        print(f"{model:10} {shares}   all {100 * np.mean(list(found.values())):5.2f} %", flush=True)


if __name__ == "__main__":
    main()
