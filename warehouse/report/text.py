"""The report in a terminal: readable in 100 columns, without colour, and when piped into a file.

Colour only repeats what words say. Everything that customers wrote is stripped of control characters, so that no text
can steer a terminal, and Rich mark-up in it stays text.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Iterable

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from warehouse.report import wording as w
from warehouse.report.html import http
from warehouse.report.model import Figure, MomentRow, Report, Voice

WIDTH = 100
TONE = {"negative": "red", "positive": "cyan", "neutral": "dim"}
VOICES_SHOWN = 3  # of each chapter


def render(report: Report, *, width: int = WIDTH, colour: bool = False) -> str:
    """The report as lines of at most `width` columns; with `colour` ANSI styles are added."""
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
    )
    console.print(
        Group(
            *_head(report),
            *_zmot(report),
            *_tmot(report),
            *_journey(report),
            *_rivals(report),
            *_alerts(report),
            *_quality(report),
        )
    )
    made = console.file
    assert isinstance(made, io.StringIO)
    return "\n".join(line.rstrip() for line in made.getvalue().split("\n"))


def _head(report: Report) -> Iterable[RenderableType]:
    yield Text(f"{w.clean(report.brand, 60)}: moments of truth", style="bold")
    yield Text(f"{w.period(report.period)}. {w.comparison(report.period)}")
    quality = report.quality
    left_out = sum(n for _, n in quality.left_out)
    yield Text(
        f"{w.count(quality.items)} items, {w.count(quality.sentences)} sentences, {len(quality.sources)} sources; "
        f"left out: {w.count(left_out)} (copies, spam and the like); "
        f"model unsure: {w.count(quality.unsure)}, in a language new to it: {w.count(quality.unsupported)}; "
        f"of no known brand: {w.count(quality.unattributed)}.",
        style="dim",
    )
    if report.headlines:
        yield Text()
        yield from (_item(line) for line in report.headlines)
    yield from _chapter("Overview")
    yield _figures(report.figures)


def _zmot(report: Report) -> Iterable[RenderableType]:
    yield from _chapter(_heading(report, "research", "before they buy"))
    yield _figures(report.zmot.figures)
    if report.zmot.themes:
        yield _list("They ask about", (f"{theme.name} ({theme.questions})" for theme in report.zmot.themes))
    if report.zmot.videos:
        yield Text()
        yield Text("Most watched videos", style="dim")
        for video in report.zmot.videos[:5]:
            yield Text(f"{w.compact(video.views):>9}  {video.kind:<10}  {w.clean(video.title, 72)}")
            address = http(video.url)
            if address:
                yield Padding(Text(address, style="dim", overflow="fold"), (0, 0, 0, 23))
    yield from _voices(report, lambda voice: "zmot" in voice.about)


def _tmot(report: Report) -> Iterable[RenderableType]:
    yield from _chapter(_heading(report, "feedback", "after they used it"))
    yield _figures(report.tmot.figures)
    total = sum(n for _, n in report.tmot.stars)
    if total:
        yield _list(
            "Stars given",
            (f"{stars}★ {w.count(n)} ({w.percent(n / total)})" for stars, n in reversed(report.tmot.stars)),
        )
    if report.loop:
        yield _item(
            f"The loop: verdicts and referrals go with more research {report.loop.lag_weeks} week(s) later "
            f"(correlation {report.loop.correlation:.2f}, {report.loop.weeks} weeks)."
        )
    if report.products:
        table = _table("Product", "items", "research", "stars", "feeling", "referral")
        for product in report.products:
            rating = w.stars(product.rating) + (
                f" {w.few(product.rated)}" if product.rated and w.few(product.rated) else ""
            )
            table.add_row(
                w.clean(product.name, 40),
                w.count(product.items),
                w.count(product.research_items),
                rating,
                w.points(product.net),
                w.points(product.net_referral),
            )
        yield Text()
        yield table
    yield from _voices(report, lambda voice: voice.moment in ("feedback", "referral"))


def _journey(report: Report) -> Iterable[RenderableType]:
    yield from _chapter("The journey, and where it hurts")
    table = _table("Moment", "stage", "negative", "neutral", "positive", "net feeling", "")
    for row in report.moments:
        table.add_row(
            w.moment(row.label),
            row.stage or "–",
            w.count(row.negative),
            w.count(row.neutral),
            w.count(row.positive),
            w.points(row.balance),
            _bar(row),
        )
    yield table
    yield Text(
        f"Sentences; stage names of the scheme {report.scheme}; bars: − negative, · neutral, + positive.", style="dim"
    )
    causes = [driver for driver in report.drivers if not driver.outcome and driver.effect is not None]
    if causes:
        table = _table(
            "Trouble that goes with low ratings", "low with", "low without", "points more", "95% interval", "complaints"
        )
        for driver in causes:
            sure = "" if driver.clear else " could be chance"
            table.add_row(
                w.moment(driver.label),
                w.percent(driver.with_trouble),
                w.percent(driver.without),
                w.points(driver.effect),
                f"{w.points(driver.low)} to {w.points(driver.high)}{sure}",
                f"{w.count(driver.troubled)}{' few' if driver.few else ''}",
            )
        yield Text()
        yield table
    worst = next((driver.label for driver in report.drivers if driver.rank == 1), None)
    if worst:
        yield from _voices(report, lambda voice: voice.moment == worst and voice.sentiment == "negative")


def _rivals(report: Report) -> Iterable[RenderableType]:
    yield from _chapter("Rivals and share of voice")
    table = _table("Brand", "items", "share", "feeling", "stars")
    for share in report.share_of_voice:
        table.add_row(
            w.clean(share.brand, 40) + (" *" if share.own else ""),
            w.count(share.items),
            w.percent(share.share),
            w.points(share.net),
            w.stars(share.rating),
        )
    if report.share_of_voice:
        yield table
    if not report.rivals:
        yield Text("Nobody weighs it against another brand in this period.", style="dim")
        return
    table = _table("Weighed against", "named in", "compared in", "won from", "lost to")
    for rival in report.rivals:
        table.add_row(
            w.clean(rival.name, 40),
            w.count(rival.items),
            w.count(rival.versus),
            w.count(rival.won),
            w.count(rival.lost),
        )
    yield Text()
    yield table


def _alerts(report: Report) -> Iterable[RenderableType]:
    yield from _chapter("Alerts")
    if not report.alerts:
        yield Text("No sudden turn in this period.", style="dim")
    for alert in report.alerts:
        yield _item(f"{w.alert(alert)}. {w.clean(alert.text, 300)}")


def _quality(report: Report) -> Iterable[RenderableType]:
    quality = report.quality
    yield from _chapter("Data quality")
    table = _table("Source", "items", "newest", "last run", "state", "rejected")
    for source in quality.sources:
        state = (source.status or "–") + (f": {w.clean(source.reason, 60)}" if source.reason else "")
        table.add_row(
            w.source(source.source),
            w.count(source.items),
            str(source.newest or "–"),
            f"{source.last_run:%Y-%m-%d}" if source.last_run else "–",
            state,
            w.count(source.rejects),
        )
    yield table
    parts = [f"{w.reason(name)} {w.count(n)}" for name, n in quality.left_out]
    parts += [
        f"{name} {w.count(n)}"
        for name, n in (
            ("not tagged yet", quality.untagged),
            ("without a date", quality.undated),
        )
        if n
    ]
    yield _list("Left out", parts or ["nothing"])
    yield Text(
        f"Model {report.model_version or '–'}; data as of {report.data_as_of:%Y-%m-%d %H:%M} UTC."
        if report.data_as_of
        else f"Model {report.model_version or '–'}.",
        style="dim",
    )


def _heading(report: Report, label: str, words: str) -> str:
    code = report.stages.get(label)
    return f"{w.heading(code, words)} ({code})" if code else w.heading(None, words)


def _chapter(title: str) -> Iterable[RenderableType]:
    yield Text()
    yield Rule(Text(title, style="bold"), align="left", characters="─", style="dim")


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
    table.add_column(first, overflow="fold")
    for name in others:
        table.add_column(
            name,
            justify="left" if name in ("", "stage", "kind", "state", "95% interval", "newest", "last run") else "right",
            overflow="fold",
        )
    return table


def _figures(figures: tuple[Figure, ...]) -> Table:
    table = _table("Figure", "value", "basis", "change")
    table.columns[2].justify = table.columns[3].justify = "left"
    for figure in figures:
        basis = figure.meaning if figure.unit == "count" else f"n={w.count(figure.n)}"
        if figure.unit != "count" and figure.low is not None and figure.high is not None:
            basis += f", 95% {w.number(figure.low, figure.unit)} to {w.number(figure.high, figure.unit)}"
        if figure.few:
            basis += ", few"
        change = w.change(figure)
        if change and figure.tested and not figure.sure_change and not change.startswith("unchanged"):
            change += " (could be chance)"
        good = figure.sure_change and figure.better and figure.recent is not None and figure.previous is not None
        tone = (
            ("cyan" if ((figure.recent or 0) > (figure.previous or 0)) == (figure.better > 0) else "red")
            if good
            else ""
        )
        table.add_row(
            figure.name,
            Text(w.number(figure.value, figure.unit), style="bold"),
            Text(basis, style="dim"),
            Text(change, style=tone),
        )
    return table


def _bar(row: MomentRow, width: int = 20) -> Text:
    """Shares as characters, so that it reads without colour."""
    if not row.sentences:
        return Text()
    negative, positive = round(row.negative / row.sentences * width), round(row.positive / row.sentences * width)
    neutral = max(width - negative - positive, 0)
    bar = Text.assemble(("−" * negative, "red"), ("·" * neutral, "dim"), ("+" * positive, "cyan"))
    return bar + Text(f" {w.few(row.sentences)}") if row.few else bar


def _item(line: str) -> RenderableType:
    return Text(textwrap.fill(line, WIDTH - 4, initial_indent=" • ", subsequent_indent="   "))


def _list(title: str, parts: Iterable[str]) -> Text:
    return Text(f"{title}: {', '.join(parts)}")


def _voices(report: Report, wanted: Callable[[Voice], bool]) -> Iterable[RenderableType]:
    chosen: list[Voice] = []
    for voice in report.voices:
        if wanted(voice) and voice.key.rpartition("#")[0] not in {other.key.rpartition("#")[0] for other in chosen}:
            chosen.append(voice)
        if len(chosen) == VOICES_SHOWN:
            break
    if chosen:
        yield Text()
    for voice in chosen:
        yield Padding(Text(f"“{w.clean(voice.text, 240)}”", style=TONE.get(voice.sentiment, "")), (0, 0, 0, 2))
        address = http(voice.url)
        where = f"{w.moment(voice.moment)}, {voice.sentiment}, {w.source(voice.source)}, {voice.published}"
        where += ", model unsure" if voice.unsure else ", language new to the model" if voice.unsupported else ""
        yield Padding(Text(f"{where}{'  ' + address if address else ''}", style="dim", overflow="fold"), (0, 0, 0, 4))
