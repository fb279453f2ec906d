"""Arguments that hold several numbers: lists, tuples, dicts and NumPy arrays, nested in any way.

The functions of calculus flatten what they are given to a list of numbers, and put their results back in its place.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from autograd.table.reading import Reading, number

Rebuild = Callable[[list[Any]], Any]


def numbers_in(structure: Any) -> tuple[list[Any], Rebuild]:
    """The numbers in a structure, in order, and a function that puts as many others into their places.

    Raises TypeError for anything in it that is not a number.
    """
    if isinstance(structure, Reading):
        return [structure], _the_one
    if hasattr(structure, "astype"):  # NumPy's
        if structure.shape:
            return _items(structure), lambda new: _array(structure, new)
        if isinstance(structure.item(), Reading):
            return [structure.item()], _the_one
    if isinstance(structure, Mapping):
        keys: list[Any] = list(structure)  # pyright: ignore
        items, rebuild = numbers_in([structure[key] for key in keys])
        return items, lambda new: dict(zip(keys, rebuild(new), strict=True))
    if isinstance(structure, list | tuple):
        parts = [numbers_in(part) for part in structure]  # pyright: ignore
        kind = _maker(structure)
        if all(rebuild is _the_one for _, rebuild in parts):
            return [items[0] for items, _ in parts], kind

        def rebuild_all(new: list[Any]) -> Any:
            rest = iter(new)
            return kind(rebuild([next(rest) for _ in items]) for items, rebuild in parts)

        return [item for items, _ in parts for item in items], rebuild_all
    return [number(structure)], _the_one


def numbers_like(model: Any, structure: Any) -> list[Any]:
    """The numbers in a structure, in the order of those in the model.

    Raises ValueError where the two do not have the same keys or lengths.
    """
    if isinstance(model, Mapping) and isinstance(structure, Mapping):
        if model.keys() != structure.keys():
            raise ValueError(f"the keys {list(model)} are needed, not {list(structure)}")  # pyright: ignore
        pairs: list[Any] = [(model[key], structure[key]) for key in model]  # pyright: ignore
    elif isinstance(model, list | tuple) and isinstance(structure, list | tuple) and len(model) == len(structure):  # pyright: ignore
        pairs = list(zip(model, structure, strict=True))  # pyright: ignore
    else:
        needed, found = numbers_in(model)[0], numbers_in(structure)[0]
        if len(needed) != len(found):
            raise ValueError(f"{len(needed)} numbers are needed, not {len(found)}")
        return found
    return [x for one, other in pairs for x in numbers_like(one, other)]


def is_number(structure: Any) -> bool:
    """Whether this is one number, or nothing that holds numbers, rather than a list, dict or array of them."""
    return isinstance(structure, Reading) or getattr(structure, "shape", None) == () or not (
        hasattr(structure, "__iter__") or hasattr(structure, "__getitem__"))


def _the_one(new: list[Any]) -> Any:
    return new[0]


def _maker(structure: Any) -> Callable[[Iterable[Any]], Any]:
    if isinstance(structure, list):
        return list
    return getattr(structure, "_make", tuple)  # which named tuples have


def _items(array: Any) -> list[Any]:
    if array.dtype.kind in "fiub":  # nearly always: then this is much faster
        return array.reshape(-1).astype(float).tolist()
    return [x if isinstance(x, Reading) else number(x) for x in array.reshape(-1)]


def _array(like: Any, new: list[Any]) -> Any:
    """An array of the same shape; where the new items are lists or arrays, their shape is appended.

    It is an array of floats, or of objects if there are Values or Duals in it.
    """
    import numpy

    is_plain = {*map(type, new)} <= {float} or not any(isinstance(x, Reading) for x in numbers_in(new)[0])
    kind = float if is_plain else object
    items = numpy.array(new, dtype=kind)
    return items.reshape(like.shape + items.shape[1:])
