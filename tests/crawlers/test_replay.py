"""Recorded services (../shared, not part of this repository): every target gives the items that the recording holds,
with faults as without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawlers import recordings

SOURCES = (
    "app_store", "bazaarvoice", "bluesky", "discourse", "feed", "google_play", "hackernews", "lemmy", "mastodon",
    "peertube", "product_page", "reddit", "steam", "video_page", "youtube", "youtube_feed",
)  # fmt: skip

#: target → items, where the recording holds other than the list beside it says, looked up in the file.
CORRECTED = {
    # 29 reviews stand in the page's WooCommerce list (the page states 29), of which 5 are repeated as JSON-LD
    "https://nordrepublic.com/product/nord-zero/": 29,
    # four whole customer reviews, of which one is marked up, without its text
    "https://www.thomann.de/gb/fender_player_ii_strat_rw_bcg.htm": 4,
    # two reviews have ids of an older kind ("lg:…") that the list did not count
    "https://play.google.com/store/apps/details?id=com.mg.android&hl=en&gl=us": 40,
    # searches of the shop hold no reviews and are refused by name
    "https://play.google.com/store/search?q=barcode&c=apps&hl=es&gl=ES": 0,
    # the address of the video itself was not recorded, and one of two comments is a picture without words (a reject)
    "framatube.org/videos/217eefeb-883d-45be-b7fc-a788ad8507d3": 1,
    # the page is the empty shell of an application and describes no video
    "https://www.twitch.tv/twit": 0,
    # of the 494 distinct things, six say "[deleted]" (notices of deletion) and one says nothing but ">" (a reject)
    "comments/3hahrw": 487,
}
REJECTS = {"peertube": 1, "reddit": 1}
#: Posts of the recorded forum pages, counted in the files: the list says "about".
FORUMS = {
    "https://forums.oneplus.net/threads/marsh-cm13.405700/": 20,
    "https://forums.oneplus.net/threads/marsh-cm13.405700/page-243?versionfrom=2014": 3,
    "https://forums.FreeBSD.org/threads/2024-the-year-of-desktop-freebsd.91732/": 25,
    "https://www.head-fi.org/threads/best-closed-headphones-as-of-07-2024.973407/": 7,
    "https://www.spigotmc.org/threads/best-minecraft-server-hosts-2025-updated.691400/": 13,
    "https://www.bogleheads.org/forum/viewtopic.php?t=425337": 7,
    "https://forum.shopsmith.com/viewtopic.php?t=5550": 10,
    # four posts, of which two are nothing but pictures
    "http://www.askdin.com/thread53668-3.html#post783075": 2,
    # 18 posts; each has its id twice in the page
    "https://www.webhostingtalk.com/showthread.php?t=1930933": 18,
    "https://community.mybb.com/thread-222085.html": 10,
    # the page's data holds the 20 posts shown, the one after them and the last one
    "https://discuss.flarum.org/d/2068-types-of-threads-flarum-as-a-discussion-engine": 22,
    "https://www.nairaland.com/7603790/hybrid-quantum-classical-computing": 13,
    # of ten `article` elements, seven are empty frames and two hold the same answer
    "https://techcommunity.microsoft.com/discussions/communityquestions/getting-to-the-right-page-to-start-a-discussion/4498848": 2,  # noqa: E501
    "https://community.home-assistant.io/t/2024-4-4-2024-5-0-issue-stuck-on-home-assistant-is-starting/724779": 4,
    "https://lemmy.ml/post/21018364": 22,
}


@pytest.fixture(scope="module")
def proxy(shared: Path) -> Iterator[str]:
    with recordings.replay() as address:
        yield address


@pytest.mark.parametrize("source", SOURCES)
def test_recorded_targets_give_what_they_hold(source: str, proxy: str, tmp_path: Path) -> None:
    listed = recordings.expected(source)
    manifest = recordings.crawl(source, list(listed), proxy, tmp_path).manifest
    wanted = {target: CORRECTED.get(target, about["items"]) for target, about in listed.items()}
    counted = {target: count for target, count in wanted.items() if count is not None}
    assert {target: manifest["got"][target] for target in counted} == counted
    if source == "product_page":
        assert all(manifest["got"][target] for target, count in wanted.items() if count is None)
    assert manifest["rejects"] == REJECTS.get(source, 0)


def test_recorded_forums_give_what_they_hold(proxy: str, tmp_path: Path) -> None:
    manifest = recordings.crawl("forum", list(FORUMS), proxy, tmp_path).manifest
    assert manifest["got"] == FORUMS
    assert manifest["rejects"] == 0


@pytest.mark.parametrize(("source", "seed"), [("video_page", 1), ("youtube", 2), ("feed", 2)])
def test_faults_change_no_item_and_no_host_is_asked_too_soon(
    source: str, seed: int, proxy: str, tmp_path: Path
) -> None:
    targets = list(recordings.expected(source))
    calm = recordings.crawl(source, targets, proxy, tmp_path / "calm")
    found = recordings.compare(source, seed, calm, targets, tmp_path / "faults")
    assert found.faults and not found.missing | found.extra, found
    assert found.waits and not found.too_soon, found


def test_recorded_crawl_delays_are_kept(shared: Path, tmp_path: Path) -> None:
    assert recordings.crawl_delays(tmp_path).endswith("too soon: none")
