"""How a model is asked for its answers, rather than trained: as after eval(), and as it was when that is over."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from nn.dropout import masks
from nn.module import Module


@contextmanager
def evaluating(model: Any) -> Generator[None]:
    """For this time the modules of a model are not in training, whatever mode they are in, and nothing is left out.

    `model`: a Module, a method of one, or any function: of the modules that this calls, Dropouts leave nothing out.
    """
    owner = getattr(model, "__self__", model)
    modules = owner.modules() if isinstance(owner, Module) else []
    before = [vars(module).get("training") for module in modules]
    token = masks.set(lambda _dropout, _number: None)
    try:
        for module in modules:
            module.training = False
        yield
    finally:
        masks.reset(token)
        for module, mode in zip(modules, before, strict=True):
            if mode is not None:
                module.training = mode
            elif "training" in vars(module):
                del module.training
