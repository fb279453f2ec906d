"""Modules made of modules: one after the other, or beside a way around them."""

from collections.abc import Callable, Iterator
from typing import Any

from autograd import Operation, Value
from nn.activations import Activation
from nn.architecture import described
from nn.checks import is_list
from nn.module import Module

Part = str | Callable[[Any], Any]


@described(lambda given: 0, lambda module: {"parts": list(module)})
class Sequential(Module):
    """Modules one after the other, as PyTorch's: what one gives, the next one takes.

    A part may also be an activation, by its name or as an operation, or any function. Parameters are called by the
    number of their part: `0.weight.2.1`. It has a length, can be indexed and sliced, and goes on with append().
    """

    def __init__(self, *parts: Part) -> None:
        for part in parts:
            self.append(part)

    def append(self, part: Part) -> "Sequential":
        """Put a part at the end."""
        if isinstance(part, str | Operation):
            part = Activation(part)
        if not callable(part):
            raise TypeError(f"a part of a {type(self).__name__} is a module, a function or the name of an activation, "
                            f"not {part!r}")
        setattr(self, str(len(self)), part)
        return self

    def __call__(self, x: Any) -> Any:
        for part in self:
            x = part(x)
        return x

    def __iter__(self) -> Iterator[Any]:
        return iter([part for name, part in vars(self).items() if name.isdecimal()])

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __getitem__(self, place: Any) -> Any:
        found = list(self)[place]
        return type(self)(*found) if isinstance(place, slice) else found  # pyright: ignore

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(_called, self))})"


@described(lambda given: 0, lambda module: {"parts": list(module)})
class Residual(Sequential):
    """x + parts(x), number by number: a Sequential, and a way around it. Its parts give as many numbers as they take.

    Raises ValueError if they do not.
    """

    def __call__(self, x: Any) -> Any:
        return _sum(x, super().__call__(x))


def _sum(x: Any, y: Any) -> Any:
    """The sum of two numbers, vectors or sequences, of the same shape."""
    if not is_list(x) and not is_list(y):
        return x + y
    sizes = [len(z) if is_list(z) else "a number" for z in (x, y)]
    if sizes[0] != sizes[1]:
        raise ValueError(f"a Residual adds up what goes in and what comes out, which differ in size: {sizes[0]} and "
                         f"{sizes[1]}")
    return [a + b if type(a) is type(b) is Value else _sum(a, b) for a, b in zip(x, y, strict=True)]


def _called(part: Any) -> str:
    return repr(part) if isinstance(part, Module) else getattr(part, "__name__", repr(part))
