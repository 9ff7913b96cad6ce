from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import NlpError, model_version
from nlp.tag import Tagger, Text, tag_file, tag_stream

from .conftest import label_rows, write_lines


def tag_rows(rows: list[dict[str, Any]], folder: Path, **options: Any) -> list[dict[str, Any]]:
    source = write_lines(folder / "in.jsonl", rows)
    tag_file(source, folder / "out.jsonl", **options)
    return [json.loads(line) for line in (folder / "out.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def tagger(tiny_model: Path) -> Tagger:
    return Tagger(tiny_model)


def test_order_ids_and_shape(tiny_model: Path, tmp_path: Path) -> None:
    rows = [{"id": f"x{i}", "text": r["text"] * (1 + i % 5)} for i, r in enumerate(label_rows(2))]
    random.Random(1).shuffle(rows)
    tags = tag_rows(rows, tmp_path, model=tiny_model, window_items=7)
    assert [t["id"] for t in tags] == [r["id"] for r in rows]
    for row, tag in zip(rows, tags, strict=True):
        assert tag["model_version"] == model_version(tiny_model)
        assert {"moment", "moments", "sentiment", "confidence", "sentences", "lang", "status"} <= tag.keys()
        assert sum(m["share"] for m in tag["moments"].values()) == pytest.approx(1, abs=0.01)
        for sentence in tag["sentences"]:
            assert len(sentence["moment_probs"]) == 9 and sum(sentence["moment_probs"]) == pytest.approx(1, abs=0.01)
            assert len(sentence["sentiment_probs"]) == 3
            assert row["text"][sentence["start"] : sentence["end"]].strip()


def test_windows_do_not_change_the_tags(tiny_model: Path, tmp_path: Path) -> None:
    rows = [{"id": i, "text": r["text"]} for i, r in enumerate(label_rows(1))]
    one = tag_rows(rows, tmp_path, model=tiny_model, window_items=3, precision="fp32")
    two = tag_rows(rows, tmp_path, model=tiny_model, window_items=500, precision="fp32")
    assert [t["moment"] for t in one] == [t["moment"] for t in two]
    assert [s["start"] for t in one for s in t["sentences"]] == [s["start"] for t in two for s in t["sentences"]]


def test_given_spans_are_exactly_those_tagged(tiny_model: Path, tmp_path: Path) -> None:
    spans = [[0, 5], [3, 12], [4, 4], [0, 25]]
    tags = tag_rows([{"id": 1, "text": "A great kettle. It boils.", "spans": spans}], tmp_path, model=tiny_model)
    assert [[s["start"], s["end"]] for s in tags[0]["sentences"]] == spans
    assert tag_rows([{"id": 1, "text": "A kettle.", "spans": []}], tmp_path, model=tiny_model)[0]["sentences"] == []


def test_gzip_in_and_out(tiny_model: Path, tmp_path: Path) -> None:
    with gzip.open(tmp_path / "in.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write('{"id": "a", "text": "It boils."}\n\n')
    summary = tag_file(tmp_path / "in.jsonl.gz", tmp_path / "out.jsonl.gz", model=tiny_model)
    assert summary.items == sum(summary.statuses.values()) == 1
    with gzip.open(tmp_path / "out.jsonl.gz", "rt", encoding="utf-8") as file:
        assert json.loads(file.read())["id"] == "a"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("not json", "line 2.*not valid JSON"),
        ("[1]", "line 2.*must be an object"),
        ('{"text": "x"}', 'line 2.*"id" is missing'),
        ('{"id": 1}', 'line 2.*"text" is missing'),
        ('{"id": [1], "text": "x"}', 'line 2.*"id" is'),
        ('{"id": 1, "text": 5}', 'line 2.*"text" is of type int'),
        ('{"id": 1, "text": "abc", "spans": [[0, 9]]}', r"line 2.*span \[0, 9\].*3 characters"),
        ('{"id": 1, "text": "abc", "spans": [[2, 1]]}', "line 2.*span"),
        ('{"id": 1, "text": "abc", "spans": "all"}', 'line 2.*"spans"'),
    ],
)
def test_a_bad_line_names_itself_and_leaves_no_output(
    line: str, message: str, tiny_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": 0, "text": "fine"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(NlpError, match=message):
        tag_file(tmp_path / "in.jsonl", tmp_path / "out.jsonl", model=tiny_model)
    assert [f.name for f in tmp_path.iterdir()] == ["in.jsonl"]


def test_missing_input_and_folder(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(NlpError, match="no file"):
        tag_file(tmp_path / "none.jsonl", tmp_path / "out.jsonl", model=tiny_model)
    write_lines(tmp_path / "in.jsonl", [{"id": 1, "text": "x"}])
    with pytest.raises(NlpError, match="folder"):
        tag_file(tmp_path / "in.jsonl", tmp_path / "no" / "out.jsonl", model=tiny_model)


def test_strange_texts_are_tagged_or_marked(tiny_model: Path, tmp_path: Path) -> None:
    strange = {
        "empty": "", "blank": " \n\t ", "control": "\x00\x07\x1b", "one": "x", "emoji": "😀" * 30, "null": None,
        "rtl": "الهاتف جيد جدا والتوصيل سريع", "markup": "<script>alert(1)</script> <b>ok</b>",
        "marks": "e" + "\u0301" * 500,
        "surrogate": "bad \ud800 half", "long word": "x" * 5000,
    }  # fmt: skip
    tags = tag_rows([{"id": k, "text": v} for k, v in strange.items()], tmp_path, model=tiny_model)
    status = {t["id"]: t["status"] for t in tags}
    assert {k for k, v in status.items() if v == "empty"} == {"empty", "blank", "control", "null"}
    assert status["rtl"] == "unsupported"
    assert all(t["moment"] == "none" and t["moments"] == {} for t in tags if t["status"] == "empty")


def test_a_hundred_thousand_words(tiny_model: Path, tmp_path: Path) -> None:
    text = "It boils in a minute. " * 20_000
    tag = tag_rows([{"id": 1, "text": text}], tmp_path, model=tiny_model)[0]
    assert len(tag["sentences"]) == 20_000
    # The same sentence everywhere: wherever its window is cut, it must be read nearly alike.
    probs = np.array([s["moment_probs"] for s in tag["sentences"][100:19_900]])
    assert np.abs(probs - probs.mean(0)).max() < 0.05


def test_unsure_below_a_confidence(tiny_model: Path, tmp_path: Path) -> None:
    rows = [{"id": 1, "text": "It boils in a minute."}]
    assert tag_rows(rows, tmp_path, model=tiny_model, unsure_below=0.0)[0]["status"] == "ok"
    assert tag_rows(rows, tmp_path, model=tiny_model, unsure_below=1.0)[0]["status"] == "unsure"


def test_a_stream_is_read_no_further_than_needed(tagger: Tagger) -> None:
    taken = 0

    def endless() -> Any:
        nonlocal taken
        while True:
            taken += 1
            yield Text(taken, "It boils in a minute.")

    stream = tag_stream(endless(), tagger, window_items=10)
    for _ in range(3):
        assert len(next(stream)) == 10
    assert taken <= 50
    stream.close()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec=None, exclude_categories=()), max_size=200),
            st.sampled_from([None, "review", "strange", "tweet"]),
            st.none() | st.text(max_size=20),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_text_gets_a_tag(tagger: Tagger, texts: list[tuple[str, str | None, str | None]]) -> None:
    items = [Text(i, text, None, title, kind) for i, (text, kind, title) in enumerate(texts)]
    tags = next(tag_stream(items, tagger))
    assert [t["id"] for t in tags] == list(range(len(texts)))
    for tag, item in zip(tags, items, strict=True):
        json.dumps(tag, allow_nan=False)
        assert tag["status"] in ("ok", "unsure", "unsupported", "empty")
        assert all(0 <= s["start"] < s["end"] <= len(item.text) for s in tag["sentences"])
