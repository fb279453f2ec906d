"""The fast functions may be switched off: all numbers stay the same, to the last bit."""

import json

import pytest
from hypothesis import given, settings

from autograd import operations
from tests.support.processes import ROOT, run_python
from tests.support.random_graphs import Graph, graphs

SWITCH = "GLASSGRAD_PLAIN"
EVALUATE = """
import json, sys
from autograd import Value, gradients, operations

found = []
for numbers, steps in json.load(sys.stdin):
    for _ in range(2):  # a fast function may be made at the first call of a row
        leaves = [Value(x) for x in numbers]
        results = list(leaves)
        for name, arguments in steps:
            results.append(operations[name](*([results[place] for place in a] if isinstance(a, list) else
                                              results[a] if isinstance(a, int) else a for a in arguments)))
        for _ in range(2):  # leaves add up, what is between them and the output does not
            results[-1].backward()
        slopes = gradients(results[-1], leaves)
        found.append([[x.data for x in results], [x.grad for x in results], [x.data for x in slopes]])
fast = sys.modules.get("autograd.recording.fast")
print(json.dumps([found, [name for name, row in operations.items() if fast and fast.source(row)]]))
"""


def evaluated(drawn: list[Graph], switch: str) -> tuple[list[list[list[float]]], list[str]]:
    """The numbers of graphs, calculated in a process of its own, and the operations that had fast functions."""
    run = run_python("-c", EVALUATE, input=json.dumps([[graph.numbers, graph.steps] for graph in drawn]),
                     environment={SWITCH: switch})
    assert run.returncode == 0, run.stderr
    return tuple(json.loads(run.stdout))


def test_random_graphs_have_the_same_numbers_without_the_fast_functions() -> None:
    drawn: list[Graph] = []

    @settings(max_examples=40)
    @given(graphs(max_size=80))
    def draw(graph: Graph) -> None:
        drawn.append(graph)

    draw()
    assert {name for graph in drawn for name, _ in graph.steps} == set(operations)
    (fast, made), (plain, made_anyway) = evaluated(drawn, ""), evaluated(drawn, "1")
    assert len(made) > 20
    assert made_anyway == []
    assert fast == plain
    assert len(fast) == 2 * len(drawn)


@pytest.mark.slow
def test_the_tests_of_the_engine_pass_without_the_fast_functions() -> None:
    """Those about nodes, their order and their gradients, but for the slow ones; nothing else has a fast form."""
    room = ROOT / "tests" / "autograd"
    files = [*(room / f"test_{name}.py" for name in ("value", "graph", "lists", "conventions")), room / "recording",
             room / "calculus" / "test_gradients.py"]
    run = run_python("-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-m", "not slow", *files,
                     cwd=ROOT, environment={SWITCH: "1", "PYTEST_ADDOPTS": ""})
    assert run.returncode == 0, run.stdout[-5000:]
    assert " passed" in run.stdout
