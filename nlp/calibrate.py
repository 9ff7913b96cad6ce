"""From logits to probabilities that mean what they say: label smoothing taken out, temperatures fitted on validation.

Training with label smoothing s (Szegedy et al. 2016) teaches (1 - s) p + s / classes in place of p. No temperature (Guo
et al. 2017) undoes that: one that is right for the surest rows makes the others too sure. So s is taken out again.
A head has one temperature for all items, and one for each kind of item that validation holds: at the temperature that
suits reviews a classifier is too sure of itself on short posts. The temperature of a kind is drawn towards that of all,
the more the fewer rows there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from nlp.metrics import softmax

LEAST = 1e-4
"""No class is less probable than about this."""
DRAWN = 20.0
"""How many nats a kind's temperature must gain to be a factor of e away from that of all items."""
# Kinds that stand under another name too: live sources call both of these a post.
ALSO = {"tweet": "post", "support": "post"}


def probabilities(logits: np.ndarray, temperature: float | np.ndarray = 1.0, smoothing: float = 0.0) -> np.ndarray:
    """Probability rows [rows, classes] of logits at a temperature (or one a row, [rows, 1]), without the smoothing that
    training taught."""
    rows = softmax(logits, temperature)
    if smoothing:
        rows = np.maximum(rows - smoothing / rows.shape[-1], LEAST)
        rows = rows / rows.sum(-1, keepdims=True)
    return rows


def fit_temperature(
    logits: np.ndarray, truth: np.ndarray, towards: float | None = None, smoothing: float = 0.0
) -> float:
    """The temperature in 0.2…10 of least negative log-likelihood; golden-section search, as it has one minimum.

    `towards`: a temperature that the fitted one is drawn to (its logarithm has a normal prior around that).
    """
    if not len(truth):
        return towards or 1.0
    centre = np.log(towards) if towards else None

    def cost(log_temperature: float) -> float:
        rows = probabilities(logits, float(np.exp(log_temperature)), smoothing)
        surprise = float(-np.log(rows[np.arange(len(truth)), truth] + 1e-12).sum())
        return surprise + (DRAWN * (log_temperature - centre) ** 2 if centre is not None else 0.0)

    return float(np.exp(_least(cost, np.log(0.2), np.log(10.0))))


def _least(cost: Callable[[float], float], low: float, high: float) -> float:
    ratio = (np.sqrt(5) - 1) / 2
    for _ in range(40):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if cost(left) < cost(right):
            high = right
        else:
            low = left
    return (low + high) / 2


def fit_kinds(
    logits: np.ndarray, truth: np.ndarray, kinds: Sequence[str | None], towards: float, smoothing: float = 0.0
) -> dict[str, float]:
    """The temperature of each kind among `kinds` [rows]."""
    of_kind = np.array([kind or "" for kind in kinds], dtype=object)
    groups = {kind: of_kind == kind for kind in sorted(set(of_kind) - {""})}
    for kind, other in ALSO.items():
        if kind in groups:
            groups[other] = groups.get(other, np.zeros(len(of_kind), bool)) | groups[kind]
    return {kind: fit_temperature(logits[rows], truth[rows], towards, smoothing) for kind, rows in groups.items()}


def column(
    temperatures: dict[str, float], of_kinds: dict[str, dict[str, float]], head: str, kinds: Sequence[str | None]
) -> np.ndarray:
    """[rows, 1]: the temperature of each row of a head, that of its kind or else that of all items."""
    usual = temperatures.get(head, 1.0)
    return np.array([[of_kinds.get(kind or "", {}).get(head, usual)] for kind in kinds]).reshape(-1, 1)
