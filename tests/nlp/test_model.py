from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from nlp import NlpError, model_version, schemes
from nlp.base import DEFAULT_BASE, FROZEN, SHIPPED, base_folder, load_model, new_model, save_model, verify
from nlp.encode import collate, prefix_ids, special_ids, tokenize, windows
from nlp.model import HEADS, MomentConfig, MomentModel
from nlp.predict import merge, run


def inputs_of(
    tokenizer: object, texts: list[str], spans: list[list[tuple[int, int]]], size: int = 48
) -> dict[str, torch.Tensor]:
    tokens = tokenize(tokenizer, texts, spans)
    return collate([windows(t, [], special_ids(tokenizer), size)[0] for t in tokens], 0)


def test_save_and_load_give_the_same_logits(tiny_model: Path, tmp_path: Path) -> None:
    model, tokenizer = load_model(tiny_model)
    inputs = inputs_of(tokenizer, ["A great kettle. It boils."], [[(0, 15), (16, 25)]])
    save_model(model, tmp_path, tokenizer)
    again, _ = load_model(tmp_path)
    with torch.no_grad():
        one, two = model(**inputs), again(**inputs)
    for head in HEADS:
        torch.testing.assert_close(one[head], two[head])
    assert one.sentence_moment.shape == (1, 2, 9) and one.item_sentiment.shape == (1, 3)


def test_padding_and_neighbours_change_nothing(tiny_model: Path) -> None:
    model, tokenizer = load_model(tiny_model)
    texts = ["It boils.", "The handle gets hot. The switch sticks every evening."]
    spans = [[(0, 9)], [(0, 20), (21, 53)]]
    with torch.no_grad():
        alone = model(**inputs_of(tokenizer, texts[:1], spans[:1]))
        both = model(**inputs_of(tokenizer, texts, spans))
    torch.testing.assert_close(alone.sentence_moment[0, 0], both.sentence_moment[0, 0], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(alone.item_moment[0], both.item_moment[0], atol=1e-5, rtol=1e-4)


def test_unknown_targets_teach_nothing(tiny_model: Path) -> None:
    model, tokenizer = load_model(tiny_model)
    inputs = inputs_of(tokenizer, ["It boils.", "It leaks."], [[(0, 9)], [(0, 9)]])
    targets = {
        "sentence_moment": torch.zeros(2, 1, 9), "sentence_sentiment": torch.zeros(2, 1, 3),
        "item_moment": torch.zeros(2, 9), "item_sentiment": torch.zeros(2, 3),
    }  # fmt: skip
    assert float(model(**inputs, targets=targets).loss.detach()) == 0.0
    targets["item_sentiment"][0, 2] = 1
    model(**inputs, targets=targets).loss.backward()
    assert model.item_moment.out.weight.grad.abs().sum() == 0
    assert model.item_sentiment.out.weight.grad.abs().sum() > 0


def test_multilingual_encoder_of_another_family() -> None:
    known = schemes.load()
    encoder = {
        "model_type": "xlm-roberta", "vocab_size": 120, "hidden_size": 32, "num_hidden_layers": 1,
        "num_attention_heads": 2, "intermediate_size": 64, "max_position_embeddings": 64, "pad_token_id": 1,
    }  # fmt: skip
    config = MomentConfig(
        encoder=encoder, labels=list(known.labels), sentiments=list(known.sentiments), languages=["*"], name="multi"
    )
    model = MomentModel(config).eval()
    output = model(
        input_ids=torch.randint(3, 120, (2, 10)), attention_mask=torch.ones(2, 10, dtype=torch.long),
        spans=torch.tensor([[[1, 4], [4, 9]], [[1, 9], [-1, -1]]]), positions=torch.zeros(2, 2, 4),
    )  # fmt: skip
    assert output.sentence_moment.shape == (2, 2, 9)
    assert torch.isfinite(output.sentence_moment).all()


def test_windows_hold_every_sentence_once(tiny_model: Path) -> None:
    _, tokenizer = load_model(tiny_model)
    text = "The handle gets hot. " * 60
    spans = [(i * 21, i * 21 + 20) for i in range(60)] + [(0, len(text) - 1)]
    tokens = tokenize(tokenizer, [text], [spans])[0]
    found = windows(tokens, prefix_ids(tokenizer, "review"), special_ids(tokenizer), 48)
    assert len(found) > 10 and all(len(w.ids) <= 48 for w in found)
    assert all(0 < a < b < len(w.ids) for w in found for a, b in w.spans)
    covered = np.zeros(61, dtype=int)
    for window in found:
        for (a, b), sentence in zip(window.spans, window.sentences, strict=True):
            covered[sentence] += b - a
    assert covered.tolist() == [b - a for a, b in tokens.spans]


def test_a_long_item_is_averaged_over_its_windows(tiny_model: Path) -> None:
    model, tokenizer = load_model(tiny_model)
    text = "It boils in a minute. " * 40
    tokens = tokenize(tokenizer, [text], [[(0, len(text))]])[0]
    found = windows(tokens, [], special_ids(tokenizer), 48)
    rows = merge(found, run(model, found, 0), 1)
    assert rows["sentence_moment"].shape == (1, 9) and rows["item_moment"].shape == (9,)
    assert np.isfinite(rows["sentence_moment"]).all()


def test_a_base_with_another_checksum_is_refused(tiny_base: Path) -> None:
    with pytest.raises(NlpError, match="SHA-256"):
        base_folder({"path": str(tiny_base), "sha256": "0" * 64, "package": "a_b"})
    assert base_folder({"path": str(tiny_base)}) == tiny_base


def test_shipped_weights_refuse_a_changed_base(tmp_path: Path, tiny_base: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "weights")
    config = json.loads((tmp_path / "weights" / "config.json").read_text(encoding="utf-8"))
    config["base"]["path"] = str(tiny_base)
    (tmp_path / "weights" / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(NlpError, match="SHA-256"):
        verify(tmp_path / "weights")


def test_missing_base_says_what_to_install() -> None:
    with pytest.raises(NlpError, match="install the package no-such-package"):
        base_folder({"package": "no_such_package", "hub": "nobody/nothing"})


def test_shipped_part_is_small_and_whole() -> None:
    assert sum(f.stat().st_size for f in SHIPPED.iterdir()) < 50_000_000
    model, _ = load_model()
    base, _ = new_model(dict(DEFAULT_BASE))
    torch.testing.assert_close(model.state_dict()[FROZEN], base.state_dict()[FROZEN])
    verify()


def test_version_follows_the_content(tiny_model: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_model, tmp_path / "copy")
    assert model_version(tmp_path / "copy") == model_version(tiny_model)
    config = tmp_path / "copy" / "config.json"
    config.write_text(
        config.read_text(encoding="utf-8").replace('"unsure_below": 0.4', '"unsure_below": 0.5'), encoding="utf-8"
    )
    assert model_version(tmp_path / "copy") != model_version(tiny_model)
    assert model_version(tiny_model).startswith("tiny-")
    with pytest.raises(NlpError, match="no model"):
        model_version(tmp_path)
