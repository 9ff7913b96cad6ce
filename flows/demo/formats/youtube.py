"""The YouTube Data API v3 as far as it is about videos and comments, with its envelopes, string counts and errors.

https://developers.google.com/youtube/v3/docs. Kept from the real one: search titles carry HTML entities, those of
`videos` do not; one video stands on two search pages; counts are strings; a deleted video is found by the search but
not by `videos`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from html import escape
from typing import Any

from flows.demo.world import Item, World

Answer = tuple[int, dict[str, Any]]
Query = dict[str, str]
#: The most results a page, whatever is asked for; the real API may also return fewer than asked.
_SEARCH_PAGE, _THREAD_PAGE = 10, 20


def answer(world: World, method: str, query: Query) -> Answer:
    """Status and body for one call; `query` has the last value of each parameter."""
    if not query.get("key", "").strip():
        return _error(403, "The request is missing a valid API key.", "global", "forbidden")
    found = _METHODS.get(method)
    return found(world, query) if found else _error(404, "Not Found", "global", "notFound")


def _error(code: int, message: str, domain: str, reason: str) -> Answer:
    status = {400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}[code]
    return code, {
        "error": {
            "code": code,
            "message": message,
            "errors": [{"message": message, "domain": domain, "reason": reason}],
            "status": status,
        }
    }


def _etag(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:27]


def _list(kind: str, items: list[dict[str, Any]], total: int, per_page: int, token: str | None = None) -> Answer:
    body: dict[str, Any] = {"kind": f"youtube#{kind}ListResponse", "etag": _etag(kind, items)}
    if token:
        body["nextPageToken"] = token
    return 200, {**body, "pageInfo": {"totalResults": total, "resultsPerPage": per_page}, "items": items}


def _cut(found: list[Any], query: Query, most: int, default: int) -> tuple[list[Any], int, str | None]:
    """One page by `pageToken` (the offset between C and Q) and `maxResults`: entries, page size, next token."""
    asked = query.get("maxResults", "")
    size = min(most, int(asked) if asked.isdigit() and int(asked) > 0 else default)
    token = query.get("pageToken", "").strip("CAQ")
    start = int(token) if token.isdigit() else 0
    return found[start : start + size], size, f"C{start + size}QAA" if start + size < len(found) else None


def _videos(world: World) -> list[Item]:
    return sorted((i for i in world.of("youtube") if i.kind == "video"), key=lambda item: item.when, reverse=True)


def _time(item: Item) -> str:
    return f"{item.when:%Y-%m-%dT%H:%M:%SZ}"


def _thumbnails(ident: str) -> dict[str, Any]:
    sizes = {"default": (120, 90), "medium": (320, 180), "high": (480, 360)}
    return {
        name: {"url": f"https://thumbnails.example/vi/{ident}/{name}.jpg", "width": w, "height": h}
        for name, (w, h) in sizes.items()
    }


def _description(item: Item) -> str:
    sponsor = (
        "This video contains paid promotion.\n"
        if item.extra["form"] == "unboxing" and item.brand in ("Murrolo", "Brezzano")
        else ""
    )
    return (
        f"{item.body}\n\n{sponsor}00:00 Start\n01:10 The box\n04:05 In use\n\nBuy it here: "
        f"https://shop.example/?ref={item.extra['channel_id'][2:8]}"
    )


def _search(world: World, query: Query) -> Answer:
    words = query.get("q", "").casefold().replace('"', " ").split()
    videos = [v for v in _videos(world) if query.get("channelId") in (None, "", v.extra["channel_id"])]
    after, before = query.get("publishedAfter", ""), query.get("publishedBefore", "9")
    found = [v for v in videos if all(word in _haystack(v) for word in words) and after <= _time(v) <= before]
    shown, size, token = _cut(found, query, _SEARCH_PAGE, 5)
    offset = query.get("pageToken", "").strip("CAQ")
    if offset.isdigit() and 0 < int(offset) <= len(found):
        shown = [found[int(offset) - 1], *shown]  # the last of the page before once more, as the real search does
    total = len(found) if len(found) < _SEARCH_PAGE else 1_000_000
    return _list("search", [_search_result(video) for video in shown], total, size, token)


def _haystack(video: Item) -> str:
    return f"{video.title} {video.body} {' '.join(video.extra['tags'])}".casefold()


def _search_result(video: Item) -> dict[str, Any]:
    snippet = {
        "publishedAt": _time(video),
        "channelId": video.extra["channel_id"],
        "title": escape(video.title or "").replace("&#x27;", "&#39;"),
        "description": escape(video.body[:90]).replace("&#x27;", "&#39;") + " ...",
        "thumbnails": _thumbnails(video.ident),
        "channelTitle": escape(video.author).replace("&#x27;", "&#39;"),
        "liveBroadcastContent": "none",
        "publishTime": _time(video),
    }
    return {
        "kind": "youtube#searchResult",
        "etag": _etag(video.ident),
        "id": {"kind": "youtube#video", "videoId": video.ident},
        "snippet": snippet,
    }


def _videos_list(world: World, query: Query) -> Answer:
    asked = [ident for ident in query.get("id", "").split(",") if ident]
    if not asked:
        return _error(
            400,
            "No filter selected. Expected one of: id, chart, myRating",
            "youtube.parameter",
            "missingRequiredParameter",
        )
    by_id = {video.ident: video for video in _videos(world) if not video.extra.get("gone")}
    parts = query.get("part", "snippet").split(",")
    items = [_video(world, by_id[ident], parts) for ident in dict.fromkeys(asked) if ident in by_id]
    return _list("video", items, len(items), len(items))


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"PT{minutes}M{rest}S" if rest else f"PT{minutes}M"


def _video(world: World, item: Item, parts: list[str]) -> dict[str, Any]:
    snippet: dict[str, Any] = {
        "publishedAt": _time(item),
        "channelId": item.extra["channel_id"],
        "title": item.title,
        "description": _description(item),
        "thumbnails": _thumbnails(item.ident),
        "channelTitle": item.author,
        "categoryId": "26",
        "liveBroadcastContent": "none",
        "localized": {"title": item.title, "description": _description(item)},
    }
    if item.extra["form"] != "howto":  # tags and language are left out by many
        snippet |= {"tags": item.extra["tags"], "defaultAudioLanguage": item.lang}
    statistics = {"viewCount": str(item.extra["views"]), "likeCount": str(item.extra["likes"]), "favoriteCount": "0"}
    if item.mark != "comments disabled":
        statistics["commentCount"] = str(sum(1 for other in world.of("youtube", item.ident)))
    details = {
        "duration": _duration(item.extra["duration"]),
        "dimension": "2d",
        "definition": "hd",
        "caption": "false",
        "licensedContent": True,
    }
    known = {"snippet": snippet, "statistics": statistics, "contentDetails": details}
    return {
        "kind": "youtube#video",
        "etag": _etag(item.ident, statistics),
        "id": item.ident,
        **{k: v for k, v in known.items() if k in parts},
    }


def _threads(world: World, query: Query) -> Answer:
    ident = query.get("videoId", "")
    video = next((v for v in _videos(world) if v.ident == ident), None)
    if video is None or video.extra.get("gone"):
        return _error(
            404,
            "The video identified by the videoId parameter could not be found.",
            "youtube.commentThread",
            "videoNotFound",
        )
    if video.mark == "comments disabled":
        return _error(
            403,
            "The video identified by the videoId parameter has disabled comments.",
            "youtube.commentThread",
            "commentsDisabled",
        )
    comments = world.of("youtube", ident)
    tops = sorted((c for c in comments if "." not in c.ident), key=lambda item: item.when, reverse=True)
    shown, size, token = _cut(tops, query, _THREAD_PAGE, 20)
    items = [
        _thread(video, top, [c for c in comments if c.parent == top.ident], query.get("part", "snippet"))
        for top in shown
    ]
    return _list("commentThread", items, len(items), size, token)


def _thread(video: Item, top: Item, replies: list[Item], part: str) -> dict[str, Any]:
    snippet = {
        "channelId": video.extra["channel_id"],
        "videoId": video.ident,
        "topLevelComment": _comment(video, top),
        "canReply": True,
        "totalReplyCount": len(replies),
        "isPublic": True,
    }
    thread: dict[str, Any] = {
        "kind": "youtube#commentThread",
        "etag": _etag(top.ident, top.body),
        "id": top.ident,
        "snippet": snippet,
    }
    if replies and "replies" in part.split(","):
        thread["replies"] = {"comments": [_comment(video, reply) for reply in replies]}
    return thread


def _comment(video: Item, item: Item) -> dict[str, Any]:
    snippet: dict[str, Any] = {
        "channelId": video.extra["channel_id"],
        "videoId": video.ident,
        "textDisplay": escape(item.body, quote=False).replace("\n", "<br>"),
        "textOriginal": item.body,
        "authorDisplayName": f"@{item.author}",
        "authorProfileImageUrl": f"https://thumbnails.example/a/{_etag(item.author)[:8]}.jpg",
        "authorChannelUrl": f"http://www.youtube.example/@{item.author}",
        "authorChannelId": {"value": "UC" + _etag(item.author)[:22]},
        "canRate": True,
        "viewerRating": "none",
        "likeCount": item.helpful,
        "publishedAt": _time(item),
        "updatedAt": f"{item.edited or item.when:%Y-%m-%dT%H:%M:%SZ}",
    }
    if "." in item.ident:
        snippet["parentId"] = item.parent
    return {"kind": "youtube#comment", "etag": _etag(item.ident, item.body), "id": item.ident, "snippet": snippet}


def _comments(world: World, query: Query) -> Answer:
    videos = {video.ident: video for video in _videos(world)}
    replies = [c for c in world.of("youtube") if c.kind == "comment" and c.parent == query.get("parentId", "")]
    shown, size, token = _cut(replies, query, 100, 20)
    return _list("comment", [_comment(videos[item.place], item) for item in shown], len(shown), size, token)


def _channels(world: World, query: Query) -> Answer:
    titles = {video.extra["channel_id"]: video.author for video in _videos(world)}
    asked = [ident for ident in query.get("id", "").split(",") if ident in titles]
    handle = query.get("forHandle", query.get("forUsername", "")).lstrip("@").casefold()
    asked += [ident for ident, title in titles.items() if handle and title.casefold().replace(" ", "") == handle]
    items = [
        {
            "kind": "youtube#channel",
            "etag": _etag(ident),
            "id": ident,
            "snippet": {"title": titles[ident], "description": "", "thumbnails": _thumbnails(ident)},
            "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": "UU" + ident[2:]}},
            "statistics": {
                "viewCount": "120000",
                "subscriberCount": "5400",
                "videoCount": str(sum(v.extra["channel_id"] == ident for v in _videos(world))),
            },
        }
        for ident in asked
    ]
    return _list("channel", items, len(items), 5)


def _playlist(world: World, query: Query) -> Answer:
    channel = "UC" + query.get("playlistId", "")[2:]
    found = [v for v in _videos(world) if v.extra["channel_id"] == channel]
    if not found:
        return _error(
            404,
            "The playlist identified with the request's playlistId parameter cannot be found.",
            "youtube.playlistItem",
            "playlistNotFound",
        )
    shown, size, token = _cut(found, query, _SEARCH_PAGE, 5)
    items = [
        {
            "kind": "youtube#playlistItem",
            "etag": _etag("item", video.ident),
            "id": _etag("item", video.ident),
            "snippet": {
                "publishedAt": _time(video),
                "channelId": channel,
                "title": video.title,
                "description": _description(video),
                "channelTitle": video.author,
                "resourceId": {"kind": "youtube#video", "videoId": video.ident},
            },
            "contentDetails": {"videoId": video.ident, "videoPublishedAt": _time(video)},
        }
        for video in shown
    ]
    return _list("playlistItem", items, len(found), size, token)


_METHODS: dict[str, Callable[[World, Query], Answer]] = {
    "search": _search,
    "videos": _videos_list,
    "commentThreads": _threads,
    "comments": _comments,
    "channels": _channels,
    "playlistItems": _playlist,
}
