"""The page that Streamlit serves: filters in the sidebar, chapters as tabs. Run by `warehouse.dashboard.run`."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

from warehouse.dashboard import chapters, filters, sql
from warehouse.dashboard.drill import open_asked, voices_tab
from warehouse.errors import WarehouseError
from warehouse.report import wording
from warehouse.snapshot import open_snapshot


def main(snapshot_path: Path) -> None:
    """Draw everything once; Streamlit calls this again after each touch."""
    st.set_page_config(page_title="Momentscope", layout="wide")
    try:
        with open_snapshot(snapshot_path) as snapshot:
            choice = filters.sidebar(snapshot)
        report = filters.report(str(snapshot_path), snapshot_path.stat().st_mtime_ns, choice)
    except WarehouseError as error:
        st.error("The dashboard cannot show this.")
        st.text(str(error))
        return
    st.title(wording.clean(report.brand, 80).replace("$", "\\$"), anchor=False)
    st.text(f"{wording.period(report.period)}. {wording.comparison(report.period)}")
    names = [
        "Overview",
        "Before they buy",
        "After they used it",
        "Journey",
        "Rivals",
        "Alerts",
        "Voices",
        "Data quality",
        "SQL",
    ]
    tabs = st.tabs(names)
    draw = (chapters.overview, chapters.zmot, chapters.tmot, chapters.journey, chapters.rivals, chapters.alerts)
    for tab, chapter in zip(tabs, draw, strict=False):
        with tab:
            chapter(report)
    with tabs[6]:
        voices_tab(report)
    with tabs[7]:
        chapters.quality(report)
    with tabs[8]:
        sql.box(snapshot_path)
    open_asked(report)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
