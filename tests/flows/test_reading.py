"""`mot report --as-of`, `--model` and `mot export --parquet` as a user types them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import mot
from tests.warehouse.march import fill
from tests.warehouse.world import Landing, item, tag, write_tags
from warehouse.connect import open_warehouse
from warehouse.errors import WarehouseError
from warehouse.export import PUBLIC
from warehouse.history import moment_of
from warehouse.load import load_packages
from warehouse.marts import refresh
from warehouse.publish import publish
from warehouse.tags import load_tags


def run(*words: str) -> Result:
    return CliRunner().invoke(mot, list(words))


@pytest.fixture
def then(tmp_path: Path) -> tuple[str, str]:
    """A home in which a review and another model came after a report: the moment of the report, and its JSON."""
    home = tmp_path / "home"
    with open_warehouse(home / "warehouse" / "momentscope.duckdb") as warehouse:
        fill(warehouse, tmp_path)
        refresh(warehouse)
        publish(warehouse, home / "published" / "momentscope.duckdb")
        report = run("report", "Nordbrew", "--format", "json")
        assert report.exit_code == 0, report.output
        (moment,) = warehouse.con.execute("SELECT max(activated_at)::VARCHAR FROM model_activations").fetchone() or (
            "",
        )
        landing = Landing(tmp_path / "later")
        landing.made = 500
        landing.put([item("late", rating=0.2, published_at="2026-03-05T00:00:00Z")])
        load_packages(warehouse, landing.folder)
        said = tag("product_page:r2", ("Waste", "use", "positive"), text="Waste of money.", model="m-2")
        load_tags(warehouse, write_tags(tmp_path / "later.jsonl", [said]))
        refresh(warehouse)
        publish(warehouse, home / "published" / "momentscope.duckdb")
    return str(moment), report.output


def test_an_old_report_again(then: tuple[str, str]) -> None:
    moment, report = then
    now = run("report", "Nordbrew", "--format", "json").output
    assert now != report
    assert run("report", "Nordbrew", "--format", "json", "--as-of", moment).output == report
    # The end of a day to come is now.
    assert run("report", "Nordbrew", "--format", "json", "--as-of", "2999-12-31").output == now


def test_the_tags_of_another_model(then: tuple[str, str]) -> None:
    assert '"model_version": "m-2"' in run("report", "Nordbrew", "--format", "json", "--model", "m-2").output


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--as-of", "May"], "'May' is neither a date nor a time"),
        (["--as-of", "2020-01-01"], "the warehouse was empty at 2020-01-01 23:59:59 UTC; its first load was at"),
        (["--model", "m-9"], "no tags of the model 'm-9' were here then; there were those of: m-1, m-2"),
    ],
)
def test_mistakes_are_one_sentence(then: tuple[str, str], words: list[str], error: str) -> None:
    result = run("report", "Nordbrew", *words)
    assert isinstance(result.exception, WarehouseError)
    assert error in str(result.exception) and "\n" not in str(result.exception)


def test_before_anything_is_published() -> None:
    assert "run `mot watch` first" in str(run("report", "Nordbrew", "--as-of", "2026-05-01").exception)


def test_what_a_moment_means() -> None:
    assert moment_of("2026-05-01") == datetime(2026, 5, 1, 23, 59, 59, 999999)
    assert moment_of("2026-05-01T06:00") == moment_of("2026-05-01 08:00+02:00") == datetime(2026, 5, 1, 6)


def test_everything_as_parquet(then: tuple[str, str], tmp_path: Path) -> None:
    result = run("export", "--parquet", str(tmp_path / "figures"))
    assert result.exit_code == 0, result.output
    assert {path.stem for path in (tmp_path / "figures").iterdir()} == set(PUBLIC)
    for words in (["voices", "x.csv", "--parquet", "figures"], ["voices"], []):
        refused = run("export", *words)
        assert refused.exit_code == 2 and "--parquet" in refused.output and "Traceback" not in refused.output
