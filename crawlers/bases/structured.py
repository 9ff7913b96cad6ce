"""schema.org data out of a page, whatever state it is in: JSON-LD, microdata and RDFa as one list of plain nodes.

Promise: one broken block costs only itself. JSON-LD is read by a ladder (as it is; without comments, CDATA and control
characters; with stray commas and braces mended; the longest readable prefix); what no rung reads is counted, and the
other blocks still count. Nodes that refer to others by `@id` get them in place.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import lxml.etree
import lxml.html
from extruct.w3cmicrodata import LxmlMicrodataExtractor

Node = dict[str, Any]
MAX_NODES, MAX_DEPTH = 20_000, 40

_SCRIPT = re.compile(
    r"<script\b[^>]*?\btype\s*=\s*[\"']?application/ld\+json[^>]*>(.*?)</script\s*>", re.IGNORECASE | re.DOTALL
)
_COMMENTS = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>|/\*<!\[CDATA\[\*/|/\*\]\]>\*/")
_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|/\*.*?\*/|//[^\n]*', re.DOTALL)
_STRING_OR_COMMA = re.compile(r'"(?:\\.|[^"\\])*"|,(?=\s*[}\]])|,(?=\s*,)', re.DOTALL)
#: properties that pages write in any case ("datepublished"), and the old name of one
_NAMES = (
    "aggregateRating bestRating dateCreated dateModified datePublished inLanguage itemReviewed ratingCount "
    "ratingValue reviewBody reviewCount reviewRating worstRating"
)
_CANONICAL = {name.lower(): name for name in _NAMES.split()} | {
    "reviews": "review",
    "reviewer": "author",
    "dtreviewed": "datePublished",
    "summary": "headline",
    "item": "itemReviewed",
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def nodes_of(page: str, url: str, stats: Counter[str]) -> list[Node]:
    """All top nodes of a page: dicts with "@type" as a list of bare names; `stats` counts what could not be read."""
    found = list(_json_ld(page, stats))
    resolve(found)
    if re.search(r"\bitemscope\b|\btypeof\s*=", page, re.IGNORECASE):
        found += _marked_up(page, url, stats)
    return found


def _json_ld(page: str, stats: Counter[str]) -> Iterator[Node]:
    for match in _SCRIPT.finditer(page):
        block = match[1].strip()
        if not block:
            continue
        value, how = read_block(block)
        if how:
            stats[f"page/json-ld {how}"] += 1
        yield from _flat(value)


def read_block(text: str) -> tuple[Any, str]:
    """(value, which rung read it): "" for sound JSON, "mended", "cut" or "unreadable"."""
    for rung, attempt in (("", text), ("mended", _clean(text)), ("mended", _clean(html.unescape(text)))):
        try:
            return json.loads(attempt, strict=False), rung
        except (ValueError, RecursionError):
            continue
    return _prefixes(_clean(text))


def _clean(text: str) -> str:
    text = _CONTROL.sub(" ", _COMMENTS.sub(" ", text))
    text = _STRING_OR_COMMENT.sub(lambda m: m[0] if m[0][0] == '"' else " ", text)
    text = _STRING_OR_COMMA.sub(lambda m: m[0] if m[0][0] == '"' else " ", text).strip().rstrip(";").strip()
    if re.fullmatch(r"\{.*\}\s*,\s*\{.*\}", text, re.DOTALL):
        text = f"[{text}]"
    return text


def _prefixes(text: str) -> tuple[Any, str]:
    """Values that stand one after another, with stray characters between; the part before the first damage of the
    last.
    """
    decoder, position = json.JSONDecoder(strict=False), 0
    values: list[Any] = []
    while (start := re.compile(r"[{\[]").search(text, position)) and len(values) < 200:
        try:
            value, position = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            if (value := _closed(text[start.start() :])) is None:
                position = start.start() + 1
                if position > 50:  # a broken start is searched for inner objects only near its beginning
                    break
                continue
            position = len(text)
        values.append(value)
    return (values, "cut") if values else (None, "unreadable")


def _closed(text: str) -> Any:
    """A value that breaks off or has a brace too few or too many: cut back to a comma and closed, as far back as
    needed.
    """
    for cut in [len(text), *(m.start() for m in list(re.finditer(r",", text))[:-60:-1])]:
        stack: list[str] = []
        for match in re.finditer(r'"(?:\\.|[^"\\])*"|[{}\[\]]', text[:cut]):
            mark = match[0]
            if mark in "{[":
                stack.append("}" if mark == "{" else "]")
            elif mark in "}]" and (not stack or stack.pop() != mark):
                break
        try:
            return json.loads(text[:cut] + "".join(reversed(stack)), strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _flat(value: Any, depth: int = 0) -> Iterator[Node]:
    if isinstance(value, list) and depth < MAX_DEPTH:
        for entry in value:
            yield from _flat(entry, depth + 1)
    elif isinstance(value, dict):
        graph = value.get("@graph")
        if isinstance(graph, list | dict):
            yield from _flat(graph, depth + 1)
        if graph is None or types(value):
            yield value


def types(node: Any) -> list[str]:
    """The bare type names of a node: `http://schema.org/Review` → `Review`."""
    if not isinstance(node, dict):
        return []
    stated = node.get("@type")
    listed = stated if isinstance(stated, list) else [stated]
    return [re.split(r"[/#:]", name)[-1] for name in listed if isinstance(name, str)]


def resolve(nodes: list[Node]) -> None:
    """Put nodes in the place of bare references `{"@id": …}` to them."""
    by_id: dict[str, Node] = {}
    for node in walk(nodes):
        if isinstance(node.get("@id"), str) and len(node) > 1:
            by_id.setdefault(node["@id"], node)
    if not by_id:
        return
    for node in walk(nodes):
        for key, value in node.items():
            if isinstance(value, dict):
                node[key] = _referred(value, by_id)
            elif isinstance(value, list):
                node[key] = [_referred(entry, by_id) for entry in value]


def _referred(value: Any, by_id: dict[str, Node]) -> Any:
    if (
        isinstance(value, dict)
        and len(value) <= 2
        and isinstance(value.get("@id"), str)
        and not value.keys() - {"@id", "@type"}
    ):
        return by_id.get(value["@id"], value)
    return value


def walk(value: Any) -> Iterator[Node]:
    """Every node in a value, each once, however the references go round."""
    stack: list[Any] = [value]
    met: set[int] = set()
    while stack and len(met) < MAX_NODES:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(reversed(current))
        elif isinstance(current, dict):
            if id(current) in met:
                continue
            met.add(id(current))
            yield current
            stack.extend(reversed([v for v in list(current.values()) if isinstance(v, dict | list)]))


def _marked_up(page: str, url: str, stats: Counter[str]) -> list[Node]:
    """Microdata and RDFa as nodes like those of JSON-LD."""
    try:
        tree = lxml.html.document_fromstring(
            page.encode("utf-8"), parser=lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
        )
    except (ValueError, lxml.etree.LxmlError):
        stats["page/microdata unreadable"] += 1
        return []
    for junk in tree.xpath("//script[not(ancestor-or-self::*[@itemprop])] | //style"):
        junk.drop_tree()
    nodes: list[Node] = []
    try:
        for item in LxmlMicrodataExtractor(add_html_node=False).extract_items(tree, url):
            nodes.append(_microdata(item))
    except Exception:  # extruct has no error class of its own; a page that breaks it must not end the crawl
        stats["page/microdata unreadable"] += 1
    if re.search(r"typeof\s*=\s*[\"'][^\"']*(?:schema:|Review|Product|Rating)", page):
        from extruct.rdfa import RDFaExtractor  # brings rdflib with it, which few pages need

        try:
            for time in tree.xpath("//*[@property][@datetime][not(@content)]"):
                time.set("content", time.get("datetime"))  # as HTML+RDFa reads <time>, which the parser does not
            marked = lxml.html.tostring(tree, encoding="unicode")
            found = [_rdfa(item) for item in RDFaExtractor().extract(marked, url)]
            resolve(found)
            nodes += found
        except Exception:
            stats["page/rdfa unreadable"] += 1
    return nodes


def _microdata(item: Any, depth: int = 0) -> Any:
    if not isinstance(item, dict) or depth > MAX_DEPTH:
        return item
    node: Node = {"@type": item.get("type")}
    if item.get("id"):
        node["@id"] = item["id"]
    for name, value in (item.get("properties") or {}).items():
        inner = [_microdata(v, depth + 1) for v in value] if isinstance(value, list) else _microdata(value, depth + 1)
        bare = str(name).rsplit("/", 1)[-1]
        key = _CANONICAL.get(bare.lower(), bare)
        if key in node:  # the same property under an old and a new name
            inner = [*_listed(node[key]), *_listed(inner)]
        node[key] = inner
    return node


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _rdfa(item: Node) -> Node:
    node: Node = {}
    for name, value in item.items():
        key = name if name.startswith("@") else re.split(r"[/#]", name)[-1]
        entries = (
            [v["@value"] if isinstance(v, dict) and "@value" in v else v for v in value]
            if isinstance(value, list)
            else value
        )
        node[key] = entries[0] if isinstance(entries, list) and len(entries) == 1 and key != "@type" else entries
    return node
