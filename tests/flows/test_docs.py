"""The generated pages of the documentation are those of the code."""

from __future__ import annotations

import pytest

from flows.cli.docs_command import PAGES, generated


@pytest.mark.parametrize("name", ["sources.md", "data-dictionary.md"])
def test_a_generated_page_is_current(name: str) -> None:
    written = (PAGES / name).read_text(encoding="utf-8")
    assert written == generated()[name], "run mot docs"
