"""The sources as a whole: file, class and name agree, none is long, each states what it is and has a fixture."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from crawlers import settings, sources

SPIDERS = Path(sources.__file__).parent / "spiders"
FIXTURES = Path(__file__).parent / "fixtures"
LINEAGES = {"brand", "retailer", "app store", "video", "forum", "social", "news", "own", "review site"}


@pytest.mark.parametrize("name", sources.names())
def test_file_class_and_name_agree_and_say_what_they_are(name: str) -> None:
    cls = sources.spider_class(name)
    assert cls.name == name and cls.__name__ == sources.class_name(name)
    assert cls.lineage in LINEAGES and cls.covers and cls.target_form
    module = (SPIDERS / f"{name}.py").read_text("utf-8")
    assert module.startswith('"""')
    assert cls.tested or "untested live" in module.split('"""')[1]
    assert len(module.splitlines()) <= 60
    cases = list((FIXTURES / name).glob("*case.json"))
    assert cases, f"{name} has no fixture"
    assert all(case.with_name(case.name.replace("case", "expected")).is_file() for case in cases)
    expected = [json.loads(path.read_text("utf-8"))["items"] for path in (FIXTURES / name).glob("*expected.json")]
    # The spot check of each source: ten items against the payloads that they were read from.
    assert sum(map(len, expected)) >= 10, f"{name} has fewer than ten expected items"


def test_the_median_spider_is_a_declaration() -> None:
    lengths = [len((SPIDERS / f"{name}.py").read_text("utf-8").splitlines()) for name in sources.names()]
    assert median(lengths) <= 40


def test_an_unknown_source_names_the_nearest() -> None:
    with pytest.raises(sources.SourceError, match=r"There is no source 'app_stor'; did you mean 'app_store'\?"):
        sources.check("app_stor")


def test_the_project_is_polite_and_closed() -> None:
    assert settings.ROBOTSTXT_OBEY and settings.AUTOTHROTTLE_ENABLED
    assert not settings.TELNETCONSOLE_ENABLED and not settings.REMOTE_CONTROL_ENABLED
    assert settings.USER_AGENT.startswith("momentscope/") and "https://" in settings.USER_AGENT
    assert settings.DOWNLOAD_MAXSIZE <= 64 * 1024 * 1024
    orders = sorted(settings.ITEM_PIPELINES.values())
    assert all(later - earlier >= 100 for earlier, later in pairwise(orders))
