"""Arguments that hold several numbers: lists, tuples, dicts and NumPy arrays, nested as one likes."""

from collections.abc import Callable, Mapping
from typing import Any

from autograd.reading import Reading, number

Rebuild = Callable[[list[Any]], Any]


def numbers_in(structure: Any) -> tuple[list[Any], Rebuild]:
    """The numbers in a structure, in order, and a function that puts as many others into their places.

    Raises TypeError for anything in it that is not a number.
    """
    if isinstance(structure, Reading):
        return [structure], lambda new: new[0]
    shape = getattr(structure, "shape", ())
    if shape != () and hasattr(structure, "tolist"):  # a NumPy array
        flat = list(structure.reshape(-1))
        return [x if isinstance(x, Reading) else number(x) for x in flat], lambda new: _array(structure, new)
    if isinstance(structure, Mapping):
        keys: list[Any] = list(structure)  # pyright: ignore
        items, rebuild = numbers_in([structure[key] for key in keys])
        return items, lambda new: dict(zip(keys, rebuild(new), strict=True))
    if isinstance(structure, list | tuple):
        parts = [numbers_in(part) for part in structure]  # pyright: ignore
        kind: Any = list if isinstance(structure, list) else tuple

        def rebuild_all(new: list[Any]) -> Any:
            rest = iter(new)
            return kind(rebuild([next(rest) for _ in items]) for items, rebuild in parts)

        return [item for items, _ in parts for item in items], rebuild_all
    return [number(structure)], lambda new: new[0]


def _array(like: Any, new: list[Any]) -> Any:
    """An array of the same shape: of floats, or of Values and Duals as objects."""
    kind = object if any(isinstance(x, Reading) for x in new) else float
    result = like.astype(kind)
    for place, item in enumerate(new):
        result.flat[place] = item
    return result
