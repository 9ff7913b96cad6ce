"""The page in a real browser: filters, figures that lead to sentences, hostile text, a phone, no way to the network."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from warehouse.report import render
from warehouse.report.html import http
from warehouse.report.model import Report


@pytest.fixture(scope="module")
def page(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as a file."""
    path = tmp_path_factory.mktemp("page") / "nordbrew.html"
    path.write_text(render(report, "html"), encoding="utf-8")
    return path


class Seen(HTMLParser):
    """Tags, links and headings of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[dict[str, str | None]] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag == "a":
            self.links.append(dict(attrs))


@pytest.fixture(scope="module")
def seen(page: Path) -> Seen:
    parser = Seen()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser


def test_page_needs_and_allows_nothing_from_elsewhere(page: Path, seen: Seen) -> None:
    text = page.read_text(encoding="utf-8")
    assert not {
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "video",
        "audio",
        "image",
        "use",
        "foreignObject",
    } & set(seen.tags)
    assert not {name for name in seen.attributes if name.startswith("on")} and "style" not in seen.attributes
    assert "@import" not in text and "url(http" not in text
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy and "default-src &#39;none&#39;" in policy[1] and "unsafe" not in policy[1]
    assert len(text) < 1_000_000  # the word of a megabyte was cut


def test_links_are_http_or_within_the_page(seen: Seen) -> None:
    for link in seen.links:
        address = link["href"] or ""
        assert address.startswith(("#", "https://", "http://")), address
        if not address.startswith("#"):
            assert link["rel"] == "noopener noreferrer"


def test_headings_follow_each_other_and_the_language_is_said(page: Path, seen: Seen) -> None:
    levels = [int(tag[1]) for tag in seen.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert '<html lang="en">' in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://shop.example/a?b=1&c=2", True),
        ("http://shop.example", True),
        ("HTTPS://SHOP.example/", True),
        ("javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        (" https://shop.example", False),
        ("data:text/html,<script>", False),
        ("//shop.example", False),
        ("https://", False),
        ("https://[broken", False),
        (None, False),
    ],
)
def test_only_http_addresses_become_links(address: str | None, kept: bool) -> None:
    assert http(address) == (address if kept else None)


def ask(driver: Any, expression: str) -> Any:
    """What an expression is worth in the page; `all(selector)` gives a list of elements."""
    return driver.execute_script(f"const all = (s) => [...document.querySelectorAll(s)]; return {expression}")


def shown(driver: Any) -> list[str]:
    """The sentences that a reader sees."""
    return ask(driver, "all('.voice').filter(v => v.offsetParent).map(v => v.querySelector('bdi').textContent)")


def choose(driver: Any, name: str, value: str) -> None:
    """Set a filter as a reader does."""
    from selenium.webdriver.support.ui import Select

    Select(driver.find_element("name", name)).select_by_value(value)


def comes(driver: Any, wanted: Callable[[list[str]], bool]) -> list[str]:
    """The sentences shown, once they are as wanted (or after ten seconds as they are)."""
    from selenium.common.exceptions import TimeoutException
    from selenium.webdriver.support.ui import WebDriverWait

    with contextlib.suppress(TimeoutException):
        WebDriverWait(driver, 10, 0.1).until(lambda _: wanted(shown(driver)))
    return shown(driver)


def test_filters_and_search_narrow_the_voices(page: Path, browser: Callable[..., Any]) -> None:
    driver = browser()
    driver.get(page.as_uri())
    assert len(shown(driver)) == 25 and driver.find_element("id", "shown").text == "42 sentences"
    driver.find_element("id", "more").click()
    assert (
        len(comes(driver, lambda texts: len(texts) == 42)) == 42
        and not driver.find_element("id", "more").is_displayed()
    )
    choose(driver, "moment", "wait")
    assert len(comes(driver, lambda texts: len(texts) == 7)) == 7
    choose(driver, "lang", "de")
    assert comes(driver, lambda texts: len(texts) == 1) == ["Die Lieferung kam zu spät."]
    choose(driver, "sentiment", "positive")
    assert comes(driver, lambda texts: not texts) == []
    assert driver.find_element("id", "none-left").is_displayed()
    driver.find_element("css selector", "#filters [type=reset]").click()
    assert len(comes(driver, lambda texts: len(texts) == 25)) == 25
    driver.find_element("name", "text").send_keys("KAFFIO")
    assert len(comes(driver, lambda texts: len(texts) == 3)) == 3
    choose(driver, "source", "hackernews")
    assert comes(driver, lambda texts: len(texts) == 1) == ["Is the Nordbrew One better than the Kaffio Mini?"]
    assert driver.get_log("browser") == []


def test_every_figure_leads_to_its_sentences(page: Path, report: Report, browser: Callable[..., Any]) -> None:
    driver = browser()
    driver.get(page.as_uri())
    addresses = ask(driver, "[...new Set(all('a[href^=\"#voices?\"]').map(a => a.getAttribute('href')))]")
    assert len(addresses) > 20
    counts = {}
    for address in addresses:
        driver.execute_script("location.hash = arguments[0]", address)
        driver.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0]))")
        counts[address] = int(driver.find_element("id", "shown").text.split()[0])
    assert counts["#voices?moment=wait&sentiment=negative"] == 7
    assert counts["#voices?about=question"] == 3
    assert counts["#voices?about=rival%3AKaffio"] == 3
    assert counts["#voices?stars=1"] == 12  # two sentences in each of six reviews
    empty = [address for address, n in counts.items() if n == 0]
    # Figures that are zero lead to no sentences; every other one does.
    assert set(empty) <= {"#voices?about=leaving", "#voices?moment=trigger", "#voices?moment=purchase"}, empty
    assert driver.get_log("browser") == []


def test_a_mark_in_a_chart_is_a_link_that_sets_the_filters(page: Path, browser: Callable[..., Any]) -> None:
    driver = browser()
    driver.get(page.as_uri())
    bar = "#chart-journey .wide a[href='#voices?moment=wait&sentiment=negative']"
    driver.execute_script(
        "document.querySelector(arguments[0]).dispatchEvent(new MouseEvent('click', {bubbles: true}))", bar
    )
    driver.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0]))")
    assert len(comes(driver, lambda texts: len(texts) == 7)) == 7
    assert driver.find_element("name", "moment").get_attribute("value") == "wait"
    assert driver.execute_script("return document.activeElement.id") == "voices-h"


def test_hostile_text_is_shown_and_does_nothing(page: Path, browser: Callable[..., Any]) -> None:
    driver = browser()
    driver.get(page.as_uri())
    driver.find_element("name", "text").send_keys("esrever")
    assert comes(driver, lambda texts: len(texts) == 1) == [
        "<img src=x onerror=\"window.hacked = 'body'\"> Evil esrever word, [31mred."
    ]
    assert driver.execute_script("return window.hacked === undefined && document.images.length === 0")
    assert driver.execute_script("return document.scripts.length") == 1
    driver.find_element("css selector", "#filters [type=reset]").click()
    driver.find_element("name", "text").send_keys("WWWW")
    assert len(comes(driver, lambda texts: texts[:1] != [] and texts[0].startswith("WWW"))[0]) < 500
    assert "cut, 600 characters" in driver.find_element("id", "voice-list").text
    assert driver.get_log("browser") == []


def test_a_phone_never_scrolls_sideways(page: Path, browser: Callable[..., Any]) -> None:
    driver = browser(360, 740)
    driver.get(page.as_uri())
    driver.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    while driver.find_element("id", "more").is_displayed():
        driver.execute_script("document.getElementById('more').click()")
    assert driver.execute_script("return document.documentElement.scrollWidth") == 360
    assert driver.execute_script("return document.querySelector('#chart-journey .narrow').offsetWidth") > 0
    assert driver.execute_script("return document.querySelector('#chart-journey .wide').offsetParent") is None


def test_tables_charts_and_status_have_their_roles(page: Path, browser: Callable[..., Any]) -> None:
    driver = browser()
    driver.get(page.as_uri())
    for promise in (
        "all('table').every(t => t.querySelector('th[scope=col]') && t.querySelector('th[scope=row]'))",
        "all('svg.chart').every(s => s.querySelector('title').textContent && s.querySelector('desc').textContent)",
        "all('[aria-labelledby]').every(e => e.getAttribute('aria-labelledby').split(' ').every(i => all('#' + i)[0]))",
        "all('svg a').every(a => a.querySelector('[aria-label]'))",
        "all('figure').every(f => f.querySelector('details table'))",
        "new Set(all('[id]').map(e => e.id)).size === all('[id]').length",
        "document.getElementById('shown').getAttribute('role') === 'status'",
        "all('#filters select, #filters input').every(c => c.labels.length === 1)",
    ):
        assert ask(driver, promise), promise


def test_text_contrast_is_enough_in_light_and_dark(page: Path) -> None:
    css = re.search(r"<style>(.*?)</style>", page.read_text(encoding="utf-8"), re.S)
    assert css
    schemes = re.findall(r":root \{(.*?)\}", css[1], re.S)[:2]
    for scheme in schemes:
        colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", scheme))
        for text in ("ink", "muted", "accent", "positive-text", "negative-text"):
            for ground in ("paper", "card", "soft"):
                assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
        assert contrast(colours["few"], colours["few-soft"]) >= 4.5
        for mark in ("positive", "negative"):
            assert contrast(colours[mark], colours["card"]) >= 3


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
