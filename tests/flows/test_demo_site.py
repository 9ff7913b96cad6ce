"""The demo site: formats well-formed over HTTP, the same by seed, large and varied enough, every odd case served."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

import pytest

from flows.demo import ADDRESS, KEY_VARIABLE, watchlist_text
from flows.demo.generate import EMPTY_STOREFRONT, LONG_STOREFRONT, SINGLE_STOREFRONT, pages, world
from flows.demo.material import brands, patterns
from flows.demo.site import DemoSite, is_landed, respond, truth
from flows.demo.world import Item, Page

BASE = "http://127.0.0.1:9"
JSON_LD = re.compile(r'<script type="application/ld\+json">\n(.*?)\n</script>', re.S)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite() as running:
        yield running


def fetch(url: str, **headers: str) -> tuple[int, Message, str]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, headers=headers), timeout=20) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


def local(path: str, state: int = 1) -> tuple[int, str]:
    status, _, body, _ = respond(world(state=state), path, BASE)
    return status, body


def youtube(method: str, state: int = 1, **query: str) -> tuple[int, Any]:
    status, body = local(f"/youtube/v3/{method}?key=x&" + "&".join(f"{k}={v}" for k, v in query.items()), state)
    return status, json.loads(body)


def all_pages(page: Page) -> list[str]:
    """The HTML of every page of a product's reviews."""
    found = []
    while (answer := local(f"{page.path}?page={len(found) + 1}"))[0] == 200:
        found.append(answer[1])
    return found


def of_mark(mark: str, state: int = 1) -> list[Item]:
    return [item for item in world(state=state).items if item.mark == mark]


def feed(place: str, form: str, page: int = 1) -> str:
    storefront, app = place.split("/")
    return local(f"/itunes/{storefront}/rss/customerreviews/page={page}/id={app}/sortby=mostrecent/{form}")[1]


# what there is


def test_it_is_large_and_varied_enough() -> None:
    known = truth()
    assert known.items >= 900
    assert set(known.by_source) == {"product_page", "app_store", "youtube", "mastodon", "discourse"}
    assert set(known.by_kind) == {"review", "video", "comment", "post"}
    assert min(known.by_lang[lang] for lang in ("en", "de", "fr", "es")) >= 60
    categories = Counter(brand.category for brand in brands())
    assert len(categories) == 2 and min(categories.values()) >= 3
    assert min(known.by_brand.values()) >= 100
    english = [text for text, _, _, _, lang in known.sentences if lang == "en"]
    assert len(set(english)) > len(english) / 2
    assert {moment for _, moment, _, _, _ in known.sentences} == {
        *("trigger", "research", "encounter", "purchase", "wait", "use", "feedback", "referral", "none")
    }


def test_there_is_enough_material_in_each_language() -> None:
    sentences = Counter(pattern.lang for pattern in patterns() if pattern.moment != "title")
    assert sentences["en"] >= 250
    assert min(sentences[lang] for lang in ("de", "fr", "es")) >= 40


def test_no_slot_and_no_choice_is_left_open() -> None:
    for item in world().items:
        assert not re.search(r"\{\w+\}|\[[^\]]*\|", f"{item.title} {item.body}"), item.body


def test_same_seed_same_site_and_another_seed_another() -> None:
    code = (
        "from flows.demo.site import truth; import hashlib; print(hashlib.sha256(repr(truth(7)).encode()).hexdigest())"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": salt}, capture_output=True, text=True, check=True
        ).stdout
        for salt in "12"
    }
    assert len(answers) == 1
    assert [i.body for i in world(7).items] != [i.body for i in world(8).items]


def test_native_ids_are_distinct() -> None:
    counts = Counter((item.source, item.ident) for item in world().items)
    assert [key for key, count in counts.items() if count > 1] == []


def test_everything_happened_within_the_six_months() -> None:
    for item in world().items:
        assert "2026-01-01" <= f"{item.when:%Y-%m-%d}" <= "2026-06-30", item


# the story


def _mean(items: list[Item]) -> float:
    return sum(item.stars or 0 for item in items) / len(items)


def test_halvorras_delivery_turns_and_ratings_fall_while_more_is_written() -> None:
    reviews = [i for i in world().of("product_page") if i.brand == "Halvorra" and i.mark == ""]
    before = [i for i in reviews if f"{i.when:%m-%d}" < "05-11"]
    after = [i for i in reviews if f"{i.when:%m-%d}" >= "05-18"]

    def trouble(items: list[Item]) -> float:
        return sum(any((p.moment, p.sentiment) == ("wait", "negative") for p in i.pieces) for i in items) / len(items)

    assert trouble(before) < 0.15 and trouble(after) > 0.5
    assert _mean(before) - _mean(after) > 1
    assert len(after) / 44 > 1.5 * len(before) / 130


def test_zellmo_gains_by_its_firmware() -> None:
    reviews = [i for i in world().of("product_page") if i.brand == "Zellmo" and i.mark == ""]
    before = [i for i in reviews if f"{i.when:%m-%d}" < "03-16"]
    after = [i for i in reviews if f"{i.when:%m-%d}" >= "03-16"]
    assert _mean(after) - _mean(before) > 0.5
    assert any("3.0" in item.body for item in after) and not any("3.0" in item.body for item in before)


def test_tazzoro_wins_those_who_leave() -> None:
    switched = [
        i for i in world().items if i.brand == "Tazzoro" and "Halvorra" in i.body and i.kind in ("review", "post")
    ]
    assert len([i for i in switched if i.when.month >= 5]) >= 10


# product pages


def test_every_product_page_is_served_with_its_reviews_over_next_links(site: DemoSite) -> None:
    for page in pages():
        url: str | None = site.url + page.path
        seen: list[str] = []
        while url:
            status, headers, text = fetch(url)
            assert status == 200 and headers["Content-Type"].startswith("text/html")
            seen += re.findall(r'(?:"@id": "|itemid="|resource=")[^"]*#review-(\d+)', text)
            following = re.search(r'<link rel="next" href="([^"]+)">', text)
            url = urljoin(url, following[1]) if following else None
        expected = [i.ident for i in world().of("product_page", f"{page.shop}/{page.slug}")]
        assert sorted(seen) == sorted(expected), page.path


def test_json_ld_is_sound_but_for_the_one_broken_block() -> None:
    sound = broken = 0
    shapes = set()
    for page in pages():
        for block in JSON_LD.findall(local(page.path)[1]):
            try:
                value = json.loads(block)
            except ValueError:
                broken += 1
                assert page.shape == "broken"
                continue
            sound += 1
            shapes.add(value.get("@type", "@graph"))
    assert broken >= 1 and sound > 15
    assert shapes == {"Product", "ProductGroup", "@graph"}


def test_ratings_and_dates_come_in_several_forms() -> None:
    texts = [text for page in pages() for text in all_pages(page)]
    values = set(re.findall(r'"ratingValue": ("?[\d,.]*\d"?)|itemprop="ratingValue">([\d,.]*\d)', "".join(texts)))
    found = re.findall(r'"datePublished": "([^"]+)"|datePublished">([^<]+)<', "".join(texts))
    dates = {re.sub(r"\d", "9", date) for pair in found for date in pair}
    flat = {value for pair in values for value in pair if value}
    assert "5" in flat and '"5"' in flat and '"4,0"' in flat
    assert any(re.fullmatch(r"\d,\d", value) for value in flat)
    assert any(float(value.strip('"').replace(",", ".")) > 5 for value in flat)
    assert {"9999-99-99", "9999/99/99", "99.99.9999", "shortly before Easter", "99. Mai 9999"} <= dates


def test_robots_and_sitemaps() -> None:
    robots = local("/robots.txt")[1]
    assert "Disallow: /shops/*/preview/" in robots and f"Sitemap: {BASE}/sitemap.xml" in robots
    found = ElementTree.fromstring(local("/sitemap.xml")[1].encode())
    places = [node.text for node in found.iter() if node.tag.endswith("loc")]
    assert len(places) == len(pages()) and any("/preview/" in str(place) for place in places)
    assert len(re.findall("<loc>", local("/sitemap.xml?brand=zellmo")[1])) == 6


# the odd cases


@pytest.mark.parametrize(
    ("mark", "served"),
    [
        ("hostile script", "<script>alert('moments')<\\/script>"),
        ("hostile script", "javascript:alert(2)"),
        ("hostile bidi", "\u202e"),
        ("hostile formula", "=cmd|' /C calc'!A0"),
        ("endless word", "o" * 4000),
        ("entities", "caf&eacute; &quot;next door&quot;"),
        ("private details", "nora.lindqvist@example.com"),
        ("incentivised", "free of charge in exchange for my honest review"),
        ("spam", "http://cheap-followers.example"),
        ("unreadable date", "shortly before Easter"),
        ("rating off the scale", '"ratingValue">11<'),
        ("blank", '"ratingValue": "n/a"'),
    ],
)
def test_an_odd_review_is_served_as_it_is(mark: str, served: str) -> None:
    item = of_mark(mark)[0]
    page = next(p for p in pages() if f"{p.shop}/{p.slug}" == item.place)
    assert any(served in text for text in all_pages(page))


def test_duplicates_empty_bodies_and_edits_are_there() -> None:
    twins = of_mark("syndicated")
    assert len(twins) == 3
    for twin in twins:
        others = [i for i in world().of("product_page") if i.body == twin.body and i.place != twin.place]
        assert others and others[0].author == twin.author and others[0].ident != twin.ident
    assert len(of_mark("near duplicate")) == 1
    empty = of_mark("empty body")
    assert len(empty) == 4 and all(item.body == "" and item.stars for item in empty)
    assert {item.source for item in of_mark("edited")} == {"product_page", "youtube", "mastodon", "discourse"}
    assert sum(any(ord(c) > 0x2600 for c in item.body) for item in world().items) > 20


# the app store


def test_the_feed_holds_the_same_reviews_as_json_and_as_xml() -> None:
    found = json.loads(feed(LONG_STOREFRONT, "json"))["feed"]
    tree = ElementTree.fromstring(feed(LONG_STOREFRONT, "xml").encode())
    ids = [entry["id"]["label"] for entry in found["entry"]]
    assert len(ids) == 50 and ids == [node.findtext(f"{ATOM}id") for node in tree.iter(f"{ATOM}entry")]
    assert found["entry"][0]["updated"]["label"].endswith("-07:00")
    assert found["entry"][0]["im:rating"]["label"] in "12345"
    assert len(json.loads(feed(LONG_STOREFRONT, "json", 2))["feed"]["entry"]) == 7
    assert "entry" not in json.loads(feed(LONG_STOREFRONT, "json", 3))["feed"]


def test_the_odd_storefronts() -> None:
    assert json.loads(feed(EMPTY_STOREFRONT, "json")) == {
        "feed": {"author": json.loads(feed(EMPTY_STOREFRONT, "json"))["feed"]["author"]}
    }
    assert isinstance(json.loads(feed(SINGLE_STOREFRONT, "json"))["feed"]["entry"], dict)
    assert "updated" not in json.loads(feed("fr/1690000101", "json"))["feed"]["entry"][0]
    assert "<updated>" in feed("fr/1690000101", "xml")
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(feed("de/1690000102", "xml").encode())
    assert json.loads(local("/itunes/lookup?id=1690000101&country=us")[1])["results"][0]["trackName"] == "Halvorra Home"


# the video service


def test_the_video_service_wants_a_key() -> None:
    status, body = local("/youtube/v3/search?q=zellmo")
    assert status == 403 and json.loads(body)["error"]["errors"][0]["reason"] == "forbidden"


def test_search_pages_repeat_one_video_and_escape_titles() -> None:
    _, first = youtube("search", q="coffee", part="snippet", maxResults="50")
    _, second = youtube("search", q="coffee", part="snippet", maxResults="50", pageToken=first["nextPageToken"])
    ids = [[row["id"]["videoId"] for row in page["items"]] for page in (first, second)]
    assert len(ids[0]) == 10 and ids[0][-1] == ids[1][0] and len(set(ids[0] + ids[1])) == 18
    titles = [row["snippet"]["title"] for page in (first, second) for row in page["items"]]
    assert any("&amp;" in title or "&#39;" in title for title in titles)


def test_videos_have_counts_as_text_and_a_deleted_one_is_missing() -> None:
    gone = of_mark("deleted video")[0]
    ids = [i.ident for i in world().of("youtube") if i.kind == "video"]
    _, found = youtube("videos", id=",".join(ids), part="snippet,statistics,contentDetails")
    assert {video["id"] for video in found["items"]} == set(ids) - {gone.ident}
    assert all(re.fullmatch(r"PT\d+M(\d+S)?", video["contentDetails"]["duration"]) for video in found["items"])
    assert all(isinstance(video["statistics"]["viewCount"], str) for video in found["items"])
    assert youtube("commentThreads", videoId=gone.ident, part="snippet")[0] == 404
    assert any("vs" in video["snippet"]["title"] for video in found["items"])


def test_threads_hold_all_comments_and_disabled_ones_say_so() -> None:
    closed = of_mark("comments disabled")[0]
    status, body = youtube("commentThreads", videoId=closed.ident, part="snippet")
    assert status == 403 and body["error"]["errors"][0]["reason"] == "commentsDisabled"
    replies = 0
    for video in (i for i in world().of("youtube") if i.kind == "video" and not i.mark):
        _, body = youtube("commentThreads", videoId=video.ident, part="snippet,replies", maxResults="100")
        found = [thread["id"] for thread in body["items"]]
        answers = [reply["id"] for thread in body["items"] for reply in thread.get("replies", {}).get("comments", [])]
        assert sorted(found + answers) == sorted(i.ident for i in world().of("youtube", video.ident))
        replies += len(answers)
    assert replies > 5


def test_channels_and_their_uploads() -> None:
    video = next(i for i in world().of("youtube") if i.kind == "video")
    _, channels = youtube("channels", id=video.extra["channel_id"], part="contentDetails")
    uploads = channels["items"][0]["contentDetails"]["relatedPlaylists"]["uploads"]
    _, found = youtube("playlistItems", playlistId=uploads, part="snippet", maxResults="50")
    assert video.ident in {row["snippet"]["resourceId"]["videoId"] for row in found["items"]}


# posts


def test_statuses_are_paged_by_the_link_header(site: DemoSite) -> None:
    url: str | None = f"{site.url}/api/v1/timelines/tag/halvorra?limit=40"
    found: list[Any] = []
    requests = 0
    while url:
        _, headers, text = fetch(url)
        found += json.loads(text)
        requests += 1
        match = re.search(r'<([^>]+)>; rel="next"', headers.get("Link", ""))
        url = match[1] if match else None
    assert requests == 2
    assert sorted(s["id"] for s in found) == sorted(i.ident for i in world().of("mastodon", "halvorra"))
    assert all(
        (int(status["id"]) > 2**53 and "<p>" in status["content"]) or status["media_attachments"] for status in found
    )
    assert any(status["edited_at"] for status in found) and any(status["spoiler_text"] for status in found)


def test_a_long_topic_needs_its_stream_of_ids(site: DemoSite) -> None:
    _, _, text = fetch(f"{site.url}/t/655.json")
    topic = json.loads(text)
    stream = topic["post_stream"]["stream"]
    assert len(topic["post_stream"]["posts"]) == 20 < len(stream) == topic["posts_count"]
    rest = "&".join(f"post_ids[]={ident}" for ident in stream[20:])
    posts = (
        topic["post_stream"]["posts"]
        + json.loads(fetch(f"{site.url}/t/655/posts.json?{rest}")[2])["post_stream"]["posts"]
    )
    assert [post["id"] for post in posts] == stream
    assert [post["post_type"] for post in posts].count(3) == 1
    assert any(post["version"] > 1 for post in posts) and sum(post["staff"] for post in posts) == 2
    ids = [row["id"] for row in json.loads(local("/latest.json")[1])["topic_list"]["topics"]]
    assert 655 in ids and len(ids) == 8
    assert {row["topic_id"] for row in json.loads(local("/search.json?q=huskies")[1])["posts"]} >= {467}


# the next day, the server, the watchlist


def test_state_two_adds_edits_and_deletes() -> None:
    before = {(i.source, i.ident): i for i in world().items}
    after = {(i.source, i.ident): i for i in world(state=2).items}
    new, gone = after.keys() - before.keys(), before.keys() - after.keys()
    edited = {key for key in before.keys() & after.keys() if before[key].body != after[key].body}
    assert len(new) == 10 and {source for source, _ in new} == set(truth().by_source)
    assert len(gone) == 1 and {source for source, _ in gone} == {"youtube"}
    assert len(edited) == 6 and {source for source, _ in edited} == set(truth().by_source)
    assert all(before[key].mark == "" for key in edited), "the world of state 1 must not change with state 2"
    assert truth(state=2).items == truth().items + 9


def test_state_two_is_what_the_site_serves_then() -> None:
    for key, item in {i.ident: i for i in world(state=2).items if i.mark == "new" and i.source == "app_store"}.items():
        storefront, app = item.place.split("/")
        path = f"/itunes/{storefront}/rss/customerreviews/page=1/id={app}/sortby=mostrecent/json"
        first = json.loads(local(path, state=2)[1])["feed"]["entry"]
        assert key in [entry["id"]["label"] for entry in first]
        assert key not in local(path)[1]
    with pytest.raises(ValueError, match="states 1 and 2"):
        world(state=3)


def test_conditional_requests_and_unknown_pages(site: DemoSite) -> None:
    _, headers, _ = fetch(f"{site.url}/")
    assert fetch(f"{site.url}/", **{"If-None-Match": headers["ETag"]})[0] == 304
    assert fetch(f"{site.url}/nothing/here")[0] == 404
    assert fetch(f"{site.url}{pages()[0].path}?page=99")[0] == 404
    assert fetch(f"{site.url}/t/1.json")[0] == 404


def test_stop_frees_the_port() -> None:
    running = DemoSite().start()
    port = int(running.url.rsplit(":", 1)[1])
    running.stop()
    running.stop()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    with pytest.raises(RuntimeError, match="not running"):
        _ = running.url


def test_through_it_as_a_proxy_addresses_do_not_depend_on_the_port(site: DemoSite) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": site.url}))
    with opener.open(f"{ADDRESS}{pages()[0].path}", timeout=20) as answer:
        text = answer.read().decode()
    assert f'<link rel="canonical" href="{ADDRESS}{pages()[0].path}">' in text
    assert "127.0.0.1" not in text


def test_the_watchlist_names_every_brand_and_no_hidden_page() -> None:
    found = tomllib.loads(watchlist_text("http://127.0.0.1:8123"))["brand"]
    assert [brand["name"] for brand in found] == [brand.name for brand in brands()]
    text = watchlist_text("http://127.0.0.1:8123/")
    assert "preview" not in text and f'key = "{KEY_VARIABLE}"' in text and "8123//" not in text
    targets = [target for brand in found for target in brand["sources"]["product_page"]]
    assert len(targets) == len(set(targets)) == len([p for p in pages() if not p.hidden])
    assert all(
        set(brand["sources"]) >= {"product_page", "app_store", "youtube", "mastodon", "discourse"} for brand in found
    )


def test_the_watchlist_is_accepted_by_the_crawlers(tmp_path: Path) -> None:
    watchlist = pytest.importorskip("crawlers.watchlist")
    path = tmp_path / "watchlist.toml"
    path.write_text(watchlist_text("http://127.0.0.1:8123"), "utf-8")
    assert len(watchlist.load(path).brands) == 6


def test_truth_leaves_out_what_a_polite_crawl_cannot_have() -> None:
    left = [item for item in world().items if not is_landed(item)]
    assert {item.mark for item in left} == {"hidden", "no text", "blank"}
    assert truth().rejects == len(of_mark("blank")) == 2
    assert truth().items == len(world().items) - len(left)
