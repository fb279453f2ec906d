"""What MLPClassifier and MLPRegressor have in common: everything but what targets and outputs mean."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUntypedBaseClass=false
# scikit-learn has no types.

import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from itertools import pairwise
from typing import Any, Literal, Self

import numpy
from scipy.special import expit
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from autograd import NumberOverflowError
from nn.checks import count, flag, is_list, option
from nn.layers import MLP
from nn.optimizers import SGD, Optimizer
from nn.scikit.epochs import Epochs, ScikitAdam

_ACTIVATIONS = {"identity": "linear", "logistic": "sigmoid", "tanh": "tanh", "relu": "relu"}  # and their names in nn
_OVER_ARRAYS: dict[str, Any] = {"sigmoid": expit, "tanh": numpy.tanh, "relu": lambda z: numpy.maximum(z, 0.0)}  # pyright: ignore
_LIMITS: dict[str, tuple[Callable[[float], bool], str]] = {
    **dict.fromkeys(("alpha", "tol"), (lambda x: x >= 0, ">= 0")),
    **dict.fromkeys(("learning_rate_init", "epsilon"), (lambda x: x > 0, "> 0")),
    **dict.fromkeys(("momentum", "beta_1", "beta_2"), (lambda x: 0 <= x < 1, ">= 0 and < 1")),
    "validation_fraction": (lambda x: 0 < x < 1, "> 0 and < 1")}
_MOST = 200  # samples in a batch, if it goes by itself


class Perceptron(BaseEstimator):
    """A network with its training; see MLPClassifier for the parameters."""

    model_: MLP
    loss_curve_: list[float]
    _checks_of_data: Mapping[str, bool] = {}  # of scikit-learn, for what it is fitted with

    def __init__(self, hidden_layer_sizes: int | Sequence[int] = (100,), activation: str = "relu", *,
                 solver: str = "adam", alpha: float = 0.0001, batch_size: int | Literal["auto"] = "auto",
                 learning_rate_init: float = 0.001, max_iter: int = 200, shuffle: bool = True,
                 random_state: Any = None, tol: float = 1e-4, verbose: bool = False, momentum: float = 0.9,
                 nesterovs_momentum: bool = True, early_stopping: bool = False, validation_fraction: float = 0.1,
                 beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8, n_iter_no_change: float = 10,
                 compiled: bool | Literal["auto"] = "auto") -> None:
        # scikit-learn wants them kept as they are, and checked by fit()
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.compiled = compiled

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train a new network. `sample_weight`: how much each sample counts; one of weight 0 is as good as absent.

        Warns with ConvergenceWarning if `max_iter` epochs were too few. Ctrl-C ends it early, with what was learned.
        Raises TypeError or ValueError for parameters or data that do not fit, and TrainingError for a number that is
        not finite; the estimator is then what it was before.
        """
        before = vars(self).copy()
        try:
            self._fit(X, y, sample_weight)
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise
        return self

    @property
    def coefs_(self) -> list[Any]:
        """The weights of `model_`: an array for each layer, with a row for each of its inputs."""
        return [numpy.array([[w.data for w in neuron.w] for neuron in layer.neurons]).T for layer in self.model_.layers]

    @property
    def intercepts_(self) -> list[Any]:
        """The biases of `model_`: an array for each layer."""
        return [numpy.array([neuron.b.data for neuron in layer.neurons]) for layer in self.model_.layers]

    # ---- What each estimator says for itself ---------------------------------------------------------------------

    def _take_targets(self, y: Any) -> tuple[Any, int]:
        """The targets as numbers, and how many outputs these need."""
        raise NotImplementedError

    def _loss(self, scores: Any, target: Any) -> Any:
        """The loss of one sample."""
        raise NotImplementedError

    def _quality(self, scores: Any, targets: Any, weights: Any) -> float:
        """What early stopping goes by: score() for samples whose outputs are known."""
        raise NotImplementedError

    def _class_weights(self, y: Any) -> Any:
        """What the weights of samples are multiplied by, if anything."""

    def _strata(self, targets: Any) -> Any:
        """What is held out in equal parts, if anything."""

    # ---- The network, over arrays --------------------------------------------------------------------------------

    def _asked(self, X: Any) -> Any:
        check_is_fitted(self)
        return self._scores(validate_data(self, X, dtype=float, reset=False))

    def _scores(self, x: Any) -> Any:
        """The outputs of `model_` as it is now, a row of them for each sample. Raises NumberOverflowError."""
        with numpy.errstate(over="ignore", invalid="ignore"):
            for layer, coefs, intercepts in zip(self.model_.layers, self.coefs_, self.intercepts_, strict=True):
                x = x @ coefs + intercepts
                activation: Any = layer.neurons[0].activation
                if activation is not None:
                    x = _OVER_ARRAYS[activation.name](x)
        are_finite = numpy.isfinite(x).all(axis=1)
        if not are_finite.all():
            raise NumberOverflowError(f"the outputs for row {int(are_finite.argmin())} overflow: are inputs scaled?")
        return x

    # ---- Training ------------------------------------------------------------------------------------------------

    def _fit(self, X: Any, y: Any, sample_weight: Any) -> None:
        hidden, is_compiled = self._check()
        data: Any = validate_data(self, X, y, dtype=float, **self._checks_of_data)
        x, y = data
        weights = self._weights(x, y, sample_weight)
        targets, outputs = self._take_targets(y)
        if weights is not None:
            x, targets, weights = (array[weights > 0] for array in (x, targets, weights))
        generator = check_random_state(self.random_state)
        self.model_ = self._drawn([x.shape[1], *hidden, outputs], generator)
        rows: Any = numpy.arange(len(x))
        held_out: Any = None
        if self.early_stopping:
            rows, held_out = train_test_split(rows, test_size=self.validation_fraction, random_state=generator,
                                              stratify=self._strata(targets))
            if len(held_out) < 2:
                raise ValueError(f"early stopping needs 2 samples to go by, and a validation_fraction of "
                                 f"{self.validation_fraction} of {len(x)} are {len(held_out)}")
        size = min(_MOST if self.batch_size == "auto" else int(self.batch_size), len(rows))
        losses = Epochs(self.model_, self._loss, self._optimizer(), self.alpha, is_compiled).losses(
            x[rows], targets[rows], _of(weights, rows), size, generator.shuffle if self.shuffle else None)
        validation = None if held_out is None else (x[held_out], targets[held_out], _of(weights, held_out))
        try:
            self._train(losses, validation)
        except KeyboardInterrupt:
            if not self.loss_curve_:
                raise
            warnings.warn(f"training was interrupted after {len(self.loss_curve_)} epochs", stacklevel=3)
        self.loss_, self.n_iter_ = self.loss_curve_[-1], len(self.loss_curve_)

    def _train(self, losses: Iterator[float], validation: Any) -> None:
        """Train until it gets no better. With a validation, it is the best network that is kept, otherwise the last."""
        self.loss_curve_, self.validation_scores_ = list[float](), None if validation is None else list[float]()
        best, unimproved, kept = -math.inf, 0, None
        try:
            for loss in losses:
                self.loss_curve_.append(loss)
                quality = -loss
                if validation is not None:
                    quality = self._quality(self._scores(validation[0]), *validation[1:])
                    self.validation_scores_.append(quality)  # pyright: ignore[reportOptionalMemberAccess]
                if self.verbose:
                    print(f"epoch {len(self.loss_curve_)}: loss {loss:.8f}"
                          + (f", validation score {quality:.6f}" if validation else ""))
                unimproved = unimproved + 1 if quality < best + self.tol else 0
                if quality > best:
                    best, kept = quality, self.model_.state_dict() if validation else None
                if unimproved > self.n_iter_no_change:
                    break
                if len(self.loss_curve_) == self.max_iter:
                    warnings.warn(f"{self.max_iter} epochs were not enough: the loss still gets lower. Set max_iter to "
                                  "more, or scale the data", ConvergenceWarning, stacklevel=4)
                    break
        finally:
            if kept is not None:
                self.model_.load_state_dict(kept)

    def _drawn(self, sizes: list[int], generator: Any) -> MLP:
        """A network with initial weights and biases by Glorot and Bengio (2010), in the order of scikit-learn."""
        model = MLP(sizes[0], sizes[1:], _ACTIVATIONS[self.activation], init=lambda: 0.0)
        for layer, (inputs, outputs) in zip(model.layers, pairwise(sizes), strict=True):
            bound = math.sqrt((2 if self.activation == "logistic" else 6) / (inputs + outputs))
            coefs = generator.uniform(-bound, bound, (inputs, outputs)).T.tolist()
            intercepts = generator.uniform(-bound, bound, outputs).tolist()
            for neuron, weights, bias in zip(layer.neurons, coefs, intercepts, strict=True):
                neuron.b.data = bias
                for parameter, weight in zip(neuron.w, weights, strict=True):
                    parameter.data = weight
        return model

    def _optimizer(self) -> Optimizer:
        parameters, lr = self.model_.parameters(), self.learning_rate_init
        if self.solver == "adam":
            return ScikitAdam(parameters, lr, (self.beta_1, self.beta_2), self.epsilon)
        return SGD(parameters, lr, self.momentum, nesterov=self.nesterovs_momentum and self.momentum > 0)

    def _weights(self, x: Any, y: Any, given: Any) -> Any:
        """The weights of the samples, or None if all are alike."""
        weights, of_classes = None, self._class_weights(y)
        if given is not None:
            weights = _check_sample_weight(given, x, dtype=float, ensure_non_negative=True)
        if of_classes is not None:
            weights = of_classes if weights is None else weights * of_classes
        if weights is not None and not (numpy.isfinite(weights).all() and (weights >= 0).all() and weights.any()):
            raise ValueError("the weights of samples and classes need to be finite and >= 0, and not all of them 0")
        return weights

    def _check(self) -> tuple[list[int], bool]:
        """The sizes of the hidden layers, and whether to compile. Raises TypeError or ValueError for any parameter."""
        given: Any = self.hidden_layer_sizes
        sizes = [count("each of hidden_layer_sizes", size) for size in (given if is_list(given) else [given])]
        for name, allowed in {"activation": list(_ACTIVATIONS), "solver": ["adam", "sgd"]}.items():
            if getattr(self, name) not in allowed:
                names = ", ".join(map(repr, allowed[:-1]))
                raise ValueError(f"{name} is {names} or {allowed[-1]!r}, not {getattr(self, name)!r}")
        for name in ("shuffle", "nesterovs_momentum", "early_stopping"):
            flag(name, getattr(self, name))
        count("max_iter", self.max_iter)
        if self.batch_size != "auto":
            count("batch_size", self.batch_size)
        if self.n_iter_no_change != math.inf:
            count("n_iter_no_change", self.n_iter_no_change)
        for name, (allowed, description) in _LIMITS.items():
            option(name, getattr(self, name), allowed, description)
        if self.compiled not in (True, False, "auto"):
            raise ValueError(f"compiled is True, False or 'auto', not {self.compiled!r}")
        return sizes, find_spec("llvmlite") is not None if self.compiled == "auto" else bool(self.compiled)


def _of(weights: Any, rows: Any) -> Any:
    return None if weights is None else weights[rows]
