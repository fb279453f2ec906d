"""The estimators keep to scikit-learn's conventions, by its own checks, and learn what its own estimators learn."""

import inspect
import pickle
import warnings

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.base import clone
from sklearn.datasets import make_classification, make_regression
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

import nn
from autograd import NumberOverflowError
from nn.scikit.estimators import MLPClassifier, MLPRegressor
from tests.support.processes import run_python

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
QUICK = {"hidden_layer_sizes": (8,), "learning_rate_init": 0.02, "max_iter": 50}


def data(kind, samples=50):
    if kind == "numbers":
        return make_regression(samples, 4, noise=3, random_state=1)[0], np.linspace(-1, 1, samples) ** 2
    classes = {"two classes": 2, "three classes": 3}[kind]
    x, y = make_classification(samples, 4, n_informative=3, n_redundant=0, n_classes=classes, class_sep=0.5,
                               flip_y=0.1, random_state=1)
    return x, np.array(["crow", "owl", "wren"])[y]


KINDS = "two classes", "three classes", "numbers"


def twins(kind, **options):
    """An estimator of ours and one of scikit-learn's, of the same parameters."""
    options = {"hidden_layer_sizes": (6, 3), "random_state": 3, "max_iter": 25, "learning_rate_init": 0.01, **options}
    name = "MLPRegressor" if kind == "numbers" else "MLPClassifier"
    ours = getattr(nn, name)(**options)
    options.pop("compiled", None)
    return ours, getattr(neural_network, name)(**options)


def assert_alike(found, expected, x):
    assert found.n_iter_ == expected.n_iter_
    assert found.loss_curve_ == pytest.approx(expected.loss_curve_, rel=1e-10)
    assert found.validation_scores_ == (expected.validation_scores_ and pytest.approx(expected.validation_scores_))
    for ours, theirs in zip(found.coefs_ + found.intercepts_, expected.coefs_ + expected.intercepts_, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-8, abs=1e-11)
    assert (found.predict(x) == pytest.approx(expected.predict(x), rel=1e-9)) if isinstance(found, MLPRegressor) else (
        list(found.predict(x)) == list(expected.predict(x)))


# ---- scikit-learn's own checks -------------------------------------------------------------------------------------


@parametrize_with_checks([MLPClassifier(**QUICK), MLPRegressor(**QUICK)])
def test_all_checks_of_scikit_learn_pass(estimator, check):
    check(estimator)


@pytest.mark.slow
@pytest.mark.parametrize("estimator", [MLPClassifier(), MLPRegressor()], ids=["classifier", "regressor"])
def test_all_checks_pass_with_the_defaults(estimator):
    check_estimator(estimator, on_skip=None)


@pytest.mark.parametrize("name", ["MLPClassifier", "MLPRegressor"])
def test_parameters_are_called_and_set_as_in_scikit_learn(name):
    ours, theirs = (inspect.signature(getattr(module, name)).parameters for module in (nn, neural_network))
    own = {"compiled", "class_weight"} & ours.keys()
    assert {key: (ours[key].default, ours[key].kind) for key in ours.keys() - own} == {
        key: (theirs[key].default, theirs[key].kind) for key in ours.keys() - own if key in theirs}


# ---- What they learn -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [
    {}, {"solver": "sgd"}, {"solver": "sgd", "nesterovs_momentum": False, "momentum": 0.5}, {"alpha": 0.0},
    {"solver": "sgd", "momentum": 0.0}, {"alpha": 2.0, "batch_size": 16}, {"batch_size": 16, "shuffle": False},
    {"activation": "tanh", "beta_1": 0.5, "beta_2": 0.6, "epsilon": 0.1}, {"activation": "logistic"},
    {"activation": "identity", "hidden_layer_sizes": ()}, {"hidden_layer_sizes": 5},
    {"batch_size": 16, "max_iter": 200},
    {"early_stopping": True, "validation_fraction": 0.3, "max_iter": 100, "n_iter_no_change": 3, "tol": 0.01},
], ids=str)
def test_the_same_random_state_gives_the_network_of_scikit_learn(kind, options):
    x, y = data(kind)
    found, expected = (estimator.fit(x, y) for estimator in twins(kind, **options))
    assert_alike(found, expected, x)
    if found.early_stopping:
        assert found.n_iter_ < found.max_iter
    if kind != "numbers":
        assert found.predict_proba(x) == pytest.approx(expected.predict_proba(x), rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [{"alpha": 0.5}, {"solver": "sgd", "batch_size": 16}, {"early_stopping": True}])
def test_the_weights_of_samples_count_as_in_scikit_learn(kind, options):
    x, y = data(kind)
    weights = np.random.default_rng(0).uniform(0.1, 3, len(y))
    assert_alike(*(estimator.fit(x, y, weights) for estimator in twins(kind, **options)), x)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [{"alpha": 0.5, "batch_size": 16}, {"solver": "sgd", "alpha": 0}])
def test_without_machine_code_they_learn_the_same(kind, options):
    x, y = data(kind)
    weights = np.linspace(0, 2, len(y))
    found, expected = (twins(kind, **options, max_iter=3, compiled=compiled)[0].fit(x, y, weights)
                       for compiled in (False, True))
    assert_alike(found, expected, x)


def test_several_outputs_are_learned_as_in_scikit_learn():
    x, y = data("numbers")
    y = np.column_stack([y, 1 - y, x[:, 0]])
    found, expected = (estimator.fit(x, y) for estimator in twins("numbers", alpha=0))
    assert found.predict(x) == pytest.approx(expected.predict(x), rel=1e-9)
    assert found.loss_curve_ == pytest.approx([3 * loss for loss in expected.loss_curve_], rel=1e-9)  # a sum, no mean


@pytest.mark.parametrize("class_weight", ["balanced", {"crow": 3, "owl": 0.5, "wren": 1}])
def test_the_weights_of_classes_are_those_of_their_samples(class_weight):
    x, y = data("three classes")
    x, y = x[5:], np.where(np.arange(50) < 12, "wren", y)[5:]
    factors = class_weight if isinstance(class_weight, dict) else {
        name: len(y) / (3 * (y == name).sum()) for name in np.unique(y)}
    of_samples = np.linspace(0.5, 2, len(y))
    found = clone(twins("three classes")[0]).set_params(class_weight=class_weight).fit(x, y, of_samples)
    expected = twins("three classes")[1].fit(x, y, of_samples * [factors[name] for name in y])
    assert_alike(found, expected, x)


def test_a_sample_of_weight_0_is_as_good_as_absent():
    x, y = data("three classes")
    found, expected = twins("three classes", batch_size=10)[0], twins("three classes", batch_size=10)[1]
    assert_alike(found.fit(x, y, np.arange(50) < 37), expected.fit(x[:37], y[:37]), x)


# ---- The network inside --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_predictions_are_those_of_the_model(activation):
    for kind in KINDS:
        x, y = data(kind)
        estimator = twins(kind, activation=activation)[0].fit(x, y)
        estimator.model_.layers[0].neurons[1].b.data += 0.25  # whatever has become of it
        scores = [estimator.model_(row) for row in x.tolist()]
        if kind == "numbers":
            assert estimator.predict(x) == pytest.approx([score.data for score in scores], rel=1e-12)
            continue
        rows = [nn.softmax(score if isinstance(score, list) else [0.0, score]) for score in scores]
        expected = np.array([[p.data for p in row] for row in rows])
        assert estimator.predict_proba(x) == pytest.approx(expected, rel=1e-12)
        assert estimator.predict_log_proba(x) == pytest.approx(np.log(expected), rel=1e-11, abs=1e-14)
        assert list(estimator.predict(x)) == [estimator.classes_[row.argmax()] for row in expected]


def test_probabilities_too_small_for_a_float_have_logarithms():
    for kind, column in {"two classes": 1, "three classes": 0}.items():
        x, y = data(kind)
        estimator = twins(kind)[0].fit(x, y)
        estimator.model_.layers[-1].neurons[0].b.data = -2000.0
        assert estimator.predict_proba(x)[0, column] == 0
        assert estimator.predict_log_proba(x)[0, column] == pytest.approx(-2000, rel=0.01)


def test_the_model_can_be_saved_drawn_and_trained_further(tmp_path):
    x, y = data("numbers")
    estimator = twins("numbers")[0].fit(x, y)
    nn.save(estimator.model_, tmp_path / "model")
    assert nn.load(tmp_path / "model").state_dict() == estimator.model_.state_dict()
    assert nn.draw_network(estimator.model_).svg()
    optimizer = nn.Adam(estimator.model_.parameters(), 0.01)
    before = estimator.score(x, y)
    nn.fit(estimator.model_, x.tolist(), y.tolist(), nn.mean_squared_error, optimizer, 50, compiled=True)
    assert estimator.score(x, y) > before


def test_a_fitted_estimator_outlives_pickle_and_knows_no_compiled_program():
    x, y = data("two classes")
    estimator = twins("two classes")[0].fit(x, y)
    twin = pickle.loads(pickle.dumps(estimator))
    assert (twin.predict_proba(x) == estimator.predict_proba(x)).all()
    assert twin.model_.state_dict() == estimator.model_.state_dict()


# ---- Among scikit-learn's tools ------------------------------------------------------------------------------------


def test_pipelines_searches_and_cross_validation_score_as_with_scikit_learn():
    x, y = data("three classes", 90)
    searches, scores = [], []
    for estimator in twins("three classes"):
        pipeline = make_pipeline(StandardScaler(), estimator)
        scores.append(cross_val_score(pipeline, x, y, cv=3))
        name = type(estimator).__name__.lower()
        grid = {f"{name}__alpha": [1e-4, 3.0], f"{name}__hidden_layer_sizes": [(2,), (6, 3)]}
        searches.append(GridSearchCV(pipeline, grid, cv=3).fit(x, y))
    assert scores[0] == pytest.approx(scores[1])
    found, expected = searches
    assert found.cv_results_["mean_test_score"] == pytest.approx(expected.cv_results_["mean_test_score"])
    assert found.best_params_ == expected.best_params_


def test_a_data_frame_gives_its_names():
    pandas = pytest.importorskip("pandas")
    x, y = data("two classes")
    estimator = twins("two classes")[0].fit(pandas.DataFrame(x, columns=["a", "b", "c", "d"]), y)
    assert (list(estimator.feature_names_in_), estimator.n_features_in_) == (["a", "b", "c", "d"], 4)
    assert list(estimator.classes_) == ["crow", "owl"]


def test_fitting_again_begins_anew():
    x, y = data("numbers")
    estimator = twins("numbers")[0]
    first = estimator.fit(x, y).predict(x)
    assert (estimator.fit(x, y).predict(x) == first).all()
    assert estimator.fit(x[:, :2], y).n_features_in_ == 2


# ---- How training ends ---------------------------------------------------------------------------------------------


def test_too_few_epochs_are_warned_of():
    x, y = data("numbers")
    with pytest.warns(ConvergenceWarning, match="25 epochs were not enough") as caught:
        twins("numbers")[0].fit(x, y)
    assert caught[0].filename == __file__
    with warnings.catch_warnings(action="error"):
        twins("numbers", tol=10, n_iter_no_change=2)[0].fit(x, y)


def test_it_goes_on_for_as_long_as_it_may_if_no_change_is_too_little():
    x, y = data("numbers")
    assert twins("numbers", tol=10, n_iter_no_change=float("inf"))[0].fit(x, y).n_iter_ == 25


@pytest.mark.parametrize("options", [{}, {"early_stopping": True}])
def test_ctrl_c_keeps_what_was_learned(monkeypatch, options):
    x, y = data("two classes")
    steps = iter(range(5))
    step = nn.Training.step

    def interrupted(self, *batch):
        if next(steps, None) is None:
            raise KeyboardInterrupt
        return step(self, *batch)

    monkeypatch.setattr(nn.Training, "step", interrupted)
    with pytest.warns(UserWarning, match="interrupted after 5 epochs"):
        estimator = twins("two classes", **options)[0].fit(x, y)
    monkeypatch.undo()
    assert_alike(estimator, twins("two classes", **options, max_iter=5)[1].fit(x, y), x)


def test_ctrl_c_before_anything_was_learned_is_ctrl_c(monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(nn.Training, "step", interrupted)
    estimator = twins("numbers")[0]
    with pytest.raises(KeyboardInterrupt):
        estimator.fit(*data("numbers"))
    assert not hasattr(estimator, "model_")


def test_verbose_prints_each_epoch(capsys):
    x, y = data("two classes")
    estimator = twins("two classes", max_iter=2, verbose=True)[0].fit(x, y)
    assert capsys.readouterr().out == "".join(
        f"epoch {place}: loss {loss:.8f}\n" for place, loss in enumerate(estimator.loss_curve_, 1))
    estimator.set_params(early_stopping=True).fit(x, y)
    assert f"epoch 2: loss {estimator.loss_:.8f}, validation score {estimator.validation_scores_[-1]:.6f}" in (
        capsys.readouterr().out)


# ---- What is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("options", "kind", "message"), [
    ({"hidden_layer_sizes": (3, 0)}, ValueError, "each of hidden_layer_sizes needs to be at least 1, not 0"),
    ({"hidden_layer_sizes": "abc"}, TypeError, "hidden_layer_sizes needs to be a whole number"),
    ({"activation": "gelu"}, ValueError, "activation is 'identity', 'logistic', 'tanh' or 'relu', not 'gelu'"),
    ({"solver": "lbfgs"}, ValueError, "solver is 'adam' or 'sgd', not 'lbfgs'"),
    ({"alpha": -1}, ValueError, "alpha needs to be finite and >= 0"), ({"tol": "a"}, TypeError, "tol needs to be"),
    ({"learning_rate_init": 0}, ValueError, "learning_rate_init"), ({"momentum": 1}, ValueError, "momentum needs"),
    ({"beta_1": 1}, ValueError, "beta_1"), ({"beta_2": -1}, ValueError, "beta_2"),
    ({"epsilon": 0}, ValueError, "epsilon"), ({"max_iter": 0}, ValueError, "max_iter"),
    ({"validation_fraction": 1.0}, ValueError, "validation_fraction"), ({"batch_size": 0}, ValueError, "batch_size"),
    ({"n_iter_no_change": 0}, ValueError, "n_iter_no_change"), ({"shuffle": 1}, TypeError, "shuffle needs to be True"),
    ({"compiled": "yes"}, ValueError, "compiled is True, False or 'auto', not 'yes'"),
    ({"early_stopping": True, "validation_fraction": 0.01}, ValueError, "early stopping needs 2 samples to go by"),
    ({"random_state": "a"}, ValueError, "cannot be used to seed")], ids=lambda x: str(x)[:40])
def test_wrong_parameters_are_refused_when_it_is_fitted(options, kind, message):
    x, y = data("numbers")
    estimator = MLPRegressor(**QUICK).fit(x, y)
    before = vars(estimator).copy()
    with pytest.raises(kind, match=message):
        estimator.set_params(**options).fit(x[:, :3], y)
    assert {**vars(estimator), **dict.fromkeys(options)} == {**before, **dict.fromkeys(options)}


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_numbers_that_overflow_end_it_with_advice_and_nothing_changed(kind, compiled):
    x, y = data(kind)
    estimator = twins(kind, max_iter=1, compiled=compiled)[0].fit(x, y)
    model = estimator.model_
    with pytest.raises(nn.TrainingError, match=r"(?s)stopped in epoch 1: .*overflows.*Are the inputs scaled"):
        estimator.fit(x * 1e300, y)
    assert estimator.model_ is model


@pytest.mark.parametrize("kind", KINDS)
def test_predictions_that_overflow_are_refused(kind):
    x, y = data(kind)
    estimator = twins(kind, activation="identity")[0].fit(x, y)
    for parameter in estimator.model_.parameters():
        parameter.data = 10.0
    x[3] = 1e307
    with pytest.raises(NumberOverflowError, match="the outputs for row 3 overflow"):
        estimator.predict(x)


@pytest.mark.parametrize(("weights", "message"), [
    (np.zeros(50), "zero"), (-np.ones(50), "[Nn]egative"), (np.full(50, np.nan), "NaN"), (np.ones(3), "shape")])
def test_weights_that_mean_nothing_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        MLPRegressor(**QUICK).fit(*data("numbers"), weights)


def test_weights_of_classes_that_mean_nothing_are_refused():
    with pytest.raises(ValueError, match="finite and >= 0"):
        MLPClassifier(**QUICK, class_weight={"crow": -1, "owl": 1}).fit(*data("two classes"))


def test_one_class_is_too_few():
    with pytest.raises(ValueError, match="needs at least 2 classes, and y has 1 class, 'owl'"):
        MLPClassifier(**QUICK).fit([[1.0], [2.0]], ["owl", "owl"])


def test_coefs_are_there_only_after_fit():
    assert not hasattr(MLPRegressor(), "coefs_")
    with pytest.raises(NotFittedError):
        MLPRegressor().predict([[1.0]])


# ---- What is not there ---------------------------------------------------------------------------------------------


def test_without_scikit_learn_one_sentence_says_how_to_install_it():
    code = ("import sys; sys.modules['sklearn'] = None\nimport nn\n"
            "for name in ('MLPClassifier', 'MLPRegressor'):\n"
            "    try: getattr(nn, name)\n    except ImportError as error: print(error)\n")
    assert run_python("-c", code).stdout.splitlines() == [
        f'nn.{name} needs scikit-learn: pip install "glassgrad[sklearn]"' for name in ("MLPClassifier", "MLPRegressor")]


def test_importing_nn_does_not_bring_scikit_learn():
    code = ("import sys, nn; from nn import *; print('sklearn' in sys.modules); nn.MLPClassifier; "
            "print('sklearn' in sys.modules)")
    assert run_python("-c", code).stdout.split() == ["False", "True"]


def test_without_llvmlite_it_trains_with_the_engine_and_says_nothing():
    code = ("import sys; sys.modules['llvmlite'] = None\nimport nn\n"
            "found = nn.MLPRegressor((2,), random_state=1, max_iter=1, tol=10).fit([[1.0], [2.0]], [1.0, 2.0])\n"
            "print(found.loss_)")
    result = run_python("-W", "ignore::sklearn.exceptions.ConvergenceWarning", "-c", code)
    theirs = neural_network.MLPRegressor(hidden_layer_sizes=(2,), random_state=1, max_iter=1)
    expected = theirs.fit([[1.0], [2.0]], [1.0, 2.0])
    assert float(result.stdout) == pytest.approx(expected.loss_, rel=1e-12), result.stderr
    assert "compiled" not in result.stderr
