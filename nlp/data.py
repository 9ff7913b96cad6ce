"""Training data: labelled items, sentiment corpora and soft labels, all as one kind of example.

Promise: an example holds, for every head, a class distribution per row; a row of zeros means "not known", which the
loss skips. Reading is strict: a line that cannot be used raises NlpError with file, line number and what is wrong.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from nlp import schemes
from nlp.encode import Tokens, Window, collate, prefix_ids, special_ids, tokenize, windows
from nlp.errors import NlpError
from nlp.model import HEADS
from nlp.spans import sentence_spans


@dataclass(frozen=True)
class Example:
    """One item with what is known of it. `targets[head]`: [rows, classes], rows = sentences, or 1 for item heads."""

    uid: str
    text: str
    spans: list[tuple[int, int]]
    targets: dict[str, np.ndarray]
    kind: str | None = None
    source: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


def open_text(path: Path, mode: str = "rt") -> IO[str]:
    """Open a UTF-8 text file, through gzip where the name ends in .gz."""
    if path.suffix == ".gz":
        return cast("IO[str]", gzip.open(path, mode, encoding="utf-8"))
    return path.open(mode, encoding="utf-8")


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, object) of each non-blank line of a JSON Lines file. Raises NlpError for anything else."""
    try:
        with open_text(path) as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except ValueError as error:
                    raise NlpError(
                        f"{path}, line {number}: not valid JSON ({error}); write one object a line."
                    ) from None
                if not isinstance(row, dict):
                    raise NlpError(f"{path}, line {number}: found {type(row).__name__}, but a line must be an object.")
                yield number, row
    except FileNotFoundError:
        raise NlpError(f"There is no file {path}; check the name.") from None
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError, IsADirectoryError) as error:
        raise NlpError(f"{path} cannot be read ({error}); it must be UTF-8 JSON Lines, plain or .gz.") from None


def one_hot(value: str | None, names: Sequence[str]) -> np.ndarray:
    """The distribution of a hard label; zeros for None. Raises KeyError for an unknown one."""
    row = np.zeros(len(names), dtype=np.float32)
    if value is not None:
        if value not in names:
            raise KeyError(value)
        row[names.index(value)] = 1
    return row


def empty_targets(sentences: int) -> dict[str, np.ndarray]:
    """Targets of an item of which nothing is known."""
    known = schemes.load()
    sizes = {"moment": len(known.labels), "sentiment": len(known.sentiments)}
    return {
        head: np.zeros((sentences if head.startswith("sentence") else 1, sizes[head.split("_")[1]]), dtype=np.float32)
        for head in HEADS
    }


def read_labels(path: Path, corpora: Path | None = None) -> list[Example]:
    """Items of a label file: `uid`, `text`, `kind`, `moment`, `sentiment`, and `sentences` with offsets and labels.

    A label file may leave the texts out, where they must not be passed on; then `corpora` is the folder whose file
    `<dataset>.jsonl.gz` holds the text under that `uid`.
    """
    known = schemes.load()
    examples = []
    texts = _texts(path, corpora) if corpora else {}
    for number, row in read_lines(path):
        try:
            sentences = row["sentences"]
            if "text" not in row:
                row["text"] = _found(texts, row, f"{path}, line {number}")
            targets = {
                "sentence_moment": np.array([one_hot(s["moment"], known.labels) for s in sentences]),
                "sentence_sentiment": np.array([one_hot(s["sentiment"], known.sentiments) for s in sentences]),
                "item_moment": one_hot(row.get("moment"), known.labels)[None],
                "item_sentiment": one_hot(row.get("sentiment"), known.sentiments)[None],
            }
            spans = [(int(s["start"]), int(s["end"])) for s in sentences]
            uid = str(row.get("uid", row.get("id", number)))
            extra = {"batch": row.get("batch"), "src": row.get("src")}
            examples.append(
                Example(uid, row["text"], spans, targets, row.get("kind"), str(row.get("dataset", "")), extra)
            )
        except (KeyError, TypeError) as error:
            raise NlpError(
                f"{path}, line {number}: {error} is missing or not a known label; see schemes.json."
            ) from None
    if not examples:
        raise NlpError(f"{path} holds no labelled item.")
    return examples


def _texts(path: Path, corpora: Path) -> dict[tuple[str, str], str]:
    """The texts of the corpora that a label file names, by data set and uid."""
    wanted: dict[str, set[str]] = {}
    for _, row in read_lines(path):
        if "text" not in row:
            wanted.setdefault(str(row.get("dataset")), set()).add(str(row.get("uid")))
    return {
        (name, str(row["uid"])): row["text"]
        for name, uids in wanted.items()
        for _, row in read_lines(corpora / f"{name}.jsonl.gz")
        if str(row.get("uid")) in uids
    }


def _found(texts: dict[tuple[str, str], str], row: dict[str, Any], where: str) -> str:
    try:
        return texts[str(row.get("dataset")), str(row.get("uid"))]
    except KeyError:
        raise NlpError(
            f"{where}: there is no text, and none for uid {row.get('uid')} of {row.get('dataset')} in the corpora; "
            "name the folder that holds that data set."
        ) from None


def read_sentiment(path: Path, limit: int, seed: int, weight: float = 1.0) -> list[Example]:
    """A random part of a corpus whose rows have `text` and a three-way `sentiment`, as item sentiment only.

    A text of a single sentence teaches the sentence head too. Rows of a split other than `train` are left alone.
    """
    known = schemes.load()
    rows = [
        row
        for _, row in read_lines(path)
        if row.get("sentiment") in known.sentiments and row.get("text") and row.get("split") in (None, "train")
    ]
    random.Random(seed).shuffle(rows)
    examples = []
    for row in rows[:limit]:
        text = str(row["text"])[:4000]
        spans = sentence_spans(text)
        targets = empty_targets(len(spans))
        targets["item_sentiment"][0] = one_hot(row["sentiment"], known.sentiments) * weight
        if len(spans) == 1:
            targets["sentence_sentiment"][0] = targets["item_sentiment"][0]
        examples.append(
            Example(str(row.get("uid", "")), text, spans, targets, row.get("kind"), path.name.split(".")[0])
        )
    return examples


def read_soft(path: Path, weight: float = 1.0, corpora: Path | None = None) -> list[Example]:
    """Soft labels: what `tag_file(..., probabilities=True)` wrote, as distributions to learn.

    Where the texts must not be passed on, `dataset` and `uid` may stand for `id` and `text` (see `read_labels`).
    """
    examples = []
    texts = _texts(path, corpora) if corpora else {}
    for number, row in read_lines(path):
        try:
            sentences = row["sentences"]
            if "text" not in row:
                row["text"] = _found(texts, row, f"{path}, line {number}")
            spans = [(int(s["start"]), int(s["end"])) for s in sentences]
            targets = {
                "sentence_moment": np.array([s["moment_probs"] for s in sentences], dtype=np.float32).reshape(-1, 9),
                "sentence_sentiment": np.array([s["sentiment_probs"] for s in sentences], dtype=np.float32).reshape(
                    -1, 3
                ),
                "item_moment": np.array([row["probs"]["moment"]], dtype=np.float32),
                "item_sentiment": np.array([row["probs"]["sentiment"]], dtype=np.float32),
            }
            targets = {head: rows * weight for head, rows in targets.items()}
            uid = str(row["id"] if "id" in row else row["uid"])
            examples.append(Example(uid, row["text"], spans, targets, row.get("kind"), "soft"))
        except (KeyError, TypeError, ValueError) as error:
            raise NlpError(f"{path}, line {number}: {error}; soft labels need text, sentences and probs.") from None
    return examples


def split(examples: Iterable[Example], share: float = 0.1) -> tuple[list[Example], list[Example]]:
    """(training, validation) by a hash of the item id: the same items whatever the order, the seed or the file."""
    train: list[Example] = []
    validation: list[Example] = []
    for example in examples:
        (validation if place(example.uid) < share else train).append(example)
    return train, validation


def place(uid: str) -> float:
    """Where in 0…1 an item stands by a hash of its id: at random, and always the same."""
    return int.from_bytes(hashlib.sha256(uid.encode()).digest()[:4], "big") / 2**32


def class_weights(examples: Sequence[Example], power: float) -> dict[str, list[float]]:
    """Weights (frequency to the power -`power`, mean 1 over the data) that keep rare moments from being unlearned."""
    weights = {}
    for head in ("sentence_moment", "item_moment"):
        counts = np.sum([e.targets[head].sum(0) for e in examples], axis=0) + 1.0
        raw = counts**-power
        weights[head] = [float(w) for w in raw / ((raw * counts).sum() / counts.sum())]
    return weights


class ExampleDataset(Dataset[dict[str, Any]]):
    """Examples as model inputs. In training the kind before the text is varied, since live sources name fewer kinds."""

    def __init__(
        self, examples: Sequence[Example], tokenizer: Any, max_tokens: int, vary_kind: bool = False, seed: int = 0
    ) -> None:
        self.examples = list(examples)
        self.tokens: list[Tokens] = []
        for begin in range(0, len(self.examples), 1024):
            part = self.examples[begin : begin + 1024]
            self.tokens += tokenize(tokenizer, [e.text for e in part], [e.spans for e in part])
        kinds = {e.kind for e in self.examples} | {"post", None}
        self.prefixes = {kind: prefix_ids(tokenizer, kind) for kind in kinds}
        self.special = special_ids(tokenizer)
        self.max_tokens = max_tokens
        self.vary_kind = vary_kind
        self.random = random.Random(seed)

    def __len__(self) -> int:
        return len(self.examples)

    def lengths(self) -> list[int]:
        """Tokens of each example, for batches of like lengths."""
        return [min(len(t.ids), self.max_tokens) for t in self.tokens]

    def __getitem__(self, index: int) -> dict[str, Any]:
        example = self.examples[index]
        window = windows(self.tokens[index], self.prefixes[self._kind(example.kind)], self.special, self.max_tokens)[0]
        targets = {
            head: rows[window.sentences] if head.startswith("sentence") else rows
            for head, rows in example.targets.items()
        }
        return {"window": window, "targets": targets}

    def _kind(self, kind: str | None) -> str | None:
        if not self.vary_kind:
            return kind
        dice = self.random.random()
        if dice < 0.2:
            return None
        return "post" if kind in ("tweet", "support") and dice < 0.5 else kind


class Collator:
    """Batches of `ExampleDataset` items as tensors, targets padded with zeros (unknown)."""

    def __init__(self, pad_id: int) -> None:
        self.pad_id = pad_id

    def __call__(self, batch: Sequence[dict[str, Any]]) -> dict[str, Any]:
        found: list[Window] = [item["window"] for item in batch]
        inputs: dict[str, Any] = dict(collate(found, self.pad_id))
        count = inputs["spans"].shape[1]
        targets: dict[str, Tensor] = {}
        for head in HEADS:
            rows = [item["targets"][head] for item in batch]
            if head.startswith("sentence"):
                full = np.zeros((len(batch), count, rows[0].shape[-1]), dtype=np.float32)
                for place, row in enumerate(rows):
                    full[place, : len(row)] = row
            else:
                full = np.concatenate(rows)
            targets[head] = torch.from_numpy(full)
        return {**inputs, "targets": targets}
