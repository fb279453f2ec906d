"""Tensors: the table as PyTorch calculates it, so that a function of one's own is one of tensors too.

A row that is a primitive, such as `math.tanh`, is PyTorch's function of that name. Any other row is calculated through
its value and differentiated through its partials, as everywhere: at a kink PyTorch then does what the table says.
"""

# What PyTorch says of its types is full of gaps.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false

from types import BuiltinFunctionType
from typing import Any, ClassVar, NoReturn

import torch

from autograd import Operation, Reading, RecordingError, constant


class Tensors(Reading):
    """A tensor that flows through rows: each of its numbers as a Value of its own would. Conditions are 0 and 1."""

    __slots__ = ("tensor",)
    generality: ClassVar[int] = 7

    def __init__(self, tensor: Any) -> None:
        self.tensor = tensor

    @classmethod
    def read(cls, operation: Operation, arguments: tuple[Any, ...]) -> Any:
        if operation.has_lists:
            if operation.expansion is None:
                raise RecordingError(f"{operation.name} is nothing that PyTorch knows")
            return operation.expansion(*arguments)
        like = next(x.tensor for x in arguments if isinstance(x, cls))
        tensors = [_tensor(x, like) for x in arguments]
        if isinstance(operation.value, BuiltinFunctionType):
            return cls(_primitive(operation.value)(*tensors))
        return cls(_Row.apply(operation, *torch.broadcast_tensors(*tensors)))

    def truth(self) -> "Tensors":
        return self

    def either(self, a: Any, b: Any) -> "Tensors":
        return Tensors(torch.where(self.tensor != 0, _tensor(a, self.tensor), _tensor(b, self.tensor)))

    def _compared(self, holds: Any, other: Any) -> "Tensors":
        return Tensors(holds(self.tensor, _tensor(other, self.tensor)).to(self.tensor.dtype))

    def __lt__(self, other: Any) -> Any:
        return self._compared(torch.lt, other)

    def __le__(self, other: Any) -> Any:
        return self._compared(torch.le, other)

    def __gt__(self, other: Any) -> Any:
        return self._compared(torch.gt, other)

    def __ge__(self, other: Any) -> Any:
        return self._compared(torch.ge, other)

    def _refuse(self, *_: Any) -> NoReturn:
        raise RecordingError("it asks Python what a number is: let it choose with where(condition, a, b)")

    __bool__ = __float__ = __int__ = __index__ = __round__ = __trunc__ = __floor__ = __ceil__ = _refuse
    __eq__ = __ne__ = __hash__ = _refuse  # pyright: ignore


class _Row(torch.autograd.Function):
    """A row that is arithmetic: forward its value, backward its partials, which may be differentiated once more."""

    @staticmethod
    def forward(ctx: Any, operation: Operation, *tensors: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        y = _tensor(operation.value(*map(Tensors, tensors)), tensors[0]).expand_as(tensors[0]).clone()
        ctx.operation = operation
        ctx.save_for_backward(y, *tensors)
        return y

    @staticmethod
    def backward(ctx: Any, slope: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        y, *tensors = ctx.saved_tensors
        return None, *(
            None if partial is None or not needed else slope * _tensor(partial(Tensors(y), *map(Tensors, tensors)), y)
            for partial, needed in zip(ctx.operation.partials, ctx.needs_input_grad[1:], strict=True))


def _primitive(function: BuiltinFunctionType) -> Any:
    """PyTorch's function for one of Python's."""
    name = "true_divide" if function.__name__ == "truediv" else function.__name__
    if function.__module__ not in ("math", "_operator") or not hasattr(torch, name):
        raise RecordingError(f"Python's {function.__name__} is nothing that PyTorch knows")
    return getattr(torch, name)


def _tensor(x: Any, like: Any) -> Any:
    """What flows, as a tensor of the type and at the place of another one."""
    return x.tensor if isinstance(x, Tensors) else torch.tensor(constant(x).data, dtype=like.dtype, device=like.device)
