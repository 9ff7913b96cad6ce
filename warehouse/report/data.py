"""The report as data: JSON with the report's own structure, and CSV in one long table.

JSON: the fields of `warehouse.report.model.Report` under their names, dates as ISO 8601, plus `"format": 1`; a field is
only ever added.

CSV (UTF-8, RFC 4180), one fact a row:

| column | meaning |
| --- | --- |
| section | about, figures, zmot, tmot, stars, moments, trend, themes, videos, products, drivers, rivals, … voices |
| subject | what the fact is about: a figure's key, a moment, a day, a brand, a source, an item |
| measure | what was measured: value, negative, views, … |
| value | the number or word |
| unit | count, share (0…1), balance (−1…1), stars (1…5), or empty |
| n | observations behind it, where it is not itself a count |
| low, high | 95 % interval |
| text | words that go with it: a sentence, a title, an explanation |
| url | link to the source (http or https only) |

A cell that a spreadsheet would take for a formula begins with an apostrophe.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from warehouse.report.html import http
from warehouse.report.model import Figure, Report
from warehouse.report.wording import clean
from warehouse.sql import defused

COLUMNS = ("section", "subject", "measure", "value", "unit", "n", "low", "high", "text", "url")

Cell = str | int | float | None


def to_json(report: Report) -> str:
    """The report as indented JSON."""
    return json.dumps({"format": 1, **dataclasses.asdict(report)}, ensure_ascii=False, indent=2, default=_plain) + "\n"


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds") + ("" if value.tzinfo else "Z")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a report holds no {type(value).__name__}")


def _cell(value: Cell) -> Cell:
    return round(value, 6) if isinstance(value, float) else defused(value)


def to_csv(report: Report) -> str:
    """The report as one long table, see the module's description."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(report):
        writer.writerow([_cell(cell) for cell in row])
    return out.getvalue()


def _row(
    section: str,
    subject: str,
    measure: str,
    value: Cell,
    unit: str = "",
    n: int | None = None,
    low: float | None = None,
    high: float | None = None,
    text: str = "",
    url: str | None = None,
) -> tuple[Cell, ...]:
    return (section, subject, measure, value, unit, n, low, high, text, http(url))


def _rows(report: Report) -> Iterable[tuple[Cell, ...]]:
    yield from _about(report)
    for section, figures in (("figures", report.figures), ("zmot", report.zmot.figures), ("tmot", report.tmot.figures)):
        for figure in figures:
            yield from _figure(section, figure)
    yield from (_row("stars", str(stars), "reviews", n, "count") for stars, n in report.tmot.stars)
    for moment in report.moments:
        for measure in ("sentences", "items", "negative", "neutral", "positive"):
            yield _row("moments", moment.label, measure, getattr(moment, measure), "count", text=moment.stage or "")
        yield _row(
            "moments",
            moment.label,
            "net",
            moment.balance,
            "balance",
            moment.sentences,
            moment.low,
            moment.high,
            moment.stage or "",
        )
    for point in report.trend:
        for measure in ("items", "sentences", "negative", "positive"):
            yield _row("trend", point.start.isoformat(), measure, getattr(point, measure), "count", text=report.grain)
        yield _row("trend", point.start.isoformat(), "rating", point.rating, "stars", point.rated, text=report.grain)
    yield from _research(report)
    yield from _competition(report)
    for alert in report.alerts:
        yield _row(
            "alerts",
            alert.label or "any",
            alert.what,
            alert.score,
            "",
            alert.items,
            text=f"{alert.start} to {alert.end}: {alert.text}",
        )
    yield from _quality(report)
    for voice in report.voices:
        yield _row("voices", voice.key, voice.moment, voice.sentiment, text=clean(voice.text, 600), url=voice.url)


def _about(report: Report) -> Iterable[tuple[Cell, ...]]:
    period = report.period
    for measure, value in (
        ("brand", report.brand),
        ("from", str(period.date_from)),
        ("to", str(period.date_to)),
        ("scheme", report.scheme),
        ("model", report.model_version),
    ):
        yield _row("about", report.brand, measure, value)


def _figure(section: str, figure: Figure) -> Iterable[tuple[Cell, ...]]:
    n = None if figure.unit == "count" else figure.n
    yield _row(section, figure.key, "value", figure.value, figure.unit, n, figure.low, figure.high, figure.meaning)
    yield _row(section, figure.key, "recent", figure.recent, figure.unit, figure.recent_n if n is not None else None)
    yield _row(
        section, figure.key, "previous", figure.previous, figure.unit, figure.previous_n if n is not None else None
    )


def _research(report: Report) -> Iterable[tuple[Cell, ...]]:
    for theme in report.zmot.themes:
        yield _row("themes", theme.name, "questions", theme.questions, "count", text=clean(theme.example or "", 300))
    for video in report.zmot.videos:
        for measure in ("views", "likes", "comments"):
            yield _row(
                "videos",
                clean(video.title, 200),
                measure,
                getattr(video, measure),
                "count",
                text=video.kind,
                url=video.url,
            )
    for product in report.products:
        yield _row("products", product.product_id, "items", product.items, "count", text=product.name)
        yield _row("products", product.product_id, "rating", product.rating, "stars", product.rated, text=product.name)
        yield _row("products", product.product_id, "net", product.net, "balance", product.items, text=product.name)
    for driver in report.drivers:
        yield _row(
            "drivers",
            driver.label,
            "points more low ratings",
            driver.effect,
            "share",
            driver.troubled,
            driver.low,
            driver.high,
            "outcome" if driver.outcome else "cause",
        )


def _competition(report: Report) -> Iterable[tuple[Cell, ...]]:
    for rival in report.rivals:
        for measure in ("items", "versus", "won", "lost"):
            yield _row("rivals", rival.name, measure, getattr(rival, measure), "count")
    for share in report.share_of_voice:
        yield _row("share_of_voice", share.brand, "items", share.items, "count")
        yield _row("share_of_voice", share.brand, "share", share.share, "share", None, share.low, share.high)
        yield _row("share_of_voice", share.brand, "net", share.net, "balance", share.items)


def _quality(report: Report) -> Iterable[tuple[Cell, ...]]:
    quality = report.quality
    for measure in ("items", "sentences", "unsure", "unsupported", "untagged", "undated", "unattributed"):
        yield _row("quality", report.brand, measure, getattr(quality, measure), "count")
    for reason, n in quality.left_out:
        yield _row("quality", report.brand, f"left out: {reason}", n, "count")
    for source in quality.sources:
        yield _row("quality", source.source, "items", source.items, "count", text=source.status or "")
        yield _row("quality", source.source, "rejects", source.rejects, "count", text=source.reason or "")
