"""An explanation as a web page to step through, to change, to open up and to be quizzed on.

Read document.py, which puts a page together, then content.py, what it is about; teaching.py has what a teacher adds.
"""

from autograd.lesson.document import embedded, page, write
from autograd.lesson.embedding import Lesson

__all__ = ["Lesson", "embedded", "page", "write"]
