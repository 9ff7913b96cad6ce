"""`mot doctor` names every environment variable that the watchlist's sources lack."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.doctor import _watchlist

LISTED = """
[[brand]]
name = "Nordbrew"
[brand.sources]
reddit = ["r/nordbrew/new"]
youtube = { targets = ["q=nordbrew"], key = "MY_KEY" }
[[brand]]
name = "Kaffio"
sources.reddit = { targets = ["r/kaffio/new"], secret = "KAFFIO_SECRET" }
"""


def test_every_variable_that_is_not_set_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "watchlist.toml"
    path.write_text(LISTED, "utf-8")
    monkeypatch.setenv("REDDIT_CLIENT_ID", "made-up")
    found = [finding.text for finding in _watchlist(path) if finding.level == "fault"]
    lacking = [
        ("Nordbrew: reddit", "REDDIT_CLIENT_SECRET"),
        ("Nordbrew: youtube", "MY_KEY"),
        ("Kaffio: reddit", "KAFFIO_SECRET"),
    ]
    assert found == [f"{source} needs a key: set the variable {variable}." for source, variable in lacking]
