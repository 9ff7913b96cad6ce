"""Temperatures: one number a head, fitted on validation data, so confidence means what it says (Guo et al. 2017)."""

from __future__ import annotations

import numpy as np

from nlp.metrics import softmax


def fit_temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """The temperature in 0.2…10 of least negative log-likelihood; golden-section search, as it has one minimum."""
    if not len(truth):
        return 1.0

    def cost(log_temperature: float) -> float:
        rows = softmax(logits, float(np.exp(log_temperature)))
        return float(-np.log(rows[np.arange(len(truth)), truth] + 1e-12).mean())

    low, high = np.log(0.2), np.log(10.0)
    ratio = (np.sqrt(5) - 1) / 2
    for _ in range(40):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if cost(left) < cost(right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))
