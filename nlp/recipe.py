"""How the shipped weights were made, as one call.

Promise: with the documented data, `reproduce` repeats the runs behind `weights/`. A first run learns from the labelled
items alone; a second goes on with many more labels (`MORE_LABELS`: their labels only, the texts stay in the corpora)
and with tweets and sentences whose sentiment people have labelled. From there go runs with different seeds over the
same data. What ships is the mean of the weights of those ("model soup", Wortsman et al. 2022). Benchmark rows (`split`
other than train) and the test items are in none of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from nlp.base import load_model, sha256
from nlp.card import write_card
from nlp.data import Example, read_labels, read_lines, split
from nlp.predict import predict
from nlp.train import TrainOptions, finish, train

MORE_LABELS = Path(__file__).parent / "labels" / "more.jsonl.gz"
# What differs from the options of the first run, and the sentiment corpora: name, rows at most, weight of a row.
SECOND: dict[str, Any] = {"epochs": 1.0, "imbalance": 0.2}
SECOND_SENTIMENT = (("semeval2017_4a", 5000, 1.0), ("absa_en", 1200, 1.0))
LAST: dict[str, Any] = {"epochs": 1.0, "imbalance": 0.2, "learning_rate": 1.5e-4}
LAST_SENTIMENT = (("semeval2017_4a", 14000, 1.0), ("absa_en", 1200, 1.0))
SEEDS = (0, 1)
# Even parts, not tuned: an item's moment is what its head and its sentences say together.
SENTENCES_SHARE = 0.5


def reproduce(
    labels: Path,
    corpora: Path,
    output: Path,
    options: TrainOptions | None = None,
    seeds: Sequence[int] = SEEDS,
    more: Path = MORE_LABELS,
) -> dict[str, float]:
    """All runs and their mean. The work lies beside `output` and can be deleted; a run that is there is not made again,
    so an interrupted call goes on where it was. Returns validation figures of what ships; `seeds.json` beside it holds
    those of every seed."""
    options = options or TrainOptions()
    work = output.with_name(f"{output.name}-work")
    work.mkdir(parents=True, exist_ok=True)
    first, second = work / "first", work / "second"
    runs = [work / f"seed-{seed}" for seed in seeds]
    if not _finished(first):
        train(labels, first, options)
    for folder, start, changes, sentiment in (
        (second, first, SECOND | {"seed": options.seed}, SECOND_SENTIMENT),
        *((run, second, LAST | {"seed": 10 + seed}, LAST_SENTIMENT) for seed, run in zip(seeds, runs, strict=True)),
    ):
        if not _finished(folder):
            rows = [(corpora / f"{name}.jsonl.gz", limit, weight) for name, limit, weight in sentiment]
            train(labels, folder, replace(options, **changes), sentiment=rows, more=[more], corpora=corpora, init=start)
    files = [labels, more, *sources(corpora, more)]
    validation = split(read_labels(labels), options.validation_share)[1]
    figures = average(runs, output, validation, options, files)
    told = {folder.name: json.loads((folder / "validation.json").read_text(encoding="utf-8")) for folder in runs}
    (output / "seeds.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return figures


def sources(corpora: Path, more: Path) -> list[Path]:
    """The corpora that the runs read: those whose texts `more` labels, and those with sentiment."""
    names = {str(row["dataset"]) for _, row in read_lines(more)} | {name for name, _, _ in LAST_SENTIMENT}
    return [corpora / f"{name}.jsonl.gz" for name in sorted(names)]


def _finished(folder: Path) -> bool:
    """Whether a run came to its end: the card is what it writes last."""
    return (folder / "README.md").is_file()


def average(
    folders: Sequence[Path],
    output: Path,
    validation: Sequence[Example],
    options: TrainOptions,
    files: Sequence[Path] = (),
    weights: Sequence[float] | None = None,
) -> dict[str, float]:
    """Write the weighted mean of models that grew from one and the same, its temperatures fitted on `validation`."""
    models = [load_model(folder)[0] for folder in folders]
    shares = [w / sum(weights) for w in weights] if weights else [1 / len(models)] * len(models)
    states = [model.state_dict() for model in models]
    mean = {name: sum(s * state[name].float() for s, state in zip(shares, states, strict=True)) for name in states[0]}
    model, tokenizer = load_model(folders[-1])
    model.load_state_dict(mean)
    model.config.sentences_share = SENTENCES_SHARE
    scores = predict(model, tokenizer, validation, options.max_tokens, mixed=True)
    figures = finish(model, tokenizer, output, scores, options)
    made_of = {"mean of": [f.name for f in folders], "shares": shares}
    details = {"options": asdict(options) | made_of}
    write_card(output, model.config, figures, {path.name: sha256(path) for path in files}, details)
    return figures
