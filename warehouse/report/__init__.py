"""Reports of a brand from the published snapshot: `build` gathers the numbers, `render` writes them in a format.

    report = build("data/published/momentscope.duckdb", "Nordbrew", "2026-10-01", "2026-10-31")
    page = render(report, "html")

Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from warehouse.report.model import Report

FORMATS = ("text", "html", "json", "csv")


def build(
    snapshot_path: str | Path,
    brand: str,
    date_from: str | date | None = None,
    date_to: str | date | None = None,
    scheme: str | None = None,
) -> Report:
    """The report of `brand`; see `warehouse.report.builder.build`."""
    from warehouse.report import builder

    return builder.build(snapshot_path, brand, date_from, date_to, scheme)


def render(report: Report, format: str = "text", *, colour: bool = False) -> str:
    """The report as text: `format` is one of FORMATS; `colour` adds terminal colours to the text format.

    Raises:
        WarehouseError: an unknown format (the nearest valid one is named).
    """
    if format == "text":
        from warehouse.report import text

        return text.render(report, colour=colour)
    if format == "html":
        from warehouse.report import html

        return html.render(report)
    if format in ("json", "csv"):
        from warehouse.report import data

        return data.to_json(report) if format == "json" else data.to_csv(report)
    from warehouse.errors import unknown

    raise unknown("format", format, FORMATS)
