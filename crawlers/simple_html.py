"""HTML of the simplest kind as text, without building a tree: what interfaces send is mostly a few paragraphs.

Promise: `simple_text` gives exactly what `html_text.extract_text` gives for the same HTML, or None where that cannot be
told without a parser (a tag, an entity or a nesting beyond the few below). A property test holds the two together.
"""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"<(/?)(p|br|div|ul|ol|li|a|blockquote)(?:\s+[a-z-]{1,30}=\"[^\"<>&]{0,2000}\")*\s?(/?)>")
_OTHER_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|nbsp|#39|#34);)")
# What Unicode calls no character; parsers differ in what they make of it.
_PLANE_ENDS = "".join(chr((plane << 16) + end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
_NO_CHARACTER = re.compile(f"[\ud800-\udfff\ufdd0-\ufdef{_PLANE_ENDS}]")
_TWO_LINES, _ONE_LINE = frozenset({"p", "ul", "ol", "blockquote"}), frozenset({"br", "div", "li"})
_BLOCKS = frozenset({"p", "div", "ul", "ol", "blockquote"})
#: tag → what may stand directly in it ("" is the outermost), so that no parser would close anything on its own
_INSIDE = {
    **dict.fromkeys(("", "div", "li", "blockquote"), _BLOCKS | {"br", "a"}),
    **dict.fromkeys(("ul", "ol"), frozenset({"li"})),
    "p": frozenset({"br", "a"}),
    "a": frozenset({"br"}),
}
_NO_SPACE_BEFORE, _DEEPEST = frozenset(',:;.!?")'), 20


def simple_text(markup: str) -> str | None:
    """The text of simple HTML with its paragraphs as lines; None for any other."""
    parts = _TAG.split(markup)
    texts = parts[0::4]
    if any("<" in text for text in texts) or (not markup.isascii() and _NO_CHARACTER.search(markup)):
        return None
    if "&" in markup:
        if any(_OTHER_ENTITY.search(text) for text in texts):
            return None
        texts = [html.unescape(text) for text in texts]
    if not _nested(parts, texts):
        return None
    return _joined(parts, texts)


def _nested(parts: list[str], texts: list[str]) -> bool:
    """Whether every tag stands where it may and is closed in its turn."""
    open_tags = [""]
    for number, (closes, tag, closed) in enumerate(zip(parts[1::4], parts[2::4], parts[3::4], strict=True), start=1):
        if tag == "br":
            if closes or "br" not in _INSIDE[open_tags[-1]]:
                return False
        elif closed:
            return False
        elif closes:
            if open_tags.pop() != tag:
                return False
        elif tag not in _INSIDE[open_tags[-1]] or len(open_tags) > _DEEPEST:
            return False
        else:
            open_tags.append(tag)
        if open_tags[-1] in ("ul", "ol") and texts[number].strip():
            return False
    return len(open_tags) == 1


def _joined(parts: list[str], texts: list[str]) -> str:
    """The texts with the white space that html_text puts between them."""
    chunks: list[str] = []
    lines, before = 2, ""  # how many line ends stand before the next text; the text before it, where none do
    for number, text in enumerate(texts):
        if number:
            tag = parts[4 * number - 2]
            if lines < 2 and tag in _TWO_LINES:
                chunks.append("\n" if lines else "\n\n")
                lines = 2
            elif lines < 1 and tag in _ONE_LINE:
                chunks.append("\n")
                lines = 1
        if shown := " ".join(text.split()):
            if not lines and (before[-1].isspace() or (shown[0] not in _NO_SPACE_BEFORE and before[-1] != "(")):
                chunks.append(" ")
            chunks.append(shown)
            lines, before = 0, text
    return "".join(chunks).strip()
