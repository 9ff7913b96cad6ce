"""A Discourse forum: topics with twenty posts and a stream of ids for the rest, lists of topics, and the search.

https://docs.discourse.org. Kept from the real one: bodies are `cooked` HTML, edited posts have `version` > 1, a closed
topic ends with a system post (`post_type` 3), likes are `actions_summary` id 2, quotes stand in `aside.quote`.
"""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any

from flows.demo.world import Item, World

CHUNK = 20


def _time(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S}.000Z"


def _entry(world: World, ident: str) -> dict[str, Any] | None:
    return next((topic for topic in world.topics if str(topic["id"]) == ident), None)


def _posts(world: World, entry: dict[str, Any]) -> list[dict[str, Any]]:
    """Every post of a topic in its form on the wire, the closing system post included."""
    items = sorted(world.of("discourse", str(entry["id"])), key=lambda item: item.when)
    posts = [_post(item, number, entry) for number, item in enumerate(items, 1)]
    if entry.get("closed"):
        closing = _post(items[-1], len(posts) + 1, entry)
        closing |= {
            "id": int(items[-1].ident) + 1,
            "username": "system",
            "cooked": "",
            "post_type": 3,
            "action_code": "closed.enabled",
            "version": 1,
        }
        posts.append(closing)
    return posts


def topic(world: World, ident: str) -> dict[str, Any] | None:
    """`/t/{id}.json`; None for an unknown id."""
    if (entry := _entry(world, ident)) is None:
        return None
    posts = _posts(world, entry)
    return {
        "post_stream": {"posts": posts[:CHUNK], "stream": [post["id"] for post in posts]},
        "timeline_lookup": [[1, 0]],
        **_summary(world, entry),
        "actions_summary": [],
        "chunk_size": CHUNK,
        "current_post_number": 1,
        "user_id": posts[0]["user_id"],
        "participant_count": len({post["username"] for post in posts}),
        "details": {"can_edit": False, "participants": []},
    }


def posts(world: World, ident: str, asked: list[str]) -> dict[str, Any] | None:
    """`/t/{id}/posts.json?post_ids[]=…`; None for an unknown id."""
    if (entry := _entry(world, ident)) is None:
        return None
    found = (
        [post for post in _posts(world, entry) if str(post["id"]) in asked] if asked else _posts(world, entry)[:CHUNK]
    )
    return {"post_stream": {"posts": found}, "id": int(ident)}


def latest(world: World, page: int) -> dict[str, Any]:
    """`/latest.json`: the topics, the most recently answered first; all on the first page."""
    found = sorted(
        (_summary(world, entry) for entry in world.topics), key=lambda row: str(row["last_posted_at"]), reverse=True
    )
    return {
        "users": [],
        "topic_list": {"can_create_topic": False, "per_page": 30, "topics": found if page == 0 else []},
    }


def search(world: World, words: str) -> dict[str, Any]:
    """`/search.json?q=`: posts that have all the words, and their topics."""
    wanted = [word for word in words.casefold().split() if ":" not in word]
    hits = []
    for entry in world.topics:
        for post in _posts(world, entry):
            if wanted and all(word in f"{entry['title']} {post['cooked']}".casefold() for word in wanted):
                kept = {
                    key: post[key]
                    for key in ("id", "username", "name", "avatar_template", "created_at", "post_number", "topic_id")
                }
                hits.append({**kept, "like_count": _likes(post), "blurb": post["cooked"][3:120]})
    topics = [_summary(world, entry) for entry in world.topics if entry["id"] in {hit["topic_id"] for hit in hits}]
    return {
        "posts": hits[:50],
        "topics": topics,
        "users": [],
        "categories": [],
        "tags": [],
        "groups": [],
        "grouped_search_result": {"term": words, "more_posts": None},
    }


def _likes(post: dict[str, Any]) -> int:
    return sum(action.get("count", 0) for action in post["actions_summary"] if action["id"] == 2)


def _summary(world: World, entry: dict[str, Any]) -> dict[str, Any]:
    rows = _posts(world, entry)
    return {
        "id": entry["id"],
        "title": entry["title"],
        "fancy_title": escape(entry["title"]),
        "slug": entry["slug"],
        "posts_count": len(rows),
        "reply_count": len(rows) - 1,
        "created_at": rows[0]["created_at"],
        "last_posted_at": rows[-1]["created_at"],
        "bumped_at": rows[-1]["created_at"],
        "highest_post_number": len(rows),
        "archetype": "regular",
        "visible": True,
        "closed": bool(entry.get("closed")),
        "archived": False,
        "views": 140 + 61 * len(rows),
        "like_count": sum(_likes(post) for post in rows),
        "category_id": 4,
        "tags": [name.casefold() for name in entry["brands"]],
    }


def _post(item: Item, number: int, entry: dict[str, Any]) -> dict[str, Any]:
    quote = ""
    if quoted := item.extra.get("quote"):
        quote = (
            f'<aside class="quote no-group" data-post="3" data-topic="{entry["id"]}"><div '
            f'class="title">heron:</div><blockquote><p>{escape(quoted, quote=False)}</p></blockquote></aside>\n'
        )
    staff = item.mark == "staff"
    return {
        "id": int(item.ident),
        "name": "",
        "username": item.author,
        "avatar_template": f"/letter_avatar/{item.author[:1].casefold()}/{{size}}.png",
        "created_at": _time(item.when),
        "cooked": f"{quote}<p>{escape(item.body, quote=False)}</p>",
        "post_number": number,
        "post_type": 1,
        "posts_count": 0,
        "updated_at": _time(item.edited or item.when),
        "reply_count": 0,
        "reply_to_post_number": None if number == 1 or number % 3 else 1,
        "quote_count": 1 if quote else 0,
        "incoming_link_count": 0,
        "reads": 40 + number,
        "readers_count": 39 + number,
        "score": 12.4,
        "yours": False,
        "topic_id": entry["id"],
        "topic_slug": entry["slug"],
        "display_username": "",
        "version": 2 if item.edited else 1,
        "user_title": "Service team" if staff else None,
        "actions_summary": [{"id": 2, "count": item.helpful}] if item.helpful else [],
        "moderator": False,
        "admin": False,
        "staff": staff,
        "user_id": 100 + sum(map(ord, item.author)),
        "hidden": False,
        "trust_level": 1,
        "deleted_at": None,
        "user_deleted": False,
        "edit_reason": None,
        "wiki": False,
    }
