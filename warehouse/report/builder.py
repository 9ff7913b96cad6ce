"""A report is made from the published snapshot alone: the same snapshot and arguments give the same report."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from warehouse.report import figures, sections, wording
from warehouse.report.model import FEW, Alert, Driver, Figure, MomentRow, Period, Report, Rival, Zmot
from warehouse.report.model import Tmot as TmotChapter
from warehouse.report.query import Ask, answer
from warehouse.report.voices import LIMIT, voices, voices_total
from warehouse.snapshot import Snapshot

_DATED = "SELECT 1 FROM mentions WHERE brand = ? AND role = 'subject' AND day IS NOT NULL LIMIT 1"
RECENT_DAYS = 28  # whole weeks, so that weekdays weigh the same on both sides of a comparison


def build(
    snapshot_path: str | Path,
    brand: str,
    date_from: str | date | None = None,
    date_to: str | date | None = None,
    scheme: str | None = None,
) -> Report:
    """The report of a brand (a name or alias of the watchlist) from `date_from` to `date_to`, both days included.

    Without dates: all that is known, with changes over its last 28 days. `scheme` names the list of stage names
    (default: combined).

    Raises:
        WarehouseError: the snapshot is missing or newer, the brand or scheme is unknown (the nearest valid one is
            named), a date cannot be read, or the dates are the wrong way round.
    """

    def ask(snapshot: Snapshot) -> Report:
        name, named = snapshot.brand(brand), snapshot.scheme(scheme)
        start, end = snapshot.period(name, date_from, date_to)
        chosen = date_from is not None or date_to is not None
        dated = chosen or snapshot.value(_DATED, [name])
        period = compared(start, end, chosen) if dated else Period(None, None, False, None, None, None, None)
        return assemble(Ask(snapshot, name, start, end, named), period)

    return answer(Path(snapshot_path), ask)


def compared(start: date, end: date, chosen: bool) -> Period:
    """The period and what it is compared with: the stretch before a chosen one, else its last weeks, those before."""
    length = (end - start).days + 1 if chosen else RECENT_DAYS
    recent_from, recent_to = end - timedelta(days=length - 1), end
    if not chosen and (end - start).days + 1 < 2 * RECENT_DAYS:
        return Period(start, end, chosen, None, None, None, None)
    return Period(
        start,
        end,
        chosen,
        recent_from,
        recent_to,
        recent_from - timedelta(days=length),
        recent_from - timedelta(days=1),
    )


def _stages(snapshot: Snapshot, scheme: str) -> dict[str, str | None]:
    return {
        row["moment"]: row["stage"]
        for row in snapshot.rows(
            "SELECT moment, stage FROM schemes WHERE scheme = $s ORDER BY moment_position", {"s": scheme}
        )
    }


def _research(stages: dict[str, str | None]) -> frozenset[str]:
    """The moments that the marts count as research: the scheme's (less than) zero moment, else trigger and research."""
    named = frozenset(label for label, stage in stages.items() if stage in ("ZMOT", "<ZMOT"))
    return named or frozenset(("trigger", "research"))


def assemble(ask: Ask, period: Period, voice_limit: int = LIMIT) -> Report:
    """The report that answers `ask`; its filters (source, product, language) hold for every figure."""
    stages = _stages(ask.snapshot, ask.scheme)
    facts, recent, previous = figures.stretches(ask, period)
    overview = figures.figures(figures.OVERVIEW, facts, recent, previous)
    journey = sections.moments(ask, stages)
    drivers, alerts, rivals = sections.drivers(ask), sections.alerts(ask), sections.rivals(ask)
    grain = sections.grain_of(ask.start, ask.end)
    info = ask.one("SELECT data_as_of, model_version FROM snapshot_info")
    origin = ask.one("SELECT origin FROM scheme_sources WHERE scheme = $s")
    total = voices_total(ask)
    return Report(
        brand=ask.brand,
        scheme=ask.scheme,
        scheme_source=origin.get("origin") or "",
        stages=stages,
        period=period,
        data_as_of=info.get("data_as_of"),
        model_version=info.get("model_version"),
        headlines=_headlines(overview, journey, drivers, alerts, rivals),
        figures=overview,
        moments=journey,
        grain=grain,
        trend=sections.trend(ask, grain),
        zmot=Zmot(
            figures=figures.figures(figures.ZMOT, facts, recent, previous),
            themes=sections.themes(ask),
            videos=sections.videos(ask),
            video_count=int(facts.zmot.get("videos") or 0),
            unboxing_count=int(facts.zmot.get("unboxing_videos") or 0),
            reach=int(facts.zmot.get("reach") or 0),
        ),
        tmot=TmotChapter(figures=figures.figures(figures.TMOT, facts, recent, previous), stars=sections.ratings(ask)),
        drivers=drivers,
        loop=sections.loop(ask),
        products=sections.products(ask),
        rivals=rivals,
        share_of_voice=sections.share_of_voice(ask),
        alerts=alerts,
        voices=voices(ask, _research(stages), voice_limit),
        voices_total=total,
        quality=sections.quality(ask, int(facts.tmot.get("items") or 0), total),
    )


def _basis(figure: Figure) -> str:
    """How little a change rests on, where it is little."""
    n = min(figure.recent_n, figure.previous_n)
    return f" (few: n={n})" if figure.unit != "count" and n < FEW else ""


def _headlines(
    overview: tuple[Figure, ...],
    journey: tuple[MomentRow, ...],
    drivers: tuple[Driver, ...],
    alerts: tuple[Alert, ...],
    rivals: tuple[Rival, ...],
) -> tuple[str, ...]:
    """At most five sentences for a reader who has one minute; only what is more than chance, worst first."""
    lines: list[str] = []
    cause = next((driver for driver in drivers if driver.rank == 1), None)
    if cause and cause.with_trouble is not None and cause.without is not None:
        lines.append(
            f"“{wording.moment(cause.label)}” costs most ratings: "
            f"where customers complain of it, {wording.percent(cause.with_trouble)} rate low, "
            f"against {wording.percent(cause.without)} of the others ({cause.troubled} rated complaints)."
        )
    bad = max(
        (alert for alert in alerts if alert.tone == "worse"),
        key=lambda alert: (alert.end, abs(alert.score)),
        default=None,
    )
    if bad:
        lines.append(bad.text)
    lines += [
        f"{figure.name}: {wording.change(figure)}, more than chance explains{_basis(figure)}."
        for figure in overview
        if figure.sure_change and figure.better and figure.recent != figure.previous
    ][:2]
    loved = max(
        (row for row in journey if row.sentences >= FEW and (row.low or 0) > 0),
        key=lambda row: row.low or 0,
        default=None,
    )
    if loved:
        lines.append(
            f"“{wording.moment(loved.label)}” is what they like best: "
            f"net feeling {wording.points(loved.balance)} in {wording.count(loved.sentences)} sentences."
        )
    lost = max(
        (rival for rival in rivals if rival.lost > rival.won),
        key=lambda rival: (rival.lost - rival.won, rival.name),
        default=None,
    )
    if lost:
        lines.append(
            f"More customers tell of leaving for {lost.name} ({lost.lost}) than of coming from it ({lost.won})."
        )
    return tuple(lines[:5])
