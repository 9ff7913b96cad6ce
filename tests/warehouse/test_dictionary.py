"""Every public column is explained, in the page and in the database, and the page is current."""

from __future__ import annotations

from pathlib import Path

from warehouse import dictionary
from warehouse.connect import Warehouse
from warehouse.engine import fresh
from warehouse.export import PUBLIC
from warehouse.marts import define, refresh

PAGE = Path(__file__).resolve().parents[2] / "docs" / "data-dictionary.md"


def test_the_page_is_current() -> None:
    """If this fails: python -m warehouse.dictionary > docs/data-dictionary.md, and tell in the migration what
    changed."""
    assert PAGE.read_text(encoding="utf-8") == dictionary.page()


def test_nothing_public_is_without_a_meaning() -> None:
    text = dictionary.page()
    assert "|  |\n" not in text
    titles = [part.splitlines() for part in text.split("\n### ")[1:]]
    assert not [lines[0] for lines in titles if not lines[2].strip()]
    named = {lines[0].strip("`").split("(")[0] for lines in titles}
    assert set(PUBLIC) <= named and {"drivers", "trend", "loop"} <= named


def test_the_database_tells_it_too(warehouse: Warehouse) -> None:
    refresh(warehouse)
    rows = dict(
        warehouse.con.execute(
            "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'mentions'"
        ).fetchall()
    )
    assert rows["reach"] == "views or plays, where the source counts them"
    assert all(rows.values())
    tables = dict(
        warehouse.con.execute(
            "SELECT view_name, comment FROM duckdb_views() WHERE database_name = 'warehouse' AND NOT internal"
        ).fetchall()
    )
    assert tables["zmot"].startswith("Research before buying")


def test_a_sentence_may_run_over_lines() -> None:
    words = dictionary.read()
    assert words.objects["weekly_counts"].endswith("unless it is NULL.")
    assert words.column("tmot()", "net_referral_low") == "lower end of the 95 % interval of `net_referral`"


def test_defining_twice_is_the_same(warehouse: Warehouse) -> None:
    refresh(warehouse)
    before = (dictionary.tables(warehouse.con), dictionary.macros(warehouse.con))
    with warehouse.transaction() as con:
        define(con)
    assert (dictionary.tables(warehouse.con), dictionary.macros(warehouse.con)) == before
    assert fresh().execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(False,)]
