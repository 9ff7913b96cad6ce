"""Budgets that survive restarts: how many units of something were spent today, over all processes of a home.

Promise: two crawls at once never spend more than the limit together; the count is on disk before the request is sent.
"""

from __future__ import annotations

import fcntl
import json
import os
from datetime import UTC, datetime, tzinfo
from pathlib import Path

DAYS_KEPT = 3


class Budget:
    """Counts in one small JSON file, {day: {name: units}}; without a path, in memory only."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._memory: dict[str, dict[str, int]] = {}

    def spend(self, name: str, units: int, limit: int, zone: tzinfo = UTC) -> bool:
        """Spend units of a name's budget of the day (a day of `zone`); False, and nothing spent, where they exceed
        the limit.
        """
        day = f"{datetime.now(zone):%Y-%m-%d}"
        if self.path is None:
            return _spend(self._memory, day, name, units, limit)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644), "r+", encoding="utf-8") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            handle.seek(0)
            days = _first_value(handle.read())
            allowed = _spend(days, day, name, units, limit)
            if allowed:
                # One write, and only then the rest of a longer text before it is cut off: a kill loses no count.
                text = json.dumps(days).encode()
                os.pwrite(handle.fileno(), text, 0)
                os.ftruncate(handle.fileno(), len(text))
            return allowed


def _first_value(text: str) -> dict[str, dict[str, int]]:
    try:
        days, _ = json.JSONDecoder().raw_decode(text or "{}")
    except ValueError:  # damaged by another hand: the day starts anew
        return {}
    return days if isinstance(days, dict) else {}


def _spend(days: dict[str, dict[str, int]], day: str, name: str, units: int, limit: int) -> bool:
    spent = days.setdefault(day, {})
    if spent.get(name, 0) + units > limit:
        return False
    spent[name] = spent.get(name, 0) + units
    for old in sorted(days)[:-DAYS_KEPT]:
        del days[old]
    return True
