"""Which websites are fraud, and from what probability to block.

A missed fraud costs more than a false alarm. So a network that says how likely a website is to be fraud is only half of
the answer: the other half is a threshold, from which a site is blocked. Both are learned from some of the sites and
judged by others, and we look at what `pos_weight`, the usual remedy, changes and what it does not.
"""

import time
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
WEIGHT = MISSED / ALARM
new_model = partial(nn.MLP, 9, [16, 1], "tanh", init="xavier", seed=1)
error = partial(nn.binary_cross_entropy, from_logits=True)


def run(show: "Show") -> None:
    show.data("1,250 websites, nine answers about each (is it https, is its domain old, ...)",
              "N. Abdelhamid: Website Phishing, UCI, 2014, as in the package river", "CC BY 4.0")
    show.six_steps(
        initialise="new_model() draws 177 numbers", forward="model(answers): a logit; its sigmoid is a probability",
        error="nn.binary_cross_entropy, in which pos_weight makes frauds weigh more", backward="the chain rule, as "
        "machine code", update="nn.AdamW", repeat="40 epochs, anew for each fold")
    answers, truth = zip(*Phishing(), strict=True)
    sites, frauds = np.array([list(site.values()) for site in answers]) * 2 - 1, np.array(truth, dtype=float)
    splitter = StratifiedKFold(3 if show.quick else 5, shuffle=True, random_state=1)
    folds = list(splitter.split(sites, frauds))
    show.title(f"{len(folds)} folds: each site is judged by a network that has not seen it")
    others = {"LogisticRegression": LogisticRegression(),
              "MLPClassifier": MLPClassifier(16, alpha=0.1, learning_rate_init=0.01, max_iter=999, random_state=1)}
    ways = {"ours": partial(judged, show), f"ours, pos_weight={WEIGHT:g}": partial(judged, show, weight=WEIGHT), **{
        name: lambda x, y, folds, other=other: cross_val_predict(other, x, y, cv=folds, method="predict_proba")[:, 1]
        for name, other in others.items()}}
    found, rows = [], []
    for name, way in ways.items():
        began = time.perf_counter()
        found.append(p := way(sites, frauds, folds))
        rows.append([name, *(float(f(frauds, p)) for f in (roc_auc_score, average_precision_score)), float(p.mean()),
                     time.perf_counter() - began])
    show.table(["", "AUC", "average precision", "mean probability", "seconds"], rows)
    show.tell("The AUC is the chance that a fraud is found more suspicious than an honest site. pos_weight leaves this "
              f"order nearly as it is, and probabilities too high: {frauds.mean():.3f} of the sites are fraud.")
    show.reach("AUC in 5-fold cross-validation", rows[0][1], 0.96, quick=0.93)

    twins = np.unique(sites, axis=0, return_inverse=True)[1].ravel()  # many sites give the same nine answers
    apart = list(StratifiedGroupKFold(5, shuffle=True, random_state=1).split(sites, frauds, twins))
    show.tell(f"Only {len(set(twins))} of the sites differ in their answers: a test fold has twins of those learned. "
              "Next, twins stay in one fold. And a warning: UCI's page counts 548 honest sites and 702 frauds, "
              "river says fraud of the 548. We take river's word; for the AUC it is all one, for the costs it is not.")
    show.reach("AUC, twins apart", float(roc_auc_score(frauds, judged(show, sites, frauds, apart))), 0.96, quick=0.93)
    thresholds(show, sites, frauds, splitter, *found[:2])
    show.beside_eager(new_model, partial(error, pos_weight=WEIGHT), sites[:60], frauds[:60])
    show.next("python -m demos diagnosis: can a probability be believed, and what does an answer rest on?")


def judged(show: "Show", sites: Any, frauds: Any, folds: Any, weight: float = 1.0) -> Any:
    """The probability that each site is fraud, by a network that has learned from the other folds."""
    probabilities = np.zeros(len(sites))
    for learned, asked in show.progress(folds, "folds"):
        model = new_model()  # initialise
        optimizer = nn.AdamW(model.parameters(), 0.01, weight_decay=0.05)
        # For each batch: forward and error, backward, update; and repeat
        nn.fit(model, sites[learned], frauds[learned], partial(error, pos_weight=weight), optimizer,
               10 if show.quick else 40, 32, seed=1, compiled=True)
        probabilities[asked] = compile(lambda site, model=model: sigmoid(model(site))).batch(sites[asked])
    return probabilities


def costs(frauds: Any, probabilities: Any) -> Any:
    """The cost of each threshold, per site."""
    blocked = probabilities >= THRESHOLDS[:, None]
    return ((~blocked & (frauds == 1)) * MISSED + (blocked & (frauds == 0)) * ALARM).mean(axis=1)


def thresholds(show: "Show", sites: Any, frauds: Any, splitter: Any, ours: Any, weighted: Any) -> None:
    (figure, (left, right)), rows = show.axes(1, 2, (12, 4.8)), list[list[Any]]()
    folds = list(splitter.split(sites, frauds))
    for p, weight, color in ((ours, 1.0, "#1f4e9c"), (weighted, WEIGHT, "#a65000")):
        name, lines = f"pos_weight={weight:g}", list[float]()
        for x, y in ((sites[known], frauds[known]) for known, _ in folds):  # by folds within: those asked have no say
            lines.append(THRESHOLDS[costs(y, judged(show, x, y, [*splitter.split(x, y)], weight)).argmin()])
        paid = np.array([costs(frauds[asked], p[asked]) for _, asked in folds])
        best = float(paid[range(len(folds)), np.searchsorted(THRESHOLDS, lines)].mean())
        rows.append([name, float(paid[:, len(THRESHOLDS) // 2].mean()), float(np.median(lines)), best])
        precision, recall, _ = precision_recall_curve(frauds, p)
        left.plot(recall, precision, color=color, label=name)
        right.plot(THRESHOLDS, costs(frauds, p), color=color, label=name)
        right.plot(np.median(lines), best, "o", color=color, label="the thresholds chosen, and their cost")
    show.table(["cost of a site", "if blocked at 0.5", "the threshold chosen (median)", "and its cost"], rows)
    show.tell("So a weight does not find more frauds at the same price. It moves the good threshold to where one would "
              "try first, about 0.5. Moving the threshold instead saves as much, and the probabilities stay true.")
    right.axvline(ALARM / (ALARM + MISSED), color="black", linestyle=":", label="where the costs balance: 1/11")
    left.set(title="To find more frauds is to block more honest sites", xlabel="recall: share of the frauds found",
             ylabel="precision: share of frauds among the blocked")
    right.set(title=f"What a threshold costs: {MISSED} for a miss, {ALARM} for an alarm", ylim=(0, None),
              xlabel="blocked from this probability on", ylabel="cost of a site")
    left.legend(), right.legend()
    show.picture(figure)


if __name__ == "__main__":
    raise SystemExit("run it as python -m demos phishing")
