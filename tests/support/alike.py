"""Values that say of themselves that they are all the same. In a graph they are nodes like any others."""

from typing import Any

from autograd import Value, dot, tanh


class Alike(Value):
    __slots__ = ()

    def __eq__(self, other: Any) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


class Unhashable(Value):
    __slots__ = ()

    def __eq__(self, other: Any) -> bool:  # and so Python takes `__hash__` away
        return True


KINDS = (Alike, Unhashable)


def graph_of(kind: type[Value]) -> tuple[Value, Value, Value]:
    """A graph whose leaves are of this kind, and two of them. Each operand is used twice, and one is a constant."""
    a, b, c = kind(0.5, "a"), kind(-0.25, "b"), kind(3.0)
    c.constant = True
    output = tanh(dot([a, b, a], [b, c, kind(2.0, "d")]) + a * b) * (c - b)
    output.backward()
    return output, a, b
