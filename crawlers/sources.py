"""Which sources there are: one file under `spiders/` each, of the same name. Light to import; Scrapy only on demand."""

from __future__ import annotations

import difflib
import importlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawlers.bases.source import Source

#: What every source understands in the watchlist beside its targets.
COMMON_OPTIONS = frozenset({"key", "endpoint", "max_items", "full", "requests_per_day"})

#: Sources whose targets are paths: in a watchlist they start from its folder, on the command line from where it runs.
OF_FILES = frozenset({"files"})


class SourceError(Exception):
    """A source or option that does not exist; the message is one sentence for the user."""


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """The names of all sources, sorted."""
    folder = Path(__file__).parent / "spiders"
    return tuple(sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")))


def nearest(word: str, valid: tuple[str, ...] | list[str]) -> str:
    """The end of an error sentence: the valid name nearest to a wrong one, or all of them."""
    close = difflib.get_close_matches(word, valid, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"valid are {', '.join(sorted(valid))}."


def check(name: str) -> str:
    """The name itself; raises `SourceError` where there is no such source."""
    if name not in names():
        raise SourceError(f"There is no source {name!r}; {nearest(name, names())}")
    return name


def spider_class(name: str) -> type[Source]:
    """The spider class of a source; imports Scrapy. Raises `SourceError` where there is no such source."""
    module = importlib.import_module(f"crawlers.spiders.{check(name)}")
    cls: type[Source] = getattr(module, class_name(name))
    return cls


def class_name(name: str) -> str:
    """`google_play` → `GooglePlay`: file, class and spider name agree."""
    return "".join(part.capitalize() for part in name.split("_"))


def describe() -> list[dict[str, Any]]:
    """All sources for tables and checks, by the attributes that their classes state; imports Scrapy."""
    attributes = ("lineage", "covers", "target_form", "tested", "caution")
    classes = {name: spider_class(name) for name in names()}
    return [
        {"name": name, "variables": cls.variables({}), **{a: getattr(cls, a) for a in attributes}}
        for name, cls in classes.items()
    ]


def options_of(name: str) -> frozenset[str]:
    """The options that a source understands in the watchlist."""
    return COMMON_OPTIONS | frozenset(spider_class(name).options_known)
