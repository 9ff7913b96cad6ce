"""`mot new-source`: what it writes is a working source with a passing test; it overwrites nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crawlers.skeleton import ROOT, write
from crawlers.sources import SourceError


def test_the_skeleton_of_a_source_passes_its_own_test(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "crawlers", tmp_path / "crawlers", ignore=shutil.ignore_patterns("__pycache__", ".*"))
    (tmp_path / "tests" / "crawlers").mkdir(parents=True)
    for name in ("conftest.py", "crawlers/conftest.py", "crawlers/test_fixtures.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path / "tests" / name)
    paths = write("kettle_club", tmp_path)
    assert all(path.is_file() for path in paths)
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--import-mode=importlib", "--rootdir", str(tmp_path), "tests"],
        cwd=tmp_path, env={"PYTHONPATH": str(tmp_path), "PATH": ""}, capture_output=True, text=True,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    assert "2 passed" in result.stdout


@pytest.mark.parametrize("name", ["Kettle", "kettle-club", "../x", "steam"])
def test_a_name_that_cannot_be_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"source|name"):
        write(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    spider = write("kettle_club", tmp_path)[0]
    spider.write_text("mine", encoding="utf-8")
    with pytest.raises(SourceError, match="not overwritten"):
        write("kettle_club", tmp_path)
    assert spider.read_text(encoding="utf-8") == "mine"
