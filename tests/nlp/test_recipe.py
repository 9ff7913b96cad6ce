from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from nlp import recipe
from nlp.base import load_model
from nlp.train import TrainOptions

from .conftest import CLAUSES


def tag(name: str, moment: int, probability: float, status: str = "ok") -> dict[str, Any]:
    probs = [0.0] * 9
    probs[moment], probs[5] = probability, 1 - probability
    return {"id": name, "status": status, "sentences": [{"moment_probs": probs}]}


def corpora(folder: Path) -> Path:
    """Invented texts under the corpus names that the recipe reads; sentiment in two of them."""
    lines = [f"{clause} and so it goes." for clauses in CLAUSES.values() for clause in clauses]
    for name, sentiment in (("uber_app", None), ("semeval2017_4a", "positive"), ("absa_en", "negative")):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            for number, line in enumerate(lines):
                file.write(json.dumps({"uid": f"{name}{number}", "text": line, "sentiment": sentiment}) + "\n")
    return folder


def test_rare_moments_are_preferred_and_nothing_is_taken_twice() -> None:
    rows = [tag(f"t{i}", 0, 0.4) for i in range(5)] + [tag(f"u{i}", 5, 0.0) for i in range(3000)]
    rows += [tag("foreign", 0, 0.9, "unsupported"), {"id": "bare", "status": "ok", "sentences": []}]
    taken = [row["id"] for row in recipe.chosen(rows)]
    assert {f"t{i}" for i in range(5)} <= set(taken)
    assert len(taken) == len(set(taken)) == 5 + recipe.OTHERS
    assert not {"foreign", "bare"} & set(taken)


def test_known_texts_are_not_drawn(tmp_path: Path) -> None:
    found = recipe.unlabelled(corpora(tmp_path), {"I need a new kettle and so it goes."})
    texts = [row["text"] for row in found]
    assert len(texts) == len(set(texts)) == sum(map(len, CLAUSES.values())) - 1
    assert "I need a new kettle and so it goes." not in texts


def test_rounds_run_and_their_mean_is_written(
    label_file: Path, tiny_base: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    short = {"epochs": 0.5, "learning_rate": 1e-3}
    monkeypatch.setattr(recipe, "ROUNDS", [recipe.Round((("semeval2017_4a", 9, 1.0), ("absa_en", 9, 0.5)), short)] * 2)
    monkeypatch.setattr(recipe, "READ_A_ROUND", 10)
    options = TrainOptions(epochs=1, max_tokens=64, base={"path": str(tiny_base)}, train_embeddings=True)
    figures = recipe.reproduce(label_file, corpora(tmp_path), tmp_path / "model", options)
    assert 0 < figures["item_sentiment_f1"] <= 1
    card = (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    assert "semeval2017_4a.jsonl.gz" in card and "round-2/model" in card
    load_model(tmp_path / "model")
