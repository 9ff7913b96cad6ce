"""The watchlist is read whole, or refused with one sentence: the file, the offender and the nearest valid name."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawlers.bases.table_files import paths
from crawlers.watchlist import Product, SourceTask, WatchlistError, load

GOOD = """
[[brand]]
name = "Nordbrew"
aliases = ["Nord Brew"]
products = [{ id = "nb-1", name = "Nordbrew One", aliases = ["NB1"] }, { name = "Nordbrew Two" }]
competitors = ["Kaffio"]
include = ["coffee"]
[brand.sources]
product_page = ["https://shop.example/one", "https://shop.example/one"]
[brand.sources.youtube]
targets = ["q=nordbrew"]
key = "MY_KEY"
max_items = 20
quota = 500

[[brand]]
name = "Kaffio"
ambiguous = true
sources = { app_store = ["de/900100200"] }
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "watchlist.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_good_one_is_read(tmp_path: Path) -> None:
    nordbrew, kaffio = load(write(tmp_path, GOOD)).brands
    assert nordbrew.products == (Product("nb-1", "Nordbrew One", ("NB1",)), Product("Nordbrew Two", "Nordbrew Two"))
    assert nordbrew.sources[0] == SourceTask("product_page", ("https://shop.example/one",), {})
    assert nordbrew.sources[1] == SourceTask(
        "youtube", ("q=nordbrew",), {"key": "MY_KEY", "max_items": 20, "quota": 500}
    )
    assert kaffio.ambiguous and kaffio.sources[0].source == "app_store"


def test_files_are_found_from_the_folder_of_the_watchlist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "shop [old]"
    (folder / "exports").mkdir(parents=True)
    for name in ("a", "b"):
        (folder / "exports" / f"{name}.csv").write_text("body\nFine\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    listed = 'brand.sources.files = ["exports/*.csv", "exports/a.csv", "exports", "/data/x.csv", "~/x.csv"]'
    write(folder, f"[[brand]]\nname = 'Nordbrew'\n{listed}\n".replace("brand.sources", "sources"))
    (task,) = load(Path("../shop [old]/watchlist.toml")).brands[0].sources
    found = [[path.name for path in paths(target)] for target in task.targets[:3]]
    assert found == [["a.csv", "b.csv"], ["a.csv"], ["a.csv", "b.csv"]]
    assert task.targets[3:] == ("/data/x.csv", str(Path.home() / "x.csv"))


def test_select(tmp_path: Path) -> None:
    watchlist = load(write(tmp_path, GOOD))
    assert [b.name for b in watchlist.select(brand="kaffio").brands] == ["Kaffio"]
    chosen = watchlist.select(source="youtube").brands
    assert [(b.name, [t.source for t in b.sources]) for b in chosen] == [("Nordbrew", ["youtube"])]
    with pytest.raises(WatchlistError, match=r"no brand 'Nordbru'; did you mean 'Nordbrew'\?"):
        watchlist.select(brand="Nordbru")
    with pytest.raises(WatchlistError, match=r"did you mean 'youtube'\?"):
        watchlist.select(source="youtub")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "competitors =",
            "competitor =",
            r"unknown key 'competitor' in brand 'Nordbrew'; did you mean 'competitors'\?",
        ),
        ("product_page =", "product_pages =", r"no source 'product_pages'; did you mean 'product_page'\?"),
        (
            "max_items = 20",
            "max_item = 20",
            r"unknown key 'max_item' in youtube of brand 'Nordbrew'; did you mean 'max_items'\?",
        ),
        (
            "max_items = 20",
            "max_items = 0",
            "max_items of youtube of brand 'Nordbrew' must be a whole number above zero, not 0",
        ),
        ('key = "MY_KEY"', 'key = "AIza-sy 9"', "must be the name of an environment variable"),
        ('"q=nordbrew"', "7", "must be a text, not 7"),
        ('targets = ["q=nordbrew"]', "targets = []", "names no target"),
        ('name = "Kaffio"', 'name = "nordbrew"', "is there twice"),
        ('name = "Kaffio"', "", "name of a brand must be a text"),
        ("ambiguous = true", 'ambiguous = "yes"', "must be true or false"),
        ("{ name =", "{ nam =", r"unknown key 'nam' in a product of brand 'Nordbrew'; did you mean 'name'\?"),
        ("[[brand]]\nname", "[[brand]\nname", "is not valid TOML"),
    ],
)
def test_a_wrong_one_says_what_and_where(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(WatchlistError, match=says) as error:
        load(write(tmp_path, GOOD.replace(old, new, 1)))
    assert "watchlist.toml" in str(error.value) and "\n" not in str(error.value).split(" is not valid TOML")[0]


def test_an_absent_or_empty_one(tmp_path: Path) -> None:
    with pytest.raises(WatchlistError, match="There is no watchlist"):
        load(tmp_path / "none.toml")
    with pytest.raises(WatchlistError, match=r"there is no \[\[brand\]\] table"):
        load(write(tmp_path, ""))
