"""What Google's web pages and their remote calls (batchexecute) hold: positional arrays inside scripts and strings.

Unofficial: the positions were read from recorded answers and can change any day; what has no longer the shape of a
review is not taken for one, so that a change shows as nothing found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from crawlers.bases.source import TargetError

_BLOB = re.compile(r"AF_initDataCallback\(\{.{0,200}?\bdata:\s*(?:function\(\)\s*\{\s*return\s*)?(?=\[)", re.DOTALL)


def blobs(page: str) -> Iterator[Any]:
    """The data of every `AF_initDataCallback` of a page that can be read; older pages wrap it in a function."""
    decoder = json.JSONDecoder(strict=False)
    for found in _BLOB.finditer(page):
        try:
            yield decoder.raw_decode(page, found.end())[0]
        except (ValueError, RecursionError):
            continue


def play_reviews(value: Any) -> Iterator[list[Any]]:
    """Every array in a value that has the shape of a review of Google Play, in order."""
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if _is_review(current):
            yield current
        elif isinstance(current, list):
            waiting.extend(reversed([inner for inner in current if isinstance(inner, list)]))


def _is_review(value: Any) -> bool:
    """[id, [author, …], stars, …, text, [seconds, nanoseconds], …]"""
    if not isinstance(value, list) or len(value) < 7 or not isinstance(value[0], str) or len(value[0]) < 20:
        return False
    author, stars, text, moment = value[1], value[2], value[4], value[5]
    return (
        isinstance(author, list)
        and stars in (1, 2, 3, 4, 5)
        and (text is None or isinstance(text, str))
        and isinstance(moment, list)
        and bool(moment)
        and isinstance(moment[0], int)
    )


def call_body(rpc: str, question: Any) -> str:
    """The form field `f.req` of one remote call."""
    return json.dumps([[[rpc, json.dumps(question, separators=(",", ":")), None, "generic"]]], separators=(",", ":"))


def call_answer(payload: Any, rpc: str) -> Any:
    """What a remote call answered; `TargetError` where it answered nothing."""
    for part in payload if isinstance(payload, list) else []:
        if isinstance(part, list) and len(part) > 2 and part[1] == rpc and isinstance(part[2], str):
            return json.loads(part[2])
    raise TargetError("Google answers nothing to this id")
