"""The two large charts: the journey moment by moment, and what is said over time."""

from __future__ import annotations

from typing import Any

import altair as alt

from warehouse.report import wording
from warehouse.report.chart import (
    INK,
    MUTED,
    NARROW,
    NEGATIVE,
    NEUTRAL,
    PAPER,
    POSITIVE,
    TONES,
    Chart,
    data,
    link,
    make,
)
from warehouse.report.model import Alert, MomentRow, TrendPoint


def _journey_curve(rows: list[dict[str, Any]], width: int) -> Any:
    """The customer-journey curve that marketing people draw on a whiteboard, here from counts."""
    order = [row["axis"] for row in rows]
    x = alt.X(
        "axis:N",
        sort=order,
        scale=alt.Scale(domain=order),
        axis=alt.Axis(
            title=None,
            labelAngle=0,
            labelExpr="split(datum.label, '|')",
            labelLineHeight=16,
            labelFontSize=12.5,
            labelPadding=12,
            orient="bottom",
        ),
    )
    y = alt.Y(
        "balance:Q",
        scale=alt.Scale(domain=[-1, 1]),
        axis=alt.Axis(
            title=None,
            values=[-1, -0.5, 0, 0.5, 1],
            labelExpr="{'-1': 'all negative', '0': 'balanced', '1': 'all positive'}[datum.value] || ''",
            labelColor=MUTED,
        ),
    )
    base = alt.Chart(data([row for row in rows if row["balance"] is not None]))
    zero = alt.Chart(data([{"y": 0}])).mark_rule(color=MUTED, strokeWidth=1).encode(y="y:Q")
    line = base.mark_line(interpolate="monotone", color=NEUTRAL, strokeWidth=3).encode(x=x, y=y)
    whisker = base.mark_rule(color=MUTED, strokeWidth=1.5).encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
    dot = base.mark_circle(opacity=1, strokeWidth=2.5).encode(
        x=x,
        y=y,
        href="href:N",
        description="says:N",
        size=alt.Size(
            "n:Q",
            scale=alt.Scale(type="sqrt", range=[90, 1500], domain=[0, max(row["n"] for row in rows)]),
            legend=None,
        ),
        fill=alt.Fill("fill:N", scale=None),
        stroke=alt.Stroke("tone:N", scale=None),
    )
    label = base.mark_text(dx=27, dy=-1, align="left", fontSize=15, fontWeight="bold", color=INK).encode(
        x=x, y=y, text="points:N"
    )
    missing = (
        alt.Chart(data([row for row in rows if row["balance"] is None]))
        .mark_text(color=MUTED, fontSize=12)
        .encode(x=x, y=alt.datum(0), text=alt.value("nothing said"))
    )
    return alt.layer(zero, line, whisker, dot, label, missing).properties(width=width, height=260)


def _mood_bars(rows: list[dict[str, Any]], width: int, height: int, *, sideways: bool, names: bool) -> Any:
    """Sentiment shares of each moment, 100 % stacked; upright under the curve, sideways on a phone."""
    order = [row["axis"] for row in rows]
    parts = [
        {
            "axis": row["axis"],
            "sentiment": tone,
            "n": row[tone],
            "href": link(moment=row["label"], sentiment=tone),
            "rank": rank,
            "says": f"{row['name']}: {row[tone]} {tone} of {row['n']} sentences",
        }
        for row in rows
        for rank, tone in enumerate(wording.SENTIMENTS)
        if row[tone]
    ]
    share: Any = (alt.X if sideways else alt.Y)(
        "n:Q", stack="normalize", axis=alt.Axis(title=None, format="%", tickCount=3, grid=False, labelColor=MUTED)
    )
    axis = (
        alt.Axis(title=None, labelExpr="split(datum.label, '|')", labelLineHeight=15, labelLimit=150, labelFontSize=12)
        if names
        else None
    )
    place: Any = (alt.Y if sideways else alt.X)("axis:N", sort=order, scale=alt.Scale(domain=order), axis=axis)
    colour = alt.Color("sentiment:N", legend=None, scale=alt.Scale(domain=list(TONES), range=list(TONES.values())))
    channels = {"y" if sideways else "x": place, "x" if sideways else "y": share}
    return (
        alt.Chart(data(parts))
        .mark_bar(size=18 if sideways else 34)
        .encode(color=colour, href="href:N", description="says:N", order="rank:Q", **channels)
        .properties(width=width, height=height)
    )


def journey(rows: tuple[MomentRow, ...]) -> Chart:
    """The journey: net feeling of every moment, sized by how much is said, over the sentiment shares."""
    values = []
    for row in rows:
        tone = NEUTRAL if row.balance is None or abs(row.balance) < 0.005 else POSITIVE if row.balance > 0 else NEGATIVE
        name = wording.moment(row.label)
        values.append(
            {
                "label": row.label,
                "name": name,
                "n": row.sentences,
                "balance": row.balance,
                "low": row.low,
                "high": row.high,
                "tone": tone,
                "negative": row.negative,
                "neutral": row.neutral,
                "positive": row.positive,
                "points": wording.points(row.balance),
                "fill": PAPER if row.few else tone,
                "href": link(moment=row.label),
                "axis": f"{name}|{row.stage or '–'}|{wording.count(row.sentences)} sentences",
                "says": f"{name}: net feeling {wording.points(row.balance)} from {row.sentences} sentences",
            }
        )
    wide = alt.vconcat(_journey_curve(values, 880), _mood_bars(values, 880, 64, sideways=False, names=False))
    small = [{**value, "axis": f"{value['name']}|{value['points']}, n={value['n']}"} for value in values]
    narrow = _mood_bars(small, NARROW - 150, 340, sideways=True, names=True)
    table = [
        (
            wording.moment(row.label),
            wording.stage(row.stage),
            wording.count(row.sentences),
            wording.count(row.negative),
            wording.count(row.neutral),
            wording.count(row.positive),
            wording.points(row.balance) + (" (few)" if row.few and row.sentences else ""),
        )
        for row in rows
    ]
    return make(
        "journey",
        "The customer journey, moment by moment",
        "For each moment from the first wish to telling others: net feeling (positive minus negative sentences, in "
        "points), its 95% interval, and the share of negative, neutral and positive sentences. Larger circles: more "
        "is said; hollow circles rest on few sentences.",
        (wide, narrow),
        ("Moment", "Stage", "Sentences", "Negative", "Neutral", "Positive", "Net feeling"),
        table,
    )


_TURNS = {
    "more negative": "feels worse",
    "less negative": "feels better",
    "volume up": "more said",
    "volume down": "less said",
}


def _marks(points: tuple[TrendPoint, ...], alerts: tuple[Alert, ...]) -> list[dict[str, Any]]:
    """The newest turn of each moment where it was noticed, at most three, to be written over the trend."""
    newest: dict[str | None, Alert] = {}
    for alert in sorted(
        alerts, key=lambda alert: (alert.tone != "turn", alert.noticed, abs(alert.score)), reverse=True
    ):
        newest.setdefault(alert.label, alert)
    middle = points[len(points) // 2].start
    return [
        {
            "start": alert.noticed.isoformat(),
            "text": f"{wording.moment(label)}: {_TURNS.get(alert.what, alert.what)}",
            "side": "left" if alert.noticed < middle else "right",
        }
        for label, alert in list(newest.items())[:3]
    ]


def trend(points: tuple[TrendPoint, ...], grain: str, alerts: tuple[Alert, ...]) -> Chart:
    """What is said and how it feels over time, with the alerts marked."""
    rows = [
        {
            "start": point.start.isoformat(),
            "n": n,
            "sentiment": tone,
            "rank": rank,
            "href": link(**{"from": point.start.isoformat(), "grain": grain, "sentiment": tone}) if n else None,
            "says": f"{grain.capitalize()} of {wording.day(point.start)}: {point.negative} negative and "
            f"{point.positive} positive of {point.sentences} sentences",
        }
        for point in points
        for rank, (tone, n) in enumerate((("positive", point.positive), ("negative", -point.negative)))
    ]
    marks = _marks(points, alerts)

    def view(width: int, height: int) -> Any:
        x = alt.X(
            "start:T",
            scale=alt.Scale(padding=width / max(len(points), 1) / 2),
            timeUnit="utcyearmonth" if grain == "month" else "utcyearmonthdate",
            axis=alt.Axis(
                title=None,
                format="%b %Y" if grain == "month" else "%-d %b",
                grid=False,
                tickCount=4 if width < 400 else 8,
                labelOverlap=True,
            ),
        )
        bars = (
            alt.Chart(data(rows))
            .mark_bar(size=max(3, min(26, int(width / max(len(points), 1) * 0.72))))
            .encode(
                x=x,
                y=alt.Y("n:Q", axis=alt.Axis(title="sentences", labelExpr="abs(datum.value)", tickCount=5)),
                href="href:N",
                description="says:N",
                color=alt.Color(
                    "sentiment:N", legend=None, scale=alt.Scale(domain=list(TONES), range=list(TONES.values()))
                ),
            )
        )
        zero = alt.Chart(data([{"y": 0}])).mark_rule(color=MUTED).encode(y="y:Q")
        flag = alt.Chart(data(marks)).mark_rule(color=INK, strokeDash=[3, 3]).encode(x=x)
        notes = [
            alt.Chart(data([mark]))
            .mark_text(
                align=mark["side"],
                dx=5 if mark["side"] == "left" else -5,
                fontSize=12,
                fontWeight="bold",
                color=INK,
                baseline="bottom",
            )
            .encode(x=x, y=alt.value(-4 - 15 * place), text="text:N")
            for place, mark in enumerate(marks)
        ]
        return alt.layer(zero, bars, *((flag, *notes) if marks else ())).properties(width=width, height=height)

    table = [
        (
            point.start.isoformat(),
            wording.count(point.items),
            wording.count(point.positive),
            wording.count(point.negative),
            wording.stars(point.rating) + (f" (n={point.rated})" if point.rated else ""),
        )
        for point in points
    ]
    return make(
        "trend",
        f"What is said, {grain} by {grain}",
        f"Positive sentences above the line and negative ones below it, by {grain} of publication. Dashed lines mark "
        "sudden turns.",
        (view(860, 210), view(NARROW - 60, 190)),
        (f"{grain.capitalize()} from", "Items", "Positive sentences", "Negative sentences", "Mean stars"),
        table,
    )
