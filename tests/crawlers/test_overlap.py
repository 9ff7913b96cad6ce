"""While a site answers, the records of the page before pass through the pipelines: a page costs the longer of both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

ROOT = Path(__file__).resolve().parents[2]
RECORDS, PAGES, SLOW = 20, 4, 0.03

CRAWL = f"""
import sys, time
from crawlers import __main__, settings

class Slow:
    def process_item(self, item):
        time.sleep({SLOW})
        return item

settings.AUTOTHROTTLE_ENABLED = False
settings.ITEM_PIPELINES[Slow] = 50
sys.exit(__main__.main(sys.argv[1:]))
"""


def test_the_next_page_is_asked_for_before_the_records_of_this_one_are_dealt_with(site: Any, tmp_path: Path) -> None:
    asked: dict[int, float] = {}

    def answer(path: str) -> tuple[int, dict[str, str], bytes]:
        offset = int(dict(parse_qsl(urlsplit(path).query))["Offset"])
        asked[offset // RECORDS] = time.monotonic()
        about = {"ContentLocale": "en_US", "SubmissionTime": "2025-05-01T10:00:00Z", "Badges": {}, "ReviewText": "Good"}
        reviews = [{"Id": f"r{n}", **about} for n in range(offset, offset + RECORDS)]
        body = {"TotalResults": RECORDS * PAGES, "Results": reviews}
        return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()

    site.pages["/reviews.json"] = answer
    command = [sys.executable, "-c", CRAWL, "crawl", "bazaarvoice", "KETTLE-1", "--home", str(tmp_path)]
    command += ["--landing", str(tmp_path / "landing"), "--options", json.dumps({"endpoint": site.address})]
    environment = {**os.environ, "BAZAARVOICE_PASSKEY": "made-up", "PYTHONPATH": str(ROOT)}
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    outcome = json.loads(said.stdout)
    assert (outcome["status"], outcome["items"]) == ("finished", RECORDS * PAGES)
    # Nothing of page 0 had to pass before page 1 was asked for; the pages after come as fast as records pass, one of
    # them read at a time.
    assert asked[1] - asked[0] < RECORDS * SLOW / 2
    assert asked[2] - asked[1] > RECORDS * SLOW / 2
