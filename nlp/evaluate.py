"""Evaluation: `mot evaluate`.

Promise: figures come from the same windows, pooling and precision as tagging; every figure stands beside its baselines,
the annotators' agreement and a bootstrap interval that resamples whole items; `render` writes the page from them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nlp import metrics, schemes
from nlp.baselines import all_baselines
from nlp.data import Example, empty_targets, one_hot, read_labels, read_lines
from nlp.errors import NlpError
from nlp.model import HEADS
from nlp.predict import Scores, predict
from nlp.spans import sentence_spans
from nlp.tag import Tagger

# Macro-F1 between the two annotation passes over the test sentences, as published with the labels.
AGREEMENT = {"sentence_moment": 0.896, "sentence_sentiment": 0.969}
# Figures of others on the TweetEval sentiment test (Barbieri et al. 2020, table 2; macro-recall).
TWEETEVAL_OTHERS = {"roberta-base (125 M)": 0.712, "bertweet (135 M)": 0.734}


def evaluate(
    test: Path,
    *,
    model: Path | None = None,
    train: Path | None = None,
    corpora: Path | None = None,
    output: Path | None = None,
    precision: str = "auto",
    rounds: int = 1000,
) -> dict[str, Any]:
    """All figures of a model on a label file; with `output` also a Markdown page of them.

    `train`: the label file that the baselines learn from (none: no baselines). `corpora`: the folder of outside
    benchmarks. Raises NlpError for files that cannot be used.
    """
    tagger = Tagger(model, precision)
    examples = read_labels(test)
    scores = score(tagger, examples)
    predictions = all_baselines(read_labels(train), examples) if train else {}
    report: dict[str, Any] = {
        "model_version": tagger.version,
        "test": {"name": test.name, "items": len(examples), "sentences": len(scores.truth["sentence_moment"])},
        "heads": {h: _head(scores, h, {b: p[h] for b, p in predictions.items() if h in p}, rounds) for h in HEADS},
        "abstention": abstention(scores, tagger.unsure_below),
        "slices": slices(scores, examples),
        "without_kind": score(tagger, examples, kinds=False).summary(),
    }
    if corpora:
        report["outside"] = outside(tagger, corpora, rounds)
    if output:
        from nlp.page import render

        output.write_text(render(report), encoding="utf-8")
        output.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return report


def score(tagger: Tagger, examples: Sequence[Example], kinds: bool = True) -> Scores:
    """Logits and truth of examples, with the model's temperatures."""
    found = predict(tagger.model, tagger.tokenizer, examples, tagger.config.max_tokens, kinds)
    config = tagger.config
    return replace(
        found,
        temperatures=config.temperatures,
        kind_temperatures=config.kind_temperatures,
        label_smoothing=config.label_smoothing,
    )


def abstention(scores: Scores, threshold: float) -> dict[str, float]:
    """Share of items marked unsure, and accuracy of the item moment on all items and on those that are not."""
    rows, truth = scores.probabilities("item_moment"), scores.truth["item_moment"]
    hit, sure = rows.argmax(1) == truth, rows.max(1) >= threshold
    return {
        "threshold": threshold,
        "unsure": float(1 - sure.mean()),
        "accuracy": float(hit.mean()),
        "accuracy_of_the_rest": float(hit[sure].mean()) if sure.any() else 0.0,
    }


def _head(scores: Scores, head: str, baselines: dict[str, np.ndarray], rounds: int) -> dict[str, Any]:
    known = schemes.load()
    names = known.labels if head.endswith("moment") else known.sentiments
    rows, truth = scores.probabilities(head), scores.truth[head]
    predicted, size = rows.argmax(1), len(names)
    matrix = metrics.confusion(truth, predicted, size)
    precision, recall, f1 = metrics.per_class(matrix)

    def measure(chosen: np.ndarray, of: np.ndarray = predicted) -> float:
        return metrics.macro_f1(truth[chosen], of[chosen], size)

    return {
        "macro_f1": metrics.macro_f1(truth, predicted, size),
        "interval": metrics.bootstrap(measure, scores.group[head], rounds),
        "accuracy": float((predicted == truth).mean()),
        "ece": metrics.ece(rows, truth),
        "ece_of_chance": metrics.ece_of_chance(rows),
        "brier": metrics.brier(rows, truth),
        "reliability": metrics.reliability(rows, truth, 10),
        "agreement": AGREEMENT.get(head),
        "classes": {
            name: {
                "precision": float(precision[i]),
                "recall": float(recall[i]),
                "f1": float(f1[i]),
                "interval": metrics.bootstrap(_class_f1(truth, predicted, i), scores.group[head], rounds // 4 or 1),
                "rows": int(matrix[i].sum()),
            }
            for i, name in enumerate(names)
        },
        "confusion": matrix.tolist(),
        "baselines": {name: metrics.macro_f1(truth, found, size) for name, found in baselines.items()},
    }


def _class_f1(truth: np.ndarray, predicted: np.ndarray, index: int) -> Callable[[np.ndarray], float]:
    def measure(chosen: np.ndarray) -> float:
        actual, said = truth[chosen] == index, predicted[chosen] == index
        return float(2 * (actual & said).sum() / max(actual.sum() + said.sum(), 1))

    return measure


def slices(scores: Scores, examples: Sequence[Example]) -> dict[str, dict[str, dict[str, float]]]:
    """Accuracy and macro-F1 of the sentence heads by kind, source and length of the item."""
    lengths = ["up to 100 characters", "101 to 300", "301 to 600", "over 600"]
    place = [lengths[int(np.searchsorted([100, 300, 600], len(e.text)))] for e in examples]
    ways: dict[str, list[str]] = {
        "kind": [e.kind or "none" for e in examples],
        "length": place,
        "source": [e.source for e in examples],
    }
    result: dict[str, dict[str, dict[str, float]]] = {}
    for way, values in ways.items():
        result[way] = {}
        for value in sorted(set(values)):
            figures: dict[str, float] = {}
            for head in ("sentence_moment", "sentence_sentiment"):
                chosen = np.array([values[g] == value for g in scores.group[head]])
                truth, logits = scores.truth[head][chosen], scores.logits[head][chosen]
                figures |= {
                    "sentences": int(chosen.sum()),
                    f"{head}_f1": metrics.macro_f1(truth, logits.argmax(1), logits.shape[1]),
                    f"{head}_accuracy": float((truth == logits.argmax(1)).mean()),
                }
            result[way][value] = figures
    return result


def read_benchmark(path: Path, keep: Callable[[dict[str, Any]], bool], limit: int | None = None) -> list[Example]:
    """Rows of a corpus with three-way sentiment as examples of item sentiment."""
    known = schemes.load()
    examples: list[Example] = []
    for _, row in read_lines(path):
        if row.get("sentiment") not in known.sentiments or not keep(row):
            continue
        spans = sentence_spans(row["text"])
        targets = empty_targets(len(spans))
        targets["item_sentiment"][0] = one_hot(row["sentiment"], known.sentiments)
        examples.append(Example(str(row["uid"]), row["text"], spans, targets, row.get("kind"), path.name))
        if limit and len(examples) >= limit:
            break
    return examples


def outside(tagger: Tagger, corpora: Path, rounds: int = 200) -> dict[str, dict[str, Any]]:
    """Sentiment on test sets made by others: TweetEval test, SemEval aspect data by sentence, review stars in three."""

    def stars(row: dict[str, Any]) -> bool:
        return row.get("rating") is not None

    sets: list[tuple[str, str, Callable[[dict[str, Any]], bool], int | None]] = [
        ("TweetEval sentiment, test", "tweeteval", lambda row: row.get("split") == "test", None),
        ("SemEval aspects, sentences, test", "absa_en", lambda row: row.get("split") == "test", 3000),
        ("App reviews by stars", "uber_app", stars, 2000),
        ("Service reviews by stars", "trustpilot_pnppl1", stars, None),
    ]
    result: dict[str, dict[str, Any]] = {}
    for name, file, keep, limit in sets:
        path = corpora / f"{file}.jsonl.gz"
        if not path.is_file():
            continue
        examples = read_benchmark(path, keep, limit)
        if not examples:
            raise NlpError(f"{path} holds no row of the benchmark {name!r}.")
        scores = score(tagger, examples)
        truth, predicted = scores.truth["item_sentiment"], scores.logits["item_sentiment"].argmax(1)

        def measure(chosen: np.ndarray, truth: np.ndarray = truth, predicted: np.ndarray = predicted) -> float:
            return metrics.macro_recall(truth[chosen], predicted[chosen], 3)

        result[name] = {
            "rows": len(truth),
            "macro_recall": metrics.macro_recall(truth, predicted, 3),
            "interval": metrics.bootstrap(measure, np.arange(len(truth)), rounds),
            "macro_f1": metrics.macro_f1(truth, predicted, 3),
        }
    return result
