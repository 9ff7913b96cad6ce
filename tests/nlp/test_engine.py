"""The fast engine against the plain model: the same answers, whatever the lengths, spans and arithmetic."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import NlpError, engine
from nlp.base import load_model
from nlp.encode import Window
from nlp.metrics import softmax
from nlp.model import HEADS, MomentConfig, MomentModel
from nlp.packed import Packed
from nlp.predict import merge, packed_batches, run, run_packed
from nlp.tag import Tagger, Text

from .conftest import label_rows

needs_onednn = pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="this torch has no oneDNN")
# How far a probability may lie from plain fp32, at most and in the mean.
DISTANCE = {"fp32": (1e-4, 1e-5), "bf16": (0.1, 0.005)}


def window(length: int, spans: list[tuple[int, int]], total: int | None = None, first: int = 0) -> Window:
    """A window of made-up tokens with these spans."""
    ids = [2, *(5 + (7 * i + length) % 90 for i in range(length - 2)), 3]
    return Window(ids, spans, list(range(first, first + len(spans))), total or first + len(spans))


def varied() -> list[Window]:
    """Lengths from 2 to 48, equal ones among them; overlapping spans, empty ones, none at all; later parts of items."""
    dice = random.Random(3)
    found = [window(2, []), window(3, [(1, 2)]), window(9, [(0, 0)]), window(20, []), window(48, [(1, 20), (5, 47)])]
    for _ in range(40):
        length = dice.choice([4, 7, 7, 12, 12, 31, 48])
        cuts = sorted(dice.sample(range(1, length), 2))
        found.append(window(length, [(1, cuts[0]), (cuts[0], cuts[1]), (0, 0)], 9, dice.randrange(4)))
    return found


def compare(ours: list[dict[str, np.ndarray]], theirs: list[dict[str, np.ndarray]], precision: str) -> None:
    most, mean = DISTANCE[precision]
    for head in HEADS:
        for a, b in zip(ours, theirs, strict=True):
            assert a[head].shape == b[head].shape
        a, b = (softmax(np.concatenate([np.atleast_2d(r[head]) for r in rows])) for rows in (ours, theirs))
        if len(a):
            assert np.abs(a - b).max() < most and np.abs(a - b).mean() < mean


@needs_onednn
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_equals_the_plain_model(tiny_model: Path, precision: str) -> None:
    model, tokenizer = load_model(tiny_model)
    found = varied()
    plain = run(model, found, tokenizer.pad_token_id)
    fast = engine.engine(model, precision)
    assert fast is not None
    compare(run_packed(fast, found), plain, precision)
    # However windows fall into batches, the answers are the same but for the last digits.
    compare(run_packed(fast, found, budget=30), plain, precision)
    compare(run_packed(fast, found, budget=10**6), plain, precision)
    assert run_packed(fast, []) == []


@needs_onednn
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_the_shipped_weights_give_the_same_labels(precision: str) -> None:
    texts = [Text(i, row["text"] * (1 + i % 9), kind="review") for i, row in enumerate(label_rows(2))]
    fast, plain = Tagger(precision=precision), Tagger(precision="fp32")
    assert fast.model.engine is not None
    plain.model.engine = None
    ours, theirs = (t.tag(t.prepare(texts)) for t in (fast, plain))
    same = [a["moment"] == b["moment"] and a["sentiment"] == b["sentiment"] for a, b in zip(ours, theirs, strict=True)]
    assert np.mean(same) >= (1.0 if precision == "fp32" else 0.95)
    pairs = [
        (a["moment_probs"], b["moment_probs"])
        for x, y in zip(ours, theirs, strict=True)
        for a, b in zip(x["sentences"], y["sentences"], strict=True)
    ]
    distance = np.abs(np.array([a for a, _ in pairs]) - np.array([b for _, b in pairs]))
    assert distance.max() <= DISTANCE[precision][0] + 1e-4


@needs_onednn
def test_long_items_given_spans_and_no_spans(tiny_model: Path) -> None:
    text = "The handle gets hot. " * 60
    items = [
        Text(1, text, [(0, 20), (4, 4), (0, len(text)), (21, 40)]),
        Text(2, text),
        Text(3, text, []),
        Text(4, ""),
        Text(5, "x"),
    ]
    fast, plain = Tagger(tiny_model, "fp32"), Tagger(tiny_model, "fp32")
    plain.model.engine = None
    prepared = fast.prepare(items)
    assert len(prepared.windows) > 20
    ours, theirs = fast.logits(prepared), plain.logits(prepared)
    for head in HEADS:
        for a, b in zip(ours[head], theirs[head], strict=True):
            np.testing.assert_allclose(a, b, atol=1e-4)


@needs_onednn
@settings(max_examples=40, deadline=None)
@given(lengths=st.lists(st.integers(2, 48), min_size=1, max_size=12), budget=st.integers(1, 200))
def test_any_lengths_in_any_batches(tiny_pair: tuple[Any, Any], lengths: list[int], budget: int) -> None:
    model, fast = tiny_pair
    found = [window(n, [(1, n)] * (n % 3)) for n in lengths]
    batches = list(packed_batches(lengths, budget))
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    assert all(len(b) == 1 or sum(lengths[i] for i in b) <= budget for b in batches)
    compare(run_packed(fast, found, budget), run(model, found, 0), "fp32")


@pytest.fixture(scope="module")
def tiny_pair(tiny_model: Path) -> tuple[Any, Any]:
    model, _ = load_model(tiny_model)
    return model, engine.engine(model, "fp32")


def test_packing_lays_windows_end_to_end() -> None:
    packed = Packed.of([window(5, [(1, 3), (0, 0)]), window(5, []), window(3, [(1, 2)])])
    assert packed.groups == [(0, 2, 5), (10, 1, 3)]
    assert packed.places.tolist() == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2]
    assert packed.inside.tolist() == [1, 2, 0, 5, 11] and packed.inside_starts.tolist() == [0, 2, 3, 4]
    assert packed.owner.tolist() == [0, 0, 1, 2] and packed.sentence_starts.tolist() == [0, 2, 3]


def test_another_family_takes_the_plain_path() -> None:
    encoder = {
        "model_type": "xlm-roberta", "vocab_size": 120, "hidden_size": 32, "num_hidden_layers": 1,
        "num_attention_heads": 2, "intermediate_size": 64, "max_position_embeddings": 64, "pad_token_id": 1,
    }  # fmt: skip
    model = MomentModel(MomentConfig(encoder=encoder, labels=["a", "b"], sentiments=["c", "d"])).eval()
    assert engine.engine(model, "bf16") is None and model.engine is None
    rows = run(model, [window(9, [(1, 8)])], 1)
    assert rows[0]["sentence_moment"].shape == (1, 2)


def test_the_choice_follows_the_processor(monkeypatch: pytest.MonkeyPatch, tiny_model: Path) -> None:
    monkeypatch.setattr(engine, "bf16_is_fast", lambda: False)
    assert engine.choose("auto") == "fp32"
    tagger = Tagger(tiny_model)
    assert tagger.precision == "fp32" and tagger.tag(tagger.prepare([Text(1, "It boils.")]))[0]["id"] == 1
    monkeypatch.setattr(engine, "bf16_is_fast", lambda: True)
    assert engine.choose("auto") == "bf16"
    with pytest.raises(NlpError, match='"fp8" is not a precision; valid are auto, bf16, fp32'):
        engine.choose("fp8")


def test_without_onednn_the_plain_model_tags(monkeypatch: pytest.MonkeyPatch, tiny_model: Path) -> None:
    monkeypatch.setattr(engine, "fits", lambda model: False)
    for precision in ("fp32", "bf16"):
        tagger = Tagger(tiny_model, precision)
        assert tagger.model.engine is None
        assert tagger.tag(tagger.prepare([Text(1, "It boils.")]))[0]["sentences"][0]["end"] == 9


def test_sentences_have_their_share_in_the_moment_of_their_item() -> None:
    whole = Window([1] * 12, [(1, 9), (9, 11)], [0, 1], 2)
    rows = {head: np.zeros((2, 3) if head.startswith("sentence") else 3) for head in HEADS}
    rows["sentence_moment"][:] = [[9.0, 0.0, 0.0], [0.0, 9.0, 0.0]]
    rows["item_moment"][2] = 9.0
    assert merge([whole], [rows], 2)["item_moment"].argmax() == 2
    mixed = softmax(merge([whole], [rows], 2, share=0.5)["item_moment"])
    assert mixed == pytest.approx([0.4, 0.1, 0.5], abs=0.001)  # the longer sentence says four times as much
    assert merge([Window([1], [], [], 0)], [rows | {"sentence_moment": np.zeros((0, 3))}], 0, share=0.5)[
        "item_moment"
    ].tolist() == [0.0, 0.0, 9.0]
