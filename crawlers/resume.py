"""What a killed crawl leaves behind: its package, up to the last line of its journal, is carried on by the next one.

Promise: everything that a journal line speaks of is on disk (fsync) before that line; what lies beyond it is cut off.
So the crawl that takes the package over neither loses nor repeats an item. It asks no more for the targets that a
journal line calls done, and goes on with those under way from the last place that a line names. A package has one
writer, which holds a lock on its `claim.json`; the kernel lets go of it when the writer dies, however it dies.
"""

from __future__ import annotations

import contextlib
import fcntl
import gzip
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from crawlers import items

CLAIM, JOURNAL = "claim.json", "journal.jsonl"
#: How old what is carried on may be: later, its finished targets would have news.
CARRIED_ON_WITHIN = timedelta(days=1)


@dataclass
class Left:
    """A package that a killed crawl left, locked by us: where its files are good to, and which targets are done."""

    folder: Path
    lock: IO[str]
    started: datetime
    place: dict[str, Any] = field(default_factory=dict)
    journal: int = 0
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[str, dict[str, Any]] = field(default_factory=dict)
    products: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def progress(self) -> tuple[int, int]:
        """How far it got: targets that are done, items landed."""
        return len(self.done), max((entry["rows"] for entry in self.place["open"]), default=0)


def claim(folder: Path, values: dict[str, Any]) -> IO[str]:
    """Write a package's claim and hold its lock until the returned file is closed."""
    handle = (folder / CLAIM).open("w", encoding="utf-8")
    fcntl.flock(handle, fcntl.LOCK_EX)
    json.dump(values, handle)
    handle.flush()
    return handle


def take_over(landing: Path, source: str, values: dict[str, Any]) -> Left | None:
    """The unfinished package with an equal claim that got furthest; all others of that claim are removed."""
    best: Left | None = None
    for left in _unfinished(landing, source, values):
        fresh = items.now() - left.started <= CARRIED_ON_WITHIN and bool(left.done or left.places)
        if fresh and (best is None or left.progress > best.progress):
            best, left = left, best  # what is not the best is removed
        if left is not None:
            shutil.rmtree(left.folder, ignore_errors=True)
            left.lock.close()
    return best


def _unfinished(landing: Path, source: str, values: dict[str, Any]) -> Iterator[Left]:
    """Packages without manifest whose claim is equal and whose writer is gone, each locked."""
    for folder in sorted(landing.glob(f"*-{source}-*")):
        if (folder / "manifest.json").exists():
            continue
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            lock = (folder / CLAIM).open("r+", encoding="utf-8")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                claimed = json.load(lock)
                # Its writer may have finished, or another crawl renamed it, between the look and the lock.
                ours = (folder / CLAIM).exists() and not (folder / "manifest.json").exists()
            except (OSError, ValueError):
                lock.close()
                continue
            if ours and {name: claimed.get(name) for name in values} == values:
                yield _read(folder, lock, datetime.fromisoformat(claimed["started_at"]))
            else:
                lock.close()


def _read(folder: Path, lock: IO[str], started: datetime) -> Left:
    left = Left(folder, lock, started)
    with contextlib.suppress(OSError):
        for line in (folder / JOURNAL).read_bytes().splitlines(keepends=True):
            if not line.endswith(b"\n"):  # cut off by the kill
                break
            entry = json.loads(line)
            left.journal += len(line)
            left.place = entry["place"]
            left.done |= entry["done"]
            for target, reached in entry.get("under_way", {}).items():
                left.places[target] = joined(left.places.get(target), reached)
            left.products |= entry["products"]
    left.places = {target: reached for target, reached in left.places.items() if target not in left.done}
    return left


def joined(before: dict[str, Any] | None, place: dict[str, Any]) -> dict[str, Any]:
    """A place with the marks of the one before it, of which it holds only what came since."""
    if before is None or place["anew"]:
        return place
    marks = {name: before[name] + place[name] for name in ("counted", "marks")}
    return {**place, **marks, "anew": before["anew"]}


def cut(folder: Path, left: Left) -> None:
    """Cut a package's files to what its last journal line speaks of; doing it twice does no harm."""
    good = {entry["name"]: entry["bytes"] for entry in [*left.place["files"], *left.place["open"]]}
    good |= {CLAIM: (folder / CLAIM).stat().st_size, JOURNAL: left.journal}
    for path in folder.iterdir():
        if path.name not in good:
            path.unlink()
        elif path.stat().st_size > good[path.name]:
            os.truncate(path, good[path.name])


def marks(index: Path) -> dict[int, int]:
    """{id mark: content mark} of a package's index; the last line of an item counts."""
    with gzip.open(index, "rt", encoding="utf-8") as lines:
        parts = (line.split("\t") for line in lines)
        return {int(item, 16): int(content, 16) for _, item, content in parts}
