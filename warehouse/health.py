"""What `mot doctor` says about the data: a list of findings, each a figure with a verdict and, if need be, what to
do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from warehouse.errors import WarehouseError
from warehouse.snapshot import Snapshot, open_snapshot

REJECT_SHARE = 0.05
UNATTRIBUTED_SHARE = 0.4
UNTAGGED_SHARE = 0.01
STALE = timedelta(days=7)


@dataclass(frozen=True)
class Finding:
    """One figure: what it is about, its value, `ok`, `warning` or `failure`, and what to do about it."""

    about: str
    value: str
    level: str = "ok"
    advice: str | None = None


def check(path: str | Path, now: datetime | None = None) -> list[Finding]:
    """Look at the published snapshot; a missing or unreadable one is a finding, not an error. `now` is UTC without
    zone."""
    try:
        with open_snapshot(path) as snapshot:
            return list(_look(snapshot, now or datetime.now(UTC).replace(tzinfo=None)))
    except WarehouseError as error:
        return [Finding("snapshot", "none", "failure", str(error))]


def _look(snapshot: Snapshot, now: datetime) -> Iterator[Finding]:
    info: dict[str, Any] = snapshot.one("FROM snapshot_info") or {}
    yield Finding("items", f"{info['items']:,}")
    yield Finding(
        "brands watched",
        str(info["brands"]),
        "ok" if info["brands"] else "warning",
        None if info["brands"] else "put one on the watchlist",
    )
    yield Finding(
        "model",
        str(info["model_version"] or "none"),
        "ok" if info["model_version"] else "warning",
        None if info["model_version"] else "no item is tagged yet; run `mot watch`",
    )
    yield from _packages(snapshot)
    yield from _rejects(snapshot)
    yield from _coverage(snapshot)
    for row in snapshot.rows("FROM freshness ORDER BY source, brand"):
        yield _source(row, now)


def _packages(snapshot: Snapshot) -> Iterator[Finding]:
    loaded = snapshot.value("SELECT count(*) FROM packages WHERE loaded")
    yield Finding("packages loaded", f"{loaded:,}")
    for row in snapshot.rows("SELECT package_id, reason FROM packages WHERE NOT loaded ORDER BY package_id"):
        yield Finding(
            f"package {row['package_id']}",
            "damaged",
            "failure",
            f"{row['reason']}; crawl its source again or restore the file",
        )


def _rejects(snapshot: Snapshot) -> Iterator[Finding]:
    totals = {
        row["source"]: row
        for row in snapshot.rows(
            "SELECT source, sum(items)::BIGINT AS items, sum(rejects)::BIGINT AS rejects FROM packages WHERE "
            "loaded GROUP BY source"
        )
    }
    for row in snapshot.rows(
        "SELECT source, reason, count(*) AS n FROM rejects GROUP BY source, reason ORDER BY source, n DESC, reason"
    ):
        total = totals.get(row["source"], {"items": 0, "rejects": 0})
        share = row["n"] / max(1, total["items"] + total["rejects"])
        high = share > REJECT_SHARE
        yield Finding(
            f"rejects of {row['source']}: {row['reason']}",
            f"{row['n']:,} ({share:.1%})",
            "warning" if high else "ok",
            "look at rejects.jsonl in its landing packages; the source may have changed its format" if high else None,
        )


def _coverage(snapshot: Snapshot) -> Iterator[Finding]:
    row: dict[str, Any] = (
        snapshot.one("""
        SELECT coalesce(sum(items), 0)::BIGINT AS n, coalesce(sum(items) FILTER (brand IS NULL),
            0)::BIGINT AS nobody, coalesce(sum(untagged), 0)::BIGINT AS untagged,
               coalesce(sum(unsure), 0)::BIGINT AS unsure, coalesce(sum(unsupported), 0)::BIGINT AS unsupported,
                   coalesce(sum(flagged), 0)::BIGINT AS flagged,
               coalesce(sum(undated), 0)::BIGINT AS undated
        FROM coverage
    """)
        or {}
    )
    total = max(1, row["n"])
    much = row["nobody"] > UNATTRIBUTED_SHARE * total
    yield Finding(
        "items that name no brand",
        _share(row["nobody"], total),
        "warning" if much else "ok",
        "add aliases to the watchlist, or context terms if a name is a common word" if much else None,
    )
    late = row["untagged"] > UNTAGGED_SHARE * total
    yield Finding(
        "items not tagged yet",
        _share(row["untagged"], total),
        "warning" if late else "ok",
        "run `mot watch` to tag them" if late else None,
    )
    for name, key in (
        ("items tagged with low confidence", "unsure"),
        ("items in an unsupported language", "unsupported"),
        ("items flagged and left out", "flagged"),
        ("items without a date", "undated"),
    ):
        yield Finding(name, _share(row[key], total))


def _source(row: dict[str, Any], now: datetime) -> Finding:
    about = f"{row['source']} of {row['brand'] or 'no brand'}"
    ran = row["last_run_at"]
    value = (
        f"{row['last_status']}, {ran:%Y-%m-%d %H:%M} UTC, {row['items_got']} items" if ran else str(row["last_status"])
    )
    if row["last_status"] != "finished":
        return Finding(
            about,
            value,
            "failure" if row["last_status"] in ("failed", "damaged") else "warning",
            row["last_reason"] or "see its log",
        )
    if ran and now - ran > STALE:
        return Finding(about, value, "warning", f"last read {(now - ran).days} days ago; run `mot watch`")
    return Finding(about, value)


def _share(part: int, total: int) -> str:
    return f"{part:,} ({part / total:.1%})"
