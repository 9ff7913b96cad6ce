"""Running a tagger over examples whose labels are known, and the figures that come of it.

Promise: the numbers are those that `tag_file` would give: same windows, same pooling, same averaging over windows.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from nlp import metrics
from nlp.calibrate import column, probabilities
from nlp.data import Example
from nlp.encode import Window, collate, prefix_ids, special_ids, tokenize, windows
from nlp.engine import bf16_is_fast
from nlp.model import HEADS
from nlp.packed import Packed, PackedModel


@dataclass
class Scores:
    """For each head: logits [rows, classes], truth [rows], the example each row is of; only rows of known truth.

    `kinds` [examples]: their kinds; temperatures and smoothing as in `MomentConfig`.
    """

    logits: dict[str, np.ndarray]
    truth: dict[str, np.ndarray]
    group: dict[str, np.ndarray]
    kinds: Sequence[str | None]
    temperatures: dict[str, float] = field(default_factory=dict)
    kind_temperatures: dict[str, dict[str, float]] = field(default_factory=dict)
    label_smoothing: float = 0.0

    def kinds_of(self, head: str) -> list[str | None]:
        """The kind of item that each row of a head is of."""
        return [self.kinds[i] for i in self.group[head]]

    def probabilities(self, head: str) -> np.ndarray:
        """Calibrated probability rows of a head."""
        rows = column(self.temperatures, self.kind_temperatures, head, self.kinds_of(head))
        return probabilities(self.logits[head], rows, self.label_smoothing)

    def summary(self) -> dict[str, float]:
        """Macro-F1 of every head."""
        return {
            head: metrics.macro_f1(self.truth[head], self.logits[head].argmax(1), self.logits[head].shape[1])
            for head in HEADS
            if len(self.truth[head])
        }

    def full_summary(self) -> dict[str, float]:
        """Macro-F1, accuracy, calibration error and row count of every head."""
        figures: dict[str, float] = {}
        for head, value in self.summary().items():
            rows, truth = self.probabilities(head), self.truth[head]
            figures |= {
                f"{head}_f1": value,
                f"{head}_accuracy": float((rows.argmax(1) == truth).mean()),
                f"{head}_ece": metrics.ece(rows, truth),
                f"{head}_rows": len(truth),
            }
        return figures


def batches(found: Sequence[Window], budget: int = 8192, enough: int = 4096) -> Iterator[list[int]]:
    """Indices of windows in batches of at most about `budget` tokens, longest first, with next to no padding.

    A batch ends where the length changes once it holds `enough` tokens, so that most batches need no mask.
    """
    order = sorted(range(len(found)), key=lambda i: -len(found[i].ids))
    batch: list[int] = []
    for index in order:
        longest, length = len(found[batch[0]].ids) if batch else 0, len(found[index].ids)
        full = (len(batch) + 1) * longest > budget
        if batch and (full or (length != longest and len(batch) * longest >= enough)):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def autocast(model: torch.nn.Module) -> contextlib.AbstractContextManager[Any]:
    """bf16 arithmetic where it is fast and the weights are not in it already."""
    parameter = next(model.parameters())
    if parameter.dtype == torch.float32 and bf16_is_fast():
        return torch.autocast(parameter.device.type, torch.bfloat16)
    return contextlib.nullcontext()


@torch.inference_mode()
def run(model: Any, found: Sequence[Window], pad_id: int, mixed: bool = False) -> list[dict[str, np.ndarray]]:
    """Logits of each window by head: sentence heads [sentences, classes], item heads [classes].

    `mixed`: multiply in bf16 where that is fast although the weights are in fp32, as training does. A model with an
    engine is run by that.
    """
    if model.engine is not None:
        return run_packed(model.engine, found)
    results: list[dict[str, np.ndarray]] = [{} for _ in found]
    device = next(model.parameters()).device
    for chosen in batches(found):
        inputs = {k: v.to(device) for k, v in collate([found[i] for i in chosen], pad_id).items()}
        with autocast(model) if mixed else contextlib.nullcontext():
            output = model(**inputs)
        values = {head: output[head].float().cpu().numpy() for head in HEADS}
        for row, index in enumerate(chosen):
            count = len(found[index].spans)
            results[index] = {
                head: rows[row, :count] if head.startswith("sentence") else rows[row] for head, rows in values.items()
            }
    return results


@torch.inference_mode()
def run_packed(engine: PackedModel, found: Sequence[Window], budget: int = 2048) -> list[dict[str, np.ndarray]]:
    """As `run`, with windows laid end to end, about `budget` tokens at a time: as many as the caches hold well."""
    results: list[dict[str, np.ndarray]] = [{} for _ in found]
    for chosen in packed_batches([len(w.ids) for w in found], budget):
        output = engine(Packed.of([found[i] for i in chosen]))
        values = {head: output[head].numpy() for head in HEADS}
        first = 0
        for row, index in enumerate(chosen):
            last = first + len(found[index].spans)
            results[index] = {
                head: rows[first:last] if head.startswith("sentence") else rows[row] for head, rows in values.items()
            }
            # A window without sentences has one stand-in.
            first = max(last, first + 1)
    return results


def packed_batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Indices in batches of at most `budget` tokens (or one window), longest first, so that equal lengths meet."""
    batch: list[int] = []
    tokens = 0
    for index in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if batch and tokens + lengths[index] > budget:
            yield batch
            batch, tokens = [], 0
        batch.append(index)
        tokens += lengths[index]
    if batch:
        yield batch


def merge(
    found: Sequence[Window], results: Sequence[dict[str, np.ndarray]], sentences: int, share: float = 0.0
) -> dict[str, np.ndarray]:
    """Put the windows of one item together: means weighted by tokens, for sentences in parts and for the item.

    `share`: how much of the item's moment its sentences decide, the longer the more, beside the item's own head.
    """
    merged = _joined(found, results, sentences)
    if share and sentences:
        sizes = np.zeros(sentences)
        for window in found:
            np.add.at(sizes, window.sentences, [max(end - start, 1) for start, end in window.spans])
        said = np.average(metrics.softmax(merged["sentence_moment"]), axis=0, weights=np.maximum(sizes, 1))
        merged["item_moment"] = np.log((1 - share) * metrics.softmax(merged["item_moment"]) + share * said)
    return merged


def _joined(found: Sequence[Window], results: Sequence[dict[str, np.ndarray]], sentences: int) -> dict[str, np.ndarray]:
    if len(found) == 1 and found[0].sentences == list(range(sentences)):
        return dict(results[0])
    merged: dict[str, np.ndarray] = {}
    for head in HEADS:
        classes = results[0][head].shape[-1]
        if head.startswith("item"):
            sizes = np.array([len(w.ids) for w in found], dtype=float)
            merged[head] = np.average([r[head] for r in results], axis=0, weights=sizes)
            continue
        total, weight = np.zeros((sentences, classes)), np.zeros((sentences, 1))
        for window, result in zip(found, results, strict=True):
            for (start, end), sentence, row in zip(window.spans, window.sentences, result[head], strict=True):
                total[sentence] += row * max(end - start, 1)
                weight[sentence] += max(end - start, 1)
        merged[head] = total / np.maximum(weight, 1)
    return merged


def logits_of(
    model: Any, tokenizer: Any, examples: Sequence[Example], max_tokens: int, kinds: bool = True, mixed: bool = False
) -> list[dict[str, np.ndarray]]:
    """Merged logits of each example, in order. `kinds` False hides the kind of item from the model."""
    tokens = tokenize(tokenizer, [e.text for e in examples], [e.spans for e in examples])
    special = special_ids(tokenizer)
    found: list[Window] = []
    bounds = [0]
    for example, item in zip(examples, tokens, strict=True):
        found += windows(item, prefix_ids(tokenizer, example.kind if kinds else None), special, max_tokens)
        bounds.append(len(found))
    results = run(model, found, tokenizer.pad_token_id, mixed)
    return [
        merge(found[a:b], results[a:b], len(example.spans), model.config.sentences_share)
        for example, a, b in zip(examples, bounds, bounds[1:], strict=False)
    ]


def predict(
    model: Any, tokenizer: Any, examples: Sequence[Example], max_tokens: int, kinds: bool = True, mixed: bool = False
) -> Scores:
    """Logits beside the truth for every head. Rows without a known truth are left out."""
    was_training = model.training
    model.eval()
    rows = logits_of(model, tokenizer, examples, max_tokens, kinds, mixed)
    model.train(was_training)
    logits, truth, group = {}, {}, {}
    for head in HEADS:
        wide = [
            np.atleast_2d(r[head]) if len(r[head]) else np.zeros((0, e.targets[head].shape[1]))
            for r, e in zip(rows, examples, strict=True)
        ]
        target = np.concatenate([e.targets[head] for e in examples])
        known = target.sum(1) > 0
        owner = np.concatenate([np.full(len(e.targets[head]), i) for i, e in enumerate(examples)])
        logits[head] = np.concatenate(wide)[known]
        truth[head], group[head] = target[known].argmax(1), owner[known]
    return Scores(logits, truth, group, [e.kind if kinds else None for e in examples])
