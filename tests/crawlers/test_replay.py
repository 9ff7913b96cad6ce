"""Recorded services (../shared, not part of this repository): every target gives the items that the recording holds."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("app_store", "youtube", "product_page")

#: Where the recorded file holds more than `expected.json` says, looked up in the file.
CORRECTED = {
    # 29 reviews stand in the page's WooCommerce list (the page states 29), of which 5 are repeated as JSON-LD
    "https://nordrepublic.com/product/nord-zero/": 29,
    # four whole customer reviews, of which one is marked up, without its text
    "https://www.thomann.de/gb/fender_player_ii_strat_rw_bcg.htm": 4,
}


@pytest.fixture(scope="module")
def proxy(shared: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    replay = [sys.executable, str(shared / "replay" / "replay.py"), "--port", str(port), str(shared / "replay")]
    process = subprocess.Popen(replay, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        assert process.poll() is None
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


@pytest.mark.parametrize("source", SOURCES)
def test_recorded_targets_give_what_they_hold(source: str, proxy: str, shared: Path, tmp_path: Path) -> None:
    expected = json.loads((shared / "replay" / "expected.json").read_text("utf-8"))[source]
    command = [
        sys.executable,
        "-m",
        "crawlers",
        "crawl",
        source,
        *expected,
        "--landing",
        str(tmp_path),
        "--home",
        str(tmp_path),
    ]
    environment = {**os.environ, "HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "YOUTUBE_API_KEY": "made-up"}
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    manifest = json.loads((Path(json.loads(said.stdout)["package"]) / "manifest.json").read_text("utf-8"))
    wanted = {target: CORRECTED.get(target, about["items"]) for target, about in expected.items()}
    counted = {target: manifest["got"][target] for target, count in wanted.items() if count is not None}
    assert counted == {target: count for target, count in wanted.items() if count is not None}
    assert all(manifest["got"][target] > 0 for target, count in wanted.items() if count is None)
    assert manifest["rejects"] == 0
