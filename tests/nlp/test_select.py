from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nlp import schemes
from nlp.data import read_labels
from nlp.errors import NlpError
from nlp.select import chosen, margin, select

from .conftest import CLAUSES, write_lines

LABELS = schemes.load().labels


def tagged(name: str, moments: dict[str, float], status: str = "ok") -> dict[str, Any]:
    """A row of tags with one sentence; what the given moments leave over goes to `use`."""
    probs = [moments.get(label, 0.0) for label in LABELS]
    probs[LABELS.index("use")] += 1 - sum(probs)
    return {"id": name, "status": status, "sentences": [{"moment_probs": probs}]}


def test_suspected_rare_moments_unsure_and_random_texts_are_chosen() -> None:
    plain = [tagged(f"plain{i}", {}) for i in range(300)]
    rare = [tagged(f"rare{i}", {"trigger": 0.3}) for i in range(5)]
    unsure = [tagged(f"unsure{i}", {"feedback": 0.49}) for i in range(15)]
    names = [row["id"] for row in chosen(plain + rare + unsure, 100)]
    assert len(names) == len(set(names)) == 100
    assert {row["id"] for row in rare + unsure} <= set(names)
    assert names == [row["id"] for row in chosen(plain + rare + unsure, 100)]
    assert names != [row["id"] for row in chosen(plain + rare + unsure, 100, seed=1)]


def test_what_cannot_be_labelled_is_left_and_a_small_pool_is_taken_whole() -> None:
    rows = [tagged("foreign", {}, "unsupported"), {"id": "bare", "status": "ok", "sentences": []}, tagged("one", {})]
    assert [row["id"] for row in chosen(rows, 10)] == ["one"]


def test_the_margin_is_that_of_the_least_sure_sentence() -> None:
    row = {"sentences": [{"moment_probs": [0.9, 0.1, 0.0]}, {"moment_probs": [0.3, 0.5, 0.2]}]}
    assert margin(row) == pytest.approx(0.2)


def test_the_file_written_is_a_label_file_with_the_opinion_of_the_model(tiny_model: Path, tmp_path: Path) -> None:
    texts = [f"{clause}. And so on." for clauses in CLAUSES.values() for clause in clauses]
    pool = write_lines(
        tmp_path / "pool.jsonl",
        [{"id": n, "text": text, "kind": "review", "lang": "en"} for n, text in enumerate(texts)],
    )
    output = tmp_path / "to-label.jsonl"
    assert select(pool, output, 7, model=tiny_model) == 7
    examples = read_labels(output)
    assert len(examples) == 7 and all(e.text in texts and len(e.spans) == 2 for e in examples)
    row = json.loads(output.read_text(encoding="utf-8").splitlines()[0])
    assert row["moment"] in LABELS and row["sentences"][0]["moment"] in LABELS
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_empty_pool_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(NlpError, match="holds no text"):
        select(write_lines(tmp_path / "pool.jsonl", []), tmp_path / "out.jsonl", 5)
