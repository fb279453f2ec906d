"""The random generators of a network, such as that of Dropout: where they stand is a part of where training stands."""

import json
import random
from collections.abc import Iterable, Mapping
from typing import Any

from autograd import Value
from nn.module import Module, is_array_of_objects

_PLAIN = {Value, float, int, bool, str, type(None)}  # most things: nothing is in them


def generators(things: Mapping[str, Any]) -> dict[str, Any]:
    """The generators in modules, of Python and of NumPy, each once, with a name that tells where it is.

    Unlike parameters they are looked for in attributes that begin with an underscore, too.
    """
    found: dict[str, Any] = {}
    seen: set[int] = set()
    open_ones: list[tuple[str, Any]] = [*things.items()][::-1]
    while open_ones:
        name, thing = open_ones.pop()
        if id(thing) in seen:
            continue
        if _is_generator(thing):
            seen.add(id(thing))
            found[name] = thing
        elif isinstance(thing, Module | list | tuple | dict) or is_array_of_objects(thing):
            seen.add(id(thing))  # pyright: ignore[reportUnknownArgumentType]
            open_ones += [(f"{name}.{key}", item) for key, item in _items(thing) if type(item) not in _PLAIN][::-1]
    return found


def states(found: Mapping[str, Any]) -> dict[str, Any]:
    """Where generators stand, ready for JSON."""
    return {name: json.loads(json.dumps(_state(generator), default=lambda array: array.tolist()))
            for name, generator in found.items()}


def set_states(found: Mapping[str, Any], given: Any) -> None:
    """Set generators to where they stood. Raises ValueError, with all of them as they were, for states of others."""
    if not isinstance(given, dict) or given.keys() != found.keys():  # pyright: ignore[reportUnknownMemberType]
        names = ", ".join(found) or "none"
        raise ValueError(f"it has the states of other random generators than {names}")
    before = {name: _state(generator) for name, generator in found.items()}
    try:
        for name, generator in found.items():
            _set_state(generator, given[name])
    except Exception as error:  # of many kinds, if this is not a state
        for name, generator in found.items():
            _set_state(generator, before[name])
        raise ValueError(f"it has a state that is none of a random generator ({error or type(error).__name__})"
                         ) from None


def _is_generator(thing: Any) -> bool:
    if isinstance(thing, random.Random):
        return not isinstance(thing, random.SystemRandom)  # which stands nowhere
    return type(thing).__module__.startswith("numpy.random") and (
        hasattr(thing, "bit_generator") or hasattr(thing, "get_state"))


def _items(thing: Any) -> Iterable[tuple[Any, Any]]:
    items: Any = vars(thing) if isinstance(thing, Module) else getattr(thing, "flat", thing)
    return items.items() if isinstance(items, dict) else enumerate(items)  # pyright: ignore


def _state(generator: Any) -> Any:
    if isinstance(generator, random.Random):
        return generator.getstate()
    if hasattr(generator, "bit_generator"):
        return generator.bit_generator.state
    return generator.get_state(legacy=False)


def _set_state(generator: Any, state: Any) -> None:
    if isinstance(generator, random.Random):
        version, numbers, *rest = state
        generator.setstate((version, tuple(numbers), *rest))
    elif hasattr(generator, "bit_generator"):
        generator.bit_generator.state = state
    else:
        generator.set_state(state)
