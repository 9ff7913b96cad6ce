"""Every source has a folder of recorded-in-form answers (invented content) and the items that they must give.

`fixtures/<source>/case.json` is {"target", "options"?, "brand"?, "answers": {address: file, or {"file", "status"?,
"headers"?}}}; `expected.json` beside it holds the items. Where it is missing the test writes it and fails, so that
its author looks at it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FIXTURES = Path(__file__).parent / "fixtures"
CASES = sorted(path for path in FIXTURES.glob("*/*case.json") if path.parent.name != "invalid")


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_source_reads_its_format(case: Path, parse: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    about = json.loads(case.read_text("utf-8"))
    for name, value in about.get("environment", {}).items():
        monkeypatch.setenv(name, value)
    answers = {}
    for address, answer in about["answers"].items():
        answer = {"file": answer} if isinstance(answer, str) else answer
        kind = {".json": "application/json", ".xml": "application/xml"}.get(Path(answer["file"]).suffix, "text/html")
        headers = {"Content-Type": kind, **answer.get("headers", {})}
        answers[address] = (answer.get("status", 200), headers, (case.parent / answer["file"]).read_bytes())
    source = about.get("source", case.parent.name)
    parsed = parse(source, about["target"], answers, about.get("options"), about.get("brand"))
    found = {
        "items": parsed.items,
        "deleted": parsed.deleted,
        "rejects": len(parsed.rejects),
        "verdict": list(parsed.verdict()[:2]),
    }
    expected = case.with_name(case.name.replace("case", "expected"))
    if not expected.exists():
        expected.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
        pytest.fail(f"{expected} was written from what the spider found; look whether it is right, then run again")
    assert found == json.loads(expected.read_text("utf-8"))
