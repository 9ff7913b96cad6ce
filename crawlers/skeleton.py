"""The files of a new source, ready to fill in: the spider, its fixture, its expected items and its test."""

from __future__ import annotations

import re
from pathlib import Path

from crawlers.authors import author_key
from crawlers.sources import SourceError, class_name, names

ROOT = Path(__file__).resolve().parent.parent
#: The key of the tests' own home, see tests/crawlers/conftest.py.
TEST_KEY = b"k" * 32

SPIDER = '''"""What this source covers, by which interface, and what to know of it. Untested live."""

from collections.abc import Iterable

from scrapy.http import Request

from crawlers.bases.json_api import JsonApi
from crawlers.bases.paging import Page
from crawlers.draft import Draft


class {cls}(JsonApi):
    name = "{name}"
    lineage = "retailer"
    covers = "reviews of …"
    target_form = "a product number"
    tested = False
    endpoint = "https://api.{host}.example"
    records = "reviews"
    total = "count"
    paging = Page("page", size=20)
    fields = {{
        "item_id": "id",
        "title": "title",
        "body": "text",
        "rating": "stars",
        "author": "user",
        "published_at": "created",
    }}

    def begin(self, target: str) -> Iterable[Draft | Request]:
        yield self.request(f"{{self.base}}/products/{{target}}/reviews", target)
'''

FIXTURE = """{
 "count": 1,
 "reviews": [
  {"id": "r1", "title": "Heats fast", "text": "Boils a litre in two minutes.", "stars": 5, "user": "u1",
   "created": "2026-03-01T10:00:00Z"}
 ]
}
"""

CASE = """{{
 "target": "1",
 "answers": {{"https://api.{host}.example/products/1/reviews": "reviews.json"}}
}}
"""

EXPECTED = """{{
 "items": [
  {{
   "item_id": "{name}:r1",
   "kind": "review",
   "source": "{name}",
   "fetched_at": "2026-03-01T12:00:00Z",
   "url": null,
   "brand": null,
   "product_id": null,
   "product_name": null,
   "parent_id": null,
   "author_key": "{author}",
   "title": "Heats fast",
   "body": "Boils a litre in two minutes.",
   "lang": "en",
   "rating": 1.0,
   "rating_scale": "5 stars",
   "published_at": "2026-03-01T10:00:00Z",
   "edited_at": null,
   "verified": null,
   "metrics": {{}},
   "extra": {{"lang_detected": true}}
  }}
 ],
 "deleted": [],
 "rejects": 0,
 "verdict": ["finished", null]
}}
"""

TEST = '''"""{cls}: items against the payload."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "fixtures" / "{name}"
URL = "https://api.{host}.example/products/1/reviews"


def test_items_against_the_payload(parse: Callable[..., Any]) -> None:
    payload = json.loads((HERE / "reviews.json").read_text("utf-8"))
    parsed = parse("{name}", "1", {{URL: payload}})
    assert [item["item_id"] for item in parsed.items] == [f"{name}:{{record['id']}}" for record in payload["reviews"]]
    assert [item["body"] for item in parsed.items] == [record["text"] for record in payload["reviews"]]
    assert [item["rating"] for item in parsed.items] == [1.0]
    assert parsed.verdict()[:2] == ("finished", None)
'''


def write(name: str, root: Path = ROOT) -> list[Path]:
    """Write the files of a new source under `root` and return their paths.

    Raises `SourceError` for a name that is no lower-case identifier or that there is already; nothing is overwritten.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise SourceError(f"{name!r} cannot name a source; write lower-case words joined by _, as in kettle_club.")
    if name in names():
        raise SourceError(f"There is a source {name!r} already: crawlers/spiders/{name}.py")
    words = {"name": name, "cls": class_name(name), "host": name.replace("_", "-")}
    words["author"] = str(author_key("u1", name, TEST_KEY))
    fixture = root / "tests" / "crawlers" / "fixtures" / name
    files = {
        root / "crawlers" / "spiders" / f"{name}.py": SPIDER.format(**words),
        root / "tests" / "crawlers" / f"test_{name}.py": TEST.format(**words),
        fixture / "case.json": CASE.format(**words),
        fixture / "reviews.json": FIXTURE,
        fixture / "expected.json": EXPECTED.format(**words),
    }
    for path, text in files.items():
        if path.exists():
            raise SourceError(f"{path} is there already; it is not overwritten.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)
