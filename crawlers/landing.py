"""The landing package: what one crawl hands to the warehouse.

Promise: data files are on disk (fsync) before `manifest.json`, which is written last and moved into place in one
step; so a folder with a manifest is complete and a folder without one is not read. Killing the crawl at any point
leaves one of the two; the next crawl of the same carries the latter on (see `crawlers.resume`).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from crawlers import resume
from crawlers.history import INDEX
from crawlers.items import iso
from crawlers.text import mask

ROWS_PER_FILE = 20_000
MAX_RAW = 8_000
#: What a kill can cost: what was done within the last so many seconds.
CHECKPOINT_SECONDS = 1.0

_PERSONAL = re.compile(
    r"author|user|nick|e-?mail|display_?name|handle|profile|avatar|reviewer|customer|consumer|persona|acct|account|(first|last|given|family|full)_?name|phone|address",
    re.IGNORECASE,
)


class Package:
    """One landing package being written; `add`, `reject`, `done`, and at the end `close`.

    `settings` is what beside source, brand and targets must be equal for a killed crawl's package to be carried on.
    `carried` then names the targets that are done, `places` those under way, `marks` the items that were landed.
    """

    def __init__(
        self,
        landing: Path,
        source: str,
        brand: str | None,
        targets: tuple[str, ...],
        started: datetime,
        settings: str = "",
    ) -> None:
        self.source, self.brand, self.targets, self.started = source, brand, targets, started
        self.id = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{source}-{secrets.token_hex(4)}"
        self.folder = landing / self.id
        self.files: list[dict[str, Any]] = []
        self.carried: dict[str, dict[str, Any]] = {}
        self.products: dict[str, dict[str, Any]] = {}
        self.stats: dict[str, Any] = {}
        self.places: dict[str, dict[str, Any]] = {}
        self.marks: dict[int, int] = {}
        self._numbers = {target: number for number, target in enumerate(targets)}
        self._done: dict[str, dict[str, Any]] = {}
        self._places: dict[str, dict[str, Any]] = {}
        self._new_products: dict[str, dict[str, Any]] = {}
        self._written = 0.0
        claimed = {"brand": brand, "targets": list(targets), "settings": settings}
        left = resume.take_over(landing, source, claimed)
        if left is None:
            self.folder.mkdir(parents=True)
            self._lock = resume.claim(self.folder, {**claimed, "started_at": iso(started)})
            place: dict[str, Any] = {"files": [], "open": [], "stats": {}}
        else:
            self._lock, self.started, place = left.lock, left.started, left.place
            self.carried, self.places, self.products = left.done, left.places, left.products
            # Under a new name, so that packages stay in the order of their last item.
            left.folder.rename(self.folder)
            resume.cut(self.folder, left)
        self._open(place)

    def _open(self, place: dict[str, Any]) -> None:
        """Open the files where they are good to; anew where there are none yet."""
        self.files, self.stats = list(place["files"]), place["stats"]
        rows = {entry["name"]: entry["rows"] for entry in place["open"]}
        self._index = _Lines(self.folder / INDEX, rows.get(INDEX))
        self._rejects = _Lines(self.folder / "rejects.jsonl", rows.get("rejects.jsonl"), packed=False)
        data = next((name for name in rows if name.startswith("items-")), None)
        self._data = _Lines(self.folder / data, rows[data]) if data else None
        self.items, self.rejects = self._index.rows, self._rejects.rows
        self._journal = (self.folder / resume.JOURNAL).open("a", encoding="utf-8")
        if self.items:
            self.marks = resume.marks(self._index.path)
        self._known_rejects = _shown_rejects(self._rejects.path) if self.rejects else set()

    def add(self, record: dict[str, Any] | str, target: str, id_mark: int, content_mark: int) -> None:
        """Append one item (or tombstone), as a JSON line or what makes one."""
        if self._data is None:
            self._data = _Lines(self.folder / f"items-{len(self.files) + 1:05}.jsonl.gz")
        self._data.write(record if isinstance(record, str) else json.dumps(record, ensure_ascii=False))
        self._index.write(f"{self._numbers[target]}\t{id_mark:016x}\t{content_mark:016x}")
        self.items += 1
        if self._data.rows >= ROWS_PER_FILE:
            self._finish_file()

    def reject(self, entry: dict[str, Any]) -> None:
        """Append one rejected record; see `reject_entry`."""
        if self._known_rejects and _shown(entry) in self._known_rejects:
            return  # written before the kill, of a target that is asked again
        self._rejects.write(json.dumps(entry, ensure_ascii=False))
        self.rejects += 1

    def done(self, target: str, ledger: dict[str, Any], products: dict[str, dict[str, Any]]) -> None:
        """A target is read to its end: with the next checkpoint it need not be asked for again."""
        self._done[target] = ledger
        self._tell(products)

    def under_way(self, target: str, place: dict[str, Any], products: dict[str, dict[str, Any]]) -> None:
        """A target has reached a place (see `crawlers.place`) from which the next checkpoint lets it go on."""
        self._places[target] = resume.joined(self._places.get(target), place)
        self._tell(products)

    def _tell(self, products: dict[str, dict[str, Any]]) -> None:
        """Only what is new or has changed goes into the journal: a shop may have thousands."""
        new = {key: figures for key, figures in products.items() if self.products.get(key) != figures}
        self._new_products |= new
        self.products |= new

    def checkpoint(self, stats: Mapping[str, Any]) -> None:
        """Bring all to disk and write a line of the journal, where targets are done or further on and the last line is
        long ago.
        """
        if not (self._done or self._places) or time.monotonic() - self._written < CHECKPOINT_SECONDS:
            return
        files = [lines for lines in (self._data, self._index, self._rejects) if lines is not None]
        place = {"files": self.files, "open": [lines.sync() for lines in files], "stats": dict(stats)}
        _sync_folder(self.folder)
        entry = {"place": place, "done": self._done, "under_way": self._places, "products": self._new_products}
        self._journal.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self._journal.flush()
        os.fsync(self._journal.fileno())
        self._done, self._places, self._new_products, self._written = {}, {}, {}, time.monotonic()

    def _finish_file(self) -> None:
        if self._data is not None:
            self.files.append(self._data.close())
            self._data = None

    def close(self, manifest: dict[str, Any], stats: dict[str, Any]) -> Path:
        """Finish the files, write the statistics and, as the last act, the manifest; returns the package's folder."""
        self._finish_file()
        index, rejected = self._index.close(), self._rejects.close()
        self._journal.close()
        if self.rejects:
            self.files.append(rejected)
        _write_synced(self.folder / "stats.json", json.dumps(stats, indent=1, sort_keys=True, default=str))
        document = {
            "format": 1,
            "package_id": self.id,
            "source": self.source,
            "brand": self.brand,
            "targets": list(self.targets),
            "started_at": iso(self.started),
            "items": self.items,
            "rejects": self.rejects,
            "files": self.files,
            "index": {"name": index["name"], "sha256": index["sha256"]},
            **manifest,
        }
        aside = self.folder / "manifest.json.tmp"
        _write_synced(aside, json.dumps(document, indent=1, ensure_ascii=False))
        aside.replace(self.folder / "manifest.json")
        _sync_folder(self.folder)
        _sync_folder(self.folder.parent)
        for name in (resume.CLAIM, resume.JOURNAL):
            (self.folder / name).unlink(missing_ok=True)
        self._lock.close()
        return self.folder


class _Lines:
    """A file of lines, gzip or plain, that knows its rows, bytes and checksum when it is closed.

    `rows` opens one that is there. A packed file is a row of gzip members (RFC 1952, 2.2), one a `sync`, so that it can
    be cut between them.
    """

    def __init__(self, path: Path, rows: int | None = None, packed: bool = True) -> None:
        self.path, self.packed, self.rows = path, packed, rows or 0
        self._raw = path.open("wb" if rows is None else "ab")
        self._zip: gzip.GzipFile | None = None
        self._dirty = rows is None

    def write(self, line: str) -> None:
        if self.packed and self._zip is None:
            # No name and no time in the header.
            self._zip = gzip.GzipFile(filename="", mode="wb", compresslevel=5, fileobj=self._raw, mtime=0)
        (self._zip or self._raw).write(line.encode("utf-8", "replace") + b"\n")
        self.rows += 1
        self._dirty = True

    def sync(self) -> dict[str, Any]:
        """Bring what was written to disk; returns where the file is good to."""
        if self._zip is not None:
            self._zip.close()
            self._zip = None
        self._raw.flush()
        if self._dirty:
            os.fsync(self._raw.fileno())
            self._dirty = False
        return {"name": self.path.name, "rows": self.rows, "bytes": self._raw.tell()}

    def close(self) -> dict[str, Any]:
        if self.packed and self._zip is None and not self._raw.tell():
            self._raw.write(gzip.compress(b"", mtime=0))
            self._dirty = True
        self.sync()
        self._raw.close()
        return _entry(self.path, self.rows)


def _shown(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(entry.get(name) for name in ("item_id", "reason", "field", "url", "raw"))


def _shown_rejects(path: Path) -> set[tuple[Any, ...]]:
    return {_shown(json.loads(line)) for line in path.read_text("utf-8").splitlines()}


def _entry(path: Path, rows: int) -> dict[str, Any]:
    """A finished file as the manifest lists it."""
    with path.open("rb") as content:
        checksum = hashlib.file_digest(content, "sha256").hexdigest()
    return {"name": path.name, "rows": rows, "bytes": path.stat().st_size, "sha256": checksum}


def reject_entry(
    reason: str, field: str | None, url: str | None, raw: Any, item_id: str | None, at: datetime
) -> dict[str, Any]:
    """One line of rejects.jsonl: the reason and the raw payload, bounded, without what names a person."""
    text = raw if isinstance(raw, str) else json.dumps(_impersonal(raw), ensure_ascii=False, default=str)
    entry = {"reason": reason, "field": field, "url": url, "raw": mask(text[:MAX_RAW]), "at": iso(at)}
    return {"item_id": item_id, **entry} if item_id else entry


def _impersonal(value: Any, depth: int = 0) -> Any:
    if depth > 12:
        return "…"
    if isinstance(value, dict):
        return {
            str(key): "[removed]" if _PERSONAL.search(str(key)) and inner else _impersonal(inner, depth + 1)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_impersonal(inner, depth + 1) for inner in value[:200]]
    return value


def _write_synced(path: Path, text: str) -> None:
    handle = path.open("w", encoding="utf-8")
    handle.write(text)
    _sync_close(handle)


def _sync_close(handle: IO[str]) -> None:
    handle.flush()
    os.fsync(handle.fileno())
    handle.close()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
