"""The benchmarks run and report what they measured. That they measure anything in particular is not for tests."""

import json
import subprocess
import sys
import weakref
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import autograd
import nn
from tests.benchmarks import expressions, gpt, measuring, peers, plain_c, problems
from tests.benchmarks.measuring import Figure, Peer, Row, Table, against, alternately, timed
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
def test_the_compiled_benchmark_prints_a_table_and_saves_the_same_figures(tmp_path: Path) -> None:
    for package in ("llvmlite", "jax", "casadi"):
        pytest.importorskip(package, reason=f"{package} is not installed: it is one of the extra 'bench'")
    result = run("compiled", "--quick", "--rounds", "1", "--json", str(tmp_path / "figures.json"))
    assert (result.returncode, result.stderr) == (0, "")
    saved = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    names = [row["name"] for row in saved["rows"]]
    assert len(set(names)) == len(names)
    for row in saved["rows"]:
        (line,) = [line for line in result.stdout.splitlines() if line.startswith(row["name"] + "  ")]
        for figure in (row["ours"], row["peer"], row["ratio"]):
            assert not figure or str(Figure(**figure)) in line
    for beginning in ("moons step / micrograd", "XOR step in run / JAX", "digits step / PyTorch", "GPT step", "GPT gra",
                      "gradient of 50 random nodes / CasADi", "first call", "training, groups", "step, skip"):
        assert any(name.startswith(beginning) for name in names), beginning


@pytest.mark.slow
@pytest.mark.parametrize("name", ["moons", "XOR", "digits"])
def test_all_peers_take_the_same_steps(name: str) -> None:
    pytest.importorskip("llvmlite")
    training, problem = {"moons": lambda: problems.moons(True), "XOR": problems.xor,
                         "digits": lambda: problems.digits(True)}[name]()
    programs = {"PyTorch": peers.torch_step(problem)}
    if find_spec("jax"):
        programs["JAX"] = peers.jax_step(problem)
        programs["JAX in the calling thread"] = peers.jax_step(problem, synchronous=True)
    if name == "moons":
        programs |= {"micrograd": peers.micrograd_step(problem), "C": plain_c.step(problem)}
        if find_spec("casadi"):
            programs |= {"matrices": peers.casadi_matrices_step(problem), "numbers": peers.casadi_numbers_step(problem)}
    ours = [training.step(problem.x, problem.y) for _ in range(4)]
    assert len(set(ours)) == 4
    for peer, step in programs.items():
        assert [float(step()) for _ in range(4)] == pytest.approx(ours, rel=1e-7), peer


@pytest.mark.slow
def test_several_steps_in_one_call_of_jax_are_as_many_steps() -> None:
    pytest.importorskip("jax")
    training, problem = problems.xor()
    ours = [training.step(problem.x, problem.y) for _ in range(6)]
    scan = peers.jax_step(problem, True, 3)
    assert np.concatenate([np.asarray(scan()), np.asarray(scan())]) == pytest.approx(ours, rel=1e-9)


@pytest.mark.slow
def test_the_gpt_is_the_same_program_on_all_numbers() -> None:
    pytest.importorskip("llvmlite")
    step = problems.gpt_training(gpt.NAME[:4])
    weights, closures = gpt.parameters(autograd.Value), gpt.parameters(gpt.closure_value())
    assert len(gpt.flat(weights)) == 4192
    optimizer, adam = nn.Adam(gpt.flat(weights), 1e-3), gpt.Adam(gpt.flat(closures), 1e-3)
    for _ in range(3):
        loss, other = gpt.loss(weights, gpt.NAME[:4], gpt.Ours), gpt.loss(closures, gpt.NAME[:4], gpt.Closures)
        assert loss.data == pytest.approx(step(), rel=1e-9) == pytest.approx(other.data, rel=1e-9)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        other.backward()
        adam.step()


def test_a_random_expression_has_as_many_operations_as_asked_for_and_all_count() -> None:
    for seed in range(5):
        point = [0.2 * place - 0.9 for place in range(10)]
        steps = expressions.expression(200, point, seed)
        used = {place for step in steps for place in step.places}
        assert len(steps) == 200
        assert used == set(range(len(point) + len(steps) - 1))


def test_each_peer_has_a_row_with_what_its_call_was_worth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "timed", lambda program, *_: program())  # each says itself how long it takes
    rows = against("work", lambda: 0.5, {"once": Peer(lambda: 3.0, 5), "ten times": Peer(lambda: 4.0, None, 10)},
                   rounds=3, shortest=0.0, unit="ms", scale=1e3, per_call=2)
    assert [(row.name, row.unit, row.asked) for row in rows] == [
        ("work / once", "ms", 5), ("work / ten times", "ms", None)]
    found = [[figure.median for figure in (row.ours, row.peer, row.ratio) if figure] for row in rows]
    assert found == [pytest.approx([250, 3000, 12]), pytest.approx([250, 400, 1.6])]
