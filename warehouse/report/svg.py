"""Vega-Lite to an SVG that is safe to put into a page: known elements and attributes, links within the page only."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

import vl_convert

VOICES = "#voices"
BASE = "https://page.invalid/"  # Vega insists on absolute links; this prefix is taken off again
_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_ELEMENTS = {"svg", "g", "path", "rect", "line", "text", "tspan", "circle", "a", "defs", "clipPath", "title", "desc"}
_ATTRIBUTES = {
    "class",
    "viewBox",
    "width",
    "height",
    "x",
    "y",
    "x1",
    "x2",
    "y1",
    "y2",
    "d",
    "r",
    "cx",
    "cy",
    "fill",
    "stroke",
    "opacity",
    "fill-opacity",
    "stroke-opacity",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-miterlimit",
    "transform",
    "text-anchor",
    "font-size",
    "font-weight",
    "id",
    "clip-path",
    "display",
    "dx",
    "dy",
    "aria-label",
    "aria-hidden",
    "role",
    "aria-roledescription",
    "href",
    "aria-labelledby",
}
_ROLES = {"role", "aria-roledescription"}  # kept on marks only: Vega's roles of groups say nothing to a reader
_REFERENCE = re.compile(r"url\(#([^)]*)\)")


def draw(spec: dict[str, Any], key: str, title: str, description: str) -> str:
    """The chart as an SVG element whose ids begin with `key`, labelled by its <title> and <desc>."""
    root = ElementTree.fromstring(vl_convert.vegalite_to_svg(json.dumps(spec), allowed_base_urls=[]))
    width, height = root.get("width", "0"), root.get("height", "0")
    # Vega numbers its ids over all drawings of a process; numbered anew, the same chart is the same text.
    ids = {old: f"{key}-{place}" for place, old in enumerate(each.get("id") for each in root.iter() if each.get("id"))}
    _clean(root, ids)
    root.attrib.pop("height", None)
    root.attrib.update(
        {
            "viewBox": f"0 0 {width} {height}",
            "role": "group",
            "aria-labelledby": f"{key}-title {key}-desc",
            "class": "chart",
            "width": width,
        }
    )
    for place, (name, words) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(name, {"id": f"{key}-{name}"})
        element.text = words
        root.insert(place, element)
    return ElementTree.tostring(root, encoding="unicode")


def _clean(element: ElementTree.Element, ids: dict[str | None, str]) -> None:
    """Drop namespaces, unknown parts and foreign links, in place; give ids their new names."""
    element.tag = element.tag.rpartition("}")[2]
    for name, value in list(element.attrib.items()):
        del element.attrib[name]
        plain = name.rpartition("}")[2]
        if plain == "href":
            if value.startswith(BASE):
                element.set("href", value.removeprefix(BASE))
        elif plain == "id":
            element.set("id", ids[value])
        elif plain in _ATTRIBUTES and (plain not in _ROLES or element.tag in {"path", "svg"}):
            element.set(plain, _REFERENCE.sub(lambda found: f"url(#{ids.get(found[1], '')})", value))
    if element.tag == "a" and not element.get("href"):
        element.tag = "g"
    for child in list(element):
        if child.tag.rpartition("}")[2] in _ELEMENTS:
            _clean(child, ids)
        else:
            element.remove(child)
