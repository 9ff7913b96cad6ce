"""How the shipped weights were made, as one call.

Promise: with the documented data and a seed, `reproduce` repeats the runs behind `weights/`. The first trains on the
labelled items alone. Each later round lets the model so far read unlabelled texts of the corpora; those where it
suspects a rare moment, and some others, become soft labels (self-training); training goes on with them, the labels, and
tweets and sentences whose sentiment people have labelled. What ships is the mean of the weights of all rounds (a model
soup, Wortsman et al. 2022). Benchmark rows (`split` other than train) and the test items are in none of it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from nlp import schemes
from nlp.base import load_model, sha256
from nlp.card import write_card
from nlp.data import Example, read_labels, read_lines, split
from nlp.predict import predict
from nlp.tag import tag_file
from nlp.train import TrainOptions, finish, train

# Corpus file and how many of its texts may be drawn for self-training.
UNLABELLED = {
    "reddit_consumer": 8000, "blitzer": 1500, "womens_clothing": 1500, "sentube": 2500, "twcs5k": 2000,
    "cf_brands": 1500, "pi_tweets": 1000, "trustpilot_luca": 1000, "trustpilot_pnppl1": 500, "subjqa_reviews": 1000,
    "airline": 1500, "cf_apple": 800, "amazon_vfl": 400, "amazon_zip": 800, "uber_app": 800, "gplay": 1500,
    "flipkart": 500, "yt_trending": 800, "amazon_qa_appliances": 800, "compsent19": 500, "sentimentr_hotel": 1000,
    "cf_mcdonalds": 700, "bitext_cs": 200, "banking77": 400,
}  # fmt: skip
RARE = ("trigger", "encounter", "purchase", "wait", "referral")
READ_A_ROUND, PER_RARE, OTHERS, SUSPECTED = 15000, 900, 1500, 0.3
SOFT_WEIGHT = 0.8
# Added to the item's neutral logit. Chosen on validation items and the TweetEval validation split: it costs the former
# nothing and gains the latter 1.7 points of macro-recall (labelled items are neutral more often than tweets at large).
NEUTRAL_SHIFT = -0.3


@dataclass(frozen=True)
class Round:
    """A round after the first: its sentiment corpora as (name, rows at most, weight), and options that differ."""

    sentiment: tuple[tuple[str, int, float], ...]
    options: dict[str, Any]


ROUNDS = (
    Round((("semeval2017_4a", 5000, 1.0), ("absa_en", 1200, 1.0)), {"epochs": 3.0, "learning_rate": 1.5e-4}),
    Round(
        (("semeval2017_4a", 8000, 1.0), ("absa_en", 1200, 0.7)),
        {"epochs": 3.0, "learning_rate": 1.5e-4, "imbalance": 0.15},
    ),
)


def reproduce(labels: Path, corpora: Path, output: Path, options: TrainOptions | None = None) -> dict[str, float]:
    """All rounds and their mean; the work lies beside `output` and can be deleted. Returns validation figures."""
    options = options or TrainOptions()
    work = output.with_name(f"{output.name}-work")
    work.mkdir(parents=True, exist_ok=True)
    labelled = read_labels(labels)
    texts = unlabelled(corpora, {e.text for e in labelled})
    made = [work / "round-0"]
    train(labels, made[0], options)
    for number, step in enumerate(ROUNDS, 1):
        place = work / f"round-{number}"
        place.mkdir(exist_ok=True)
        _write(place / "texts.jsonl", texts[(number - 1) * READ_A_ROUND : number * READ_A_ROUND])
        tag_file(place / "texts.jsonl", place / "tags.jsonl", model=made[-1], probabilities=True)
        _write(place / "soft.jsonl", chosen([row for _, row in read_lines(place / "tags.jsonl")], seed=4 + number))
        train(
            labels,
            place / "model",
            replace(options, seed=options.seed + number, patience=9, **step.options),
            sentiment=[(corpora / f"{name}.jsonl.gz", rows, weight) for name, rows, weight in step.sentiment],
            soft=[(place / "soft.jsonl", SOFT_WEIGHT)],
            init=made[-1],
        )
        made.append(place / "model")
    names = sorted({*UNLABELLED, *(name for step in ROUNDS for name, _, _ in step.sentiment)})
    files = [labels, *(p for n in names if (p := corpora / f"{n}.jsonl.gz").is_file())]
    return average(made, output, split(labelled, options.validation_share)[1], options, files)


def average(
    folders: Sequence[Path],
    output: Path,
    validation: Sequence[Example],
    options: TrainOptions,
    files: Sequence[Path] = (),
    weights: Sequence[float] | None = None,
) -> dict[str, float]:
    """Write the weighted mean of models that grew from one another, its temperatures fitted on `validation`."""
    models = [load_model(folder)[0] for folder in folders]
    shares = [w / sum(weights) for w in weights] if weights else [1 / len(models)] * len(models)
    states = [model.state_dict() for model in models]
    mean = {name: sum(s * state[name].float() for s, state in zip(shares, states, strict=True)) for name in states[0]}
    model, tokenizer = load_model(folders[-1])
    model.load_state_dict(mean)
    with torch.no_grad():
        model.item_sentiment.out.bias[model.config.sentiments.index("neutral")] += NEUTRAL_SHIFT
    scores = predict(model, tokenizer, validation, options.max_tokens, mixed=True)
    figures = finish(model, tokenizer, output, scores, options)
    made_of = {"mean of": [f"{f.parent.name}/{f.name}" for f in folders], "shares": shares}
    details = {"options": asdict(options) | made_of}
    write_card(output, model.config, figures, {path.name: sha256(path) for path in files}, details)
    return figures


def unlabelled(corpora: Path, known: set[str], seed: int = 11) -> list[dict[str, Any]]:
    """English texts of middling length from the corpora, none of them among `known`, each once, in random order."""
    dice = random.Random(seed)
    seen = set(known)
    found: list[dict[str, Any]] = []
    for name, limit in UNLABELLED.items():
        path = corpora / f"{name}.jsonl.gz"
        rows = [row for _, row in read_lines(path)] if path.is_file() else []
        dice.shuffle(rows)
        fresh: list[dict[str, Any]] = []
        for row in rows:
            text = row["text"]
            if len(fresh) < limit and 15 <= len(text) <= 700 and text not in seen and row.get("lang") in _ENGLISH:
                seen.add(text)
                fresh.append({"id": f"{name}:{row['uid']}", "text": text, "kind": row.get("kind")})
        found += fresh
    dice.shuffle(found)
    return found


_ENGLISH = (None, "en", "und")


def chosen(rows: list[dict[str, Any]], seed: int = 5) -> list[dict[str, Any]]:
    """Tagged texts to learn from: up to PER_RARE where a rare moment is suspected, for each, and OTHERS more."""
    labels = schemes.load().labels
    usable = [row for row in rows if row["status"] in ("ok", "unsure") and row["sentences"]]
    random.Random(seed).shuffle(usable)
    taken: dict[str, dict[str, Any]] = {}

    def take(candidates: Iterator[dict[str, Any]], limit: int) -> None:
        fresh = [row for row in candidates if row["id"] not in taken][:limit]
        taken.update({row["id"]: row for row in fresh})

    for moment in RARE:
        place = labels.index(moment)
        suspects = (r for r in usable if any(s["moment_probs"][place] > SUSPECTED for s in r["sentences"]))
        take(suspects, PER_RARE)
    take(iter(usable), OTHERS)
    return list(taken.values())


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
