"""Own exports: formats, encodings, columns by name and by guess; every fault is named with its line."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.bases import tables
from crawlers.bases.columns import mapping
from crawlers.bases.tables import Broken, Row, TableError, read_table

HERE = Path(__file__).parent / "fixtures" / "files"
SHOP = (HERE / "shop.csv").read_text("utf-8-sig")


def rows_of(path: Path, **options: Any) -> list[Row | Broken]:
    return list(read_table(path, **options))


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


# -- an export against its rows ----------------------------------------------------------------------------------------


def test_ten_rows_of_a_german_export(parse: Callable[..., Any]) -> None:
    parsed = parse("files", str(HERE / "shop.csv"), {}, brand="Nord Brew")
    rows = list(csv.DictReader(io.StringIO(SHOP), delimiter=";"))
    assert len(rows) == len(parsed.items) == 10
    for item, row in zip(parsed.items, rows, strict=True):
        assert item["item_id"] == f"files:nord-brew/{row['Bewertungs-ID']}" and item["brand"] == "Nord Brew"
        assert (item["title"], item["body"]) == (row["Überschrift"], row["Rezension"])
        assert item["rating"] == pytest.approx(float(row["Sterne"].replace(",", ".")) / 5)
        day, month, year = row["Datum"].split(".")
        assert item["published_at"] == f"{year}-{month}-{day}T00:00:00Z"
        assert item["verified"] is {"ja": True, "nein": False, "": None}[row["Verifizierter Kauf"]]
        assert item["product_name"] == row["Artikelname"]
        assert item["metrics"] == {"helpful": int(row["Hilfreich"])}
        assert item["extra"].get("reply") == (row["Antwort"] or None)
        assert item["author_key"] and row["Kunde"] not in json.dumps(item)
    assert parsed.verdict()[:2] == ("finished", None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1"])
@pytest.mark.parametrize("packed", [False, True])
def test_encodings_and_gzip_give_the_same_rows(tmp_path: Path, encoding: str, packed: bool) -> None:
    data = SHOP.encode(encoding)
    path = tmp_path / ("x.csv.gz" if packed else "x.csv")
    path.write_bytes(gzip.compress(data) if packed else data)
    assert rows_of(path) == rows_of(HERE / "shop.csv")


def test_an_encoding_that_shows_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "SAMPLE", 1024)
    text = "id,text\n" + "".join(f"{n},plain words {n}\n" for n in range(500)) + "500,schön\n"
    assert rows_of(write(tmp_path / "late.csv", text, "cp1252"))[-1].cells["text"] == "schön"  # type: ignore[union-attr]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_delimiters(tmp_path: Path, mark: str) -> None:
    path = write(tmp_path / "x.csv", f'text{mark}stars\n"a,b;c\td|e"{mark}4\n')
    assert rows_of(path) == [Row(2, {"text": "a,b;c\td|e", "stars": "4"})]
    stated = write(tmp_path / "y.csv", f"sep={mark}\r\ntext{mark}stars\r\nfine{mark}4\r\n")
    assert rows_of(stated) == [Row(3, {"text": "fine", "stars": "4"})]


def test_json_lines_a_list_and_parquet_give_the_same_items(parse: Callable[..., Any], tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    records = [
        {"id": n, "text": f"Text {n}", "stars": n % 5 + 1, "created_at": f"2025-03-0{n + 1}T08:00:00Z"}
        for n in range(5)
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, records)))
    (tmp_path / "b.json").write_text(json.dumps(records, indent=2))
    dated = [{**r, "created_at": datetime.fromisoformat(r["created_at"])} for r in records]
    pq.write_table(pa.Table.from_pylist(dated), tmp_path / "c.parquet")
    one, two, three = (parse("files", str(tmp_path / name), {}).items for name in ("a.jsonl", "b.json", "c.parquet"))
    assert len(one) == 5 and one == two == three
    assert one[2]["published_at"] == "2025-03-03T08:00:00Z" and one[4]["rating"] == 1.0


# -- what is broken ----------------------------------------------------------------------------------------------------


def test_every_fault_is_a_reject_with_its_line(parse: Callable[..., Any]) -> None:
    parsed = parse("files", str(HERE / "broken.csv"), {})
    assert [item["body"] for item in parsed.items] == ["Fine kettle", "The end"]
    found = {json.loads(reject["raw"])["line"]: reject["reason"] for reject in parsed.rejects}
    assert found.keys() == {3, 4, 5, 6, 7, 9, 10, 11, 12}
    said = {
        3: "quote that is not closed",
        4: "2 cells where the table has 5 columns",
        5: "rating off its scale in column 'rating'",
        6: "no such day in column 'date'",
        7: "date_order",
        9: "neither text nor rating",
        10: "6 cells",
        11: "broken quoting",
        12: "repeats an id with another text",
    }
    assert [line for line, words in said.items() if words not in found[line]] == []
    assert len(parsed.rejects) == 9 and parsed.verdict()[0] == "incomplete"


def test_broken_json_lines_and_lists(tmp_path: Path) -> None:
    lines = rows_of(write(tmp_path / "a.jsonl", '{"text": "a"}\n{broken\n[1]\n\n{"text": "b"}\n'))
    assert [type(row) for row in lines] == [Row, Broken, Broken, Row] and [row.line for row in lines] == [1, 2, 3, 5]
    cut = rows_of(write(tmp_path / "b.json", '[{"text": "a"},\n {"text": "b"'))
    assert cut[0] == Row(1, {"text": "a"}) and isinstance(cut[1], Broken)


def test_a_cut_gzip_gives_what_came_before(parse: Callable[..., Any], tmp_path: Path) -> None:
    import random

    noise = random.Random(1)
    text = "id,text\n" + "".join(f"{n},words {noise.random()}\n" for n in range(5000))
    whole = gzip.compress(text.encode())
    (tmp_path / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
    parsed = parse("files", str(tmp_path / "cut.csv.gz"), {}, {"max_items": 100_000})
    assert len(parsed.items) > 1000
    assert parsed.verdict()[0] == "incomplete" and "breaks off" in parsed.verdict()[1]


def test_lines_that_are_too_long_and_bytes_that_are_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_LINE", 1000)
    long = rows_of(write(tmp_path / "long.csv", "id,text\n1,a\n2," + "x" * 5000 + "\n3,c\n"))
    assert [(type(r), r.line) for r in long] == [(Row, 2), (Broken, 3), (Row, 4)]
    (tmp_path / "bytes.csv").write_bytes(
        "id,text\n1,schön\n2,gr\xfcn\n3,größer\n".encode().replace("ü".encode(), b"\xfc")
    )
    mixed = rows_of(tmp_path / "bytes.csv")
    assert [type(row) for row in mixed] == [Row, Broken, Row] and "not valid UTF-8" in mixed[1].reason  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("x.csv", b"", "is empty"),
        ("x.xlsx", b"PK", "is not CSV"),
        ("x.parquet", b"PAR1 no", "no Parquet"),
        ("x.csv", b"a,b\n1,2\n", "no column of"),
    ],
)
def test_files_that_cannot_be_read_fail_by_name(
    parse: Callable[..., Any], tmp_path: Path, name: str, data: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(data)
    status, reason, _ = parse("files", str(tmp_path / name), {}).verdict()
    assert status == "failed" and words in reason and name in reason


def test_one_bad_file_does_not_stop_the_others(parse: Callable[..., Any], tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "x,y\n1,2\n")
    write(tmp_path / "b.csv", "text,stars\nfine,4\n")
    for target in (str(tmp_path), str(tmp_path / "*.csv")):
        parsed = parse("files", target, {})
        assert [item["body"] for item in parsed.items] == ["fine"]
        assert parsed.verdict()[0] == "incomplete" and "a.csv" in parsed.verdict()[1]


def test_targets_that_are_not_there(parse: Callable[..., Any], tmp_path: Path) -> None:
    for target in ("nowhere.csv", "nowhere/*.csv", str(tmp_path)):
        assert parse("files", target, {}).verdict()[0] == "failed"


# -- columns and options -----------------------------------------------------------------------------------------------


def test_a_wrong_column_name_is_an_error_with_the_nearest(parse: Callable[..., Any]) -> None:
    _, reason, _ = parse("files", str(HERE / "shop.csv"), {}, {"columns": {"body": "Rezenson"}}).verdict()
    assert (
        "no column 'Rezenson' (for body)" in reason
        and "did you mean 'Rezension'?" in reason
        and "'Artikelname'" in reason
    )
    _, reason, _ = parse("files", str(HERE / "shop.csv"), {}, {"columns": {"bdy": "Rezension"}}).verdict()
    assert "unknown field 'bdy'" in reason and "'body'" in reason


@pytest.mark.parametrize(
    "names",
    [
        ["Review Text", "Star Rating", "Review Date"],
        ["reviewText", "starRating", "createdAt"],
        ["Rezension", "Sterne", "Datum"],
        ["Commentaire", "Étoiles", "Date de publication"],
        ["Comentario", "Calificación", "Fecha"],
        ["Recensione", "Voto", "Data"],
        ["レビュー", "評価", "投稿日"],
        ["Отзыв", "Оценка", "Дата"],
    ],
)
def test_usual_names_are_found_in_many_languages(names: list[str]) -> None:
    found = mapping(["Filler", *names], {}, "x.csv")
    assert [found[field] for field in ("body", "rating", "published_at")] == [(name,) for name in names]


def test_columns_can_be_joined_left_out_and_lie_deeper(parse: Callable[..., Any], tmp_path: Path) -> None:
    write(
        tmp_path / "a.jsonl",
        json.dumps({"Pros": "quiet", "Cons": "heavy", "stars": 4, "customer": {"id": 7}, "date": "x"}) + "\n",
    )
    columns = {"body": ["Pros", "Cons"], "author": "customer.id", "published_at": "", "extra.raw": "date"}
    (item,) = parse("files", str(tmp_path / "a.jsonl"), {}, {"columns": columns}).items
    assert (
        item["body"] == "quiet\nheavy"
        and item["author_key"]
        and item["published_at"] is None
        and item["extra"] == {"raw": "x"}
    )
    flat = {"columns.body": "Cons", "columns.published_at": ""}  # as a command line gives them
    assert parse("files", str(tmp_path / "a.jsonl"), {}, flat).items[0]["body"] == "heavy"
    with pytest.raises(TableError):
        mapping(["a"], {"body": ""}, "x.csv")


def test_dates_and_zones(parse: Callable[..., Any], tmp_path: Path) -> None:
    path = str(write(tmp_path / "a.csv", "text,date\none,03/04/2025\ntwo,28/04/2025\n"))
    assert [i["published_at"] for i in parse("files", path, {}).items] == [
        "2025-04-03T00:00:00Z",
        "2025-04-28T00:00:00Z",
    ]
    stated = parse("files", path, {}, {"date_order": "MDY"})
    assert [i["published_at"] for i in stated.items] == ["2025-03-04T00:00:00Z"] and len(stated.rejects) == 1
    zoned = {"date_format": "%d/%m/%Y", "timezone": "Europe/Berlin"}
    assert parse("files", path, {}, zoned).items[0]["published_at"] == "2025-04-02T22:00:00Z"


def test_scales_of_ratings(parse: Callable[..., Any], tmp_path: Path) -> None:
    path = str(write(tmp_path / "a.csv", "text,score\none,9\ntwo,4/5\nthree,80%\nfour,11\nfive,n/a\n"))
    parsed = parse("files", path, {}, {"rating_scale": 10})
    assert [item["rating"] for item in parsed.items] == [0.9, 0.8, 0.8, None] and len(parsed.rejects) == 1
    thumbs = str(write(tmp_path / "b.csv", "text,rating\none,yes\ntwo,no\nthree,maybe\n"))
    parsed = parse("files", thumbs, {}, {"rating_scale": "thumb"})
    assert [item["rating"] for item in parsed.items] == [1.0, 0.0] and len(parsed.rejects) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"kind": "opinion"}, {"format": "xlsx"}, {"date_order": "YMD"}, {"date_format": "dd.mm.yyyy"},
        {"delimiter": "::"}, {"rating_scale": "five"}, {"rating_scale": 0}, {"timezone": "Berlin"},
        {"columns": ["body"]}, {"encoding": "klingon"},
    ],
)  # fmt: skip
def test_options_that_make_no_sense(parse: Callable[..., Any], options: dict[str, Any]) -> None:
    status, reason, _ = parse("files", str(HERE / "shop.csv"), {}, options).verdict()
    assert status == "failed" and str(next(iter(options.values()))) in reason


def test_the_same_words_twice_are_two_voices_and_ids_stay(parse: Callable[..., Any], tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text,rating\nGreat!,5\nGreat!,5\nBad,1\n")
    first = [item["item_id"] for item in parse("files", str(path), {}).items]
    write(path, "text,rating\nGreat!,5\nGreat!,5\nBad,1\nNew,3\n")
    assert len(set(first)) == 3 and [item["item_id"] for item in parse("files", str(path), {}).items][:3] == first
    other = [item["item_id"] for item in parse("files", str(path), {}, {"system": "app"}, brand="B").items]
    assert not set(first) & set(other)


def test_a_crawl_without_a_network(crawled: Callable[..., Any]) -> None:
    landed = crawled("files", [str(HERE / "shop.csv")], {"kind": "comment", "max_items": 7}, "Nordbrew")
    assert landed.outcome.status == "finished" and len(landed.items) == 7, "max_items is 7 of 10"
    assert {item["kind"] for item in landed.items} == {"comment"}
    assert landed.manifest["files"][0]["rows"] == 7
    assert datetime.fromisoformat(landed.items[0]["fetched_at"]).tzinfo == UTC
