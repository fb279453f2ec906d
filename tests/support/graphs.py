"""Graphs to make pages of: 50 that are drawn at random and together hold every row of the table."""

import random
from collections.abc import Iterator
from typing import Any

import nn
from autograd import DomainError, Operation, Value, absolute, gradients, operation, operations, tanh
from autograd import sum as total

# An operation that the table does not have. It is taken out again, so that no other test finds it there.
SOFTSIGN = operation("softsign_of_a_test", lambda x: x / (1 + absolute(x)),
                     (lambda y, x: 1 / (1 + absolute(x)) ** 2,), expansion=lambda x: x / (1 + absolute(x)))
del operations[SOFTSIGN.name]
ROWS = [*operations.values(), SOFTSIGN]
COUNT = 50


def generated(seed: int) -> tuple[Value, list[Value]]:
    """A graph and its leaves. 46 seeds begin with the next rows of the table each; the last 4 are of special kinds."""
    special = {46: second_order, 47: batch, 48: shared, 49: overwritten}
    if seed in special:
        return special[seed]()
    draws = random.Random(seed)
    leaves = [Value(round(draws.uniform(0.2, 0.9), 3) * draws.choice((1, 1, -1)), name) for name in "abc"]
    nodes = list(leaves)
    for row in [ROWS[(seed + step * 46) % len(ROWS)] for step in range(2)] + draws.choices(ROWS, k=3):
        node = applied(row, nodes, draws)
        if node is not None:
            nodes.append(node)
    unused = [node for node in nodes if not any(node in {*other.parents} for other in nodes)]
    output = unused[0] if len(unused) == 1 else total(unused)
    return (output if output.op else output * 2.0), leaves


def applied(row: Operation, nodes: list[Value], draws: random.Random) -> Value | None:
    """The row on some of the nodes, or on plain numbers where it accepts nothing else."""
    for _ in range(60):
        arguments: list[Any] = []
        length = draws.randint(2, 3)
        for listed in row.lists:
            operands = [draws.choice([*nodes, nodes[-1], 0.5, 2.0]) for _ in range(length if listed else 1)]
            arguments.append(operands if listed else operands[0])
        if row.partials[0] is None and len(row.partials) > 1:
            arguments[0] = draws.choice([0.0, 1.0])
        try:
            node = row(*arguments)
            if isinstance(node, Value):
                node.backward()
                return node if abs(node.data) < 1e3 else None
        except (DomainError, ArithmeticError):
            continue
    return None


def second_order() -> tuple[Value, list[Value]]:
    x, w = Value(0.7, "x"), Value(-1.2, "w")
    (slope,) = gradients(tanh(w * x) * x, [x])
    return slope * slope, [x, w]


def batch() -> tuple[Value, list[Value]]:
    model = nn.MLP(2, [2, 1], activation="tanh", seed=3)
    inputs, targets = nn.datasets.xor()
    loss = nn.mean_squared_error([model(row) for row in inputs[:2]], targets[:2])
    return loss, [parameter for _, parameter in model.named_parameters()]


def shared() -> tuple[Value, list[Value]]:
    x = Value(1.5, "x")
    y = x
    for _ in range(6):
        y = y * 0.5 + y * y * 0.25
    return y, [x]


def overwritten() -> tuple[Value, list[Value]]:
    x, y = Value(0.5, "x"), Value(2.0, "y")
    inner = tanh(x)
    inner.data = 0.25
    return inner * y * x, [x, y]


def rows_of(outputs: Iterator[Value]) -> set[Any]:
    from autograd import topological_order

    return {node.op for output in outputs for node in topological_order(output)} - {None}
