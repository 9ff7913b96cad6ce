"""Killed crawls: what was landed is neither lost nor repeated nor asked for again, and no crawl outlives its parent."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawlers.history import finished
from crawlers.runner import crawl
from crawlers.watchlist import SourceTask

ROOT = Path(__file__).resolve().parents[2]
PAGES = 10


def entries(page: int) -> str:
    """A feed of two entries, one of which every feed repeats, and one that cannot be read."""
    texts = {f"own-{page}": f"The grinder number {page} is fine", "shared": "Nordbrew opens a second roastery"}
    listed = [{"id": name, "content_text": text, "date_published": "2025-06-01T10:00:00Z"} for name, text in
              texts.items()]  # fmt: skip
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Kettle", "items": [*listed, {"id": f"bad-{page}"}]}
    return json.dumps(feed)


@pytest.fixture
def slow(site: Any) -> Any:
    """The site with feeds that take a while, so that a kill falls between them."""

    def answer(path: str) -> tuple[int, dict[str, str], bytes]:
        time.sleep(0.25)
        return 200, {"Content-Type": "application/feed+json"}, entries(int(path[2:])).encode()

    site.pages |= {f"/k{n}": answer for n in range(PAGES)}
    return site


def task(site: Any) -> SourceTask:
    return SourceTask("feed", tuple(f"{site.address}/k{n}" for n in range(PAGES)))


def asked(site: Any) -> list[str]:
    return [path for path in site.seen if path.startswith("/k")]


def start(site: Any, folder: Path) -> subprocess.Popen[bytes]:
    """A crawl whose parent, this process's child, does nothing but wait for it."""
    script = (
        "import sys; from pathlib import Path; from crawlers.runner import crawl; "
        "from crawlers.watchlist import SourceTask; folder = Path(sys.argv[1]); "
        "crawl(SourceTask('feed', tuple(sys.argv[2:])), brand=None, landing=folder / 'landing', home=folder / 'home')"
    )
    command = [sys.executable, "-c", script, str(folder), *task(site).targets]
    return subprocess.Popen(command, cwd=ROOT)


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(3_000):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("nothing happened within a minute")


def writer_is_gone(landing: Path) -> bool:
    """Whether nobody holds the lock on the unfinished package."""
    with next(landing.glob("*/claim.json")).open() as claim:
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def landed(package: Path) -> list[tuple[str, str]]:
    import gzip

    lines = gzip.decompress((package / "items-00001.jsonl.gz").read_bytes()).splitlines()
    return sorted((record["item_id"], record["body"]) for record in map(json.loads, lines))


def test_kills_at_several_points_change_no_item_and_repeat_no_finished_target(slow: Any, tmp_path: Path) -> None:
    undisturbed = crawl(
        task(slow), brand=None, landing=tmp_path / "whole" / "landing", home=tmp_path / "whole" / "home"
    )
    assert (undisturbed.status, undisturbed.items, undisturbed.rejects) == ("finished", PAGES + 1, PAGES)
    slow.seen.clear()
    landing = tmp_path / "landing"
    for kill_at in (3, 5, 9):
        parent = start(slow, tmp_path)
        wait_for(lambda at=kill_at: len(asked(slow)) >= at)  # type: ignore[misc]
        parent.kill()
        parent.wait()
        # Killing the parent is what kills the crawl.
        wait_for(lambda: writer_is_gone(landing))
        assert list(finished(landing)) == [] and len(list(landing.iterdir())) == 1
    outcome = crawl(task(slow), brand=None, landing=landing, home=tmp_path / "home")
    assert (outcome.status, outcome.items, outcome.rejects) == ("finished", PAGES + 1, PAGES)
    assert outcome.package and undisturbed.package and landed(outcome.package) == landed(undisturbed.package)
    assert [folder for folder, _ in finished(landing)] == [outcome.package] == list(landing.iterdir())
    manifests = [json.loads((p / "manifest.json").read_text()) for p in (outcome.package, undisturbed.package)]
    for name in ("got", "expected"):
        assert manifests[0][name] == manifests[1][name]
    # From scratch, three kills would have cost 3 + 5 + 9 requests beside those of the last crawl.
    assert len(asked(slow)) <= PAGES + 3 * 5
    assert asked(slow).count("/k0") == 1
