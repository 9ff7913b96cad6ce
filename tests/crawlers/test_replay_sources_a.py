"""Recorded answers of the live services, where they are on this machine: how many distinct items each target gives.

Where a count differs from the recording's own list, the reason stands beside it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: target → items, where that is not what the list beside the recording says
DIFFERENT = {
    # two reviews have ids of an older kind ("lg:…") that the list did not count
    "https://play.google.com/store/apps/details?id=com.mg.android&hl=en&gl=us": 40,
    # the address of the video itself was not recorded, and one of two comments is a picture without words (a reject)
    "framatube.org/videos/217eefeb-883d-45be-b7fc-a788ad8507d3": 1,
    # the page is the empty shell of an application and describes no video
    "https://www.twitch.tv/twit": 0,
    # searches of the shop hold no reviews and are refused by name
    "https://play.google.com/store/search?q=barcode&c=apps&hl=es&gl=ES": 0,
}
SOURCES = ("steam", "bazaarvoice", "google_play", "youtube_feed", "peertube", "video_page")


@pytest.fixture(scope="module")
def proxy(shared: Path) -> Iterator[str]:
    """The recording as a proxy on a free port."""
    command = [sys.executable, str(shared / "replay" / "replay.py"), "--port", "0", str(shared / "replay")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    yield process.stderr.readline().split()[-1]
    process.terminate()
    process.wait(10)
    process.stderr.close()


@pytest.mark.parametrize("source", SOURCES)
def test_every_recorded_target_gives_its_items(source: str, shared: Path, proxy: str, tmp_path: Path) -> None:
    expected = json.loads((shared / "replay" / "expected.json").read_text("utf-8"))
    if source not in expected:
        pytest.skip(f"the recording has no {source}")
    targets = expected[source]
    environment = {**os.environ, "HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "BAZAARVOICE_PASSKEY": "any"}
    command = [sys.executable, "-m", "crawlers", "crawl", source, *targets, "--home", str(tmp_path)]
    command += ["--landing", str(tmp_path / "landing"), "--outcome", str(tmp_path / "outcome.json")]
    subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, timeout=300)
    outcome = json.loads((tmp_path / "outcome.json").read_text("utf-8"))
    got = json.loads((Path(outcome["package"]) / "manifest.json").read_text("utf-8"))["got"]
    wanted = {t: DIFFERENT.get(t, about["items"]) for t, about in targets.items()}
    assert {t: got[t] for t, n in wanted.items() if n is not None} == {t: n for t, n in wanted.items() if n is not None}
