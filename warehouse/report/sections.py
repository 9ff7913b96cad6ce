"""The chapters of a report, each from its marts: research, ratings, journey, rivals, alerts and data quality."""

from __future__ import annotations

from datetime import date, timedelta

from warehouse.report.model import (
    Alert,
    Driver,
    Loop,
    MomentRow,
    Product,
    Quality,
    Rival,
    SourceState,
    Theme,
    TrendPoint,
    Video,
    Voiceshare,
)
from warehouse.report.query import Ask, Row, stars
from warehouse.report.stats import balance_interval
from warehouse.report.wording import JOURNEY, LEFT_OUT, SENTIMENTS, turn

VIDEOS, THEMES, RIVALS, ALERTS = 8, 10, 10, 12  # rows that a reader is shown


def moments(ask: Ask, stages: dict[str, str | None]) -> tuple[MomentRow, ...]:
    """All eight moments in the order of the journey, over all channels."""
    rows = {row["moment"]: row for row in ask.mart("journey", staged=True) if row["channel"] == "all"}
    found = []
    for label in JOURNEY:
        row = rows.get(label, {})
        n, items, negative, neutral, positive = (
            int(row.get(name) or 0) for name in ("sentences", "items", *SENTIMENTS)
        )
        low, high = balance_interval(negative, positive, n) or (None, None)
        found.append(MomentRow(label, stages.get(label), n, items, negative, neutral, positive, low, high))
    return tuple(found)


def grain_of(start: date, end: date) -> str:
    """The trend's step: days up to three weeks, weeks up to about nine months, months beyond."""
    days = (end - start).days + 1
    return "day" if days <= 21 else "week" if days <= 280 else "month"


_TREND = f"""
WITH said AS (
    SELECT date_trunc($grain, day)::DATE AS starts, sum(sentences)::BIGINT AS sentences,
        coalesce(sum(sentences) FILTER (sentiment = 'negative'), 0)::BIGINT AS negative,
        coalesce(sum(sentences) FILTER (sentiment = 'positive'), 0)::BIGINT AS positive
    FROM journey WHERE {Ask.WHERE} GROUP BY ALL
), rated AS (
    SELECT date_trunc($grain, day)::DATE AS starts, sum(items)::BIGINT AS items, sum(rated)::BIGINT AS rated,
        sum(exact(rating_sum))::DOUBLE AS rating_sum
    FROM tmot WHERE {Ask.WHERE} GROUP BY ALL
)
SELECT starts, coalesce(items, 0) AS items, coalesce(sentences, 0) AS sentences,
    coalesce(negative, 0) AS negative, coalesce(positive, 0) AS positive,
    rating_sum / nullif(rated, 0) AS rating, coalesce(rated, 0) AS rated
FROM said FULL JOIN rated USING (starts) ORDER BY starts
"""


def trend(ask: Ask, grain: str) -> tuple[TrendPoint, ...]:
    """Items, feelings and ratings by day, week or month; stretches without any item are absent."""
    return tuple(
        TrendPoint(
            row["starts"],
            row["items"],
            row["sentences"],
            row["negative"],
            row["positive"],
            stars(row["rating"]),
            row["rated"],
        )
        for row in ask.rows(_TREND, grain=grain)
    )


def themes(ask: Ask) -> tuple[Theme, ...]:
    """What is asked before buying, most asked first."""
    rows = ask.mart("zmot_questions", order="questions DESC, theme")[:THEMES]
    return tuple(Theme(row["theme"], row["questions"], row["example"]) for row in rows)


def videos(ask: Ask) -> tuple[Video, ...]:
    """The videos with the widest reach."""
    rows = ask.mart("zmot_videos", order="views DESC NULLS LAST, item_id")[:VIDEOS]
    return tuple(
        Video(
            row["title"] or "(no title)",
            row["url"],
            row["video_type"],
            row["day"],
            row["views"],
            row["likes"],
            row["comments"],
            row["comment_negative"] or 0,
            row["comment_positive"] or 0,
        )
        for row in rows
    )


def ratings(ask: Ask) -> tuple[tuple[int, int], ...]:
    """(stars, items) from one to five stars."""
    return tuple((row["stars"], row["items"]) for row in ask.mart("tmot_ratings", order="stars"))


def rivals(ask: Ask) -> tuple[Rival, ...]:
    """Brands that it is weighed against, most named first."""
    rows = ask.mart("zmot_rivals", order="items DESC, rival")[:RIVALS]
    return tuple(
        Rival(row["rival"], row["items"], row["versus"], row["switched_from"], row["switched_to"]) for row in rows
    )


def share_of_voice(ask: Ask) -> tuple[Voiceshare, ...]:
    """The brand and its rivals, loudest first."""
    return tuple(
        Voiceshare(
            row["brand"],
            row["own"],
            row["items"],
            row["share"],
            row["share_low"],
            row["share_high"],
            row["net"],
            stars(row["rating_mean"]),
            row["rated"] or 0,
        )
        for row in ask.mart("share_of_voice", order="items DESC, brand")
    )


def products(ask: Ask) -> tuple[Product, ...]:
    """The brand's products side by side, most talked of first."""
    research = {
        row["product_id"]: row["research_items"] for row in ask.mart("zmot", staged=True) if row["level"] == "product"
    }
    return tuple(
        Product(
            row["product_id"],
            row["product_name"] or row["product_id"],
            row["items"],
            research.get(row["product_id"]) or 0,
            stars(row["rating_mean"]),
            row["rated"] or 0,
            row["net"],
            row["net_referral"],
        )
        for row in ask.mart("tmot", order="items DESC, product_id")
        if row["level"] == "product"
    )


def drivers(ask: Ask) -> tuple[Driver, ...]:
    """What goes with low ratings, costliest first; moments without a rated complaint are left out."""
    rows = ask.mart("drivers", staged=True, order="rank NULLS LAST, outcome, effect DESC NULLS LAST, moment")
    return tuple(
        Driver(
            row["moment"],
            row["outcome"],
            row["low_with"],
            row["low_without"],
            row["effect"],
            row["effect_low"],
            row["effect_high"],
            row["rated_items"],
            row["troubled_items"],
            row["rank"],
        )
        for row in rows
        if row["troubled_items"]
    )


def alerts(ask: Ask) -> tuple[Alert, ...]:
    """Sudden turns of the brand as a whole, the latest first, each leading to that time's sentences.

    A turn that is still seen in the windows after it is one alert, told by its strongest window.
    """
    runs: list[list[Row]] = []
    for row in ask.mart("alerts", staged=True, filtered=False, order="moment, what, week_ending"):
        last = runs[-1][-1] if runs else None
        same = last is not None and (last["moment"], last["what"]) == (row["moment"], row["what"])
        if last is not None and same and (row["week_ending"] - last["week_ending"]).days <= int(row["days"]):
            runs[-1].append(row)
        else:
            runs.append([row])
    found = [_alert(run) for run in runs]
    return tuple(sorted(found, key=lambda alert: (alert.end, abs(alert.score), alert.what), reverse=True)[:ALERTS])


def _alert(run: list[Row]) -> Alert:
    row = max(run, key=lambda each: (abs(each["score"]), each["week_ending"]))
    label = None if row["moment"] == "any" else row["moment"]
    what, days, items = row["what"], int(row["days"]), int(row["items"])
    observed, expected = float(row["observed"]), float(row["expected"])
    start, end = row["week_ending"] - timedelta(days=days - 1), row["week_ending"]
    link = {"from": start.isoformat(), "until": (end + timedelta(days=1)).isoformat()}
    if label:
        link["moment"] = label
    if "negative" in what:
        link["sentiment"] = "negative" if what == "more negative" else "positive"
    return Alert(
        label=label,
        what=what,
        start=start,
        end=end,
        noticed=run[0]["week_ending"],
        last=run[-1]["week_ending"],
        observed=observed,
        expected=expected,
        score=float(row["score"]),
        items=items,
        text=turn(label, what, observed, expected, items, days, end),
        link=link,
    )


def loop(ask: Ask) -> Loop | None:
    """The lag at which verdicts and referrals go most clearly with later research; None where chance explains all."""
    rows = [
        row for row in ask.mart("loop", order="lag_weeks") if row["correlation"] is not None and row["lag_weeks"] > 0
    ]
    clear = [row for row in rows if row["correlation_low"] is not None and row["correlation_low"] > 0]
    if not clear:
        return None
    best = max(clear, key=lambda row: row["correlation_low"])
    return Loop(
        best["lag_weeks"], best["weeks"], best["correlation"], best["correlation_low"], best["correlation_high"]
    )


_SOURCES = """
SELECT c.source, c.items, c.last_day, f.last_run_at, f.last_status, f.last_reason, f.items_got, f.expected, f.rejects
FROM coverage c LEFT JOIN freshness f ON f.source = c.source AND f.brand IS NOT DISTINCT FROM c.brand
WHERE c.brand = $b ORDER BY c.items DESC, c.source, c.channel
"""

_LANGUAGES = f"""
SELECT coalesce(lang, '') AS lang, count(*) AS items FROM mentions
WHERE {Ask.WHERE} AND role = 'subject' AND flag IS NULL GROUP BY ALL ORDER BY items DESC, lang
"""

_UNDATED = "SELECT coalesce(sum(undated), 0)::BIGINT AS undated FROM coverage WHERE brand = $b"


def quality(ask: Ask, items: int, sentences: int) -> Quality:
    """The basis of the figures and what was left out of them."""
    total = (ask.mart("coverage") or [{}])[0]
    return Quality(
        items=items,
        sentences=sentences,
        left_out=tuple((name, int(total.get(name) or 0)) for name in LEFT_OUT if total.get(name)),
        unsure=int(total.get("unsure") or 0),
        unsupported=int(total.get("unsupported") or 0),
        untagged=int(total.get("untagged") or 0),
        undated=int(ask.one(_UNDATED)["undated"]),
        unattributed=int(total.get("unattributed") or 0),
        sources=tuple(
            SourceState(
                row["source"],
                row["items"],
                row["last_day"],
                row["last_run_at"],
                row["last_status"],
                row["last_reason"],
                row["items_got"],
                row["expected"],
                row["rejects"] or 0,
            )
            for row in ask.rows(_SOURCES)
        ),
        languages=tuple((row["lang"], row["items"]) for row in ask.rows(_LANGUAGES)),
    )
