"""The models of coming back, timed: the fit against lifetimes 0.11.3, and forecasts for a million people. Seeded.

lifetimes is archived and wants an old pandas, so it lives in an interpreter of its own, named by the environment
variable LIFETIMES_PYTHON; without it the comparison is passed over with a line. Both run on one BLAS thread and
fit the same people, each in a fresh process; imports do not count.

python tests/bench_fit.py
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

import numpy as np  # noqa: E402

Row = Callable[[str, str, str, bool], None]
BAR, SECONDS = 1 / 3, 10.0
FITTED, FORECAST = 23_570, 1_000_000
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
TRUTH = {
    "bgnbd": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426},
    "mbgnbd": {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614},
    "paretonbd": {"r": 0.8, "alpha": 15.0, "s": 0.6, "beta": 30.0},
}
FITTERS = {"bgnbd": "BetaGeoFitter", "mbgnbd": "ModifiedBetaGeoFitter", "paretonbd": "ParetoNBDFitter"}

OURS = """
import sys, time, numpy as np
from crm_core.insight.models import Histories, fit
x, t_x, T = np.load(sys.argv[1]); times = []
for _ in range(5):
    h = Histories(x, t_x, T); start = time.perf_counter(); found = fit(sys.argv[2], h)
    times.append(time.perf_counter() - start)
print(sorted(times)[2], *found.parameters.values())
"""
THEIRS = """
import sys, time, warnings, numpy as np
warnings.filterwarnings("ignore")
import lifetimes, pandas as pd
x, t_x, T = np.load(sys.argv[1]); times = []
for _ in range(3):
    fitter = getattr(lifetimes, sys.argv[2])(); start = time.perf_counter(); fitter.fit(x, t_x, T)
    times.append(time.perf_counter() - start)
print(sorted(times)[1], *fitter.params_)
"""


def made_up(model: str, people: int, weeks: tuple[float, float], seed: int = 1) -> np.ndarray:
    """(x, t_x, T) of made-up people on whole days, as real ones are; at most one order a day counts."""
    from crm_core.insight.models import simulate

    watched = np.random.default_rng(seed + 1).integers(int(weeks[0] * 7), int(weeks[1] * 7) + 1, people) / 7
    h = simulate(model, TRUTH[model], watched, seed)
    t_x = np.where(h.x > 0, np.ceil(h.t_x * 7), 0) / 7
    return np.stack([np.minimum(h.x, t_x * 7), t_x, h.T])


def timed_fit(python: str, code: str, data: Path, what: str) -> tuple[float, list[float]]:
    """Seconds (median) and the four parameters of a fit in a fresh process."""
    room = {**os.environ, **ONE_THREAD, "PYTHONPATH": str(ROOT) if code is OURS else ""}
    command = [python, "-c", code, str(data), what]
    done = subprocess.run(command, capture_output=True, text=True, env=room, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    seconds, *theta = map(float, done.stdout.split())
    return seconds, theta


def bench_fits(row: Row) -> None:
    """Each model on 23,570 people of CDNOW's shape (27 to 39 weeks), and lifetimes on the same."""
    theirs = lifetimes_python()
    if theirs is None:
        print(
            "--  fit ÷ lifetimes: passed over, LIFETIMES_PYTHON names no interpreter with lifetimes 0.11.3",
            flush=True,
        )
    with tempfile.TemporaryDirectory() as folder:
        for model in FITTERS:
            bench_one(row, model, Path(folder) / f"{model}.npy", theirs)


def bench_one(row: Row, model: str, data: Path, theirs: str | None) -> None:
    """One model: seconds, and as a share of lifetimes' where that is here and comes to an end."""
    np.save(data, made_up(model, FITTED, (27, 39)))
    seconds, ours = timed_fit(sys.executable, OURS, data, model)
    row(f"fit {model}, {FITTED:,} people", f"{seconds:.3f} s", "none", True)
    if theirs is None:
        return
    try:
        other, found = timed_fit(theirs, THEIRS, data, FITTERS[model])
    except RuntimeError as error:
        print(f"--  fit {model} ÷ lifetimes: lifetimes failed ({error})", flush=True)
        return
    behind = log_likelihood(model, data, ours) - log_likelihood(model, data, found)
    said = f"{seconds / other:.3f} ({seconds:.3f} s ÷ {other:.2f} s)"
    row(
        f"fit {model} ÷ lifetimes (whose top is {behind:.2f} lower)",
        said,
        f"{BAR:.3f}",
        seconds / other <= BAR and behind > -0.05,
    )


def log_likelihood(model: str, data: Path, theta: list[float]) -> float:
    """The log-likelihood of anybody's parameters, by our formula, so that two fits can be compared."""
    from crm_core.insight.models import Histories, module_of

    h = Histories(*np.load(data))
    return float(module_of(model).likelihood(np.array(theta), h, np.ones(len(h)))[0])


def lifetimes_python() -> str | None:
    """The interpreter that can import lifetimes, or None."""
    named = os.environ.get("LIFETIMES_PYTHON", sys.executable)
    if not Path(named).exists():
        return None
    asked = subprocess.run([named, "-c", "import lifetimes"], capture_output=True, check=False)
    return None if asked.returncode else named


def bench_forecasts(row: Row) -> None:
    """P(alive), orders in 90 days, both intervals and the value of 12 months for a million people, each model."""
    from crm_core.insight.models import Histories, fit

    people = made_up("paretonbd", FORECAST, (1 / 7, 200))
    some = Histories(*people[:, :20_000])
    for model in FITTERS:
        fitted, everybody = fit(model, some), Histories(*people)
        seconds = forecast_seconds(fitted, everybody)
        differ = len(everybody.compressed.rows)
        name = f"forecasts {model}, {FORECAST:,} people ({differ:,} differ)"
        row(name, f"{seconds:.1f} s", f"{SECONDS:.0f} s", seconds <= SECONDS)


def forecast_seconds(fitted: object, everybody: object) -> float:
    """How long all forecasts of one model take."""
    from crm_core.insight import models
    from crm_core.insight.value import value

    start = time.perf_counter()
    for forecast in (models.p_alive, models.p_alive_interval):
        forecast(fitted, everybody)  # type: ignore[operator]
    for ahead in (models.expected_orders, models.orders_interval):
        ahead(fitted, everybody, 90 / 7)  # type: ignore[operator]
    value(fitted, 25.0, everybody)  # type: ignore[arg-type]
    return time.perf_counter() - start


def bench_fit(row: Row) -> None:
    """Both; `row` is told the name, the figure, the bar and whether it holds."""
    bench_fits(row)
    bench_forecasts(row)


def printed(name: str, figure: str, bar: str, good: bool) -> None:
    print(f"{'ok ' if good else 'NO '} {name:<64} {figure:>24}   bar {bar}", flush=True)


if __name__ == "__main__":
    bench_fit(printed)
