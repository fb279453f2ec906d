"""Structures of numbers as compiled functions take them, one sample or many at once.

A batch is a structure of arrays whose leading axis counts samples; what is behind that axis is one sample.
"""

import math
from collections.abc import Mapping
from typing import Any

from autograd.calculus.structure import numbers_in
from autograd.table.reading import Reading

_PLAIN: set[Any] = {float, int}


def key_of(structure: Any, numbers: list[Any] | None = None) -> Any:
    """What a structure is apart from its numbers, which are added to a list."""
    kind: Any = type(structure)  # pyright: ignore
    if kind is float or kind is int:
        if numbers is not None:
            numbers.append(structure)
        return float
    if kind is tuple or kind is list:
        if {*map(type, structure)} <= _PLAIN:  # nearly always: then this is much faster
            if numbers is not None:
                numbers += structure
            return kind, len(structure)
        return kind, *[key_of(item, numbers) for item in structure]
    if isinstance(structure, Mapping):
        return kind, tuple(structure), *[key_of(item, numbers) for item in structure.values()]  # pyright: ignore
    found = numbers_in(structure)[0]
    if not {*map(type, found)} <= _PLAIN and any(isinstance(x, Reading) for x in found):
        raise TypeError("a compiled function takes plain numbers, not Values: it has no graph")
    if numbers is not None:
        numbers += found
    if isinstance(structure, list | tuple):
        return kind, *[key_of(item) for item in structure]  # pyright: ignore
    return (kind, structure.shape) if getattr(structure, "shape", ()) else float


def sample_of(structure: Any, parts: list[Any]) -> Any:
    """One sample of a structure of arrays; the arrays themselves are added to a list, as float64."""
    import numpy

    if isinstance(structure, Mapping):
        return {key: sample_of(item, parts) for key, item in structure.items()}  # pyright: ignore
    if isinstance(structure, list | tuple) and any(isinstance(x, numpy.ndarray | Mapping) for x in structure):  # pyright: ignore
        return getattr(structure, "_make", type(structure))(sample_of(x, parts) for x in structure)  # pyright: ignore
    array: Any = numpy.asarray(structure)  # pyright: ignore
    if array.dtype.kind not in "biuf":  # a complex number would lose a part of itself
        raise TypeError(f"arrays of real numbers are needed, not of {array.dtype}")
    array = array.astype(float, copy=False)
    if array.ndim == 0:
        raise ValueError("an array whose leading axis counts the samples is needed, not one number")
    parts.append(array)
    return numpy.zeros(array.shape[1:]) if array.ndim > 1 else 0.0


def with_leading_axis(structure: Any, columns: Any, found: Any) -> Any:
    """The columns of a matrix in a structure, whose numbers become arrays of all samples."""
    if isinstance(structure, Mapping):
        return {key: with_leading_axis(item, columns, found) for key, item in structure.items()}  # pyright: ignore
    if isinstance(structure, list | tuple):
        items = [with_leading_axis(item, columns, found) for item in structure]  # pyright: ignore
        return getattr(structure, "_make", type(structure))(items)  # pyright: ignore
    shape = getattr(structure, "shape", ())
    chosen = [next(columns) for _ in range(math.prod(shape))]
    first = found[:, chosen[0] : chosen[0] + len(chosen)] if chosen else found[:, :0]
    return first.reshape(len(found), *shape)


def is_fit(out: Any, shape: tuple[int, int]) -> bool:
    """Whether native code can write into an array as it is."""
    return out is not None and out.dtype == float and out.flags.carray and out.size == math.prod(shape)
