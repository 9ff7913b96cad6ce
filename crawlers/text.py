"""Mark-up of any kind as bounded plain text, with what identifies a person masked.

Promise: what `plain` returns holds no tags, no character entities, no control characters, no e-mail addresses,
telephone numbers or handles (they become `[email]`, `[phone]`, `[handle]`), and at most `limit` characters. Prices,
dates and product numbers stay as they are.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from typing import Any

import html_text
import phonenumbers

from crawlers.items import MAX_BODY, MAX_TITLE
from crawlers.simple_html import simple_text

_TAG = re.compile(
    r"</?(?:p|br|a|b|i|u|s|em|strong|div|span|ul|ol|li|h[1-6]|img|blockquote|pre|code|table|tr|td|th|tbody|font|small|sup|"
    r"sub|hr|script|style|iframe|center|section|article|header|footer|figure|picture|video|aside|details|summary|del|ins|"
    r"html|body|time|abbr|cite|q|mark|tt|wbr|svg|input|button|form|label|link|meta)\b[^<>]*>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_DROPPED = re.compile(
    r"<(script|style|noscript|template)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL
)
# Tags inside a word or a name; the extractor would put a space for each ("# Nordbrew" for #<span>Nordbrew</span>).
_INLINE = re.compile(
    r"</?(?:span|b|i|u|s|em|strong|font|mark|small|abbr|wbr|bdi|ins|kbd|tt)"
    r"(?:\s(?:[^<>\"']|\"[^\"]{0,2000}\"|'[^']{0,2000}')*)?>",
    re.IGNORECASE,
)
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
# UTF-8 that was once read as Latin-1 or Windows-1252: "Ã©", "â€œ"
_MOJIBAKE = re.compile(r"[ÂÃâð][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{1,3}")
_LONE = re.compile(r"[\ud800-\udfff]")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n ?(?:\n ?)+")
_BBCODE_INLINE = re.compile(
    r"\[/?(?:b|i|u|s|strike|spoiler|noparse|url|img|color|size|font)(?:=[^\]\n]{0,300})?\]", re.IGNORECASE
)
_BBCODE = re.compile(
    r"\[/?(?:b|i|u|s|h[1-6]|strike|spoiler|noparse|quote|code|list|olist|\*|table|tr|th|td|hr|url|img|color|size|font|center)(?:=[^\]\n]{0,300})?\][^\S\n]*",
    re.IGNORECASE,
)
_MD_LINK = re.compile(r"!?\[([^\]\n]{0,300})\]\((?:[^()\s]|\([^()\s]*\)){1,2000}(?:\s+\"[^\"\n]*\")?\)")
_MD_MARK = re.compile(r"(?<![\w*])(\*\*\*|\*\*|\*|~~|`)(?=\S)(.{1,2000}?)(?<=\S)\1(?![\w*])")
_MD_LINE = re.compile(r"^(?: {0,3}#{1,6} +| {0,3}(?:> ?)+)", re.MULTILINE)

_EMAIL = re.compile(
    r"(?<![\w.+@-])[\w.+-]{1,64}(?:@|\s?[\[(]\s?at\s?[\])]\s?)(?:[\w-]{1,63}(?:\.|\s?[\[(]\s?dot\s?[\])]\s?)){1,4}[^\W\d_]{2,24}(?![\w-])",
    re.IGNORECASE,
)
_PROFILE = re.compile(
    r"(?:https?://)?(?:www\.|m\.)?(?:twitter|x|instagram|facebook|tiktok|t)\.(?:com|me)/@?[\w.]{2,40}(?![\w./-])",
    re.IGNORECASE,
)
_HANDLE = re.compile(
    r"(?<![\w@/.=&?+-])(?:@[A-Za-z_][\w.-]{1,40}(?:@[\w-]+(?:\.[\w-]+)+)?(?<![.-])|/?u/[A-Za-z0-9_-]{3,20}\b)"
)
_SPELLED_AT = re.compile(r"[\[(]\s?at\s?[\])]", re.IGNORECASE)
_SEVEN_DIGITS = re.compile(r"\d(?:[\s()./-]{0,3}\d){6}")
_PHONE_LIKE = re.compile(r"(?<![\w.,€$£¥-])(?:\+|00)?\(?\d(?:[\s()./-]{0,3}\d){6,16}(?![\w€$£¥%]|[.,]\d)")
_DATE = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{2,4}|\d{4}([./-])\d{1,2}\2\d{1,2}")
_PHONE_WORD = re.compile(
    r"(?:tel|phone|call|fon|mobile|handy|whats?app|fax|☎|📞|ring|sms|text|电话|電話|тел)[^\n]{0,25}$", re.IGNORECASE
)
_NUMBER_WORD = re.compile(
    r"(?:isbn|ean|upc|sku|asin|model|modell|art(?:icle|ikel)?|order|bestell\w*|serial|s/n|part|nr|no|#|№|ref|version)\W{0,4}(?:\w{1,8}\W{0,2})?$",
    re.IGNORECASE,
)
_REGIONS = {
    "en": ("US", "GB", "AU", "IN"), "de": ("DE", "AT", "CH"), "fr": ("FR", "BE"), "es": ("ES", "MX"), "it": ("IT",),
    "nl": ("NL", "BE"), "pt": ("BR", "PT"), "pl": ("PL",), "ja": ("JP",), "ru": ("RU",), "sv": ("SE",), "da": ("DK",),
}  # fmt: skip


def plain(value: Any, limit: int = MAX_BODY, markup: str = "auto", lang: str | None = None) -> str | None:
    """Clean text of a value in HTML, BBCode, Markdown or none ("auto" tells HTML from plain); None where nothing is
    left.

    `lang` helps to tell telephone numbers in national form from other numbers.
    """
    text = strip_markup(value, markup)
    if not text:
        return None
    text = mask(text[: limit * 2], lang)
    return text[: limit - 1].rstrip() + "…" if len(text) > limit else text


def title(value: Any, markup: str = "auto", lang: str | None = None) -> str | None:
    """Clean text on one line, at most `MAX_TITLE` characters."""
    text = plain(value, MAX_TITLE, markup, lang)
    return " ".join(text.split()) if text else None


def strip_markup(value: Any, markup: str = "auto") -> str:
    """Text without mark-up, entities and control characters, its paragraphs kept as lines."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        value = "\n".join(str(part) for part in value if part)
    text = str(value)[: MAX_BODY * 8]
    if markup == "bbcode":
        text = _BBCODE.sub("\n", _BBCODE_INLINE.sub("", text)) if "[" in text else text
    elif markup == "markdown":
        text = _MD_LINE.sub("", _MD_MARK.sub(r"\2", _MD_LINK.sub(r"\1", text)))
    elif markup == "html" or _tagged(text):
        text = _from_html(text)
    # Twice, because services escape what a shop has escaped already; a third level has not been met.
    for _ in range(2):
        if "&" not in text or not _ENTITY.search(text):
            break
        text = html.unescape(text)
        if markup == "auto" and _tagged(text):
            text = _from_html(text)
    return _tidy(text)


def _tagged(text: str) -> bool:
    return "<" in text and bool(_TAG.search(text))


def _tidy(text: str) -> str:
    """The text without control characters and needless white space, composed."""
    plain_letters = text.isascii()
    if not plain_letters:
        text = mend(text)
    # Printable is what is neither a control nor a format character, no lone surrogate and no white space but a blank.
    if not text.replace("\n", "").isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
        text = _SPACES.sub(" ", _LONE.sub("", _CONTROL.sub("", text)))
    if not plain_letters:
        text = unicodedata.normalize("NFC", text)
    if "  " in text:
        text = _SPACES.sub(" ", text)
    return (_LINES.sub("\n\n", text) if "\n" in text else text).strip()


def mend(text: str) -> str:
    """The text with UTF-8 that was read as Latin-1 or Windows-1252 read rightly."""
    return _MOJIBAKE.sub(_mended, text)


def _mended(found: re.Match[str]) -> str:
    """The characters that a sequence of wrongly read bytes stands for; the sequence itself where it stands for none."""
    raw = b"".join(c.encode("latin-1") if ord(c) < 256 else c.encode("cp1252") for c in found[0])
    for end in range(len(raw), 1, -1):
        try:
            return raw[:end].decode("utf-8") + found[0][end:]
        except UnicodeDecodeError:
            continue
    return found[0]


def _from_html(text: str) -> str:
    if "<" in text:
        text = _INLINE.sub("", _DROPPED.sub(" ", text))
    text = _CONTROL.sub("", text)
    if (simple := simple_text(text)) is not None:
        return simple
    try:
        return str(html_text.extract_text(f"<div>{text}</div>"))
    except (ValueError, AssertionError, RecursionError):  # lxml gives up on some hostile mark-up
        return html.unescape(re.sub(r"<[^>]{0,2000}>", " ", text))


def mask(text: str, lang: str | None = None) -> str:
    """The text with e-mail addresses, handles, profile addresses and telephone numbers replaced by their kind."""
    if "@" in text or _SPELLED_AT.search(text):
        text = _EMAIL.sub("[email]", text)
    if "/" in text:
        text = _PROFILE.sub("[handle]", text)
    if "@" in text or "u/" in text:
        text = _HANDLE.sub("[handle]", text)
    # The first pattern costs a tenth of the second, and in most texts there are no seven digits in a row.
    return _mask_phones(text, lang) if _SEVEN_DIGITS.search(text) and _PHONE_LIKE.search(text) else text


def _mask_phones(text: str, lang: str | None) -> str:
    regions = _REGIONS.get((lang or "en").split("-")[0].lower(), ("US",))
    parts, end = [], 0
    for found in _PHONE_LIKE.finditer(text):
        if _is_phone(found.group(), text[max(0, found.start() - 30) : found.start()], regions):
            parts += [text[end : found.start()], "[phone]"]
            end = found.end()
    return "".join(parts) + text[end:] if parts else text


def _is_phone(shown: str, before: str, regions: tuple[str, ...]) -> bool:
    if re.match(r"(?:19|20)\d\d([-./ ])\d\d?\1\d\d?(?!\d)", shown):
        return False  # a date, perhaps with its hour
    international = shown.startswith("+")
    if not international:
        if _NUMBER_WORD.search(before):
            return False
        # An unbroken run of digits is an order or article number unless a word before it says otherwise.
        if shown.isdigit() and not _PHONE_WORD.search(before):
            return False
    if _DATE.fullmatch(shown.strip()):
        return False
    if _valid(shown, () if international else regions):
        return True
    return bool(_PHONE_WORD.search(before)) and sum(c.isdigit() for c in shown) >= 8


@lru_cache(maxsize=4096)
def _valid(shown: str, regions: tuple[str, ...]) -> bool:
    """Whether a number is one that exists in one of the regions (none: in international form)."""
    strict = phonenumbers.Leniency.VALID
    return any(
        phonenumbers.PhoneNumberMatcher(shown, region, leniency=strict).has_next() for region in regions or (None,)
    )
