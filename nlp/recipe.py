"""How the shipped weights were made, as one call.

Promise: with the documented data, `reproduce` repeats the runs behind `weights/`, listed in `RUNS` and `LAST`. The
first learns from the labelled items alone; the others go on with many more labels (`MORE_LABELS`: their labels only,
the texts stay in the corpora) and with tweets and sentences whose sentiment people have labelled. The last ones learn
too what a larger encoder says of unlabelled texts (`SOFT_LABELS`; distillation, Hinton et al. 2015). A run may start
from the mean of the weights of others ("model soup", Wortsman et al. 2022), and what ships is the mean of runs that
differ in their seed only and of where they started ("Robust fine-tuning", Wortsman et al. 2022). Benchmark rows
(`split` other than train) and the test items are in none of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from nlp.base import load_model, sha256
from nlp.card import write_card
from nlp.data import Example, open_text, place, read_labels, read_lines, split
from nlp.predict import predict
from nlp.train import TrainOptions, finish, train

MORE_LABELS = Path(__file__).parent / "labels" / "more.jsonl.gz"
SOFT_LABELS = Path(__file__).parent / "labels" / "soft.jsonl.gz"


@dataclass(frozen=True)
class Run:
    """One training run.

    `starts`: the runs whose mean it starts from, with their shares (none: the bare encoder). `changes`: what differs
    from the given options. `tweets`: how many rows with sentiment (none: labels alone). `newest`: with this many of the
    last of the more labels it reads only a share of those before, `older` (0: all). `soft`: the weight of a row of soft
    labels (0: without them).
    """

    name: str
    starts: Mapping[str, float] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    tweets: int = 0
    newest: int = 0
    older: float = 1.0
    soft: float = 0.0

    def start(self, work: Path) -> Path | None:
        """The folder of the mean that it starts from."""
        return work / "-and-".join(self.starts) if self.starts else None

    def sentiment(self, corpora: Path) -> list[tuple[Path, int, float]]:
        """The corpora with sentiment that it reads: file, rows at most, weight of a row."""
        limits = {"semeval2017_4a": self.tweets, "absa_en": 1200} if self.tweets else {}
        return [(corpora / f"{name}.jsonl.gz", rows, 1.0) for name, rows in limits.items()]

    def labels(self, more: Path, work: Path) -> list[Path]:
        """The part of the more labels that it reads, written to `work` where it is not the whole."""
        if not self.tweets:
            return []
        if not self.newest:
            return [more]
        rows = [row for _, row in read_lines(more)]
        before, after = rows[: -self.newest], rows[-self.newest :]
        kept = [row for row in before if place(row["uid"]) < self.older]
        part = work / f"{self.name}-labels.jsonl.gz"
        with open_text(part, "wt") as out:
            out.writelines(json.dumps(row) + "\n" for row in kept + after)
        return [part]


MORE: dict[str, Any] = {"epochs": 1.0, "imbalance": 0.2}
LATER: dict[str, Any] = MORE | {"learning_rate": 1.5e-4}
RUNS = (
    Run("first"),
    Run("second", {"first": 1}, MORE, 5000),
    Run("third-0", {"second": 1}, LATER | {"seed": 10}, 14000),
    Run("third-1", {"second": 1}, LATER | {"seed": 11}, 14000),
    Run("fourth", {"third-0": 1, "third-1": 1}, LATER | {"seed": 20}, 14000),
    Run("fifth", {"fourth": 1}, LATER | {"seed": 21}, 14000),
    *(
        Run(f"sixth-{n}", {"third-0": 1, "third-1": 1, "fourth": 2, "fifth": 2}, LATER | {"seed": 30 + n}, 8000)
        for n in range(3)
    ),
)
LAST = Run("seed", {"sixth-0": 1, "sixth-1": 1, "sixth-2": 1}, LATER, 8000, newest=8315, older=0.25, soft=1.0)
SEEDS = (40, 41, 42)
# Even parts, not tuned, of the mean of the seeds and the weights that they started from.
START_SHARE = 0.5
# Even parts, not tuned: an item's moment is what its head and its sentences say together.
SENTENCES_SHARE = 0.5


def reproduce(
    labels: Path,
    corpora: Path,
    output: Path,
    options: TrainOptions | None = None,
    seeds: Sequence[int] = SEEDS,
    more: Path = MORE_LABELS,
    soft: Path = SOFT_LABELS,
) -> dict[str, float]:
    """All runs and their mean. The work lies beside `output` and can be deleted; a run that is there is not made again,
    so an interrupted call goes on where it was. Returns validation figures of what ships; `seeds.json` beside it holds
    those of every seed."""
    options = options or TrainOptions()
    work = output.with_name(f"{output.name}-work")
    work.mkdir(parents=True, exist_ok=True)
    files = [labels, more, soft, *sources(corpora, more, soft)]
    validation = split(read_labels(labels), options.validation_share)[1]
    last = [replace(LAST, name=f"seed-{seed}", changes={**LAST.changes, "seed": seed}) for seed in seeds]
    for run in (*RUNS, *last):
        start = run.start(work)
        if _finished(work / run.name):
            continue
        if start is not None and not _finished(start):
            average([work / name for name in run.starts], start, validation, options, files, [*run.starts.values()])
        train(
            labels,
            work / run.name,
            replace(options, **run.changes),
            sentiment=run.sentiment(corpora),
            soft=[(soft, run.soft)] if run.soft else [],
            more=run.labels(more, work),
            corpora=corpora,
            init=start,
        )
    runs = [work / run.name for run in last]
    begun = [start] if (start := LAST.start(work)) else []
    shares = [(1 - START_SHARE) / len(runs)] * len(runs) + [START_SHARE] * len(begun)
    figures = average([*runs, *begun], output, validation, options, files, shares)
    told = {folder.name: json.loads((folder / "validation.json").read_text(encoding="utf-8")) for folder in runs}
    (output / "seeds.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return figures


def sources(corpora: Path, *labels: Path) -> list[Path]:
    """The corpora that the runs read: those whose texts `labels` label, and those with sentiment."""
    names = {corpora / f"{row['dataset']}.jsonl.gz" for path in labels for _, row in read_lines(path)}
    return sorted(names | {path for path, _, _ in LAST.sentiment(corpora)})


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
