"""A diagnosis: can its probability be believed, and what does it rest on?

From thirty measurements of cells under a microscope, a network says how likely a tumour is malignant. When it says
80 %, is that four times in five? And for one patient: what is the answer made of? That is what gradients are for.
"""

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import nn
from autograd import Value, compile, sigmoid

if TYPE_CHECKING:
    from demos.kit import Show

TIME = "10 s"
BLUE, ORANGE = "#1f4e9c", "#a65000"
new_model = partial(nn.MLP, 30, [8, 1], "tanh", init="xavier", seed=1)
error = partial(nn.binary_cross_entropy, from_logits=True)


def run(show: "Show") -> None:
    show.data("569 tumours, 30 measurements each: mean, standard error and worst of ten properties of the cells",
              "W. Wolberg, O. Mangasarian, W. Street: Breast Cancer Wisconsin, UCI, 1995, as in scikit-learn",
              "CC BY 4.0")
    show.six_steps(
        initialise="new_model() draws 257 numbers", forward="model(measurements): a logit, above 0 for malignant",
        error="nn.binary_cross_entropy, which punishes false certainty", backward="the chain rule, as machine code",
        update="nn.AdamW, which pulls weights to 0", repeat="30 epochs, anew for each fold")
    table = load_breast_cancer()
    patients, malignant, names = table.data, 1.0 - table.target, [str(name) for name in table.feature_names]
    folds = list(StratifiedKFold(3 if show.quick else 10, shuffle=True, random_state=1).split(patients, malignant))

    show.title(f"{len(folds)} folds: each patient is judged by a network that has not seen her")
    found = np.zeros(len(patients))
    for known, asked in show.progress(folds, "folds"):
        scaler = StandardScaler().fit(patients[known])  # what is usual is learned from the known ones alone
        model = learned(scaler.transform(patients[known]), malignant[known])
        found[asked] = compile(lambda x, model=model: sigmoid(model(x))).batch(scaler.transform(patients[asked]))
    line = cross_val_predict(make_pipeline(StandardScaler(), LogisticRegression()), patients, malignant, cv=folds,
                             method="predict_proba")[:, 1]
    rows = {"ours": found, "LogisticRegression": line, "always the share of all": np.full(569, malignant.mean())}
    show.table(["", "AUC", "Brier score", "malignant, called benign", "benign, called malignant"],
               [[name, float(roc_auc_score(malignant, p)), float(brier_score_loss(malignant, p)),
                 int(np.sum((p < 0.5) & (malignant == 1))), int(np.sum((p >= 0.5) & (malignant == 0)))]
                for name, p in rows.items()])
    show.reach("AUC on patients that were held out", float(roc_auc_score(malignant, found)), 0.99, quick=0.98)
    show.tell("The AUC is the chance that of two patients, one ill and one well, the ill one seems more in danger. "
              "The Brier score judges the probabilities themselves: it is their mean squared error, the smaller the "
              "better. So does the left picture: below the diagonal, it says malignant more often than it is. Few "
              "patients lie in the middle, so there the upright lines, 95 % intervals, are long.")
    show.beside_eager(new_model, error, scaler.transform(patients[:60]), malignant[:60])
    # Of the last fold, whose patients this network has not seen, the one that it is least sure about:
    unsure = asked[abs(found[asked] - 0.5).argmin()]
    x, patient = scaler.transform(patients[known]), scaler.transform(patients[[unsure]])[0]
    models = [model, *(learned(x, malignant[known], seed) for seed in range(2, 4 if show.quick else 12))]
    said = [sigmoid(other(patient).data) for other in models]
    picture(show, found, line, malignant, names, np.array([shares(other, patient) for other in models]),
            f"One patient: {found[unsure]:.0%} malignant, it says; she is {'ill' if malignant[unsure] else 'well'}")
    show.tell("Gradient × input is a first approximation: what the answer responds to near this patient, beside an "
              "average one, whose inputs are all 0 here. It explains the network, not the disease: it names no cause. "
              "Measurements that go together, as radius and area do, share what one would say alone. "
              f"{len(models) - 1} networks that began elsewhere share it out otherwise (the black lines), and say "
              f"{min(said):.0%} to {max(said):.0%} for her. It can tell a doctor where to look, not what to think. "
              f"All of it is for patients as here, {malignant.mean():.0%} of them ill: in a screening, where far fewer "
              "are, these probabilities would be far too high.")
    show.next("python -m demos stocks, where there may be nothing to learn, and how to find that out.")


def learned(x: Any, y: Any, seed: int = 1) -> nn.MLP:
    model = new_model(seed=seed)  # initialise
    optimizer = nn.AdamW(model.parameters(), 0.01, weight_decay=0.5)
    # For each batch: forward and error, backward, update; and repeat
    nn.fit(model, x, y, error, optimizer, 30, 32, seed=seed, compiled=True)
    return model


def shares(model: nn.MLP, patient: Any) -> Any:
    """Gradient × input of each measurement: how much of the logit it stands for, beside an average patient."""
    inputs = [Value(number) for number in patient]
    model(inputs).backward()  # backward, to the measurements instead of the weights
    return np.array([x.grad * x.data for x in inputs])


def picture(show: "Show", ours: Any, line: Any, malignant: Any, names: list[str], spread: Any, title: str) -> None:
    figure, (left, right) = show.axes(1, 2, (13, 5.2))
    left.plot([0, 1], [0, 1], color="black", linewidth=1, label="as often as it says")
    for name, p, color, marker in (("ours", ours, BLUE, "s"), ("LogisticRegression", line, ORANGE, "o")):
        share, said = calibration_curve(malignant, p, n_bins=6)
        counts = [int(count) for count in np.histogram(p, 6, (0, 1))[0] if count]
        sure = [binomtest(round(k * n), n).proportion_ci(method="wilson") for k, n in zip(share, counts, strict=True)]
        left.vlines(said, *zip(*sure, strict=True), color=color, alpha=0.5)
        left.plot(said, share, marker, color=color, label=name)
    left.set(title="When it says so many percent, how often is it?", xlabel="the probability that was said",
             ylabel="the share that was malignant, and 95 % intervals")
    left.legend()
    largest = abs(spread[0]).argsort()[-12:]
    sizes, others = spread[0, largest], spread[1:, largest]
    right.barh([names[place] for place in largest], sizes, color=[ORANGE if size > 0 else BLUE for size in sizes])
    right.hlines(range(12), others.min(0), others.max(0), color="black", linewidth=2, label="other networks")
    right.axvline(0, color="black", linewidth=1)
    right.set(title=title, xlabel="gradient × input: blue speaks for benign, orange for malignant")
    right.legend(loc="lower right")
    show.picture(figure)


if __name__ == "__main__":
    raise SystemExit("run it as python -m demos diagnosis")
