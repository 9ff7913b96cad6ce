from __future__ import annotations

from pathlib import Path

from nlp.evaluate import evaluate
from nlp.model import HEADS


def test_page_of_a_small_model(label_file: Path, tiny_model: Path, tmp_path: Path) -> None:
    report = evaluate(label_file, model=tiny_model, train=label_file, output=tmp_path / "page.md", rounds=20)
    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    for head in HEADS:
        figures = report["heads"][head]
        assert figures["interval"][0] <= figures["macro_f1"] <= figures["interval"][1]
        assert figures["baselines"]["tf-idf"] > figures["baselines"]["majority"]
    assert "vader" in report["heads"]["item_sentiment"]["baselines"]
    assert "| trigger |" in page and "0.896" in page and (tmp_path / "page.json").is_file()


def test_shipped_weights_beat_the_baselines(shared: Path) -> None:
    labels = shared / "labels"
    report = evaluate(labels / "test.jsonl", train=labels / "train.jsonl", rounds=20)
    for head in HEADS:
        figures = report["heads"][head]
        assert figures["macro_f1"] > max(figures["baselines"].values()) + 0.05, head
        assert figures["ece"] < 0.1
