"""The whole path over HTTP on the demo site: a Prefect run, a plain run, a second run, and kills at five points."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from flows.demo import ADDRESS, KEY_VARIABLE
from flows.demo.site import DemoSite
from flows.home import Home

ROOT = Path(__file__).resolve().parents[2]

PUBLIC = {
    "items": "item_id, kind, source, url, brand, product_id, product_name, parent_id, author_key, title, body, lang, "
    "rating, rating_scale, published_at, edited_at, verified, metrics, extra, text_version",
    "item_texts": "item_id, text_version, text, rating, is_current",
    "item_tags": "item_id, text_version, model_version, moment, sentiment, status, lang",
    "sentence_tags": "item_key, text_version, model_version, sentence_no, start_at, end_at, moment, sentiment",
    "mentions": "*",
    "zmot": "*",
    "tmot": "*",
    "journey": "*",
}
"""What a reader sees of each table; run times and package names are of the run, not of the data."""


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite() as running:
        yield running


@pytest.fixture(scope="module")
def author_key(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One author key for all homes, so that the hashes can be compared."""
    return bytes(range(32)).hex()


WATCHLIST = f"""
[[brand]]
name = "Halvorra"
competitors = ["Tazzoro"]
[brand.sources]
product_page = ["{ADDRESS}/shops/havenhall/halvorra-one", "{ADDRESS}/shops/kontorhaus/halvorra-one"]
discourse = ["{ADDRESS}/t/655"]
app_store = {{ targets = ["us/1690000101", "de/1690000101"], endpoint = "{ADDRESS}/itunes" }}

[[brand]]
name = "Tazzoro"
[brand.sources]
mastodon = {{ targets = ["momentscope.example#tazzoro"], endpoint = "{ADDRESS}" }}
youtube = {{ targets = ["q=tazzoro"], endpoint = "{ADDRESS}/youtube/v3", key = "{KEY_VARIABLE}", max_items = 20 }}
"""
"""A part of the demo's own watchlist with every source in it, small enough to be watched a dozen times."""


def prepare(home: Path, author_key: str) -> Path:
    home.mkdir(parents=True)
    (home / "author.key").write_text(author_key)
    (home / "author.key").chmod(0o600)
    watchlist = home / "watchlist.toml"
    watchlist.write_text(WATCHLIST, encoding="utf-8")
    return watchlist


def environment(home: Path, site: DemoSite) -> dict[str, str]:
    return os.environ | {"MOT_HOME": str(home), "HTTP_PROXY": site.url, "http_proxy": site.url, KEY_VARIABLE: "demo"}


def command(watchlist: Path, *words: str) -> list[str]:
    return [sys.executable, "-c", "from flows.cli import main; main()", "watch", "--watchlist", str(watchlist), *words]


def watch(home: Path, site: DemoSite, *words: str) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        command(home / "watchlist.toml", *words), env=environment(home, site), capture_output=True, text=True
    )
    assert "Traceback" not in result.stderr, result.stderr
    return result


def tables(home: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(Home(home).snapshot), read_only=True) as snapshot:
        return {
            name: sorted(snapshot.sql(f"SELECT {columns} FROM {name}").fetchall(), key=repr)
            for name, columns in PUBLIC.items()
        }


@pytest.fixture(scope="module")
def undisturbed(site: DemoSite, author_key: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after one watch without Prefect."""
    home = tmp_path_factory.mktemp("undisturbed") / "home"
    prepare(home, author_key)
    result = watch(home, site, "--no-server")
    assert result.returncode == 0, result.stderr
    return home


def test_a_watch_brings_every_table_a_reader_needs(undisturbed: Path) -> None:
    for name, rows in tables(undisturbed).items():
        assert rows, f"{name} is empty"
    with duckdb.connect(str(Home(undisturbed).snapshot), read_only=True) as snapshot:
        sources = {source for (source,) in snapshot.sql("SELECT DISTINCT source FROM items").fetchall()}
    assert sources == {"product_page", "discourse", "app_store", "mastodon", "youtube"}
    assert {page.name for page in Home(undisturbed).reports.iterdir()} == {"halvorra.html", "tazzoro.html"}


def test_the_same_watch_again_loads_nothing_new(undisturbed: Path, site: DemoSite) -> None:
    before = tables(undisturbed)
    result = watch(undisturbed, site, "--no-server")
    assert result.returncode == 0, result.stderr
    assert "0 new item(s), 0 changed" in result.stderr
    assert "nothing new" in result.stderr
    assert tables(undisturbed) == before


def test_under_prefect_the_tables_are_the_same_and_the_run_leaves_an_artifact(
    undisturbed: Path, site: DemoSite, author_key: str, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    prepare(home, author_key)
    result = watch(home, site)
    assert result.returncode == 0, result.stderr
    assert tables(home) == tables(undisturbed)
    with sqlite3.connect(Home(home).prefect / "prefect.db") as prefect:
        states = prefect.execute("SELECT state_type FROM flow_run").fetchall()
        (figures,) = prefect.execute("SELECT data FROM artifact WHERE key = 'watch'").fetchone()
    assert states == [("COMPLETED",)]
    assert "new items" in str(figures)


KILL_AT = ("crawl", "load", "tag", "marts", "publish")


@pytest.mark.parametrize("line", KILL_AT)
def test_a_watch_killed_at_a_step_and_run_again_gives_the_same_tables(
    line: str, undisturbed: Path, site: DemoSite, author_key: str, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    watchlist = prepare(home, author_key)
    process = subprocess.Popen(
        command(watchlist, "--no-server"), env=environment(home, site), stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for text in process.stderr:
        if text[10:].startswith(line):
            process.send_signal(signal.SIGKILL)
            break
    process.communicate()
    assert process.returncode == -signal.SIGKILL, f"the watch ended before it reached '{line}'"
    result = watch(home, site, "--no-server")
    assert result.returncode == 0, result.stderr
    assert tables(home) == tables(undisturbed)


def test_a_source_that_fails_does_not_keep_back_the_others(site: DemoSite, author_key: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    prepare(home, author_key)
    variables = environment(home, site)
    del variables[KEY_VARIABLE]
    result = subprocess.run(
        command(home / "watchlist.toml", "--no-server"), env=variables, capture_output=True, text=True
    )
    assert result.returncode == 1
    last = result.stderr.strip().splitlines()[-1]
    assert "Tazzoro: youtube" in last
    assert KEY_VARIABLE in last
    assert "Traceback" not in result.stderr
    with duckdb.connect(str(Home(home).snapshot), read_only=True) as snapshot:
        counts = dict(snapshot.sql("SELECT source, count(*) FROM items GROUP BY source").fetchall())
    assert counts.keys() == {"product_page", "discourse", "app_store", "mastodon"}


def test_the_queries_of_the_readme_run(undisturbed: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    queries = re.findall(r'mot sql "([^"]+)"', readme)
    assert queries
    variables = os.environ | {"MOT_HOME": str(undisturbed)}
    for query in queries:
        words = [sys.executable, "-c", "from flows.cli import main; main()", "sql", query]
        result = subprocess.run(words, env=variables, capture_output=True, text=True)
        assert result.returncode == 0, f"{query}\n{result.stderr}"
        assert len(result.stdout.splitlines()) > 1


def test_the_doctor_finds_the_data_sound(undisturbed: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-c", "from flows.cli import main; main()", "doctor", "--watchlist"]
    variables = os.environ | {"MOT_HOME": str(undisturbed), KEY_VARIABLE: "demo"}
    sound = subprocess.run([*words, str(undisturbed / "watchlist.toml")], env=variables, capture_output=True, text=True)
    assert sound.returncode == 0, sound.stdout
    assert "checksum is right" in sound.stdout
    del variables[KEY_VARIABLE]
    lacking = subprocess.run(
        [*words, str(undisturbed / "watchlist.toml")], env=variables, capture_output=True, text=True
    )
    assert lacking.returncode == 1
    assert f"Tazzoro: youtube needs a key: set the variable {KEY_VARIABLE}." in lacking.stdout
