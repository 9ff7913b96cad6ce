"""The short ways through the cleaning of texts give what the long ways give, whatever the text."""

from __future__ import annotations

import unicodedata

import html_text
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers import text
from crawlers.simple_html import simple_text

# fmt: off
WORDS = st.sampled_from([
    "kettle", "Nordbrew", "(", ")", ",", ".", "!", "“quoted”", "naïve", "e\u0301tude", "泡茶", " ", "  ", "\n", "\t",
    "\u00a0", "\u2003", "\u200b", "\x07", "\r\n", "\u2028", "Ã©", "â€œ", "\ufffe", "\U0001f44d", "tel", "order", "at",
    "4711-2025-88", "030 1234567", "+49 30 1234567", "(212) 555-0142", "12/03/2025", "€1234567", "ida@shop.example",
    "ida [at] shop.example", "ida [AT] shop (dot) example", "@kettle_club", "u/kettle_club", "twitter.com/kettle_club",
    "https://shop.example/a/1234567890",
])
TAGS = st.sampled_from([
    "<p>", "</p>", "<br>", "<br/>", "<br />", "</br>", "<p/>", '<p class="big">', "<div>", "</div>", "<ul>", "</ul>",
    "<ol>", "</ol>", "<li>", "</li>", "<blockquote>", "</blockquote>", '<a href="https://shop.example/?a=1">', "</a>",
    '<a href="/x?a&amp;b">', "<h2>", "</h2>", "<b>", "</b>", "<P>", "<hr>", "<", ">", "&", "&amp;", "&lt;", "&gt;",
    "&quot;", "&nbsp;", "&#39;", "&copy;", "&notit;", "&lt;p&gt;", "<!-- c -->", "<script>x</script>", "[b]", "[/b]",
    "**", "_", "# ", "> ", "[a](b)",
])
# fmt: on
TEXTS = st.lists(WORDS | TAGS | st.text(max_size=6), max_size=14).map(lambda parts: "".join(parts))


@st.composite
def nested(draw: st.DrawFn, depth: int = 3) -> str:
    """HTML in which tags are mostly closed in their turn, as services write it."""
    parts = []
    for _ in range(draw(st.integers(0, 4))):
        tag = draw(st.sampled_from(["", "", "p", "div", "ul", "li", "a", "blockquote", "br"]))
        if tag == "br":
            parts.append("<br>")
        elif tag and depth:
            inner = draw(nested(depth - 1))
            parts.append(f"<ul><li>{inner}</li></ul>" if tag == "li" else f"<{tag}>{inner}</{tag}>")
        else:
            parts.append(draw(WORDS))
    return "".join(parts)


@settings(max_examples=400, deadline=None)
@given(TEXTS | nested())
def test_simple_html_gives_what_the_parser_gives(markup: str) -> None:
    markup = text._CONTROL.sub("", markup)
    short = simple_text(markup)
    assert short is None or short == html_text.extract_text(f"<div>{markup}</div>")


@pytest.mark.parametrize(
    "markup",
    [
        "just words, and more (of them)",
        "<p>one</p>\n<p>two<br>three</p>",
        'see <a href="https://shop.example">the shop</a>, it is good',
        "<p>it&#39;s &quot;fine&quot; &amp; quiet</p>",
        "<div>a<ul><li>b</li> <li>c <a>d</a>!</li></ul>e</div>",
    ],
)
def test_what_services_mostly_send_is_simple(markup: str) -> None:
    assert simple_text(markup) == html_text.extract_text(f"<div>{markup}</div>")


def tidied(value: str) -> str:
    """Every step on every text, as `text._tidy` would do it without looking whether it is needed."""
    shown = text.mend(value).replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    shown = unicodedata.normalize("NFC", text._LONE.sub("", text._CONTROL.sub("", shown)))
    return text._LINES.sub("\n\n", text._SPACES.sub(" ", shown)).strip()


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_tidying_what_needs_it_gives_what_tidying_all_gives(value: str) -> None:
    assert text._tidy(value) == tidied(value)


def masked(value: str, lang: str | None) -> str:
    """Every pattern on every text."""
    shown = text._HANDLE.sub("[handle]", text._PROFILE.sub("[handle]", text._EMAIL.sub("[email]", value)))
    return text._mask_phones(shown, lang)


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.sampled_from([None, "en", "de-AT", "xx"]))
def test_masking_where_there_may_be_something_gives_what_masking_all_gives(value: str, lang: str | None) -> None:
    assert text.mask(value, lang) == masked(value, lang)


@settings(max_examples=300, deadline=None)
@given(TEXTS | nested(), st.sampled_from(["auto", "html", "bbcode", "markdown"]))
def test_no_short_way_changes_what_leaves(value: str, markup: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        short = text.plain(value, markup=markup)
        patch.setattr(text, "simple_text", lambda _: None)
        patch.setattr(text, "_tidy", tidied)
        patch.setattr(text, "mask", masked)
        assert text.plain(value, markup=markup) == short
