"""Does a source still answer as it did? Shares of rejects and missing fields beside those of the last crawl.

A layout or interface that changed shows in these shares first; a jump makes the run incomplete with the figures.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crawlers.history import finished

#: records from which on shares are compared, and what counts as a jump
ENOUGH, FROM_BELOW, TO_ABOVE = 20, 0.2, 0.6
REJECTS_FROM_BELOW, REJECTS_TO_ABOVE = 0.05, 0.15


def shares(stats: Mapping[str, Any]) -> dict[str, float] | None:
    """{"rejects": share, "missing/rating": share, …} of a run's statistics; None where there were too few records."""
    arrived = int(stats.get("arrived", 0))
    rejected = sum(int(count) for name, count in stats.items() if name.startswith("rejected/"))
    if arrived + rejected < ENOUGH:
        return None
    missing = {name: count / arrived for name, count in stats.items() if name.startswith("missing/") and arrived}
    return {**missing, "rejects": rejected / (arrived + rejected)}


def jumps(before: Mapping[str, float] | None, now: Mapping[str, float] | None) -> list[str]:
    """Sentence parts for every share that jumped."""
    if before is None or now is None:
        return []
    found = []
    if before.get("rejects", 0) < REJECTS_FROM_BELOW and now["rejects"] > REJECTS_TO_ABOVE:
        found.append(f"the share of rejects rose from {before.get('rejects', 0):.0%} to {now['rejects']:.0%}")
    for name, share in sorted(now.items()):
        if name != "rejects" and share > TO_ABOVE and before.get(name, 0.0) < FROM_BELOW:
            field = name.partition("/")[2]
            found.append(f"{field} is missing in {share:.0%} of the items, before in {before.get(name, 0.0):.0%}")
    return found


def last_shares(landing: Path, source: str, brand: str | None) -> dict[str, float] | None:
    """The shares of the last finished crawl of a source for a brand that had enough records."""
    for folder, manifest in reversed(list(finished(landing, source))):
        if manifest.get("brand") == brand and manifest.get("status") != "failed":
            try:
                found = shares(json.loads((folder / "stats.json").read_text("utf-8")))
            except (OSError, ValueError):
                continue
            if found is not None:
                return found
    return None
