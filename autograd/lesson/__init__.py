"""An explanation as a web page to step through, to change, to open up and to be quizzed on."""

from autograd.lesson.document import page, write

__all__ = ["page", "write"]
