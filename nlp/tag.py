"""Tagging files of texts: `mot tag`.

Promise: the output has one line for every input line, in the same order; memory is bounded by a window of items
whatever the file's size; the output appears under its name only when it is complete. A line that breaks the contract
stops the run with an NlpError that names the line and what to do; strange texts do not: they are tagged, or marked
`empty`, `unsupported` (a language that the model was not trained on) or `unsure`.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from nlp import language
from nlp.base import SHIPPED, load_model, model_version
from nlp.calibrate import column
from nlp.calibrate import probabilities as calibrated
from nlp.data import open_text, read_lines
from nlp.encode import Window, prefix_ids, special_ids, tokenize, windows
from nlp.engine import choose, engine
from nlp.errors import NlpError
from nlp.model import HEADS
from nlp.predict import merge, run
from nlp.spans import encodable, is_visible, sentence_spans

WINDOW_ITEMS = 2048
WINDOW_CHARACTERS = 2_000_000


@dataclass(frozen=True)
class Text:
    """One input line, checked."""

    id: str | int
    text: str
    spans: list[tuple[int, int]] | None = None
    title: str | None = None
    kind: str | None = None
    lang: str | None = None


@dataclass(frozen=True)
class TagSummary:
    """What a run did: items written, by which model, in how many seconds, and how many items have each status."""

    items: int
    model_version: str
    seconds: float
    statuses: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Prepared:
    """A window of items cut into sentences and tokens, ready for the model."""

    texts: list[Text]
    spans: list[list[tuple[int, int]]]
    languages: list[str | None]
    windows: list[Window]
    bounds: list[int]


class Tagger:
    """A loaded model that turns texts into tags. Thread-safe for preparing, not for running."""

    def __init__(self, model: Path | None = None, precision: str = "auto", unsure_below: float | None = None) -> None:
        import torch

        self.version = model_version(model)
        self.model, self.tokenizer = load_model(model)
        self.config = self.model.config
        self.unsure_below = self.config.unsure_below if unsure_below is None else unsure_below
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model.to(device)
        self.precision = choose(precision)
        self.model.engine = engine(self.model, self.precision)
        if self.model.engine is None and self.precision == "bf16":
            self.model.encoder.to(torch.bfloat16)
        self.special = special_ids(self.tokenizer)

    def prepare(self, texts: Sequence[Text]) -> Prepared:
        """Sentence spans, language and tokens of a window of items."""
        languages = [language.base_code(t.lang) or language.detect(t.text).code for t in texts]
        spans = [
            list(t.spans) if t.spans is not None else sentence_spans(t.text, lang)
            for t, lang in zip(texts, languages, strict=True)
        ]
        tokens = tokenize(self.tokenizer, [encodable(t.text) for t in texts], spans)
        found: list[Window] = []
        bounds = [0]
        for text, item in zip(texts, tokens, strict=True):
            # A title that the text already begins with would be read twice.
            title = None if text.title is None or text.text.startswith(text.title) else encodable(text.title)
            prefix = prefix_ids(self.tokenizer, text.kind, title)
            found += windows(item, prefix, self.special, self.config.max_tokens)
            bounds.append(len(found))
        return Prepared(list(texts), spans, languages, found, bounds)

    def logits(self, prepared: Prepared) -> dict[str, list[np.ndarray]]:
        """What the model says: for each head, logits of each item ([sentences, classes] or [1, classes])."""
        results = run(self.model, prepared.windows, self.tokenizer.pad_token_id)
        rows: dict[str, list[np.ndarray]] = {head: [] for head in HEADS}
        for a, b, spans in zip(prepared.bounds, prepared.bounds[1:], prepared.spans, strict=False):
            merged = merge(prepared.windows[a:b], results[a:b], len(spans), self.config.sentences_share)
            for head, values in merged.items():
                rows[head].append(np.atleast_2d(values))
        return rows

    def finish(
        self, prepared: Prepared, logits: dict[str, list[np.ndarray]], probabilities: bool = False
    ) -> list[dict[str, Any]]:
        """One output object an item, in order; probabilities of all items are computed and rounded at once."""
        kinds = [text.kind for text in prepared.texts]
        counts = [len(spans) for spans in prepared.spans]
        rows = {}
        for head in HEADS:
            temperature = column(self.config.temperatures, self.config.kind_temperatures, head, kinds)
            if head.startswith("sentence"):
                temperature = np.repeat(temperature, counts, axis=0)
            rows[head] = calibrated(np.concatenate(logits[head]), temperature, self.config.label_smoothing)
        rounded = {head: np.round(values.astype(float), 4).tolist() for head, values in rows.items()}
        tags, first = [], 0
        for index, spans in enumerate(prepared.spans):
            last = first + len(spans)
            cuts = {h: slice(first, last) if h.startswith("sentence") else slice(index, index + 1) for h in HEADS}
            probs = {head: rows[head][cut] for head, cut in cuts.items()}
            short = {head: rounded[head][cut] for head, cut in cuts.items()}
            tags.append(self._output(prepared, index, probs, short, probabilities))
            first = last
        return tags

    def tag(self, prepared: Prepared, probabilities: bool = False) -> list[dict[str, Any]]:
        """One output object an item, in order."""
        return self.finish(prepared, self.logits(prepared), probabilities)

    def _output(
        self,
        prepared: Prepared,
        index: int,
        rows: dict[str, np.ndarray],
        short: dict[str, list[list[float]]],
        probabilities: bool,
    ) -> dict[str, Any]:
        text, spans, lang = prepared.texts[index], prepared.spans[index], prepared.languages[index]
        labels, feelings = self.config.labels, self.config.sentiments
        visible = is_visible(text.text)
        moments, sentiments = rows["sentence_moment"], rows["sentence_sentiment"]
        best_moment, best_sentiment = moments.argmax(1).tolist(), sentiments.argmax(1).tolist()
        sentences = [
            {
                "start": start,
                "end": end,
                "moment": labels[best_moment[i]],
                "sentiment": feelings[best_sentiment[i]],
                "moment_probs": short["sentence_moment"][i],
                "sentiment_probs": short["sentence_sentiment"][i],
            }
            for i, (start, end) in enumerate(spans)
        ]
        item_moment, item_sentiment = rows["item_moment"][0], rows["item_sentiment"][0]
        result: dict[str, Any] = {
            "id": text.id,
            "moment": labels[item_moment.argmax()] if visible else "none",
            "moments": _shares(best_moment, sentiments, labels, feelings),
            "sentiment": feelings[item_sentiment.argmax()] if visible else "neutral",
            "confidence": {
                "moment": max(short["item_moment"][0]) if visible else 0.0,
                "sentiment": max(short["item_sentiment"][0]) if visible else 0.0,
            },
            "sentences": sentences,
            "lang": lang,
            "status": self._status(text.text, visible, lang, float(item_moment.max())),
            "model_version": self.version,
        }
        if probabilities:
            probs = {"moment": short["item_moment"][0], "sentiment": short["item_sentiment"][0]}
            result |= {"text": text.text, "kind": text.kind, "probs": probs}
        return result

    def _status(self, text: str, visible: bool, lang: str | None, confidence: float) -> str:
        if not visible:
            return "empty"
        trained = self.config.languages
        if "*" not in trained and (lang not in trained if lang else not language.is_latin(text)):
            return "unsupported"
        return "unsure" if confidence < self.unsure_below else "ok"


@lru_cache(maxsize=2)
def _tagger(folder: Path, version: str, precision: str, unsure_below: float | None) -> Tagger:
    return Tagger(folder, precision, unsure_below)


def tag_file(
    input: Path,
    output: Path,
    *,
    model: Path | None = None,
    progress: Callable[[int], None] | None = None,
    precision: str = "auto",
    unsure_below: float | None = None,
    probabilities: bool = False,
    window_items: int = WINDOW_ITEMS,
) -> TagSummary:
    """Tag a JSON Lines file (`.gz` too) into another.

    Input lines: `id`, `text`, and if wanted `spans` (then exactly those are tagged), `title`, `kind`, `lang`. `model`:
    a folder that `save_model` wrote (default: the shipped weights). `precision`: one of `nlp.engine.PRECISIONS`.
    `progress` is called with the number of items done. `probabilities` adds the text and the item's probability rows,
    the form that `read_soft` learns from. Raises NlpError for a line, file or model that cannot be used.
    """
    started = time.monotonic()
    folder = model or SHIPPED
    tagger = _tagger(folder, model_version(folder), precision, unsure_below)
    statuses: Counter[str] = Counter()
    partial = output.with_name(f".partial-{output.name}")
    try:
        with open_text(partial, "wt") as out:
            for tags in tag_stream(read_texts(input), tagger, probabilities=probabilities, window_items=window_items):
                out.writelines(json.dumps(tag) + "\n" for tag in tags)
                statuses.update(tag["status"] for tag in tags)
                if progress is not None:
                    progress(statuses.total())
        partial.replace(output)
    except FileNotFoundError:
        raise NlpError(f"{output} cannot be written: its folder does not exist.") from None
    finally:
        partial.unlink(missing_ok=True)
    return TagSummary(statuses.total(), tagger.version, time.monotonic() - started, dict(statuses))


def tag_stream(
    texts: Iterable[Text], tagger: Tagger, *, probabilities: bool = False, window_items: int = WINDOW_ITEMS
) -> Iterator[list[dict[str, Any]]]:
    """Tags of windows of items, in order.

    While the model reads one window, another thread cuts and tokenises the next and puts the one before into words, so
    at most three windows are in memory.
    """
    chunks = _chunks(texts, window_items)
    with ThreadPoolExecutor(1) as pool:
        upcoming = next(chunks, None)
        waiting = pool.submit(tagger.prepare, upcoming) if upcoming else None
        ready = None
        while waiting is not None:
            prepared = waiting.result()
            upcoming = next(chunks, None)
            waiting = pool.submit(tagger.prepare, upcoming) if upcoming else None
            logits = tagger.logits(prepared)
            if ready is not None:
                yield ready.result()
            ready = pool.submit(tagger.finish, prepared, logits, probabilities)
        if ready is not None:
            yield ready.result()


def _chunks(texts: Iterable[Text], size: int) -> Iterator[list[Text]]:
    """Windows of at most `size` items and about WINDOW_CHARACTERS characters."""
    stream = iter(texts)
    while True:
        chunk: list[Text] = []
        characters = 0
        for text in islice(stream, size):
            chunk.append(text)
            characters += len(text.text)
            if characters >= WINDOW_CHARACTERS:
                break
        if not chunk:
            return
        yield chunk


def read_texts(path: Path) -> Iterator[Text]:
    """The input lines, checked. Raises NlpError naming the file, the line and the remedy."""
    for number, row in read_lines(path):
        yield _checked(row, f"{path}, line {number}")


def _checked(row: dict[str, Any], where: str) -> Text:
    for name in ("id", "text"):
        if name not in row:
            raise NlpError(f'{where}: "{name}" is missing; every line needs "id" and "text".')
    if isinstance(row["id"], bool) or not isinstance(row["id"], str | int):
        raise NlpError(f'{where}: "id" is {row["id"]!r}; it must be a string or a whole number.')
    for name in ("text", "title", "kind", "lang"):
        if row.get(name) is not None and not isinstance(row[name], str):
            raise NlpError(f'{where}: "{name}" is of type {type(row[name]).__name__}; it must be a string.')
    text = row["text"] or ""
    spans = row.get("spans")
    if spans is not None:
        spans = _checked_spans(spans, len(text), where)
    return Text(row["id"], text, spans, row.get("title"), row.get("kind"), row.get("lang"))


def _checked_spans(spans: Any, length: int, where: str) -> list[tuple[int, int]]:
    if not isinstance(spans, list):
        raise NlpError(f'{where}: "spans" is of type {type(spans).__name__}; it must be a list of [start, end].')
    for span in spans:
        pair = isinstance(span, list) and len(span) == 2 and all(type(v) is int for v in span)
        if not pair or not 0 <= span[0] <= span[1] <= length:
            raise NlpError(
                f"{where}: the span {json.dumps(span)[:60]} does not lie in the text of {length} characters; "
                "spans are [start, end] with 0 <= start <= end <= length."
            )
    return [(start, end) for start, end in spans]


def _shares(
    moments: list[int], sentiments: np.ndarray, labels: Sequence[str], feelings: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """For each moment that occurs: its share of the sentences, and the sentiment its sentences add up to."""
    counts = Counter(moments)
    which = np.array(moments)
    return {
        labels[moment]: {
            "share": round(count / len(moments), 4),
            "sentiment": feelings[int(sentiments[which == moment].sum(0).argmax())],
        }
        for moment, count in counts.most_common()
    }
