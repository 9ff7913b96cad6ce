"""What earlier crawls of a source have landed, read from their packages: the base of every incremental crawl.

Promise: the record is the landing folder itself, so it cannot disagree with what was landed. Every package carries an
index with one line an item (target, digest of the id, digest of the content); a package without manifest does not
count. An item whose content digest is known is not landed again; an edited one is.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from crawlers.draft import mark_of
from crawlers.items import Item

INDEX = "index.tsv.gz"


def id_mark(item_id: str) -> int:
    """64 bits of an item's id."""
    return mark_of(item_id)


def content_mark(item: Item) -> int:
    """64 bits of an item's content, all but the time it was fetched."""
    return mark_of(item.content())


class History:
    """Items and states of all earlier packages of one source (and brand), for the targets that are asked for."""

    def __init__(
        self, landing: Path | None = None, source: str = "", brand: str | None = None, targets: tuple[str, ...] = ()
    ) -> None:
        self.seen: dict[int, int] = {}
        self.by_target: defaultdict[str, set[int]] = defaultdict(set)
        self.states: dict[str, dict[str, Any]] = {}
        if landing is not None:
            for folder, manifest in finished(landing, source):
                if manifest.get("brand") == brand:
                    self._read(folder, manifest, frozenset(targets))

    def _read(self, folder: Path, manifest: dict[str, Any], targets: frozenset[str]) -> None:
        for target, state in manifest.get("state", {}).items():
            if target in targets:
                self.states[target] = state
        if not targets & set(manifest["targets"]) or not (folder / INDEX).is_file():
            return
        with gzip.open(folder / INDEX, "rt", encoding="utf-8") as lines:
            for line in lines:
                number, item, content = line.split("\t")
                mark = int(item, 16)
                self.seen[mark] = int(content, 16)
                target = manifest["targets"][int(number)]
                if target in targets:
                    self.by_target[target].add(mark)

    def knows(self, item_id: str) -> bool:
        """Whether an item of this id was landed before."""
        return id_mark(item_id) in self.seen

    def complete(self, target: str) -> bool:
        """Whether the last crawl of a target was finished, so that reaching known items means the end."""
        return bool(self.states.get(target, {}).get("complete"))

    def newest(self, target: str) -> datetime | None:
        """When the newest item of a target's last finished crawl was published; None before the first."""
        newest = self.states.get(target, {}).get("newest")
        return datetime.fromisoformat(newest) if newest and self.complete(target) else None


def finished(landing: Path, source: str | None = None) -> Iterator[tuple[Path, dict[str, Any]]]:
    """(folder, manifest) of every package that was written to its end, oldest first; unreadable ones are left out."""
    for path in sorted(landing.glob(f"*-{source}-*/manifest.json" if source else "*/manifest.json")):
        try:
            manifest = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(manifest, dict) and (source is None or manifest.get("source") == source):
            yield path.parent, manifest
