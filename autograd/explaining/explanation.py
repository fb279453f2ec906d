"""explain: the chain rule of any graph, step by step, as you would write it on paper.

Everything is read from the graph and the table: formulas by letting a Formula flow through the rows, numbers from the
graph. No operation is known here by its name. The writers take the steps, or what is shown of them, and know nothing
of Explanation; only a page, which belongs to the lesson, is imported when it is written.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, overload

from autograd.explaining.data import data_of
from autograd.explaining.flows import Graph
from autograd.explaining.latex import latex_of
from autograd.explaining.markup import html_of, markdown_of
from autograd.explaining.paths import Paths
from autograd.explaining.sentences import language
from autograd.explaining.steps import Step, Steps
from autograd.explaining.summary import summary_of
from autograd.explaining.text import text_of
from autograd.recording.modes import always_recording
from autograd.recording.nodes import NodeDict, NodeSet
from autograd.table.reading import each, number
from autograd.value import Value, constant
from autograd.writing.learners import learners
from autograd.writing.names import given_names

if TYPE_CHECKING:
    from autograd.lesson import Lesson

Text = str | Mapping[str, str]  # in one language, or by language


def explain(value: Value, wrt: Value | Iterable[Value] | None = None, *, expand: bool | str | Iterable[str] = False,
            names: Any = None, parameters: Any = None, lang: str = "en") -> "Explanation":
    """The steps by which a Value was calculated, and by which the chain rule finds its derivatives.

    - `wrt`: the Value, or Values, to find derivatives for; by default all leaves that are not constants.
    - `expand`: whether composite operations are opened, or the names of those that are.
    - `names`: a Module, or a dict of names and Values or Modules, in place of labels.
    - `parameters`: the Values that learn, or a Module; see `Explanation.update` for what they are otherwise.
    - `lang`: the language of the sentences, "en" or "zh".

    Nothing is calculated before a step is asked for, and no `grad` is touched. Asking for steps raises DomainError
    where a derivative does not exist, StaleGraphError for a graph whose numbers were set after it was calculated,
    and ValueError if something in `wrt` is not in the graph.
    """
    if not isinstance(value, Value):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"explain needs a Value, not {type(value).__name__!r}")
    opened = expand if isinstance(expand, bool | str) else tuple(expand)
    wanted = None if wrt is None else _variables(wrt)
    graph = Graph(value, wanted, opened, given_names(names), learners(parameters, names))
    return Explanation(Steps(graph, None, language(lang)))


class Explanation(Sequence[Step]):
    """The steps of a calculation and its derivatives, in the order in which they happen; made by `explain`.

    A sequence whose items are worked out when they are asked for: the numbers going forward, one step for each node;
    then the derivatives going backward, one step for each edge; then, after `update`, gradient descent.
    """

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    @property
    def steps(self) -> Steps:
        """What makes the steps. As soon as a number in the graph is set, it is replaced as a whole."""
        steps = self._steps
        if not steps.graph.is_current():
            steps = self._steps = Steps(steps.graph.renewed(), steps.rate, steps.lang)
        return steps

    @property
    def graph(self) -> Graph:
        """What is explained: the nodes with their names, the edges, and what flows through them."""
        return self.steps.graph

    @property
    def rate(self) -> float | None:
        """The learning rate of the update, if there is one."""
        return self._steps.rate

    @property
    def lang(self) -> str:
        """The language of the sentences."""
        return self._steps.lang

    def __len__(self) -> int:
        return len(self.steps)

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> list[Step]: ...
    def __getitem__(self, index: int | slice) -> Step | list[Step]:
        steps = self.steps
        if isinstance(index, slice):
            return [steps.at(place) for place in range(len(steps))[index]]
        if not 0 <= index < len(steps.graph.forward):  # going forward, nothing backward is needed, not even to count
            index = range(len(steps))[index]
        return steps.at(index)

    @property
    def phases(self) -> dict[str, range]:
        """The places of the steps "forward", "backward" and "update"."""
        return self.steps.phases

    @property
    def output(self) -> Value:
        """What is explained; if operations are opened, the output of the opened graph."""
        return self.graph.output

    @property
    def title(self) -> str:
        """What is explained, in words."""
        return self.steps.title

    def heading(self, phase: str) -> str:
        """What happens in one of the phases, in words."""
        return self.steps.heading(phase)

    def only(self, x: Value | Iterable[Value]) -> "Explanation":
        """Only the steps that the derivatives with respect to these Values need: the ways from there to the output."""
        graph = self.graph
        return Explanation(Steps(graph.about(graph.output, _variables(x)), self.rate, self.lang))

    def update(self, lr: float) -> "Explanation":
        """The same with a step of gradient descent at the end: new parameters, and the loss before and after.

        What learns are the parameters alone, not inputs and targets: the Values that `parameters` says; without it,
        the parameters of a Module in `names`, or else the leaves whose names begin with w, b, θ, "weight" or "bias";
        if there are none, all leaves that derivatives were asked for. The graph is not changed. Raises
        ValueError unless the learning rate is a positive finite number, and for parameters that get no derivative.
        """
        rate = number(lr)
        if not 0.0 < rate < math.inf:
            raise ValueError(f"a learning rate is a positive number, not {lr!r}")
        return Explanation(Steps(self._steps.graph, rate, self.lang))

    def paths(self, x: Value) -> Paths:
        """All paths from a Value to the output, with the product along each; beyond 1,000 only their number.

        Raises ValueError for a Value that is not in the graph.
        """
        graph = self.graph
        return Paths(graph if x in graph.moving else graph.about(graph.output, (x,)), x)

    def zoom(self, node: Value) -> "Explanation":
        """A composite node opened: the explanation of its own result, from its operands.

        The derivatives found there are the local derivatives of the closed node. Raises ValueError for a node that
        cannot be opened, and DomainError if its expansion has no value here.
        """
        opened = Graph(_opened(self.graph, node), None, False, NodeDict(), learners(None, None))
        return Explanation(Steps(opened, None, self.lang))

    def translated(self, lang: str) -> "Explanation":
        """The same in another language, "en" or "zh"."""
        return Explanation(Steps(self._steps.graph, self.rate, language(lang)))

    def __str__(self) -> str:
        return text_of(summary_of(self.steps))

    def __repr__(self) -> str:
        return f"<Explanation of {self.graph.names[self.output]} in {len(self)} steps>"

    def _repr_html_(self) -> str:
        return html_of(summary_of(self.steps))

    def to_markdown(self) -> str:
        """The steps and their sentences in Markdown, with formulas in LaTeX."""
        return markdown_of(summary_of(self.steps))

    def to_latex(self, standalone: bool = False) -> str:
        """The steps and their sentences in LaTeX: a fragment, which needs amsmath, or a whole document."""
        return latex_of(summary_of(self.steps), standalone)

    def to_dict(self, *, mathml: bool = True) -> dict[str, Any]:
        """All of it as plain data for JSON; see `SCHEMA` in data.py. `mathml`: whether formulas have MathML."""
        return data_of(self.steps, mathml)

    def to_html(self, path: str | PathLike[str], title: Text | None = None, lr: float | None = None, quiz: bool = True,
                lang: str = "en", *, introduction: Text | None = None, notes: Mapping[int | str, Text] | None = None,
                questions: Iterable[Mapping[str, Any]] = ()) -> None:
        """Write the explanation as a web page, in one file: to step through, change, open up and be quizzed on.

        - `title`: that of the page; by default, one that names the output.
        - `lr`: the learning rate of a step of gradient descent at the end; see `update`.
        - `quiz`: whether the page also asks questions.
        - `lang`: the language that the page begins with, "en" or "zh".
        - `introduction`: what stands before the first step.
        - `notes`: texts by the number of a step, or by the name or label of a node.
        - `questions`: of your own, each a dict with `question` and, as you like, `answer` (a number; without one, the
          answer is text), `choices` (of which `answer` is one), `hint` and `reason`.

        Texts are strings, or dicts of strings by language, {"en": ..., "zh": ...}. All but the title are in simple
        Markdown: paragraphs, lists, `*emphasis*`, `**strong**`, code; links become text. An existing file is replaced.

        Raises ValueError for a graph of more than 1,000 nodes, for an operation that JavaScript cannot calculate, and
        for a note or an answer that fits nothing, which it names; OSError if the file cannot be written.
        """
        from autograd.lesson import write  # a page's parts are read only if one is written

        write(self, path, title=title, lr=lr, quiz=quiz, lang=lang, introduction=introduction, notes=notes,
              questions=questions)

    def lesson(self, title: Text | None = None, lr: float | None = None, quiz: bool = True, lang: str | None = None, *,
               introduction: Text | None = None, notes: Mapping[int | str, Text] | None = None,
               questions: Iterable[Mapping[str, Any]] = (), height: int = 760) -> "Lesson":
        """The page of `to_html` inside the cell of a notebook; it stays there when the notebook is exported to HTML.

        `height`: that of the cell, in pixels; `lang`: that of the explanation by default.
        """
        from autograd.lesson import embedded

        return embedded(self, height=height, title=title, lr=lr, quiz=quiz, lang=lang or self.lang,
                        introduction=introduction, notes=notes, questions=questions)


def _variables(wrt: Value | Iterable[Value]) -> tuple[Value, ...]:
    variables = (wrt,) if isinstance(wrt, Value) else tuple(wrt)
    for item in variables:
        if not isinstance(item, Value):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"a derivative is with respect to a Value, not {type(item).__name__!r}")
        if item.constant:
            raise ValueError(f"{item.data} is a constant: there is no derivative with respect to it")
    if not variables:
        raise ValueError("explain needs at least one Value to find the derivative for")
    return tuple(NodeSet(variables))


def _opened(graph: Graph, node: Value) -> Value:
    """The expansion of one node, calculated from leaves that go by the names of its operands."""
    if node not in graph.place:
        raise ValueError(f"{node.label or node!r} is not in the graph that is explained")
    row, name = node.op, graph.names.get(node, "a constant")
    if row is None or row.expansion is None:
        what = "was not calculated" if row is None else f"is {row.call}, which is elementary"
        raise ValueError(f"{name} {what}: there is nothing to open")
    leaves = NodeDict((parent, constant(parent.data) if parent.constant else Value(parent.data, graph.names[parent]))
                      for parent in node.parents)
    with always_recording():
        opened = row.expansion(*each(leaves.__getitem__, node.arguments))
    if opened.op is not None:
        opened.label = name
    return opened
