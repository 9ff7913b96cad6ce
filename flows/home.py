"""Where everything that Momentscope keeps lives: one home directory, `MOT_HOME`, by default `./data`."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The paths under one home directory. Nothing is created until somebody writes."""

    root: Path

    @property
    def landing(self) -> Path:
        """Landing packages, one folder each; the crawlers write them, the loader reads them."""
        return self.root / "landing"

    @property
    def warehouse(self) -> str:
        """Address of the warehouse: a DuckDB file, or what `MOT_WAREHOUSE` names (a DuckLake)."""
        return os.environ.get("MOT_WAREHOUSE") or str(self.root / "warehouse" / "momentscope.duckdb")

    @property
    def snapshot(self) -> Path:
        """The published read-only DuckDB file that reports, SQL and other tools read."""
        return self.root / "published" / "momentscope.duckdb"

    @property
    def reports(self) -> Path:
        """HTML pages, one a brand."""
        return self.root / "reports"

    @property
    def logs(self) -> Path:
        """One log file a crawl."""
        return self.root / "logs"

    @property
    def work(self) -> Path:
        """Chunks on their way through the tagger; safe to delete."""
        return self.root / "work"

    @property
    def prefect(self) -> Path:
        """Prefect's own files when no Prefect server is configured."""
        return self.root / "prefect"

    def report_page(self, brand: str) -> Path:
        """The HTML page of `brand`."""
        slug = re.sub(r"[^\w-]+", "-", brand.casefold()).strip("-") or "brand"
        return self.reports / f"{slug}.html"


def current() -> Home:
    """The home that the environment names, as an absolute path."""
    return Home(Path(os.environ.get("MOT_HOME") or "data").expanduser().resolve())
