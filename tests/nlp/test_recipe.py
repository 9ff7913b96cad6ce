from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nlp import recipe
from nlp.base import load_model
from nlp.data import read_lines
from nlp.train import TrainOptions

from .conftest import label_rows, write_lines


def corpora(folder: Path) -> Path:
    """Invented texts under the corpus names that the recipe reads; sentiment in two of them."""
    for name in ("invented", "semeval2017_4a", "absa_en"):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            for row in label_rows(1):
                file.write(
                    json.dumps({"uid": row["uid"], "text": row["text"] + " So.", "sentiment": "positive"}) + "\n"
                )
    return folder


def test_seeds_run_their_mean_is_written_and_nothing_is_made_twice(
    label_file: Path, tiny_base: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    short = {"epochs": 0.3, "learning_rate": 1e-3}
    first, second, *_ = recipe.RUNS
    monkeypatch.setattr(recipe, "RUNS", (first, replace(second, changes=short)))
    monkeypatch.setattr(recipe, "LAST", replace(recipe.LAST, starts={"first": 1, "second": 2}, changes=short, newest=9))
    bare = [{name: value for name, value in row.items() if name != "text"} for row in label_rows(1)]
    more = write_lines(tmp_path / "more.jsonl", bare)
    soft = write_lines(tmp_path / "soft.jsonl", [softened(row) for row in bare])
    options = TrainOptions(epochs=0.5, max_tokens=64, base={"path": str(tiny_base)}, train_embeddings=True)
    output = tmp_path / "model"
    figures = recipe.reproduce(label_file, corpora(tmp_path), output, options, seeds=(0, 1), more=more, soft=soft)
    assert 0 < figures["item_sentiment_f1"] <= 1
    card = (output / "README.md").read_text(encoding="utf-8")
    assert all(
        name in card for name in ("semeval2017_4a.jsonl.gz", "invented.jsonl.gz", "more.jsonl", "soft.jsonl", "seed-1")
    )
    seeds = json.loads((output / "seeds.json").read_text(encoding="utf-8"))
    assert set(seeds) == {"seed-0", "seed-1"} and seeds["seed-0"] != seeds["seed-1"]
    load_model(output)
    made = (tmp_path / "model-work" / "first" / "model.safetensors").stat().st_mtime_ns
    assert recipe.reproduce(label_file, tmp_path, output, options, seeds=(0, 1), more=more, soft=soft) == figures
    assert (tmp_path / "model-work" / "first" / "model.safetensors").stat().st_mtime_ns == made


def softened(row: dict[str, Any]) -> dict[str, Any]:
    """A labelled row as soft labels: the same probabilities for everything."""
    probs = {"moment_probs": [1 / 9] * 9, "sentiment_probs": [1 / 3] * 3}
    sentences = [{"start": s["start"], "end": s["end"], **probs} for s in row["sentences"]]
    whole = {"moment": [1 / 9] * 9, "sentiment": [1 / 3] * 3}
    return {"dataset": row["dataset"], "uid": row["uid"], "kind": row["kind"], "sentences": sentences, "probs": whole}


def test_a_run_reads_the_newest_labels_and_a_share_of_those_before(tmp_path: Path) -> None:
    more = write_lines(tmp_path / "more.jsonl", [{"uid": f"u{n}"} for n in range(400)])
    run = recipe.Run("any", tweets=1, newest=100, older=0.25)
    read = [row["uid"] for path in run.labels(more, tmp_path) for _, row in read_lines(path)]
    assert read[-100:] == [f"u{n}" for n in range(300, 400)]
    assert 50 < len(read) - 100 < 100
    assert recipe.Run("any", tweets=1).labels(more, tmp_path) == [more]
    assert recipe.Run("any").labels(more, tmp_path) == []


def test_every_run_starts_from_runs_before_it() -> None:
    known: set[str] = set()
    for run in (*recipe.RUNS, recipe.LAST):
        assert set(run.starts) <= known, run.name
        known.add(run.name)
    assert [run.name for run in recipe.RUNS if not run.starts] == ["first"]


@pytest.mark.parametrize("tweets", [0, 7])
def test_a_run_reads_sentiment_only_where_it_names_rows(tweets: int, tmp_path: Path) -> None:
    rows = recipe.Run("any", tweets=tweets).sentiment(tmp_path)
    assert [(path.name, limit) for path, limit, _ in rows] == (
        [("semeval2017_4a.jsonl.gz", 7), ("absa_en.jsonl.gz", 1200)] if tweets else []
    )
