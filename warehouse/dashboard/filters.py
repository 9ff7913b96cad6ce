"""The sidebar's filters, and the report that they ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import streamlit as st

from warehouse.report import wording
from warehouse.report.builder import assemble, compared
from warehouse.report.model import Report
from warehouse.report.query import Ask, answer
from warehouse.snapshot import Snapshot

VOICES = 20_000  # sentences that the drill-down can reach; it says so where there are more
ALL = "All"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reader has chosen; None means all."""

    brand: str
    start: date
    end: date
    whole: bool  # all days that the brand has
    scheme: str
    source: str | None
    product: str | None
    lang: str | None
    moment: str | None


_BRANDS = """
SELECT b.brand FROM brands b
LEFT JOIN daily d ON d.brand = b.brand AND d.moment = 'any' AND d.role = 'subject' AND d.flag IS NULL
WHERE b.watched GROUP BY ALL ORDER BY coalesce(sum(d.items), 0) DESC, b.brand
"""


def _values(snapshot: Snapshot, column: str, brand: str) -> list[str]:
    """The values of a column of the brand's mentions, most frequent first."""
    where = f"WHERE brand = $b AND {column} IS NOT NULL"
    sql = f"SELECT {column} AS value FROM mentions {where} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 200"
    return [row["value"] for row in snapshot.rows(sql, {"b": brand})]


def _pick(label: str, values: list[str], names: dict[str, str] | None = None) -> str | None:
    shown = {value: wording.clean((names or {}).get(value) or value, 60) for value in values}
    chosen = st.sidebar.selectbox(label, [ALL, *values], format_func=lambda value: shown.get(value, ALL))
    return None if chosen == ALL else chosen


def sidebar(snapshot: Snapshot) -> Choice:
    """Draw the filters and return what is chosen."""
    brands = [row["brand"] for row in snapshot.rows(_BRANDS)]
    schemes = [row["scheme"] for row in snapshot.rows("SELECT DISTINCT scheme FROM schemes ORDER BY scheme")]
    brand = snapshot.brand(st.sidebar.selectbox("Brand", brands) or "")
    first, last = snapshot.period(brand, None, None)
    picked = st.sidebar.date_input(
        "Period", (first, last), min_value=first, max_value=last, key=f"period {brand}", format="YYYY-MM-DD"
    )
    days = picked if isinstance(picked, tuple) else (picked, picked)
    start, end = (days[0], days[-1]) if days else (first, last)
    names = {
        row["product_id"]: row["product_name"] or row["product_id"]
        for row in snapshot.rows("SELECT product_id, product_name FROM products WHERE brand = $b", {"b": brand})
    }
    sources = _values(snapshot, "source", brand)
    source = _pick("Source", sources, {name: wording.source(name) for name in sources})
    product = _pick("Product", _values(snapshot, "product_id", brand), names)
    lang = _pick("Language", _values(snapshot, "lang", brand))
    moment = _pick("Moment", list(wording.JOURNEY), {label: wording.moment(label) for label in wording.JOURNEY})
    default = snapshot.scheme(None)
    scheme = st.sidebar.selectbox("Stage names", schemes, index=schemes.index(default)) or default
    st.sidebar.caption(
        "A moment narrows the journey, its drivers and the sentences; the other filters hold for every figure. "
        "Alerts speak of the brand as a whole."
    )
    return Choice(brand, start, end, (start, end) == (first, last), scheme, source, product, lang, moment)


@st.cache_resource(max_entries=24, show_spinner="Reading the snapshot …")
def report(path: str, version: int, choice: Choice) -> Report:
    """The report for a choice; `version` (the file's time) makes a newly published snapshot count at once."""
    del version

    def question(snapshot: Snapshot) -> Report:
        ask = Ask(
            snapshot,
            choice.brand,
            choice.start,
            choice.end,
            choice.scheme,
            choice.source,
            choice.product,
            choice.lang,
        )
        return assemble(ask, compared(choice.start, choice.end, not choice.whole), VOICES)

    made = answer(Path(path), question)
    if choice.moment is None:
        return made
    moments = tuple(row for row in made.moments if row.label == choice.moment)
    return replace(
        made,
        moments=moments,
        drivers=tuple(driver for driver in made.drivers if driver.label == choice.moment),
        voices=tuple(voice for voice in made.voices if voice.moment == choice.moment),
        voices_total=sum(row.sentences for row in moments),
    )
