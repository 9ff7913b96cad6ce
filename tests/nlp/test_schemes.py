from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nlp import NlpError, schemes


def test_labels_in_the_order_of_the_journey() -> None:
    known = schemes.load()
    assert known.labels == (
        "trigger", "research", "encounter", "purchase", "wait", "use", "feedback", "referral", "none",
    )  # fmt: skip
    assert known.sentiments == ("negative", "neutral", "positive")


def test_every_scheme_places_every_moment_but_none() -> None:
    known = schemes.load()
    for scheme in known.schemes.values():
        assert set(scheme.stages) == set(known.labels) - {"none"}
        assert scheme.source


def test_schemes_disagree_where_the_literature_does() -> None:
    known = schemes.load()
    assert known.stage("purchase", "seven-moments") == "SMOT"
    assert known.stage("use", "procter-gamble") == "SMOT"
    assert known.stage("research") == "ZMOT"
    assert known.stage("none") is None


def test_unknown_scheme_names_the_nearest() -> None:
    with pytest.raises(NlpError, match="google-zmot"):
        schemes.load().get("google")


def test_as_dict_is_the_content_of_the_file() -> None:
    stored = json.loads((Path(schemes.__file__).parent / "schemes.json").read_text(encoding="utf-8"))
    assert schemes.load().as_dict() == stored


def test_same_as_the_published_schemes(shared: Path) -> None:
    assert schemes.load().as_dict() == json.loads((shared / "labels" / "schemes.json").read_text(encoding="utf-8"))


def test_import_is_light() -> None:
    heavy = "[m for m in ('torch', 'transformers') if m in sys.modules]"
    code = f"import sys, nlp, nlp.schemes, nlp.errors; nlp.schemes.load(); print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
