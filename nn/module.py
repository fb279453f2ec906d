"""Module: anything that has parameters. A network is a module, and so are its parts and the parts of those."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, Self

from autograd import Value, constant
from nn import checks

Path = tuple[Any, Any] | None  # how to get to a thing: the path to what holds it, and its name or number there


class Module:
    """A part of a network, which knows its parameters: the Values that training changes.

    They are looked for in the attributes, and in the lists, tuples, dicts, NumPy arrays of objects and modules found
    there. An attribute whose name begins with an underscore is left out, and so are constants and Values that were
    calculated.

    `training`: whether this is in training, which is what it is made for; see train() and eval().
    """

    training: bool = True
    # What it was made with, if it is of a class of nn: see architecture.py.
    _made_with: tuple[tuple[Any, ...], dict[str, Any]] | None = None

    def parameters(self) -> list[Value]:
        """The parameters, each once, in the order in which the attributes were set.

        A subclass may say here what its parameters are: everything else in this class goes by it.
        """
        return [value for value, _ in _search(self, None, {}).values() if value.op is None and not value.constant]

    def named_parameters(self) -> list[tuple[str, Value]]:
        """The parameters with dotted names that tell where they are: `layers.0.neurons.3.w.1`.

        One that is in several places has the name of the first; one that only `parameters()` knows is called
        `parameters.` and its number. Raises ValueError if two have the same name.
        """
        found = _search(self, None, {})
        named: dict[str, Value] = {}
        for place, parameter in enumerate({id(value): value for value in self.parameters()}.values()):
            _, path = found.get(id(parameter), (None, ((None, "parameters"), place)))
            name = _name(path)
            if name in named:
                raise ValueError(f"there are two parameters called {name!r}")
            named[name] = parameter
        return list(named.items())

    def modules(self) -> list["Module"]:
        """This module and all that are part of it, each once, the outer ones first."""
        entered: dict[int, Any] = {}
        _search(self, None, entered)
        return [thing for thing in entered.values() if isinstance(thing, Module)]

    def train(self, mode: bool = True) -> Self:
        """Set `training` here and in all parts: layers that work otherwise while they learn, as Dropout, go by it."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """The opposite of train(): for whoever wants answers."""
        return self.train(False)

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0, as must be done before each backward()."""
        for parameter in self.parameters():
            parameter.grad = 0.0

    def state_dict(self) -> dict[str, float]:
        """The numbers in the parameters, by name."""
        return {name: parameter.data for name, parameter in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set the parameters to the numbers of a `state_dict()`.

        Raises TypeError for anything but a dict, and ValueError, which names what is missing, surplus, or not a finite
        number; in either case nothing has changed.
        """
        state, named = checks.state(state), dict(self.named_parameters())
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
            raise ValueError("the state does not fit the module; " + "; ".join(
                f"{fault}: {checks.listed(names)}" for fault, names in faults.items() if names))
        for name, parameter in named.items():
            parameter.data = numbers[name]

    def __repr__(self) -> str:
        return f"{type(self).__name__} with {len(self.parameters())} parameters"


def _search(module: Module, path: Path, entered: dict[int, Any]) -> dict[int, tuple[Value, Path]]:
    """The Values in a module, in order, each by its identity and with its path. Depth first, without recursion.

    `entered` has what was searched, by its identity: a part may well refer back to the whole.
    """
    found: dict[int, tuple[Value, Path]] = {}
    entered[id(module)] = module
    open_ones = [(path, _items(module))]  # what is being searched, the innermost last
    while open_ones:
        path, items = open_ones[-1]
        for key, thing in items:
            if isinstance(thing, Value):
                found.setdefault(id(thing), (thing, (path, key)))
            elif id(thing) in entered:
                continue
            elif isinstance(thing, Module) and type(thing).parameters is not Module.parameters:
                inside = _search(thing, (path, key), entered)
                for place, parameter in enumerate(thing.parameters()):
                    of_their_own = parameter, (((path, key), "parameters"), place)
                    found.setdefault(id(parameter), inside.get(id(parameter), of_their_own))
            elif isinstance(thing, Module | list | tuple | dict) or is_array_of_objects(thing):
                entered[id(thing)] = thing  # pyright: ignore[reportUnknownArgumentType]
                open_ones.append(((path, key), _items(thing)))
                break
        else:
            open_ones.pop()
    return found


def _items(thing: Any) -> Iterator[tuple[Any, Any]]:
    """What is in a thing, each with its name or number."""
    if isinstance(thing, Module):
        return ((name, item) for name, item in vars(thing).items() if not name.startswith("_"))
    if is_array_of_objects(thing):
        return ((".".join(map(str, place)), thing[place]) for place in product(*map(range, thing.shape)))
    return iter(thing.items() if isinstance(thing, dict) else enumerate(thing))  # pyright: ignore


def is_array_of_objects(thing: Any) -> bool:
    return getattr(getattr(thing, "dtype", None), "kind", None) == "O" and hasattr(thing, "flat")


def _name(path: Path) -> str:
    names: list[str] = []
    while path is not None:
        path, name = path
        names.append(str(name))
    return ".".join(filter(None, reversed(names)))  # the number in an array without dimensions is empty
