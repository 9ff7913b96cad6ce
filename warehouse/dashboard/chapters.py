"""The chapters of the dashboard. Each draws a part of a report; every figure, bar and row leads to its sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import streamlit as st

from warehouse.dashboard.drill import ask, button
from warehouse.report import wording as w
from warehouse.report.chart import NEGATIVE, NEUTRAL, POSITIVE
from warehouse.report.model import Figure, Link, Report

COLUMNS = 4


def _figures(figures: Sequence[Figure], chapter: str) -> None:
    """Cards with value, change, basis and a way to the sentences."""
    for start in range(0, len(figures), COLUMNS):
        for column, figure in zip(st.columns(COLUMNS), figures[start : start + COLUMNS], strict=False):
            with column.container(border=True):
                good = figure.sure_change and figure.better
                colour: Any = ("normal" if figure.better > 0 else "inverse") if good else "off"
                st.metric(
                    figure.name,
                    w.number(figure.value, figure.unit),
                    w.change(figure) or None,
                    delta_color=colour,
                    help=figure.meaning if figure.unit != "count" else None,
                    delta_arrow=_arrow(figure),
                )
                few = ", few" if figure.few and figure.n else ""
                st.caption(figure.meaning if figure.unit == "count" else f"n={w.count(figure.n)}{few}")
                button(figure.name, figure.link, f"{chapter} {figure.key}")


def _arrow(figure: Figure) -> Any:
    if figure.recent is None or figure.previous is None or figure.recent == figure.previous:
        return "off"
    return "up" if figure.recent > figure.previous else "down"


def _rows(columns: dict[str, list[Any]], titles: list[str], links: list[Link], key: str) -> None:
    """A table whose rows lead to sentences."""
    if not titles:
        st.caption("Nothing in this period.")
        return
    st.caption("Choose a row to read its sentences.")
    event = st.dataframe(columns, hide_index=True, on_select="rerun", selection_mode="single-row", key=key)
    picked = list(event["selection"]["rows"])
    if picked and st.session_state.get(f"seen {key}") != picked and picked[0] < len(titles):
        ask(titles[picked[0]], links[picked[0]])
    st.session_state[f"seen {key}"] = picked


def overview(report: Report) -> None:
    """Headlines, key figures and the journey."""
    if report.headlines:
        st.info("\n".join(f"- {_plain(line)}" for line in report.headlines))
    _figures(report.figures, "overview")
    if any(row.sentences for row in report.moments):
        _journey_chart(report)
    if report.trend:
        _trend_chart(report)


def _plain(text: str) -> str:
    """Text for places where Streamlit reads Markdown."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]()#+-.!|<>$:~" else char for char in w.clean(text, 400))


_COLOUR = alt.Color(
    "feeling:N",
    scale=alt.Scale(domain=list(w.SENTIMENTS), range=[NEGATIVE, NEUTRAL, POSITIVE]),
    legend=alt.Legend(orient="top", title=None),
)


def _chart(chart: alt.Chart, fields: list[str], title: str, key: str) -> dict[str, Any] | None:
    """Draw a chart whose bars can be touched; returns what was touched in this run."""
    st.subheader(title, anchor=False)
    touch = alt.selection_point(name="pick", fields=fields)
    event = st.altair_chart(chart.add_params(touch).properties(height=300), on_select="rerun", key=key)
    picked = list(event["selection"].get("pick", []))
    fresh = picked and st.session_state.get(f"seen {key}") != picked
    st.session_state[f"seen {key}"] = picked
    return picked[0] if fresh else None


def _journey_chart(report: Report) -> None:
    names = [w.moment(row.label) for row in report.moments]
    values = [
        {"moment": name, "label": row.label, "feeling": tone, "sentences": getattr(row, tone), "rank": rank}
        for row, name in zip(report.moments, names, strict=True)
        for rank, tone in enumerate(w.SENTIMENTS)
    ]
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_bar()
        .encode(
            x=alt.X("moment:N", sort=names, axis=alt.Axis(title=None, labelAngle=0, labelLimit=120)),
            y=alt.Y("sentences:Q", stack=True),
            color=_COLOUR,
            order="rank:Q",
            tooltip=["moment:N", "feeling:N", "sentences:Q"],
        )
    )
    touched = _chart(chart, ["label", "feeling"], "The journey, moment by moment", "journey chart")
    if touched:
        title = f"{w.moment(touched['label'])}, {touched['feeling']}"
        ask(title, {"moment": touched["label"], "sentiment": touched["feeling"]})


def _trend_chart(report: Report) -> None:
    values = [
        {"start": point.start.isoformat(), "feeling": tone, "sentences": n}
        for point in report.trend
        for tone, n in (("positive", point.positive), ("negative", -point.negative))
    ]
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_bar()
        .encode(
            x=alt.X("start:O", axis=alt.Axis(title=None, labelOverlap=True)),
            y=alt.Y("sentences:Q", axis=alt.Axis(labelExpr="abs(datum.value)")),
            color=_COLOUR,
            tooltip=["start:O", "feeling:N", "sentences:Q"],
        )
    )
    touched = _chart(chart, ["start", "feeling"], f"What is said, {report.grain} by {report.grain}", "trend chart")
    if touched:
        start = str(touched["start"])[:10]
        title = f"{report.grain.capitalize()} from {start}, {touched['feeling']}"
        ask(title, {"from": start, "grain": report.grain, "sentiment": touched["feeling"]})


def zmot(report: Report) -> None:
    """Before they buy."""
    _figures(report.zmot.figures, "zmot")
    left, right = st.columns(2)
    with left:
        st.subheader("What they ask about", anchor=False)
        themes = report.zmot.themes
        _rows(
            {"theme": [theme.name for theme in themes], "questions": [theme.questions for theme in themes]},
            [f"Questions about {theme.name}" for theme in themes],
            [{"about": f"theme:{theme.name}"} for theme in themes],
            "themes",
        )
    with right:
        st.subheader("Videos they watch", anchor=False)
        videos = report.zmot.videos
        st.dataframe(
            {
                "video": [w.clean(video.title, 120) for video in videos],
                "kind": [video.kind for video in videos],
                "views": [video.views for video in videos],
                "likes": [video.likes for video in videos],
            },
            hide_index=True,
        )


def tmot(report: Report) -> None:
    """After they used it."""
    _figures(report.tmot.figures, "tmot")
    left, right = st.columns(2)
    with left:
        st.subheader("Ratings given", anchor=False)
        rows = sorted(report.tmot.stars, reverse=True)
        _rows(
            {"stars": [stars for stars, _ in rows], "reviews": [n for _, n in rows]},
            [f"{stars} stars" for stars, _ in rows],
            [{"stars": str(stars)} for stars, _ in rows],
            "stars",
        )
    with right:
        st.subheader("Product by product", anchor=False)
        products = report.products
        _rows(
            {
                "product": [w.clean(product.name, 80) for product in products],
                "items": [product.items for product in products],
                "stars": [product.rating for product in products],
                "net feeling": [product.net for product in products],
            },
            [w.clean(product.name, 80) for product in products],
            [{"product": product.name} for product in products],
            "products",
        )


def journey(report: Report) -> None:
    """Moments with their stages, and the drivers of low ratings."""
    st.subheader("What goes with low ratings", anchor=False)
    drivers = report.drivers
    _rows(
        {
            "moment": [w.moment(driver.label) for driver in drivers],
            "kind": ["outcome" if driver.outcome else "cause" for driver in drivers],
            "low ratings with": [w.percent(driver.with_trouble) for driver in drivers],
            "without": [w.percent(driver.without) for driver in drivers],
            "points more": [w.points(driver.effect) for driver in drivers],
            "95% interval": [f"{w.points(driver.low)} to {w.points(driver.high)}" for driver in drivers],
            "reviews that complain": [driver.troubled for driver in drivers],
        },
        [f"{w.moment(driver.label)}, negative" for driver in drivers],
        [{"moment": driver.label, "sentiment": "negative"} for driver in drivers],
        "drivers",
    )
    st.subheader("Moment by moment", anchor=False)
    rows = report.moments
    _rows(
        {
            "moment": [w.moment(row.label) for row in rows],
            "stage": [w.stage(row.stage) for row in rows],
            "negative": [row.negative for row in rows],
            "neutral": [row.neutral for row in rows],
            "positive": [row.positive for row in rows],
            "net feeling": [w.points(row.balance) for row in rows],
        },
        [w.moment(row.label) for row in rows],
        [{"moment": row.label} for row in rows],
        "moments",
    )


def rivals(report: Report) -> None:
    """Rivals and share of voice."""
    left, right = st.columns(2)
    with left:
        st.subheader("Weighed against", anchor=False)
        rows = report.rivals
        _rows(
            {
                "rival": [row.name for row in rows],
                "named in": [row.items for row in rows],
                "compared in": [row.versus for row in rows],
                "won from": [row.won for row in rows],
                "lost to": [row.lost for row in rows],
            },
            [row.name for row in rows],
            [{"about": f"rival:{row.name}"} for row in rows],
            "rivals",
        )
    with right:
        st.subheader("Share of voice", anchor=False)
        shares = report.share_of_voice
        st.dataframe(
            {
                "brand": [share.brand for share in shares],
                "items": [share.items for share in shares],
                "share": [w.percent(share.share) for share in shares],
                "net feeling": [w.points(share.net) for share in shares],
            },
            hide_index=True,
        )


def alerts(report: Report) -> None:
    """Sudden turns."""
    if not report.alerts:
        st.caption("No sudden turn in this period.")
    for place, alert in enumerate(report.alerts):
        with st.container(border=True):
            st.text(f"{w.alert(alert)} ({w.day(alert.start)} to {w.day(alert.end)})")
            st.text(alert.text)
            button(w.alert(alert), alert.link, f"alert {place}")


def quality(report: Report) -> None:
    """What the figures rest on."""
    quality = report.quality
    facts = [
        ("Items in the figures", quality.items),
        ("Sentences in the figures", quality.sentences),
        ("Items where the model is unsure", quality.unsure),
    ]
    facts += [(f"Left out: {w.reason(name)}", n) for name, n in quality.left_out]
    facts += [
        ("Items in a language new to the model", quality.unsupported),
        ("Not tagged yet", quality.untagged),
        ("Without a date", quality.undated),
        ("Of no brand we know", quality.unattributed),
    ]
    st.dataframe({"": [name for name, _ in facts], "count": [n for _, n in facts]}, hide_index=True)
    rows = quality.sources
    st.dataframe(
        {
            "source": [w.source(row.source) for row in rows],
            "items": [row.items for row in rows],
            "newest": [row.newest for row in rows],
            "last run": [row.last_run for row in rows],
            "state": [row.status for row in rows],
            "reason": [row.reason for row in rows],
            "rejected": [row.rejects for row in rows],
        },
        hide_index=True,
    )
