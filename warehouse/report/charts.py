"""The bar charts of the chapters, and the list of all charts that a report has numbers for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import altair as alt
from altair.utils import schemapi

from warehouse.report import wording
from warehouse.report.chart import (
    ACCENT,
    INK,
    MUTED,
    NARROW,
    NEGATIVE,
    NEUTRAL,
    PAPER,
    POSITIVE,
    Chart,
    data,
    link,
    make,
)
from warehouse.report.chart_journey import journey, trend
from warehouse.report.model import Driver, Report, Rival, Theme, Voiceshare


def _bars(rows: list[dict[str, Any]], width: int, *, labels: int, size: int = 30) -> Any:
    """Plain sideways bars with the number at the end; rows hold name, n, text, tone, href and says."""
    order = [row["name"] for row in rows]
    y = alt.Y(
        "name:N",
        sort=order,
        axis=alt.Axis(title=None, labelLimit=max(labels * 1.6, 90), minExtent=labels, maxExtent=labels),
    )
    base = alt.Chart(data(rows))
    top = max((row["n"] for row in rows), default=1) or 1
    bar = base.mark_bar(size=size - 12, cornerRadiusEnd=2).encode(
        y=y,
        x=alt.X("n:Q", axis=None, scale=alt.Scale(domain=[0, top * 1.22])),
        color=alt.Color("tone:N", scale=None),
        href="href:N",
        description="says:N",
    )
    text = base.mark_text(align="left", dx=6, fontSize=12, color=INK).encode(y=y, x="n:Q", text="text:N")
    return alt.layer(bar, text).properties(width=width - labels, height=max(size * len(rows), size))


def stars(rows: tuple[tuple[int, int], ...]) -> Chart:
    """How many reviews gave how many stars."""
    total = sum(n for _, n in rows) or 1
    values = [
        {
            "name": f"{star} ★",
            "n": n,
            "text": f"{wording.count(n)} · {wording.percent(n / total)}",
            "href": link(stars=str(star)) if n else None,
            "tone": NEGATIVE if star <= 2 else NEUTRAL if star == 3 else POSITIVE,
            "says": f"{n} reviews gave {star} stars",
        }
        for star, n in sorted(rows, reverse=True)
    ]
    return make(
        "stars",
        "Ratings given",
        "The number of reviews by stars, from five to one.",
        (_bars(values, 470, labels=40), _bars(values, NARROW, labels=40)),
        ("Stars", "Reviews", "Share"),
        [(str(star), wording.count(n), wording.percent(n / total)) for star, n in sorted(rows, reverse=True)],
    )


def themes(rows: tuple[Theme, ...]) -> Chart:
    """What people ask about before they buy."""
    values = [
        {
            "name": wording.clean(row.name, 40),
            "n": row.questions,
            "text": wording.count(row.questions),
            "tone": ACCENT,
            "href": link(about=f"theme:{row.name}"),
            "says": f"{wording.clean(row.name, 40)}: {row.questions} asked",
        }
        for row in rows
    ]
    return make(
        "themes",
        "What they ask about",
        "Questions asked before buying, by theme.",
        (_bars(values, 470, labels=130), _bars(values, NARROW, labels=105)),
        ("Theme", "Questions", "For example"),
        [(row.name, wording.count(row.questions), row.example or "–") for row in rows],
    )


def share_of_voice(rows: tuple[Voiceshare, ...]) -> Chart:
    """The brand's part of all that is said about it and its rivals."""
    values = [
        {
            "name": wording.clean(row.brand, 40),
            "n": row.share or 0,
            "text": wording.percent(row.share),
            "tone": ACCENT if row.own else NEUTRAL,
            "href": link() if row.own else link(about=f"rival:{row.brand}"),
            "says": f"{wording.clean(row.brand, 40)}: {row.items} items, {wording.percent(row.share)}",
        }
        for row in rows
    ]
    return make(
        "voice-share",
        "Share of voice",
        "Items that speak of each brand, as a share of all items about the brand and its rivals.",
        (_bars(values, 470, labels=130), _bars(values, NARROW, labels=105)),
        ("Brand", "Items", "Share", "95% interval", "Net feeling", "Mean stars"),
        [
            (
                row.brand,
                wording.count(row.items),
                wording.percent(row.share),
                f"{wording.percent(row.low)} to {wording.percent(row.high)}",
                wording.points(row.net),
                wording.stars(row.rating),
            )
            for row in rows
        ],
    )


def rivals(rows: tuple[Rival, ...]) -> Chart:
    """Customers won from and lost to each rival."""
    order = [wording.clean(row.name, 40) for row in rows]
    values = [
        {
            "name": wording.clean(row.name, 40),
            "n": n,
            "text": wording.count(abs(n)) if n else "",
            "tone": tone,
            "href": link(about=f"rival:{row.name}") if n else None,
            "says": f"{wording.clean(row.name, 40)}: {row.won} won, {row.lost} lost",
        }
        for row in rows
        for n, tone in ((-row.lost, NEGATIVE), (row.won, POSITIVE))
    ]
    top = max((abs(int(str(value["n"]))) for value in values), default=1) or 1

    def view(width: int, labels: int) -> Any:
        y = alt.Y(
            "name:N", sort=order, axis=alt.Axis(title=None, labelLimit=labels * 1.6, minExtent=labels, maxExtent=labels)
        )
        x = alt.X("n:Q", axis=None, scale=alt.Scale(domain=[-top * 1.3, top * 1.3]))
        base = alt.Chart(data(values))
        bar = base.mark_bar(size=18).encode(
            y=y, x=x, color=alt.Color("tone:N", scale=None), href="href:N", description="says:N"
        )
        texts = [
            base.transform_filter(test)
            .mark_text(align=cast(Any, align), dx=dx, fontSize=12, color=INK)
            .encode(y=y, x=x, text="text:N")
            for test, align, dx in (("datum.n > 0", "left", 6), ("datum.n < 0", "right", -6))
        ]
        zero = alt.Chart(data([{"x": 0}])).mark_rule(color=MUTED).encode(x="x:Q")
        return alt.layer(bar, *texts, zero).properties(width=width - labels, height=30 * len(order))

    return make(
        "rivals",
        "Lost to and won from rivals",
        "Items that tell of a switch: to the rival at the left, from the rival at the right.",
        (view(470, 130), view(NARROW, 105)),
        ("Rival", "Compared in", "Won from", "Lost to"),
        [(row.name, wording.count(row.versus), wording.count(row.won), wording.count(row.lost)) for row in rows],
    )


def drivers(rows: tuple[Driver, ...]) -> Chart:
    """Which moment's trouble goes with low ratings: the difference in their share, with its interval."""
    shown = [
        row
        for row in rows
        if row.effect is not None and row.low is not None and row.high is not None and not row.outcome
    ]
    order = [wording.moment(row.label) for row in shown]
    values = []
    for row in shown:
        tone = MUTED if not row.clear else NEGATIVE if (row.effect or 0) > 0 else POSITIVE
        values.append(
            {
                "name": wording.moment(row.label),
                "effect": row.effect,
                "low": row.low,
                "high": row.high,
                "tone": tone,
                "fill": PAPER if row.few else tone,
                "text": wording.points(row.effect),
                "href": link(moment=row.label, sentiment="negative"),
                "says": f"{wording.moment(row.label)}: {wording.percent(row.with_trouble)} low ratings "
                f"with a complaint, {wording.percent(row.without)} without",
            }
        )

    def view(width: int, labels: int) -> Any:
        y = alt.Y(
            "name:N", sort=order, axis=alt.Axis(title=None, labelLimit=labels * 1.6, minExtent=labels, maxExtent=labels)
        )
        base = alt.Chart(data(values))
        x = alt.X(
            "low:Q",
            axis=alt.Axis(
                title="points more low ratings" + (" where they complain of it" if width > 400 else ""),
                labelExpr="round(datum.value * 100)",
                tickCount=6,
            ),
        )
        tone = alt.Color("tone:N", scale=None)
        span = base.mark_rule(strokeWidth=3, opacity=0.55).encode(y=y, x=x, x2="high:Q", color=tone)
        dot = base.mark_circle(size=130, opacity=1, strokeWidth=2.5).encode(
            y=y,
            x="effect:Q",
            fill=alt.Fill("fill:N", scale=None),
            stroke=alt.Stroke("tone:N", scale=None),
            href="href:N",
            description="says:N",
        )
        text = base.mark_text(dy=-14, fontSize=12, fontWeight="bold", color=INK).encode(
            y=y, x="effect:Q", text="text:N"
        )
        zero = alt.Chart(data([{"x": 0}])).mark_rule(color=MUTED).encode(x="x:Q")
        return alt.layer(zero, span, dot, text).properties(width=width - labels, height=max(44 * len(order), 44))

    table = [
        (
            wording.moment(row.label) + (" (an outcome)" if row.outcome else ""),
            wording.percent(row.with_trouble),
            wording.percent(row.without),
            wording.points(row.effect),
            f"{wording.points(row.low)} to {wording.points(row.high)}",
            f"{wording.count(row.troubled)} of {wording.count(row.rated)}",
        )
        for row in rows
    ]
    return make(
        "drivers",
        "Which trouble goes with low ratings",
        "How many more of a hundred reviews rate low where they complain of that moment than where they do not, with "
        "the 95% interval.",
        (view(880, 130), view(NARROW, 105)),
        ("Moment", "Low ratings with", "without", "Points more", "95% interval", "Reviews that complain"),
        table,
    )


def draw_all(report: Report) -> dict[str, Chart]:
    """Every chart that the report has numbers for, by key."""
    # Checking each part against Vega-Lite's schema takes longer than drawing; the drawing fails on a wrong one anyway.
    with schemapi.debug_mode(False):
        return {chart.key: chart for chart in _draw(report)}


def _draw(report: Report) -> Iterator[Chart]:
    if any(row.sentences for row in report.moments):
        yield journey(report.moments)
    if report.trend:
        yield trend(report.trend, report.grain, report.alerts)
    if any(n for _, n in report.tmot.stars):
        yield stars(report.tmot.stars)
    if report.zmot.themes:
        yield themes(report.zmot.themes)
    if report.share_of_voice:
        yield share_of_voice(report.share_of_voice)
    switched = tuple(row for row in report.rivals if row.won or row.lost)
    if switched:
        yield rivals(switched)
    if any(row.low is not None and not row.outcome for row in report.drivers):
        yield drivers(report.drivers)
