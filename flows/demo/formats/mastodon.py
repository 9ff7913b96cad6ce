"""The public posts of a hashtag as a Mastodon server gives them: a JSON list, its next page only in the Link header.

https://docs.joinmastodon.org/methods/timelines/#tag. Ids are strings above 2^53; content is HTML; some posts come from
other servers (`acct` with a host) and name no language; boosts are not in a hashtag's list.
"""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any

from flows.demo.world import Item, World

_MOST = 40


def timeline(world: World, base: str, tag: str, query: dict[str, str]) -> tuple[list[dict[str, Any]], str | None]:
    """The statuses of one page, newest first, and the value of the Link header."""
    found = sorted(world.of("mastodon", tag.casefold()), key=lambda item: int(item.ident), reverse=True)
    limit = min(_MOST, int(query["limit"])) if query.get("limit", "").isdigit() else 20
    if query.get("max_id", "").isdigit():
        found = [item for item in found if int(item.ident) < int(query["max_id"])]
    for name in ("since_id", "min_id"):
        if query.get(name, "").isdigit():
            found = [item for item in found if int(item.ident) > int(query[name])]
    if "min_id" in query:
        found = found[-limit:]
    shown = found[:limit]
    if not shown:
        return [], None
    address = f"{base}/api/v1/timelines/tag/{tag}?limit={limit}"
    links = [f'<{address}&min_id={shown[0].ident}>; rel="prev"']
    if len(found) > limit:
        links.insert(0, f'<{address}&max_id={shown[-1].ident}>; rel="next"')
    return [_status(item, base) for item in shown], ", ".join(links)


def _time(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z"


def _status(item: Item, base: str) -> dict[str, Any]:
    user, host = item.author.split("@")
    home = host == "kettle.example"  # the server that we ask; the others are known to it
    return {
        "id": item.ident,
        "created_at": _time(item.when),
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": "warning" in item.extra,
        "spoiler_text": item.extra.get("warning", ""),
        "visibility": "public",
        "language": None if int(item.ident) % 11 == 0 else item.lang,
        "uri": f"https://{host}/users/{user}/statuses/{item.ident}",
        "url": f"https://{host}/@{user}/{item.ident}",
        "replies_count": item.extra.get("replies", 0),
        "reblogs_count": item.extra.get("boosts", 0),
        "favourites_count": item.helpful,
        "edited_at": _time(item.edited) if item.edited else None,
        "content": _content(item, base),
        "reblog": None,
        "account": _account(item, user, host, home),
        "media_attachments": [_picture(item)] if item.mark == "no text" else [],
        "mentions": [],
        "tags": [{"name": name, "url": f"{base}/tags/{name}"} for name in _tags(item)],
        "emojis": [],
        "card": None,
        "poll": None,
    }


def _tags(item: Item) -> list[str]:
    more = {"Halvorra": "coffee", "Brezzano": "espresso", "Tazzoro": "coffee"}.get(item.brand, "robotvacuum")
    return [item.brand.casefold(), more] if int(item.ident) % 3 else [item.brand.casefold()]


def _content(item: Item, base: str) -> str:
    if item.mark == "no text":
        return ""
    tags = " ".join(
        f'<a href="{base}/tags/{name}" class="mention hashtag" rel="tag">#<span>{name}</span></a>'
        for name in _tags(item)
    )
    mention = ""
    if handle := item.extra.get("mention"):
        name, host = handle.split("@")
        mention = (
            f' <span class="h-card" translate="no"><a href="https://{host}/@{name}" class="u-url mention">@'
            f"<span>{name}</span></a></span>"
        )
    return f"<p>{escape(item.body, quote=False)}{mention}</p><p>{tags}</p>"


def _account(item: Item, user: str, host: str, home: bool) -> dict[str, Any]:
    return {
        "id": str(100_000 + sum(map(ord, item.author)) * 37),
        "username": user,
        "acct": user if home else f"{user}@{host}",
        "display_name": user.title(),
        "locked": False,
        "bot": False,
        "discoverable": True,
        "group": False,
        "created_at": "2023-03-01T00:00:00.000Z",
        "note": "<p>Invented person of a demo.</p>",
        "url": f"https://{host}/@{user}",
        "uri": f"https://{host}/users/{user}",
        "followers_count": len(user) * 17,
        "following_count": len(user) * 9,
        "statuses_count": len(user) * 41,
        "emojis": [],
        "fields": [],
    }


def _picture(item: Item) -> dict[str, Any]:
    return {
        "id": item.ident[:-1],
        "type": "image",
        "url": "https://pictures.example/1.png",
        "preview_url": "https://pictures.example/1s.png",
        "description": None,
    }
