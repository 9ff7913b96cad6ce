"""Real crawls over HTTP: packages, what comes again, what a hostile site can do, and what a kill leaves."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from crawlers.history import finished
from crawlers.runner import crawl, preview
from crawlers.watchlist import SourceTask

ROOT = Path(__file__).resolve().parents[2]


def review(number: int, body: str = "", author: str = "") -> dict[str, Any]:
    return {
        "@type": "Review",
        "author": author or f"Person {number}",
        "datePublished": "2025-06-01",
        "reviewBody": body or f"The grinder number {number} is fine",
        "reviewRating": {"ratingValue": 4},
    }


def product(*reviews: dict[str, Any], head: str = "", total: int | None = None) -> str:
    node: dict[str, Any] = {"@type": "Product", "name": "Nordbrew One", "sku": "NB-1", "review": list(reviews)}
    if total is not None:
        node["aggregateRating"] = {"ratingValue": 4, "reviewCount": total}
    data = json.dumps(node, ensure_ascii=False)
    script = f'<script type="application/ld+json">{data}</script>'
    return f'<!doctype html><html lang="en"><head>{head}{script}</head><body><h1>x</h1></body></html>'


def test_a_package_and_what_comes_again(site: Any, crawled: Callable[..., Any], tmp_path: Path) -> None:
    page = f"{site.address}/one"
    site.pages["/one"] = product(review(1), review(2), review(3), total=3, head='<link rel="next" href="/one?page=2">')
    site.pages["/one?page=2"] = product(review(4), {"@type": "Review", "author": "Silent"})
    first = crawled("product_page", [page], brand="Nordbrew")
    assert (first.outcome.status, first.outcome.items, first.outcome.rejects) == ("finished", 4, 1)
    assert first.manifest["expected"] == {page: 3} and first.manifest["got"] == {page: 4}
    assert first.manifest["brand"] == "Nordbrew" and first.manifest["format"] == 1
    files = {file["name"]: file["rows"] for file in first.manifest["files"]}
    assert files == {"items-00001.jsonl.gz": 4, "rejects.jsonl": 1}
    assert {item["brand"] for item in first.items} == {"Nordbrew"}
    assert first.rejects[0]["reason"] == "neither title nor body nor rating" and "Silent" not in json.dumps(
        first.rejects
    )
    assert "Person 1" not in json.dumps(first.items)
    assert first.stats["products"][0]["reviews"] == 3
    assert all(agent.startswith("momentscope/") and "github.com" in agent for agent in site.agents)

    again = crawled("product_page", [page], brand="Nordbrew")
    assert (again.outcome.status, again.outcome.items) == ("finished", 0) and again.manifest["got"] == {page: 4}

    site.pages["/one"] = product(review(1, author="Person 1", body="The grinder number 1 is fine"), review(5), total=3)
    changed = dict(review(4), reviewRating={"ratingValue": 1})
    site.pages["/one"] = product(review(1), review(5), total=3, head='<link rel="next" href="/one?page=2">')
    site.pages["/one?page=2"] = product(changed)
    third = crawled("product_page", [page], brand="Nordbrew")
    assert sorted((item["body"], item["rating"]) for item in third.items) == [
        ("The grinder number 4 is fine", 0.2),
        ("The grinder number 5 is fine", 0.8),
    ]
    known = {item["item_id"] for item in first.items}
    assert len([item for item in third.items if item["item_id"] in known]) == 1


def test_a_hostile_site(site: Any, crawled: Callable[..., Any]) -> None:
    bomb = gzip.compress(b"<html>" + b"0" * 200_000_000)
    html = {"Content-Type": "text/html"}
    latin = product(review(1, body="Très bon café")).encode("latin-1")
    site.pages |= {
        "/robots.txt": (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /private\n"),
        "/private/page": product(review(9)),
        "/bomb": (200, {**html, "Content-Encoding": "gzip"}, bomb),
        "/huge": (200, {**html, "Content-Length": str(2 * 1024**3)}, b"<html>"),
        "/member": (302, {"Location": "/account/login?next=member"}, b""),
        "/account/login": "<html><body><form>Sign in</form></body></html>",
        "/latin": (200, {"Content-Type": "text/html; charset=utf-8"}, latin),
        "/lies": (
            200,
            {"Content-Type": "text/html; charset=shift_jis"},
            product(review(2, body="Günstig und gut")).encode(),
        ),
        "/busy": [(429, {"Retry-After": "1"}, b"slow down"), product(review(3))],
        "/cut": [(200, {**html, "X-Cut": "1"}, product(review(4)).encode()), product(review(4))],
        "/garbage": [(200, html, bytes(range(1, 60)) * 9), product(review(5))],
        "/loop": lambda path: product(
            review(6), head=f'<link rel="next" href="/loop?page={int(path.partition("=")[2] or 1) + 1}">'
        ),
        "/none": product(total=0),
        "/claims": product(total=12),
        "/gone": (410, html, b"gone"),
        "/away": (302, {"Location": "/away"}, b""),
    }
    names = [
        "private/page",
        "bomb",
        "huge",
        "member",
        "latin",
        "lies",
        "busy",
        "cut",
        "garbage",
        "loop",
        "none",
        "claims",
        "gone",
        "away",
    ]
    landed = crawled("product_page", [f"{site.address}/{name}" for name in names])
    state = {target.removeprefix(site.address + "/"): s for target, s in landed.manifest["state"].items()}
    reason = {name: s["reason"] or "" for name, s in state.items()}
    assert {name for name, s in state.items() if s["status"] == "finished"} == {
        "latin",
        "lies",
        "busy",
        "cut",
        "garbage",
        "none",
    }
    assert state["loop"]["status"] == "incomplete" and "repeats" in reason["loop"]
    assert "robots.txt" in reason["private/page"] and "/private/page" not in site.seen
    assert "size" in reason["bomb"] and "size" in reason["huge"]
    assert "asks for a login" in reason["member"]
    assert reason["claims"] == "nothing arrived although the service states 12"
    assert "HTTP 410" in reason["gone"]
    assert state["away"]["status"] == "failed"
    assert {"Très bon café", "Günstig und gut"} <= {item["body"] for item in landed.items}
    assert landed.outcome.items == 6
    first, second = [when for path, when in zip(site.seen, site.times, strict=True) if path == "/busy"]
    assert second - first > 0.5


def test_crawl_delay_is_kept(site: Any, crawled: Callable[..., Any]) -> None:
    site.pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: momentscope\nCrawl-delay: 1\n")
    for name in ("/a", "/b", "/c"):
        site.pages[name] = product(review(ord(name[1])))
    crawled("product_page", [site.address + name for name in ("/a", "/b", "/c")])
    assert len(site.times) == 4 and all(later - earlier >= 1 for earlier, later in pairwise(sorted(site.times)))


def test_a_site_is_found_by_its_sitemap_and_a_list_by_its_links(site: Any, crawled: Callable[..., Any]) -> None:
    locations = "".join(f"<url><loc>{site.address}/p/{n}</loc></url>" for n in (1, 2, 3))
    site.pages["/sitemap.xml"] = (
        f"<sitemapindex><sitemap><loc>{site.address}/products.xml.gz</loc></sitemap></sitemapindex>"
    )
    site.pages["/products.xml.gz"] = (
        200,
        {"Content-Type": "application/gzip"},
        gzip.compress(f"<urlset>{locations}</urlset>".encode()),
    )
    site.pages["/"] = "<html><body>Welcome</body></html>"
    for n in (1, 2, 3):
        site.pages[f"/p/{n}"] = product(review(n))
    listed = [{"@type": "ListItem", "item": {"@type": "Product", "name": f"P{n}", "url": f"/p/{n}"}} for n in (1, 2)]
    data = json.dumps({"@type": "ItemList", "itemListElement": listed})
    site.pages["/list"] = f'<html><script type="application/ld+json">{data}</script></html>'
    landed = crawled("product_page", [f"{site.address}/", f"{site.address}/list"], {"match": r"/p/[12]$"})
    assert sorted(item["body"] for item in landed.items) == [
        "The grinder number 1 is fine",
        "The grinder number 2 is fine",
    ]
    assert landed.manifest["got"] == {f"{site.address}/": 2, f"{site.address}/list": 2}
    assert "/p/3" not in site.seen


def test_ending_a_crawl_gently_lands_what_there_is(site: Any, tmp_path: Path) -> None:
    names = [f"/k{n}" for n in range(25)]
    for n, name in enumerate(names):
        site.pages[name] = product(review(n))
    landing, outcome = tmp_path / "landing", tmp_path / "outcome.json"
    command = [
        sys.executable,
        "-m",
        "crawlers",
        "crawl",
        "--landing",
        str(landing),
        "--home",
        str(tmp_path),
        "--outcome",
        str(outcome),
    ]
    child = subprocess.Popen(
        [*command, "product_page", *(site.address + n for n in names)], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    while len(site.seen) < 8:
        assert child.poll() is None
        time.sleep(0.01)
    child.terminate()
    child.wait()
    said = json.loads(outcome.read_text())
    assert said["status"] == "incomplete" and said["transient"] and 0 < said["items"] < 25
    assert "the crawl was ended early (shutdown)" in said["reason"]


def test_a_missing_key_and_a_dead_site_are_outcomes(tmp_path: Path) -> None:
    landing, home = tmp_path / "landing", tmp_path / "home"
    no_key = crawl(
        SourceTask("youtube", ("q=a", "q=b"), {"key": "NO_SUCH_KEY"}), brand=None, landing=landing, home=home
    )
    assert (no_key.status, no_key.transient, no_key.items) == ("failed", False, 0)
    assert no_key.reason and no_key.reason.startswith("youtube needs a key: set the environment variable NO_SUCH_KEY")
    dead = crawl(SourceTask("product_page", ("http://127.0.0.1:9/x",)), brand=None, landing=landing, home=home)
    assert (dead.status, dead.transient) == ("failed", True) and "network failure" in (dead.reason or "")
    assert len(list(finished(landing))) == 2


def test_a_target_that_is_none_says_how_to_write_it(parse: Callable[..., Any]) -> None:
    status, reason, _ = parse("app_store", "Japan", {}).verdict()
    assert status == "failed" and "write country and app id, as in jp/1404176564" in reason
    assert "write q=<words>" in parse("youtube", "nordbrew", {}).verdict()[1]


def test_preview_prints_items_only_and_stores_nothing(site: Any, tmp_path: Path, capfd: Any) -> None:
    site.pages["/one"] = product(review(1), review(2))
    home = tmp_path / "home"
    assert preview("product_page", [f"{site.address}/one"], jsonl=True, home=home) == 0
    out, err = capfd.readouterr()
    assert [json.loads(line)["body"] for line in out.splitlines()] == [
        "The grinder number 1 is fine",
        "The grinder number 2 is fine",
    ]
    assert "2 items, 0 rejects" in err and "Traceback" not in err
    assert not home.exists()
    saved = tmp_path / "saved.html"
    saved.write_text(product(review(7)))
    assert preview("product_page", ["https://shop.invalid/x"], jsonl=True, home=home, file=saved) == 0
    assert json.loads(capfd.readouterr().out)["body"] == "The grinder number 7 is fine"


def test_an_unknown_source_is_one_sentence() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "crawlers", "try", "youtub", "q=a"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
    assert said.returncode == 2 and said.stderr.strip() == "There is no source 'youtub'; did you mean 'youtube'?"
