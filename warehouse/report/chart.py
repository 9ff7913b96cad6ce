"""What all charts of the page share.

Vega-Lite is drawn to SVG while the page is built, so that a reader needs no script and no network. Every chart comes
in a wide and a narrow drawing (the page shows one by its width), with a title, a description and the table behind it.
Its colours are the palette below, which the style sheet maps to the reader's light or dark scheme; its marks link to
the voices behind them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import altair as alt

from warehouse.report.model import Link
from warehouse.report.svg import BASE, VOICES, draw

INK, MUTED, GRID, PAPER = "#1b2530", "#5c6671", "#dcd8cf", "#fffffe"
POSITIVE, NEUTRAL, NEGATIVE, ACCENT = "#1f6f8b", "#c9c3b6", "#c2562d", "#0f4c5c"
TONES = {"negative": NEGATIVE, "neutral": NEUTRAL, "positive": POSITIVE}
NARROW = 275  # what a phone of 360 pixels leaves for a chart, axis labels included


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart with the table behind it."""

    key: str
    title: str
    description: str
    wide: str
    narrow: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def link(**filters: str) -> str:
    """The address, within the page, of the voices that pass these filters; without any, of all of them."""
    return f"{VOICES}?{urlencode(filters)}"


def address(filters: Link) -> str:
    """`link` of a figure's filters, for templates."""
    return link(**filters)


def data(rows: Sequence[dict[str, Any]]) -> Any:
    """Rows for Altair, as one text: it copies its charts again and again, and would copy every row with them."""
    text = json.dumps(rows).replace(f'"{VOICES}', f'"{BASE}{VOICES}')
    return alt.Data(values=text, format=alt.DataFormat(type="json"))


CONFIG = {
    "font": "Arial",
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": MUTED,
        "gridColor": GRID,
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
        "titlePadding": 10,
        "labelLimit": 260,
    },
    "concat": {"spacing": 14},
}


def make(
    key: str,
    title: str,
    description: str,
    charts: tuple[Any, Any],
    columns: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
) -> Chart:
    """Both drawings of a chart, with the `columns` and `rows` of its table."""
    drawings = [
        draw({**chart.to_dict(validate=False), "config": CONFIG}, f"{key}-{size}", title, description)
        for chart, size in zip(charts, ("w", "n"), strict=True)
    ]
    return Chart(key, title, description, drawings[0], drawings[1], columns, tuple(rows))
