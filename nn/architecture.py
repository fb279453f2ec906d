"""What a network is made of, as data that a file can hold: the names of nn's own classes, and what they were given.

A class that can be described is marked with `@described`, which also says how many numbers an object of it holds. So a
description is known to fit a file before anything is built from it, and nothing is built but classes of the table.
"""

import inspect
import random
from collections.abc import Callable
from functools import wraps
from numbers import Integral, Real
from typing import Any, TypeVar

from autograd import Operation, Value, operations
from nn.module import Module

Class = TypeVar("Class", bound=type[Module])

Size = Callable[[dict[str, Any]], int]

CLASSES: dict[str, tuple[type[Module], Size]] = {}
_ARGUMENTS: dict[type[Module], Callable[[Any], dict[str, Any]]] = {}  # of classes that know them themselves
DEEPEST = 50  # modules inside modules
NOT_COMPARED = "training"  # a mode, which has nothing to do with what a module is made of


def described(numbers: Size, arguments: Callable[[Any], dict[str, Any]] | None = None) -> Callable[[Class], Class]:
    """Enter a class in the table of those that can be described, by what its objects were made with.

    `numbers`: from the arguments, by name, to how many parameters there are, without those of modules among the
    arguments. It is asked about files of any origin, before the class is: `checks.count` keeps to whole numbers.
    `arguments`: from an object to what would make it, where that is not what it was once made with.
    """
    def enter(cls: Class) -> Class:
        CLASSES[cls.__name__] = cls, numbers
        if arguments is not None:
            _ARGUMENTS[cls] = arguments
            return cls
        initialize: Any = cls.__init__

        @wraps(initialize)
        def note_arguments(self: Module, *given: Any, **keywords: Any) -> None:
            initialize(self, *given, **keywords)
            if type(self) is cls:  # what a subclass was given, nobody here knows
                self._made_with = given, {name: x for name, x in keywords.items() if not _is_start(name, x)}

        cls.__init__ = note_arguments  # pyright: ignore[reportAttributeAccessIssue]
        return cls

    return enter


def describe(model: Module) -> dict[str, Any]:
    """What a model is made of, ready for JSON. Raises ValueError, which says why, if nn could not build it again."""
    description = _written(model, type(model).__name__, {}, 0)
    difference = _difference(build(description), model, "", {})
    if difference is not None:
        raise ValueError(f"it was changed after it was made{difference and f', in {difference}'}")
    return description


def build(description: Any, numbers: int | None = None) -> Module:
    """The module that was described, with parameters as they begin.

    Raises ValueError for what is not a description, and if it is not one of so many `numbers`.
    """
    try:
        described = _numbers(description, [0], 0)
        if not _is(description, dict):
            raise ValueError(f"a module is needed, not {description!r:.50}")
        if numbers not in (None, described):
            raise ValueError(f"it has {described!s:.50} parameters, not {numbers}")
        return _made(description, [])
    except Exception as error:  # of whatever kind: constructors are given whatever was found in a file
        raise ValueError(str(error) or type(error).__name__) from error


def stranger(module: Any) -> str:
    """Why a module, or a function in its place, cannot go where there is no Python."""
    name = type(module).__name__ if isinstance(module, Module) else getattr(module, "__name__", repr(module))
    return (f"{name} is not a layer of nn, so nobody but Python knows what it calculates; layers of nn are softmax, "
            f"{', '.join(sorted(CLASSES))}")


def _is_start(name: str, given: Any) -> bool:
    """Whether an argument only says how parameters begin. A seed that is a number may stay: it can be written down."""
    return name == "init" or (name == "seed" and type(given) is not int)


def _written(thing: Any, name: str, seen: dict[int, int], depth: int) -> Any:
    """A module, or one of its arguments, in terms of JSON. `seen`: the numbers of the modules so far."""
    if thing is None or isinstance(thing, bool | str):
        return thing
    if isinstance(thing, Module):
        return _written_module(thing, seen, depth + 1)
    if isinstance(thing, Operation) and operations.get(thing.name) is thing:
        return thing.name
    if isinstance(thing, Integral):
        return int(thing)
    if isinstance(thing, Real):
        return float(thing)
    if isinstance(thing, list | tuple | range):
        return [_written(item, name, seen, depth) for item in thing]  # pyright: ignore[reportUnknownVariableType]
    raise ValueError(f"{name} is a {type(thing).__name__}, which cannot be written down")


def _written_module(module: Module, seen: dict[int, int], depth: int) -> dict[str, Any]:
    name = type(module).__name__
    if id(module) in seen:
        return {"again": seen[id(module)]}
    if depth > DEEPEST:
        raise ValueError(f"more than {DEEPEST} modules are nested")
    if CLASSES.get(name, (None,))[0] is not type(module):
        raise ValueError(f"{name} is not a class of nn")
    seen[id(module)] = len(seen)
    if type(module) in _ARGUMENTS:
        arguments = _ARGUMENTS[type(module)](module)
    elif module._made_with is not None:
        positional, keywords = module._made_with
        arguments = inspect.signature(type(module)).bind(*positional, **keywords).arguments
    else:
        raise ValueError(f"nobody knows what the {name} was made with")
    return {"class": name, "arguments": {key: _written(argument, f"{key} of {name}", seen, depth)
                                         for key, argument in arguments.items()}}


def _numbers(thing: Any, count: list[int], depth: int) -> int:
    """How many parameters there are in what was described. `count`: how many modules have been counted."""
    if _is(thing, list):
        return sum(_numbers(item, count, depth) for item in thing)
    if not _is(thing, dict):
        return 0
    if thing.keys() == {"again"}:
        if type(thing["again"]) is not int or not 0 <= thing["again"] < count[0]:
            raise ValueError(f"there is no module {thing['again']!r:.50} to use again")
        return 0
    if thing.keys() != {"class", "arguments"}:
        raise ValueError("a module has a class and arguments")
    if depth >= DEEPEST:
        raise ValueError(f"more than {DEEPEST} modules are nested")
    count[0] += 1
    _, numbers = _entry(thing)
    bound = _bound(thing, thing["arguments"])
    inside = _numbers([*thing["arguments"].values()], count, depth + 1)
    bound.apply_defaults()
    missing = bound.signature.parameters.keys() - bound.arguments.keys()
    if missing:
        raise ValueError(f"{thing['class']} needs its argument {min(missing)}")
    return numbers(bound.arguments) + inside


def _made(thing: Any, made: list[Any]) -> Any:
    """What was described, once it is known to be a description."""
    if _is(thing, list):
        return [_made(item, made) for item in thing]
    if not _is(thing, dict):
        return thing
    if "again" in thing:
        if made[thing["again"]] is None:
            raise ValueError("a module cannot be inside itself")
        return made[thing["again"]]
    place = len(made)
    made.append(None)
    bound = _bound(thing, {name: _made(item, made) for name, item in thing["arguments"].items()})
    cls, _ = _entry(thing)
    if "seed" in bound.signature.parameters and "seed" not in bound.arguments:
        bound.arguments["seed"] = random.Random()  # so that nothing is drawn from Python's own generator
    made[place] = cls(*bound.args, **bound.kwargs)
    return made[place]


def _is(thing: Any, kind: Any) -> bool:
    return isinstance(thing, kind)  # without pyright's knowing, for whom the items would then be of no known type


def _entry(thing: Any) -> tuple[type[Module], Size]:
    if not isinstance(thing["class"], str) or thing["class"] not in CLASSES:
        raise ValueError(f"there is no class {thing['class']!r:.50} in nn")
    return CLASSES[thing["class"]]


def _bound(thing: Any, arguments: Any) -> inspect.BoundArguments:
    signature = inspect.signature(_entry(thing)[0])
    if not _is(arguments, dict):
        raise ValueError("arguments have names")
    unknown = arguments.keys() - signature.parameters.keys()
    if unknown:
        raise ValueError(f"{thing['class']} has no argument {min(unknown)!r:.50}")
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.VAR_POSITIONAL and not _is(arguments.get(name, []), list):
            raise ValueError(f"{name} of {thing['class']} is a list")
    bound = signature.bind_partial()
    bound.arguments.update(arguments)
    return bound


def _difference(built: Any, model: Any, name: str, pairs: dict[int, Any]) -> str | None:
    """Where two modules are not made alike, or None. `pairs`: what is known to belong together."""
    if type(built) is not type(model):
        return name
    if isinstance(built, Value):
        return None if built.op is model.op is None and built.constant == model.constant and _is_pair(
            built, model, pairs) else name
    if not isinstance(built, Module) and not _is(built, list | tuple | dict):
        return None if built is model or isinstance(built, random.Random) or (built == model) is True else name
    if id(model) in pairs or id(built) in pairs:
        return None if _is_pair(built, model, pairs) else name
    _is_pair(built, model, pairs)
    items, others = _items(built), _items(model)
    if items.keys() != others.keys():
        return name
    differences = (_difference(item, others[key], f"{name}.{key}".strip("."), pairs) for key, item in items.items())
    return next((found for found in differences if found is not None), None)


def _is_pair(built: Any, model: Any, pairs: dict[int, Any]) -> bool:
    """Whether what is in two places in one of them is so in the other. Tuples may be: they are what is in them."""
    return type(built) is tuple or (
        pairs.setdefault(id(model), built) is built and pairs.setdefault(id(built), model) is model)


def _items(thing: Any) -> dict[Any, Any]:
    if isinstance(thing, Module):
        return {name: x for name, x in vars(thing).items() if not name.startswith("_") and name != NOT_COMPARED}
    return thing if _is(thing, dict) else dict(enumerate([*thing]))
