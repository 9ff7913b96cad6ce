"""youtube: what is gone, and who must hear of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

API = "https://www.googleapis.com/youtube/v3"


def gone(reason: str = "videoNotFound") -> tuple[int, dict[str, str], bytes]:
    body = f'{{"error": {{"code": 404, "message": "Not there", "errors": [{{"reason": "{reason}"}}]}}}}'
    return 404, {"Content-Type": "application/json"}, body.encode()


ANSWERS: dict[str, Any] = {
    f"{API}/search": {"items": [{"id": {"videoId": "nb1"}, "snippet": {"title": "Nordbrew One", "channelId": "UC1"}}]},
    f"{API}/videos": {"items": [{"id": "nb1", "snippet": {"title": "Nordbrew One", "channelId": "UC1"}}]},
    f"{API}/commentThreads": gone(),
}


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUTUBE_API_KEY", "made-up")


def test_a_found_video_that_is_gone_by_now_is_a_statistic(parse: Callable[..., Any]) -> None:
    parsed = parse("youtube", "q=nordbrew", ANSWERS, {"comments": True})
    assert parsed.verdict()[:2] == ("finished", None) and parsed.run.stats["page/gone"] == 1
    assert [item["item_id"] for item in parsed.items] == ["youtube:nb1"]


def test_comments_that_fail_otherwise_leave_a_gap(parse: Callable[..., Any]) -> None:
    answers = {**ANSWERS, f"{API}/commentThreads": gone("processingFailure")}
    status, reason, _ = parse("youtube", "q=nordbrew", answers, {"comments": True}).verdict()
    assert status == "incomplete" and "the comments of video nb1" in reason


@pytest.mark.parametrize("target", ["comments=nb9", "videos=nb9"])
def test_a_missing_video_that_was_asked_for_is_said(target: str, parse: Callable[..., Any]) -> None:
    status, reason, _ = parse("youtube", target, {**ANSWERS, f"{API}/videos": {"items": []}}).verdict()
    assert status == "failed" or (status == "incomplete" and "nb9" in reason)
    assert "Not there" in reason or "nothing arrived" in reason
