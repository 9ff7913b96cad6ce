"""How fast tagging is, as ratios that travel: against the stock pipeline, and against this machine's matrix limit.

Run `python benchmarks/tag.py --threads 1 [--clock cpu] [--labels test.jsonl] [--input texts.jsonl.gz]`. On the same
texts, in turns, are timed: our tagging from file to file (every sentence, four heads), `transformers.pipeline` with the
same encoder weights (batch 32, fp32, one label a text), and our model alone. The matrix limit is the time that the
encoder's own products (dense layers and attention) need at the rate of plain products, measured in the same run in the
arithmetic that is used, with the weights laid out beforehand if that is faster. What is above it is attention's
softmax, GELU, normalisation, heads, tokenising and everything else.
Quality is printed beside speed: how often the labels are those of plain fp32, and with `--labels` the macro-F1 of both.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from transformers import BertForSequenceClassification, pipeline

from nlp.data import read_labels, read_lines
from nlp.dense import Dense
from nlp.engine import PRECISIONS
from nlp.metrics import softmax
from nlp.model import HEADS
from nlp.predict import predict, run
from nlp.tag import Tagger, Text, tag_file

OPENERS = ["The parcel", "My new kettle", "This lamp", "The seller", "The app", "Their support", "Our old one"]
DEEDS = [
    "arrived late",
    "works as promised",
    "broke on the second day",
    "looks lovely on the shelf",
    "is louder than the last",
    "cost twenty crowns with a voucher",
    "keeps the water warm for hours",
]
CLOSERS = [
    "and I would buy it again",
    "so stay away",
    "which surprised me",
    "but the handle is thin",
    "as the review said",
]


def texts(count: int, sentences: tuple[int, int], seed: int = 0) -> list[str]:
    """Invented texts of so many sentences each."""
    dice = random.Random(seed)

    def sentence() -> str:
        return f"{dice.choice(OPENERS)} {dice.choice(DEEDS)} {dice.choice(CLOSERS)}."

    return [" ".join(sentence() for _ in range(dice.randint(*sentences))) for _ in range(count)]


def stream(count: int, seed: int = 1) -> list[str]:
    """Invented texts of lengths as mixed as what is crawled: half up to 2 sentences, a tenth 7 or more, a hundredth 15.

    The labelled items have 32, 121 and 203 tokens at these places.
    """
    dice = random.Random(seed)
    counts = [min(max(round(dice.lognormvariate(0.75, 0.85)), 1), 20) for _ in range(count)]
    return [texts(1, (n, n), seed=seed * count + i)[0] for i, n in enumerate(counts)]


def in_turns(actions: list[Callable[[], object]], clock: Callable[[], float], rounds: int) -> list[list[float]]:
    """Seconds of each action in each round, the actions one after another in every round, after one to warm up."""
    found: list[list[float]] = [[] for _ in actions]
    for turn in range(rounds + 1):
        for action, times in zip(actions, found, strict=True):
            started = clock()
            action()
            if turn:
                times.append(clock() - started)
    return found


def _each(actions: list[Callable[[], object]]) -> None:
    for action in actions:
        action()


def product_rates(size: int, clock: Callable[[], float], rows: int = 2048) -> dict[str, float]:
    """Operations a second of plain products in the shapes of an encoder of this width, for each arithmetic.

    The better of a plain product and one with the weights laid out beforehand.
    """
    shapes = [(size, 3 * size), (size, size), (size, 4 * size), (4 * size, size)]
    operations = sum(2 * rows * a * b for a, b in shapes)
    weights = [(torch.randn(b, a), torch.zeros(b)) for a, b in shapes]
    kinds: dict[str, list[Callable[[], object]]] = {}
    for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        inputs = [torch.randn(rows, a, dtype=dtype) for a, _ in shapes]
        turned = [w.to(dtype).t() for w, _ in weights]
        kinds[name] = [partial(_each, [partial(torch.mm, x, w) for x, w in zip(inputs, turned, strict=True)])]
        if torch.backends.mkldnn.is_available():
            packed = [Dense(w, b, dtype) for w, b in weights]
            kinds[name].append(partial(_each, [partial(d.plain, x) for x, d in zip(inputs, packed, strict=True)]))
    with torch.inference_mode():
        return {
            name: operations / min(statistics.median(t) for t in in_turns(actions, clock, 15))
            for name, actions in kinds.items()
        }


def stock_pipeline(tagger: Tagger) -> Callable[[list[str]], object]:
    """The same encoder weights behind the usual classification head, in fp32, batches of 32 in the order they come."""
    model = BertForSequenceClassification(tagger.config.encoder_config()).eval()
    state = {k: v.float() for k, v in tagger.model.encoder.state_dict().items()}
    model.bert.load_state_dict(state, strict=False)
    stock = pipeline("text-classification", model=model, tokenizer=tagger.tokenizer, device=-1)
    return lambda batch: stock(batch, batch_size=32, truncation=True, max_length=512)


def limit(lengths: list[int], tagger: Tagger, rates: dict[str, float]) -> float:
    """Seconds that the encoder's products on windows of these lengths need at the measured rates."""
    layers, size = tagger.config.encoder["num_hidden_layers"], tagger.config.encoder["hidden_size"]
    dense = 2 * sum(lengths) * layers * 12 * size * size
    attention = sum(4 * n * n for n in lengths) * size * layers
    return (dense + attention) / rates[tagger.precision]


def measure(
    name: str, batch: list[str], tagger: Tagger, plain: Tagger, rates: dict[str, float], given: argparse.Namespace
) -> None:
    """Time one set of texts and print its ratios."""
    prepared = tagger.prepare([Text(i, text) for i, text in enumerate(batch)])
    lengths = [len(w.ids) for w in prepared.windows]
    pad = tagger.tokenizer.pad_token_id
    stock = stock_pipeline(plain)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
        source.write_text("\n".join(json.dumps({"id": i, "text": t}) for i, t in enumerate(batch)), encoding="utf-8")
        actions = [
            lambda: tag_file(source, target, precision=given.precision),
            lambda: stock(batch),
            lambda: run(tagger.model, prepared.windows, pad),
        ]
        whole, usual, alone = in_turns(actions, given.time, given.rounds)
    ratio = statistics.median(b / a for a, b in zip(whole, usual, strict=True))
    ideal = limit(lengths, tagger, rates)
    ours, theirs, model = (statistics.median(times) for times in (whole, usual, alone))
    print(f"{name}: {len(batch)} texts, {sum(lengths)} tokens, {given.threads} thread(s), {given.clock} time")
    print(f"  tagging, file to file    {ours:7.2f} s  {len(batch) / ours:8.0f} texts/s")
    print(f"  stock pipeline           {theirs:7.2f} s  ratio {ratio:5.1f}")
    print(f"  the model alone          {model:7.2f} s  {ideal / model:5.0%} of the matrix limit ({ideal:.2f} s)")
    print(f"  file to file                         {ideal / ours:5.0%} of the matrix limit")
    same = agreement(run(tagger.model, prepared.windows, pad), run(plain.model, prepared.windows, pad))
    print("  labels as in plain fp32:", ", ".join(f"{head} {share:.2%}" for head, share in same.items()), flush=True)


def agreement(ours: list[dict[str, np.ndarray]], theirs: list[dict[str, np.ndarray]]) -> dict[str, float]:
    """Share of equal labels by head, and the mean distance of the probabilities."""
    found, distances = {}, []
    for head in HEADS:
        a, b = (np.concatenate([np.atleast_2d(r[head]) for r in rows]) for rows in (ours, theirs))
        found[head] = float((a.argmax(1) == b.argmax(1)).mean())
        distances.append(np.abs(softmax(a) - softmax(b)).mean())
    return found | {"mean distance of probabilities": float(np.mean(distances))}


def labelled(path: Path, tagger: Tagger, plain: Tagger) -> None:
    """Macro-F1 on a labelled file, ours beside plain fp32."""
    examples = read_labels(path)
    ours, theirs = (predict(t.model, t.tokenizer, examples, t.config.max_tokens).summary() for t in (tagger, plain))
    print(f"{path.name}: macro-F1 in points, {tagger.precision} against plain fp32")
    for head in ours:
        difference = 100 * (ours[head] - theirs[head])
        print(f"  {head:20} {100 * ours[head]:6.2f} {100 * theirs[head]:6.2f}  {difference:+.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Ratios of tagging speed.")
    parser.add_argument("--items", type=int, default=1000, help="mixed items and tweets; an eighth as many reviews")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--precision", choices=PRECISIONS, default="auto")
    parser.add_argument("--labels", type=Path, help="a labelled file to compare macro-F1 on")
    parser.add_argument("--input", type=Path, action="append", default=[], help="texts of your own (JSON Lines)")
    parser.add_argument(
        "--clock",
        choices=("wall", "cpu"),
        default="wall",
        help="cpu: processor time, for a machine that others use too",
    )
    given = parser.parse_args()
    given.time = time.perf_counter if given.clock == "wall" else time.process_time
    torch.set_num_threads(given.threads)
    tagger, plain = Tagger(precision=given.precision), Tagger(precision="fp32")
    plain.model.engine = None
    rates = product_rates(tagger.config.encoder["hidden_size"], given.time)
    print("plain products, billion operations a second:", ", ".join(f"{k} {v / 1e9:.0f}" for k, v in rates.items()))
    print(f"arithmetic used: {tagger.precision}")
    if given.labels:
        labelled(given.labels, tagger, plain)
    sets = {
        "items of mixed lengths": stream(given.items),
        "tweets": texts(given.items, (1, 2)),
        "long reviews": texts(given.items // 8, (15, 30)),
    }
    for path in given.input:
        sets[path.name] = [str(row["text"]) for _, row in islice(read_lines(path), given.items) if row.get("text")]
    for name, batch in sets.items():
        measure(name, batch, tagger, plain, rates, given)


if __name__ == "__main__":
    main()
