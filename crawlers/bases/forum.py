"""Forums: threads read by a table of software (crawlers/forums.toml), page after page; boards lead to their threads.

Promise: a post has the same id whichever page, session or address it was met on, its body holds no quotes and
signatures, and a page that no software of the table has written is a gap, never a silent nothing.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from parsel import Selector
from scrapy.http import Request, Response

from crawlers.bases.html import read_html
from crawlers.bases.listing import Listing
from crawlers.bases.source import Result, shown
from crawlers.bases.threads import own_words, site, stable_url
from crawlers.dates import infer_order
from crawlers.draft import pick

TABLE = Path(__file__).parent.parent / "forums.toml"
_NEXT = "link[rel=next]::attr(href) || a[rel~=next]::attr(href)"
_LATER_PAGE = re.compile(
    r"page[-=/]?(?!1\b)\d+|[?&]start=[1-9]|-(?!1\b)\d{1,3}\.html|[?&](?:p|pid|post)=\d", re.IGNORECASE
)


@dataclass(frozen=True)
class Software:
    """One table of forums.toml: rules for a post's fields, and where thread title and next page are."""

    name: str
    rows: str
    id: str
    body: str
    author: str
    published_at: str
    edited_at: str = ""
    drop: str = "blockquote"
    likes: str = ""
    url: str = ""
    anchor: str = "post-{id}"
    scoped: str = ""
    title: str = "h1"
    #: title of what the rows answer, where that itself is not among them
    answers: str = ""
    #: whether the words that stand for a picture are the author's own, so that they count where there are no others
    pictures: bool = False
    question: str = ""
    next: str = ""
    threads: str = ""

    def posts(self, page: Selector) -> list[dict[str, Any]]:
        """The posts of a page as records of raw values."""
        thread = find(page, self.scoped) if self.scoped else None
        return [self._post(row, thread) for row in page.css(self.rows)]

    def _post(self, row: Selector, thread: str | None) -> dict[str, Any]:
        if len(row.css(self.rows)) > 1:  # answers inside what they answer
            row = Selector(row.get())
            for inner in row.css(self.rows)[1:]:
                inner.drop()
        rules = {name: getattr(self, name) for name in ("id", "author", "published_at", "edited_at", "likes", "url")}
        post: dict[str, Any] = {name: find(row, rule) for name, rule in rules.items() if rule}
        bodies = (row.css(query).get() for query in self.body.split(" || "))
        html = next((html for html in bodies if html), None)
        post["body"] = own_words(html, self.drop) or (self.pictures and html and picture_words(html)) or None
        post["anchor"] = self.anchor.format(id=post["id"])
        if thread and post["id"]:
            post["id"] = f"{thread}/{post['id']}"
        return post


@lru_cache(maxsize=1)
def table() -> tuple[Software, ...]:
    """The table of forum software, in the order in which it is tried."""
    return tuple(Software(**entry) for entry in tomllib.loads(TABLE.read_text("utf-8"))["software"])


def find(row: Selector, rule: str) -> str | None:
    """What a rule of forums.toml finds in a row; None where nothing."""
    for alternative in rule.split(" || "):
        query, _, pattern = alternative.partition(" ~ ")
        found = row.xpath(query) if query.startswith(("./", "../")) else row.css(query)
        for node in found[:1]:
            root = node.root
            text = str(root) if isinstance(root, str) else " ".join(" ".join(node.css("::text").getall()).split())
            match = re.search(pattern, text, re.DOTALL) if pattern else None
            value = match[1] if match else "" if pattern else text
            if value.strip():
                return value.strip()
    return None


class ForumPages(Listing):
    """Threads and boards of forums of any software in the table."""

    def loose(self, target: str) -> bool:
        # On a board anything may be spoken of.
        return self.ledger(target).met("board") and not self.names_brand(target)

    def begin(self, target: str) -> Iterable[Request]:
        self.parts(target, r"https?://.+")
        return [self.request(target, target)]

    def parse(self, response: Response, target: str, opener: str | None = None, **passed: Any) -> Result:
        """A page of a thread, or else of a board."""
        page = read_html(response)
        flarum = flarum_posts(page)
        for software in [FLARUM] if flarum else table():
            posts = flarum or software.posts(page)
            if any(post["body"] for post in posts):
                self.count(f"layout/{software.name}")
                yield from self.thread(posts, software, page, response, target, opener)
                return
        if threads := thread_links(page, response):
            yield from self.board(threads, page, response, target)
            return
        self.count("page/without a known layout")
        self.ledger(target).gap(f"no known forum software at {shown(response.url)}")

    def thread(
        self,
        posts: list[dict[str, Any]],
        software: Software,
        page: Selector,
        response: Response,
        target: str,
        opener: str | None,
    ) -> Result:
        """The posts of a page of a thread, then its next page; `opener` is the id of the very first post, if known."""
        if opener is None and not software.answers and not later_page(page, response.url):
            opener = posts[0]["id"]
        about = {
            "site": site(response.url),
            "thread": find(page, software.answers or software.title) or find(page, "title"),
            "opener": opener,
            "asked": bool(software.question and page.css(software.question)),
            "date_order": infer_order(post.get("published_at") for post in posts),
            "date_lang": find(page, "html::attr(lang)"),
        }
        if opener and opener == posts[0]["id"]:
            posts[0]["published_at"] = posts[0].get("published_at") or opened_at(page)
        records = [{**post, **about, "url": address(post, response)} for post in posts]
        following = find(page, f"{software.next} || {_NEXT}" if software.next else _NEXT)
        url = response.urljoin(following) if following else response.url
        request = self.request(url, target, opener=opener) if stable_url(url) != stable_url(response.url) else None
        yield from self.walk(records, response, target, request)

    def board(self, threads: list[str], page: Selector, response: Response, target: str) -> Result:
        """The threads of a page of a board; its further pages only until a crawl of it has once been finished."""
        self.count("page/board")
        self.ledger(target).first_time("board")
        for url in threads:
            if self.ledger(target).first_time(("thread", stable_url(url))) and not self.enough(target):
                yield self.request(url, target, optional="a thread of the board")
        following = find(page, _NEXT)
        if following and (self.option("full") or not self.run.history.complete(target)):
            yield from self.follow(self.request(response.urljoin(following), target), target)


def picture_words(html: str) -> str | None:
    """What stands for the pictures of a post (the `alt` of its images)."""
    words = (escape(text.strip()) for text in Selector(f"<div>{html}</div>").css("img::attr(alt)").getall())
    return " ".join(filter(None, words)) or None


def later_page(page: Selector, url: str) -> bool:
    """Whether a page of a thread is not its first one, by its link to the page before or by its address."""
    back = page.css("link[rel=prev]::attr(href), a[rel~=prev]::attr(href), link[rel=previous]::attr(href)")
    return bool(back or _LATER_PAGE.search(url))


def opened_at(page: Selector) -> str | None:
    """When a thread was opened, from its schema.org data (https://schema.org/DiscussionForumPosting), if it has any."""
    for text in page.css("script[type='application/ld+json']::text").getall():
        if "DiscussionForumPosting" in text and (found := re.search(r'"datePublished"\s*:\s*"([^"]+)"', text)):
            return found[1]
    return None


def thread_links(page: Selector, response: Response) -> list[str]:
    """The addresses of the threads that a board lists, by the first software of the table that finds any."""
    for software in table():
        for query in software.threads.split(" || ") if software.threads else ():
            if found := page.css(query).getall():
                urls = [response.urljoin(link).partition("#")[0] for link in found]
                return list(dict.fromkeys(url for url in urls if site(url) == site(response.url)))
    return []


def address(post: dict[str, Any], response: Response) -> str:
    """A post's own address, or else its place in the page."""
    if post.get("url") and not str(post["url"]).startswith(("javascript", "#")):
        return stable_url(response.urljoin(post["url"]))
    return stable_url(response.url).partition("#")[0] + (f"#{post['anchor']}" if post["id"] else "")


def flarum_posts(page: Selector) -> list[dict[str, Any]]:
    """The posts in the JSON that Flarum puts into its pages (https://docs.flarum.org/rest-api); none on other pages."""
    text = page.css("#flarum-json-payload::text").get()
    try:
        payload = json.loads(text or "{}")
        document = payload.get("apiDocument") or {}
        found = [*(payload.get("resources") or ()), *(document.get("included") or ())]
        posts = [entry for entry in found if entry["type"] == "posts" and entry["attributes"].get("contentHtml")]
        # The last post is there too, for the overview; its page will bring it in its order.
        return [
            _flarum_post(entry) for entry in sorted(posts, key=lambda entry: entry["attributes"].get("number") or 0)
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _flarum_post(entry: dict[str, Any]) -> dict[str, Any]:
    said = entry["attributes"]
    return {
        "id": str(entry["id"]),
        "author": pick(entry, "relationships.user.data.id"),
        "published_at": said.get("createdAt") or said.get("time"),
        "edited_at": said.get("editedAt") or said.get("editTime"),
        "body": own_words(said["contentHtml"], FLARUM.drop),
        "likes": said.get("likesCount"),
        "anchor": f"post-{entry['id']}",
    }


FLARUM = Software("flarum", "", "", "", "", "", drop="blockquote", title="h1")
