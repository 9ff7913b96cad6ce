"""Recorded services (../shared, not part of this repository): conversations give what the recordings hold."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("mastodon", "bluesky", "hackernews", "lemmy", "reddit", "discourse", "feed")
KEYS = {"REDDIT_CLIENT_ID": "made-up", "REDDIT_CLIENT_SECRET": "made-up"}

#: Where the recording holds other than `expected.json` says, looked up in the file.
CORRECTED = {
    # of the 494 distinct things, six say "[deleted]" (notices of deletion) and one says nothing but ">"
    "comments/3hahrw": 487,
}
#: Posts of the recorded forum pages, counted in the files: `expected.json` says "about".
FORUMS = {
    "https://forums.oneplus.net/threads/marsh-cm13.405700/": 20,
    "https://forums.oneplus.net/threads/marsh-cm13.405700/page-243?versionfrom=2014": 3,
    "https://forums.FreeBSD.org/threads/2024-the-year-of-desktop-freebsd.91732/": 25,
    "https://www.head-fi.org/threads/best-closed-headphones-as-of-07-2024.973407/": 7,
    "https://www.spigotmc.org/threads/best-minecraft-server-hosts-2025-updated.691400/": 13,
    "https://www.bogleheads.org/forum/viewtopic.php?t=425337": 7,
    "https://forum.shopsmith.com/viewtopic.php?t=5550": 10,
    # four posts, of which two are nothing but pictures
    "http://www.askdin.com/thread53668-3.html#post783075": 2,
    "https://www.webhostingtalk.com/showthread.php?t=1930933": 18,
    "https://community.mybb.com/thread-222085.html": 10,
    # the page's data holds the 20 posts shown, the one after them and the last one
    "https://discuss.flarum.org/d/2068-types-of-threads-flarum-as-a-discussion-engine": 22,
    "https://www.nairaland.com/7603790/hybrid-quantum-classical-computing": 13,
    "https://community.home-assistant.io/t/2024-4-4-2024-5-0-issue-stuck-on-home-assistant-is-starting/724779": 4,
    # 22 comments, of which two are nothing but a picture or a quote
    "https://lemmy.ml/post/21018364": 20,
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


def crawl(source: str, targets: list[str], proxy: str, folder: Path) -> dict[str, Any]:
    """The manifest of a crawl of recorded targets."""
    where = ["--landing", str(folder), "--home", str(folder)]
    environment = {**os.environ, **KEYS, "HTTP_PROXY": proxy, "HTTPS_PROXY": proxy}
    command = [sys.executable, "-m", "crawlers", "crawl", source, *targets, *where]
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    manifest = Path(json.loads(said.stdout)["package"]) / "manifest.json"
    found: dict[str, Any] = json.loads(manifest.read_text("utf-8"))
    return found


@pytest.mark.parametrize("source", SOURCES)
def test_recorded_targets_give_what_they_hold(source: str, proxy: str, shared: Path, tmp_path: Path) -> None:
    expected = json.loads((shared / "replay" / "expected.json").read_text("utf-8"))[source]
    manifest = crawl(source, list(expected), proxy, tmp_path)
    assert manifest["got"] == {target: CORRECTED.get(target, about["items"]) for target, about in expected.items()}
    assert manifest["rejects"] == (1 if source == "reddit" else 0)


def test_recorded_forums_give_what_they_hold(proxy: str, tmp_path: Path) -> None:
    manifest = crawl("forum", list(FORUMS), proxy, tmp_path)
    assert manifest["got"] == FORUMS
    assert manifest["rejects"] == 0
