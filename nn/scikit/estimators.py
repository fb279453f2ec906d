"""MLPClassifier and MLPRegressor: networks that keep to scikit-learn's conventions, and can still be looked into.

They have the parameters, defaults and numbers of scikit-learn's own estimators of these names. What they learn is an
`nn.MLP`, their `model_`. How they learn is in perceptron.py.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUntypedBaseClass=false
# scikit-learn has no types.

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy
from scipy.special import expit, log_expit, log_softmax, softmax
from sklearn.base import ClassifierMixin, MultiOutputMixin, RegressorMixin
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from nn.losses import binary_cross_entropy, cross_entropy, mean_squared_error
from nn.scikit.perceptron import Perceptron


class MLPClassifier(ClassifierMixin, Perceptron):
    """A network that tells classes apart, as an estimator of scikit-learn.

    `hidden_layer_sizes`: how many neurons each hidden layer has; `activation`: theirs, "identity", "logistic", "tanh"
    or "relu"; `solver`: "adam" or "sgd", with `learning_rate_init` and `beta_1`, `beta_2`, `epsilon` or `momentum`,
    `nesterovs_momentum`; `alpha`: the factor of the penalty, half the squares of all weights over the number of
    samples in a batch; `batch_size`: how many samples a step takes, where "auto" is at most 200; `max_iter`: the most
    epochs; `shuffle`: whether each epoch has an order of its own; `random_state`: what initial weights and orders are
    drawn with. Training ends when `n_iter_no_change` epochs have not made the loss lower by `tol`, or, with
    `early_stopping`, the score of a `validation_fraction` of the samples, which are not trained with, higher: the best
    network is then kept. `verbose`: whether to print the loss of each epoch.

    `class_weight`: what the weights of samples are multiplied by, as a dict by class, or "balanced", as if all classes
    were equally frequent. `compiled`: whether to train in machine code; "auto" is: if llvmlite is there.

    `fit` sets `classes_`, in order; `model_`, an `nn.MLP`, whose outputs are scores: those of the classes, or one of
    two classes, above 0 for the second; `loss_curve_`, the loss of each epoch, and `loss_`, the last of these;
    `n_iter_`, how many there were; `validation_scores_`, with `early_stopping`; `n_features_in_` and
    `feature_names_in_`. `coefs_` and `intercepts_` are the numbers in `model_`.
    """

    def __init__(self, hidden_layer_sizes: int | Sequence[int] = (100,), activation: str = "relu", *,
                 solver: str = "adam", alpha: float = 0.0001, batch_size: int | Literal["auto"] = "auto",
                 learning_rate_init: float = 0.001, max_iter: int = 200, shuffle: bool = True,
                 random_state: Any = None, tol: float = 1e-4, verbose: bool = False, momentum: float = 0.9,
                 nesterovs_momentum: bool = True, early_stopping: bool = False, validation_fraction: float = 0.1,
                 beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8, n_iter_no_change: float = 10,
                 class_weight: dict[Any, float] | Literal["balanced"] | None = None,
                 compiled: bool | Literal["auto"] = "auto") -> None:
        # Spelled out once more: scikit-learn reads the parameters of an estimator off this signature.
        super().__init__(
            hidden_layer_sizes, activation, solver=solver, alpha=alpha, batch_size=batch_size,
            learning_rate_init=learning_rate_init, max_iter=max_iter, shuffle=shuffle, random_state=random_state,
            tol=tol, verbose=verbose, momentum=momentum, nesterovs_momentum=nesterovs_momentum,
            early_stopping=early_stopping, validation_fraction=validation_fraction, beta_1=beta_1, beta_2=beta_2,
            epsilon=epsilon, n_iter_no_change=n_iter_no_change, compiled=compiled)
        self.class_weight = class_weight

    def predict(self, X: Any) -> Any:
        """The most probable class of each row."""
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(axis=1)]

    def predict_proba(self, X: Any) -> Any:
        """A row of probabilities for each row, in the order of `classes_`."""
        scores = self._asked(X)
        return numpy.column_stack([expit(-scores), expit(scores)]) if self._is_binary else softmax(scores, axis=1)

    def predict_log_proba(self, X: Any) -> Any:
        """The logarithms of these, however small the probabilities are."""
        scores = self._asked(X)
        return (numpy.column_stack([log_expit(-scores), log_expit(scores)]) if self._is_binary else
                log_softmax(scores, axis=1))

    @property
    def _is_binary(self) -> bool:
        return len(self.classes_) == 2

    def _take_targets(self, y: Any) -> tuple[Any, int]:
        check_classification_targets(y)
        self.classes_, places = numpy.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"a classifier needs at least 2 classes, and y has 1 class, {self.classes_.tolist()[0]!r}")
        return places.astype(float), 1 if self._is_binary else len(self.classes_)

    def _class_weights(self, y: Any) -> Any:
        return None if self.class_weight is None else compute_sample_weight(self.class_weight, y)

    def _strata(self, targets: Any) -> Any:
        return targets if self._is_binary else None  # as in scikit-learn, whose targets are rows if there are more

    def _loss(self, scores: Any, target: Any) -> Any:
        if self._is_binary:
            return binary_cross_entropy([scores], [target], from_logits=True)
        return cross_entropy([scores], [target])

    def _quality(self, scores: Any, targets: Any, weights: Any) -> float:
        found = (scores.ravel() > 0) if self._is_binary else scores.argmax(axis=1)
        return float(accuracy_score(targets, found, sample_weight=weights))


class MLPRegressor(MultiOutputMixin, RegressorMixin, Perceptron):
    """A network that predicts numbers, one for each sample or several, as an estimator of scikit-learn.

    The parameters and attributes are those of MLPClassifier, apart from classes. What is minimized is half the squared
    error, summed over the outputs of a sample. `model_` has the outputs themselves.
    """

    _checks_of_data: Mapping[str, bool] = {"multi_output": True, "y_numeric": True}

    def predict(self, X: Any) -> Any:
        """A number for each row, or a row of them."""
        scores = self._asked(X)
        return scores.ravel() if scores.shape[1] == 1 else scores

    def _take_targets(self, y: Any) -> tuple[Any, int]:
        y = y.astype(float)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        return y, 1 if y.ndim == 1 else y.shape[1]

    def _loss(self, scores: Any, target: Any) -> Any:
        error = mean_squared_error([scores], [target])
        return error * (len(scores) / 2 if isinstance(scores, list) else 0.5)

    def _quality(self, scores: Any, targets: Any, weights: Any) -> float:
        return float(r2_score(targets, scores.reshape(targets.shape), sample_weight=weights))
