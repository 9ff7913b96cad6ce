"""The record of runs of the whole path, for `mot doctor` and the coverage mart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from warehouse.connect import Warehouse


def record(warehouse: Warehouse, run: Mapping[str, Any]) -> str:
    """Keep a run's figures; returns its id. `started_at`, `finished_at`, `status` and `run_id` are taken from it
    where it has them."""
    started = _time(run.get("started_at")) or datetime.now(UTC).replace(tzinfo=None)
    run_id = str(run.get("run_id") or started.strftime("%Y%m%dT%H%M%S%f"))
    status = str(
        run.get("status")
        or ("failed" if run.get("failures") else "incomplete" if run.get("incomplete") else "finished")
    )
    figures = json.dumps(dict(run), default=str, ensure_ascii=False, sort_keys=True)
    with warehouse.transaction() as con:
        con.execute("DELETE FROM runs WHERE run_id = ?", [run_id])
        con.execute(
            "INSERT INTO runs VALUES (?, ?, ?, ?, ?)", [run_id, started, _time(run.get("finished_at")), status, figures]
        )
    return run_id


def _time(value: Any) -> datetime | None:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
