"""The `mot` command as a user meets it: help, typing errors, and what it imports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import COMMANDS, mot

ROOT = Path(__file__).resolve().parents[2]


def run(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    code = "from flows.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, cwd=cwd, env=os.environ)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    result = CliRunner().invoke(mot, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert f"Example: mot {name}" in result.output


@pytest.mark.parametrize("name", COMMANDS)
def test_the_documents_mention_every_command(name: str) -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    assert any(f"mot {name}" in page.read_text(encoding="utf-8") for page in pages)


@pytest.mark.parametrize("words", [["--help"], ["watch", "--help"], ["tag", "--help"], ["try", "--help"]])
def test_help_imports_none_of_the_heavy_libraries(words: list[str]) -> None:
    code = (
        "import sys\nfrom flows.cli import mot\n"
        f"try: mot({words!r}, prog_name='mot')\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'scrapy', 'prefect', 'transformers', 'duckdb', 'twisted'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_a_mistyped_command_names_the_nearest() -> None:
    result = CliRunner().invoke(mot, ["wacth"])
    assert result.exit_code == 2
    assert "Did you mean 'watch'?" in result.output


WATCHLIST = """
[[brand]]
name = "Nordbrew"
[brand.sources]
app_store = ["us/1"]
"""


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        (WATCHLIST.replace("app_store", "app_stor"), [], "app_store"),
        (WATCHLIST.replace("name =", "nam ="), [], "name"),
        (WATCHLIST, ["--brand", "Nordbrow"], "Nordbrew"),
        (WATCHLIST, ["--source", "app_stores"], "app_store"),
        ("[[brand]\n", [], "watchlist.toml"),
    ],
    ids=["source", "key", "brand", "source option", "not TOML"],
)
def test_a_mistake_in_the_watchlist_is_one_sentence(tmp_path: Path, text: str, words: list[str], expected: str) -> None:
    (tmp_path / "watchlist.toml").write_text(text, encoding="utf-8")
    result = run("watch", "--no-server", *words, cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.startswith("mot: ")
    assert expected in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not Path(os.environ["MOT_HOME"]).exists(), "nothing is made for a run that cannot start"


def test_a_missing_watchlist_says_what_to_do(tmp_path: Path) -> None:
    result = run("watch", cwd=tmp_path)
    assert result.returncode == 1
    assert "watchlist.toml" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "words", [["report", "Nordbrew"], ["sql", "SELECT 1"], ["export", "items", "x.csv"]], ids=lambda words: words[0]
)
def test_reading_before_anything_is_published_says_what_to_do(tmp_path: Path, words: list[str]) -> None:
    result = run(*words, cwd=tmp_path)
    assert result.returncode == 1
    assert "mot watch" in result.stderr
    assert "Traceback" not in result.stderr
