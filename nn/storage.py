"""save() and load(): a network in a file that other tools can read too.

A file is in the format of safetensors (https://github.com/huggingface/safetensors): arrays by name, and a text, which
here is JSON. Nothing in it can be run, and nothing is believed: a file is checked as a whole before anything is made
from it, and what is made is a module of nn's own, no larger than the file.
"""

import json
import os
import uuid
from collections.abc import Iterable, Mapping
from hashlib import sha256
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from autograd import replace_file
from nn import checks
from nn.architecture import build, describe
from nn.module import Module

FORMAT = 1  # a file of a later one is refused
_KEY = "glassgrad"
_DIGITS = 64  # of a checksum
_DIMENSIONS = 8  # at most: deeper ones stay in the names

FilePath = str | os.PathLike[str]


class Contents(NamedTuple):
    """What is in a file: JSON, and float64 or int64 arrays by name."""

    kind: str
    about: dict[str, Any]
    arrays: dict[str, Any]


def save(model: Module, path: FilePath) -> None:
    """Save a network: its parameters, and what it is made of if all its classes are nn's. Raises OSError.

    The file is replaced in one step, or left as it was. The parameters are float64, exact to the bit, in arrays that
    any reader of safetensors finds: `layers.0.neurons.3.w` for `layers.0.neurons.3.w.0` and those after it. Raises
    ImportError without the extra `save`, TypeError for anything but a Module, ValueError if a parameter is not finite.
    """
    if not isinstance(model, Module):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"a Module is needed to be saved, not {type(model).__name__!r}")
    state = model.state_dict()
    write(path, Contents("model", architecture(model), packed(state, layout(state))))


def load(path: FilePath, model: Module | None = None) -> Module:
    """The network that a file of `save`, or a checkpoint of `fit`, holds.

    `model`: a network to load the parameters into, which is returned: it is needed where the file does not say what
    the network is made of, since a class or a function is not nn's. Without it, the network is in training, or not, as
    the one was that was saved. Raises OSError if the file cannot be read, and
    ValueError if it is not one of these, of a later version, damaged in any way or no fit for the model, in which
    nothing has changed then.
    """
    if not isinstance(model, Module | None):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"a Module is needed to load into, not {type(model).__name__!r}")
    contents = read(path)
    if contents.kind not in ("model", "checkpoint") or "architecture" not in contents.about:
        raise ValueError(f"{os.fspath(path)} holds no model")
    arrays = contents.arrays
    if contents.kind == "checkpoint":
        arrays = within(arrays, "model")
    if model is None:
        model = _built(path, contents.about, sum(array.size for array in arrays.values()))
    state = unpacked(path, arrays, layout(model.state_dict()))
    model.load_state_dict(state)
    return model


def architecture(model: Module) -> dict[str, Any]:
    """What a model is made of; or why that cannot be said, in words for whoever loads it."""
    try:
        return {"architecture": describe(model), "training": model.training}
    except ValueError as error:
        return {"architecture": None, "model": type(model).__name__, "reason": str(error)}


def _built(path: FilePath, about: dict[str, Any], numbers: int) -> Module:
    if about["architecture"] is None:
        raise ValueError(f"{os.fspath(path)} has the parameters of a {about.get('model')!s:.50}, but not what it is "
                         f"made of, since {about.get('reason')!s:.200}: make one, and call load(path, model)")
    try:
        return build(about["architecture"], numbers).train(about.get("training") is not False)
    except ValueError as error:
        raise ValueError(f"{os.fspath(path)} describes no model that can be built: {error!s:.200}") from None


# ---- Arrays of numbers that have names ---------------------------------------------------------------------------

Layout = dict[str, tuple[tuple[int, ...], list[str]]]  # of each array: its shape, and the names of its numbers


def layout(names: Iterable[str]) -> Layout:
    """Names that count from 0 are put into one array: `w.0`, `w.1`, `w.2` into `w`; and arrays like these likewise."""
    found: Layout = {name: ((), [name]) for name in names}
    for _ in range(_DIMENSIONS):
        groups: dict[str, dict[str, tuple[tuple[int, ...], list[str]]]] = {}
        for name, array in found.items():
            front, dot, last = name.rpartition(".")
            if dot and front and last.isdecimal():
                groups.setdefault(front, {})[last] = array
        stacked = False
        for front, group in groups.items():
            rows = [group.get(str(place)) for place in range(len(group))]
            first = rows[0]
            if first is None or front in found or any(row is None or row[0] != first[0] for row in rows):
                continue
            for place in group:
                del found[f"{front}.{place}"]
            found[front] = (len(rows), *first[0]), [name for row in rows if row for name in row[1]]
            stacked = True
        if not stacked:
            break
    return found


def packed(state: Mapping[str, float], places: Layout) -> dict[str, Any]:
    """The arrays of a state. Raises ValueError if a number is not finite."""
    import numpy

    arrays = {name: numpy.array([state[one] for one in names], dtype=numpy.float64).reshape(shape)
              for name, (shape, names) in places.items()}
    wrong = [name for name, array in arrays.items() if not numpy.isfinite(array).all()]
    if wrong:
        raise ValueError(f"only finite numbers can be saved, which those in {checks.listed(wrong)} are not")
    return arrays


def unpacked(path: FilePath, arrays: Mapping[str, Any], places: Layout) -> dict[str, float]:
    """The state in arrays from a file. Raises ValueError if they are not those of the layout."""
    faults = {"missing": [name for name in places if name not in arrays],
              "surplus": [name for name in arrays if name not in places],
              "of another shape": [f"{name}, {arrays[name].shape} for {shape}" for name, (shape, _) in places.items()
                                   if name in arrays and arrays[name].shape != shape]}
    if any(faults.values()):
        raise ValueError(f"{os.fspath(path)} does not fit the model; " + "; ".join(
            f"{fault}: {checks.listed(names)}" for fault, names in faults.items() if names))
    return {one: number for name, (_, names) in places.items()
            for one, number in zip(names, arrays[name].ravel().tolist(), strict=True)}


def within(arrays: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """The arrays whose names begin with a folder, without it."""
    return {name.removeprefix(f"{folder}/"): array for name, array in arrays.items() if name.startswith(f"{folder}/")}


def inside(arrays: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Arrays with the name of a folder in front."""
    return {f"{folder}/{name}": array for name, array in arrays.items()}


# ---- Files -------------------------------------------------------------------------------------------------------


def write(path: FilePath, contents: Contents, *, alone: bool = False) -> None:
    """Write a file, or replace it, in one step. `alone`: nobody else writes it. Raises OSError."""
    replace_file(path, encoded(contents), alone=alone)


def read(path: FilePath) -> Contents:
    """What is in a file, once all of it is known to be right. Raises OSError, and ValueError with one sentence."""
    if Path(path).exists() and not Path(path).is_file() and not Path(path).is_dir():
        raise ValueError(f"{os.fspath(path)} is not a file")
    return decoded(Path(path).read_bytes(), os.fspath(path))


def encoded(contents: Contents) -> bytes:
    library = _safetensors()
    mark = (uuid.uuid4().hex * 2).encode()  # where the checksum will be, which is that of all the rest
    head = {**contents.about, "format": FORMAT, "kind": contents.kind, "checksum": mark.decode()}
    content = library.save(contents.arrays, {_KEY: json.dumps(head)})
    return content.replace(mark, sha256(content.replace(mark, b"0" * _DIGITS)).hexdigest().encode())


def decoded(content: bytes, name: str) -> Contents:
    library = _safetensors()
    try:
        arrays = dict(sorted(library.load(content).items()))
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        text = header.get("__metadata__", {}).get(_KEY)
        about = None if text is None else json.loads(text)
    except Exception as error:  # safetensors raises several, and a hostile file a few more
        raise ValueError(f"{name} is damaged, or not a safetensors file ({error!s:.200})") from None
    if text is None:
        raise ValueError(f"{name} is a safetensors file, but not one of glassgrad's")
    if not isinstance(about, dict) or type(about.get("format")) is not int or about["format"] < 1:  # pyright: ignore
        raise ValueError(f"{name} is damaged: it does not say which version of the format it has")
    if about["format"] > FORMAT:
        raise ValueError(f"{name} was written by a later version of glassgrad, in format "
                         f"{about['format']!s:.20}; this one reads {FORMAT}")
    checksum: Any = about.get("checksum")  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    if not isinstance(checksum, str) or len(checksum) != _DIGITS or sha256(content.replace(
            checksum.encode(errors="replace"), b"0" * _DIGITS, 1)).hexdigest() != checksum:
        raise ValueError(f"{name} is damaged: its checksum is another one")
    for key, array in arrays.items():
        if str(array.dtype) not in ("float64", "int64") or not _is_finite(array) or not prod(array.shape):
            raise ValueError(f"{name} is damaged: {key!r:.50} does not hold finite numbers")
    kind = about.get("kind")  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return Contents(str(kind), about, arrays)  # pyright: ignore[reportUnknownArgumentType]


def _is_finite(array: Any) -> bool:
    import numpy

    return bool(numpy.isfinite(array).all())


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ImportError:
        raise ImportError('saving and loading need safetensors: pip install "glassgrad[save]"') from None
    return safetensors.numpy
