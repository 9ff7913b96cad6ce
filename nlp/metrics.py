"""Figures for classification: F1 by class, bootstrap intervals, calibration. Plain NumPy: training needs no more.

Promise: every function takes integer class arrays or probability rows and returns plain floats; classes that appear in
neither truth nor prediction count as F1 zero only if they appear in the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np


def confusion(truth: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """[classes, classes] counts; rows are the truth."""
    return np.bincount(truth * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def per_class(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(precision, recall, F1) of each class out of a confusion matrix; 0 where undefined."""
    hit = np.diag(matrix).astype(float)
    precision = hit / np.maximum(matrix.sum(0), 1)
    recall = hit / np.maximum(matrix.sum(1), 1)
    return precision, recall, 2 * hit / np.maximum(matrix.sum(0) + matrix.sum(1), 1)


def macro_f1(truth: np.ndarray, predicted: np.ndarray, classes: int) -> float:
    """Mean F1 over the classes that occur in the truth."""
    matrix = confusion(truth, predicted, classes)
    return float(per_class(matrix)[2][matrix.sum(1) > 0].mean())


def macro_recall(truth: np.ndarray, predicted: np.ndarray, classes: int) -> float:
    """Mean recall over the classes that occur in the truth (the measure of TweetEval sentiment)."""
    matrix = confusion(truth, predicted, classes)
    return float(per_class(matrix)[1][matrix.sum(1) > 0].mean())


def bootstrap(
    measure: Callable[[np.ndarray], float], groups: Sequence[int] | np.ndarray, rounds: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """95 % percentile interval of `measure(row indices)`, resampling whole groups (items) with replacement."""
    groups = np.asarray(groups)
    order = np.argsort(groups, kind="stable")
    starts = np.unique(groups[order], return_index=True)[1]
    members = np.split(order, starts[1:])
    random = np.random.default_rng(seed)
    values = []
    for _ in range(rounds):
        chosen = random.integers(0, len(members), len(members))
        values.append(measure(np.concatenate([members[i] for i in chosen])))
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def ece(probabilities: np.ndarray, truth: np.ndarray, bins: int = 15) -> float:
    """Expected calibration error of the top class, equal-width bins (Guo et al. 2017)."""
    return float(sum(abs(a - c) * n for c, a, n in reliability(probabilities, truth, bins)) / max(len(truth), 1))


def ece_of_chance(probabilities: np.ndarray, bins: int = 15, rounds: int = 1000, seed: int = 0) -> tuple[float, float]:
    """(mean, 95th percentile) of the ECE that a perfectly calibrated model with these confidences would show.

    Few rows give an ECE above zero by chance alone; what is measured says something only beside this (consistency
    resampling, Vaicenavicius et al. 2019).
    """
    confidence = probabilities.max(1)
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    sums = np.bincount(place, confidence, bins)
    random = np.random.default_rng(seed)
    found = [
        np.abs(np.bincount(place, random.random(len(place)) < confidence, bins) - sums).sum() / max(len(place), 1)
        for _ in range(rounds)
    ]
    return float(np.mean(found)), float(np.percentile(found, 95))


def reliability(probabilities: np.ndarray, truth: np.ndarray, bins: int = 15) -> list[tuple[float, float, int]]:
    """(mean confidence, accuracy, count) of each bin that is not empty."""
    confidence, hit = probabilities.max(1), probabilities.argmax(1) == truth
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    return [
        (float(confidence[place == b].mean()), float(hit[place == b].mean()), int((place == b).sum()))
        for b in range(bins)
        if (place == b).any()
    ]


def brier(probabilities: np.ndarray, truth: np.ndarray) -> float:
    """Mean squared distance between probability rows and the truth (0 best, 2 worst)."""
    return float(((probabilities - np.eye(probabilities.shape[1])[truth]) ** 2).sum(1).mean())


def softmax(logits: np.ndarray, temperature: float | np.ndarray = 1.0) -> np.ndarray:
    """Probability rows of logits divided by a temperature, or by one for each row ([rows, 1])."""
    scaled = logits / temperature
    scaled = np.exp(scaled - scaled.max(-1, keepdims=True))
    return scaled / scaled.sum(-1, keepdims=True)
