"""What `mot doctor` looks at: each check is one line with a verdict and, where it fails, what to do."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.home import Home


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report: `level` is ok, note or fault."""

    level: str
    topic: str
    text: str


def examine(home: Home, watchlist: Path) -> Iterator[Finding]:
    """Every finding about the set-up, the watchlist, the keys, the model, the crawls and the data."""
    checks: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
        ("set-up", _set_up),
        ("watchlist", lambda: _watchlist(watchlist)),
        ("model", _model),
        ("home", lambda: _home(home)),
        ("data", lambda: _data(home)),
    )
    for topic, check in checks:
        try:
            yield from check()
        except Exception as error:  # the doctor reports a fault, whatever it is, and goes on
            yield Finding("fault", topic, f"{type(error).__name__}: {error}" if not str(error) else str(error))


def _set_up() -> Iterator[Finding]:
    names = ("momentscope", "scrapy", "torch", "transformers", "duckdb", "prefect")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    yield Finding("ok", "set-up", f"Python {sys.version.split()[0]}, {versions}")


def _watchlist(path: Path) -> Iterator[Finding]:
    from crawlers.sources import spider_class
    from crawlers.watchlist import load

    if not path.exists():
        yield Finding("note", "watchlist", f"{path} does not exist; copy watchlist.toml from the repository to begin.")
        return
    listed = load(path)
    tasks = [(brand.name, task) for brand in listed.brands for task in brand.sources]
    yield Finding("ok", "watchlist", f"{path}: {len(listed.brands)} brand(s), {len(tasks)} source(s)")
    for brand, task in tasks:
        source = spider_class(task.source)
        for variable in source.variables(task.options):
            if not os.environ.get(variable):
                yield Finding("fault", "keys", f"{brand}: {task.source} needs a key: set the variable {variable}.")
        if source.caution:
            yield Finding("note", task.source, source.caution)


def _model() -> Iterator[Finding]:
    import nlp
    from nlp.base import verify

    verify()
    yield Finding("ok", "model", f"{nlp.model_version()}; the base encoder's checksum is right")


def _home(home: Home) -> Iterator[Finding]:
    if not home.root.exists():
        yield Finding("note", "home", f"{home.root} does not exist yet; the first watch makes it.")
        return
    if not os.access(home.root, os.W_OK):
        yield Finding("fault", "home", f"{home.root} cannot be written; change its owner or set MOT_HOME.")
    unfinished = [p for p in home.landing.glob("*") if p.is_dir() and not (p / "manifest.json").exists()]
    yield Finding("ok", "home", str(home.root))
    if unfinished:
        yield Finding("note", "landing", f"{len(unfinished)} unfinished package(s); the next crawl replaces them.")


def _data(home: Home) -> Iterator[Finding]:
    if not home.snapshot.exists():
        yield Finding("note", "data", "nothing is published yet; run mot watch or mot demo.")
        return
    from warehouse.health import check

    levels = {"ok": "ok", "warning": "note", "failure": "fault"}
    for found in check(home.snapshot):
        advice = f": {found.advice}" if found.advice else ""
        yield Finding(levels[found.level], "data", f"{found.about} {found.value}{advice}")
