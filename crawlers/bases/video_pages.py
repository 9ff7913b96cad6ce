"""Pages of one or more videos: schema.org VideoObject, the state that TikTok writes into its pages, and oEmbed.

Promise: a video has the same id whichever of the three it was read from. oEmbed (https://oembed.com) is asked where the
page itself says nothing; it knows neither dates nor counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, urlsplit

from parsel import Selector
from scrapy.http import Request, Response

from crawlers.bases.html import decoded, read_html
from crawlers.bases.json_api import read_json
from crawlers.bases.listing import Listing
from crawlers.bases.source import Result, TargetError, pick, shown
from crawlers.bases.structured import nodes_of, types, walk
from crawlers.bases.threads import site
from crawlers.draft import digest

#: oEmbed addresses of services whose pages are often kept from crawlers (https://oembed.com/providers.json)
PROVIDERS = {
    "vimeo.com": "https://vimeo.com/api/oembed.json?url=",
    "tiktok.com": "https://www.tiktok.com/oembed?url=",
    "dailymotion.com": "https://www.dailymotion.com/services/oembed?format=json&url=",
    "youtube.com": "https://www.youtube.com/oembed?format=json&url=",
    "youtu.be": "https://www.youtube.com/oembed?format=json&url=",
    "ted.com": "https://www.ted.com/services/v1/oembed.json?url=",
}
#: how services name a video in the many addresses that it has; the last group is its id
_NATIVE = re.compile(
    r"(?:player\.)?(vimeo\.com)/(?:video/)?(?:[\w-]+/)*?(\d{5,})(?:[/?].*)?"
    r"|(?:m\.)?(tiktok\.com)/.*?(?:video|photo|embed/v2)/(\d+).*"
    r"|(?:geo\.)?(dailymotion\.com)/(?:embed/)?video/(\w+).*"
    r"|(?:m\.)?(?:youtube(?:-nocookie)?\.com/(?:watch\?(?:.*&)?v=|embed/|shorts/|v/|live/)|youtu\.be/)([\w-]{11}).*"
)
_COUNTS = {
    "watch": "views", "like": "likes", "dislike": "dislikes", "comment": "comments", "share": "shares",
    "userpageviews": "views", "userplays": "views", "userlikes": "likes", "usercomments": "comments",
}  # fmt: skip


class VideoPages(Listing):
    """Pages of videos. Records are VideoObject nodes, TikTok items or oEmbed answers; `fields` reads all three."""

    state_fields: ClassVar[Mapping[str, Any]] = {}

    def begin(self, target: str) -> list[Request]:
        if not target.startswith(("http://", "https://")):
            raise TargetError(f"{target!r} is not of the form {self.target_form}")
        return [self.request(target, target, otherwise=self.oembed(target, target, None))]

    def oembed(self, address: str, target: str, link: str | None) -> Request | None:
        """The oEmbed request for a video: by the link of its page, else by what is known of the service."""
        known = PROVIDERS.get(site(address).removeprefix("m."))
        if is_oembed(address) or not (link or known):
            return None
        return self.request(link or f"{known}{quote(address, safe='')}", target, self.embedded)

    def parse(self, response: Response, target: str, **passed: Any) -> Result:
        """The videos of a page; without any, what oEmbed says about it."""
        if response.body.lstrip()[:1] == b"{":
            yield from self.embedded(response, target)
            return
        page = read_html(response)
        try:
            found = list(self.videos(page, response))
        except TargetError as error:  # a service that says itself that a video is gone is not asked another way
            self.ledger(target).fail(str(error))
            return
        if found:
            self.ledger(target).expect(len(found))
            yield from self.walk(found, response, target, None)
            return
        link = page.css('link[type="application/json+oembed"]::attr(href)').get()
        following = self.oembed(target, target, response.urljoin(link) if link else None)
        if following is None:
            raise TargetError(f"{shown(response.url)} describes no video")
        yield following

    def videos(self, page: Selector, response: Response) -> Iterator[dict[str, Any]]:
        """The records of a page, each with the id and address of its video."""
        if item := tiktok_item(page):
            yield {**item, **named(f"https://www.tiktok.com/@_/video/{item['id']}")}
            return
        met: dict[str, Any] = {}
        canonical = page.css("link[rel=canonical]::attr(href)").get() or response.url
        for node in walk(nodes_of(decoded(response), response.url, self.run.stats)):
            if not any(name.endswith("VideoObject") for name in types(node)):
                continue
            stated = [node.get(key) for key in ("url", "@id", "embedUrl", "contentUrl")]
            address = next((a for a in stated if isinstance(a, str) and a.startswith("http")), canonical)
            name = native(address)
            # Videos that a page shows besides have often no address of their own.
            if met.setdefault(name, node.get("name")) != node.get("name"):
                name = f"{name}#{digest(node.get('name'))}"
            own = next((a for a in stated[:2] if isinstance(a, str) and a.startswith("http")), canonical)
            yield {**node, **named(own), "native": name}

    def embedded(self, response: Response, target: str) -> Result:
        """The video of an oEmbed answer."""
        answer = read_json(response)
        if not isinstance(answer, dict) or answer.get("type") not in ("video", "rich") or not answer.get("title"):
            raise TargetError(f"{shown(response.url)} describes no video")
        address = answer.get("url") or dict(parse_qsl(urlsplit(response.url).query)).get("url") or target
        yield from self.walk([{**answer, **named(address)}], response, target, None)


def is_oembed(address: str) -> bool:
    """Whether an address is one of an oEmbed service."""
    return "oembed" in urlsplit(address).path.lower()


def native(address: str) -> str:
    """What a video is called on its site: "vimeo.com/311983548"; elsewhere the address without scheme and `www.`"""
    bare = re.sub(r"^https?://(?:www\.)?", "", address.strip()).split("#")[0]
    if found := _NATIVE.fullmatch(bare):
        *host, name = [group for group in found.groups() if group]
        return f"{host[0] if host else 'youtube.com'}/{name}"
    return bare.rstrip("/")


def named(address: str) -> dict[str, str]:
    """The id and the address of a video; TikTok's addresses lead there without the author's name too."""
    name = native(address)
    service, _, number = name.partition("/")
    shared = f"https://www.tiktok.com/@_/video/{number}" if service == "tiktok.com" and number.isdigit() else address
    return {"native": name, "address": shared}


def tiktok_item(page: Selector) -> dict[str, Any] | None:
    """The video in the state of a TikTok page; `TargetError` has TikTok's words where it says that there is none."""
    state = _script(page, "__UNIVERSAL_DATA_FOR_REHYDRATION__")
    detail = (pick(state, "__DEFAULT_SCOPE__") or {}).get("webapp.video-detail") or {}
    if detail.get("statusCode"):
        raise TargetError(f"TikTok answers {detail['statusCode']} {detail.get('statusMsg') or ''}".strip())
    item = pick(detail, "itemInfo.itemStruct")
    if not item:
        item = next(iter((pick(_script(page, "SIGI_STATE"), "ItemModule") or {}).values()), None)
    return item if isinstance(item, dict) and item.get("id") else None


def _script(page: Selector, name: str) -> Any:
    text = page.css(f"script#{name}::text").get()
    try:
        return json.loads(text, strict=False) if text else None
    except (ValueError, RecursionError):
        return None


def counts(node: Mapping[str, Any]) -> dict[str, Any]:
    """The counts of a VideoObject: `interactionStatistic` (one or many) and the older `interactionCount`."""
    stated = node.get("interactionStatistic") or []
    found: dict[str, Any] = {}
    for counter in stated if isinstance(stated, list) else [stated]:
        kind = pick(counter, "interactionType.@type.0|interactionType.@type|interactionType")
        name = _COUNTS.get(re.split(r"[/:]", str(kind))[-1].lower().removesuffix("action"))
        if name and (count := pick(counter, "userInteractionCount")) is not None:
            found[name] = count
    legacy = node.get("interactionCount")
    for text in legacy if isinstance(legacy, list) else [legacy]:
        kind, _, count = str(text or "").rpartition(":")
        if count.strip().isdigit():
            found.setdefault(_COUNTS.get(kind.strip().lower(), "views"), int(count))
    return found
