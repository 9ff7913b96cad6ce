"""From a figure to its sentences: a dialog over any chapter, and a tab with all voices and a text search.

Sentences are put into the page through an escaping template; links are http or https or mere text.
"""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from warehouse.report import wording
from warehouse.report.chart import TONES
from warehouse.report.html import environment
from warehouse.report.model import Link, Report, Voice

PAGE = 25


def behind(report: Report, link: Link) -> list[Voice]:
    """The sentences that pass a figure's filters, as the report page understands them."""
    return [voice for voice in report.voices if _passes(voice, link)]


def _passes(voice: Voice, link: Link) -> bool:
    plain = {
        "moment": voice.moment,
        "sentiment": voice.sentiment,
        "source": voice.source,
        "lang": voice.lang,
        "product": voice.product,
    }
    if any(link.get(name) and link[name] != value for name, value in plain.items()):
        return False
    if link.get("about") and link["about"] not in voice.about:
        return False
    if link.get("stars") and link["stars"] != str(voice.star):
        return False
    since, until = _days(link)
    if since is None:
        return True
    return voice.published is not None and since <= voice.published and (until is None or voice.published < until)


def _days(link: Link) -> tuple[date | None, date | None]:
    """First day and the day after the last, from `from` with `until` or `grain`."""
    if not link.get("from"):
        return None, None
    since = date.fromisoformat(link["from"])
    if link.get("until"):
        return since, date.fromisoformat(link["until"])
    if link.get("grain") == "month":
        return since, (since.replace(day=1) + timedelta(days=32)).replace(day=1)
    return since, since + timedelta(days=1 if link.get("grain") == "day" else 7)


def ask(title: str, link: Link) -> None:
    """Remember that the sentences behind a figure were asked for; `open_asked` shows them at the end of the run."""
    st.session_state["asked"] = (title, link)


def button(title: str, link: Link, key: str) -> None:
    """A button that leads from a figure to its sentences."""
    st.button("Sentences", key=key, on_click=ask, args=(title, link), type="tertiary", icon=":material/format_quote:")


def open_asked(report: Report) -> None:
    """Show the dialog if a figure was touched in this run."""
    asked = st.session_state.pop("asked", None)
    if asked:
        _dialog(report, *asked)


@st.dialog("Sentences", width="large")
def _dialog(report: Report, title: str, link: Link) -> None:
    st.text(title)
    _list(report, behind(report, link), "dialog")


def voices_tab(report: Report) -> None:
    """All voices, with a feeling filter and a text search."""
    left, right = st.columns([1, 3])
    tone = left.selectbox("Feeling", ["All", *wording.SENTIMENTS])
    words = right.text_input("Contains", max_chars=100).casefold()
    link: Link = {}
    if tone and tone != "All":
        link["sentiment"] = tone
    _list(report, [voice for voice in behind(report, link) if words in voice.text.casefold()], "tab")


def _list(report: Report, voices: list[Voice], key: str) -> None:
    """Sentences, and how many there are; said with it where not all of them are within reach."""
    shown = int(st.number_input("Show", PAGE, 500, PAGE, PAGE, key=f"show {key}")) if len(voices) > PAGE else PAGE
    st.text(f"{len(voices):,} sentences")
    if report.voices_total > len(report.voices):
        st.caption(
            f"From {len(report.voices):,} of {report.voices_total:,} sentences: of every moment and feeling the most "
            "helpful and the newest. Narrow the period or the filters to reach the others, or ask the SQL box: all of "
            "them are in the table voices."
        )
    st.html(environment().get_template("cards.html.j2").render(voices=voices[:shown], tones=TONES))
