"""Forums: each software of the table from a page of its kind; threads, boards, quotes, sessions, hostile pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawlers.bases.forum import later_page, table
from crawlers.bases.threads import direct_url, names, own_lines, own_words, stable_url

PAGES = Path(__file__).parent / "fixtures" / "forum"
QUESTION = "Does it leak for you too?"

# software → (address of the page, ids, date of the first post, what the second post says, likes of the second)
KINDS = {
    "xenforo1": ("https://xf1.example/threads/nordbrew.9/", ("11", "12"), "2025-02-03", "It does not.", None),
    "phpbb-2": ("https://pb.example/viewtopic.php?t=5&start=10", ("8",), "2025-02-08", None, None),
    "phpbb2": ("https://pb2.example/viewtopic.php?t=5", ("561", "562"), "2025-02-03", "Depends on the cup.", None),
    "vbulletin3": ("https://vb3.example/showthread.php?t=5", ("31", "32"), "2025-02-14", "Not here.", None),
    "vbulletin4": ("https://vb4.example/showthread.php?t=5", ("21", "22"), "2025-02-03", "Tighten the lid.", None),
    "vbulletin5": ("https://vb5.example/forum/t/5-leaks", ("41", "42"), "2025-02-01", "A drop a week.", None),
    "mybb": ("https://mybb.example/thread-5555.html", ("51", "52"), "2025-02-01", "Rarely.", None),
    "smf": ("https://smf.example/index.php?topic=5.0", ("61", "62"), "2025-02-01", "Under pressure, yes.", None),
    "invision": ("https://ips.example/topic/5-leaks/", ("71", "72"), "2025-02-01", "Mine is dry.", None),
    "nodebb": ("https://node.example/topic/5/leaks", ("81", "82"), "2025-02-03", "No leaks.", 2),
    "fluxbb": ("https://flux.example/topic.php?id=5", ("91", "92"), "2025-02-01", "Fixed in the newer batch.", None),
    "aurora": ("https://hub.example/discussions/coffee/leaks/501", ("501", "502"), "2025-03-02", "Call support.", None),
    "khoros": ("https://lia.example/t5/coffee/leaks/td-p/511", ("511", "512"), "2025-02-21", "Descale it.", None),
    "ubb": ("https://ubb.example/ubbthreads.php/topics/521", ("521", "522"), "2025-02-21", "Wet kitchen here.", None),
    "nairaland": ("https://land.example/5/leaks", ("531", "532"), "2025-02-01", "E no dey leak.", 2),
    "discourse": ("https://dc.example/t/leaks/5", ("5/1", "5/2"), "2025-02-01", "See the manual.", 2),
    "lemmy": ("https://hub.example/post/5", ("541", "542", "543", "544"), "2025-02-04", "Not mine.", None),
    "lobsters": ("https://lob.example/s/x/leaks", ("ab1", "ab2"), "2025-02-04", "True.", 2),
    "steam": ("https://steam.example/discussions/0/9001/", ("9001", "9002"), "2025-02-03", "Works here.", None),
    "flarum": ("https://flarum.example/d/5-leaks", ("551", "552"), "2025-02-03", "Ask the forum.", 3),
}  # fmt: skip


def page(name: str) -> bytes:
    return (PAGES / f"{name}.html").read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_each_software_is_read(kind: str, parse: Callable[..., Any]) -> None:
    address, ids, day, second, likes = KINDS[kind]
    parsed = parse("forum", address, {address: page(kind)})
    host = address.split("/")[2]
    assert [item["item_id"] for item in parsed.items] == [f"forum:{host}/{native}" for native in ids]
    assert not parsed.rejects
    first = parsed.items[0]
    assert first["published_at"] and first["published_at"].startswith(day)
    assert first["extra"]["thread"] == "Nordbrew One leaks"
    authors = {item["author_key"] for item in parsed.items}
    assert None not in authors or kind == "phpbb-2"
    assert len(authors) == len(ids)
    if second:
        assert parsed.items[1]["body"] == second
        assert parsed.items[1]["metrics"].get("likes") == likes
    opens = kind not in ("phpbb-2", "lemmy", "lobsters")
    if opens:
        assert (first["kind"], first["title"], first["body"]) == (
            "question" if kind == "discourse" else "post",
            "Nordbrew One leaks",
            QUESTION,
        )
        assert parsed.items[1]["parent_id"] == first["item_id"]
    assert parsed.items[-1]["kind"] == "comment"
    for item in parsed.items:
        assert item["url"].startswith(f"https://{host}/")
        assert "sig" not in item["body"]


def test_a_picture_speaks_by_its_words_where_they_are_the_authors(parse: Callable[..., Any]) -> None:
    parsed = parse("forum", "https://hub.example/post/5", {"https://hub.example/post/5": page("lemmy")})
    # The fifth comment is a quote and a picture without words.
    assert [item["body"] for item in parsed.items[2:]] == ["Seals <3 well", "!it is the gasket!<"]


def test_every_software_of_the_table_has_a_page() -> None:
    read = {"xenforo 2", "phpbb"}  # in tests of their own
    named = {"xenforo1": "xenforo 1", "phpbb2": "phpbb 2", "vbulletin3": "vbulletin 3", "vbulletin4": "vbulletin 4"}
    named |= {
        "vbulletin5": "vbulletin 5",
        "aurora": "khoros aurora",
        "ubb": "ubb.threads",
        "steam": "steam discussions",
    }
    read |= {named.get(kind, kind) for kind in KINDS}
    assert {software.name for software in table()} <= read


def test_a_thread_is_followed_without_its_session(parse: Callable[..., Any]) -> None:
    start = "https://pb.example/viewtopic.php?t=5"
    parsed = parse("forum", start, {start: page("phpbb"), f"{start}&start=10": page("phpbb-2")})
    assert [item["item_id"] for item in parsed.items] == [f"forum:pb.example/{n}" for n in (6, 7, 8)]
    assert parsed.items[0]["url"] == "https://pb.example/viewtopic.php?p=6#p6"
    assert {item["parent_id"] for item in parsed.items[1:]} == {"forum:pb.example/6"}
    assert [item["kind"] for item in parsed.items] == ["post", "comment", "comment"]
    assert parsed.verdict()[0] == "finished"


def test_a_board_leads_to_its_threads(parse: Callable[..., Any]) -> None:
    board, thread = "https://pb.example/viewforum.php?f=2", "https://pb.example/viewtopic.php?t=5"
    parsed = parse("forum", board, {board: page("board"), thread: page("phpbb-2")}, brand="Nordbrew")
    assert parsed.items[0]["brand"] is None  # a board speaks of anything
    assert [item["item_id"] for item in parsed.items] == ["forum:pb.example/8"]
    status, reason, _ = parsed.verdict()
    assert status == "incomplete"
    assert "a thread of the board" in reason


def test_the_same_post_has_one_id_from_either_page(parse: Callable[..., Any]) -> None:
    second = "https://xf2.example/threads/nordbrew-one-leaks.88/page-2"
    parsed = parse("forum", second, {second: page("xenforo2-2")})
    assert [item["item_id"] for item in parsed.items] == ["forum:xf2.example/103", "forum:xf2.example/104"]
    assert {item["kind"] for item in parsed.items} == {"comment"}


@pytest.mark.parametrize(
    "body",
    [
        "<html><body><p>Just a page.</p></body></html>",
        "<html><script>{'a':</script><div class='post' id='px'></div></html>",
    ],
)
def test_an_unknown_page_is_a_gap(body: str, parse: Callable[..., Any]) -> None:
    parsed = parse("forum", "https://odd.example/x", {"https://odd.example/x": body})
    assert not parsed.items
    assert parsed.verdict()[0] == "incomplete"
    assert "no known forum software" in parsed.verdict()[1]


@pytest.mark.parametrize("answer", [b"", b"\x00\x01binary", b'{"json": true}'])
def test_what_is_no_page_fails(answer: bytes, parse: Callable[..., Any]) -> None:
    assert (
        parse("forum", "https://odd.example/x", {"https://odd.example/x": (200, {}, answer)}).verdict()[0] == "failed"
    )


def test_a_target_that_is_no_address_fails(parse: Callable[..., Any]) -> None:
    status, reason, _ = parse("forum", "coffee forum", {}).verdict()
    assert status == "failed"
    assert "coffee forum" in reason


def test_own_words_leave_quotes_out() -> None:
    assert own_words("<p>a</p><blockquote>b</blockquote>", "blockquote") == "<div><p>a</p></div>"
    assert own_words("<blockquote>b</blockquote><img>", "blockquote") is None
    assert own_words("plain", "p") == "plain"
    assert own_lines("> quoted\nown") == "own"
    assert own_lines("> only") == "> only"
    assert own_lines(">!spoiler!<\nown") == ">!spoiler!<\nown"


def test_addresses_lose_sessions_and_redirects() -> None:
    session = "0123456789abcdef0123456789abcdef"
    assert stable_url(f"https://f.example/t?t=5&sid={session}&start=10") == "https://f.example/t?t=5&start=10"
    assert stable_url(f"https://f.example/t;jsessionid={session}?a=1#p") == "https://f.example/t?a=1#p"
    assert stable_url("https://f.example/t?s=coffee&q=%20x") == "https://f.example/t?s=coffee&q=%20x"
    assert (
        direct_url("https://www.google.co.uk/url?sa=t&url=https://n.example/a%3Fb%3D1&ct=ga")
        == "https://n.example/a?b=1"
    )
    assert direct_url("https://n.example/url?url=https://x.example") == "https://n.example/url?url=https://x.example"


def test_names_needs_whole_words() -> None:
    assert names("nordbrew one", "The Nordbrew", "one day")
    assert not names("ios", "This is curious", "axios")


def test_later_pages_are_told_by_link_or_address() -> None:
    from parsel import Selector

    plain = Selector("<p>x</p>")
    assert later_page(plain, "https://f.example/threads/x.9/page-2")
    assert later_page(plain, "https://f.example/viewtopic.php?t=5&start=10")
    assert later_page(Selector("<a rel='prev' href='/x'>back</a>"), "https://f.example/x.9/")
    assert not later_page(Selector("<a rel='prev'>back</a>"), "https://f.example/threads/page-layouts.9/")
    assert not later_page(plain, "https://f.example/thread-222085.html")
