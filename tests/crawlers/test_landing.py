"""Landing packages: complete or not there, with checksums that hold, and no names in what was rejected."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawlers import items, landing
from crawlers.history import History, content_mark, finished, id_mark
from crawlers.items import Item, tombstone
from crawlers.landing import Package, reject_entry

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def item(number: int, body: str = "Good") -> Item:
    return Item(item_id=f"steam:{number}", kind="review", source="steam", fetched_at=WHEN, body=body)


def write(folder: Path, written: list[Item], brand: str | None = None, target: str = "570", **manifest: Any) -> Path:
    package = Package(folder, "steam", brand, (target,), WHEN)
    for one in written:
        package.add(one.to_json(), target, id_mark(one.item_id), content_mark(one))
    return package.close(
        {"status": "finished", "state": {target: {"complete": True, "newest": "2025-05-01T00:00:00Z"}}, **manifest}, {}
    )


def test_files_are_as_the_manifest_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "ROWS_PER_FILE", 2)
    folder = write(tmp_path, [item(n) for n in range(5)])
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["package_id"] == folder.name and manifest["items"] == 5
    assert [(f["name"], f["rows"]) for f in manifest["files"]] == [
        ("items-00001.jsonl.gz", 2),
        ("items-00002.jsonl.gz", 2),
        ("items-00003.jsonl.gz", 1),
    ]
    for file in manifest["files"]:
        content = (folder / file["name"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])
        assert len(gzip.decompress(content).splitlines()) == file["rows"]
    assert not (folder / "claim.json").exists() and not (folder / "manifest.json.tmp").exists()


def left(folder: Path, done: bool = True) -> Path:
    """What a killed writer leaves: target 570 is done and in the journal, what comes after is not."""
    package = Package(folder, "steam", None, ("570", "730"), items.now())
    for number in (1, 2):
        package.add(item(number).to_json(), "570", id_mark(f"steam:{number}"), content_mark(item(number)))
    package.reject(reject_entry("no body", "body", None, {"stars": 4}, None, WHEN))
    if done:
        package.done("570", {"got": 2}, {"570 One": {"target": "570", "name": "One"}})
        package.checkpoint({"arrived": 3})
    package.add(item(3).to_json(), "730", id_mark("steam:3"), content_mark(item(3)))
    package._finish_file()
    package.add(item(4).to_json(), "730", id_mark("steam:4"), content_mark(item(4)))
    for lines in (package._data, package._index, package._rejects):
        assert lines is not None
        lines._raw.flush()
    package._lock.close()
    return package.folder


def test_a_package_has_one_writer(tmp_path: Path) -> None:
    alive = Package(tmp_path, "steam", None, ("570",), items.now())
    assert Package(tmp_path, "steam", None, ("570",), items.now()).folder != alive.folder and alive.folder.exists()


@pytest.mark.parametrize("how", ["other targets", "other settings", "nothing done", "too old"])
def test_what_cannot_be_carried_on_begins_anew(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = left(tmp_path, done=how != "nothing done")
    if how == "too old":
        monkeypatch.setattr(items, "now", lambda: datetime.now(UTC) + timedelta(days=2))
    targets = ("570",) if how == "other targets" else ("570", "730")
    package = Package(tmp_path, "steam", None, targets, items.now(), "x" if how == "other settings" else "")
    assert (package.items, package.carried) == (0, {})
    assert old.exists() == how.startswith("other")


def test_a_killed_package_is_carried_on_from_its_last_journal_line(tmp_path: Path) -> None:
    old = left(tmp_path)
    with (old / "journal.jsonl").open("a") as journal:
        journal.write('{"place": {"fi')
    package = Package(tmp_path, "steam", None, ("570", "730"), items.now())
    assert not old.exists() and (package.items, package.rejects) == (2, 1)
    assert package.carried == {"570": {"got": 2}} and list(package.products) == ["570 One"]
    assert package.stats == {"arrived": 3}
    assert package.marks == {id_mark(f"steam:{n}"): content_mark(item(n)) for n in (1, 2)}
    package.reject(reject_entry("no body", "body", None, {"stars": 4}, None, items.now()))
    package.add(item(5).to_json(), "730", id_mark("steam:5"), content_mark(item(5)))
    folder = package.close({"status": "finished", "state": {}}, {})
    manifest = json.loads((folder / "manifest.json").read_text())
    lines = gzip.decompress((folder / "items-00001.jsonl.gz").read_bytes()).splitlines()
    assert [json.loads(line)["item_id"] for line in lines] == ["steam:1", "steam:2", "steam:5"]
    files = [(file["name"], file["rows"]) for file in manifest["files"]]
    assert files == [("items-00001.jsonl.gz", 3), ("rejects.jsonl", 1)]
    rest = {"index.tsv.gz", "manifest.json", "stats.json"}
    assert {path.name for path in folder.iterdir()} == {name for name, _ in files} | rest
    assert History(tmp_path, "steam", None, ("570",)).knows("steam:2")


def test_history_knows_items_and_states_of_the_same_source_brand_and_target(tmp_path: Path) -> None:
    write(tmp_path, [item(1), item(2)])
    write(tmp_path, [item(2, "Edited"), item(3)])
    write(tmp_path, [item(4)], brand="Nordbrew")
    write(tmp_path, [item(5)], target="730")
    history = History(tmp_path, "steam", None, ("570",))
    assert [history.knows(f"steam:{n}") for n in (1, 2, 3, 4, 5)] == [True, True, True, False, False]
    assert history.seen[id_mark("steam:2")] == content_mark(item(2, "Edited")) != content_mark(item(2))
    assert history.complete("570") and history.newest("570") == datetime(2025, 5, 1, tzinfo=UTC)
    assert len(history.by_target["570"]) == 3


def test_an_incomplete_crawl_gives_no_watermark(tmp_path: Path) -> None:
    write(tmp_path, [item(1)])
    write(
        tmp_path, [item(2)], status="incomplete", state={"570": {"complete": False, "newest": "2026-01-01T00:00:00Z"}}
    )
    history = History(tmp_path, "steam", None, ("570",))
    assert history.knows("steam:2") and not history.complete("570") and history.newest("570") is None


def test_a_damaged_manifest_is_left_out(tmp_path: Path) -> None:
    folder = write(tmp_path, [item(1)])
    (folder / "manifest.json").write_text("{")
    assert list(finished(tmp_path)) == []


def test_rejects_keep_the_payload_but_not_the_person() -> None:
    raw = {
        "text": "mail me: ida@example.org",
        "author": {"name": "Ida Falk"},
        "userName": "ida77",
        "nested": [{"reviewer_nickname": "ida", "stars": 4}],
        "long": "x" * 20_000,
    }
    entry = reject_entry("no body", "body", "https://shop.example/1", raw, "steam:1", WHEN)
    assert entry["item_id"] == "steam:1" and entry["reason"] == "no body" and entry["at"] == "2026-01-02T03:04:05Z"
    assert '"stars": 4' in entry["raw"] and len(entry["raw"]) <= landing.MAX_RAW
    assert not any(name in entry["raw"] for name in ("Ida", "ida77", "ida@", '"ida"'))


def test_tombstones_say_only_what_is_gone() -> None:
    assert tombstone("peertube:1", WHEN) == {
        "item_id": "peertube:1",
        "deleted": True,
        "fetched_at": "2026-01-02T03:04:05Z",
    }
