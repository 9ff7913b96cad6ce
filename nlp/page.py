"""The evaluation page: Markdown out of the figures of `nlp.evaluate`, the tables that the README copies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nlp import schemes
from nlp.model import HEADS


def _table(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    head = list(header)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def _bar(share: float) -> str:
    return "█" * round(share * 20)


def render(report: dict[str, Any]) -> str:
    """The whole page."""
    test = report["test"]
    parts = [
        f"# How well it tags: {report['model_version']}\n",
        f"Test set `{test['name']}`: {test['items']} items, {test['sentences']} sentences, labelled twice "
        "by language models and adjudicated; never trained or tuned on. Intervals: 95 %, bootstrap over items. "
        "Macro-F1 unless said otherwise.\n",
        _overview(report["heads"]),
        "ECE: calibration error, 15 bins; in brackets what a perfectly calibrated model would show by chance on so few "
        "rows, on average and in 95 of 100 draws.\n",
    ]
    spared = report["abstention"]
    parts.append(
        f"Below a confidence of {spared['threshold']:.2f} an item is marked unsure: {spared['unsure']:.1%} of them. "
        f"Its moment is right for {spared['accuracy']:.1%} of all items, "
        f"and for {spared['accuracy_of_the_rest']:.1%} of those that are not marked.\n"
    )
    if "outside" in report:
        rows = [
            (
                name,
                f["rows"],
                f"{f['macro_recall']:.3f} ({f['interval'][0]:.3f} to {f['interval'][1]:.3f})",
                f"{f['macro_f1']:.3f}",
            )
            for name, f in report["outside"].items()
        ]
        parts += [
            "## Sentiment on test sets made by others\n",
            _table(["set", "rows", "macro-recall", "macro-F1"], rows),
        ]
    for head in HEADS:
        parts.append(_detail(head, report["heads"][head]))
    parts += [_slice(way, values) for way, values in report["slices"].items()]
    return "\n".join(parts)


def _slice(way: str, values: dict[str, dict[str, float]]) -> str:
    names = [f"{head}_{figure}" for head in ("sentence_moment", "sentence_sentiment") for figure in ("f1", "accuracy")]
    header = [way, "sentences", "moment F1", "moment accuracy", "sentiment F1", "sentiment accuracy"]
    rows = [(value, f["sentences"], *(f"{f[name]:.2f}" for name in names)) for value, f in values.items()]
    return f"## By {way}\n\n" + _table(header, rows)


def _overview(heads: dict[str, Any]) -> str:
    baselines = list(dict.fromkeys(name for f in heads.values() for name in f["baselines"]))
    rows = [
        [
            head.replace("_", " "),
            f"**{f['macro_f1']:.3f}** ({f['interval'][0]:.3f} to {f['interval'][1]:.3f})",
            f"{f['accuracy']:.3f}",
            f"{f['ece']:.3f} (chance {f['ece_of_chance'][0]:.3f}, at most {f['ece_of_chance'][1]:.3f})",
            f"{f['brier']:.3f}",
            *(f"{f['baselines'][b]:.3f}" if b in f["baselines"] else "–" for b in baselines),
            f"{f['agreement']:.3f}" if f["agreement"] else "–",
        ]
        for head, f in heads.items()
    ]
    return _table(["head", "macro-F1", "accuracy", "ECE", "Brier", *baselines, "annotators"], rows)


def _detail(head: str, figures: dict[str, Any]) -> str:
    known = schemes.load()
    names = known.labels if head.endswith("moment") else known.sentiments
    classes = [
        (
            name,
            c["rows"],
            f"{c['precision']:.2f}",
            f"{c['recall']:.2f}",
            f"{c['f1']:.2f} ({c['interval'][0]:.2f} to {c['interval'][1]:.2f})",
        )
        for name, c in figures["classes"].items()
    ]
    confusion = [[f"**{name}**", *row] for name, row in zip(names, figures["confusion"], strict=True)]
    bins = [(f"{c:.2f}", f"{a:.2f}", n, f"`{_bar(a)}`") for c, a, n in figures["reliability"]]
    return "\n".join(
        [
            f"## {head.replace('_', ' ').capitalize()}\n",
            _table(["class", "rows", "precision", "recall", "F1"], classes),
            "Rows: truth; columns: prediction.\n",
            _table(["", *names], confusion),
            "Reliability (a calibrated model is right as often as it is confident):\n",
            _table(["confidence", "right", "rows", ""], bins),
        ]
    )
