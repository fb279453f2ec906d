"""Module: anything that has parameters. A network is a module, and so are its parts and the parts of those."""

from collections.abc import Iterable, Mapping
from typing import Any

from autograd import Value, constant

Path = tuple[Any, Any]  # how to get to a thing: the path to what it is in, and its name or number there


class Module:
    """A part of a network, which knows its parameters: the Values that training changes.

    They are looked for in the attributes, and in the lists, tuples, dicts and modules found there. An attribute
    whose name begins with an underscore is left out, and so are constants and Values that were calculated.
    """

    def parameters(self) -> list[Value]:
        """The parameters, each once, in the order in which the attributes were set.

        A subclass may say here what its parameters are: all else in this class goes by it.
        """
        return [value for value in _search(self, None, {}, set()) if value.op is None and not value.constant]

    def named_parameters(self) -> list[tuple[str, Value]]:
        """The parameters with dotted names that tell where they are: `layers.0.neurons.3.w.1`.

        One that is in several places has the name of the first; one that only `parameters()` knows is called
        `parameters.` and its number. Raises ValueError if two have the same name.
        """
        paths = _search(self, None, {}, set())
        named: dict[str, Value] = {}
        for place, parameter in enumerate(dict.fromkeys(self.parameters())):
            name = _name(paths.get(parameter, ((None, "parameters"), place)))
            if name in named:
                raise ValueError(f"there are two parameters called {name!r}")
            named[name] = parameter
        return list(named.items())

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0, as is needed before each backward()."""
        for parameter in self.parameters():
            parameter.grad = 0.0

    def state_dict(self) -> dict[str, float]:
        """The numbers in the parameters, by name."""
        return {name: parameter.data for name, parameter in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set the parameters to the numbers of a `state_dict()`.

        Raises ValueError that names what is missing, surplus, or not a finite number; nothing has changed then.
        """
        named = dict(self.named_parameters())
        missing = [name for name in named if name not in state]
        surplus = [str(name) for name in state if name not in named]
        numbers: dict[str, float] = {}
        wrong: list[str] = []
        for name in named.keys() & state.keys():
            try:
                numbers[name] = constant(state[name]).data
            except (TypeError, ValueError):
                wrong.append(f"{name} = {state[name]!r}")
        faults = {"missing": missing, "surplus": surplus, "not a finite number": sorted(wrong)}
        if any(faults.values()):
            raise ValueError("the state does not fit the module; "
                             + "; ".join(f"{fault}: {_listed(names)}" for fault, names in faults.items() if names))
        for name, parameter in named.items():
            parameter.data = numbers[name]

    def __repr__(self) -> str:
        return f"{type(self).__name__} with {len(self.parameters())} parameters"


def _search(thing: Any, path: Path | None, found: dict[Value, Path], seen: set[int]) -> dict[Value, Path]:
    """Add the Values in a module, list, tuple or dict to `found`, each with its path.

    `seen` has the identities of what is being searched: a part may well refer to the whole that it is a part of.
    """
    seen.add(id(thing))
    for key, item in _items(thing):
        if isinstance(item, Value):
            if item not in found:
                found[item] = path, key
        elif isinstance(item, Module | list | tuple | dict) and id(item) not in seen:  # pyright: ignore
            if isinstance(item, Module) and type(item).parameters is not Module.parameters:
                inside = _search(item, (path, key), {}, seen)
                for place, parameter in enumerate(item.parameters()):
                    found.setdefault(parameter, inside.get(parameter, (((path, key), "parameters"), place)))
            else:
                _search(item, (path, key), found, seen)
    return found


def _items(thing: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(thing, Module):
        return [(name, item) for name, item in vars(thing).items() if not name.startswith("_")]
    return thing.items() if isinstance(thing, dict) else enumerate(thing)  # pyright: ignore


def _name(path: Path) -> str:
    inside, key = path
    return str(key) if inside is None else f"{_name(inside)}.{key}"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
