from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from nlp import NlpError, metrics
from nlp.base import load_model
from nlp.calibrate import column, fit_kinds, fit_temperature, probabilities
from nlp.data import read_labels, read_sentiment, read_soft, split
from nlp.tag import tag_file
from nlp.train import TrainOptions, train

from .conftest import label_rows, write_lines


def test_a_real_run_learns_and_loads_back(label_file: Path, tiny_base: Path, tmp_path: Path) -> None:
    tweets = write_lines(tmp_path / "tweets.jsonl", [
        {"uid": "s1", "text": "Waste of money.", "sentiment": "negative", "kind": "tweet"},
        {"uid": "s2", "text": "A great kettle overall.", "sentiment": "positive", "kind": "tweet"},
    ] * 5)  # fmt: skip
    options = TrainOptions(
        epochs=12, learning_rate=3e-3, layer_decay=1.0, batch_size=16, max_tokens=64, base={"path": str(tiny_base)},
        train_embeddings=True, name="tiny-trained",
    )  # fmt: skip
    figures = train(label_file, tmp_path / "model", options, sentiment=[(tweets, 10, 0.5)])
    assert figures["sentence_moment_f1"] > 0.5
    card = (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    assert "language models" in card and "labels.jsonl" in card and '"seed": 0' in card

    write_lines(tmp_path / "in.jsonl", [{"id": 1, "text": "The courier lost my order.", "kind": "review"}])
    tag_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl", model=tmp_path / "model", probabilities=True)
    tag = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert tag["sentences"][0]["moment"] == "wait"
    assert tag["model_version"].startswith("tiny-trained-")

    soft = read_soft(tmp_path / "out.jsonl", weight=0.5)
    assert soft[0].targets["sentence_moment"].sum() == pytest.approx(0.5, abs=0.01)
    assert soft[0].targets["item_sentiment"].argmax() == ["negative", "neutral", "positive"].index(tag["sentiment"])


def test_frozen_embeddings_are_left_out_of_the_file(label_file: Path, tiny_base: Path, tmp_path: Path) -> None:
    from safetensors import safe_open

    options = TrainOptions(epochs=1, average_last=2, r_drop=0.5, max_tokens=64, base={"path": str(tiny_base)})
    train(label_file, tmp_path / "model", options)
    with safe_open(tmp_path / "model" / "model.safetensors", "pt") as file:
        assert not any("word_embeddings" in name for name in file.keys())  # noqa: SIM118
    load_model(tmp_path / "model")
    assert not list((tmp_path / "model").glob("checkpoints/*"))


def test_split_depends_on_the_item_alone(label_file: Path) -> None:
    examples = read_labels(label_file)
    train_part, validation = split(examples)
    assert 0 < len(validation) < len(train_part)
    reversed_validation = split(reversed(examples[: len(examples) // 2]))[1]
    assert {e.uid for e in reversed_validation} <= {e.uid for e in validation}


@pytest.mark.parametrize("change", [{"moment": "later"}, {"sentences": [{"start": 0, "end": 3, "moment": "use"}]}])
def test_a_wrong_label_names_its_line(change: dict[str, object], tmp_path: Path) -> None:
    rows = label_rows(1)[:2]
    path = write_lines(tmp_path / "labels.jsonl", [rows[0], rows[1] | change])
    with pytest.raises(NlpError, match="line 2"):
        read_labels(path)


def test_labels_without_texts_find_them_in_the_corpora(tmp_path: Path) -> None:
    whole = label_rows(1)[:3]
    bare = [{name: value for name, value in row.items() if name != "text"} for row in whole]
    path = write_lines(tmp_path / "labels.jsonl", bare)
    with pytest.raises(NlpError, match="line 1: there is no text, and none for uid t0 of invented"):
        read_labels(path)
    with gzip.open(tmp_path / "invented.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps({"uid": row["uid"], "text": row["text"]}) + "\n" for row in label_rows(1))
    assert [e.text for e in read_labels(path, tmp_path)] == [row["text"] for row in whole]


def test_soft_labels_without_texts_find_them_in_the_corpora(tmp_path: Path) -> None:
    probs = {"moment": [1 / 9] * 9, "sentiment": [1 / 3] * 3}
    row = {"dataset": "invented", "uid": "t0", "kind": "review", "sentences": [], "probs": probs}
    path = write_lines(tmp_path / "soft.jsonl", [row])
    with pytest.raises(NlpError, match="line 1: there is no text, and none for uid t0 of invented"):
        read_soft(path)
    with gzip.open(tmp_path / "invented.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps({"uid": "t0", "text": "It leaks."}) + "\n")
    (example,) = read_soft(path, weight=0.5, corpora=tmp_path)
    assert (example.uid, example.text) == ("t0", "It leaks.")
    assert example.targets["item_moment"].sum() == pytest.approx(0.5)


def test_sentiment_corpus_teaches_sentiment_only(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "c.jsonl", [
        {"uid": "1", "text": "Lovely.", "sentiment": "positive"}, {"uid": "2", "text": "No label here."},
        {"uid": "3", "text": "It leaks. I am sad.", "sentiment": "negative"},
    ])  # fmt: skip
    examples = {e.uid: e for e in read_sentiment(path, 10, 0)}
    assert set(examples) == {"1", "3"}
    assert examples["1"].targets["sentence_sentiment"].tolist() == [[0, 0, 1]]
    assert examples["3"].targets["sentence_sentiment"].sum() == 0
    assert examples["3"].targets["item_sentiment"].tolist() == [[1, 0, 0]]
    assert not any(e.targets["item_moment"].any() for e in examples.values())


def test_temperature_undoes_overconfidence() -> None:
    random = np.random.default_rng(0)
    logits = random.normal(size=(4000, 3))
    truth = np.array([random.choice(3, p=row) for row in metrics.softmax(logits)])
    assert fit_temperature(logits * 3, truth) == pytest.approx(3, rel=0.1)
    assert metrics.ece(metrics.softmax(logits * 3, 3.0), truth) < 0.03 < metrics.ece(metrics.softmax(logits * 3), truth)


def test_label_smoothing_is_taken_out_where_no_temperature_can() -> None:
    random = np.random.default_rng(0)
    rows = metrics.softmax(random.normal(size=(20_000, 9)) * 3)
    truth = np.array([random.choice(9, p=row) for row in rows])
    logits = np.log(0.9 * rows + 0.1 / 9)  # what a perfect learner of smoothed labels says
    assert fit_temperature(logits, truth, smoothing=0.1) == pytest.approx(1, rel=0.03)
    found = probabilities(logits, 1.0, 0.1)
    assert np.abs(found - rows).max() < 0.001
    usual = metrics.softmax(logits, fit_temperature(logits, truth))
    assert metrics.ece(found, truth) < 0.6 * metrics.ece(usual, truth)
    assert probabilities(np.array([[30.0, 0.0, 0.0]]), 1.0, 0.1).min() > 0  # nothing is called impossible


def test_a_kind_of_many_rows_gets_its_own_temperature_and_one_of_few_stays_with_the_rest() -> None:
    random = np.random.default_rng(0)
    logits = random.normal(size=(4002, 3)) * 2
    truth = np.array([random.choice(3, p=row) for row in metrics.softmax(logits)])
    kinds = ["review"] * 2000 + ["tweet"] * 2000 + ["video"] * 2
    told = np.concatenate([logits[:2000], logits[2000:] * 3])
    of_all = fit_temperature(told, truth)
    found = fit_kinds(told, truth, kinds, of_all)
    assert found["review"] == pytest.approx(1, rel=0.15) and found["tweet"] == pytest.approx(3, rel=0.15)
    assert found["post"] == found["tweet"]  # what live sources call a tweet
    assert found["video"] == pytest.approx(of_all, rel=0.1)
    rows = column({"item_moment": of_all}, {"tweet": {"item_moment": 3.0}}, "item_moment", ["tweet", None, "other"])
    assert rows.tolist() == [[3.0], [of_all], [of_all]]


def test_few_rows_alone_give_a_calibration_error() -> None:
    random = np.random.default_rng(1)
    probs = metrics.softmax(random.normal(size=(20_000, 3)) * 2)
    truth = np.array([random.choice(3, p=row) for row in probs])
    few, many = metrics.ece_of_chance(probs[:100]), metrics.ece_of_chance(probs)
    assert few[0] > 5 * many[0] and few[1] > few[0]
    assert metrics.ece(probs, truth) <= many[1] * 1.5
    assert metrics.ece(metrics.softmax(np.log(probs) * 3), truth) > 5 * many[1]
    assert metrics.ece_of_chance(np.eye(3)[:1])[0] == 0.0


def test_metrics_on_a_case_worked_by_hand() -> None:
    truth, said = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 1, 0])
    assert metrics.macro_f1(truth, said, 4) == pytest.approx((0.5 + 0.8 + 0.0) / 3)
    assert metrics.macro_recall(truth, said, 4) == pytest.approx((0.5 + 1.0 + 0.0) / 3)
    low, high = metrics.bootstrap(lambda rows: float((truth[rows] == said[rows]).mean()), [0, 0, 1, 1, 2], 200)
    assert 0 <= low < 0.6 < high <= 1
    assert metrics.brier(np.eye(3)[[0, 1]], np.array([0, 2])) == pytest.approx(1.0)


def test_the_command_goes_on_from_a_model_with_labels_whose_texts_lie_in_the_corpora(
    label_file: Path, tiny_model: Path, tmp_path: Path
) -> None:
    from flows.cli.train_command import command

    rows = [row | {"dataset": "invented"} for row in label_rows(1)]
    bare = write_lines(tmp_path / "more.jsonl", [{k: v for k, v in row.items() if k != "text"} for row in rows])
    with gzip.open(tmp_path / "invented.jsonl.gz", "wt", encoding="utf-8") as corpus:
        corpus.writelines(json.dumps({"uid": row["uid"], "text": row["text"]}) + "\n" for row in rows)
    asked = {"--labels": label_file, "--more": bare, "--corpora": tmp_path, "--init": tiny_model, "--epochs": 0.2}
    output = tmp_path / "model"
    words = [str(word) for pair in asked.items() for word in pair]
    result = CliRunner().invoke(command, [*words, "--output", str(output)])
    assert result.exit_code == 0, result.output
    card = (output / "README.md").read_text(encoding="utf-8")
    assert "more.jsonl" in card and not (tmp_path / "model-work").exists()


def test_the_commands_teach_another_encoder_what_a_model_says(
    label_file: Path, tiny_base: Path, tiny_model: Path, tmp_path: Path
) -> None:
    from flows.cli import tag_command, train_command

    texts = write_lines(tmp_path / "texts.jsonl", [{"id": n, "text": "It boils. The lid sticks."} for n in range(9)])
    soft, output = tmp_path / "soft.jsonl", tmp_path / "model"
    words = ["--input", str(texts), "--output", str(soft), "--model", str(tiny_model), "--probabilities"]
    result = CliRunner().invoke(tag_command.command, words)
    assert result.exit_code == 0 and "9 item(s) tagged" in result.output
    words = ["--labels", str(label_file), "--soft", str(soft), "--base", str(tiny_base), "--languages", "en, de"]
    result = CliRunner().invoke(train_command.command, [*words, "--epochs", "0.2", "--output", str(output)])
    assert result.exit_code == 0, result.output
    config = json.loads((output / "config.json").read_text(encoding="utf-8"))
    assert config["languages"] == ["en", "de"] and config["base"]["path"] == str(tiny_base)
    assert "soft.jsonl" in (output / "README.md").read_text(encoding="utf-8")
