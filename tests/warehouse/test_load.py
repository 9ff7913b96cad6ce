"""Packages arrive exactly once, whatever they hold, in whatever order and state."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.warehouse.world import Contents, Landing, item
from warehouse.connect import Warehouse, open_warehouse
from warehouse.erase import erase
from warehouse.load import LoadSummary, load_packages

LATER = {"fetched_at": "2026-07-02T00:00:00Z"}
LATEST = {"fetched_at": "2026-07-03T00:00:00Z"}


def test_every_field_arrives(warehouse: Warehouse, landing: Landing) -> None:
    full = item(
        "1",
        title="Fine",
        body="A good machine.",
        rating=0.8,
        verified=True,
        parent_id="product_page:0",
        lang="de",
        published_at="2026-03-02T12:30:00+02:00",
        edited_at="2026-03-04T00:00:00Z",
        metrics={"helpful": 3},
        extra={"colour": "red"},
    )
    landing.put([full])
    assert load_packages(warehouse, landing.folder) == LoadSummary(packages=1, new_items=1)
    names = [row[0] for row in warehouse.con.execute("DESCRIBE items").fetchall()]
    row = dict(zip(names, warehouse.con.execute("FROM items").fetchall()[0], strict=True))
    for key in (
        "item_id",
        "kind",
        "source",
        "url",
        "brand",
        "product_id",
        "parent_id",
        "author_key",
        "title",
        "body",
        "lang",
        "rating_scale",
    ):
        assert row[key] == full[key]
    assert (row["rating"], row["verified"]) == (0.8, True)
    assert (json.loads(row["metrics"]), json.loads(row["extra"])) == ({"helpful": 3}, {"colour": "red"})
    assert str(row["published_at"]) == "2026-03-02 10:30:00"


def test_a_package_is_loaded_once(warehouse: Warehouse, landing: Landing) -> None:
    landing.put([item("1"), item("2")])
    assert load_packages(warehouse, landing.folder).new_items == 2
    assert load_packages(warehouse, landing.folder) == LoadSummary()


def test_an_id_twice_in_one_package_is_one_item_of_its_last_fetch(warehouse: Warehouse, landing: Landing) -> None:
    landing.put([item("1", body="second", **LATER), item("1", body="first"), item("1", body="third", **LATER)])
    summary = load_packages(warehouse, landing.folder)
    assert (summary.new_items, summary.unchanged) == (1, 2)
    assert warehouse.con.execute("SELECT body, text_version FROM items").fetchall() == [("third", 1)]


def test_an_edit_keeps_its_history(warehouse: Warehouse, landing: Landing) -> None:
    landing.put([item("1", rating=0.8)])
    landing.put([item("1", body="Broke after a week.", rating=0.2, **LATER)])
    landing.put([item("1", body="Broke after a week.", rating=0.4, **LATEST)])
    summary = load_packages(warehouse, landing.folder)
    assert (summary.new_items, summary.changed_items) == (1, 2)
    current = warehouse.con.execute("SELECT body, rating, text_version FROM items").fetchall()
    # The rating alone changed the second time: the text is still the second one.
    assert current == [("Broke after a week.", 0.4, 2)]
    history = warehouse.con.execute(
        "SELECT body, rating, text_version, text_kept FROM item_history ORDER BY fetched_at"
    ).fetchall()
    assert history == [("A good machine.", 0.8, 1, True), (None, 0.2, 2, False)]


def test_counts_change_without_a_new_text_version(warehouse: Warehouse, landing: Landing) -> None:
    landing.put([item("1", metrics={"helpful": 1})])
    landing.put([item("1", metrics={"helpful": 9}, **LATER)])
    summary = load_packages(warehouse, landing.folder)
    assert (summary.changed_items, summary.refreshed, summary.unchanged) == (0, 1, 1)
    assert warehouse.con.execute("SELECT metrics->>'helpful', text_version FROM items").fetchall() == [("9", 1)]


def test_older_news_never_overwrites(warehouse: Warehouse, landing: Landing) -> None:
    landing.put([item("1", body="first", fetched_at="2026-07-01T00:00:00Z")])
    landing.put([item("1", body="first", **LATEST)])
    landing.put([item("1", body="between", **LATER)])
    load_packages(warehouse, landing.folder)
    assert warehouse.con.execute("SELECT body FROM items").fetchall() == [("first",)]
    assert warehouse.con.execute("SELECT count(*) FROM item_history").fetchall() == [(0,)]


def test_what_breaks_the_contract_is_a_reject(warehouse: Warehouse, landing: Landing) -> None:
    bad = [
        ('{"item_id": ', "json"),
        ("[1]", "json"),
        (item("a", item_id=""), "item_id"),
        (item("b", kind="rumour"), "kind"),
        (item("c", rating=99), "rating"),
        (item("d", rating="good"), "rating"),
        (item("e", published_at="soon"), "published_at"),
        (item("f", fetched_at=None), "fetched_at"),
        (item("g", source=None, item_id="x:1"), "source"),
    ]
    reported = {
        "item_id": "product_page:z",
        "reason": "no text",
        "field": "body",
        "url": "https://x.example",
        "raw": "…",
        "at": "2026-07-01T00:00:00Z",
    }
    landing.put([line for line, _ in bad] + [item("good")], rejects=[reported])
    summary = load_packages(warehouse, landing.folder)
    assert (summary.new_items, summary.rejects) == (1, len(bad) + 1)
    found = warehouse.con.execute("SELECT field FROM rejects WHERE field <> 'body' ORDER BY line").fetchall()
    assert [row[0] for row in found] == [field for _, field in bad]
    assert warehouse.con.execute("SELECT reason, url FROM rejects WHERE field = 'body'").fetchall() == [
        ("no text", "https://x.example")
    ]


def test_a_deleted_item_goes_and_stays_away(warehouse: Warehouse, landing: Landing) -> None:
    landing.put([item("1"), item("2")])
    landing.put([{"item_id": "product_page:1", "deleted": True, "fetched_at": "2026-07-02T00:00:00Z"}])
    landing.put([item("1", **LATEST), item("3")])
    summary = load_packages(warehouse, landing.folder)
    assert (summary.new_items, summary.deleted) == (3, 1)
    assert warehouse.con.execute("SELECT item_id FROM items ORDER BY 1").fetchall() == [
        ("product_page:2",),
        ("product_page:3",),
    ]


def test_an_erased_item_leaves_nothing_and_never_comes_back(warehouse: Warehouse, landing: Landing) -> None:
    secret = "zanzibar-quince-4711"
    landing.put([item("1", body=f"I am {secret}.", author_key="k"), item("2", author_key="k"), item("3")])
    landing.put([item("1", body="edited", author_key="k", **LATER)])
    load_packages(warehouse, landing.folder)
    assert erase(warehouse, item_ids=["product_page:1", "product_page:unknown"]) == 1
    assert erase(warehouse, author_key="k") == 1
    landing.put([item("1", body=secret, **LATEST), item("unknown", **LATEST)])
    assert load_packages(warehouse, landing.folder).new_items == 0
    assert warehouse.con.execute("SELECT item_id FROM items").fetchall() == [("product_page:3",)]
    for (table,) in warehouse.con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'warehouse'"
    ).fetchall():
        assert not warehouse.con.execute(
            f"SELECT 1 FROM {table} t WHERE contains(t::VARCHAR, ?)", [secret]
        ).fetchall(), table


def test_an_altered_package_waits_until_it_is_mended(warehouse: Warehouse, landing: Landing) -> None:
    folder = landing.put([item("1")])
    landing.put([item("2")])
    data = folder / "items-00001.jsonl.gz"
    whole = data.read_bytes()
    data.write_bytes(whole[:-8])
    assert load_packages(warehouse, landing.folder) == LoadSummary(packages=1, new_items=1, damaged=1)
    assert warehouse.con.execute("SELECT status, reason FROM packages WHERE NOT loaded").fetchall() == [
        ("damaged", "items-00001.jsonl.gz differs from the checksum in the manifest")
    ]
    data.write_bytes(whole)
    assert load_packages(warehouse, landing.folder) == LoadSummary(packages=1, new_items=1)
    assert warehouse.con.execute("SELECT count(*) FROM packages").fetchall() == [(2,)]


@pytest.mark.parametrize(
    "manifest", ["", "[]", '{"format": 9, "files": []}', '{"format": 1, "files": [], "package_id": "other"}']
)
def test_a_strange_manifest_is_damage_not_an_error(warehouse: Warehouse, landing: Landing, manifest: str) -> None:
    folder = landing.put([item("1")])
    (folder / "manifest.json").write_text(manifest, encoding="utf-8")
    assert load_packages(warehouse, landing.folder) == LoadSummary(damaged=1)


def test_an_unfinished_package_is_left_alone(warehouse: Warehouse, landing: Landing) -> None:
    folder = landing.put([item("1")])
    (folder / "manifest.json").unlink()
    assert load_packages(warehouse, landing.folder) == LoadSummary()
    assert load_packages(warehouse, landing.folder / "nowhere") == LoadSummary()


def test_incomplete_and_failed_packages_are_loaded_with_their_status(warehouse: Warehouse, landing: Landing) -> None:
    landing.put([item("1")], status="incomplete", reason="stopped at 1 of 200", expected={"t": 200})
    load_packages(warehouse, landing.folder)
    assert warehouse.con.execute("SELECT status, reason, expected, got, loaded FROM packages").fetchall() == [
        ("incomplete", "stopped at 1 of 200", 200, 1, True)
    ]


def test_hostile_text_arrives_as_it_is(warehouse: Warehouse, landing: Landing) -> None:
    texts = ["'; DROP TABLE items; --", "x" * 1_000_000, "\u202eabc\u0007\\", "💥 مرحبا", '{"a": "$now"}', "a\nb\tc\0d"]
    lines = [item(str(number), body=text, brand="Robert'); DROP TABLE items;--") for number, text in enumerate(texts)]
    landing.put([*lines, item("not UTF-8", body="\ud83d")])
    summary = load_packages(warehouse, landing.folder)
    assert (summary.new_items, summary.rejects) == (len(texts), 1)
    stored = dict(warehouse.con.execute("SELECT item_id, body FROM items").fetchall())
    assert [stored[f"product_page:{number}"] for number in range(len(texts))] == texts


def test_the_order_of_loading_does_not_matter(
    tmp_path: Path, landing: Landing, contents: Callable[[Warehouse], Contents]
) -> None:
    for day in range(1, 6):
        landing.put(
            [item(str(n), body=f"text {n * day % 3}", fetched_at=f"2026-07-{day:02d}T00:00:00Z") for n in range(20)]
        )
    results: list[Contents] = []
    for name in ("at once", "one by one"):
        with open_warehouse(tmp_path / f"{name}.duckdb") as warehouse:
            if name == "at once":
                load_packages(warehouse, landing.folder)
            else:
                for folder in sorted(landing.folder.iterdir()):
                    part = tmp_path / "part"
                    part.mkdir(exist_ok=True)
                    (part / folder.name).symlink_to(folder)
                    load_packages(warehouse, part)
            results.append(contents(warehouse))
    assert results[0] == results[1]
