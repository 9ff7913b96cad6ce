"""One self-contained page of a report: no script, font, image or style comes from elsewhere, and none can.

The page's Content-Security-Policy allows exactly its own style and its own script, by their hashes. Everything that
customers wrote goes through Jinja2's escaping, is cut to a bound, freed of control characters and set apart in <bdi>;
links are followed only to http and https.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from warehouse.report import chart, charts, wording
from warehouse.report.model import FEW, Figure, Report

HERE = Path(__file__).parent
VOICE_LIMIT = 400  # characters of a sentence that the page shows
CHAPTERS = (
    ("overview", "Overview"),
    ("zmot", "Before they buy"),
    ("tmot", "After they used it"),
    ("journey", "Where it hurts"),
    ("rivals", "Rivals"),
    ("alerts", "Alerts"),
    ("voices", "Voices"),
    ("quality", "Data quality"),
)


@dataclass(frozen=True, slots=True)
class Turn:
    """How a change is drawn."""

    arrow: str
    tone: str


def http(url: str | None) -> str | None:
    """The address if a reader may follow it (http or https with a host, no space or control character), else None."""
    if not url or len(url) > 2000 or any(char.isspace() or not char.isprintable() for char in url):
        return None
    try:
        parts = urlsplit(url)
        return url if parts.scheme.lower() in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def turn(figure: Figure) -> Turn:
    """Arrow and tone of a figure's change: good and bad only where the change is more than chance."""
    if figure.recent is None or figure.previous is None or wording.change(figure).startswith("unchanged"):
        return Turn("→", "same")
    up = figure.recent > figure.previous
    if not figure.sure_change or not figure.better:
        return Turn("↑" if up else "↓", "same")
    return Turn("↑" if up else "↓", "good" if up == (figure.better > 0) else "bad")


@cache
def environment() -> Environment:
    """The templates of this folder, with escaping on and the words and bounds that they use."""
    made = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals.update(
        w=wording,
        few_bound=FEW,
        link=chart.address,
        trend_of=turn,
        http=http,
        cut=wording.clean,
        voice_limit=VOICE_LIMIT,
    )
    return made


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _filters(report: Report) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The select boxes over the voices: key, name and options that occur."""
    voices = report.voices
    facets = {facet for voice in voices for facet in voice.about}
    plain = [facet for facet in wording.ABOUT if facet in facets]
    named = sorted(facet for facet in facets if ":" in facet)
    return [
        (
            "moment",
            "Moment",
            [
                (label, wording.moment(label))
                for label in wording.MOMENTS
                if any(voice.moment == label for voice in voices)
            ],
        ),
        ("sentiment", "Feeling", [(tone, tone) for tone in wording.SENTIMENTS]),
        ("source", "Source", [(name, wording.source(name)) for name in sorted({voice.source for voice in voices})]),
        ("lang", "Language", [(name, name) for name in sorted({voice.lang for voice in voices if voice.lang})]),
        ("about", "About", [(facet, wording.clean(wording.about(facet), 60)) for facet in (*plain, *named)]),
    ]


def _sources(report: Report) -> list[tuple[str, ...]]:
    """The rows of the table of sources."""
    rows: list[tuple[str, ...]] = []
    for state in report.quality.sources:
        run = f"{state.last_run:%Y-%m-%d %H:%M}" if state.last_run else "–"
        status = (state.status or "–") + (f": {wording.clean(state.reason, 120)}" if state.reason else "")
        expected = (
            f"{wording.count(state.got)} of {wording.count(state.expected)}"
            if state.expected is not None
            else wording.count(state.got)
        )
        rows.append(
            (
                wording.source(state.source),
                wording.count(state.items),
                wording.day(state.newest),
                run,
                status,
                expected,
                wording.count(state.rejects),
            )
        )
    return rows


def render(report: Report) -> str:
    """The page, as text to be written as UTF-8."""
    css, js = ((HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    policy = f"default-src 'none'; style-src {_hash(css)}; script-src {_hash(js)}; base-uri 'none'; form-action 'none'"
    values: dict[str, Any] = {
        "r": report,
        "q": report.quality,
        "css": Markup(css),
        "js": Markup(js),
        "policy": policy,
        "chapters": CHAPTERS,
        "charts": charts.draw_all(report),
        "filters": _filters(report),
        "source_rows": _sources(report),
    }
    return environment().get_template("page.html.j2").render(values)
