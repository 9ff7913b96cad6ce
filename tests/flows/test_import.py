"""`mot import`: a CSV of one's own becomes a report, with no network and no watchlist."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb

from flows.home import Home

REVIEWS = """Date,Stars,Review Title,Review Text,Customer
2026-03-01,5,Love it,"The coffee tastes wonderful and it heats up in seconds.",Ann
2026-03-05,1,Never came,"Ordered three weeks ago and it still has not been delivered.",Bob
not a day,4,Good,"Nice machine, easy to set up.",Dee
2026-03-09,11,Great,"Works great",Eve
"""


def mot(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    code = "from flows.cli import main; main()"
    # A proxy that nothing answers on: whatever asked the network would fail.
    variables = os.environ | {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    return subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, cwd=cwd, env=variables)


def test_a_csv_becomes_a_report_and_bad_lines_are_counted(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text(REVIEWS, encoding="utf-8")
    done = mot("import", "reviews.csv", "--brand", "Nordbrew", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2 line(s) refused" in done.stderr
    home = Home(Path(os.environ["MOT_HOME"]))
    assert done.stdout.strip() == str(home.report_page("Nordbrew"))
    assert "Nordbrew" in home.report_page("Nordbrew").read_text(encoding="utf-8")
    with duckdb.connect(str(home.snapshot), read_only=True) as snapshot:
        ratings = snapshot.sql("SELECT rating FROM items ORDER BY published_at").fetchall()
        reasons = snapshot.sql("SELECT field FROM rejects ORDER BY field").fetchall()
        delivered = snapshot.sql("SELECT sentiment FROM voices WHERE text LIKE 'Ordered three%'").fetchall()
    assert ratings == [(1.0,), (0.2,)]
    assert reasons == [("published_at",), ("rating",)]
    assert delivered == [("negative",)]

    report = mot("report", "Nordbrew", cwd=tmp_path)
    assert report.returncode == 0, report.stderr
    assert "2 items" in report.stdout

    again = mot("import", "reviews.csv", "--brand", "Nordbrew", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "0 new item(s), 0 changed" in again.stderr


def test_a_wrong_column_names_the_nearest_and_all_there_are(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text(REVIEWS, encoding="utf-8")
    result = mot("import", "reviews.csv", "--brand", "Nordbrew", "--column", "body=Reviw Text", cwd=tmp_path)
    assert result.returncode == 1
    assert "did you mean 'Review Text'?" in result.stderr
    assert "'Customer'" in result.stderr
    assert "Traceback" not in result.stderr
