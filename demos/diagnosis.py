"""A diagnosis: can its probability be believed, and what does it rest on?

From thirty measurements of cells under a microscope, a network says how likely a tumour is malignant. To be right is
not enough here. When it says 80 %, is that four times in five? And for one patient: what is the answer made of? The
second question is what gradients are for.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
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
              "It says nothing of the probabilities themselves. The Brier score does: it is their mean squared error, "
              "and the smaller, the better. So does the left picture: below the diagonal, it says malignant more often "
              "than it is. Few patients lie in the middle, so the line is uncertain there.")
    show.beside_eager(new_model, error, scaler.transform(patients[:60]), malignant[:60])
    # Of the last fold, whose patients this network has not seen, the one that it is least sure about:
    unsure = asked[abs(found[asked] - 0.5).argmin()]
    picture(show, {"ours": (found, BLUE), "LogisticRegression": (line, ORANGE)}, malignant,
            shares(model, scaler.transform(patients[[unsure]])[0], names), float(found[unsure]), malignant[unsure])
    show.tell("Gradient × input is a first approximation: it says what the answer responds to near this patient, "
              "beside an average one. It is not a cause. Measurements that go together share what one would say "
              "alone, and another network, as good as this one, may share it out otherwise. It can tell a doctor where "
              "to look; it must not tell her what to think.")
    show.next("python -m demos stocks, where there may be nothing to learn, and how to find that out.")


def new_model() -> nn.MLP:
    return nn.MLP(30, [8, 1], "tanh", init="xavier", seed=1)


def error(predictions: Any, targets: Any) -> Any:
    return nn.binary_cross_entropy(predictions, targets, from_logits=True)


def learned(x: Any, y: Any) -> nn.MLP:
    model = new_model()  # initialise
    optimizer = nn.AdamW(model.parameters(), 0.01, weight_decay=0.5)
    # For each batch: forward and error, backward, update; and repeat
    nn.fit(model, x, y, error, optimizer, 30, 32, seed=1, compiled=True)
    return model


def shares(model: nn.MLP, patient: Any, names: list[str]) -> list[tuple[str, float]]:
    """Gradient × input of each measurement, the largest first: how much of the logit it stands for."""
    inputs = [Value(number, name) for number, name in zip(patient, names, strict=True)]
    model(inputs).backward()  # backward, to the measurements instead of the weights
    return sorted([(x.label or "", x.grad * x.data) for x in inputs], key=lambda share: -abs(share[1]))


def picture(show: "Show", found: Any, malignant: Any, parts: Any, probability: float, truth: float) -> None:
    figure, (left, right) = show.axes(1, 2, (13, 5.2))
    left.plot([0, 1], [0, 1], color="black", linewidth=1, label="as often as it says")
    for name, (p, color) in found.items():
        left.plot(*calibration_curve(malignant, p, n_bins=6, strategy="uniform")[::-1], "o-", color=color, label=name)
    left.set(title="When it says so many percent, how often is it?", xlabel="the probability that was said",
             ylabel="the share that was malignant")
    left.legend()
    names, sizes = zip(*parts[:12][::-1], strict=True)
    right.barh(names, sizes, color=[ORANGE if size > 0 else BLUE for size in sizes])
    right.axvline(0, color="black", linewidth=1)
    right.set(title=f"One patient: {probability:.0%} malignant, it says; she is {'ill' if truth else 'well'}",
              xlabel="gradient × input: blue speaks for benign, orange for malignant")
    show.picture(figure)


if __name__ == "__main__":
    raise SystemExit("run it as python -m demos diagnosis")
