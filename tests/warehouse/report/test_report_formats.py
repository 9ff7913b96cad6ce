"""The report as text, JSON and CSV: readable without colour, bounded, and harmless whatever customers wrote."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from pathlib import Path

import pytest

from warehouse.errors import WarehouseError
from warehouse.report import FORMATS, build, render
from warehouse.report.model import Report


def test_text_fits_and_says_what_a_manager_asks(report: Report) -> None:
    text = render(report, "text")
    assert max(len(line) for line in text.split("\n")) <= 100
    for said in (
        "Nordbrew: moments of truth",
        "2 March 2026 to 10 May 2026",
        "27 items, 42 sentences, 5 sources; left out: 1",
        "Zero moment: before they buy (ZMOT)",
        "Third moment: after they used it (TMOT)",
        "Stars given: 5★ 8 (44%), 4★ 1 (6%), 3★ 2 (11%), 2★ 1 (6%), 1★ 6 (33%)",
        "Waiting for it IMOT 7 0 0 −100",
        "https://shop.example/late-1",
    ):
        assert said in " ".join(text.split())
    assert "n=18, 95% 2.4 to 4.1, few" in text  # a small count is marked as such


def test_text_has_no_control_character_of_a_customer(report: Report) -> None:
    for colour in (False, True):
        text = render(report, "text", colour=colour)
        assert "\x1b[31m" + "red" not in text and "\x07" not in text and "\u202e" not in text
    plain = render(report, "text")
    assert not [char for char in plain if unicodedata.category(char) == "Cc" and char != "\n"]
    assert "javascript:" not in plain


def test_json_is_the_report(report: Report) -> None:
    data = json.loads(render(report, "json"))
    assert data["format"] == 1 and data["brand"] == "Nordbrew"
    assert data["period"]["date_from"] == "2026-03-02"
    assert next(row for row in data["moments"] if row["label"] == "wait")["negative"] == 7
    assert data["figures"][0] | {"link": {}} == data["figures"][0]
    assert len(data["voices"]) == 42


def test_csv_is_one_table_that_no_spreadsheet_runs(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(render(report, "csv"))))
    found = {(row["section"], row["subject"], row["measure"]): row for row in rows}
    assert float(found["figures", "items", "value"]["value"]) == 27
    assert found["moments", "wait", "negative"]["value"] == "7"
    assert float(found["tmot", "net_referral", "value"]["value"]) == -1
    formula = next(row for row in rows if "HYPERLINK" in row["text"])
    assert formula["text"].startswith("'=")
    assert formula["url"] == "https://shop.example/formula?a=1&b=2"
    assert not [row for row in rows if "javascript" in row["url"]]
    starts = {cell[0] for row in rows for cell in row.values() if cell}
    assert not starts & {"=", "+", "@", "\t", "\r"}


def test_every_format_is_the_same_twice_and_an_unknown_one_is_refused(published: Path, report: Report) -> None:
    again = build(published, "Nordbrew")
    for name in FORMATS:
        assert render(again, name) == render(report, name)
    with pytest.raises(WarehouseError, match="'htlm'; did you mean 'html'"):
        render(report, "htlm")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_renders_a_report_of_nothing(published: Path, name: str) -> None:
    assert "Bloom" in render(build(published, "Bloom"), name)
