"""The benchmarks run and report what they measured. That they measure anything in particular is not for tests."""

import json
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks import measuring
from tests.benchmarks.measuring import Figure, Row, Table, alternately, timed
from tests.support.processes import ROOT, run_python


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run_python("-m", "tests.benchmarks", *arguments, cwd=ROOT)


@pytest.mark.slow
def test_the_eager_benchmark_prints_a_table_and_saves_the_same_figures(tmp_path: Path) -> None:
    result = run("eager", "--quick", "--rounds", "2", "--json", str(tmp_path / "figures.json"))
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""  # it is not a terminal, so there is no bar
    saved = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert saved["machine"]["python"] == sys.version.split()[0]
    assert saved["versions"]["micrograd"] == "0.1.0"
    lines = result.stdout.splitlines()
    for row in saved["rows"]:
        (line,) = [line for line in lines if line.startswith(row["name"] + "  ")]
        for figure in (row["ours"], row["peer"], row["ratio"]):
            if figure:
                assert str(Figure(**figure)) in line
                assert figure["low"] <= figure["median"] <= figure["high"]
        assert not row["peer"] or min(row["peer"]["low"], row["ours"]["low"]) > 0
    compared = [row["name"] for row in saved["rows"] if row["ratio"]]
    assert len(compared) == 6
    assert "`import autograd` brings in none of numpy, graphviz, tqdm, matplotlib, torch." in lines


@pytest.mark.slow
def test_the_draw_benchmark_measures_with_the_embedded_program_alone() -> None:
    result = run("draw", "--quick", "--rounds", "1")
    assert result.returncode == 0, result.stderr
    for name in ("batch of a network", "collapsed by module", "collapsed by structure", "DOT of 200 nodes"):
        assert name in result.stdout


@pytest.mark.slow
def test_the_explain_benchmark_prints_a_table_and_saves_the_same_figures(tmp_path: Path) -> None:
    result = run("explain", "--quick", "--rounds", "2", "--json", str(tmp_path / "figures.json"))
    assert (result.returncode, result.stderr) == (0, "")
    saved = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    for row in saved["rows"]:
        (line,) = [line for line in result.stdout.splitlines() if line.startswith(row["name"] + "  ")]
        assert str(Figure(**row["ours"])) in line
    assert any("explain, 1,000 nodes" in row["name"] for row in saved["rows"])


@pytest.mark.slow
def test_the_help_names_the_benchmarks_and_their_options() -> None:
    assert {"eager", "explain"} <= set(run("--help").stdout.split())
    for option in ("--json FILE", "--rounds N", "--quick"):
        assert option in run("eager", "--help").stdout


@pytest.mark.slow
@pytest.mark.parametrize("rounds", ["0", "-1", "many", "1.5"])
def test_a_number_of_rounds_that_is_none_is_refused(rounds: str) -> None:
    result = run("eager", "--rounds", rounds)
    assert result.returncode == 2
    assert f"a whole number from 1 is needed, not '{rounds}'" in result.stderr


@pytest.mark.slow
def test_a_file_that_could_not_be_saved_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    result = run("eager", "--json", str(tmp_path / "nowhere" / "figures.json"))
    assert result.returncode == 2
    assert f"there is no folder {tmp_path / 'nowhere'}" in result.stderr
    assert result.stdout == ""


def test_a_figure_is_the_median_with_the_quartiles() -> None:
    samples = [3.0, 1.0, 4.0, 1.5, 9.0, 2.6]
    figure = Figure.of(samples)
    assert [figure.low, figure.median, figure.high] == pytest.approx(np.percentile(samples, [25, 50, 75]))
    assert Figure.of([7.0]) == Figure(7.0, 7.0, 7.0, 1)


def test_programs_take_turns_in_every_round() -> None:
    calls: list[str] = []
    seconds = alternately(lambda: calls.append("a"), lambda: calls.append("b"), rounds=3, name="", shortest=0.0)
    assert calls == ["a", "a", "b", "b", *["a", "b"] * 3]  # twice before, to warm up and to see how long it takes
    assert [len(found) for found in seconds] == [3, 3]


def test_a_long_first_call_does_not_make_a_turn_short(monkeypatch: pytest.MonkeyPatch) -> None:
    lasting = iter([10.0, 0.5, 0.25])
    turns: list[int] = []
    monkeypatch.setattr(measuring, "timed", lambda _, times, *__: turns.append(times) or next(lasting))
    assert alternately(lambda: None, rounds=1, name="", shortest=2.0) == [[0.25]]
    assert turns == [1, 1, 4]


@pytest.mark.parametrize(("alone", "left_behind"), [(False, [0, 1, 2]), (True, [0, 0, 0])])
def test_garbage_of_others_is_collected_before_a_turn_and_that_of_the_program_itself_on_demand(
        alone: bool, left_behind: list[int]) -> None:
    class Cycle:
        def __init__(self) -> None:
            self.itself = self

    garbage: weakref.WeakSet[Cycle] = weakref.WeakSet()
    garbage.add(Cycle())
    found: list[int] = []

    def program() -> None:
        found.append(len(garbage))
        garbage.add(Cycle())

    timed(program, 3, alone)
    assert found == left_behind


def test_a_limit_is_a_lower_one_for_a_ratio_and_an_upper_one_for_a_figure_of_our_own() -> None:
    ratio = Row("faster", "", Figure.of([1.0]), Figure.of([5.0]), Figure.of([5.0]), asked=4, goal=6)
    memory = Row("smaller", "", Figure.of([5.0]), asked=6, goal=4)
    for row in (ratio, memory):
        assert row.reaches(row.asked)
        assert not row.reaches(row.goal)
    table = Table("limits", [ratio, memory], [])
    assert "≥ 4 yes  ≥ 6 NO" in str(table)
    assert "≤ 6 yes  ≤ 4 NO" in str(table)
    saved = json.loads(table.json())["rows"]
    assert [(row["asked_reached"], row["goal_reached"]) for row in saved] == [(True, False)] * 2


@pytest.mark.slow
def test_the_compiled_benchmark_compares_with_all_peers(tmp_path: Path) -> None:
    for peer in ("jax", "casadi"):
        pytest.importorskip(peer, reason=f'{peer} is of the extra "bench", not of "test"')
    result = run("compiled", "--quick", "--rounds", "1", "--json", str(tmp_path / "figures.json"))
    assert result.returncode == 0, result.stderr
    rows = {row["name"]: row for row in json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))["rows"]}
    for peer in ("micrograd", "PyTorch", "CasADi, numbers", "JAX", "C"):
        assert rows[f"moons step / {peer}"]["ratio"]["median"] > 0
    assert rows["first call, GPT"]["ours"]["median"] > 0
