"""`regulars predict`: the contract's JSON, print reproduced, refusals in one sentence."""

import json

import pytest
from test_cli import Shell

from tests.uploads import workbook

KEYS = {"model", "customers", "parameters", "log_likelihood", "spend", "backtest", "warnings"}


@pytest.fixture
def run(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(sqlite_url, capsys)


@pytest.fixture
def cdnow(run: Shell, shared_data) -> Shell:
    run.json("import", shared_data / "purchases" / "cdnow_sample.csv", "--commit")
    return run


@pytest.mark.slow
def test_bgnbd_of_print(cdnow: Shell) -> None:
    """Fader, Hardie & Lee (2005): r .243 α 4.414 a .793 b 2.426, LL −9582.4; 1,653 forecast, 1,882 came."""
    found = cdnow.json("predict", "--until", "1997-09-30", "--model", "bgnbd")
    assert set(found) == KEYS and (found["model"], found["customers"]) == ("bgnbd", 2357)
    assert found["parameters"] == pytest.approx(
        {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, abs=1e-3
    )
    assert found["log_likelihood"] == pytest.approx(-9582.43, abs=0.01)
    spend = {name: found["spend"][name] for name in ("p", "q", "v", "log_likelihood")}
    assert spend == pytest.approx({"p": 6.25, "q": 3.74, "v": 15.44, "log_likelihood": -4055.918}, rel=2e-3)
    test = found["backtest"]
    assert (round(test["forecast"]), test["actual"], test["weeks"]) == (1653, 1882, 39)
    assert sum(row["actual"] for row in test["by_orders"]) == test["over_time"][-1]["actual"] == 1882
    assert sum(row["forecast"] for row in test["by_orders"]) == pytest.approx(test["forecast"])


@pytest.mark.slow
def test_pareto_nbd_of_print(cdnow: Shell) -> None:
    """.553 10.578 .606 11.669, LL −9595.0, under the names r alpha s beta."""
    found = cdnow.json("predict", "--until", "1997-09-30", "--model", "paretonbd")
    expected = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}
    assert found["parameters"] == pytest.approx(expected, rel=2e-3)
    assert found["log_likelihood"] == pytest.approx(-9595.0, abs=0.05)


@pytest.mark.slow
def test_the_best_is_chosen_without_looking_ahead(cdnow: Shell) -> None:
    """The model is chosen on what was known until D, and then held against what came after D, to the day."""
    found = cdnow.json("predict", "--until", "1997-12-31")
    assert found["model"] in ("mbgnbd", "paretonbd")
    assert (found["backtest"]["since"], found["backtest"]["until"]) == ("1997-12-31", "1998-06-30")
    assert found["backtest"]["actual"] == 1151


@pytest.mark.slow
def test_without_later_purchases_the_last_third_is_tried(cdnow: Shell) -> None:
    """All three models are compared on the last third of the time; long without purchases is a warning."""
    found = cdnow.json("predict", "--as-of", "1999-06-30")
    assert (found["backtest"]["since"], found["backtest"]["until"]) == ("1998-01-06", "1998-06-30")
    assert {one["model"] for one in found["backtest"]["compared"]} == {"bgnbd", "mbgnbd", "paretonbd"}
    assert any(warning.startswith("Nobody bought in the last 365 days") for warning in found["warnings"])


@pytest.mark.slow
def test_a_person_reads_sentences(cdnow: Shell) -> None:
    """Without --json: the same in lines."""
    code, out, _ = cdnow("predict", "--until", "1997-09-30", "--model", "bgnbd")
    assert code == 0
    assert "it would have forecast 1,653 orders; 1,882 came." in out
    assert out.startswith("Fitted bgnbd on 2,357 customers: r 0.2426, alpha 4.414")


def test_where_nothing_can_be_fitted_it_is_refused(run: Shell, tmp_path) -> None:
    """Exit 1, one sentence on stderr, the same as JSON; also on an empty database."""
    for files in ((), (["Customer ID", "Order date", "Amount"], ["C1", "2025-01-05", 2.5])):
        if files:
            (tmp_path / "book.xlsx").write_bytes(workbook(Sales=list(files)))
            run.json("import", tmp_path / "book.xlsx", "--commit")
        code, out, err = run("predict", "--json")
        assert code == 1 and err.count("\n") == 1 and err.strip().endswith(".")
        assert json.loads(out) == {"error": err.strip()}


def test_amounts_of_nothing_leave_the_spend_out(run: Shell, tmp_path) -> None:
    """`spend` is null with a warning where nobody's purchases come to anything."""
    rows = [
        [f"C{n}", f"2025-{month:02}-{1 + n % 28:02}", 0] for n in range(60) for month in range(1, 2 + n % 5)
    ]
    (tmp_path / "book.xlsx").write_bytes(workbook(Sales=[["Customer ID", "Order date", "Amount"], *rows]))
    run.json("import", tmp_path / "book.xlsx", "--commit", "--as", "Sales=purchase")
    with_quantity = [[*row, 1] for row in rows]
    book = workbook(Sales=[["Customer ID", "Order date", "Amount", "Quantity"], *with_quantity])
    (tmp_path / "more.xlsx").write_bytes(book)
    run.json("import", tmp_path / "more.xlsx", "--commit", "--as", "Sales=purchase")
    found = run.json("predict", "--as-of", "2025-07-01", "--model", "mbgnbd")
    assert found["spend"] is None and found["customers"] == 60
    assert any("money" in warning for warning in found["warnings"])


@pytest.mark.parametrize("arguments", [("--model", "magic"), ("--until", "yesterday")])
def test_wrong_usage_is_two(run: Shell, arguments: tuple[str, str]) -> None:
    """A model or day that there is not."""
    with pytest.raises(SystemExit) as ended:
        run("predict", *arguments)
    assert ended.value.code == 2
