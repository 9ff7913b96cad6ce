"""How fast tagging is, as ratios that travel: against the stock pipeline, and against this machine's matrix limit.

Run `python benchmarks/tag.py`. Three things are timed in one run on the same texts: `transformers.pipeline` with the
same encoder weights (batch 32, fp32, one label a text), our tagging from file to file (every sentence, four heads), and
plain bf16 matrix products of the encoder's shapes. The limit is the time that the encoder's own products need at the
rate measured; what is above it is padding, attention, normalisation, tokenising and everything else.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from transformers import BertForSequenceClassification, pipeline

from nlp.predict import bf16_is_fast, run
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


def seconds(action: Callable[[], object], repeats: int = 3) -> float:
    """Median wall time after one run to warm up."""
    action()
    found = []
    for _ in range(repeats):
        started = time.perf_counter()
        action()
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def matrix_rate(dtype: torch.dtype, rows: int = 2048) -> float:
    """Floating-point operations a second of matrix products in the encoder's shapes."""
    narrow, wide = torch.randn(rows, 384, dtype=dtype), torch.randn(rows, 1536, dtype=dtype)
    up, down, square = (torch.randn(s, dtype=dtype) for s in ((384, 1536), (1536, 384), (384, 384)))

    def layer() -> None:
        for _ in range(4):
            narrow @ square
        narrow @ up
        wide @ down

    operations = 2 * rows * (4 * 384 * 384 + 2 * 384 * 1536)
    return operations * 20 / seconds(lambda: [layer() for _ in range(20)])


def stock_pipeline(tagger: Tagger) -> Callable[[list[str]], object]:
    """The same encoder weights behind the usual classification head, in fp32, batches of 32 in the order they come."""
    model = BertForSequenceClassification(tagger.config.encoder_config()).eval()
    state = {k: v.float() for k, v in tagger.model.encoder.state_dict().items()}
    model.bert.load_state_dict(state, strict=False)
    stock = pipeline("text-classification", model=model, tokenizer=tagger.tokenizer, device=-1)
    return lambda batch: stock(batch, batch_size=32, truncation=True, max_length=512)


def measure(name: str, batch: list[str], tagger: Tagger, limits: dict[str, float]) -> None:
    """Time one set of texts and print its ratios."""
    prepared = tagger.prepare([Text(i, text) for i, text in enumerate(batch)])
    tokens = sum(len(w.ids) for w in prepared.windows)
    layers, size = tagger.config.encoder["num_hidden_layers"], tagger.config.encoder["hidden_size"]
    products = 2 * tokens * layers * 12 * size * size
    attention = sum(4 * len(w.ids) ** 2 * size * layers for w in prepared.windows)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
        rows = [json.dumps({"id": i, "text": text, "lang": "en"}) for i, text in enumerate(batch)]
        source.write_text("\n".join(rows), encoding="utf-8")
        whole = seconds(lambda: tag_file(source, target))
    alone = seconds(lambda: run(tagger.model, prepared.windows, tagger.tokenizer.pad_token_id))
    stock = seconds(lambda: stock_pipeline(tagger)(batch), repeats=1)
    ideal = (products + attention) / limits["bf16" if bf16_is_fast() else "fp32"]
    print(f"{name}: {len(batch)} texts, {tokens} tokens")
    print(f"  tagging, file to file    {whole:7.2f} s  {len(batch) / whole:8.0f} texts/s")
    print(f"  stock pipeline           {stock:7.2f} s  ratio {stock / whole:5.1f}")
    print(f"  the model alone          {alone:7.2f} s  {ideal / alone:5.0%} of the matrix limit ({ideal:.2f} s)")
    print(f"  file to file                         {ideal / whole:5.0%} of the matrix limit")


def main() -> None:
    parser = argparse.ArgumentParser(description="Ratios of tagging speed.")
    parser.add_argument("--items", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    tagger = Tagger()
    limits = {"fp32": matrix_rate(torch.float32), "bf16": matrix_rate(torch.bfloat16)}
    print(f"matrix rate: fp32 {limits['fp32'] / 1e9:.0f}, bf16 {limits['bf16'] / 1e9:.0f} billion operations a second")
    measure("tweets", texts(given.items, (1, 2)), tagger, limits)
    measure("long reviews", texts(given.items // 8, (15, 30)), tagger, limits)


if __name__ == "__main__":
    main()
