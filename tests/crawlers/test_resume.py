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
from urllib.parse import parse_qsl, urlsplit

import pytest

from crawlers.history import finished
from crawlers.runner import crawl
from crawlers.watchlist import SourceTask

ROOT = Path(__file__).resolve().parents[2]
PAGES = 10


def entries(page: int) -> str:
    """A feed of two entries, one of which every feed repeats, and one that cannot be read."""
    texts = {f"own-{page}": f"The grinder number {page} is fine", "shared": "Nordbrew opens a second roastery"}
    about = {"date_published": "2025-06-01T10:00:00Z", "language": "en"}  # else the first one waits for the detector
    listed = [{"id": name, "content_text": text, **about} for name, text in texts.items()]
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


def start(asked: SourceTask, folder: Path) -> subprocess.Popen[bytes]:
    """A crawl whose parent, this process's child, does nothing but wait for it."""
    script = (
        "import json, sys; from pathlib import Path; from crawlers.runner import crawl; "
        "from crawlers.watchlist import SourceTask; folder = Path(sys.argv[1]); "
        "task = SourceTask(sys.argv[2], tuple(json.loads(sys.argv[3])), json.loads(sys.argv[4])); "
        "crawl(task, brand=None, landing=folder / 'landing', home=folder / 'home')"
    )
    values = [asked.source, json.dumps(asked.targets), json.dumps(dict(asked.options))]
    return subprocess.Popen([sys.executable, "-c", script, str(folder), *values], cwd=ROOT)


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
        parent = start(task(slow), tmp_path)
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


# -- one target of many pages ------------------------------------------------------------------------------------------

KEY, LISTED, PER_PAGE = "passkey-of-the-nordbrew-shop", 160, 4


@pytest.fixture
def shop(site: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A review service whose one product has forty slow pages; `refuses` tells the offsets that it will not serve.

    Every tenth review has neither text nor stars.
    """
    monkeypatch.setenv("BAZAARVOICE_PASSKEY", KEY)
    site.refuses = lambda offset: False

    def answer(path: str) -> tuple[int, dict[str, str], bytes]:
        time.sleep(0.15)
        offset = int(dict(parse_qsl(urlsplit(path).query))["Offset"])
        if site.refuses(offset):
            return 200, {"Content-Type": "application/json"}, json.dumps({"Errors": [{"Message": "too far"}]}).encode()
        body = {"TotalResults": LISTED, "Results": [review(n) for n in range(offset, min(offset + PER_PAGE, LISTED))]}
        return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()

    site.pages["/reviews.json"] = answer
    return site


def review(number: int) -> dict[str, Any]:
    said = {} if number % 10 == 9 else {"ReviewText": f"Kettle {number} boils fast", "Rating": 4, "RatingRange": 5}
    made = f"2025-05-{number % 28 + 1:02}T10:00:00.000+00:00"
    return {"Id": f"r{number}", "ContentLocale": "en_US", "SubmissionTime": made, "Badges": {}, **said}


def offsets(site: Any) -> list[int]:
    return [int(dict(parse_qsl(urlsplit(path).query))["Offset"]) for path in site.seen if path.startswith("/reviews")]


def kill_within(site: Any, asked: SourceTask, folder: Path, requests: int) -> None:
    """Start a crawl and kill it (by the death of its parent) when so many pages were asked for."""
    before = len(offsets(site))
    parent = start(asked, folder)
    wait_for(lambda: len(offsets(site)) >= before + requests)
    parent.kill()
    parent.wait()
    wait_for(lambda: writer_is_gone(folder / "landing"))


def test_a_target_goes_on_from_the_page_whose_records_have_landed(shop: Any, tmp_path: Path) -> None:
    asked = SourceTask("bazaarvoice", ("KETTLE-1",), {"endpoint": shop.address})
    whole = crawl(asked, brand=None, landing=tmp_path / "whole", home=tmp_path / "home")
    pages = len(offsets(shop))
    assert (whole.status, whole.items, whole.rejects, pages) == ("finished", 144, 16, 40)
    shop.seen.clear()
    begun = []
    for _ in range(2):
        before = len(offsets(shop))
        kill_within(shop, asked, tmp_path, 18)
        begun.append(offsets(shop)[before])
        journal = next((tmp_path / "landing").glob("*/journal.jsonl")).read_text("utf-8")
        assert KEY not in journal and json.loads(journal.splitlines()[-1])["under_way"]
    killed = offsets(shop)
    outcome = crawl(asked, brand=None, landing=tmp_path / "landing", home=tmp_path / "home")
    last = offsets(shop)[len(killed) :]
    # Every crawl begins further on than the one before, and the last asks for each page from there on once.
    assert 0 == begun[0] < begun[1] < last[0] and last == list(range(last[0], LISTED, PER_PAGE))
    # Two kills have cost no more than the pages of some seconds each, and every page was asked for.
    assert set(offsets(shop)) == set(range(0, LISTED, PER_PAGE)) and len(offsets(shop)) < pages + 2 * 25
    assert (outcome.status, outcome.items, outcome.rejects) == ("finished", 144, 16)
    assert outcome.package and whole.package and landed(outcome.package) == landed(whole.package)
    manifests = [json.loads((p / "manifest.json").read_text()) for p in (outcome.package, whole.package)]
    assert all(manifests[0][name] == manifests[1][name] for name in ("got", "expected", "items", "rejects"))


def test_a_place_that_the_service_no_longer_knows_begins_again_and_says_so(shop: Any, tmp_path: Path) -> None:
    asked = SourceTask("bazaarvoice", ("KETTLE-1",), {"endpoint": shop.address})
    kill_within(shop, asked, tmp_path, 18)
    refused = len(offsets(shop))
    # What lies beyond the first page is refused, until that has been asked for again.
    shop.refuses = lambda offset: offset and 0 not in offsets(shop)[refused:]
    outcome = crawl(asked, brand=None, landing=tmp_path / "landing", home=tmp_path / "home")
    again = offsets(shop)[refused:]
    assert again[0] > 0 and again[1:] == list(range(0, LISTED, PER_PAGE))
    assert (outcome.status, outcome.items, outcome.rejects) == ("finished", 144, 16)
    assert outcome.package and json.loads((outcome.package / "stats.json").read_text())["page/begun again"] == 1
