"""The numbers of a report, each counted by hand from the small world (see world.py for what it holds)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from warehouse.errors import WarehouseError
from warehouse.report import build
from warehouse.report.model import Report
from warehouse.report.query import answer
from warehouse.snapshot import Snapshot


def figures(report: Report) -> dict[str, float | None]:
    return {figure.key: figure.value for figure in (*report.figures, *report.zmot.figures, *report.tmot.figures)}


def test_key_figures_of_the_whole_record(report: Report) -> None:
    found = figures(report)
    # 8 happy, 6 late, 2 of Nordbrew Two, 3 questions, came, went, video, comment, German post, hmm, hostile, formula
    assert found["items"] == 27
    # eleven positive (happy, came, video, comment), nine negative (late, went, German, hostile)
    assert found["net"] == pytest.approx((11 - 9) / 27)
    # ratings: 8 × 5, 6 × 1, 2 × 3, 4 and 2 stars
    assert found["rating"] == pytest.approx((8 * 5 + 6 * 1 + 2 * 3 + 4 + 2) / 18)
    assert found["low_share"] == pytest.approx(7 / 18)
    assert report.tmot.stars == ((1, 6), (2, 1), (3, 2), (4, 1), (5, 8))
    assert found["share_of_voice"] == pytest.approx(27 / (27 + 4))


def test_zmot_counts_questions_videos_and_rivals(report: Report) -> None:
    found = figures(report)
    assert (found["research"], found["questions"], found["rival_items"]) == (4, 3, 3)
    assert found["research_share"] == pytest.approx(4 / 27)
    assert found["research_net"] == pytest.approx(1 / 4)
    assert (found["unboxings"], found["review_videos"], found["reach"]) == (1, 0, 1000)
    assert {theme.name: theme.questions for theme in report.zmot.themes} == {
        "comparison": 1,
        "price": 1,
        "size and fit": 1,
    }
    video = report.zmot.videos[0]
    assert (video.title, video.kind, video.views, video.likes, video.comments_positive) == (
        "Unboxing the Nordbrew One", "unboxing", 1000, 50, 1)  # fmt: skip


def test_tmot_counts_verdicts_loyalty_switching_and_referral(report: Report) -> None:
    found = figures(report)
    assert found["verdict_net"] == pytest.approx((9 - 1) / 10)
    assert found["net_referral"] == -1
    assert (found["loyal"], found["switched_in"], found["switched_out"]) == (1, 1, 1)


def test_journey_and_its_driver(report: Report) -> None:
    counts = {row.label: (row.negative, row.neutral, row.positive) for row in report.moments}
    assert list(counts) == ["trigger", "research", "encounter", "purchase", "wait", "use", "feedback", "referral"]
    assert counts["research"] == (0, 3, 1)
    assert counts["wait"] == (7, 0, 0)
    assert counts["use"] == (1, 4, 8)
    assert counts["trigger"] == (0, 0, 0)
    driver = report.drivers[0]
    assert (driver.label, driver.rank, driver.troubled, driver.rated) == ("wait", 1, 6, 18)
    assert (driver.with_trouble, driver.without) == (1.0, pytest.approx(1 / 12))
    assert driver.few and driver.clear
    assert report.headlines[0].startswith("“Waiting for it” costs most ratings")


def test_a_turn_is_told_with_its_time_and_leads_to_its_sentences(report: Report) -> None:
    turned = next(alert for alert in report.alerts if alert.what == "more negative")
    # of the ten items from 13 April to 10 May that say something of the brand, eight are negative
    assert (turned.label, turned.start, turned.end) == (None, date(2026, 4, 13), date(2026, 5, 10))
    assert turned.text.startswith("In the 28 days to 10 May 2026, 8 of ")
    assert turned.link == {"from": "2026-04-13", "until": "2026-05-11", "sentiment": "negative"}
    assert turned.text in report.headlines


def test_rivals_products_and_quality(report: Report) -> None:
    kaffio = report.rivals[0]
    assert (kaffio.name, kaffio.items, kaffio.versus, kaffio.won, kaffio.lost) == ("Kaffio", 3, 1, 1, 1)
    assert [(share.brand, share.items) for share in report.share_of_voice] == [
        ("Nordbrew", 27),
        ("Kaffio", 4),
        ("Grindwell", 0),
    ]
    two = next(product for product in report.products if product.product_id == "nb-2")
    assert (two.rating, two.rated) == (pytest.approx(3.0), 2)
    quality = report.quality
    assert (quality.items, quality.sentences, quality.unsure, quality.undated, quality.unattributed) == (
        27,
        42,
        1,
        1,
        1,
    )
    assert sum(n for _, n in quality.left_out) == 1
    assert {state.source: state.status for state in quality.sources}["mastodon"] == "finished"


def test_every_voice_stands_for_what_the_figures_count(report: Report) -> None:
    about = {
        facet: [voice.text for voice in report.voices if facet in voice.about]
        for facet in ("question", "won", "lost", "loyal", "zmot")
    }
    assert len(about["question"]) == 3 and len(about["zmot"]) == 4
    assert about["won"] == ["I switched from Kaffio to Nordbrew."]
    assert about["lost"] == ["I switched from Nordbrew to Kaffio."]
    assert about["loyal"] == ["I would buy it again."]
    rival = [voice.text for voice in report.voices if "rival:Kaffio" in voice.about]
    assert sorted(rival) == [
        "I switched from Kaffio to Nordbrew.",
        "I switched from Nordbrew to Kaffio.",
        "Is the Nordbrew One better than the Kaffio Mini?",
    ]
    assert len(report.voices) == report.voices_total == 42


def test_a_chosen_period_is_compared_with_the_one_before(published: Path) -> None:
    may = build(published, "Nord Brew", "2026-05-01", date(2026, 5, 31))
    assert may.brand == "Nordbrew"
    assert figures(may)["items"] == 7
    items = may.figures[0]
    # April: 2 of Nordbrew Two, 3 questions, came, went, video, comment, hostile, formula, all but the one of 1 April,
    # which is not among the 31 days before 1 May
    assert (may.period.previous_from, may.period.previous_to) == (date(2026, 3, 31), date(2026, 4, 30))
    assert (items.recent, items.previous) == (7, 11)
    assert not items.sure_change


def test_without_dates_the_last_four_weeks_are_compared(report: Report) -> None:
    assert (report.period.date_from, report.period.date_to) == (date(2026, 3, 2), date(2026, 5, 10))
    assert (report.period.recent_from, report.period.previous_from) == (date(2026, 4, 13), date(2026, 3, 16))
    # since 13 April: video, comment, came, went, hostile, formula, 6 late, the German post; before: 2, 3 and hmm
    assert (report.figures[0].recent, report.figures[0].previous) == (13, 6)


def test_the_scheme_names_the_stages_and_what_counts_as_research(published: Path, report: Report) -> None:
    lafley = build(published, "Nordbrew", scheme="procter-gamble")
    assert lafley.stages["research"] is None and lafley.stages["wait"] == "SMOT"
    assert report.stages["wait"] == "IMOT"
    assert figures(lafley)["research"] == figures(report)["research"]


def test_the_same_snapshot_gives_the_same_report(published: Path, report: Report) -> None:
    assert build(published, "Nordbrew") == report


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"brand": "Nordbrow"}, "'Nordbrow'; did you mean 'Nordbrew'"),
        ({"brand": "Nordbrew", "scheme": "google-zmto"}, "did you mean 'google-zmot'"),
        ({"brand": "Nordbrew", "date_from": "May"}, "'May' is not a date"),
        ({"brand": "Nordbrew", "date_from": "2026-05-02", "date_to": "2026-05-01"}, "2026-05-02"),
    ],
)
def test_wrong_arguments_are_one_sentence_with_the_remedy(
    published: Path, arguments: dict[str, str], said: str
) -> None:
    with pytest.raises(WarehouseError) as caught:
        build(published, **arguments)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_a_period_and_a_brand_without_items_are_reports_too(published: Path) -> None:
    empty = build(published, "Nordbrew", "2020-01-01", "2020-01-31")
    assert figures(empty)["items"] == 0 and figures(empty)["rating"] is None
    assert not empty.voices and not empty.alerts
    nothing = build(published, "Bloom")
    assert figures(nothing)["items"] == 0


def test_a_failure_inside_duckdb_is_asked_again_on_a_new_connection(published: Path) -> None:
    seen: list[Snapshot] = []

    def question(snapshot: Snapshot) -> int:
        seen.append(snapshot)
        if len(seen) < 3:
            raise duckdb.InternalException("INTERNAL Error: Attempted to access index 0 within vector of size 0")
        return int(snapshot.value("SELECT count(*) FROM brands WHERE watched"))

    assert answer(published, question) == 3
    assert len({id(each.con) for each in seen}) == 3
    with pytest.raises(WarehouseError):
        answer(published, lambda snapshot: snapshot.brand("Nobody"))
