"""Which websites are fraud, and from what probability to block.

A missed fraud costs more than a false alarm. So a network that says how likely a website is to be fraud is only half of
the answer: the other half is a threshold, from which a site is blocked. Both are learned from some of the sites and
judged by others, and we look at what `pos_weight`, the usual remedy, changes and what it does not.
"""

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from river.datasets import Phishing
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_predict
from sklearn.neural_network import MLPClassifier

import nn
from autograd import compile, sigmoid

if TYPE_CHECKING:
    from demos.kit import Show

TIME = "15 s"
MISSED, ALARM = 10, 1  # what it costs to let a fraud through, and to block an honest site: ours to choose, not to learn
THRESHOLDS = np.linspace(0.005, 0.995, 199)
BLUE, ORANGE = "#1f4e9c", "#a65000"


def run(show: "Show") -> None:
    show.data("1,250 websites, nine answers about each (is it https, is its domain old, ...)",
              "N. Abdelhamid: Website Phishing, UCI, 2014, as in the package river", "CC BY 4.0")
    show.six_steps(
        initialise="new_model() draws 177 numbers", forward="model(answers): a logit; its sigmoid is a probability",
        error="nn.binary_cross_entropy, in which pos_weight makes frauds weigh more", backward="the chain rule, as "
        "machine code", update="nn.AdamW", repeat="40 epochs, anew for each fold")
    rows = [(list(site.values()), fraud) for site, fraud in Phishing()]
    sites, frauds = np.array([site for site, _ in rows]) * 2 - 1, np.array([fraud for _, fraud in rows], dtype=float)
    folds = list(StratifiedKFold(5, shuffle=True, random_state=1).split(sites, frauds))

    show.title("Five folds: each site is judged by a network that has not seen it")
    ours, weighted = (judged(show, sites, frauds, folds, weight) for weight in (1.0, MISSED / ALARM))
    others = {"LogisticRegression": LogisticRegression(),
              "MLPClassifier": MLPClassifier(16, learning_rate_init=0.01, max_iter=80, random_state=1)}
    found = {"ours": ours, f"ours, pos_weight={MISSED / ALARM:g}": weighted, **{
        name: cross_val_predict(other, sites, frauds, cv=folds, method="predict_proba")[:, 1]
        for name, other in others.items()}}
    show.table(["", "AUC", "average precision", "mean probability", "frauds among the sites"],
               [[name, float(roc_auc_score(frauds, p)), float(average_precision_score(frauds, p)), float(p.mean()),
                 float(frauds.mean())] for name, p in found.items()])
    show.tell("The AUC is the chance that a fraud is found more suspicious than an honest site. pos_weight leaves this "
              "order nearly as it is. What it changes are the probabilities, which are then too high: they do not say "
              "any more how often it is fraud, but have the costs in them.")
    show.reach("AUC in 5-fold cross-validation", float(roc_auc_score(frauds, ours)), 0.96, quick=0.93)

    twins = np.unique(sites, axis=0, return_inverse=True)[1].ravel()  # many sites give the same nine answers
    apart = list(StratifiedGroupKFold(5, shuffle=True, random_state=1).split(sites, frauds, twins))
    strict = float(roc_auc_score(frauds, judged(show, sites, frauds, apart, 1.0)))
    show.note("AUC with twins kept together", strict)
    show.tell(f"Only {len(set(twins))} of the sites differ in their answers: a test fold has twins of those learned. "
              f"If twins stay in one fold, the AUC is {strict:.3f}: what to expect of a site unlike all others.")
    show.tell("And a warning: UCI's page counts 548 honest sites and 702 frauds, while river says fraud of the 548. We "
              "take river's word. The AUC is the same either way; precision and costs are not.")
    thresholds(show, frauds, folds, ours, weighted)
    show.beside_eager(new_model, error(MISSED), sites[:60], frauds[:60])
    show.next("python -m demos diagnosis: can a probability be believed, and what does an answer rest on?")


def new_model() -> nn.MLP:
    return nn.MLP(9, [16, 1], "tanh", init="xavier", seed=1)


def error(weight: float) -> Any:
    return partial(nn.binary_cross_entropy, from_logits=True, pos_weight=weight)


def judged(show: "Show", sites: Any, frauds: Any, folds: Any, weight: float) -> Any:
    """The probability that each site is fraud, by a network that has learned from the other folds."""
    probabilities = np.zeros(len(sites))
    for learned, asked in show.progress(folds, "folds"):
        model = new_model()  # initialise
        optimizer = nn.AdamW(model.parameters(), 0.01, weight_decay=0.05)
        # For each batch: forward and error, backward, update; and repeat
        nn.fit(model, sites[learned], frauds[learned], error(weight), optimizer, 10 if show.quick else 40, 32, seed=1,
               compiled=True)
        probabilities[asked] = compile(lambda site, model=model: sigmoid(model(site))).batch(sites[asked])
    return probabilities


def costs(frauds: Any, probabilities: Any) -> Any:
    """The cost of each threshold, per site."""
    blocked = probabilities >= THRESHOLDS[:, None]
    return ((~blocked & (frauds == 1)) * MISSED + (blocked & (frauds == 0)) * ALARM).mean(axis=1)


def thresholds(show: "Show", frauds: Any, folds: Any, ours: Any, weighted: Any) -> None:
    figure, (left, right) = show.axes(1, 2, (12, 4.8))
    rows: list[list[Any]] = []
    for name, p, color in (("ours", ours, BLUE), (f"with pos_weight={MISSED / ALARM:g}", weighted, ORANGE)):
        chosen = [THRESHOLDS[costs(frauds[known], p[known]).argmin()] for known, _ in folds]  # by the other folds
        paid = [costs(frauds[asked], p[asked]) for _, asked in folds]
        best = np.mean([cost[np.searchsorted(THRESHOLDS, t)] for cost, t in zip(paid, chosen, strict=True)])
        half = np.mean([cost[len(THRESHOLDS) // 2] for cost in paid])
        rows.append([name, float(half), float(np.median(chosen)), float(best)])
        precision, recall, _ = precision_recall_curve(frauds, p)
        left.plot(recall, precision, color=color, label=name)
        right.plot(THRESHOLDS, costs(frauds, p), color=color, label=name)
    show.table(["cost of a site", "if blocked at 0.5", "the threshold chosen", "and its cost"], rows)
    right.axvline(ALARM / (ALARM + MISSED), color="black", linestyle=":", label="where the costs balance: 1/11")
    left.set(title="Of the frauds, how many are found; of the blocked, how many are frauds", xlabel="recall",
             ylabel="precision")
    right.set(title=f"What a threshold costs: {MISSED} for a missed fraud, {ALARM} for a false alarm", ylim=(0, None),
              xlabel="blocked from this probability on", ylabel="cost of a site")
    left.legend(), right.legend()
    show.picture(figure)


if __name__ == "__main__":
    raise SystemExit("run it as python -m demos phishing")
