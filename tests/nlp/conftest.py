"""A tagger small enough to build and train in seconds, and sentences that we wrote for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CLAUSES = {
    "trigger": ["My old kettle broke this morning", "I need a new kettle", "Our lamp gave up last night"],
    "research": [
        "Which kettle is better for hard water",
        "Has anybody compared these two lamps",
        "Kettle review and unboxing",
    ],
    "encounter": [
        "The box looked lovely on the shelf",
        "I picked it for the red handle",
        "Too dear in the window so I left it",
    ],
    "purchase": ["I ordered it at the till", "Paid twenty crowns with a voucher", "Just bought the big one"],
    "wait": ["The parcel is still on its way", "The courier lost my order", "It arrived dented after three weeks"],
    "use": ["The handle gets hot", "It boils in a minute", "The switch sticks every evening"],
    "feedback": ["A great kettle overall", "Waste of money", "I will stay with this brand"],
    "referral": ["Highly recommend it to everybody", "Stay away from this shop", "Tell your friends to get one"],
    "none": ["Good morning all", "The weather is fine", "My uncle plays chess"],
}
FEELINGS = {"The handle gets hot": "negative", "Waste of money": "negative", "A great kettle overall": "positive"}


def label_rows(copies: int = 6) -> list[dict[str, Any]]:
    """Items in the form of the label files, each of two invented sentences."""
    flat = [(label, clause) for label, clauses in CLAUSES.items() for clause in clauses]
    rows = []
    for number in range(len(flat) * copies):
        (label, first), (second_label, second) = flat[number % len(flat)], flat[(number * 7 + 3) % len(flat)]
        text = f"{first}. {second}."
        sentences = []
        for start, clause, moment in ((0, first, label), (len(first) + 2, second, second_label)):
            feeling = FEELINGS.get(clause, "neutral")
            sentences.append({"start": start, "end": start + len(clause) + 1, "moment": moment, "sentiment": feeling})
        feeling = sentences[0]["sentiment"]
        rows.append(
            {"uid": f"t{number}", "dataset": "invented", "kind": "review", "text": text, "moment": label,
             "sentiment": feeling, "sentences": sentences}
        )  # fmt: skip
    return rows


def write_lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def label_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_lines(tmp_path_factory.mktemp("labels") / "labels.jsonl", label_rows())


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random two-layer BERT with a word-piece tokenizer learnt from our own sentences, stored as a base encoder."""
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("base")
    maker = BertWordPieceTokenizer(lowercase=True)
    maker.train_from_iterator([row["text"] for row in label_rows(1)], vocab_size=400, min_frequency=1)
    tokenizer = BertTokenizerFast(tokenizer_object=maker._tokenizer)
    tokenizer.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128,
        max_position_embeddings=96,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_model(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained tagger over `tiny_base`, saved whole, with windows of 48 tokens so that long texts need many."""
    from nlp.base import new_model, save_model

    model, tokenizer = new_model({"path": str(tiny_base)}, max_tokens=48, name="tiny")
    model.config.base = None
    folder = tmp_path_factory.mktemp("tiny")
    save_model(model, folder, tokenizer)
    return folder
