"""Module: anything that has parameters. A network is a module, and so are its parts and the parts of those."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from autograd import Value, constant

Path = tuple[Any, ...]  # how one gets from a module to a thing in it


class Module:
    """A part of a network, which knows its parameters: the Values that training changes.

    They are looked for in the attributes, and in the lists, tuples, dicts and modules found there. An attribute
    whose name begins with an underscore is left out, and so are constants and Values that were calculated.
    """

    def parameters(self) -> list[Value]:
        """The parameters, each once, in the order in which the attributes were set.

        A subclass may say here what its parameters are: all else in this class goes by it.
        """
        return list(_search(self, (), {}, set()))

    def named_parameters(self) -> list[tuple[str, Value]]:
        """The parameters with dotted names that tell where they are: `layers.0.neurons.3.w.1`.

        One that is in several places has the name of the first; one that only `parameters()` knows is called
        `parameters.` and its number. Raises ValueError if two have the same name.
        """
        paths = _search(self, (), {}, set())
        named: dict[str, Value] = {}
        for place, parameter in enumerate(dict.fromkeys(self.parameters())):
            name = ".".join(map(str, paths.get(parameter, ("parameters", place))))
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
        surplus = [name for name in state if name not in named]
        numbers: dict[str, float] = {}
        wrong: list[str] = []
        for name in named:
            try:
                numbers[name] = constant(state.get(name, 0.0)).data
            except (TypeError, ValueError):
                wrong.append(f"{name} = {state[name]!r}")
        faults = (("missing", missing), ("surplus", surplus), ("not a finite number", wrong))
        if any(names for _, names in faults):
            raise ValueError("this state does not fit: "
                             + "; ".join(f"{fault}: {_listed(names)}" for fault, names in faults if names))
        for name, parameter in named.items():
            parameter.data = numbers[name]

    def __repr__(self) -> str:
        return f"{type(self).__name__} of {len(self.parameters())} parameters"


def _search(thing: Any, path: Path, found: dict[Value, Path], seen: set[int]) -> dict[Value, Path]:
    """Add the parameters in a module, list, tuple or dict to `found`, each with its path.

    `seen` has the identities of what is being searched: a part may well refer to the whole that it is a part of.
    """
    seen.add(id(thing))
    for key, item in _items(thing):
        if isinstance(item, Value):
            if item.op is None and not item.constant:
                found.setdefault(item, (*path, key))
        elif isinstance(item, Module | list | tuple | dict) and id(cast(object, item)) not in seen:
            inside = _search(item, (*path, key), {}, seen)
            if isinstance(item, Module) and type(item).parameters is not Module.parameters:
                inside = {parameter: inside.get(parameter, (*path, key, "parameters", place))
                          for place, parameter in enumerate(item.parameters())}
            for parameter, its_path in inside.items():
                found.setdefault(parameter, its_path)
    return found


def _items(thing: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(thing, Module):
        return ((name, item) for name, item in vars(thing).items() if not name.startswith("_"))
    return iter(thing.items() if isinstance(thing, dict) else enumerate(thing))  # pyright: ignore


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
